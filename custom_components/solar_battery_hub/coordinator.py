"""FeedCoordinator: runs one feed at its own pace."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
import logging
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .connection import Connection
from .core.clock import Clock
from .core.errors import HubError
from .core.feed import Feed, may_call, next_call
from .core.model import Ref, Snapshot

_LOGGER = logging.getLogger(__name__)

type FetchFeed = Callable[[FeedCoordinator], Awaitable[Snapshot | None]]


class FeedCoordinator(DataUpdateCoordinator[Snapshot | None]):
    """Asks the account for one feed, no faster than its floor, aligned to its tick.

    It never fails after set-up: the account keeps the state of the connection and the
    age of each reading decides about availability (design §4).
    """

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        feed: Feed,
        clock: Clock,
        connection: Connection,
        fetch: FetchFeed,
        on_plan: Callable[[], None],
    ) -> None:
        """Prepare one feed of an account.

        ``fetch`` brings its snapshot, or ``None`` when there was no answer; ``on_plan`` is
        called whenever the next call is set.
        """
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=f"{entry.title} {feed.key}",
            update_interval=timedelta(seconds=feed.interval),
        )
        self.feed = feed
        self.failures = 0
        self.error: HubError | None = None
        self.last_call: datetime | None = None
        self.not_before: datetime | None = None
        self.due: datetime | None = None  # the next call, should anybody want it
        self._call_before: datetime | None = None
        self.is_resting = False
        self._on_plan = on_plan
        self._clock = clock
        self._connection = connection
        self._fetch = fetch
        self._stop_asking: CALLBACK_TYPE | None = None

    @property
    def refs(self) -> frozenset[Ref]:
        """The readings somebody listens to on this feed."""
        return frozenset(ref for ref in self.async_contexts() if isinstance(ref, Ref))

    @property
    def next_call(self) -> datetime | None:
        """When it is asked next: never while nobody listens."""
        return self.due if self._listeners else None

    @callback
    def keep_asking(self) -> None:
        """Ask until an answer says something, for before it nobody knows what to listen to, or for good."""
        if (self.feed.always or not self.data or not self.data.values) and self._stop_asking is None:
            self._stop_asking = self.async_add_listener(lambda: None)

    @callback
    def succeeded(self, snapshot: Snapshot) -> None:
        """Note an answer."""
        self.failures = 0
        self.error = self.not_before = None
        if self._stop_asking is not None and snapshot.values and not self.feed.always:
            self._stop_asking()
            self._stop_asking = None

    @callback
    def failed(self, error: HubError) -> None:
        """Note that there was none; the pace slows down with each."""
        self.failures += 1
        self.error = error

    @callback
    def postponed(self, error: HubError, until: datetime) -> None:
        """Note that it is too early for a call: nothing failed, and the one just made does not count."""
        self.error = error
        self.not_before = until
        self.last_call = self._call_before

    @callback
    def follow(self, feed: Feed) -> None:
        """Go on with other times; one that comes more often does so from now on."""
        sooner = feed.interval < self.feed.interval
        self.feed = feed
        if sooner and self._listeners:
            self._plan()
            self._schedule_refresh()

    @callback
    def rest(self) -> None:
        """Ask no more: the account has no such feed now, or lets it rest."""
        self.is_resting = True
        self.failures = 0
        self.error = self.due = None
        self._unschedule_refresh()

    @callback
    def wake(self) -> None:
        """Ask again."""
        self.is_resting = False

    @callback
    def hurry(self) -> None:
        """Try again now if the last call failed or was never made: the vendor answers again."""
        if self.is_resting or (not self.failures and self.data is not None):
            return
        if not self.refs and self._stop_asking is None:
            self._connection.idle(self.feed.key)
            return
        self.config_entry.async_create_task(self.hass, self.async_refresh(), f"{self.name} retry")

    @override
    async def _async_update_data(self) -> Snapshot | None:
        now = self._clock.now()
        if self.last_call is not None and now < self.last_call:
            self.not_before = None  # the clock was put back; whoever still wants a pause says so again
        if self._connection.refused or self.is_resting:
            self.update_interval = self.due = None
            return self.data
        if self.not_before is None or now >= self.not_before:
            if may_call(self.feed, self.last_call, now):
                self._call_before, self.last_call = self.last_call, now
                self.data = await self._fetch(self) or self.data
        self._plan()
        return self.data

    def _plan(self) -> None:
        """Set the time of the next call."""
        now = self._clock.now()
        due = next_call(
            self.feed,
            last_call=self.last_call,
            measured_at=self.data.measured_at if self.data else None,
            failures=self.failures,
            now=now,
        )
        if self.not_before is not None:
            due = max(due, self.not_before)
        self.update_interval = max(due - now, timedelta(seconds=1))
        self.due = now + self.update_interval
        self._on_plan()
