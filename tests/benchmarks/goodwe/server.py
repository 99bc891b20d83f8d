"""One account in a process of its own: ``python -m tests.benchmarks.goodwe.server PROFILE WAY START``.

``WAY`` is ``semsplus``, or ``legacy``: then SEMS+ refuses to sign anybody in, and the older service answers as it did
before 2026-09-23. Prints the line of JSON that ``python -m tests.simulators`` prints, and ends at SIGTERM. What it adds to
the simulator:

- ``traffic``: requests, those that sign in, that ask what a plant does now and that were refused, and bytes so far;
- ``paths``: how often each was asked so far;
- ``let_sun_jump``: from now on every minute has another power of the sun; ``uploads``: what was uploaded when;
- ``shift_uploads``: so late in each five minutes the older service is told.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
import json
import sys
from typing import Any, override

from aiohttp import web

from tests.benchmarks.goodwe.subjects import LEGACY
from tests.benchmarks.jumping_sun import JumpingSun
from tests.benchmarks.relay import Relay
from tests.benchmarks.relayed import run
from tests.simulators.actions import Action, named
from tests.simulators.clock import SimClock
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.simulators.goodwe.world import Plant
from tests.simulators.wire import Answer, RequestRecord

TIME_ZONE = "Europe/Berlin"
CLOUDINESS = 0.5
PAST_DAYS = 1
MINUTE_SECONDS = 60
REFUSAL = "C0602"
SUCCESS = {"0", "00000"}
LOGINS = ("crosslogin", "cross-login")
POLLS = ("getmonitordetailbypowerstationid", "stations/flow")
"""How a path ends that signs in, or asks what a plant does now; in lower case."""


class MeasuredSimulator(GoodWeSimulator):
    """A GoodWe server behind a relay that counts."""

    def __init__(self, profile: str, *, way: str, clock: SimClock, relay: Relay) -> None:
        """Build it; nothing listens yet."""
        super().__init__(profile, clock=clock, past_days=PAST_DAYS, timezone=TIME_ZONE, cloudiness=CLOUDINESS)
        if way == LEGACY:
            self.stage.refuse_sign_in("semsplus", REFUSAL)
        self.way = way
        self.relay = relay
        self.refused = 0
        self._paths: Counter[str] = Counter()

    @property
    @override
    def url(self) -> str:
        return self.relay.url

    @override
    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        answer = await super().answer(request, record)
        self._paths[request.path] += 1
        self.refused += is_refusal(answer)
        return answer

    @override
    def describe(self) -> dict[str, Any]:
        return super().describe() | {"port": self.relay.port, "zone": TIME_ZONE, "way": self.way}

    def paths(self) -> dict[str, int]:
        """Return how often each path was asked so far."""
        return dict(self._paths)

    def traffic(self) -> dict[str, int]:
        """Return what was asked and what went over the wire so far."""
        return self.relay.traffic() | {
            "requests": self._paths.total(),
            "logins": self._asked(LOGINS),
            "polls": self._asked(POLLS),
            "refused": self.refused,
        }

    def _asked(self, ends: tuple[str, ...]) -> int:
        """Return how often paths with one of these ends were asked."""
        return sum(count for path, count in self._paths.items() if path.lower().endswith(ends))

    def let_sun_jump(self) -> None:
        """Change the sun with every minute."""
        self.world.catch_up()
        for plant in self.world.plants:
            plant.house.sun = JumpingSun.instead_of(plant.house.sun, MINUTE_SECONDS)

    def shift_uploads(self, seconds: float) -> None:
        """Let all plants upload so late in every five minutes."""
        self.world.catch_up()
        for plant in self.world.plants:
            plant.upload_phase = timedelta(seconds=seconds)

    def uploads(self) -> dict[str, list[tuple[float, float]]]:
        """Return for every plant when it uploaded (timestamp) and how much sun it had (W), oldest first."""
        self.world.catch_up()
        return {plant.id: self._uploads(plant) for plant in self.world.plants}

    def _uploads(self, plant: Plant) -> list[tuple[float, float]]:
        """Return what the service that is used was told of a plant."""
        records = plant.lead.uploads if self.way == LEGACY else plant.minutes
        return [(record.instant.timestamp(), record.solar_w) for record in records]

    @property
    @override
    def actions(self) -> Mapping[str, Action]:
        own = (self.paths, self.traffic, self.let_sun_jump, self.shift_uploads, self.uploads)
        return {**super().actions, **named(*own)}


def is_refusal(answer: Answer) -> bool:
    """Tell whether an answer is no success, by its status or by the code in it."""
    if answer.status != web.HTTPOk.status_code:
        return True
    return str(json.loads(answer.body).get("code")) not in SUCCESS


def build(clock: SimClock, relay: Relay) -> MeasuredSimulator:
    """Return the account that the command line names."""
    return MeasuredSimulator(sys.argv[1], way=sys.argv[2], clock=clock, relay=relay)


if __name__ == "__main__":
    asyncio.run(run(build, datetime.fromisoformat(sys.argv[3])))
