"""What each device can hold of a schedule: checked before anything is sent, and brought into the device's form."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import time
from enum import StrEnum
from itertools import combinations
from typing import Any, Final

from ..steps import on_step, snapped
from .errors import Problem, Reason, ScheduleError, problem
from .schedule import Schedule, slot_order, time_at
from .slot import MIDNIGHT, NUMBERS, WEEKDAYS, Job, Slot, minute_of

EACH_DAY: Final = tuple(frozenset({day}) for day in range(7))
WEEKDAYS_AND_WEEKEND: Final = (frozenset(range(5)), frozenset({5, 6}))


class Off(StrEnum):
    """What writing *off* to a place leaves there."""

    REMOVE = "remove"  # nothing: the device keeps a list of slots
    DISABLE = "disable"  # the slot as it was, with its switch off
    CLEAR = "clear"  # a slot from 00:00 to 00:00, its switch off


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRule:
    """Range of a slot's power or stop level in ``unit``, steps counted from ``minimum``.

    ``shared``: the device has one value for all slots of the group.
    """

    unit: str
    minimum: float
    maximum: float
    step: float = 1
    shared: bool = False

    def on_step(self, value: float) -> bool:
        """Tell whether the value is one of the steps."""
        return on_step(value, self.minimum, self.step)

    def snapped(self, value: float) -> float:
        """Return the step that the value is on; one between two steps as it is."""
        return snapped(value, self.minimum, self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeRule:
    """The numbers a slot of one mode must have; one that is None does not exist there."""

    power: NumberRule | None = None
    stop_level: NumberRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotGroup:
    """Places of a device that are counted together: the modes they take, and how many they are (None: any number)."""

    key: str
    modes: Mapping[str, ModeRule]
    slots: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRules:
    """What one device can hold; without groups it has no schedule.

    ``days``: weekdays that must go together; none at all: slots have no days.
    ``months``: whether slots have months. ``step``: minutes a time is a multiple of.
    ``min_length``, ``max_length``: minutes of a slot as the device holds it.
    ``last_end``: what the device says for the end of the day; 23:59 where it knows no
    24:00, and then stands for all of the last minute.
    ``never_single``: a plan of one slot is written as two halves of it.
    ``day_plans``: slots are held as plans of whole days per set of weekdays and season.
    ``fills_day``: each minute of each day needs a job; ``filler`` is the one of those not
    named, without it a gap is refused. ``groups_overlap``: groups do not exclude each other.
    ``disabled_block``: a disabled slot that keeps its times still blocks them.
    """

    groups: tuple[SlotGroup, ...] = ()
    off: Off = Off.REMOVE
    days: tuple[frozenset[int], ...] = ()
    months: bool = False
    step: int = 1
    min_length: int = 1
    max_length: int = 24 * 60
    last_end: time = MIDNIGHT
    crosses_midnight: bool = False
    never_single: bool = False
    day_plans: bool = False
    fills_day: bool = False
    filler: Job | None = None
    groups_overlap: bool = False
    disabled_block: bool = False

    def __post_init__(self) -> None:
        if self.disabled_block and self.off is Off.DISABLE:
            raise ValueError("Off must free the window of a slot that blocks while disabled")

    @property
    def modes(self) -> dict[str, ModeRule]:
        """Every mode a slot can have."""
        return {mode: rule for group in self.groups for mode, rule in group.modes.items()}

    def group_of(self, slot: Slot) -> SlotGroup:
        """Return the group of the slot's places; an unknown mode, read from the device, is counted with the first."""
        return next((group for group in self.groups if slot.mode in group.modes), self.groups[0])

    def exclusive(self, slot: Slot, other: Slot) -> bool:
        """Tell whether the two may not overlap."""
        return not self.groups_overlap or self.group_of(slot) is self.group_of(other)

    def without_shared(self, slot: Slot) -> Slot:
        """Return the slot without the numbers that its whole group shares."""
        rule = self.modes.get(slot.mode, ModeRule())
        shared: dict[str, Any] = {
            field: None for field in NUMBERS if (bounds := getattr(rule, field)) and bounds.shared
        }
        return replace(slot, **shared)

    def check(
        self, schedule: Schedule, present: Schedule | None = None, *, complete: bool = True
    ) -> tuple[Problem, ...]:
        """Return what keeps the device from holding the schedule; disabled slots are not looked at.

        Shared numbers that no slot names are taken from ``present``, what the device has; they
        are not missed with ``complete`` off, where what it has is only looked up later.
        Problems that concern several slots are looked for when each slot is good by itself.
        """
        asked = self._completed(schedule, present)
        if not asked:
            return ()
        if not self.groups:
            return (problem(Reason.NO_SCHEDULE),)
        numbers = [number for number, slot in enumerate(schedule.slots, 1) if slot.enabled]
        numbered = list(zip(numbers, asked, strict=True))
        problems = tuple(
            found for number, slot in numbered for found in self._slot_problems(number, slot, complete=complete)
        )
        return problems or tuple(self._plan_problems(numbered))

    def fit(self, schedule: Schedule, present: Schedule | None = None) -> Schedule:
        """Return the schedule as the device will hold it: enabled slots only, cut, filled and complete.

        Raises ScheduleError with every problem of ``check``.
        """
        if problems := self.check(schedule, present):
            raise ScheduleError(*problems)
        return Schedule(slots=self._device_form(self._filled(self._completed(schedule, present))))

    def pieces(self, slot: Slot) -> tuple[Slot, ...]:
        """Return an enabled slot as it would be written: in one piece or in two."""
        return self._device_form(Schedule(slots=self._completed(Schedule(slots=(slot,)), None)))

    def normal_form(self, schedule: Schedule) -> Schedule:
        """Return the normal form of what the schedule means on this device."""
        return self._filled(self._completed(schedule, None)).normal_form()

    def same(self, present: Schedule, wanted: Schedule) -> bool:
        """Tell whether the device, which has ``present``, would do what it does already."""
        return self.normal_form(present) == self._filled(self._completed(wanted, present)).normal_form()

    def as_dict(self) -> dict[str, Any]:
        """Return the rules in JSON types, as ``get_capabilities`` tells them."""
        return asdict(self) | {
            "off": self.off.value,
            "days": [[WEEKDAYS[day] for day in sorted(together)] for together in self.days],
            "last_end": f"{self.last_end:%H:%M}",
        }

    def _completed(self, schedule: Schedule, present: Schedule | None) -> tuple[Slot, ...]:
        """Return the enabled slots with the end of the day as 00:00 and with the shared numbers they do not name."""
        pool = schedule.slots + (present.slots if present else ())
        return tuple(
            replace(
                slot,
                end=MIDNIGHT if slot.start < slot.end == self.last_end else slot.end,
                power=self._number(slot, "power", pool),
                stop_level=self._number(slot, "stop_level", pool),
            )
            for slot in schedule.slots
            if slot.enabled
        )

    def _number(self, slot: Slot, field: str, pool: Iterable[Slot]) -> float | None:
        """Return the slot's own number, on its step, else a shared one from the slots of its group."""
        own: float | None = getattr(slot, field)
        rule: NumberRule | None = getattr(self.modes.get(slot.mode), field, None)
        if own is not None:
            return own if rule is None else rule.snapped(own)
        if rule is None or not rule.shared:
            return own
        group = self.group_of(slot)
        values = (getattr(other, field) for other in pool if self.group_of(other) is group)
        return next((value for value in values if value is not None), None)

    def _filled(self, slots: tuple[Slot, ...]) -> Schedule:
        """Return the schedule, its gaps filled where the device needs it; an empty one is *off* and stays so."""
        schedule = Schedule(slots=slots)
        return schedule.fill(self.filler) if slots and self.fills_day and self.filler else schedule

    def _device_form(self, schedule: Schedule) -> tuple[Slot, ...]:
        """Return the slots cut as the device holds them."""
        if self.day_plans:
            slots = schedule.by_days().slots
        elif self.crosses_midnight:
            slots = schedule.normal_form().slots
        else:
            slots = tuple(sorted((half for slot in schedule.slots for half in slot.split()), key=slot_order))
        if self.never_single and len(slots) == 1:
            slots = self._halves(slots[0])
        return tuple(replace(slot, end=self.last_end) if slot.end == MIDNIGHT else slot for slot in slots)

    def _halves(self, slot: Slot) -> tuple[Slot, ...]:
        """Return the slot in two parts, unless it is too short."""
        start, end = slot.span
        middle = time_at(start + (end - start) // 2 // self.step * self.step)
        if len(halves := slot.split()) == 2 or middle == slot.start:
            return halves
        return replace(slot, end=middle), replace(slot, start=middle)

    def _slot_problems(self, number: int, slot: Slot, *, complete: bool) -> Iterator[Problem]:
        """Yield what is wrong with one slot by itself."""
        rule = self.modes.get(slot.mode)
        if rule is None:
            yield problem(Reason.UNKNOWN_MODE, slot=number, mode=slot.mode, modes=", ".join(self.modes))
            return
        if slot.start == slot.end != MIDNIGHT:
            yield problem(Reason.EMPTY_SLOT, slot=number)
        for field, moment in (("start", slot.start), ("end", slot.end)):
            if minute_of(moment) % self.step:
                yield problem(
                    Reason.OFF_STEP, slot=number, field=field, value=f"{moment:%H:%M}", step=self.step, unit="min"
                )
        for field in NUMBERS:
            value, bounds = getattr(slot, field), getattr(rule, field)
            if complete or value is not None or bounds is None or not bounds.shared:
                yield from _number_problems(number, field, value, bounds)
        yield from self._day_problems(number, slot)

    def _day_problems(self, number: int, slot: Slot) -> Iterator[Problem]:
        """Yield what is wrong with the days and months of one slot."""
        for field, members, known in (("days", slot.days, bool(self.days)), ("months", slot.months, self.months)):
            if members is not None and not known:
                yield problem(Reason.FIELD_NOT_SUPPORTED, slot=number, field=field)
            elif members is not None and not members:
                yield problem(Reason.NEVER_RUNS, slot=number, field=field)
        halves = (slot,) if self.crosses_midnight else slot.split()
        sets = [half.days for half in halves if half.days is not None]
        for together in self.days:
            if any(together & days and not together <= days for days in sets):
                names = ", ".join(WEEKDAYS[day] for day in sorted(together))
                yield problem(Reason.DAYS_TOGETHER, slot=number, days=names)

    def _plan_problems(self, numbered: list[tuple[int, Slot]]) -> Iterator[Problem]:
        """Yield what is wrong between slots, and with the parts they are cut into."""
        plan = self._filled(tuple(slot for _, slot in numbered))
        held = self._device_form(plan)
        yield from self._shared_problems(held)
        for (first, slot), (second, other) in combinations(numbered, 2):
            if self.exclusive(slot, other) and slot.overlaps(other):
                yield problem(Reason.OVERLAP, slot=second, other=first)
        yield from self._length_problems(held)
        for group in self.groups:
            count = sum(self.group_of(slot) is group for slot in held)
            if group.slots is not None and count > group.slots:
                yield problem(Reason.TOO_MANY_SLOTS, group=group.key, slots=count, maximum=group.slots)
        if self.fills_day and plan.fill(Job(mode="")) != plan:
            yield problem(Reason.GAP)

    def _shared_problems(self, slots: tuple[Slot, ...]) -> Iterator[Problem]:
        """Yield shared numbers that differ within a group."""
        for group in self.groups:
            mine = [slot for slot in slots if self.group_of(slot) is group]
            for field in NUMBERS:
                rules = {slot.mode: getattr(group.modes[slot.mode], field) for slot in mine}
                if len({getattr(slot, field) for slot in mine if (rule := rules[slot.mode]) and rule.shared}) > 1:
                    yield problem(Reason.SHARED_DIFFERS, group=group.key, field=field)

    def _length_problems(self, slots: tuple[Slot, ...]) -> Iterator[Problem]:
        """Yield parts that are shorter or longer than the device takes."""
        shortest = 2 * self.step if self.never_single and len(slots) == 1 else self.min_length
        for slot in slots:
            start, end = slot.span
            times = {"start": f"{slot.start:%H:%M}", "end": f"{slot.end:%H:%M}"}
            if end - start < shortest:
                yield problem(Reason.TOO_SHORT, **times, minutes=shortest)
            if end - start > self.max_length:
                yield problem(Reason.TOO_LONG, **times, minutes=self.max_length)


def _number_problems(number: int, field: str, value: float | None, rule: NumberRule | None) -> Iterator[Problem]:
    """Yield what is wrong with one number of a slot."""
    if rule is None:
        if value is not None:
            yield problem(Reason.FIELD_NOT_SUPPORTED, slot=number, field=field)
    elif value is None:
        yield problem(Reason.FIELD_MISSING, slot=number, field=field)
    elif not rule.minimum <= value <= rule.maximum:
        yield problem(
            Reason.OUT_OF_RANGE,
            slot=number,
            field=field,
            value=f"{value:g}",
            minimum=f"{rule.minimum:g}",
            maximum=f"{rule.maximum:g}",
            unit=rule.unit,
        )
    elif not rule.on_step(value):
        yield problem(
            Reason.OFF_STEP, slot=number, field=field, value=f"{value:g}", step=f"{rule.step:g}", unit=rule.unit
        )
