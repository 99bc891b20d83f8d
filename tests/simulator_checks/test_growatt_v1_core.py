"""Home Assistant's own growatt_server integration, unmodified, with a token on the simulator (growatt.md F.1, F.5)."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from growattServer import OpenApiV1
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from tests.simulators.clock import SimClock
from tests.simulators.growatt import GrowattSimulator

from .conftest import NOON
from .growatt_host import serving

CYCLE = timedelta(minutes=5, seconds=1)


@pytest.fixture(autouse=True)
async def _noon_in_berlin(hass: HomeAssistant, freezer: FrozenDateTimeFactory, socket_enabled: None) -> None:
    """Let Home Assistant live where the plant is: it takes the server's local times for its own."""
    freezer.move_to(NOON)
    await hass.config.async_set_time_zone("Europe/Berlin")


def pointed_at(simulator: GrowattSimulator) -> Callable[..., OpenApiV1]:
    """Return what makes the published client on the simulator: its own address is fixed when it is made (0.1)."""

    def make(token: str) -> OpenApiV1:
        api = OpenApiV1(token)
        api.api_url = f"{simulator.url}/v1/"
        return api

    return make


@asynccontextmanager
async def core_on(hass: HomeAssistant, profile: str, **options: Any) -> AsyncIterator[tuple[Any, GrowattSimulator]]:
    """Set the core integration up on an account and unload it afterwards."""
    async with serving(SimClock(dt_util.utcnow), profile, **options) as simulator:
        data = {
            "auth_type": "api_token",
            "token": simulator.token,
            "url": f"{simulator.url}/",
            "plant_id": str(simulator.world.plants[0].id),
            "name": "Growatt",
        }
        entry = MockConfigEntry(domain="growatt_server", data=data, version=1, minor_version=1)
        entry.add_to_hass(hass)
        with patch("growattServer.OpenApiV1", pointed_at(simulator)):
            await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done(wait_background_tasks=True)
            yield entry, simulator
            await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize(("profile", "power"), [("min", "pac"), ("sph", "ppv")])
async def test_sets_up_and_polls(hass: HomeAssistant, freezer: FrozenDateTimeFactory, profile: str, power: str) -> None:
    async with core_on(hass, profile) as (entry, simulator):
        assert entry.state is ConfigEntryState.LOADED
        (device,) = simulator.world.devices
        states = {state.entity_id: state.state for state in hass.states.async_all("sensor")}
        assert len(states) > 20
        assert str(device.live()[power]) in {f"{float(value):.1f}" for value in states.values() if is_number(value)}
        for _ in range(3):
            freezer.tick(CYCLE)
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
        now = {state.state for state in hass.states.async_all("sensor")}
        assert "unavailable" not in now, "its cycle of five minutes does not trip the limit"
        assert str(device.live()[power]) in {f"{float(value):.1f}" for value in now if is_number(value)}


def is_number(text: str) -> bool:
    """Tell whether a state is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


async def test_restart_within_five_minutes_trips_the_limit(hass: HomeAssistant) -> None:
    async with core_on(hass, "min") as (entry, _simulator):
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert entry.state is ConfigEntryState.SETUP_RETRY


async def test_revoked_token_asks_for_a_new_one(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    async with core_on(hass, "min") as (_entry, simulator):
        simulator.actions["revoke_token"]()
        freezer.tick(CYCLE)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == ["reauth"]
