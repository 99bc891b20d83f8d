"""How the password API shows settings: the beans of the server's copy and the names of live reads (A.6.2, A.6.3, A.10)."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.simulators.growatt.families import FamilyName
from tests.simulators.growatt.inventory import MIN_SETTINGS, SPA_DETAIL, SPH_DETAIL, blank
from tests.simulators.growatt.legacy_values import as_text, text_bean
from tests.simulators.growatt.parameters import SEGMENTS, Value, Write, writes_of

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

READ_NAMES = {
    "pf_sys_time_mutli": "pf_sys_year",
    "mix_ac_charge_time_multi": "mix_ac_charge_time_period",
    "MIX_AC_DISCHARGE_TIME_MULTI": "mix_ac_discharge_time_period",
    "mix_failsafe": "setFailsafe",
}
"""What a live read calls a setting that is written by another name; most have the same."""
EXPORT_POWER = "backflow_power"
"""The export limit's power is read by its own name and tenfold."""


def write_name(param: str) -> str:
    """Return by which name the parameter of a live read is written."""
    return READ_NAMES.get(param, param)


def export_power(settings: Settings) -> str:
    """Return what a live read of the export limit's power says."""
    return str(10 * int(settings["exportLimitPowerRate"]))


def positions(family: FamilyName, settings: Settings, kind: str) -> list[str]:
    """Return the parameters a write of ``kind`` would need to change nothing; none for a type without settings."""
    parts = writes_of(family, token_api=False).get(kind, ())
    return list(_positions(parts, settings)) if all(part.key in settings for part in parts) else []


def _positions(parts: Write, settings: Settings) -> Iterator[str]:
    """Yield the values of a write in the order of its parameters; a time is two of them."""
    for part in sorted(parts, key=lambda part: part.at):
        value = str(as_text(settings[part.key]))
        yield from value.split(":") if part.width > 1 else (value,)
