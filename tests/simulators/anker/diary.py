"""What a site has counted: day by day, and every five minutes of the last days (anker.md §10.3, §13)."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from tests.simulators.anker.energies import NOTHING, Energies, total

SLOT = timedelta(minutes=5)
KEPT_DAYS = 3
REMEMBERED = timedelta(hours=2)
"""How far back it is known what was counted when: no lag of the statistics may be longer."""


@dataclass(frozen=True, slots=True)
class Note:
    """What was counted until ``end``, on the day it belongs to."""

    end: datetime
    day: date
    energies: Energies


@dataclass(slots=True)
class Slot:
    """Five minutes: when they began (aware, site time), what flowed meanwhile, and the charge in % at their end."""

    start: datetime
    energies: Energies
    level: float


class Diary:
    """Energies in kWh by local day, with five-minute slots of the last days.

    ``note(end, energies, level)`` tells what flowed until ``end`` since the last time, at most five minutes and never
    across a full five minutes (so never across midnight). ``days`` are sums by day, ``lifetime`` the sum of all,
    ``until`` is when it was told last.
    """

    def __init__(self, zone: ZoneInfo, start: datetime, days: Mapping[date, Energies] | None = None) -> None:
        """Begin at ``start`` (aware) after the days that are told."""
        self.zone = zone
        self.days: dict[date, Energies] = dict(days or {})
        self.lifetime = total(self.days.values())
        self.since = start
        self.until = start
        self._notes: deque[Note] = deque()
        self._slots: dict[date, list[Slot]] = {}

    def note(self, end: datetime, energies: Energies, level: float) -> None:
        """Count what flowed until ``end`` (aware); a clock set back counts nothing."""
        if end <= self.until:
            self.until = end
            return
        start = (self.until + (end - self.until) / 2).astimezone(self.zone)
        self.until = end
        day = start.date()
        self.days[day] = self.days.get(day, NOTHING) + energies
        self.lifetime += energies
        self._notes.append(Note(end, day, energies))
        while self._notes[0].end < end - REMEMBERED:
            self._notes.popleft()
        self._record(day, start, energies, level)

    def _record(self, day: date, moment: datetime, energies: Energies, level: float) -> None:
        """Add to the slot of a moment; days that are too old are forgotten."""
        start = moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)
        slots = self._slots.setdefault(day, [])
        if slots and slots[-1].start.astimezone() == start.astimezone():
            slots[-1].energies += energies
            slots[-1].level = level
        else:
            slots.append(Slot(start, energies, level))
        for old in sorted(self._slots)[:-KEPT_DAYS]:
            del self._slots[old]

    def add_past(self, kwh: float) -> None:
        """Let so many kWh of sun have been used long before the first day that is known."""
        self.lifetime += Energies(solar_to_home=kwh)

    def local(self, moment: datetime) -> datetime:
        """Return site time."""
        return moment.astimezone(self.zone)

    def counted(self, day: date, until: datetime) -> Energies | None:
        """Return what the day had counted at ``until``; ``None`` when nothing had been counted yet."""
        if day not in self.days or day > self.local(until).date():
            return None
        return self.days[day] - total(note.energies for note in self._since(until) if note.day == day)

    def lifetime_at(self, until: datetime) -> Energies:
        """Return what had been counted at all at ``until``."""
        return self.lifetime - total(note.energies for note in self._since(until))

    def _since(self, until: datetime) -> Iterator[Note]:
        """Yield what was counted after a moment."""
        return takewhile(lambda note: note.end > until, reversed(self._notes))

    def slots(self, day: date, until: datetime) -> Iterator[Slot]:
        """Yield the complete five minutes of a day that ended by ``until``, oldest first."""
        return (slot for slot in self._slots.get(day, ()) if slot.start + SLOT <= until)
