"""Texts: settings that are free text, such as a name."""

from typing import override

from homeassistant.components.text import TextEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account_runtime import HubConfigEntry
from .core.control import ControlKind, Setting
from .entity import ControlEntity, async_add_controls

PARALLEL_UPDATES = 0  # the control desk serialises changes per device


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the texts of an account."""
    async_add_controls(entry, async_add_entities, ControlKind.TEXT, HubText)


class HubText(ControlEntity, TextEntity):
    """Sets one text."""

    @override
    def take(self, setting: Setting) -> None:
        """Take the allowed length from the setting."""
        super().take(setting)
        self._attr_native_min = int(setting.minimum or 0)
        self._attr_native_max = int(setting.maximum or 255)

    @property
    @override
    def native_value(self) -> str | None:
        """The present text."""
        value = self.reading
        return None if value is None else str(value)

    @override
    async def async_set_value(self, value: str) -> None:
        await self.async_change(value)
