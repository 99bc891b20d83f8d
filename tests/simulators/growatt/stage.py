"""What a test or the control port may do to the world: everything that happens behind the server's back."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from tests.simulators.actions import Acting
from tests.simulators.growatt.account import Plant
from tests.simulators.growatt.devices import Alarm, Device, Fault
from tests.simulators.growatt.world import World, WriteBehaviour, WriteKind


class Stage(Acting):
    """The hands behind the scene. Every method is an action; ``serial`` names a device, ``plant_id`` a plant."""

    def __init__(self, world: World) -> None:
        """Work on a world."""
        self.world = world

    def _device(self, serial: str) -> Device:
        """Return a device as it is now."""
        self.world.catch_up()
        if (device := self.world.device(serial)) is None:
            raise ValueError(f"no such device: {serial}")
        return device

    def _plant(self, plant_id: int) -> Plant:
        """Return a plant."""
        self.world.catch_up()
        if (plant := self.world.plant(plant_id)) is None:
            raise ValueError(f"no such plant: {plant_id}")
        return plant

    def truth(self) -> dict[str, Any]:
        """Return what really happens, by serial number."""
        return self.world.truth()

    # --- devices -----------------------------------------------------------------------------------------------------

    def lose_device(self, serial: str, *, logger: bool = False, resends: bool = False) -> None:
        """Let a device (or its logger) fall silent; with ``resends`` what it measures meanwhile comes afterwards."""
        self._device(serial).go_silent(logger=logger, resends=resends)

    def return_device(self, serial: str) -> None:
        """Let it upload again."""
        self._device(serial).come_back()

    def add_device(self, model: str, *, plant_id: int | None = None) -> str:
        """Put a new device into service and return its serial number."""
        self.world.catch_up()
        return self.world.add_device(model, plant_id=plant_id)

    def remove_device(self, serial: str) -> None:
        """Take a device off the account."""
        device = self._device(serial)
        device.plant.devices.remove(device)

    def rename_device(self, serial: str, alias: str) -> None:
        """Give a device another alias."""
        self._device(serial).alias = alias

    def remove_pack(self, serial: str, *, number: int = 1) -> str:
        """Take a battery pack out; it stays listed as lost with its last values. Return its serial number."""
        device = self._device(serial)
        pack = device.packs[number - 1]
        device.removed_packs.append(replace(pack, power_w=0.0))
        device.house.remove_battery(number - 1)
        return pack.serial

    def set_house(self, serial: str, *, level: float | None = None, **settings: Any) -> None:
        """Change sun, household and the like behind a device (fields of the house's ``Settings``), or its charge in %."""
        device = self._device(serial)
        if level is not None:
            device.house.set_level(level)
        device.house.set(**settings)

    def set_settings(self, serial: str, **settings: Any) -> None:
        """Change settings as somebody else does in the app: device and server know them at once."""
        device = self._device(serial)
        device.settings |= settings
        device.copy |= settings

    def set_uploads(self, serial: str, *, seconds: float = 300.0, phase: float | None = None) -> None:
        """Let the logger upload at another pace, or at another moment of it."""
        device = self._device(serial)
        device.logger.every = timedelta(seconds=seconds)
        if phase is not None:
            device.logger.phase = timedelta(seconds=phase)

    def set_clock_error(self, serial: str, seconds: float) -> None:
        """Let the device's clock be wrong (+ = fast)."""
        self._device(serial).set_clock_error(timedelta(seconds=seconds))

    def set_fault(self, serial: str, *, code: int = 0, text: str = "") -> None:
        """Let a device report a fault; without a code it is well again."""
        self._device(serial).fault = Fault(code=code, text=text)

    def add_alarm(self, serial: str, *, code: int = 25, message: str = "No utility.") -> None:
        """Note an alarm that began and ended now."""
        device = self._device(serial)
        now = device.local(self.world.clock.now()).replace(tzinfo=None)
        device.alarms.append(Alarm(code=code, message=message, start=now, end=now))

    # --- plants and account ------------------------------------------------------------------------------------------

    def rename_plant(self, plant_id: int, name: str) -> None:
        """Give a plant another name."""
        self._plant(plant_id).name = name

    def set_zone(self, plant_id: int, *, follows_dst: bool) -> None:
        """Let the plant's clocks follow summer time, or not."""
        self._plant(plant_id).follows_dst = follows_dst

    def new_token(self) -> str:
        """Make a new token; the older ones are void."""
        return self.world.new_token()

    def revoke_token(self) -> None:
        """Make every token void."""
        for token in self.world.tokens:
            token.revoked = True

    def deny_device(self, serial: str) -> None:
        """Take from the token the right to ask for a device; its plant stays visible."""
        self.world.token.denied.add(serial)

    def allow_device(self, serial: str) -> None:
        """Give it back."""
        self.world.token.denied.discard(serial)

    def set_password(self, password: str) -> None:
        """Change the account's password."""
        self.world.user.password = password

    # --- how the server behaves --------------------------------------------------------------------------------------

    def next_write(
        self, kind: WriteKind, *, seconds: float = 0.0, code: int = 10001, serial: str | None = None, times: int = 1
    ) -> None:
        """Let the next writes turn out as ``WriteBehaviour`` says."""
        behaviour = WriteBehaviour(kind=kind, seconds=seconds, code=code, serial=serial)
        self.world.writes.extend([behaviour] * times)

    def set_copy_delay(self, seconds: float) -> None:
        """Let the server's copy of settings follow the device after ``seconds`` (0 to 300)."""
        self.world.copy_delay = seconds

    def set_soc_floor(self, percent: int) -> None:
        """Let the hardware keep stop levels at or above ``percent``."""
        self.world.soc_floor = percent

    def set_oddities(self, **switches: bool) -> dict[str, bool]:
        """Switch fields of ``Oddities`` and return all of them."""
        self.world.catch_up()
        self.world.oddities = replace(self.world.oddities, **switches)
        self.world.catch_up()
        return asdict(self.world.oddities)
