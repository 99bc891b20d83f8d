"""What is measured of Anker's cloud, in which order and for how long."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.anker import adapter
from tests.benchmarks.anker.subjects import ADAPTER, CASES, NOBODY, OURS, RECORDED, RECORDINGS, Case
from tests.benchmarks.imports import import_seconds
from tests.benchmarks.subject import Description, Subject
from tests.benchmarks.workshop import Result, Workshop, say

FIRST_MORNING = datetime(2026, 6, 15, 6, tzinfo=UTC)
RECORDED_AT = datetime(2025, 9, 20, 22, tzinfo=UTC)
"""When the recorded account was recorded: what it tells of today is about that day."""
SOON = timedelta(minutes=2)
"""How long Home Assistant is down before it starts again."""
BREAK = timedelta(minutes=10)
POSITIONS = (0, 10, 20, 30, 40, 50)
"""How late in their minute or five minutes the sites report: also against the minutes of a poll."""
ROOM = "custom_components.solar_battery_hub.vendors.anker"
IMPORTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured, in simulated time: everyday life, then a jumping sun in each position of the reports.

    ``at_once``: all subjects of a case at the same time.
    """

    hours: float
    positions: Sequence[float]
    at_once: bool = False


FULL = Plan(hours=24, positions=POSITIONS)
QUICK = Plan(hours=2, positions=POSITIONS[:2], at_once=True)


@dataclass(slots=True, kw_only=True)
class Measured:
    """What one subject said of itself with one account; ``None`` where it cannot say."""

    lived: Result
    added: Result | None = None
    restarted: Result | None = None


@dataclass(slots=True, kw_only=True)
class Collected:
    """Everything that was measured: by case and subject, Home Assistant alone, and what was recorded (``None``: not here).

    ``imports``: seconds by module.
    """

    measured: dict[str, dict[str, Measured]] = field(default_factory=dict)
    nobody: Result = field(default_factory=dict)
    recorded: Measured | None = None
    recorded_nobody: Result | None = None
    imports: dict[str, float] = field(default_factory=dict)


class Bench:
    """One run of the benchmark in a folder that is thrown away afterwards."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        """Prepare; nothing is started."""
        self._plan = plan
        self._workshop = Workshop("anker", folder)
        self.collected = Collected()

    async def run(self) -> Collected:
        """Measure everything the plan names."""
        say("Imports")
        self.collected.imports = await import_seconds(ROOM, self._workshop.new_folder(), repeats=IMPORTS)
        say("Home Assistant alone")
        self.collected.nobody = await self._alone("live", CASES[0], FIRST_MORNING)
        for case in CASES:
            self.collected.measured[case.name] = await self._compare(case)
        if (RECORDINGS / RECORDED.serves).is_dir():
            say(f"{RECORDED.name}: {OURS.name}")
            self.collected.recorded_nobody = await self._alone("still", RECORDED, RECORDED_AT)
            self.collected.recorded = await self._still(RECORDED)
        else:
            say(f"{RECORDED.name}: skipped, ../shared with the recordings is not here")
        return self.collected

    async def _compare(self, case: Case) -> dict[str, Measured]:
        """Measure all subjects of a case that are here."""
        subjects = [subject for subject in case.subjects if subject is not ADAPTER or adapter.is_here()]
        if ADAPTER in case.subjects and ADAPTER not in subjects:
            say(f"{case.name}: {ADAPTER.name} skipped, it is not installed (docs/simulators.md)")
        if self._plan.at_once:
            results = await asyncio.gather(*(self._measure(case, subject) for subject in subjects))
        else:
            results = [await self._measure(case, subject) for subject in subjects]
        return dict(zip((subject.name for subject in subjects), results, strict=True))

    async def _alone(self, phase: str, case: Case, start: datetime) -> Result:
        """Let Home Assistant live without any subject."""
        async with self._workshop.simulators(_command(case, start)) as simulators:
            folder = self._workshop.new_folder()
            added = await self._workshop.work("add", NOBODY, simulators, folder, start)
            return await self._live(phase, NOBODY, simulators, folder, added)

    async def _measure(self, case: Case, subject: Subject) -> Measured:
        """Measure one subject with a fresh simulator: the same account on the same days for each."""
        say(f"{case.name}: {subject.name}")
        if subject is ADAPTER:
            return Measured(lived=await self._live_adapter(case))
        async with self._workshop.simulators(_command(case, FIRST_MORNING)) as simulators:
            folder = self._workshop.new_folder()
            added = await self._workshop.work("add", subject, simulators, folder, FIRST_MORNING)
            lived = await self._live("live", subject, simulators, folder, added)
            again = await self._workshop.work("restart", subject, simulators, folder, _after(lived, SOON))
            return Measured(added=added, lived=lived, restarted=again)

    async def _still(self, case: Case) -> Measured:
        """Measure ours with an account in which nothing changes."""
        async with self._workshop.simulators(_command(case, RECORDED_AT)) as simulators:
            folder = self._workshop.new_folder()
            added = await self._workshop.work("add", OURS, simulators, folder, RECORDED_AT)
            lived = await self._live("still", OURS, simulators, folder, added)
            return Measured(added=added, lived=lived)

    async def _live(
        self, phase: str, subject: Subject, simulators: Sequence[Description], folder: Path, added: Result
    ) -> Result:
        """Let a subject live for as long as the plan says."""
        plan, start = self._plan, _after(added, BREAK)
        details: dict[str, Any] = {"hours": plan.hours, "positions": plan.positions}
        return await self._workshop.work(phase, subject, simulators, folder, start, **details)

    async def _live_adapter(self, case: Case) -> Result:
        """Let the adapter live for as long as the plan says."""
        async with self._workshop.simulators(_command(case, FIRST_MORNING, lenient=True)) as (account,):
            return await adapter.live(account, FIRST_MORNING, self._plan.hours, self._plan.positions)


def _command(case: Case, start: datetime, *, lenient: bool = False) -> tuple[str, ...]:
    """Return how to start the simulator of a case."""
    limits = "lenient" if lenient else "strict"
    return ("-m", "tests.benchmarks.anker.server", case.serves, limits, start.isoformat())


def _after(result: Result, pause: timedelta) -> datetime:
    """Return when the next process begins."""
    return datetime.fromisoformat(result["ended"]) + pause
