"""The parts a house is made of and the truth it tells. Signs: battery + = discharging, grid + = import."""

from dataclasses import asdict, dataclass
from datetime import datetime
import math
from typing import Any, Literal

type Grid = Literal["connected", "islanded", "resyncing"]
type Mode = Literal["self_consumption", "autonomous", "backup", "scheduler", "fill"]


@dataclass(slots=True, kw_only=True)
class Battery:
    """One battery: AC powers in W, energies in Wh; ``charged_wh`` and ``discharged_wh`` count on the AC side."""

    serial: str
    capacity_wh: float = 13_500.0
    energy_wh: float = 6_750.0
    max_charge_w: float = 5_000.0
    max_discharge_w: float = 5_000.0
    efficiency: float = 0.9
    charged_wh: float = 0.0
    discharged_wh: float = 0.0
    disabled_reasons: tuple[str, ...] = ()
    power_w: float = 0.0

    @property
    def enabled(self) -> bool:
        """Tell whether it takes part."""
        return not self.disabled_reasons

    @property
    def level(self) -> float:
        """Return its charge in % of the physical capacity."""
        return 100 * self.energy_wh / self.capacity_wh

    def discharge_limit(self, floor_percent: float, hours: float) -> float:
        """Return how much it can give for ``hours`` without going below ``floor_percent``, in W."""
        spare = self.energy_wh - self.capacity_wh * floor_percent / 100
        return max(0.0, min(self.max_discharge_w, spare * math.sqrt(self.efficiency) / hours)) if self.enabled else 0.0

    def charge_limit(self, hours: float, ceiling_percent: float = 100.0) -> float:
        """Return how much it can take for ``hours`` without going above ``ceiling_percent``, in W."""
        room = self.capacity_wh * ceiling_percent / 100 - self.energy_wh
        return max(0.0, min(self.max_charge_w, room / math.sqrt(self.efficiency) / hours)) if self.enabled else 0.0

    def integrate(self, hours: float) -> None:
        """Let its present power flow for ``hours``; each way costs the square root of the round trip's loss."""
        energy = abs(self.power_w) * hours
        if self.power_w > 0:
            self.discharged_wh += energy
            self.energy_wh = max(0.0, self.energy_wh - energy / math.sqrt(self.efficiency))
        elif self.power_w < 0:
            self.charged_wh += energy
            self.energy_wh = min(self.capacity_wh, self.energy_wh + energy * math.sqrt(self.efficiency))


@dataclass(slots=True, kw_only=True)
class Counters:
    """Lifetime energies in Wh.

    ``output_wh`` is what sun and batteries together gave on the AC side, ``grid_charge_wh`` what the batteries took from
    the grid (the sun serves the household first).
    """

    solar_wh: float = 0.0
    standby_wh: float = 0.0
    home_wh: float = 0.0
    grid_import_wh: float = 0.0
    grid_export_wh: float = 0.0
    battery_charge_wh: float = 0.0
    battery_discharge_wh: float = 0.0
    output_wh: float = 0.0
    grid_charge_wh: float = 0.0

    @classmethod
    def of_two_years(cls, *, charged_wh: float, discharged_wh: float) -> Counters:
        """Return counters that fit together, for a plant that has run for two years with these batteries."""
        solar, standby, imported, exported = 11_250_400.0, 20_310.0, 5_120_700.0, 4_730_250.0
        return cls(
            solar_wh=solar,
            standby_wh=standby,
            home_wh=solar - standby + imported - exported - charged_wh + discharged_wh,
            grid_import_wh=imported,
            grid_export_wh=exported,
            battery_charge_wh=charged_wh,
            battery_discharge_wh=discharged_wh,
            output_wh=solar - charged_wh + discharged_wh,
        )


@dataclass(slots=True, kw_only=True)
class Settings:
    """What ``House.set`` changes.

    ``solar_w``/``home_w`` replace sun and household (``None``: as nature has it); ``command_w`` is what mode
    *scheduler* asks of the batteries (+ = discharge); ``reserve_percent`` and ``ceiling_percent`` (where charging ends)
    are on the physical scale; ``grid_charge_w`` is how fast the grid may charge, ``charge_limit_w`` and
    ``discharge_limit_w`` hold for every mode, ``output_limit_w`` for sun and batteries together; ``halted`` batteries do
    nothing.
    """

    mode: Mode = "self_consumption"
    reserve_percent: float = 20.0
    solar_w: float | None = None
    home_w: float | None = None
    command_w: float = 0.0
    grid_charge_w: float = 3_000.0
    export_limit_w: float = math.inf
    ceiling_percent: float = 100.0
    charge_limit_w: float = math.inf
    discharge_limit_w: float = math.inf
    output_limit_w: float = math.inf
    halted: bool = False


@dataclass(slots=True, kw_only=True)
class Flows:
    """The powers of one moment in W; ``home == grid + battery + solar - standby``."""

    solar: float = 0.0
    standby: float = 0.0
    home: float = 0.0
    grid: float = 0.0
    battery: float = 0.0
    blackout: bool = False

    @property
    def need(self) -> float:
        """Return what sun alone leaves to batteries and grid; negative: surplus."""
        return self.home + self.standby - self.solar


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A whole house at one moment; counters and batteries are copies.

    ``battery_level`` (% of the physical capacity), ``battery_energy_wh`` and ``battery_capacity_wh`` are those of the
    enabled batteries together. ``outage`` is the utility's fault; ``grid`` is *islanded* also when switched off-grid.
    """

    time: datetime
    solar_w: float
    standby_w: float
    home_w: float
    grid_w: float
    battery_w: float
    battery_level: float
    battery_energy_wh: float
    battery_capacity_wh: float
    mode: Mode
    reserve_percent: float
    grid: Grid
    outage: bool
    blackout: bool
    counters: Counters
    batteries: tuple[Battery, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON, the time as ISO text."""
        return {**asdict(self), "time": self.time.isoformat()}
