"""What may be set, how it is written, and how it is known to have worked (anker.md §9, §12)."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any, Final

from ...core.clock import Clock
from ...core.control import Control
from ...core.errors import BadAnswer, NotSupported, Unreachable, WriteRefused
from ...core.model import Ref, Reported, Value
from ...core.parse import sections, text
from ...core.parts import send_in_turn
from ..base import Capability, PrivateStore
from . import seen as places
from .battery_limits import KEYS as BATTERY_KEYS
from .client import Client
from .inventory import Inventory, site_id
from .model import Bean, Listed, Site
from .offer import MEMBER, NOT_HERE, NOT_READ, OTHER_MODE, PASSING, Offer
from .offers import ALL, offers_of
from .offers_plans import BACKUP_CHARGE, DETAILS, MODE, PRESET, SCHEDULE, window
from .offers_prices import TARIFF
from .orders import Order, orders
from .prices import PRICED_MODES
from .seen import ATTRS, CUTOFF, HOME_LOAD, LIMIT, PLAN, PRICE, SCENE, STATION, UPGRADE, Seen, facts
from .settings_reader import SettingsReader, attr_names, upgrade_of

_REFUSED_FOR: Final = 3600.0  # seconds for which a refusal is told
RISES_APART: Final = timedelta(seconds=30)  # between two increases of a preset (§12)

# Settings of which one changes with another.
_TOGETHER: Final = (frozenset({SCHEDULE, PRESET, *DETAILS}), frozenset({MODE, PRESET, TARIFF}), BATTERY_KEYS)

_PLANS: Final = frozenset({PLAN, HOME_LOAD})  # one is for all solarbanks of a site, or forced upon others (§9.2)

type Values = dict[Ref, Reported]


def _keys() -> dict[str, frozenset[str]]:
    """Return by each answer (``note_…`` without that) which settings it may tell."""
    told: dict[str, set[str]] = {}
    for table in ALL:
        for key, offer in table.items():
            told.setdefault(offer.source, set()).add(key)
    names = {source: f"param_{source}" if source.isdigit() else source for source in told}
    found = {names[source]: frozenset(_with_window(keys)) for source, keys in told.items()}
    return found | {f"param_{places.CONSENT}": frozenset({MODE})}


def _with_window(keys: Collection[str]) -> set[str]:
    return {*keys, *(WINDOW if BACKUP_CHARGE in keys else ())}


WINDOW: Final = ("backup_charge_start", "backup_charge_end")

KEYS: Final[Mapping[str, frozenset[str]]] = _keys()


class Controls:
    """The settings of all sites and devices of an account; only their owner has any (§5.3).

    What was told last is kept in the shared store, so that the same is offered after a restart.
    """

    def __init__(
        self,
        client: Client,
        inventory: Inventory,
        store: PrivateStore,
        clock: Clock,
        zone: Callable[[Site], tzinfo],
    ) -> None:
        """Go on from what is remembered. ``zone`` gives the clock of a site."""
        self._client = client
        self._inventory = inventory
        self._clock = clock
        self._zone = zone
        self._reader = SettingsReader(client, inventory, store)
        self._rises: dict[str, float] = {}  # when a preset was last raised, by site
        self._written: dict[str, datetime] = {}  # for which moment a device was changed last, on the clock of its site
        self._priced: set[str] = set()  # sites whose tariff went along with the last write
        self._refused: dict[Ref, tuple[float, str]] = {}  # when the server said no to a change, and why
        self.turn = asyncio.Lock()
        """Held from reading what a change builds upon until it is sent: several devices share a plan."""

    # What can be set

    def offered(self, device: str) -> Sequence[Control]:
        """Return the settings of a device id that can be written, be it only at other times."""
        seen = self.seen(device)
        if seen is None or not _is_owned(seen):
            return ()
        offers = offers_of(seen).values()
        return [Control(device=device, setting=offer.made(seen)) for offer in offers if offer.reason(seen) in PASSING]

    def capabilities(self, device: str) -> Sequence[Capability]:
        """Return every setting that such a device knows, with the reason where it cannot be written now."""
        seen = self.seen(device)
        return [] if seen is None else list(self._capabilities(device, seen))

    def _capabilities(self, device: str, seen: Seen) -> Iterator[Capability]:
        for key, offer in offers_of(seen).items():
            reason = offer.reason(seen) or self._refusal(device, key) if _is_owned(seen) else MEMBER
            yield Capability(setting=key, writable=reason is None, reason=reason, detail=offer.made(seen).as_dict())

    def _refusal(self, device: str, key: str) -> str | None:
        """Return why the server said no lately; it may be asked again all the same."""
        at, why = self._refused.get(Ref(device, key), (None, None))
        return why if at is not None and self._clock.monotonic() - at < _REFUSED_FOR else None

    def is_station(self, site: str) -> bool:
        """Tell whether limits of the batteries are written for the whole site (§7.11)."""
        seen = self.seen(site_id(site))
        return seen is not None and seen.is_station

    def param_types(self, site: Site) -> tuple[str, ...]:
        """Return which parameters of a site tell settings (§9.1)."""
        if not self._inventory.solarbanks(site.id, at_least=2):
            return ()
        authorises = self._inventory.solarbanks(site.id, at_least=3)
        return (PLAN, STATION, *((places.CONSENT,) if authorises else ()))

    def attr_names(self, device: Listed) -> tuple[str, ...]:
        """Return which attributes of a device tell settings; others answer with defaults of no meaning (§7.7)."""
        seen = self.seen(device.serial)
        return () if seen is None else attr_names(seen)

    # What is told

    def note_scene(self, site: Site, bean: Bean) -> Values:
        """Take what a site has; return again what changes with the time of day."""
        self._reader.keep(site.id, SCENE, facts(bean))
        return self._values(site.id, (PLAN, HOME_LOAD, places.DISASTER), lambda offer: offer.setting.drifts)

    def note_param(self, site: Site, kind: str, bean: Bean | None) -> Values:
        """Take a parameter of a site; one that is not told says nothing."""
        return self._noted(site.id, kind, bean)

    def note_home_load(self, site: Site, _: Listed, bean: Bean) -> Values:
        """Take the plan of the first generation, which is one for all of them."""
        return self._noted(site.id, HOME_LOAD, bean.get("home_load_data"))

    def note_limit(self, site: Site, bean: Bean) -> Values:
        """Take the limits of a site."""
        return self._noted(site.id, LIMIT, bean)

    def note_price(self, site: Site, bean: Bean) -> Values:
        """Take the prices of a site."""
        return self._noted(site.id, PRICE, bean)

    def note_disaster(self, site: Site, bean: Bean) -> Values:
        """Take the backup window of a power panel."""
        return self._noted(site.id, places.DISASTER, bean)

    def note_attrs(self, device: Listed, bean: Bean) -> Values:
        """Take attributes of a device."""
        return self._noted(device.serial, ATTRS, bean)

    def note_cutoff(self, device: Listed, rows: Sequence[Bean]) -> Values:
        """Take the limits of a solarbank."""
        return self._noted(device.serial, CUTOFF, list(rows))

    def note_pv_totals(self, device: Listed, bean: Bean) -> Values:
        """Take what an inverter is limited to."""
        return self._noted(device.serial, places.PV_TOTALS, _part(bean, "powerConfig"))

    def note_pv_price(self, device: Listed, bean: Bean) -> Values:
        """Take the price of an inverter's energy."""
        return self._noted(device.serial, places.PV_PRICE, bean)

    def note_auto_upgrade(self, bean: Bean) -> Values:
        """Take which devices upgrade themselves."""
        found: Values = {}
        for row in sections(bean.get("device_list")):
            serial = text(row.get("device_sn")) or ""
            if self._inventory.device(serial) is not None:
                found |= self._noted(serial, UPGRADE, upgrade_of(bean, serial))
        return found

    def _noted(self, about: str, source: str, told: object) -> Values:
        self._reader.keep(about, source, told)
        return self._values(about, (source,))

    def _values(self, about: str, sources: Collection[str], wanted: Callable[[Offer], bool] = lambda _: True) -> Values:
        """Return the settings that these answers tell: those of a device, or of a site and all that is in it."""
        values: Values = {}
        for device in self._told_of(about):
            seen = self.seen(device)
            if seen is not None and _is_owned(seen):
                values |= {
                    Ref(device, key): offer.read(seen)
                    for key, offer in offers_of(seen).items()
                    if offer.source in sources and wanted(offer) and offer.reason(seen) not in (NOT_HERE, NOT_READ)
                }
                if Ref(device, BACKUP_CHARGE) in values:
                    spans = window(seen) or (None, None)
                    values |= {Ref(device, key): moment for key, moment in zip(WINDOW, spans, strict=True)}
        return values

    def _told_of(self, about: str) -> list[str]:
        if self._inventory.site(about) is None:
            return [about]
        return [site_id(about), *(device.serial for device in self._inventory.devices_of(about))]

    def seen(self, device: str) -> Seen | None:
        """Return what is known of a device id; ``None`` for one that is not read."""
        listed, site = self._inventory.device(device), self._inventory.site_of(device)
        if listed is None and site is None:
            return None
        now = self._clock.now()
        return Seen(
            site=site,
            device=listed,
            devices=self._inventory.devices_of(site.id) if site else (),
            told=self._reader.told(site.id) if site else {},
            own=self._reader.told(listed.serial) if listed else {},
            now=now.astimezone(self._zone(site)) if site else now,
        )

    # Changing

    async def write(self, device: str, changes: Mapping[str, Value]) -> None:
        """Read what goes along, then send; an increase of a preset waits until the last one is long enough ago.

        Raises WriteRefused, and WriteIncomplete when only a part was sent.
        """
        async with self.turn:
            await self._write(device, changes)

    async def _write(self, device: str, changes: Mapping[str, Value]) -> None:
        seen = self._owned(device)
        _check(seen, changes)
        sources = {offers_of(seen)[key].source for key in changes}
        if changes.get(MODE) in PRICED_MODES:
            await self._try(device, PRICE)
        seen = await self._read(device, sources)
        if self._rises_soon(seen, changes):
            site = seen.site.id if seen.site else ""
            left = RISES_APART.total_seconds() - (self._clock.monotonic() - self._rises[site])
            await self._clock.sleep_until(self._clock.now() + timedelta(seconds=left))
            seen = await self._read(device, sources)
        _check(seen, changes)
        wanted = orders(seen, changes)
        self._note_rise(seen, changes)
        self._written[device] = seen.now
        try:
            await self.send(seen, wanted)
        except WriteRefused as err:
            self._refused |= {Ref(device, key): (self._clock.monotonic(), err.reason) for key in changes}
            raise
        self._refused = {ref: refusal for ref, refusal in self._refused.items() if ref.device != device}

    async def send(self, seen: Seen, wanted: Sequence[Order]) -> None:
        """Send writes one after the other."""
        client = self._client.urgent
        if seen.site is not None and any(order.part == TARIFF for order in wanted):
            self._priced.add(seen.site.id)
        await send_in_turn([(order.part, partial(order.send, client)) for order in wanted])

    async def fresh(self, device: str, sources: Collection[str]) -> Seen:
        """Return what is known of a device id after these answers were asked for. Raises NotSupported for a member."""
        self._owned(device)
        return await self._read(device, sources)

    def _owned(self, device: str) -> Seen:
        seen = self.seen(device)
        if seen is None:
            raise NotSupported("Only a listed device can be asked this")
        if not _is_owned(seen):
            raise WriteRefused(MEMBER)
        return seen

    async def _read(self, device: str, sources: Collection[str]) -> Seen:
        seen = self._owned(device)
        for source in sorted(sources):
            await self._reader.read(seen, source)
        return self._owned(device)

    async def _try(self, device: str, source: str) -> bool:
        """Read what only goes along; tell whether it was told."""
        try:
            await self._read(device, {source})
        except NotSupported, BadAnswer, Unreachable:
            return False
        return True

    def _rises_soon(self, seen: Seen, changes: Mapping[str, Value]) -> bool:
        """Tell whether a preset is raised while the last increase is still fresh."""
        last = self._rises.get(seen.site.id if seen.site else "")
        is_fresh = last is not None and self._clock.monotonic() - last < RISES_APART.total_seconds()
        return is_fresh and _rises(seen, changes)

    def _note_rise(self, seen: Seen, changes: Mapping[str, Value]) -> None:
        if seen.site is not None and _rises(seen, changes):
            self._rises[seen.site.id] = self._clock.monotonic()

    async def read_back(self, device: str, settings: frozenset[str]) -> Mapping[str, Value]:
        """Read settings from the cloud, and what went along with our last change of them."""
        offers = offers_of(self._owned(device))
        if missing := settings - offers.keys():
            raise NotSupported(f"Nothing tells {', '.join(sorted(missing))}")
        sources = {offers[key].source for key in settings}
        site = self._inventory.site_of(device)
        if site is not None and MODE in settings and site.id in self._priced and await self._try(device, PRICE):
            self._priced.discard(site.id)
            sources.add(PRICE)
        if PLAN in sources and self._owned(device).banks(1, 1):
            await self._try(device, HOME_LOAD)  # a plan may be forced upon those that hang on the others (§9.2)
        seen = await self._read(device, sources)
        seen = replace(seen, now=self._written.get(device, seen.now))  # the slot that was changed may be over by now
        wanted = settings.union(*(group for group in _TOGETHER if not group.isdisjoint(settings)))
        found = {
            key: offer.read(seen) for key, offer in offers_of(seen).items() if key in wanted and offer.source in sources
        }
        return {key: value for key, value in found.items() if value is not None}

    def told_beside(self, device: str, settings: frozenset[str]) -> Mapping[Ref, Value]:
        """Return what the plans of a site say of other devices than the one whose settings were read back."""
        seen = self.seen(device)
        if seen is None or seen.site is None:
            return {}
        offers = offers_of(seen)
        if _PLANS.isdisjoint(offers[key].source for key in settings & offers.keys()):
            return {}
        told = self._values(seen.site.id, _PLANS).items()
        return {ref: value for ref, value in told if ref.device != device and isinstance(value, str | int | float)}


def _is_owned(seen: Seen) -> bool:
    return seen.device.owner if seen.device else seen.site is not None and seen.site.owner


def _check(seen: Seen, changes: Mapping[str, Value]) -> None:
    """Raise WriteRefused where a setting cannot be written now; a preset can with the mode that has one."""
    offers = offers_of(seen)
    for key in changes:
        reason = offers[key].reason(seen) if key in offers else NOT_HERE
        if reason is not None and not (reason == OTHER_MODE and MODE in changes):
            raise WriteRefused(reason)


def _rises(seen: Seen, changes: Mapping[str, Value]) -> bool:
    asked = changes.get(PRESET)
    present = offers_of(seen)[PRESET].read(seen) if asked is not None else None
    return isinstance(asked, int | float) and (not isinstance(present, int | float) or asked > present)


def _part(bean: Bean, name: str) -> dict[str, Any]:
    return {name: bean[name]} if name in bean else {}
