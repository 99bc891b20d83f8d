"""The past as the token API tells it (growatt.md B.5, B.6.3, B.7)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from ...core.clock import Clock
from ...core.errors import NotSupported, TooSoon
from ...core.model import Value
from ...core.parse import number, sections, text
from . import openapi_calls as calls
from .fields import Part
from .history import (
    SOLAR_POWER,
    Row,
    chunks,
    days_between,
    energy_rows,
    local_day,
    numbers_of,
    periods_between,
    rows_within,
    zone_hours,
)
from .model import Listed, Plant
from .openapi import OpenApi
from .readings import Readings
from .times import local_time, to_utc

_DAYS_PER_CALL: Final = 6  # B.3: seven at most, and clients do not agree on how to count
_PATIENCE: Final = timedelta(minutes=5)  # that one question may take while pages have to wait for each other
_REMEMBERED: Final = 1000  # answers about the past


class TokenHistory:
    """Answers questions about the past; what the server tells only so often is put together from several questions.

    Answers about what is over are remembered as long as the account is open, so that a question that was
    refused as TooSoon goes on where it stopped when it is asked again.
    """

    def __init__(self, client: OpenApi, clock: Clock, readings: Readings) -> None:
        """Start without any memory of the past."""
        self._client = client
        self._clock = clock
        self._readings = readings
        self._known: dict[tuple[Any, ...], Any] = {}

    async def of_plant(self, plant: Plant, start: datetime, end: datetime, period: str) -> Sequence[Row]:
        """Return a plant's energy (kWh) by day, month or year, or its power (W) every five minutes."""
        offset = zone_hours(plant.offset)
        end = min(end, self._clock.now())
        match period:
            case "5minute":
                return await self._power(plant, start, end, offset)
            case "day":
                await self._days(plant, days_between(start, end, offset), offset)
            case "month" | "year":
                days = days_between(start, end, offset)
                if days:
                    await self._energies(plant, period, days[0], days[-1])
            case _:
                raise NotSupported(f"Plants are not counted by {period}")
        wanted = periods_between(start, end, offset, period)
        return energy_rows({one: self._known.get((plant.id, period, one)) for one in wanted}, wanted, offset)

    async def of_device(self, device: Listed, offset: float | None, start: datetime, end: datetime) -> Sequence[Row]:
        """Return every upload of a device, with what it measured then."""
        hours = zone_hours(offset)
        deadline = self._clock.now() + _PATIENCE
        rows: list[Row] = []
        for first, last in chunks(days_between(start, min(end, self._clock.now()), hours), _DAYS_PER_CALL):
            page, total = 1, 1
            while (page - 1) * calls.PER_PAGE < total:
                answer = await self._page(device, first, last, page, hours, deadline)
                total = int(number(answer.get("count")) or 0)
                rows += [self._row(device, bean, hours) for bean in sections(answer.get("datas"))]
                page += 1
        return rows_within(rows, start, end)

    # Plants

    async def _days(self, plant: Plant, days: Sequence[date], offset: float) -> None:
        """Learn the energy of days: of those that are over only once."""
        today = local_day(self._clock.now(), offset)
        missing = [day for day in days if day == today or (plant.id, "day", day.isoformat()) not in self._known]
        while missing:
            first = missing[0]
            last = min(missing[-1], first + timedelta(days=_DAYS_PER_CALL))
            await self._energies(plant, "day", first, last)
            for at in range((last - first).days + 1):
                self._known.setdefault((plant.id, "day", (first + timedelta(days=at)).isoformat()), None)
            missing = [day for day in missing if day > last]

    async def _energies(self, plant: Plant, unit: str, first: date, last: date) -> None:
        self._tidy()
        for bean in await self._client.plant_energy(plant.id, first, last, unit):
            if (name := text(bean.get("date"))) is not None:
                self._known[plant.id, unit, name] = number(bean.get("energy"))

    async def _power(self, plant: Plant, start: datetime, end: datetime, offset: float) -> Sequence[Row]:
        rows: list[Row] = []
        today = local_day(self._clock.now(), offset)
        for day in days_between(start, end, offset):
            key = (plant.id, "power", day)
            if key not in self._known:
                self._tidy()
                beans = await self._client.plant_power(plant.id, day)
                told = ((local_time(bean), number(bean.get("power"))) for bean in beans)
                found: list[Row] = [
                    {"start": to_utc(at, offset), SOLAR_POWER: power} for at, power in told if at and power is not None
                ]
                if day == today:
                    rows += found
                    continue
                self._known[key] = found
            rows += self._known[key]
        return rows_within(rows, start, end)

    # Devices

    async def _page(
        self, device: Listed, first: date, last: date, page: int, offset: float, deadline: datetime
    ) -> Mapping[str, Any]:
        """Return one page of the past, waiting for the turn as long as patience lasts."""
        key = (device.serial, first, last, page)
        if key in self._known:
            answer: Mapping[str, Any] = self._known[key]
            return answer
        allowed = self._client.history_allowed_at(device)
        if allowed > deadline:
            raise TooSoon((allowed - self._clock.now()).total_seconds(), "The past is told page by page")
        await self._clock.sleep_until(allowed)
        answer = await self._client.history(device, first, last, page)
        if last < local_day(self._clock.now(), offset):
            self._tidy()
            self._known[key] = answer
        return answer

    def _row(self, device: Listed, bean: Mapping[str, Any], offset: float) -> Row:
        told = local_time(bean)
        values = self._readings.of_device(replace(device, lost=False), Part.LIVE, bean)
        row: dict[str, Value] = {"start": None if told is None else to_utc(told, offset)}
        return row | numbers_of(device.serial, values)

    def _tidy(self) -> None:
        if len(self._known) > _REMEMBERED:
            self._known.clear()
