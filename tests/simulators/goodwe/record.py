"""What is measured and uploaded: plain numbers with neutral names, before any route gives them its own."""

from dataclasses import dataclass
from datetime import datetime

from tests.simulators.goodwe.energies import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A battery pack: ``power_w`` + = discharging, ``level`` in %, energies of its life in kWh."""

    serial: str
    power_w: float
    level: float
    charged: float
    discharged: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One upload of an inverter, or what the plant's devices told of one minute.

    ``time`` is plant time without a zone, ``instant`` the true moment. Powers in whole W with the house's signs:
    ``grid_w`` + = import (the wire has + = export, goodwe.md §5.3), ``battery_w`` + = discharging. Exact:
    ``load_w == solar_w + battery_w + grid_w`` (of a plant) and ``output_w == solar_w + battery_w``. An inverter without
    a meter knows neither ``grid_w`` nor ``load_w``: both 0. ``mode`` is ``INVCurrentWorkMode`` (§6.3).
    """

    instant: datetime
    time: datetime
    solar_w: float
    battery_w: float
    grid_w: float
    load_w: float
    output_w: float
    level: float
    charger_w: float
    counted: Counted
    running: bool = True
    mode: int = 1
    packs: tuple[Pack, ...] = ()
