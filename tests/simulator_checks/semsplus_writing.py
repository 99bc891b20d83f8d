"""Reading and writing settings over SEMS+ from the specification alone (goodwe.md §6.2, §6.3)."""

from collections.abc import Iterator
from typing import Any

from .semsplus_host import SemsPlus

REMOTE = "/sems-remote/api"
MENUS = f"{REMOTE}/v2/address/remote/getDeviceFunctionTabMenus"
CACHED = f"{REMOTE}/v1/address/remote/get-cache-device-function-parameters"
SET_PARAMETERS = f"{REMOTE}/v1/address/remote/setDeviceFunctionParameters"
GET, SET = f"{REMOTE}/v1/remote/get", f"{REMOTE}/v1/remote/set"
ALL_DAYS, ALL_MONTHS = list(range(7)), list(range(12))
CHARGE = {
    "TOUStart1": "02:00",
    "TOUEnd1": "05:00",
    "TOUWeekEnable1": 249,
    "TOUWeek1": ALL_DAYS,
    "ChargeDischargePW1": -500,
    "ChargeCutOffSet1": 90,
    "TOUMonth1": ALL_MONTHS,
}
"""The specification's worked example (§6.3)."""
V1_CHARGE = {
    "TOUStart1": "02:00",
    "TOUEnd1": "05:00",
    "TOUWeekEnable1": 255,
    "TOUWeek1": ALL_DAYS,
    "ChargeDischargePW1": -50,
}


def walk(menu: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield the functions of a menu with their path."""
    for function in menu["functions"]:
        yield path, function
    for child in menu["children"]:
        yield from walk(child, (*path, child["translateKey"]))


async def functions(client: SemsPlus, **body: Any) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Return the functions of the first inverter."""
    wanted = {
        "sn": client.inverter.serial,
        "module": "GENERAL_FUNCTIONS",
        "batIndex": "",
        "menuCode": 0,
        **body,
    }
    data = await client.post(MENUS, wanted)
    return list(walk(data["functionMenus"])) if data else []


async def function(client: SemsPlus, key: str, unit: str = "N/A", **body: Any) -> dict[str, Any]:
    """Return the one function of a name and unit."""
    (found,) = (one for _, one in await functions(client, **body) if (one["translateKey"], one["unit"]) == (key, unit))
    return found


def target(client: SemsPlus) -> dict[str, Any]:
    """Return what every write says about its device."""
    lead = client.inverter
    return {
        "sn": lead.serial,
        "plantId": client.plant.id,
        "deviceName": lead.name,
        "virtualSn": lead.serial,
        "waitingForDevice": True,
    }


def parameter(client: SemsPlus, one: dict[str, Any], raw: Any, **changes: Any) -> dict[str, Any]:
    """Return a write of a function."""
    log = {one["translateKey"]: raw}
    maps = {"addressMap": {one["address"]: raw}, "addrFuncMap": {one["address"]: one["id"]}}
    return {**target(client), **maps, "controlItemLogs": log, **changes}


def named(client: SemsPlus, name: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a write of a named setting."""
    return {**target(client), "functionName": name, "data": data, "controlItemLogs": {name: "on"}, **changes}


async def told(client: SemsPlus, *names: str) -> dict[str, Any]:
    """Return named settings by name."""
    data = await client.post(GET, {"functionName": list(names), "sn": client.inverter.serial})
    assert data["sn"] == client.inverter.serial
    return {item["functionName"]: item["value"] for item in data["items"]}


async def cached(client: SemsPlus, *ones: dict[str, Any]) -> dict[str, Any]:
    """Return what the cloud believes, by address."""
    ids = {one["address"]: one["id"] for one in ones}
    data = await client.post(CACHED, {"sn": client.inverter.serial, "addresses": list(ids), "addrFuncMap": ids})
    return dict(data["data"])
