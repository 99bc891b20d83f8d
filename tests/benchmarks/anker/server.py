"""One account in a process of its own: ``python -m tests.benchmarks.anker.server SERVES LIMITS START``.

``SERVES`` is a profile, or a folder of recordings if there is one of that name. The limits of the simulator are on; with
``LIMITS`` ``lenient`` any password and calls beside each other are let in. Prints the line of JSON that ``python -m
tests.simulators`` prints, and ends at SIGTERM. What it adds to the simulator:

- ``traffic``: requests, logins, questions what a site does now, refusals for too many (429) and others, bytes so far;
- ``set_delay``: real seconds before each answer;
- ``paths``: how often each was asked so far; ``busiest``: the most calls of a path in any minute since ``forget``;
- ``let_sun_jump``: from now on every report has another power of the sun; ``uploads``: what was reported when;
- ``shift_reports``: so late in their minute or five minutes all sites report.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
import json
import sys
from typing import Any, override

from aiohttp import web

from tests.benchmarks.anker.subjects import RECORDINGS
from tests.benchmarks.jumping_sun import JumpingSun
from tests.benchmarks.relay import Relay
from tests.benchmarks.relayed import run
from tests.simulators.actions import Action, named
from tests.simulators.anker import AnkerSimulator
from tests.simulators.anker.report import Report
from tests.simulators.anker.site import REPORT, REPORTS
from tests.simulators.clock import SimClock
from tests.simulators.wire import Answer, RequestRecord

TIME_ZONE = "Europe/Berlin"
CLOUDINESS = 0.5
PAST_DAYS = 1
MINUTE_SECONDS = 60.0
LEAST_W, STEPS = 300, 20
"""A sun that jumps stays below what any of the measured solarbanks may feed in; otherwise it would be throttled."""
LENIENT = "lenient"
LOGIN, SCENE, INVERTERS = "passport/login", "get_scen_info", "getPvStatus"


class MeasuredSimulator(AnkerSimulator):
    """Anker's cloud behind a relay that counts."""

    def __init__(self, serves: str, *, lenient: bool, clock: SimClock, relay: Relay) -> None:
        """Build it; nothing listens yet."""
        recorded = RECORDINGS / serves
        is_recorded = recorded.is_dir()
        super().__init__(
            "empty" if is_recorded else serves,
            clock=clock,
            constellation=recorded if is_recorded else None,
            strict=not lenient,
            overlap=not lenient,
            past_days=PAST_DAYS,
            timezone=TIME_ZONE,
            cloudiness=CLOUDINESS,
        )
        self.relay = relay
        self.delay = 0.0
        self._refused: Counter[int] = Counter()
        self._asked: dict[str, list[float]] = {}
        self._begin: dict[str, int] = {}
        self._uploads: dict[str, dict[float, float]] = {}

    @property
    @override
    def url(self) -> str:
        return self.relay.url

    @override
    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        if self.delay:
            await asyncio.sleep(self.delay)
        answer = await super().answer(request, record)
        self._asked.setdefault(request.path, []).append(self.clock.now().timestamp())
        self._refused[refusal(answer)] += 1
        return answer

    @override
    def catch_up(self) -> None:
        super().catch_up()
        for site in self.world.sites:
            self._note(site.id, site.report)

    def _note(self, site_id: str, report: Report) -> None:
        """Keep what a site has told the cloud; the clock moves less than a report at a time."""
        self._uploads.setdefault(site_id, {})[report.instant.timestamp()] = report.solar_w

    @override
    def describe(self) -> dict[str, Any]:
        return super().describe() | {"port": self.relay.port, "zone": TIME_ZONE}

    def set_delay(self, seconds: float) -> None:
        """Take so long (real time) for every answer from now on."""
        self.delay = seconds

    def paths(self) -> dict[str, int]:
        """Return how often each path was asked so far."""
        return {path: len(times) for path, times in self._asked.items()}

    def forget(self) -> None:
        """Let ``busiest`` begin anew."""
        self._begin = self.paths()

    def busiest(self) -> dict[str, int]:
        """Return the most calls of each path within a minute since ``forget``; of all under an empty path."""
        times = {path: asked[self._begin.get(path, 0) :] for path, asked in self._asked.items()}
        times[""] = sorted(time for asked in times.values() for time in asked)
        return {path: most_within(asked, MINUTE_SECONDS) for path, asked in times.items()}

    def traffic(self) -> dict[str, int]:
        """Return what was asked and what went over the wire so far."""
        return self.relay.traffic() | {
            "requests": sum(map(len, self._asked.values())),
            "logins": self._count(LOGIN),
            "polls": self._count(SCENE) + self._count(INVERTERS),
            "limited": self._refused[web.HTTPTooManyRequests.status_code],
            "refused": sum(count for why, count in self._refused.items() if why not in (0, 429)),
        }

    def _count(self, end: str) -> int:
        """Return how often paths with this end were asked."""
        return sum(len(times) for path, times in self._asked.items() if path.endswith(end))

    def let_sun_jump(self) -> None:
        """Change the sun with every report."""
        self.catch_up()
        for site in self.world.sites:
            every = REPORTS.get(site.generation, REPORT)
            seconds = round(every.total_seconds())
            site.house.sun = JumpingSun.instead_of(site.house.sun, seconds, least_w=LEAST_W, steps=STEPS)

    def shift_reports(self, seconds: float) -> None:
        """Let all sites report so late."""
        self.catch_up()
        for site in self.world.sites:
            site._phase = timedelta(seconds=seconds)

    def uploads(self) -> dict[str, list[tuple[float, float]]]:
        """Return for every site when it reported (timestamp) and how much sun it had (W), oldest first."""
        self.catch_up()
        return {site: sorted(told.items()) for site, told in self._uploads.items()}

    @property
    @override
    def actions(self) -> Mapping[str, Action]:
        counts = (self.paths, self.forget, self.busiest, self.traffic)
        own = (*counts, self.set_delay, self.let_sun_jump, self.shift_reports, self.uploads)
        return {**super().actions, **named(*own)}


def most_within(times: list[float], seconds: float) -> int:
    """Return how many of some sorted moments fall into the same span, at most."""
    most = first = 0
    for last, time in enumerate(times):
        while time - times[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def refusal(answer: Answer) -> int:
    """Return why an answer is no success: its status or the code in it; 0 for a success."""
    if answer.status != web.HTTPOk.status_code:
        return answer.status
    return int(json.loads(answer.body).get("code", 0))


def build(clock: SimClock, relay: Relay) -> MeasuredSimulator:
    """Return the account that the command line names."""
    return MeasuredSimulator(sys.argv[1], lenient=sys.argv[2] == LENIENT, clock=clock, relay=relay)


if __name__ == "__main__":
    asyncio.run(run(build, datetime.fromisoformat(sys.argv[3])))
