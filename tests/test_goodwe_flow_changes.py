"""Signing in again, changing how an account of GoodWe's cloud is reached, and its options, as in the UI."""

from collections.abc import Mapping
import json
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.solar_battery_hub import async_remove_config_entry_device
from custom_components.solar_battery_hub.const import DOMAIN
from tests.conftest import StartGoodWe
from tests.hub import Hub, goodwe_form
from tests.simulators.goodwe.server import GoodWeSimulator

pytestmark = pytest.mark.usefixtures("noon")

LOGIN = "/auth/cross-login"
OTHER_USER = "0aaaaaaa-0000-4000-8000-000000000001"


@pytest.fixture
async def server(start_goodwe: StartGoodWe) -> GoodWeSimulator:
    return await start_goodwe("string")


def logins(server: GoodWeSimulator) -> int:
    """Return how often somebody tried to sign in to SEMS+."""
    return sum(request.path.endswith(LOGIN) for request in server.requests)


def suggestions(flow: ConfigFlowResult) -> dict[str, Any]:
    """Return every field of a form, with what it is filled with when it appears."""
    schema = flow["data_schema"]
    assert schema is not None
    return {str(field): (field.description or {}).get("suggested_value") for field in schema.schema}


def device_ids(hub: Hub, entry: ConfigEntry) -> set[str]:
    """Return our ids of an entry's devices."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hub.hass), entry.entry_id)
    return {text for device in devices for domain, text in device.identifiers if domain == DOMAIN}


# Signing in again


async def test_new_password(hub: Hub, server: GoodWeSimulator, hass_storage: dict[str, Any]) -> None:
    """Only the password is asked for; one sign-in per submit, none for the start after it."""
    entry = await hub.add_goodwe(server)
    before = dict(entry.data)
    server.world.account.password = "brand-new"
    server.world.sessions.end()
    flow = await hub.sign_in_again(entry)
    assert flow["step_id"] == "goodwe_reauth"
    assert suggestions(flow) == {"password": None}
    assert flow["description_placeholders"] == {"name": entry.title, "username": before["username"]}
    flow = await hub.fill(flow, {"password": "wrong"})
    assert (flow["step_id"], flow["errors"]) == ("goodwe_reauth", {"base": "wrong_password"})
    flow = await hub.fill(flow, {"password": "brand-new"})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == {**before, "password": "brand-new"}
    assert entry.state is ConfigEntryState.LOADED
    assert logins(server) == 3
    assert before["password"] not in json.dumps({name: hass_storage[name] for name in hass_storage if DOMAIN in name})


async def test_the_password_that_was_refused_is_not_believed(hub: Hub, server: GoodWeSimulator) -> None:
    """A sign-in that was refused ends everything until the user helps; the old password is refused again."""
    entry = await hub.add_goodwe(server)
    old = entry.data["password"]
    server.world.account.password = "brand-new"
    server.world.sessions.end()
    flows = hub.hass.config_entries.flow
    await hub.advance(300, step=30)
    (waiting,) = flows.async_progress()
    asked = logins(server)
    assert asked == 2
    await hub.advance(7_200, step=300)
    assert logins(server) == asked, "a refused password is never tried again by itself"
    flow = await flows.async_configure(waiting["flow_id"])
    flow = await hub.fill(flow, {"password": old})
    assert flow["errors"] == {"base": "wrong_password"}
    flow = await hub.fill(flow, {"password": "brand-new"})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    assert not flows.async_progress()


async def test_another_account_behind_the_same_address(hub: Hub, server: GoodWeSimulator) -> None:
    """A user that was made anew and sees none of the plants is another account."""
    entry = await hub.add_goodwe(server)
    before = dict(entry.data)
    server.world.account.uid = OTHER_USER
    server.world.account.password = "brand-new"
    server.world.plants[0].id = "1bbbbbbb-0000-4000-8000-000000000002"
    flow = await hub.fill(await hub.sign_in_again(entry), {"password": "brand-new"})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "other_account")
    assert entry.data == before


# Changing how it is reached


async def test_form_of_the_change(hub: Hub, server: GoodWeSimulator) -> None:
    """Filled with all but the password, which may stay empty."""
    entry = await hub.add_goodwe(server)
    flow = await hub.change(entry)
    assert flow["step_id"] == "goodwe_reconfigure"
    shown = suggestions(flow)
    assert shown == {"username": entry.data["username"], "password": None, "region": "own_url", "url": server.url}
    before = dict(entry.data)
    flow = await hub.fill(flow, {name: value for name, value in shown.items() if value is not None})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == before
    assert entry.state is ConfigEntryState.LOADED
    assert logins(server) == 1, "nothing changed, so the session is still good"


@pytest.mark.parametrize(
    "change", [{"username": "visitor@example.org"}, {"url": "https://example.org"}, {"region": "eu"}]
)
async def test_present_password_goes_to_nobody_else(
    hub: Hub, server: GoodWeSimulator, change: Mapping[str, str]
) -> None:
    """It was given for one account at one address."""
    entry = await hub.add_goodwe(server)
    form = goodwe_form(server, **change)
    del form["password"]
    flow = await hub.fill(await hub.change(entry), form)
    assert (flow["step_id"], flow["errors"]) == ("goodwe_reconfigure", {"password": "password_needed"})
    assert logins(server) == 1


async def test_new_region(hub: Hub, server: GoodWeSimulator, hass_storage: dict[str, Any]) -> None:
    """What was remembered goes along; nothing stays at the old address."""
    entry = await hub.add_goodwe(server)
    hub.hass.config_entries.async_update_entry(entry, data={**entry.data, "region": "cn"})
    files = {name for name in hass_storage if name.startswith(f"{DOMAIN}.account.")}
    flow = await hub.fill(await hub.change(entry), goodwe_form(server))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["region"] == "own_url"
    assert {name for name in hass_storage if name.startswith(f"{DOMAIN}.account.")} == files


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"password": "wrong"}, {"base": "wrong_password"}),
        ({"url": "http://example.org"}, {"url": "unsafe_url"}),
    ],
)
async def test_change_that_does_not_work(
    hub: Hub, server: GoodWeSimulator, change: Mapping[str, str], errors: Mapping[str, str]
) -> None:
    entry = await hub.add_goodwe(server)
    before = dict(entry.data)
    flow = await hub.fill(await hub.change(entry), goodwe_form(server, **change))
    assert (flow["step_id"], flow["errors"]) == ("goodwe_reconfigure", errors)
    assert suggestions(flow)["url"] == change.get("url", server.url)
    assert entry.data == before
    flow = await hub.fill(flow, goodwe_form(server))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")


async def test_account_that_sees_the_same_plant(hub: Hub, start_goodwe: StartGoodWe) -> None:
    """From the owner's account to one the plant is shared with: identity, devices and entities stay."""
    owner, visitor = await start_goodwe("home"), await start_goodwe("visitor")
    entry = await hub.add_goodwe(owner)
    before, devices = dict(entry.data), device_ids(hub, entry)
    visitor.world.account.uid, visitor.world.account.email = OTHER_USER, "visitor@example.org"
    visitor.world.plants[0].id = owner.world.plants[0].id
    flow = await hub.fill(await hub.change(entry), goodwe_form(visitor))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == {**before, **goodwe_form(visitor)}
    assert entry.state is ConfigEntryState.LOADED
    root = before["identity"]
    assert {root, f"plant_{owner.world.plants[0].id}"} <= device_ids(hub, entry) & devices


async def test_account_that_sees_another_plant(hub: Hub, start_goodwe: StartGoodWe) -> None:
    one, other = await start_goodwe("string"), await start_goodwe("string", seed=1)
    entry = await hub.add_goodwe(one)
    before = dict(entry.data)
    flow = await hub.fill(await hub.change(entry), goodwe_form(other))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "other_account")
    assert entry.data == before


async def test_change_may_not_take_over_the_plant_of_another_entry(hub: Hub, start_goodwe: StartGoodWe) -> None:
    """An account that has grown into another entry's one is refused with that one's name."""
    one, two = await start_goodwe("string"), await start_goodwe("several", seed=1)
    entry, other = await hub.add_goodwe(one), await hub.add_goodwe(two)
    shared = two.world.plants[1]
    one.world.plants.append(shared)
    one.world.sessions.end()
    flow = await hub.fill(await hub.change(entry), goodwe_form(one))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "device_in_use")
    assert flow["description_placeholders"] == {"device": shared.name, "account": other.title}


# Options


async def choose(hub: Hub, entry: ConfigEntry, options: Mapping[str, Any]) -> None:
    """Submit the form of the options and wait for the entry to start again."""
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert flow["step_id"] == "goodwe_options"
    flow = await hub.hass.config_entries.options.async_configure(flow["flow_id"], dict(options))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("options", [{"interval": 120}, {}])
async def test_interval(hub: Hub, server: GoodWeSimulator, options: Mapping[str, Any]) -> None:
    """Seconds, or none for automatic; the entry starts again with it, without a sign-in."""
    entry = await hub.add_goodwe(server)
    await choose(hub, entry, options)
    assert entry.options == options
    assert logins(server) == 1


@pytest.mark.parametrize("seconds", [59, 601])
async def test_interval_outside_its_range(hub: Hub, server: GoodWeSimulator, seconds: int) -> None:
    entry = await hub.add_goodwe(server)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(Exception, match="interval"):
        await hub.hass.config_entries.options.async_configure(flow["flow_id"], {"interval": seconds})
    assert entry.options == {}


async def test_plants_to_read(hub: Hub, start_goodwe: StartGoodWe) -> None:
    """Nothing is asked about those that are not chosen; their devices may be deleted, and they be chosen again."""
    server = await start_goodwe("several")
    entry = await hub.add_goodwe(server)
    every = sorted(plant.id for plant in server.world.plants)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert {name: sorted(value or ()) for name, value in suggestions(flow).items()} == {"interval": [], "plants": every}
    await choose(hub, entry, {"plants": every[:1]})
    assert entry.options == {"plants": every[:1]}
    for plant in every:
        device = dr.async_get(hub.hass).async_get(hub.device_id(f"plant_{plant}"))
        assert isinstance(device, dr.DeviceEntry)
        assert await async_remove_config_entry_device(hub.hass, entry, device) is (plant != every[0])
    server.requests.clear()
    await hub.advance(900, step=30)
    assert not any(plant in feed for feed in entry.runtime_data.feeds for plant in every[1:])
    assert not any(plant in exchange.path for exchange in entry.runtime_data.door.trace for plant in every[1:])
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    schema = flow["data_schema"]
    assert schema is not None
    (field,) = (kind for marker, kind in schema.schema.items() if marker == "plants")
    assert {option["value"]: option["label"] for option in field.config["options"]} == {
        plant.id: plant.name for plant in server.world.plants
    }
    for choice in (every, []):
        await choose(hub, entry, {"plants": choice})
        assert entry.options == {}, "all of them is nothing to remember"
    assert {f"plant_{plant}" for plant in every} <= {device.id for device in entry.runtime_data.devices}
    assert logins(server) == 0


async def test_the_chosen_plant_is_gone(hub: Hub, start_goodwe: StartGoodWe) -> None:
    """Only one is left: it can be chosen all the same, else nothing would ever be read again."""
    server = await start_goodwe("several")
    entry = await hub.add_goodwe(server)
    gone, *_, left = (plant.id for plant in server.world.plants)
    await choose(hub, entry, {"plants": [gone]})
    server.world.plants[:] = [plant for plant in server.world.plants if plant.id == left]
    await hub.hass.config_entries.async_reload(entry.entry_id)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert "plants" in suggestions(flow)
    await choose(hub, entry, {"plants": [left]})
    assert entry.options == {}
    assert f"plant_{left}" in {device.id for device in entry.runtime_data.devices}


async def test_options_of_an_account_that_does_not_run(hub: Hub, start_goodwe: StartGoodWe) -> None:
    """Which plants there are is not known then; those that were chosen stay chosen."""
    server = await start_goodwe("several")
    entry = await hub.add_goodwe(server)
    chosen = [server.world.plants[0].id]
    await choose(hub, entry, {"plants": chosen})
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert suggestions(flow) == {"interval": None}
    await hub.hass.config_entries.options.async_configure(flow["flow_id"], {"interval": 90})
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.options == {"interval": 90, "plants": chosen}
