"""Times: settings that are a time of day."""

from datetime import time
from typing import override

from homeassistant.components.time import TimeEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account_runtime import HubConfigEntry
from .core.control import ControlKind
from .entity import ControlEntity, async_add_controls
from .schedule_entities import async_add_schedules

PARALLEL_UPDATES = 0  # the control desk serialises changes per device


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the times of an account."""
    async_add_controls(entry, async_add_entities, ControlKind.TIME, HubTime)
    async_add_schedules(entry, async_add_entities, Platform.TIME)


class HubTime(ControlEntity, TimeEntity):
    """Sets one time of day, held as text ``HH:MM``."""

    @property
    @override
    def native_value(self) -> time | None:
        """The present time; a device's 24:00 shows as 00:00."""
        value = self.reading
        return time.fromisoformat(value) if isinstance(value, str) else None

    @override
    async def async_set_value(self, value: time) -> None:
        await self.async_change(value.strftime("%H:%M"))
