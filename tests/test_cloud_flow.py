"""What is the same in the dialogs of all clouds whose accounts have several systems."""

from collections.abc import Mapping
import json
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.solar_battery_hub import async_remove_config_entry_device
from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.vendors import VENDORS
from tests.clouds import Cloud, anker, choose, goodwe
from tests.conftest import StartAnker, StartGoodWe
from tests.forms import fields, suggestions
from tests.hub import Hub

pytestmark = pytest.mark.usefixtures("noon")

WHERE = {"anker": "server", "goodwe": "region"}
KNOWN = {
    "anker": {"where": "com", "username": "demo@example.org"},
    "goodwe": {"where": "hk", "username": "demo@example.org"},
}


def address(vendor: str, settings: Mapping[str, str]) -> str | None:
    """Return what an account is known by; ``where`` stands for the vendor's choice of a server."""
    return VENDORS[vendor].address({WHERE[vendor] if key == "where" else key: settings[key] for key in settings})


@pytest.fixture(params=["anker", "goodwe"])
def vendor(request: pytest.FixtureRequest) -> str:
    """Name whose cloud it is."""
    return str(request.param)


@pytest.fixture
async def cloud(vendor: str, start_anker: StartAnker, start_goodwe: StartGoodWe) -> Cloud:
    """Return an account with one system."""
    return anker(await start_anker("solarbank3")) if vendor == "anker" else goodwe(await start_goodwe("string"))


@pytest.fixture
async def large(vendor: str, start_anker: StartAnker, start_goodwe: StartGoodWe) -> Cloud:
    """Return an account with three systems."""
    return anker(await start_anker("three_sites")) if vendor == "anker" else goodwe(await start_goodwe("several"))


# Adding


async def test_no_password(hub: Hub, cloud: Cloud) -> None:
    """Nothing is sent for nothing."""
    flow = await hub.fill(await hub.start_flow(cloud.vendor), cloud.form(password=""))
    assert (flow["step_id"], flow["errors"]) == (cloud.vendor, {"password": "password_needed"})
    assert cloud.server.requests == []
    flow = await hub.fill(flow, cloud.form())
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_budget_of_the_dialog(hub: Hub, cloud: Cloud) -> None:
    """After five sign-ins in a quarter of an hour the form names the time instead of trying: more would lock everybody."""
    flow = await hub.start_flow(cloud.vendor)
    for attempt in range(6):
        flow = await hub.fill(flow, cloud.form(password=f"wrong{attempt}"))
    assert flow["errors"] == {"base": "rate_limited"}
    assert 0 < float((flow["description_placeholders"] or {})["seconds"]) <= 900
    assert cloud.logins == 5
    await hub.advance(901, step=901)
    flow = await hub.fill(flow, cloud.form())
    assert flow["type"] is FlowResultType.CREATE_ENTRY


# Signing in again


async def test_new_password(hub: Hub, cloud: Cloud, hass_storage: dict[str, Any]) -> None:
    """Only the password is asked for; one sign-in per submit, none for the start after it."""
    entry = await cloud.add(hub)
    before, step = dict(entry.data), f"{cloud.vendor}_reauth"
    cloud.user.password = "brand-new"
    cloud.revoke()
    flow = await hub.sign_in_again(entry)
    assert flow["step_id"] == step
    assert fields(flow).keys() == {"password"}
    assert suggestions(flow) == {}
    assert flow["description_placeholders"] == {"name": entry.title, "username": before["username"]}
    flow = await hub.fill(flow, {"password": "wrong"})
    assert (flow["step_id"], flow["errors"]) == (step, {"base": "wrong_password"})
    flow = await hub.fill(flow, {"password": "brand-new"})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == {**before, "password": "brand-new"}
    assert entry.state is ConfigEntryState.LOADED
    assert cloud.logins == 3
    assert before["password"] not in json.dumps({name: hass_storage[name] for name in hass_storage if DOMAIN in name})


async def test_the_password_that_was_refused_is_not_believed(hub: Hub, cloud: Cloud) -> None:
    """A sign-in that was refused ends everything until the user helps; the old password is refused again."""
    entry = await cloud.add(hub)
    old = entry.data["password"]
    cloud.user.password = "brand-new"
    cloud.revoke()
    flows = hub.hass.config_entries.flow
    await hub.advance(3_900, step=60)  # a token that is refused may be one that was displaced: one sign-in an hour
    (waiting,) = flows.async_progress()
    asked = cloud.logins
    assert asked == 2
    await hub.advance(7_200, step=300)
    assert cloud.logins == asked, "a refused password is never tried again by itself"
    flow = await flows.async_configure(waiting["flow_id"])
    flow = await hub.fill(flow, {"password": old})
    assert flow["errors"] == {"base": "wrong_password"}
    flow = await hub.fill(flow, {"password": "brand-new"})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    assert not flows.async_progress()


# Options


@pytest.mark.parametrize("options", [{"interval": 120}, {}])
async def test_interval(hub: Hub, cloud: Cloud, options: Mapping[str, Any]) -> None:
    """Seconds, or none for automatic; the entry starts again with it, without a sign-in."""
    entry = await cloud.add(hub)
    await choose(hub, entry, options)
    assert entry.options == options
    assert cloud.logins == 1
    assert (120 in {runner.feed.interval for runner in entry.runtime_data.feeds.values()}) == bool(options)


@pytest.mark.parametrize("seconds", [59, 601])
async def test_interval_outside_its_range(hub: Hub, cloud: Cloud, seconds: int) -> None:
    entry = await cloud.add(hub)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(Exception, match="interval"):
        await hub.hass.config_entries.options.async_configure(flow["flow_id"], {"interval": seconds})
    assert entry.options == {}


async def test_systems_to_read(hub: Hub, large: Cloud) -> None:
    """Nothing is asked about those that are not chosen; their devices may be deleted, and they be chosen again."""
    entry = await large.add(hub)
    every = sorted(system.id for system in large.systems)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert {name: sorted(value) for name, value in suggestions(flow).items()} == {large.option: every}
    offered = {option["value"]: option["label"] for option in fields(flow)[large.option].config["options"]}
    assert offered == {system.id: system.name for system in large.systems}
    await choose(hub, entry, {large.option: every[:1]})
    assert entry.options == {large.option: every[:1]}
    for system in every:
        device = dr.async_get(hub.hass).async_get(hub.device_id(f"{large.kind}_{system}"))
        assert isinstance(device, dr.DeviceEntry)
        assert await async_remove_config_entry_device(hub.hass, entry, device) is (system != every[0])
    large.server.requests.clear()
    await hub.advance(900, step=30)
    asked = "".join(request.body.decode() for request in large.server.requests)
    asked += "".join([*entry.runtime_data.feeds, *(exchange.path for exchange in entry.runtime_data.door.trace)])
    assert every[0] in asked
    assert [system for system in every[1:] if system in asked] == []
    for choice in (every, []):
        await choose(hub, entry, {large.option: choice})
        assert entry.options == {}, "all of them is nothing to remember"
    assert {f"{large.kind}_{system}" for system in every} <= {device.id for device in entry.runtime_data.devices}
    assert large.logins == 0


async def test_options_of_an_account_that_does_not_run(hub: Hub, large: Cloud) -> None:
    """Which systems there are is not known then; those that were chosen stay chosen."""
    entry = await large.add(hub)
    chosen = [large.systems[0].id]
    await choose(hub, entry, {large.option: chosen})
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert fields(flow).keys() == {"interval"}
    assert suggestions(flow) == {}
    await hub.hass.config_entries.options.async_configure(flow["flow_id"], {"interval": 90})
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.options == {"interval": 90, large.option: chosen}


# What an account is known by


@pytest.mark.parametrize(
    "same",
    [
        {"where": "eu", "username": "Demo@Example.org"},
        {"where": "automatic", "username": " demo@example.org "},
        {"username": "DEMO@example.org"},  # as the other integration writes it down
    ],
)
def test_same_account_has_one_address(vendor: str, same: Mapping[str, str]) -> None:
    """Whatever server or region the user chose: the account has one only."""
    assert address(vendor, same) == address(vendor, KNOWN[vendor])


@pytest.mark.parametrize(
    "other",
    [
        {"username": "somebody@example.org"},
        {"where": "own_url", "url": "https://mine.org"},
        {"username": ""},
    ],
)
def test_other_account_has_another_address(vendor: str, other: Mapping[str, str]) -> None:
    assert address(vendor, {**KNOWN[vendor], **other}) != address(vendor, KNOWN[vendor])
