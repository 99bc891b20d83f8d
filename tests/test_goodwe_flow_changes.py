"""Signing in again, changing how an account of GoodWe's cloud is reached, and its options, as in the UI."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.clouds import choose
from tests.conftest import StartGoodWe
from tests.forms import device_ids, fields, suggestions
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


# Signing in again


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
    assert fields(flow).keys() == {"username", "password", "region", "url"}
    shown = suggestions(flow)
    assert shown == {"username": entry.data["username"], "region": "own_url", "url": server.url}
    before = dict(entry.data)
    flow = await hub.fill(flow, shown)
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
    before, devices = dict(entry.data), device_ids(hub.hass, entry)
    visitor.world.account.uid, visitor.world.account.email = OTHER_USER, "visitor@example.org"
    visitor.world.plants[0].id = owner.world.plants[0].id
    flow = await hub.fill(await hub.change(entry), goodwe_form(visitor))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == {**before, **goodwe_form(visitor)}
    assert entry.state is ConfigEntryState.LOADED
    root = before["identity"]
    assert {root, f"plant_{owner.world.plants[0].id}"} <= device_ids(hub.hass, entry) & devices


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


async def test_the_chosen_plant_is_gone(hub: Hub, start_goodwe: StartGoodWe) -> None:
    """Only one is left: it can be chosen all the same, else nothing would ever be read again."""
    server = await start_goodwe("several")
    entry = await hub.add_goodwe(server)
    gone, *_, left = (plant.id for plant in server.world.plants)
    await choose(hub, entry, {"plants": [gone]})
    server.world.plants[:] = [plant for plant in server.world.plants if plant.id == left]
    await hub.hass.config_entries.async_reload(entry.entry_id)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert fields(flow).keys() == {"interval", "plants"}
    await choose(hub, entry, {"plants": [left]})
    assert entry.options == {}
    assert f"plant_{left}" in {device.id for device in entry.runtime_data.devices}
