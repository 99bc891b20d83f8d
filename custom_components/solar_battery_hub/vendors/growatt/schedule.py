"""Charge schedules: what each family can hold of one, how its settings tell it, and how it is written.

growatt.md A.9.1 and A.10 (legacy), B.6.4, B.6.6, B.7.3, B.7.4 and B.8 (V1).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from itertools import chain
import re
from typing import Final

from ...core.choices import OTHER
from ...core.errors import WriteRefused
from ...core.model import Value
from ...core.parse import number
from ...core.schedule import (
    MIDNIGHT,
    ModeRule,
    NumberRule,
    Off,
    Schedule,
    ScheduleRules,
    Slot,
    SlotGroup,
)
from ...core.words import code
from .model import Family
from .names import Names
from .settings import NOT_TOLD, PLACES, read, switch

LOAD, BATTERY, GRID = "load_first", "battery_first", "grid_first"
MODES: Final = (LOAD, BATTERY, GRID)  # by their number on the wire

STOP_NOT_TOLD: Final = "stop_level_not_told"

_NO_MIDNIGHT: Final = time(23, 59)
_PERCENT: Final = NumberRule(unit="%", minimum=0, maximum=100, shared=True)
_SHARED: Final = ModeRule(power=_PERCENT, stop_level=_PERCENT)
_PLAIN: Final = ModeRule()

# Segments block each other even when disabled, and one never set reads 0:0-0:0 (A.9.1, A.10).
MIN_RULES: Final = ScheduleRules(
    groups=(SlotGroup(key="segments", slots=9, modes=dict.fromkeys(MODES, _PLAIN)),),
    off=Off.CLEAR,
    last_end=_NO_MIDNIGHT,
    disabled_block=True,
)
# Each kind of period has one power and one stop level (B.7.4).
SPH_RULES: Final = ScheduleRules(
    groups=(
        SlotGroup(key="charge", slots=3, modes={BATTERY: _SHARED}),
        SlotGroup(key="discharge", slots=3, modes={GRID: _SHARED}),
    ),
    off=Off.CLEAR,
    last_end=_NO_MIDNIGHT,
)
SPA_RULES: Final = ScheduleRules(
    groups=(*SPH_RULES.groups, SlotGroup(key="load", slots=3, modes={LOAD: _PLAIN})),
    off=Off.CLEAR,
    last_end=_NO_MIDNIGHT,
)
RULES: Final[Mapping[Family, ScheduleRules]] = {
    Family.MIN: MIN_RULES,
    Family.SPH: SPH_RULES,
    Family.SPA: SPA_RULES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Places of one group: the mode they have, and the names of their times and switches with ``{}`` for the number.

    ``kind`` is the type they are written with, whole with ``power``, ``stop`` and ``mains`` (setting keys) before them.
    """

    group: str
    places: int
    start: str
    end: str
    switch: tuple[str, ...]
    kind: str
    mode: str = LOAD
    mode_name: str | None = None
    power: str | None = None
    stop: str | None = None
    mains: str | None = None

    @property
    def settings(self) -> frozenset[str]:
        """The settings that are written together with the periods."""
        return frozenset(filter(None, (self.power, self.stop, self.mains)))


_SEGMENTS: Final = Periods(
    group="segments",
    places=9,
    start="forcedTimeStart{}",
    end="forcedTimeStop{}",
    switch=("forcedStopSwitch{}",),
    mode_name="time{}Mode",
    kind="time_segment{}",
)


def _charge(kind: str, mains: str | None) -> Periods:
    return Periods(
        group="charge",
        places=3,
        start="forcedChargeTimeStart{}",
        end="forcedChargeTimeStop{}",
        switch=("forcedChargeStopSwitch{}", "batFirstSwitch{}"),
        mode=BATTERY,
        kind=kind,
        power="charge_power_rate",
        stop="charge_stop_level",
        mains=mains,
    )


def _discharge(kind: str) -> Periods:
    return Periods(
        group="discharge",
        places=3,
        start="forcedDischargeTimeStart{}",
        end="forcedDischargeTimeStop{}",
        switch=("forcedDischargeStopSwitch{}", "gridFirstSwitch{}"),
        mode=GRID,
        kind=kind,
        power="discharge_power_rate",
        stop="discharge_stop_level",
    )


_LOAD: Final = Periods(
    group="load",
    places=3,
    start="loadFirstStartTime{}",
    end="loadFirstStopTime{}",
    switch=("loadFirstSwitch{}",),
    kind="spa_load_flast",
)
_SPH: Final = (_charge("mix_ac_charge_time_period", "grid_charging"), _discharge("mix_ac_discharge_time_period"))


def periods(family: Family, *, legacy: bool) -> tuple[Periods, ...]:
    """Return where a family keeps its schedule; only V1 says for SPA whether it charges from the grid (B.8)."""
    match family:
        case Family.MIN:
            return (_SEGMENTS,)
        case Family.SPH:
            return _SPH
        case Family.SPA:
            charge = _charge("spa_ac_charge_time_period", None if legacy else "grid_charging")
            return (charge, _discharge("spa_ac_discharge_time_period"), _LOAD)
        case _:
            return ()


def parse_time(value: object, *, end: bool = False) -> time | None:
    """Return a time ``H:M``; ``None`` for nonsense such as ``11:187`` (0.2). An end may be ``24:00``."""
    match = re.fullmatch(r"\s*(\d{1,2}):(\d{1,2})\s*", value, re.ASCII) if isinstance(value, str) else None
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2])
    if end and (hour, minute) == (24, 0):
        return MIDNIGHT
    return time(hour, minute) if hour < 24 and minute < 60 else None


def present(family: Family, bean: Names) -> Schedule | None:
    """Return the schedule that settings tell, with every place, unused ones as 00:00-00:00 and off.

    The n-th slot of a group is its place n. ``None`` when they tell nothing of one.
    """
    groups = periods(family, legacy=False)
    if not groups or all(bean.get(groups[0].start.format(place)) is None for place in range(1, groups[0].places + 1)):
        return None
    return Schedule(slots=tuple(chain.from_iterable(_slots(family, group, bean) for group in groups)))


def with_numbers(family: Family, schedule: Schedule, bean: Names) -> Schedule:
    """Return a schedule with the powers and stop levels that settings tell now."""
    numbers = {
        group.group: tuple(_number(family, key, bean) for key in (group.power, group.stop))
        for group in periods(family, legacy=False)
    }
    rules = RULES[family]
    return Schedule(
        slots=tuple(
            replace(slot, power=power, stop_level=stop)
            for slot in schedule.slots
            for power, stop in (numbers[rules.group_of(slot).key],)
        )
    )


def _slots(family: Family, group: Periods, bean: Names) -> Iterable[Slot]:
    power, stop = (_number(family, key, bean) for key in (group.power, group.stop))
    for place in range(1, group.places + 1):
        mode = group.mode if group.mode_name is None else _mode(bean.get(group.mode_name.format(place)))
        said = bean.get(group.end.format(place))
        yield _slot(
            mode,
            parse_time(bean.get(group.start.format(place))),
            parse_time(said, end=True),
            enabled=_is_on(group, place, bean),
            power=power,
            stop=stop,
        )


def _slot(
    mode: str | None,
    start: time | None,
    end: time | None,
    *,
    enabled: bool,
    power: float | None = None,
    stop: float | None = None,
) -> Slot:
    """Return one place; without two different times it is not in use, whatever its switch says (0.2)."""
    if start is None or end is None or start == end:
        return Slot(start=MIDNIGHT, end=MIDNIGHT, mode=mode or LOAD, power=power, stop_level=stop, enabled=False)
    return Slot(start=start, end=end, mode=mode or OTHER, power=power, stop_level=stop, enabled=enabled)


def _is_on(group: Periods, place: int, bean: Names) -> bool:
    """Return a place's switch: the first of its spellings that says anything."""
    said = (switch(bean.get(name.format(place))) for name in group.switch)
    return next((on for on in said if on is not None), False)


def _mode(value: object) -> str | None:
    said = code(value)
    return MODES[int(said)] if said in ("0", "1", "2") else None


def _number(family: Family, key: str | None, bean: Names) -> float | None:
    found = None if key is None else read(PLACES[family][key], bean)
    return found if isinstance(found, int | float) else None


# Writing


def segment_write(place: int, slot: Slot | None, *, legacy: bool) -> tuple[str, tuple[str, ...]]:
    """Return type and values of one segment of a MIN: mode, start, end, switch (B.6.6); without a slot all zeros."""
    mode = 0 if slot is None else MODES.index(slot.mode)
    return _SEGMENTS.kind.format(place), (str(mode), *_window(slot, legacy=legacy))


def periods_write(
    family: Family, group: Periods, bean: Names, schedule: Schedule, changes: Mapping[str, Value], *, legacy: bool
) -> tuple[str, tuple[str, ...]]:
    """Return type and values of all periods of a group with what is written together with them (A.9.1, B.7.4).

    ``changes`` are new values of settings by key; what they leave out is what the schedule's slots say, else
    what the device has. Raises WriteRefused where that is not told: nothing is ever made up.
    """
    if reason := reason_untold(family, group, bean):
        raise WriteRefused(reason)
    held = _of_group(family, group, schedule)
    values = []
    for key, field in ((group.power, "power"), (group.stop, "stop_level")):
        if key is not None:
            asked = [found for slot in held if slot.enabled and (found := getattr(slot, field)) is not None]
            values.append(_known(family, key, bean, changes, asked))
    if group.mains is not None:
        values.append(_known(family, group.mains, bean, changes, ()))
    return group.kind, (*values, *chain.from_iterable(_window(slot, legacy=legacy) for slot in held))


# An SPA has no sun of its own: where it does not say so, it charges from the grid all the same (B.8).
_UNTOLD: Final[Mapping[tuple[Family, str], Value]] = {(Family.SPA, "grid_charging"): True}


def reason_untold(family: Family, group: Periods, bean: Names) -> str | None:
    """Return why a group cannot be written: something that goes along with it is not told."""
    for key in filter(None, (group.stop, group.power, group.mains)):
        if read(PLACES[family][key], bean) is None and (family, key) not in _UNTOLD:
            return STOP_NOT_TOLD if key == group.stop else NOT_TOLD
    return None


def _known(family: Family, key: str, bean: Names, changes: Mapping[str, Value], asked: Sequence[float]) -> str:
    """Return a number that goes along with periods: what is asked, else what the device has."""
    found = read(PLACES[family][key], bean)
    value = changes.get(key, asked[0] if asked else _UNTOLD.get((family, key)) if found is None else found)
    if not isinstance(value, int | float):
        raise WriteRefused(NOT_TOLD)
    return str(int(value))


def _of_group(family: Family, group: Periods, schedule: Schedule) -> list[Slot]:
    """Return what each place of a group holds; places that nobody named are free."""
    rules = RULES[family]
    held = [slot for slot in schedule.slots if rules.group_of(slot).key == group.group]
    free = Slot(start=MIDNIGHT, end=MIDNIGHT, mode=group.mode, enabled=False)
    return held + [free] * (group.places - len(held))


def _window(slot: Slot | None, *, legacy: bool) -> tuple[str, ...]:
    """Return start, end and switch of a place; the older API wants two digits (A.9.1)."""
    spelling = "{:02d}" if legacy else "{:d}"
    if slot is None or (slot.start == slot.end and not slot.enabled):
        return (*(spelling.format(0) for _ in range(4)), "0")
    end = _NO_MIDNIGHT if slot.end == MIDNIGHT else slot.end
    numbers = (slot.start.hour, slot.start.minute, end.hour, end.minute)
    return (*(spelling.format(number) for number in numbers), "1" if slot.enabled else "0")


# Live reads


def decode_segment(said: str) -> Slot | None:
    """Return a segment from its two register words, ``"41246-1280-"`` (A.10); ``None`` when that is none."""
    words = [number(word) for word in said.strip().rstrip("-").split("-")]
    if len(words) != 2 or any(word is None or not word.is_integer() or not 0 <= word < 65536 for word in words):
        return None
    first, second = (int(word) for word in words if word is not None)
    clock = first & 0x1FFF
    start, end = (parse_time(f"{word >> 8}:{word & 0xFF}", end=True) for word in (clock, second))
    mode = first >> 13 & 0b11
    if start is None or end is None or mode >= len(MODES):
        return None
    return _slot(MODES[mode], start, end, enabled=bool(first & 0x8000))
