"""Home Assistant's own powerwall integration, unmodified, on the simulator (specification §20.1, Appendix B)."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from tests.simulators.powerwall import PowerwallSimulator

from .conftest import Start

POLL = timedelta(seconds=31)


async def set_up(hass: HomeAssistant, simulator: PowerwallSimulator) -> MockConfigEntry:
    """Set the core integration up on a gateway."""
    data: dict[str, Any] = {"ip_address": f"{simulator.host}:{simulator.port}", "password": simulator.password}
    entry = MockConfigEntry(domain="powerwall", data=data, unique_id=simulator.din)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def values(hass: HomeAssistant) -> dict[str, str]:
    """Return every state by entity."""
    return {state.entity_id: state.state for state in hass.states.async_all(["sensor", "binary_sensor", "switch"])}


@pytest.mark.parametrize("profile", ["gw2-21.44", "gw2-23.44", "gw2-24.44"])
async def test_full_gateway_sets_up(hass: HomeAssistant, start: Start, profile: str) -> None:
    simulator = await start(profile, batteries=2)
    simulator.house.set(solar_w=3_000.0, home_w=1_000.0)
    entry = await set_up(hass, simulator)
    assert entry.state is ConfigEntryState.LOADED
    states = values(hass)
    assert len([entity for entity in states if entity.startswith("sensor.")]) > 20
    assert {"unknown", "unavailable"}.isdisjoint(states.values()), states
    assert states["sensor.simulated_home_solar_power"] == "3.0"
    assert states["sensor.simulated_home_battery_power"] == "-2.0"
    assert simulator.logins == 1
    await hass.config_entries.async_unload(entry.entry_id)


async def test_restricted_gateway_sets_up(hass: HomeAssistant, start: Start) -> None:
    simulator = await start("pw3-26.x")
    entry = await set_up(hass, simulator)
    assert entry.state is ConfigEntryState.LOADED
    assert values(hass)
    assert {request.status for request in simulator.requests} == {200, 404}
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("profile", ["gw1-1.15", "gw1-1.50"])
async def test_old_firmware_fails_as_it_really_does(hass: HomeAssistant, start: Start, profile: str) -> None:
    simulator = await start(profile)
    entry = await set_up(hass, simulator)
    assert entry.state is not ConfigEntryState.LOADED


async def test_dead_session_costs_one_login(hass: HomeAssistant, freezer: FrozenDateTimeFactory, start: Start) -> None:
    simulator = await start("gw2-21.44")
    entry = await set_up(hass, simulator)
    simulator.kill_sessions()
    before = len(simulator.requests)
    freezer.tick(POLL)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    asked = [(request.path.removeprefix("/api/"), request.status) for request in simulator.requests[before:]]
    assert asked[:3] == [("system_status/soe", 403), ("logout", 204), ("login/Basic", 200)]
    assert {status for _, status in asked[3:]} == {200}
    assert simulator.logins == 2
    await hass.config_entries.async_unload(entry.entry_id)
