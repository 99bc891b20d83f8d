"""Starts simulators and measured processes and returns what they say."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
import json
from pathlib import Path
from typing import Any

from tests.benchmarks.subject import Description, Subject
from tests.demo.log import read
from tests.demo.processes import DemoError, python_process

PATIENCE = 10.0

type Result = Mapping[str, Any]


class Workshop:
    """Where a vendor's benchmark works: a folder that is thrown away afterwards.

    ``vendor`` names the package whose ``session`` holds the phases of a measured process.
    """

    def __init__(self, vendor: str, folder: Path) -> None:
        """Prepare; nothing is started."""
        self._vendor = vendor
        self._folder = folder
        self._names = 0

    def new_folder(self) -> Path:
        """Return a path that nobody uses yet."""
        self._names += 1
        return self._folder / str(self._names)

    async def work(
        self,
        phase: str,
        subject: Subject,
        accounts: Sequence[Description],
        folder: Path,
        start: datetime,
        **details: Any,
    ) -> Result:
        """Run one measured process that begins at ``start`` and return its result; DemoError if it fails."""
        order = {
            "vendor": self._vendor,
            "phase": phase,
            "subject": subject.name,
            "accounts": accounts,
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
    async def simulators(self, command: Sequence[str], count: int = 1) -> AsyncIterator[list[Description]]:
        """Run ``count`` simulators with one command; yield how to sign in to each."""
        log = self.new_folder().with_suffix(".simulator.log")
        async with python_process(command, log=log, patience=PATIENCE, read_stdout=True) as process:
            if process.stdout is None:
                raise DemoError("The simulator has no output")
            lines = [await process.stdout.readline() for _ in range(count)]
            if not all(lines):
                raise DemoError(f"The simulator did not start:\n{read(log)}")
            yield [json.loads(line) for line in lines]


def in_turn[S: Subject](subjects: Sequence[S], repeat: int) -> Sequence[S]:
    """Return the subjects in another order in each repeat, so that none is always the first."""
    at = repeat % len(subjects)
    return (*subjects[at:], *subjects[:at])


def say(text: str) -> None:
    """Tell the person at the terminal how far it is."""
    print(f"bench: {text}", flush=True)
