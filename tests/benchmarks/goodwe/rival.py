"""pygoodwe as its users run it: unmodified, one object for one plant, asked every minute in a worker thread.

It has no entities. What it can tell of a plant is written into states, as a script does. Its pauses after a failure are
skipped like all other time of the process.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    PERCENTAGE,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTemperature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.event import async_track_time_interval
import pygoodwe

from tests.benchmarks import skipped_time
from tests.benchmarks.subject import Description

POLL = timedelta(seconds=60)
SOLAR_ENTITY = "sensor.pygoodwe_solar"

type Value = tuple[Callable[[pygoodwe.SingleInverter], float], str]

VALUES: Mapping[str, Value] = {
    SOLAR_ENTITY: (pygoodwe.SingleInverter.getPVFlow, UnitOfPower.WATT),
    "sensor.pygoodwe_load": (pygoodwe.SingleInverter.getLoadFlow, UnitOfPower.WATT),
    "sensor.pygoodwe_battery": (pygoodwe.SingleInverter.get_battery_soc, PERCENTAGE),
    "sensor.pygoodwe_temperature": (pygoodwe.SingleInverter.get_inverter_temperature, UnitOfTemperature.CELSIUS),
    "sensor.pygoodwe_voltage": (pygoodwe.SingleInverter.getVoltage, UnitOfElectricPotential.VOLT),
    "sensor.pygoodwe_today": (pygoodwe.SingleInverter.get_day_power, UnitOfEnergy.KILO_WATT_HOUR),
    "sensor.pygoodwe_total": (pygoodwe.SingleInverter.get_total_power, UnitOfEnergy.KILO_WATT_HOUR),
    "sensor.pygoodwe_income_today": (pygoodwe.SingleInverter.get_day_income, "EUR"),
    "sensor.pygoodwe_income": (pygoodwe.SingleInverter.get_total_income, "EUR"),
}
"""Everything its object for one inverter reads out of an answer, with its unit."""


class Rival:
    """One polled plant."""

    def __init__(self, hass: HomeAssistant, account: Description) -> None:
        """Prepare it; nothing is asked yet."""
        self._hass = hass
        (plant,) = account["plants"]
        skipped_time.sleep_in(pygoodwe)
        self._library = pygoodwe.SingleInverter(
            plant,
            account["user_name"],
            account["password"],
            api_url=f"{account['url']}/api/",
            log_level="ERROR",
            skipload=True,
        )

    async def start(self) -> None:
        """Ask now and then every minute."""
        await self._poll(skipped_time.now())
        async_track_time_interval(self._hass, self._poll, POLL, cancel_on_shutdown=True)

    async def _poll(self, _: datetime) -> None:
        """Ask once and show what came."""
        values = await self._hass.async_add_executor_job(self._read)
        for entity_id, value in values.items():
            self._hass.states.async_set(entity_id, str(value), {ATTR_UNIT_OF_MEASUREMENT: VALUES[entity_id][1]})

    def _read(self) -> dict[str, Any]:
        """Ask and return what it makes of the answer, in a worker thread."""
        self._library.get_current_readings()
        return {entity_id: read(self._library) for entity_id, (read, _) in VALUES.items()}
