"""The feeds of a running account: they come and go with its devices."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .connection import Connection
from .coordinator import FeedCoordinator, FetchFeed
from .core.clock import Clock
from .core.errors import AuthFailed, CertificateChanged, HubError, Locked, Unreachable
from .core.feed import Feed

# Failures after which the other feeds need not try.
NOBODY_THERE = (AuthFailed, CertificateChanged, Locked, Unreachable)


class FeedBook(Mapping[str, FeedCoordinator]):
    """The coordinators of the feeds an account has now, by key."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        clock: Clock,
        connection: Connection,
        *,
        fetch: FetchFeed,
        on_plan: Callable[[], None],
    ) -> None:
        """Start empty; ``fetch`` brings a feed's snapshot, ``on_plan`` hears of every next call."""
        self._hass = hass
        self._entry = entry
        self._make: Callable[[Feed], FeedCoordinator] = lambda feed: FeedCoordinator(
            hass, entry, feed, clock, connection, fetch, on_plan
        )
        self._connection = connection
        self._running: dict[str, FeedCoordinator] = {}
        self._resting: dict[str, FeedCoordinator] = {}
        self._asked: set[str] = set()  # at the start
        self._started = False

    @override
    def __getitem__(self, key: str) -> FeedCoordinator:
        return self._running[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._running)

    @override
    def __len__(self) -> int:
        return len(self._running)

    @callback
    def follow(self, feeds: Sequence[Feed]) -> None:
        """Run these feeds and no others; whoever listens to one that comes back still does."""
        self.add(feeds)
        self.drop_all_but(feeds)

    @callback
    def add(self, feeds: Sequence[Feed]) -> None:
        """Run these feeds, those that rest excepted."""
        for feed in feeds:
            coordinator = self._running.get(feed.key)
            if feed.resting:
                self._let_rest(feed)
            elif coordinator is None or coordinator.is_resting:
                self._begin(feed)
            else:
                coordinator.follow(feed)

    @callback
    def drop_all_but(self, feeds: Sequence[Feed]) -> None:
        """Let go of all other feeds, and of what they brought."""
        for key in self._running.keys() - {feed.key for feed in feeds}:
            coordinator = self._resting[key] = self._running.pop(key)
            coordinator.rest()
            self._connection.idle(key)
            coordinator.async_update_listeners()

    def _let_rest(self, feed: Feed) -> None:
        coordinator = self._known(feed)
        if not coordinator.is_resting:
            coordinator.rest()
            self._connection.idle(feed.key)

    def _known(self, feed: Feed) -> FeedCoordinator:
        """Return the coordinator of a feed, which may have been let go before."""
        coordinator = self._running.get(feed.key) or self._resting.pop(feed.key, None) or self._make(feed)
        coordinator.feed = feed
        self._running[feed.key] = coordinator
        return coordinator

    def _begin(self, feed: Feed) -> None:
        coordinator = self._known(feed)
        coordinator.wake()
        if self._started:
            self._asked.add(feed.key)
            coordinator.keep_asking()
            self._entry.async_create_task(self._hass, coordinator.async_refresh(), f"{coordinator.name} begins")

    async def async_start(self, enough: Callable[[], bool]) -> HubError | None:
        """Ask every feed once, also those that turn up meanwhile, until it is ``enough``; return the first error."""
        self._asked.clear()
        await self._async_ask(enough)
        return next((coordinator.error for coordinator in self.values() if coordinator.error), None)

    async def _async_ask(self, enough: Callable[[], bool]) -> None:
        """Ask each feed that was not asked yet, while somebody answers."""
        while not enough() and (waiting := [key for key in self._running if key not in self._asked]):
            self._asked.add(waiting[0])
            coordinator = self._running[waiting[0]]
            await coordinator.async_refresh()
            if isinstance(coordinator.error, NOBODY_THERE):
                self._asked.update(self._running)

    @callback
    def keep_asking(self) -> None:
        """Let each ask until its first answer, those not asked yet at once; feeds that turn up begin by themselves."""
        self._started = True
        for coordinator in list(self.values()):
            coordinator.keep_asking()
        if self._running.keys() - self._asked:
            rest = self._async_ask(lambda: False)
            self._entry.async_create_background_task(self._hass, rest, f"{self._entry.title} asks the rest")

    async def async_refresh(self) -> HubError | None:
        """Ask for everything now, as far as the floors allow; return the first failure."""
        for coordinator in list(self.values()):
            await coordinator.async_refresh()
            if isinstance(coordinator.error, NOBODY_THERE):
                break
        return next((coordinator.error for coordinator in self.values() if coordinator.failures), None)

    @callback
    def hurry(self) -> None:
        """Let feeds that failed try again at once: the vendor answers again. An answer may bring feeds and take some."""
        for coordinator in list(self.values()):
            coordinator.hurry()

    @callback
    def notify(self) -> None:
        """Let every entity look at its value again."""
        for coordinator in list(self.values()):
            coordinator.async_update_listeners()

    @property
    def next_call(self) -> datetime | None:
        """When the vendor is asked next, if ever."""
        return min((call for coordinator in self.values() if (call := coordinator.next_call)), default=None)

    def interval_of(self, key: str) -> float:
        """Return the present interval of a feed in seconds."""
        return self._running[key].feed.interval if key in self._running else 0.0
