"""A clock that stands still, gateways on loopback and a client without opinions."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
import json
from typing import Any

import aiohttp
from multidict import CIMultiDictProxy
import pytest

from tests.simulators.clock import SimClock
from tests.simulators.powerwall import PowerwallSimulator

from .growatt_host import TokenClient, serving

NOON = datetime(2026, 6, 21, 10, 30, tzinfo=UTC)
"""Half past twelve in Berlin."""

type Start = Callable[..., Awaitable[PowerwallSimulator]]
type ConnectGrowatt = Callable[..., Awaitable[TokenClient]]


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
    """An HTTP client of one gateway that trusts it and keeps no cookies."""

    def __init__(self, simulator: PowerwallSimulator, session: aiohttp.ClientSession) -> None:
        """Start without a token."""
        self.simulator = simulator
        self.session = session
        self.token: str | None = None

    async def send(self, method: str, path: str, *, server_hostname: str | None = None, **options: Any) -> Reply:
        """Send a request to a path below ``/api`` with the token, if there is one."""
        headers = dict(options.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        url = f"{self.simulator.url}{path if path.startswith('/tedapi') else '/api' + path}"
        options = {"headers": headers, "ssl": False, "server_hostname": server_hostname, **options}
        async with self.session.request(method, url, **options) as response:
            return Reply(response.status, await response.read(), response.headers)

    async def get(self, path: str, **options: Any) -> Reply:
        """Send a GET."""
        return await self.send("GET", path, **options)

    async def post(self, path: str, data: Any = None, **options: Any) -> Reply:
        """Send a POST with JSON."""
        return await self.send("POST", path, json=data, **options)

    async def login(self, username: str = "customer", password: str | None = None) -> Reply:
        """Sign in and keep the token."""
        own = self.simulator.password if username == "customer" else self.simulator.installer_password
        form = {"username": username, "password": password or own, "email": "", "force_sm_off": False}
        reply = await self.post("/login/Basic", form)
        if reply.status == 200:
            self.token = reply.json["token"]
        return reply


@pytest.fixture
def clock() -> SimClock:
    """Return a clock that moves only when it is told to."""
    return SimClock(lambda: NOON)


@pytest.fixture
async def start(clock: SimClock, socket_enabled: None) -> AsyncIterator[Start]:
    """Return a function that starts a gateway of a profile."""
    async with AsyncExitStack() as running:

        async def start_gateway(profile: str = "gw2-24.44", **options: Any) -> PowerwallSimulator:
            return await running.enter_async_context(PowerwallSimulator(profile, clock=clock, **options))

        yield start_gateway


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:
    """Return a session without a cookie jar."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client_session:
        yield client_session


@pytest.fixture
def connect(start: Start, session: aiohttp.ClientSession) -> Callable[..., Awaitable[Client]]:
    """Return a function that starts a gateway and signs in (``user`` ``None``: does not)."""

    async def connect_to(profile: str = "gw2-24.44", *, user: str | None = "customer", **options: Any) -> Client:
        client = Client(await start(profile, **options), session)
        if user is not None:
            reply = await client.login(user)
            assert reply.status == 200, reply.body
        return client

    return connect_to


@pytest.fixture
async def connect_growatt(clock: SimClock, session: aiohttp.ClientSession) -> AsyncIterator[ConnectGrowatt]:
    """Return a function that serves a Growatt account (``profile``, options) and returns a client with its token."""
    async with AsyncExitStack() as stack:

        async def connect_to(profile: str = "min", **options: Any) -> TokenClient:
            simulator = await stack.enter_async_context(serving(clock, profile, **options))
            return TokenClient(simulator, session)

        yield connect_to
