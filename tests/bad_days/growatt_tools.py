"""Small things the bad days of a Growatt account need."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.tools import NOTHING, entry_of
from tests.hub import Hub
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.server import GrowattSimulator

HOUR = 3_600.0
DAY = 24 * HOUR
CYCLE = 600.0  # seconds; the default interval of a password account
STEP = 100.0  # seconds at a time where nothing happens that is faster than an upload

ROUNDED = 6.0  # W; a hybrid tells its powers in hundredths of a kW

type States = dict[str, str]


def states(hass: HomeAssistant, device: str = "") -> States:
    """Return what every entity of a device (by the beginning of its unique id) shows, without what says nothing."""
    return {
        f"{entity.domain} {entity.unique_id}": state.state
        for entity in er.async_get(hass).entities.values()
        if entity.platform == DOMAIN
        and entity.unique_id.startswith(device)
        and (state := hass.states.get(entity.entity_id))
        and state.state not in NOTHING
    }


def number(hub: Hub, unique_id: str) -> float:
    """Return what a sensor shows as a number."""
    return float(hub.state(unique_id).state)


def device_of(server: GrowattSimulator, serial: str) -> Device:
    """Return a device as it is now."""
    server.catch_up()
    device = server.world.device(serial)
    assert device is not None
    return device


def is_fresh(hub: Hub, server: GrowattSimulator, serial: str, within: float = 1.6 * CYCLE) -> bool:
    """Tell whether the sun's power is that of an upload of the last seconds."""
    device = device_of(server, serial)
    oldest = server.clock.now() - timedelta(seconds=within)
    shown = hub.state(f"{serial}_solar_power").state
    if shown in NOTHING:
        return False
    recent = [record.solar_w for record in device.history if record.instant >= oldest]
    return any(abs(float(shown) - watts) <= ROUNDED for watts in recent)


def logins(server: GrowattSimulator) -> int:
    """Count the attempts to sign in by password."""
    return server.legacy.sessions.logins


def calls(server: GrowattSimulator) -> Counter[str]:
    """Count the calls of the password API that were let in, by their operation."""
    return Counter(
        {name.partition("?")[2] or name.rpartition("/")[2]: count for name, count in server.legacy.asked.items()}
    )


def issues(hass: HomeAssistant) -> dict[str, Mapping[str, str]]:
    """Return the repairs there are: their texts' keys, with what is put into these."""
    found = ir.async_get(hass).issues
    return {
        issue.translation_key or "": dict(issue.translation_placeholders or {})
        for (domain, _), issue in found.items()
        if domain == DOMAIN and issue.active
    }


def reauths(hass: HomeAssistant) -> int:
    """Count the dialogs that ask for the password again."""
    return len(
        [flow for flow in hass.config_entries.flow.async_progress() if flow["context"]["source"] == SOURCE_REAUTH]
    )


def attributes(hub: Hub, serial: str) -> dict[str, Any]:
    """Return what the event entity *Settings* told last."""
    return dict(hub.state(f"{serial}_settings", "event").attributes)


async def restart(hub: Hub) -> None:
    """Stop the entry and start it again with what was stored."""
    await hub.hass.config_entries.async_reload(entry_of(hub.hass).entry_id)
    await hub.hass.async_block_till_done(wait_background_tasks=True)
