"""Random schedules: any at all, and those a device can hold."""

from dataclasses import replace
from datetime import time
from itertools import pairwise

from hypothesis import strategies as st

from custom_components.solar_battery_hub.core.schedule import (
    ALL_DAYS,
    ALL_MONTHS,
    EACH_DAY,
    ModeRule,
    NumberRule,
    Schedule,
    ScheduleRules,
    Slot,
)

type Draw = st.DrawFn
type Members = frozenset[int] | None

TIMES = st.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))
ROUND_TIMES = st.sampled_from((time(0), time(6), time(12), time(18), time(23, 59)))
SLOTS = st.builds(
    Slot,
    start=ROUND_TIMES | TIMES,
    end=ROUND_TIMES | TIMES,
    mode=st.sampled_from(("charge", "discharge")),
    power=st.sampled_from((None, 0, 50, 99.5)),
    enabled=st.sampled_from((True, True, True, False)),
    days=st.none() | st.frozensets(st.sampled_from(sorted(ALL_DAYS))),
    months=st.none() | st.frozensets(st.sampled_from(sorted(ALL_MONTHS)), max_size=3),
)
SCHEDULES = st.builds(Schedule, slots=st.lists(SLOTS, max_size=5).map(tuple))
"""Any schedules: overlapping, empty and never running slots among them."""


@st.composite
def schedules_for(draw: Draw, rules: ScheduleRules) -> Schedule:
    """Return a schedule that the rules must allow: the day is cut at random times, and parts of it are given jobs.

    Different windows then never overlap, whatever their days; one window is divided
    between jobs by days and months.
    """
    step = 10 if rules.never_single else rules.step  # a single slot of a minute could not be halved
    cuts = sorted(draw(st.sets(st.integers(0, 1438 // step), min_size=1, max_size=6)))
    points = [cut * step for cut in cuts] if len(cuts) > 1 else [0]
    shared: dict[tuple[str, str], float] = {}
    room = {group.key: 99 if group.slots is None else group.slots for group in rules.groups}
    may_be_idle = not rules.fills_day or rules.filler is not None
    slots: list[Slot] = []
    for start, end in pairwise([*points, points[0] + 1440]):
        for days, months in draw(_division(rules, crosses=end > 1440)):
            pieces = 2 if end > 1440 and not rules.crosses_midnight else 1
            groups = [group for group in rules.groups if room[group.key] >= pieces]
            if not groups or end - start > rules.max_length or (may_be_idle and draw(st.booleans())):
                continue
            group = draw(st.sampled_from(groups))
            room[group.key] -= pieces
            mode = draw(st.sampled_from(sorted(group.modes)))
            power, stop_level = _numbers(draw, group.key, group.modes[mode], shared)
            slots.append(
                Slot(
                    start=_time(start),
                    end=_time(end),
                    mode=mode,
                    power=power,
                    stop_level=stop_level,
                    days=days,
                    months=months,
                )
            )
    noise = st.lists(SLOTS.map(lambda slot: replace(slot, enabled=False)), max_size=2)
    return Schedule(slots=tuple(draw(st.permutations([*slots, *draw(noise)]))))


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


@st.composite
def _division(draw: Draw, rules: ScheduleRules, *, crosses: bool) -> list[tuple[Members, Members]]:
    """Return disjoint parts of all days and months that the rules can tell apart."""
    parts: list[tuple[Members, Members]] = [(None, None)]
    torn = crosses and rules.days != EACH_DAY  # the second half would fall on days that do not go together
    if rules.days and not torn and draw(st.booleans()):
        some = frozenset[int]().union(*draw(st.sets(st.sampled_from(rules.days), max_size=len(rules.days) - 1)))
        parts = [(days, None) for days in (some, ALL_DAYS - some) if days]
    if rules.months and draw(st.booleans()):
        days, _ = parts.pop()
        some = draw(st.frozensets(st.sampled_from(sorted(ALL_MONTHS)), min_size=1, max_size=11))
        parts += [(days, some), (days, ALL_MONTHS - some)]
    return parts


def _numbers(draw: Draw, group: str, rule: ModeRule, shared: dict[tuple[str, str], float]) -> list[float | None]:
    """Return power and stop level as a mode needs them; those drawn for a group before are kept where they are shared."""
    numbers: list[float | None] = []
    for name, number in (("power", rule.power), ("stop_level", rule.stop_level)):
        value = None if number is None else draw(_values(number))
        if number is not None and number.shared and value is not None:
            value = shared.setdefault((group, name), value)
        numbers.append(value)
    return numbers


def _values(rule: NumberRule) -> st.SearchStrategy[float]:
    """Return the values of a number: few of them, so that equal jobs meet."""
    steps = round((rule.maximum - rule.minimum) / rule.step)
    return st.sampled_from((0, 1, steps // 2, steps)).map(lambda count: round(rule.minimum + count * rule.step, 1))
