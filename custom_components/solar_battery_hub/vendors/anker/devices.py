"""Account, sites, what they have, and cars, as devices (anker.md §5)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ...core.model import Device, DeviceKind
from .inventory import Inventory, site_id, vehicle_id
from .model import Category, Listed, Site, Vehicle
from .products import product

_MAKER: Final = "Anker"
_ACCOUNT: Final = "Anker account"

_KINDS: Final[Mapping[Category, DeviceKind]] = {
    Category.SOLARBANK: DeviceKind.BATTERY,
    Category.COMBINER_BOX: DeviceKind.GATEWAY,
    Category.INVERTER: DeviceKind.INVERTER,
    Category.METER: DeviceKind.METER,
    Category.PLUG: DeviceKind.PLUG,
    Category.POWER_PANEL: DeviceKind.PANEL,
    Category.HES: DeviceKind.INVERTER,
    Category.SOLARBANK_PPS: DeviceKind.BATTERY,
    Category.CHARGER: DeviceKind.CHARGER,
    Category.POWER_STATION: DeviceKind.BATTERY,
    Category.OTHER: DeviceKind.ACCESSORY,
}
# Parts of a home energy system that are no inverter.
_MODELS: Final[Mapping[str, DeviceKind]] = {
    "A5220": DeviceKind.BATTERY,
    "A5341": DeviceKind.GATEWAY,
    "A5450": DeviceKind.ACCESSORY,
}
# Parents come before their children, what matters most before the rest.
_ORDER: Final = tuple(Category)


class DeviceList:
    """The devices known now: those of the inventory."""

    def __init__(
        self,
        identity: str,
        inventory: Inventory,
        *,
        zone_name: Callable[[str], str | None],
        currency: Callable[[Site], str | None],
    ) -> None:
        """Take the ways to a site's time zone (by the cloud's id; ``None``: the house's) and to its currency."""
        self._identity = identity
        self._inventory = inventory
        self._zone_name = zone_name
        self._currency = currency

    def __iter__(self) -> Iterator[Device]:
        """Walk through the devices: the account, each site with what it has, what stands for itself, cars."""
        yield Device(id=self._identity, kind=DeviceKind.ACCOUNT, name=_ACCOUNT, manufacturer=_MAKER)
        for site in self._inventory.sites:
            yield self._site(site)
            for device in sorted(self._inventory.devices_of(site.id), key=_place):
                yield self._device(device, site_id(site.id), site)
        for device in self._inventory.standalone:
            yield self._device(device, self._identity)
        yield from map(self._vehicle, self._inventory.vehicles)

    def _site(self, site: Site) -> Device:
        return Device(
            id=site_id(site.id),
            kind=DeviceKind.SITE,
            name=site.name,
            manufacturer=_MAKER,
            parent=self._identity,
            zone=self._zone_name(site.id),
            currency=self._currency(site),
        )

    def _device(self, listed: Listed, parent: str, site: Site | None = None) -> Device:
        known = product(listed.model)
        return Device(
            id=listed.serial,
            kind=_MODELS.get(listed.model, _KINDS[known.category]),
            name=listed.name or known.name or listed.model or listed.serial,
            manufacturer=_MAKER,
            parent=parent if listed.main is None else listed.main,
            model=known.name or listed.model or None,
            model_id=listed.model or None,
            serial=listed.serial,
            sw_version=listed.firmware,
            zone=None if site is None else self._zone_name(site.id),
            currency=None if site is None else self._currency(site),
        )

    def _vehicle(self, vehicle: Vehicle) -> Device:
        return Device(
            id=vehicle_id(vehicle.id),
            kind=DeviceKind.VEHICLE,
            name=vehicle.name,
            manufacturer=_MAKER,
            parent=self._identity,
            model=vehicle.model,
        )


def _place(device: Listed) -> tuple[bool, int]:
    return device.main is not None, _ORDER.index(product(device.model).category)
