"""What tests of readings need: a device, what is read of an object, by key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from custom_components.solar_battery_hub.core.model import Reported
from custom_components.solar_battery_hub.vendors.growatt.fields import Part
from custom_components.solar_battery_hub.vendors.growatt.model import Family, Listed
from custom_components.solar_battery_hub.vendors.growatt.readings import Readings
from tests.vendors.tools import MemoryStore

SERIAL = "ABC0000001"
PLANT = "plant_1"


def device(family: Family, *, lost: bool | None = None, word: str = "") -> Listed:
    """Return a device of a family."""
    return Listed(serial=SERIAL, family=family, word=word or family.value, plant="1", lost=lost)


class Desk:
    """Reads objects of one device, remembering what it was seen to have."""

    def __init__(self, family: Family | None, store: MemoryStore | None = None) -> None:
        """Start knowing what ``store`` remembers, else nothing; without a family it is a plant."""
        self.family = family
        self.store = store or MemoryStore()
        self.readings = Readings(self.store)

    def read(
        self, part: Part, bean: Mapping[str, Any], *, lost: bool | None = None, at: datetime | None = None
    ) -> dict[str, Reported]:
        """Return what an object tells: by key for the device itself, ``pack 1 key`` for its packs."""
        if self.family is None:
            values = self.readings.of_plant(PLANT, part, bean, at=at)
        else:
            values = self.readings.of_device(device(self.family, lost=lost), part, bean, at=at)
        return {
            ref.key if ref.device in (SERIAL, PLANT) else f"pack {ref.device.rpartition('_')[2]} {ref.key}": value
            for ref, value in values.items()
        }


def read(family: Family | None, part: Part, bean: Mapping[str, Any], **how: Any) -> dict[str, Reported]:
    """Return what one object tells somebody who never heard of the device."""
    return Desk(family).read(part, bean, **how)
