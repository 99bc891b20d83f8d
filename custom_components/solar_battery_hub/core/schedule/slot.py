"""One time window with a job, and how it is stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import time
from itertools import product
from math import isfinite
import re
from typing import Any, Final, Self

from .errors import Reason, ScheduleError, problem

MIDNIGHT: Final = time(0)
DAY: Final = 24 * 60
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALL_DAYS: Final = frozenset(range(7))
ALL_MONTHS: Final = frozenset(range(1, 13))
NUMBERS: Final = ("power", "stop_level")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is done in a slot; the numbers are in the units of the device's rules."""

    mode: str
    power: float | None = None
    stop_level: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One time window with a job.

    ``start`` and ``end`` are whole minutes of site-local time. An ``end`` of 00:00 is the
    end of the day, so 00:00–00:00 is a whole day; an ``end`` before ``start`` is on the
    next day, and ``days`` and ``months`` name those the slot starts on. A slot whose equal
    times are not midnight is empty. ``days`` are 0 (Monday) to 6, ``months`` 1 to 12; all
    of them are the same as ``None``, and an empty set never runs. ``power`` is ≥ 0, its
    direction is the mode's; it and ``stop_level`` are in the units of the device's rules.
    Raises ValueError for seconds, time zones, or days and months that do not exist.
    """

    start: time
    end: time
    mode: str
    power: float | None = None
    stop_level: float | None = None
    enabled: bool = True
    days: frozenset[int] | None = None
    months: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if any(moment != time(moment.hour, moment.minute) for moment in (self.start, self.end)):
            raise ValueError("Times of a slot are whole minutes without a time zone")
        for name, every in (("days", ALL_DAYS), ("months", ALL_MONTHS)):
            members = getattr(self, name)
            if members is not None and not members <= every:
                raise ValueError(f"No such {name}")
            if members == every:
                object.__setattr__(self, name, None)

    @property
    def job(self) -> Job:
        """What is done in the slot."""
        return Job(mode=self.mode, power=self.power, stop_level=self.stop_level)

    @property
    def span(self) -> tuple[int, int]:
        """First minute and the one after the last, from the start of the first day: 22:00–06:00 is 1320, 1800."""
        start = minute_of(self.start)
        end = minute_of(self.end) or DAY
        return start, end if end >= start else end + DAY

    def split(self) -> tuple[Slot, ...]:
        """Return the slot, or its two halves if it crosses midnight; the second starts on the following weekdays."""
        if self.span[1] <= DAY:
            return (self,)
        days = None if self.days is None else frozenset((day + 1) % 7 for day in self.days)
        return replace(self, end=MIDNIGHT), replace(self, start=MIDNIGHT, days=days)

    def overlaps(self, other: Slot) -> bool:
        """Tell whether both cover a common minute, be they enabled or not."""
        return any(_meet(mine, theirs) for mine, theirs in product(self.split(), other.split()))

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON types: times as ``HH:MM``, days as ``mon`` … ``sun``, months as 1 … 12, all of them null."""
        return {
            "start": f"{self.start:%H:%M}",
            "end": f"{self.end:%H:%M}",
            "mode": self.mode,
            "power": self.power,
            "stop_level": self.stop_level,
            "enabled": self.enabled,
            "days": None if self.days is None else [WEEKDAYS[day] for day in sorted(self.days)],
            "months": None if self.months is None else sorted(self.months),
        }

    @classmethod
    def from_dict(cls, data: object, *, number: int = 1) -> Self:
        """Return the slot that ``as_dict`` or a user described; ``number`` names it in errors.

        Only start, end and mode are required. Times may be ``time`` objects, ``H:M`` or
        ``HH:MM:00``, the end also ``24:00``. Raises ScheduleError.
        """
        if not isinstance(data, Mapping):
            raise ScheduleError(problem(Reason.BAD_SCHEDULE))
        problems = [problem(Reason.UNKNOWN_FIELD, slot=number, field=key) for key in data if key not in _PARSERS]
        problems += [problem(Reason.FIELD_MISSING, slot=number, field=key) for key in _REQUIRED if key not in data]
        values = {}
        for key in (key for key in _PARSERS if key in data):
            try:
                values[key] = _PARSERS[key](data[key])
            except TypeError, ValueError:
                problems.append(problem(Reason.BAD_FIELD, slot=number, field=key, value=str(data[key])[:40]))
        if problems:
            raise ScheduleError(*problems)
        return cls(**values)


def minute_of(moment: time) -> int:
    """Return the minutes since midnight."""
    return moment.hour * 60 + moment.minute


def _meet(mine: Slot, theirs: Slot) -> bool:
    """Tell whether two slots that stay within their day cover a common minute."""
    (start, end), (other_start, other_end) = mine.span, theirs.span
    return (
        max(start, other_start) < min(end, other_end)
        and not members_of(mine.days, ALL_DAYS).isdisjoint(members_of(theirs.days, ALL_DAYS))
        and not members_of(mine.months, ALL_MONTHS).isdisjoint(members_of(theirs.months, ALL_MONTHS))
    )


def members_of(members: frozenset[int] | None, every: frozenset[int]) -> frozenset[int]:
    """Return the members, which are all when none are named."""
    return every if members is None else members


def _parse_time(value: object) -> time:
    """Return the time, in whole minutes."""
    if isinstance(value, time):
        hour, minute, rest = value.hour, value.minute, value.replace(hour=0, minute=0)
    elif isinstance(value, str) and (found := re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?", value, re.ASCII)):
        hour, minute, rest = int(found[1]), int(found[2]), MIDNIGHT
    else:
        raise TypeError
    if rest != MIDNIGHT:
        raise ValueError
    return time(hour, minute)


def _parse_end(value: object) -> time:
    """Return the time; 24:00 is the end of the day."""
    return MIDNIGHT if value in ("24:00", "24:00:00") else _parse_time(value)


def _parse_mode(value: object) -> str:
    """Return the mode."""
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _parse_number(value: object) -> float | None:
    """Return the number or nothing."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value)):
        raise TypeError
    return value


def _parse_flag(value: object) -> bool:
    """Return the flag."""
    if not isinstance(value, bool):
        raise TypeError
    return value


def _parse_members(value: object, names: Mapping[Any, int]) -> frozenset[int] | None:
    """Return the numbers of the named days or months, or nothing for all."""
    if value is None:
        return None
    if not isinstance(value, list | tuple | set | frozenset) or any(isinstance(name, bool) for name in value):
        raise TypeError
    if not names.keys() >= set(value):
        raise ValueError
    return frozenset(names[name] for name in value)


_DAY_NUMBERS: Final = {name: number for number, name in enumerate(WEEKDAYS)}
_MONTH_NUMBERS: Final = {number: number for number in ALL_MONTHS}
_REQUIRED: Final = ("start", "end", "mode")
_PARSERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "start": _parse_time,
    "end": _parse_end,
    "mode": _parse_mode,
    "power": _parse_number,
    "stop_level": _parse_number,
    "enabled": _parse_flag,
    "days": lambda value: _parse_members(value, _DAY_NUMBERS),
    "months": lambda value: _parse_members(value, _MONTH_NUMBERS),
}
