"""Buttons: things a device can be told to do."""

from typing import override

from homeassistant.components.button import ButtonEntity
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
    """Set up the buttons of an account."""
    async_add_controls(entry, async_add_entities, ControlKind.BUTTON, HubButton)


class HubButton(ControlEntity, ButtonEntity):
    """Tells a device to do one thing and waits until it shows."""

    @property
    @override
    def available(self) -> bool:
        """A button can be pressed as long as the account answers."""
        return self.runtime.connection.answers

    @override
    async def async_press(self) -> None:
        await self.async_change(True)
