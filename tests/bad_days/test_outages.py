"""No answer, or none that makes sense: clear state, two log lines, back by itself within a minute."""

from collections.abc import Callable
import logging
from typing import Any

import aiohttp
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.conftest import AddGateway
from tests.hub import Hub
from tests.simulators.powerwall import PowerwallSimulator

HALF_AN_HOUR = 1800.0

type Break = Callable[[PowerwallSimulator], object]

OUTAGES: dict[str, Break] = {
    "connection refused": lambda gateway: gateway.refuse_connections(),
    "no answer": lambda gateway: gateway.faults.add("*", "slow"),
    "connection reset": lambda gateway: gateway.faults.add("*", "reset"),
    "half a body": lambda gateway: gateway.faults.add("*", "cut_connection"),
    "half a JSON": lambda gateway: gateway.faults.add("*", "cut_json"),
    "HTML": lambda gateway: gateway.faults.add("*", "html"),
    "empty body": lambda gateway: gateway.faults.add("*", "empty"),
    "null": lambda gateway: gateway.faults.add("*", "null"),
    "503": lambda gateway: gateway.faults.add("*", "status", code=503),
    "500": lambda gateway: gateway.faults.add("*", "status", code=500),
}


def own_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration itself logged for users."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(f"custom_components.{DOMAIN}") and record.levelno >= logging.INFO
    ]


@pytest.mark.parametrize("name", OUTAGES)
async def test_half_an_hour_outage(
    hub: Hub, add_gateway: AddGateway, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """Live values go, counters stay, one line down, one line up, back within 60 seconds."""
    gateway = await add_gateway()
    entry = hub.hass.config_entries.async_entries(DOMAIN)[0]
    power = f"{gateway.din}_grid_power"
    total = f"{gateway.din}_solar_energy_total"
    await hub.advance(30)
    logins = gateway.logins
    counted = float(hub.state(total).state)
    caplog.clear()

    OUTAGES[name](gateway)
    await hub.advance(HALF_AN_HOUR, hanging=name == "no answer")
    assert hub.state(power).state == STATE_UNAVAILABLE
    assert float(hub.state(total).state) >= counted
    assert hub.state(f"{gateway.din}_reachable", "binary_sensor").state == "off"
    assert len(own_lines(caplog)) == 1

    gateway.faults.clear()
    await gateway.accept_connections()
    await hub.advance(60, hanging=name == "no answer")
    assert hub.state(power).state not in (STATE_UNAVAILABLE, "unknown")
    assert hub.state(f"{gateway.din}_reachable", "binary_sensor").state == STATE_ON
    assert len(own_lines(caplog)) == 2
    assert entry.state is ConfigEntryState.LOADED
    assert gateway.logins == logins


async def test_name_cannot_be_found(
    hub: Hub, add_gateway: AddGateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A name server that is down is an outage like any other."""
    gateway = await add_gateway()
    gateway.close_connections()
    caplog.clear()

    async def no_such_host(*args: Any, **kwargs: Any) -> Any:
        raise aiohttp.ClientConnectorDNSError(
            aiohttp.client_reqrep.ConnectionKey("gateway.lan", 443, True, True, None, None, None),
            OSError("Name or service not known"),
        )

    with monkeypatch.context() as patched:
        patched.setattr(aiohttp.TCPConnector, "_create_connection", no_such_host)
        await hub.advance(120)
        assert hub.state(f"{gateway.din}_grid_power").state == STATE_UNAVAILABLE
    await hub.advance(60)
    assert hub.state(f"{gateway.din}_grid_power").state != STATE_UNAVAILABLE
    assert len(own_lines(caplog)) == 2
