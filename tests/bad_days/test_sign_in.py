"""Signing in: once, never in a storm, and only the user puts a wrong password right."""

from itertools import pairwise

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.conftest import AddGateway
from tests.hub import Hub
from tests.simulators.powerwall import PowerwallSimulator

HOUR = 3600.0


def entry_of(hass: HomeAssistant) -> ConfigEntry:
    """Return the one account."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    return entry


def reauths(hass: HomeAssistant) -> int:
    """Count the requests to sign in again that the user sees."""
    return sum(flow["context"]["source"] == SOURCE_REAUTH for flow in hass.config_entries.flow.async_progress())


def calls(gateway: PowerwallSimulator, path: str) -> int:
    """Count the requests to one path."""
    return sum(record.path == path for record in gateway.requests)


@pytest.mark.parametrize("status", [401, 403])
async def test_session_ends_in_the_middle(hub: Hub, add_gateway: AddGateway, status: int) -> None:
    """One login and one repetition; nobody notices."""
    gateway = await add_gateway(missing_session=status)
    await hub.advance(HOUR, step=30)
    logins = gateway.logins
    gateway.kill_sessions()
    gateway.requests.clear()
    await hub.advance(10)
    assert gateway.logins == logins + 1
    assert calls(gateway, "/api/meters/aggregates") == 2
    await hub.advance(120)
    assert gateway.logins == logins + 1
    assert hub.state(f"{gateway.din}_grid_power").state != STATE_UNAVAILABLE


async def test_path_that_stays_forbidden(hub: Hub, add_gateway: AddGateway) -> None:
    """A 403 after a fresh login is about the path: it is left alone, without more logins."""
    gateway = await add_gateway()
    await hub.advance(HOUR, step=30)
    logins = gateway.logins
    gateway.faults.add("/api/operation", "status", code=403)
    await hub.advance(HOUR, step=30)
    assert gateway.logins <= logins + 1
    assert hub.state(f"{gateway.din}_grid_power").state != STATE_UNAVAILABLE
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert not reauths(hub.hass)


@pytest.mark.parametrize("path", ["/api/operation", "/api/system_status", "/api/sitemaster"])
async def test_missing_path_is_never_about_the_password(hub: Hub, add_gateway: AddGateway, path: str) -> None:
    """A 404 costs no login and is not asked again within ten minutes (powerwall.md §3.3, Appendix B)."""
    gateway = await add_gateway()
    gateway.faults.add(path, "status", code=404, body="404 page not found\n")
    logins = gateway.logins
    await hub.advance(60)
    gateway.requests.clear()
    await hub.advance(500, step=20)
    assert calls(gateway, path) == 0
    await hub.advance(HOUR, step=30)
    assert gateway.logins == logins
    assert not reauths(hub.hass)


async def test_twenty_reloads_cost_no_login(hub: Hub, add_gateway: AddGateway) -> None:
    """The session survives in the private store."""
    gateway = await add_gateway()
    logins = gateway.logins
    for _ in range(20):
        await hub.hass.config_entries.async_reload(entry_of(hub.hass).entry_id)
        await hub.advance(30, step=30)
    assert gateway.logins == logins == 1
    assert hub.state(f"{gateway.din}_grid_power").state != STATE_UNAVAILABLE


async def test_gateway_that_forgets_every_session(hub: Hub, add_gateway: AddGateway) -> None:
    """Whatever happens, at most one login a minute and four an hour."""
    gateway = await add_gateway()
    gateway.access.session_seconds = 1.0
    gateway.kill_sessions()
    gateway.requests.clear()
    await hub.advance(3 * HOUR, step=30)
    times = sorted(record.time for record in gateway.requests if record.path == "/api/login/Basic")
    assert 4 <= len(times) <= 12
    gaps = [(later - sooner).total_seconds() for sooner, later in pairwise(times)]
    assert min(gaps) >= 60
    fifths = [(later - sooner).total_seconds() for sooner, later in zip(times, times[4:], strict=False)]
    assert min(fifths) >= HOUR


async def test_password_changed_on_the_gateway(hub: Hub, add_gateway: AddGateway) -> None:
    """One request to sign in again, no more tries by itself; the new password heals everything."""
    gateway = await add_gateway()
    gateway.access.password = "CANARY-brand-new"
    gateway.kill_sessions()
    await hub.advance(10 * 60, step=30)
    assert reauths(hub.hass) == 1
    tries = gateway.logins
    await hub.advance(2 * HOUR, step=60)
    assert gateway.logins == tries <= 3
    assert reauths(hub.hass) == 1
    assert hub.state(f"{gateway.din}_grid_power").state == STATE_UNAVAILABLE

    (flow,) = hub.hass.config_entries.flow.async_progress()
    await hub.fill(flow, {"password": "CANARY-brand-new"})
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    await hub.advance(30)
    assert not reauths(hub.hass)
    assert hub.state(f"{gateway.din}_grid_power").state != STATE_UNAVAILABLE


async def test_removal_signs_out_and_forgets(
    hub: Hub, add_gateway: AddGateway, hass_storage: dict[str, object]
) -> None:
    """Nothing of the account stays behind, neither here nor there."""
    gateway = await add_gateway()
    assert any(DOMAIN in name for name in hass_storage)
    gateway.requests.clear()
    await hub.hass.config_entries.async_remove(entry_of(hub.hass).entry_id)
    assert calls(gateway, "/api/logout") == 1
    assert not [name for name in hass_storage if name.startswith(DOMAIN)]
