"""Signing in again, changing how an account of Anker's cloud is reached, and its options, as in the UI."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.clouds import choose
from tests.conftest import AnkerHosts, StartAnker
from tests.forms import device_ids, fields, suggestions
from tests.hub import Hub, anker_form
from tests.simulators.anker.server import AnkerSimulator
from tests.test_anker_flow import OTHER_USER, logins

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
async def server(start_anker: StartAnker) -> AnkerSimulator:
    return await start_anker("solarbank3")


# Signing in again


async def test_verification_wanted_later(hub: Hub, server: AnkerSimulator) -> None:
    """An account that wants a code all of a sudden asks the user for help once, and is not bothered any more."""
    entry = await hub.add_anker(server)
    server.door.rules.verification = 26052
    server.door.revoke()
    await hub.advance(3_900, step=60)
    (waiting,) = hub.hass.config_entries.flow.async_progress()
    asked = logins(server)
    await hub.advance(7_200, step=300)
    assert logins(server) == asked == 2
    server.door.rules.verification = None
    flow = await hub.hass.config_entries.flow.async_configure(waiting["flow_id"])
    flow = await hub.fill(flow, {"password": entry.data["password"]})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED


async def test_another_account_behind_the_same_address(
    hub: Hub, server: AnkerSimulator, start_anker: StartAnker
) -> None:
    """A user that was made anew and sees none of the devices is another account."""
    entry = await hub.add_anker(server)
    before = dict(entry.data)
    other = await start_anker("solarbank2", seed=1)
    other.door.account.email, other.door.account.user_id = server.door.account.email, OTHER_USER
    hub.hass.config_entries.async_update_entry(entry, data={**before, "url": other.url})
    flow = await hub.fill(await hub.sign_in_again(entry), {"password": other.door.account.password})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "other_account")
    assert entry.data == {**before, "url": other.url}


# Changing how it is reached


async def test_form_of_the_change(hub: Hub, server: AnkerSimulator) -> None:
    """Filled with all but the password, which may stay empty."""
    entry = await hub.add_anker(server)
    flow = await hub.change(entry)
    assert flow["step_id"] == "anker_reconfigure"
    shown = suggestions(flow)
    assert shown == {
        "username": entry.data["username"],
        "country": "DE",
        "advanced": {"server": "own_url", "url": server.url},
    }
    before = dict(entry.data)
    flow = await hub.fill(flow, shown)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == before
    assert entry.state is ConfigEntryState.LOADED
    assert logins(server) == 1, "nothing changed, so the session is still good"


@pytest.mark.parametrize(
    "change",
    [
        {"username": "visitor@example.org"},
        {"advanced": {"server": "own_url", "url": "https://example.org"}},
        {"advanced": {"server": "eu"}},
    ],
)
async def test_present_password_goes_to_nobody_else(
    hub: Hub, server: AnkerSimulator, change: Mapping[str, Any]
) -> None:
    """It was given for one account at one address."""
    entry = await hub.add_anker(server)
    form = anker_form(server, **change)
    del form["password"]
    flow = await hub.fill(await hub.change(entry), form)
    assert (flow["step_id"], flow["errors"]) == ("anker_reconfigure", {"password": "password_needed"})
    assert logins(server) == 1


async def test_new_server(
    hub: Hub, server: AnkerSimulator, anker_hosts: AnkerHosts, hass_storage: dict[str, Any]
) -> None:
    """The maker's servers share the password; what was remembered goes along."""
    anker_hosts(server)
    entry = await hub.add_anker(server, advanced={"server": "automatic"})
    files = {name for name in hass_storage if name.startswith(f"{DOMAIN}.account.")}
    form = anker_form(server, country="AT", advanced={"server": "eu"})
    del form["password"]
    flow = await hub.fill(await hub.change(entry), form)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert (entry.data["country"], entry.data["server"]) == ("AT", "eu")
    assert {name for name in hass_storage if name.startswith(f"{DOMAIN}.account.")} == files
    assert logins(server) == 1, "the session is one of that server"


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"password": "wrong"}, {"base": "wrong_password"}),
        ({"advanced": {"server": "own_url", "url": "http://example.org"}}, {"base": "unsafe_url"}),
    ],
)
async def test_change_that_does_not_work(
    hub: Hub, server: AnkerSimulator, change: Mapping[str, Any], errors: Mapping[str, str]
) -> None:
    entry = await hub.add_anker(server)
    before = dict(entry.data)
    form = anker_form(server, **change)
    flow = await hub.fill(await hub.change(entry), form)
    assert (flow["step_id"], flow["errors"]) == ("anker_reconfigure", errors)
    assert suggestions(flow) == {key: value for key, value in form.items() if key != "password"}
    assert entry.data == before
    flow = await hub.fill(flow, anker_form(server))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")


async def test_account_that_sees_the_same_system(hub: Hub, start_anker: StartAnker) -> None:
    """From one account to another that sees the same: identity, devices and entities stay."""
    one, other = await start_anker("solarbank3"), await start_anker("solarbank3")
    entry = await hub.add_anker(one)
    before, devices = dict(entry.data), device_ids(hub.hass, entry)
    other.door.account.user_id, other.door.account.email = OTHER_USER, "owner@example.org"
    flow = await hub.fill(await hub.change(entry), anker_form(other))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == {**before, "username": "owner@example.org", "url": other.url}
    assert entry.state is ConfigEntryState.LOADED
    assert {before["identity"], f"site_{one.world.sites[0].id}"} <= device_ids(hub.hass, entry) & devices


async def test_account_that_sees_something_else(hub: Hub, start_anker: StartAnker) -> None:
    one, other = await start_anker("solarbank3"), await start_anker("solarbank2", seed=1)
    other.door.account.user_id = OTHER_USER
    entry = await hub.add_anker(one)
    before = dict(entry.data)
    flow = await hub.fill(await hub.change(entry), anker_form(other))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "other_account")
    assert entry.data == before


async def test_change_may_not_lead_to_the_account_of_another_entry(hub: Hub, start_anker: StartAnker) -> None:
    """Refused before anything is sent: two entries with one account would sign each other out."""
    one, two = await start_anker("solarbank3"), await start_anker("solarbank2", seed=1)
    two.door.account.user_id, two.door.account.email = OTHER_USER, "other@example.org"
    entry = await hub.add_anker(one)
    await hub.add_anker(two)
    two.requests.clear()
    flow = await hub.fill(await hub.change(entry), anker_form(two, username="Other@example.org"))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert two.requests == []


# Options


async def test_the_chosen_site_is_gone(hub: Hub, start_anker: StartAnker) -> None:
    """Only one is left: it can be chosen all the same, else nothing would ever be read again."""
    server = await start_anker("three_sites")
    entry = await hub.add_anker(server)
    gone, *_, left = (site.id for site in server.world.sites)
    await choose(hub, entry, {"sites": [gone]})
    server.world.sites[:] = [site for site in server.world.sites if site.id == left]
    await hub.advance(3 * 3600, step=60)  # a list that leaves something out is not believed at once
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert fields(flow).keys() == {"interval", "sites"}
    await choose(hub, entry, {"sites": [left]})
    assert entry.options == {}
    assert f"site_{left}" in {device.id for device in entry.runtime_data.devices}
