"""The slots of a time of use plan: how many a device has, how it tells them and how they are written (goodwe.md §6.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any, Final

from ...core.choices import OTHER
from ...core.errors import WriteRefused
from ...core.model import Value
from ...core.parse import number
from ...core.schedule import (
    ALL_DAYS,
    ALL_MONTHS,
    EACH_DAY,
    MIDNIGHT,
    ModeRule,
    NumberRule,
    Off,
    Schedule,
    ScheduleError,
    ScheduleRules,
    Slot,
    SlotGroup,
)
from .model import Bean

CHARGE, DISCHARGE, EXPORT = "charge", "discharge", "export"
GROUP: Final = "slots"
NOT_TOLD: Final = "setting_not_told"

_LAST_END: Final = time(23, 59)  # assumed: the device knows no 24:00
_OFF: Final = frozenset({0, 6, 85})  # what says that a slot is off, whatever the generation; 85 was never used
_EXPORT_MONTH: Final = 12  # among the months of a discharge slot: its power is what may be exported
_DAY_WORDS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTH_WORDS: Final = (
    *("jan_1", "feb_1", "march_1", "apr_1", "may_1", "june_1"),
    *("july_1", "aug_1", "sept_1", "oct_1", "nov_1", "dec_1"),
)
# Ours by those of the wire, whose week begins on Sunday and whose January is 0.
_DAYS: Final = {day: (day + 6) % 7 for day in range(7)}
_MONTHS: Final = {month: month + 1 for month in range(12)}
_BETWEEN: Final = "\N{IDEOGRAPHIC COMMA}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one generation of devices holds its slots.

    ``scale`` is what the wire says for one percent of power; ``on`` and ``off`` are its words for a slot's switch.
    ``full``: slots have months and a stop level.
    """

    places: int
    scale: int
    on: int
    off: int
    full: bool

    def members(self, place: int) -> tuple[str, ...]:
        """Return the names of all that is written of a slot, in the order of the wire."""
        last = ("ChargeCutOffSet", "TOUMonth") if self.full else ()
        names = ("TOUStart", "TOUEnd", "TOUWeekEnable", "TOUWeek", "ChargeDischargePW", *last)
        return tuple(f"{name}{place}" for name in names)


DIALECTS: Final[Mapping[int, Dialect]] = {
    1: Dialect(places=4, scale=1, on=255, off=0, full=False),
    2: Dialect(places=4, scale=10, on=249, off=6, full=True),
    3: Dialect(places=8, scale=10, on=249, off=6, full=True),
}
"""By the generation of ``get-work-mode`` (§6.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one device can hold of a plan: of its generation the places it tells, and perhaps slots that limit export.

    ``exports`` is bit 12 of ARMFunction4.
    """

    generation: int
    places: int
    exports: bool = False

    @property
    def dialect(self) -> Dialect:
        """How its slots are spelled."""
        return DIALECTS[self.generation]

    @property
    def beginning(self) -> tuple[str, Value]:
        """Return the setting that lets its slots act, and the value with which it does."""
        return ("operating_mode", "time_of_use") if self.generation == 1 else ("time_of_use", True)

    @property
    def rules(self) -> ScheduleRules:
        """What can be asked of it; a discharge slot without power is impossible."""
        dialect = self.dialect
        stop = NumberRule(unit="%", minimum=0, maximum=100) if dialect.full else None
        step = 1 / dialect.scale
        gives = ModeRule(power=NumberRule(unit="%", minimum=step, maximum=100, step=step), stop_level=stop)
        takes = ModeRule(power=NumberRule(unit="%", minimum=0, maximum=100, step=step), stop_level=stop)
        modes = {CHARGE: takes, DISCHARGE: gives} | ({EXPORT: gives} if self.exports else {})
        return ScheduleRules(
            groups=(SlotGroup(key=GROUP, slots=self.places, modes=modes),),
            off=Off.DISABLE,
            days=EACH_DAY,
            months=dialect.full,
            last_end=_LAST_END,
        )


def slot_name(place: int) -> str:
    """Return the name by which a slot is read and written."""
    return f"TOU{place}"


def plan_of(
    generation: int | None, named: Mapping[str, Bean], *, exports: bool | None, had: Plan | None = None
) -> Plan | None:
    """Return what a device can hold, by the slots it tells; ``None`` without any, or of an unknown generation.

    What it tells beyond the slots of its generation is never read or written. What an answer leaves out (``exports``
    ``None``) is as it was (``had``): no device loses slots.
    """
    dialect = DIALECTS.get(generation or 0)
    if generation is None or dialect is None:
        return None
    places = 0
    while places < dialect.places and named.get(slot_name(places + 1)):
        places += 1
    if not places:
        return None
    if had is not None and had.generation == generation:
        places, exports = max(places, had.places), had.exports if exports is None else exports
    return Plan(generation=generation, places=places, exports=bool(exports) and dialect.full)


def present(plan: Plan, named: Mapping[str, Bean], *, acting: bool) -> Schedule | None:
    """Return the schedule that a device tells, place by place; ``None`` when a place is missing.

    A slot is enabled when it runs: its own switch is on, it has days and months, and slots act at all (``acting``).
    """
    beans = [named.get(slot_name(place)) for place in range(1, plan.places + 1)]
    if not all(beans):
        return None
    slots = tuple(_slot(plan, place, bean or {}) for place, bean in enumerate(beans, 1))
    return Schedule(slots=slots if acting else tuple(replace(slot, enabled=False) for slot in slots))


def slot_write(plan: Plan, place: int, slot: Slot | None, had: Bean) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return one slot as it is written, always whole, and its entry in the owner's log.

    Without a slot it is switched off and stays what the device ``had``; raises WriteRefused where that is not all told.
    """
    data = _switched_off(plan, place, had) if slot is None else _spelled(plan, place, slot)
    return data, _log(plan, place, data)


# Reading


def _slot(plan: Plan, place: int, bean: Bean) -> Slot:
    dialect = plan.dialect
    days = _members(bean.get(f"TOUWeek{place}"), _DAYS)
    months = _members(bean.get(f"TOUMonth{place}"), _MONTHS)
    power = number(bean.get(f"ChargeDischargePW{place}"))
    slot = _window(bean.get(f"TOUStart{place}"), bean.get(f"TOUEnd{place}"))
    said = number(bean.get(f"TOUWeekEnable{place}"))
    is_off, is_on = said in _OFF, said == dialect.on
    if slot is None or power is None or days is None or months is None or not (is_off or is_on):
        # Whatever runs there must not be taken for a free place.
        return Slot(start=MIDNIGHT, end=MIDNIGHT, mode=OTHER, enabled=not is_off)
    return replace(
        slot,
        mode=_mode(plan, power, bean.get(f"TOUMonth{place}")),
        power=round(abs(power) / dialect.scale, 1),
        stop_level=number(bean.get(f"ChargeCutOffSet{place}")) if dialect.full else None,
        days=days or None,
        months=(months or None) if dialect.full else None,
        enabled=is_on and slot.start != slot.end and bool(days) and bool(months),
    )


def _mode(plan: Plan, power: float, months: object) -> str:
    """Return what a slot does: up to 0 it charges; the thirteenth month turns a discharge into a limit of export."""
    if power <= 0:
        return CHARGE
    limits_export = plan.exports and isinstance(months, list) and _EXPORT_MONTH in months
    return EXPORT if limits_export else DISCHARGE


def _window(start: object, end: object) -> Slot | None:
    """Return a slot with these times; ``None`` when they make no sense."""
    try:
        return Slot.from_dict({"start": start, "end": end, "mode": CHARGE})
    except ScheduleError:
        return None


def _members(value: object, ours: Mapping[int, int]) -> frozenset[int] | None:
    """Return the days or months of a list as ours, all where none is told; ``None`` where nothing of it makes sense."""
    if value is None:
        return frozenset(ours.values())
    if not isinstance(value, list):
        return None
    numbers = set(map(number, value)) - {_EXPORT_MONTH}
    found = frozenset(ours[int(item)] for item in numbers if item is not None and item in ours)
    return found if found or not numbers else None


# Writing


def _spelled(plan: Plan, place: int, slot: Slot) -> dict[str, Any]:
    """Return a slot that is on; days and months it does not name are all of them (one without any never runs)."""
    dialect = plan.dialect
    power = round((slot.power or 0.0) * dialect.scale)
    months = [month - 1 for month in sorted(slot.months or ALL_MONTHS)]
    values = (
        f"{slot.start:%H:%M}",
        f"{slot.end:%H:%M}",
        dialect.on,
        sorted((day + 1) % 7 for day in slot.days or ALL_DAYS),
        -power if slot.mode == CHARGE else power,
        round(slot.stop_level or 0.0),
        [*months, _EXPORT_MONTH] if slot.mode == EXPORT else months,
    )
    return dict(zip(dialect.members(place), values, strict=False))


def _switched_off(plan: Plan, place: int, had: Bean) -> dict[str, Any]:
    members = plan.dialect.members(place)
    values = {member: had.get(member) for member in members} | {f"TOUWeekEnable{place}": plan.dialect.off}
    if None in values.values():
        raise WriteRefused(NOT_TOLD)
    return values


def _log(plan: Plan, place: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the owner's log is told of a slot."""
    dialect = plan.dialect
    power = number(data.get(f"ChargeDischargePW{place}")) or 0.0
    log: dict[str, Any] = {
        "start_t": data.get(f"TOUStart{place}"),
        "end_t": data.get(f"TOUEnd{place}"),
        "switch": "on" if data.get(f"TOUWeekEnable{place}") == dialect.on else "off",
    }
    if dialect.full:
        log["monthly_repetition"] = _words(data.get(f"TOUMonth{place}"), _MONTH_WORDS)
    log["wkly_rep"] = _words(data.get(f"TOUWeek{place}"), _DAY_WORDS)
    log["cd_mod"] = CHARGE if power <= 0 else DISCHARGE
    if dialect.full:
        log["import_power_soc"] = data.get(f"ChargeCutOffSet{place}")
    log["rated_power" if power <= 0 else "discharge_limit_pw"] = _plain(abs(power) / dialect.scale)
    return log


def _words(members: object, words: tuple[str, ...]) -> str:
    found = members if isinstance(members, list) else []
    return _BETWEEN.join(words[item] for item in found if isinstance(item, int) and 0 <= item < len(words))


def _plain(value: float) -> float:
    """Return a number without a fraction of zero."""
    return int(value) if value == int(value) else value
