"""A GoodWe server on loopback and an account on it, on a clock moved by hand."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from custom_components.solar_battery_hub.core.errors import HubError, Locked, RateLimited
from custom_components.solar_battery_hub.core.feed import Feed, next_call
from custom_components.solar_battery_hub.core.model import Reported, Snapshot
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG, Wanted
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
    await server.start()
    try:
        async with aiohttp.ClientSession() as http:
            yield Bench(server=server, clock=clock, http=http)
    finally:
        await server.stop()


async def fetch(account: GoodWeAccount, key: str) -> Snapshot:
    """Fetch one feed, everything in it."""
    return await account.fetch(feed(account, key), Wanted())


def feed(account: GoodWeAccount, key: str) -> Feed:
    """Return a feed by its key."""
    return next(feed for feed in account.feeds if feed.key == key)


async def fetch_all(account: GoodWeAccount) -> dict[str, Snapshot]:
    """Fetch every feed once, also those that turn up meanwhile."""
    done: dict[str, Snapshot] = {}
    while waiting := [feed for feed in account.feeds if feed.key not in done and not feed.resting]:
        done[waiting[0].key] = await account.fetch(waiting[0], Wanted())
    return done


def values(snapshot: Snapshot, device: str) -> dict[str, Reported]:
    """Return the values of one device by key."""
    return {ref.key: value for ref, value in snapshot.values.items() if ref.device == device}


@dataclass(slots=True, kw_only=True)
class Fetched:
    """One poll: which feed, when, and what it brought or why not."""

    key: str
    at: datetime
    snapshot: Snapshot | None = None
    error: HubError | None = None


class Pace:
    """Runs the feeds of an account as the coordinators do, as far as time is concerned."""

    def __init__(self, bench: Bench, account: GoodWeAccount) -> None:
        """Begin with nothing asked."""
        self.bench = bench
        self.account = account
        self.last: dict[str, datetime] = {}
        self.measured: dict[str, datetime] = {}
        self.failures: Counter[str] = Counter()
        self.not_before: dict[str, datetime] = {}
        self.fetched: list[Fetched] = []

    async def run(self, **span: float) -> list[Fetched]:
        """Fetch what is due for a while; return the polls of that while."""
        clock, first = self.bench.clock, len(self.fetched)
        end = clock.moment + timedelta(**span)
        while self.next()[1] <= end:
            await self.step()
        clock.moment = max(clock.moment, end)
        return self.fetched[first:]

    async def step(self) -> None:
        """Wait for the next poll and make it."""
        key, due = self.next()
        self.bench.clock.moment = max(self.bench.clock.moment, due)
        await self._fetch(key)

    def next(self) -> tuple[str, datetime]:
        """Return which feed is polled next, and when."""
        due = {feed.key: self._due(feed) for feed in self.account.feeds if not feed.resting}
        key = min(due, key=lambda key: due[key])
        return key, due[key]

    def _due(self, feed: Feed) -> datetime:
        now = self.bench.clock.moment
        due = next_call(
            feed,
            last_call=self.last.get(feed.key),
            measured_at=self.measured.get(feed.key),
            failures=self.failures[feed.key],
            now=now,
        )
        return max(due, self.not_before.get(feed.key, now))

    async def _fetch(self, key: str) -> None:
        at = self.bench.clock.moment
        self.last[key] = at
        done = Fetched(key=key, at=at)
        self.fetched.append(done)
        try:
            done.snapshot = await fetch(self.account, key)
        except HubError as err:
            done.error = err
            self.failures[key] += 1
            if isinstance(err, RateLimited):
                self.not_before[key] = at + timedelta(seconds=err.retry_after)
            if isinstance(err, Locked):
                self.not_before[key] = err.until
        else:
            self.measured[key] = done.snapshot.measured_at
            self.failures.pop(key, None)


def _short(path: str) -> str:
    for start in ("/web/sems/", "/api/"):
        _, found, rest = path.partition(start)
        if found:
            return rest
    return path
