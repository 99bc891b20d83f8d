"""A GoodWe server on loopback and an account on it, on a clock moved by hand."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG
from custom_components.solar_battery_hub.vendors.goodwe.account import GoodWeAccount
from custom_components.solar_battery_hub.vendors.http import Door
from tests.simulators.clock import SimClock
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.vendors.tools import NOON, HandClock, MemoryStore

IDENTITY = "the-account"


@dataclass(slots=True, kw_only=True)
class Bench:
    """One simulated server, and everything an account needs to read it."""

    server: GoodWeSimulator
    clock: HandClock
    http: aiohttp.ClientSession
    store: MemoryStore = field(default_factory=MemoryStore)

    def open(self, **settings: Any) -> GoodWeAccount:
        """Open an account as Home Assistant does after a start: what is stored is all that is known."""
        account = self.server.world.account
        return GoodWeAccount(
            {
                "region": "own_url",
                "url": self.server.url,
                "username": account.email,
                "password": account.password,
                "identity": IDENTITY,
                **settings,
            },
            Door(self.http, self.clock, self.store.shared),
            self.store,
            self.clock,
        )

    def dialog(self) -> GoodWeAccount:
        """Open an account as a set-up dialog does."""
        return self.open(identity="", **{CONF_DIALOG: True})

    def restart(self, **settings: Any) -> GoodWeAccount:
        """Open an account with what is on the disk."""
        self.store = MemoryStore(**copy.deepcopy({key: self.store.saved[key] for key in ("shared", "session")}))
        return self.open(**settings)

    def forget_requests(self) -> None:
        """Count from here."""
        self.server.requests.clear()

    @property
    def paths(self) -> list[str]:
        """The paths asked, from the name of the service on."""
        return [_short(request.path) for request in self.server.requests]

    @property
    def counted(self) -> Counter[str]:
        """How often each path was asked."""
        return Counter(self.paths)

    @property
    def logins(self) -> int:
        """How often anybody signed in."""
        return self.server.world.sessions.logins

    @property
    def plants(self) -> list[str]:
        """The ids of all plants there are."""
        return [plant.id for plant in self.server.world.plants]

    def serial(self, kind: str = "Inverter") -> str:
        """Return the serial number of the first device of a kind (a class name of the simulator)."""
        return next(device.serial for device in self.server.world.devices if type(device).__name__ == kind)

    def act(self, name: str, *args: Any, **options: Any) -> Any:
        """Let something happen to the server or its devices."""
        return self.server.actions[name](*args, **options)


@asynccontextmanager
async def open_bench(profile: str = "home", *, at: datetime = NOON, **options: Any) -> AsyncGenerator[Bench]:
    """Have a server for a while."""
    clock = HandClock(at)
    server = GoodWeSimulator(profile, clock=SimClock(clock.now), **options)
    async with server, aiohttp.ClientSession() as http:
        yield Bench(server=server, clock=clock, http=http)


def _short(path: str) -> str:
    for start in ("/web/sems/", "/api/"):
        _, found, rest = path.partition(start)
        if found:
            return rest
    return path
