"""Signing in again, changing the key and the options of an account of Growatt's cloud, as in the UI."""

from collections.abc import Mapping
import hashlib
import json
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.vendors.growatt import VENDOR
from tests.conftest import StartGrowatt
from tests.hub import Hub, growatt_form
from tests.simulators.growatt.server import GrowattSimulator

pytestmark = pytest.mark.usefixtures("noon")

LOGIN = "/newTwoLoginAPI.do"
KEYS = ["token", "password"]


@pytest.fixture
async def server(start_growatt: StartGrowatt) -> GrowattSimulator:
    return await start_growatt("min")


async def choose(hub: Hub, flow: ConfigFlowResult, key: str) -> ConfigFlowResult:
    """Choose the key in the menu of a dialog."""
    assert flow["type"] is FlowResultType.MENU
    assert flow["menu_options"] == ("growatt_token", "growatt_password")
    return await hub.fill(flow, {"next_step_id": f"growatt_{key}"})


def unique_ids(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return the unique ids of an entry's entities."""
    return {entity.unique_id for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}


async def test_new_token(hub: Hub, server: GrowattSimulator, hass_storage: dict[str, Any]) -> None:
    """A new token in place of one that was revoked; the old one's file goes."""
    entry = await hub.add_growatt(server)
    before = dict(entry.data)
    token = server.world.new_token()
    flow = await hub.sign_in_again(entry)
    assert flow["step_id"] == "growatt_reauth"
    assert flow["description_placeholders"] == {"name": entry.title}
    flow = await hub.fill(await choose(hub, flow, "token"), growatt_form(server, token="x" * 32))
    assert flow["errors"] == {"base": "token_refused"}
    flow = await hub.fill(flow, growatt_form(server, token=token))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == {**before, "token": token}
    assert entry.state is ConfigEntryState.LOADED
    assert before["token"] not in json.dumps({name: hass_storage[name] for name in hass_storage if DOMAIN in name})


async def test_new_password(hub: Hub, server: GrowattSimulator) -> None:
    """The form is filled with all but the password; one sign-in per submit, none for the reload."""
    entry = await hub.add_growatt(server, "password")
    before = dict(entry.data)
    server.world.user.password = "brandnew"
    flow = await choose(hub, await hub.sign_in_again(entry), "password")
    schema = flow["data_schema"]
    assert schema is not None
    shown = {str(field): (field.description or {}).get("suggested_value") for field in schema.schema}
    assert shown == {"username": "demo.user", "password": None, "region": "own_url", "url": server.url}
    flow = await hub.fill(flow, growatt_form(server, "password", password="wrong"))
    assert flow["errors"] == {"base": "password_refused"}
    flow = await hub.fill(flow, growatt_form(server, "password"))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == {**before, "password": "brandnew"}
    assert entry.state is ConfigEntryState.LOADED
    assert sum(request.path == LOGIN for request in server.requests) == 3


@pytest.mark.parametrize("key", KEYS)
async def test_the_key_that_was_refused_is_not_believed(hub: Hub, server: GrowattSimulator, key: str) -> None:
    """Not even moments after it brought something: what is remembered is no proof."""
    entry = await hub.add_growatt(server, key)
    form = growatt_form(server, key)
    server.stage.new_token()
    server.stage.set_password("another")
    server.legacy.sessions.kill()
    flows = hub.hass.config_entries.flow
    for _ in range(60):
        await hub.advance(30, step=30)
        if flows.async_progress():
            break
    (waiting,) = flows.async_progress()
    flow = await flows.async_configure(waiting["flow_id"])
    flow = await hub.fill(await choose(hub, flow, key), form)
    assert flow["errors"] == {"base": {"token": "too_soon", "password": "password_refused"}[key]}
    flow = await hub.fill(flow, growatt_form(server, key))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    assert not flows.async_progress()


@pytest.mark.parametrize("dialog", ["sign_in_again", "change"])
@pytest.mark.parametrize(("first", "second"), [KEYS, KEYS[::-1]])
async def test_other_kind_of_key(hub: Hub, server: GrowattSimulator, first: str, second: str, dialog: str) -> None:
    """Identity, agent and entities stay; nothing of the former key does."""
    entry = await hub.add_growatt(server, first)
    before, entities = dict(entry.data), unique_ids(hub.hass, entry)
    flow = await choose(hub, await getattr(hub, dialog)(entry), second)
    flow = await hub.fill(flow, growatt_form(server, second))
    reason = {"sign_in_again": "reauth_successful", "change": "reconfigure_successful"}[dialog]
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, reason)
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    kept = {key: before[key] for key in ("vendor", "identity", "agent")}
    form = growatt_form(server, second)
    assert entry.data == {**kept, "auth": second, **form}
    assert entry.state is ConfigEntryState.LOADED
    assert entities <= unique_ids(hub.hass, entry)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("dialog", ["sign_in_again", "change"])
async def test_another_account_is_refused(
    hub: Hub, server: GrowattSimulator, start_growatt: StartGrowatt, key: str, dialog: str
) -> None:
    """Without an inverter in common it is another account, by whichever key."""
    entry = await hub.add_growatt(server)
    before = dict(entry.data)
    other = await start_growatt("mix", seed=1)
    flow = await choose(hub, await getattr(hub, dialog)(entry), key)
    flow = await hub.fill(flow, growatt_form(other, key))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert entry.data == before


async def test_all_devices_replaced(hub: Hub, server: GrowattSimulator) -> None:
    """The same user with the same kind of key is believed; with the other kind an inverter has to prove it."""
    entry = await hub.add_growatt(server)
    for device in list(server.world.devices):
        server.stage.remove_device(device.serial)
    server.stage.add_device("spa")
    flow = await choose(hub, await hub.change(entry), "password")
    flow = await hub.fill(flow, growatt_form(server, "password"))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "wrong_account")
    flow = await choose(hub, await hub.change(entry), "token")
    flow = await hub.fill(flow, growatt_form(server, token=server.world.new_token()))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")


async def test_change_may_not_take_over_the_device_of_another_entry(hub: Hub, start_growatt: StartGrowatt) -> None:
    """An account that has grown into another entry's one is refused with that one's name."""
    one, two = await start_growatt("min_plain"), await start_growatt("mix", seed=1)
    entry = await hub.add_growatt(one)
    other = await hub.add_growatt(two)
    serial = one.stage.add_device("mix")
    flow = await choose(hub, await hub.change(entry), "token")
    flow = await hub.fill(flow, growatt_form(one, token=one.world.new_token()))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "device_in_use")
    assert flow["description_placeholders"] == {"device": serial, "account": other.title}


async def test_new_address(hub: Hub, server: GrowattSimulator, hass_storage: dict[str, Any]) -> None:
    """What was remembered goes along to the new address; nothing stays at the old one."""
    entry = await hub.add_growatt(server, "password")
    hub.hass.config_entries.async_update_entry(entry, data={**entry.data, "region": "china"})
    files = {name for name in hass_storage if name.startswith(f"{DOMAIN}.account.")}
    flow = await choose(hub, await hub.change(entry), "password")
    flow = await hub.fill(flow, growatt_form(server, "password"))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["region"] == "own_url"
    assert {name for name in hass_storage if name.startswith(f"{DOMAIN}.account.")} == files


@pytest.mark.parametrize("options", [{"interval": 15}, {}])
async def test_options(hub: Hub, server: GrowattSimulator, options: Mapping[str, Any]) -> None:
    """An interval in minutes, or none for automatic; the entry starts again with it."""
    entry = await hub.add_growatt(server, "password")
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert flow["step_id"] == "growatt_options"
    flow = await hub.hass.config_entries.options.async_configure(flow["flow_id"], dict(options))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == options
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("minutes", [4, 61])
async def test_interval_outside_its_range(hub: Hub, server: GrowattSimulator, minutes: int) -> None:
    entry = await hub.add_growatt(server, "password")
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(Exception, match="interval"):
        await hub.hass.config_entries.options.async_configure(flow["flow_id"], {"interval": minutes})
    assert entry.options == {}


# What an account is known by


def test_address_does_not_tell_the_token() -> None:
    token = "0123456789abcdefghijklmnopqrstuv"
    address = VENDOR.address({"region": "china", "token": token})
    assert token not in address
    assert hashlib.sha256(token.encode()).hexdigest() not in address
    assert address != VENDOR.address({"region": "china", "token": token[::-1]})


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"region": "china", "username": "Demo"}, {"url": "https://openapi-cn.growatt.com/", "username": "demo"}),
        ({"region": "china", "token": "abc"}, {"url": "https://openapi-cn.growatt.com/", "token": "abc"}),
        ({"region": "china", "username": "demo"}, {"url": "china", "username": "demo", "token": ""}),
        (
            {"region": "own_url", "url": "https://Mine.org/", "token": "abc"},
            {"url": "https://mine.org", "token": "abc"},
        ),
    ],
)
def test_same_account_has_one_address(ours: Mapping[str, str], theirs: Mapping[str, str]) -> None:
    """Also as Home Assistant's own integration writes it down."""
    assert VENDOR.address(ours) == VENDOR.address(theirs)


@pytest.mark.parametrize(
    "other",
    [
        {"region": "china", "username": "somebody"},
        {"region": "other_regions", "username": "demo"},
        {"url": "", "username": "", "token": ""},
    ],
)
def test_other_account_has_another_address(other: Mapping[str, str]) -> None:
    assert VENDOR.address({"region": "china", "username": "demo"}) != VENDOR.address(other)
