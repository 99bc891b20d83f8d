"""What the account is known to have, also before anything was asked after a start."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from ...core.parse import sections
from ...core.stored import known_fields
from ..base import PrivateStore
from .model import Family, Listed, Plant


class Inventory:
    """The plants and what each of them lists; kept in the shared store, as a rule without what devices measured."""

    def __init__(self, store: PrivateStore) -> None:
        """Take back what was known before."""
        self._store = store
        self._plants: tuple[Plant, ...] = tuple(
            Plant(**known_fields(Plant, plant)) for plant in sections(store.shared.get("plants"))
        )
        self._listed: dict[str, tuple[Listed, ...]] = {
            str(plant): tuple(_listed(device) for device in sections(devices))
            for plant, devices in store.shared.get("listed", {}).items()
        }

    @property
    def plants(self) -> tuple[Plant, ...]:
        """Every plant."""
        return self._plants

    @property
    def listed(self) -> tuple[Listed, ...]:
        """The devices of all plants, in the order of these."""
        return tuple(device for plant in self._plants for device in self._listed.get(plant.id, ()))

    def plant(self, plant: str) -> Plant | None:
        """Return a plant by its id."""
        return next((known for known in self._plants if known.id == plant), None)

    def device(self, serial: str) -> Listed | None:
        """Return a device by its serial number."""
        return next((known for known in self.listed if known.serial == serial), None)

    def of(self, *families: Family) -> tuple[Listed, ...]:
        """Return the devices of these families."""
        return tuple(device for device in self.listed if device.family in families)

    def offset(self, device: Listed) -> float | None:
        """Return how many hours the clock of a device is ahead of UTC, once known."""
        plant = self.plant(device.plant)
        return None if plant is None else plant.offset

    def is_told(self, plant: str) -> bool:
        """Tell whether the devices of a plant were ever listed."""
        return plant in self._listed

    def note_plants(self, plants: Sequence[Plant]) -> None:
        """Take the complete list of plants; what it leaves out about one that was known stays."""
        self._plants = tuple(self._completed(plant) for plant in plants)
        self._store.shared["plants"] = [asdict(plant) for plant in self._plants]
        self._store.save_later()

    def note_listed(self, plant: str, devices: Sequence[Listed]) -> None:
        """Take the complete list of a plant's devices."""
        self._listed[plant] = tuple(devices)
        self._store.shared["listed"] = {
            plant: [_stored(device) for device in devices] for plant, devices in self._listed.items()
        }
        self._store.save_later()

    def note_family(self, serial: str, family: Family) -> None:
        """Learn that a device is of another family than its plant lists it in."""
        if (device := self.device(serial)) is not None:
            devices = self._listed[device.plant]
            told = replace(device, family=family)
            self.note_listed(device.plant, [told if known.serial == serial else known for known in devices])

    def _completed(self, plant: Plant) -> Plant:
        known = self.plant(plant.id)
        if known is None:
            return plant
        told = {key: value for key, value in asdict(plant).items() if value is not None}
        return replace(known, **told)


def _stored(device: Listed) -> dict[str, Any]:
    """Return what to keep: of a device that has no calls of its own also what the list says about it."""
    bean = dict(device.bean) if device.family is Family.OTHER else {}
    return asdict(replace(device, bean={})) | {"family": device.family.value, "bean": bean}


def _listed(stored: Mapping[str, Any]) -> Listed:
    return Listed(**known_fields(Listed, stored) | {"family": Family(stored["family"])})
