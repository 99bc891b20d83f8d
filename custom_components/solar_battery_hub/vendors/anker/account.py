"""An Anker account: one user, all sites, devices and cars he sees (anker.md §5, §14)."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, override

from ...core.clock import Clock
from ...core.control import Control
from ...core.errors import NotSupported, RateLimited, ReadLater
from ...core.feed import Feed
from ...core.model import Device, Notice, Ref, Snapshot, Value
from ..base import CONF_IDENTITY, Account, Capability, PrivateStore, Settings, Wanted
from ..http import Door
from .client import Client
from .controls import Controls
from .days import Days
from .devices import DeviceList
from .energy import EnergyRound
from .feeds import Feeds
from .history import History
from .hosts import CONF_COUNTRY
from .inventory import Inventory, site_id, vehicle_id
from .ledger import Ledger
from .live import Live
from .model import Category, Listed, Site, SiteKind, Vehicle
from .options import CONF_INTERVAL, CONF_SITES, LONGEST, SHORTEST
from .parts import Parts
from .products import product
from .readings import Readings
from .upkeep import Upkeep

_DISPLACED_OFTEN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """Whose account it is and what it sees, for the set-up dialog. ``identity`` is ``user_<user id>``."""

    identity: str
    name: str
    sites: tuple[Site, ...]
    devices: tuple[Listed, ...]


class AnkerAccount(Account):
    """What one user sees. Device ids: ``site_<id>``, serial numbers, ``vehicle_<id>``.

    ``settings``: username, password, country, server, url, interval (seconds), sites (ids of those to read; none: all).
    """

    def __init__(self, settings: Settings, door: Door, store: PrivateStore, clock: Clock) -> None:
        """Prepare; nothing is sent."""
        self.identity = settings.get(CONF_IDENTITY) or ""
        self.client = Client.open(settings, door, store, clock)
        self.inventory = Inventory(store, settings.get(CONF_SITES) or ())
        self._clock = clock
        self._days = Days(self.inventory, clock)
        self.room_controls = Controls(self.client, self.inventory, store, clock, self.zone)
        self._devices = DeviceList(
            self.identity,
            self.inventory,
            zone_name=self._days.zone_name,
            currency=self._currency,
        )
        parts = Parts(
            client=self.client,
            clock=clock,
            inventory=self.inventory,
            devices=self._devices,
            days=self._days,
            readings=Readings(self.inventory, store),
            controls=self.room_controls,
            ledger=Ledger(store, clock, self.inventory, self._days),
            root=lambda: self.identity,
        )
        self._history = History(self.client, self.inventory, clock, self.zone)
        live = Live(parts)
        self._upkeep = Upkeep(parts, settings.get(CONF_COUNTRY))
        interval = min(max(float(settings.get(CONF_INTERVAL) or SHORTEST), SHORTEST), LONGEST)
        self._feeds = Feeds(parts, live, self._upkeep, EnergyRound(parts, live), interval)
        self._one_at_a_time = asyncio.Lock()

    async def identify(self) -> AccountFacts:
        """Sign in and list what there is; both are used again by the entry that is set up next."""
        await self._upkeep.lists.look()
        sites = self.inventory.all_sites
        user = self.client.login.user_id
        name = sites[0].name if len(sites) == 1 else self.client.login.name
        return AccountFacts(identity=f"user_{user}", name=name or "", sites=sites, devices=self.inventory.all_listed)

    @property
    @override
    def devices(self) -> Sequence[Device]:
        return tuple(self._devices)

    @property
    def sites(self) -> Sequence[Site]:
        """All sites the account is known to see, chosen or not."""
        return self.inventory.all_sites

    @property
    @override
    def feeds(self) -> Sequence[Feed]:
        return self._feeds.all()

    @property
    @override
    def notices(self) -> Sequence[Notice]:
        return tuple(self._notices())

    def _notices(self) -> Iterator[Notice]:
        login = self.client.login
        if login.verification_needed:
            yield Notice(key="verification_needed")
        if login.displacements(self._clock.now()) >= _DISPLACED_OFTEN:
            yield Notice(key="account_displaced")
        for site in self.inventory.sites:
            if not site.owner:
                yield Notice(key="member_site", device=site_id(site.id), placeholders={"site": site.name})

    @property
    @override
    def remarks(self) -> Sequence[str]:
        return tuple(self._remarks())

    def _remarks(self) -> Iterator[str]:
        unknown = {device.model for device in self.inventory.listed if product(device.model).category is Category.OTHER}
        for model in sorted(unknown):
            yield f"Devices of the unknown model {model or '?'} are shown without values"
        for site in self.inventory.sites:
            if self.inventory.kind(site) is SiteKind.OTHER:
                yield f"A site is of the unknown type {site.type}"

    @override
    def restore(self, devices: Sequence[Device]) -> None:
        """Nothing: the inventory is remembered as a whole."""

    # Reading

    @override
    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        async with self._one_at_a_time:
            return await self._feeds.fetch(feed, wanted)

    @override
    async def history(self, device: str, start: datetime, end: datetime, period: str) -> Sequence[Mapping[str, Value]]:
        return await self._history.of(device, start, end, period)

    # Settings

    @override
    def controls(self, device: str) -> Sequence[Control]:
        return self.room_controls.offered(device)

    @override
    def capabilities(self, device: str) -> Sequence[Capability]:
        return self.room_controls.capabilities(device)

    @override
    async def write(self, device: str, changes: Mapping[str, Value]) -> None:
        await self.room_controls.write(device, changes)

    @override
    async def read_back(self, device: str, settings: frozenset[str]) -> Mapping[str, Value]:
        try:
            return await self.room_controls.read_back(device, settings)
        except RateLimited as err:  # what was sent is not undone by that
            raise ReadLater(self._clock.now() + timedelta(seconds=err.retry_after)) from err

    @override
    def told_beside(self, device: str, settings: frozenset[str]) -> Mapping[Ref, Value]:
        return self.room_controls.told_beside(device, settings)

    @override
    async def close(self, *, forget: bool) -> None:
        """Nothing has to be let go; a session ends by itself."""

    def _currency(self, site: Site) -> str | None:
        return self._upkeep.lists.currency(site)

    # Who is who

    def now(self) -> datetime:
        """Return the present moment (aware UTC)."""
        return self._clock.now()

    def zone(self, site: Site) -> tzinfo:
        """Return the clock of a site: the house's unless another one is known."""
        return self._days.zone(site.id)

    def today(self, site: Site) -> date:
        """Return the day that a site's statistics are about."""
        return self._days.today(site.id)

    def site(self, device: str) -> Site:
        """Return a site by its device id. Raises NotSupported for anything else."""
        found = next((site for site in self.inventory.sites if site_id(site.id) == device), None)
        if found is None:
            raise NotSupported("Only a site can be asked this")
        return found

    def site_of(self, device: str) -> Site | None:
        """Return the site of a device id, be it that of the site itself or of something in it."""
        return self.inventory.site_of(device)

    def listed(self, device: str) -> Listed:
        """Return a device by its id. Raises NotSupported for anything else."""
        if (found := self.inventory.device(device)) is None:
            raise NotSupported("Only a listed device can be asked this")
        return found

    def vehicle(self, device: str) -> Vehicle:
        """Return a car by its device id. Raises NotSupported for anything else."""
        found = next((vehicle for vehicle in self.inventory.vehicles if vehicle_id(vehicle.id) == device), None)
        if found is None:
            raise NotSupported("Only a car can be asked this")
        return found
