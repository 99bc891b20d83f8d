"""A GoodWe account: one user, all plants, whichever of the two ways is open (goodwe.md §0)."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final, override

from ...core.clock import Clock
from ...core.control import Control
from ...core.errors import AuthFailed, HubError, NotSupported, Unreachable
from ...core.feed import Feed
from ...core.model import Device, Happening, Notice, Snapshot, Value
from ..base import CONF_IDENTITY, Account, Capability, PrivateStore, Settings, Wanted
from ..http import Door
from .alarms import happenings
from .controls import Controls
from .devices import DeviceList, inverter_of
from .history import History, LegacyHistory, SemsPlusHistory
from .inventory import Inventory
from .legacy import Legacy
from .legacy_route import LegacyRoute
from .login import Login
from .model import Listed, Plant, Way
from .options import CONF_INTERVAL, CONF_PLANTS, LONGEST, SHORTEST
from .readings import Readings
from .route import Parts, Plausibility, Route
from .semsplus import SemsPlus
from .semsplus_route import SemsPlusRoute
from .ways import REFUSED, Ways

# In the shared store.
_WAY: Final = "way"  # which worked last
_CHANGED: Final = "way_changed"  # to one that has not answered yet
_DISPLACED_OFTEN: Final = 3
_REFUSED_LONG: Final = timedelta(hours=6)  # goodwe.md §9.6


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """Whose account it is and which plants it sees, for the set-up dialog. ``identity`` is ``user_<uid>``."""

    identity: str
    name: str
    plants: tuple[Plant, ...]


class GoodWeAccount(Account):
    """What one user sees. Device ids are the same on both ways: ``plant_<id>``, serial numbers, ``<serial>_battery_<n>``.

    ``settings``: username, password, region, url, interval (seconds), plants (ids of those to read; none: all).
    """

    def __init__(self, settings: Settings, door: Door, store: PrivateStore, clock: Clock) -> None:
        """Prepare; nothing is sent."""
        self.identity = settings.get(CONF_IDENTITY) or ""
        self._store = store
        self._clock = clock
        self._login = Login(settings, door, store, clock)
        self._semsplus = SemsPlus(self._login)
        self._legacy = Legacy(self._login)
        self._inventory = Inventory(store, settings.get(CONF_PLANTS) or ())
        self._devices = DeviceList(self.identity, self._inventory)
        self._ways = Ways(_remembered(store), clock.now())
        self._plausibility = Plausibility()
        self.room_controls = Controls(
            self._semsplus, self._legacy, self._inventory, store, clock, lambda: self._ways.present
        )
        parts = Parts(
            store=store,
            clock=clock,
            inventory=self._inventory,
            devices=self._devices,
            readings=Readings(store),
            controls=self.room_controls,
            plausibility=self._plausibility,
        )
        interval = min(max(float(settings.get(CONF_INTERVAL) or SHORTEST), SHORTEST), LONGEST)
        self._routes: Mapping[Way, Route] = {
            Way.SEMSPLUS: SemsPlusRoute(self._semsplus, parts, interval),
            Way.LEGACY: LegacyRoute(self._legacy, parts),
        }
        self._histories: Mapping[Way, History] = {
            Way.SEMSPLUS: SemsPlusHistory(self._semsplus, clock),
            Way.LEGACY: LegacyHistory(self._legacy, clock),
        }
        self._one_at_a_time = asyncio.Lock()

    async def identify(self) -> AccountFacts:
        """Sign in and list the plants; both are used again by the entry that is set up next."""
        try:
            await self._route.look()
        except HubError as err:
            if not await self._failed(err, at_once=True):
                raise
            await self._route.look()
        plants = self._inventory.all_plants
        return AccountFacts(identity=f"user_{self._login.uid}", name=plants[0].name if plants else "", plants=plants)

    @property
    def way(self) -> Way:
        """The way in that is used now."""
        return self._ways.present

    @property
    def _route(self) -> Route:
        return self._routes[self._ways.present]

    @property
    @override
    def devices(self) -> Sequence[Device]:
        return tuple(self._devices)

    @property
    def plants(self) -> Sequence[Plant]:
        """All plants the account is known to see, chosen or not."""
        return self._inventory.all_plants

    @property
    @override
    def feeds(self) -> Sequence[Feed]:
        """After a change of the way those of the other one rest until this one has answered: what they brought stands."""
        feeds = self._route.feeds()
        if _CHANGED not in self._store.shared:
            return feeds
        asked = {feed.key for feed in feeds}
        others = (feed for way, route in self._routes.items() if way is not self.way for feed in route.feeds())
        return (*feeds, *(replace(feed, resting=True) for feed in others if feed.key not in asked))

    @property
    @override
    def notices(self) -> Sequence[Notice]:
        return tuple(self._notices())

    def _notices(self) -> Iterator[Notice]:
        now = self._clock.now()
        if self._login.displacements(now) >= _DISPLACED_OFTEN:
            yield Notice(key="account_displaced")
        if self._login.terms_missing:
            yield Notice(key="terms_not_accepted")
        elif self._login.refused_since is not None and now - self._login.refused_since >= _REFUSED_LONG:
            yield Notice(key="login_refused")
        if self._ways.is_barren(now):
            yield Notice(key="service_changed")

    @property
    @override
    def remarks(self) -> Sequence[str]:
        return tuple(self._remarks())

    def _remarks(self) -> Iterator[str]:
        yield f"Read by way of {self.way.value}"
        for word in sorted(self._inventory.unknown):
            yield f"Devices of the unknown type {word} are left out"
        if self._plausibility.count:
            yield f"{self._plausibility.count} flows of power did not add up, the last one by {self._plausibility.last:.0f} W"
        for call in self._route.dead_calls:
            yield f"The call {call} had nothing to say"

    @override
    def restore(self, devices: Sequence[Device]) -> None:
        self._devices.restore(devices)

    # Reading

    @override
    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        async with self._one_at_a_time:  # so that the way changes between polls only
            await self._inventory.prepare()
            if feed.key not in {known.key for known in self._route.feeds()}:
                return self._nothing()
            if self._route.is_main(feed) and self._ways.is_probe_due(self._clock.now()) and await self._probe():
                return self._nothing()
            return await self._fetch(feed, wanted)

    async def _fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        is_first = not self._inventory.all_plants
        route = self._route
        try:
            snapshot = await route.fetch(feed, wanted)
        except HubError as err:
            if not (self._judges(feed) or is_first) or not await self._failed(err, at_once=is_first):
                raise
            return await self._route.fetch(feed, wanted) if is_first else self._nothing()
        if route.is_main(feed):
            self._ways.answered()
            self._store.shared.pop(_CHANGED, None)
        return snapshot

    def _judges(self, feed: Feed) -> bool:
        """Tell whether a failure of this feed is one of the way: its main call fails, or nobody is let in at all.

        Whoever asks first is the one who is refused at the door; the others only hear that it was tried.
        """
        return self._route.is_main(feed) or not self._login.is_signed_in(self.way)

    async def _failed(self, error: HubError, *, at_once: bool) -> bool:
        """Take note of a failure of the way itself; tell whether another one is used now."""
        if not self._ways.failed(error, self._clock.now(), at_once=at_once):
            return False
        if isinstance(error, Unreachable) and not isinstance(error, REFUSED) and not await self._answers():
            self._ways.turn_back()
            return False
        self._follow_way()
        return True

    async def _answers(self) -> bool:
        """Tell whether anybody answers on the present way; where nobody can be reached, it is not the way's fault."""
        try:
            await self._route.look()
        except HubError:
            return False
        return True

    async def _probe(self) -> bool:
        """Try whether SEMS+ answers again, and go back there if it does. Raises AuthFailed."""
        try:
            await self._routes[Way.SEMSPLUS].look()
        except AuthFailed:
            raise
        except HubError:
            self._ways.probed(self._clock.now(), answers=False)
            return False
        self._ways.probed(self._clock.now(), answers=True)
        self._follow_way()
        return True

    def _follow_way(self) -> None:
        self._route.forget()
        self._store.shared[_WAY] = self.way.value
        self._store.shared[_CHANGED] = True
        self._store.save_later()

    def _nothing(self) -> Snapshot:
        """Return what a poll brings that is not made: the way is another one now, and so are the feeds."""
        return Snapshot(measured_at=self._clock.now(), values={}, devices=tuple(self._devices))

    @override
    async def history(self, device: str, start: datetime, end: datetime, period: str) -> Sequence[Mapping[str, Value]]:
        plant = self.plant(device)
        await self._inventory.prepare()
        return await self._histories[self.way].of_plant(plant, self.zone(plant), start, end, period)

    async def alarms(self, plant: Plant, *, size: int = 100) -> Sequence[Happening]:
        """Return what happened in a plant lately, read now."""
        if self.way is Way.SEMSPLUS:
            return tuple(happenings(plant.id, await self._semsplus.alarms(plant.id, size=size)))
        return tuple(happenings(plant.id, await self._legacy.warnings(plant.id)))

    # Settings

    @override
    def controls(self, device: str) -> Sequence[Control]:
        listed = self._inventory.device(device)
        return () if listed is None else self.room_controls.offered(listed)

    @override
    def capabilities(self, device: str) -> Sequence[Capability]:
        listed = self._inventory.device(device)
        return () if listed is None else self.room_controls.capabilities(listed)

    @override
    async def write(self, device: str, changes: Mapping[str, Value]) -> None:
        await self.room_controls.write(self.listed(device), changes)

    @override
    async def read_back(self, device: str, settings: frozenset[str]) -> Mapping[str, Value]:
        return await self.room_controls.read_back(self.listed(device), settings)

    @override
    async def close(self, *, forget: bool) -> None:
        """Nothing has to be let go; a session ends by itself."""

    # Who is who

    def now(self) -> datetime:
        """Return the present moment (aware UTC)."""
        return self._clock.now()

    def zone(self, plant: Plant) -> tzinfo | None:
        """Return the clock of a plant, once something was read of it."""
        return self._inventory.zone(plant.id)

    def listed(self, device: str) -> Listed:
        """Return a listed device by its id, for a battery without a serial number its inverter. Raises NotSupported."""
        if (found := self._inventory.device(inverter_of(device))) is None:
            raise NotSupported("Only a listed device can be asked this")
        return found

    def plant(self, plant: str) -> Plant:
        """Return a plant by its id or its device id. Raises NotSupported for anything else."""
        if (found := self._inventory.plant(plant.removeprefix("plant_"))) is None:
            raise NotSupported("Only a plant can be asked this")
        return found

    def plant_of(self, device: str) -> Plant:
        """Return the plant of a device id, be it that of the plant itself or of something in it."""
        listed = self._inventory.device(inverter_of(device))
        return self.plant(device if listed is None else listed.plant)


def _remembered(store: PrivateStore) -> Way:
    word = str(store.shared.get(_WAY))
    return Way(word) if word in Way else Way.SEMSPLUS
