"""The running entry: one account, its feeds, their merged readings and its connection."""

from collections.abc import Iterable, Iterator, Mapping, Set as AbstractSet
from datetime import datetime, timedelta, tzinfo
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady, IntegrationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .changes import CHANGE_PENDING, SETTINGS_STREAM, Changes
from .connection import Connection
from .const import DOMAIN, START_PATIENCE
from .coordinator import FeedCoordinator
from .core.board import SITE_FEED, Board
from .core.counters import Counters
from .core.errors import AuthFailed, BadAnswer, HubError, Locked, RateLimited, TooSoon
from .core.feed import Feed
from .core.model import Ref, Snapshot, Value
from .devices import DeviceBook, devices_from
from .event_log import EventLog
from .feeds import FeedBook
from .messages import describe, shown
from .opening import Tools
from .schedules import Schedules
from .stores import EntryStore
from .subscriptions import Listener, Subscriptions
from .vendors.base import Account, Vendor, Wanted

type HubConfigEntry = ConfigEntry[AccountRuntime]

# Readings the account itself gives, on its root device.
OWN_KEYS = ("reachable", "locked_until", "calls_today", "next_call")


class AccountRuntime:
    """One account at work: entities read from it and write through its ``changes``."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: HubConfigEntry,
        vendor: Vendor,
        account: Account,
        tools: Tools,
        store: EntryStore,
        state: Mapping[str, Any],
    ) -> None:
        """Put the account and what ``store`` remembered of it (``state``) together; nothing is asked yet."""
        self.hass = hass
        self.entry = entry
        self.vendor = vendor
        self.account = account
        self.door = tools.door
        self.clock = tools.clock
        self._tools = tools
        self.connection = Connection(hass, entry)
        self.devices = DeviceBook(hass, entry)
        self.events = EventLog(state.get("told"))
        self._store = store
        self._zones: dict[str, tzinfo] = {}
        self._counters = Counters(state.get("counters"))
        self.board = Board(self._counters, self._zone_of)
        self.board.restore(state.get("board", {}))
        self._providers = {Ref(device, key): feed for feed, device, key in state.get("providers", ())}
        self._replaced: dict[Ref, str] = {}  # who brought a reading before another had to
        self.changes = Changes(self, state.get("desk"))
        account.restore(devices_from(state.get("devices", ())))
        self.subscriptions = Subscriptions(self._coordinator_of)
        self.feeds = FeedBook(
            hass, entry, self.clock, self.connection, fetch=self.async_fetch, on_plan=self.subscriptions.notify_unserved
        )
        self._adders: list[Listener] = []
        self._cancel_expiry: CALLBACK_TYPE | None = None
        self._expiry: datetime | None = None
        self._started = self._stopped = False
        self._present: object = None
        self.feeds.follow(account.feeds)
        self.schedules = Schedules(self, state.get("schedules"))

    async def async_start(self) -> None:
        """Ask every feed once; what takes long need not be waited for once there is something to show.

        With something remembered the entry always starts (design §4); without, a first
        failure raises ConfigEntryNotReady or ConfigEntryAuthFailed.
        """
        await self._async_register_devices()
        late = self.clock.now() + timedelta(seconds=START_PATIENCE)
        error = await self.feeds.async_start(lambda: bool(self._providers) and self.clock.now() > late)
        if not self._providers:
            error = error or BadAnswer("Nothing could be read")
            raise _setup_error(error) from error
        self.feeds.keep_asking()
        self._started = True
        self.connection.started()
        self.changes.start()
        self.refresh_view()

    async def async_stop(self) -> None:
        """Stop the timers, remember everything, let the account go; a change on its way is not cut off."""
        self._stopped = True
        self.schedules.drafts.stop()
        await self.changes.async_stop()
        if self._cancel_expiry is not None:
            self._cancel_expiry()
        if self._started:
            self.connection.clear()
            await self._store.async_save(self._state())
        await self.account.close(forget=False)
        await self._tools.close()

    # Reading

    @property
    def refs(self) -> Iterator[Ref]:
        """Every reading this account is known to have, its own ones included."""
        yield from self._providers
        yield from (Ref(self.devices.root, key) for key in OWN_KEYS)
        yield from self.changes.own_refs

    def is_own(self, ref: Ref) -> bool:
        """Tell whether the account itself gives this reading."""
        return ref.key in OWN_KEYS and ref.device == self.devices.root

    def value(self, ref: Ref) -> Value:
        """Return the present value of a reading."""
        if not self.is_own(ref):
            return self.changes.value(ref)
        own: dict[str, Value] = {
            "reachable": self.connection.answers,
            "locked_until": self.connection.locked_until,
            "calls_today": self.door.calls_today,
            "next_call": self.feeds.next_call,
        }
        return own[ref.key]

    def measured_at(self, ref: Ref) -> datetime | None:
        """Return when the vendor measured the present value."""
        reading = self.board.readings.get(ref)
        return reading.measured_at if reading else None

    def is_available(self, ref: Ref) -> bool:
        """Tell whether the present value still means something.

        Of a device that is gone nothing does, nor what no feed brings any more.
        """
        if ref.device not in self.devices:
            return False
        if self.is_own(ref) or ref.key == CHANGE_PENDING:
            return True
        return self._coordinator_of(ref) is not None and self.board.available(ref, self.clock.now())

    def _coordinator_of(self, ref: Ref) -> FeedCoordinator | None:
        """Return what brings a reading, if anything does now."""
        return self.feeds.get(self._providers.get(ref, ""))

    @callback
    def async_subscribe(self, ref: Ref, listener: Listener) -> CALLBACK_TYPE:
        """Call ``listener`` whenever a reading may have changed; returns how to stop.

        One that no feed has brought yet, such as a setting that could not be read, is wanted of all of them.
        """
        return self.subscriptions.add(ref, listener)

    @callback
    def async_on_new(self, adder: Listener) -> None:
        """Call ``adder`` now and whenever readings or controls have come, changed or gone."""
        self._adders.append(adder)
        adder()

    async def async_refresh(self, ref: Ref) -> None:
        """Ask for a reading now, as far as its feed's floor allows."""
        if (coordinator := self._coordinator_of(ref)) is not None:
            await coordinator.async_request_refresh()

    async def async_refresh_all(self) -> None:
        """Ask for everything now, as far as the floors allow; raises HomeAssistantError for what failed first."""
        if (error := await self.feeds.async_refresh()) is not None:
            raise shown(error) from error

    # Fetching

    async def async_fetch(self, coordinator: FeedCoordinator) -> Snapshot | None:
        """Fetch one feed for its coordinator and take in what it brings."""
        try:
            snapshot = await self.account.fetch(coordinator.feed, self._wanted(coordinator))
        except HubError as err:
            if not self._stopped:
                self._on_failure(coordinator, err)
            return None
        if self._stopped:
            return None
        coordinator.succeeded(snapshot)
        if self.connection.succeeded(coordinator.feed.key):
            self.feeds.hurry()
        await self._take(coordinator.feed, snapshot)
        return snapshot

    def _wanted(self, coordinator: FeedCoordinator) -> Wanted:
        """Return what somebody looks at; of a feed not asked since the start, what is not disabled."""
        known = frozenset(self._providers)
        if coordinator.data is None:
            refs = known - self._disabled()
        else:
            refs = frozenset(ref for feed in self.feeds.values() for ref in feed.refs)
            refs |= self.subscriptions.unserved
        return Wanted(refs=self.board.needed_for(refs, self.devices), known=known)

    def _disabled(self) -> frozenset[Ref]:
        entries = er.async_entries_for_config_entry(er.async_get(self.hass), self.entry.entry_id)
        unique_ids = {entry.unique_id for entry in entries if entry.disabled}
        return frozenset(ref for ref in self._providers if unique_id(ref) in unique_ids)

    async def _take(self, feed: Feed, snapshot: Snapshot) -> None:
        now = self.clock.now()
        if snapshot.devices is not None:
            await self._async_register_devices()
        self.board.merge(feed, snapshot, now)
        changed = self.board.add_site_values(self.devices, now)
        if not self._started:  # a sum that turned out not to be whole, before anything was shown of it
            for ref in changed - self.board.readings.keys():
                self._providers.pop(ref, None)
        feeds = self.account.feeds
        self.feeds.add(feeds)
        self._find_providers(feed, snapshot, {known.key for known in feeds if not known.resting})
        self.feeds.drop_all_but(feeds)  # last: nobody who has another provider by now is without one for a moment
        if self.events.watch(snapshot.streams, snapshot.happenings):
            self.entry.async_create_task(self.hass, self._store.async_save(self._state()), f"{DOMAIN} remember events")
        self.changes.observe(snapshot.values.keys())
        self._schedule_expiry()
        self.save_later()
        self.refresh_view()
        self._notify_listeners_of_other_feeds(feed, changed.union(snapshot.values))

    def _find_providers(self, feed: Feed, snapshot: Snapshot, asked: AbstractSet[str]) -> None:
        """Let readings that a feed brought be its own from now on, unless another one that is asked brings them.

        One that brought a reading before and is back gets it back: nobody would ask it for long otherwise.
        """
        for ref, reading in self.board.readings.items():
            provider = self._providers.get(ref)
            news = ref in snapshot.values or reading.feed == SITE_FEED
            back = ref in snapshot.values and self._replaced.get(ref) == feed.key
            if not (provider is None or back or (news and provider not in asked)):
                continue
            if back:
                del self._replaced[ref]
            elif provider is not None:
                self._replaced.setdefault(ref, provider)
            self._providers[ref] = reading.feed if reading.feed in asked else feed.key
            self.subscriptions.follow(ref)

    @callback
    def _notify_listeners_of_other_feeds(self, feed: Feed, refs: Iterable[Ref]) -> None:
        """Tell entities that listen to the feed which brought their reading first, when another brings news."""
        for key in {self._providers.get(ref, "") for ref in refs} - {feed.key}:
            if (coordinator := self.feeds.get(key)) is not None:
                coordinator.async_update_listeners()

    def _on_failure(self, coordinator: FeedCoordinator, error: HubError) -> None:
        """Note why a feed got no answer and when it is worth asking again."""
        now = self.clock.now()
        if isinstance(error, TooSoon):
            coordinator.postponed(error, now + timedelta(seconds=error.retry_after))
            return
        coordinator.failed(error)
        if isinstance(error, RateLimited):
            coordinator.not_before = now + timedelta(seconds=error.retry_after)
        if isinstance(error, Locked):
            for feed in self.feeds.values():
                feed.not_before = error.until
        if self._started or self._providers:
            self.connection.failed(coordinator.feed.key, error)
        else:  # Home Assistant itself tells that the very first start failed
            self.connection.explain(error)
        self.refresh_view()

    # Keeping the view true

    @callback
    def take_value(self, ref: Ref, value: Value) -> None:
        """Take in one setting that was read from the device after a change."""
        if ref in self.board.readings:
            self.board.put(ref, value, self.clock.now())
            self.notify()

    @callback
    def refresh_view(self) -> None:
        """Bring entities, controls and repairs in line with what is known now."""
        self.connection.show_notices(self.account.notices)
        controls = self.changes.controls()
        self.events.streams.update(dict.fromkeys(Ref(device, SETTINGS_STREAM) for device, _ in controls))
        devices = tuple(device.id for device in self.devices)
        present = (devices, frozenset(self._providers), controls, len(self.events.streams))
        if present != self._present:
            self._present = present
            for adder in self._adders:
                adder()
        self.subscriptions.notify_unserved()

    @callback
    def notify(self) -> None:
        """Let every entity look at its value again."""
        self.feeds.notify()
        self.subscriptions.notify_unserved()

    @callback
    def _schedule_expiry(self) -> None:
        """Wake up when the next reading becomes stale."""
        due = self.board.next_expiry(self.clock.now())
        if due is None or (self._expiry is not None and self._expiry <= due):
            return
        if self._cancel_expiry is not None:
            self._cancel_expiry()
        self._expiry = due
        self._cancel_expiry = async_track_point_in_utc_time(self.hass, self._on_expiry, due)

    @callback
    def _on_expiry(self, _: datetime) -> None:
        self._cancel_expiry = self._expiry = None
        self.board.add_site_values(self.devices, self.clock.now())
        self.notify()
        self._schedule_expiry()

    async def _async_register_devices(self) -> None:
        """Bring the registry in line with the account's devices, and the entry with its number."""
        devices = self.account.devices
        self._follow_number()
        if list(self.devices) == list(devices):
            return
        self.devices.register(devices)
        for device in devices:
            if device.zone and (zone := await dt_util.async_get_time_zone(device.zone)):
                self._zones[device.id] = zone
            elif device.parent in self._zones:
                self._zones[device.id] = self._zones[device.parent]

    def _follow_number(self) -> None:
        """Name the entry after the number of its account, once that is known (the devices keep their ids)."""
        provisional = f"{self.vendor.key}_{self.account.identity}"
        lasting = f"{self.vendor.key}_{self.account.number}"
        entries = self.hass.config_entries
        if self.account.number is None or self.entry.unique_id != provisional or lasting == provisional:
            return
        if entries.async_entry_for_domain_unique_id(DOMAIN, lasting) is None:
            entries.async_update_entry(self.entry, unique_id=lasting)

    def _zone_of(self, device: str) -> tzinfo:
        return self._zones.get(device) or dt_util.get_default_time_zone()

    @callback
    def forget(self, device: str) -> None:
        """Drop everything about a device that the user deleted."""
        self.board.forget(device)
        self.changes.desk.forget(device)
        self.schedules.forget(device)
        self._providers = {ref: feed for ref, feed in self._providers.items() if ref.device != device}

    # Remembering

    @callback
    def save_later(self) -> None:
        """Remember the present state soon; once stopped, what comes in late is no longer ours to keep."""
        if not self._stopped:
            self._store.save_later(self._state)

    async def async_save(self) -> None:
        """Remember the present state now: the user made something that must not get lost."""
        await self._store.async_save(self._state())

    def _state(self) -> dict[str, Any]:
        slow = [feed.feed.key for feed in self.feeds.values() if feed.feed.keeps_snapshot]
        return {
            "devices": self.devices.as_list(),
            "providers": [[self._replaced.get(ref, feed), *ref] for ref, feed in self._providers.items()],
            "board": self.board.as_dict(slow),
            "counters": self._counters.as_dict(),
            "desk": self.changes.desk.as_dict(),
            "told": self.events.as_list(),
            "schedules": self.schedules.as_dict(),
        }


def unique_id(ref: Ref) -> str:
    """Return the unique id of the entity that shows a reading or setting."""
    return f"{ref.device}_{ref.key}"


def _setup_error(error: HubError) -> IntegrationError:
    """Return how Home Assistant should take a failure at the very first start."""
    key, placeholders = describe(error)
    kind = ConfigEntryAuthFailed if isinstance(error, AuthFailed) else ConfigEntryNotReady
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)
