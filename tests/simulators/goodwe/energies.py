"""Energies of a plant or an inverter: what was counted in its whole life, day by day."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
import math

from tests.simulators.house import Counters
from tests.simulators.surroundings import noise

WH = 1_000.0


@dataclass(frozen=True, slots=True)
class Energies:
    """Energies in kWh. ``output`` is the AC side of sun and battery together, ``load`` includes what inverters draw."""

    solar: float = 0.0
    output: float = 0.0
    charged: float = 0.0
    discharged: float = 0.0
    imported: float = 0.0
    exported: float = 0.0
    load: float = 0.0

    @classmethod
    def of(cls, counters: Counters) -> Energies:
        """Return a house's lifetime counters."""
        return cls(
            solar=counters.solar_wh / WH,
            output=counters.output_wh / WH,
            charged=counters.battery_charge_wh / WH,
            discharged=counters.battery_discharge_wh / WH,
            imported=counters.grid_import_wh / WH,
            exported=counters.grid_export_wh / WH,
            load=(counters.home_wh + counters.standby_wh) / WH,
        )

    def __add__(self, other: Energies) -> Energies:
        """Return the sum of both."""
        return Energies(*(getattr(self, name) + getattr(other, name) for name in NAMES))

    def __sub__(self, start: Energies) -> Energies:
        """Return what was added since ``start``."""
        return Energies(*(getattr(self, name) - getattr(start, name) for name in NAMES))

    @property
    def self_used(self) -> float:
        """Return what of the output was used on site (goodwe.md §5.5: output = self-use + export)."""
        return max(0.0, self.output - self.exported)

    def counters(self) -> Counters:
        """Return them as the counters a house goes on with."""
        return Counters(
            solar_wh=self.solar * WH,
            home_wh=self.load * WH,
            grid_import_wh=self.imported * WH,
            grid_export_wh=self.exported * WH,
            battery_charge_wh=self.charged * WH,
            battery_discharge_wh=self.discharged * WH,
            output_wh=self.output * WH,
        )


NAMES = tuple(part.name for part in fields(Energies))
NOTHING = Energies()


def total(energies: Iterable[Energies]) -> Energies:
    """Return the sum of many."""
    return sum(energies, start=NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a counter shows at a moment: ``today``, the lifetime, and the closed days of this week, month and year.

    ``week``, ``month`` and ``year`` are without today, as B's ``thismonthetotle`` is (§4.4).
    """

    day: date
    today: Energies
    week: Energies
    month: Energies
    year: Energies
    total: Energies


class Ledger:
    """Lifetime energies of one thing, day by day in plant time. ``days`` are the closed ones, oldest first."""

    def __init__(self, days: dict[date, Energies], day: date) -> None:
        """Begin ``day`` after the days that are told."""
        self.days = days
        self.total = total(days.values())
        self._start = self.total
        self._day = day
        self._closed = self._sums()
        self._yesterday: Counted | None = None

    def _sums(self) -> tuple[Energies, Energies, Energies]:
        """Return the closed days of this week, month and year."""
        day = self._day
        firsts = (day - timedelta(days=day.weekday()), day.replace(day=1), day.replace(month=1, day=1))
        week, month, year = (
            total(energies for closed, energies in self.days.items() if first <= closed < day) for first in firsts
        )
        return week, month, year

    @property
    def now(self) -> Counted:
        """Return what is counted at this moment."""
        week, month, year = self._closed
        return Counted(
            day=self._day, today=self.total - self._start, week=week, month=month, year=year, total=self.total
        )

    def shown(self, *, lagging: bool) -> Counted:
        """Return what the server shows; soon after midnight the period counters are still yesterday's (§10.9)."""
        if not lagging or self._yesterday is None:
            return self.now
        old = self._yesterday
        return Counted(day=old.day, today=old.today, week=old.week, month=old.month, year=old.year, total=self.total)

    def begin_day(self, day: date) -> None:
        """Close the day that ended and begin the next."""
        self._yesterday = self.now
        self.days[self._day] = self._yesterday.today
        self._day = day
        self._start = self.total
        self._closed = self._sums()


def past_days(first: date, until: date, *, peak_kw: float, battery_kwh: float, seed: int) -> dict[date, Energies]:
    """Return made-up energies of the days from ``first`` until the day before ``until``."""
    days: dict[date, Energies] = {}
    for number in range((until - first).days):
        day = first + timedelta(days=number)
        season = 0.5 - 0.42 * math.cos(math.tau * (day.timetuple().tm_yday + 10) / 365.25)
        solar = peak_kw * 6.2 * season * (0.4 + 0.6 * noise(seed, number)) + 0.2
        load = 9.0 + 4.0 * noise(seed + 7, number)
        discharged = min(battery_kwh * 0.7, load * 0.4, solar * 0.4)
        charged = discharged * 1.08
        output = solar - charged + discharged
        exported = max(0.0, output - load * 0.6)
        days[day] = Energies(
            solar=solar,
            output=output,
            charged=charged,
            discharged=discharged,
            imported=load - (output - exported),
            exported=exported,
            load=load,
        )
    return days
