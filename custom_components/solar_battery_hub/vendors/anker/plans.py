"""The plans of solarbanks of the second generation and later, and what is sent of them (anker.md §9.3, §12.2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from ...core.errors import WriteRefused
from ...core.parse import number, sections
from ...core.schedule import EACH_DAY, ModeRule, NumberRule, Schedule, ScheduleRules, Slot, SlotGroup
from .model import Bean
from .spans import Span, clock, gap_at, in_order, minute_now, nearest, place_at, slot_span, span_of, times, whole

CUSTOM: Final = "custom_rate_plan"
BLEND: Final = "blend_plan"
BACKUP: Final = "manual_backup"
USE_TIME: Final = "use_time"
OUTPUT, BASE_LOAD = "output", "base_load"  # the plans as groups of slots; beside plugs a slot has one job
SUPPLY, CHARGE = "supply", "charge"

SELF_CONSUMPTION, SMART_PLUGS, MANUAL, ACTIVE_BACKUP, TIME_OF_USE, SMART, DYNAMIC = 1, 2, 3, 4, 5, 7, 8
MODES: Final[Mapping[int, str]] = {
    SELF_CONSUMPTION: "self_consumption",
    SMART_PLUGS: "smart_plugs",
    MANUAL: "manual",
    ACTIVE_BACKUP: "backup",
    TIME_OF_USE: "time_of_use",
    SMART: "smart",
    DYNAMIC: "dynamic_tariff",
}
"""By ``mode_type``; ``backup`` is only ever read."""
PRESETS: Final[Mapping[int, str]] = {MANUAL: CUSTOM, SMART_PLUGS: BLEND}
"""The modes in which a plan tells the output, each with its plan."""

NOT_TOLD: Final = "setting_not_told"
CHARGES_NOW: Final = "charging_in_this_slot"

type Entry = dict[str, Any]
type _Window = tuple[Span, str, float]


def rules(power: NumberRule, charge: NumberRule | None, *, plugs: bool) -> ScheduleRules:
    """Return what can be asked of plans: ``charge`` where slots can charge from AC, ``plugs`` where a base load means something."""
    modes = {SUPPLY: ModeRule(power=power)} | ({CHARGE: ModeRule(power=charge)} if charge else {})
    groups = [SlotGroup(key=OUTPUT, modes=modes)]
    if plugs:
        groups.append(SlotGroup(key=BASE_LOAD, modes={BASE_LOAD: ModeRule(power=power)}))
    return ScheduleRules(groups=tuple(groups), days=EACH_DAY, day_plans=True, groups_overlap=plugs)


# Reading


def present(plan: Bean, *, plugs: bool) -> Schedule | None:
    """Return the plans as a schedule, range by range; ``None`` where a range cannot be read.

    A base load means nothing without ``plugs``: it is left out then.
    """
    slots: list[Slot] = []
    for key in _plans(plugs=plugs):
        for entry in sections(plan.get(key)):
            for bean in sections(entry.get("ranges")):
                if (slot := _slot(key, bean, _days(entry))) is None:
                    return None
                slots.append(slot)
    return Schedule(slots=tuple(slots))


def has_base_load(plan: Bean, *, plugs: bool) -> bool:
    """Tell whether a base load means something: with smart plugs, or in the mode that is made for them."""
    return plugs or mode_of(plan) == SMART_PLUGS


def _plans(*, plugs: bool) -> tuple[str, ...]:
    return (CUSTOM, BLEND) if plugs else (CUSTOM,)


def preset(plan: Bean, now: datetime) -> float | None:
    """Return the output that a plan sets for the present time in W; ``None`` in modes without one, and while a slot charges.

    Without a slot that is the default load, beside plugs nothing (§9.3).
    """
    mode = mode_of(plan)
    key = PRESETS.get(mode or 0)
    if key is None:
        return None
    entry = _entry_of(sections(plan.get(key)), now)
    ranges = sections(entry.get("ranges")) if entry else []
    if (place := place_at(ranges, minute_now(now))) is None:
        return number(plan.get("default_home_load")) if mode == MANUAL else 0.0
    return None if _charges(ranges[place]) else number(ranges[place].get("power"))


def mode_of(plan: Bean) -> int | None:
    """Return the selected mode; ``None`` where that is not told."""
    found = number(plan.get("mode_type"))
    return int(found) if found is not None and found in MODES else None


def _slot(key: str, bean: Bean, days: frozenset[int]) -> Slot | None:
    span, power = span_of(bean), number(bean.get("power"))
    if span is None or power is None:
        return None
    mode = BASE_LOAD if key == BLEND else CHARGE if _charges(bean) else SUPPLY
    return Slot(start=clock(span.start), end=clock(span.end), mode=mode, power=power, days=days)


def _charges(bean: Bean) -> bool:
    return number(bean.get("charging_type")) == 1


def _days(entry: Bean) -> frozenset[int]:
    """Return our weekdays of an entry, whose week begins on Sunday."""
    week = entry.get("week")
    return frozenset((int(day) + 6) % 7 for day in week if day in range(7)) if isinstance(week, list) else frozenset()


def _wire_week(days: Iterable[int]) -> list[int]:
    return sorted((day + 1) % 7 for day in days)


def _entry_of(entries: Sequence[Bean], now: datetime) -> Bean | None:
    return next((entry for entry in entries if now.weekday() in _days(entry)), None)


# What is sent


def group_one(plan: Bean, plans: Mapping[str, Sequence[Bean]], mode: int | None = None) -> dict[str, Any]:
    """Return the first group of what can be sent: mode and both plans, those not given as they were read (§12.2)."""
    return {"mode_type": _mode(plan, mode)} | {
        key: [_as_sent(entry) for entry in plans.get(key, sections(plan.get(key)))] for key in (CUSTOM, BLEND)
    }


def group_two(plan: Bean, changed: Mapping[str, Any], mode: int | None = None) -> dict[str, Any]:
    """Return the second group: mode, backup charge and tariff, those not given as they were read (§12.2)."""
    return {
        "mode_type": _mode(plan, mode),
        BACKUP: changed.get(BACKUP, plan.get(BACKUP) or {}),
        USE_TIME: changed.get(USE_TIME, plan.get(USE_TIME) or []),
    }


def with_mode(plan: Bean, mode: int) -> dict[str, Any]:
    """Return what is sent to select a mode."""
    return group_one(plan, {}, mode) if mode in PRESETS else group_two(plan, {}, mode)


def with_schedule(plan: Bean, wanted: Schedule, *, plugs: bool) -> dict[str, Any]:
    """Return what is sent to have a schedule that the rules have fitted; days that stay the same keep their entries."""
    had = present(plan, plugs=plugs)
    if had is None:
        raise WriteRefused(NOT_TOLD)
    weeks = {key: _week(sections(plan.get(key)), _of(key, had), _of(key, wanted)) for key in _plans(plugs=plugs)}
    return group_one(plan, weeks)


def with_preset(plan: Bean, watts: float, now: datetime) -> dict[str, Any]:
    """Return what is sent to have another output in the slot of the present time, on all days of its entry."""
    key = PRESETS.get(mode_of(plan) or 0)
    if key is None:
        raise WriteRefused(NOT_TOLD)
    entries: list[Entry] = [dict(entry) for entry in sections(plan.get(key))]
    entry = next((entry for entry in entries if now.weekday() in _days(entry)), None)
    if entry is None:
        taken = {day for other in entries for day in _days(other)}
        entry = {"index": len(entries), "week": _wire_week(set(range(7)) - taken), "ranges": []}
        entries.append(entry)
    entry["ranges"] = _with_power(sections(entry.get("ranges")), minute_now(now), watts)
    return group_one(plan, {key: entries})


def _mode(plan: Bean, mode: int | None) -> int:
    found = mode if mode is not None else mode_of(plan)
    if found is None or found == ACTIVE_BACKUP:
        raise WriteRefused(NOT_TOLD)
    return found


def _as_sent(entry: Bean) -> Bean:
    """Return an entry with what a charging type of null means (§9.3)."""
    ranges = entry.get("ranges")
    if not isinstance(ranges, list):
        return entry
    return {**entry, "ranges": [{**bean, "charging_type": 0} if _is_null(bean) else bean for bean in ranges]}


def _is_null(bean: object) -> bool:
    return isinstance(bean, Mapping) and bean.get("charging_type", 0) is None


def _with_power(ranges: Sequence[Bean], at: int, watts: float) -> list[Bean]:
    place = place_at(ranges, at)
    if place is None:
        span = gap_at(ranges, at)
        return in_order([*ranges, _made(nearest(ranges, span), span, SUPPLY, watts)])
    if _charges(ranges[place]):
        raise WriteRefused(CHARGES_NOW)
    return [{**bean, "power": whole(watts)} if index == place else bean for index, bean in enumerate(ranges)]


# Plans of weekdays


def _of(key: str, schedule: Schedule) -> Schedule:
    """Return the slots of one of the two plans."""
    return Schedule(slots=tuple(slot for slot in schedule.slots if (slot.mode == BASE_LOAD) == (key == BLEND)))


def _by_day(schedule: Schedule) -> dict[int, tuple[_Window, ...]]:
    """Return what each weekday does, in the longest possible windows."""
    slots = Schedule(slots=tuple(replace(slot, months=None) for slot in schedule.slots)).by_days().slots
    return {day: tuple(_windows(slot for slot in slots if slot.days is None or day in slot.days)) for day in range(7)}


def _windows(slots: Iterable[Slot]) -> Iterator[_Window]:
    for slot in slots:
        yield slot_span(slot), slot.mode, slot.power or 0.0


def _week(entries: Sequence[Bean], had: Schedule, wanted: Schedule) -> list[Entry]:
    """Return the entries of a plan with the days changed that shall do something else (§9.3)."""
    before, after = _by_day(had), _by_day(wanted)
    result: list[Entry] = [dict(entry) for entry in entries]
    for plan in dict.fromkeys(after[day] for day in range(7) if after[day] != before[day]):
        _give(result, frozenset(day for day in range(7) if after[day] == plan != before[day]), plan)
    if before == after:
        return result
    kept = [entry for entry in result if _days(entry)]
    return [{**entry, "index": index, "week": _wire_week(_days(entry))} for index, entry in enumerate(kept)]


def _give(entries: list[Entry], days: frozenset[int], plan: tuple[_Window, ...]) -> None:
    """Give days a plan of their own: in the entry that holds most of them, in a copy of it where that has others, too."""
    source = max(entries, key=lambda entry: len(_days(entry) & days), default=None)
    if source is not None and not _days(source) & days:
        source = None
    stays = source is not None and _days(source) <= days
    for entry in entries:
        if not _days(entry).isdisjoint(days):
            entry["week"] = _wire_week(_days(entry) - days)
    if not plan:
        return
    known = sections(source.get("ranges")) if source else []
    new: Entry = {
        **(source or {"index": 0}),
        "week": _wire_week(days),
        "ranges": [_range(known, *window) for window in plan],
    }
    if stays and source is not None:
        source.update(new)
    else:
        entries.append(new)


def _range(known: Sequence[Bean], span: Span, mode: str, power: float) -> Bean:
    """Return a range as it was where there is such a one, else one like the nearest."""
    for bean in known:
        if span_of(bean) == span and number(bean.get("power")) == power and _charges(bean) == (mode == CHARGE):
            return bean
    return _made(nearest(known, span), span, mode, power)


def _made(like: Bean | None, span: Span, mode: str, power: float) -> Bean:
    """Return a range like another one; a charging type is only told where the other one has it, or to charge (§9.3)."""
    bean = {**(like or {}), **times(span), "power": whole(power)}
    if "charging_type" in bean or mode == CHARGE:
        bean["charging_type"] = 1 if mode == CHARGE else 0
    return bean
