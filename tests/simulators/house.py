"""The house behind a simulator: sun, consumption, batteries, grid and the energy counters. It knows no vendor.

Signs as everywhere in this project: ``grid_w`` + = import, ``battery_w`` + = discharging, ``solar_w`` and ``home_w`` ≥ 0.
At every moment ``home_w == grid_w + battery_w + solar_w - standby_w``; the standby is what solar inverters draw at night.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
import math
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulators.clock import SimClock
from tests.simulators.plant import Battery, Counters, Flows, Grid, Mode, Settings, Truth
from tests.simulators.surroundings import Household, Sun

__all__ = ["Battery", "Counters", "Grid", "House", "Mode", "Settings", "Truth"]

STEP_SECONDS = 5.0
COARSE_STEP_SECONDS = 60.0
COARSE_FROM_SECONDS = 3_600.0
"""A clock that jumped further than this is followed in coarse steps."""
STANDBY_W = 4.0
PEAK_HOURS = range(16, 21)
CHEAP_HOURS = range(5)
CHEAP_CHARGE_TO_PERCENT = 80.0

type Steering = Callable[[House, datetime], None]


class House:
    """A house that lives by its clock, lazily: it catches up whenever somebody looks. No task, no timer.

    Look with ``truth()``. Change it with ``set(mode=…, reserve_percent=…, solar_w=…, home_w=…, …)`` (the fields of
    ``Settings``), ``set_level``, ``start_outage``/``end_outage`` (the utility), ``disconnect``/``reconnect`` (off-grid by
    choice), ``add_battery``, ``replace_battery`` and ``disable_battery``; each takes effect at the clock's present time.
    Without ``counters`` it starts with a plausible past. It has lived since ``since`` (else: since now) in steps of
    ``step_seconds``; before each one ``steering`` is told the local time and may assign new ``settings``.
    """

    def __init__(
        self,
        clock: SimClock,
        *,
        timezone: str = "Europe/Berlin",
        latitude: float = 48.0,
        solar_peak_w: float = 6_000.0,
        cloudiness: float = 0.0,
        load_scale: float = 1.0,
        batteries: Iterable[Battery] | None = None,
        counters: Counters | None = None,
        resync_seconds: float = 20.0,
        step_seconds: float = STEP_SECONDS,
        standby_w: float = STANDBY_W,
        since: datetime | None = None,
        steering: Steering | None = None,
        seed: int = 0,
    ) -> None:
        """Build it as it stands at the clock's present time, or stood at ``since``."""
        self.clock = clock
        self.zone = ZoneInfo(timezone)
        self.sun = Sun(peak_w=solar_peak_w, latitude=latitude, cloudiness=cloudiness, seed=seed)
        self.household = Household(scale=load_scale, seed=seed)
        self.batteries = list(batteries) if batteries is not None else [Battery(serial="BAT0001")]
        self.counters = counters or Counters.of_two_years(
            charged_wh=sum(battery.charged_wh for battery in self.batteries),
            discharged_wh=sum(battery.discharged_wh for battery in self.batteries),
        )
        self.settings = Settings()
        self.resync_seconds = resync_seconds
        self._utility_up = True
        self._switched_off = False
        self._outage_ends = math.inf
        self._resynced_at = -math.inf
        self._standby_w = standby_w
        self._steering = steering
        self._time = (since or clock.now()).timestamp()
        self._fine_step = self._step = step_seconds
        self._boundary = self._time
        self._flows = Flows()
        self._rebalance()

    # --- looking -----------------------------------------------------------------------------------------------------

    @property
    def grid(self) -> Grid:
        """Return how the house stood to the grid at the last look."""
        if not self._utility_up or self._switched_off:
            return "islanded"
        return "resyncing" if self._time < self._resynced_at else "connected"

    def local(self) -> datetime:
        """Return the house's local time at the last look."""
        return datetime.fromtimestamp(self._time, self.zone)

    def truth(self) -> Truth:
        """Catch up with the clock and tell everything."""
        self.advance_to(self.clock.now())
        return self.last_truth()

    def last_truth(self) -> Truth:
        """Tell everything as it was at the last look."""
        enabled = [battery for battery in self.batteries if battery.enabled]
        energy = sum(battery.energy_wh for battery in enabled)
        capacity = sum(battery.capacity_wh for battery in enabled)
        flows = self._flows
        return Truth(
            time=datetime.fromtimestamp(self._time, UTC),
            solar_w=flows.solar,
            standby_w=flows.standby,
            home_w=flows.home,
            grid_w=flows.grid,
            battery_w=flows.battery,
            battery_level=100 * energy / capacity if capacity else 0.0,
            battery_energy_wh=energy,
            battery_capacity_wh=capacity,
            mode=self.settings.mode,
            reserve_percent=self.settings.reserve_percent,
            grid=self.grid,
            outage=not self._utility_up,
            blackout=flows.blackout,
            counters=replace(self.counters),
            batteries=tuple(replace(battery) for battery in self.batteries),
        )

    # --- changing ----------------------------------------------------------------------------------------------------

    def set(self, **changes: Any) -> None:
        """Change fields of ``Settings`` now; an unknown one raises TypeError."""
        self.advance_to(self.clock.now())
        self.settings = replace(self.settings, **changes)
        self._rebalance()

    def set_level(self, percent: float) -> None:
        """Put every battery at ``percent`` of its physical capacity."""
        self.advance_to(self.clock.now())
        for battery in self.batteries:
            battery.energy_wh = battery.capacity_wh * percent / 100
        self._rebalance()

    def start_outage(self, seconds: float = math.inf) -> None:
        """Let the utility fail now, for ``seconds`` or until ``end_outage``."""
        self.advance_to(self.clock.now())
        self._utility_up = False
        self._outage_ends = self._time + seconds
        self._rebalance()

    def end_outage(self) -> None:
        """Bring the utility back; the house reconnects after ``resync_seconds``."""
        self.advance_to(self.clock.now())
        self._utility_returns()
        self._rebalance()

    def disconnect(self) -> None:
        """Leave the grid by choice."""
        self.advance_to(self.clock.now())
        self._switched_off = True
        self._rebalance()

    def reconnect(self) -> None:
        """Return to the grid, which takes ``resync_seconds``."""
        self.advance_to(self.clock.now())
        if self._switched_off:
            self._switched_off = False
            self._resynced_at = self._time + self.resync_seconds
        self._rebalance()

    def add_battery(self, battery: Battery) -> None:
        """Take one more battery into use."""
        self.advance_to(self.clock.now())
        self.batteries.append(battery)
        self._rebalance()

    def replace_battery(self, index: int, battery: Battery) -> None:
        """Put ``battery`` in the place of another; the house's own counters go on."""
        self.advance_to(self.clock.now())
        self.batteries[index] = battery
        self._rebalance()

    def remove_battery(self, index: int) -> Battery:
        """Take a battery out of use and return it; the house's own counters go on."""
        self.advance_to(self.clock.now())
        battery = self.batteries.pop(index)
        self._rebalance()
        return battery

    def disable_battery(self, index: int, reasons: Iterable[str]) -> None:
        """Disable a battery for ``reasons``; without any it works again."""
        self.advance_to(self.clock.now())
        self.batteries[index].disabled_reasons = tuple(reasons)
        self._rebalance()

    # --- living ------------------------------------------------------------------------------------------------------

    def advance_to(self, now: datetime) -> None:
        """Live until ``now`` in fixed steps. A clock set back moves the house without undoing what it did."""
        target = now.timestamp()
        if target < self._time:
            self._time = target
            self._rebalance()
            return
        far = target - self._time > COARSE_FROM_SECONDS
        self._step = max(COARSE_STEP_SECONDS, self._fine_step) if far else self._fine_step
        while self._boundary <= target:
            self._integrate(self._boundary)
            if self._time >= self._outage_ends:
                self._utility_returns()
            self._rebalance()
        self._integrate(target)

    def _utility_returns(self) -> None:
        """Start the way back to the grid after an outage."""
        if not self._utility_up:
            self._utility_up = True
            self._outage_ends = math.inf
            self._resynced_at = self._time + self.resync_seconds

    def _integrate(self, until: float) -> None:
        """Let the present powers flow until ``until``."""
        hours = (until - self._time) / 3600
        self._time = until
        if not hours:
            return
        flows, counters = self._flows, self.counters
        counters.solar_wh += flows.solar * hours
        counters.standby_wh += flows.standby * hours
        counters.home_wh += flows.home * hours
        counters.grid_import_wh += max(flows.grid, 0.0) * hours
        counters.grid_export_wh += max(-flows.grid, 0.0) * hours
        counters.battery_discharge_wh += max(flows.battery, 0.0) * hours
        counters.battery_charge_wh += max(-flows.battery, 0.0) * hours
        counters.output_wh += max(flows.solar + flows.battery, 0.0) * hours
        counters.grid_charge_wh += max(min(flows.grid, -flows.battery), 0.0) * hours
        for battery in self.batteries:
            battery.integrate(hours)

    def _rebalance(self) -> None:
        """Work out the powers that hold until the next step or event."""
        events = (moment for moment in (self._outage_ends, self._resynced_at) if moment > self._time)
        self._boundary = min(self._time + self._step, *events, math.inf)
        local = self.local()
        if self._steering is not None:
            self._steering(self, local)
        settings = self.settings
        solar = self.sun.watts(local) if settings.solar_w is None else settings.solar_w
        home = self.household.watts(local) if settings.home_w is None else settings.home_w
        flows = Flows(solar=solar, home=home, standby=0.0 if solar else self._standby_w)
        if self.grid == "connected":
            self._balance_on_grid(flows, local)
        else:
            self._balance_off_grid(flows)
        self._flows = flows

    def _balance_on_grid(self, flows: Flows, local: datetime) -> None:
        """Let the mode steer the batteries; the grid takes or gives the rest, up to the export limit."""
        settings = self.settings
        wanted = 0.0 if settings.halted else STRATEGIES[settings.mode](self, flows, local)
        wanted = min(max(wanted, -settings.charge_limit_w), settings.discharge_limit_w)
        flows.battery = self._share_out(wanted, settings.reserve_percent)
        self._limit_output(flows)
        flows.grid = flows.need - flows.battery

    def _limit_output(self, flows: Flows) -> None:
        """Throttle first the discharging batteries, then the sun, to what may leave on the AC side and be exported."""
        settings = self.settings
        limit = min(settings.output_limit_w, flows.home + flows.standby + settings.export_limit_w)
        excess = flows.solar + flows.battery - limit
        if excess > 0 and flows.battery > 0:
            kept = self._share_out(max(0.0, flows.battery - excess), settings.reserve_percent)
            excess -= flows.battery - kept
            flows.battery = kept
        flows.solar -= max(0.0, excess)

    def _balance_off_grid(self, flows: Flows) -> None:
        """Let the batteries carry the house down to empty; surplus sun is throttled, a shortage turns all off."""
        need = flows.need
        flows.battery = self._share_out(0.0 if self.settings.halted else need, 0.0)
        if need > flows.battery:
            self._share_out(0.0, 0.0)
            flows.solar = flows.home = flows.standby = flows.battery = 0.0
            flows.blackout = True
        else:
            flows.solar -= flows.battery - need

    def _share_out(self, wanted: float, floor_percent: float) -> float:
        """Spread ``wanted`` (+ = discharge) over the batteries by what each can do; return what they do together."""
        hours = self._step / 3600
        sign = 1.0 if wanted > 0 else -1.0
        limits = [
            battery.discharge_limit(floor_percent, hours)
            if wanted > 0
            else battery.charge_limit(hours, self.settings.ceiling_percent)
            for battery in self.batteries
        ]
        possible = sum(limits)
        total = min(abs(wanted), possible)
        for battery, limit in zip(self.batteries, limits, strict=True):
            battery.power_w = sign * total * limit / possible if possible else 0.0
        return sign * total if total else 0.0

    def level(self) -> float:
        """Return the charge of the enabled batteries together in %, at the last look."""
        enabled = [battery for battery in self.batteries if battery.enabled]
        capacity = sum(battery.capacity_wh for battery in enabled)
        return 100 * sum(battery.energy_wh for battery in enabled) / capacity if capacity else 0.0


def _self_consumption(_house: House, flows: Flows, _local: datetime) -> float:
    """Cover the household from the batteries and fill them from surplus sun."""
    return flows.need


def _backup(house: House, flows: Flows, _local: datetime) -> float:
    """Fill the batteries from sun and grid and keep them full."""
    return min(flows.need, -house.settings.grid_charge_w)


def _autonomous(house: House, flows: Flows, local: datetime) -> float:
    """Charge in the cheap hours, discharge in the dear ones, take only surplus sun in between."""
    if local.hour in PEAK_HOURS:
        return flows.need
    if local.hour in CHEAP_HOURS and house.level() < CHEAP_CHARGE_TO_PERCENT:
        return min(flows.need, -house.settings.grid_charge_w)
    return min(flows.need, 0.0)


def _scheduler(house: House, _flows: Flows, _local: datetime) -> float:
    """Do what was commanded."""
    return house.settings.command_w


def _fill(_house: House, flows: Flows, _local: datetime) -> float:
    """Give all sun to the batteries before the household and keep them."""
    return -flows.solar


STRATEGIES: dict[Mode, Callable[[House, Flows, datetime], float]] = {
    "self_consumption": _self_consumption,
    "backup": _backup,
    "autonomous": _autonomous,
    "scheduler": _scheduler,
    "fill": _fill,
}
