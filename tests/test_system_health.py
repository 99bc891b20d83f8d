"""System health: how many accounts there are, how many answer, and what they cost."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.solar_battery_hub.const import DOMAIN
from tests.conftest import StartPowerwall
from tests.hub import Hub
from tests.metadata.files import texts


async def health(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the page shows, with everything awaited that comes later."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    return {key: await value if asyncio.iscoroutine(value) else value for key, value in info.items()}


@pytest.mark.usefixtures("noon")
async def test_two_accounts(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """One that answers and one that does not; every line has its label."""
    well, ill = await start_powerwall(), await start_powerwall("gw2-23.44", seed=7)
    for gateway in (well, ill):
        await hub.add_powerwall(gateway)
    before = await health(hub.hass)
    assert (before["accounts"], before["accounts_reachable"]) == (2, 2)
    for gateway in (well, ill):
        gateway.requests.clear()
    await hub.advance(60, step=30)
    info = await health(hub.hass)
    assert info["calls_today"] == before["calls_today"] + len(well.requests) + len(ill.requests)
    assert {f"system_health.info.{key}" for key in info} <= texts("en").keys()

    ill.refuse_connections()
    await hub.advance(60, step=30)
    info = await health(hub.hass)
    assert (info["accounts"], info["accounts_reachable"]) == (2, 1)


async def test_requests_are_counted_by_the_day(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """A new day starts at nothing."""
    gateway = await start_powerwall()
    await hub.add_powerwall(gateway)
    await hub.advance(86_400, step=3600)
    today = gateway.clock.now().date()
    asked = [record.time.date() for record in gateway.requests]
    assert (await health(hub.hass))["calls_today"] == asked.count(today)
    assert 0 < asked.count(today) < len(asked)


async def test_account_that_does_not_run(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """It counts as one, and as none that answers."""
    gateway = await start_powerwall()
    entry = await hub.add_powerwall(gateway)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    assert await health(hub.hass) == {"accounts": 1, "accounts_reachable": 0, "calls_today": 0}
