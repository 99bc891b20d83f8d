"""Signing in again, changing how an account of Anker's cloud is reached, and its options, as in the UI."""

from collections.abc import Mapping
import json
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.solar_battery_hub import async_remove_config_entry_device
from custom_components.solar_battery_hub.const import DOMAIN
from tests.conftest import AnkerHosts, StartAnker
from tests.hub import Hub, anker_form
from tests.simulators.anker.server import AnkerSimulator
from tests.test_anker_flow import OTHER_USER, logins, suggestions

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
async def server(start_anker: StartAnker) -> AnkerSimulator:
    return await start_anker("solarbank3")


def device_ids(hub: Hub, entry: ConfigEntry) -> set[str]:
    """Return our ids of an entry's devices."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hub.hass), entry.entry_id)
    return {text for device in devices for domain, text in device.identifiers if domain == DOMAIN}


# Signing in again


async def test_new_password(hub: Hub, server: AnkerSimulator, hass_storage: dict[str, Any]) -> None:
    """Only the password is asked for; one sign-in per submit, none for the start after it."""
    entry = await hub.add_anker(server)
    before = dict(entry.data)
    server.door.account.password = "brand-new"
    server.door.revoke()
    flow = await hub.sign_in_again(entry)
    assert flow["step_id"] == "anker_reauth"
    assert suggestions(flow) == {}
    assert flow["description_placeholders"] == {"name": entry.title, "username": before["username"]}
    flow = await hub.fill(flow, {"password": "wrong"})
    assert (flow["step_id"], flow["errors"]) == ("anker_reauth", {"base": "wrong_password"})
    flow = await hub.fill(flow, {"password": "brand-new"})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == {**before, "password": "brand-new"}
    assert entry.state is ConfigEntryState.LOADED
    assert logins(server) == 3
    assert before["password"] not in json.dumps({name: hass_storage[name] for name in hass_storage if DOMAIN in name})


async def test_the_password_that_was_refused_is_not_believed(hub: Hub, server: AnkerSimulator) -> None:
    """A sign-in that was refused ends everything until the user helps; the old password is refused again."""
    entry = await hub.add_anker(server)
    old = entry.data["password"]
    server.door.account.password = "brand-new"
    server.door.revoke()
    flows = hub.hass.config_entries.flow
    await hub.advance(3_900, step=60)  # a token that is refused may be one that was displaced: one sign-in an hour
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
    before, devices = dict(entry.data), device_ids(hub, entry)
    other.door.account.user_id, other.door.account.email = OTHER_USER, "owner@example.org"
    flow = await hub.fill(await hub.change(entry), anker_form(other))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == {**before, "username": "owner@example.org", "url": other.url}
    assert entry.state is ConfigEntryState.LOADED
    assert {before["identity"], f"site_{one.world.sites[0].id}"} <= device_ids(hub, entry) & devices


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


async def choose(hub: Hub, entry: ConfigEntry, options: Mapping[str, Any]) -> None:
    """Submit the form of the options and wait for the entry to start again."""
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert flow["step_id"] == "anker_options"
    flow = await hub.hass.config_entries.options.async_configure(flow["flow_id"], dict(options))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("options", [{"interval": 120}, {}])
async def test_interval(hub: Hub, server: AnkerSimulator, options: Mapping[str, Any]) -> None:
    """Seconds, or none for automatic; the entry starts again with it, without a sign-in."""
    entry = await hub.add_anker(server)
    await choose(hub, entry, options)
    assert entry.options == options
    assert logins(server) == 1
    assert entry.runtime_data.feeds[f"scene_{server.world.sites[0].id}"].feed.interval == options.get("interval", 60)


@pytest.mark.parametrize("seconds", [59, 601])
async def test_interval_outside_its_range(hub: Hub, server: AnkerSimulator, seconds: int) -> None:
    entry = await hub.add_anker(server)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(Exception, match="interval"):
        await hub.hass.config_entries.options.async_configure(flow["flow_id"], {"interval": seconds})
    assert entry.options == {}


async def test_sites_to_read(hub: Hub, start_anker: StartAnker) -> None:
    """Nothing is asked about those that are not chosen; their devices may be deleted, and they be chosen again."""
    server = await start_anker("three_sites")
    entry = await hub.add_anker(server)
    every = sorted(site.id for site in server.world.sites)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert {name: sorted(value) for name, value in suggestions(flow).items()} == {"sites": every}
    schema = flow["data_schema"]
    assert schema is not None
    (field,) = (kind for marker, kind in schema.schema.items() if marker == "sites")
    assert {option["value"]: option["label"] for option in field.config["options"]} == {
        site.id: site.name for site in server.world.sites
    }
    await choose(hub, entry, {"sites": every[:1]})
    assert entry.options == {"sites": every[:1]}
    for site in every:
        device = dr.async_get(hub.hass).async_get(hub.device_id(f"site_{site}"))
        assert isinstance(device, dr.DeviceEntry)
        assert await async_remove_config_entry_device(hub.hass, entry, device) is (site != every[0])
    server.requests.clear()
    await hub.advance(900, step=30)
    asked = "".join(request.body.decode() for request in server.requests)
    assert every[0] in asked
    assert [site for site in every[1:] if site in asked] == []
    for choice in (every, []):
        await choose(hub, entry, {"sites": choice})
        assert entry.options == {}, "all of them is nothing to remember"
    assert {f"site_{site}" for site in every} <= {device.id for device in entry.runtime_data.devices}
    assert logins(server) == 0


async def test_options_of_an_account_that_does_not_run(hub: Hub, start_anker: StartAnker) -> None:
    """Which sites there are is not known then; those that were chosen stay chosen."""
    server = await start_anker("three_sites")
    entry = await hub.add_anker(server)
    chosen = [server.world.sites[0].id]
    await choose(hub, entry, {"sites": chosen})
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert suggestions(flow) == {}
    await hub.hass.config_entries.options.async_configure(flow["flow_id"], {"interval": 90})
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.options == {"interval": 90, "sites": chosen}


async def test_the_chosen_site_is_gone(hub: Hub, start_anker: StartAnker) -> None:
    """Only one is left: it can be chosen all the same, else nothing would ever be read again."""
    server = await start_anker("three_sites")
    entry = await hub.add_anker(server)
    gone, *_, left = (site.id for site in server.world.sites)
    await choose(hub, entry, {"sites": [gone]})
    server.world.sites[:] = [site for site in server.world.sites if site.id == left]
    await hub.advance(3 * 3600, step=60)  # a list that leaves something out is not believed at once
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert flow["data_schema"] is not None
    assert {str(field) for field in flow["data_schema"].schema} == {"interval", "sites"}
    await choose(hub, entry, {"sites": [left]})
    assert entry.options == {}
    assert f"site_{left}" in {device.id for device in entry.runtime_data.devices}
