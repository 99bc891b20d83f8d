"""Plant info and device list of the password API (growatt.md A.5, F.7)."""

from typing import Any

from tests.simulators.growatt.account import Plant
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.families import FamilyName
from tests.simulators.growatt.legacy_call import Call
from tests.simulators.growatt.legacy_facts import packs_of
from tests.simulators.growatt.legacy_plant_settings import CO2_PER_KWH
from tests.simulators.growatt.legacy_plants import Sums, with_storage
from tests.simulators.growatt.legacy_values import text, with_unit
from tests.simulators.growatt.record import PackRecord
from tests.simulators.growatt.values import clock_text
from tests.simulators.wire import Answer, json_answer

LISTS: dict[FamilyName, str] = {
    "inverter": "invList",
    "max": "invList",
    "tlx": "invList",
    "mix": "sphList",
    "spa": "storageList",
    "storage": "storageList",
    "wit": "witList",
}
"""Where plant info lists a family besides ``deviceList``; for a SPA it is not known [?]."""
EMPTY_LISTS = ("meterList", "boostList", "chargerList", "pidList", "ogbList")
LIVE_EXTRAS: dict[FamilyName, dict[str, str]] = {
    "tlx": {"bdc1Soc": "bdc1Soc", "bdc2Soc": "bdc2Soc"},
    "mix": {"capacity": "soc", "eChargeToday": "echarge1Today", "pCharge": "pcharge1"},
    "spa": {"capacity": "soc", "eChargeToday": "echarge1Today", "pCharge": "pcharge1"},
    "storage": {"capacity": "capacity", "eChargeToday": "eChargeToday", "pCharge": "pCharge"},
}
EXTRAS: dict[FamilyName, dict[str, Any]] = {
    "tlx": {"prePto": "-1", "isParallel": "0", "xe_ct": "0", "bdcStatus": "0", "ptoStatus": "-1"},
    "storage": {"storageType": "2"},
    "inverter": {"invType": "0", "apfStatus": "None"},
}


def _status(device: Device) -> str:
    """Return the device's state in the list's code."""
    if device.lost:
        return "-1"
    return "3" if device.fault.code else "1"


def entry(device: Device) -> dict[str, Any]:
    """Return a device's entry: text unless a flag."""
    family, live, record = device.model.family, device.live(), device.record
    kind = device.family.production or "discharged"
    today = getattr(record.today, kind) if record is not None else 0.0
    lifetime = getattr(record.total, kind) if record is not None else 0.0
    watts = record.output_w if record is not None and not device.lost else 0.0
    extras: dict[str, Any] = {name: text(live[source]) for name, source in LIVE_EXTRAS.get(family, {}).items()}
    if "capacity" in extras:
        extras["capacity"] += "%"
    if family == "tlx":
        extras["bMerterConnectFlag"] = text(live["bMerterConnectFlag"])
    return {
        "deviceSn": device.serial,
        "deviceType": family,
        "deviceAilas": device.alias,
        "deviceStatus": _status(device),
        "datalogSn": device.logger.serial,
        "lost": device.lost,
        "location": "",
        "energy": text(lifetime),
        "eToday": text(today),
        "eTodayStr": with_unit(today, "kWh"),
        "power": text(watts),
        "powerStr": with_unit(watts / 1_000, "kW", digits=2),
        "type": "0",
        "type2": "5",
        **EXTRAS.get(family, {}),
        **extras,
    }


def pack_entry(device: Device, pack: PackRecord, *, lost: bool) -> dict[str, Any]:
    """Return the entry of a battery pack below a MIN."""
    return {
        "deviceSn": pack.serial,
        "deviceType": "bat",
        "deviceAilas": pack.serial,
        "deviceStatus": "-1" if lost else "1",
        "datalogSn": device.logger.serial,
        "lost": lost,
        "location": "",
        "capacity": f"{text(pack.soc)}%",
        "type": "0",
        "type2": "5",
    }


def entries(call: Call, plant: Plant) -> list[tuple[str, dict[str, Any]]]:
    """Return every device of a plant with the name of its family's list; the alias has two spellings."""
    found: list[tuple[str, dict[str, Any]]] = []
    for device in plant.devices:
        found.append((LISTS[device.model.family], entry(device)))
        if device.model.family == "tlx":
            found += [("batList", pack_entry(device, pack, lost=lost)) for pack, lost in packs_of(device)]
    if call.world.oddities.odd_values:
        found = [(name, one | {"deviceAlias": one.pop("deviceAilas")}) for name, one in found]
    return found


def _loggers(plant: Plant) -> list[dict[str, Any]]:
    """Return the data loggers of a plant."""
    return [
        {
            "datalog_sn": device.logger.serial,
            "alias": device.logger.serial,
            "device_type": "ShineWeFi",
            "deviceTypeIndicate": "5",
            "lost": device.lost,
            "update_interval": "5",
            "update_time": clock_text(device.record.time) if device.record is not None else "",
            "keys": ["Signal", "Connection Status", "Last Update", "Data Update Interval"],
            "values": ["Good", "Lost" if device.lost else "Connected", "", "5"],
            "simInfo": {},
            "unit_id": "",
            "client_url": "/127.0.0.1:0",
        }
        for device in plant.devices
    ]


def _sums(call: Call, plant: Plant) -> dict[str, Any]:
    """Return the plant's values: text, both spellings of its size, the money as ``amount/currency``."""
    sums = Sums.of(plant)
    records = [device.record for device in with_storage(plant) if device.record is not None and not device.lost]
    odd = call.world.oddities.odd_values
    money = text(sums.today * plant.money_per_kwh)
    return {
        "todayEnergy": text(sums.today),
        "totalEnergy": text(sums.total),
        "invTodayPpv": text(sums.power),
        "storageTodayPpv": text(sum(record.solar_w for record in records)),
        "storagePuser": text(sum(record.battery_w for record in records)),
        "storagePgrid": "--" if odd else text(sum(record.grid_w for record in records)),
        "nominalPower": int(plant.peak_w),
        "nominal_Power": int(plant.peak_w),
        "Co2Reduction": "null" if odd else text(sums.total * CO2_PER_KWH, 2),
        "plantMoneyText": money if odd else f"{money}/{plant.currency}",
        "totalMoneyText": text(sums.total * plant.money_per_kwh),
        "todayDischarge": text(sum(record.today.discharged for record in records)),
        "isHaveOptimizer": 0,
        "optimizerType": 0,
        "isHavePumper": "0",
        "ammeterType": "0",
        "useEnergy": "0",
    }


def plant_info(call: Call) -> Answer:
    """Answer ``getAllDeviceListTwo``; the device list of a plant with a MIN is empty, its groups are not."""
    plant = call.plant
    found = entries(call, plant)
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in (*LISTS.values(), "batList", *EMPTY_LISTS)}
    for name, one in found:
        groups[name].append(one | {"plantId": str(plant.id)})
    with_min = any(device.model.family == "tlx" for device in plant.devices)
    devices = [] if with_min else [one for _, one in found]
    return json_answer(_sums(call, plant) | {"deviceList": devices, "datalogList": _loggers(plant)} | groups)


def device_list(call: Call) -> Answer:
    """Answer ``getAllDeviceList``: the same with every device in its list."""
    plant = call.plant
    return json_answer(_sums(call, plant) | {"deviceList": [one for _, one in entries(call, plant)]})
