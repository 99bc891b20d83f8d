"""Settings on route C: what can be set, what it is set to, and setting it (goodwe.md §6.2, §6.3)."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.simulators.goodwe import semsplus_functions as tree, semsplus_named as named
from tests.simulators.goodwe.devices import Device, Inverter, Storage
from tests.simulators.goodwe.semsplus_call import (
    DONE,
    FAILED,
    MISSING,
    NO_RIGHT,
    ApiError,
    Call,
    Done,
    Route,
    get,
    post,
)
from tests.simulators.goodwe.semsplus_functions import BATTERY, BATTERY_MENU, INVERTERS, Function
from tests.simulators.goodwe.settings import generation_of
from tests.simulators.goodwe.world import OK

READ, WRITE = "INVERTER_REMOTE_READ", "INVERTER_REMOTE"
GENERATIONS = {1: "1.0", 2: "2.0", 3: "3.0"}
TABS = ("power_control", "grid_parameters", "basic")


def _host(device: Device) -> Inverter:
    """Return the inverter that answers for a device."""
    found = device.host if isinstance(device, Storage) else device.plant.lead
    found = device if isinstance(device, Inverter) else found
    if found is None:
        raise ApiError(NO_RIGHT)
    return found


def _inverter(call: Call, right: str) -> Inverter:
    """Return the inverter that is asked for, if the account has a right to it."""
    inverter = _host(call.device())
    if right not in inverter.plant.permissions:
        raise ApiError(NO_RIGHT)
    return inverter


def _functions(inverter: Inverter, *, battery: bool = False) -> tuple[Function, ...]:
    """Return the functions of an inverter or of the battery behind it."""
    if battery:
        return BATTERY if inverter.has_battery else ()
    if inverter.kind.kind == "string":
        return INVERTERS["dns" if "DNS" in inverter.serial else "grid_tie"]
    return (*INVERTERS[inverter.kind.kind], *tree.work_modes(inverter.settings))


def _all(inverter: Inverter) -> tuple[Function, ...]:
    """Return every function of an inverter."""
    return (*_functions(inverter), *_functions(inverter, battery=True))


# --- discovering -----------------------------------------------------------------------------------------------------


def related_serial(call: Call) -> dict[str, str]:
    """Return whose settings a device's are: a meter's are its inverter's."""
    device = call.device()
    return {"sn": _host(device).serial if device.type in ("SMART_METER", "BAT_SYS") else device.serial}


def generation(call: Call) -> dict[str, Any]:
    """Return the generation of the settings; an inverter without battery terminals has none."""
    inverter = _inverter(call, READ)
    number = generation_of(inverter.settings)
    return {"workMode": GENERATIONS[number], "arm": "745"} if number else {}


def tab_menus(call: Call) -> dict[str, Any]:
    """Return the functions of a module or of one tab; with neither the answer is empty."""
    inverter = _inverter(call, READ)
    model = inverter.model
    match call.body.get("module"), call.body.get("menuId"):
        case "WORK_MODE", _:
            return {"functionMenus": tree.cards(tree.work_modes(inverter.settings), model)}
        case "GENERAL_FUNCTIONS", _:
            battery = call.body.get("menuCode") == BATTERY_MENU
            if battery and not call.body.get("batIndex"):
                return {}
            functions = _functions(inverter, battery=battery)
            return {"functionMenus": tree.menus(_shown(functions), model)}
        case _, str(menu) if menu:
            functions = tuple(one for one in _functions(inverter) if f"m_{one.menu[0]}" == menu)
            return {"functionMenus": tree.menus(functions, model)}
        case _:
            return {}


def _shown(functions: Iterable[Function]) -> tuple[Function, ...]:
    """Return what the general page shows: modes are cards on a page of their own."""
    return tuple(function for function in functions if function.menu != tree.WORK or function.func_key is None)


def tabs(call: Call) -> list[dict[str, str]]:
    """Return the tabs of an inverter's settings."""
    _inverter(call, READ)
    return [{"menuId": f"m_{name}", "translateKey": name} for name in TABS]


def whole_tree(call: Call) -> dict[str, Any]:
    """Return everything at once."""
    inverter = _inverter(call, READ)
    return {"functionMenus": tree.menus(_all(inverter), inverter.model)}


# --- by address ------------------------------------------------------------------------------------------------------


def _chosen(inverter: Inverter, ids: Mapping[str, Any], address: str) -> Function | None:
    """Return the function an address and its id mean."""
    model = inverter.model
    found = (one for one in _all(inverter) if one.address == address and one.id_of(model) == ids.get(address))
    return next(found, None)


def cached(call: Call) -> dict[str, Any]:
    """Return what the cloud believes: one step late, without what was never written; raw ÷ gain."""
    inverter = _inverter(call, READ)
    addresses, ids = call.body.get("addresses"), call.body.get("addrFuncMap")
    if not isinstance(addresses, list) or not isinstance(ids, dict):
        raise ApiError(MISSING)
    known: dict[str, Any] = {}
    for address in addresses:
        function = _chosen(inverter, ids, str(address))
        value = inverter.copy.get(function.key) if function is not None else None
        if function is not None and value is not None:
            known[str(address)] = value if function.gain == 1 else value / function.gain
    return {"sn": call.text("sn"), "data": known}


async def set_parameters(call: Call) -> Done:
    """Write raw values to addresses; the device takes all of them or none."""
    inverter = _inverter(call, WRITE)
    values, ids = call.body.get("addressMap"), call.body.get("addrFuncMap")
    if not isinstance(values, dict) or not values or not isinstance(ids, dict):
        raise ApiError(MISSING)
    _check_write(call, inverter)
    changes: dict[str, Any] = {}
    for address, raw in values.items():
        function = _chosen(inverter, ids, address)
        if function is None or not function.allows(raw):
            raise ApiError(FAILED)
        changes[function.key] = raw
        changes |= (function.effect or {}).get(raw, {})
    return await _write(call, inverter, changes)


# --- by name ---------------------------------------------------------------------------------------------------------


def read_named(call: Call) -> dict[str, Any]:
    """Return named settings, last one first; one the device lacks is left away or empty."""
    inverter = _inverter(call, READ)
    names = call.body.get("functionName")
    if not isinstance(names, list) or not names:
        raise ApiError(MISSING)
    items = []
    for number, name in enumerate(names):
        value = named.read(inverter.settings, str(name))
        if value is not None or number % 2:
            items.append({"functionName": name, "value": value or {}})
    return {"sn": call.text("sn"), "items": items[::-1]}


async def set_named(call: Call) -> Done:
    """Write one named setting."""
    inverter = _inverter(call, WRITE)
    name, data = call.body.get("functionName"), call.body.get("data")
    if not isinstance(name, str) or not isinstance(data, dict):
        raise ApiError(MISSING)
    _check_write(call, inverter)
    return await _write(call, inverter, named.change(inverter.settings, name, data))


def _check_write(call: Call, inverter: Inverter) -> None:
    """Raise P0214 for a write without plant, name or log, 100025 for another plant's."""
    if call.body.get("waitingForDevice") is not True or not isinstance(call.body.get("controlItemLogs"), dict):
        raise ApiError(MISSING)
    call.text("deviceName")
    if call.plant("plantId") is not inverter.plant:
        raise ApiError(NO_RIGHT)
    if call.body.get("virtualSn") not in (None, call.text("sn")):
        raise ApiError(FAILED)


async def _write(call: Call, inverter: Inverter, changes: Mapping[str, Any]) -> Done:
    """Let a write reach the device; the audit list keeps what the client said it does."""
    code = await call.world.write(inverter, changes, way="semsplus", log=call.body["controlItemLogs"])
    if code != OK:
        raise ApiError(code)
    return DONE


REMOTE = "/sems-remote/api"
ROUTES: tuple[Route, ...] = (
    post(f"{REMOTE}/v2/address/remote/get-related-sn", related_serial),
    get(f"{REMOTE}/v2/address/remote/get-work-mode", generation),
    post(f"{REMOTE}/v2/address/remote/getDeviceFunctionTabMenus", tab_menus),
    post(f"{REMOTE}/v2/address/remote/getAllDeviceFunctionTabs", tabs),
    post(f"{REMOTE}/v2/address/remote/getTopTreeByCode", whole_tree),
    post(f"{REMOTE}/v1/address/remote/get-cache-device-function-parameters", cached),
    post(f"{REMOTE}/v1/address/remote/setDeviceFunctionParameters", set_parameters),
    post(f"{REMOTE}/v1/remote/get", read_named),
    post(f"{REMOTE}/v1/remote/set", set_named),
)
