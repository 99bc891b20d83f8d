"""The past of a plant as either way tells it (goodwe.md §4.7, §5.5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
import math
from typing import Final, Protocol

from ...core.clock import Clock
from ...core.errors import NotSupported, TooMuch
from ...core.model import Value
from ...core.parse import moment, number, section, sections, text
from .legacy import Legacy
from .model import Bean, Plant
from .semsplus import SemsPlus
from .totals import ITEMS, series

type Row = Mapping[str, Value]

PERIODS: Final = ("5minute", "day", "month", "year")

_MOST_CALLS: Final = 31  # for one question; the rest when it is asked again
_FORMATS: Final = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
_STEP: Final = timedelta(minutes=5)
_MOST: Final = 1e9  # W; more is garbage

# Item of a power curve (kW, %; + is export and discharging) to our key and what makes it ours.
_CURVES: Final[Mapping[str, tuple[str, float]]] = {
    "pSystem": ("solar_power", 1000.0),
    "pConsum": ("home_power", 1000.0),
    "pGrid": ("grid_power", -1000.0),
    "pBat": ("battery_power", 1000.0),
    "soc": ("battery_level", 1.0),
}
# The same of the legacy way, in W.
_LINES: Final[Mapping[str, tuple[str, float]]] = {
    "PCurve_Power_PV": ("solar_power", 1.0),
    "PCurve_Power_Load": ("home_power", 1.0),
    "PCurve_Power_Meter": ("grid_power", -1.0),
    "PCurve_Power_Battery": ("battery_power", 1.0),
    "PCurve_Power_SOC": ("battery_level", 1.0),
}
_BALANCE: Final[Mapping[str, str]] = {
    "sum": "solar_energy",
    "consumptionOfLoad": "home_energy",
    "sell": "grid_export_energy",
    "buy": "grid_import_energy",
    "charge": "battery_charge_energy",
    "disCharge": "battery_discharge_energy",
}
_RANGES: Final = {"day": 1, "month": 2, "year": 3}
_NOT_NEGATIVE: Final = frozenset({"solar_power", "home_power"})


class History(Protocol):
    """The past as one of the ways tells it."""

    async def of_plant(
        self, plant: Plant, zone: tzinfo | None, start: datetime, end: datetime, period: str
    ) -> Sequence[Row]:
        """Return a plant's energies (kWh) by day, month or year, or its powers (W) and level (%) every five minutes.

        Rows are ``{"start": aware UTC, <key>: value}`` in order. Raises NotSupported for another period, TooMuch for a
        span that takes too many calls, and what a call raises.
        """


class SemsPlusHistory:
    """The past by the statistics of SEMS+."""

    def __init__(self, client: SemsPlus, clock: Clock) -> None:
        """Take the way to ask."""
        self._client = client
        self._clock = clock

    async def of_plant(
        self, plant: Plant, zone: tzinfo | None, start: datetime, end: datetime, period: str
    ) -> Sequence[Row]:
        """See ``History``."""
        clock, days = _days(zone, start, min(end, self._clock.now()), period)
        if period == "5minute":
            return _within(await self._curves(plant, clock, _allowed(days)), start, end)
        found: dict[str, Row] = {}
        for first, last in _allowed(list(_chunks(days, period))):
            bean = await self._client.statistics(plant.id, tuple(ITEMS), period, first, last)
            for at, energies in series(bean).items():
                found[at] = {ITEMS[item]: energy for item, energy in energies.items()}
        wanted = dict.fromkeys(day.strftime(_FORMATS[period]) for day in days)
        return [{"start": _begin(at, clock), **found[at]} for at in wanted if at in found]

    async def _curves(self, plant: Plant, zone: tzinfo, days: Sequence[date]) -> list[Row]:
        rows: list[Row] = []
        for day in days:
            begin = datetime.combine(day, time())
            ahead = begin.replace(tzinfo=zone).utcoffset() or timedelta()
            end = begin + timedelta(days=1, seconds=-1)
            lines = await self._client.power_curve(plant.id, tuple(_CURVES), begin, end, ahead / timedelta(hours=1))
            points = (
                (_CURVES[item], text(point.get("tp")), number(point.get("power")))
                for line in lines
                if (item := text(line.get("item")) or "") in _CURVES
                for point in (*sections(line.get("powerData")), *sections(line.get("statisticsList")))
            )
            rows += _means(
                (at, key, value * factor)
                for (key, factor), told, value in points
                if value is not None and (at := moment(told, zone)) is not None
            )
        return rows


class LegacyHistory:
    """The past by the charts of the legacy API."""

    def __init__(self, client: Legacy, clock: Clock) -> None:
        """Take the way to ask."""
        self._client = client
        self._clock = clock

    async def of_plant(
        self, plant: Plant, zone: tzinfo | None, start: datetime, end: datetime, period: str
    ) -> Sequence[Row]:
        """See ``History``."""
        clock, days = _days(zone, start, min(end, self._clock.now()), period)
        if period == "5minute":
            rows: list[Row] = []
            for day in _allowed(days):
                rows += _means(_points(await self._client.power_chart(plant.id, day), day, clock))
            return _within(rows, start, end)
        rows = []
        today = self._clock.now().astimezone(clock).date()
        wanted = {day.strftime(_FORMATS[period]): _last_day(day, period) for day in days}
        for at, last in _allowed(list(wanted.items())):
            chart = await self._client.energy_chart(plant.id, min(last, today), _RANGES[period])
            model = section(chart.get("modelData"))
            energies = {key: number(model.get(name)) for name, key in _BALANCE.items()}
            told = {key: energy for key, energy in energies.items() if energy is not None}
            if told:
                rows.append({"start": _begin(at, clock), **told})
        return rows


def _days(zone: tzinfo | None, start: datetime, end: datetime, period: str) -> tuple[tzinfo, list[date]]:
    """Return a plant's clock and its days that a span touches; the end is not part of it."""
    if period not in PERIODS:
        raise NotSupported(f"Plants are not counted by {period}")
    if zone is None:
        raise NotSupported("The plant's time zone is not known yet")
    first, last = start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()
    return zone, [first + timedelta(days=at) for at in range((last - first).days + 1)]


def _allowed[T](calls: Sequence[T]) -> Sequence[T]:
    """Return what is to be asked, if that is not too much at once."""
    if len(calls) > _MOST_CALLS:
        raise TooMuch(f"So much of the past takes {len(calls)} calls, {_MOST_CALLS} are allowed at once")
    return calls


def _chunks(days: Sequence[date], period: str) -> Iterator[tuple[date, date]]:
    """Yield whole months of days, and whole years of months and years: each is one call (§5.5)."""
    keys = dict.fromkeys((day.year, day.month if period == "day" else 0) for day in days)
    for year, month in keys:
        if month:
            first = date(year, month, 1)
            yield max(days[0], first), min(days[-1], _last_day(first, "month"))
        else:
            yield date(year, 1, 1), date(year, 12, 31)


def _last_day(day: date, period: str) -> date:
    """Return the last day of the period that a day belongs to: a chart ends with the day it is asked for."""
    if period == "day":
        return day
    month = day.month if period == "month" else 12
    return date(day.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _begin(at: str, zone: tzinfo) -> datetime:
    """Return when a day, month or year of a plant began, in UTC."""
    return datetime.fromisoformat(f"{at}-01-01"[:10]).replace(tzinfo=zone).astimezone(UTC)


def _points(chart: Bean, day: date, zone: tzinfo) -> Iterator[tuple[datetime, str, float]]:
    """Yield the points of a legacy chart; those in the future have no value."""
    for line in sections(chart.get("lines")):
        if (name := text(line.get("key")) or "") not in _LINES:
            continue
        key, factor = _LINES[name]
        for point in sections(line.get("xy")):
            at, value = moment(f"{day.isoformat()} {text(point.get('x'))}", zone), number(point.get("y"))
            if at is not None and value is not None:
                yield at, key, value * factor


def _means(points: Iterable[tuple[datetime, str, float]]) -> list[Row]:
    """Return a row for every five minutes, with the mean of what was measured in them."""
    found: dict[datetime, dict[str, list[float]]] = {}
    for at, key, value in points:
        start = datetime.fromtimestamp(at.timestamp() // _STEP.total_seconds() * _STEP.total_seconds(), UTC)
        if abs(value) < _MOST:
            found.setdefault(start, {}).setdefault(key, []).append(max(value, 0.0) if key in _NOT_NEGATIVE else value)
    return [
        {"start": start, **{key: round(math.fsum(values) / len(values), 1) + 0.0 for key, values in told.items()}}
        for start, told in sorted(found.items())
    ]


def _within(rows: Iterable[Row], start: datetime, end: datetime) -> list[Row]:
    """Return the rows of a span."""
    return [row for row in rows if isinstance(at := row["start"], datetime) and start <= at < end]
