"""Stands in for other integrations that use the same account or device."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_config_flow,
    mock_integration,
    mock_platform,
)


class RivalFlow(ConfigFlow):
    """The other integration has dialogs as well."""


async def _done(*_: Any) -> bool:
    return True


async def _nothing(*_: Any) -> None:
    """There is nothing to clean up."""


@contextmanager
def known(hass: HomeAssistant, domain: str) -> Iterator[None]:
    """Let Home Assistant know an integration whose entries start and stop, and do nothing."""
    module = MockModule(domain, async_setup_entry=_done, async_unload_entry=_done, async_remove_entry=_nothing)
    mock_integration(hass, module)
    mock_platform(hass, f"{domain}.config_flow", None)
    with mock_config_flow(domain, RivalFlow):
        yield


def add(hass: HomeAssistant, domain: str, data: Mapping[str, Any], unique_id: str | None = None) -> MockConfigEntry:
    """Add an entry of such an integration, not loaded yet."""
    entry = MockConfigEntry(domain=domain, data=data, unique_id=unique_id, title="Old one")
    entry.add_to_hass(hass)
    return entry


async def load(hass: HomeAssistant, rival: ConfigEntry) -> None:
    """Start an entry of such an integration."""
    await hass.config_entries.async_setup(rival.entry_id)
    await hass.async_block_till_done()


async def unload(hass: HomeAssistant, rival: ConfigEntry) -> None:
    """Stop an entry of such an integration."""
    await hass.config_entries.async_unload(rival.entry_id)
    await hass.async_block_till_done()
