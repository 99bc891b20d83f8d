"""Writes to a recorded account show in what is read of it later (anker.md §12, §18.7, §18.12)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .anker_host import BANK, PARAM, PRICE_ANSWER, PS, RECORDINGS, SITE, App, app, needs_recordings, recorded_folder

pytestmark = pytest.mark.usefixtures("socket_enabled")

INVERTER = "INVERTER0001"


async def test_plan_is_merged_and_shows_in_the_scene(clock: SimClock, tmp_path: Path) -> None:
    """§18.12: type 6 takes over the keys that were sent."""
    plan = {"mode_type": 3, "custom_rate_plan": [], "max_load": 800}
    folder = recorded_folder(tmp_path, **{f"device_parm_6_{SITE}": {"param_data": json.dumps(plan)}})
    async with app(clock, constellation=folder) as client:
        assert await client.set_param("6", {"mode_type": 1, "manual_backup": {}, "use_time": []}) == 0
        assert await client.param("6") == plan | {"mode_type": 1, "manual_backup": {}, "use_time": []}
        scene = await client.scene()
        assert (scene["scene_mode"], scene["user_scene_mode"]) == (1, 1)


async def test_half_a_group_deletes_the_other_half(clock: SimClock, tmp_path: Path) -> None:
    """§12.2: the other group is left alone."""
    plan = {
        "mode_type": 3,
        "custom_rate_plan": [],
        "blend_plan": [],
        "manual_backup": {"switch": False},
        "use_time": [],
    }
    folder = recorded_folder(tmp_path, **{f"device_parm_6_{SITE}": {"param_data": json.dumps(plan)}})
    async with app(clock, constellation=folder) as client:
        assert await client.set_param("6", {"mode_type": 3, "custom_rate_plan": []}) == 0
        assert await client.param("6") == plan | {"blend_plan": None}


async def test_preset_of_the_hour_shows_in_the_scene(clock: SimClock, tmp_path: Path) -> None:
    """§7.2 ``retain_load``: it is Sunday, half past twelve."""
    plan = {"mode_type": 3, "custom_rate_plan": [], "default_home_load": 200}
    slots = [
        {"start_time": "00:00", "end_time": "12:00", "power": 90},
        {"start_time": "12:00", "end_time": "24:00", "power": 250},
    ]
    folder = recorded_folder(tmp_path, **{f"device_parm_6_{SITE}": {"param_data": json.dumps(plan)}})
    async with app(clock, constellation=folder) as client:
        rates = [{"index": 0, "week": [0], "ranges": slots}]
        assert await client.set_param("6", {"mode_type": 3, "custom_rate_plan": rates, "blend_plan": []}) == 0
        assert (await client.scene())["retain_load"] == "250W"
        assert await client.set_param("6", {"mode_type": 3, "custom_rate_plan": [], "blend_plan": []}) == 0
        assert (await client.scene())["retain_load"] == "200W"


@needs_recordings
async def test_preset_of_two_first_solarbanks(clock: SimClock) -> None:
    """§12.1: 255 W for both, 120 W and 135 W for each of them."""
    async with app(clock, constellation=RECORDINGS / "SB1_Dual_NoEnergy") as client:
        plan = await client.param("4")
        rows = (await client.scene())["solarbank_info"]["solarbank_list"]
        first, second = [row["device_sn"] for row in rows]
        for slot in plan["ranges"]:
            slot["power_setting_mode"] = 2
            slot["appliance_loads"][0]["power"] = 255
            slot["device_power_loads"] = [{"device_sn": first, "power": 120}, {"device_sn": second, "power": 135}]
        assert await client.set_param("4", plan) == 0
        scene = await client.scene()
        assert scene["retain_load"] == "255W"
        told = {row["device_sn"]: row["set_load_power"] for row in scene["solarbank_info"]["solarbank_list"]}
        assert told == {first: "120", second: "135"}


async def test_first_plan_is_replaced(clock: SimClock, tmp_path: Path) -> None:
    """§18.12: type 4, where all Solarbank 1 of the site follow."""
    old = json.dumps({"ranges": [], "min_load": 100})
    load = PS + "app/device/get_device_home_load"
    files = {
        f"device_parm_{SITE}": {"param_data": old},
        f"device_load_{BANK}": {"site_id": SITE, "home_load_data": old},
    }
    async with app(clock, constellation=recorded_folder(tmp_path, **files)) as client:
        assert await client.param("4") == {"ranges": [], "min_load": 100}
        assert await client.set_param("4", {"ranges": None, "default_home_load": 300}) == 0
        assert await client.param("4") == {"ranges": None, "default_home_load": 300}
        told = await client.data(load, {"site_id": SITE, "device_sn": BANK})
        assert json.loads(told["home_load_data"]) == {"ranges": None, "default_home_load": 300}
        ignored = PS + "app/device/set_device_home_load"
        assert await client.code(ignored, {"device_sn": BANK, "home_load_data": "{}"}) == 0
        assert await client.param("4") == {"ranges": None, "default_home_load": 300}


async def test_station_and_limits(clock: SimClock, tmp_path: Path) -> None:
    """§12.4, §12.5, §12.7."""
    rows = [{"id": 1, "is_selected": 1, "output_cutoff_data": 10}, {"id": 2, "is_selected": 0, "output_cutoff_data": 5}]
    station = {"soc_list": [{"id": 1, "is_selected": 1}, {"id": 2, "is_selected": 0}], "switch_0w": 0}
    limit = {"legal_power_limit": 800, "device_info": [{"device_sn": BANK}]}
    files = {
        f"device_parm_18_{SITE}": {"param_data": json.dumps(station)},
        f"power_cutoff_{BANK}": {"power_cutoff_data": rows},
        f"power_limit_{SITE}": limit,
        f"device_attrs_{BANK}": {"device_sn": BANK, "attributes": {"rssi": "-60"}},
    }
    cutoff = PS + "app/compatible/get_power_cutoff"
    async with app(clock, constellation=recorded_folder(tmp_path, **files)) as client:
        assert await client.set_param("18", {"id": 2}) == 0
        assert [row["is_selected"] for row in (await client.param("18"))["soc_list"]] == [0, 1]
        told = await client.data(cutoff, {"site_id": "", "device_sn": BANK})
        assert [row["is_selected"] for row in told["power_cutoff_data"]] == [0, 1]
        assert await client.set_param("18", {"switch_0w": 1}) == 0
        assert (await client.scene())["switch_0w"] == 1
        assert await client.set_param("19", {"power_limit": {"limit": 600, "limit_real": 600}}) == 0
        body = {"device_sn": BANK, "cutoff_data_id": 1, "charge_upper_limit": 90, "cmd_type": 1}
        assert await client.code(PS + "app/compatible/set_power_cutoff", body) == 0
        told = await client.data(cutoff, {"site_id": "", "device_sn": BANK})
        assert (told["charge_upper_limit"], told["power_cutoff_data"][0]["is_selected"]) == (90, 1)
        attrs = {"device_sn": BANK, "attributes": {"ac_power_limit": 900, "pv_power_limit": 2000}}
        assert await client.code(PS + "app/device/set_device_attrs", attrs) == 0
        told = await client.data(PS + "site/get_power_limit", {"site_id": SITE})
        assert (told["legal_power_limit"], told["device_info"][0]["ac_input_limit"]) == (600, 900)
        told = await client.data(PS + "app/device/get_device_attrs", {"device_sn": BANK, "attributes": []})
        assert told["attributes"] == {"rssi": "-60", "ac_power_limit": 900, "pv_power_limit": 2000}


async def test_price_and_auto_upgrade(clock: SimClock, tmp_path: Path) -> None:
    """§12.6, §12.8: main off is all off."""
    upgrade = {"main_switch": True, "device_list": [{"device_sn": BANK, "auto_upgrade": True}]}
    folder = recorded_folder(tmp_path, **{f"price_{SITE}": PRICE_ANSWER, "auto_upgrade": upgrade})
    async with app(clock, constellation=folder) as client:
        body = {
            "site_id": SITE,
            "price": 0.35,
            "sell_price": None,
            "site_price_unit": "€",
            "site_co2": 0,
            "accuracy": 5,
        }
        assert await client.code(PS + "site/update_site_price", body) == 0
        price = await client.data(PS + "site/get_site_price", {"site_id": SITE, "accuracy": 5})
        assert price == PRICE_ANSWER | {"price": 0.35, "sell_price": None}
        assert await client.code(PS + "app/set_auto_upgrade", {"main_switch": False, "device_list": []}) == 0
        told = await client.data(PS + "app/get_auto_upgrade")
        assert (told["main_switch"], told["device_list"][0]["auto_upgrade"]) == (False, False)


async def test_standalone_inverter(clock: SimClock, tmp_path: Path) -> None:
    """§12.11, §12.12."""
    files = {
        f"device_pv_total_statistics_{INVERTER}": {"powerConfig": "800W"},
        f"device_pv_price_{INVERTER}": {"currencyUnit": "€", "tieredElecPrices": []},
    }
    async with app(clock, constellation=recorded_folder(tmp_path, **files)) as client:
        assert await client.code("charging_pv_svc/set_aps_power", {"sn": INVERTER, "power": 600}) == 0
        told = await client.data("charging_pv_svc/getPvTotalStatistics", {"sn": INVERTER})
        assert told["powerConfig"] == "600W"
        tiers = [{"from": "06:00", "to": "12:00", "price": 0.4}, {"from": "12:00", "to": "23:59", "price": 0.2}]
        body = {"sn": INVERTER, "currencyUnit": "£", "tieredElecPrices": tiers}
        assert await client.code("charging_pv_svc/updateUserTieredElecPrice", body) == 0
        told = await client.data("charging_pv_svc/selectUserTieredElecPrice", {"sn": INVERTER})
        assert told == {"currencyUnit": "£", "tieredElecPrices": [{"from": "00:00", "to": "23:59", "price": 0.4}]}


async def test_vehicles(clock: SimClock, tmp_path: Path) -> None:
    """§6.7: five at most, no name twice."""
    car = {"vehicle_name": "Red", "brand": "Lancia", "model": "Ypsilon", "productive_year": 2025}
    path = PS + "app/vehicle/"
    async with app(clock, constellation=recorded_folder(tmp_path)) as client:
        assert await client.code(path + "add_vehicle", {"user_vehicle_info": [car]}) == 0
        assert await client.code(path + "add_vehicle", {"user_vehicle_info": [car]}) == 31001
        for number in range(4):
            other = [car | {"vehicle_name": str(number)}]
            assert await client.code(path + "add_vehicle", {"user_vehicle_info": other}) == 0
        sixth = [car | {"vehicle_name": "sixth"}]
        assert await client.code(path + "add_vehicle", {"user_vehicle_info": sixth}) == 31003
        first, second = (await _vehicles(client))[:2]
        assert (first["is_default_vehicle"], second["is_default_vehicle"]) == (True, False)
        body = {"vehicle_id": second["vehicle_id"]}
        assert await client.code(path + "set_default", body) == 0
        assert await client.code(path + "update_vehicle", body | {"battery_capacity": 51.0}) == 0
        detail = await client.data(path + "get_vehicle_detail", body)
        assert (detail["battery_capacity"], detail["is_default_vehicle"]) == (51.0, True)
        assert await client.code(path + "delete_vehicle", body) == 0
        assert second["vehicle_id"] not in [row["vehicle_id"] for row in await _vehicles(client)]


async def _vehicles(client: App) -> Any:
    """Return the account's vehicles."""
    return (await client.data(PS + "app/vehicle/get_vehicle_list"))["vehicle_list"]


async def test_backup_of_a_power_panel(clock: SimClock, tmp_path: Path) -> None:
    """§12.10: to stop, the detail is left out; null is refused."""
    path = "charging_disaster_prepared/"
    disaster = {"manual_disaster_switch": True, "disaster_details": []}
    files = {f"charging_site_device_disaster_{SITE}": disaster}
    body = {"identifier_id": SITE, "type": 2}
    async with app(clock, constellation=recorded_folder(tmp_path, **files)) as client:
        setting = path + "set_site_device_disaster"
        detail = {"disaster_type": 7, "start_time": 1_780_000_000, "end_time": 1_780_003_600}
        on = {"manual_disaster_switch": True, "manual_disaster_detail": detail}
        assert await client.code(setting, body | on) == 0
        told = await client.data(path + "get_site_device_disaster", body)
        assert told["disaster_details"][0]["disaster_type"] == 1
        assert told["disaster_details"][0]["end_time"] == 1_780_003_600
        assert (
            await client.code(setting, body | {"manual_disaster_switch": False, "manual_disaster_detail": None}) == -1
        )
        assert await client.code(setting, body | {"manual_disaster_switch": False}) == 0
        assert (await client.data(path + "get_site_device_disaster", body))["manual_disaster_switch"] is False


async def test_what_was_never_recorded_cannot_be_written(clock: SimClock, tmp_path: Path) -> None:
    async with app(clock, constellation=recorded_folder(tmp_path)) as client:
        assert await client.code(PS + "site/update_site_price", {"site_id": SITE, "price": 0.3}) == 10004
        assert await client.code(PS + "app/device/set_device_attrs", {"device_sn": BANK, "attributes": {}}) == 10004
        rubbish = {"site_id": SITE, "param_type": "6", "cmd": 17, "param_data": {}}
        assert await client.code(PS + "site/set_site_device_param", rubbish) == 10003
        assert await client.set_param("4", {"ranges": [{"id": 0}]}) == 10003
        assert await client.code(PARAM, {"site_id": SITE, "param_type": "4"}) == 10004


@needs_recordings
@pytest.mark.parametrize("folder", sorted(path.name for path in RECORDINGS.glob("SB*")))
async def test_writing_what_was_read_changes_nothing(clock: SimClock, folder: str) -> None:
    """Plans and stations of every recorded site."""
    async with app(clock, constellation=RECORDINGS / folder, limits=False) as client:
        for site_id in client.simulator.source.sites:
            for kind in ("4", "6", "18"):
                if await client.code(PARAM, {"site_id": site_id, "param_type": kind}) != 0:
                    continue
                read = await client.param(kind, site_id)
                if read is not None:
                    assert await client.set_param(kind, read, site_id) == 0
                    assert await client.param(kind, site_id) == read
