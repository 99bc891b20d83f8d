"""SEMS+ of the GoodWe simulator: discovering settings and writing them by address (goodwe.md §6.2)."""

import json
from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .semsplus_host import at, needs_recordings, recording, semsplus
from .semsplus_shapes import lacks
from .semsplus_writing import (
    MENUS,
    REMOTE,
    SET_PARAMETERS,
    cached,
    function,
    functions,
    parameter,
    told,
    walk,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

# --- discovering -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("home", {"workMode": "2.0", "arm": "745"}),
        ("all_in_one", {"workMode": "3.0", "arm": "745"}),
        ("first_generation", {"workMode": "1.0", "arm": "745"}),
        ("string", {}),
    ],
)
async def test_generations(clock: SimClock, profile: str, expected: dict[str, str]) -> None:
    async with semsplus(clock, profile) as client:
        path = f"{REMOTE}/v2/address/remote/get-work-mode"
        assert await client.get(path, sn=client.inverter.serial) == expected


async def test_a_meters_settings_are_its_inverters(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        path, meter = f"{REMOTE}/v2/address/remote/get-related-sn", client.plant.meter
        assert meter is not None
        assert (await client.post(path, {"sn": meter.serial, "menuCode": 2}))["sn"] == client.inverter.serial
        own = {"sn": client.inverter.serial, "menuCode": 0}
        assert (await client.post(path, own))["sn"] == client.inverter.serial


@pytest.mark.parametrize("profile", ["string", "home", "all_in_one", "first_generation", "two_inverters"])
async def test_functions_describe_themselves(clock: SimClock, profile: str) -> None:
    async with semsplus(clock, profile) as client:
        found = await functions(client)
        assert len(found) >= 10
        assert {1, 10, 100, 1000} <= {one["gain"] for _, one in found}
        assert {"RW", "RO"} <= {one["rwType"] for _, one in found}
        for path, one in found:
            assert path
            assert isinstance(one["address"], str)
            assert isinstance(one["id"], str)
            assert all(isinstance(limit, int) for limit in json.loads(one["range"]))
            assert one["controlAttr"] == "" or all(
                isinstance(choice["value"], str) for choice in json.loads(one["controlAttr"])
            )
        times = [one for _, one in found if one["control"] == 24]
        assert all(one["relationFuncs"][0]["translateKey"] == "end_time" for one in times)


async def test_ids_differ_per_model(clock: SimClock) -> None:
    ids = set()
    for profile in ("home", "all_in_one", "first_generation"):
        async with semsplus(clock, profile) as client:
            ids.add((await function(client, "run_stop"))["id"])
    assert len(ids) == 3


async def test_no_key_is_unique(clock: SimClock) -> None:
    async with semsplus(clock, "all_in_one") as client:
        limits = [(path, one) for path, one in await functions(client) if one["translateKey"] == "limit_setting"]
        assert len({path for path, _ in limits}) == len({one["address"] for _, one in limits}) == 2
        assert [one["funcKey"] for _, one in limits] == ["PWLimitThr", "PWLimitThr"]
        battery = [one for _, one in await functions(client, menuCode=1, batIndex="1") if one["address"] == "47545"]
        assert {one["translateKey"] for one in battery} == {"immediate_charge", "stop_charging"}
        assert len({one["id"] for one in battery}) == 2
    async with semsplus(clock, "string") as client:
        units = {one["unit"] for _, one in await functions(client) if one["translateKey"] == "limit_setting"}
        assert units == {"W", "%Pn"}


async def test_what_is_asked_for_without_a_module(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        assert await functions(client, module=None) == []
        assert await functions(client, menuCode=1, batIndex="") == []
        tabs = await client.post(f"{REMOTE}/v2/address/remote/getAllDeviceFunctionTabs", {"sn": client.inverter.serial})
        one = await client.post(MENUS, {"sn": client.inverter.serial, "menuId": tabs[0]["menuId"]})
        assert {function["translateKey"] for _, function in walk(one["functionMenus"])} == {"run_stop", "restart"}
        whole = await client.post(f"{REMOTE}/v2/address/remote/getTopTreeByCode", {"sn": client.inverter.serial})
        assert len(list(walk(whole["functionMenus"]))) > len(await functions(client))


@pytest.mark.parametrize(
    ("profile", "modes"),
    [
        ("all_in_one", {"selfUseMode", "backupMode", "TOUMode", "offGridMode", "delayMode"}),
        ("home", {"selfUseMode", "backupMode", "TOUMode", "delayMode"}),
    ],
)
async def test_mode_cards(clock: SimClock, profile: str, modes: set[str]) -> None:
    async with semsplus(clock, profile) as client:
        data = await client.post(MENUS, {"sn": client.inverter.serial, "module": "WORK_MODE", "menuCode": 0})
        cards = {card["funcKey"]: card["visible"] for card in data["functionMenus"]["children"]}
        assert cards == dict.fromkeys(modes, 0)
        general = {one["translateKey"] for _, one in await functions(client)}
        assert {"gird_pur_charge", "charge_pw"} <= general
        assert not {"backup_mode", "tou_mode_enable", "self_use"} & general


# --- by address ------------------------------------------------------------------------------------------------------


async def test_stop_and_start_a_string_inverter() -> None:
    clock = at("2026-06-21T10:30:00")
    async with semsplus(clock, "string") as client:
        one = await function(client, "status_setting")
        assert (one["address"], one["control"], one["gain"], one["range"]) == ("80017", 4, 1, "[0,4]")
        assert {part["transKey"]: part["value"] for part in json.loads(one["controlAttr"])} == {
            "restart": "1", "stop": "2", "start_up": "4",
        }  # fmt: skip
        assert await cached(client, one) == {}, "missing until first written"
        assert await client.post(SET_PARAMETERS, parameter(client, one, 2)) is None
        assert await cached(client, one) == {}, "one step late"
        clock.advance(60)
        assert await cached(client, one) == {"80017": 2}
        assert (await client.flow())["pSystem"] == 0
        assert client.inverter.status == 3
        await client.post(SET_PARAMETERS, parameter(client, one, 4))
        clock.advance(60)
        assert (await client.flow())["pSystem"] == 0, "a start takes more than a minute"
        clock.advance(60)
        assert (await client.flow())["pSystem"] > 1
        assert await cached(client, one) == {"80017": 4}
        assert [entry.log for entry in client.simulator.world.audit] == [{"status_setting": 2}, {"status_setting": 4}]


@needs_recordings
async def test_the_recorded_writes_are_accepted(clock: SimClock) -> None:
    async with semsplus(clock, "string") as client:
        recorded, one = recording("semsplus_control_start_stop"), await function(client, "status_setting")
        like = {key: part for key, part in recorded["function"].items() if key != "values"}
        assert not list(lacks(one, like))
        assert {key: one[key] for key in like if key != "id"} == {key: like[key] for key in like if key != "id"}
        for capture in recorded["captures"]:
            text = json.dumps(capture["request"])
            for mark, real in (
                ("device_sn", client.inverter.serial),
                ("function_id", one["id"]),
                ("station_id", client.plant.id),
                ("device_name", client.inverter.name),
            ):
                text = text.replace(f"<{mark}>", real)
            status, answer = await client.send("POST", SET_PARAMETERS, json.loads(text))
            assert (status, answer["code"]) == (200, "00000")
            assert "data" not in answer


async def test_run_and_stop_a_hybrid(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        one = await function(client, "run_stop")
        assert one["address"] == "45218"
        await client.post(SET_PARAMETERS, parameter(client, one, 0))
        clock.advance(60)
        flow = await client.flow()
        assert (flow.get("pSystem", 0), flow["pBat"]) == (0, 0)
        assert (await told(client, "INVCurrentWorkMode"))["INVCurrentWorkMode"] == {"INVCurrentWorkMode": 255}
        restart = await function(client, "restart")
        assert restart["range"] == "[361]"
        assert await client.code("POST", SET_PARAMETERS, parameter(client, restart, 360)) == "P0215"
        await client.post(SET_PARAMETERS, parameter(client, restart, 361))
        clock.advance(180)
        assert (await client.flow())["pSystem"] > 1


async def test_start_and_shutdown_buttons(clock: SimClock) -> None:
    async with semsplus(clock, "two_inverters") as client:
        second = client.plant.inverters[1]
        data = await client.post(
            MENUS, {"sn": second.serial, "module": "GENERAL_FUNCTIONS", "menuCode": 0, "batIndex": ""}
        )
        buttons = {one["address"]: one for _, one in walk(data["functionMenus"]) if one["control"] == 16}
        assert {address: one["translateKey"] for address, one in buttons.items()} == {
            "40330": "start_up", "40331": "shutdown", "40332": "restart",
        }  # fmt: skip
        write = parameter(client, buttons["40331"], 0) | {"sn": second.serial, "virtualSn": second.serial}
        await client.post(SET_PARAMETERS, write)
        clock.advance(60)
        await client.flow()
        assert (second.status, client.inverter.status) == (3, 1)


async def test_an_export_limit(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        client.simulator.stage.set_house(solar_w=6000.0, home_w=500.0, level=100)
        switch, limit = await function(client, "grid-tie_power_limit"), await function(client, "limit_setting", "W")
        assert (switch["address"], limit["address"]) == ("47509", "47510")
        assert await cached(client, switch, limit) == {"47509": 0, "47510": 10_000}
        clock.advance(60)
        assert (await client.flow())["pGrid"] == pytest.approx(5.5)
        await client.post(SET_PARAMETERS, parameter(client, limit, 1500))
        await client.post(SET_PARAMETERS, parameter(client, switch, 1))
        assert await cached(client, switch, limit) == {"47509": 0, "47510": 10_000}
        clock.advance(60)
        assert await cached(client, switch, limit) == {"47509": 1, "47510": 1500}
        assert (await client.flow())["pGrid"] == pytest.approx(1.5)


async def test_a_limit_in_percent_of_a_string_inverter(clock: SimClock) -> None:
    async with semsplus(clock, "string") as client:
        client.simulator.stage.set_house(solar_w=8000.0)
        share, switch = await function(client, "limit_setting", "%Pn"), await function(client, "grid-tie_power_limit")
        assert share["address"] == "40336"
        await client.post(SET_PARAMETERS, parameter(client, share, 30))
        await client.post(SET_PARAMETERS, parameter(client, switch, 1))
        clock.advance(60)
        assert (await client.flow())["pSystem"] == pytest.approx(0.3 * client.inverter.rated_w / 1000)


async def test_immediate_charging(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        client.simulator.stage.set_house(solar_w=0.0, home_w=500.0, level=50)

        async def row(key: str, unit: str = "N/A") -> dict[str, Any]:
            return await function(client, key, unit, menuCode=1, batIndex="1")

        await client.post(SET_PARAMETERS, parameter(client, await row("end_charge_soc", "%"), 52))
        await client.post(SET_PARAMETERS, parameter(client, await row("bat_immediate_charge_power", "%"), 40))
        start, stop = await row("immediate_charge"), await row("stop_charging")
        assert await client.code("POST", SET_PARAMETERS, parameter(client, start, 0)) == "P0215"
        await client.post(SET_PARAMETERS, parameter(client, start, 1))
        clock.advance(60)
        assert (await client.flow())["pBat"] == pytest.approx(-4.0, abs=0.01)
        await client.post(SET_PARAMETERS, parameter(client, stop, 0))
        clock.advance(60)
        assert (await client.flow())["pBat"] == pytest.approx(0.5, abs=0.01)
        await client.post(SET_PARAMETERS, parameter(client, start, 1))
        clock.advance(900)
        flow = await client.flow()
        assert (flow["soc"], flow["pBat"] >= 0) == (52, True), "it ends by itself"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"addressMap": None}, "P0214"),
        ({"addressMap": {}}, "P0214"),
        ({"addrFuncMap": None}, "P0214"),
        ({"waitingForDevice": None}, "P0214"),
        ({"controlItemLogs": None}, "P0214"),
        ({"plantId": None}, "P0214"),
        ({"deviceName": None}, "P0214"),
        ({"sn": None}, "P0214"),
        ({"plantId": "other"}, "100025"),
        ({"sn": "OTHER"}, "100025"),
        ({"addrFuncMap": {"47510": "1"}}, "P0215"),
        ({"addressMap": {"47510": "1500"}}, "P0215"),
        ({"addressMap": {"47510": True}}, "P0215"),
        ({"addressMap": {"47510": 30_001}}, "P0215"),
        ({"addressMap": {"47510": -1}}, "P0215"),
        ({"addressMap": {"47510": 1.5}}, "P0215"),
        ({"addressMap": {"47510": 1500, "99999": 1}}, "P0215"),
        ({"virtualSn": "OTHER"}, "P0215"),
    ],
)
async def test_wrong_parameter_writes(clock: SimClock, changes: dict[str, Any], code: str) -> None:
    async with semsplus(clock) as client:
        before, limit = dict(client.inverter.settings), await function(client, "limit_setting", "W")
        assert await client.code("POST", SET_PARAMETERS, parameter(client, limit, 1500, **changes)) == code
        assert client.inverter.settings == before
        assert client.simulator.world.audit == []


async def test_what_is_read_only_stays(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        status = next(one for _, one in await functions(client) if one["rwType"] == "RO")
        assert await client.code("POST", SET_PARAMETERS, parameter(client, status, 1)) == "P0215"


async def test_a_write_without_virtual_serial(clock: SimClock) -> None:
    async with semsplus(clock, "string") as client:
        write = parameter(client, await function(client, "status_setting"), 2)
        del write["virtualSn"]
        assert await client.code("POST", SET_PARAMETERS, write) == "00000"
