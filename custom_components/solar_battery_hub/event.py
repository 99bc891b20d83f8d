"""Events: what happens on a device, such as a grid fault or a change of a setting."""

from typing import override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account_runtime import AccountRuntime, HubConfigEntry
from .core.catalogue import STREAMS
from .core.model import Happening, Ref
from .entity import HubEntity

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event entities of an account, also for devices that come later."""
    runtime = entry.runtime_data
    known: set[Ref] = set()

    @callback
    def _add() -> None:
        new = [ref for ref in runtime.events.streams if ref not in known]
        known.update(new)
        async_add_entities(HubEvent(runtime, ref) for ref in new)

    runtime.async_on_new(_add)


class HubEvent(HubEntity, EventEntity):
    """Tells what happened on one device."""

    def __init__(self, runtime: AccountRuntime, ref: Ref) -> None:
        """Take the event types from the catalogue."""
        super().__init__(runtime, ref)
        self._attr_event_types = list(STREAMS[ref.key])

    @property
    @override
    def available(self) -> bool:
        """What happened stays true."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.runtime.events.async_listen(self.ref, self._on_happening))

    @callback
    def _on_happening(self, happening: Happening) -> None:
        self._trigger_event(happening.type, dict(happening.attributes))
        self.async_write_ha_state()
