"""What the account is known to have, also before anything was asked after a start."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...core.parse import sections
from ...core.stored import known_fields
from ..base import PrivateStore
from .model import BATTERIES, INVERTERS, DeviceType, Listed, Plant

_ALL_TYPES: Final = frozenset(DeviceType)
_FIXED: Final = "Etc/"  # zones that know nothing of summer time: the legacy way tells no better (goodwe.md §1.4)


class Inventory:
    """The plants and what each of them lists; kept in the shared store.

    Of all plants of the account only those ``chosen`` are shown, every one where nothing is chosen.
    """

    def __init__(self, store: PrivateStore, chosen: Collection[str] = ()) -> None:
        """Take back what was known before."""
        self._store = store
        self._chosen = frozenset(chosen)
        self._zones: dict[str, tzinfo | None] = {}
        self.unknown: set[str] = set()  # types of devices that nobody here knows, as the wire names them
        self.all_plants: tuple[Plant, ...] = tuple(map(_plant, sections(store.shared.get("plants"))))
        self._listed: dict[str, tuple[Listed, ...]] = {
            str(plant): tuple(map(_listed, sections(devices)))
            for plant, devices in store.shared.get("listed", {}).items()
        }

    @property
    def plants(self) -> tuple[Plant, ...]:
        """The plants that are read."""
        return tuple(plant for plant in self.all_plants if not self._chosen or plant.id in self._chosen)

    @property
    def listed(self) -> tuple[Listed, ...]:
        """The devices of the plants that are read, in the order of these."""
        return tuple(device for plant in self.plants for device in self._listed.get(plant.id, ()))

    def plant(self, plant: str) -> Plant | None:
        """Return a plant by its id."""
        return next((known for known in self.plants if known.id == plant), None)

    def device(self, serial: str) -> Listed | None:
        """Return a device by its serial number."""
        return next((known for known in self.listed if known.serial == serial), None)

    def of(self, *types: DeviceType) -> tuple[Listed, ...]:
        """Return the devices of these types."""
        return tuple(device for device in self.listed if device.type in types)

    def of_plant(self, plant: str, types: Collection[DeviceType] = _ALL_TYPES) -> tuple[Listed, ...]:
        """Return the devices of a plant, or those of some types."""
        return tuple(device for device in self._listed.get(plant, ()) if device.type in types)

    def batteries_of(self, inverter: str) -> tuple[Listed, ...]:
        """Return the batteries that hang on an inverter (its serial number), the first one first."""
        found = [device for device in self.listed if device.host == inverter and device.type in BATTERIES]
        return tuple(sorted(found, key=lambda device: (len(device.number or ""), device.number or "", device.serial)))

    def is_told(self, plant: str) -> bool:
        """Tell whether the devices of a plant were ever listed."""
        return bool(self._listed.get(plant))

    def only_solar(self, plant: str) -> bool:
        """Tell whether nothing of a plant is awake at night: neither battery nor meter (§9.4)."""
        known = self.plant(plant)
        if known is None or known.battery_capacity or not self.is_told(plant):
            return False
        sleepers = self.of_plant(plant, INVERTERS)
        awake = (*BATTERIES, DeviceType.METER, DeviceType.CHARGER)
        return bool(sleepers) and not any(device.stores for device in sleepers) and not self.of_plant(plant, awake)

    def sleeps(self, plant: str) -> bool:
        """Tell whether it is night in a plant that has only solar: no inverter reports (§9.4)."""
        inverters = self.of_plant(plant, INVERTERS)
        return self.only_solar(plant) and all(device.status == 0 for device in inverters)

    def zone(self, plant: str) -> tzinfo | None:
        """Return the clock of a plant; ``None`` while it is not known, or ``prepare`` was not awaited since."""
        known = self.plant(plant)
        return None if known is None or known.zone is None else self._zones.get(known.zone)

    async def prepare(self) -> None:
        """Have the clocks of all plants ready; their rules are read from disk, beside the event loop."""
        for name in {plant.zone for plant in self.all_plants if plant.zone} - self._zones.keys():
            self._zones[name] = await asyncio.to_thread(_zone, name)

    # What the answers tell

    def note_plants(self, plants: Sequence[Plant], *, complete: bool = True) -> None:
        """Take the list of plants; what it leaves out about one that was known stays, and all of it if not ``complete``."""
        known = {plant.id: plant for plant in self.all_plants}
        told = {plant.id: _completed(plant, known.get(plant.id)) for plant in plants}
        others = () if complete else (plant for plant in self.all_plants if plant.id not in told)
        self.all_plants = (*told.values(), *others)
        self._keep_plants()

    def note_plant(self, plant: Plant) -> None:
        """Learn more about one plant."""
        self.all_plants = tuple(
            _completed(plant, known) if known.id == plant.id else known for known in self.all_plants
        )
        self._keep_plants()

    def note_listed(self, plant: str, devices: Sequence[Listed], types: Collection[DeviceType] = _ALL_TYPES) -> None:
        """Take the list of a plant's devices of these types.

        An empty list says nothing (§5.4), and what a list leaves out about a device that was known stays. Batteries
        are listed with their inverter: they stay as long as that does.
        """
        if not devices:
            return
        known = {device.serial: device for device in self._listed.get(plant, ())}
        told = {device.serial: _joined(device, known.get(device.serial)) for device in devices}
        others = {
            serial: device
            for serial, device in known.items()
            if serial not in told and (device.type not in types or device.host in told)
        }
        self._listed[plant] = (*told.values(), *others.values())
        self._keep_listed()

    def note_batteries(self, host: Listed, batteries: Sequence[Listed]) -> None:
        """Take the batteries that an inverter tells of; an empty list says nothing."""
        if not batteries:
            return
        serials = {battery.serial for battery in batteries}
        known = {
            device.serial: device
            for device in self._listed.get(host.plant, ())
            if device.type is not DeviceType.BATTERY or device.host != host.serial or device.serial in serials
        }
        known |= {battery.serial: _joined(battery, known.get(battery.serial)) for battery in batteries}
        self._listed[host.plant] = tuple(known.values())
        self._keep_listed()

    def note_device(self, device: Listed) -> None:
        """Learn more about one device."""
        devices = self._listed.get(device.plant, ())
        self._listed[device.plant] = tuple(
            _joined(device, known) if known.serial == device.serial else known for known in devices
        )
        self._keep_listed()

    def _keep_plants(self) -> None:
        self._keep("plants", [_stored(plant) for plant in self.all_plants])

    def _keep_listed(self) -> None:
        self._keep(
            "listed", {plant: [_stored(device) for device in devices] for plant, devices in self._listed.items()}
        )

    def _keep(self, name: str, state: object) -> None:
        if self._store.shared.get(name) != state:
            self._store.shared[name] = state
            self._store.save_later()


def _completed(plant: Plant, known: Plant | None) -> Plant:
    """Return a plant with what was known of it before; a zone that knows of summer time stays."""
    if known is None:
        return plant
    found = _joined(plant, known)
    if plant.zone and known.zone and plant.zone.startswith(_FIXED) and not known.zone.startswith(_FIXED):
        return replace(found, zone=known.zone)
    return found


def _joined[T: (Plant, Listed)](told: T, known: T | None) -> T:
    """Return what is told now, and what was known where that says nothing; a number is no name."""
    if known is None:
        return told
    changes = {name: value for name in told.__dataclass_fields__ if (value := getattr(told, name)) is not None}
    if told.name in (changes.get("id"), changes.get("serial")):
        del changes["name"]
    return replace(known, **changes)


def _stored(part: Plant | Listed) -> dict[str, Any]:
    return {name: _json(value) for name, value in asdict(part).items()}


def _json(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


def _plant(stored: Mapping[str, Any]) -> Plant:
    known = known_fields(Plant, stored)
    if (created := known.get("created")) is not None:
        known["created"] = date.fromisoformat(created)
    if (permissions := known.get("permissions")) is not None:
        known["permissions"] = frozenset(permissions)
    return Plant(**known)


def _listed(stored: Mapping[str, Any]) -> Listed:
    return Listed(**known_fields(Listed, stored) | {"type": DeviceType(stored["type"])})


def _zone(name: str) -> tzinfo | None:
    """Return the time zone of a name, if there is one."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError, ValueError, OSError:
        return None
