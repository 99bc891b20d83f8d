"""Recorded folders as accounts: every file is served where its README says, writes show in later reads (anker.md §18.7)."""

from argparse import Namespace
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.__main__ import VENDORS, parse
from tests.simulators.anker.constellation import Constellation
from tests.simulators.anker.recorded import FILES, file_of
from tests.simulators.clock import SimClock

from .anker_host import BIND, ENERGY, PARAM, PS, RECORDINGS, SCENE, SITE_LIST, App, app, needs_recordings

pytestmark = pytest.mark.usefixtures("socket_enabled")

FOLDERS = sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir()) if RECORDINGS.is_dir() else []
SITE = "5a0a8c1e-0000-4000-8000-00000000000a"
BANK, METER, INVERTER = "SOLARBANKSERIAL1", "METERSERIAL00001", "INVERTER0001"
NOT_ASKED = ("tamper_records_", "device_group_")
"""Recorded endpoints the document does not describe."""
PRICE_ANSWER = {"site_id": SITE, "price": 0.3, "site_co2": 0, "site_price_unit": "€"}


def _folder(tmp_path: Path, **files: Any) -> Path:
    """Return a folder of our own making; each file is its data, or a code that refuses."""
    basics: dict[str, Any] = {
        "site_list": {"site_list": [{"site_id": SITE, "site_name": "Home", "ms_type": 1, "power_site_type": 12}]},
        "bind_devices": {"data": [{"device_sn": BANK, "product_code": "A17C5"}]},
        f"scene_{SITE}": {
            "scene_mode": 3,
            "switch_0w": 0,
            "solarbank_info": {
                "updated_time": "2026-03-01 11:58:20",
                "solarbank_list": [{"device_sn": BANK, "output_cutoff_data": 10}],
            },
        },
    }
    for name, data in (basics | files).items():
        whole = {"code": data, "msg": "Failed to request."} if isinstance(data, int) else {"code": 0, "data": data}
        (tmp_path / f"{name}.json").write_text(json.dumps(whole), encoding="utf-8")
    return tmp_path


def _recorded(folder: str, name: str) -> Any:
    """Return a recorded answer."""
    return json.loads((RECORDINGS / folder / f"{name}.json").read_text(encoding="utf-8"))


# --- recorded folders ------------------------------------------------------------------------------------------------


@needs_recordings
@pytest.mark.parametrize("folder", FOLDERS)
async def test_lists_and_scenes_are_as_recorded(clock: SimClock, folder: str) -> None:
    async with app(clock, constellation=RECORDINGS / folder, limits=False) as client:
        served = client.simulator.describe()
        if (RECORDINGS / folder / "site_list.json").exists():
            assert await client.data(SITE_LIST) == _recorded(folder, "site_list")["data"]
        if (RECORDINGS / folder / "bind_devices.json").exists():
            assert await client.data(BIND) == _recorded(folder, "bind_devices")["data"]
        for site_id in served["sites"]:
            if (RECORDINGS / folder / f"scene_{site_id}.json").exists():
                assert await client.scene(site_id) == _recorded(folder, f"scene_{site_id}")["data"]
            else:
                assert await client.code(SCENE, {"site_id": site_id}) == 10004


@needs_recordings
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_answers_a_call(folder: str) -> None:
    """No recorded answer is out of reach."""
    served = Constellation(RECORDINGS / folder)
    found = {file_of(path, body, served.files) for path in FILES for body in _every_body(served)}
    left = {name for name in served.files if name not in found and not name.startswith(NOT_ASKED)}
    assert left == set()


def _every_body(served: Constellation) -> list[dict[str, Any]]:
    """Return bodies that name everything there is in a folder, one after the other."""
    serials = {name.rpartition("_")[2] for name in served.files}
    named = [{"site_id": site, "siteId": site, "identifier_id": site} for site in served.sites]
    params = [site | {"param_type": str(kind)} for site in named for kind in range(1, 34)]
    energies = [
        site | {"device_type": what, "sourceType": source, "type": span, "dateType": span}
        for site in named
        for what, source in zip(KINDS, [*SOURCES, *SOURCES, ""], strict=True)
        for span in ("day", "week")
    ]
    devices = [
        {"device_sn": sn, "sn": sn, "sns": sn, "solarbank_sn": sn, "type": span}
        for sn in serials
        for span in ("day", "1")
    ]
    cars = [
        {"brand_name": brand, "model_name": model, "productive_year": 2025, "device_pn": "A17C5"}
        | {"company": "Nordpool", "area": "GER"}
        for brand, model in [("Porsche", "Taycan Turbo"), ("Lancia", "Ypsilon"), ("Citroën", "ë-C4 X")]
    ]
    return [*named, *params, *energies, *devices, *cars, {}]


KINDS = (
    "solarbank",
    "home_usage",
    "grid",
    "solar_production",
    "solar_production_microinverter",
    *(f"solar_production_pv{number}" for number in range(1, 5)),
)
SOURCES = ("hes", "home", "grid", "solar")


@needs_recordings
async def test_refusals_are_as_recorded(clock: SimClock) -> None:
    async with app(clock, constellation=RECORDINGS / "SB2_SP_SpMode_Schedule") as client:
        assert await client.code("charging_hes_svc/get_hes_dev_info", {"siteId": client.site_id}) == -1
        assert await client.code(PS + "ai_ems/get_status", {"site_id": client.site_id}) == 10004


@needs_recordings
async def test_kinds_of_energy_questions(clock: SimClock) -> None:
    folder = "SB3_SM_Smart"
    async with app(clock, constellation=RECORDINGS / folder) as client:
        body = {
            "site_id": client.site_id,
            "device_sn": "",
            "device_type": "solarbank",
            "start_time": "",
            "end_time": "",
        }
        week = await client.data(ENERGY, body | {"type": "week"})
        day = await client.data(ENERGY, body | {"type": "day"})
        assert [point["time"] for point in week["power"]] == ["2025-07-17", "2025-07-18"]
        assert (len(day["power"]), day["local_time"]) == (73, "2025-07-18 13:23")
        assert await client.code(ENERGY, body | {"type": "week", "device_sn": "200Z24CCLUIX9A9H9"}) == 10004


@needs_recordings
def test_moment_of_a_recording() -> None:
    """The newest time in it, in summer time of the house."""
    assert Constellation(RECORDINGS / "SB3_SM_Smart").moment == datetime(2025, 7, 18, 11, 23, tzinfo=UTC)
    assert Constellation(RECORDINGS / "SB2_AC_UseTime").moment == datetime(2025, 1, 29, 11, 0, tzinfo=UTC)


@needs_recordings
async def test_folder_without_a_site_list(clock: SimClock) -> None:
    """Its sites are those the names of its files speak of."""
    async with app(clock, constellation=RECORDINGS / "PowerPanel_ManualBackup") as client:
        (site,) = (await client.data(SITE_LIST))["site_list"]
        assert (site["site_id"], site["power_site_type"]) == ("f6a1b2c3-d4e5-6789-abcd-ef0123456789", 4)
        disaster = "charging_disaster_prepared/get_site_device_disaster"
        told = await client.data(disaster, {"identifier_id": site["site_id"], "type": 2})
        assert told["manual_disaster_switch"] is True


# --- members ---------------------------------------------------------------------------------------------------------


async def test_member_view(clock: SimClock, tmp_path: Path) -> None:
    """§18.9: 10000 for the owner's endpoints, no devices, the rest as it is."""
    folder = _folder(tmp_path, **{f"price_{SITE}": PRICE_ANSWER, f"co2_ranking_{SITE}": {"show": True}})
    async with app(clock, constellation=folder, member=True) as client:
        (site,) = (await client.data(SITE_LIST))["site_list"]
        assert site["ms_type"] == 2
        assert (await client.data(BIND))["data"] == []
        assert (await client.scene())["scene_mode"] == 3
        assert await client.data(PS + "site/co2_ranking", {"site_id": SITE}) == {"show": True}
        assert await client.code(PS + "site/get_site_price", {"site_id": SITE, "accuracy": 5}) == 10000
        assert await client.code(PARAM, {"site_id": SITE, "param_type": "6"}) == 10000
        assert await client.set_param("6", {"mode_type": 1}) == 10000


@needs_recordings
async def test_recorded_member(clock: SimClock) -> None:
    async with app(clock, constellation=RECORDINGS / "SB2_SM_NoPvEnergy_Invalid") as client:
        assert (await client.data(BIND))["data"] == []
        assert await client.code(PS + "site/get_wifi_info_list", {"site_id": client.site_id}) == 10000
        attrs = PS + "app/device/get_device_attrs"
        assert (await client.data(attrs, {"device_sn": "X1OOP055244IFE3N", "attributes": ["rssi"]}))["attributes"] == {}


# --- writes ----------------------------------------------------------------------------------------------------------


async def test_plan_is_merged_and_shows_in_the_scene(clock: SimClock, tmp_path: Path) -> None:
    """§18.12: type 6 takes over the keys that were sent."""
    plan = {"mode_type": 3, "custom_rate_plan": [], "max_load": 800}
    folder = _folder(tmp_path, **{f"device_parm_6_{SITE}": {"param_data": json.dumps(plan)}})
    async with app(clock, constellation=folder) as client:
        assert await client.set_param("6", {"mode_type": 1, "manual_backup": {}, "use_time": []}) == 0
        assert await client.param("6") == plan | {"mode_type": 1, "manual_backup": {}, "use_time": []}
        scene = await client.scene()
        assert (scene["scene_mode"], scene["user_scene_mode"]) == (1, 1)


async def test_preset_of_the_hour_shows_in_the_scene(clock: SimClock, tmp_path: Path) -> None:
    """§7.2 ``retain_load``: it is Sunday, half past twelve."""
    plan = {"mode_type": 3, "custom_rate_plan": [], "default_home_load": 200}
    slots = [
        {"start_time": "00:00", "end_time": "12:00", "power": 90},
        {"start_time": "12:00", "end_time": "24:00", "power": 250},
    ]
    folder = _folder(tmp_path, **{f"device_parm_6_{SITE}": {"param_data": json.dumps(plan)}})
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
    async with app(clock, constellation=_folder(tmp_path, **files)) as client:
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
    async with app(clock, constellation=_folder(tmp_path, **files)) as client:
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
    folder = _folder(tmp_path, **{f"price_{SITE}": PRICE_ANSWER, "auto_upgrade": upgrade})
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
    async with app(clock, constellation=_folder(tmp_path, **files)) as client:
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
    async with app(clock, constellation=_folder(tmp_path)) as client:
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
    async with app(clock, constellation=_folder(tmp_path, **files)) as client:
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
    async with app(clock, constellation=_folder(tmp_path)) as client:
        assert await client.code(PS + "site/update_site_price", {"site_id": SITE, "price": 0.3}) == 10004
        assert await client.code(PS + "app/device/set_device_attrs", {"device_sn": BANK, "attributes": {}}) == 10004
        rubbish = {"site_id": SITE, "param_type": "6", "cmd": 17, "param_data": {}}
        assert await client.code(PS + "site/set_site_device_param", rubbish) == 10003
        assert await client.set_param("4", {"ranges": [{"id": 0}]}) == 10003
        assert await client.code(PARAM, {"site_id": SITE, "param_type": "4"}) == 10004


async def test_answers_can_be_replaced(clock: SimClock, tmp_path: Path) -> None:
    async with app(clock, constellation=_folder(tmp_path)) as client:
        client.simulator.actions["replace_answer"]("co2_ranking_" + SITE, code=10000)
        assert await client.code(PS + "site/co2_ranking", {"site_id": SITE}) == 10000


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no recordings"):
        Constellation(tmp_path)


# --- command line ----------------------------------------------------------------------------------------------------


def test_command_line(clock: SimClock, tmp_path: Path) -> None:
    """The clock starts when the folder was recorded."""
    options: Namespace = parse(["anker", "--constellation", str(_folder(tmp_path)), "--strict", "--country", "US"])
    simulator: Any = VENDORS["anker"].build(options, clock)
    assert simulator.describe()["sites"] == {SITE: "Home"}
    assert (simulator.door.rules.strict, simulator.limits.energy, simulator.odd.overlap) == (True, 11, True)
    assert simulator.door.account.country == "US"
    assert clock.now() == datetime(2026, 3, 1, 10, 58, tzinfo=UTC)


def test_command_line_of_a_profile(clock: SimClock) -> None:
    before = clock.now()
    options = parse(["anker", "--profile", "solarbank2", "--account-host", "com", "--era", "2024-10"])
    simulator: Any = VENDORS["anker"].build(options, clock)
    assert (simulator.profile, simulator.door.account.host) == ("solarbank2", "com")
    assert (simulator.door.rules.strict, simulator.limits.energy, simulator.world.era) == (False, None, "2024-10")
    assert clock.now() == before
