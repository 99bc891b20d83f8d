"""What is measured of GoodWe's cloud, in which order and for how long."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.benchmarks.goodwe.subjects import CASES, NOBODY, Case
from tests.benchmarks.subject import Description, Subject
from tests.benchmarks.workshop import Result, Workshop, say

FIRST_MORNING = datetime(2026, 6, 15, 6, tzinfo=UTC)
"""Before the older service's big answer became empty."""
SOON = timedelta(minutes=2)
"""How long Home Assistant is down before it starts again."""
BREAK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured, in simulated time: everyday life, then a jumping sun for so long in each position.

    ``at_once``: all subjects of a case at the same time.
    """

    hours: float
    jumping_hours: float
    at_once: bool = False


FULL = Plan(hours=24, jumping_hours=1)
QUICK = Plan(hours=2, jumping_hours=0.5, at_once=True)


@dataclass(slots=True, kw_only=True)
class Measured:
    """What one subject said of itself with one account."""

    added: Result
    lived: Result
    restarted: Result


@dataclass(slots=True, kw_only=True)
class Collected:
    """Everything that was measured: by case and subject, and Home Assistant alone."""

    measured: dict[str, dict[str, Measured]] = field(default_factory=dict)
    nobody: Result = field(default_factory=dict)


class Bench:
    """One run of the benchmark in a folder that is thrown away afterwards."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        """Prepare; nothing is started."""
        self._plan = plan
        self._workshop = Workshop("goodwe", folder)
        self.collected = Collected()

    async def run(self) -> Collected:
        """Measure everything the plan names."""
        say("Home Assistant alone")
        async with self._workshop.simulators(_command(CASES[0])) as simulators:
            folder = self._workshop.new_folder()
            added = await self._workshop.work("add", NOBODY, simulators, folder, FIRST_MORNING)
            self.collected.nobody = await self._live(NOBODY, simulators, folder, added)
        for case in CASES:
            if self._plan.at_once:
                results = await asyncio.gather(*(self._measure(case, subject) for subject in case.subjects))
            else:
                results = [await self._measure(case, subject) for subject in case.subjects]
            names = (subject.name for subject in case.subjects)
            self.collected.measured[case.name] = dict(zip(names, results, strict=True))
        return self.collected

    async def _measure(self, case: Case, subject: Subject) -> Measured:
        """Measure one subject with a fresh simulator: the same account on the same days for each."""
        say(f"{case.name}: {subject.name}")
        async with self._workshop.simulators(_command(case)) as simulators:
            folder = self._workshop.new_folder()
            added = await self._workshop.work("add", subject, simulators, folder, FIRST_MORNING)
            lived = await self._live(subject, simulators, folder, added)
            again = await self._workshop.work("restart", subject, simulators, folder, _after(lived, SOON))
            return Measured(added=added, lived=lived, restarted=again)

    async def _live(self, subject: Subject, simulators: Sequence[Description], folder: Path, added: Result) -> Result:
        """Let a subject live for as long as the plan says."""
        plan, start = self._plan, _after(added, BREAK)
        return await self._workshop.work(
            "live", subject, simulators, folder, start, hours=plan.hours, jumping_hours=plan.jumping_hours
        )


def _command(case: Case) -> tuple[str, ...]:
    """Return how to start the simulator of a case."""
    return ("-m", "tests.benchmarks.goodwe.server", case.profile, case.way, FIRST_MORNING.isoformat())


def _after(result: Result, pause: timedelta) -> datetime:
    """Return when the next process begins."""
    return datetime.fromisoformat(result["ended"]) + pause
