"""How the password API shows settings: the beans of the server's copy and the words of a live read (A.6.2, A.6.3, A.10)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.simulators.growatt.families import FamilyName
from tests.simulators.growatt.inventory import MIN_SETTINGS, SPA_DETAIL, SPH_DETAIL, blank
from tests.simulators.growatt.legacy_values import as_text, text_bean
from tests.simulators.growatt.parameters import PERIODS, SEGMENTS, Value, Write, writes_of
from tests.simulators.growatt.values import minutes

type Settings = Mapping[str, Value]

TLX_RENAMED = ("onOff", "onGridDischargeStopSOC")
"""Read names of V1 that the MIN's bean does not have: there the write name holds the value (A.6.2)."""
TLX_PACKED: dict[str, Any] = {
    **{f"year_time{number}": "0_0_0_0_0_0_0" for number in SEGMENTS},
    **{f"season{season}MonthTime": "0_0_0" for season in range(1, 5)},
    **{f"season{season}Time{number}": "0_0_0_0_0_0_0" for season in range(1, 5) for number in SEGMENTS},
    **{f"special{special}MonthTime": "0_0_0" for special in range(1, 3)},
    **{f"special{special}Time{number}": "0_0_0_0_0_0" for special in range(1, 3) for number in SEGMENTS},
    "winModeStartTime": '"null"',
    "winModeEndTime": '"null"',
    "winModeFlag": "0",
    "system_work_mode": "500",
    "exportLimitPowerRateStr": "0.0",
}
MIX_MORE_PERIODS = range(4, 7)
MIX_PERIODS: dict[str, Any] = {
    f"forced{job}{word}{number}": value
    for number in MIX_MORE_PERIODS
    for job in ("Charge", "Discharge")
    for word, value in (("TimeStart", "0:0"), ("TimeStop", "0:0"), ("StopSwitch", "0"))
}
EMPTY_BEANS: dict[FamilyName, dict[str, Any]] = {
    "tlx": blank(MIN_SETTINGS) | TLX_PACKED,
    "mix": blank(SPH_DETAIL) | MIX_PERIODS | {"children": None},
    "spa": blank(SPA_DETAIL),
}


def write_names(family: FamilyName, settings: Settings) -> dict[str, Value]:
    """Return the settings under the names they are written by: single values as they are, segments packed."""
    table = writes_of(family, token_api=False)
    single = {kind: settings[parts[0].key] for kind, parts in table.items() if _is_single(parts, settings)}
    return single | {
        kind: "_".join(
            str(settings[key.format(number)])
            for key in ("time{}Mode", "forcedTimeStart{}", "forcedTimeStop{}", "forcedStopSwitch{}")
        )
        for number in SEGMENTS
        if (kind := f"time_segment{number}") in table
    }


def _is_single(parts: Write, settings: Settings) -> bool:
    """Tell whether a write is about one value that the device keeps."""
    return len(parts) == 1 and parts[0].key in settings


def settings_bean(family: FamilyName, settings: Settings, clock: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the server's copy of the settings: every value text (or null), read names and write names side by side.

    ``clock`` is the device's time as text, ``facts`` what else is known of the device (serial number, model …).
    """
    known = {**settings, **write_names(family, settings), "sysTime": clock, "pf_sys_year": clock, **facts}
    bean = text_bean(EMPTY_BEANS.get(family, {}) | known)
    if family == "tlx":
        return {name: value for name, value in bean.items() if name not in TLX_RENAMED}
    if family == "mix":
        return bean | {"loadFirstStopSocSet": bean["wdisChargeSOCLowLimit1"], "sysTimeText": clock}
    return bean


# --- live reads through the logger (A.10) ----------------------------------------------------------------------------

CLOCK_IDS = ("pf_sys_time_mutli", "pf_sys_year")
READ_NAMES = {"mix_failsafe": "setFailsafe"}
EXPORT_POWER_ID = "backflow_power"
FIRST_SLOT_INDEX = 10
MULTI_WORDS = 19
MIX_MULTI: dict[str, tuple[tuple[str, ...], str, str]] = {
    "mix_ac_charge_time_multi": (
        ("chargePowerCommand", "wchargeSOCLowLimit2", "acChargeEnable"),
        "forcedChargeTimeStart{}",
        "forcedChargeStopSwitch{}",
    ),
    "MIX_AC_DISCHARGE_TIME_MULTI": (
        ("disChargePowerCommand", "wdisChargeSOCLowLimit2"),
        "forcedDischargeTimeStart{}",
        "forcedDischargeStopSwitch{}",
    ),
}


def live_value(family: FamilyName, settings: Settings, clock: datetime, param: str) -> str | None:
    """Return what the device answers for one parameter: a value, register words or a date; ``None``: it knows no such.

    A MIN's time segment is two words with enable, mode and times in their bits; a mix's schedule is 19 numbers.
    """
    if param in CLOCK_IDS:
        return f"{clock.year}-{clock.month}-{clock.day}-{clock.hour}-{clock.minute}-{clock.second}"
    if family == "tlx" and param.startswith("time_segment"):
        return _segment_words(settings, param.removeprefix("time_segment"))
    if family == "mix" and param in MIX_MULTI:
        return _mix_words(settings, *MIX_MULTI[param])
    if param == EXPORT_POWER_ID and "exportLimitPowerRate" in settings:
        return as_text(10 * int(settings["exportLimitPowerRate"]))
    parts = writes_of(family, token_api=False).get(READ_NAMES.get(param, param))
    return as_text(settings[parts[0].key]) if parts and parts[0].key in settings else None


def live_values(family: FamilyName, settings: Settings, clock: datetime, param: str) -> list[str] | None:
    """Return what the app reads for one parameter, position by position as it would be written (A.10)."""
    parts = writes_of(family, token_api=False).get(param)
    if param in CLOCK_IDS or not parts or any(part.key not in settings for part in parts):
        value = live_value(family, settings, clock, param)
        return None if value is None else [value]
    return list(_positions(parts, settings))


def _positions(parts: Sequence[Any], settings: Settings) -> Iterator[str]:
    """Yield the parameters a write would have to have for the present settings."""
    for part in sorted(parts, key=lambda part: int(part.at)):
        value = str(as_text(settings[part.key]))
        yield from value.split(":") if part.width > 1 else (value,)


def _word(time: Value) -> int:
    """Return a time of day as the register keeps it: hour and minute a byte each."""
    hour, minute = divmod(minutes(str(time)), 60)
    return hour << 8 | minute


def _segment_words(settings: Settings, number: str) -> str | None:
    """Return the two words of a MIN's time segment."""
    if f"time{number}Mode" not in settings:
        return None
    enabled, mode = int(settings[f"forcedStopSwitch{number}"]), int(settings[f"time{number}Mode"])
    start, end = _word(settings[f"forcedTimeStart{number}"]), _word(settings[f"forcedTimeStop{number}"])
    return f"{enabled << 15 | mode << 13 | start}-{end}-"


def _mix_words(settings: Settings, head: Sequence[str], start: str, switch: str) -> str:
    """Return a mix's schedule: powers and levels first, from index 10 on three words for each period."""
    words = [0] * MULTI_WORDS
    words[: len(head)] = [int(settings[key]) for key in head]
    for number in PERIODS:
        key = start.format(number)
        at = FIRST_SLOT_INDEX + 3 * (number - 1)
        words[at : at + 3] = [
            _word(settings[key]),
            _word(settings[key.replace("Start", "Stop")]),
            int(settings[switch.format(number)]),
        ]
    return "".join(f"{word}-" for word in words)
