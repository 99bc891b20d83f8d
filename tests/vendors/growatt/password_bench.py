"""A Growatt server on loopback and the account that reads it by password, on a clock moved by hand."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
import copy
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG, Wanted
from custom_components.solar_battery_hub.vendors.growatt.password import PasswordAccount
from custom_components.solar_battery_hub.vendors.http import Door
from tests.simulators.clock import SimClock
from tests.simulators.growatt.record import Record
from tests.simulators.growatt.server import GrowattSimulator
from tests.vendors.tools import HandClock, MemoryStore

IDENTITY = "user_1"


@dataclass(slots=True, kw_only=True)
class Bench:
    """One simulated server, and everything an account needs to read it."""

    server: GrowattSimulator
    clock: HandClock
    http: aiohttp.ClientSession
    store: MemoryStore = field(default_factory=MemoryStore)
    doors: list[Door] = field(default_factory=list)

    def open(self, **settings: Any) -> PasswordAccount:
        """Open an account as Home Assistant does after a start: what is stored is all that is known."""
        self.http.cookie_jar.clear()
        self.doors.append(Door(self.http, self.clock, self.store.shared))
        return PasswordAccount(
            {
                "region": "own_url",
                "url": self.server.url,
                "username": self.server.world.user.name,
                "password": self.server.world.user.password,
                "agent": "1a2b3c4d",
                "identity": IDENTITY,
                **settings,
            },
            self.doors[-1],
            self.store,
            self.clock,
        )

    def restart(self, **settings: Any) -> PasswordAccount:
        """Open an account after a power failure."""
        self.store = MemoryStore(**copy.deepcopy(self.store.saved))
        return self.open(**settings)

    @property
    def logins(self) -> int:
        """How often somebody tried to sign in."""
        return self.server.legacy.sessions.logins

    @property
    def operations(self) -> list[str]:
        """The last things asked: the operation of each, else the path."""
        urls = [URL(exchange.path) for door in self.doors for exchange in door.trace]
        return [url.query.get("op") or url.query.get("action") or url.path.removeprefix("/") for url in urls]


def wanting(device: str, *keys: str) -> Wanted:
    """Want only these readings of a device."""
    return Wanted(refs=frozenset(Ref(device, key) for key in keys))


@asynccontextmanager
async def open_bench(profile: str, **options: Any) -> AsyncGenerator[Bench]:
    """Start a server on loopback; it stops at the end."""
    clock = HandClock()
    server = GrowattSimulator(profile, clock=SimClock(clock.now), **options)
    async with server, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Bench(server=server, clock=clock, http=http)


type StartBench = Callable[..., Coroutine[Any, Any, Bench]]


def record(bench: Bench, serial: str) -> Record:
    """Return the last upload of a device."""
    bench.server.catch_up()
    device = bench.server.world.device(serial)
    assert device is not None
    assert device.record is not None
    return device.record


async def start_bench(stack: AsyncExitStack, profile: str, **options: Any) -> Bench:
    """Start a server whose account is known; it stops with the stack."""
    bench = await stack.enter_async_context(open_bench(profile, **options))
    await bench.open(**{CONF_DIALOG: True}).identify()
    bench.clock.pass_time(minutes=5)
    return bench
