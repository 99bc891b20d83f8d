"""SEMS+ of the GoodWe simulator: energies, income and power curves (goodwe.md §5.5, §10.9)."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .semsplus_host import SemsPlus, at, needs_recordings, recording, semsplus
from .semsplus_shapes import lacks

pytestmark = pytest.mark.usefixtures("socket_enabled")

STATISTICS, PRODUCTION = "/sems-plant/api/stations/statistics", "/sems-plant/api/stations/production"
ITEMS = (
    "proSystemTotalStats",
    "proConsumStats",
    "proGridStats",
    "proPurchaseStats",
    "proSelfConsumStats",
    "proCharStats",
    "proDischarStats",
)


def body(client: SemsPlus, first: str, last: str, dimension: str = "day", **changes: Any) -> dict[str, Any]:
    """Return a request for the time between two days, both included."""
    return {
        "stationId": client.plant.id,
        "isReport": False,
        "items": list(ITEMS),
        "dimension": dimension,
        "startTime": f"{first} 00:00:00",
        "endTime": f"{last} 23:59:59",
        **changes,
    }


async def series(client: SemsPlus, first: str, last: str, dimension: str = "day") -> dict[str, dict[str, float]]:
    """Return the values of each item by period."""
    data = await client.post(STATISTICS, body(client, first, last, dimension))
    return {row["item"]: {one["date"]: one["val"] for one in row["statisticsList"]} for row in data["dataList"]}


async def test_days_months_and_years_add_up(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        days = await series(client, "2026-04-01", "2026-04-30")
        months = await series(client, "2026-01-01", "2026-12-31", "month")
        years = await series(client, "2026-01-01", "2026-12-31", "year")
        assert set(days) == set(months) == set(years) == set(ITEMS)
        assert list(days["proSystemTotalStats"])[:2] == ["2026-04-01", "2026-04-02"]
        assert list(months["proSystemTotalStats"])[3] == "2026-04"
        for item in ITEMS:
            assert len(days[item]) == 30
            assert sum(days[item].values()) == pytest.approx(months[item]["2026-04"], abs=0.2)
            assert sum(months[item].values()) == pytest.approx(years[item]["2026"], abs=0.2)
            assert years[item]["2026"] > months[item]["2026-04"] > 0


async def test_flat_totals(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        data = await client.post(STATISTICS, body(client, "2026-06-01", "2026-06-20"))
        items = await series(client, "2026-06-01", "2026-06-20")
        assert (
            data["production"]
            == data["proAcTotal"]
            == pytest.approx(data["proSelfConsum"] + data["proGrid"], abs=0.001)
        )
        assert data["production"] != pytest.approx(sum(items["proSystemTotalStats"].values()), rel=0.001)
        assert data["proGridRate"] == pytest.approx(100 * data["proGrid"] / data["production"], abs=0.006)
        assert data["contributionRate"] == pytest.approx(100 * data["proSelfConsum"] / data["proConsum"], abs=0.006)
        assert data["proPurchaseRate"] == pytest.approx(100 * data["proPurchase"] / data["proConsum"], abs=0.006)
        assert data["proConsum"] == pytest.approx(sum(items["proConsumStats"].values()), abs=0.2)


async def test_todays_value_grows_with_the_house(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        before = (await series(client, "2026-06-21", "2026-06-21"))["proSystemTotalStats"]["2026-06-21"]
        client.simulator.stage.set_house(solar_w=3000.0, home_w=3000.0)
        clock.advance(7200)
        after = (await series(client, "2026-06-21", "2026-06-21"))["proSystemTotalStats"]["2026-06-21"]
        assert after - before == pytest.approx(6.0, abs=0.1)


@pytest.mark.parametrize("dimension", ["total", "week", None, 1])
async def test_other_dimensions_are_refused(clock: SimClock, dimension: Any) -> None:
    async with semsplus(clock) as client:
        wanted = body(client, "2026-06-01", "2026-06-20", dimension=dimension)
        assert await client.code("POST", STATISTICS, wanted) == "S0327"


@needs_recordings
async def test_a_bad_dimension_looks_like_the_recorded_one(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        _, answer = await client.send("POST", STATISTICS, body(client, "2026-06-01", "2026-06-20", "total"))
        recorded = recording("semsplus_statistics_bad_dimension")
        assert (answer["code"], answer["description"]) == (recorded["code"], recorded["description"])


async def test_several_years_at_once_are_zeros(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        years = await series(client, "2025-06-01", "2026-06-20", "year")
        assert {value for item in ITEMS for value in years[item].values()} == {0.0}
        assert sum((await series(client, "2025-06-01", "2026-06-20", "month"))["proSystemTotalStats"].values()) > 1000
        wanted = body(client, "2025-06-01", "2026-06-20", "year")
        assert (await client.post(PRODUCTION, wanted))["proSystemTotalStats"] == 0.0


async def test_before_the_plant_and_after_today_there_is_nothing(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        created: date = client.plant.created
        days = (await series(client, f"{created - timedelta(2)}", f"{created}"))["proSystemTotalStats"]
        assert [value > 0 for value in days.values()] == [False, False, True]
        days = (await series(client, "2026-06-21", "2026-06-23"))["proSystemTotalStats"]
        assert [value > 0 for value in days.values()] == [True, False, False]


@pytest.mark.parametrize("changes", [{"items": None, "item": ["proConsumStats"]}, {"isReport": 0}])
async def test_the_older_clients_form_gets_no_series(clock: SimClock, changes: dict[str, Any]) -> None:
    async with semsplus(clock) as client:
        data = await client.post(STATISTICS, body(client, "2026-06-01", "2026-06-20", **changes))
        assert data["dataList"] == []
        assert data["proConsum"] > 0


@pytest.mark.parametrize(
    "changes", [{"startTime": None}, {"endTime": "2026-06-20"}, {"startTime": "2026-06-01T00:00:00"}]
)
async def test_times_are_needed(clock: SimClock, changes: dict[str, Any]) -> None:
    async with semsplus(clock) as client:
        assert await client.code("POST", STATISTICS, body(client, "2026-06-01", "2026-06-20", **changes)) == "P0214"


async def test_after_midnight_yesterday_is_served_for_a_while() -> None:
    clock = at("2026-06-21T21:59:30")
    async with semsplus(clock) as client:
        solar = "proSystemTotalStats"
        clock.advance(120)
        days = (await series(client, "2026-06-21", "2026-06-22"))[solar]
        months = (await series(client, "2026-06-01", "2026-06-30", "month"))[solar]
        assert days["2026-06-22"] == days["2026-06-21"] > 5
        late = sum((await series(client, "2026-06-01", "2026-06-21"))[solar].values())
        assert months["2026-06"] == pytest.approx(late, abs=0.2), "the day is not counted twice"
        clock.advance(900)
        days = (await series(client, "2026-06-21", "2026-06-22"))[solar]
        assert days["2026-06-21"] > days["2026-06-22"] == 0


async def test_a_plant_without_a_meter_uses_all_itself(clock: SimClock) -> None:
    async with semsplus(clock, "string") as client:
        data = await client.post(STATISTICS, body(client, "2026-06-01", "2026-06-20"))
        items = await series(client, "2026-06-01", "2026-06-20")
        assert (data["proGrid"], data["proPurchase"]) == (0, 0)
        assert data["production"] == data["proConsum"] == data["proSelfConsum"]
        assert data["production"] == pytest.approx(sum(items["proSystemTotalStats"].values()), abs=0.2)


async def test_income(clock: SimClock) -> None:
    async with semsplus(clock, "several") as client:
        wanted = body(client, "2026-06-20", "2026-06-20")
        data, plant = await client.post(PRODUCTION, wanted), client.plant
        assert data["currency"] == "EUR"
        assert data["profitProStats"] == pytest.approx(data["proSystemTotalStats"] * plant.yield_rate, abs=0.01)
        assert data["profitGridStats"] == pytest.approx(data["proGridStats"] * plant.yield_rate, abs=0.01)
        assert "dataList" not in data
        other = await client.post(PRODUCTION, {**wanted, "stationId": client.simulator.world.plants[1].id})
        assert other["currency"] == "AUD"


@needs_recordings
async def test_statistics_look_like_the_recorded_ones(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        _, answer = await client.send("POST", STATISTICS, body(client, "2026-06-20", "2026-06-20"))
        recorded = recording("semsplus_statistics_day_hybrid")
        assert not list(lacks(answer, recorded))
        told = {row["item"]: row for row in answer["data"]["dataList"]}
        assert all(not list(lacks(told[row["item"]], row)) for row in recorded["data"]["dataList"])
        data = await client.post(PRODUCTION, body(client, "2026-06-20", "2026-06-20"))
        assert set(data) == set(recording("semsplus_production_day"))


# --- curves ----------------------------------------------------------------------------------------------------------


def curve_body(client: SemsPlus, **changes: Any) -> dict[str, Any]:
    """Return a request for the power of a quarter of an hour before noon."""
    return {
        "stationId": client.plant.id,
        "items": ["pSystem", "soc", "pBat", "pConsum", "pGrid"],
        "timeScale": 1,
        "timeZone": 2,
        "startTime": "2026-06-21 12:00:00",
        "endTime": "2026-06-21 12:14:59",
        **changes,
    }


async def test_power_minute_by_minute(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        path = f"/sems-plant/api/v1/hems/power/{client.plant.id}"
        rows = (await client.post(path, curve_body(client)))["dataList"]
        told = {row["item"]: [point["power"] for point in row["powerData"]] for row in rows}
        assert [point["tp"] for point in rows[0]["powerData"]][:2] == ["2026-06-21 12:00:00", "2026-06-21 12:01:00"]
        assert {len(points) for points in told.values()} == {15}
        for sun, battery, grid, load in zip(
            *(told[item] for item in ("pSystem", "pBat", "pGrid", "pConsum")), strict=True
        ):
            assert load == pytest.approx(sun + battery - grid, abs=1e-9)
        assert all(0 <= level <= 100 for level in told["soc"])


async def test_the_zone_decides_what_is_shown(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        path = f"/sems-plant/api/v1/hems/power/{client.plant.id}"
        rows = (await client.post(path, curve_body(client, timeZone=0)))["dataList"]
        assert rows[0]["powerData"][0]["tp"] == "2026-06-21 10:00:00"
        client.simulator.semsplus.set_semsplus(negated_zone=True)
        rows = (await client.post(path, curve_body(client, timeZone=-2)))["dataList"]
        assert rows[0]["powerData"][0]["tp"] == "2026-06-21 12:00:00"


async def test_the_other_variant_has_other_names_and_more_items(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        rows = (await client.post("/sems-plant/api/v1/hems/power/statisticsAndPreV2", curve_body(client)))["dataList"]
        assert {"sell", "buy", "charge"} < {row["item"] for row in rows}
        assert all(len(row["statisticsList"]) == 15 for row in rows)


async def test_a_devices_own_series(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        lead = client.inverter
        path = f"/sems-plant/api/portal/equipments/{lead.serial}/timeSeriesData"
        wanted = {
            "sn": lead.serial,
            "deviceType": "INVERTER",
            "stationId": client.plant.id,
            "group": "power",
            "module": "chart",
            "startDateTime": "2026-06-21 10:00:00",
            "endDateTime": "2026-06-21 11:00:00",
            "timeGranularity": "1",
        }
        rows = {row["code"]: row["points"] for row in (await client.post(path, wanted))["dataList"]}
        assert len(rows["pAc"]) == 12
        assert all(float(point["value"]) > 1 for point in rows["pPv"])
        config = await client.get(f"/sems-plant/api/equipments/{lead.serial}/getMetricConfig", module="chart")
        assert config[0]["group"] == "power"
