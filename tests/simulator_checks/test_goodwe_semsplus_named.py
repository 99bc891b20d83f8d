"""SEMS+ of the GoodWe simulator: settings by name, slots, and how writes turn out (goodwe.md §6.3, §10.13)."""

from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .semsplus_host import at, needs_recordings, recording, semsplus
from .semsplus_shapes import lacks
from .semsplus_writing import (
    ALL_DAYS,
    ALL_MONTHS,
    CHARGE,
    GET,
    MENUS,
    REMOTE,
    SET,
    SET_PARAMETERS,
    V1_CHARGE,
    cached,
    function,
    named,
    parameter,
    told,
    walk,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")


# --- by name ---------------------------------------------------------------------------------------------------------


async def test_the_worked_example(clock: SimClock) -> None:
    async with semsplus(clock, "all_in_one") as client:
        log = {
            "start_t": "02:00",
            "end_t": "05:00",
            "switch": "on",
            "monthly_repetition": "jan_1、feb_1、march_1、apr_1、may_1、june_1、july_1、aug_1、sept_1、oct_1、nov_1、dec_1",
            "wkly_rep": "sun、mon、tue、wed、thu、fri、sat",
            "cd_mod": "charge",
            "import_power_soc": 90,
            "rated_power": 50,
        }
        status, answer = await client.send("POST", SET, named(client, "TOU1", CHARGE, controlItemLogs=log))
        assert (status, set(answer)) == (200, {"code", "description", "traceId"})
        assert (await told(client, "TOU1"))["TOU1"] == CHARGE
        assert client.simulator.world.audit[-1].log == log


async def test_slots_steer_the_battery() -> None:
    clock = at("2026-06-20T23:30:00")
    async with semsplus(clock, "all_in_one") as client:
        client.simulator.stage.set_house(solar_w=0.0, home_w=600.0, level=50)
        await client.post(SET, named(client, "TOU1", CHARGE))
        sell = {"TOUStart2": "17:00", "TOUEnd2": "19:00", "TOUWeekEnable2": 249, "TOUWeek2": ALL_DAYS}
        sell |= {"ChargeDischargePW2": 300, "ChargeCutOffSet2": 20, "TOUMonth2": ALL_MONTHS}
        await client.post(SET, named(client, "TOU2", sell))
        power = client.inverter.rated_w / 1000
        clock.advance(3600)
        assert (await client.flow())["pBat"] > 0, "slots do not act by themselves"
        await client.post(SET, named(client, "TOUModeEnable", {"TOUModeEnable": 1}))
        assert (await told(client, "INVCurrentWorkMode"))["INVCurrentWorkMode"] == {"INVCurrentWorkMode": 101}
        clock.advance(60)
        assert (await client.flow())["pBat"] == pytest.approx(-power / 2, abs=0.01)
        clock.advance(4 * 3600)
        client.simulator.stage.set_house(level=80)
        clock.advance(10.5 * 3600)
        assert f"{client.plant.local(clock.now()):%H:%M}" == "17:01"
        client.simulator.stage.set_house(level=80)
        clock.advance(60)
        assert (await client.flow())["pBat"] == pytest.approx(power * 0.3, abs=0.01)


async def test_first_generation_modes_and_slots(clock: SimClock) -> None:
    async with semsplus(clock, "first_generation") as client:
        modes = ("SelfUseMode", "OffGridMode", "BackupMode", "TOUMode")
        assert {name: part[name] for name, part in (await told(client, *modes)).items()} == dict.fromkeys(modes, 0)
        await client.post(SET, named(client, "TOUMode", {"TOUMode": 3}))
        assert {name: part[name] for name, part in (await told(client, *modes)).items()} == dict.fromkeys(modes, 3)
        assert await client.code("POST", SET, named(client, "TOUMode", {"TOUMode": 0})) == "P0215"
        assert await client.code("POST", SET, named(client, "TOU1", CHARGE)) == "P0215"
        await client.post(SET, named(client, "TOU1", V1_CHARGE))
        assert (await told(client, "TOU1"))["TOU1"] == V1_CHARGE
        assert (await told(client, "TOUModeEnable", "Backup"))["Backup"] == {}


@pytest.mark.parametrize("profile", ["home", "all_in_one"])
async def test_twelve_slots_are_listed_fewer_can_be_written(clock: SimClock, profile: str) -> None:
    async with semsplus(clock, profile) as client:
        names = [f"TOU{number}" for number in range(1, 13)]
        slots = await told(client, *names)
        assert set(slots) == set(names)
        assert all(len(members) == 7 for members in slots.values())
        most = 8 if profile == "all_in_one" else 4
        for number in (most, most + 1):
            slot = {name.replace("1", str(number)): part for name, part in CHARGE.items()}
            code = await client.code("POST", SET, named(client, f"TOU{number}", slot))
            assert code == ("00000" if number == most else "P0215")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"TOUMonth1": None}, "P0214"),
        ({"ChargeCutOffSet1": None}, "P0214"),
        ({"TOUWeekEnable1": 1}, "P0215"),
        ({"TOUWeekEnable1": 255}, "P0215"),
        ({"TOUStart1": "2:00"}, "P0215"),
        ({"TOUEnd1": "25:00"}, "P0215"),
        ({"TOUWeek1": [7]}, "P0215"),
        ({"TOUWeek1": [1, 1]}, "P0215"),
        ({"TOUMonth1": [0, 13]}, "P0215"),
        ({"TOUMonth1": [0, 12]}, "P0215"),
        ({"ChargeDischargePW1": -1001}, "P0215"),
        ({"ChargeDischargePW1": "-500"}, "P0215"),
        ({"ChargeCutOffSet1": 101}, "P0215"),
        ({"Other1": 1}, "P0215"),
        ({"ChargeDischargePW1": 500, "TOUMonth1": [*ALL_MONTHS, 12]}, "00000"),
        ({"ChargeDischargePW1": 0}, "00000"),
        ({"TOUWeekEnable1": 6, "TOUWeek1": [], "TOUMonth1": []}, "00000"),
    ],
)
async def test_what_a_slot_may_be(clock: SimClock, changes: dict[str, Any], code: str) -> None:
    async with semsplus(clock, "all_in_one") as client:
        slot = {name: part for name, part in {**CHARGE, **changes}.items() if part is not None}
        assert await client.code("POST", SET, named(client, "TOU1", slot)) == code
        assert (client.inverter.settings["TOUEnd1"] == "05:00") is (code == "00000")


async def test_only_a_device_that_can_limits_the_export(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        slot = {**CHARGE, "ChargeDischargePW1": 500, "TOUMonth1": [*ALL_MONTHS, 12]}
        assert await client.code("POST", SET, named(client, "TOU1", slot)) == "P0215"
        words = await told(client, "ARMFunction2", "ARMFunction4")
        assert words["ARMFunction2"]["ARMFunction2"] >> 11 & 1
        assert words["ARMFunction4"] == {}


async def test_backup_and_its_grid_charging(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        client.simulator.stage.set_house(solar_w=0.0, home_w=500.0, level=50)
        await client.post(SET, named(client, "Backup", {"BackupModeEnable": 1}))
        clock.advance(60)
        assert (await client.flow())["pBat"] == 0
        assert await client.code("POST", SET, named(client, "Backup", {"BackupPChargeP": 30})) == "P0215"
        charging = {"BackupChargeModelEnable": 1, "BackupPChargeP": 30}
        await client.post(SET, named(client, "Backup", charging))
        assert (await told(client, "Backup"))["Backup"] == {"BackupModeEnable": 1, "BackupPChargeP": 30}
        clock.advance(60)
        assert (await client.flow())["pBat"] == pytest.approx(-3.0, abs=0.01)
        data = await client.post(MENUS, {"sn": client.inverter.serial, "module": "WORK_MODE", "menuCode": 0})
        card = next(one for _, one in walk(data["functionMenus"]) if one["translateKey"] == "backup_mode")
        assert await cached(client, card) == {"47605": 1}


async def test_switches_exclude_each_other(clock: SimClock) -> None:
    async with semsplus(clock, "all_in_one") as client:
        peak = {"DemandOrDelayedWeekEnable1": 252, "DemandOrDelayedWeek1": ALL_DAYS}
        backup = named(client, "Backup", {"BackupModeEnable": 1})
        await client.post(SET, backup)
        assert await client.code("POST", SET, named(client, "DemandOrDelayed1", peak)) == "P0215"
        await client.post(SET, named(client, "Backup", {"BackupModeEnable": 0}))
        await client.post(SET, named(client, "DemandOrDelayed1", peak))
        for other in (
            backup,
            named(client, "TOUModeEnable", {"TOUModeEnable": 1}),
            named(client, "DelayedChargeEnable", {"DelayedChargeEnable": 1}),
        ):
            assert await client.code("POST", SET, other) == "P0215"
        assert (await told(client, "INVCurrentWorkMode"))["INVCurrentWorkMode"] == {"INVCurrentWorkMode": 105}


async def test_off_grid_is_not_for_the_second_generation(clock: SimClock) -> None:
    for profile, code in (("home", "P0215"), ("all_in_one", "00000")):
        async with semsplus(clock, profile) as client:
            assert await client.code("POST", SET, named(client, "OffGridEnable", {"OffGridEnable": 1})) == code


async def test_delayed_charging_needs_both_switches(clock: SimClock) -> None:
    async with semsplus(clock, "all_in_one") as client:
        delayed = {"DemandOrDelayedWeekEnable2": 250, "DemandOrDelayedWeek2": ALL_DAYS}
        await client.post(SET, named(client, "DemandOrDelayed2", delayed))
        assert (await told(client, "INVCurrentWorkMode"))["INVCurrentWorkMode"] == {"INVCurrentWorkMode": 1}
        await client.post(SET, named(client, "DelayedChargeEnable", {"DelayedChargeEnable": 1}))
        assert (await told(client, "INVCurrentWorkMode"))["INVCurrentWorkMode"] == {"INVCurrentWorkMode": 103}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"functionName": ["TOU1"]}, "P0214"),
        ({"data": None}, "P0214"),
        ({"data": {}}, "P0214"),
        ({"waitingForDevice": False}, "P0214"),
        ({"functionName": "Nothing"}, "P0215"),
        ({"functionName": "ARMFunction2", "data": {"ARMFunction2": 1}}, "P0215"),
        ({"functionName": "INVCurrentWorkMode", "data": {"INVCurrentWorkMode": 1}}, "P0215"),
    ],
)
async def test_wrong_named_writes(clock: SimClock, changes: dict[str, Any], code: str) -> None:
    async with semsplus(clock) as client:
        assert await client.code("POST", SET, {**named(client, "TOU1", CHARGE), **changes}) == code


async def test_names_are_asked_as_a_list(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        assert await client.code("POST", GET, {"functionName": "TOU1", "sn": client.inverter.serial}) == "P0214"
        names = ["TOU1", "Nothing", "Backup", "NothingElse"]
        items = (await client.post(GET, {"functionName": names, "sn": client.inverter.serial}))["items"]
        assert [item["functionName"] for item in items] != names, "any order"
        assert [item["value"] for item in items if item["functionName"] == "Nothing"] == [{}]


@needs_recordings
async def test_settings_look_like_the_recorded_ones(clock: SimClock) -> None:
    async with semsplus(clock, "all_in_one") as client:
        recorded = recording("semsplus_remote_get_settings_shape")
        values = {item["functionName"]: item["value"] for item in recorded["items"]}
        answered = await told(client, *values)
        for name, like in values.items():
            assert set(answered[name]) == set(like), name
            assert not list(lacks(answered[name], like)), name
        for name in ("TOU1", "TOU2"):
            await client.post(SET, named(client, name, values[name]))
        assert (await told(client, "TOU1", "TOU2")) == {name: values[name] for name in ("TOU1", "TOU2")}


# --- how writes turn out ---------------------------------------------------------------------------------------------


async def test_writing_without_the_right(clock: SimClock) -> None:
    async with semsplus(clock, "visitor") as client:
        path = f"{REMOTE}/v2/address/remote/get-work-mode"
        assert await client.code("GET", path, sn=client.inverter.serial) == "100025"
        client.simulator.stage.set_rights(rights=["STATION_VIEW", "INVERTER_REMOTE_READ"])
        assert (await told(client, "TOUModeEnable"))["TOUModeEnable"] == {"TOUModeEnable": 0}
        limit = await function(client, "limit_setting", "W")
        assert await client.code("POST", SET_PARAMETERS, parameter(client, limit, 1500)) == "100025"
        assert await client.code("POST", SET, named(client, "TOU1", CHARGE)) == "100025"
        assert client.inverter.settings["PWLimitThr"] == 10_000


async def test_a_device_may_refuse_be_late_or_forget(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        stage, write = client.simulator.stage, named(client, "TOUModeEnable", {"TOUModeEnable": 1})
        stage.next_write("refused")
        assert await client.code("POST", SET, write) == "P0215"
        stage.next_write("lost")
        assert await client.code("POST", SET, write) == "00000"
        assert (await told(client, "TOUModeEnable"))["TOUModeEnable"] == {"TOUModeEnable": 0}
        stage.next_write("late", seconds=120)
        assert await client.code("POST", SET, write) == "00000"
        clock.advance(119)
        assert (await told(client, "TOUModeEnable"))["TOUModeEnable"] == {"TOUModeEnable": 0}
        clock.advance(1)
        assert (await told(client, "TOUModeEnable"))["TOUModeEnable"] == {"TOUModeEnable": 1}
        stage.set_dongle(offline=True)
        assert await client.code("POST", SET, write) == "P0215"
        assert [entry.code for entry in client.simulator.world.audit] == ["P0215", "ok", "ok", "P0215"]
        assert {entry.way for entry in client.simulator.world.audit} == {"semsplus"}


async def test_an_answer_may_take_thirty_seconds() -> None:
    clock = SimClock(speed=200)
    async with semsplus(clock) as client:
        client.simulator.stage.next_write(blocks=30)
        before = clock.now()
        await client.post(SET, named(client, "TOUModeEnable", {"TOUModeEnable": 1}))
        assert (clock.now() - before).total_seconds() >= 30
