"""The gateway as a machine: what it is, what it is doing and how it takes orders. No HTTP, no JSON."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal, cast

from tests.simulators.clock import SimClock
from tests.simulators.house import Battery, House, Mode, Truth
from tests.simulators.powerwall.profiles import Profile

type WriteKind = Literal["normal", "not_applied", "late", "partly", "answer_lost"]

WRITABLE_MODES = ("self_consumption", "autonomous", "backup")
RESERVE_RANGE = (5.0, 100.0)
RESERVE_NOISE = 0.00002
"""The gateway's floats: a reserve of 5 reads back as 5.00002 (§6.1)."""
ISLANDING_SECONDS = 3.0
GRID_FAULT_LIFE = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class WriteBehaviour:
    """What happens to a write: applied as asked, never, ``seconds`` late, the mode only, or applied but not answered.

    ``times`` is how many more writes it is for (``None``: all).
    """

    kind: WriteKind = "normal"
    seconds: float = 0.0
    times: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A mode and a reserve (raw %) to be applied; ``None`` leaves the present one."""

    mode: Mode | None
    reserve: float | None
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFault:
    """One entry of ``grid_faults``; ``number`` is the alert's (6 = a006), ``field`` its measured value."""

    time: datetime
    name: str
    number: int
    is_fault: bool
    field: tuple[str, float, str] | None
    serial: str


@dataclass(slots=True)
class Sitemaster:
    """The program that runs batteries and meters: it runs from ``runs_from`` on, ``None`` means stopped."""

    runs_from: datetime | None
    start_seconds: float = 4.0
    refuses_stop: bool = False


class Gateway:
    """One gateway. ``house`` is the physics; ``mode`` and reserve live there once they are applied."""

    def __init__(self, profile: Profile, clock: SimClock, house: House, serial: str, seed: int) -> None:
        """Bring it up: it has been running for a while."""
        self.profile = profile
        self.clock = clock
        self.house = house
        self.serial = serial
        self.seed = seed
        self.din = f"{profile.part_number}--{serial}"
        self.version = profile.version
        self.git_hash = profile.git_hash
        self.site_name = "Simulated Home"
        self.commission_count = 11
        self.start_time = clock.now() - timedelta(hours=230, minutes=55, seconds=59.9)
        self.last_toggle = clock.now() - timedelta(days=90)
        self.sitemaster = Sitemaster(runs_from=clock.now())
        self.writes = WriteBehaviour()
        self.grid_faults: list[GridFault] = []
        self.revision = 0
        """Changes when anything changes that a precomputed answer contains."""
        self._pending: tuple[Mode, float] | None = None
        self._late: list[Order] = []
        self._islanding_until = clock.now()

    # --- being looked at ---------------------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Apply what is due."""
        now = self.clock.now()
        if self._late and any(order.due <= now for order in self._late):
            due = [order for order in self._late if order.due <= now]
            self._late = [order for order in self._late if order.due > now]
            for order in due:
                self._apply(order)
        if self.house.settings.halted and self.running:
            self.house.set(halted=False)
            self.revision += 1
        while self.grid_faults and self.grid_faults[0].time < now - GRID_FAULT_LIFE:
            del self.grid_faults[0]

    @property
    def running(self) -> bool:
        """Tell whether the sitemaster runs."""
        runs_from = self.sitemaster.runs_from
        return runs_from is not None and self.clock.now() >= runs_from

    def grid_status(self, truth: Truth) -> str:
        """Return the grid status in the gateway's words (§7)."""
        if truth.grid == "connected":
            return "SystemGridConnected"
        if truth.grid == "resyncing":
            return "SystemTransitionToGrid"
        if truth.blackout:
            return "SystemWaitForUser"
        return "SystemTransitionToIsland" if self.clock.now() < self._islanding_until else "SystemIslandedActive"

    # --- taking orders -----------------------------------------------------------------------------------------------

    def ask(self, mode: str, reserve: float) -> bool:
        """Remember a mode and a reserve (raw %) for the next commit; ``False`` if they are out of range (§9.2)."""
        low, high = RESERVE_RANGE
        if mode not in WRITABLE_MODES or not low <= reserve <= high:
            return False
        self._pending = cast("Mode", mode), reserve
        return True

    def commit(self) -> WriteKind:
        """Apply what was asked, the way ``writes`` says, and return that way (§9.2 step 2)."""
        self.commission_count += 1
        if self._pending is None:
            return "normal"
        mode, reserve = self._pending
        self._pending = None
        kind = self._next_write()
        order = Order(mode=mode, reserve=None if kind == "partly" else reserve, due=self.clock.now())
        if kind == "late":
            self._late.append(Order(mode=mode, reserve=reserve, due=order.due + timedelta(seconds=self.writes.seconds)))
        elif kind != "not_applied":
            self._apply(order)
        return kind

    def _next_write(self) -> WriteKind:
        """Return how the next write goes and count it."""
        writes = self.writes
        if writes.times == 0:
            return "normal"
        if writes.times is not None:
            writes.times -= 1
        return writes.kind

    def _apply(self, order: Order) -> None:
        """Let an order take effect."""
        if order.mode is not None:
            self.house.set(mode=order.mode)
        if order.reserve is not None:
            self.house.set(reserve_percent=order.reserve + RESERVE_NOISE)

    def run_sitemaster(self) -> None:
        """Start the sitemaster; it takes a few seconds."""
        if self.sitemaster.runs_from is None:
            self.sitemaster.runs_from = self.clock.now() + timedelta(seconds=self.sitemaster.start_seconds)

    def stop_sitemaster(self, *, force: bool = False) -> bool:
        """Stop the sitemaster, and with it batteries and meters; ``False`` if it refuses (§10)."""
        if self.sitemaster.refuses_stop and not force:
            return False
        self.sitemaster.runs_from = None
        self.house.set(halted=True)
        self.revision += 1
        return True

    def go_off_grid(self) -> None:
        """Leave the grid (§13)."""
        self._islanding_until = self.clock.now() + timedelta(seconds=ISLANDING_SECONDS)
        self.house.disconnect()

    def go_on_grid(self) -> None:
        """Return to the grid, through a time of synchronising."""
        self.house.reconnect()

    # --- what happens to it ------------------------------------------------------------------------------------------

    def reboot(self) -> None:
        """Start again: uptime from zero, pending writes gone. Sessions are the server's."""
        self.start_time = self.clock.now()
        self._pending = None
        self._late.clear()
        self.revision += 1

    def set_version(self, version: str, git_hash: str | None = None) -> None:
        """Run another firmware text; the behaviour stays the profile's."""
        self.version = version
        self.git_hash = git_hash or self.git_hash
        self.revision += 1

    def add_grid_fault(
        self,
        name: str = "PINV_a006_vfCheckUnderFrequency",
        *,
        is_fault: bool = False,
        battery: int = 0,
    ) -> GridFault:
        """Note a grid disturbance now, as seen by one battery's inverter (§11)."""
        number, field = GRID_FAULTS.get(name, (99, None))
        fault = GridFault(
            time=self.clock.now(),
            name=name,
            number=number,
            is_fault=is_fault,
            field=field,
            serial=self.house.batteries[battery].serial,
        )
        self.grid_faults.append(fault)
        return fault


GRID_FAULTS: dict[str, tuple[int, tuple[str, float, str] | None]] = {
    "PINV_a004_vfCheckUnderVoltage": (4, ("PINV_a004_uv_amplitude", 123, "Vrms")),
    "PINV_a005_vfCheckOverVoltage": (5, ("PINV_a005_ov_amplitude", 271, "Vrms")),
    "PINV_a006_vfCheckUnderFrequency": (6, ("PINV_a006_frequency", 57.207, "Hz")),
    "PINV_a007_vfCheckOverFrequency": (7, ("PINV_a007_frequency", 62.189, "Hz")),
    "PINV_a008_vfCheckRocof": (8, None),
}
"""Disturbances by alert name: the alert's number and its measured value."""


def new_serial(random: Random) -> str:
    """Return a serial number in the gateway's style, unlike any real one."""
    return f"TG{random.randrange(10**12):012d}"


@dataclass(slots=True)
class BatteryMaker:
    """Makes batteries of one part number with plausible pasts."""

    random: Random
    made: int = 0
    capacities: tuple[float, ...] = field(default=(14_061, 14_031, 14_047, 14_102))

    def make(self, *, fresh: bool = False) -> Battery:
        """Return the next battery; a fresh one has never worked."""
        capacity = self.capacities[self.made % len(self.capacities)]
        self.made += 1
        charged = 0.0 if fresh else 2_640_000.0 + self.random.randrange(100_000)
        return Battery(
            serial=new_serial(self.random),
            capacity_wh=capacity,
            energy_wh=capacity * 0.55,
            charged_wh=charged,
            discharged_wh=charged * 0.88,
        )
