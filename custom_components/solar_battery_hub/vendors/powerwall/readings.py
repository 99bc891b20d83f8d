"""What the gateway's fields mean: tables from its answers to the catalogue (powerwall.md §17).

Each function returns readings in the catalogue's units; a value that is absent, a sentinel
or nonsense is ``None``. What is not fitted has no reading at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import logging
from math import sqrt
from typing import Any

from ...core.choices import OTHER
from ...core.model import Gone, Happening, Ref, Reported, Value
from ...core.parse import moment
from ...core.words import Words
from .answers import Aggregates, Block, Charge, Fault, GridStatus, Location, Operation, Sitemaster, SystemStatus
from .facts import Phase
from .scale import to_app

translate = Words(logging.getLogger(__name__)).translate

type Values = dict[Ref, Reported]
type Table[T] = Mapping[str, Callable[[T], Value]]

STREAM = "grid_faults"

_NOISE = 100.0  # watts below zero that a sleeping inverter may show (§5)
_VOLTAGE_SPREAD = 0.2  # share of the nominal voltage beyond which a mean is no voltage (§5)

GRID_STATES = {
    "SystemGridConnected": "connected",
    "SystemIslandedActive": "off_grid",
    "SystemTransitionToGrid": "reconnecting",
    "SystemTransitionToIsland": "disconnecting",
    "SystemIslandedReady": "ready_to_reconnect",
    "SystemWaitForUser": "waiting_for_user",
    "SystemMicroGridFaulted": "fault",
}
_ON_GRID = "connected"  # a transition to the grid is not there yet (§7)
_SWITCHED_ON_GRID = frozenset({"connected", "reconnecting"})  # what the off-grid switch calls off

MODES = {mode: mode for mode in ("self_consumption", "autonomous", "backup", "scheduler", "site_control")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What tells a true mean voltage from a false one: V, split phase, what synchrometers measure.

    ``synchrometers`` is ``None`` where the gateway does not tell.
    """

    voltage: float | None = None
    split: bool = False
    synchrometers: tuple[str, ...] | None = ()


# Power feed


def _kwh(watt_hours: float | None) -> float | None:
    return None if watt_hours is None else watt_hours / 1000


def real(value: float | None) -> float | None:
    """Return a value for which zero means *not measured* (§5)."""
    return value or None


def _not_negative(power: float | None) -> float | None:
    """Return a power that cannot be negative: a little below is noise, much is nonsense."""
    if power is None or power < -_NOISE:
        return None
    return max(power, 0.0)


def _negated(value: float | None) -> float | None:
    return None if not value else -value


_BASICS: Table[Location] = {
    "reactive_power": lambda at: at.reactive_power,
    "apparent_power": lambda at: at.apparent_power,
    "frequency": lambda at: real(at.frequency),
    "current": lambda at: real(at.current),
}

_LOCATIONS: Mapping[str, Table[Location]] = {
    "site": {
        "grid_power": lambda at: at.power,
        "grid_import_energy_total": lambda at: _kwh(at.imported),
        "grid_export_energy_total": lambda at: _kwh(at.exported),
        **{f"grid_{key}": read for key, read in _BASICS.items()},
    },
    "load": {
        "home_power": lambda at: _not_negative(at.power),
        "home_energy_total": lambda at: _kwh(at.imported),
        **{f"home_{key}": read for key, read in _BASICS.items()},
    },
    "solar": {
        "solar_power": lambda at: _not_negative(at.power),
        "solar_energy_total": lambda at: _kwh(at.exported),
        **{f"solar_{key}": read for key, read in _BASICS.items()},
    },
    "battery": {
        "battery_power": lambda at: at.power,
        "battery_charge_energy_total": lambda at: _kwh(at.imported),
        "battery_discharge_energy_total": lambda at: _kwh(at.exported),
        **{f"battery_{key}": read for key, read in _BASICS.items()},
        # A pack current, + while charging (§5); ours are + while discharging.
        "battery_current": lambda at: _negated(at.current),
        "battery_voltage": lambda at: real(at.voltage),
    },
    "generator": {
        "generator_power": lambda at: at.power,
        "generator_energy_total": lambda at: _kwh(at.exported),
    },
}

# Which reading is a location's mean voltage, and which clamps it comes from.
_MEAN_VOLTAGES = {
    "site": ("grid_voltage", "site"),
    "load": ("home_voltage", "site"),
    "solar": ("solar_voltage", "solar"),
}


def aggregates_values(device: str, aggregates: Aggregates, grid: Grid | None) -> Values:
    """Return what the meters say (§5); ``grid`` is ``None`` while the site is not known yet."""
    values: Values = {}
    for name, table in _LOCATIONS.items():
        at = aggregates.get(name)
        if at is None or not at.fitted:
            continue
        values |= table_values(device, table, at)
        if name in _MEAN_VOLTAGES:
            key, clamps = _MEAN_VOLTAGES[name]
            values[Ref(device, key)] = _mean_voltage(at.voltage, grid, clamps)
    times = [at.measured_at for at in aggregates.values() if at.fitted and at.measured_at]
    if times:
        values[Ref(device, "last_measured")] = max(times)
    return values


def _mean_voltage(said: float | None, grid: Grid | None, clamps: str) -> float | None:
    """Return the line voltage, or nothing where the mean is none (§5, traps).

    A synchrometer at split phase says √3 times the mean to neutral; a Neurio with an
    unused clamp halves.
    """
    if not said or grid is None or (grid.split and grid.synchrometers is None):
        return None
    voltage = said * 2 / sqrt(3) if grid.split and clamps in (grid.synchrometers or ()) else said
    if grid.voltage and abs(voltage - grid.voltage) > _VOLTAGE_SPREAD * grid.voltage:
        return None
    return voltage


def charge_values(device: str, charge: Charge) -> Values:
    """Return the charge in the app's scale and as the gateway has it (§6)."""
    raw = charge.percentage
    sane = raw if raw is not None and 0 <= raw <= 100 else None
    return {
        Ref(device, "battery_level"): None if sane is None else to_app(sane),
        Ref(device, "battery_level_raw"): sane,
    }


def grid_values(device: str, status: GridStatus) -> Values:
    """Return the state of the grid connection (§7)."""
    state = translate(GRID_STATES, status.state, "grid status")
    known = state not in (None, OTHER)
    return {
        Ref(device, "grid_status"): state,
        Ref(device, "on_grid"): state == _ON_GRID if known else None,
        Ref(device, "off_grid"): is_off_grid(status),
        Ref(device, "grid_services"): status.services,
    }


def is_off_grid(status: GridStatus) -> bool | None:
    """Return what the off-grid switch shows: on the way back counts as back (§13)."""
    state = translate(GRID_STATES, status.state, "grid status")
    return None if state in (None, OTHER) else state not in _SWITCHED_ON_GRID


# System feed


def _level(block: Block) -> float | None:
    """Return a battery's charge on the raw scale (§8)."""
    if block.remaining is None or not block.full or not 0 <= block.remaining <= block.full:
        return None
    return 100 * block.remaining / block.full


def reserve_in_app(operation: Operation) -> float | None:
    """Return the reserve in the app's scale (§6.1)."""
    reserve = operation.reserve
    return to_app(reserve) if reserve is not None and 0 <= reserve <= 100 else None


_SYSTEM: Table[SystemStatus] = {
    "battery_energy": lambda status: _kwh(status.remaining),
    "battery_capacity": lambda status: _kwh(status.full),
    "battery_target_power": lambda status: status.target_power,
    "grid_services_power": lambda status: status.services_power,
    "charge_power_limit": lambda status: status.max_charge_power,
    "discharge_power_limit": lambda status: status.max_discharge_power,
    "charge_power_available": lambda status: status.instant_max_charge_power,
    "discharge_power_available": lambda status: status.instant_max_discharge_power,
    "battery_count": lambda status: len(status.blocks) if status.blocks else None,
}

_OPERATION: Table[Operation] = {
    "operating_mode": lambda operation: translate(MODES, operation.mode, "operating mode"),
    "backup_reserve": reserve_in_app,
}

_SITEMASTER: Table[Sitemaster] = {
    "running": lambda sitemaster: sitemaster.running,
    "cloud_connected": lambda sitemaster: sitemaster.connected,
}

# Of one battery: what a disabled one has no value of (§8), and what it still has.
_BLOCK_LIVE: Table[Block] = {
    "battery_level": lambda block: None if (raw := _level(block)) is None else to_app(raw),
    "battery_level_raw": _level,
    "battery_power": lambda block: block.power,
    "battery_energy": lambda block: _kwh(block.remaining),
    "battery_voltage": lambda block: real(block.voltage),
    "battery_current": lambda block: _negated(block.current),
    "battery_frequency": lambda block: real(block.frequency),
}
_BLOCK_KEPT: Table[Block] = {
    "battery_capacity": lambda block: _kwh(block.full),
    "battery_charge_energy_total": lambda block: _kwh(block.charged),
    "battery_discharge_energy_total": lambda block: _kwh(block.discharged),
    "backup_ready": lambda block: block.backup_ready,
    "power_clamped": lambda block: block.clamped,
    "off_grid": lambda block: block.off_grid,
    "problem": lambda block: bool(block.disabled_reasons),
    "disabled_reasons": lambda block: ", ".join(block.disabled_reasons) or None,
}


def system_values(device: str, status: SystemStatus) -> Values:
    """Return the batteries' values as a whole and of each (§8)."""
    values = table_values(device, _SYSTEM, status)
    for block in status.blocks or ():
        values |= table_values(block.serial, _BLOCK_KEPT, block)
        if block.disabled_reasons:
            values |= {Ref(block.serial, key): Gone.GONE for key in _BLOCK_LIVE}
        else:
            values |= table_values(block.serial, _BLOCK_LIVE, block)
    return values


def operation_values(device: str, operation: Operation) -> Values:
    """Return mode and reserve (§9.1)."""
    return table_values(device, _OPERATION, operation)


def sitemaster_values(device: str, sitemaster: Sitemaster) -> Values:
    """Return whether the system runs and sees Tesla (§10)."""
    return table_values(device, _SITEMASTER, sitemaster)


def happening(device: str, fault: Fault) -> Happening:
    """Return a grid fault as an event (§11); big numbers as text."""
    at = moment(fault.timestamp)
    return Happening(
        id=f"{fault.timestamp}-{fault.name}-{fault.serial}",
        device=device,
        stream=STREAM,
        type="fault" if fault.is_fault else "warning",
        attributes={
            "name": fault.name,
            "at": at.isoformat() if at else None,
            "serial": fault.serial,
            "part": fault.part,
            "alert_raw": fault.raw,
            **fault.details,
        },
    )


_PHASE: Table[Phase] = {
    "phase_voltage": lambda phase: phase.voltage,
    "phase_power": lambda phase: phase.power,
}


def phase_values(device: str, phases: tuple[Phase, ...]) -> Values:
    """Return voltage and power of each phase at the grid connection (§12)."""
    values: Values = {}
    for phase in phases:
        values |= table_values(device, {f"{key}_{phase.number}": read for key, read in _PHASE.items()}, phase)
    return values


def table_values(device: str, table: Table[Any], answer: object) -> Values:
    """Return what a table reads from an answer; Go's negative zeros (§2) become zeros."""
    values = ((Ref(device, key), read(answer)) for key, read in table.items())
    return {ref: value + 0.0 if isinstance(value, float) else value for ref, value in values}


# Which readings of the gateway each answer of the frequent feeds can bring.
AGGREGATE_KEYS = frozenset(
    {key for table in _LOCATIONS.values() for key in table}
    | {key for key, _ in _MEAN_VOLTAGES.values()}
    | {"last_measured"}
)
CHARGE_KEYS = frozenset({"battery_level", "battery_level_raw"})
GRID_KEYS = frozenset({"grid_status", "on_grid", "off_grid", "grid_services"})
OPERATION_KEYS = frozenset(_OPERATION)
SITEMASTER_KEYS = frozenset(_SITEMASTER)
PHASE_KEYS = frozenset(f"{key}_{number}" for key in ("phase_voltage", "phase_power") for number in (1, 2, 3))
