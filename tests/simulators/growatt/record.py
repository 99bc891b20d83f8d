"""What a device measures and uploads: plain numbers with neutral names, before any API gives them its own."""

from dataclasses import dataclass, fields
from datetime import datetime

from tests.simulators.growatt.values import WH, tenth
from tests.simulators.house import Counters, Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Energies:
    """Energies in kWh. ``output`` is the inverter's AC side, ``grid_charge`` the battery's part of ``imported``."""

    solar: float = 0.0
    output: float = 0.0
    charged: float = 0.0
    discharged: float = 0.0
    grid_charge: float = 0.0
    imported: float = 0.0
    exported: float = 0.0
    load: float = 0.0

    @classmethod
    def of(cls, counters: Counters) -> Energies:
        """Return a house's lifetime counters."""
        return cls(
            solar=counters.solar_wh / WH,
            output=counters.output_wh / WH,
            charged=counters.battery_charge_wh / WH,
            discharged=counters.battery_discharge_wh / WH,
            grid_charge=counters.grid_charge_wh / WH,
            imported=counters.grid_import_wh / WH,
            exported=counters.grid_export_wh / WH,
            load=(counters.home_wh + counters.standby_wh) / WH,
        )

    def since(self, start: Energies) -> Energies:
        """Return what was added since ``start``."""
        return Energies(**{part.name: getattr(self, part.name) - getattr(start, part.name) for part in fields(self)})

    def plus(self, other: Energies) -> Energies:
        """Return the sum of both."""
        return Energies(**{part.name: getattr(self, part.name) + getattr(other, part.name) for part in fields(self)})

    def counted(self) -> Energies:
        """Return them as devices count: in steps of 0.1 kWh."""
        return Energies(**{part.name: tenth(getattr(self, part.name)) for part in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRecord:
    """A battery pack: power in W (+ = discharging), energies in kWh over its life, level in %."""

    serial: str
    power_w: float
    soc: float
    charged: float
    discharged: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One upload. Powers in W: grid + = import, battery + = discharging; ``grid_charge_w`` is what of it charges.

    ``time`` is the device's own clock without a zone, ``instant`` the true moment; ``again`` marks a row sent afterwards.
    """

    time: datetime
    instant: datetime
    solar_w: float
    battery_w: float
    grid_w: float
    load_w: float
    output_w: float
    grid_charge_w: float
    soc: float
    today: Energies
    total: Energies
    packs: tuple[PackRecord, ...] = ()
    again: bool = False

    @classmethod
    def of(cls, truth: Truth, *, time: datetime, day_start: Energies) -> Record:
        """Return what a device sees of its house at this moment, in its steps."""
        total = Energies.of(truth.counters)
        return cls(
            time=time,
            instant=truth.time,
            solar_w=tenth(truth.solar_w),
            battery_w=tenth(truth.battery_w),
            grid_w=tenth(truth.grid_w),
            load_w=tenth(truth.home_w + truth.standby_w),
            output_w=tenth(max(0.0, truth.solar_w + truth.battery_w)),
            grid_charge_w=tenth(max(0.0, min(truth.grid_w, -truth.battery_w))),
            soc=float(round(truth.battery_level)),
            today=total.since(day_start).counted(),
            total=total.counted(),
            packs=tuple(
                PackRecord(
                    serial=battery.serial,
                    power_w=tenth(battery.power_w),
                    soc=float(round(battery.level)),
                    charged=tenth(battery.charged_wh / WH),
                    discharged=tenth(battery.discharged_wh / WH),
                )
                for battery in truth.batteries
            ),
        )
