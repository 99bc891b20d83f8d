"""What the older service can set: whether an inverter runs, and how much it may give (goodwe.md §6.1)."""

from datetime import datetime
from typing import Final

from ...core.clock import Clock
from ...core.errors import BadAnswer, NotSupported, WriteRefused
from ...core.model import Value
from ...core.parse import number
from .inventory import Inventory
from .legacy import Legacy
from .listing import legacy_devices_in
from .model import Listed

_OFFLINE: Final = 0
_DATE: Final = "%m/%d/%Y %H:%M:%S"


class RemoteControl:
    """Commands to inverters, and what can be known of what came of them."""

    def __init__(self, legacy: Legacy, inventory: Inventory, clock: Clock) -> None:
        """Prepare; nothing is sent."""
        self._legacy = legacy
        self._inventory = inventory
        self._clock = clock

    async def write(self, device: Listed, key: str, value: Value) -> None:
        """Send one command. Raises WriteRefused where it would be lost: nobody keeps it for an inverter that is offline."""
        if device.status == _OFFLINE:
            raise WriteRefused("device_offline")
        await self._legacy.remote_control(command(device, key, value, self._local(device)))

    async def status(self, device: Listed) -> int | None:
        """Return what the last upload says of an inverter, as §5.4 numbers it."""
        rows = await self._legacy.inverter_points(device.plant)
        found = legacy_devices_in(device.plant, rows)
        return next((other.status for other in found if other.serial == device.serial), None)

    async def output_limit(self, device: Listed) -> float:
        """Return the limit that the service tells. Raises NotSupported where it does not: nobody knows that answer (§12)."""
        try:
            found = await self._legacy.remote_parameters(device.serial)
        except BadAnswer as err:  # asked again it would be the same
            raise NotSupported("The limit is not told") from err
        said = number(found.get("ActivePowerLimit"))
        if said is None or not 0 <= said <= 100:
            raise NotSupported("The limit is not told")
        return said

    def _local(self, device: Listed) -> datetime:
        now = self._clock.now()
        return now.astimezone(self._inventory.zone(device.plant) or self._clock.zone)


def command(device: Listed, key: str, value: Value, local: datetime) -> dict[str, str]:
    """Return the body of a command, whose values are all texts; ``local`` is the time at the plant."""
    if key == "inverter_on":
        return {
            "InverterSN": device.serial,
            "InverterStatusSettingMark": "1",
            "InverterStatus": "4" if value else "2",
        }
    if key != "output_limit" or not isinstance(value, int | float):
        raise WriteRefused("other_service")
    return {
        "InverterSN": device.serial,
        "InverterRemotingLastSetDate": local.strftime(_DATE),
        "ActivePowerLimit": str(round(value)),
        "ActivePowerLimitSettingMark": "1",
    }
