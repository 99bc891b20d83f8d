"""What is measured of a Powerwall, in which order and how often."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.control import Control
from tests.benchmarks.powerwall.fleet import PROFILE
from tests.benchmarks.powerwall.subjects import NOBODY, OURS, OURS_AS_INSTALLED, RIVAL, GatewaySubject
from tests.benchmarks.subject import Description
from tests.benchmarks.workshop import Result, Workshop, in_turn, say

FIRST_DAY = datetime(2026, 6, 15, 8, tzinfo=UTC)
RESTART_AFTER = timedelta(minutes=5)
COLUMNS = (OURS, RIVAL, OURS_AS_INSTALLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured. ``seconds``: simulated ones per window. ``samples``: delays per subject."""

    repeats: int
    seconds: float
    samples: int
    counts: Sequence[int]
    growth_repeats: int
    growth_seconds: float
    at_once: bool = False


FULL = Plan(repeats=5, seconds=1800, samples=6, counts=(1, 10, 50), growth_repeats=3, growth_seconds=300)
QUICK = Plan(repeats=1, seconds=120, samples=1, counts=(2,), growth_repeats=1, growth_seconds=60, at_once=True)


@dataclass(slots=True, kw_only=True)
class Collected:
    """Everything that was measured, by name of the subject: one result per repeat."""

    added: dict[str, list[Result]] = field(default_factory=dict)
    measured: dict[str, list[Result]] = field(default_factory=dict)
    delays: dict[str, list[float]] = field(default_factory=dict)
    growth: dict[str, dict[int, list[Result]]] = field(default_factory=dict)


class Bench:
    """One run of the benchmark in a folder that is thrown away afterwards."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        """Prepare; nothing is started."""
        self._plan = plan
        self._workshop = Workshop("powerwall", folder)
        self._days = 0
        self.collected = Collected()

    async def run(self) -> Collected:
        """Measure everything the plan names."""
        if self._plan.at_once:
            await asyncio.gather(self._delays(), self._compare_and_grow())
        else:
            await self._compare_and_grow()
            await self._delays()
        return self.collected

    async def _compare_and_grow(self) -> None:
        for repeat in range(self._plan.repeats):
            say(f"Comparison {repeat + 1} of {self._plan.repeats}")
            await self._compare(in_turn(COLUMNS, repeat))
        for count in self._plan.counts:
            say(f"Growth: {count} gateways")
            await self._grow(count)

    async def _compare(self, subjects: Sequence[GatewaySubject]) -> None:
        """Measure each subject once against the same simulator."""
        async with self._simulator() as gateway:
            for subject in (*subjects, NOBODY):
                folder, start = self._workshop.new_folder(), self._new_day()
                added = await self._workshop.work("add", subject, [gateway], folder, start)
                measured = await self._measure(subject, [gateway], folder, start, self._plan.seconds, watch=True)
                self.collected.added.setdefault(subject.name, []).append(added)
                self.collected.measured.setdefault(subject.name, []).append(measured)

    async def _grow(self, count: int) -> None:
        """Measure all subjects with so many gateways, each added once and restarted for every repeat."""
        async with self._fleet(count) as gateways:
            folders = {subject.name: self._workshop.new_folder() for subject in (*COLUMNS, NOBODY)}
            starts = {subject.name: self._new_day() for subject in (*COLUMNS, NOBODY)}
            for subject in (*COLUMNS, NOBODY):
                await self._workshop.work("add", subject, gateways, folders[subject.name], starts[subject.name])
            for repeat in range(self._plan.growth_repeats):
                for subject in (*in_turn(COLUMNS, repeat), NOBODY):
                    folder, start = folders[subject.name], starts[subject.name]
                    seconds = self._plan.growth_seconds
                    measured = await self._measure(subject, gateways, folder, start, seconds, watch=False)
                    # each goes on where it was: the recorder would make up for the statistics of every hour in between
                    starts[subject.name] = datetime.fromisoformat(measured["ended"])
                    results = self.collected.growth.setdefault(subject.name, {})
                    results.setdefault(count, []).append(measured)

    async def _delays(self) -> None:
        """Measure in real time, all subjects at once: they hardly do anything meanwhile."""
        say("Delays, in real time")
        await asyncio.gather(*(self._delay(subject) for subject in COLUMNS))

    async def _delay(self, subject: GatewaySubject) -> None:
        async with self._simulator() as gateway:
            folder, start = self._workshop.new_folder(), self._new_day()
            await self._workshop.work("add", subject, [gateway], folder, start)
            result = await self._workshop.work(
                "delays", subject, [gateway], folder, start + RESTART_AFTER, samples=self._plan.samples
            )
            self.collected.delays[subject.name] = result["delays"]

    async def _measure(
        self,
        subject: GatewaySubject,
        gateways: Sequence[Description],
        folder: Path,
        start: datetime,
        seconds: float,
        *,
        watch: bool,
    ) -> Result:
        """Restart a subject and measure it."""
        return await self._workshop.work(
            "measure",
            subject,
            gateways,
            folder,
            start + RESTART_AFTER,
            rounds=round(seconds / subject.interval),
            scenes=["steady", "changing"] if watch else ["changing"],
            watch=watch,
        )

    @asynccontextmanager
    async def _simulator(self) -> AsyncIterator[Description]:
        """Run one simulator; yield how to sign in, with the serial number of its battery."""
        command = ("-m", "tests.simulators", "powerwall", "--profile", PROFILE, "--start", FIRST_DAY.isoformat())
        async with self._workshop.simulators(command) as (gateway,):
            battery = Control(gateway["control"]).truth()["batteries"][0]["serial"]
            yield {**gateway, "battery": battery}

    def _fleet(self, count: int) -> Any:
        """Run many simulators in one process."""
        command = ("-m", "tests.benchmarks.powerwall.fleet", str(count), FIRST_DAY.isoformat())
        return self._workshop.simulators(command, count)

    def _new_day(self) -> datetime:
        """Return when the next subject begins: a day later at the same hour, so that no clock is put back."""
        self._days += 1
        return FIRST_DAY + timedelta(days=self._days)
