"""What schedules are tested against: a map of minutes, and devices that remember only what real ones do."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import time
from itertools import pairwise, product

from custom_components.solar_battery_hub.core.schedule import (
    WEEKDAYS,
    Change,
    Job,
    Off,
    Schedule,
    ScheduleRules,
    Slot,
    SlotGroup,
)

type MinuteMap = dict[tuple[Job, int, int], int]
"""For each job, month and weekday the minutes of that day, as the bits of a number."""

WHOLE_DAY = (1 << 1440) - 1
MONTHS = range(1, 13)
DAYS = range(7)


def slot(
    window: str,
    mode: str = "charge",
    power: float | None = None,
    stop_level: float | None = None,
    *,
    enabled: bool = True,
    days: str | None = None,
    months: Iterable[int] | None = None,
) -> Slot:
    """Return a slot from short words: ``22:00-06:00`` and ``mon tue``."""
    start, end = window.split("-")
    return Slot(
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
        mode=mode,
        power=power,
        stop_level=stop_level,
        enabled=enabled,
        days=None if days is None else frozenset(WEEKDAYS.index(day) for day in days.split()),
        months=None if months is None else frozenset(months),
    )


def schedule(*slots: Slot) -> Schedule:
    """Return a schedule of these slots."""
    return Schedule(slots=slots)


def bits(start: int, end: int) -> int:
    """Return the minutes from start to before end as bits."""
    return ((1 << (end - start)) - 1) << start


def minutes(slots: Iterable[Slot], rules: ScheduleRules | None = None) -> MinuteMap:
    """Return what runs when, minute by minute: the meaning of a schedule, written down without cleverness.

    With rules, 23:59 may stand for the end of the day, and gaps for the filler.
    """
    result: MinuteMap = defaultdict(int)
    for slot in slots:
        if not slot.enabled:
            continue
        start, end = slot.start.hour * 60 + slot.start.minute, slot.end.hour * 60 + slot.end.minute
        if end == 0 or (rules is not None and start < end and slot.end == rules.last_end):
            end = 1440
        today, tomorrow = (bits(start, end), 0) if start <= end else (bits(start, 1440), bits(0, end))
        for month, day in product(MONTHS if slot.months is None else slot.months, weekdays(slot)):
            result[slot.job, month, day] |= today
            result[slot.job, month, (day + 1) % 7] |= tomorrow
    if result and rules is not None and rules.filler is not None:
        for month, day in product(MONTHS, DAYS):
            result[rules.filler, month, day] |= WHOLE_DAY & ~on_day(result, month, day)
    return {key: covered for key, covered in result.items() if covered}


def weekdays(slot: Slot) -> Iterable[int]:
    """Return the weekdays of a slot."""
    return DAYS if slot.days is None else slot.days


def on_day(minute_map: MinuteMap, month: int, day: int) -> int:
    """Return the minutes of a day on which anything runs."""
    covered = 0
    for (_, other_month, other_day), part in minute_map.items():
        if (other_month, other_day) == (month, day):
            covered |= part
    return covered


def share_a_minute(slot: Slot, other: Slot) -> bool:
    """Tell from their minutes whether two slots overlap, enabled or not."""
    mine, theirs = (minutes([replace(each, enabled=True)]) for each in (slot, other))
    return any(on_day(mine, month, day) & on_day(theirs, month, day) for month, day in product(MONTHS, DAYS))


def words(value: time) -> str:
    """Return a time as devices write it."""
    return f"{value.hour}:{value.minute}"


def moment(text: str) -> time:
    """Return the time that a device wrote, 24:0 as 00:00."""
    hour, minute = (int(part) for part in text.split(":"))
    return time(hour % 24, minute)


def minute(text: str) -> int:
    """Return the minute of the day that a device wrote."""
    hour, rest = text.split(":")
    return int(hour) * 60 + int(rest)


@dataclass
class Place:
    """What one place of a device remembers."""

    mode: str
    start: str = "0:0"
    end: str = "0:0"
    on: bool = False
    numbers: dict[str, float | None] = field(default_factory=dict)
    days: frozenset[int] | None = None
    months: frozenset[int] | None = None


@dataclass
class PlaceDevice:
    """A device with numbered places per group, written one by one.

    Remembers one value per group where the rules say *shared*, and fails the test on
    what such a device refuses: places it has not, an end before the start, overlaps.
    """

    rules: ScheduleRules
    groups: dict[str, list[Place]] = field(default_factory=dict)
    shared: dict[tuple[str, str], float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for group in self.rules.groups:
            unset = 0 if self.rules.off is Off.REMOVE else group.slots or 0
            self.groups[group.key] = [Place(mode=next(iter(group.modes))) for _ in range(unset)]

    def write(self, changes: Iterable[Change]) -> None:
        """Take changes one by one; what was removed from a list leaves it when all are done."""
        removed: list[Place] = []
        for change in changes:
            places = self.groups[change.group]
            if change.place == len(places) + 1 and self.rules.off is Off.REMOVE:
                places.append(Place(mode=""))
            place = places[change.place - 1]
            if change.slot is None:
                self._turn_off(place)
                removed += [place] * (self.rules.off is Off.REMOVE)
            else:
                removed = [other for other in removed if other is not place]
                self._store(change.group, place, change.slot)
        for key, places in self.groups.items():
            self.groups[key] = [place for place in places if not any(place is other for other in removed)]

    def read(self) -> Schedule:
        """Return the schedule as a client reads it: every place in its order, unset ones as disabled."""
        return Schedule(
            slots=tuple(self._slot(group, place) for group in self.rules.groups for place in self.groups[group.key])
        )

    def _turn_off(self, place: Place) -> None:
        place.on = False
        if self.rules.off is not Off.DISABLE:
            place.start = place.end = "0:0"

    def _store(self, key: str, place: Place, slot: Slot) -> None:
        group = next(group for group in self.rules.groups if group.key == key)
        assert len(self.groups[key]) <= (group.slots or len(self.groups[key])), "no such place"
        rule = group.modes[slot.mode]
        place.mode, place.on, place.days, place.months = slot.mode, slot.enabled, slot.days, slot.months
        place.start, place.end = words(slot.start), words(slot.end)
        if slot.end == self.rules.last_end == time(0) and not self.rules.crosses_midnight:
            place.end = "24:0"
        assert self.rules.crosses_midnight or minute(place.start) < minute(place.end), "end before start"
        for name, number in (("power", rule.power), ("stop_level", rule.stop_level)):
            place.numbers[name] = None
            if number is not None and number.shared:
                self.shared[key, name] = getattr(slot, name)
            elif number is not None:
                place.numbers[name] = getattr(slot, name)
        for other in self._blocking(key, place):
            assert not share_a_minute(self._slot(group, place), self._slot(group, other)), "overlap"

    def _blocking(self, key: str, written: Place) -> Iterator[Place]:
        for other_key, places in self.groups.items():
            if other_key == key or not self.rules.groups_overlap:
                for place in places:
                    blocks = place.on or (self.rules.disabled_block and place.start != place.end)
                    if blocks and place is not written:
                        yield place

    def _slot(self, group: SlotGroup, place: Place) -> Slot:
        shared = {name: value for (key, name), value in self.shared.items() if key == group.key}
        numbers = place.numbers | shared
        return Slot(
            start=moment(place.start),
            end=moment(place.end),
            mode=place.mode,
            power=numbers.get("power"),
            stop_level=numbers.get("stop_level"),
            enabled=place.on,
            days=place.days,
            months=place.months,
        )


type Range = tuple[str, str, Job]


@dataclass
class PlanDevice:
    """A device with plans of whole days, one per season and set of weekdays, written all at once."""

    rules: ScheduleRules
    plans: dict[tuple[tuple[int, ...], tuple[int, ...]], list[Range]] = field(default_factory=dict)

    def write_all(self, slots: Iterable[Slot]) -> None:
        """Take all plans, or fail the test."""
        self.plans = {}
        for slot in slots:
            key = tuple(sorted(MONTHS if slot.months is None else slot.months)), tuple(sorted(weekdays(slot)))
            end = "24:0" if slot.end == time(0) else words(slot.end)
            self.plans.setdefault(key, []).append((words(slot.start), end, slot.job))
        cells = [cell for months, days in self.plans for cell in product(months, days)]
        assert len(cells) == len(set(cells)), "two plans for one day"
        assert not cells or not self.rules.fills_day or len(cells) == 84, "a day without a plan"
        for (months, days), ranges in self.plans.items():
            assert all(late - early == 1 for early, late in pairwise(months)), "a season with a gap"
            for together in self.rules.days:
                assert together <= set(days) or together.isdisjoint(days), "days torn apart"
            spans = [(minute(start), minute(end)) for start, end, _ in ranges]
            assert all(start < end for start, end in spans), "end before start"
            assert all(early[1] <= late[0] for early, late in pairwise(spans)), "ranges overlap"
            assert not self.rules.fills_day or sum(end - start for start, end in spans) == 1440, "an open hour"

    def read(self) -> Schedule:
        """Return the schedule as a client reads it."""
        return Schedule(
            slots=tuple(
                Slot(
                    start=moment(start),
                    end=moment(end),
                    mode=job.mode,
                    power=job.power,
                    stop_level=job.stop_level,
                    days=frozenset(days),
                    months=frozenset(months),
                )
                for (months, days), ranges in self.plans.items()
                for start, end, job in ranges
            )
        )
