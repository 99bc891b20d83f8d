"""A GoodWe server on loopback, and a client of the legacy app API made from the specification alone (goodwe.md §3)."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.simulators.clock import SimClock
from tests.simulators.goodwe import GoodWeSimulator
from tests.simulators.goodwe.world import Inverter, Plant

RECORDINGS = Path(__file__).parents[2] / "../shared/recordings/goodwe"
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="../shared with the recordings is not here")

NOBODY = '{"version":"v2.1.0","client":"ios","language":"en"}'
LOGIN = "v3/Common/CrossLogin"
MONITOR = "v3/PowerStation/GetMonitorDetailByPowerstationId"
DETAIL = "v3/PowerStation/GetPlantDetailByPowerstationId"
POINTS = "v3/PowerStation/GetInverterAllPoint"
FLOW = "v2/PowerStation/GetPowerflow"
REMOTE = "PowerStation/SaveRemoteControlInverter"


def recording(name: str) -> Any:
    """Return a recording's data."""
    return json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))


class App:
    """A client that keeps what the last login told: ``base`` and ``token``, the text of its header."""

    def __init__(self, simulator: GoodWeSimulator, session: aiohttp.ClientSession) -> None:
        """Stand before the global host."""
        self.simulator = simulator
        self.session = session
        self.base = f"{simulator.url}/api/"
        self.token = NOBODY

    @property
    def plant(self) -> Plant:
        """Return the first plant."""
        return self.simulator.world.plants[0]

    @property
    def inverter(self) -> Inverter:
        """Return the first inverter."""
        return self.plant.lead

    async def send(self, path: str, *, status: int = 200, token: str | None = None, **options: Any) -> Any:
        """Post something below the base and return the answer's JSON, ``None`` when it is another status than 200."""
        headers = {**({"Token": self.token} if token is None else {"Token": token} if token else {})}
        url = path if path.startswith("http") else self.base + path
        async with self.session.post(url, headers=headers, **options) as response:
            assert response.status == status, await response.text()
            return await response.json() if status == 200 else None

    async def sign_in(self, password: str | None = None) -> Any:
        """Sign in and keep what the answer told."""
        account = self.simulator.world.account
        body = {"account": account.email, "pwd": password or account.password}
        answer = await self.send(LOGIN, json=body, token=NOBODY)
        if answer["code"] == 0 and "token" in (answer["data"] or {}):
            self.token = json.dumps(answer["data"])
            self.base = answer.get("api", self.base)
        return answer

    async def data(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask with a form and return the data of a success."""
        form = {"powerStationId": self.plant.id} if body is None else body
        answer = await self.send(path, data=form)
        assert answer["code"] == "0", answer
        return answer["data"]

    async def code(self, path: str = DETAIL, **options: Any) -> str:
        """Ask and return the code as text."""
        options = options or {"data": {"powerStationId": self.plant.id}}
        return str((await self.send(path, **options))["code"])

    async def full(self) -> Any:
        """Return ``invert_full`` of the first inverter."""
        return (await self.data(MONITOR))["inverter"][0]["invert_full"]


@asynccontextmanager
async def running(clock: SimClock, profile: str = "home", **options: Any) -> AsyncIterator[GoodWeSimulator]:
    """Serve an account for the time of the block."""
    async with GoodWeSimulator(profile, clock=clock, **options) as simulator:
        yield simulator


@asynccontextmanager
async def app(clock: SimClock, profile: str = "home", **options: Any) -> AsyncIterator[App]:
    """Serve an account and sign an app in."""
    async with running(clock, profile, **options) as simulator, aiohttp.ClientSession() as session:
        client = App(simulator, session)
        await client.sign_in()
        yield client
