"""Reads an account without Home Assistant: one feed, each of them once, or all at the pace of the coordinators."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from custom_components.solar_battery_hub.core.errors import HubError, Locked, RateLimited, TooSoon
from custom_components.solar_battery_hub.core.feed import Feed, next_call
from custom_components.solar_battery_hub.core.model import Ref, Reported, Snapshot
from custom_components.solar_battery_hub.vendors.base import Account, Wanted
from tests.vendors.tools import HandClock


def feed(account: Account, key: str) -> Feed:
    """Return a feed by its key, or by what it begins with where there is one such."""
    found = [feed for feed in account.feeds if feed.key == key or feed.key.startswith(f"{key}_")]
    assert len(found) == 1, [feed.key for feed in account.feeds]
    return found[0]


async def fetch(account: Account, key: str, wanted: Wanted | None = None) -> Snapshot:
    """Fetch one feed, everything in it unless told otherwise."""
    return await account.fetch(feed(account, key), wanted or Wanted())


async def fetch_all(account: Account) -> dict[str, Snapshot]:
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


class Pace[A: Account]:
    """Runs the feeds of an account as the coordinators do, as far as time is concerned."""

    def __init__(self, clock: HandClock, account: A, wanted: Wanted | None = None, only: Collection[str] = ()) -> None:
        """Begin with nothing asked; of ``only`` these kinds of feeds where there are any."""
        self.clock = clock
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
        first, end = len(self.fetched), self.clock.moment + timedelta(**span)
        while self.next()[1] <= end:
            await self.step()
        self.clock.moment = max(self.clock.moment, end)
        return self.fetched[first:]

    async def step(self) -> None:
        """Wait for the next poll and make it."""
        key, due = self.next()
        self.clock.moment = max(self.clock.moment, due)
        await self._fetch(key)

    def next(self) -> tuple[str, datetime]:
        """Return which feed is polled next, and when; of several the one that was polled longest ago."""
        due = {feed.key: self._due(feed) for feed in self.account.feeds if self._runs(feed)}
        key = min(due, key=lambda key: (due[key], key in self.last, self.last.get(key)))
        return key, due[key]

    def _runs(self, feed: Feed) -> bool:
        return not feed.resting and (not self.only or feed.key.partition("_")[0] in self.only)

    def _due(self, feed: Feed) -> datetime:
        now = self.clock.moment
        due = next_call(
            feed,
            last_call=self.last.get(feed.key),
            measured_at=self.measured.get(feed.key),
            failures=self.failures[feed.key],
            now=now,
        )
        return max(due, self.not_before.get(feed.key, now))

    async def _fetch(self, key: str) -> None:
        at = self.clock.moment
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


def kwh(pace: Pace[Any], ref: Ref) -> float:
    """Return the number a reading had last."""
    value = pace.values[ref]
    assert isinstance(value, float)
    return value
