"""Binary sensors: every reading that is yes or no."""

from typing import override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass, BinarySensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account_runtime import AccountRuntime, HubConfigEntry
from .core.model import Ref
from .entity import ReadingEntity, async_add_readings, is_flag

PARALLEL_UPDATES = 0

DEVICE_CLASSES: dict[str, BinarySensorDeviceClass] = {
    "problem": BinarySensorDeviceClass.PROBLEM,
    "running": BinarySensorDeviceClass.RUNNING,
    "cloud_connected": BinarySensorDeviceClass.CONNECTIVITY,
    "reachable": BinarySensorDeviceClass.CONNECTIVITY,
    "on_grid": BinarySensorDeviceClass.POWER,
    "ev_plugged_in": BinarySensorDeviceClass.PLUG,
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of an account."""
    async_add_readings(entry, async_add_entities, is_flag, HubBinarySensor)


class HubBinarySensor(ReadingEntity, BinarySensorEntity):
    """Shows one yes or no."""

    def __init__(self, runtime: AccountRuntime, ref: Ref) -> None:
        """Take the device class from the table."""
        super().__init__(runtime, ref)
        self._attr_device_class = DEVICE_CLASSES.get(self.definition.key)

    @property
    @override
    def is_on(self) -> bool | None:
        """The value, ``None`` while there is none."""
        value = self.reading
        return None if value is None else bool(value)
