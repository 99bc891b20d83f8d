"""What writes do to a recorded folder (anker.md §12, §18.12): each changes the answers a real write would change."""

from collections.abc import Callable, Iterator, Mapping
import json
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from tests.simulators.anker import plans
from tests.simulators.anker.call import NOT_FOUND, PS, WRONG_PARAMETER, Bean, Refused
from tests.simulators.anker.merging import merge_auto_upgrade, merge_cutoff, merge_param, selected

if TYPE_CHECKING:
    from tests.simulators.anker.constellation import Constellation

FIRST_GENERATION = "A17C0"
SB1_PLAN, PLAN, STATION, OUTPUT_LIMIT = "4", "6", "18", "19"
EXISTS, TOO_MANY = 31001, 31003
MOST_VEHICLES: Final = 5
PRICE_KEYS: Final = ("price", "sell_price", "site_price_unit", "site_co2", "price_type", "dynamic_price")

type Write = Callable[[Constellation, Bean], None]


def _must(data: Any) -> Bean:
    """Return an answer that is there to be changed; what was never recorded is not there (10004)."""
    if not isinstance(data, dict) or not data:
        raise Refused(NOT_FOUND)
    return data


def _text(bean: Any) -> str:
    """Return JSON as the cloud keeps it inside of answers."""
    return json.dumps(bean, separators=(",", ":"), ensure_ascii=False)


def _bean(text: Any) -> Bean:
    """Return the object inside of an answer, an empty one without it."""
    return json.loads(text) if isinstance(text, str) and text else text or {}


def _site_of(folder: Constellation, serial: str) -> str:
    """Return the site a solarbank stands in, "" when no scene shows it."""
    return next(
        (
            name.removeprefix("scene_")
            for name in folder.files
            if name.startswith("scene_") and any(row["device_sn"] == serial for row in _banks(folder, name))
        ),
        "",
    )


def _banks(folder: Constellation, scene: str) -> Iterator[Bean]:
    """Yield what a scene tells of each solarbank."""
    yield from (folder.data(scene).get("solarbank_info") or {}).get("solarbank_list") or []


# --- parameters ------------------------------------------------------------------------------------------------------


def set_param(folder: Constellation, body: Bean) -> None:
    """Take over parameters of a site (§12.1, §12.2, §12.5, §12.7)."""
    site_id, kind = str(body.get("site_id")), str(body.get("param_type"))
    try:
        sent = json.loads(body["param_data"])
    except KeyError, TypeError, ValueError:
        raise Refused(WRONG_PARAMETER) from None
    if kind == OUTPUT_LIMIT:
        _must(folder.data(f"power_limit_{site_id}"))["legal_power_limit"] = sent["power_limit"]["limit"]
        return
    names = [name for name in (f"device_parm_{kind}_{site_id}", f"device_parm_{site_id}") if name in folder.files]
    name = names[0] if names and (kind == SB1_PLAN or "_parm_" + kind in names[0]) else f"device_parm_{kind}_{site_id}"
    merged = merge_param(kind, _bean(folder.data(name).get("param_data")), sent)
    try:
        AFTER.get(kind, _nothing)(folder, site_id, merged, sent)
    except IndexError, KeyError, TypeError:
        raise Refused(WRONG_PARAMETER) from None
    folder.files[name] = {"code": 0, "msg": "success!", "data": {"param_data": _text(merged)}}


def _plan_of_first(folder: Constellation, site_id: str, merged: Bean, _sent: Bean) -> None:
    """Let every Solarbank 1 of a site follow the new plan; there is one for all (§9.2)."""
    rows = [row for row in _banks(folder, f"scene_{site_id}") if row.get("device_pn") == FIRST_GENERATION]
    shares = plans.sb1_shares(merged, folder.local, [row["device_sn"] for row in rows])
    for name in folder.files:
        if name.startswith("device_load_") and folder.data(name).get("site_id") == site_id:
            folder.data(name)["home_load_data"] = _text(merged)
    for row in rows:
        if row.get("set_load_power"):
            row["set_load_power"] = str(shares[row["device_sn"]])
    if scene := folder.data(f"scene_{site_id}"):
        scene["retain_load"] = f"{plans.sb1_preset(merged, folder.local)}W"


def _mode(folder: Constellation, site_id: str, merged: Bean, _sent: Bean) -> None:
    """Let the scene show the new mode and preset (§18.12)."""
    if scene := folder.data(f"scene_{site_id}"):
        scene["scene_mode"] = scene["user_scene_mode"] = merged.get("mode_type", scene.get("scene_mode"))
        scene["retain_load"] = f"{plans.preset(merged, folder.local)}W"


def _station(folder: Constellation, site_id: str, merged: Bean, sent: Bean) -> None:
    """Let cut-off and scene follow the station's settings."""
    scene = folder.data(f"scene_{site_id}")
    if "switch_0w" in sent and scene:
        scene["switch_0w"] = merged["switch_0w"]
    for row in _banks(folder, f"scene_{site_id}") if "id" in sent else ():
        if cutoff := folder.data(f"power_cutoff_{row['device_sn']}"):
            cutoff["power_cutoff_data"] = selected(cutoff["power_cutoff_data"], sent["id"])


def _nothing(_folder: Constellation, _site_id: str, _merged: Bean, _sent: Bean) -> None:
    """Change nothing else."""


AFTER: Final[Mapping[str, Callable[[Constellation, str, Bean, Bean], None]]] = {
    SB1_PLAN: _plan_of_first,
    PLAN: _mode,
    STATION: _station,
}
"""What else changes with a type of parameters."""


# --- devices ---------------------------------------------------------------------------------------------------------


def set_attrs(folder: Constellation, body: Bean) -> None:
    """Take over attributes; the limit of AC charging is read back under another name (§12.7)."""
    serial, sent = str(body.get("device_sn")), body.get("attributes") or {}
    told = _must(folder.data(f"device_attrs_{serial}"))
    told["attributes"] = {**(told.get("attributes") or {}), **sent}
    site_id = _site_of(folder, serial)
    if "switch_0w" in sent and (scene := folder.data(f"scene_{site_id}")):
        scene["switch_0w"] = sent["switch_0w"]
    for row in folder.data(f"power_limit_{site_id}").get("device_info") or [] if "ac_power_limit" in sent else ():
        if row["device_sn"] == serial:
            row["ac_input_limit"] = sent["ac_power_limit"]


def set_cutoff(folder: Constellation, body: Bean) -> None:
    """Choose where discharging ends (§12.4)."""
    serial = str(body.get("device_sn"))
    told = _must(folder.data(f"power_cutoff_{serial}"))
    told.update(merge_cutoff(told, body))
    chosen: Bean = next((row for row in told["power_cutoff_data"] if row["is_selected"]), {})
    for row in _banks(folder, f"scene_{_site_of(folder, serial)}"):
        if row["device_sn"] == serial and "output_cutoff_data" in row:
            row["output_cutoff_data"] = chosen.get("output_cutoff_data", row["output_cutoff_data"])


def set_auto_upgrade(folder: Constellation, body: Bean) -> None:
    """Switch automatic updates (§12.8)."""
    told = _must(folder.data("auto_upgrade"))
    told.update(merge_auto_upgrade(told, body))


def set_inverter_limit(folder: Constellation, body: Bean) -> None:
    """Limit a standalone inverter (§12.11)."""
    _must(folder.data(f"device_pv_total_statistics_{body.get('sn')}"))["powerConfig"] = f"{body['power']}W"


def set_inverter_price(folder: Constellation, body: Bean) -> None:
    """Take over the price of a standalone inverter; the first tier counts for the whole day (§6.4)."""
    told = _must(folder.data(f"device_pv_price_{body.get('sn')}"))
    first = {**body["tieredElecPrices"][0], "from": "00:00", "to": "23:59"}
    told.update(currencyUnit=body["currencyUnit"], tieredElecPrices=[first])


# --- sites and account -----------------------------------------------------------------------------------------------


def update_price(folder: Constellation, body: Bean) -> None:
    """Take over the price of a site (§12.6)."""
    told = _must(folder.data(f"price_{body.get('site_id')}"))
    told.update({key: body[key] for key in PRICE_KEYS if key in body})


def set_disaster(folder: Constellation, body: Bean) -> None:
    """Begin or end the backup of a power panel (§12.10)."""
    told = _must(folder.data(f"charging_site_device_disaster_{body.get('identifier_id')}"))
    detail = body.get("manual_disaster_detail")
    if "manual_disaster_detail" in body and detail is None:
        raise Refused(-1)
    told["manual_disaster_switch"] = bool(body["manual_disaster_switch"])
    if detail is not None:
        more = {"uuid": str(uuid4()), "disaster_type": 1, "event": "", "charging_time": 0, "event_key": ""}
        told["disaster_details"] = [{**detail, **more}]


def _vehicles(folder: Constellation) -> list[Bean]:
    """Return the recorded account's vehicles."""
    told = folder.files.setdefault("user_vehicles", {"code": 0, "msg": "success!", "data": {"vehicle_list": []}})
    vehicles: list[Bean] = told["data"]["vehicle_list"]
    return vehicles


def _vehicle(folder: Constellation, body: Bean) -> Bean:
    """Return the vehicle a call names."""
    return _must(next((row for row in _vehicles(folder) if row["vehicle_id"] == body.get("vehicle_id")), None))


def add_vehicle(folder: Constellation, body: Bean) -> None:
    """Add vehicles: five at most, no name twice (§6.7)."""
    vehicles = _vehicles(folder)
    for sent in body["user_vehicle_info"]:
        if len(vehicles) >= MOST_VEHICLES:
            raise Refused(TOO_MANY)
        if sent["vehicle_name"] in [row["vehicle_name"] for row in vehicles]:
            raise Refused(EXISTS)
        vehicle_id = str(uuid4())
        facts = {"is_default_vehicle": not vehicles, "is_smart_charging": False, "is_connected_to_enodeapi": False}
        vehicles.append({"vehicle_id": vehicle_id, **facts, **sent})
        folder.files[f"vehicle_details_{vehicle_id}"] = {"code": 0, "msg": "success!", "data": vehicles[-1]}


def update_vehicle(folder: Constellation, body: Bean) -> None:
    """Change attributes of a vehicle."""
    _vehicle(folder, body).update(body)


def delete_vehicle(folder: Constellation, body: Bean) -> None:
    """Take a vehicle off the account."""
    _vehicles(folder).remove(_vehicle(folder, body))
    folder.files.pop(f"vehicle_details_{body['vehicle_id']}", None)


def default_vehicle(folder: Constellation, body: Bean) -> None:
    """Make one vehicle the default."""
    chosen = _vehicle(folder, body)
    for row in _vehicles(folder):
        row["is_default_vehicle"] = row is chosen


def accept(_folder: Constellation, _body: Bean) -> None:
    """Accept a write that has no effect (§6.2)."""


WRITES: Final[Mapping[str, Write]] = {
    PS + "site/set_site_device_param": set_param,
    PS + "site/update_site_price": update_price,
    PS + "app/device/set_device_home_load": accept,
    PS + "app/device/set_device_attrs": set_attrs,
    PS + "app/compatible/set_power_cutoff": set_cutoff,
    PS + "app/set_auto_upgrade": set_auto_upgrade,
    PS + "app/vehicle/add_vehicle": add_vehicle,
    PS + "app/vehicle/update_vehicle": update_vehicle,
    PS + "app/vehicle/delete_vehicle": delete_vehicle,
    PS + "app/vehicle/set_default": default_vehicle,
    "charging_pv_svc/set_aps_power": set_inverter_limit,
    "charging_pv_svc/updateUserTieredElecPrice": set_inverter_price,
    "charging_disaster_prepared/set_site_device_disaster": set_disaster,
}
