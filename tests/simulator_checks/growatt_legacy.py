"""A Growatt server on loopback for the checks of its password API, and an HTTP client of it without opinions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
import json
from typing import Any

import aiohttp
from multidict import CIMultiDictProxy

from tests.simulators.clock import SimClock
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.legacy_sessions import password_hash
from tests.simulators.growatt.record import Record
from tests.simulators.growatt.server import GrowattSimulator

NOON = datetime(2026, 6, 21, 10, 30, tzinfo=UTC)
"""Half past twelve in Berlin."""
APP = "Dalvik/2.1.0 (Linux; U; Android 12; made-up)"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes
    headers: CIMultiDictProxy[str]

    @property
    def json(self) -> Any:
        """Return the body's data."""
        return json.loads(self.body)


class Client:
    """An HTTP client that looks like an app and keeps cookies."""

    def __init__(self, simulator: GrowattSimulator, session: aiohttp.ClientSession) -> None:
        """Start without a session."""
        self.simulator = simulator
        self.session = session

    async def send(self, method: str, path: str, *, agent: str | None = APP, **options: Any) -> Reply:
        """Send a request; ``agent`` ``None`` sends no User-Agent, "" what the library says of itself."""
        if agent:
            options["headers"] = {"User-Agent": agent}
        skip = ("User-Agent",) if agent is None else ()
        url = f"{self.simulator.url}/{path}"
        options = {"allow_redirects": False, "skip_auto_headers": skip, **options}
        async with self.session.request(method, url, **options) as response:
            return Reply(response.status, await response.read(), response.headers)

    async def get(self, path: str, **params: str) -> Reply:
        """Send a GET with a query."""
        return await self.send("GET", path, params=params)

    async def post(self, path: str, query: dict[str, str] | None = None, **form: str) -> Reply:
        """Send a POST with a form."""
        return await self.send("POST", path, params=query, data=form)

    async def login(self, password: str | None = None, user: str | None = None) -> Any:
        """Sign in and return what the server says."""
        own = self.simulator.world.user
        sent = password_hash(own.password if password is None else password)
        return (await self.post("newTwoLoginAPI.do", userName=user or own.name, password=sent)).json["back"]


def device(simulator: GrowattSimulator, family: str, number: int = 0) -> Device:
    """Return a device of a family."""
    return [one for one in simulator.world.devices if one.model.family == family][number]


def last(one: Device) -> Record:
    """Return a device's last upload."""
    assert one.record is not None
    return one.record


@asynccontextmanager
async def running(
    profile: str = "home", *, clock: SimClock | None = None, **options: Any
) -> AsyncIterator[GrowattSimulator]:
    """Run a server whose clock stands still at noon."""
    async with GrowattSimulator(profile, clock=clock or SimClock(lambda: NOON), **options) as simulator:
        yield simulator


@asynccontextmanager
async def visitor(simulator: GrowattSimulator) -> AsyncIterator[Client]:
    """Open a client with an empty cookie jar."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Client(simulator, session)
