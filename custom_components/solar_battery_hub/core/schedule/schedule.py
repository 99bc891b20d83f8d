"""The slots of one device: when two schedules are the same."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from itertools import groupby, product
import json
from typing import Any, NamedTuple, Self

from .errors import Reason, ScheduleError, problem
from .slot import ALL_DAYS, ALL_MONTHS, DAY, Job, Slot, members_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The slots of one device; the order is that of the device's own places.

    Two schedules that make a device do the same have equal normal forms; ``==`` also
    compares order, disabled slots and how windows are cut.
    """

    slots: tuple[Slot, ...] = ()

    def normal_form(self) -> Schedule:
        """Return the one schedule that stands for all which do the same every minute of the year.

        Disabled slots are dropped, touching and overlapping windows of one job joined,
        also over midnight (a window of 24 hours or more stays cut there), and slots sorted.
        """
        windows = _invert(_week_plans(self.slots))
        _join_over_midnight(windows)
        return Schedule(slots=_slots(windows))

    def fill(self, job: Job) -> Schedule:
        """Return the schedule with each minute of each day that no enabled slot covers given to ``job``."""
        plans = _week_plans(self.slots)
        gaps = {cell: tuple(_gaps(plans.get(cell, ()), job)) for cell in product(ALL_MONTHS, ALL_DAYS)}
        return Schedule(slots=self.slots + _slots(_invert(gaps)))

    def by_days(self) -> Schedule:
        """Return it as whole-day plans: no slot crosses midnight, and the weekdays and months of two are equal or disjoint.

        Months form runs within the year, in order; within a run, days with equal plans
        share their slots. This is how plans per season and weekday set are stored.
        """
        plans = _week_plans(self.slots)
        slots: list[Slot] = []
        for week, months in groupby(
            sorted(ALL_MONTHS), key=lambda month: tuple(plans.get((month, day), ()) for day in range(7))
        ):
            season = frozenset(months)
            for plan in dict.fromkeys(week):
                days = frozenset(day for day in ALL_DAYS if week[day] == plan)
                slots += [window.as_slot(days, season) for window in plan]
        return Schedule(slots=tuple(slots))

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON types, for Stores and answers of actions."""
        return {"slots": [slot.as_dict() for slot in self.slots]}

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Return the schedule that ``as_dict`` or a user described; raises ScheduleError."""
        slots = data.get("slots") if isinstance(data, Mapping) else None
        if not isinstance(slots, list | tuple):
            raise ScheduleError(problem(Reason.BAD_SCHEDULE))
        return cls(slots=tuple(Slot.from_dict(slot, number=number) for number, slot in enumerate(slots, 1)))

    def as_text(self) -> str:
        """Return it as the one JSON text of ``as_dict``: how a schedule is the value of a reading or setting."""
        return json.dumps(self.as_dict(), separators=(",", ":"))

    @classmethod
    def from_text(cls, text: object) -> Self:
        """Return the schedule of ``as_text``; raises ScheduleError."""
        try:
            data = json.loads(text) if isinstance(text, str) else None
        except ValueError:
            data = None
        return cls.from_dict(data)


def time_at(minute: int) -> time:
    """Return the time of a minute since midnight; that of the following day too, so 1440 is 00:00."""
    return time(minute // 60 % 24, minute % 60)


class _Window(NamedTuple):
    """A span of one day with its job."""

    start: int
    end: int
    job: Job

    def as_slot(self, days: Iterable[int], months: Iterable[int]) -> Slot:
        """Return the slot that has this window on the given days."""
        return Slot(
            start=time_at(self.start),
            end=time_at(self.end),
            mode=self.job.mode,
            power=self.job.power,
            stop_level=self.job.stop_level,
            days=frozenset(days),
            months=frozenset(months),
        )


type _Cell = tuple[int, int]  # month and weekday: the days of a year that are alike to every schedule
type _Windows = dict[_Window, set[_Cell]]


def _week_plans(slots: Iterable[Slot]) -> dict[_Cell, tuple[_Window, ...]]:
    """Return the longest possible windows of one job on each day, by start."""
    cells: defaultdict[_Cell, list[_Window]] = defaultdict(list)
    for half in (half for slot in slots if slot.enabled for half in slot.split()):
        for cell in product(members_of(half.months, ALL_MONTHS), members_of(half.days, ALL_DAYS)):
            cells[cell].append(_Window(*half.span, half.job))
    return {cell: _joined(windows) for cell, windows in cells.items()}


def _joined(windows: Iterable[_Window]) -> tuple[_Window, ...]:
    """Return the windows of one day with those of one job joined where they touch."""
    result: dict[Job, list[_Window]] = defaultdict(list)
    for window in sorted(windows, key=lambda window: window[:2]):
        same = result[window.job]
        if same and window.start <= same[-1].end:
            same[-1] = same[-1]._replace(end=max(window.end, same[-1].end))
        elif window.start < window.end:
            same.append(window)
    return tuple(sorted((window for same in result.values() for window in same), key=_window_order))


def _gaps(windows: Iterable[_Window], job: Job) -> Iterator[_Window]:
    """Yield what the windows of one day leave free."""
    reached = 0
    for window in windows:
        if window.start > reached:
            yield _Window(reached, window.start, job)
        reached = max(reached, window.end)
    if reached < DAY:
        yield _Window(reached, DAY, job)


def _invert(plans: Mapping[_Cell, Iterable[_Window]]) -> _Windows:
    """Return the days of each window."""
    windows: _Windows = defaultdict(set)
    for cell, day in plans.items():
        for window in day:
            windows[window].add(cell)
    return windows


def _join_over_midnight(windows: _Windows) -> None:
    """Join evenings with the mornings after them where the job goes on for less than 24 hours."""
    evenings = [window for window in windows if window.end == DAY]
    mornings = [window for window in windows if window.start == 0]
    for evening, morning in product(evenings, mornings):
        if evening.job != morning.job or morning.end >= evening.start:
            continue
        nights = {(month, day) for month, day in windows[evening] if (month, (day + 1) % 7) in windows[morning]}
        windows[evening] -= nights
        windows[morning] -= {(month, (day + 1) % 7) for month, day in nights}
        windows[evening._replace(end=DAY + morning.end)] = nights


def _slots(windows: _Windows) -> tuple[Slot, ...]:
    """Return the windows as sorted slots; weekdays with equal months share one."""
    slots: list[Slot] = []
    for window, cells in windows.items():
        months_of = {day: frozenset(month for month, other in cells if other == day) for _, day in cells}
        slots += [
            window.as_slot((day for day in months_of if months_of[day] == months), months)
            for months in set(months_of.values())
        ]
    return tuple(sorted(slots, key=slot_order))


def _window_order(window: _Window) -> tuple[object, ...]:
    """Sort by time, then by job."""
    job = window.job
    numbers = [-1.0 if number is None else number for number in (job.power, job.stop_level)]
    return window.start, window.end, job.mode, *numbers


def slot_order(slot: Slot) -> tuple[object, ...]:
    """Sort slots by time, job, days and months."""
    return (
        *_window_order(_Window(*slot.span, slot.job)),
        sorted(members_of(slot.days, ALL_DAYS)),
        sorted(members_of(slot.months, ALL_MONTHS)),
    )
