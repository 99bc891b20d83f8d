"""The named settings of ``remote/get`` and ``remote/set``: what each generation has and what a device refuses (§6.3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import re
from typing import Any

from tests.simulators.goodwe import settings as facts
from tests.simulators.goodwe.semsplus_call import FAILED, MISSING, ApiError

type Values = Mapping[str, Any]
type Check = Callable[[Any], bool]

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def _whole(low: int, high: int) -> Check:
    """Return a check for whole numbers between two, both included."""
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _number(low: float, high: float) -> Check:
    """Return a check for numbers between two, both included."""
    return lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _among(*numbers: int) -> Check:
    """Return a check for one of some numbers."""
    return lambda value: _whole(0, 255)(value) and value in numbers


def _each(low: int, high: int) -> Check:
    """Return a check for lists of different whole numbers between two."""
    whole = _whole(low, high)
    return lambda value: isinstance(value, list) and all(map(whole, value)) and len(set(value)) == len(value)


def _clock(value: Any) -> bool:
    """Tell whether it is a time of day as the wire writes it."""
    return isinstance(value, str) and CLOCK.fullmatch(value) is not None


SWITCH = _among(0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A named setting: ``read`` are the members it tells, ``write`` those it takes; ``whole``: all of them or none."""

    read: tuple[str, ...]
    write: Mapping[str, Check]
    whole: bool = False


def _switch(name: str) -> Function:
    """Return a function with one member of its own name, on or off."""
    return Function(read=(name,), write={name: SWITCH})


def _word(name: str) -> Function:
    """Return a function that can only be read."""
    return Function(read=(name,), write={})


def _tou(number: int, generation: int) -> Function:
    """Return a slot. V1 has neither months nor stop level and counts power in percent (§6.3)."""
    on, off = (facts.SLOT_ON, facts.SLOT_OFF) if generation > 1 else (facts.V1_SLOT_ON, facts.V1_SLOT_OFF)
    power = 1_000 if generation > 1 else 100
    members: dict[str, Check] = {
        "TOUStart": _clock,
        "TOUEnd": _clock,
        "TOUWeekEnable": _among(on, off),
        "TOUWeek": _each(0, 6),
        "ChargeDischargePW": _whole(-power, power),
    }
    if generation > 1:
        members |= {"ChargeCutOffSet": _whole(0, 100), "TOUMonth": _each(0, facts.EXPORT_MONTH)}
    named = {f"{name}{number}": check for name, check in members.items()}
    return Function(read=tuple(named), write=named if number <= facts.SLOTS[generation] else {}, whole=True)


def _demand(number: int) -> Function:
    """Return one of the two settings peak shaving and delayed charge share."""
    members: dict[str, Check] = {
        "Start": _clock,
        "End": _clock,
        "WeekEnable": _among(facts.PEAK_ON, facts.PEAK_OFF, facts.DELAYED_ON, facts.DELAYED_OFF),
        "Week": _each(0, 6),
        "PowerLimit": _number(0, 1_000),
        "SOC": _whole(0, 100),
        "Month": _each(0, 11),
        "ChargePriority": SWITCH,
    }
    write = {f"DemandOrDelayed{name}{number}": check for name, check in members.items()}
    return Function(read=(*write, f"DelayedPowerLimit{number}", f"DemandPowerLimit{number}"), write=write)


def _functions(generation: int) -> dict[str, Function]:
    """Return what a generation has."""
    slots = {f"TOU{number}": _tou(number, generation) for number in range(1, facts.SLOTS_LISTED + 1)}
    if generation == 1:
        return slots
    backup = {"BackupModeEnable": SWITCH, "BackupChargeModelEnable": SWITCH, "BackupPChargeP": _whole(0, 100)}
    switches = ("TOUModeEnable", "DelayedChargeEnable", "SelfConsumption", "GreenModeEnable")
    words = ("ARMFunction2", "ARMFunction4")
    return {
        **slots,
        **{name: _switch(name) for name in (*switches, *(("OffGridEnable",) if generation == 3 else ()))},
        **{name: _word(name) for name in words},
        "Backup": Function(read=("BackupModeEnable", "BackupPChargeP"), write=backup),
        "DemandOrDelayed1": _demand(1),
        "DemandOrDelayed2": _demand(2),
    }


FUNCTIONS: dict[int, dict[str, Function]] = {0: {}, **{generation: _functions(generation) for generation in (1, 2, 3)}}
V1_MODES = {
    "SelfUseMode": facts.SELF_USE,
    "OffGridMode": facts.OFF_GRID,
    "BackupMode": facts.BACKUP,
    "TOUMode": facts.TIME_OF_USE,
}


def read(settings: Values, name: str) -> dict[str, Any] | None:
    """Return the value of a named setting; ``None`` when the device has no such name."""
    generation = facts.generation_of(settings)
    if name == "INVCurrentWorkMode" and generation:
        return {name: facts.work_mode(settings)}
    if name in V1_MODES and generation == 1:
        return {name: settings["Mode"]}
    if (function := FUNCTIONS[generation].get(name)) is None:
        return None
    return {member: settings[member] for member in function.read if member in settings}


def change(settings: Values, name: str, data: Values) -> dict[str, Any]:
    """Return the settings a write changes; raise P0214 for what is missing and P0215 for what the device refuses."""
    generation = facts.generation_of(settings)
    if name in V1_MODES and generation == 1:
        if data != {name: V1_MODES[name]}:
            raise ApiError(FAILED)
        return {"Mode": V1_MODES[name]}
    function = FUNCTIONS[generation].get(name)
    if function is None or not function.write:
        raise ApiError(FAILED)
    if not data or (function.whole and set(function.write) - set(data)):
        raise ApiError(MISSING)
    if not all(member in function.write and function.write[member](value) for member, value in data.items()):
        raise ApiError(FAILED)
    _refuse_combinations({**settings, **data}, name, data)
    return dict(data)


def _refuse_combinations(settings: Values, name: str, data: Values) -> None:
    """Raise P0215 for what does not go together: modes that exclude each other, months and powers of a slot."""
    if name.startswith("TOU") and name != "TOUModeEnable":
        number = name.removeprefix("TOU")
        months = data.get(f"TOUMonth{number}", ())
        can_export = int(settings.get("ARMFunction4", 0)) >> 12 & 1
        if facts.EXPORT_MONTH in months and not (can_export and data[f"ChargeDischargePW{number}"] > 0):
            raise ApiError(FAILED)
    if "BackupPChargeP" in data and data.get("BackupChargeModelEnable") != 1:
        raise ApiError(FAILED)
    others = ("BackupModeEnable", "TOUModeEnable", "DelayedChargeEnable")
    if facts.peak_shaving(settings) and any(settings.get(other) for other in others):
        raise ApiError(FAILED)
