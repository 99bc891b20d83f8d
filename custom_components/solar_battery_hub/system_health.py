"""System health: how the accounts are doing, at a glance."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Tell Home Assistant where to ask."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Count the accounts, those that answer, and the requests of today."""
    runtimes = [entry.runtime_data for entry in hass.config_entries.async_loaded_entries(DOMAIN)]
    return {
        "accounts": len(hass.config_entries.async_entries(DOMAIN)),
        "accounts_reachable": sum(runtime.connection.up for runtime in runtimes),
        "calls_today": sum(runtime.door.calls_today for runtime in runtimes),
    }
