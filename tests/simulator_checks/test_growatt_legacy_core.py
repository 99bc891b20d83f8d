"""Home Assistant's own growatt_server integration, unmodified, with a password on the simulator (growatt.md F.1, G)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from tests.simulators.clock import SimClock
from tests.simulators.growatt.server import GrowattSimulator

from .growatt_legacy import NOON, device, last, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

POLL = timedelta(seconds=301)


@asynccontextmanager
async def at_noon(profile: str, freezer: FrozenDateTimeFactory, **options: Any) -> AsyncIterator[GrowattSimulator]:
    """Run a server that shares Home Assistant's time, from noon on."""
    freezer.move_to(NOON)
    async with running(profile, clock=SimClock(dt_util.utcnow), **options) as simulator:
        yield simulator


async def set_up(hass: HomeAssistant, simulator: GrowattSimulator, password: str | None = None) -> MockConfigEntry:
    """Set the core integration up with the first plant of the account."""
    user = simulator.world.user
    data = {
        "auth_type": "password",
        "username": user.name,
        "password": password or user.password,
        "url": f"{simulator.url}/",
        "plant_id": str(simulator.world.plants[0].id),
        "name": "Home",
    }
    entry = MockConfigEntry(domain="growatt_server", data=data, version=1, minor_version=1)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def poll(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let its interval pass."""
    freezer.tick(POLL)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


def state(hass: HomeAssistant, source: object, key: str) -> str:
    """Return the state of a sensor by the device (or plant) it belongs to and its key."""
    entity_id = er.async_get(hass).async_get_entity_id("sensor", "growatt_server", f"{source}-{key}")
    assert entity_id is not None, key
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.state


async def test_mix(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    async with at_noon("mix", freezer) as simulator:
        mix = device(simulator, "mix")
        simulator.stage.set_house(mix.serial, level=60.0, solar_w=0.0, home_w=2_400.0)
        freezer.tick(300)
        entry = await set_up(hass, simulator)
        assert entry.state is ConfigEntryState.LOADED
        record = last(mix)
        assert float(state(hass, mix.serial, "mix_statement_of_charge")) == record.soc
        assert float(state(hass, mix.serial, "mix_battery_discharge_w")) == 2_400
        assert float(state(hass, mix.serial, "mix_load_consumption")) == 2.4
        assert float(state(hass, mix.serial, "mix_export_to_grid_lifetime")) == record.total.exported
        assert float(state(hass, mix.serial, "mix_import_from_grid_today_combined")) == record.today.imported
        plant = simulator.world.plants[0]
        assert float(state(hass, plant.id, "total_energy_today")) == record.today.solar
        unusable = {one.entity_id for one in hass.states.async_all("sensor") if one.state in ("unknown", "unavailable")}
        assert unusable == set()
        await hass.config_entries.async_unload(entry.entry_id)


async def test_every_type_it_knows(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    async with at_noon("all", freezer) as simulator:
        entry = await set_up(hass, simulator)
        assert entry.state is ConfigEntryState.LOADED
        inverter, min_plain, storage = (last(device(simulator, name)) for name in ("inverter", "tlx", "storage"))
        assert float(state(hass, "INV0000001", "inverter_energy_today")) == pytest.approx(
            inverter.today.output, abs=0.06
        )
        assert float(state(hass, "MIN0000001", "tlx_energy_today")) == pytest.approx(min_plain.today.output, abs=0.06)
        assert float(state(hass, "SPF0000001", "storage_battery_percentage")) == storage.soc
        await hass.config_entries.async_unload(entry.entry_id)


async def test_signs_in_for_every_device_at_every_poll(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    async with at_noon("mix", freezer) as simulator:
        entry = await set_up(hass, simulator)
        assert simulator.legacy.sessions.logins == 3
        await poll(hass, freezer)
        assert simulator.legacy.sessions.logins == 5
        await hass.config_entries.async_unload(entry.entry_id)


async def test_strict_account_is_locked_within_the_hour(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    async with at_noon("mix", freezer, strict=True) as simulator:
        entry = await set_up(hass, simulator)
        polls = 0
        while not simulator.legacy.sessions.is_locked:
            polls += 1
            assert polls < 12
            await poll(hass, freezer)
        assert state(hass, device(simulator, "mix").serial, "mix_statement_of_charge") == "unavailable"
        await hass.config_entries.async_unload(entry.entry_id)


async def test_wrong_password_asks_for_another(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    async with at_noon("mix", freezer) as simulator:
        entry = await set_up(hass, simulator, password="wrong")
        assert entry.state is ConfigEntryState.SETUP_ERROR
        assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == ["reauth"]


async def test_money_without_currency_breaks_it_as_it_really_does(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    async with at_noon("mix", freezer) as simulator:
        simulator.stage.set_oddities(odd_values=True)
        entry = await set_up(hass, simulator)
        assert entry.state is ConfigEntryState.SETUP_RETRY
        await hass.config_entries.async_unload(entry.entry_id)
