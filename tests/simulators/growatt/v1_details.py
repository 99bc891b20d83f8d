"""The token API's static details and settings of each family (growatt.md B.6.1, B.6.4, B.7.3, B.8, F.10)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.simulators.growatt import inventory
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.families import FamilyName
from tests.simulators.growatt.inventory import blank
from tests.simulators.growatt.values import calendar, clock_text

UNUSED = "0_0_0_0_0_0_0"
SPECIAL_UNUSED = "0_0_0_0_0_0"
NOT_SUPPORTED = ("afciEnabled", "afciReset", "afciSelfCheck", "afciThresholdD", "afciThresholdH", "afciThresholdL")
SPA_NAMES = {
    "activeRate": "activePRate",
    "reactiveRate": "reactivePRate",
    "voltageHighLimit": "vacHigh",
    "voltageLowLimit": "vacLow",
}
"""Settings an SPA shows under another name."""


def _update_time(device: Device) -> datetime:
    """Return when the device was last heard of, by its own clock."""
    return device.local(max(device.heard_at, device.copied_at))


def _static(device: Device, fields: str) -> dict[str, Any]:
    """Return what a detail call tells of every device, among the fields it has."""
    updated, family = _update_time(device), device.model.family
    known = {
        "serialNum": device.serial,
        "alias": device.alias,
        "dataLogSn": device.logger.serial,
        "modelText": device.model.name,
        "manufacturer": "Growatt",
        "fwVersion": "AK1.0",
        "innerVersion": "AKAA0501",
        "communicationVersion": "ZAAA-0005",
        "hwVersion": "A1",
        "monitorVersion": "ZABA0012",
        "deviceType": 1,
        "dtc": device.family.dtc,
        "pmax": device.model.pmax,
        "nominalPower": device.model.pmax,
        "vnormal": 360.0,
        "status": device.family.running,
        "statusText": f"{family}.status.{'lost' if device.lost else 'operating' if family == 'tlx' else 'normal'}",
        "lost": device.lost,
        "plantId": device.plant.id,
        "plantname": device.plant.name,
        "timezone": device.plant.hours,
        "tcpServerIp": "192.0.2.12",
        "priorityChoose": device.settings_copy()["priorityChoose"],
        "batteryType": 0,
        "lastUpdateTime": calendar(updated),
        "lastUpdateTimeText": clock_text(updated),
        "sysTime": device.settings_copy()["sysTime"],
        "children": [],
    }
    blanks = blank(fields)
    return {name: known.get(name, value) for name, value in blanks.items()}


def _with_settings(fields: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """Return an object with its settings; names of writes are always empty here (B.6.4, B.7.3)."""
    return {name: "" if "_" in name else settings.get(name, value) for name, value in fields.items()}


def tlx_settings(device: Device) -> dict[str, Any]:
    """Return the server's copy of a MIN's settings (B.6.4)."""
    packed = {f"yearTime{number}": UNUSED for number in range(1, 10)}
    for number in range(1, 5):
        packed[f"season{number}MonthTime"] = "0_0_0"
        packed |= {f"season{number}Time{slot}": UNUSED for slot in range(1, 10)}
    for number in (1, 2):
        packed[f"special{number}MonthTime"] = "0_0_0"
        packed |= {f"special{number}Time{slot}": SPECIAL_UNUSED for slot in range(1, 10)}
    updated = {"lastUpdateTime": calendar(_update_time(device)), "lastUpdateTimeText": clock_text(_update_time(device))}
    settings = device.settings_copy() | updated | {"serialNum": device.serial, "bdcMode": _bdc_mode(device)}
    settings["sysTimeText"] = settings["sysTime"]
    return _with_settings(blank(inventory.MIN_SETTINGS), settings) | dict.fromkeys(NOT_SUPPORTED, -1) | packed


def _bdc_mode(device: Device) -> int:
    """Return a MIN's battery mode; −1 is none."""
    return 1 if device.model.has_battery else -1


def battery_facts(device: Device) -> dict[str, Any]:
    """Return what a MIN's static bean says about its battery (B.6.1, and A.6.2 for the password API)."""
    packs = {"bdc1Sn": device.packs[0].serial, "bdc1Model": "ARK 10.2H-A1"} if device.packs else {}
    return packs | {"bdcMode": _bdc_mode(device)}


def _tlx(device: Device) -> dict[str, Any]:
    """Return a MIN's details."""
    own = battery_facts(device) | {"deviceType": 0, "tlxSetbean": tlx_settings(device)}
    return _static(device, inventory.MIN_DETAIL) | own


def _mix(device: Device) -> dict[str, Any]:
    """Return an SPH's details and settings: stop levels only as ``…Limit1`` and ``…Limit2`` (F.10)."""
    return _with_settings(_static(device, inventory.SPH_DETAIL), device.settings_copy())


def _spa(device: Device) -> dict[str, Any]:
    """Return an SPA's details and settings."""
    settings = device.settings_copy()
    settings |= {name: settings[own] for own, name in SPA_NAMES.items()}
    return _with_settings(_static(device, inventory.SPA_DETAIL), settings)


def _storage(device: Device) -> dict[str, Any]:
    """Return an SPF's details and settings."""
    return _with_settings(_static(device, inventory.STORAGE_DETAIL), device.settings_copy())


def _inverter(device: Device) -> dict[str, Any]:
    """Return a classic inverter's details."""
    return _static(device, inventory.INVERTER_DETAIL) | {"invSetBean": device.settings_copy()}


def _max(device: Device) -> dict[str, Any]:
    """Return a MAX's details."""
    fields = _static(device, inventory.INVERTER_DETAIL) | {"maxSetBean": device.settings_copy()}
    return {name: value for name, value in fields.items() if name != "invSetBean"}


DETAILS: dict[FamilyName, Callable[[Device], dict[str, Any]]] = {
    "inverter": _inverter,
    "max": _max,
    "mix": _mix,
    "spa": _spa,
    "storage": _storage,
    "tlx": _tlx,
}
