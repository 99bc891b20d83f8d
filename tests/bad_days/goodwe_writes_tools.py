"""Small things the bad days of settings need."""

from typing import Any

from homeassistant.helpers import entity_registry as er

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.growatt_tools import attributes
from tests.bad_days.living import restart
from tests.bad_days.tools import patiently
from tests.hub import Hub
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.simulators.goodwe.world import Audit

NAMED = "/web/sems/sems-remote/api/v1/remote/set"
WRITES = (NAMED, "/setDeviceFunctionParameters", "/SaveRemoteControlInverter")


def sent(server: GoodWeSimulator) -> int:
    """Return how many changes were sent, whether they arrived or not."""
    return sum(record.path.endswith(WRITES) for record in server.requests)


def written(server: GoodWeSimulator) -> list[Audit]:
    """Return the changes that reached a device."""
    return list(server.world.audit)


def settings(server: GoodWeSimulator) -> dict[str, Any]:
    """Return what the first inverter is really set to."""
    server.catch_up()
    return dict(next(server.world.inverters).settings)


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
