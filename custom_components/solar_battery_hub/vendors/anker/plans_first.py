"""The plan of solarbanks of the first generation (anker.md §9.2, §12.1)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ...core.errors import WriteRefused
from ...core.model import Value
from ...core.parse import flag, number, sections
from ...core.schedule import ModeRule, NumberRule, Schedule, ScheduleRules, Slot, SlotGroup
from .model import Bean
from .plans import NOT_TOLD, OUTPUT, SUPPLY
from .spans import (
    Span,
    clock,
    gap_at,
    in_order,
    minute_now,
    nearest,
    place_at,
    slot_span,
    span_of,
    times,
    whole,
)

RANGES: Final = "ranges"
UNIT_MAXIMUM: Final = 800  # W that one solarbank can give

_STEP: Final = 10
_DEFAULTS: Final[Bean] = {"turn_on": True, "appliance_loads": [{"power": 100}], "charge_priority": 80}

type Range = dict[str, Any]


def rules(power: NumberRule) -> ScheduleRules:
    """Return what can be asked of the plan, which is one for all days; a single slot can leave the device at 0 W."""
    return ScheduleRules(groups=(SlotGroup(key=OUTPUT, modes={SUPPLY: ModeRule(power=power)}),), never_single=True)


def system_power(plan: Bean, units: int) -> NumberRule:
    """Return the range of what a system can be asked to give."""
    least, most = number(plan.get("min_load")) or 100.0, number(plan.get("max_load")) or UNIT_MAXIMUM
    return NumberRule(unit="W", minimum=least, maximum=min(UNIT_MAXIMUM, most) * max(1, units), step=_STEP)


def unit_power(plan: Bean) -> NumberRule:
    """Return the range of what one of two solarbanks can be asked to give; a least of 0 that is told counts."""
    told = number(plan.get("advanced_mode_min_load"))
    least = (number(plan.get("min_load")) or 100.0) / 2 if told is None else told
    return NumberRule(unit="W", minimum=least, maximum=UNIT_MAXIMUM, step=_STEP)


def is_enforced(plan: Bean) -> bool:
    """Tell whether the plan is forced upon cascaded solarbanks by their main one."""
    ranges = sections(plan.get(RANGES))
    return bool(ranges) and all(
        bean.get("turn_on", True) is None and not bean.get("device_power_loads", True) for bean in ranges
    )


# Reading


def present(plan: Bean) -> Schedule | None:
    """Return the plan as a schedule, range by range; ``None`` where a range cannot be read."""
    slots = []
    for bean in sections(plan.get(RANGES)):
        span, power = span_of(bean), _power(bean)
        if span is None or power is None:
            return None
        slots.append(Slot(start=clock(span.start), end=clock(span.end), mode=SUPPLY, power=power))
    return Schedule(slots=tuple(slots))


def preset(plan: Bean, now: datetime) -> float | None:
    """Return the output set for the present time in W: without a slot the default."""
    place = place_at(ranges := sections(plan.get(RANGES)), minute_now(now))
    return number(plan.get("default_home_load")) if place is None else _power(ranges[place])


def unit_preset(plan: Bean, serial: str, now: datetime) -> float | None:
    """Return the output set for one of two solarbanks; in the normal mode both give the same."""
    place = place_at(ranges := sections(plan.get(RANGES)), minute_now(now))
    if place is None:
        return None
    loads = sections(ranges[place].get("device_power_loads"))
    if number(ranges[place].get("power_setting_mode")) == 1 and loads and (power := _power(ranges[place])) is not None:
        return power / len(loads)
    return next((number(load.get("power")) for load in loads if load.get("device_sn") == serial), None)


def knows_units(plan: Bean) -> bool:
    """Tell whether each of two solarbanks may have an output of its own at all."""
    return number(plan.get("display_advanced_mode")) == 1 or has_unit_loads(plan)


def has_unit_loads(plan: Bean) -> bool:
    """Tell whether the slots say what each solarbank gives; those of older plans, and new ones at first, do not (§9.2)."""
    ranges = sections(plan.get(RANGES))
    return bool(ranges) and all(
        "power_setting_mode" in bean and len(sections(bean.get("device_power_loads"))) > 1 for bean in ranges
    )


def detail(plan: Bean, name: str, now: datetime) -> Value:
    """Return what the slot of the present time says by a name of ``DETAILS``."""
    place = place_at(ranges := sections(plan.get(RANGES)), minute_now(now))
    return None if place is None else DETAILS[name](ranges[place].get(name))


DETAILS: Final[Mapping[str, Callable[[object], Value]]] = {
    "turn_on": flag,
    "charge_priority": number,
    "priority_discharge_switch": flag,
}


def _power(bean: Bean) -> float | None:
    loads = sections(bean.get("appliance_loads"))
    return number(loads[0].get("power")) if loads else None


# What is sent: the whole plan as it was read, with other ranges


def with_schedule(plan: Bean, wanted: Schedule) -> dict[str, Any]:
    """Return the plan with the slots of a schedule that the rules have fitted.

    A slot that stays keeps its range; another one is like the range that had most of its time.
    """
    if present(plan) is None:
        raise WriteRefused(NOT_TOLD)
    known = sections(plan.get(RANGES))
    windows = [(slot_span(slot), slot.power or 0.0) for slot in wanted.slots]
    if {span for span, _ in windows}.isdisjoint(map(span_of, known)):
        windows = _joined(windows)
    return _sent(plan, [_range(plan, known, *window) for window in windows])


def with_preset(plan: Bean, watts: float, now: datetime) -> dict[str, Any]:
    """Return the plan with another output of the system at the present time."""
    return _sent(plan, _changed(plan, now, lambda bean: _with_power(bean, watts)))


def with_unit_preset(plan: Bean, serial: str, watts: float, now: datetime) -> dict[str, Any]:
    """Return the plan with another output of one solarbank at the present time; the others share the rest equally."""

    def change(bean: Bean) -> Range:
        loads = sections(bean.get("device_power_loads"))
        others = [number(load.get("power")) for load in loads if load.get("device_sn") != serial]
        if len(others) == len(loads) or None in others:
            raise WriteRefused(NOT_TOLD)
        rest = sum(power for power in others if power is not None)
        told = [
            {**load, "power": whole(watts if load.get("device_sn") == serial else rest / len(others))} for load in loads
        ]
        return {**_with_power(bean, watts + rest), "power_setting_mode": 2, "device_power_loads": told}

    return _sent(plan, _changed(plan, now, change))


def with_detail(plan: Bean, name: str, value: Value, now: datetime) -> dict[str, Any]:
    """Return the plan with something else in the slot of the present time; ``name`` is one of ``DETAILS``."""
    said = value if name == "turn_on" else int(value) if isinstance(value, int | float) else value
    return _sent(plan, _changed(plan, now, lambda bean: {**bean, name: said}))


def _sent(plan: Bean, ranges: Sequence[Bean]) -> dict[str, Any]:
    """Return the plan with these ranges, a single one in two halves (§9.2)."""
    if len(ranges) == 1 and (span := span_of(ranges[0])) and span.end - span.start > 1:
        middle = (span.start + span.end) // 2
        parts = (Span(span.start, middle), Span(middle, span.end))
        ranges = [{**ranges[0], **times(part)} for part in parts]
    return {**plan, RANGES: list(ranges)}


def _changed(plan: Bean, now: datetime, change: Callable[[Bean], Range]) -> list[Bean]:
    """Return the ranges with that of the present time changed; one that has no slot fills the gap."""
    ranges = sections(plan.get(RANGES))
    at = minute_now(now)
    place = place_at(ranges, at)
    if place is None:
        span = gap_at(ranges, at)
        return in_order([*ranges, change(_made(plan, nearest(ranges, span), span))])
    places = range(len(ranges)) if _are_halves(ranges) else (place,)
    return [change(bean) if index in places else bean for index, bean in enumerate(ranges)]


def _are_halves(ranges: Sequence[Bean]) -> bool:
    """Tell whether a plan is one slot, cut only because a single one may not be."""
    spans = [span for bean in ranges if (span := span_of(bean))]
    if len(ranges) != 2 or not _is_cut(spans):
        return False
    first, second = ({**bean, "start_time": None, "end_time": None, "id": None} for bean in ranges)
    return first == second


def _is_cut(spans: Sequence[Span]) -> bool:
    """Tell whether these are the halves of a span, as ``_sent`` cuts it."""
    return len(spans) == 2 and spans[0].end == spans[1].start == (spans[0].start + spans[1].end) // 2


def _joined(windows: list[tuple[Span, float]]) -> list[tuple[Span, float]]:
    """Return a slot that was cut as the one it is, so that both halves get all else from the same range."""
    if not _is_cut([span for span, _ in windows]) or windows[0][1] != windows[1][1]:
        return windows
    return [(Span(windows[0][0].start, windows[1][0].end), windows[0][1])]


def _with_power(bean: Bean, watts: float) -> Range:
    """Return a range with another output of the system, equally shared where the range says how it is shared."""
    loads = sections(bean.get("appliance_loads")) or [{}]
    changed: Range = {**bean, "appliance_loads": [{**loads[0], "power": whole(watts)}, *loads[1:]]}
    if "power_setting_mode" in bean and len(sections(bean.get("device_power_loads"))) > 1:
        changed["power_setting_mode"] = 1
    return changed


def _range(plan: Bean, known: Sequence[Bean], span: Span, power: float) -> Bean:
    for bean in known:
        if span_of(bean) == span and _power(bean) == power:
            return bean
    like = nearest(known, span)
    made = _made(plan, like, span)
    return made if like is not None and _power(like) == power else _with_power(made, power)


def _made(plan: Bean, like: Bean | None, span: Span) -> Bean:
    """Return a range like another one, or from nothing (§9.2)."""
    if like is not None:
        return {**like, **times(span)}
    made = {**times(span), **_DEFAULTS}
    return made | {"priority_discharge_switch": 0} if "is_show_priority_discharge" in plan else made
