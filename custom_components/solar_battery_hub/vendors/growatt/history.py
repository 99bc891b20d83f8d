"""What histories have in common: days of a plant's clock and rows of the catalogue's words (growatt.md A.4, B.5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Final, Protocol

from ...core.errors import NotSupported
from ...core.model import Ref, Reported, Value
from .model import Listed, Plant
from .times import to_utc

type Row = Mapping[str, Value]

SOLAR_ENERGY: Final = "solar_energy"
SOLAR_POWER: Final = "solar_power"

_FORMATS: Final = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


class History(Protocol):
    """The past as one of the APIs tells it; every method raises NotSupported for what it does not tell."""

    async def of_plant(self, plant: Plant, start: datetime, end: datetime, period: str) -> Sequence[Row]:
        """Return a plant's energy (kWh) by day, month or year, or its power (W) every five minutes."""

    async def of_device(self, device: Listed, offset: float | None, start: datetime, end: datetime) -> Sequence[Row]:
        """Return what a device did every five minutes; ``offset`` is how many hours its clock is ahead of UTC."""


def zone_hours(offset: float | None) -> float:
    """Return how many hours a plant's clock is ahead of UTC. Raises NotSupported while that is not known."""
    if offset is None:
        raise NotSupported("The plant's time zone is not known yet")
    return offset


def local_day(moment: datetime, offset: float) -> date:
    """Return which day it is in a plant."""
    return moment.astimezone(timezone(timedelta(hours=offset))).date()


def days_between(start: datetime, end: datetime, offset: float) -> list[date]:
    """Return the plant's days that a span touches; its end is not part of it."""
    first, last = local_day(start, offset), local_day(end - timedelta(microseconds=1), offset)
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]


def spelled(day: date, period: str) -> str:
    """Return the day, month or year that a day belongs to, as the server writes it."""
    return day.strftime(_FORMATS[period])


def periods_between(start: datetime, end: datetime, offset: float, period: str) -> list[str]:
    """Return the days, months or years that a span touches, as the server writes them, in order."""
    return list(dict.fromkeys(spelled(day, period) for day in days_between(start, end, offset)))


def energy_rows(energies: Mapping[str, float | None], wanted: Iterable[str], offset: float) -> list[Row]:
    """Return a row for each period that has a value, in order: ``start`` in UTC and kWh."""
    return [
        {"start": to_utc(datetime.fromisoformat(_first_day(period)), offset), SOLAR_ENERGY: energy}
        for period in wanted
        if (energy := energies.get(period)) is not None
    ]


def rows_within(rows: Iterable[Row], start: datetime, end: datetime) -> list[Row]:
    """Return the rows of a span by their ``start``, each moment once, in order."""
    found = {at: row for row in rows if isinstance(at := row["start"], datetime) and start <= at < end}
    return [found[at] for at in sorted(found)]


def numbers_of(device: str, values: Mapping[Ref, Reported]) -> dict[str, Value]:
    """Return the numbers among a device's own readings."""
    return {
        ref.key: value
        for ref, value in values.items()
        if ref.device == device and isinstance(value, int | float) and not isinstance(value, bool)
    }


def chunks(days: Sequence[date], size: int) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of parts of so many days each."""
    for at in range(0, len(days), size):
        part = days[at : at + size]
        yield part[0], part[-1]


def _first_day(period: str) -> str:
    return f"{period}-01-01"[:10]
