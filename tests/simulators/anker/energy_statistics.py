"""Energies of power panels and of HES: one shape, two dialects (anker.md §10.4, §10.5).

A ``day`` answer holds mean kW for every five minutes, ``week`` and ``year`` one element per day or month, without a label.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from tests.simulators.anker.call import WRONG_PARAMETER, Bean, Call, Refused
from tests.simulators.anker.energies import NOTHING, Energies, total
from tests.simulators.anker.energy_analysis import days_between, parse
from tests.simulators.anker.energy_totals import two
from tests.simulators.anker.units import grown

if TYPE_CHECKING:
    from tests.simulators.anker.site import Site

DAY = "%Y-%m-%d"
LABELS = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 24 * 60, 5))
type Dialect = Literal["panel", "hes"]
type Amount = Callable[[Energies], float]


def nothing(_energies: Energies) -> float:
    """Return what a device that is not there takes and gives."""
    return 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """A line of ``aggregates``: which side it belongs to and whether it came in."""

    title: str
    type: str
    amount: Amount
    imported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A ``sourceType``. ``imported`` and ``exported`` are its totals (``None``: not applicable), ``curves`` its powers."""

    imported: Amount | None = None
    exported: Amount | None = None
    curves: tuple[Amount, ...] = ()
    gives: bool = False
    """What it gave is what counts."""
    parts: tuple[Part, ...] = ()
    hes_parts: tuple[Part, ...] = ()
    """What a HES tells besides ``parts``."""

    @property
    def main(self) -> Amount:
        """Return what ``totalEnergy`` repeats: exported of hes, solar and diesel, imported of the others (§10.4)."""
        return (self.exported if self.gives else self.imported) or nothing


HES = Source(
    gives=True,
    imported=lambda energies: energies.charged,
    exported=lambda energies: energies.discharged,
    curves=(lambda energies: -energies.charged, lambda energies: energies.discharged),
    hes_parts=(
        Part("Load power consumption", "home", lambda energies: energies.battery_to_home),
        Part("Sold power", "grid", lambda energies: energies.battery_to_grid),
    ),
)
CHARGE_PARTS = (
    Part("Photovoltaic charging", "solar", lambda energies: energies.solar_to_battery, imported=True),
    Part("Grid charging", "grid", lambda energies: energies.grid_to_battery, imported=True),
)
"""Where the charge of a power panel's battery came from; only a day's answer tells."""
SOURCES: Mapping[str, Source] = {
    "hes": HES,
    "pps": HES,
    "home": Source(
        imported=lambda energies: energies.home,
        curves=(lambda energies: energies.home,),
        parts=(
            Part("Battery power supply", "hes", lambda energies: energies.battery_to_home),
            Part("Photovoltaic power supply", "solar", lambda energies: energies.solar_to_home),
            Part("Grid power consumption", "grid", lambda energies: energies.grid_to_home),
        ),
    ),
    "grid": Source(
        imported=lambda energies: energies.imported,
        exported=lambda energies: energies.exported,
        curves=(lambda energies: energies.imported,),
        parts=(
            Part("Battery charging capacity", "hes", lambda energies: energies.grid_to_battery, imported=True),
            Part("Load power consumption", "home", lambda energies: energies.grid_to_home, imported=True),
        ),
        hes_parts=(
            Part("Battery power supply", "hes", lambda energies: energies.battery_to_grid),
            Part("Photovoltaic power supply", "solar", lambda energies: energies.solar_to_grid),
        ),
    ),
    "solar": Source(
        gives=True,
        exported=lambda energies: energies.solar,
        curves=(lambda energies: energies.solar,),
        parts=(
            Part("Battery charging capacity", "hes", lambda energies: energies.solar_to_battery),
            Part("Load power consumption", "home", lambda energies: energies.solar_to_home),
            Part("Sold power", "grid", lambda energies: energies.solar_to_grid),
        ),
    ),
    "diesel": Source(
        gives=True,
        exported=nothing,
        curves=(nothing,),
        parts=(Part("Battery charging capacity", "hes", nothing), Part("Load power consumption", "home", nothing)),
    ),
    "evCharger": Source(imported=lambda energies: energies.charger, curves=(lambda energies: energies.charger,)),
    "otherLoad": Source(imported=nothing, curves=(nothing,)),
}
ASKED: Mapping[Dialect, frozenset[str]] = {
    "panel": frozenset(("solar", "hes", "home", "grid", "pps", "diesel")),
    "hes": frozenset(("solar", "hes", "home", "grid", "evCharger", "otherLoad")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One question: of which site, in which dialect, over which days, and until when the cloud has counted."""

    site: Site
    dialect: Dialect
    source: str
    kind: str
    first: date
    last: date
    until: datetime
    watt_hours: bool

    def counted(self, *days: date) -> Energies:
        """Return what some days have counted."""
        return total(self.site.diary.counted(day, self.until) or NOTHING for day in days)

    def told(self, kwh: float | None) -> tuple[str, str]:
        """Return an energy and its unit; both empty when it does not apply."""
        if kwh is None:
            return "", ""
        if self.watt_hours and 0 < kwh < 1:
            return two(kwh * 1_000), "Wh"
        return grown(kwh, kilo="KWh")

    def groups(self) -> list[tuple[date, ...]]:
        """Return the days of each element: the days of a week question, the months of a year."""
        days = list(days_between(self.first, self.last))
        if self.kind != "year":
            return [(day,) for day in days]
        months = sorted({(day.year, day.month) for day in days})
        return [tuple(day for day in days if (day.year, day.month) == month) for month in months]


def inquiry(call: Call, dialect: Dialect) -> Inquiry:
    """Return what is asked; refuse a source or a kind that does not exist."""
    source, kind = call.text("sourceType"), call.text("dateType")
    if source not in ASKED[dialect] or kind not in ("day", "week", "year"):
        raise Refused(WRONG_PARAMETER)
    statistics = call.world.extras.statistics
    first = parse(call.text("start"), DAY)
    last = first if kind == "day" else parse(call.text("end"), DAY)
    if kind == "year":
        first, last = first.replace(month=1, day=1), first.replace(month=12, day=31)
    return Inquiry(
        site=call.site("siteId"),
        dialect=dialect,
        source=source,
        kind=kind,
        first=first,
        last=last,
        until=statistics.until(call.now),
        watt_hours=statistics.watt_hours,
    )


def answer(asked: Inquiry) -> Bean:
    """Return the whole answer."""
    source = SOURCES[asked.source]
    energies = asked.counted(*days_between(asked.first, asked.last))
    imported: Amount | None = source.imported
    if asked.dialect == "hes" and asked.source == "hes" and asked.kind != "day":
        imported = None  # a week of a HES lacks what was charged (§10.4)
    named = {"totalEnergy": source.main, "totalImportedEnergy": imported, "totalExportedEnergy": source.exported}
    told = {name: asked.told(amount(energies) if amount else None) for name, amount in named.items()}
    flat: Bean = {}
    for name, (value, unit) in told.items():
        flat |= {name: value, f"{name}Unit": unit}
    by_day = asked.kind == "day"
    shape: Bean = {
        **flat,
        "power": _curve(asked, source) if by_day else None,
        "powerUnit": "KW" if by_day else "",
        "chargeLevel": _levels(asked) if by_day and source is HES else None,
        "energy": None if by_day else [_element(asked, source, days) for days in asked.groups()],
        "energyUnit": "KWh",
        "aggregates": _aggregates(asked, source, energies),
    }
    return {**shape, "hasDiesel": False} if asked.dialect == "panel" else shape


def _rod(name: str, value: str) -> list[Bean]:
    return [{"from": "0", "to": value, "sourceType": name}]


def _element(asked: Inquiry, source: Source, days: tuple[date, ...]) -> Bean:
    """Return one day's or month's energy; only the grid has a negative side."""
    energies = asked.counted(*days)
    value = two(source.main(energies))
    plain = {"value": value, "negValue": "0", "rods": _rod(asked.source, value), "negRods": None}
    if asked.source != "grid":
        return plain
    exported = f"-{two(energies.exported)}"
    return {**plain, "negValue": exported, "negRods": _rod(asked.source, exported)}


def _aggregates(asked: Inquiry, source: Source, energies: Energies) -> list[Bean]:
    """Return where it went or came from; the percents are those of each direction."""
    parts = [*source.parts, *(source.hes_parts if asked.dialect == "hes" else ())]
    if source is HES and asked.dialect == "panel" and asked.kind == "day":
        parts = list(CHARGE_PARTS)
    rows = []
    for part in parts:
        whole = sum(other.amount(energies) for other in parts if other.imported == part.imported)
        value, unit = asked.told(part.amount(energies))
        percent = f"{round(100 * part.amount(energies) / whole) if whole else 0}%"
        row: Bean = {"title": part.title, "value": value, "unit": unit, "type": part.type, "percent": percent}
        row |= {"imported": part.imported}
        rows.append({**row, "showPercent": percent} if asked.dialect == "hes" else row)
    return rows


def _curve(asked: Inquiry, source: Source) -> list[Bean]:
    """Return mean kW for every five minutes; what is to come is "0"."""
    slots = {slot.start.strftime("%H:%M"): slot.energies for slot in asked.site.diary.slots(asked.first, asked.until)}
    return [
        {
            "time": label,
            "powerInfos": [
                {"type": asked.source, "value": two(12 * amount(slots[label])) if label in slots else "0"}
                for amount in source.curves
            ],
        }
        for label in LABELS
    ]


def _levels(asked: Inquiry) -> list[Bean]:
    """Return the charge in % for every five minutes; "0" is no data."""
    slots = {slot.start.strftime("%H:%M"): slot.level for slot in asked.site.diary.slots(asked.first, asked.until)}
    return [{"time": label, "value": str(round(slots[label])) if label in slots else "0"} for label in LABELS]
