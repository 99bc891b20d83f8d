"""The past as the password API tells it: charts of plants and of hybrids (growatt.md A.4, A.6.2, A.7.5)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
import re
from typing import Final

from ...core.clock import Clock
from ...core.errors import NotSupported, TooSoon
from ...core.parse import measured, number, section
from . import shinephone_calls as calls
from .history import (
    SOLAR_POWER,
    Row,
    days_between,
    energy_rows,
    local_day,
    periods_between,
    rows_within,
    spelled,
    zone_hours,
)
from .model import Bean, Family, Listed, Plant
from .shinephone import ShinePhone
from .shinephone_calls import Call
from .times import to_utc

_CHARTS_AT_ONCE: Final = 31  # the rest when it is asked again
_PAUSE: Final = 300.0
_REMEMBERED: Final = 1000  # charts of what is over

_DAY_CHART, _POINTS = "0", "1"  # resolutions: of a device (A.6.2), of a plant (A.4)
_TIME: Final = re.compile(r"\d\d:\d\d")

# By the period of a row: the plant's chart that has it, and what one chart covers.
_BARS: Final[Mapping[str, tuple[str, str]]] = {"day": ("2", "month"), "month": ("3", "year")}
_YEARS: Final = "4"
_ALL_YEARS: Final = "-"

# What the points of a day's chart say, in kW: added and subtracted.
_POWERS: Final[Mapping[Family, Mapping[str, tuple[str, str | None]]]] = {
    Family.MIN: {
        SOLAR_POWER: ("ppv", None),
        "home_power": ("userLoad", None),
        "grid_power": ("pacToUser", "pacToGrid"),
    },
    Family.SPH: {SOLAR_POWER: ("ppv", None), "home_power": ("sysOut", None), "grid_power": ("pacToUser", "pacToGrid")},
}


class PasswordHistory:
    """Answers questions about the past; charts of what is over are read once as long as the account is open."""

    def __init__(self, phone: ShinePhone, clock: Clock) -> None:
        """Start without any memory of the past."""
        self._phone = phone
        self._clock = clock
        self._known: dict[tuple[str, str, str, str], Bean] = {}

    async def of_plant(self, plant: Plant, start: datetime, end: datetime, period: str) -> Sequence[Row]:
        """Return a plant's energy (kWh) by day, month or year, or its power (W) every five minutes."""
        offset = zone_hours(plant.offset)
        end = min(end, self._clock.now())
        allowed = _counter()
        if period == "5minute":
            rows: list[Row] = []
            for day in days_between(start, end, offset):
                chart = await self._of_plant(
                    plant, _POINTS, day.isoformat(), allowed, is_over=self._is_over(day, offset)
                )
                rows += [{"start": at, SOLAR_POWER: watts} for at, watts in _points(chart, day, offset)]
            return rows_within(rows, start, end)
        if period != "year" and period not in _BARS:
            raise NotSupported(f"Plants are not counted by {period}")
        wanted = periods_between(start, end, offset, period)
        energies: dict[str, float | None] = {}
        if period == "year":
            energies |= _numbers(await self._of_plant(plant, _YEARS, _ALL_YEARS, allowed, is_over=False))
        else:
            kind, covered = _BARS[period]
            present = spelled(local_day(self._clock.now(), offset), covered)
            for name in periods_between(start, end, offset, covered):
                chart = await self._of_plant(plant, kind, name, allowed, is_over=name != present)
                energies |= {f"{name}-{at}": energy for at, energy in _numbers(chart).items()}
        return energy_rows(energies, wanted, offset)

    async def of_device(self, device: Listed, offset: float | None, start: datetime, end: datetime) -> Sequence[Row]:
        """Return a hybrid's powers (W) every five minutes."""
        powers = _POWERS.get(device.family)
        if powers is None:
            raise NotSupported("This kind of device has no chart that is understood")
        hours, allowed = zone_hours(offset), _counter()
        rows: list[Row] = []
        for day in days_between(start, min(end, self._clock.now()), hours):
            key = (calls.CHARTS[device.family].key, device.serial, _DAY_CHART, day.isoformat())
            chart = await self._chart(
                calls.CHARTS[device.family], key, allowed, is_over=self._is_over(day, hours), device=device
            )
            for time, point in section(chart.get("chartData")).items():
                if (at := _moment(day, time, hours)) is not None:
                    rows.append({"start": at, **_read(section(point), powers)})
        return rows_within(rows, start, min(end, self._clock.now()))

    def _is_over(self, day: date, offset: float) -> bool:
        """Tell whether a day's chart changes no more; the loggers may send a little afterwards."""
        return local_day(self._clock.now() - timedelta(hours=2), offset) > day

    async def _of_plant(
        self, plant: Plant, kind: str, name: str, allowed: Callable[[], None], *, is_over: bool
    ) -> Bean:
        call = calls.PLANT_POINTS if kind == _POINTS else calls.PLANT_CHART
        chart = await self._chart(call, (call.key, plant.id, kind, name), allowed, is_over=is_over)
        return section(chart.get("data"))

    async def _chart(
        self,
        call: Call,
        key: tuple[str, str, str, str],
        allowed: Callable[[], None],
        *,
        is_over: bool,
        device: Listed | None = None,
    ) -> Bean:
        """Read a chart; one that was read moments ago will do."""
        _, about, kind, name = key
        if key in self._known and is_over:
            return self._known[key]
        try:
            allowed()
            chart = await self._phone.read(call, device, plant=about, date=name, kind=kind)
        except TooSoon:
            if key not in self._known:
                raise
            return self._known[key]
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[key] = chart
        return chart


def _counter() -> Callable[[], None]:
    """Return what raises TooSoon once it was called too often."""
    left: Iterator[int] = iter(range(_CHARTS_AT_ONCE))

    def allowed() -> None:
        if next(left, None) is None:
            raise TooSoon(_PAUSE, "So much of the past is told in parts")

    return allowed


def _numbers(chart: Bean) -> dict[str, float | None]:
    return {name: number(value) for name, value in chart.items()}


def _points(chart: Bean, day: date, offset: float) -> Iterator[tuple[datetime, float]]:
    """Yield the moments of a plant's day and its watts."""
    for time, value in chart.items():
        at, watts = _moment(day, time, offset), number(value)
        if at is not None and watts is not None:
            yield at, watts


def _moment(day: date, time: str, offset: float) -> datetime | None:
    """Return a time ``HH:MM`` of a plant's day in UTC."""
    if not _TIME.fullmatch(time):
        return None
    try:
        return to_utc(datetime.fromisoformat(f"{day.isoformat()} {time}"), offset)
    except ValueError:
        return None


def _read(point: Mapping[str, object], powers: Mapping[str, tuple[str, str | None]]) -> dict[str, float]:
    """Return what a point says in W and our signs."""
    found: dict[str, float] = {}
    for key, (plus, minus) in powers.items():
        added, taken = (0.0 if name is None else measured(point.get(name), "kW", "W") for name in (plus, minus))
        if added is not None and taken is not None:
            found[key] = round(added - taken, 1)
    return found
