"""Set-up, sign-in again, reconfigure, options and discovery of a gateway, as in the UI."""

from collections.abc import Mapping
from itertools import combinations
import json
import socket
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.stores import async_open_account_store
from custom_components.solar_battery_hub.vendors import VENDORS
from custom_components.solar_battery_hub.vendors.flows import VendorFlows
from custom_components.solar_battery_hub.vendors.powerwall import VENDOR
from tests.conftest import StartPowerwall
from tests.hub import Hub, powerwall_form
from tests.simulators.powerwall import PowerwallSimulator


def account_files(storage: Mapping[str, Any]) -> list[str]:
    """Return the files that hold sessions and lock-outs."""
    return [name for name in storage if name.startswith(f"{DOMAIN}.account.")]


@pytest.fixture
async def gateway(start_powerwall: StartPowerwall) -> PowerwallSimulator:
    return await start_powerwall("gw2-24.44")


async def test_menu_names_every_vendor(hass: HomeAssistant) -> None:
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert flow["type"] is FlowResultType.MENU
    assert flow["menu_options"] == ["anker", "goodwe", "growatt", "powerwall"]


def test_vendors_share_no_name() -> None:
    """One class has the dialogs of all vendors: what two of them call the same is one thing, and wrong for one."""
    names = [{name for name in vars(flow) if not name.startswith("__")} for flow in VendorFlows.__bases__]
    assert len(names) == len(VENDORS)
    assert [sorted(one & other) for one, other in combinations(names, 2) if one & other] == []


async def test_full_set_up(hub: Hub, gateway: PowerwallSimulator) -> None:
    """Host and password, certificate, done; one login in all."""
    flow = await hub.start_flow("powerwall")
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "powerwall")
    flow = await hub.fill(flow, powerwall_form(gateway))
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "powerwall_certificate")
    shown = (flow["description_placeholders"] or {})["fingerprint"]
    assert shown.replace(":", "").lower() == gateway.fingerprint
    assert gateway.logins == 0, "the password left before the certificate was confirmed"
    flow = await hub.fill(flow, {})
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    entry = flow["result"]
    assert entry.unique_id == f"powerwall_{gateway.din}"
    assert entry.data == {
        "vendor": "powerwall",
        "identity": gateway.din,
        "host": f"127.0.0.1:{gateway.port}",
        "username": "customer",
        "password": gateway.password,
        "fingerprint": gateway.fingerprint,
    }
    assert entry.state is ConfigEntryState.LOADED
    assert gateway.logins == 1


async def test_without_pin(hub: Hub, gateway: PowerwallSimulator) -> None:
    """The certificate step is left out and any certificate is believed."""
    entry = await hub.add_powerwall(gateway, pin_certificate=False)
    assert entry.data["fingerprint"] is None
    assert entry.state is ConfigEntryState.LOADED


async def test_wrong_password_then_right(hub: Hub, gateway: PowerwallSimulator) -> None:
    """One login per submit; nothing is stored before it works."""
    flow = await hub.start_flow("powerwall")
    flow = await hub.fill(flow, powerwall_form(gateway, password="wrong"))
    flow = await hub.fill(flow, {})
    assert flow["errors"] == {"base": "invalid_auth"}
    assert gateway.logins == 1
    assert not hub.hass.config_entries.async_entries(DOMAIN)
    flow = await hub.fill(flow, powerwall_form(gateway))
    flow = await hub.fill(flow, {}) if flow["type"] is FlowResultType.FORM else flow
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert gateway.logins == 2


async def test_dialog_budget(hub: Hub, gateway: PowerwallSimulator) -> None:
    """After five sign-ins in a quarter of an hour the form names the time instead of trying."""
    flow = await hub.start_flow("powerwall")
    for attempt in range(6):
        flow = await hub.fill(flow, powerwall_form(gateway, password=f"wrong{attempt}"))
        flow = await hub.fill(flow, {})
    assert flow["errors"] == {"base": "locked"}
    assert (flow["description_placeholders"] or {})["until"]
    assert gateway.logins == 5


async def test_nobody_there_then_there(hub: Hub, gateway: PowerwallSimulator, unused_tcp_port: int) -> None:
    flow = await hub.start_flow("powerwall")
    flow = await hub.fill(flow, {**powerwall_form(gateway), "host": f"127.0.0.1:{unused_tcp_port}"})
    assert flow["errors"] == {"base": "cannot_connect"}
    flow = await hub.fill(flow, powerwall_form(gateway))
    flow = await hub.fill(flow, {})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_same_gateway_twice(hub: Hub, gateway: PowerwallSimulator) -> None:
    """The same host, or the same gateway under another name, is refused."""
    entry = await hub.add_powerwall(gateway)
    flow = await hub.start_flow("powerwall")
    flow = await hub.fill(flow, powerwall_form(gateway))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    hub.hass.config_entries.async_update_entry(entry, data={**entry.data, "host": "other.name"})
    flow = await hub.start_flow("powerwall")
    flow = await hub.fill(flow, powerwall_form(gateway))
    flow = await hub.fill(flow, {})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_restricted_gateway_is_known_by_number(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """A gateway with three readings tells its number on one path only."""
    gateway = await start_powerwall("pw3-26.x")
    entry = await hub.add_powerwall(gateway)
    assert entry.unique_id == f"powerwall_{gateway.din}"
    assert entry.state is ConfigEntryState.LOADED


async def test_restricted_gateway_without_number(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Without any number the certificate's fingerprint is the identity (powerwall.md §16)."""
    gateway = await start_powerwall("pw3-26.x")
    gateway.faults.add("/tedapi/din", "status", code=404)
    entry = await hub.add_powerwall(gateway)
    assert entry.unique_id == f"powerwall_{gateway.fingerprint}"


async def test_reauth(hub: Hub, gateway: PowerwallSimulator) -> None:
    """Only the password is asked; a wrong one can be corrected."""
    entry = await hub.add_powerwall(gateway)
    flow = await hub.sign_in_again(entry)
    assert flow["step_id"] == "powerwall_reauth"
    flow = await hub.fill(flow, {"password": "wrong"})
    assert flow["errors"] == {"base": "invalid_auth"}
    gateway.access.password = "brandnew"
    gateway.kill_sessions()
    flow = await hub.fill(flow, {"password": "brandnew"})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["password"] == "brandnew"
    assert entry.state is ConfigEntryState.LOADED


async def test_reconfigure_to_new_address_and_certificate(hub: Hub, gateway: PowerwallSimulator) -> None:
    """An empty password keeps the old one; a new certificate is shown and confirmed."""
    entry = await hub.add_powerwall(gateway)
    hub.hass.config_entries.async_update_entry(entry, data={**entry.data, "host": "192.0.2.1"})
    old = gateway.fingerprint
    gateway.replace_certificate()
    flow = await hub.change(entry)
    assert flow["step_id"] == "powerwall_reconfigure"
    form = powerwall_form(gateway)
    del form["password"]
    flow = await hub.fill(flow, form)
    assert flow["step_id"] == "powerwall_certificate"
    flow = await hub.fill(flow, {})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["fingerprint"] == gateway.fingerprint != old
    assert entry.data["host"] == f"127.0.0.1:{gateway.port}"
    assert entry.data["password"] == gateway.password
    assert entry.state is ConfigEntryState.LOADED


async def test_reconfigure_refuses_another_gateway(
    hub: Hub, gateway: PowerwallSimulator, start_powerwall: StartPowerwall
) -> None:
    entry = await hub.add_powerwall(gateway)
    other = await start_powerwall("gw2-24.44", seed=99)
    flow = await hub.change(entry)
    flow = await hub.fill(flow, powerwall_form(other))
    flow = await hub.fill(flow, {})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "wrong_gateway")
    assert entry.data["host"] == f"127.0.0.1:{gateway.port}"


@pytest.mark.parametrize("dialog", ["reconfigure", "reauth"])
async def test_number_learned_later_is_kept_to(hub: Hub, start_powerwall: StartPowerwall, dialog: str) -> None:
    """Known by its certificate at first: another gateway is refused once the number is known."""
    gateway, other = await start_powerwall("pw3-26.x"), await start_powerwall("pw3-26.x", seed=99)
    gateway.faults.add("/tedapi/din", "status", code=404)
    entry = await hub.add_powerwall(gateway, pin_certificate=False)
    hub.hass.config_entries.async_update_entry(entry, unique_id=f"powerwall_{gateway.din}")
    assert entry.data["identity"] != gateway.din != other.din
    before = dict(entry.data)
    if dialog == "reconfigure":
        flow = await hub.fill(await hub.change(entry), powerwall_form(other, pin_certificate=False))
    else:
        before["host"] = f"127.0.0.1:{other.port}"  # what was there has got another's address
        hub.hass.config_entries.async_update_entry(entry, data=before)
        flow = await hub.fill(await hub.sign_in_again(entry), {"password": other.password})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "wrong_gateway")
    assert entry.data == before


@pytest.mark.parametrize("host", ["a..b", "x" * 64, f"{'x' * 64}.local", "127.0.0.1:99999", "a\0b", "ü" * 64])
async def test_impossible_host(
    hub: Hub, gateway: PowerwallSimulator, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """What cannot be the name of a host is one that cannot be reached."""
    resolve = socket.getaddrinfo

    def encode_first(name: str, *rest: Any, **more: Any) -> Any:
        """Encode the name as the system's resolver does, which no test may ask."""
        name.encode("idna")
        return resolve(name, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", encode_first)
    flow = await hub.start_flow("powerwall")
    flow = await hub.fill(flow, {**powerwall_form(gateway), "host": host})
    assert flow["errors"] == {"base": "cannot_connect"}
    flow = await hub.fill(flow, powerwall_form(gateway))
    assert flow["step_id"] == "powerwall_certificate"


async def test_abandoned_dialog_leaves_no_token(
    hub: Hub, gateway: PowerwallSimulator, start_powerwall: StartPowerwall, hass_storage: dict[str, Any]
) -> None:
    """A sign-in that came to nothing is in no file; that it was made is."""
    entry = await hub.add_powerwall(gateway)
    other = await start_powerwall("gw2-24.44", seed=99)
    flow = await hub.fill(await hub.change(entry), powerwall_form(other))
    flow = await hub.fill(flow, {})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "wrong_gateway")
    (token,) = other.sessions.issued
    written = {name: json.dumps(stored) for name, stored in hass_storage.items() if name.startswith(DOMAIN)}
    assert not [name for name, text in written.items() if token in text]
    assert sum("dialog_logins" in text for text in written.values()) == 2
    (known,) = gateway.sessions.issued
    assert sum(known in text for text in written.values()) == 1, "the entry's own token survives a restart"


async def test_moved_account_takes_its_file_along(
    hub: Hub, gateway: PowerwallSimulator, hass_storage: dict[str, Any]
) -> None:
    """What was remembered goes on at the new address; nothing stays at the old one, nor anywhere after removal."""
    data = {
        "vendor": "powerwall",
        "identity": gateway.din,
        "host": "192.0.2.1",
        "username": "customer",
        "password": gateway.password,
        "fingerprint": gateway.fingerprint,
    }
    entry = MockConfigEntry(domain=DOMAIN, data=data, unique_id=f"powerwall_{gateway.din}")
    entry.add_to_hass(hub.hass)
    store = await async_open_account_store(hub.hass, VENDOR, data)
    store.session["token"] = "stale"
    store.shared["mark"] = "kept"
    await store.save()
    (former,) = account_files(hass_storage)
    flow = await hub.fill(await hub.change(entry), powerwall_form(gateway))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    assert gateway.logins == 1, "the dialog's"
    (present,) = account_files(hass_storage)
    assert present != former
    kept = hass_storage[present]["data"]
    assert kept["shared"]["mark"] == "kept"
    assert [session["token"] for session in kept["sessions"].values()] == gateway.sessions.issued
    await hub.hass.config_entries.async_remove(entry.entry_id)
    assert not [name for name in hass_storage if name.startswith(DOMAIN)]


@pytest.mark.parametrize("options", [{"interval": 20, "try_control": True}, {"try_control": False}])
async def test_options(hub: Hub, gateway: PowerwallSimulator, options: Mapping[str, Any]) -> None:
    """An interval above the floor, or none for automatic; the entry starts again with it."""
    entry = await hub.add_powerwall(gateway)
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    flow = await hub.hass.config_entries.options.async_configure(flow["flow_id"], dict(options))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == options
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.feeds["power"].feed.interval == options.get("interval", 10)
