"""A gateway that asks for silence gets it, and the user sees until when."""

from datetime import datetime, timedelta

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.conftest import AddGateway
from tests.hub import Hub


@pytest.mark.parametrize(("retry_after", "least"), [(None, 300), (30, 300), (900, 900)])
async def test_too_many_requests(hub: Hub, add_gateway: AddGateway, retry_after: int | None, least: float) -> None:
    """No byte for five minutes or as long as asked; the end is shown; then it goes on."""
    gateway = await add_gateway()
    gateway.faults.add("*", "status", code=429, retry_after=retry_after, times=1)
    gateway.requests.clear()
    started = dt_util.utcnow()
    await hub.advance(60)
    assert len(gateway.requests) == 1
    end = datetime.fromisoformat(hub.state(f"{gateway.din}_locked_until").state)
    assert timedelta(seconds=least) <= end - started <= timedelta(seconds=least + 20)
    (issue,) = [issue for issue in ir.async_get(hub.hass).issues.values() if issue.domain == DOMAIN]
    assert issue.translation_key == "locked"
    assert (issue.translation_placeholders or {})["until"] == f"{dt_util.as_local(end):%Y-%m-%d %H:%M}"
    assert hub.state(f"{gateway.din}_grid_power").state == STATE_UNAVAILABLE

    await hub.advance((end - dt_util.utcnow()).total_seconds() - 6)
    assert len(gateway.requests) == 1
    await hub.advance(30)
    assert hub.state(f"{gateway.din}_grid_power").state != STATE_UNAVAILABLE
    assert hub.state(f"{gateway.din}_locked_until").state == STATE_UNKNOWN
    assert not [issue for issue in ir.async_get(hub.hass).issues.values() if issue.domain == DOMAIN]


async def test_silence_survives_a_reload(hub: Hub, add_gateway: AddGateway) -> None:
    """Restarting is no way around the pause."""
    gateway = await add_gateway()
    gateway.faults.add("*", "status", code=429, times=1)
    gateway.requests.clear()
    await hub.advance(20)
    (entry,) = hub.hass.config_entries.async_entries(DOMAIN)
    await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(200, step=20)
    assert len(gateway.requests) == 1
    await hub.advance(150, step=10)
    assert hub.state(f"{gateway.din}_grid_power").state != STATE_UNAVAILABLE


async def test_update_entity_respects_the_floor(hub: Hub, add_gateway: AddGateway) -> None:
    """Asking for an update every second does not ask the gateway every second."""
    gateway = await add_gateway()
    assert await async_setup_component(hub.hass, "homeassistant", {})
    entity_id = hub.state(f"{gateway.din}_grid_power").entity_id
    await hub.advance(10)
    gateway.requests.clear()
    for _ in range(60):
        await hub.hass.services.async_call("homeassistant", "update_entity", {"entity_id": entity_id}, blocking=True)
        await hub.advance(1, step=1)
    asked = sum(record.path == "/api/meters/aggregates" for record in gateway.requests)
    assert 6 <= asked <= 12, "floor 5 s"
