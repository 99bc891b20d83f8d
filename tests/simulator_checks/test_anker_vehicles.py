"""The vehicles of an account of the Anker simulator (anker.md §6.7, §12.13)."""

from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .anker_energy import recorded, shape
from .anker_host import PS, App, app, needs_recordings

pytestmark = pytest.mark.usefixtures("socket_enabled")

VEHICLE = PS + "app/vehicle/"
BRANDS, MODELS, YEARS, LINES = (
    PS + f"app/get_{name}" for name in ("brand_list", "models", "model_years", "model_list")
)


async def vehicles(client: App) -> list[dict[str, Any]]:
    """Return the account's vehicles."""
    rows: list[dict[str, Any]] = (await client.data(VEHICLE + "get_vehicle_list"))["vehicle_list"]
    return rows


async def add(client: App, *names: str, **attributes: Any) -> int | None:
    """Add vehicles and return the answer's code."""
    told = [{"vehicle_name": name, "brand": "Fiat", "model": "500e", **attributes} for name in names]
    return await client.code(VEHICLE + "add_vehicle", {"user_vehicle_info": told})


async def test_a_vehicle_is_added_changed_and_deleted(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        assert await vehicles(client) == []
        assert await add(client, "Blue", productive_year=2022, battery_capacity=37.3, ac_max_charging_power=11) == 0
        (row,) = await vehicles(client)
        assert (row["vehicle_name"], row["brand"], row["battery_capacity"]) == ("Blue", "Fiat", 37.3)
        assert row["is_default_vehicle"] is True
        assert "ac_max_charging_power" not in row  # only the detail tells

        own = {"vehicle_id": row["vehicle_id"]}
        change = own | {"vehicle_name": "Red", "energy_consumption_per_100km": 15.5}
        assert await client.code(VEHICLE + "update_vehicle", change) == 0
        detail = await client.data(VEHICLE + "get_vehicle_detail", own)
        assert detail["energy_consumption_per_100km"] == 15.5
        assert detail["ac_max_charging_power"] == 11
        assert detail["vehicle_name"] == "Blue"  # a name cannot be changed

        assert await client.code(VEHICLE + "delete_vehicle", own) == 0
        assert await vehicles(client) == []
        assert await client.code(VEHICLE + "get_vehicle_detail", own) == 10004


async def test_five_vehicles_are_enough(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        assert await add(client, "One", "Two") == 0
        assert await add(client, "Three", "Four") == 0
        assert await add(client, "Five", "Six") == 31003
        assert await add(client, "Five") == 0
        assert await add(client, "Six") == 31003
        assert [row["vehicle_name"] for row in await vehicles(client)] == ["One", "Two", "Three", "Four", "Five"]


async def test_names_are_unique(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        assert await add(client, "Blue") == 0
        assert await add(client, "Blue") == 31001
        assert await add(client, "Red", "Red") == 31001
        assert len(await vehicles(client)) == 1


async def test_one_vehicle_is_the_default(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        await add(client, "Blue", "Red")
        _, red = await vehicles(client)
        assert await client.code(VEHICLE + "set_default", {"vehicle_id": red["vehicle_id"]}) == 0
        assert [row["is_default_vehicle"] for row in await vehicles(client)] == [False, True]
        assert await client.code(VEHICLE + "delete_vehicle", {"vehicle_id": red["vehicle_id"]}) == 0
        assert [row["is_default_vehicle"] for row in await vehicles(client)] == [True]
        assert await client.code(VEHICLE + "set_default", {"vehicle_id": "nobody's"}) == 10004


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"user_vehicle_info": []}, id="nobody"),
        pytest.param({"user_vehicle_info": [{"brand": "Fiat"}]}, id="no name"),
        pytest.param(
            {"user_vehicle_info": [{"vehicle_name": "Blue", "battery_capacity": "37"}]}, id="text for a number"
        ),
    ],
)
async def test_odd_vehicles_are_refused(clock: SimClock, body: dict[str, Any]) -> None:
    async with app(clock, limits=False) as client:
        assert await client.code(VEHICLE + "add_vehicle", body) == 10003
        assert await vehicles(client) == []


async def test_a_line_of_the_catalogue_is_found_step_by_step(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        brand = {"brand_name": (await client.data(BRANDS))["brand_list"][-1]}
        model = brand | {"model_name": (await client.data(MODELS, brand))["model_list"][0]}
        year = model | {"productive_year": (await client.data(YEARS, model))["year_list"][0]}
        lines = (await client.data(LINES, year))["car_model_list"]
        assert [line["battery_capacity"] for line in lines] == [58.0, 77.0]  # two lines of one year
        told = {"vehicle_name": "Wolf", "brand": year["brand_name"], "model_id": lines[1]["id"]}
        assert await client.code(VEHICLE + "add_vehicle", {"user_vehicle_info": [told]}) == 0
        assert (await vehicles(client))[0]["battery_capacity"] == 77.0
        assert (await client.data(MODELS, {"brand_name": "Nobody"}))["model_list"] == []


async def test_a_write_can_be_lost(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        client.simulator.actions["next_write"]("lost")
        assert await add(client, "Blue") == 0
        assert await vehicles(client) == []


async def test_a_profile_brings_its_cars(clock: SimClock) -> None:
    async with app(clock, "charger", limits=False) as client:
        assert len(await vehicles(client)) == 2
        for number in range(3):
            client.simulator.actions["add_car"](f"More {number}")
        assert [row["is_default_vehicle"] for row in await vehicles(client)] == [True, False, False, False, False]


@needs_recordings
async def test_the_catalogue_looks_as_recorded(clock: SimClock) -> None:
    asked = {
        "*/vehicle_brands.json": (BRANDS, {}),
        "*/vehicle_brand_models_*.json": (MODELS, {"brand_name": "Fiat"}),
        "*/vehicle_model_years_*.json": (YEARS, {"brand_name": "Fiat", "model_name": "500e"}),
        "*/vehicle_year_attributes_*.json": (
            LINES,
            {"brand_name": "Fiat", "model_name": "500e", "productive_year": 2022},
        ),
    }
    async with app(clock, limits=False) as client:
        for pattern, (path, body) in asked.items():
            shapes = {str(shape(data)) for _, data in recorded(pattern)}
            assert str(shape(await client.data(path, body))) in shapes, pattern
