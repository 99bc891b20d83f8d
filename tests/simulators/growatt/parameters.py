"""What may be written to which device: types, positions, ranges and the setting each position ends up in.

growatt.md A.9.1, A.9.2, B.6.6, B.7.4 and B.8 as tables. ``parse(family, type, params)`` returns the settings a write would
change, under their *read* names, or raises ``Refused`` with V1's code; the password API says 500 + n for 10000 + n.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
import re

from tests.simulators.growatt.families import FamilyName
from tests.simulators.growatt.values import minutes

type Value = int | float | str
type Parse = Callable[[Sequence[str]], Value]

SYSTEM_ERROR = 10001
DEVICE_OFFLINE = 10003
SERIAL_EMPTY = 10004
LOGGER_OFFLINE = 10005
TYPE_UNKNOWN = 10006
VALUE_EMPTY = 10007
OUT_OF_RANGE = 10008
BAD_DATE = 10009
NO_SUCH_DEVICE = 10012
END_BEFORE_START = 10013

CLOCK = "sysTime"
"""The setting that is the device's clock: ``YYYY-MM-DD HH:MM:SS``."""
SEGMENTS = range(1, 10)
PERIODS = range(1, 4)


class Refused(Exception):
    """A write the server does not take; ``code`` is V1's."""

    def __init__(self, code: int) -> None:
        """Remember the code."""
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One setting of a write: parameters ``at`` … ``at + width - 1`` become ``key``."""

    at: int
    key: str
    parse: Parse
    width: int = 1


type Write = tuple[Part, ...]


# --- values ----------------------------------------------------------------------------------------------------------


def _plain(text: str) -> int:
    """Return a plain integer; ``True``, ``80.0`` and ``+5`` are none (B.6.6)."""
    if not re.fullmatch(r"[0-9]+", text):
        raise Refused(OUT_OF_RANGE)
    return int(text)


def _whole(low: int, high: int) -> Parse:
    """Return a parser of whole numbers."""

    def parse(texts: Sequence[str]) -> int:
        value = _plain(texts[0])
        if not low <= value <= high:
            raise Refused(OUT_OF_RANGE)
        return value

    return parse


def _decimal(*ranges: tuple[float, float]) -> Parse:
    """Return a parser of decimal numbers within one of some ranges."""

    def parse(texts: Sequence[str]) -> float:
        try:
            value = float(texts[0])
        except ValueError:
            raise Refused(OUT_OF_RANGE) from None
        if not any(low <= value <= high for low, high in ranges):
            raise Refused(OUT_OF_RANGE)
        return value

    return parse


def _word(words: Mapping[str, Value]) -> Parse:
    """Return a parser of fixed words."""

    def parse(texts: Sequence[str]) -> Value:
        if texts[0] not in words:
            raise Refused(OUT_OF_RANGE)
        return words[texts[0]]

    return parse


def _moment(texts: Sequence[str]) -> str:
    """Return a date and time as it is written."""
    try:
        datetime.strptime(texts[0], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the device's own clock has no zone
    except ValueError:
        raise Refused(BAD_DATE) from None
    return texts[0]


def _time(texts: Sequence[str]) -> str:
    """Return hour and minute as settings show them: ``"4:30"``, not padded."""
    hour, minute = (_plain(text) for text in texts)
    if hour > 23 or minute > 59:
        raise Refused(OUT_OF_RANGE)
    return f"{hour}:{minute}"


FLAG, MODE, PERCENT = _whole(0, 1), _whole(0, 2), _whole(0, 100)
ON_OFF = _word({"0000": 0, "0001": 1, "0": 0, "1": 1})
MAX_ON_OFF = _word({"0000": 0, "0001": 1, "0101": 1})
POWER_FACTOR = _decimal((-1.0, -0.8), (0.8, 1.0))
HIGH_VOLTAGE, LOW_VOLTAGE = _decimal((230.0, 300.0)), _decimal((100.0, 230.0))


def _one(key: str, parse: Parse) -> Write:
    """Return a write of one value."""
    return (Part(at=1, key=key, parse=parse),)


def _periods(base: int, start: str, stop: str, switch: str) -> Write:
    """Return three periods of five parameters each from ``base`` on; ``{}`` in a key is the number."""
    return tuple(
        part
        for number in PERIODS
        for at in (base + 5 * (number - 1),)
        for part in (
            Part(at=at, key=start.format(number), parse=_time, width=2),
            Part(at=at + 2, key=stop.format(number), parse=_time, width=2),
            Part(at=at + 4, key=switch.format(number), parse=FLAG),
        )
    )


def _segment(number: int) -> Write:
    """Return a MIN's time segment: mode, start, end, enabled."""
    return (
        Part(at=1, key=f"time{number}Mode", parse=MODE),
        Part(at=2, key=f"forcedTimeStart{number}", parse=_time, width=2),
        Part(at=4, key=f"forcedTimeStop{number}", parse=_time, width=2),
        Part(at=6, key=f"forcedStopSwitch{number}", parse=FLAG),
    )


def _powers(power: str, stop: str) -> Write:
    """Return the two percentages a charge or discharge schedule begins with."""
    return (Part(at=1, key=power, parse=PERCENT), Part(at=2, key=stop, parse=PERCENT))


# --- tables ----------------------------------------------------------------------------------------------------------

COMMON: dict[str, Write] = {
    "pf_sys_year": _one(CLOCK, _moment),
    "pv_active_p_rate": _one("activeRate", PERCENT),
    "pv_reactive_p_rate": _one("reactiveRate", PERCENT),
    "pv_grid_voltage_high": _one("voltageHighLimit", HIGH_VOLTAGE),
    "pv_grid_voltage_low": _one("voltageLowLimit", LOW_VOLTAGE),
}
CHARGE_PERIODS = "forcedChargeTimeStart{}", "forcedChargeTimeStop{}"
DISCHARGE_PERIODS = "forcedDischargeTimeStart{}", "forcedDischargeTimeStop{}"
LOAD_PERIODS = "loadFirstStartTime{}", "loadFirstStopTime{}", "loadFirstSwitch{}"
CHARGE, DISCHARGE = (
    _powers("chargePowerCommand", "wchargeSOCLowLimit2"),
    _powers("disChargePowerCommand", "wdisChargeSOCLowLimit2"),
)
MAINS = (Part(at=3, key="acChargeEnable", parse=FLAG),)


def _off_grid(prefix: str) -> dict[str, Write]:
    """Return the settings of the emergency output."""
    return {
        f"{prefix}_off_grid_enable": _one("epsFunEn", FLAG),
        f"{prefix}_ac_discharge_frequency": _one("epsFreqSet", FLAG),
        f"{prefix}_ac_discharge_voltage": _one("epsVoltSet", MODE),
    }


SPF = "storage_spf5000_"
WRITES: dict[FamilyName, dict[str, Write]] = {
    "tlx": COMMON
    | _off_grid("tlx")
    | {
        "ac_charge": _one("acChargeEnable", FLAG),
        "charge_power": _one("chargePowerCommand", PERCENT),
        "charge_stop_soc": _one("wchargeSOCLowLimit", PERCENT),
        "discharge_power": _one("disChargePowerCommand", PERCENT),
        "discharge_stop_soc": _one("wdisChargeSOCLowLimit", PERCENT),
        "on_grid_discharge_stop_soc": _one("onGridDischargeStopSOC", PERCENT),
        "tlx_on_off": _one("onOff", ON_OFF),
        "pv_power_factor": _one("pf", POWER_FACTOR),
        "backflow_setting": _one("exportLimit", MODE),
    }
    | {f"time_segment{number}": _segment(number) for number in SEGMENTS},
    "mix": COMMON
    | _off_grid("mix")
    | {
        "mix_ac_charge_time_period": (*CHARGE, *MAINS, *_periods(4, *CHARGE_PERIODS, "forcedChargeStopSwitch{}")),
        "mix_ac_discharge_time_period": (*DISCHARGE, *_periods(3, *DISCHARGE_PERIODS, "forcedDischargeStopSwitch{}")),
        "pv_on_off": _one("onOff", ON_OFF),
        "pv_reactive_p_rate_two": _one("reactiveRate", PERCENT),
        "pv_pf_cmd_memory_state": _one("pvPfCmdMemoryState", FLAG),
        "pv_power_factor": _one("powerFactor", POWER_FACTOR),
        "backflow_setting": (
            Part(at=1, key="exportLimit", parse=FLAG),
            Part(at=2, key="exportLimitPowerRate", parse=PERCENT),
        ),
        "mix_load_flast_value_multi": _one("wdisChargeSOCLowLimit1", PERCENT),
        "mix_load_first_control": _one("loadFirstControl", FLAG),
        "mix_single_export": _one("singleExport", FLAG),
        "setFailsafe": _one("failsafe", FLAG),
    },
    "spa": COMMON
    | _off_grid("spa")
    | {
        "spa_ac_charge_time_period": (*CHARGE, *_periods(3, *CHARGE_PERIODS, "batFirstSwitch{}")),
        "spa_ac_discharge_time_period": (*DISCHARGE, *_periods(3, *DISCHARGE_PERIODS, "gridFirstSwitch{}")),
        "spa_load_flast": _periods(1, *LOAD_PERIODS),
        "pv_on_off": _one("onOff", ON_OFF),
        "pv_power_factor": _one("powerFactor", POWER_FACTOR),
    },
    "inverter": COMMON | {"pv_on_off": _one("onOff", ON_OFF), "pv_power_factor": _one("pf", POWER_FACTOR)},
    "max": COMMON | {"max_cmd_on_off": _one("onOff", MAX_ON_OFF), "pv_power_factor": _one("pf", POWER_FACTOR)},
    "storage": {
        "storage_cmd_on_off": _one("onOff", ON_OFF),
        "storage_cmd_sys_year": _one(CLOCK, _moment),
        "storage_lithium_battery": _one("batteryType", _whole(0, 10)),
        "storage_ac_charge_enable_disenable": _one("acChargeEnable", FLAG),
        f"{SPF}ac_output_source": _one("outputConfig", _whole(0, 3)),
        f"{SPF}charge_source": _one("chargeConfig", MODE),
        f"{SPF}ac_input_model": _one("acInModel", MODE),
        f"{SPF}max_charge_current": _one("maxChargeCurr", _whole(0, 180)),
        f"{SPF}max_ac_charge_current": _one("maxAcChargeCurr", _whole(0, 100)),
        f"{SPF}bulk_charge_voltage": _one("bulkChargeVolt", _decimal((50.0, 57.4))),
        f"{SPF}folat_charge_voltage": _one("floatChargeVolt", _decimal((50.0, 56.0))),
        f"{SPF}batter_low_voltage": _one("batLowToUtiVolt", _decimal((44.4, 51.4))),
        f"{SPF}battery_type": _one("batteryType", _whole(0, 4)),
        f"{SPF}uti_output": (
            Part(at=1, key="utiOutStart", parse=_whole(0, 23)),
            Part(at=2, key="utiOutEnd", parse=_whole(0, 23)),
        ),
        f"{SPF}uti_charge": (
            Part(at=1, key="utiChargeStart", parse=_whole(0, 23)),
            Part(at=2, key="utiChargeEnd", parse=_whole(0, 23)),
        ),
        f"{SPF}ac_discharge_voltage": _one("outputVoltType", _whole(0, 6)),
        f"{SPF}ac_discharge_frequency": _one("outputFreqType", FLAG),
        f"{SPF}buzzer": _one("buzzerEN", FLAG),
        f"{SPF}bLightEn": _one("bLightEn", FLAG),
        f"{SPF}overlad_restart": _one("overLoadRestart", MODE),
        f"{SPF}overtemp_restart": _one("overTempRestart", FLAG),
    },
    "wit": {},
}
TOKEN_SPA_CHARGE: Write = (*CHARGE, *MAINS, *_periods(4, *CHARGE_PERIODS, "batFirstSwitch{}"))
"""V1 gives the SPA's charge periods with the mains flag, the password API without (B.8)."""


def writes_of(family: FamilyName, *, token_api: bool) -> dict[str, Write]:
    """Return what may be written to a family by one of the APIs."""
    table = WRITES[family]
    return table | {"spa_ac_charge_time_period": TOKEN_SPA_CHARGE} if family == "spa" and token_api else table


def parse(table: Mapping[str, Write], kind: str, params: Mapping[int, str]) -> dict[str, Value]:
    """Return what a write of ``kind`` changes; raise ``Refused``."""
    if kind not in table:
        raise Refused(TYPE_UNKNOWN)
    values: dict[str, Value] = {}
    for part in table[kind]:
        texts = [params.get(part.at + offset, "") for offset in range(part.width)]
        if "" in texts:
            raise Refused(VALUE_EMPTY)
        values[part.key] = part.parse(texts)
    for start, end in spans(values).values():
        if end < start:
            raise Refused(END_BEFORE_START)
    return values


def spans(values: Mapping[str, Value]) -> dict[str, tuple[int, int]]:
    """Return start and end, in minutes since midnight, of every period among ``values``, by the key of its start."""
    return {
        key: (minutes(str(value)), minutes(str(values[key.replace("Start", "Stop")])))
        for key, value in values.items()
        if re.fullmatch(r"(forced|loadFirst)\w*Start\w*[1-9]", key)
    }


def overlaps(values: Mapping[str, Value], others: Mapping[str, Value]) -> bool:
    """Tell whether a written time segment touches another one, enabled or not (A.9.1); 0:0-0:0 is no segment."""
    return any(
        start < other_end and other_start < end
        for key, (start, end) in spans(values).items()
        for other, (other_start, other_end) in spans(others).items()
        if other != key and other.startswith("forcedTimeStart")
    )
