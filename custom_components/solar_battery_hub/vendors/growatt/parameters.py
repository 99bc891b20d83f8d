"""The documented settings of each family by their ``type``, and which values each takes (growatt.md A.9.1, A.9.2, B.6.6-B.8)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
import re
from typing import Final

from ...core.parse import number
from ...core.refusal import ChangeRefused
from .model import Family

type Check = Callable[[str], bool]

_WHOLE: Final = re.compile(r"-?\d{1,5}")
_DECIMAL: Final = re.compile(r"-?\d{1,5}(\.\d{1,3})?")


def _between(low: int, high: int) -> Check:
    """Take whole numbers, also with a zero before them."""
    return lambda value: _WHOLE.fullmatch(value) is not None and low <= int(value) <= high


def _decimal(low: float, high: float) -> Check:
    return lambda value: _DECIMAL.fullmatch(value) is not None and low <= float(value) <= high


def _one_of(*values: str) -> Check:
    return lambda value: value in values


def _moment(value: str) -> bool:
    """Take a device's clock: ``YYYY-MM-DD HH:MM:SS``."""
    try:
        return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").year >= 2000  # noqa: DTZ007 - a device's clock has no zone
    except ValueError:
        return False


def _power_factor(value: str) -> bool:
    return _DECIMAL.fullmatch(value) is not None and 0.8 <= abs(number(value) or 0.0) <= 1


_PERCENT: Final = _between(0, 100)
_FLAG: Final = _one_of("0", "1")
_ON_OFF: Final = _one_of("0000", "0001")
_PERIOD: Final = (_between(0, 23), _between(0, 59), _between(0, 23), _between(0, 59), _FLAG)
_VOLTS: Final = _decimal(80, 300)
_CHARGE: Final = (_PERCENT, _PERCENT, _FLAG, *_PERIOD * 3)
_DISCHARGE: Final = (_PERCENT, _PERCENT, *_PERIOD * 3)

_EVERY: Final[Mapping[str, Sequence[Check]]] = {
    "pf_sys_year": (_moment,),
    "pv_active_p_rate": (_PERCENT,),
}
_GRID: Final[Mapping[str, Sequence[Check]]] = {
    "pv_power_factor": (_power_factor,),
    "pv_grid_voltage_high": (_VOLTS,),
    "pv_grid_voltage_low": (_VOLTS,),
}

PARAMETERS: Final[Mapping[Family, Mapping[str, Sequence[Check]]]] = {
    Family.MIN: {
        **_EVERY,
        **_GRID,
        **dict.fromkeys(
            (
                "charge_power",
                "discharge_power",
                "charge_stop_soc",
                "discharge_stop_soc",
                "on_grid_discharge_stop_soc",
                "pv_reactive_p_rate",
            ),
            (_PERCENT,),
        ),
        **{f"time_segment{slot}": (_between(0, 2), *_PERIOD) for slot in range(1, 10)},
        "ac_charge": (_FLAG,),
        "tlx_on_off": (_ON_OFF,),
        "backflow_setting": (_between(0, 2),),
        "tlx_off_grid_enable": (_FLAG,),
        "tlx_ac_discharge_frequency": (_FLAG,),
        "tlx_ac_discharge_voltage": (_between(0, 2),),
    },
    Family.SPH: {
        **_EVERY,
        **_GRID,
        "mix_ac_charge_time_period": _CHARGE,
        "mix_ac_discharge_time_period": _DISCHARGE,
        "pv_on_off": (_ON_OFF,),
        "pv_reactive_p_rate": (_PERCENT,),
        "pv_reactive_p_rate_two": (_one_of("over", "under"),),
        "pv_pf_cmd_memory_state": (_FLAG,),
        "backflow_setting": (_FLAG, _PERCENT),
        "mix_off_grid_enable": (_FLAG,),
        "mix_ac_discharge_frequency": (_FLAG,),
        "mix_ac_discharge_voltage": (_between(0, 2),),
        "mix_load_flast_value_multi": (_PERCENT,),
        "mix_load_first_control": (_FLAG,),
        "mix_single_export": (_FLAG,),
    },
    Family.SPA: {
        **_EVERY,
        "spa_ac_charge_time_period": _CHARGE,
        "spa_ac_discharge_time_period": _DISCHARGE,
        "spa_load_flast": _PERIOD * 3,
        "pv_on_off": (_ON_OFF,),
        "spa_off_grid_enable": (_FLAG,),
        "spa_ac_discharge_frequency": (_FLAG,),
        "spa_ac_discharge_voltage": (_between(0, 2),),
    },
    Family.STORAGE: {
        "storage_cmd_on_off": (_ON_OFF,),
        "storage_cmd_forced_discharge_enable": (_FLAG,),
        "storage_lithium_battery": (_between(0, 10),),
        "storage_cmd_sys_year": (_moment,),
        "storage_ac_charge_enable_disenable": (_FLAG,),
        "storage_ac_charge_hour_start": (_between(0, 23),),
        "storage_spf5000_ac_output_source": (_between(0, 3),),
        "storage_spf5000_charge_source": (_between(0, 2),),
        "storage_spf5000_ac_input_model": (_between(0, 2),),
        "storage_spf5000_max_charge_current": (_between(0, 180),),
        "storage_spf5000_max_ac_charge_current": (_between(0, 100),),
        "storage_spf5000_bulk_charge_voltage": (_decimal(50.0, 57.4),),
        "storage_spf5000_folat_charge_voltage": (_decimal(50.0, 56.0),),
        "storage_spf5000_batter_low_voltage": (_decimal(44.4, 51.4),),
        "storage_spf5000_battery_type": (_between(0, 4),),
        "storage_spf5000_uti_output": (_between(0, 23), _between(0, 23)),
        "storage_spf5000_uti_charge": (_between(0, 23), _between(0, 23)),
        "storage_spf5000_ac_discharge_voltage": (_between(0, 6),),
        "storage_spf5000_ac_discharge_frequency": (_FLAG,),
        "storage_spf5000_buzzer": (_FLAG,),
        "storage_spf5000_bLightEn": (_FLAG,),
        "storage_spf5000_overlad_restart": (_between(0, 2),),
        "storage_spf5000_overtemp_restart": (_FLAG,),
    },
    Family.INVERTER: {
        **_EVERY,
        **_GRID,
        "pv_on_off": (_ON_OFF,),
        "pv_reactive_p_rate": (_PERCENT, _one_of("over", "under")),
    },
    Family.MAX: {
        "max_cmd_on_off": (_one_of("0000", "0001", "0101"),),
        "pv_active_p_rate": (_PERCENT,),
    },
}

# The password API has no switch for the mains among an SPA's charge periods (A.9.1, B.8).
_LEGACY_SPA_CHARGE: Final = "spa_ac_charge_time_period"


def check(family: Family, kind: str, values: Sequence[str], *, legacy: bool) -> None:
    """Refuse a type that is not documented for a family, and values it does not take.

    Raises ChangeRefused: ``parameter_not_documented`` {parameter}, ``parameter_count`` {parameter, count},
    ``parameter_value`` {parameter, number, value}.
    """
    checks = PARAMETERS.get(family, {}).get(kind)
    if checks is None:
        raise ChangeRefused("parameter_not_documented", parameter=kind)
    if legacy and kind == _LEGACY_SPA_CHARGE:
        checks = _DISCHARGE
    if len(values) != len(checks):
        raise ChangeRefused("parameter_count", parameter=kind, count=str(len(checks)))
    for at, (value, is_right) in enumerate(zip(values, checks, strict=True), 1):
        if not is_right(value):
            raise ChangeRefused("parameter_value", parameter=kind, number=str(at), value=value)
