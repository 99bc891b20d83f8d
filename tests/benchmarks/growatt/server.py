"""One account in a process of its own: ``python -m tests.benchmarks.growatt.server PROFILE START``.

Prints the line of JSON that ``python -m tests.simulators`` prints, and ends at SIGTERM. What it adds to the simulator:

- requests are recorded with their query, because the password API tells its calls apart by it;
- ``traffic``: bytes, connections and refused requests so far; ``set_delay``: real seconds before each answer;
- ``let_sun_jump``: from now on every upload carries another power of the sun; ``uploads``: what was uploaded when.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
import json
import signal
import sys
from typing import Any, override

from aiohttp import web

from tests.benchmarks.growatt.relay import Relay
from tests.simulators.base import Action
from tests.simulators.clock import SimClock
from tests.simulators.control import ControlServer
from tests.simulators.growatt.server import V1_PREFIX, GrowattSimulator
from tests.simulators.surroundings import Sun
from tests.simulators.wire import Answer, RequestRecord

TIME_ZONE = "Europe/Berlin"
CLOUDINESS = 0.5
PAST_DAYS = 1
BAD_STATUS = 400
SUCCESS = b'"error_code":0,'
UPLOAD_SECONDS = 300
LEAST_W, STEP_W, STEPS = 500, 20, 100
"""The jumping sun: coarse enough for answers in hundredths of a kW, and the same again only after hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpingSun(Sun):
    """A sun that gives another power in every five minutes, never none."""

    @override
    def watts(self, local: datetime) -> float:
        return float(LEAST_W + STEP_W * (int(local.timestamp()) // UPLOAD_SECONDS * 37 % STEPS))


class MeasuredSimulator(GrowattSimulator):
    """A Growatt server behind a relay that counts."""

    def __init__(self, profile: str, *, clock: SimClock) -> None:
        """Build it; nothing listens yet."""
        super().__init__(profile, clock=clock, past_days=PAST_DAYS, timezone=TIME_ZONE, cloudiness=CLOUDINESS)
        self.relay = Relay()
        self.delay = 0.0
        self.refused = 0

    @override
    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        record.path = request.path_qs
        if self.delay:
            await asyncio.sleep(self.delay)
        answer = await super().answer(request, record)
        self.refused += answer.status >= BAD_STATUS or (
            request.path.startswith(V1_PREFIX) and SUCCESS not in answer.body
        )
        return answer

    @override
    def describe(self) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.relay.port}"
        return super().describe() | {"url": url, "port": self.relay.port, "zone": TIME_ZONE}

    def traffic(self) -> dict[str, int]:
        """Return what went over the wire so far, in bytes as the client sees them, and what was refused."""
        relay = self.relay
        return {
            "sent": relay.sent,
            "received": relay.received,
            "connections": relay.connections,
            "refused": self.refused,
        }

    def set_delay(self, seconds: float) -> None:
        """Answer so much later, by the real clock."""
        self.delay = seconds

    def let_sun_jump(self) -> None:
        """Change the sun with every upload."""
        self.world.catch_up()
        for device in self.world.devices:
            sun = device.house.sun
            device.house.sun = JumpingSun(
                peak_w=sun.peak_w, latitude=sun.latitude, cloudiness=sun.cloudiness, seed=sun.seed
            )

    def uploads(self) -> dict[str, list[tuple[float, float]]]:
        """Return for every serial number when it uploaded (timestamp) and how much sun it had (W), oldest first."""
        self.world.catch_up()
        return {
            device.serial: [(record.instant.timestamp(), record.solar_w) for record in device.history]
            for device in self.world.devices
        }

    @property
    @override
    def actions(self) -> Mapping[str, Action]:
        own = (self.traffic, self.set_delay, self.let_sun_jump, self.uploads)
        return {**super().actions, **{action.__name__: action for action in own}}


async def run(profile: str, start: datetime) -> None:
    """Run one account until somebody interrupts."""
    clock = SimClock(speed=0.0)
    clock.set(start)
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    simulator = MeasuredSimulator(profile, clock=clock)
    control = ControlServer(simulator)
    try:
        await simulator.start()
        await simulator.relay.start(simulator.port)
        await control.start()
        print(json.dumps(simulator.describe() | {"control": control.url}), flush=True)
        await interrupted.wait()
    finally:
        await control.stop()
        await simulator.relay.stop()
        await simulator.stop()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], datetime.fromisoformat(sys.argv[2])))
