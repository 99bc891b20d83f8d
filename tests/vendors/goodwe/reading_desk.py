"""What tests of readings need: devices, factors, and what is read of an object, by key."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from custom_components.solar_battery_hub.core.model import Reported
from custom_components.solar_battery_hub.vendors.goodwe.model import DeviceType, Factor, Factors, Listed
from custom_components.solar_battery_hub.vendors.goodwe.readings import FlowReading, Readings, Values
from tests.vendors.tools import MemoryStore

PLANT = "1"
SITE = "plant_1"
SERIAL = "9010KETU000W0001"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
BATTERY = f"{SERIAL}_battery_1"
ROOF: dict[str, Any] = {"model_type": "GW5000-MS-30", "pac": 1500.0, "pv_power": 0.0, "isbuettey": False, "workmode": 1}
HYBRID: dict[str, Any] = {
    "model_type": "GW10K-ET",
    "pac": 1100.0,
    "pv_power": 4000.0,
    "isbuettey": True,
    "workmode": 1,
    "vbattery1": 330.0,
    "ibattery1": -9.0,
    "total_pbattery": 2970.0,
    "soc": 63.0,
    "soh": 99.0,
    "battary_work_mode": 3,
}


def device(kind: DeviceType = DeviceType.INVERTER, *, status: int | None = 1, stores: bool | None = False) -> Listed:
    """Return a device of a kind."""
    return Listed(serial=SERIAL, plant=PLANT, type=kind, name="It", status=status, stores=stores)


def factors(**told: object) -> Factors:
    """Return factors by code; a pair is a value and its unit. ``__`` in a name is a colon, ``_`` a minus."""
    return {
        code.replace("__", ":").replace("_", "-"): Factor(data=value[0], unit=value[1])
        if isinstance(value, tuple)
        else Factor(data=value)
        for code, value in told.items()
    }


def factors_in(data: Any) -> Factors:
    """Return the factors of a recorded answer, whatever group they are in."""
    return {
        factor["code"]: Factor(data=factor.get("data"), unit=factor.get("unit"))
        for group in data
        for factor in group["factors"]
    }


def by_key(values: Values, owner: str = SERIAL) -> dict[str, Reported]:
    """Return the readings of one device by their keys."""
    return {ref.key: value for ref, value in values.items() if ref.device == owner}


def readings(store: MemoryStore | None = None) -> Readings:
    """Return readings of somebody who never heard of any device, or remembers what ``store`` does."""
    return Readings(store or MemoryStore())


def battery_id(serial: str, number: int) -> str:
    """Return the device id of a battery without a serial number of its own."""
    return f"{serial}_battery_{number}"


def monitor(
    data: Mapping[str, Any], *, now: datetime = NOW, zone: tzinfo | None = UTC, desk: Readings | None = None
) -> FlowReading:
    """Return what a monitor call says."""
    return (desk or readings()).monitor(PLANT, data, now=now, zone=zone, battery_id=battery_id)


def row(**told: object) -> dict[str, Any]:
    """Return an inverter of the monitor call that uploaded a minute ago."""
    full = {"sn": SERIAL, "status": 1, "last_time": int((NOW.timestamp() - 60) * 1000), **told}
    return {"sn": SERIAL, "invert_full": full}
