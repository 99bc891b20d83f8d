"""What is measured of Growatt's cloud, in which order and for how long."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.benchmarks.growatt.subjects import ACCOUNTS, NOBODY, OURS, OURS_FAST, RIVAL, Account, CloudSubject
from tests.benchmarks.subject import Description
from tests.benchmarks.workshop import Result, Workshop, in_turn, say

FIRST_MORNING = datetime(2026, 6, 15, 6, tzinfo=UTC)
SOON, LATER = timedelta(minutes=2), timedelta(hours=1)
"""How long Home Assistant is down before it starts again."""
BREAK = timedelta(minutes=10)
DELAY_SECONDS = 0.1
SUBJECTS_BY_TOKEN = (OURS, RIVAL)
SUBJECTS_BY_PASSWORD = (OURS, RIVAL, OURS_FAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured, in simulated time: everyday life, then a jumping sun, and a server that hangs.

    ``at_once``: all subjects of an account at the same time.
    """

    hours: float
    jumping_hours: float
    hanging_seconds: float = 1800.0
    at_once: bool = False


FULL = Plan(hours=24, jumping_hours=6)
QUICK = Plan(hours=2, jumping_hours=1, hanging_seconds=600.0, at_once=True)


@dataclass(slots=True, kw_only=True)
class Measured:
    """What one integration said of itself with one account."""

    added: Result
    lived: Result
    soon: Result
    later: Result


@dataclass(slots=True, kw_only=True)
class Collected:
    """Everything that was measured: by account and subject, and Home Assistant alone."""

    measured: dict[str, dict[str, Measured]] = field(default_factory=dict)
    nobody: Result = field(default_factory=dict)


class Bench:
    """One run of the benchmark in a folder that is thrown away afterwards."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        """Prepare; nothing is started."""
        self._plan = plan
        self._workshop = Workshop("growatt", folder)
        self.collected = Collected()

    async def run(self) -> Collected:
        """Measure everything the plan names."""
        say("Home Assistant alone")
        self.collected.nobody = await self._idle(ACCOUNTS[0])
        for number, account in enumerate(ACCOUNTS):
            subjects = in_turn(SUBJECTS_BY_TOKEN if account.by_token else SUBJECTS_BY_PASSWORD, number)
            if self._plan.at_once:
                results = await asyncio.gather(*(self._measure(account, subject) for subject in subjects))
            else:
                results = [await self._measure(account, subject) for subject in subjects]
            names = (subject.name for subject in subjects)
            self.collected.measured[account.name] = dict(zip(names, results, strict=True))
        return self.collected

    async def _idle(self, account: Account) -> Result:
        """Let Home Assistant live alone."""
        async with self._workshop.simulators(_command(account)) as simulators:
            folder = self._workshop.new_folder()
            added = await self._workshop.work("add", NOBODY, simulators, folder, FIRST_MORNING)
            return await self._live(NOBODY, simulators, folder, _after(added, BREAK))

    async def _measure(self, account: Account, subject: CloudSubject) -> Measured:
        """Measure one subject with a fresh simulator: the same account on the same days for each."""
        say(f"{account.name}: {subject.name}")
        async with self._workshop.simulators(_command(account)) as found:
            simulators = [{**one, "by_token": account.by_token} for one in found]
            folder = self._workshop.new_folder()
            work = self._workshop.work
            slow = {"delay": DELAY_SECONDS, "hanging_seconds": self._plan.hanging_seconds}
            added = await work("add", subject, simulators, folder, FIRST_MORNING)
            lived = await self._live(subject, simulators, folder, _after(added, BREAK))
            soon = await work("restart", subject, simulators, folder, _after(lived, SOON))
            later = await work("hang", subject, simulators, folder, _after(soon, LATER), **slow)
            return Measured(added=added, lived=lived, soon=soon, later=later)

    async def _live(
        self, subject: CloudSubject, simulators: Sequence[Description], folder: Path, start: datetime
    ) -> Result:
        """Let a subject live for as long as the plan says."""
        plan = self._plan
        return await self._workshop.work(
            "live", subject, simulators, folder, start, hours=plan.hours, jumping_hours=plan.jumping_hours
        )


def _command(account: Account) -> tuple[str, ...]:
    """Return how to start the simulator of an account."""
    return ("-m", "tests.benchmarks.growatt.server", account.profile, FIRST_MORNING.isoformat())


def _after(result: Result, pause: timedelta) -> datetime:
    """Return when the next process begins."""
    return datetime.fromisoformat(result["ended"]) + pause
