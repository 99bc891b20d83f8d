"""What an account has: sites, devices with their firmware, cars, messages (anker.md §7.1, §7.3, §14)."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from ...core.model import Ref, Reported, Snapshot
from ...core.parse import text
from .asks import DAY, HOUR, Values, ask_about
from .inventory import vehicle_id
from .listing import bound_devices, devices_by_site, sites_in, vehicles_in
from .model import Bean, Site, SiteKind, Vehicle
from .money import currency_code
from .parts import Parts, absences
from .rounds import Ask, Rounds

_JUST_NOW: Final = 120.0  # seconds; the list of devices need not be asked for again
_BOUND: Final = "bound"
_ACCOUNT: Final = "account"  # what is remembered of it, among the traits of sites and devices


class Lists:
    """Keeps the inventory in line with what the account has."""

    def __init__(self, parts: Parts, rounds: Rounds, country: str | None) -> None:
        """Take the parts of the account; ``country`` tells which dollars are meant."""
        self._parts = parts
        self._rounds = rounds
        self._country = country
        self._absences = absences()

    async def look(self) -> Values:
        """List sites and devices from the host that knows them; return what that tells of the devices.

        What is not listed is gone.
        """
        found = await self._parts.client.look()
        self._note_sites(found.sites, spares=False)
        if found.devices is None:
            return {}
        self._rounds.answered(_BOUND)
        return self._note_bound(found.devices, spares=False)

    async def sites(self) -> Snapshot:
        """List the sites; the first time ever with the devices, by which the right host is found."""
        parts = self._parts
        report = parts.begin()
        if parts.inventory.all_sites or parts.inventory.listed:
            self._note_sites(await parts.client.site_list())
        else:
            report.put(await self.look())
        return report.snapshot()

    def _note_sites(self, beans: list[Bean], *, spares: bool = True) -> None:
        """Take the list of sites; ``spares``: one that it leaves out is not gone at once."""
        parts = self._parts
        sites = sites_in(beans)
        known = [site.id for site in parts.inventory.all_sites if parts.inventory.kind(site) is not SiteKind.VIRTUAL]
        spared = self._spare(known, [site.id for site in sites]) if spares else ()
        parts.inventory.note_sites(sites, devices_by_site(beans), spared=spared)
        parts.ledger.tidy()

    def _spare(self, known: Iterable[str], told: Collection[str]) -> frozenset[str]:
        return self._absences.spare(known, told, self._parts.clock.now())

    def asks(self) -> Iterator[Ask]:
        """Return what is asked about the account every now and then."""
        parts, client = self._parts, self._parts.client
        yield Ask(name=_BOUND, ask=client.bind_devices, take=self._note_bound, every=_JUST_NOW)
        owned = [device.serial for device in parts.inventory.owned()]
        if owned:
            yield ask_about("auto_upgrade", owned, client.auto_upgrade, parts.controls.note_auto_upgrade)
            yield ask_about("updates", owned, lambda: client.updates(owned), parts.readings.updates)
        yield Ask(name="vehicles", ask=client.vehicles, take=self._note_vehicles)
        for vehicle in parts.inventory.vehicles:
            yield self._of_vehicle(vehicle)
        root = parts.root()
        yield ask_about("unread", [root], client.unread, lambda bean: parts.readings.unread(root, bean))
        if any(self._needs_list(site) for site in parts.inventory.sites):
            yield Ask(name="currencies", ask=client.currencies, take=self._note_currencies, every=DAY)

    def _note_bound(self, beans: list[Bean], *, spares: bool = True) -> Values:
        inventory, devices = self._parts.inventory, bound_devices(beans)
        spared = self._spare(inventory.bound, [device.serial for device in devices]) if spares else ()
        inventory.note_bound(devices, spared=spared)
        values: dict[Ref, Reported] = {}
        for bean in beans:
            if (listed := inventory.device(text(bean.get("device_sn")) or "")) is not None:
                values |= self._parts.readings.bound(listed, bean)
        return values

    def _note_vehicles(self, beans: list[Bean]) -> Values:
        inventory, values = self._parts.inventory, dict[Ref, Reported]()
        vehicles = vehicles_in(beans)
        known = [vehicle.id for vehicle in inventory.vehicles]
        inventory.note_vehicles(vehicles, spared=self._spare(known, [vehicle.id for vehicle in vehicles]))
        for bean in beans:
            if (vehicle := inventory.vehicle(text(bean.get("vehicle_id")) or "")) is not None:
                values |= self._parts.readings.vehicle(vehicle, bean)
        return values

    def _of_vehicle(self, vehicle: Vehicle) -> Ask:
        parts = self._parts
        return ask_about(
            "vehicle",
            [vehicle_id(vehicle.id)],
            lambda: parts.client.vehicle(vehicle.id),
            lambda bean: parts.readings.vehicle(vehicle, bean),
            every=HOUR,
        )

    # Money

    def currency(self, site: Site) -> str | None:
        """Return the ISO code of what a site's money is counted in, as far as the cloud tells."""
        return currency_code(site.currency, self._currencies, self._country)

    @property
    def _currencies(self) -> Bean | None:
        return self._parts.inventory.traits(_ACCOUNT).get("currencies")

    def _needs_list(self, site: Site) -> bool:
        return site.currency is not None and self._currencies is None and self.currency(site) is None

    def _note_currencies(self, bean: Bean) -> Values:
        self._parts.inventory.traits(_ACCOUNT)["currencies"] = dict(bean)
        self._parts.inventory.keep()
        return {}
