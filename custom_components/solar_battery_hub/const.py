"""Names that several rooms share."""

from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "solar_battery_hub"

PLATFORMS: Final = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TEXT,
    Platform.TIME,
    Platform.UPDATE,
]

ENTITY_PATIENCE: Final = 30.0  # seconds an entity waits for a confirmed change (design §5)
ACTION_PATIENCE: Final = 60.0  # seconds an action waits unless told otherwise
START_PATIENCE: Final = 5.0  # seconds Home Assistant waits for an account; it complains after 10
