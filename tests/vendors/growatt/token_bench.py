"""A Growatt server on loopback and an account by token on it, on a clock moved by hand."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import copy
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from custom_components.solar_battery_hub.core.model import Ref, Snapshot
from custom_components.solar_battery_hub.vendors.growatt.token import TokenAccount
from custom_components.solar_battery_hub.vendors.http import Door
from tests.simulators.clock import SimClock
from tests.simulators.growatt import GrowattSimulator
from tests.vendors.tools import HandClock, MemoryStore

IDENTITY = "the-account"


@dataclass(slots=True, kw_only=True)
class Bench:
    """One simulated server, and everything an account needs to read it."""

    server: GrowattSimulator
    clock: HandClock
    http: aiohttp.ClientSession
    store: MemoryStore = field(default_factory=MemoryStore)
    too_often: list[Any] = field(default_factory=list)

    def open(self, **settings: Any) -> TokenAccount:
        """Open an account as Home Assistant does after a start: what is stored is all that is known."""
        return TokenAccount(
            {
                "region": "own_url",
                "url": self.server.url,
                "token": self.server.token,
                "identity": IDENTITY,
                **settings,
            },
            Door(self.http, self.clock, self.store.shared),
            self.store,
            self.clock,
        )

    def restart(self, **settings: Any) -> TokenAccount:
        """Open an account with what is on the disk."""
        self.store = MemoryStore(**copy.deepcopy({key: self.store.saved[key] for key in ("shared", "session")}))
        return self.open(**settings)

    def share_logger(self) -> None:
        """Put all devices behind the logger of the first."""
        first, *others = self.server.world.devices
        for device in others:
            device.logger = first.logger

    def forget_requests(self) -> None:
        """Count from here."""
        self.server.requests.clear()

    def watch_limits(self) -> None:
        """Note in ``too_often`` every call that the server refuses because it came too early."""
        allows = self.server.v1.limits.allows

        def watched(key: Any, window: Any) -> bool:
            allowed = allows(key, window)
            if not allowed:
                self.too_often.append(key[1:])
            return allowed

        self.server.v1.limits.allows = watched  # type: ignore[method-assign]

    @property
    def paths(self) -> list[str]:
        """The paths asked, without /v1/."""
        return [request.path.removeprefix("/v1/") for request in self.server.requests]

    @property
    def counted(self) -> Counter[str]:
        """How often each path was asked."""
        return Counter(self.paths)

    def act(self, name: str, *args: Any, **options: Any) -> Any:
        """Let something happen to the server or its devices."""
        return self.server.actions[name](*args, **options)


@asynccontextmanager
async def open_bench(profile: str = "home", **options: Any) -> AsyncGenerator[Bench]:
    """Have a server for a while."""
    clock = HandClock()
    server = GrowattSimulator(profile, clock=SimClock(clock.now), strict=True, **options)
    async with server, aiohttp.ClientSession() as http:
        bench = Bench(server=server, clock=clock, http=http)
        bench.watch_limits()
        yield bench


def refs(snapshot: Snapshot) -> set[Ref]:
    """Return what a snapshot brings."""
    return set(snapshot.values)
