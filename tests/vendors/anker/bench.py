"""An Anker cloud on loopback and an account on it, on a clock moved by hand."""

from collections import Counter
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import aiohttp

from custom_components.solar_battery_hub.core.errors import HubError, Locked, RateLimited, TooSoon
from custom_components.solar_battery_hub.core.feed import Feed, next_call
from custom_components.solar_battery_hub.core.model import Ref, Reported, Snapshot
from custom_components.solar_battery_hub.vendors.anker import crypto
from custom_components.solar_battery_hub.vendors.anker.account import AnkerAccount
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG, Wanted
from custom_components.solar_battery_hub.vendors.http import Door
from tests.simulators.anker.server import AnkerSimulator
from tests.simulators.clock import SimClock
from tests.vendors.tools import NOON, HandClock, MemoryStore

IDENTITY = "the-account"
BERLIN = ZoneInfo("Europe/Berlin")
"""Where the house is."""


@dataclass(slots=True, kw_only=True)
class Bench:
    """One simulated cloud, and everything an account needs to read it."""

    server: AnkerSimulator
    clock: HandClock
    http: aiohttp.ClientSession
    store: MemoryStore = field(default_factory=MemoryStore)
    common: dict[str, Any] = field(default_factory=dict)

    def open(self, **settings: Any) -> AnkerAccount:
        """Open an account as Home Assistant does after a start: what is stored is all that is known."""
        described = self.server.describe()
        self.store.common = self.common
        return AnkerAccount(
            {
                "server": "own_url",
                "url": described["url"],
                "username": described["user_name"],
                "password": described["password"],
                "country": described["country"],
                "identity": IDENTITY,
                **settings,
            },
            Door(self.http, self.clock, self.store.shared),
            self.store,
            self.clock,
        )

    def dialog(self) -> AnkerAccount:
        """Open an account as a set-up dialog does."""
        return self.open(identity="", **{CONF_DIALOG: True})

    def restart(self, **settings: Any) -> AnkerAccount:
        """Open an account with what is on the disk."""
        self.store = MemoryStore(**copy.deepcopy({key: self.store.saved[key] for key in ("shared", "session")}))
        self.common = {}
        return self.open(**settings)

    def forget_requests(self) -> None:
        """Count from here."""
        self.server.requests.clear()

    @property
    def names(self) -> list[str]:
        """The calls made, by the last part of their paths."""
        return [request.path.rpartition("/")[2] for request in self.server.requests]

    @property
    def counted(self) -> Counter[str]:
        """How often each call was made."""
        return Counter(self.names)

    @property
    def sites(self) -> list[str]:
        """The ids of all sites there are."""
        return [site.id for site in self.server.world.sites]

    def act(self, name: str, /, *args: Any, **options: Any) -> Any:
        """Let something happen to the server or its devices."""
        return self.server.actions[name](*args, **options)


@asynccontextmanager
async def open_bench(profile: str = "solarbank3", *, at: datetime = NOON, **options: Any) -> AsyncGenerator[Bench]:
    """Have a cloud for a while."""
    clock = HandClock(at)
    clock.zone = BERLIN
    server = AnkerSimulator(profile, clock=SimClock(clock.now), **options)
    await server.start()
    try:
        key = patch.object(crypto, "SERVER_KEY", server.door.passport.public_key)
        async with aiohttp.ClientSession() as http:
            with key:
                yield Bench(server=server, clock=clock, http=http)
    finally:
        await server.stop()


async def fetch(account: AnkerAccount, key: str, wanted: Wanted | None = None) -> Snapshot:
    """Fetch one feed, everything in it unless told otherwise."""
    return await account.fetch(feed(account, key), wanted or Wanted())


def feed(account: AnkerAccount, key: str) -> Feed:
    """Return a feed by its key, or by what it begins with where there is one such."""
    found = [feed for feed in account.feeds if feed.key == key or feed.key.startswith(f"{key}_")]
    assert len(found) == 1, [feed.key for feed in account.feeds]
    return found[0]


async def fetch_all(account: AnkerAccount) -> dict[str, Snapshot]:
    """Fetch every feed once, also those that turn up meanwhile."""
    done: dict[str, Snapshot] = {}
    while waiting := [feed for feed in account.feeds if feed.key not in done]:
        done[waiting[0].key] = await account.fetch(waiting[0], Wanted())
    return done


def values(snapshot: Snapshot, device: str) -> dict[str, Reported]:
    """Return the values of one device by key."""
    return {ref.key: value for ref, value in snapshot.values.items() if ref.device == device}


def kwh(pace: Pace, ref: Ref) -> float:
    """Return the number a reading had last."""
    value = pace.values[ref]
    assert isinstance(value, float)
    return value


@dataclass(slots=True, kw_only=True)
class Fetched:
    """One poll: which feed, when, and what it brought or why not."""

    key: str
    at: datetime
    snapshot: Snapshot | None = None
    error: HubError | None = None


class Pace:
    """Runs the feeds of an account as the coordinators do, as far as time is concerned."""

    def __init__(
        self, bench: Bench, account: AnkerAccount, wanted: Wanted | None = None, only: Collection[str] = ()
    ) -> None:
        """Begin with nothing asked; of ``only`` these kinds of feeds where there are any."""
        self.bench = bench
        self.only = only
        self.account = account
        self.wanted = wanted or Wanted()
        self.last: dict[str, datetime] = {}
        self.measured: dict[str, datetime] = {}
        self.failures: Counter[str] = Counter()
        self.not_before: dict[str, datetime] = {}
        self.fetched: list[Fetched] = []
        self.values: dict[Ref, Reported] = {}

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
        """Return which feed is polled next, and when; of several the one that was polled longest ago."""
        feeds = (feed for feed in self.account.feeds if not self.only or feed.key.partition("_")[0] in self.only)
        due = {feed.key: self._due(feed) for feed in feeds}
        key = min(due, key=lambda key: (due[key], key in self.last, self.last.get(key)))
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
        before = self.last.get(key)
        self.last[key] = at
        done = Fetched(key=key, at=at)
        self.fetched.append(done)
        found = next(feed for feed in self.account.feeds if feed.key == key)
        try:
            done.snapshot = await self.account.fetch(found, self.wanted)
        except HubError as err:
            done.error = err
            self._note(key, err, at, before)
        else:
            self.values |= done.snapshot.values
            self.measured[key] = done.snapshot.measured_at
            self.failures.pop(key, None)
            self.not_before.pop(key, None)

    def _note(self, key: str, err: HubError, at: datetime, before: datetime | None) -> None:
        if isinstance(err, RateLimited):
            self.not_before[key] = at + timedelta(seconds=err.retry_after)
        if isinstance(err, Locked):
            self.not_before[key] = err.until
        if not isinstance(err, TooSoon):
            self.failures[key] += 1
        elif before is not None:
            self.last[key] = before
