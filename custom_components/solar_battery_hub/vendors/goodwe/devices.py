"""Account, plants, inverters, batteries, meters and chargers, as devices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
import re
from typing import Final

from ...core.model import Device, DeviceKind, Ref
from .inventory import Inventory
from .model import BATTERIES, INVERTERS, DeviceType, Listed, Plant

_MAKER: Final = "GoodWe"
_ACCOUNT: Final = "GoodWe account"
_SHORT: Final = re.compile(r"BAT ?(?P<number>\d+)")  # what the wire calls a battery behind an inverter
_PACK: Final = re.compile(r"(?P<inverter>.+)_battery_(?P<number>[1-9])")

# What has a page of its own; a dongle is a part of its plant.
_KINDS: Final[Mapping[DeviceType, DeviceKind]] = {
    **dict.fromkeys(INVERTERS, DeviceKind.INVERTER),
    **dict.fromkeys(BATTERIES, DeviceKind.BATTERY),
    DeviceType.METER: DeviceKind.METER,
    DeviceType.CHARGER: DeviceKind.CHARGER,
}
# Parents come before their children.
_ORDER: Final = (DeviceKind.INVERTER, DeviceKind.BATTERY, DeviceKind.METER, DeviceKind.CHARGER)

# What a device is called that is only called by its number.
_LABELS: Final[Mapping[DeviceKind, str]] = {
    DeviceKind.INVERTER: "Inverter",
    DeviceKind.BATTERY: "Battery",
    DeviceKind.METER: "Meter",
    DeviceKind.CHARGER: "Charger",
}


def plant_id(plant: str) -> str:
    """Return the device id of a plant."""
    return f"plant_{plant}"


def pack_id(inverter: str, number: int) -> str:
    """Return the device id of a battery that only its inverter tells of; the first is 1."""
    return f"{inverter}_battery_{number}"


def inverter_of(device: str) -> str:
    """Return the serial number of the inverter that a battery without one hangs on; any other id is returned as it is."""
    match = _PACK.fullmatch(device)
    return match["inverter"] if match else device


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a device tells about itself beyond what the list says."""

    model: str | None = None
    sw_version: str | None = None
    hw_version: str | None = None


class DeviceList:
    """The devices known now: those of the inventory, with what is learned about them."""

    def __init__(self, identity: str, inventory: Inventory) -> None:
        """Start with what the inventory knows; the account's device id is its identity."""
        self._identity = identity
        self._inventory = inventory
        self._facts: dict[str, Facts] = {}
        self._packs: dict[str, set[int]] = {}
        self._racks: set[str] = set()

    def __iter__(self) -> Iterator[Device]:
        """Walk through the devices: the account, then each plant with what it has."""
        yield Device(id=self._identity, kind=DeviceKind.ACCOUNT, name=_ACCOUNT, manufacturer=_MAKER)
        for plant in self._inventory.plants:
            yield self._plant(plant)
            shown = [device for device in self._inventory.of_plant(plant.id) if self.is_shown(device)]
            for device in sorted(shown, key=lambda device: _ORDER.index(_KINDS[device.type])):
                yield self._device(device)
                if device.type in INVERTERS:
                    yield from self._packs_of(device)

    def restore(self, devices: Sequence[Device]) -> None:
        """Take back what was known before a restart."""
        for device in devices:
            self._note_pack(device.id)
            if device.serial is not None:
                self._facts[device.id] = Facts(
                    model=device.model, sw_version=device.sw_version, hw_version=device.hw_version
                )
                self._racks.add(device.id)

    def note_facts(
        self, serial: str, *, model: str | None = None, sw_version: str | None = None, hw_version: str | None = None
    ) -> None:
        """Take note of what a device tells about itself; ``None`` says nothing."""
        told = {"model": model, "sw_version": sw_version, "hw_version": hw_version}
        known = self._facts.get(serial, Facts())
        self._facts[serial] = replace(known, **{name: value for name, value in told.items() if value is not None})

    def note_readings(self, refs: Iterable[Ref]) -> None:
        """Take note of the batteries that readings are about."""
        for device in {ref.device for ref in refs}:
            self._note_pack(device)

    def id_of(self, device: str) -> str:
        """Return under which id a device is known: that of a battery told by its inverter may have a serial number."""
        match = _PACK.fullmatch(device)
        if match is None:
            return device
        batteries, place = self._inventory.batteries_of(match["inverter"]), int(match["number"])
        return batteries[place - 1].serial if place <= len(batteries) else device

    def _note_pack(self, device: str) -> None:
        if match := _PACK.fullmatch(device):
            self._packs.setdefault(match["inverter"], set()).add(int(match["number"]))

    def is_shown(self, device: Listed) -> bool:
        """Tell whether a device has a page; a rack that never lived beside the battery that it is part of has none (§5.4)."""
        if device.type not in _KINDS:
            return False
        if device.type is DeviceType.BATTERY_RACK and device.status != 0:
            self._racks.add(device.serial)
        beside = self._inventory.of_plant(device.plant, (DeviceType.BATTERY,))
        return device.type is not DeviceType.BATTERY_RACK or device.serial in self._racks or not beside

    def _plant(self, plant: Plant) -> Device:
        return Device(
            id=plant_id(plant.id),
            kind=DeviceKind.SITE,
            name=plant.name,
            manufacturer=_MAKER,
            parent=self._identity,
            zone=plant.zone,
            currency=plant.currency,
        )

    def _device(self, listed: Listed) -> Device:
        facts = self._facts.get(listed.serial, Facts())
        kind = _KINDS[listed.type]
        host = None if listed.host is None else self._inventory.device(listed.host)
        return Device(
            id=listed.serial,
            kind=kind,
            name=_name(listed, kind),
            manufacturer=_MAKER,
            parent=plant_id(listed.plant) if host is None else host.serial,
            model=facts.model or listed.model,
            serial=listed.serial,
            sw_version=facts.sw_version or listed.firmware,
            hw_version=facts.hw_version,
            zone=self._zone(listed),
        )

    def _packs_of(self, inverter: Listed) -> Iterator[Device]:
        """Yield the batteries that only readings told of."""
        listed, name = self._inventory.batteries_of(inverter.serial), self._device(inverter).name
        for place in sorted(self._packs.get(inverter.serial, ())):
            if place > len(listed):
                yield Device(
                    id=pack_id(inverter.serial, place),
                    kind=DeviceKind.BATTERY,
                    name=f"{name} battery" if place == 1 else f"{name} battery {place}",
                    manufacturer=_MAKER,
                    parent=inverter.serial,
                    part=True,
                    zone=self._zone(inverter),
                )

    def _zone(self, listed: Listed) -> str | None:
        plant = self._inventory.plant(listed.plant)
        return None if plant is None else plant.zone


def _name(listed: Listed, kind: DeviceKind) -> str:
    """Return what a device is called; one that is only called by its number is called what it is."""
    if listed.name == listed.serial:
        return _LABELS[kind]
    match = _SHORT.fullmatch(listed.name)
    return f"{_LABELS[kind]} {match['number']}" if match else listed.name
