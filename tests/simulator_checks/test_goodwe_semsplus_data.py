"""SEMS+ of the GoodWe simulator: plants, flow, devices and what they tell (goodwe.md §5.2–5.4, §5.6, §6.6)."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.simulators.clock import SimClock
from tests.simulators.goodwe.semsplus_flow import arrows

from .semsplus_host import CABINET, FLOW, SemsPlus, at, factors, needs_recordings, recording, semsplus, value

pytestmark = pytest.mark.usefixtures("socket_enabled")

PORTAL, SIMPLE = "/sems-plant/api/portal/stations/page", "/sems-plant/api/stations/simple-query"
INFO = "/sems-plant/api/portal/stations/basic/info"
STATUS, PAGE = "/sems-plant/api/stations/device/all-status", "/sems-plant/api/web/device/station/page"
ALARMS = "/sems-alarm/api/v2/alarm/page"
MIDNIGHT = "2026-06-21T22:00:00"
EMPTY = (None, "")


def lacks(answer: Any, recorded: Any, path: str = "") -> Iterator[str]:
    """Yield what of a recording an answer has not: keys, and values of another kind."""
    match recorded:
        case dict():
            if not isinstance(answer, dict):
                yield f"{path} is no object"
                return
            for key, part in recorded.items():
                if key not in answer:
                    yield f"{path}.{key} is missing"
                else:
                    yield from lacks(answer[key], part, f"{path}.{key}")
        case list():
            if not isinstance(answer, list):
                yield f"{path} is no list"
            elif recorded and isinstance(recorded[0], dict) and answer:
                yield from lacks(answer[0], recorded[0], f"{path}[0]")
        case bool() | str():
            if type(answer) is not type(recorded):
                yield f"{path} is {answer!r}"
        case int() | float():
            if not isinstance(answer, (int, float)) or isinstance(answer, bool):
                yield f"{path} is {answer!r}"


def lacks_factors(groups: Any, recorded: Any) -> Iterator[str]:
    """Yield the factors of a recording an answer has not, by group, each with its unit and members."""
    known = {one["code"]: one for one in groups}
    for group in recorded:
        answered = factors([known[group["code"]]])
        for one in group["factors"]:
            if (told := answered.get(one["code"])) is None:
                yield one["code"]
                continue
            if told.get("unit") != one.get("unit") or told["dataType"] != one["dataType"]:
                yield f"{one['code']} is {told}"
            yield from lacks(told, {key: part for key, part in one.items() if key != "frontendConfig"}, one["code"])


async def devices(client: SemsPlus) -> dict[str, Any]:
    """Return what all-status tells, by serial number."""
    data = await client.get(STATUS, stationId=client.plant.id)
    groups = [group for one in data["deviceDetailList"] for group in one["statusDetailList"]]
    return {serial: detail for group in groups for serial, detail in group["detailMap"].items()}


# --- plants ----------------------------------------------------------------------------------------------------------


async def test_plants_come_in_pages(clock: SimClock) -> None:
    async with semsplus(clock, "several") as client:
        plants = client.simulator.world.plants
        first = await client.post(PORTAL, {"current": 1, "size": 2})
        second = await client.post(PORTAL, {"current": 2, "size": 2})
        assert [row["id"] for row in (*first["dataList"], *second["dataList"])] == [plant.id for plant in plants]
        assert (len(first["dataList"]), first["total"], second["current"]) == (2, 3, 2)
        zones = [row["timeZone"] for row in (*first["dataList"], *second["dataList"])]
        assert zones == ["Europe/Berlin", "Australia/Brisbane", "Europe/Lisbon"]
        simple = await client.post(SIMPLE, {"pageIndex": 1, "pageSize": 50})
        assert [row["name"] for row in simple["dataList"]] == [plant.name for plant in plants]
        app = await client.post("/sems-plant/api/app/v2/stations/page", {"current": 1, "size": 100})
        assert app["total"] == 3


async def test_a_post_may_come_without_a_body(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        assert (await client.post(PORTAL))["size"] == 15
        assert (await client.post(INFO, stationId=client.plant.id))["stationId"] == client.plant.id


async def test_the_installers_list_may_be_no_right_of_the_account(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        client.simulator.semsplus.set_semsplus(refuse_portal=True, bare_list=True)
        assert await client.code("POST", PORTAL, {"current": 1, "size": 100}) == "100025"
        assert (await client.post(SIMPLE, {"pageIndex": 1, "pageSize": 50}))[0]["id"] == client.plant.id


@pytest.mark.parametrize(
    ("profile", "fields", "kind"),
    [
        ("home", "pSystem,soc,pBat,pConsum,pGrid", "2"),
        ("string", "pSystem", "1"),
        ("two_inverters", "pSystem,pConsum,pGrid", "1"),
    ],
)
async def test_facts_of_a_plant(clock: SimClock, profile: str, fields: str, kind: str) -> None:
    async with semsplus(clock, profile) as client:
        for path in (INFO, "/sems-plant/api/app/v2/stations/basic/info"):
            info = await client.post(path, {}, stationId=client.plant.id)
            assert (info["chartMap"]["energy_flow"], info["powerStationType"]) == (fields, kind)
            assert info["timeZone"] == "UTC+02:00"
            assert ("gridStatus" in info) is (profile != "string")
            assert "INVERTER_REMOTE" in info["permissions"]


async def test_a_visitor_may_only_look(clock: SimClock) -> None:
    async with semsplus(clock, "visitor") as client:
        info = await client.post(INFO, {}, stationId=client.plant.id)
        assert info["permissions"] == ["STATION_VIEW"]
        assert info["isShared"] is True


async def test_the_grid_goes(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        client.plant.house.start_outage()
        assert (await client.post(INFO, {}, stationId=client.plant.id))["gridStatus"] == "0"


async def test_a_foreign_plant_is_no_right(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        for method, path in (("GET", FLOW), ("POST", INFO), ("GET", STATUS)):
            assert await client.code(method, path, stationId="somebody-elses") == "100025"
            assert await client.code(method, path) == "P0214"


@needs_recordings
async def test_plants_look_like_the_recorded_ones(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        _, answer = await client.send("POST", PORTAL, {"current": 1, "size": 100})
        assert not list(lacks(answer, recording("semsplus_station_list")))
        info = await client.post(INFO, {}, stationId=client.plant.id)
        assert not list(lacks(info, recording("semsplus_basic_info_all_in_one")))


# --- flow ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("house", "level", "flows", "signs"),
    [
        (
            {"solar_w": 0.0, "home_w": 1000.0, "mode": "self_consumption"},
            80,
            {"pBat": ["pConsum"]},
            {"pBat": 1, "pGrid": 0, "pConsum": 1},
        ),
        (
            {"solar_w": 6000.0, "home_w": 500.0},
            50,
            {"pSystem": ["pConsum", "pBat", "pGrid"]},
            {"pSystem": 1, "pBat": -1, "pGrid": 1},
        ),
        (
            {"solar_w": 2000.0, "home_w": 500.0},
            50,
            {"pSystem": ["pConsum", "pBat"]},
            {"pSystem": 1, "pBat": -1, "pGrid": 0},
        ),
        ({"solar_w": 0.0, "home_w": 700.0}, 5, {"pGrid": ["pConsum"]}, {"pGrid": -1, "pBat": 0, "pConsum": 1}),
        (
            {"solar_w": 1000.0, "home_w": 9000.0},
            80,
            {"pSystem": ["pConsum"], "pBat": ["pConsum"], "pGrid": ["pConsum"]},
            {"pSystem": 1, "pBat": 1, "pGrid": -1},
        ),
    ],
)
async def test_signs_and_arrows(
    clock: SimClock, house: dict[str, Any], level: float, flows: dict[str, Any], signs: dict[str, int]
) -> None:
    async with semsplus(clock) as client:
        client.simulator.stage.set_house(level=level, **house)
        clock.advance(60)
        flow = await client.flow()
        assert flow["flows"] == flows
        assert {name: (flow[name] > 0) - (flow[name] < 0) for name in signs} == signs
        assert flow["refreshTime"] == f"{client.plant.local(clock.now()):%Y-%m-%dT%H:%M}:00"
        assert isinstance(flow["soc"], int)


async def test_the_power_identities_are_exact_all_day() -> None:
    clock = at(MIDNIGHT)
    async with semsplus(clock, "charger", cloudiness=0.7) as client:
        for _ in range(96):
            clock.advance(900)
            flow = await client.flow()
            solar = flow.get("pSystem", 0.0)
            assert flow["pConsum"] == pytest.approx(solar + flow["pBat"] - flow["pGrid"], abs=1e-9)
            assert flow.get("pAc", flow["pBat"]) == pytest.approx(solar + flow["pBat"], abs=1e-9)
            sources, sinks = set(flow["flows"]), {sink for fed in flow["flows"].values() for sink in fed}
            assert ("pGrid" in sources, "pGrid" in sinks) == (flow["pGrid"] < 0, flow["pGrid"] > 0)
            assert ("pBat" in sources, "pBat" in sinks) == (flow["pBat"] > 0, flow["pBat"] < 0)
            assert flow["pConsum"] >= 0


async def test_a_plant_without_a_meter_tells_its_sun_alone(clock: SimClock) -> None:
    async with semsplus(clock, "string") as client:
        flow = await client.flow()
        assert set(flow) == {
            "id", "name", "status", "isGoodweInverter", "pSystem", "pAc", "consumFlag", "refreshTime",
        }  # fmt: skip
        assert flow["pSystem"] == flow["pAc"] > 1


async def test_a_sleeping_plant_repeats_its_last_record() -> None:
    clock = at("2026-06-21T18:00:00")
    async with semsplus(clock, "string") as client:
        clock.advance(4 * 3600)
        flow = await client.flow()
        assert flow["status"] == "0"
        assert flow["refreshTime"] < "2026-06-21T22:00"
        clock.advance(3600)
        assert (await client.flow())["refreshTime"] == flow["refreshTime"]
        client.simulator.semsplus.set_semsplus(empty_at_night=True)
        assert await client.flow() == {}
        clock.advance(8 * 3600)
        assert (await client.flow())["refreshTime"].startswith("2026-06-22T09:00")


async def test_a_dongle_offline_stops_the_data_not_the_answers(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        before = await client.flow()
        client.simulator.stage.set_dongle(offline=True)
        clock.advance(1200)
        after = await client.flow()
        assert after == {**before, "status": "0"}


async def test_odd_flows(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        client.simulator.stage.set_house(solar_w=3000.0, home_w=500.0, level=50)
        clock.advance(60)
        plain, odd = await client.flow(), client.simulator.semsplus.set_semsplus
        odd(magnitudes=True)
        assert (await client.flow())["pBat"] == -plain["pBat"] > 0
        odd(magnitudes=False, without_flows=True)
        assert await client.flow() == {name: part for name, part in plain.items() if name != "flows"}
        odd(without_flows=False, unbalanced_kw=0.4)
        assert (await client.flow())["pConsum"] == pytest.approx(plain["pConsum"] + 0.4)
        odd(unbalanced_kw=0.0, negative_night=True)
        client.simulator.stage.set_house(solar_w=0.0)
        clock.advance(60)
        flow = await client.flow()
        assert -0.01 < flow["pSystem"] < 0
        assert "pSystem" not in flow["flows"]


@needs_recordings
async def test_flows_look_like_the_recorded_ones(clock: SimClock) -> None:
    async with semsplus(clock, "string") as client:
        _, answer = await client.send("GET", FLOW, stationId=client.plant.id)
        assert not list(lacks(answer, recording("semsplus_station_flow_pv_only_day")))
    async with semsplus(clock) as client:
        flow = await client.flow()
        for sample in recording("semsplus_station_flow_battery_directions")["samples"]:
            assert set(sample["flow"]) <= set(flow)
            assert arrows({"pSystem": 0.0, **sample["flow"]}) == sample["flow"]["flows"], sample["condition"]


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
