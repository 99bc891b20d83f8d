"""Who may tell a gateway what to do: what is offered, what is refused and why, and what a sign-in costs."""

import json
from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
import voluptuous as vol

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.vendors.base import CONF_IDENTITY
from tests.bad_days.conftest import AddGateway
from tests.bad_days.tools import NOTHING, ROUND, asked, entry_of, patiently, problems
from tests.hub import Hub
from tests.simulators.powerwall import PowerwallSimulator

OPERATION = "/api/operation"
ISLANDING = "/api/v2/islanding/mode"
RUN = "/api/sitemaster/run"
STOP = "/api/sitemaster/stop"


def identity(hub: Hub) -> str:
    """Return the id of the one gateway's device: on old firmware that is not its DIN."""
    return str(entry_of(hub.hass).data[CONF_IDENTITY])


async def capabilities(hub: Hub) -> dict[str, Any]:
    """Return what the gateway can do, by setting."""
    answer = await patiently(hub, hub.act("get_capabilities", identity(hub)))
    settings: dict[str, Any] = answer["settings"]
    return settings


async def set_reserve(hub: Hub, reserve: float) -> dict[str, Any]:
    """Use the action and return its receipt."""
    receipt: dict[str, Any] = await patiently(hub, hub.act("set_backup_reserve", identity(hub), reserve=reserve))
    return receipt


async def try_control(hub: Hub) -> None:
    """Turn the option on as a user does."""
    flow = await hub.hass.config_entries.options.async_init(entry_of(hub.hass).entry_id)
    await hub.hass.config_entries.options.async_configure(flow["flow_id"], {"try_control": True})
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    await hub.advance(ROUND, step=20)


def refusals(hub: Hub) -> list[dict[str, str]]:
    """Return the repairs that say that writing is not permitted, as their texts are filled in."""
    return [
        dict(issue.translation_placeholders or {})
        for issue in ir.async_get(hub.hass).issues.values()
        if issue.domain == DOMAIN and issue.translation_key == "writes_not_permitted"
    ]


# Customers


async def test_customer_reads(hub: Hub, add_gateway: AddGateway) -> None:
    """Without more ado a customer has sensors, and the action says what it takes to have more."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    assert not hub.has(f"{gateway.din}_operating_mode", "select")
    assert not hub.has(f"{gateway.din}_backup_reserve", "number")
    assert hub.state(f"{gateway.din}_operating_mode").state == "self_consumption"
    assert float(hub.state(f"{gateway.din}_backup_reserve").state) == pytest.approx((20 - 5) / 0.95, abs=0.01)
    with pytest.raises(ServiceValidationError) as told:
        await set_reserve(hub, 50)
    assert told.value.translation_key == "needs_installer"
    assert (await capabilities(hub))["backup_reserve"] == {
        "writable": False,
        "reason": "needs_installer",
        "kind": "number",
        "minimum": 0,
        "maximum": 100,
        "step": 1,
    }
    assert asked(gateway, OPERATION, "POST") == 0


async def test_customer_tries(hub: Hub, add_gateway: AddGateway, caplog: pytest.LogCaptureFixture) -> None:
    """The first 403 is remembered until the firmware changes: no controls, no storm, a repair that tells."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    logins = gateway.logins
    await try_control(hub)
    assert hub.state(f"{gateway.din}_operating_mode", "select").state == "self_consumption"
    assert not hub.has(f"{gateway.din}_operating_mode"), "a reading with a control appears only as the control"
    assert not refusals(hub)
    caplog.clear()
    with pytest.raises(HomeAssistantError) as told:
        await patiently(hub, hub.use("number", "set_value", f"{gateway.din}_backup_reserve", value=50))
    assert told.value.translation_key == "writes_not_permitted"
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    for _ in range(2):
        assert not hub.has(f"{gateway.din}_operating_mode", "select")
        assert not hub.has(f"{gateway.din}_backup_reserve", "number")
        assert hub.state(f"{gateway.din}_operating_mode").state == "self_consumption"
        assert hub.state(f"{gateway.din}_backup_reserve").state not in NOTHING
        assert [texts["firmware"] for texts in refusals(hub)] == [gateway.gateway.version]
        assert (await capabilities(hub))["operating_mode"]["reason"] == "writes_not_permitted"
        with pytest.raises(ServiceValidationError) as told:
            await set_reserve(hub, 50)
        assert told.value.translation_key == "writes_not_permitted"
        await hub.hass.config_entries.async_reload(entry_of(hub.hass).entry_id)
        await hub.advance(ROUND, step=20)
    assert asked(gateway, OPERATION, "POST") == 1
    assert gateway.logins == logins
    assert not problems(caplog)

    await hub.advance(600, step=60)
    gateway.set_version("24.48.1 0c0ffee0")
    await hub.advance(360, step=60)
    assert hub.state(f"{gateway.din}_operating_mode", "select").state == "self_consumption"
    assert not hub.has(f"{gateway.din}_operating_mode")
    assert not refusals(hub)
    assert gateway.logins == logins


# Installers


async def test_old_gateway(hub: Hub, add_gateway: AddGateway) -> None:
    """Before 1.50 a sign-in stops the battery: only a change signs in, and starts it again at once (§1.1)."""
    gateway = await add_gateway("gw1-1.40", username="installer")
    await hub.advance(900, step=60)
    assert gateway.logins == 0
    assert asked(gateway, RUN) == 0
    receipt = await set_reserve(hub, 20)
    assert receipt["outcome"] == "confirmed"
    assert gateway.logins == 1
    assert asked(gateway, RUN) == 1
    (body,) = (json.loads(r.body) for r in gateway.requests if (r.path, r.method) == (OPERATION, "POST"))
    assert body == {"mode": "self_consumption", "backup_reserve_percent": 24.0}
    await hub.advance(ROUND, step=20)
    assert gateway.gateway.running
    assert hub.state(f"{identity(hub)}_running", "binary_sensor").state == STATE_ON
    assert hub.state(f"{identity(hub)}_grid_power").state not in NOTHING
    assert hub.state(f"{identity(hub)}_backup_reserve", "number").state == "20.0"
    await hub.advance(900, step=60)
    await set_reserve(hub, 30)
    assert gateway.logins == 1
    assert asked(gateway, RUN) == 1
    assert not hub.has(f"{identity(hub)}_off_grid", "switch")


async def test_old_gateway_is_not_left_stopped(hub: Hub, add_gateway: AddGateway) -> None:
    """A system that our sign-in stopped and that would not start again is started later, also after a restart."""
    gateway = await add_gateway("gw1-1.40", username="installer")
    await hub.advance(ROUND, step=20)
    gateway.faults.add(RUN, "status", code=500)
    assert (await set_reserve(hub, 20))["outcome"] == "confirmed"
    await hub.advance(ROUND, step=20)
    assert not gateway.gateway.running
    assert hub.state(f"{identity(hub)}_running", "binary_sensor").state == STATE_OFF
    await hub.hass.config_entries.async_reload(entry_of(hub.hass).entry_id)
    gateway.faults.clear()
    await hub.advance(2 * ROUND, step=20)
    assert gateway.gateway.running
    assert hub.state(f"{identity(hub)}_running", "binary_sensor").state == STATE_ON
    assert gateway.logins == 1


async def test_old_gateway_stays_stopped(hub: Hub, add_gateway: AddGateway, hass_storage: dict[str, Any]) -> None:
    """Stopped because somebody wanted it: nobody starts it again, not even after a restart."""
    gateway = await add_gateway("gw1-1.40", username="installer")
    await hub.advance(ROUND, step=20)
    answer = await patiently(hub, hub.act("stop_gateway", identity(hub), confirm=True))
    assert answer == {"outcome": "confirmed", "running": False}
    files = [stored for key, stored in hass_storage.items() if key.startswith(f"{DOMAIN}.account.")]
    assert len(files) == 1
    assert "stopped_by_login" not in json.dumps(files)
    await hub.advance(2 * ROUND, step=20)
    assert not gateway.gateway.running
    assert asked(gateway, RUN) == 0


async def test_stop_and_start(hub: Hub, add_gateway: AddGateway) -> None:
    """Stopping takes an explicit yes; both actions return when it is so."""
    gateway = await add_gateway("gw2-24.44", username="installer", installer_toggle_done=True)
    await hub.advance(ROUND, step=20)
    for fields in ({}, {"confirm": False}, {"confirm": "perhaps"}):
        with pytest.raises(vol.Invalid):
            await patiently(hub, hub.act("stop_gateway", gateway.din, **fields))
    assert asked(gateway, STOP) == 0

    gateway.gateway.sitemaster.refuses_stop = True
    with pytest.raises(HomeAssistantError) as told:
        await patiently(hub, hub.act("stop_gateway", gateway.din, confirm=True))
    assert told.value.translation_key == "cannot_stop_now"
    gateway.gateway.sitemaster.refuses_stop = False

    answer = await patiently(hub, hub.act("stop_gateway", gateway.din, confirm=True))
    assert answer == {"outcome": "confirmed", "running": False}
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{gateway.din}_running", "binary_sensor").state == STATE_OFF
    assert hub.state(f"{gateway.din}_grid_power").state == STATE_UNKNOWN
    answer = await patiently(hub, hub.act("start_gateway", gateway.din))
    assert answer == {"outcome": "confirmed", "running": True}
    assert gateway.gateway.running
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{gateway.din}_running", "binary_sensor").state == STATE_ON


# The grid connection and the name


async def switch_off_grid(hub: Hub, gateway: PowerwallSimulator, action: str) -> None:
    """Turn the off-grid switch."""
    await patiently(hub, hub.use("switch", action, f"{gateway.din}_off_grid"))


async def test_off_grid(hub: Hub, add_gateway: AddGateway) -> None:
    """Off and on again, as long as a battery can carry the house."""
    gateway = await add_gateway("gw2-23.44")
    gateway.house.set_level(4.0)
    await hub.advance(ROUND, step=20)
    with pytest.raises(HomeAssistantError) as told:
        await switch_off_grid(hub, gateway, "turn_on")
    assert told.value.translation_key == "battery_empty"
    assert asked(gateway, ISLANDING, "POST") == 0

    gateway.house.set_level(70.0)
    await switch_off_grid(hub, gateway, "turn_on")
    assert gateway.house.grid == "islanded"
    assert hub.state(f"{gateway.din}_off_grid", "switch").state == STATE_ON
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{gateway.din}_grid_status").state == "off_grid"
    await switch_off_grid(hub, gateway, "turn_off")
    assert hub.state(f"{gateway.din}_off_grid", "switch").state == STATE_OFF
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{gateway.din}_grid_status").state == "connected"
    assert hub.state(f"{gateway.din}_off_grid", "switch").state == STATE_OFF
    assert asked(gateway, ISLANDING, "POST") == 2


async def test_off_grid_is_not_offered(hub: Hub, add_gateway: AddGateway) -> None:
    """Since 24.44 customers are refused (§13): no switch, and the reason on request."""
    gateway = await add_gateway("gw2-24.44")
    await hub.advance(ROUND, step=20)
    assert not hub.has(f"{gateway.din}_off_grid", "switch")
    capability = (await capabilities(hub))["off_grid"]
    assert (capability["writable"], capability["reason"]) == (False, "not_on_this_firmware")


async def test_site_name(hub: Hub, add_gateway: AddGateway) -> None:
    """The name of the site can be changed by whoever turned that entity on."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    registry = er.async_get(hub.hass)
    entity_id = registry.async_get_entity_id("text", DOMAIN, f"{gateway.din}_site_name")
    assert entity_id is not None
    registry.async_update_entity(entity_id, disabled_by=None)
    await hub.advance(60, step=20)
    assert hub.state(f"{gateway.din}_site_name", "text").state == "Simulated Home"
    await patiently(hub, hub.use("text", "set_value", f"{gateway.din}_site_name", value="Übers Dach"))
    assert gateway.gateway.site_name == "Übers Dach"
    assert hub.state(f"{gateway.din}_site_name", "text").state == "Übers Dach"
    for name in ("", "x" * 51):
        with pytest.raises(ValueError, match="length"):
            await patiently(hub, hub.use("text", "set_value", f"{gateway.din}_site_name", value=name))
    assert gateway.gateway.site_name == "Übers Dach"
    assert hub.state(f"{gateway.din}_reachable", "binary_sensor").state != STATE_UNAVAILABLE
