"""Many gateways in one process: ``python -m tests.benchmarks.powerwall.fleet 50 START``, to see how cost grows.

Prints for each the line of JSON that ``python -m tests.simulators`` prints for one. They share one clock, which the
control port of the first one moves, and end together at SIGTERM.
"""

import asyncio
from datetime import datetime
import json
import signal
import sys
from typing import Any

from tests.simulators.clock import SimClock
from tests.simulators.control import ControlServer
from tests.simulators.powerwall import PowerwallSimulator

PROFILE = "gw2-23.44"


def describe(gateway: PowerwallSimulator) -> dict[str, Any]:
    """Return how to sign in to a gateway, and the serial number of its battery."""
    return gateway.describe() | {"battery": gateway.house.batteries[0].serial}


async def run(count: int, start: datetime) -> None:
    """Run gateways until somebody interrupts."""
    clock = SimClock()
    clock.set(start)
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    gateways = [PowerwallSimulator(PROFILE, clock=clock, seed=number) for number in range(count)]
    control = ControlServer(gateways[0])
    try:
        await control.start()
        for gateway in gateways:
            await gateway.start()
            print(json.dumps(describe(gateway) | {"control": control.url}), flush=True)
        await interrupted.wait()
    finally:
        await control.stop()
        for gateway in gateways:
            await gateway.stop()


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]), datetime.fromisoformat(sys.argv[2])))
