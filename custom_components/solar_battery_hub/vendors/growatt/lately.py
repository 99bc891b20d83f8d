"""What was written so lately that the server's copy may not have it yet (growatt.md A.9, B.7)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ...core.clock import Clock
from ...core.model import Value
from ..base import PrivateStore

FOLLOWS: Final = 310.0  # seconds until the server's copy certainly follows the device (A.9)
_OURS: Final = 3600.0  # seconds in which a change is verified


class Lately:
    """Settings by serial number and key, also over a restart: what goes along with a change must not undo the last one.

    A write counts from when it leaves, for it may land although its answer is lost.
    """

    def __init__(self, store: PrivateStore, clock: Clock) -> None:
        """Go on from what the shared store holds."""
        self._store = store
        self._clock = clock
        # Of each setting when it left (ISO, UTC) and its value.
        self._written: dict[str, dict[str, list[Any]]] = store.shared.setdefault("written_lately", {})

    def of(self, serial: str) -> dict[str, Value]:
        """Return what counts more than the server's copy."""
        return self._within(serial, FOLLOWS)

    def ours(self, serial: str) -> dict[str, Value]:
        """Return what a device has from us, if it still has it."""
        return self._within(serial, _OURS)

    def _within(self, serial: str, seconds: float) -> dict[str, Value]:
        return {key: value for key, (at, value) in self._written.get(serial, {}).items() if self._age(at) <= seconds}

    async def leaves(self, serial: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Take note of a write, and save that before it is sent; return what counted before."""
        before = self.of(serial)
        await self._keep(serial, values)
        return before

    async def refused(self, serial: str, values: Mapping[str, Value], before: Mapping[str, Value]) -> None:
        """Take back a write that left nothing behind."""
        known = self._written.get(serial, {})
        for key in values:
            known.pop(key, None)
        await self._keep(serial, {key: before[key] for key in values if key in before})

    async def _keep(self, serial: str, values: Mapping[str, Value]) -> None:
        now = self._clock.now().isoformat()
        known = {key: stored for key, stored in self._written.get(serial, {}).items() if self._age(stored[0]) <= _OURS}
        self._written[serial] = known | {key: [now, value] for key, value in values.items()}
        await self._store.save()

    def _age(self, at: str) -> float:
        """Return the seconds since; a moment far ahead comes from a clock that was put back and is old, too."""
        return abs((self._clock.now() - datetime.fromisoformat(at)).total_seconds())
