"""A real Home Assistant with nothing in it but its core, the recorder and the integration that is measured."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
import json
from pathlib import Path

from homeassistant import loader
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.components.network import async_get_adapters
from homeassistant.config_entries import ConfigEntries
from homeassistant.core import DOMAIN as HOMEASSISTANT, HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.recorder import async_initialize_recorder, get_instance
from homeassistant.setup import async_setup_component

from tests.demo.hass_process import INTEGRATION

DATABASE = "home-assistant_v2.db"
BASICS = (HOMEASSISTANT, "persistent_notification", "recorder")
COMMIT_SECONDS = 5
"""How often the recorder commits unless it is told otherwise."""
IMPATIENCE_SECONDS = 0.05


def make_folder(folder: Path) -> None:
    """Make the folder of a Home Assistant that knows only the loopback interface and finds the integration."""
    (folder / ".storage").mkdir(parents=True)
    network = {"version": 1, "minor_version": 1, "key": "core.network", "data": {"configured_adapters": ["lo"]}}
    (folder / ".storage" / "core.network").write_text(json.dumps(network))
    (folder / "custom_components").mkdir()
    (folder / "custom_components" / INTEGRATION.name).symlink_to(INTEGRATION, target_is_directory=True)


@asynccontextmanager
async def running_hass(
    folder: Path, *, time_zone: str = "UTC", commit_seconds: int = COMMIT_SECONDS
) -> AsyncIterator[HomeAssistant]:
    """Start Home Assistant in ``folder`` up to where it would set up its config entries; stop it on leaving.

    A recorder that commits less often leaves less to do in a simulated day for Home Assistant itself.
    """
    hass = HomeAssistant(str(folder))
    hass.config.skip_pip = True
    await hass.config.async_set_time_zone(time_zone)
    loader.async_setup(hass)
    hass.config_entries = ConfigEntries(hass, {HOMEASSISTANT: {}})
    await loader.async_get_custom_components(hass)
    await async_load_base_functionality(hass)
    await async_get_adapters(hass)
    async_initialize_recorder(hass)
    config = {HOMEASSISTANT: {}, "recorder": {"commit_interval": commit_seconds}}
    for domain in BASICS:
        if not await async_setup_component(hass, domain, {domain: {}, **config}):
            raise RuntimeError(f"{domain} cannot be set up")
    async_get_clientsession(hass)  # with its resolver, which whoever comes first would otherwise pay for
    try:
        yield hass
    finally:
        await hass.async_block_till_done()
        await hass.async_stop(force=True)


async def set_up(hass: HomeAssistant, domain: str) -> None:
    """Set up all entries of a domain, as Home Assistant does at its start."""
    if domain and not await async_setup_component(hass, domain, {}):
        raise RuntimeError(f"{domain} cannot be set up")
    await settle(hass)


async def start(hass: HomeAssistant) -> None:
    """Go through the end of Home Assistant's start, up to where the recorder records."""
    await hass.async_start()
    await get_instance(hass).async_recorder_ready.wait()
    await settle(hass)


async def settle(hass: HomeAssistant) -> None:
    """Wait until everything that was begun is done: the first two rounds of the loop start what is due."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await hass.async_block_till_done(wait_background_tasks=True)


async def settle_soon(hass: HomeAssistant) -> None:
    """Wait like ``settle``, but not for what hangs."""
    with suppress(TimeoutError):
        async with asyncio.timeout(IMPATIENCE_SECONDS):
            await settle(hass)


async def everything_recorded(hass: HomeAssistant) -> None:
    """Wait until the recorder has written all it was given."""
    await get_instance(hass).async_block_till_done()
