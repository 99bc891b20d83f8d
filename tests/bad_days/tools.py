"""Small things several bad days need."""

import asyncio
from collections.abc import Coroutine
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.hub import Hub
from tests.simulators.powerwall import PowerwallSimulator

NOTHING = (STATE_UNKNOWN, STATE_UNAVAILABLE)
ROUND = 40.0  # seconds in which everything but facts is asked at least once

_TURNS = 200  # of the loop; more than a few requests on loopback take


def entry_of(hass: HomeAssistant) -> ConfigEntry[Any]:
    """Return the one account."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    return entry


def asked(gateway: PowerwallSimulator, path: str, method: str = "GET") -> int:
    """Count the requests to one path."""
    return sum((record.path, record.method) == (path, method) for record in gateway.requests)


def problems(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return warnings, errors and tracebacks, whoever logged them; time that jumps makes asyncio complain."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name != "asyncio" and (record.levelno >= logging.WARNING or record.exc_info)
    ]


async def patiently[T](hub: Hub, work: Coroutine[Any, Any, T], *, step: float = 1.0, limit: float = 200.0) -> T:
    """Let time pass until some work is done and return its result; fails when it takes too long."""
    task = asyncio.ensure_future(work)
    passed = 0.0
    while not await _is_done(task):
        assert passed < limit, f"not done after {limit} seconds"
        await hub.advance(step, step=step, hanging=True)
        passed += step
    return task.result()


async def _is_done(task: asyncio.Future[Any]) -> bool:
    """Give requests on their way enough turns of the loop to end without time passing."""
    for _ in range(_TURNS):
        if task.done():
            break
        await asyncio.sleep(0)
    return task.done()
