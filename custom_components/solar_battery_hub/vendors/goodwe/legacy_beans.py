"""The objects of the legacy app API, prepared so that a name means one thing (goodwe.md §4.3, §4.4, §4.6)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from ...core.choices import NOTHING
from ...core.parse import flag, measured, moment, number, section, sections, text
from ...core.words import code
from .model import Bean
from .powers import battery_power

_ABSENT: Final = (6553.5, 4294967.295)
_STRINGS: Final = range(1, 5)
_LATELY: Final = timedelta(minutes=10)  # before the last upload: an error that still stands
_WHOLE: Final = ("battary_work_mode", "bms_alarm", "bms_warning")
_METER: Final = ("pmeter", "buy", "seller", "total_buy", "total_sell", "eDayBuy", "eTotalBuy")
_SUN: Final = ("solar_power", "eday", "etotal", "lastmonthetotle", "month")
_MAINS: Final = ("output_power", *(f"{name}{phase}" for name in ("vac", "iac") for phase in (1, 2, 3)))

# The rows of the inverter's page, where there is no ``invert_full`` (§4.2, §4.6): one value, or several with slashes.
_LINES: Final[Mapping[str, tuple[str, ...]]] = {
    "dmDeviceType": ("model_type",),
    "capacity": ("capacity",),
    "DeviceParameter_capacity": ("capacity",),
    "acVacVol": ("vac1", "vac2", "vac3"),
    "acCurrent": ("iac1", "iac2", "iac3"),
    "acFrequency": ("fac1",),
    "innerTemp": ("tempperature",),
    "lab_GFCI": ("leakage_current",),
    "lab_ISO": ("isoLimit",),
    "lab_pf": ("pf",),
    **{f"dcVandC{string}": (f"vpv{string}", f"ipv{string}") for string in _STRINGS},
}


def inverter_bean(row: Bean, *, meter_apart: bool = False) -> dict[str, Any]:
    """Return what an inverter tells as one object: its row and ``invert_full``, without that the lines of its page.

    Added are ``solar_power`` and ``output_power`` (W), ``month`` (kWh with today), ``meter1`` … ``meter3`` (W, + is export). What
    is not what its name says on a model is left out (§4.4); with ``meter_apart`` what the inverter's own meter says, too.
    """
    full = section(row.get("invert_full"))
    told = {name: value for name, value in full.items() if value is not None} or _lines(row)
    bean = {**row, **told}
    bean["output_power"] = _first(row.get("out_pac"), full.get("pac"))
    bean["solar_power"] = _solar(bean)
    earlier, today = number(_first(bean.get("thismonthetotle"), bean.get("emonth"))), number(bean.get("eday"))
    bean["month"] = None if earlier is None or today is None else earlier + today
    for phase, letter in enumerate("RST", start=1):
        bean[f"meter{phase}"] = _first(number(bean.get(f"mtActivepower{letter}")), bean.get(f"meter{letter}PhasePower"))
    if bean.get("pbackup") == bean.get("pmeter"):
        bean.pop("pbackup", None)  # without a backup port it repeats the meter
    for name in _not_what_it_says(bean, meter_apart=meter_apart):
        bean.pop(name, None)
    return bean


def battery_beans(row: Bean, *, expected: bool = False) -> dict[int, dict[str, Any]]:
    """Return the batteries behind an inverter by their numbers, with ``voltage``, ``current`` and ``power`` (W, + discharging).

    There is one where the inverter (``isbuettey``, ``is_stored``) or the plant (``expected``) says so and its voltage,
    health or power does, too (§4.4): an empty bay tells zeros, and an inverter without battery any level.
    """
    bean = {**row, **section(row.get("invert_full"))}
    if not (expected or flag(bean.get("isbuettey")) or flag(bean.get("is_stored"))):
        return {}
    listed = {number: _battery(one) for number, one in enumerate(sections(bean.get("more_batterys")), start=1)}
    there = {number: one for number, one in listed.items() if _is_there(one)}
    if len(there) == 1:  # what is told of the inverter's battery as a whole is told of this one
        return {number: {name: bean[name] for name in _WHOLE if name in bean} | one for number, one in there.items()}
    if there:
        return there
    alone = _battery(bean)
    return {1: alone} if _is_there(alone) else {}


def faults_of(bean: Bean) -> str | None:
    """Return the codes of the errors that stand, else the bits of ``fault_messge``; ``NOTHING`` without any.

    The list may hold old ones: those from before the last upload are over (§4.4). ``None`` where nothing is told.
    """
    if not isinstance(bean.get("errors"), list) and number(bean.get("fault_messge")) is None:
        return None
    last = moment(bean.get("last_time"))
    standing = []
    for error in sections(bean.get("errors")):
        said, at = text(error.get("error_code")), moment(error.get("time"))
        if said and error.get("show") is not False and (at is None or last is None or at >= last - _LATELY):
            standing.append(said)
    bits = code(bean.get("fault_messge"))
    return ", ".join(dict.fromkeys(standing)) or (bits if bits not in (None, "0") else NOTHING)


def firmware_of(row: Bean) -> str | None:
    """Return the firmware as a text: ``firmwareversion`` × 100 + ``ram``, else the former alone (§4.4)."""
    full = section(row.get("invert_full"))
    version, ram = number(full.get("firmwareversion")), number(full.get("ram"))
    if version is not None and ram is not None:
        version = version * 100 + ram
    found = number(row.get("firmware_version")) if version is None else version
    return f"{found:.0f}" if found else None


def is_dark(bean: Bean) -> bool:
    """Tell whether an inverter runs on the sun alone."""
    return not any(flag(bean.get(name)) for name in ("isbuettey", "isbuetteybps", "isbuetteybpu", "is_stored"))


def _lines(row: Bean) -> dict[str, Any]:
    sides = section(row.get("dict"))
    found: dict[str, Any] = {}
    for line in (*sections(sides.get("left")), *sections(sides.get("right"))):
        key, value = text(line.get("key")), text(line.get("value"))
        if key == "lab_reactiveP" and value is not None:
            found["reactive_power"] = f"{value}{text(line.get('unit')) or 'kVar'}"
        elif key is not None and value is not None:
            found |= dict(zip(_LINES.get(key, ()), value.split("/"), strict=False))
    return found


def _solar(bean: Bean) -> float | None:
    """Return the power of the sun in W.

    ``pv_power`` is often zero while there is some (§4.4); then an inverter without battery gives what it takes, a
    hybrid's strings tell by volts and amperes, and what passes a box between string and inverter is its ``pac``.
    """
    told = measured(bean.get("pv_power"), "W", "W")
    if told:
        return told
    if is_dark(bean):
        return measured(bean.get("output_power"), "W", "W")
    if flag(bean.get("isbuetteybpu")):
        return measured(bean.get("pac"), "W", "W")
    strings = [
        (number(bean.get(f"vpv{string}"), absent=_ABSENT), number(bean.get(f"ipv{string}"), absent=_ABSENT))
        for string in _STRINGS
    ]
    if any((volts is None) is not (amperes is None) and (volts or amperes) for volts, amperes in strings):
        return None  # a string of which only one half is told may give anything
    told_of = [volts * amperes for volts, amperes in strings if volts is not None and amperes is not None]
    return sum(told_of) if told_of else None


def _not_what_it_says(bean: Bean, *, meter_apart: bool) -> tuple[str, ...]:
    """Return the names that mean something else, or nothing, on this device."""
    names: tuple[str, ...] = ()
    if flag(bean.get("isbuetteybpu")):
        names += _MAINS  # its output is direct current
    if flag(bean.get("isbuetteybps")):
        names += (*_SUN, *(f"{name}{string}" for name in ("vpv", "ipv") for string in _STRINGS))
    if meter_apart:
        names += (*_METER, "meter1", "meter2", "meter3")
    return names


def _battery(bean: Bean) -> dict[str, Any]:
    volts = number(_first(bean.get("vbattery"), bean.get("vbattery1")), absent=_ABSENT)
    amperes = number(_first(bean.get("ibattery"), bean.get("ibattery1")), absent=_ABSENT)
    size = number(_first(bean.get("pbattery"), bean.get("total_pbattery"), bean.get("battery_power")), absent=_ABSENT)
    return {**bean, "voltage": volts, "current": amperes, "power": battery_power(size, volts, amperes)}


def _is_there(battery: Bean) -> bool:
    health = measured(battery.get("soh"), "%", "%", absent=(-0.1, *_ABSENT)) or 0.0
    return (battery["voltage"] or 0.0) > 0 or health > 0 or bool(battery["power"])


def _first(*values: object) -> Any:
    return next((value for value in values if value is not None), None)
