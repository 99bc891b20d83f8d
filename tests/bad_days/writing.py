"""Small things the bad days of settings need, whoever made the device."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.growatt_tools import attributes
from tests.bad_days.living import restart
from tests.bad_days.tools import patiently
from tests.hub import Hub


def told(hub: Hub, device: str) -> str:
    """Return what the event entity *Settings* told last."""
    return str(attributes(hub, device).get("event_type"))


def is_pending(hub: Hub, device: str) -> bool:
    """Tell whether *Change pending* is on."""
    return hub.state(f"{device}_change_pending", "binary_sensor").state == "on"


async def enable(hub: Hub, *unique_ids: tuple[str, str]) -> None:
    """Enable entities (platform, unique id) that are disabled at first."""
    registry = er.async_get(hub.hass)
    for platform, unique_id in unique_ids:
        entity_id = registry.async_get_entity_id(platform, DOMAIN, unique_id)
        assert entity_id is not None, unique_id
        registry.async_update_entity(entity_id, disabled_by=None)
    await restart(hub)


async def turn(hub: Hub, unique_id: str, to: str, *, step: float = 1.0) -> None:
    """Use a switch."""
    await patiently(hub, hub.use("switch", f"turn_{to}", unique_id), step=step)


async def act(hub: Hub, action: str, device: str, *, step: float = 2.0, **fields: Any) -> dict[str, Any]:
    """Use an action that waits for what comes of it, and return its answer."""
    answer: dict[str, Any] = await patiently(hub, hub.act(action, device, **fields), step=step, limit=600)
    return answer


async def give(hub: Hub, unique_id: str, value: float, *, step: float = 1.0) -> None:
    """Set a number."""
    await patiently(hub, hub.use("number", "set_value", unique_id, value=value), step=step)


async def choose(hub: Hub, unique_id: str, option: str, *, step: float = 1.0) -> None:
    """Select an option."""
    await patiently(hub, hub.use("select", "select_option", unique_id, option=option), step=step)


async def at_once(hub: Hub, *work: Coroutine[Any, Any, Any]) -> list[Any]:
    """Let several people do something in the same moment; return what each of them gets, or the error."""

    async def all_of_it() -> list[Any]:
        return list(await asyncio.gather(*work, return_exceptions=True))

    return await patiently(hub, all_of_it(), limit=300.0)


async def failure(work: Coroutine[Any, Any, Any]) -> str:
    """Return with which message something ends that must not work."""
    try:
        await work
    except HomeAssistantError as err:
        return err.translation_key or str(err)
    raise AssertionError("it worked")
