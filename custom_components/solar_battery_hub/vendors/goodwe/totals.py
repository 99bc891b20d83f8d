"""What a plant counted in its whole life: SEMS+ tells it by years, months and days only (goodwe.md §5.5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from ...core.clock import Clock
from ...core.errors import BadAnswer, NotSupported, RateLimited, Unreachable
from ...core.model import Ref
from ...core.parse import number, sections, text
from ..base import PrivateStore
from .codes import NothingInIt
from .devices import plant_id
from .model import Bean, Plant
from .semsplus import SemsPlus

ITEMS: Final[Mapping[str, str]] = {
    "proSystemTotalStats": "solar_energy",
    "proConsumStats": "home_energy",
    "proGridStats": "grid_export_energy",
    "proPurchaseStats": "grid_import_energy",
    "proCharStats": "battery_charge_energy",
    "proDischarStats": "battery_discharge_energy",
}
"""What the items of the statistics are; ``_today`` or ``_total`` makes it a key of the catalogue."""

type Energies = dict[str, float]
"""kWh by item."""

_SETTLED: Final = timedelta(minutes=20)  # after midnight, until yesterday is told as such
_REPEATED_UNTIL: Final = timedelta(hours=2)  # after midnight the day before may be told as today
_SAME: Final = 0.25  # kWh
_AGAIN_AFTER: Final = timedelta(minutes=30)
_OLDEST: Final = 2000  # no plant is older
_DECIMALS: Final = 3
_YEAR_SETTLED: Final = timedelta(days=7)  # after its end, until what is told of a year is kept for good
_GRACE: Final = timedelta(days=7)  # after it was set up, until a plant is sure to have counted something
_FORMATS: Final = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True, slots=True)
class _Life:
    """A plant (its id), the day it was set up, and the items that it counts today."""

    plant: str
    created: date
    items: frozenset[str]

    def periods(self, dimension: str, start: date, end: date) -> set[str]:
        """Return the days, months or years of a span in which the plant was there for long enough to have counted."""
        days = (start + timedelta(days=at) for at in range((end - start).days + 1))
        return {day.strftime(_FORMATS[dimension]) for day in days if day >= self.created + _GRACE}


class Totals:
    """The closed years, months and days of every plant; years are asked once, the rest once a day."""

    def __init__(self, client: SemsPlus, store: PrivateStore, clock: Clock) -> None:
        """Go on from what is remembered."""
        self._client = client
        self._store = store
        self._clock = clock
        self._known: dict[str, dict[str, Any]] = store.shared.setdefault("totals", {})
        self._failed: dict[str, datetime] = {}

    async def of(self, plant: Plant, today: date, bean: Bean, now: datetime, zone: tzinfo | None) -> dict[Ref, float]:
        """Return what a plant counted until now, in kWh; ``bean`` are today's statistics.

        Nothing while it is not known until yesterday, or while today may still be the day before.
        """
        local = now.astimezone(zone)
        since_midnight = timedelta(hours=local.hour, minutes=local.minute)
        if plant.created is None or local.date() != today or since_midnight < _SETTLED:
            return {}
        present = energies(bean, today.isoformat())
        if not present:
            return {}
        closed = await self._closed(_Life(plant.id, plant.created, frozenset(present)), today, now)
        if closed is None:
            return {}
        if since_midnight < _REPEATED_UNTIL and _is_repeated(present, closed["yesterday"]):
            return {}
        return {
            Ref(plant_id(plant.id), f"{ITEMS[item]}_total"): round(closed["sums"].get(item, 0.0) + energy, _DECIMALS)
            for item, energy in present.items()
        }

    async def _closed(self, life: _Life, today: date, now: datetime) -> Mapping[str, Any] | None:
        """Return the sums until yesterday and yesterday itself; ``None`` while they cannot be read."""
        yesterday = today - timedelta(days=1)
        known = self._known.setdefault(life.plant, {"years": {}})
        if known.get("until") == yesterday.isoformat():
            return known
        failed = self._failed.get(life.plant)
        if failed is not None and now - failed < _AGAIN_AFTER:
            return None
        try:
            years = await self._years(life, today, known["years"])
            months, days = await self._present_year(life, today)
        except NotSupported, BadAnswer, Unreachable, RateLimited:  # today's statistics are there all the same
            self._failed[life.plant] = now
            return None
        this_month = [told for at, told in days.items() if at >= today.replace(day=1).isoformat()]
        known["sums"] = _added([*years, *months.values(), *this_month])
        known["yesterday"] = days.get(yesterday.isoformat(), {})
        known["until"] = yesterday.isoformat()
        self._store.save_later()
        return known

    async def _years(self, life: _Life, today: date, known: dict[str, Energies]) -> list[Energies]:
        """Return the years that are over. One is ``known`` for good once it is long over and was told with any energy."""
        years: list[Energies] = []
        for year in range(max(life.created.year, _OLDEST), today.year):
            if (found := known.get(str(year))) is None:
                last = date(year, 12, 31)
                found = _added((await self._series(life, "year", date(year, 1, 1), last)).values())
                if today - last > _YEAR_SETTLED and any(found.values()):
                    known[str(year)] = found
            years.append(found)
        return years

    async def _present_year(self, life: _Life, today: date) -> tuple[Mapping[str, Energies], Mapping[str, Energies]]:
        """Return the months of this year that are over, and the days of this month with yesterday whatever its month."""
        month, yesterday = today.replace(day=1), today - timedelta(days=1)
        months: Mapping[str, Energies] = {}
        if month.month > 1:
            months = await self._series(life, "month", date(today.year, 1, 1), month - timedelta(days=1))
        return months, await self._series(life, "day", min(month, yesterday), yesterday)

    async def _series(self, life: _Life, dimension: str, start: date, end: date) -> Mapping[str, Energies]:
        """Return what is over. Raises NothingInIt where a part of it is missing: a sum without it would be wrong."""
        found = series(await self._client.statistics(life.plant, tuple(ITEMS), dimension, start, end))
        expected = life.periods(dimension, start, end)
        items = {item for told in found.values() for item in told}
        if expected and not (expected <= found.keys() and life.items <= items):
            raise NothingInIt(f"Statistics by {dimension} that are not whole")
        return found


def series(bean: Bean) -> dict[str, Energies]:
    """Return statistics by the date of a point, as it is written, and by item."""
    found: dict[str, Energies] = {}
    for line in sections(bean.get("dataList")):
        item = text(line.get("item"))
        for point in sections(line.get("statisticsList")):
            at, energy = text(point.get("date")), number(point.get("val"))
            if item is not None and item in ITEMS and at is not None and energy is not None:
                found.setdefault(at, {})[item] = energy
    return found


def energies(bean: Bean, at: str) -> Energies:
    """Return the energies of one day, month or year of the statistics."""
    return series(bean).get(at, {})


def _added(parts: Iterable[Energies]) -> Energies:
    sums: Energies = {}
    for part in parts:
        for item, energy in part.items():
            sums[item] = sums.get(item, 0.0) + energy
    return sums


def _is_repeated(present: Energies, before: Energies) -> bool:
    """Tell whether what is told as today is still the day before (§9.5)."""
    return any(energy > _SAME and abs(energy - before.get(item, 0.0)) < _SAME for item, energy in present.items())
