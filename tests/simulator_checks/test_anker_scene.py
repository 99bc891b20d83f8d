"""The scene and the lists of the living Anker cloud: its text numbers and every trap of anker.md §7 and §9.5."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulator_checks.anker_world import Cloud, whole_day
from tests.simulators.anker.profiles import PROFILES
from tests.simulators.anker.scene import UNTOLD

DAY = {"solar_w": 900, "home_w": 300, "level": 50}
NIGHT = {"solar_w": 0, "home_w": 400, "level": 50}


def solarbank(cloud: Cloud) -> dict[str, Any]:
    """Return the first solarbank of the scene."""
    first: dict[str, Any] = cloud.scene()["solarbank_info"]["solarbank_list"][0]
    return first


@pytest.mark.parametrize("profile", [name for name, profile in PROFILES.items() if profile.sites])
def test_powers_are_text(profile: str) -> None:
    def check(bean: Any, name: str = "") -> None:
        if isinstance(bean, dict):
            for key, value in bean.items():
                check(value, key)
        elif isinstance(bean, list):
            for value in bean:
                check(value, name)
        elif name.endswith("_power") or name.startswith("solar_power") or name in ("total", "to_home_load"):
            assert bean is None or isinstance(bean, str | bool), name

    cloud = Cloud(profile)
    scene = {key: value for key, value in cloud.scene().items() if not key.endswith("_v2")}
    check(scene)
    assert isinstance(scene["scene_mode"], int)
    assert scene["updated_time"] == "01-01-0001 00:00:00"


def test_charging_power_is_output_and_battery_power_the_charge() -> None:
    cloud = Cloud("solarbank3")
    cloud.now(**NIGHT)
    first, info = solarbank(cloud), cloud.scene()["solarbank_info"]
    assert (first["charging_power"], first["output_power"]) == ("400", "400")
    assert (first["bat_charge_power"], first["bat_discharge_power"]) == ("0", "400")
    assert (info["total_charging_power"], info["battery_discharge_power"]) == ("0", "400")
    assert 48 <= int(first["battery_power"]) <= 50
    assert float(info["total_battery_power"]) == int(first["battery_power"]) / 100


def test_by_day_the_sun_is_told_by_input_and_the_rest_is_stored() -> None:
    cloud = Cloud("solarbank3")
    cloud.now(**DAY)
    first, info = solarbank(cloud), cloud.scene()["solarbank_info"]
    inputs = [int(first["pv_power"][f"pv{number}"]) for number in range(1, 5)]
    assert inputs == [int(info[f"solar_power_{number}"]) for number in range(1, 5)]
    assert sum(inputs) == int(first["pv_power"]["total"]) == int(first["photovoltaic_power"])
    assert int(info["total_photovoltaic_power"]) == pytest.approx(900, abs=2)
    assert info["total_output_power"] == "300.00"
    assert info["total_charging_power"] == str(int(first["photovoltaic_power"]) - 300)


def test_an_external_micro_inverter_is_a_part_of_the_sun() -> None:
    cloud = Cloud("solarbank2_ac")
    cloud.now(solar_w=500, home_w=300, level=50)
    info = cloud.scene()["solarbank_info"]
    assert (info["micro_inverter_power"], info["solar_power_1"], info["solar_power_2"]) == ("100", "225", "175")
    assert info["total_photovoltaic_power"] == "500"
    assert (info["solar_power_3"], info["solar_power_4"]) == ("0", "0"), "told, but not there"


def test_the_meter_sees_import_or_export() -> None:
    cloud = Cloud("solarbank3")
    cloud.now(solar_w=0, home_w=2_000, level=50)
    grid = cloud.scene()["grid_info"]
    assert (grid["grid_to_home_power"], grid["photovoltaic_to_grid_power"]) == ("800", "0")
    cloud.now(solar_w=1_000, home_w=300, level=100)
    grid = cloud.scene()["grid_info"]
    assert grid["grid_to_home_power"] == "0"
    assert int(grid["photovoltaic_to_grid_power"]) == pytest.approx(700, abs=2)
    assert cloud.scene()["home_load_power"] == "300"


def test_without_meter_and_plugs_nobody_knows_the_house() -> None:
    scene = Cloud("solarbank1").scene()
    assert scene["grid_info"] is None
    assert scene["smart_plug_info"] is None
    assert scene["home_load_power"] == "0"


def test_to_home_is_told_only_while_the_app_is_open() -> None:
    cloud = Cloud("solarbank3")
    cloud.now(**NIGHT)
    assert cloud.scene()["solarbank_info"]["to_home_load"] == "0"
    cloud.stage.open_app()
    cloud.wait(seconds=6)
    assert cloud.scene()["solarbank_info"]["to_home_load"] == "400"


def test_a_multisystem_tells_to_home_of_its_first_device_only() -> None:
    cloud = Cloud("multisystem")
    cloud.stage.open_app()
    cloud.now(solar_w=0, home_w=900, level=50)
    info = cloud.scene()["solarbank_info"]
    assert (info["to_home_load"], info["total_output_power"]) == ("300", "900.00")
    assert [one["bat_discharge_power"] for one in info["solarbank_list"]] == ["300"] * 3
    limits = cloud.ask("site/get_power_limit", site_id=cloud.site.id)
    assert (limits["parallel_type"], limits["legal_power_limit"]) == ("AE100", 3_600)
    assert limits["ae100_info"]["device_sn"] == cloud.param("16")["AE100"]
    assert cloud.scene()["combiner_box_info"]["combiner_box_list"][0]["device_pn"] == "AE100"


def test_the_totals_of_a_cascade_cover_the_newer_solarbank_only() -> None:
    cloud = Cloud("cascade")
    cloud.now(solar_w=2_000, home_w=300, level=50)
    info = cloud.scene()["solarbank_info"]
    newer, *older = info["solarbank_list"]
    assert [one["device_pn"] for one in (newer, *older)] == ["A17C1", "A17C0", "A17C0"]
    assert info["total_photovoltaic_power"] == newer["photovoltaic_power"]
    assert info["total_output_power"] == f"{newer['output_power']}.00"
    own = sum(int(one["photovoltaic_power"]) for one in (newer, *older)) - sum(
        int(one["output_power"]) for one in older
    )
    assert own == pytest.approx(2_000, abs=3), "§9.5: all sun, less what came through the older ones"
    assert float(info["total_battery_power"]) == int(newer["battery_power"]) / 100


@pytest.mark.parametrize(
    ("house", "status"),
    [
        ({"solar_w": 600, "home_w": 300, "level": 50}, "3"),
        ({"solar_w": 0, "home_w": 300, "level": 50}, "2"),
        ({"solar_w": 600, "home_w": 300, "level": 100}, "5"),
        ({"solar_w": 0, "home_w": 300, "level": 10}, "7"),
    ],
)
def test_a_solarbank_1_tells_its_status_and_a_newer_one_does_not(house: dict[str, float], status: str) -> None:
    cloud = Cloud("solarbank1")
    cloud.now(**house)
    assert solarbank(cloud)["charging_status"] == status
    newer = Cloud("solarbank2")
    newer.now(**house)
    assert solarbank(newer)["charging_status"] == "0"


def test_the_preset_carries_its_unit() -> None:
    by_hand = Cloud("solarbank2")
    assert by_hand.scene()["retain_load"] == "90W", "told before eight"
    by_hand.wait(minutes=5)
    assert by_hand.scene()["retain_load"] == "120W"
    dual = Cloud("solarbank1_dual")
    dual.wait(minutes=1)
    assert dual.scene()["retain_load"] == "300W"
    assert [one["set_load_power"] for one in dual.scene()["solarbank_info"]["solarbank_list"]] == ["150", "150"]
    assert solarbank(Cloud("solarbank1"))["set_load_power"] == ""


def test_the_scene_tells_when_the_devices_reported_or_the_year_1970() -> None:
    cloud = Cloud("solarbank3")
    cloud.wait(minutes=11)
    told = datetime.fromisoformat(cloud.scene()["solarbank_info"]["updated_time"])
    assert told == (cloud.report.instant + timedelta(hours=2)).replace(tzinfo=None, microsecond=0), "Berlin in summer"
    cloud.stage.set_report_time(told=False)
    assert cloud.scene()["solarbank_info"]["updated_time"] == UNTOLD
    assert Cloud("solarbank2").scene()["solarbank_info"]["updated_time"] == UNTOLD


def test_an_old_report_stays_until_the_next_one() -> None:
    cloud = Cloud("solarbank3", datetime(2026, 6, 15, 6, 1, tzinfo=UTC))
    cloud.now(**NIGHT)
    cloud.world.house.set(home_w=100)
    cloud.wait(seconds=20)
    assert cloud.scene()["home_load_power"] == "400"
    cloud.wait(minutes=5)
    assert cloud.scene()["home_load_power"] == "100"


def test_the_yield_flips_to_megawatt_hours() -> None:
    cloud = Cloud("solarbank1")
    lifetime = cloud.report.lifetime_kwh
    first = cloud.scene()["statistics"][0]
    assert first == {"type": "1", "total": f"{lifetime:.2f}", "unit": "kwh"}
    newer = Cloud("solarbank2")
    assert newer.report.lifetime_kwh > 1_000
    assert newer.scene()["statistics"][0]["unit"] == "MWh"
    assert float(newer.scene()["statistics"][0]["total"]) == pytest.approx(newer.report.lifetime_kwh / 1_000, abs=0.005)
    assert [one["unit"] for one in newer.scene()["statistics"]][1:] == ["t", "€"]


def test_plugs_are_a_part_of_the_house() -> None:
    cloud = Cloud("plugs")
    cloud.now(solar_w=0, home_w=500, level=60)
    scene = cloud.scene()
    rows = scene["smart_plug_info"]["smartplug_list"]
    assert [row["current_power"] for row in rows] == ["110", "150"]
    assert scene["smart_plug_info"]["total_power"] == "260"
    assert (scene["home_load_power"], scene["other_loads_power"]) == ("280", "20"), "what the solarbank gives"
    assert scene["grid_info"] is None
    assert rows[0]["tag"] == "Dining Room"


def test_a_wallbox_is_told_with_its_state() -> None:
    cloud = Cloud("charger")
    charger = cloud.site.charger
    assert charger is not None
    assert cloud.scene()["charging_pile_info"]["charging_pile_list"][0]["operating_state"] == 0
    charger.plug_in(cloud.clock.now(), watts=7_400)
    cloud.wait(minutes=6)
    pile = cloud.scene()["charging_pile_info"]["charging_pile_list"][0]
    assert (pile["operating_state"], pile["power"], pile["device_sn"]) == (2, "7400", charger.serial)
    assert cloud.report.home_w > 7_400
    today = cloud.site.diary.days[cloud.world.today(cloud.site)]
    assert today.charger == pytest.approx(7.4 / 10, rel=0.02)


def test_a_power_panel_tells_no_values_and_an_x1_nothing() -> None:
    panel, hes = Cloud("power_panel"), Cloud("hes")
    assert [one["device_pn"] for one in panel.scene()["powerpanel_list"]] == ["A17B1"]
    for cloud in (panel, hes):
        assert cloud.scene()["solarbank_info"]["solarbank_list"] == []
        assert cloud.scene()["solarbank_info"]["is_display_data"] is False
    assert hes.scene()["powerpanel_list"] == []


# --- lists (§7.1, §7.3) ----------------------------------------------------------------------------------------------


def test_a_site_is_listed_with_its_devices() -> None:
    cloud = Cloud("cascade")
    (row,) = cloud.ask("site/get_site_list")["site_list"]
    assert (row["site_id"], row["ms_type"], row["power_site_type"]) == (cloud.site.id, 1, 5)
    assert row["current_site_device_models"] == ["A17C1", "A17C0", "SHEMP3"]
    assert row["device_type_list"] == [3, 6]
    assert {one["device_sn"] for one in row["site_device_list"]} == {one.serial for one in cloud.world.devices}


def test_a_microinverter_is_never_online() -> None:
    rows = Cloud("inverter").ask("app/get_relate_and_bind_devices")["data"]
    assert [(row["product_code"], row["wifi_online"], row["rssi"]) for row in rows] == [("A5143", False, "")]
    assert Cloud("inverter").ask("site/get_site_list") == {"site_list": []}


def test_a_module_is_no_device_of_its_own() -> None:
    cloud = Cloud("hes")
    assert [row["product_code"] for row in cloud.ask("app/get_relate_and_bind_devices")["data"]] == ["A5103"]


def test_a_power_dock_is_in_no_list() -> None:
    cloud = Cloud("multisystem")
    bound = [row["product_code"] for row in cloud.ask("app/get_relate_and_bind_devices")["data"]]
    (row,) = cloud.ask("site/get_site_list")["site_list"]
    assert bound == ["A17C5", "A17C5", "A17C5", "A17X7"]
    assert row["current_site_device_models"] == ["A17C5", "A17X7"]
    assert [one["device_model"] for one in row["site_device_list"]] == bound


def test_a_device_that_is_off_is_offline() -> None:
    cloud = Cloud("solarbank3")
    cloud.stage.set_power(cloud.site.main.serial, on=False)
    assert solarbank(cloud)["status"] == "0"
    assert cloud.ask("app/get_relate_and_bind_devices")["data"][0]["wifi_online"] is False
    cloud.stage.set_power(cloud.site.main.serial, on=True)
    cloud.stage.set_reports(on=False)
    cloud.wait(minutes=30)
    assert solarbank(cloud)["status"] == "0"


def test_a_member_sees_the_site_and_none_of_its_settings() -> None:
    cloud = Cloud("member")
    site, serial = cloud.site.id, cloud.site.main.serial
    assert cloud.ask("site/get_site_list")["site_list"][0]["ms_type"] == 2
    assert cloud.scene()["site_id"] == site
    assert cloud.ask("app/get_relate_and_bind_devices") == {"data": []}
    assert cloud.ask("app/get_auto_upgrade") == {"main_switch": False, "device_list": None}
    assert cloud.ask("app/ota/batch/check_update", device_list=[{"device_sn": serial}])["update_infos"] == []
    assert cloud.ask("app/compatible/get_compatible_solar_info", solarbank_sn=serial)["solar_brand"] == "Others"
    assert cloud.code("app/device/get_device_attrs", device_sn=serial, attributes=["rssi"]) == -1
    for path in ("site/get_site_device_param", "site/get_power_limit", "site/get_wifi_info_list"):
        assert cloud.code(path, site_id=site, param_type="6") == 10000
    for path in ("app/device/get_device_home_load", "app/compatible/get_power_cutoff", "app/device/set_device_attrs"):
        assert cloud.code(path, device_sn=serial) == 10000
    assert cloud.set_param("6", {"mode_type": 1}) == 10000


def test_a_member_is_not_told_what_is_charged_from_the_grid() -> None:
    for member, told in ((False, "700"), (True, "0")):
        cloud = Cloud("solarbank3")
        cloud.stage.set_param(mode_type=3, custom_rate_plan=whole_day(700, charging_type=1))
        cloud.wait(seconds=10)
        cloud.now(**NIGHT)
        cloud.stage.set_member(member=member)
        info = cloud.scene()["solarbank_info"]
        assert (info["grid_to_battery_power"], info["total_charging_power"]) == (told, "700")


def test_firmware_is_offered_when_there_is_a_newer_one() -> None:
    cloud = Cloud("solarbank3")
    serial = cloud.site.main.serial
    cloud.stage.set_firmware(serial, newest="v1.0.9.0")
    told = cloud.ask("app/ota/batch/check_update", device_list=[{"device_sn": serial, "version": ""}])
    (row,) = told["update_infos"]
    assert (row["need_update"], row["current_version"], row["lastPackage"]["version"]) == (True, "v1.0.7.1", "v1.0.9.0")
    assert row["children"][0]["needUpdate"] is True
    assert told["popup_info"]["need_update"] is True


def test_a_shelly_tells_no_radio() -> None:
    cloud = Cloud("solarbank3")
    solar, meter = cloud.ask("site/get_wifi_info_list", site_id=cloud.site.id)["wifi_info_list"]
    assert (meter["wifi_signal"], meter["rssi"]) == ("", "0")
    assert int(solar["wifi_signal"]) == round((int(solar["rssi"]) + 85) / 35 * 100)


def test_sites_and_devices_come_and_go() -> None:
    cloud = Cloud("three_sites")
    names = [row["site_name"] for row in cloud.ask("site/get_site_list")["site_list"]]
    assert names == ["Balcony", "Garage", "Home"]
    cloud.stage.rename_site(name="Roof")
    garage = cloud.world.sites[1]
    cloud.stage.remove_site(garage.id)
    new = cloud.stage.add_site("solarbank2", name="Shed")
    rows = cloud.ask("site/get_site_list")["site_list"]
    assert [row["site_name"] for row in rows] == ["Roof", "Home", "Shed"]
    assert rows[-1]["site_id"] == new
    assert cloud.code("site/get_scen_info", site_id=garage.id) == 10004
    plug = cloud.stage.add_device("A17X8", alias="Kettle")
    assert cloud.scene()["smart_plug_info"]["smartplug_list"][0]["device_sn"] == plug
    cloud.stage.rename_device(plug, alias="Toaster")
    aliases = {row["device_sn"]: row["alias_name"] for row in cloud.ask("app/get_relate_and_bind_devices")["data"]}
    assert aliases[plug] == "Toaster"
    cloud.stage.remove_device(plug)
    assert cloud.scene()["smart_plug_info"] is None
    station = cloud.stage.bind_device("A1761")
    assert cloud.world.device(station) is not None
    cloud.stage.remove_device(station)
    assert cloud.world.device(station) is None


def test_an_owner_may_become_a_member() -> None:
    cloud = Cloud("solarbank3")
    cloud.stage.set_member()
    assert cloud.ask("site/get_site_list")["site_list"][0]["ms_type"] == 2
    assert cloud.ask("app/get_relate_and_bind_devices") == {"data": []}
    cloud.stage.set_member(member=False)
    assert len(cloud.ask("app/get_relate_and_bind_devices")["data"]) == 2
