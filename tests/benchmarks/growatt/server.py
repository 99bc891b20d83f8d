"""One account in a process of its own: ``python -m tests.benchmarks.growatt.server PROFILE START``.

Prints the line of JSON that ``python -m tests.simulators`` prints, and ends at SIGTERM. What it adds to the simulator:

- requests are recorded with their query, because the password API tells its calls apart by it;
- ``traffic``: bytes, connections and refused requests so far; ``set_delay``: real seconds before each answer;
- ``let_sun_jump``: from now on every upload carries another power of the sun; ``uploads``: what was uploaded when.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
import sys
from typing import Any, override

from aiohttp import web

from tests.benchmarks.jumping_sun import JumpingSun
from tests.benchmarks.relay import Relay
from tests.benchmarks.relayed import run
from tests.simulators.actions import Action, named
from tests.simulators.clock import SimClock
from tests.simulators.growatt.server import V1_PREFIX, GrowattSimulator
from tests.simulators.wire import Answer, RequestRecord

TIME_ZONE = "Europe/Berlin"
CLOUDINESS = 0.5
PAST_DAYS = 1
BAD_STATUS = 400
SUCCESS = b'"error_code":0,'
UPLOAD_SECONDS = 300


class MeasuredSimulator(GrowattSimulator):
    """A Growatt server behind a relay that counts."""

    def __init__(self, profile: str, *, clock: SimClock, relay: Relay) -> None:
        """Build it; nothing listens yet."""
        super().__init__(profile, clock=clock, past_days=PAST_DAYS, timezone=TIME_ZONE, cloudiness=CLOUDINESS)
        self.relay = relay
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
        return super().describe() | {"url": self.relay.url, "port": self.relay.port, "zone": TIME_ZONE}

    def traffic(self) -> dict[str, int]:
        """Return what went over the wire so far, in bytes as the client sees them, and what was refused."""
        return self.relay.traffic() | {"refused": self.refused}

    def set_delay(self, seconds: float) -> None:
        """Answer so much later, by the real clock."""
        self.delay = seconds

    def let_sun_jump(self) -> None:
        """Change the sun with every upload."""
        self.world.catch_up()
        for device in self.world.devices:
            device.house.sun = JumpingSun.instead_of(device.house.sun, UPLOAD_SECONDS)

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
        return {**super().actions, **named(*own)}


def build(clock: SimClock, relay: Relay) -> MeasuredSimulator:
    """Return the account that the command line names."""
    return MeasuredSimulator(sys.argv[1], clock=clock, relay=relay)


if __name__ == "__main__":
    asyncio.run(run(build, datetime.fromisoformat(sys.argv[2])))
