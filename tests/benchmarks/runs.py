"""Starts simulators and measured processes, in turn and in pairs, and collects what they say."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

from tests.benchmarks.control import Control
from tests.benchmarks.fleet import PROFILE
from tests.benchmarks.subjects import NOBODY, OURS, OURS_AS_INSTALLED, RIVAL, Description, Subject
from tests.demo.log import read
from tests.demo.processes import DemoError, python_process

FIRST_DAY = datetime(2026, 6, 15, 8, tzinfo=UTC)
RESTART_AFTER = timedelta(minutes=5)
PATIENCE = 10.0
COLUMNS = (OURS, RIVAL, OURS_AS_INSTALLED)

type Result = Mapping[str, Any]


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
        self._folder = folder
        self._days = 0
        self._names = 0
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

    async def _compare(self, subjects: Sequence[Subject]) -> None:
        """Measure each subject once against the same simulator."""
        async with self._simulator() as gateway:
            for subject in (*subjects, NOBODY):
                folder, start = self._new_folder(), self._new_day()
                added = await self._work("add", subject, [gateway], folder, start)
                measured = await self._measure(subject, [gateway], folder, start, self._plan.seconds, watch=True)
                self.collected.added.setdefault(subject.name, []).append(added)
                self.collected.measured.setdefault(subject.name, []).append(measured)

    async def _grow(self, count: int) -> None:
        """Measure all subjects with so many gateways, each added once and restarted for every repeat."""
        async with self._fleet(count) as gateways:
            folders = {subject.name: self._new_folder() for subject in (*COLUMNS, NOBODY)}
            starts = {subject.name: self._new_day() for subject in (*COLUMNS, NOBODY)}
            for subject in (*COLUMNS, NOBODY):
                await self._work("add", subject, gateways, folders[subject.name], starts[subject.name])
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

    async def _delay(self, subject: Subject) -> None:
        async with self._simulator() as gateway:
            folder, start = self._new_folder(), self._new_day()
            await self._work("add", subject, [gateway], folder, start)
            result = await self._work(
                "delays", subject, [gateway], folder, start + RESTART_AFTER, samples=self._plan.samples
            )
            self.collected.delays[subject.name] = result["delays"]

    async def _measure(
        self,
        subject: Subject,
        gateways: Sequence[Description],
        folder: Path,
        start: datetime,
        seconds: float,
        *,
        watch: bool,
    ) -> Result:
        """Restart a subject and measure it."""
        return await self._work(
            "measure",
            subject,
            gateways,
            folder,
            start + RESTART_AFTER,
            rounds=round(seconds / subject.interval),
            scenes=["steady", "changing"] if watch else ["changing"],
            watch=watch,
        )

    async def _work(
        self,
        phase: str,
        subject: Subject,
        gateways: Sequence[Description],
        folder: Path,
        start: datetime,
        **details: Any,
    ) -> Result:
        """Run one measured process and return its result."""
        order = {
            "phase": phase,
            "subject": subject.name,
            "gateways": gateways,
            "folder": str(folder),
            "start": start.isoformat(),
            **details,
        }
        log = folder.with_suffix(f".{phase}.log")
        command = ("-m", "tests.benchmarks.worker", json.dumps(order))
        async with python_process(command, log=log, patience=PATIENCE, read_stdout=True) as process:
            output, _ = await process.communicate()
        if process.returncode:
            raise DemoError(f"{phase} of {subject.name} failed:\n{read(log)}")
        result: Result = json.loads(output.splitlines()[-1])
        return result

    @asynccontextmanager
    async def _simulator(self) -> AsyncIterator[Description]:
        """Run one simulator; yield how to sign in, with the serial number of its battery."""
        command = ("-m", "tests.simulators", "powerwall", "--profile", PROFILE, "--start", FIRST_DAY.isoformat())
        async with self._gateways(command, 1) as (gateway,):
            battery = Control(gateway["control"]).truth()["batteries"][0]["serial"]
            yield {**gateway, "battery": battery}

    def _fleet(self, count: int) -> Any:
        """Run many simulators in one process."""
        return self._gateways(("-m", "tests.benchmarks.fleet", str(count), FIRST_DAY.isoformat()), count)

    @asynccontextmanager
    async def _gateways(self, command: Sequence[str], count: int) -> AsyncIterator[list[Description]]:
        log = self._new_folder().with_suffix(".simulator.log")
        async with python_process(command, log=log, patience=PATIENCE, read_stdout=True) as process:
            if process.stdout is None:
                raise DemoError("The simulator has no output")
            lines = [await process.stdout.readline() for _ in range(count)]
            if not all(lines):
                raise DemoError(f"The simulator did not start:\n{read(log)}")
            yield [json.loads(line) for line in lines]

    def _new_folder(self) -> Path:
        self._names += 1
        return self._folder / str(self._names)

    def _new_day(self) -> datetime:
        """Return when the next subject begins: a day later at the same hour, so that no clock is put back."""
        self._days += 1
        return FIRST_DAY + timedelta(days=self._days)


def in_turn(subjects: Sequence[Subject], repeat: int) -> Sequence[Subject]:
    """Return the subjects in another order in each repeat, so that none is always the first."""
    at = repeat % len(subjects)
    return (*subjects[at:], *subjects[:at])


def say(text: str) -> None:
    """Tell the person at the terminal how far it is."""
    print(f"bench: {text}", flush=True)
