"""A counter at which changes are asked for, as Home Assistant does it, before the controls of one device."""

from datetime import datetime

from custom_components.solar_battery_hub.core.control import Receipt
from custom_components.solar_battery_hub.core.desk import ControlDesk
from custom_components.solar_battery_hub.core.model import Value

from .controls_desk import SERIAL, Desk


class Writer:
    """The part of an account that a control desk needs."""

    def __init__(self, desk: Desk) -> None:
        """Stand before the controls of one device."""
        self._desk = desk

    def controls(self, _: str) -> object:
        """Return what is offered."""
        return self._desk.controls.offered(self._desk.device)

    async def write(self, _: str, changes: dict[str, Value]) -> None:
        """Write."""
        await self._desk.controls.write(self._desk.device, changes)

    async def read_back(self, _: str, settings: frozenset[str]) -> object:
        """Read back."""
        return await self._desk.controls.read_back(self._desk.device, settings)


class Counter:
    """A control desk over the controls, and what it tells."""

    def __init__(self, desk: Desk) -> None:
        """Open."""
        self.told: list[tuple[str, bool]] = []
        self.clock = desk.clock
        self.desk = ControlDesk(
            Writer(desk),  # type: ignore[arg-type]
            desk.clock,
            lambda _: None,
            on_change=lambda: None,
            on_outcome=lambda _, outcome, details: self.told.append((outcome, details["late"])),
        )

    async def change(self, *, wait: float = 30, **changes: Value) -> Receipt:
        """Change settings of the device."""
        return await self.desk.apply(SERIAL, changes, wait=wait)

    async def later(self) -> datetime:
        """Verify what is due, when it is due; return when that was."""
        at = self.desk.next_verification
        assert at is not None
        await self.clock.sleep_until(at)
        await self.desk.verify_due()
        return at
