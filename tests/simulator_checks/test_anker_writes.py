"""What writes to the living Anker cloud make of later reads, and what becomes of those that go wrong (anker.md §12, §18.12)."""

import json
from typing import Any

import pytest

from tests.simulator_checks.anker_world import Bean, Cloud, whole_day
from tests.simulators.anker.params import compact

NIGHT = {"solar_w": 0, "home_w": 900, "level": 60}
SET_PARAM = "site/set_site_device_param"
SET_ATTRS = "app/device/set_device_attrs"
SET_CUTOFF = "app/compatible/set_power_cutoff"
GET_CUTOFF = "app/compatible/get_power_cutoff"


def group_1(cloud: Cloud, **changes: Any) -> Bean:
    """Return a write of the manual plan's group as it was read, but for some changes (§12.2)."""
    read = cloud.param("6")
    return {key: read[key] for key in ("mode_type", "custom_rate_plan", "blend_plan")} | changes


def group_2(cloud: Cloud, **changes: Any) -> Bean:
    """Return a write of the other group."""
    read = cloud.param("6")
    return {
        "mode_type": read["mode_type"],
        "manual_backup": read["manual_backup"],
        "use_time": read["use_time"],
    } | changes


# --- schedules -------------------------------------------------------------------------------------------------------


def test_parameters_are_a_text_that_holds_json_without_spaces() -> None:
    cloud = Cloud("solarbank3")
    told = cloud.ask("site/get_site_device_param", site_id=cloud.site.id, param_type="6")
    assert told["param_data"] == compact(json.loads(told["param_data"]))
    assert " " not in told["param_data"]
    assert "€" in told["param_data"]


@pytest.mark.parametrize(
    ("profile", "kind", "code"), [("solarbank3", "4", 10004), ("solarbank1", "9", 10004), ("solarbank1", "6", 0)]
)
def test_a_plan_of_another_generation_is_refused_or_empty(profile: str, kind: str, code: int) -> None:
    cloud = Cloud(profile)
    assert cloud.code("site/get_site_device_param", site_id=cloud.site.id, param_type=kind) == code
    if not code:
        told = cloud.ask("site/get_site_device_param", site_id=cloud.site.id, param_type=kind)
        assert told == {"param_data": ""}


def test_type_4_replaces_the_plan() -> None:
    cloud = Cloud("solarbank1")
    plan = cloud.param("4")
    plan["ranges"][0]["appliance_loads"][0]["power"] = 250
    plan["ranges"][1]["appliance_loads"][0]["power"] = 250
    del plan["is_zero_output_tips"]
    assert cloud.set_param("4", plan) == 0
    assert cloud.param("4") == plan
    told = cloud.ask("app/device/get_device_home_load", site_id=cloud.site.id, device_sn=cloud.site.main.serial)
    assert json.loads(told["home_load_data"]) == plan
    assert cloud.now(**NIGHT).output_w == 250
    assert cloud.ask("app/device/get_device_home_load", device_sn=cloud.site.main.serial)["current_home_load"] == "250W"


def test_a_home_load_is_accepted_and_forgotten() -> None:
    cloud = Cloud("solarbank1")
    before = cloud.param("4")
    serial = cloud.site.main.serial
    assert (
        cloud.code("app/device/set_device_home_load", site_id=cloud.site.id, device_sn=serial, home_load_data="{}") == 0
    )
    assert cloud.param("4") == before


def test_only_a_solarbank_1_has_a_home_load() -> None:
    for profile in ("solarbank3", "solarbank2", "inverter"):
        cloud = Cloud(profile)
        assert cloud.code("app/device/get_device_home_load", device_sn=cloud.world.devices[0].serial) == 10004


def test_type_6_takes_over_what_is_sent() -> None:
    cloud = Cloud("solarbank3")
    before = cloud.param("6")
    assert cloud.set_param("6", group_1(cloud, mode_type=3, custom_rate_plan=whole_day(250))) == 0
    assert cloud.param("6") == {**before, "mode_type": 3, "custom_rate_plan": whole_day(250)}
    assert cloud.now(**NIGHT).output_w == 250


PRESET = (
    '{"mode_type":3,"custom_rate_plan":[{"index":0,"week":[0,6],"ranges":[{"start_time":"00:00","end_time":"24:00",'
    '"power":110}]},{"index":1,"week":[1,2,3,4,5],"ranges":[{"start_time":"00:00","end_time":"08:00","power":100},'
    '{"start_time":"08:00","end_time":"22:00","power":250},{"start_time":"22:00","end_time":"24:00","power":90}]}],'
    '"blend_plan":[]}'
)
METER_MODE = '{"mode_type":1,"manual_backup":{},"use_time":[]}'
SMART_MODE = (
    '{"mode_type":7,"manual_backup":{"ranges":[{"start_time":1757803140,"end_time":1757813940}],"switch":false},'
    '"use_time":[]}'
)


@pytest.mark.parametrize(
    ("profile", "sent", "mode", "output"),
    [("solarbank2", PRESET, 3, 250), ("solarbank2", METER_MODE, 1, 800), ("solarbank3", SMART_MODE, 7, 900)],
)
def test_the_document_s_own_examples_work(profile: str, sent: str, mode: int, output: int) -> None:
    cloud = Cloud(profile)
    body = {"site_id": cloud.site.id, "param_type": "6", "cmd": 17, "param_data": sent}
    assert cloud.code(SET_PARAM, **body) == 0
    assert {key: cloud.param("6")[key] for key in json.loads(sent)} == json.loads(sent)
    cloud.wait(minutes=5)
    assert cloud.scene()["scene_mode"] == mode
    assert cloud.now(**NIGHT).output_w == output


def test_half_a_group_deletes_the_other_half() -> None:
    cloud = Cloud("solarbank3")
    before = cloud.param("6")
    cloud.set_param("6", {"mode_type": 1, "custom_rate_plan": whole_day(250)})
    after = cloud.param("6")
    assert after["blend_plan"] is None
    assert (after["use_time"], after["manual_backup"]) == (before["use_time"], before["manual_backup"])


def test_the_scene_shows_a_mode_with_the_next_report_only() -> None:
    cloud = Cloud("solarbank3")
    cloud.wait(minutes=5)
    cloud.set_param("6", group_1(cloud, mode_type=3, custom_rate_plan=whole_day(330)))
    scene = cloud.scene()
    assert (scene["scene_mode"], cloud.param("6")["mode_type"]) == (1, 3)
    cloud.wait(minutes=5)
    scene = cloud.scene()
    assert (scene["scene_mode"], scene["user_scene_mode"], scene["retain_load"]) == (3, 3, "330W")


def test_smart_mode_switches_the_planner_on() -> None:
    cloud = Cloud("solarbank3")
    cloud.set_param("6", group_2(cloud, mode_type=7))
    assert cloud.param("6")["ai_ems"] == {"enable": True, "status": 5}
    assert cloud.site.smart is False, "not yet at the device"
    cloud.wait(seconds=10)
    assert cloud.site.smart is True
    cloud.set_param("6", group_2(cloud, mode_type=1))
    assert cloud.param("6")["ai_ems"]["enable"] is False


def test_a_backup_charge_is_shown_while_it_runs() -> None:
    cloud = Cloud("solarbank3")
    cloud.now(**NIGHT)
    start = int(cloud.clock.now().timestamp()) // 60 * 60
    window = {"ranges": [{"start_time": start, "end_time": start + 10_800}], "switch": True}
    assert cloud.set_param("6", group_2(cloud, manual_backup=window)) == 0
    cloud.wait(minutes=6)
    scene = cloud.scene()
    assert (scene["scene_mode"], scene["user_scene_mode"]) == (4, 1)
    info = scene["solarbank_info"]
    assert info["backup_info"] == {"start_time": start, "end_time": start + 10_800, "full_time": 0}
    assert (info["grid_to_battery_power"], info["other_input_power"], info["total_charging_power"]) == ("1200",) * 3
    cloud.set_param("6", group_2(cloud, manual_backup={**window, "switch": False}))
    cloud.wait(minutes=6)
    assert cloud.scene()["scene_mode"] == 1


def test_cascaded_solarbanks_are_told_an_enforced_plan_while_the_newer_is_led_by_hand() -> None:
    cloud = Cloud("cascade")
    older = cloud.site.cascaded[0].serial
    assert cloud.set_param("6", group_1(cloud, mode_type=3)) == 0
    told = cloud.ask("app/device/get_device_home_load", device_sn=older)
    (slot,) = json.loads(told["home_load_data"])["ranges"]
    assert (slot["turn_on"], slot["appliance_loads"][0]["power"], slot["device_power_loads"]) == (None, 0, None)
    assert told["current_home_load"] == "0W"
    assert len(cloud.param("4")["ranges"]) == 2, "the own plan is kept"


# --- stations, limits and the rest -----------------------------------------------------------------------------------


def test_an_id_chooses_the_station_s_charge_everywhere() -> None:
    cloud = Cloud("solarbank3")
    assert cloud.set_param("18", {"id": 2}) == 0
    station = cloud.param("18")
    assert [row["is_selected"] for row in station["soc_list"]] == [0, 1]
    assert "id" not in station
    rows = cloud.ask(GET_CUTOFF, site_id="", device_sn=cloud.site.main.serial)["power_cutoff_data"]
    assert [row["is_selected"] for row in rows] == [0, 1]


def test_a_site_without_a_station_has_no_type_18() -> None:
    cloud = Cloud("solarbank2")
    assert cloud.ask("site/get_site_device_param", site_id=cloud.site.id, param_type="18") == {"param_data": ""}
    assert cloud.set_param("18", {"switch_0w": 1}) == 10004


@pytest.mark.parametrize(("profile", "limit"), [("solarbank3", 600), ("solarbank2", 800)])
def test_type_19_sets_the_output_limit_from_the_third_generation_on(profile: str, limit: int) -> None:
    cloud = Cloud(profile)
    code = cloud.set_param("19", {"power_limit": {"limit": 600, "limit_real": 600}})
    assert code == 0
    assert cloud.ask("site/get_power_limit", site_id=cloud.site.id)["legal_power_limit"] == limit


def test_limits_on_ac_charging_are_read_back_elsewhere() -> None:
    cloud = Cloud("solarbank3")
    serial = cloud.site.main.serial
    assert cloud.code(SET_ATTRS, device_sn=serial, attributes={"ac_power_limit": 700, "pv_power_limit": 2_000}) == 0
    assert cloud.ask("site/get_power_limit", site_id=cloud.site.id)["device_info"][0]["ac_input_limit"] == 700
    told = cloud.ask("app/device/get_device_attrs", device_sn=serial, attributes=["pv_power_limit", "nonsense"])
    assert told == {"device_sn": serial, "attributes": {"pv_power_limit": 2_000}}


@pytest.mark.parametrize(("profile", "blocked"), [("solarbank2", 1), ("solarbank3", 0)])
def test_the_export_switch_of_a_device_counts_only_without_a_station(profile: str, blocked: int) -> None:
    cloud = Cloud(profile)
    serial = cloud.site.main.serial
    cloud.code(SET_ATTRS, device_sn=serial, attributes={"switch_0w": 1})
    told = cloud.ask("app/device/get_device_attrs", device_sn=serial, attributes=["switch_0w"])
    assert told["attributes"] == {"switch_0w": 1}
    assert cloud.scene()["switch_0w"] == blocked
    cloud.wait(minutes=2)
    cloud.now(solar_w=900, home_w=100, level=100)
    assert (cloud.report.grid_w == 0) is bool(blocked)


def test_any_serial_has_cut_off_rows() -> None:
    cloud = Cloud("solarbank3")
    for device in cloud.world.devices:
        rows = cloud.ask(GET_CUTOFF, site_id="", device_sn=device.serial)["power_cutoff_data"]
        assert [(row["id"], row["is_selected"], row["output_cutoff_data"]) for row in rows] == [(1, 1, 10), (2, 0, 5)]


@pytest.mark.parametrize(("profile", "floor"), [("solarbank1", 5), ("solarbank2", 10)])
def test_the_old_cut_off_reaches_only_a_solarbank_1(profile: str, floor: int) -> None:
    cloud = Cloud(profile)
    serial = cloud.site.main.serial
    assert cloud.code(SET_CUTOFF, device_sn=serial, cutoff_data_id=2) == 0
    rows = cloud.ask(GET_CUTOFF, site_id="", device_sn=serial)["power_cutoff_data"]
    assert [row["is_selected"] for row in rows] == [0, 1]
    assert cloud.scene()["solarbank_info"]["solarbank_list"][0]["output_cutoff_data"] == 5, "what the app shows"
    cloud.now(solar_w=0, home_w=600, level=11)
    cloud.wait(hours=6)
    cloud.site.report_now()
    assert cloud.site.house.level() == pytest.approx(floor, abs=0.1)


def test_newer_limits_reach_the_device() -> None:
    cloud = Cloud("solarbank2_ac")
    serial = cloud.site.main.serial
    body = {"discharge_lower_limit": 20, "charge_upper_limit": 80, "backup_reserve": 0, "backup_reserve_switch": 0}
    assert cloud.code(SET_CUTOFF, device_sn=serial, cutoff_data_id=1, cmd_type=1, **body) == 0
    told = cloud.ask(GET_CUTOFF, site_id="", device_sn=serial)
    assert {key: told[key] for key in body} == body
    cloud.go_to(18)
    assert cloud.now(solar_w=0, home_w=500, level=19).output_w == 0


def test_auto_upgrade_needs_the_main_switch() -> None:
    cloud = Cloud("three_sites")
    first, second, *_ = [row["device_sn"] for row in cloud.ask("app/get_auto_upgrade")["device_list"]]
    cloud.ask("app/set_auto_upgrade", main_switch=True, device_list=[{"device_sn": first, "auto_upgrade": False}])
    told = cloud.ask("app/get_auto_upgrade")
    assert {row["device_sn"]: row["auto_upgrade"] for row in told["device_list"]}[first] is False
    assert {row["device_sn"]: row["auto_upgrade"] for row in told["device_list"]}[second] is True
    cloud.ask("app/set_auto_upgrade", main_switch=False, device_list=[])
    told = cloud.ask("app/get_auto_upgrade")
    assert told["main_switch"] is False
    assert not any(row["auto_upgrade"] for row in told["device_list"])


# --- writes that go wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [{"cmd": 16}, {"param_data": {"mode_type": 3}}, {"param_data": "{"}, {"param_data": "[]"}, {"param_data": None}],
)
def test_a_malformed_write_is_refused(changes: Bean) -> None:
    cloud = Cloud("solarbank3")
    body = {"site_id": cloud.site.id, "param_type": "6", "cmd": 17, "param_data": '{"mode_type":3}'} | changes
    assert cloud.code(SET_PARAM, **body) == 10003
    assert cloud.param("6")["mode_type"] == 1
    assert cloud.world.audit == []


def test_a_late_write_is_read_back_late() -> None:
    cloud = Cloud("solarbank3")
    cloud.stage.next_write("late", seconds=60)
    assert cloud.set_param("6", {"mode_type": 3}) == 0
    cloud.wait(seconds=50)
    assert cloud.param("6")["mode_type"] == 1
    cloud.wait(seconds=20)
    assert cloud.param("6")["mode_type"] == 3


def test_a_lost_write_changes_nothing_and_a_refused_one_says_so() -> None:
    cloud = Cloud("solarbank3")
    cloud.stage.next_write("lost")
    cloud.stage.next_write("refused", code=10007)
    assert cloud.set_param("6", {"mode_type": 3}) == 0
    assert cloud.set_param("6", {"mode_type": 3}) == 10007
    assert cloud.param("6")["mode_type"] == 1
    assert cloud.set_param("6", {"mode_type": 3}) == 0
    assert cloud.param("6")["mode_type"] == 3
    assert [entry["kind"] for entry in cloud.stage.audit()] == ["lost", "refused", "applied"]


def test_a_partial_write_takes_the_first_half() -> None:
    cloud = Cloud("solarbank3")
    cloud.stage.next_write("partial")
    cloud.set_param("18", {"discharge_lower_limit": 15, "charge_upper_limit": 90})
    station = cloud.param("18")
    assert (station["discharge_lower_limit"], station["charge_upper_limit"]) == (15, 100)


def test_a_partial_plan_is_still_a_plan() -> None:
    cloud = Cloud("solarbank1")
    cloud.stage.next_write("partial")
    assert cloud.set_param("4", {**cloud.param("4"), "default_home_load": 400}) == 0
    assert cloud.param("4")["default_home_load"] == 200


def test_an_order_may_be_for_one_kind_of_write() -> None:
    cloud = Cloud("solarbank3")
    cloud.stage.next_write("lost", path="set_device_attrs")
    cloud.set_param("6", {"mode_type": 3})
    assert cloud.param("6")["mode_type"] == 3
    cloud.code(SET_ATTRS, device_sn=cloud.site.main.serial, attributes={"pv_power_limit": 2_000})
    assert cloud.site.main.attributes["pv_power_limit"] == 3_600


def test_what_is_true_is_told_for_the_first_site_and_for_all() -> None:
    cloud = Cloud("three_sites")
    truth = cloud.world.truth()
    assert set(truth["sites"]) == {site.id for site in cloud.world.sites}
    assert (truth["name"], truth["mode"], truth["output_limit_w"]) == ("Balcony", 1, 1_200)
    assert truth["levels"][cloud.site.main.serial] == pytest.approx(cloud.site.house.level())
    assert json.dumps(truth)
    with pytest.raises(ValueError, match="no such settings"):
        cloud.stage.set_house(watts=3)
    with pytest.raises(ValueError, match="no such site"):
        cloud.stage.rename_site("nowhere", name="x")
