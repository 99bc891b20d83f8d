"""What became of settings of a GoodWe account."""

from typing import Any

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
