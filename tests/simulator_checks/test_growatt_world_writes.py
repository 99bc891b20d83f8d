"""Writing to Growatt's devices: what is refused, what it does to the energy and what can go wrong (growatt.md F.8)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.clock import SimClock
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.stage import Stage
from tests.simulators.growatt.world import Verdict, World

OK = Verdict()
DONE = 60.0
"""Seconds after which a write has reached device and server's copy."""


def numbered(*values: object) -> dict[int, str]:
    """Return parameters by position."""
    return {number: str(value) for number, value in enumerate(values, start=1)}


@pytest.fixture
def world(clock: SimClock) -> World:
    """Return an account with every family."""
    return World(clock, profile="all")


def one(world: World, serial: str) -> Device:
    """Return a device that exists."""
    device = world.device(serial)
    assert device is not None
    return device


def steady(world: World, serial: str, *, level: float = 50.0, solar_w: float = 0.0, home_w: float = 1_000.0) -> Device:
    """Return a device behind which nothing changes by itself."""
    Stage(world).set_house(serial, level=level, solar_w=solar_w, home_w=home_w)
    return one(world, serial)


def settle(world: World, device: Device, minutes: float = 10) -> dict[str, float]:
    """Let time pass and return the live powers."""
    world.clock.advance(minutes * 60)
    world.catch_up()
    record = device.record
    assert record is not None
    return {"grid": record.grid_w, "battery": record.battery_w, "output": record.output_w, "solar": record.solar_w}


XH, SPH = "MOD0000001", "SPH0000001"
NO_PERIOD = (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("serial", "kind", "params", "code"),
    [
        (XH, "charge_power", numbered(80), 0),
        (XH, "charge_power", numbered(100), 0),
        (XH, "charge_power", numbered(101), 10008),
        (XH, "charge_power", numbered("80.0"), 10008),
        (XH, "charge_power", numbered("-1"), 10008),
        (XH, "charge_power", numbered(""), 10007),
        (XH, "charge_power", {}, 10007),
        (XH, "ac_charge", numbered("True"), 10008),
        (XH, "ac_charge", numbered(2), 10008),
        (XH, "no_such_type", numbered(1), 10006),
        (XH, "mix_ac_charge_time_period", numbered(1), 10006),
        (XH, "tlx_on_off", numbered("0001"), 0),
        (XH, "tlx_on_off", numbered("0002"), 10008),
        (XH, "pv_power_factor", numbered("-0.9"), 0),
        (XH, "pv_power_factor", numbered("0.5"), 10008),
        (XH, "pf_sys_year", numbered("2026-06-21 12:00:00"), 0),
        (XH, "pf_sys_year", numbered("21.06.2026 12:00"), 10009),
        (XH, "pv_grid_voltage_high", numbered(270), 0),
        (XH, "time_segment1", numbered(1, 1, 30, 5, 0, 1), 0),
        (XH, "time_segment9", numbered(2, "01", "30", "05", "00", 1), 0),
        (XH, "time_segment10", numbered(1, 1, 30, 5, 0, 1), 10006),
        (XH, "time_segment1", numbered(3, 1, 30, 5, 0, 1), 10008),
        (XH, "time_segment1", numbered(1, 24, 0, 5, 0, 1), 10008),
        (XH, "time_segment1", numbered(1, 22, 0, 5, 0, 1), 10013),
        (XH, "time_segment1", numbered(1, 1, 30, 5, 0), 10007),
        (SPH, "mix_ac_charge_time_period", numbered(80, 95, 1, 1, 30, 5, 0, 1, *NO_PERIOD, *NO_PERIOD), 0),
        (SPH, "mix_ac_charge_time_period", numbered(80, 95, 1, 22, 0, 5, 0, 1, *NO_PERIOD, *NO_PERIOD), 10013),
        (SPH, "mix_ac_charge_time_period", numbered(80, 95, 1, 1, 30, 5, 0, 1), 10007),
        (SPH, "mix_ac_discharge_time_period", numbered(80, 10, 17, 0, 21, 0, 1, *NO_PERIOD, *NO_PERIOD), 0),
        (SPH, "pv_on_off", numbered("0000"), 0),
        (SPH, "backflow_setting", numbered(1, 50), 0),
        (SPH, "backflow_setting", numbered(1), 10007),
        ("SPF0000001", "storage_spf5000_ac_output_source", numbered(3), 0),
        ("SPF0000001", "storage_spf5000_bulk_charge_voltage", numbered("60.0"), 10008),
        ("INV0000001", "pv_on_off", numbered("0001"), 0),
        ("MAX0000001", "max_cmd_on_off", numbered("0101", "", "", ""), 0),
        ("WIT0000001", "pv_on_off", numbered("0001"), 10006),
    ],
)
def test_every_value_is_checked(world: World, serial: str, kind: str, params: dict[int, str], code: int) -> None:
    assert world.write(one(world, serial), kind, params).code == code


def test_the_two_apis_differ_for_an_spa(world: World) -> None:
    """B.8: 18 parameters with the mains flag by token, 17 without by password."""
    spa = one(world, "SPA0000001")
    with_mains = numbered(70, 90, 0, 1, 30, 5, 0, 1, *NO_PERIOD, *NO_PERIOD)
    assert world.write(spa, "spa_ac_charge_time_period", with_mains) == OK
    world.clock.advance(DONE)
    world.catch_up()
    assert (spa.copy["acChargeEnable"], spa.copy["forcedChargeTimeStart1"]) == (0, "1:30")
    without = numbered(70, 90, 2, 0, 4, 0, 1, *NO_PERIOD, *NO_PERIOD)
    assert world.write(spa, "spa_ac_charge_time_period", without, token_api=False) == OK
    world.clock.advance(DONE)
    world.catch_up()
    assert (spa.copy["forcedChargeTimeStart1"], spa.copy["forcedChargeTimeStop1"]) == ("2:0", "4:0")


def test_segments_must_not_overlap_even_when_disabled(world: World) -> None:
    device = one(world, XH)
    assert world.write(device, "time_segment1", numbered(1, 1, 0, 5, 0, 0)) == OK
    world.clock.advance(DONE)
    world.catch_up()
    assert world.write(device, "time_segment2", numbered(2, 4, 59, 6, 0, 1)).code == 10008
    assert world.write(device, "time_segment2", numbered(2, 5, 0, 6, 0, 1)) == OK
    assert world.write(device, "time_segment1", numbered(1, 2, 0, 4, 0, 1)) == OK, "a segment never hinders itself"
    assert world.write(device, "time_segment3", numbered(0, 0, 0, 0, 0, 0)) == OK, "0:0-0:0 is no segment"


def test_unknown_and_offline_devices(world: World) -> None:
    assert world.write(None, "charge_power", numbered(80)).code == 10012
    stage = Stage(world)
    stage.lose_device(XH)
    assert world.write(one(world, XH), "charge_power", numbered(80)).code == 10003
    stage.return_device(XH)
    stage.lose_device(XH, logger=True)
    assert world.write(one(world, XH), "charge_power", numbered(80)).code == 10005
    world.clock.set(datetime(2026, 6, 21, 23, 0, tzinfo=UTC))
    world.catch_up()
    assert world.write(one(world, "INV0000001"), "pv_on_off", numbered("0000")).code == 10003, "it sleeps at night"


# --- effects ---------------------------------------------------------------------------------------------------------


def test_battery_first_charges_from_the_grid_until_the_stop_level(world: World) -> None:
    device = steady(world, XH, level=50)
    for kind, params in (
        ("charge_power", numbered(50)),
        ("charge_stop_soc", numbered(60)),
        ("ac_charge", numbered(1)),
        ("time_segment1", numbered(1, 12, 0, 18, 0, 1)),
    ):
        assert world.write(device, kind, params) == OK
    powers = settle(world, device)
    assert (powers["battery"], powers["grid"]) == (-3_000.0, 4_000.0), "half of two packs of 3 kW, and the household"
    assert device.live()["bdc1ChargePower"] == 1_500.0
    powers = settle(world, device, minutes=60)
    assert (powers["battery"], device.live()["bmsSoc"]) == (0.0, 60.0)
    assert device.live()["eacChargeToday"] == pytest.approx(2.0 / 0.9**0.5, abs=0.15), "10 % of 20 kWh and the losses"


def test_battery_first_without_mains_takes_all_sun(world: World) -> None:
    device = steady(world, XH, level=50, solar_w=2_000)
    world.write(device, "time_segment1", numbered(1, 12, 0, 18, 0, 1))
    assert settle(world, device) == {"solar": 2_000.0, "battery": -2_000.0, "output": 0.0, "grid": 1_000.0}


def test_grid_first_discharges_until_the_stop_level(world: World) -> None:
    device = steady(world, SPH, level=30)
    params = numbered(50, 20, 12, 0, 18, 0, 1, *NO_PERIOD, *NO_PERIOD)
    assert world.write(device, "mix_ac_discharge_time_period", params) == OK
    powers = settle(world, device)
    assert (powers["battery"], powers["grid"]) == (1_500.0, -500.0)
    powers = settle(world, device, minutes=90)
    assert (powers["battery"], powers["grid"], device.live()["soc"]) == (0.0, 1_000.0, 20.0)


def test_load_first_serves_the_household(world: World) -> None:
    device = steady(world, XH, level=50)
    assert settle(world, device) == {"solar": 0.0, "battery": 1_000.0, "output": 1_000.0, "grid": 0.0}
    assert device.settings_copy()["priorityChoose"] == 0


def test_switched_off(world: World) -> None:
    device = steady(world, XH, solar_w=3_000)
    assert world.write(device, "tlx_on_off", numbered("0000")) == OK
    assert settle(world, device) == {"solar": 0.0, "battery": 0.0, "output": 0.0, "grid": 1_000.0}
    assert (device.live()["pac"], device.settings_copy()["onOff"]) == (0.0, 0)


@pytest.mark.parametrize("serial", [XH, SPH, "INV0000001", "MAX0000001"])
def test_output_limit(world: World, serial: str) -> None:
    device = steady(world, serial, level=100 if serial in (XH, SPH) else 0, solar_w=100_000)
    assert world.write(device, "pv_active_p_rate", numbered(30)) == OK
    assert settle(world, device)["output"] == device.model.pmax * 0.3


def test_export_limit(world: World) -> None:
    device = steady(world, SPH, level=100, solar_w=6_000)
    assert world.write(device, "backflow_setting", numbered(1, 20)) == OK
    assert settle(world, device)["grid"] == -2_000.0


def test_clock_is_set(world: World) -> None:
    device = one(world, XH)
    assert world.write(device, "pf_sys_year", numbered("2026-06-21 11:00:00")) == OK
    assert world.read_parameter(device, "pf_sys_year").text == "2026-6-21-11-0-0"
    world.clock.advance(600)
    world.catch_up()
    assert "2026-06-21 11:05" <= device.live()["time"] <= "2026-06-21 11:10:00"


# --- how a write can turn out ----------------------------------------------------------------------------------------


def test_copy_follows_later_than_the_device(world: World) -> None:
    device = one(world, XH)
    Stage(world).set_copy_delay(300)
    world.write(device, "charge_power", numbered(70))
    assert (device.settings["chargePowerCommand"], device.settings_copy()["chargePowerCommand"]) == (70, 100)
    assert world.read_parameter(device, "charge_power").text == "70"
    world.clock.advance(299)
    world.catch_up()
    assert device.settings_copy()["chargePowerCommand"] == 100
    world.clock.advance(1)
    world.catch_up()
    assert device.settings_copy()["chargePowerCommand"] == 70


def test_delayed(world: World) -> None:
    device = one(world, XH)
    Stage(world).next_write("delayed", seconds=120)
    assert world.write(device, "charge_power", numbered(70)) == OK
    world.clock.advance(119)
    world.catch_up()
    assert device.settings["chargePowerCommand"] == 100
    world.clock.advance(1)
    world.catch_up()
    assert device.settings["chargePowerCommand"] == 70


@pytest.mark.parametrize(
    ("kind", "code", "value"), [("ignored", 0, 100), ("applied_with_error", 10001, 70), ("refused", 10001, 100)]
)
def test_other_ends(world: World, kind: str, code: int, value: int) -> None:
    device = one(world, XH)
    Stage(world).next_write(kind, times=1)  # type: ignore[arg-type]
    assert world.write(device, "charge_power", numbered(70)).code == code
    world.clock.advance(timedelta(minutes=10).total_seconds())
    world.catch_up()
    assert (device.settings["chargePowerCommand"], device.copy["chargePowerCommand"]) == (value, value)
    assert world.write(device, "charge_power", numbered(60)) == OK, "only one write was to end like that"


def test_order_for_one_device_leaves_others_alone(world: World) -> None:
    Stage(world).next_write("refused", serial=SPH)
    assert world.write(one(world, XH), "charge_power", numbered(70)) == OK
    assert world.write(one(world, SPH), "pv_on_off", numbered("0001")).code == 10001


def test_hardware_keeps_ten_percent(world: World) -> None:
    device = one(world, XH)
    assert world.write(device, "discharge_stop_soc", numbered(5)) == OK
    world.clock.advance(DONE)
    world.catch_up()
    assert device.settings_copy()["wdisChargeSOCLowLimit"] == 10


# --- reading back ----------------------------------------------------------------------------------------------------


def test_segment_words(world: World) -> None:
    """The specification's vector: enabled, battery first, 01:30–05:00 (A.10)."""
    device = one(world, XH)
    assert world.read_parameter(device, "time_segment2").text == "0-0-"
    world.write(device, "time_segment2", numbered(1, 1, 30, 5, 0, 1))
    assert world.read_parameter(device, "time_segment2").text == "41246-1280-"


def test_schedule_words(world: World) -> None:
    device = one(world, SPH)
    world.write(device, "mix_ac_charge_time_period", numbered(80, 95, 1, 1, 30, 5, 0, 1, *NO_PERIOD, *NO_PERIOD))
    words = world.read_parameter(device, "mix_ac_charge_time_period").text.split("-")
    assert (words[:3], words[10:13], len(words)) == (["80", "95", "1"], ["286", "1280", "1"], 19)


def test_reads_that_fail(world: World) -> None:
    assert world.read_parameter(None, "charge_power").code == 10002
    assert world.read_parameter(one(world, XH), "no_such_type").code == 10009
    Stage(world).lose_device(XH)
    assert world.read_parameter(one(world, XH), "charge_power").code == 10003
