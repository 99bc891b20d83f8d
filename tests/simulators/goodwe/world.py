"""The world behind all routes: one account with its plants, devices, tokens and what is written to the devices.

``world.account``, ``world.sessions`` (``open(way)``, ``standing(token, uid)``), ``world.limits`` (``refuse(login=)``),
``world.plants``, ``world.plant(id)``, ``world.device(serial)``, ``world.switches`` (what a route answers instead of data),
``await world.write(inverter, values, …)`` → a code, ``world.audit``. ``catch_up()`` lets all plants live until now; the
server calls it before every request.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tests.simulators.clock import SimClock
from tests.simulators.goodwe.account import Account, Session, Sessions, Way, new_uid
from tests.simulators.goodwe.alarms import Alarm
from tests.simulators.goodwe.devices import Charger, Device, Dongle, Inverter, Meter, Storage
from tests.simulators.goodwe.limits import Limits
from tests.simulators.goodwe.models import PROFILES
from tests.simulators.goodwe.plants import Plant
from tests.simulators.goodwe.record import Record

__all__ = [
    "Alarm",
    "Audit",
    "Charger",
    "Device",
    "Dongle",
    "Inverter",
    "Meter",
    "Plant",
    "Record",
    "Session",
    "Storage",
    "Switches",
    "Way",
    "World",
    "WriteBehaviour",
    "WriteKind",
]

START_SECONDS = 75.0
"""How long an inverter takes to start (§6.1: at least 60 s)."""
OK, FAILED, NO_RIGHT = "ok", "P0215", "100025"

type WriteKind = Literal["applied", "refused", "lost", "late"]
type Health = Literal["full", "empty", "missing"]
"""Data as it is, success with nothing in it, HTTP 404."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBehaviour:
    """How a coming write turns out: ``refused`` by the device (P0215), acknowledged but ``lost``, or ``late``.

    ``blocks`` is how long the answer takes, ``seconds`` how late it takes effect, ``serial`` whose write (``None``: any).
    """

    kind: WriteKind = "applied"
    blocks: float | None = None
    seconds: float = 0.0
    serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """A write as the owner's list shows it; ``code`` is what came of it: ok, P0215 or 100025."""

    time: datetime
    way: Way
    serial: str
    values: Mapping[str, Any]
    log: Mapping[str, Any]
    code: str


@dataclass(frozen=True, slots=True)
class Pending:
    """Settings that are due later."""

    due: datetime
    inverter: Inverter
    values: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Switches:
    """What the server does instead of what it should.

    ``monitor``: B's big call (§0: empty since 2026-09-23). ``legacy``, ``semsplus``: all data calls of a way.
    ``int_codes``: B's data calls answer numbers as code. ``frozen_pac``: a stopped inverter keeps telling its last power.
    ``kilowatts``: B's powerflow is told in kW. ``owner_call``: B's ``GetPowerStationIdByOwner`` still takes every
    version in the Token header, else it answers 100000 (§1.2).
    """

    monitor: Health = "full"
    legacy: Health = "full"
    semsplus: Health = "full"
    int_codes: bool = False
    frozen_pac: bool = False
    kilowatts: bool = False
    owner_call: bool = True


class World:
    """An account. ``profile`` names its plants; they began at the local midnight ``past_days`` ago."""

    def __init__(
        self,
        clock: SimClock,
        *,
        profile: str = "home",
        region: str = "eu",
        seed: int = 0,
        past_days: int = 0,
        limits: bool = False,
        write_seconds: float = 0.0,
        plant_options: Mapping[str, Any] | None = None,
    ) -> None:
        """Build it as it stands at the clock's present time."""
        self.clock = clock
        self.host_region = region
        self._random = Random(f"account {seed}")
        self.account = Account(
            email="owner@example.com", password="Correct-Horse-7!", uid=new_uid(self._random), region=region
        )
        self.sessions = Sessions(clock, self.account, self._random)
        self.limits = Limits(clock, on=limits)
        self.switches = Switches()
        self.writes: deque[WriteBehaviour] = deque()
        self.audit: list[Audit] = []
        self.write_seconds = write_seconds
        self._pending: list[Pending] = []
        self.plants = [
            Plant(
                plan,
                clock=clock,
                since=self._midnight(past_days, {**(plant_options or {}), **plan.options}),
                random=self._random,
                seed=seed + number,
                **{**(plant_options or {}), **plan.options},
            )
            for number, plan in enumerate(PROFILES[profile])
        ]
        self.catch_up()

    def _midnight(self, past_days: int, options: Mapping[str, Any]) -> datetime:
        """Return the local midnight at which a plant begins."""
        local = self.clock.now().astimezone(ZoneInfo(options.get("timezone", "Europe/Berlin")))
        return (local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=past_days)).astimezone(UTC)

    # --- looking -----------------------------------------------------------------------------------------------------

    @property
    def devices(self) -> Iterator[Device]:
        """Yield the devices of all plants."""
        return (device for plant in self.plants for device in plant.devices)

    @property
    def inverters(self) -> Iterator[Inverter]:
        """Yield the inverters of all plants."""
        return (inverter for plant in self.plants for inverter in plant.inverters)

    def plant(self, plant_id: str) -> Plant | None:
        """Return a plant by its id."""
        return next((plant for plant in self.plants if plant.id == plant_id), None)

    def device(self, serial: str) -> Device | None:
        """Return a device by its serial number."""
        return next((device for device in self.devices if device.serial == serial), None)

    def inverter(self, serial: str) -> Inverter | None:
        """Return an inverter by its serial number."""
        device = self.device(serial)
        return device if isinstance(device, Inverter) else None

    def catch_up(self) -> None:
        """Let everything live until now."""
        now = self.clock.now()
        for pending in sorted(self._pending, key=lambda pending: pending.due):
            if pending.due <= now:
                self._pending.remove(pending)
                pending.inverter.plant.advance(pending.due)
                pending.inverter.change(pending.values)
        for plant in self.plants:
            plant.advance(now)

    def truth(self) -> dict[str, Any]:
        """Return what really happens, by plant id."""
        self.catch_up()
        return {plant.id: plant.info() for plant in self.plants}

    # --- writing -----------------------------------------------------------------------------------------------------

    async def write(
        self, inverter: Inverter, values: Mapping[str, Any], *, way: Way, log: Mapping[str, Any] | None = None
    ) -> str:
        """Let a write reach the device: blocks, takes effect as ordered, is noted; return ok, P0215 or 100025 (§10.13)."""
        behaviour = self._behaviour(inverter)
        allowed = "INVERTER_REMOTE" in inverter.plant.permissions
        if allowed:
            blocks = self.write_seconds if behaviour.blocks is None else behaviour.blocks
            if blocks:
                await self.clock.sleep(blocks)
                self.catch_up()
        reached = inverter.reachable and behaviour.kind != "refused"
        code = NO_RIGHT if not allowed else OK if reached else FAILED
        if code == OK and behaviour.kind != "lost":
            self._arrive(inverter, values, behaviour.seconds)
        self.audit.append(
            Audit(time=self.clock.now(), way=way, serial=inverter.serial, values=values, log=log or {}, code=code)
        )
        return code

    def _arrive(self, inverter: Inverter, values: Mapping[str, Any], seconds: float) -> None:
        """Let settings take effect: at once, late, or a start after the inverter has checked the grid."""
        starts = bool(values.get("Running")) and not inverter.settings["Running"]
        delay = max(seconds, START_SECONDS if starts else 0.0)
        self._pending.append(
            Pending(due=self.clock.now() + timedelta(seconds=delay), inverter=inverter, values=dict(values))
        )
        self.catch_up()

    def _behaviour(self, inverter: Inverter) -> WriteBehaviour:
        """Return how this write turns out, and forget the order."""
        for behaviour in self.writes:
            if behaviour.serial in (None, inverter.serial):
                self.writes.remove(behaviour)
                return behaviour
        return WriteBehaviour()
