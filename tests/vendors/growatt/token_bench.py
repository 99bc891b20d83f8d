"""A Growatt server on loopback and an account by token on it, on a clock moved by hand."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from custom_components.solar_battery_hub.core.feed import next_call
from custom_components.solar_battery_hub.core.model import Ref, Reported, Snapshot
from custom_components.solar_battery_hub.vendors.base import Wanted
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
    await server.start()
    try:
        async with aiohttp.ClientSession() as http:
            bench = Bench(server=server, clock=clock, http=http)
            bench.watch_limits()
            yield bench
    finally:
        await server.stop()


async def fetch(account: TokenAccount, key: str, wanted: Wanted | None = None) -> Snapshot:
    """Fetch one feed, everything in it unless said otherwise."""
    feed = next(feed for feed in account.feeds if feed.key == key)
    return await account.fetch(feed, wanted or Wanted())


async def fetch_all(account: TokenAccount) -> dict[str, Snapshot]:
    """Fetch every feed once, also those that turn up meanwhile."""
    done: dict[str, Snapshot] = {}
    while waiting := [feed for feed in account.feeds if feed.key not in done]:
        done[waiting[0].key] = await account.fetch(waiting[0], Wanted())
    return done


def values(snapshot: Snapshot, device: str) -> dict[str, Reported]:
    """Return the values of one device by key."""
    return {ref.key: value for ref, value in snapshot.values.items() if ref.device == device}


def refs(snapshot: Snapshot) -> set[Ref]:
    """Return what a snapshot brings."""
    return set(snapshot.values)


class Pace:
    """Runs the feeds of an account as the coordinator does, as far as time is concerned."""

    def __init__(self, bench: Bench, account: TokenAccount) -> None:
        """Begin with nothing asked."""
        self.bench = bench
        self.account = account
        self.last: dict[str, datetime] = {}
        self.measured: dict[str, datetime] = {}
        self.fetched: list[tuple[str, datetime, Snapshot]] = []

    async def run(self, **span: float) -> None:
        """Fetch what is due for a while."""
        clock = self.bench.clock
        end = HandClock(clock.moment)
        end.pass_time(**span)
        while True:
            due = {
                feed.key: next_call(
                    feed,
                    last_call=self.last.get(feed.key),
                    measured_at=self.measured.get(feed.key),
                    failures=0,
                    now=clock.moment,
                )
                for feed in self.account.feeds
            }
            key = min(due, key=lambda key: due[key])
            if due[key] > end.moment:
                clock.moment = end.moment
                return
            clock.moment = due[key]
            self.last[key] = clock.moment
            snapshot = await fetch(self.account, key)
            self.measured[key] = snapshot.measured_at
            self.fetched.append((key, clock.moment, snapshot))
