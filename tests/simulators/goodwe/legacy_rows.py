"""The localised rows of an inverter (``dict``) and the columns its history has (``points``) (goodwe.md §4.4, §4.6)."""

from typing import Any

from tests.simulators.goodwe import legacy_fields
from tests.simulators.goodwe.devices import Inverter
from tests.simulators.goodwe.legacy_fields import blank
from tests.simulators.goodwe.legacy_values import in_china, in_own_format, short


def _row(key: str, value: str, unit: str = "") -> dict[str, Any]:
    """Return one row."""
    return {
        "isHT": False,
        "isStoreSkip": False,
        "key": key,
        "value": value,
        "unit": unit,
        "isFaultMsg": 0,
        "faultMsgCode": 0,
    }


def dictionary(inverter: Inverter, full: dict[str, Any], *, all_points: bool = False) -> dict[str, Any]:
    """Return both columns of rows.

    ``all_points``: as ``GetInverterAllPoint`` has them, which names the capacity otherwise and whose inner temperature
    one client finds on the left (§4.6, §10.18).
    """
    phases = range(1, inverter.kind.phases + 1)
    warm = _row("innerTemp", f"{full['tempperature']:.1f}", "℃")
    left = [
        _row("dmDeviceType", inverter.model),
        _row("serialNum", inverter.serial),
        _row("laCheckcode", inverter.check_code),
        _row("DeviceParameter_capacity" if all_points else "capacity", short(full["capacity"]), "kW"),
        _row("laConnected", in_own_format(in_china(inverter.added))),
        _row("InverterPowerOfPlantMonitor", short(full["pac"] / 1000), "kW"),
        _row("acVacVol", "/".join(f"{full[f'vac{number}']:.1f}" for number in phases), "V"),
        _row("acCurrent", "/".join(f"{full[f'iac{number}']:.1f}" for number in phases), "A"),
        _row("acFrequency", "/".join(f"{full[f'fac{number}']:.2f}" for number in phases), "Hz"),
    ]
    right = [
        warm,
        *(
            _row(f"dcVandC{number}", f"{full[f'vpv{number}']:.1f}/{full[f'ipv{number}']:.1f}", "V/A")
            for number in range(1, inverter.kind.strings + 1)
        ),
        _row("lab_GFCI", "0", "mA"),
        _row("lab_ISO", "", "kΩ"),
        _row("lab_pf", f"{full['pf']:.1f}"),
        _row("lab_reactiveP", "0.000", "kVar"),
        _row("RSSI", str(inverter.plant.dongle.signal)),
    ]
    return {"left": [*left, warm] if all_points else left, "right": right}


def points(inverter: Inverter) -> list[dict[str, Any]]:
    """Return the columns of its history."""
    strings, phases = range(1, inverter.kind.strings + 1), range(1, inverter.kind.phases + 1)
    columns = [
        *((number, f"Vpv{number}", f"Vpv{number}", "V") for number in strings),
        *((number + 4, f"Ipv{number}", f"Ipv{number}", "A") for number in strings),
        *((number + 8, f"U{'abc'[number - 1]}", f"Vac{number}", "V") for number in phases),
        *((number + 11, f"Iac{number}", f"Iac{number}", "A") for number in phases),
        *((number + 14, f"Fac{number}", f"Fac{number}", "Hz") for number in phases),
        (18, "Power", "Pac", "W"),
        (19, "WorkMode", "WorkMode", ""),
        (20, "Temperature", "Tempperature", "℃"),
        (23, "HTotal", "HTotal", "h"),
        (36, "RSSI", "Reserved5", ""),
    ]
    return [
        blank(legacy_fields.POINT)
        | {
            "target_index": index,
            "target_name": name,
            "display": f"{name}({unit})" if unit else name,
            "unit": unit,
            "target_key": key,
        }
        for index, name, key, unit in columns
    ]
