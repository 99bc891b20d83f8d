"""A running simulator: how to sign in to it, what is true in its house, and how to change that."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path

import aiohttp

from tests.demo.api import LIMIT, Json
from tests.demo.log import read
from tests.demo.processes import DemoError, python_process

START_SECONDS = 60
STOP_SECONDS = 10


class Simulated:
    """The client of a simulator's control port. ``description``: what the simulator printed, address and passwords."""

    def __init__(self, session: aiohttp.ClientSession, description: Mapping[str, Json]) -> None:
        self._session = session
        self.description = description

    async def truth(self) -> Json:
        """Return what the house really does."""
        return await self._ask("GET", "truth")

    async def set_house(self, **changes: Json) -> None:
        """Change sun, consumption, charge and the like."""
        await self._ask("POST", "house", changes)

    async def live(self, first: datetime, last: datetime, step: timedelta) -> list[Json]:
        """Let the house live a part of the past in a moment; return its truth in even steps from ``first`` to ``last``."""
        await self._ask("POST", "clock", {"speed": 0})
        truths = []
        for number in range((last - first) // step + 1):
            await self._ask("POST", "clock", {"set": (first + number * step).isoformat()})
            truths.append(await self.truth())
        return truths

    async def return_to_present(self) -> None:
        """Let the simulator's clock show the present time again."""
        await self._ask("POST", "clock", {"set": datetime.now(UTC).isoformat(), "speed": 1})

    async def _ask(self, method: str, path: str, order: Json = None) -> Json:
        """Send one order to the control port."""
        url = f"{self.description['control']}/{path}"
        async with self._session.request(method, url, json=order) as response:
            answer = await response.json()
        if response.status >= 400:
            raise DemoError(f"The simulator refuses {path} {order}: {answer['error']}")
        return answer


@asynccontextmanager
async def running_simulator(arguments: Sequence[str], log: Path) -> AsyncIterator[Simulated]:
    """Run ``python -m tests.simulators <arguments>`` on free ports of 127.0.0.1 until the end of the block."""
    command = ("-m", "tests.simulators", *arguments)
    async with (
        python_process(command, log=log, patience=STOP_SECONDS, read_stdout=True) as process,
        aiohttp.ClientSession(timeout=LIMIT) as session,
    ):
        if process.stdout is None:
            raise DemoError("The simulator has no output")
        async with asyncio.timeout(START_SECONDS):
            line = await process.stdout.readline()
        if not line:
            raise DemoError(f"The simulator did not start:\n{read(log)}")
        yield Simulated(session, json.loads(line))
