"""The living Anker account without any answer: balances, the pace of its reports, and what its plans make of it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.simulator_checks.anker_world import MORNING, Cloud, slots, whole_day
from tests.simulators.anker.profiles import PROFILES

SOLARBANKS = [name for name, profile in PROFILES.items() if any(plan.family == "solarbank" for plan in profile.sites)]
SUN = {"solar_w": 600, "home_w": 500}
NIGHT = {"solar_w": 0, "home_w": 500}


# --- balances --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", SOLARBANKS)
def test_what_a_site_reports_adds_up_around_the_clock(profile: str) -> None:
    cloud = Cloud(profile)
    for _ in range(24):
        cloud.wait(hours=1)
        for site in cloud.world.sites:
            report = site.report
            for unit in report.units.values():
                assert unit.pv_w + unit.discharge_w + unit.grid_w == unit.charge_w + unit.output_w
                assert sum(unit.channels) + unit.micro_w == unit.pv_w
                assert 0 in (unit.charge_w, unit.discharge_w)
            heads = [report.units[site.main.serial]] if site.cascaded else report.units.values()
            assert report.home_w == report.grid_w + sum(unit.output_w - unit.grid_w for unit in heads)


@pytest.mark.parametrize("profile", [*SOLARBANKS, "power_panel", "hes"])
def test_the_diary_counts_what_the_house_counted(profile: str) -> None:
    cloud = Cloud(profile, past_days=1)
    cloud.wait(hours=9, minutes=7)
    for site in cloud.world.sites:
        lifetime, counters = site.diary.lifetime, site.house.counters
        assert lifetime.solar == pytest.approx(counters.solar_wh / 1000)
        assert lifetime.imported == pytest.approx(counters.grid_import_wh / 1000)
        assert lifetime.exported == pytest.approx(counters.grid_export_wh / 1000)
        assert lifetime.charged == pytest.approx(counters.battery_charge_wh / 1000)
        assert lifetime.home == pytest.approx(counters.home_wh / 1000)


def test_ids_and_serials_differ_from_profile_to_profile_and_seed_to_seed() -> None:
    clouds = [Cloud("solarbank3"), Cloud("solarbank2_ac"), Cloud("solarbank3", seed=1)]
    assert len({cloud.site.id for cloud in clouds}) == 3
    assert len({cloud.site.main.serial for cloud in clouds}) == 3
    assert Cloud("solarbank3").site.id == clouds[0].site.id


@pytest.mark.parametrize(
    ("profile", "length", "place"), [("solarbank1", 16, slice(3, 6)), ("solarbank3", 17, slice(3, 7))]
)
def test_a_serial_holds_the_product_code(profile: str, length: int, place: slice) -> None:
    device = Cloud(profile).site.main
    assert len(device.serial) == length
    assert device.model.endswith(device.serial[place])


# --- reports (§13) ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("profile", "seconds"), [("solarbank1", 60), ("solarbank2", 300), ("solarbank3", 300)])
def test_solarbanks_report_at_their_own_pace(profile: str, seconds: int) -> None:
    cloud = Cloud(profile)
    cloud.now(**SUN)
    moments = set()
    for _ in range(12):
        cloud.wait(seconds=seconds)
        moments.add(cloud.report.instant)
    assert len(moments) == 12
    ordered = sorted(moments)
    assert {(later - earlier).total_seconds() for earlier, later in pairwise(ordered)} == {seconds}


def test_a_solarbank_1_at_rest_reports_hourly() -> None:
    cloud = Cloud("solarbank1")
    cloud.now(solar_w=0, home_w=300, level=10)
    cloud.wait(hours=1)
    moments = set()
    for _ in range(180):
        cloud.wait(minutes=1)
        moments.add(cloud.report.instant)
    assert 3 <= len(moments) <= 4
    cloud.stage.set_house(solar_w=200)
    cloud.wait(minutes=2)
    assert cloud.clock.now() - cloud.report.instant < timedelta(minutes=1), "it wakes up with the sun"


def test_whoever_opens_the_app_hears_every_few_seconds_for_five_minutes() -> None:
    cloud = Cloud("solarbank3")
    cloud.stage.open_app()
    cloud.wait(seconds=3)
    for _ in range(3):
        before = cloud.report.instant
        cloud.wait(seconds=3)
        assert cloud.report.instant - before == timedelta(seconds=3)
    cloud.wait(minutes=6)
    before = cloud.report.instant
    cloud.wait(seconds=30)
    assert cloud.report.instant - before in (timedelta(), timedelta(seconds=300))


def test_a_site_that_is_cut_off_lives_on_behind_its_last_report() -> None:
    cloud = Cloud("solarbank3")
    cloud.now(**SUN, level=30)
    cloud.stage.set_reports(on=False)
    last = cloud.report
    cloud.wait(hours=1)
    assert cloud.report is last
    assert cloud.site.house.level() > 31
    cloud.stage.set_reports(on=True)
    cloud.wait(minutes=5)
    assert cloud.report.instant > last.instant


def test_a_clock_set_back_does_not_stop_the_reports() -> None:
    cloud = Cloud("solarbank3")
    cloud.clock.set(MORNING - timedelta(hours=1))
    cloud.world.catch_up()
    cloud.wait(minutes=10)
    assert MORNING - timedelta(hours=1) < cloud.report.instant <= MORNING - timedelta(minutes=50)


# --- Solarbank 1 (§9.2) ----------------------------------------------------------------------------------------------


def test_a_solarbank_1_gives_its_preset_of_the_hour() -> None:
    cloud = Cloud("solarbank1")
    cloud.go_to(7, 30, days=1)
    assert cloud.now(**NIGHT, level=50).output_w == 150
    cloud.go_to(9)
    assert cloud.now(**NIGHT, level=50).output_w == 300
    assert cloud.now(**SUN).charge_w == 300


def test_nothing_stored_nothing_given() -> None:
    cloud = Cloud("solarbank1")
    assert cloud.now(**NIGHT, level=10).output_w == 0


def test_a_plan_without_a_slot_now_gives_200_w() -> None:
    cloud = Cloud("solarbank1")
    cloud.stage.set_param(kind="4", ranges=None)
    cloud.wait(seconds=10)
    assert cloud.now(**NIGHT, level=50).output_w == 200


@pytest.mark.parametrize(("wanted", "given"), [(60, 100), (150, 150), (800, 800), (900, 100)])
def test_out_of_its_bounds_a_solarbank_1_gives_its_minimum(wanted: int, given: int) -> None:
    cloud = Cloud("solarbank1")
    plan = cloud.site.settings["4"]["ranges"]
    for slot in plan:
        slot["appliance_loads"][0]["power"] = wanted
    cloud.stage.set_param(kind="4", ranges=plan)
    cloud.wait(seconds=10)
    assert cloud.now(**NIGHT, level=50).output_w == given


def test_only_the_switch_lets_a_solarbank_1_give_nothing() -> None:
    for fitted, given in ((True, 0), (False, 100)):
        cloud = Cloud("solarbank1")
        if not fitted:
            cloud.site.main.fittings.clear()
        plan = cloud.site.settings["4"]["ranges"]
        for slot in plan:
            slot["appliance_loads"][0]["power"] = 0
        cloud.stage.set_param(kind="4", ranges=plan)
        cloud.wait(seconds=10)
        assert cloud.now(**NIGHT, level=50).output_w == given


def test_without_export_a_solarbank_1_gives_nothing() -> None:
    cloud = Cloud("solarbank1")
    plan = [{**slot, "turn_on": False} for slot in cloud.site.settings["4"]["ranges"]]
    cloud.stage.set_param(kind="4", ranges=plan)
    cloud.wait(seconds=10)
    unit = cloud.now(**SUN, level=50)
    assert (unit.output_w, unit.charge_w, cloud.report.preset_w) == (0, 600, 0)


def test_two_solarbank_1_share_equally_or_as_they_are_told() -> None:
    cloud = Cloud("solarbank1_dual")
    first, second = cloud.site.solarbanks
    cloud.now(**NIGHT, level=50)
    assert [cloud.report.units[one.serial].output_w for one in (first, second)] == [150, 150]
    plan = cloud.site.settings["4"]["ranges"]
    for slot in plan:
        slot |= {
            "power_setting_mode": 2,
            "device_power_loads": [
                {"device_sn": first.serial, "power": 120},
                {"device_sn": second.serial, "power": 180},
            ],
        }
    cloud.stage.set_param(kind="4", ranges=plan)
    cloud.wait(seconds=10)
    cloud.now(**NIGHT)
    assert [cloud.report.units[one.serial].output_w for one in (first, second)] == [120, 180]


def test_a_single_slot_stops_the_output_until_the_app_changes_the_plan() -> None:
    cloud = Cloud("solarbank1")
    plan = cloud.param("4")
    single = {**plan, "ranges": [{**plan["ranges"][0], "start_time": "00:00", "end_time": "24:00"}]}
    assert cloud.set_param("4", single) == 0
    cloud.wait(seconds=10)
    assert cloud.now(**NIGHT, level=50).output_w == 150
    cloud.stage.set_single_slot_bug()
    cloud.set_param("4", single)
    cloud.wait(seconds=10)
    assert cloud.now(**NIGHT, level=50).output_w == 0
    cloud.stage.set_param(kind="4", ranges=plan["ranges"])
    cloud.wait(seconds=10)
    assert cloud.now(**NIGHT, level=50).output_w == 300


# --- newer solarbanks (§9.3) -----------------------------------------------------------------------------------------


def test_in_meter_mode_the_house_is_covered_up_to_the_limit() -> None:
    cloud = Cloud("solarbank3")
    assert cloud.now(**NIGHT, level=60).output_w == 500
    assert cloud.report.grid_w == 0
    assert cloud.now(solar_w=0, home_w=2_000, level=60).output_w == 1_200
    assert cloud.report.grid_w == 800
    assert cloud.now(solar_w=900, home_w=300, level=60).charge_w == 600


def test_by_hand_the_plan_is_given_whatever_the_house_needs() -> None:
    cloud = Cloud("solarbank2")
    assert cloud.now(**NIGHT, level=60).output_w == 120
    assert cloud.report.grid_w == 380
    cloud.go_to(9, days=6)
    assert cloud.now(**NIGHT, level=60).output_w == 110, "Sunday"


def test_a_slot_may_charge_from_the_grid() -> None:
    cloud = Cloud("solarbank3")
    cloud.stage.set_param(mode_type=3, custom_rate_plan=whole_day(700, charging_type=1))
    cloud.wait(seconds=10)
    unit = cloud.now(**NIGHT, level=30)
    assert (unit.charge_w, unit.grid_w, cloud.report.grid_w) == (700, 700, 1_200)


def test_plugs_and_the_base_load_are_given() -> None:
    cloud = Cloud("plugs")
    unit = cloud.now(solar_w=0, home_w=500, level=60)
    plugs = sum(cloud.report.plugs.values())
    assert plugs == 110 + 150
    assert unit.output_w == plugs + 20


def test_a_valley_fills_the_battery_and_off_peak_keeps_it() -> None:
    cloud = Cloud("solarbank2_ac")
    cloud.go_to(3, days=1)
    valley = cloud.now(**NIGHT, level=40)
    assert (valley.grid_w, cloud.report.band) == (1_200, 4)
    cloud.go_to(10)
    assert cloud.now(**NIGHT, level=40).output_w == 0
    assert cloud.report.band == 3
    cloud.go_to(18)
    assert cloud.now(**NIGHT, level=40).output_w == 500


def backup(cloud: Cloud, minutes: int) -> None:
    """Switch a backup charge on for so long."""
    now = int(cloud.clock.now().timestamp())
    ranges = [{"start_time": now, "end_time": now + 60 * minutes}]
    cloud.stage.set_param(manual_backup={"ranges": ranges, "switch": True})
    cloud.wait(seconds=10)


def test_a_backup_charge_pushes_the_mode_aside_until_its_end() -> None:
    cloud = Cloud("solarbank3")
    backup(cloud, 30)
    assert cloud.now(**NIGHT, level=30).grid_w == 1_200
    assert (cloud.report.mode, cloud.report.selected) == (4, 1)
    cloud.wait(minutes=30)
    assert cloud.now(**NIGHT).grid_w == 0
    assert cloud.report.mode == 1
    assert cloud.param("6")["manual_backup"]["switch"] is False


def test_a_backup_charge_ends_with_a_full_battery() -> None:
    cloud = Cloud("solarbank3")
    backup(cloud, 600)
    cloud.now(**NIGHT, level=99.8)
    cloud.wait(minutes=15)
    assert cloud.param("6")["manual_backup"]["switch"] is False


def test_cascaded_solarbanks_fill_themselves_while_the_newer_one_is_led_by_hand() -> None:
    cloud = Cloud("cascade")
    cloud.stage.set_param(mode_type=3, custom_rate_plan=whole_day(0))
    cloud.wait(seconds=10)
    cloud.now(solar_w=1_000, home_w=200, level=40)
    older = [cloud.report.units[device.serial] for device in cloud.site.cascaded]
    assert [unit.output_w for unit in older] == [0, 0]
    assert all(unit.charge_w == unit.pv_w > 0 for unit in older)


# --- limits (§9.6, §12.4, §12.5) -------------------------------------------------------------------------------------


def test_a_station_keeps_its_limits() -> None:
    cloud = Cloud("solarbank3")
    station = {"discharge_lower_limit": 20, "charge_upper_limit": 80, "backup_reserve": 50, "backup_reserve_switch": 0}
    assert cloud.set_param("18", {**station, "cmd_type": 1}) == 0
    cloud.wait(seconds=10)
    assert cloud.now(**NIGHT, level=20).output_w == 0
    assert cloud.now(**NIGHT, level=25).output_w == 500
    assert cloud.now(solar_w=1_000, home_w=0, level=80).charge_w == 0
    cloud.set_param("18", {**station, "backup_reserve_switch": 1, "cmd_type": 1})
    cloud.wait(seconds=10)
    assert cloud.now(**NIGHT, level=45).output_w == 0


def test_blocked_export_throttles_the_sun() -> None:
    cloud = Cloud("solarbank3")
    assert cloud.set_param("18", {"switch_0w": 1}) == 0
    cloud.wait(seconds=10)
    assert cloud.now(solar_w=1_000, home_w=200, level=100).output_w == 200
    assert cloud.report.grid_w == 0
    assert cloud.scene()["switch_0w"] == 1
    cloud.set_param("18", {"switch_0w": 0, "feed-in_power_limit": 100})
    cloud.wait(seconds=10)
    assert cloud.now(solar_w=1_000).output_w == 300


def test_the_output_limit_holds() -> None:
    cloud = Cloud("solarbank3")
    assert cloud.set_param("19", {"power_limit": {"limit": 800, "limit_real": 800}}) == 0
    assert cloud.now(solar_w=0, home_w=2_000, level=60).output_w == 800


def test_slots_are_looked_up_by_weekday_and_hour() -> None:
    cloud = Cloud("solarbank2", datetime(2026, 6, 14, 21, 59, tzinfo=UTC))
    cloud.stage.set_param(
        custom_rate_plan=[
            {**slots(("00:00", "24:00", 300))[0], "week": [0]},
            {**slots(("00:00", "06:00", 400))[0], "week": [1, 2, 3, 4, 5, 6], "index": 1},
        ]
    )
    cloud.wait(seconds=10)
    assert cloud.site.preset_at(cloud.site.local(cloud.clock.now())) == 300, "a minute before Monday"
    cloud.wait(minutes=1)
    assert cloud.site.preset_at(cloud.site.local(cloud.clock.now())) == 400
    cloud.wait(hours=6)
    assert cloud.site.preset_at(cloud.site.local(cloud.clock.now())) == 200, "no slot: the default"


def test_the_night_the_clock_is_put_back_is_lived_by_local_time() -> None:
    cloud = Cloud("solarbank2", datetime(2026, 10, 24, 22, 0, tzinfo=UTC))
    reports = set()
    for _ in range(25 * 12):
        cloud.wait(minutes=5)
        reports.add(cloud.report.instant)
    assert len(reports) == 25 * 12, "the day has 25 hours"
    assert f"{cloud.site.local(cloud.clock.now()):%H:%M}" == "00:00"
    cloud.wait(hours=7, minutes=59)
    assert cloud.site.preset_at(cloud.site.local(cloud.clock.now())) == 90
    cloud.wait(minutes=1)
    assert cloud.site.preset_at(cloud.site.local(cloud.clock.now())) == 120, "Monday, eight o'clock"
