"""SEMS+ of the GoodWe simulator: plants, rights and the flow of power (goodwe.md §5.2, §5.3)."""

from typing import Any

import pytest

from tests.simulators.clock import SimClock
from tests.simulators.goodwe.semsplus_flow import arrows

from .semsplus_host import FLOW, STATUS, at, needs_recordings, recording, semsplus
from .semsplus_shapes import lacks

pytestmark = pytest.mark.usefixtures("socket_enabled")

PORTAL, SIMPLE = "/sems-plant/api/portal/stations/page", "/sems-plant/api/stations/simple-query"
INFO = "/sems-plant/api/portal/stations/basic/info"
MIDNIGHT = "2026-06-21T22:00:00"


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
