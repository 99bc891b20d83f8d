"""A plant's devices on route C: who is there and how they are, what they measure and what is known of them (§5.4)."""

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from tests.simulators.goodwe import semsplus_factors as factors
from tests.simulators.goodwe.devices import Device, Dongle, Inverter, epoch_ms
from tests.simulators.goodwe.semsplus_call import NO_RIGHT, ApiError, Call, Route, get, post
from tests.simulators.goodwe.semsplus_statistics import moment

if TYPE_CHECKING:
    from tests.simulators.goodwe.plants import Plant

HOSTS = "ENERGY_STORAGE_INTEGRATED_CABINET"
"""The literal related devices are asked with, whatever the device itself is."""


def _listed(plant: Plant) -> list[Device]:
    """Return the devices lists show: a battery system is only told by its inverter."""
    return [device for device in plant.devices if device.type != "BAT_SYS"]


def _status(call: Call, device: Device) -> int | str:
    """Return a status: a number in most calls, a text in some."""
    return str(device.status) if call.oddities.number_texts else device.status


def _added(device: Device) -> str:
    """Return when a device was added: epoch milliseconds, or local text where there is no battery (§1.4)."""
    if device.plant.has_battery:
        return str(epoch_ms(device.added))
    return device.plant.local(device.added).strftime("%Y-%m-%dT%H:%M:%S")


def all_status(call: Call) -> dict[str, Any]:
    """Return the devices by type and status."""
    plant = call.plant()
    devices = [] if call.oddities.no_devices else _listed(plant)
    types: dict[str, dict[int, list[Device]]] = {}
    for device in devices:
        types.setdefault(device.type, {}).setdefault(device.status, []).append(device)
    details = [
        {
            "deviceType": kind,
            "total": sum(map(len, groups.values())),
            "statusDetailList": [_status_group(call, members) for members in groups.values()],
        }
        for kind, groups in types.items()
    ]
    return {"total": len(devices), "deviceDetailList": details}


def _status_group(call: Call, devices: Iterable[Device]) -> dict[str, Any]:
    """Return the devices of one type that are in the same state."""
    found = list(devices)
    return {
        "status": _status(call, found[0]),
        "total": len(found),
        "snList": [device.serial for device in found],
        "isHemsMap": {device.serial: False for device in found},
        "detailMap": {
            device.serial: {
                "sn": device.serial,
                "name": device.name,
                "deviceType": device.type,
                "status": _status(call, device),
                "isHems": False,
                **({"subtype": device.subtype} if device.subtype else {}),
                "addTime": _added(device),
            }
            for device in found
        },
    }


def page(call: Call) -> dict[str, Any]:
    """Return the devices one by one, with their models."""
    plant = call.plant()
    return call.page([_row(call, device) for device in _listed(plant)])


def _row(call: Call, device: Device) -> dict[str, Any]:
    """Return a device as the list shows it."""
    plant = device.plant
    row: dict[str, Any] = {
        "sn": device.serial,
        "name": device.name,
        "deviceType": device.type,
        "status": _status(call, device),
        "addTime": str(epoch_ms(device.added)),
        "zoneId": str(plant.zone),
        "timespan": -plant.offset_hours(call.now),
        "snQuery": [device.serial],
        "brand": "GOODWE",
        "powerStationType": 2 if plant.has_battery else 1,
        "isHems": False,
    }
    if isinstance(device, Dongle):
        row |= {"wirelessSignalStrength": str(device.signal), "communicationMode": device.communication}
    else:
        row["model"] = device.model
    if isinstance(device, Inverter):
        row |= {"subtype": device.subtype, "wirelessSignalStrength": str(plant.dongle.signal)}
    return row


def types(call: Call) -> list[str]:
    """Return the types that are present."""
    return list(dict.fromkeys(device.type for device in _listed(call.plant())))


# --- one device ------------------------------------------------------------------------------------------------------


def _asked(call: Call) -> Device | None:
    """Return the device of the path; ``None`` when type or plant are not its own. A denied one is 100025 (§11)."""
    device = call.device()
    if device.serial in call.oddities.denied:
        raise ApiError(NO_RIGHT)
    own = call.text("deviceType") == device.type and call.text("pwId") == device.plant.id
    return device if own else None


def telemetry(call: Call) -> list[dict[str, Any]]:
    """Return what a device measured last."""
    device = _asked(call)
    return factors.telemetry(device) if device is not None else []


def telecounting(call: Call) -> list[dict[str, Any]]:
    """Return a device's energy counters."""
    device = _asked(call)
    return factors.telecounting(device) if device is not None else []


def information(call: Call) -> list[dict[str, Any]]:
    """Return what hardly ever changes about a device."""
    device = _asked(call)
    return factors.information(device) if device is not None else []


def related(call: Call) -> list[dict[str, Any]]:
    """Return the battery systems behind an inverter; only the one literal type is answered."""
    host = call.device()
    if call.text("deviceType") != HOSTS or call.text("pwId") != host.plant.id:
        return []
    return [
        {
            "sn": battery.serial,
            "no": battery.number,
            "name": battery.name,
            "translateCode": battery.code,
            "type": battery.type,
            "status": battery.status,
            "soc": round(battery.level),
            "isConnected": bool(battery.status),
            "pbat": factors.kilo(battery.power_w),
        }
        for battery in host.plant.storages
        if battery.host is host and battery.type == "BAT_SYS"
    ]


# --- history of a device ---------------------------------------------------------------------------------------------


def metric_config(call: Call) -> list[dict[str, Any]]:
    """Return the groups a chart of a device may show."""
    call.device()
    return [{"group": "power", "metrics": [{"code": "pAc", "unit": "kW"}, {"code": "pPv", "unit": "kW"}]}]


def series(call: Call) -> dict[str, Any]:
    """Return an inverter's power every five minutes between two local times."""
    device = call.device()
    start, end = (moment(call.body, name) for name in ("startDateTime", "endDateTime"))
    uploads = [record for record in getattr(device, "uploads", ()) if start <= record.time <= end]
    rows = {"pAc": attrgetter("output_w"), "pPv": attrgetter("solar_w")}
    return {
        "dataList": [
            {
                "code": code,
                "unit": "kW",
                "points": [
                    {"time": f"{record.time:%Y-%m-%d %H:%M:%S}", "value": factors.text(factors.kilo(read(record)))}
                    for record in uploads
                ],
            }
            for code, read in rows.items()
        ]
    }


def second_data(call: Call) -> bool:
    """Return whether 5-second data was switched on; nobody listens here (§5.7)."""
    call.plant()
    return False


def second_data_config(call: Call) -> dict[str, Any]:
    """Return how to connect to the broker: fresh every time."""
    now = epoch_ms(call.now)
    return {"clientId": f"SEMS_PLUS_WebClient_{now}", "userName": f"web_{now}", "password": f"{now:x}"}


def upgrades(call: Call) -> list[dict[str, Any]]:
    """Return newer firmware of a device; when it is up to date there is none (§6.5)."""
    call.plant("plantId")
    if not isinstance(call.device("deviceSn"), Inverter) or not call.oddities.newer_firmware:
        return []
    newer = {"verType": "ARM", "ver": "20", "verName": "V1.09.01", "status": "new_firmware_detected"}
    return [{**newer, "releaseTs": "1788000000000"}]


def forced(call: Call) -> dict[str, Any]:
    """Return whether an upgrade is pressing."""
    call.plant("plantId")
    return {"existForceUpgrade": False, "existUpgrading": False, "canOwnerForceUpgrade": False, "taskGroupIds": []}


EQUIPMENT = "/sems-plant/api/equipments/{sn}"
ROUTES: tuple[Route, ...] = (
    get("/sems-plant/api/stations/device/all-status", all_status),
    post("/sems-plant/api/web/device/station/page", page),
    get("/sems-plant/api/web/device/getAllDeviceType", types),
    get(f"{EQUIPMENT}/telemetry", telemetry),
    get(f"{EQUIPMENT}/telecounting", telecounting),
    get(f"{EQUIPMENT}/information", information),
    get(f"{EQUIPMENT}/relatedDevices", related),
    get(f"{EQUIPMENT}/getMetricConfig", metric_config),
    post("/sems-plant/api/portal/equipments/{sn}/timeSeriesData", series),
    get("/sems-plant/api/second-data/enable", second_data),
    get("/sems-plant/api/second-data/config", second_data_config),
    post("/sems-remote/api/v1/firmware-management/device-upgrade-list", upgrades),
    post("/sems-remote/api/v1/firmware-management/exist-force-upgrade", forced),
)
