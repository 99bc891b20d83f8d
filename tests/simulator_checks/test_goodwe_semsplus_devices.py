"""SEMS+ of the GoodWe simulator: devices and what they tell, alarms, the wallbox (goodwe.md §5.4, §5.6, §6.5, §6.6)."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .semsplus_host import CABINET, STATUS, SemsPlus, at, factors, needs_recordings, recording, semsplus, value
from .semsplus_shapes import lacks, lacks_factors

pytestmark = pytest.mark.usefixtures("socket_enabled")

PAGE = "/sems-plant/api/web/device/station/page"
ALARMS = "/sems-alarm/api/v2/alarm/page"
EMPTY = (None, "")


async def devices(client: SemsPlus) -> dict[str, Any]:
    """Return what all-status tells, by serial number."""
    data = await client.get(STATUS, stationId=client.plant.id)
    groups = [group for one in data["deviceDetailList"] for group in one["statusDetailList"]]
    return {serial: detail for group in groups for serial, detail in group["detailMap"].items()}


# --- devices ---------------------------------------------------------------------------------------------------------


async def test_devices_by_type_and_status(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        data = await client.get(STATUS, stationId=client.plant.id)
        kinds = {one["deviceType"]: one["total"] for one in data["deviceDetailList"]}
        assert kinds == {"INVERTER": 1, "BATTERY_RACK": 1, "SMART_METER": 1, "DONGLE": 1}
        assert data["total"] == 4
        found = await devices(client)
        assert found[client.inverter.serial]["status"] == 5
        assert found[client.inverter.serial]["subtype"] == "store"
        assert {one["status"] for one in found.values() if one["deviceType"] == "BATTERY_RACK"} == {0}
        types = await client.get("/sems-plant/api/web/device/getAllDeviceType", stationId=client.plant.id)
        assert set(types) == set(kinds)


async def test_two_inverters_of_which_one_is_off(clock: SimClock) -> None:
    async with semsplus(clock, "two_inverters") as client:
        first, second = client.plant.inverters
        client.simulator.stage.set_power(second.serial, on=False)
        clock.advance(1200)
        data = await client.get(STATUS, stationId=client.plant.id)
        groups = next(one for one in data["deviceDetailList"] if one["deviceType"] == "INVERTER")["statusDetailList"]
        assert {group["status"]: group["snList"] for group in groups} == {1: [first.serial], 0: [second.serial]}


async def test_models_are_on_the_device_page(clock: SimClock) -> None:
    async with semsplus(clock, "all_in_one") as client:
        pages = [
            await client.post(PAGE, {"stationId": client.plant.id, "current": number, "size": 2})
            for number in (1, 2, 3)
        ]
        rows = [row for one in pages for row in one["dataList"]]
        assert len(rows) == pages[0]["total"] == 5
        assert {row["model"] for row in rows if row["deviceType"] == CABINET} == {client.inverter.model}
        assert [row["deviceType"] for row in rows].count("BATTERY_RACK") == 2
        assert "model" not in next(row for row in rows if row["deviceType"] == "DONGLE")


async def test_the_device_list_may_be_empty_although_the_plant_works(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        client.simulator.semsplus.set_semsplus(no_devices=True)
        assert await client.get(STATUS, stationId=client.plant.id) == {"total": 0, "deviceDetailList": []}
        client.simulator.semsplus.set_semsplus(no_devices=False, number_texts=True)
        assert {one["status"] for one in (await devices(client)).values()} == {"0", "1", "5"}


@needs_recordings
async def test_devices_look_like_the_recorded_ones(clock: SimClock) -> None:
    for profile, name in (("home", "hybrid"), ("string", "pv_only")):
        async with semsplus(clock, profile) as client:
            recorded = recording(f"semsplus_all_status_{name}")["data"]
            data = await client.get(STATUS, stationId=client.plant.id)
            told = {one["deviceType"]: one for one in data["deviceDetailList"]}
            for one in recorded["deviceDetailList"]:
                (group,), (wanted,) = told[one["deviceType"]]["statusDetailList"], one["statusDetailList"]
                (detail,), (like,) = group["detailMap"].values(), wanted["detailMap"].values()
                assert (set(group), set(detail)) == (set(wanted), set(like))
                assert not list(lacks(detail, like))
                assert group["status"] == wanted["status"]
    async with semsplus(clock, "all_in_one") as client:
        rows = (await client.post(PAGE, {"stationId": client.plant.id, "current": 1, "size": 100}))["dataList"]
        told = {row["deviceType"]: row for row in rows}
        for row in recording("semsplus_station_devices_all_in_one")["dataList"]:
            assert not list(lacks(told[row["deviceType"]], row))


# --- what devices tell -----------------------------------------------------------------------------------------------


async def test_telemetry_agrees_with_the_flow(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        flow, lead = await client.flow(), client.inverter
        told = await client.about(lead, "telemetry")
        assert value(told, "pAc") == pytest.approx(flow["pAc"])
        assert value(told, "pDc") == pytest.approx(flow["pSystem"])
        strings = sum(value(told, f"MPPT-{number}:Ppv") for number in (1, 2))
        assert strings == pytest.approx(flow["pSystem"], abs=0.001)
        assert {"PHASE-A:Vac", "PHASE-B:Iac", "PHASE-C:Vac", "storagePF", "vBackupPhA"} <= set(factors(told))
        meter = client.plant.meter
        assert meter is not None
        told = await client.about(meter, "telemetry")
        assert value(told, "totalPac") == flow["pGrid"]
        assert value(told, "pAc") != flow["pGrid"]
        phases = sum(value(told, f"PHASE-{letter}:pAc") for letter in "ABC")
        assert phases == pytest.approx(flow["pGrid"], abs=0.001)


async def test_a_battery_is_told_by_its_inverter(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        lead = client.inverter
        client.simulator.stage.set_house(solar_w=2000.0, home_w=500.0, level=50)
        clock.advance(60)
        path = f"/sems-plant/api/equipments/{lead.serial}/relatedDevices"
        query = {"sn": lead.serial, "pwId": client.plant.id}
        (battery,) = await client.get(path, deviceType=CABINET, **query)
        flow = await client.flow()
        assert (battery["pbat"], battery["soc"], battery["type"]) == (flow["pBat"], flow["soc"], "BAT_SYS")
        assert (battery["status"], battery["isConnected"], flow["pBat"]) == (6, True, -1.5)
        assert await client.get(path, deviceType="INVERTER", **query) == []
        behind = client.simulator.world.device(battery["sn"])
        told = await client.about(behind, "telemetry")
        assert (value(told, "pBat"), value(told, "soc")) == (flow["pBat"], flow["soc"])
        dead = next(one for one in client.plant.storages if one.type == "BATTERY_RACK")
        assert await client.about(dead, "telemetry") == []


async def test_racks_of_a_cabinet(clock: SimClock) -> None:
    async with semsplus(clock, "all_in_one") as client:
        flow = await client.flow()
        racks = [await client.about(rack, "telemetry") for rack in client.plant.storages]
        assert sum(value(rack, "pBat") for rack in racks) == pytest.approx(flow["pBat"], abs=0.002)
        assert {factors(rack)["serCellTotal"]["dataType"] for rack in racks} == {"STRING"}
        assert all(value(rack, "tempMaxCell") > value(rack, "tempMinCell") for rack in racks)


async def test_a_sleeping_inverter_keeps_its_codes_without_data() -> None:
    clock = at("2026-06-21T18:00:00")
    async with semsplus(clock, "string") as client:
        awake = factors(await client.about(client.inverter, "telemetry"))
        clock.advance(5 * 3600)
        asleep = factors(await client.about(client.inverter, "telemetry"))
        numbers = {code: one for code, one in asleep.items() if one["dataType"] == "NUMERIC"}
        assert set(asleep) == set(awake)
        assert all(one.get("data") in EMPTY for one in numbers.values())
        assert {"data" in one for one in numbers.values()} == {True, False}
        assert {one["data"] for one in numbers.values() if "data" in one} == set(EMPTY)
        assert asleep["sn"]["data"] == client.inverter.serial


async def test_counters(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        told = await client.about(client.inverter, "telecounting")
        for prefix in ("proPvStats", "proCharStats", "proDischarStats"):
            rising = [value(told, f"{prefix}{period}") for period in ("Today", "Week", "Month", "Year", "Total")]
            assert rising == sorted(rising)
        before = value(told, "proPvStatsTotal")
        clock.advance(3600)
        flow = await client.flow()
        told = await client.about(client.inverter, "telecounting")
        assert value(told, "proPvStatsTotal") - before == pytest.approx(flow["pSystem"], rel=0.05)
        assert (value(told, "ratedPower"), value(told, "soc")) == (10, flow["soc"])
        assert client.plant.meter is not None
        meter = factors(await client.about(client.plant.meter, "telecounting"))
        assert not any(code.startswith("proPv") for code in meter)
        client.simulator.stage.set_lifetime_glitch()
        told = await client.about(client.inverter, "telecounting")
        assert value(told, "proPvStatsTotal") == 0
        assert value(told, "proPvStatsYear") > 0


async def test_the_day_ends_late() -> None:
    clock = at("2026-06-21T21:59:00")
    async with semsplus(clock) as client:
        lead = client.inverter
        today = value(await client.about(lead, "telecounting"), "proPvStatsToday")
        clock.advance(300)
        assert value(await client.about(lead, "telecounting"), "proPvStatsToday") == today > 5
        clock.advance(600)
        assert value(await client.about(lead, "telecounting"), "proPvStatsToday") == 0


async def test_a_string_inverters_day_ends_at_dawn() -> None:
    clock = at("2026-06-21T18:00:00")
    async with semsplus(clock, "string") as client:
        clock.advance(8 * 3600)
        yesterday = value(await client.about(client.inverter, "telecounting"), "proPvStatsToday")
        assert yesterday > 5
        clock.advance(3 * 3600)
        assert 0 < value(await client.about(client.inverter, "telecounting"), "proPvStatsToday") < yesterday


async def test_information_is_a_flat_list(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        facts = {one["code"]: one for one in await client.about(client.inverter, "information")}
        assert facts["modelType"]["data"] == "GW10K-ET"
        assert facts["safetyVersion"]["data"].startswith("V")
        assert {one["dataType"] for one in facts.values()} == {"STRING", "NUMERIC", "DICTIONARY"}
        dongle = {one["code"]: one["data"] for one in await client.about(client.plant.dongle, "information")}
        assert (dongle["communicationMode"], dongle["wirelessSignalStrength"]) == ("WiFi", "78")


async def test_type_and_plant_have_to_be_the_devices_own(clock: SimClock) -> None:
    async with semsplus(clock, "several") as client:
        lead, other = client.inverter, client.simulator.world.plants[1]
        path = f"/sems-plant/api/equipments/{lead.serial}/telemetry"
        assert await client.get(path, deviceType="SMART_METER", pwId=client.plant.id) == []
        assert await client.get(path, deviceType="INVERTER", pwId=other.id) == []
        assert await client.code("GET", path, deviceType="INVERTER") == "P0214"
        wrong = path.replace(lead.serial, "NOBODY")
        assert await client.code("GET", wrong, deviceType="INVERTER", pwId=client.plant.id) == "100025"
        client.simulator.semsplus.deny_telemetry(lead.serial)
        assert await client.code("GET", path, deviceType="INVERTER", pwId=client.plant.id) == "100025"
        client.simulator.semsplus.deny_telemetry(lead.serial, denied=False)
        assert await client.get(path, deviceType="INVERTER", pwId=client.plant.id)


@needs_recordings
async def test_factors_look_like_the_recorded_ones(clock: SimClock) -> None:
    async with semsplus(clock, "several") as client:
        home, cottage, _ = client.simulator.world.plants
        clock.advance(16 * 3600)
        battery = next(one for one in home.storages if one.type == "BAT_SYS")
        pairs = (
            (cottage.lead, "telemetry", "telemetry_inverter_pv_only"),
            (cottage.lead, "telecounting", "telecounting_inverter_pv_only"),
            (battery, "telemetry", "telemetry_bat_sys"),
            (home.meter, "telecounting", "telecounting_smart_meter"),
        )
        for device, what, name in pairs:
            told = await client.about(device, what)
            recorded: Mapping[str, Any] = recording(f"semsplus_{name}")
            assert not list(lacks_factors(told, recorded["data"])), name
            assert [one["code"] for one in told] == [one["code"] for one in recorded["data"]]
        path = f"/sems-plant/api/equipments/{home.lead.serial}/relatedDevices"
        _, answer = await client.send("GET", path, sn=home.lead.serial, deviceType=CABINET, pwId=home.id)
        assert not list(lacks(answer, recording("semsplus_related_devices_bat_sys")))


# --- alarms, wallbox, firmware ---------------------------------------------------------------------------------------


async def test_alarms_come_and_go(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        stage, body = client.simulator.stage, {"pageIndex": 1, "pageSize": 20, "stationIds": [client.plant.id]}
        counts = {"total": "0", "happened": "0", "recovery": "0"}
        assert await client.post("/sems-alarm/api/alarm/statistics", {"stationIds": [client.plant.id]}) == counts
        first = stage.add_alarm()
        clock.advance(66)
        stage.end_alarm(first)
        second = stage.add_alarm(level="fault", text="Relay Check Failure", code="E-G3-1-9")
        rows = (await client.post(ALARMS, body))["dataList"]
        assert [row["warningid"] for row in rows] == [second, first]
        assert [(row["status"], row["duration"]) for row in rows] == [(0, None), (1, "1m 6s")]
        assert rows[0]["warningNameEn"] == "Relay Check Failure"
        assert rows[0]["alarmLevel"] == "Total_FaultLevel_Fault"
        assert int(rows[1]["recoverytime"]) - int(rows[1]["happentime"]) == 66_000
        assert (await client.post(ALARMS, {**body, "status": 0}))["total"] == 1
        assert (await client.post(ALARMS, {**body, "pageIndex": 2, "pageSize": 1}))["dataList"][0]["warningid"] == first
        assert await client.code("POST", ALARMS, {**body, "stationIds": ["other"]}) == "100025"
        assert await client.code("POST", ALARMS, {"pageIndex": 1}) == "P0214"


@needs_recordings
async def test_alarms_look_like_the_recorded_one(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        client.simulator.stage.end_alarm(client.simulator.stage.add_alarm())
        rows = (await client.post(ALARMS, {"pageIndex": 1, "pageSize": 20, "stationIds": [client.plant.id]}))[
            "dataList"
        ]
        assert set(rows[0]) == set(recording("semsplus_alarm_row"))
        assert not list(lacks(rows[0], recording("semsplus_alarm_row")))


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_wallbox(clock: SimClock, method: str) -> None:
    async with semsplus(clock, "charger") as client:
        charger = client.plant.charger
        assert charger is not None

        async def ask(path: str) -> Any:
            if method == "GET":
                return await client.get(path, sn=charger.serial)
            return await client.post(path, {"sn": charger.serial})

        detail, last = "/sems-remote/api/ev-charger/detail", "/sems-plant/api/v1/chargePile/getLastCharge"
        client.simulator.stage.plug_car(plugged=False)
        assert (await ask(detail))["workState"] == "available_gun_no_insered"
        assert (await ask(last))["chargeLog"]["status"] == 0
        client.simulator.stage.plug_car(charging=True)
        clock.advance(120)
        told = await ask(detail)
        assert (told["status"], told["startStatus"], told["chargePower"]) == ("charging", True, 11)
        assert (await ask(last))["chargeLog"]["workStu"] == 6
        assert (await client.flow())["pEvChar"] == 11
        assert (await devices(client))[charger.serial]["status"] == 6
        assert await client.code("GET", detail, sn=client.inverter.serial) == "100025"


@needs_recordings
async def test_a_wallbox_looks_like_the_recorded_one(clock: SimClock) -> None:
    async with semsplus(clock, "charger") as client:
        assert client.plant.charger is not None
        answer = await client.get("/sems-remote/api/ev-charger/detail", sn=client.plant.charger.serial)
        assert not list(lacks(answer, recording("semsplus_ev_charger_detail")["data"]))


async def test_firmware_and_second_data(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        path = "/sems-remote/api/v1/firmware-management/device-upgrade-list"
        body = {"plantId": client.plant.id, "deviceSn": client.inverter.serial}
        assert await client.post(path, body) == []
        client.simulator.semsplus.set_semsplus(newer_firmware=True)
        assert (await client.post(path, body))[0]["status"] == "new_firmware_detected"
        forced = "/sems-remote/api/v1/firmware-management/exist-force-upgrade"
        answer = await client.post(forced, {"plantId": client.plant.id, "sn": client.inverter.serial})
        assert answer["existForceUpgrade"] is False
        assert await client.get("/sems-plant/api/second-data/enable", stationId=client.plant.id) is False
        config = await client.get("/sems-plant/api/second-data/config")
        assert config["clientId"].startswith("SEMS_PLUS_WebClient_")
        assert {"userName", "password"} <= set(config)
