"""A simulator in a process of its own, with a clock that only moves when it is told to, behind a relay that counts."""

import asyncio
from collections.abc import Callable
from datetime import datetime
import json
import signal

from tests.benchmarks.relay import Relay
from tests.simulators.base import Simulator
from tests.simulators.clock import SimClock
from tests.simulators.control import ControlServer


async def run(build: Callable[[SimClock, Relay], Simulator], start: datetime) -> None:
    """Run what is built until somebody interrupts; print the line of JSON that ``python -m tests.simulators`` prints."""
    clock, relay = SimClock(speed=0.0), Relay()
    clock.set(start)
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    simulator = build(clock, relay)
    control = ControlServer(simulator)
    try:
        await simulator.start()
        await relay.start(simulator.port)
        await control.start()
        print(json.dumps(simulator.describe() | {"control": control.url}), flush=True)
        await interrupted.wait()
    finally:
        await control.stop()
        await relay.stop()
        await simulator.stop()
