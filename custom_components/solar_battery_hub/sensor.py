"""Sensors: every reading that is not just yes or no."""

from datetime import datetime
from typing import NamedTuple, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorStateClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .account_runtime import AccountRuntime, HubConfigEntry
from .core.choices import OTHER
from .core.model import Ref
from .core.quantities import Kind, Quantity
from .entity import ReadingEntity, async_add_readings, is_sensor

PARALLEL_UPDATES = 0


class Look(NamedTuple):
    """How a quantity is shown."""

    device_class: SensorDeviceClass | None = None
    precision: int | None = None


LOOKS: dict[Quantity, Look] = {
    Quantity.POWER: Look(SensorDeviceClass.POWER, 0),
    Quantity.REACTIVE_POWER: Look(SensorDeviceClass.REACTIVE_POWER, 0),
    Quantity.APPARENT_POWER: Look(SensorDeviceClass.APPARENT_POWER, 0),
    Quantity.ENERGY: Look(SensorDeviceClass.ENERGY, 2),
    Quantity.STORED_ENERGY: Look(SensorDeviceClass.ENERGY_STORAGE, 2),
    Quantity.REACTIVE_ENERGY: Look(SensorDeviceClass.REACTIVE_ENERGY, 2),
    Quantity.CHARGE: Look(SensorDeviceClass.BATTERY, 0),
    Quantity.ELECTRIC_CHARGE: Look(None, 1),
    Quantity.RATIO: Look(None, 0),
    Quantity.VOLTAGE: Look(SensorDeviceClass.VOLTAGE, 1),
    Quantity.CELL_VOLTAGE: Look(SensorDeviceClass.VOLTAGE, 3),
    Quantity.CURRENT: Look(SensorDeviceClass.CURRENT, 1),
    Quantity.SMALL_CURRENT: Look(SensorDeviceClass.CURRENT, 1),
    Quantity.RESISTANCE: Look(None, 0),
    Quantity.FREQUENCY: Look(SensorDeviceClass.FREQUENCY, 2),
    Quantity.TEMPERATURE: Look(SensorDeviceClass.TEMPERATURE, 1),
    Quantity.DURATION: Look(SensorDeviceClass.DURATION, 0),
    Quantity.MOMENT: Look(SensorDeviceClass.TIMESTAMP),
    Quantity.MONEY: Look(SensorDeviceClass.MONETARY, 2),
    Quantity.PRICE: Look(None, 4),
    Quantity.MASS: Look(SensorDeviceClass.WEIGHT, 1),
    Quantity.SIGNAL: Look(SensorDeviceClass.SIGNAL_STRENGTH, 0),
    Quantity.CONSUMPTION: Look(SensorDeviceClass.ENERGY_DISTANCE, 1),
    Quantity.CHOICE: Look(SensorDeviceClass.ENUM),
}

STATE_CLASSES: dict[Kind, SensorStateClass] = {
    Kind.MEASUREMENT: SensorStateClass.MEASUREMENT,
    Kind.DAILY: SensorStateClass.TOTAL_INCREASING,
    Kind.LIFETIME: SensorStateClass.TOTAL_INCREASING,
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of an account."""
    async_add_readings(entry, async_add_entities, is_sensor, HubSensor)


class HubSensor(ReadingEntity, SensorEntity):
    """Shows one reading."""

    def __init__(self, runtime: AccountRuntime, ref: Ref) -> None:
        """Derive class, unit and precision from what the reading measures."""
        super().__init__(runtime, ref)
        definition = self.definition
        look = LOOKS.get(definition.quantity, Look())
        self._attr_device_class = look.device_class
        self._attr_suggested_display_precision = look.precision
        self._attr_native_unit_of_measurement = runtime.devices.unit(ref.device, definition.quantity)
        self._attr_state_class = STATE_CLASSES.get(definition.kind)
        if definition.quantity is Quantity.CHOICE:
            self._attr_options = list(definition.options)
        if definition.quantity is Quantity.MONEY:
            self._attr_state_class = SensorStateClass.TOTAL

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The value in the catalogue's unit; a code nobody knows shows as *other*."""
        value = self.reading
        if self.definition.quantity is Quantity.CHOICE and value is not None:
            return value if value in self.definition.options else OTHER
        return value
