"""What the account is known to have, also before anything was asked after a start (anker.md §5)."""

from collections.abc import Collection, Container, Iterator, Mapping, Sequence, Set as AbstractSet
from copy import deepcopy
from dataclasses import asdict, replace
from datetime import timedelta, timezone, tzinfo
from typing import Any, Final

from ...core.parse import sections
from ...core.stored import known_fields
from ..base import PrivateStore
from .model import Category, Listed, Site, SiteKind, Vehicle
from .products import kind_of, product

VIRTUAL: Final = "virtual-"  # begins the id of a site that only an inverter without one has (§5)
_VIRTUAL_NAME: Final = "Standalone inverter"
_VIRTUAL_TYPE: Final = 0
_PLACE: Final = "inventory"  # in the shared store
_DOCK: Final = "power_dock"  # in the traits of a site


def site_id(site: str) -> str:
    """Return the device id of a site."""
    return f"site_{site}"


def vehicle_id(vehicle: str) -> str:
    """Return the device id of a car."""
    return f"vehicle_{vehicle}"


class Inventory:
    """The sites with their devices, what stands for itself, and the cars; kept in the shared store.

    Of all sites of the account only those ``chosen`` are shown, every one where nothing is chosen. Which devices
    a site has is told by the list of sites and by what the site itself tells; what they are called and
    which firmware they have by the list of what is bound to the account, which only their owner gets (§5.3).
    """

    def __init__(self, store: PrivateStore, chosen: Collection[str] = ()) -> None:
        """Take back what was known before."""
        self._store = store
        self._chosen = frozenset(chosen)
        state = store.shared.get(_PLACE, {})
        self._real = tuple(Site(**_site(row)) for row in sections(state.get("sites")))
        self._bound = _by_serial(state.get("bound"))
        self._told = {str(site): _by_serial(rows) for site, rows in state.get("told", {}).items()}
        self._seen = {str(site): _by_serial(rows) for site, rows in state.get("seen", {}).items()}
        self.vehicles = tuple(Vehicle(**known_fields(Vehicle, row)) for row in sections(state.get("vehicles")))
        self._lone = {str(serial) for serial in state.get("lone", ())}  # devices that were found to have no site
        self._missing: AbstractSet[str] = frozenset()  # what is bound no more and yet spared
        self._traits: dict[str, dict[str, Any]] = {about: dict(told) for about, told in state.get("traits", {}).items()}
        self._arrange()

    # Sites

    @property
    def all_sites(self) -> tuple[Site, ...]:
        """All sites that the account sees, chosen or not; last those of inverters that stand for themselves."""
        return (*self._real, *self._virtual)

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites that are read."""
        return tuple(site for site in self.all_sites if not self._chosen or site.id in self._chosen)

    def site(self, site: str) -> Site | None:
        """Return a site that is read by the cloud's id."""
        return next((known for known in self.sites if known.id == site), None)

    def site_of(self, device: str) -> Site | None:
        """Return the site of a device id, be it that of the site itself or of something in it."""
        listed = self.device(device)
        return next(
            (site for site in self.sites if site_id(site.id) == device or (listed and listed.site == site.id)), None
        )

    def kind(self, site: Site) -> SiteKind:
        """Return what a site is built around."""
        return kind_of(site.type)

    def zone(self, site: str) -> tzinfo | None:
        """Return the clock of a site where it is another one than the house's, as far as is known (§10.3)."""
        minutes = self.traits(site).get("offset")
        return None if minutes is None else timezone(timedelta(minutes=minutes))

    # Devices

    @property
    def all_listed(self) -> tuple[Listed, ...]:
        """All devices that the account sees."""
        return tuple(self._listed.values())

    @property
    def listed(self) -> tuple[Listed, ...]:
        """The devices of the sites that are read, in the order of these, then those that stand for themselves."""
        return tuple(device for device in self._listed.values() if self._is_read(device))

    @property
    def bound(self) -> frozenset[str]:
        """The serial numbers of what is bound to the account."""
        return frozenset(self._bound)

    def seen(self, site: str) -> frozenset[str]:
        """Return the serial numbers that a site itself told of."""
        return frozenset(self._seen.get(site, ()))

    @property
    def standalone(self) -> tuple[Listed, ...]:
        """The devices without any site."""
        return self.devices_of(None)

    def device(self, serial: str) -> Listed | None:
        """Return a device that is read by its serial number."""
        found = self._listed.get(serial)
        return found if found is not None and self._is_read(found) else None

    def devices_of(self, site: str | None) -> tuple[Listed, ...]:
        """Return the devices of a site (the cloud's id)."""
        return tuple(device for device in self._listed.values() if device.site == site)

    def of(self, site: str, *categories: Category) -> tuple[Listed, ...]:
        """Return the devices of a site that are of these categories."""
        return tuple(device for device in self.devices_of(site) if product(device.model).category in categories)

    def solarbanks(self, site: str, at_least: int = 1, at_most: int = 99) -> tuple[Listed, ...]:
        """Return the solarbanks of a site, of these generations."""
        banks = self.of(site, Category.SOLARBANK)
        return tuple(bank for bank in banks if at_least <= product(bank.model).generation <= at_most)

    def owned(self) -> tuple[Listed, ...]:
        """Return the devices whose settings this account may read and change."""
        return tuple(device for device in self.listed if device.owner)

    def vehicle(self, vehicle: str) -> Vehicle | None:
        """Return a car by the cloud's id."""
        return next((known for known in self.vehicles if known.id == vehicle), None)

    def _is_read(self, device: Listed) -> bool:
        return device.site is None or self.site(device.site) is not None

    # What the answers tell

    def note_sites(
        self, sites: Sequence[Site], devices: Mapping[str, Sequence[Listed]], *, spared: Container[str] = ()
    ) -> None:
        """Take the list of sites, with the devices it tells of some; what is learned elsewhere about a site stays.

        What is known of sites that are ``spared`` stays, although the list does not tell of them.
        """
        known = {site.id: site for site in self._real}
        told = {
            site.id: replace(site, currency=site.currency or known[site.id].currency) if site.id in known else site
            for site in sites
        }
        kept = {site.id: site for site in self._real if site.id in spared and site.id not in told}
        self._real = (*told.values(), *kept.values())
        self._told = {site: rows for site, rows in self._told.items() if site in kept} | {
            site: {device.serial: device for device in rows} for site, rows in devices.items() if site in told
        }
        self._seen = {site: rows for site, rows in self._seen.items() if site in told or site in kept}
        self._changed()

    def note_bound(self, devices: Sequence[Listed], *, spared: Container[str] = ()) -> None:
        """Take the list of what is bound to the account; what is known of devices that are ``spared`` stays."""
        kept = {serial: device for serial, device in self._bound.items() if serial in spared}
        self._bound = kept | {device.serial: device for device in devices}
        self._missing = kept.keys() - {device.serial for device in devices}
        self._changed()

    def note_seen(self, site: str, devices: Sequence[Listed], *, spared: Container[str] = ()) -> None:
        """Take which devices a site itself tells of; none says nothing. Those that are ``spared`` stay."""
        known = self._seen.get(site, {})
        told = {device.serial: device for device in devices}
        kept = {serial: device for serial, device in known.items() if serial in spared or not told}
        if site not in self._seen or known != kept | told:
            self._seen[site] = kept | told
            self._changed()

    def note_dock(self, site: str, dock: Listed | None) -> None:
        """Take what stands between the solarbanks of a site and the house; who tells of none knows of none."""
        if dock is not None and self.traits(site).get(_DOCK) != asdict(dock):
            self.traits(site)[_DOCK] = asdict(dock)
            self._changed()

    def note_vehicles(self, vehicles: Sequence[Vehicle], *, spared: Container[str] = ()) -> None:
        """Take the list of cars; those that are ``spared`` stay."""
        kept = {vehicle.id: vehicle for vehicle in self.vehicles if vehicle.id in spared}
        self.vehicles = tuple((kept | {vehicle.id: vehicle for vehicle in vehicles}).values())
        self._changed()

    def note_currency(self, site: str, sign: str | None) -> None:
        """Learn with which sign the money of a site is told."""
        known = self.site(site)
        if sign and known is not None and known.currency != sign:
            self._real = tuple(replace(row, currency=sign) if row.id == site else row for row in self._real)
            self._changed()

    def traits(self, about: str) -> dict[str, Any]:
        """Return what is remembered of a site or device besides (JSON values); after a change call ``keep``."""
        return self._traits.setdefault(about, {})

    def keep(self) -> None:
        """Write what has changed to disk before long."""
        state = {
            "sites": [asdict(site) for site in self._real],
            "bound": [asdict(device) for device in self._bound.values()],
            "told": {site: [asdict(device) for device in rows.values()] for site, rows in self._told.items()},
            "seen": {site: [asdict(device) for device in rows.values()] for site, rows in self._seen.items()},
            "lone": sorted(self._lone),
            "vehicles": [asdict(vehicle) for vehicle in self.vehicles],
            "traits": {about: deepcopy(traits) for about, traits in self._traits.items() if traits},
        }
        if self._store.shared.get(_PLACE) != state:
            self._store.shared[_PLACE] = state
            self._store.save_later()

    def _changed(self) -> None:
        self._arrange()
        self.keep()

    def _arrange(self) -> None:
        """Put together what the lists tell of the same devices."""
        self._virtual: tuple[Site, ...] = ()
        self._listed: dict[str, Listed] = {}
        place = {serial: site for site, rows in self._told.items() for serial in rows}
        for site in self._real:
            docks = _by_serial([self.traits(site.id).get(_DOCK)])
            for serial, device in {**docks, **self._seen.get(site.id, {}), **self._told.get(site.id, {})}.items():
                if place.get(serial, site.id) == site.id and serial not in self._listed:
                    self._listed[serial] = self._joined(site, device)
        if self._places_known():
            without = self._bound.keys() - self._listed.keys()
            self._lone = without - (self._missing - self._lone)  # what left its site and the account has none now
        self._add_standalone()

    def _joined(self, site: Site, told: Listed) -> Listed:
        """Return a device of a site with what else is known of it."""
        seen = self._seen.get(site.id, {}).get(told.serial, told)
        bound = self._bound.get(told.serial, told)
        return replace(
            told,
            site=site.id,
            owner=site.owner,
            model=bound.model or told.model or seen.model,
            name=bound.name or seen.name or told.name,
            main=seen.main or told.main,
            firmware=bound.firmware or told.firmware,
        )

    def _places_known(self) -> bool:
        """Tell whether of every site that is read it is known what it has: until then nothing is found to have none."""
        read = (site for site in self._real if not self._chosen or site.id in self._chosen)
        return all(site.id in self._told or site.id in self._seen for site in read)

    def _add_standalone(self) -> None:
        lone = [self._bound[serial] for serial in self._bound if serial in self._lone and serial not in self._listed]
        self._virtual = tuple(_virtual_sites(lone))
        hosts = {site.id for site in self._virtual}
        for device in lone:
            place = f"{VIRTUAL}{device.serial}"
            self._listed[device.serial] = replace(device, site=place if place in hosts else None)


def _virtual_sites(devices: Sequence[Listed]) -> Iterator[Site]:
    for device in devices:
        if product(device.model).category is Category.INVERTER:
            yield Site(
                id=f"{VIRTUAL}{device.serial}",
                name=_VIRTUAL_NAME,
                type=_VIRTUAL_TYPE,
                owner=device.owner,
                models=(device.model,),
            )


def _by_serial(rows: object) -> dict[str, Listed]:
    devices = (Listed(**known_fields(Listed, row)) for row in sections(rows))
    return {device.serial: device for device in devices}


def _site(stored: Mapping[str, Any]) -> dict[str, Any]:
    known = known_fields(Site, stored)
    return known | {"models": tuple(known.get("models", ()))}
