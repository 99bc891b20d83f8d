"""What can be measured: quantities with their units and digits, how they behave over time, how prominent they are."""

from enum import StrEnum


class Quantity(StrEnum):
    """What a reading measures; each has one unit (see ``UNITS``), money and its price per kWh that of the device's money."""

    POWER = "power"
    REACTIVE_POWER = "reactive_power"
    APPARENT_POWER = "apparent_power"
    ENERGY = "energy"
    STORED_ENERGY = "stored_energy"
    REACTIVE_ENERGY = "reactive_energy"
    CHARGE = "charge"
    ELECTRIC_CHARGE = "electric_charge"
    RATIO = "ratio"
    VOLTAGE = "voltage"
    CELL_VOLTAGE = "cell_voltage"
    CURRENT = "current"
    SMALL_CURRENT = "small_current"
    RESISTANCE = "resistance"
    FREQUENCY = "frequency"
    TEMPERATURE = "temperature"
    DURATION = "duration"
    MOMENT = "moment"
    MONEY = "money"
    PRICE = "price"
    MASS = "mass"
    SIGNAL = "signal"
    CONSUMPTION = "consumption"
    COUNT = "count"
    TEXT = "text"
    CHOICE = "choice"
    SCHEDULE = "schedule"
    FLAG = "flag"
    FIRMWARE = "firmware"


UNITS: dict[Quantity, str] = {
    Quantity.POWER: "W",
    Quantity.REACTIVE_POWER: "var",
    Quantity.APPARENT_POWER: "VA",
    Quantity.ENERGY: "kWh",
    Quantity.STORED_ENERGY: "kWh",
    Quantity.REACTIVE_ENERGY: "kvarh",
    Quantity.CHARGE: "%",
    Quantity.ELECTRIC_CHARGE: "Ah",
    Quantity.RATIO: "%",
    Quantity.VOLTAGE: "V",
    Quantity.CELL_VOLTAGE: "V",
    Quantity.CURRENT: "A",
    Quantity.SMALL_CURRENT: "mA",
    Quantity.RESISTANCE: "kΩ",
    Quantity.FREQUENCY: "Hz",
    Quantity.TEMPERATURE: "°C",
    Quantity.DURATION: "s",
    Quantity.MASS: "kg",
    Quantity.SIGNAL: "dBm",
    Quantity.CONSUMPTION: "kWh/100km",
}


# Digits kept of measurements and counters: finer steps are noise, and each would be a new
# state to write and to record.
DECIMALS: dict[Quantity, int] = {
    Quantity.POWER: 0,
    Quantity.REACTIVE_POWER: 0,
    Quantity.APPARENT_POWER: 0,
    Quantity.ENERGY: 3,
    Quantity.STORED_ENERGY: 3,
    Quantity.REACTIVE_ENERGY: 3,
    Quantity.CHARGE: 1,
    Quantity.ELECTRIC_CHARGE: 1,
    Quantity.RATIO: 1,
    Quantity.VOLTAGE: 1,
    Quantity.CELL_VOLTAGE: 3,
    Quantity.CURRENT: 2,
    Quantity.SMALL_CURRENT: 1,
    Quantity.RESISTANCE: 0,
    Quantity.FREQUENCY: 2,
    Quantity.TEMPERATURE: 1,
    Quantity.SIGNAL: 0,
    Quantity.CONSUMPTION: 1,
}

FACTS = frozenset({Quantity.TEXT, Quantity.MOMENT, Quantity.COUNT, Quantity.FIRMWARE})


class Kind(StrEnum):
    """How a reading behaves over time."""

    MEASUREMENT = "measurement"
    DAILY = "daily"
    LIFETIME = "lifetime"
    STATE = "state"


class Level(StrEnum):
    """How prominent a reading is."""

    MAIN = "main"
    DIAGNOSTIC = "diagnostic"
    RARE = "rare"  # diagnostic, and off until the user wants it
