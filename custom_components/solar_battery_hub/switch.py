"""Switches: settings that are on or off."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account_runtime import HubConfigEntry
from .core.control import ControlKind
from .entity import ControlEntity, async_add_controls

PARALLEL_UPDATES = 0  # the control desk serialises changes per device


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of an account."""
    async_add_controls(entry, async_add_entities, ControlKind.SWITCH, HubSwitch)


class HubSwitch(ControlEntity, SwitchEntity):
    """Turns one setting on or off."""

    @property
    @override
    def is_on(self) -> bool | None:
        """The present value."""
        value = self.reading
        return None if value is None else bool(value)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self.async_change(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_change(False)
