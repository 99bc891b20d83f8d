"""A GoodWe server on loopback and a client of SEMS+ made from the specification alone (goodwe.md §5.1)."""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import md5, sha256
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.simulators.clock import SimClock
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.simulators.goodwe.world import Inverter, Plant

RECORDINGS = Path(__file__).parents[2] / "../shared/recordings/goodwe"
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="../shared with the recordings is not here")

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
LOGIN = "/sems-user/api/v1/auth/cross-login"
NOBODY = {"uid": "", "timestamp": 0, "token": "", "client": "semsPlusWeb", "version": "", "language": "en"}
FLOW, STATUS = "/sems-plant/api/stations/flow", "/sems-plant/api/stations/device/all-status"
TEST_LIFE = 30 * 86_400.0
CABINET = "ENERGY_STORAGE_INTEGRATED_CABINET"


def recording(name: str) -> Any:
    """Return a recording's data."""
    return json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))


def hidden(password: str) -> str:
    """Return the password as the login wants it."""
    return b64encode(md5(password.encode(), usedforsecurity=False).hexdigest().encode()).decode()


def signature(ms: int, uid: str, token: str) -> str:
    """Return ``X-Signature``."""
    digest = sha256(f"{ms}@{uid}@{token}".encode()).hexdigest()
    return b64encode(f"{digest}@{ms}".encode()).decode()


class SemsPlus:
    """A client that keeps what the last login told. ``base`` is where it asks; ``shown`` what it shows as token."""

    def __init__(self, simulator: GoodWeSimulator, session: aiohttp.ClientSession) -> None:
        """Stand before the global host."""
        self.simulator = simulator
        self.session = session
        self.base = f"{simulator.url}/web/sems"
        self.shown: dict[str, Any] = dict(NOBODY)

    @property
    def plant(self) -> Plant:
        """Return the first plant."""
        return self.simulator.world.plants[0]

    @property
    def inverter(self) -> Inverter:
        """Return its first inverter."""
        return self.plant.lead

    def headers(self, shown: Mapping[str, Any]) -> dict[str, str]:
        """Return the headers of a call: token, signature of this moment, a browser's name."""
        ms = round(self.simulator.clock.now().timestamp() * 1000)
        return {
            "User-Agent": BROWSER,
            "Content-Type": "application/json",
            "token": json.dumps(shown),
            "X-Signature": signature(ms, str(shown.get("uid", "")), str(shown.get("token", ""))),
        }

    async def send(
        self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None, **query: str
    ) -> tuple[int, Any]:
        """Send a request below the base and return the status and the body, JSON if it is."""
        sent = self.headers(self.shown) if headers is None else headers
        data = None if body is None else json.dumps(body).encode()
        async with self.session.request(
            method, f"{self.base}{path}", data=data, headers=sent, params=query
        ) as response:
            text = await response.text()
            return response.status, json.loads(text) if text.startswith("{") else text

    async def login(self, *, base: str | None = None, **changes: Any) -> dict[str, Any]:
        """Sign in, with the body changed as told (``None`` leaves a member away), and return the whole answer."""
        account = self.simulator.world.account
        body = {
            "account": account.email,
            "pwd": hidden(account.password),
            "agreement": 1,
            "isChinese": False,
            "isLocal": False,
            **changes,
        }
        before, self.base = self.base, base or f"{self.simulator.url}/web/sems"
        wanted = {name: value for name, value in body.items() if value is not None}
        status, answer = await self.send("POST", LOGIN, wanted, headers=self.headers(NOBODY))
        assert status == 200
        self.base = before
        data = answer.get("data") or {}
        if "token" in data:
            self.shown = data
            self.base = data.get("api", self.base)
        return dict(answer)

    async def code(self, method: str, path: str, body: Any = None, **query: Any) -> str:
        """Return the code of an answer."""
        status, answer = await self.send(method, path, body, **query)
        assert status == 200
        return str(answer["code"])

    async def get(self, path: str, **query: Any) -> Any:
        """Return the payload of a GET that succeeds."""
        status, answer = await self.send("GET", path, **query)
        assert (status, answer["code"]) == (200, "00000"), answer
        return answer.get("data")

    async def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """Return the payload of a POST that succeeds."""
        status, answer = await self.send("POST", path, body, **query)
        assert (status, answer["code"]) == (200, "00000"), answer
        return answer.get("data")

    async def flow(self) -> Any:
        """Return the flow of the first plant."""
        return await self.get(FLOW, stationId=self.plant.id)

    async def about(self, device: Any, what: str) -> Any:
        """Return telemetry, telecounting or information of a device."""
        path = f"/sems-plant/api/equipments/{device.serial}/{what}"
        return await self.get(path, deviceType=device.type, pwId=device.plant.id)


def factors(groups: Any) -> dict[str, Any]:
    """Return the factors of all groups by code."""
    return {one["code"]: one for group in groups for one in group["factors"]}


def value(groups: Any, code: str) -> float:
    """Return a factor's number: its data is a text."""
    data = factors(groups)[code]["data"]
    assert isinstance(data, str)
    return float(data)


@asynccontextmanager
async def semsplus(
    clock: SimClock, profile: str = "home", *, signed_in: bool = True, lasting: bool = True, **options: Any
) -> AsyncIterator[SemsPlus]:
    """Serve an account and sign in; unless not ``lasting`` the token outlives every test."""
    simulator = GoodWeSimulator(profile, clock=clock, **options)
    if lasting:
        simulator.stage.set_token_life(TEST_LIFE)
    await simulator.start()
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            client = SemsPlus(simulator, session)
            if signed_in:
                assert (await client.login())["code"] == "00000"
            yield client
    finally:
        await simulator.stop()


def at(text: str) -> SimClock:
    """Return a clock that stands at a moment of UTC until it is advanced."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return SimClock(lambda: moment)
