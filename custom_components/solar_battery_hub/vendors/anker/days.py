"""Which day it is in a site, and when what it tells was measured (anker.md §10.3): the cloud names no time zone."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from ...core.clock import Clock
from ...core.zones import to_utc, zone_name
from .inventory import Inventory
from .model import Site

_STEP: Final = timedelta(minutes=30)  # zones differ by this or more
_LATE: Final = timedelta(minutes=3)  # what was just measured is told about so much later
_LATEST: Final = timedelta(minutes=5)  # by so much a day begins later: statistics are as late
_WATCHED: Final = timedelta(minutes=11)  # the longest between two looks for a change to be one just now
_SETTLED: Final = timedelta(minutes=10)  # after midnight, until yesterday is complete (§16)
_SEEN_BY: Final = timedelta(minutes=15)  # two changes of what is told every five minutes
_ZONES: Final = range(-12 * 60, 14 * 60 + 1)  # minutes that clocks of this world are ahead; others are just wrong
_LOST: Final = timedelta(days=1)
_AGREE: Final = 2  # changes in a row that show another clock until it is believed


class Days:
    """The clocks of all sites: the house's, unless times that just changed show another one, twice in a row.

    Only changes tell, for what was measured last may be hours old; but it is never from the future.
    """

    def __init__(self, inventory: Inventory, clock: Clock) -> None:
        """Go on from what the inventory remembers."""
        self._inventory = inventory
        self._clock = clock
        self._last: dict[str, tuple[datetime, datetime]] = {}  # by site: the last time told, and when that was seen
        self._since: dict[str, datetime] = {}  # by site: when it was looked at first
        self._doubts: dict[str, tuple[int | None, int]] = {}  # by site: another offset, and how often in a row

    def zone(self, site: str) -> tzinfo:
        """Return the clock of a site (the cloud's id)."""
        return self._inventory.zone(site) or self._clock.zone

    def zone_name(self, site: str) -> str | None:
        """Return the name of a site's time zone where it is another one than the house's."""
        minutes = self._inventory.traits(site).get("offset")
        return None if minutes is None else zone_name(minutes / 60)

    def local(self, site: str) -> datetime:
        """Return what the clocks of a site show, without a zone."""
        return self._clock.now().astimezone(self.zone(site)).replace(tzinfo=None)

    def today(self, site: str) -> date:
        """Return the day that a site's statistics are about: the new one some minutes after midnight."""
        return (self._clock.now() - _LATEST).astimezone(self.zone(site)).date()

    def may_close(self, site: str) -> bool:
        """Tell whether the day before today is complete by now."""
        return (self._clock.now() - _SETTLED).astimezone(self.zone(site)).date() == self.today(site)

    def measured_at(self, site: Site, told: datetime | None) -> datetime | None:
        """Return in UTC what a site's clock showed, never after now; learn from it how that clock runs.

        ``None`` where it is not told, and of a clock that runs but lost its way by more than a day.
        """
        if told is None:
            return None
        now = self._clock.now()
        self._since.setdefault(site.id, now)
        known = self._last.get(site.id)
        if known is None or known[0] != told:
            self._last[site.id] = (told, now)
            if known is None:
                self._note_first(site.id, told)
            elif now - known[1] <= _WATCHED:
                self.note(site.id, told)
        elif now >= known[1]:
            self._last[site.id] = (told, now)
        at = min(to_utc(told, self.zone(site.id), now), now)
        runs = known is not None and known[0] != told
        return None if runs and now - at > _LOST else at

    def is_doubtful(self, site: str) -> bool:
        """Tell whether a site's clock may turn out to be another one than is known, for as long as that takes to see."""
        told, seen = self._last.get(site, (None, None))
        if told is None or seen is None or self._clock.now() - self._since[site] >= _SEEN_BY:
            return False
        return abs(to_utc(told, self.zone(site), seen) + _LATE - seen) >= _STEP / 2

    def note(self, site: str, told: datetime) -> None:
        """Learn from what a site's clock shows about now."""
        offset = self._offset(told)
        if offset is not None and offset not in _ZONES:
            return
        if offset == self._inventory.traits(site).get("offset"):
            self._doubts.pop(site, None)
            return
        doubted, times = self._doubts.get(site, (offset, 0))
        times = times + 1 if doubted == offset else 1
        self._doubts[site] = (offset, times)
        if times >= _AGREE:
            self._believe(site, offset)

    def _note_first(self, site: str, told: datetime) -> None:
        """Learn from the first time that is told: nothing is measured in the future, so a clock that is ahead is another."""
        now = self._clock.now()
        if to_utc(told, self.zone(site), now) - now >= _STEP / 2 and (offset := self._offset(told)) in _ZONES:
            self._believe(site, offset)

    def _believe(self, site: str, offset: int | None) -> None:
        self._inventory.traits(site)["offset"] = offset
        self._inventory.keep()

    def _offset(self, told: datetime) -> int | None:
        """Return by how many minutes a clock is ahead of UTC; ``None`` where it is the house's."""
        now = self._clock.now()
        if abs(to_utc(told, self._clock.zone, now) + _LATE - now) < _STEP / 2:
            return None
        ahead = told.replace(tzinfo=UTC) + _LATE - now
        return round(ahead / _STEP) * int(_STEP.total_seconds()) // 60
