"""Actions that only a Powerwall gateway has: starting and stopping the system (powerwall.md §10)."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import voluptuous as vol

from ...core.errors import WriteRefused
from ..base import Account, Action
from .account import PowerwallAccount


async def _start(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return _answer(await cast("PowerwallAccount", account).start(), running=True)


async def _stop(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return _answer(await cast("PowerwallAccount", account).stop(), running=False)


def _answer(seen: bool, *, running: bool) -> dict[str, Any]:
    """Return the action's answer once the gateway was seen to obey; raises WriteRefused."""
    if not seen:
        raise WriteRefused("not_started" if running else "not_stopped")
    return {"outcome": "confirmed", "running": running}


ACTIONS: Sequence[Action] = (
    Action(name="start_gateway", fields={}, run=_start),
    # Charging, discharging, backup and metering end with it, hence the explicit yes.
    Action(name="stop_gateway", fields={vol.Required("confirm"): vol.All(bool, True)}, run=_stop),
)
