"""A gateway on loopback and the account that reads it, on a clock moved by hand."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass, field
import json
from typing import Any

import aiohttp
import pytest

from custom_components.solar_battery_hub.core.model import Ref, Reported, Snapshot
from custom_components.solar_battery_hub.vendors.base import Wanted
from custom_components.solar_battery_hub.vendors.http import Door
from custom_components.solar_battery_hub.vendors.powerwall import VENDOR
from custom_components.solar_battery_hub.vendors.powerwall.account import PowerwallAccount
from tests.simulators.clock import SimClock
from tests.simulators.powerwall import PowerwallSimulator
from tests.vendors.tools import HandClock, MemoryStore

IDENTITY = "the-gateway"


@dataclass(slots=True, kw_only=True)
class Bench:
    """One simulated gateway, and everything an account needs to read it."""

    gateway: PowerwallSimulator
    clock: HandClock
    http: aiohttp.ClientSession
    store: MemoryStore = field(default_factory=MemoryStore)

    def open(self, **settings: Any) -> PowerwallAccount:
        """Open an account as Home Assistant does after a start: what is stored is all that is known."""
        username = settings.get("username", "customer")
        password = self.gateway.installer_password if username == "installer" else self.gateway.password
        account = VENDOR.open(
            {
                "host": f"{self.gateway.host}:{self.gateway.port}",
                "username": username,
                "password": password,
                "fingerprint": self.gateway.fingerprint,
                "identity": IDENTITY,
                **settings,
            },
            Door(self.http, self.clock, self.store.shared),
            self.store,
            self.clock,
        )
        assert isinstance(account, PowerwallAccount)
        return account

    def paths(self, since: int = 0) -> list[str]:
        """Return the paths asked, without /api/, from the so manieth request on."""
        return [request.path.removeprefix("/api/") for request in self.gateway.requests[since:]]

    @property
    def asked(self) -> int:
        """How many requests the gateway had."""
        return len(self.gateway.requests)


type StartBench = Callable[..., Coroutine[Any, Any, Bench]]


async def fetch(account: PowerwallAccount, key: str, wanted: Wanted | None = None) -> Snapshot:
    """Fetch one feed, everything in it unless said otherwise."""
    feed = next(feed for feed in account.feeds if feed.key == key)
    return await account.fetch(feed, wanted or Wanted())


def values(snapshot: Snapshot, device: str = IDENTITY) -> dict[str, Reported]:
    """Return the values of one device by key."""
    return {ref.key: value for ref, value in snapshot.values.items() if ref.device == device}


def wanting(*keys: str) -> Wanted:
    """Want only these readings of the gateway."""
    return Wanted(refs=frozenset(Ref(IDENTITY, key) for key in keys))


@pytest.fixture
async def start_bench(socket_enabled: None) -> AsyncGenerator[StartBench]:
    """Start gateways on loopback; they stop with the test."""
    started: list[Bench] = []

    async def start(profile: str = "gw2-23.44", **options: Any) -> Bench:
        clock = HandClock()
        gateway = PowerwallSimulator(profile, clock=SimClock(clock.now), **options)
        await gateway.start()
        # No cookies: what is tested is the bearer token.
        http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        started.append(Bench(gateway=gateway, clock=clock, http=http))
        return started[-1]

    yield start
    for bench in started:
        await bench.http.close()
        await bench.gateway.stop()


@pytest.fixture
async def bench(start_bench: StartBench) -> Bench:
    """Start a Gateway 2 that shows everything to its owner."""
    return await start_bench()


@pytest.fixture
async def installer(start_bench: StartBench) -> Bench:
    """Start a gateway whose switch was toggled, so that the installer may sign in."""
    return await start_bench(installer_toggle_done=True)


def posted(bench: Bench) -> list[Any]:
    """Return what was posted to the gateway's operation."""
    return [
        json.loads(request.body)
        for request in bench.gateway.requests
        if request.method == "POST" and request.path == "/api/operation"
    ]
