"""How a change is known to have worked: live reads of a MIN by token, the server's copy of the rest (growatt.md A.10, B.6.5)."""

from datetime import time, timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import AuthFailed, BadAnswer, ReadLater, Unreachable
from custom_components.solar_battery_hub.core.model import Value
from custom_components.solar_battery_hub.core.schedule import Slot
from custom_components.solar_battery_hub.vendors.growatt.model import Family

from .controls_desk import START, Desk, running, text
from .test_schedule import SPH, min_bean
from .test_settings import V1_MIN

MIN: dict[str, Any] = min_bean() | V1_MIN
NIGHT = Slot(start=time(1, 30), end=time(5), mode="battery_first")
EVENING = Slot(start=time(17), end=time(21), mode="grid_first")
LATER = timedelta(seconds=310)


async def written(**changes: Value) -> Desk:
    """Return a MIN by token that was just told something, five seconds later."""
    desk = Desk(Family.MIN, MIN)
    desk.note()
    await desk.write(**changes)
    desk.clock.pass_time(seconds=5)
    desk.api.asked.clear()
    return desk


@pytest.mark.parametrize(
    ("changes", "kind", "said", "found"),
    [
        ({"charge_power_rate": 55}, "charge_power", "55", 55),
        ({"charge_power_rate": 55}, "charge_power", "80", 80),  # acknowledged but not applied
        ({"grid_charging": False}, "ac_charge", "0", False),
        ({"inverter_on": True}, "tlx_on_off", "0001", True),
        ({"inverter_on": True}, "tlx_on_off", "1", True),
        ({"export_limit_mode": "ct"}, "backflow_setting", "2", "ct"),
        ({"off_grid_stop_level": 8}, "discharge_stop_soc", "10", 10),  # clamped by the hardware
    ],
)
async def test_a_setting_is_read_from_the_device(changes: dict[str, Any], kind: str, said: str, found: Value) -> None:
    desk = await written(**changes)
    desk.api.live[kind] = said
    assert await desk.read_back(*changes) == dict.fromkeys(changes, found)
    assert desk.api.asked == [kind]


async def test_segments_that_were_written_are_read_one_by_one() -> None:
    desk = await written(charge_schedule=text(NIGHT, EVENING))
    desk.api.live |= {"time_segment1": "41246-1280-", "time_segment2": "0-0-"}  # the second did not take
    found = await desk.read_back("charge_schedule")
    assert desk.api.asked == ["time_segment1", "time_segment2"]
    assert running(found["charge_schedule"]) == [("01:30", "05:00", "battery_first")]


async def test_a_schedule_that_failed_half_way_is_read_as_far_as_it_was_to_be_written() -> None:
    desk = Desk(Family.MIN, MIN)
    desk.api.failures[1] = BadAnswer("system error")
    with pytest.raises(BadAnswer):
        await desk.write(charge_schedule=text(NIGHT, EVENING))
    second = (2 << 13) | 0x8000 | (17 << 8)  # "system error" although applied (B.2)
    desk.api.live |= {"time_segment1": "41246-1280-", "time_segment2": f"{second}-{21 << 8}-"}
    found = await desk.read_back("charge_schedule")
    assert running(found["charge_schedule"]) == [("01:30", "05:00", "battery_first"), ("17:00", "21:00", "grid_first")]


@pytest.mark.parametrize("said", ["", "what", "1-2-3-"])
async def test_an_answer_that_cannot_be_read_is_verified_later_by_the_servers_copy(said: str) -> None:
    desk = await written(charge_power_rate=55)
    desk.api.live["charge_power"] = said
    with pytest.raises(ReadLater) as told:
        await desk.read_back("charge_power_rate")
    assert told.value.at == desk.clock.now() + LATER
    desk.clock.pass_time(seconds=310)
    desk.api.asked.clear()
    desk.api.bean["chargePowerCommand"] = 55
    assert (await desk.read_back("charge_power_rate"))["charge_power_rate"] == 55
    assert desk.api.asked == ["settings"]


async def test_a_device_that_does_not_answer_is_asked_three_times() -> None:
    desk = await written(charge_power_rate=55)
    desk.api.live["charge_power"] = Unreachable("offline")
    for _ in range(2):
        with pytest.raises(Unreachable):
            await desk.read_back("charge_power_rate")
        desk.clock.pass_time(seconds=5)
    with pytest.raises(ReadLater):
        await desk.read_back("charge_power_rate")
    assert desk.api.asked == ["charge_power"] * 3


async def test_a_device_that_disagrees_is_asked_three_times() -> None:
    desk = await written(charge_power_rate=55)
    desk.api.live["charge_power"] = "80"
    for _ in range(6):
        assert (await desk.read_back("charge_power_rate"))["charge_power_rate"] == 80
        desk.clock.pass_time(seconds=5)
    assert desk.api.asked == ["charge_power"] * 3


async def test_a_refused_token_is_not_hidden() -> None:
    desk = await written(charge_power_rate=55)
    desk.api.live["charge_power"] = AuthFailed("no")
    with pytest.raises(AuthFailed):
        await desk.read_back("charge_power_rate")


async def test_each_write_starts_anew() -> None:
    desk = await written(charge_power_rate=55)
    desk.api.live["charge_power"] = ""
    with pytest.raises(ReadLater):
        await desk.read_back("charge_power_rate")
    await desk.write(charge_power_rate=60)
    desk.api.live["charge_power"] = "60"
    assert (await desk.read_back("charge_power_rate"))["charge_power_rate"] == 60


async def test_what_the_device_showed_counts_more_than_the_copy_for_five_minutes() -> None:
    """The server's copy follows later (A.9): without this a feed would show the old value and call it a change."""
    desk = await written(charge_power_rate=55)
    desk.api.live["charge_power"] = "55"
    await desk.read_back("charge_power_rate")
    assert desk.note()["charge_power_rate"] == 55
    desk.clock.pass_time(seconds=311)
    assert desk.note()["charge_power_rate"] == 80  # by now it is the truth


async def test_after_a_restart_the_copy_is_read() -> None:
    desk = Desk(Family.MIN, MIN | {"chargePowerCommand": 55})
    assert await desk.read_back("charge_power_rate", "charge_schedule") == {
        "charge_power_rate": 55,
        "charge_schedule": desk.note()["charge_schedule"],
    }
    assert desk.api.asked == ["settings"]


# The server's copy


async def test_a_hybrid_by_token_is_verified_when_it_may_be_read_again() -> None:
    desk = Desk(Family.SPH, SPH)
    await desk.write(charge_power_rate=50)
    desk.clock.pass_time(seconds=5)
    with pytest.raises(ReadLater) as told:
        await desk.read_back("charge_power_rate")
    assert told.value.at == START + LATER
    desk.clock.pass_time(seconds=305)
    desk.api.bean["chargePowerCommand"] = 50
    assert (await desk.read_back("charge_power_rate"))["charge_power_rate"] == 50


async def test_several_changes_are_verified_by_one_copy() -> None:
    """One that was read long enough after the last write, be it by a feed."""
    desk = Desk(Family.SPH, SPH)
    await desk.write(charge_power_rate=50)
    await desk.write(discharge_power_rate=40)
    desk.clock.pass_time(seconds=310)
    desk.api.bean |= {"chargePowerCommand": 50, "disChargePowerCommand": 40}
    desk.api.asked.clear()
    assert (await desk.read_back("charge_power_rate"))["charge_power_rate"] == 50
    desk.clock.pass_time(seconds=1)
    assert (await desk.read_back("discharge_power_rate"))["discharge_power_rate"] == 40
    assert desk.api.asked == ["settings"]


async def test_a_copy_read_too_early_proves_nothing() -> None:
    desk = Desk(Family.SPH, SPH)
    await desk.write(charge_power_rate=50)
    desk.clock.pass_time(seconds=200)
    desk.note()
    with pytest.raises(ReadLater):
        await desk.read_back("charge_power_rate")


@pytest.mark.parametrize("family", [Family.MIN, Family.SPH])
async def test_by_password_the_copy_is_read_each_time(family: Family) -> None:
    desk = Desk(family, MIN if family is Family.MIN else SPH, legacy=True)
    await desk.write(charge_power_rate=50)
    assert (await desk.read_back("charge_power_rate"))["charge_power_rate"] == 80
    desk.api.bean["chargePowerCommand"] = "50"
    assert (await desk.read_back("charge_power_rate"))["charge_power_rate"] == 50


async def test_a_setting_the_copy_does_not_tell_is_missing() -> None:
    desk = Desk(Family.SPH, SPH, legacy=True)
    assert await desk.read_back("inverter_on") == {}


# The clock


@pytest.mark.parametrize(
    ("clock", "agrees"),
    [
        ("2026-06-01 14:00:05", True),
        ("2026-06-01 14:09:59", True),
        ("2026-06-01 13:49:00", False),
        ("2026-06-01 12:00:00", False),
        ("2020-01-01 00:00:00", False),
    ],
)
async def test_a_clock_agrees_within_ten_minutes(clock: str, agrees: bool) -> None:
    """It is the plant's local time that counts."""
    desk = Desk(Family.MIN, MIN, legacy=True)
    assert await desk.write(set_clock=True) == [("pf_sys_year", "2026-06-01 14:00:00")]
    desk.api.bean["sysTime"] = clock
    assert await desk.read_back("set_clock") == {"set_clock": agrees}


async def test_a_clock_read_live() -> None:
    desk = await written(set_clock=True)
    desk.api.live["pf_sys_year"] = "2026-6-1-14-0-7"
    assert await desk.read_back("set_clock") == {"set_clock": True}
