"""Updates: the firmware a device has and the newest one there is for it; installing it is the maker's app's business."""

from typing import override

from homeassistant.components.update import UpdateDeviceClass, UpdateEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account_runtime import AccountRuntime, HubConfigEntry
from .core.model import Ref, Value
from .entity import ReadingEntity, async_add_readings, is_firmware

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the updates of an account."""
    async_add_readings(entry, async_add_entities, is_firmware, HubUpdate)


class HubUpdate(ReadingEntity, UpdateEntity):
    """Compares the newest firmware, which is the reading, with the one the device has."""

    def __init__(self, runtime: AccountRuntime, ref: Ref) -> None:
        """Make it one for firmware."""
        super().__init__(runtime, ref)
        self._attr_device_class = UpdateDeviceClass.FIRMWARE

    @property
    @override
    def installed_version(self) -> str | None:
        """The firmware the device has, where the vendor tells."""
        return self.runtime.devices.sw_version(self.ref.device)

    @property
    @override
    def latest_version(self) -> str | None:
        """The newest firmware there is for it."""
        value = self.reading
        return None if value is None else str(value)

    @property
    @override
    def _besides(self) -> Value:
        """A device that was updated is news, although the newest firmware is the same."""
        return self.installed_version
