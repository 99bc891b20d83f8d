"""Numbers: settings with a range."""

from math import floor
from typing import override

from homeassistant.components.number import NumberEntity, NumberMode
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account_runtime import HubConfigEntry
from .core.control import ControlKind, Setting
from .core.quantities import Quantity
from .entity import ControlEntity, async_add_controls
from .schedule_entities import async_add_schedules

PARALLEL_UPDATES = 0  # the control desk serialises changes per device

SLIDERS = frozenset({Quantity.RATIO, Quantity.CHARGE})


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the numbers of an account."""
    async_add_controls(entry, async_add_entities, ControlKind.NUMBER, HubNumber)
    async_add_schedules(entry, async_add_entities, Platform.NUMBER)


class HubNumber(ControlEntity, NumberEntity):
    """Sets one number within the device's range."""

    @override
    def take(self, setting: Setting) -> None:
        """Take range and unit from the setting."""
        super().take(setting)
        self._attr_mode = NumberMode.SLIDER if setting.quantity in SLIDERS else NumberMode.BOX
        self._attr_native_min_value = setting.minimum if setting.minimum is not None else 0.0
        self._attr_native_max_value = setting.maximum if setting.maximum is not None else 100.0
        if setting.step is not None:
            self._attr_native_step = setting.step
        if setting.quantity is not None:
            self._attr_native_unit_of_measurement = self.runtime.devices.unit(self.ref.device, setting.quantity)

    @property
    @override
    def native_value(self) -> float | None:
        """The present value without its noise, as vendors' apps show it; it need not be on a step."""
        value = self.reading
        if not isinstance(value, int | float):
            return None
        grain = min(self.setting.step or 0.0, 1.0)
        return floor(value / grain + 0.5) * grain if grain else float(value)

    @override
    async def async_set_native_value(self, value: float) -> None:
        await self.async_change(value)
