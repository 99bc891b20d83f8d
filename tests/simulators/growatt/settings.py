"""What a device is set to when it comes from the factory, what it does with its settings, and how it reads them out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
import math
from typing import Any

from tests.simulators.growatt.families import FamilyName, Model
from tests.simulators.growatt.parameters import PERIODS, SEGMENTS, Value
from tests.simulators.growatt.values import minutes
from tests.simulators.house import House, Mode

LOAD_FIRST, BATTERY_FIRST, GRID_FIRST = range(3)
NOT_SET = 255
"""``activeRate`` of a device nobody ever limited (growatt.md B.6.4)."""

INVERTER: dict[str, Value] = {
    "onOff": 1,
    "activeRate": 100,
    "reactiveRate": 0,
    "pf": 1.0,
    "voltageHighLimit": 253.0,
    "voltageLowLimit": 184.0,
}
HYBRID: dict[str, Value] = INVERTER | {
    "chargePowerCommand": 100,
    "disChargePowerCommand": 100,
    "acChargeEnable": 0,
    "exportLimit": 0,
    "exportLimitPowerRate": 0,
    "epsFunEn": 1,
    "epsFreqSet": 0,
    "epsVoltSet": 0,
}
FOUR_STOPS: dict[str, Value] = {
    "wchargeSOCLowLimit1": 100,
    "wchargeSOCLowLimit2": 100,
    "wdisChargeSOCLowLimit1": 10,
    "wdisChargeSOCLowLimit2": 20,
    "powerFactor": 1.0,
}


def _numbered(numbers: range, *keys: tuple[str, Value]) -> dict[str, Value]:
    """Return numbered settings; ``{}`` in a key is the number."""
    return {key.format(number): value for number in numbers for key, value in keys}


TIMES = (
    ("forcedChargeTimeStart{}", "0:0"),
    ("forcedChargeTimeStop{}", "0:0"),
    ("forcedDischargeTimeStart{}", "0:0"),
    ("forcedDischargeTimeStop{}", "0:0"),
)
FACTORY: dict[FamilyName, dict[str, Value]] = {
    "inverter": INVERTER,
    "max": INVERTER,
    "wit": INVERTER,
    "tlx": HYBRID
    | {"wchargeSOCLowLimit": 100, "wdisChargeSOCLowLimit": 10, "onGridDischargeStopSOC": 10}
    | _numbered(
        SEGMENTS,
        ("forcedTimeStart{}", "0:0"),
        ("forcedTimeStop{}", "0:0"),
        ("time{}Mode", 0),
        ("forcedStopSwitch{}", 0),
    ),
    "mix": HYBRID
    | FOUR_STOPS
    | {"pvPfCmdMemoryState": 0, "loadFirstControl": 0, "singleExport": 0, "failsafe": 0}
    | _numbered(PERIODS, *TIMES, ("forcedChargeStopSwitch{}", 0), ("forcedDischargeStopSwitch{}", 0)),
    "spa": HYBRID
    | FOUR_STOPS
    | {"acChargeEnable": 1}
    | _numbered(
        PERIODS,
        *TIMES,
        ("batFirstSwitch{}", 0),
        ("gridFirstSwitch{}", 0),
        ("loadFirstStartTime{}", "0:0"),
        ("loadFirstStopTime{}", "0:0"),
        ("loadFirstSwitch{}", 0),
    ),
    "storage": {
        "onOff": 1,
        "acChargeEnable": 0,
        "batteryType": 3,
        "outputConfig": 0,
        "chargeConfig": 0,
        "acInModel": 0,
        "maxChargeCurr": 60,
        "maxAcChargeCurr": 30,
        "bulkChargeVolt": 56.4,
        "floatChargeVolt": 54.0,
        "batLowToUtiVolt": 46.0,
        "utiOutStart": 0,
        "utiOutEnd": 0,
        "utiChargeStart": 0,
        "utiChargeEnd": 0,
        "outputVoltType": 1,
        "outputFreqType": 0,
        "buzzerEN": 1,
        "bLightEn": 1,
        "overLoadRestart": 0,
        "overTempRestart": 0,
    },
}


# --- what the device does with them ----------------------------------------------------------------------------------

SWITCHED_PERIODS: dict[FamilyName, tuple[tuple[str, str, int], ...]] = {
    "mix": (
        ("forcedChargeTimeStart{}", "forcedChargeStopSwitch{}", BATTERY_FIRST),
        ("forcedDischargeTimeStart{}", "forcedDischargeStopSwitch{}", GRID_FIRST),
    ),
    "spa": (
        ("forcedChargeTimeStart{}", "batFirstSwitch{}", BATTERY_FIRST),
        ("forcedDischargeTimeStart{}", "gridFirstSwitch{}", GRID_FIRST),
    ),
    "tlx": (("forcedTimeStart{}", "forcedStopSwitch{}", LOAD_FIRST),),
}
STOPS: dict[FamilyName, dict[int, tuple[str, str]]] = {
    "tlx": dict.fromkeys(range(3), ("wchargeSOCLowLimit", "onGridDischargeStopSOC")),
    "mix": {
        LOAD_FIRST: ("wchargeSOCLowLimit1", "wdisChargeSOCLowLimit1"),
        BATTERY_FIRST: ("wchargeSOCLowLimit2", "wdisChargeSOCLowLimit2"),
        GRID_FIRST: ("wchargeSOCLowLimit2", "wdisChargeSOCLowLimit2"),
    },
}
STOPS["spa"] = STOPS["mix"]


def priority(family: FamilyName, settings: Mapping[str, Any], local: datetime) -> int:
    """Return what comes first at a local time: 0 the load, 1 the battery, 2 the grid."""
    now = local.hour * 60 + local.minute
    for start, switch, mode in SWITCHED_PERIODS.get(family, ()):
        for number in SEGMENTS if family == "tlx" else PERIODS:
            if not settings[switch.format(number)]:
                continue
            key = start.format(number)
            if minutes(settings[key]) <= now < minutes(settings[key.replace("Start", "Stop")]):
                return int(settings[f"time{number}Mode"]) if family == "tlx" else mode
    return LOAD_FIRST


def steer(model: Model, settings: Mapping[str, Any], house: House, local: datetime) -> None:
    """Let a house do what the device is set to (F.8); the sun over an SPA is another inverter's, it limits only itself."""
    rate = settings.get("activeRate", 100)
    on = settings["onOff"] or model.family == "spa"
    rated = math.inf if model.family == "spa" else float(model.pmax)
    limits: dict[str, Any] = {
        "output_limit_w": rated * (100 if rate == NOT_SET else rate) / 100 if on else 0.0,
        "export_limit_w": _export_limit(model, settings),
        "halted": not settings["onOff"],
    }
    if model.family in STOPS:
        limits |= _battery(model.family, settings, house, priority(model.family, settings, local))
    elif model.family == "storage":
        limits |= {"reserve_percent": 20.0, "discharge_limit_w": 0.0 if settings["outputConfig"] == 2 else math.inf}
    house.settings = replace(house.settings, **limits)


def _export_limit(model: Model, settings: Mapping[str, Any]) -> float:
    """Return what may be exported, in W; an off-grid device never exports."""
    if model.family == "storage":
        return 0.0
    return model.pmax * settings["exportLimitPowerRate"] / 100 if settings.get("exportLimit") else math.inf


def _battery(family: FamilyName, settings: Mapping[str, Any], house: House, first: int) -> dict[str, Any]:
    """Return what the battery may do under a priority."""
    charge_w = sum(battery.max_charge_w for battery in house.batteries) * settings["chargePowerCommand"] / 100
    discharge_w = sum(battery.max_discharge_w for battery in house.batteries) * settings["disChargePowerCommand"] / 100
    full, empty = STOPS[family][first]
    modes: dict[int, Mode] = {
        LOAD_FIRST: "self_consumption",
        BATTERY_FIRST: "backup" if settings["acChargeEnable"] else "fill",
        GRID_FIRST: "scheduler",
    }
    return {
        "mode": modes[first],
        "reserve_percent": float(settings[empty]),
        "ceiling_percent": float(settings[full]),
        "charge_limit_w": charge_w,
        "discharge_limit_w": discharge_w,
        "grid_charge_w": charge_w,
        "command_w": discharge_w,
    }
