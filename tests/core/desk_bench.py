"""A device that takes its time, and a desk to change it from."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
import json
from typing import Any, Self

from custom_components.solar_battery_hub.core.control import Control, ControlKind, Receipt, Setting
from custom_components.solar_battery_hub.core.desk import ControlDesk
from custom_components.solar_battery_hub.core.errors import BadAnswer, HubError, Unreachable
from custom_components.solar_battery_hub.core.model import Ref, Value
from custom_components.solar_battery_hub.core.quantities import Quantity

from .virtual_time import START, VirtualClock

MODE = Setting(key="operating_mode", kind=ControlKind.SELECT, options=("self_consumption", "autonomous", "backup"))
RESERVE = Setting(
    key="backup_reserve",
    kind=ControlKind.NUMBER,
    minimum=0.0,
    maximum=100.0,
    step=1.0,
    quantity=Quantity.RATIO,
    tolerance=0.05,
)
LIMIT = Setting(key="charge_power_limit", kind=ControlKind.NUMBER, minimum=0.0, settle=300.0)


@dataclass
class FakeDevice:
    """Every device of an account: obeys ``delay`` seconds after a write, answers after ``latency``.

    ``write_errors`` and ``read_errors`` hold what the next calls run into, ``None`` for a good
    one; with ``lands`` a write whose answer is lost has reached the device all the same.
    """

    settings: Sequence[Setting] = (MODE, RESERVE, LIMIT)
    delay: float = 0.0
    latency: float = 1.0
    obeys: bool = True
    lands: bool = False
    write_errors: list[HubError | None] = field(default_factory=list)
    read_errors: list[HubError | None] = field(default_factory=list)
    values: dict[Ref, Value] = field(default_factory=dict)
    writes: list[tuple[float, str, dict[str, Value]]] = field(default_factory=list)
    reads: list[tuple[float, frozenset[str]]] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    overlaps: int = 0

    def controls(self, device: str) -> Sequence[Control]:
        """Offer the same settings on every device."""
        return [Control(device=device, setting=setting) for setting in self.settings]

    async def write(self, device: str, changes: Mapping[str, Value]) -> None:
        """Take a change and obey later."""
        self.writes.append((_time(), device, dict(changes)))
        await self._work(device)
        error = self.write_errors.pop(0) if self.write_errors else None
        lost = isinstance(error, Unreachable | BadAnswer)
        if self.obeys and (error is None or (lost and self.lands)):
            landed = {Ref(device, key): value for key, value in changes.items()}
            asyncio.get_running_loop().call_later(self.delay, self.values.update, landed)
        if error is not None:
            raise error

    async def read_back(self, device: str, settings: frozenset[str]) -> Mapping[str, Value]:
        """Say what the device has at the end of the answer."""
        self.reads.append((_time(), settings))
        await self._work(device)
        error = self.read_errors.pop(0) if self.read_errors else None
        if error is not None:
            raise error
        return {key: self.values.get(Ref(device, key)) for key in settings}

    async def _work(self, device: str) -> None:
        self.overlaps += device in self.busy
        self.busy.add(device)
        try:
            await asyncio.sleep(self.latency)
        finally:
            self.busy.discard(device)

    @property
    def sent(self) -> list[dict[str, Value]]:
        """What was written, in order."""
        return [changes for _, _, changes in self.writes]


class Bench:
    """A desk with a fake device; ``known`` is what the last reading said."""

    def __init__(
        self, device: FakeDevice | None = None, *, state: Mapping[str, Any] | None = None, daily_writes: int = 50
    ) -> None:
        """Open the desk."""
        self.device = device or FakeDevice()
        self.clock = VirtualClock()
        self.known: dict[Ref, Value] = {}
        self.outcomes: list[tuple[str, str, dict[str, Any]]] = []
        self.saved: list[dict[str, Any]] = []
        self.desk = ControlDesk(
            self.device,
            self.clock,
            self._known,
            on_change=lambda: self.saved.append(self.desk.as_dict()),
            on_outcome=lambda device, outcome, details: self.outcomes.append((device, outcome, dict(details))),
            daily_writes=daily_writes,
            state=state,
        )

    def restarted(self) -> Self:
        """Return a bench with the same device whose desk knows what was saved last."""
        return type(self)(self.device, state=json.loads(json.dumps(self.saved[-1])))

    def ask(self, wait: float = 30.0, device: str = "gateway", **changes: Value) -> asyncio.Task[Receipt]:
        """Ask for a change and do not wait for it."""
        return asyncio.create_task(self.desk.apply(device, changes, wait=wait))

    async def until(self, seconds: float) -> None:
        """Come back so many seconds after the start."""
        await self.clock.sleep_until(START + timedelta(seconds=seconds))

    def _known(self, ref: Ref) -> Value:
        return self.known.get(ref)

    @property
    def told(self) -> list[str]:
        """The outcomes that were told, in order."""
        return [outcome for _, outcome, _ in self.outcomes]


def _time() -> float:
    return asyncio.get_running_loop().time()
