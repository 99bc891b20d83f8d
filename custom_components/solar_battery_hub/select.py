"""Selects: settings with a list of choices."""

from typing import override

from homeassistant.components.select import SelectEntity
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
    """Set up the selects of an account."""
    async_add_controls(entry, async_add_entities, ControlKind.SELECT, HubSelect)
    async_add_schedules(entry, async_add_entities, Platform.SELECT)


class HubSelect(ControlEntity, SelectEntity):
    """Chooses one of a device's modes.

    A mode that can only be read is an option while it is the present one; choosing it
    is refused with the reason.
    """

    @property
    @override
    def current_option(self) -> str | None:
        """The present choice."""
        value = self.reading
        return None if value is None else str(value)

    @property
    @override
    def options(self) -> list[str]:
        """The choices that can be written, plus the present one."""
        writable = list(self.setting.options)
        present = self.current_option
        return writable if present is None or present in writable else [*writable, present]

    @override
    async def async_select_option(self, option: str) -> None:
        await self.async_change(option)
