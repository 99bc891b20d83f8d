"""What may be set on a device and how it is written (growatt.md A.9, B.6.6, B.7.4)."""

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, NotSupported, WriteIncomplete, WriteRefused
from custom_components.solar_battery_hub.core.schedule import Slot
from custom_components.solar_battery_hub.vendors.growatt.model import Family

from .controls_desk import SERIAL, Desk, text
from .test_schedule import SPH, min_bean
from .test_settings import MIN_SETTINGS, V1_MIN

MIN: dict[str, Any] = min_bean() | V1_MIN
ALL = {*MIN_SETTINGS, "set_clock", "charge_schedule"}
HYBRID = ALL - {"off_grid_stop_level"}

NIGHT = Slot(start=time(1, 30), end=time(5), mode="battery_first")
EVENING = Slot(start=time(17), end=time(21), mode="grid_first")


# What is offered


def test_before_they_are_read_only_the_clock_can_be_set() -> None:
    desk = Desk(Family.MIN, MIN)
    assert desk.offered == {"set_clock"}
    assert {reason for key, reason in desk.reasons.items() if key != "set_clock"} == {"settings_not_read_yet"}


@pytest.mark.parametrize("legacy", [False, True])
def test_what_a_min_offers(legacy: bool) -> None:
    desk = Desk(Family.MIN, MIN, legacy=legacy)
    told = desk.note()
    assert {key: value for key, value in told.items() if key != "charge_schedule"} == MIN_SETTINGS
    assert desk.offered == ALL
    assert {control.device for control in desk.controls.offered(desk.device)} == {SERIAL}


def test_what_hybrids_offer() -> None:
    sph = Desk(Family.SPH, SPH | {"exportLimit": 0, "onOff": 1, "activeRate": 100})
    sph.note()
    assert sph.offered == HYBRID
    assert sph.reasons["off_grid_stop_level"] == "not_on_this_device"
    spa = Desk(Family.SPA, SPH | {"onOff": 1, "activePRate": 100})
    spa.note()
    assert spa.offered == HYBRID - {"export_limit_mode"}


def test_an_spa_by_password_cannot_be_told_whether_to_charge_from_the_grid() -> None:
    desk = Desk(Family.SPA, SPH, legacy=True)
    told = desk.note()
    assert desk.reasons["grid_charging"] == "not_on_this_device"
    assert told["grid_charging"] is True  # but it can be seen


def test_what_was_told_is_known_after_a_restart() -> None:
    desk = Desk(Family.SPH, SPH)
    desk.note()
    again = Desk(Family.SPH, SPH)
    again.store.shared |= desk.store.saved["shared"]
    restarted = type(again.controls)(again.api, again.store, again.clock, lambda _: 2.0)
    assert {control.setting.key for control in restarted.offered(again.device)} == desk.offered


def test_without_a_stop_level_nothing_of_its_kind_can_be_written() -> None:
    desk = Desk(Family.SPH, {key: value for key, value in SPH.items() if key != "wchargeSOCLowLimit2"})
    desk.note()
    told = {key for key, reason in desk.reasons.items() if reason == "stop_level_not_told"}
    assert told == {"charge_power_rate", "charge_stop_level", "grid_charging", "charge_schedule"}
    assert "discharge_stop_level" in desk.offered


def test_a_min_without_battery_offers_nothing_of_one() -> None:
    desk = Desk(Family.MIN, MIN)
    desk.store.shared.pop("fitted")
    told = desk.note()
    assert desk.offered == {"output_limit", "export_limit_mode", "inverter_on", "set_clock"}
    assert told.keys() == {"output_limit", "export_limit_mode", "inverter_on"}
    assert desk.reasons["charge_schedule"] == "no_battery"


def test_a_plant_whose_time_zone_is_unknown_cannot_set_clocks() -> None:
    assert Desk(Family.MIN, MIN, offset=None).reasons["set_clock"] == "time_zone_unknown"


@pytest.mark.parametrize("family", [Family.INVERTER, Family.MAX, Family.STORAGE, Family.OTHER])
async def test_other_kinds_take_nothing(family: Family) -> None:
    desk = Desk(family, {})
    assert desk.offered == set()
    assert set(desk.reasons.values()) == {"settings_of_this_kind"}
    with pytest.raises(NotSupported):
        await desk.write(inverter_on=True)


def test_pace() -> None:
    """A live read not before five seconds, and possibly not now; by password it is read while somebody waits."""
    for legacy in (False, True):
        desk = Desk(Family.MIN, MIN, legacy=legacy)
        desk.note()
        assert {control.setting.settle for control in desk.controls.offered(desk.device)} == {5.0}
        assert {control.setting.read_later for control in desk.controls.offered(desk.device)} == {not legacy}


# Single settings


@pytest.mark.parametrize(
    ("house", "plant", "sent"),
    [
        ("Europe/Berlin", 1.0, "2026-06-01 14:00:00"),  # the plant's hour is that of Berlin's winter: summer time
        ("Europe/Berlin", 2.0, "2026-06-01 14:00:00"),
        ("Europe/Berlin", 5.5, "2026-06-01 17:30:00"),  # the plant is somewhere else
        ("Asia/Kolkata", 5.5, "2026-06-01 17:30:00"),
    ],
)
async def test_the_clock_is_set_to_the_time_on_the_wall(house: str, plant: float, sent: str) -> None:
    desk = Desk(Family.MIN, MIN, offset=plant)
    desk.clock.zone = ZoneInfo(house)
    assert await desk.write(set_clock=True) == [("pf_sys_year", sent)]


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ({"charge_power_rate": 55.0}, ("charge_power", "55")),
        ({"charge_stop_level": 90}, ("charge_stop_soc", "90")),
        ({"discharge_power_rate": 0.0}, ("discharge_power", "0")),
        ({"off_grid_stop_level": 20.0}, ("discharge_stop_soc", "20")),
        ({"discharge_stop_level": 11.0}, ("on_grid_discharge_stop_soc", "11")),
        ({"grid_charging": False}, ("ac_charge", "0")),
        ({"grid_charging": True}, ("ac_charge", "1")),
        ({"output_limit": 100.0}, ("pv_active_p_rate", "100")),
        ({"export_limit_mode": "ct"}, ("backflow_setting", "2")),
        ({"export_limit_mode": "off"}, ("backflow_setting", "0")),
        ({"inverter_on": True}, ("tlx_on_off", "0001")),
        ({"inverter_on": False}, ("tlx_on_off", "0000")),
        ({"set_clock": True}, ("pf_sys_year", "2026-06-01 14:00:00")),
    ],
)
@pytest.mark.parametrize("legacy", [False, True])
async def test_a_min_is_told_one_setting_at_a_time(
    legacy: bool, changes: dict[str, Any], sent: tuple[str, str]
) -> None:
    desk = Desk(Family.MIN, MIN, legacy=legacy)
    assert await desk.write(**changes) == [sent]
    assert desk.api.asked == []  # nothing else goes along


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ({"export_limit_mode": "on"}, ("backflow_setting", "1 30")),
        ({"export_limit_mode": "off"}, ("backflow_setting", "0 30")),
        ({"inverter_on": False}, ("pv_on_off", "0000")),
        ({"output_limit": 60}, ("pv_active_p_rate", "60")),
    ],
)
async def test_an_sph_keeps_the_power_of_its_export_limit(changes: dict[str, Any], sent: tuple[str, str]) -> None:
    assert await Desk(Family.SPH, SPH | {"exportLimitPowerRate": 30}).write(**changes) == [sent]


async def test_several_settings_that_fail_half_way() -> None:
    desk = Desk(Family.MIN, MIN)
    desk.api.failures[1] = BadAnswer("system error")
    with pytest.raises(WriteIncomplete) as told:
        await desk.write(charge_power_rate=50, charge_stop_level=90, grid_charging=True)
    assert told.value.parts == {
        "charge_power_rate": "written",
        "charge_stop_level": "not_written",
        "grid_charging": "not_written",
    }
    assert desk.api.writes == [("charge_power", "50")]


async def test_a_refusal_before_anything_was_sent_is_one() -> None:
    desk = Desk(Family.MIN, MIN)
    desk.api.failures[0] = WriteRefused("value_outside_range")
    with pytest.raises(WriteRefused) as told:
        await desk.write(charge_power_rate=50, charge_stop_level=90)
    assert told.value.reason == "value_outside_range"


async def test_a_single_write_whose_answer_is_lost_may_have_landed() -> None:
    desk = Desk(Family.MIN, MIN)
    desk.api.failures[0] = error = BadAnswer("system error")
    with pytest.raises(BadAnswer) as told:
        await desk.write(charge_power_rate=50)
    assert told.value is error


# Segments of a MIN


@pytest.mark.parametrize(("legacy", "params"), [(False, "1 1 30 5 0 1"), (True, "1 01 30 05 00 1")])
async def test_only_segments_that_differ_are_written(legacy: bool, params: str) -> None:
    held = min_bean(forcedTimeStart1="17:0", forcedTimeStop1="21:0", time1Mode=2, forcedStopSwitch1=1)
    desk = Desk(Family.MIN, held, legacy=legacy)
    assert await desk.write(charge_schedule=text(EVENING, NIGHT)) == [("time_segment2", params)]


async def test_a_schedule_the_device_has_is_not_written() -> None:
    held = min_bean(forcedTimeStart4="17:0", forcedTimeStop4="21:0", time4Mode=2, forcedStopSwitch4=1)
    assert await Desk(Family.MIN, held).write(charge_schedule=text(EVENING)) == []


async def test_a_segment_that_is_off_makes_room_before_another_takes_its_time() -> None:
    """They may not overlap even when disabled (A.9.1)."""
    held = min_bean(forcedTimeStart1="16:0", forcedTimeStop1="18:0", forcedTimeStart2="19:0", forcedTimeStop2="21:0")
    between = Slot(start=time(17), end=time(20), mode="battery_first")
    sent = await Desk(Family.MIN, held).write(charge_schedule=text(between))
    assert sent == [("time_segment2", "0 0 0 0 0 0"), ("time_segment1", "1 17 0 20 0 1")]


async def test_without_slots_every_segment_is_cleared() -> None:
    held = min_bean(forcedTimeStart4="17:0", forcedTimeStop4="21:0", time4Mode=2, forcedStopSwitch4=1)
    assert await Desk(Family.MIN, held).write(charge_schedule=text()) == [("time_segment4", "0 0 0 0 0 0")]


async def test_a_night_is_split_at_midnight() -> None:
    night = Slot(start=time(22), end=time(6), mode="battery_first")
    sent = await Desk(Family.MIN, min_bean()).write(charge_schedule=text(night))
    assert sorted(params for _, params in sent) == ["1 0 0 6 0 1", "1 22 0 23 59 1"]


async def test_a_schedule_that_fails_half_way_is_told_segment_by_segment() -> None:
    desk = Desk(Family.MIN, min_bean())
    desk.api.failures[1] = WriteRefused("device_offline")
    with pytest.raises(WriteIncomplete) as told:
        await desk.write(charge_schedule=text(NIGHT, EVENING))
    assert told.value.parts == {"segments 1": "written", "segments 2": "not_written"}


async def test_the_next_schedule_starts_from_what_was_written_not_from_the_servers_copy() -> None:
    """The copy follows up to five minutes later (A.9)."""
    desk = Desk(Family.MIN, min_bean())
    await desk.write(charge_schedule=text(NIGHT))
    desk.clock.pass_time(seconds=60)
    assert await desk.write(charge_schedule=text(NIGHT, EVENING)) == [("time_segment2", "2 17 0 21 0 1")]
    desk.clock.pass_time(seconds=320)
    assert len(await desk.write(charge_schedule=text(NIGHT, EVENING))) == 2  # the device forgot both


# Periods of hybrids


async def test_power_level_and_periods_go_together() -> None:
    desk = Desk(Family.SPH, SPH)
    sent = await desk.write(charge_power_rate=50, grid_charging=False)
    assert sent == [("mix_ac_charge_time_period", "50 95 0 1 30 5 0 1 0 0 0 0 0 0 0 0 0 0")]
    assert desk.api.asked == ["settings"]
    sent = await desk.write(discharge_stop_level=25)
    assert sent == [("mix_ac_discharge_time_period", "60 25 0 0 0 0 0 17 0 21 0 0 0 0 0 0 0")]


async def test_two_changes_within_five_minutes_do_not_undo_each_other() -> None:
    desk = Desk(Family.SPH, SPH)
    await desk.write(charge_power_rate=50)
    desk.clock.pass_time(seconds=30)
    sent = await desk.write(charge_stop_level=80)
    assert sent == [("mix_ac_charge_time_period", "50 80 1 1 30 5 0 1 0 0 0 0 0 0 0 0 0 0")]
    sent = await desk.write(charge_schedule=text(Slot(start=time(2), end=time(4), mode="battery_first")))
    assert sent == [("mix_ac_charge_time_period", "50 80 1 2 0 4 0 1 0 0 0 0 0 0 0 0 0 0")]
    sent = await desk.write(grid_charging=False)
    assert sent == [("mix_ac_charge_time_period", "50 80 0 2 0 4 0 1 0 0 0 0 0 0 0 0 0 0")]


async def test_a_schedule_brings_its_own_power_and_level() -> None:
    desk = Desk(Family.SPH, SPH)
    slot = Slot(start=time(2), end=time(4), mode="battery_first", power=40, stop_level=70)
    sent = await desk.write(charge_schedule=text(slot))
    assert sent == [("mix_ac_charge_time_period", "40 70 1 2 0 4 0 1 0 0 0 0 0 0 0 0 0 0")]
    assert (await desk.write(charge_stop_level=75))[0][1].startswith("40 75 1 2 0")


async def test_both_kinds_are_two_writes_told_apart() -> None:
    desk = Desk(Family.SPH, SPH)
    desk.api.failures[1] = BadAnswer("no answer")
    with pytest.raises(WriteIncomplete) as told:
        await desk.write(charge_power_rate=50, discharge_power_rate=40)
    assert told.value.parts == {"charge": "written", "discharge": "not_written"}


async def test_an_spa_writes_its_third_kind() -> None:
    desk = Desk(Family.SPA, SPH | {"loadFirstStartTime1": "0:0", "loadFirstStopTime1": "0:0"})
    sent = await desk.write(charge_schedule=text(NIGHT, Slot(start=time(6), end=time(8, 30), mode="load_first")))
    assert sent == [("spa_load_flast", "6 0 8 30 1" + " 0" * 10)]


async def test_what_is_not_told_is_refused_before_anything_is_sent() -> None:
    desk = Desk(Family.SPH, {key: value for key, value in SPH.items() if key != "wdisChargeSOCLowLimit2"})
    with pytest.raises(WriteRefused) as told:
        await desk.write(charge_power_rate=50, discharge_power_rate=40)
    assert told.value.reason == "stop_level_not_told"
    assert desk.api.writes == []
