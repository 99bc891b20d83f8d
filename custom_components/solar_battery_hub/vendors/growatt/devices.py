"""Account, plants, inverters and battery packs, as devices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
import re
from typing import Final

from ...core.model import Device, DeviceKind, Ref
from ...core.parse import number, text
from ...core.zones import zone_name
from .inventory import Inventory
from .model import Bean, Family, Listed, Plant

_MAKER: Final = "Growatt"
_ACCOUNT: Final = "Growatt account"
_PACK: Final = re.compile(r"(?P<inverter>.+)_battery_(?P<number>[1-9])")

# What a device is called until it tells its model.
_LABELS: Final[Mapping[Family, str]] = {
    Family.INVERTER: "Inverter",
    Family.MAX: "MAX",
    Family.MIN: "MIN",
    Family.SPH: "SPH",
    Family.SPA: "SPA",
    Family.STORAGE: "Storage",
}

_MODELS: Final = ("inverterType", "deviceModel", "modelName")
_FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "model_id": ("modelText",),
    "sw_version": ("fwVersion",),
    "hw_version": ("hwVersion",),
}


def plant_id(plant: str) -> str:
    """Return the device id of a plant."""
    return f"plant_{plant}"


def pack_id(inverter: str, number: int) -> str:
    """Return the device id of a pack of an inverter; the first is 1."""
    return f"{inverter}_battery_{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a device tells about itself beyond what the list says."""

    model: str | None = None
    model_id: str | None = None
    sw_version: str | None = None
    hw_version: str | None = None


class DeviceList:
    """The devices known now: those of the inventory, with what is learned about them."""

    def __init__(self, identity: str, inventory: Inventory) -> None:
        """Start with what the inventory knows; the account's device id is its identity."""
        self._identity = identity
        self._inventory = inventory
        self._facts: dict[str, Facts] = {}
        self._packs: dict[str, dict[int, str | None]] = {}

    def __iter__(self) -> Iterator[Device]:
        """Walk through the devices: the account, then each plant with its inverters and their packs."""
        yield Device(id=self._identity, kind=DeviceKind.ACCOUNT, name=_ACCOUNT, manufacturer=_MAKER)
        for plant in self._inventory.plants:
            yield self._plant(plant)
            for listed in self._inventory.listed:
                if listed.plant == plant.id and listed.family is not Family.BATTERY:
                    yield self._inverter(listed)
                    yield from self._packs_of(listed)

    def restore(self, devices: Sequence[Device]) -> None:
        """Take back what was known before a restart."""
        for device in devices:
            if device.kind is DeviceKind.BATTERY:
                self._note_pack(device.id, device.serial)
            elif device.serial is not None:
                self._facts[device.id] = Facts(
                    model=device.model,
                    model_id=device.model_id,
                    sw_version=device.sw_version,
                    hw_version=device.hw_version,
                )

    def note_facts(self, device: Listed, bean: Bean) -> None:
        """Take note of what an object says about the device itself: model, firmware, the serial of its pack."""
        known = self._facts.get(device.serial, Facts())
        told = {name: found for name, names in _FACTS.items() if (found := _told(bean, names))}
        if model := _told(bean, _MODELS):
            told["model"] = model
        self._facts[device.serial] = replace(known, **told)
        if (number(bean.get("bdcMode")) or 0) >= 0 and (serial := text(bean.get("bdc1Sn"))):
            self._note_pack(pack_id(device.serial, 1), serial)

    def note_readings(self, refs: Iterable[Ref]) -> None:
        """Take note of the packs that readings are about."""
        for device in {ref.device for ref in refs}:
            self._note_pack(device, None)

    def id_of(self, device: Listed) -> str | None:
        """Return the device id of a listed device.

        A battery pack that is listed by itself is the next one of the MIN inverter that it hangs on: the one
        behind its logger, else the first of its plant; ``None`` without any.
        """
        if device.family is not Family.BATTERY:
            return device.serial
        host = self._host(device)
        if host is None:
            return None
        found = pack_id(host.serial, self._place(host, device))
        self._note_pack(found, device.serial)
        return found

    def _place(self, host: Listed, pack: Listed) -> int:
        """Return the place a pack has; new ones take, in the order of the list, those that no listed pack has."""
        listed = [other.serial for other in self._inventory.of(Family.BATTERY) if self._host(other) == host]
        places = {serial: place for place, serial in self._packs.get(host.serial, {}).items() if serial in listed}
        for serial in listed:
            if serial not in places:
                places[serial] = next(place for place in count(1) if place not in places.values())
        return places[pack.serial]

    def _host(self, pack: Listed) -> Listed | None:
        hosts = [other for other in self._inventory.of(Family.MIN) if other.plant == pack.plant]
        behind = [other for other in hosts if other.logger is not None and other.logger == pack.logger]
        return next(iter(behind or hosts), None)

    def _note_pack(self, device: str, serial: str | None) -> None:
        if match := _PACK.fullmatch(device):
            packs = self._packs.setdefault(match["inverter"], {})
            place = int(match["number"])
            packs[place] = serial or packs.get(place)

    def _plant(self, plant: Plant) -> Device:
        return Device(
            id=plant_id(plant.id),
            kind=DeviceKind.SITE,
            name=plant.name,
            manufacturer=_MAKER,
            parent=self._identity,
            zone=zone_name(plant.offset),
        )

    def _inverter(self, listed: Listed) -> Device:
        facts = self._facts.get(listed.serial, Facts())
        label = _LABELS.get(listed.family, listed.word.upper())
        model = facts.model or listed.model or label
        return Device(
            id=listed.serial,
            kind=DeviceKind.INVERTER,
            name=listed.name or model,
            manufacturer=_MAKER,
            parent=plant_id(listed.plant),
            model=model,
            model_id=facts.model_id if facts.model_id != model else None,
            serial=listed.serial,
            sw_version=facts.sw_version,
            hw_version=facts.hw_version,
            zone=self._zone(listed),
        )

    def _packs_of(self, listed: Listed) -> Iterator[Device]:
        name = self._inverter(listed).name
        for place, serial in sorted(self._packs.get(listed.serial, {}).items()):
            yield Device(
                id=pack_id(listed.serial, place),
                kind=DeviceKind.BATTERY,
                name=f"{name} battery" if place == 1 else f"{name} battery {place}",
                manufacturer=_MAKER,
                parent=listed.serial,
                part=True,
                serial=serial,
                zone=self._zone(listed),
            )

    def _zone(self, listed: Listed) -> str | None:
        return zone_name(self._inventory.offset(listed))


def _told(bean: Bean, names: Iterable[str]) -> str | None:
    """Return the first text of these names that says anything."""
    return next((found for name in names if (found := text(bean.get(name))) not in (None, "0")), None)
