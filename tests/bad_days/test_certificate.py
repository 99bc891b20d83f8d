"""Another certificate: nothing leaves, the user compares two fingerprints and decides."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.conftest import AddGateway
from tests.hub import Hub

FIXES = "/api/repairs/issues/fix"


def the_entry(hass: HomeAssistant) -> ConfigEntry:
    """Return the one account."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    return entry


def plain(fingerprint: str) -> str:
    """Return a fingerprint without the colons people compare it with."""
    return fingerprint.replace(":", "").lower()


async def test_new_certificate_is_accepted_with_one_click(
    hub: Hub, add_gateway: AddGateway, hass_client: ClientSessionGenerator
) -> None:
    """Not a byte of HTTP is sent before the click; after it everything goes on."""
    assert await async_setup_component(hub.hass, "repairs", {})
    gateway = await add_gateway()
    old = gateway.fingerprint
    gateway.replace_certificate()
    gateway.requests.clear()
    await hub.advance(120, step=10)
    assert gateway.requests == []
    assert hub.state(f"{gateway.din}_grid_power").state == STATE_UNAVAILABLE

    issue_id = f"certificate_changed_{the_entry(hub.hass).entry_id}"
    issue = ir.async_get(hub.hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    shown = issue.translation_placeholders or {}
    assert (plain(shown["old"]), plain(shown["new"])) == (old, gateway.fingerprint)

    client = await hass_client()
    answer = await client.post(FIXES, json={"handler": DOMAIN, "issue_id": issue_id})
    step = await answer.json()
    assert plain(step["description_placeholders"]["new"]) == gateway.fingerprint
    await client.post(f"{FIXES}/{step['flow_id']}", json={})
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert the_entry(hub.hass).data["fingerprint"] == gateway.fingerprint
    await hub.advance(30)
    assert hub.state(f"{gateway.din}_grid_power").state != STATE_UNAVAILABLE
    assert ir.async_get(hub.hass).async_get_issue(DOMAIN, issue_id) is None
    assert gateway.logins == 1


async def test_new_certificate_before_a_login(hub: Hub, add_gateway: AddGateway) -> None:
    """Also a gateway whose session is over gets no password."""
    gateway = await add_gateway()
    gateway.kill_sessions()
    gateway.replace_certificate()
    logins = gateway.logins
    await hub.advance(600, step=20)
    assert gateway.logins == logins
    assert not [flow for flow in hub.hass.config_entries.flow.async_progress() if flow["handler"] == DOMAIN]


async def test_without_pin_a_new_certificate_is_nobodys_business(hub: Hub, add_gateway: AddGateway) -> None:
    """Who chose not to pin meant it."""
    gateway = await add_gateway(pin_certificate=False)
    gateway.replace_certificate()
    await hub.advance(60)
    assert hub.state(f"{gateway.din}_grid_power").state != STATE_UNAVAILABLE
