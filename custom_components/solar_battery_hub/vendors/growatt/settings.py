"""The settings of each family: where its settings object tells them, and the write of each (growatt.md A.9.1, A.10, B.6–B.8).

The same on both APIs: V1's ``tlx_set_info`` and ``mix_data_info``, and the beans of the password API whose values are
texts and some of whose names are those of the writes (A.6.2).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ...core.errors import WriteRefused
from ...core.model import Value
from ...core.parse import flag, moment, number
from ...core.words import code
from .model import Bean, Family
from .names import Names

NOT_TOLD: Final = "setting_not_told"
CLOCK: Final = "set_clock"
CLOCK_FORMAT: Final = "%Y-%m-%d %H:%M:%S"

type Read = Callable[[object], Value]
type Spell = Callable[[Value, Names], tuple[str, ...]]


def _percent(value: object) -> Value:
    """Return a percentage; 255 and −1 stand for *not set*."""
    found = number(value)
    return found if found is not None and 0 <= found <= 100 else None


def _percent_above_zero(value: object) -> Value:
    """Return a percentage; 0 stands for *not on this device* (B.6.4)."""
    return _percent(value) or None


def switch(value: object) -> bool | None:
    """Return a switch, be it true, 1, "1" or "0001"."""
    found = number(value)
    return flag(value) if found is None else flag(found)


def clock(value: object) -> datetime | None:
    """Return a device's clock, without a zone: ``2025-04-11 10:39:06``, live ``2025-4-11-10-39-6`` (A.10)."""
    found = moment(value, UTC, CLOCK_FORMAT, "%Y-%m-%d-%H-%M-%S") if isinstance(value, str) else None
    return None if found is None else found.replace(tzinfo=None)


def _choice(options: Mapping[str, str]) -> Read:
    return lambda value: options.get(code(value) or "")


def _whole(value: Value, _: Names) -> tuple[str, ...]:
    """Return a number or a switch as a plain integer."""
    return (str(int(value)) if isinstance(value, int | float) else "",)


def _four_digits(value: Value, _: Names) -> tuple[str, ...]:
    """Return an on or off as most types want it."""
    return ("0001" if value else "0000",)


def _code_of(options: Mapping[str, str]) -> Spell:
    codes = {word: key for key, word in options.items()}
    return lambda value, _: (codes[str(value)],)


def _limit_with_power(value: Value, present: Names) -> tuple[str, ...]:
    """Return whether SPH limits its export, and to which percentage: that stays as it is (A.9.1).

    Raises WriteRefused where it is not told.
    """
    power = _percent(present.get("exportLimitPowerRate"))
    if not isinstance(power, int | float):
        raise WriteRefused(NOT_TOLD)
    return ("0" if value == "off" else "1", str(int(power)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one setting is: names in the settings object, and its own write, if it has one.

    ``parse`` reads a value of the object and the text of a live read alike. ``options`` are those of a choice. ``battery``: it means something only with one.
    """

    names: tuple[str, ...]
    parse: Read
    kind: str | None = None
    spell: Spell = _whole
    options: tuple[str, ...] = ()
    battery: bool = False


def _place(
    names: str,
    parse: Read,
    kind: str | None = None,
    spell: Spell = _whole,
    *,
    options: Mapping[str, str] | None = None,
    battery: bool = False,
) -> Place:
    return Place(
        names=tuple(names.split("|")),
        parse=_choice(options) if options else parse,
        kind=kind,
        spell=spell,
        options=tuple(options.values()) if options else (),
        battery=battery,
    )


_LIMIT_BY: Final = {"0": "off", "1": "meter", "2": "ct"}
_LIMIT: Final = {"0": "off", "1": "on"}
_STOPS: Final = ("wchargeSOCLowLimit2|wchargeSOCLowLimit", "wdisChargeSOCLowLimit2|wdisChargeSOCLowLimit")
_SET_CLOCK: Final = _place("sysTime|pf_sys_year", clock, "pf_sys_year")
_OUTPUT_LIMIT: Final = _place("activeRate|activePRate|pv_active_p_rate", _percent, "pv_active_p_rate")

# What has no write of its own is written with the periods it belongs to (see ``schedule``).
_HYBRID: Final[Mapping[str, Place]] = {
    "charge_power_rate": _place("chargePowerCommand", _percent),
    "charge_stop_level": _place(_STOPS[0], _percent),
    "grid_charging": _place("acChargeEnable", switch),
    "discharge_power_rate": _place("disChargePowerCommand", _percent),
    "discharge_stop_level": _place(_STOPS[1], _percent),
    "output_limit": _OUTPUT_LIMIT,
    "inverter_on": _place("onOff|pv_on_off", switch, "pv_on_off", _four_digits),
    CLOCK: _SET_CLOCK,
}

PLACES: Final[Mapping[Family, Mapping[str, Place]]] = {
    Family.MIN: {
        "charge_power_rate": _place("chargePowerCommand|charge_power", _percent, "charge_power", battery=True),
        "charge_stop_level": _place("wchargeSOCLowLimit|charge_stop_soc", _percent, "charge_stop_soc", battery=True),
        "grid_charging": _place("acChargeEnable|ac_charge", switch, "ac_charge", battery=True),
        "discharge_power_rate": _place(
            "disChargePowerCommand|discharge_power", _percent, "discharge_power", battery=True
        ),
        "discharge_stop_level": _place(
            "onGridDischargeStopSOC|on_grid_discharge_stop_soc",
            _percent_above_zero,
            "on_grid_discharge_stop_soc",
            battery=True,
        ),
        "off_grid_stop_level": _place(
            "wdisChargeSOCLowLimit|discharge_stop_soc", _percent, "discharge_stop_soc", battery=True
        ),
        "output_limit": _OUTPUT_LIMIT,
        "export_limit_mode": _place(
            "exportLimit|backflow_setting", number, "backflow_setting", _code_of(_LIMIT_BY), options=_LIMIT_BY
        ),
        "inverter_on": _place("onOff|tlx_on_off", switch, "tlx_on_off", _four_digits),
        CLOCK: _SET_CLOCK,
    },
    Family.SPH: {
        **_HYBRID,
        "export_limit_mode": _place(
            "exportLimit|backflow_setting", number, "backflow_setting", _limit_with_power, options=_LIMIT
        ),
    },
    Family.SPA: _HYBRID,
}


def told(place: Place, bean: Names) -> bool:
    """Tell whether a settings object names this setting at all, be it as *not set*."""
    return any(code(bean.get(name)) not in (None, "-1") or isinstance(bean.get(name), bool) for name in place.names)


def read(place: Place, bean: Names) -> Value:
    """Return a setting's value; ``None`` where it is not set or cannot be read."""
    return next((found for name in place.names if (found := place.parse(bean.get(name))) is not None), None)


def read_settings(family: Family, bean: Bean) -> dict[str, Value]:
    """Return the settings that an object tells, by their catalogue keys; without clock and schedule."""
    names = Names(bean)
    return {
        key: read(place, names)
        for key, place in PLACES.get(family, {}).items()
        if key != CLOCK and is_offered(place, names)
    }


def is_offered(place: Place, bean: Names) -> bool:
    """Tell whether the device has a setting: it is told, and does not say that there is none."""
    return told(place, bean) and not (place.parse is _percent_above_zero and read(place, bean) is None)
