"""The cars of an account of Anker's cloud: what can be had, add, edit, delete, and which is the usual one."""

from collections.abc import Mapping
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.solar_battery_hub.const import DOMAIN
from tests.conftest import StartAnker
from tests.hub import Hub
from tests.simulators.anker.server import AnkerSimulator
from tests.simulators.anker.vehicles import Vehicle
from tests.simulators.anker.world import WriteBehaviour

pytestmark = pytest.mark.usefixtures("noon")

ZOE = {"brand": "Renault", "model": "Zoe", "year": 2022}


@pytest.fixture
async def server(hub: Hub, start_anker: StartAnker) -> AnkerSimulator:
    """Add an account with a charger and two cars."""
    server = await start_anker("charger")
    await hub.add_anker(server)
    await hub.advance(120, step=30)
    return server


@pytest.fixture
def root(server: AnkerSimulator) -> str:
    """Return our id of the account."""
    return f"user_{server.door.account.user_id}"


def cars(server: AnkerSimulator) -> list[Vehicle]:
    """Return the cars the account has, oldest first."""
    garage: list[Vehicle] = server.world.extras.garage.vehicles
    return garage


# The catalogue


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({}, {"brands": ["Fiat", "Renault", "Volkswagen"]}),
        ({"brand": "Volkswagen"}, {"models": ["ID.3", "ID.4"]}),
        ({"brand": "Renault", "model": "Zoe"}, {"years": [2019, 2022]}),
        (
            {"brand": "Volkswagen", "model": "ID.3", "year": 2021},
            {
                "variants": [
                    {"battery_capacity": 58, "charging_power": 11, "consumption": 15.6},
                    {"battery_capacity": 77, "charging_power": 11, "consumption": 16.3},
                ]
            },
        ),
        ({"brand": "Nobody"}, {"models": []}),
    ],
)
async def test_catalogue(
    hub: Hub, server: AnkerSimulator, root: str, said: Mapping[str, Any], answer: Mapping[str, Any]
) -> None:
    """Each answer holds what the next question may name."""
    assert await hub.act("get_vehicle_models", root, **said) == answer


# Adding


async def test_add(hub: Hub, server: AnkerSimulator, root: str) -> None:
    """Under any device of the account; what the catalogue knows for sure is filled in; it is a device at once."""
    any_device = server.world.devices[0].serial
    answer = await hub.act("add_vehicle", any_device, name="Ours", **ZOE, consumption=18.5)
    facts = {**ZOE, "battery_capacity": 52, "charging_power": 22, "consumption": 18.5}
    assert answer == {"outcome": "confirmed", "vehicle": {"name": "Ours", **facts}}
    car = cars(server)[-1]
    assert (car.name, car.attributes) == (
        "Ours",
        {
            "brand": "Renault",
            "model": "Zoe",
            "productive_year": 2022,
            "battery_capacity": 52,
            "ac_max_charging_power": 22,
            "energy_consumption_per_100km": 18.5,
        },
    )
    assert hub.device_id(f"vehicle_{car.id}")


@pytest.mark.parametrize(
    ("said", "wired"),
    [
        ({}, {}),
        ({"brand": "Own"}, {"brand": "Own"}),
        (  # two cars of that year are different
            {"brand": "Volkswagen", "model": "ID.3", "year": 2021},
            {"brand": "Volkswagen", "model": "ID.3", "productive_year": 2021},
        ),
    ],
)
async def test_what_is_not_known_is_left_out(
    hub: Hub, server: AnkerSimulator, root: str, said: Mapping[str, Any], wired: Mapping[str, Any]
) -> None:
    answer = await hub.act("add_vehicle", root, name="Ours", **said)
    assert answer["outcome"] == "confirmed"
    assert cars(server)[-1].attributes == wired
    assert server.world.audit[-1].body == {"user_vehicle_info": [{"vehicle_name": "Ours", **wired}]}


async def test_catalogue_that_does_not_answer(hub: Hub, server: AnkerSimulator, root: str) -> None:
    """It only saves typing: a car can be added without it."""
    server.faults.add("/power_service/v1/app/get_model_list", "status", code=404)
    answer = await hub.act("add_vehicle", root, name="Ours", **ZOE)
    assert answer["outcome"] == "confirmed"
    assert cars(server)[-1].attributes == {"brand": "Renault", "model": "Zoe", "productive_year": 2022}


async def test_name_that_is_there_already(hub: Hub, server: AnkerSimulator, root: str) -> None:
    with pytest.raises(HomeAssistantError) as caught:
        await hub.act("add_vehicle", root, name=cars(server)[0].name)
    assert caught.value.translation_key == "already_exists"
    assert len(cars(server)) == 2


async def test_sixth_car(hub: Hub, server: AnkerSimulator, root: str) -> None:
    for number in range(3):
        await hub.act("add_vehicle", root, name=f"Another {number}")
        await hub.advance(70, step=35)
    with pytest.raises(HomeAssistantError) as caught:
        await hub.act("add_vehicle", root, name="One too many")
    assert caught.value.translation_key == "limit_reached"
    assert len(cars(server)) == 5


async def test_lost_on_the_way(hub: Hub, server: AnkerSimulator, root: str) -> None:
    """Only what the list shows afterwards is there."""
    server.world.writes.append(WriteBehaviour(kind="lost"))
    assert await hub.act("add_vehicle", root, name="Ours") == {"outcome": "not_confirmed"}


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "Ours", "year": 1800}, {"name": "Ours", "battery_capacity": 0}, {}]
)
async def test_nonsense(hub: Hub, server: AnkerSimulator, root: str, wrong: Mapping[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        await hub.act("add_vehicle", root, **wrong)
    assert server.world.audit == []


# Editing, choosing, deleting


async def test_edit(hub: Hub, server: AnkerSimulator) -> None:
    """Only what is said goes out; the answer is what the cloud has then."""
    car = cars(server)[0]
    before = dict(car.attributes)
    answer = await hub.act("edit_vehicle", f"vehicle_{car.id}", battery_capacity=41.5)
    assert server.world.audit[-1].body == {"vehicle_id": car.id, "battery_capacity": 41.5}
    assert car.attributes == {**before, "battery_capacity": 41.5}
    assert answer["outcome"] == "confirmed"
    assert isinstance(answer["vehicle"]["year"], int)
    assert answer["vehicle"] == {
        "name": car.name,
        "brand": before["brand"],
        "model": before["model"],
        "year": before["productive_year"],
        "battery_capacity": 41.5,
        "charging_power": before["ac_max_charging_power"],
        "consumption": before["energy_consumption_per_100km"],
    }


async def test_edit_that_did_not_work(hub: Hub, server: AnkerSimulator) -> None:
    car = cars(server)[0]
    server.world.writes.append(WriteBehaviour(kind="lost"))
    answer = await hub.act("edit_vehicle", f"vehicle_{car.id}", year=2024)
    assert (answer["outcome"], answer["vehicle"]["year"]) == ("not_confirmed", car.attributes["productive_year"])


async def test_edit_of_nothing(hub: Hub, server: AnkerSimulator) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await hub.act("edit_vehicle", f"vehicle_{cars(server)[0].id}")
    assert caught.value.translation_key == "nothing_to_change"
    assert server.world.audit == []


async def test_default(hub: Hub, server: AnkerSimulator) -> None:
    first, second = cars(server)
    assert await hub.act("set_default_vehicle", f"vehicle_{second.id}") == {"outcome": "confirmed"}
    assert (first.default, second.default) == (False, True)
    server.world.writes.append(WriteBehaviour(kind="lost"))
    assert await hub.act("set_default_vehicle", f"vehicle_{first.id}") == {"outcome": "not_confirmed"}


async def test_delete(hub: Hub, server: AnkerSimulator) -> None:
    """The car goes, and so does its device."""
    first, second = cars(server)
    assert hub.device_id(f"vehicle_{first.id}")
    assert await hub.act("delete_vehicle", f"vehicle_{first.id}", confirm=True) == {"outcome": "confirmed"}
    assert cars(server) == [second]
    (entry,) = hub.hass.config_entries.async_entries(DOMAIN)
    assert {f"vehicle_{car.id}" for car in (first, second)} & {known.id for known in entry.runtime_data.devices} == {
        f"vehicle_{second.id}"
    }


async def test_delete_needs_a_yes(hub: Hub, server: AnkerSimulator) -> None:
    with pytest.raises(vol.Invalid):
        await hub.act("delete_vehicle", f"vehicle_{cars(server)[0].id}", confirm=False)
    assert len(cars(server)) == 2


async def test_delete_that_did_not_work(hub: Hub, server: AnkerSimulator) -> None:
    server.world.writes.append(WriteBehaviour(kind="lost"))
    answer = await hub.act("delete_vehicle", f"vehicle_{cars(server)[0].id}", confirm=True)
    assert answer == {"outcome": "not_confirmed"}


@pytest.mark.parametrize(
    ("action", "fields"),
    [("edit_vehicle", {"year": 2020}), ("delete_vehicle", {"confirm": True}), ("set_default_vehicle", {})],
)
async def test_device_that_is_no_car(hub: Hub, server: AnkerSimulator, action: str, fields: Mapping[str, Any]) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await hub.act(action, server.world.devices[0].serial, **fields)
    assert caught.value.translation_key == "not_supported"
    assert server.world.audit == []
