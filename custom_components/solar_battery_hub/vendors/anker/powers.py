"""What goes into batteries and comes out of them: each kind of system tells it in another way (anker.md §9.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import math
from typing import Final

from ...core.parse import measured, number, section, text
from .model import Bean
from .products import product
from .reader import count, watts

_FIRST: Final = 1  # generation of solarbanks that have no numbers of their own for their battery


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """One solarbank as the scene tells it, in W. ``battery`` + is discharging; ``grid_charge`` is what it takes from AC."""

    bean: Bean
    serial: str
    model: str
    level: float | None
    solar: float | None
    output: float | None
    battery: float | None
    grid_charge: float | None

    @property
    def generation(self) -> int:
        """The generation, 0 of one that is not known."""
        return product(self.model).generation

    @property
    def units(self) -> float:
        """How many batteries it has: itself and its expansion packs."""
        return 1 + (count(self.bean.get("sub_package_num")) or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """The powers of all solarbanks of a site in W, and the level of their batteries in %; ``battery`` + is discharging."""

    solar: float | None
    output: float | None
    battery: float | None
    level: float | None


def banks_of(info: Bean, rows: Sequence[Bean]) -> list[Bank]:
    """Return the solarbanks of ``solarbank_info``; ``rows`` are those of its list that have a serial number."""
    parallel = sum(_generation(row) > _FIRST for row in rows) > 1
    return [_parallel_bank(row) if parallel and _generation(row) > _FIRST else _bank(row, info) for row in rows]


def powers_of(info: Bean, banks: Sequence[Bank]) -> Powers:
    """Return what a site's solarbanks do together.

    The totals of the answer are those of the newer ones alone where old ones feed into them (cascaded); of several
    newer ones only the sum of their own numbers holds for the batteries.
    """
    newer = [bank for bank in banks if bank.generation > _FIRST]
    older = [bank for bank in banks if bank.generation == _FIRST]
    level = measured(info.get("total_battery_power"), "1", "%")  # a fraction, whatever it is called (§7.2)
    solar, output = watts(info, "total_photovoltaic_power"), watts(info, "total_output_power")
    battery = _total_battery(info, solar, output)
    if newer and older:
        solar = _sum([*(bank.solar for bank in banks), *(_minus(bank.output) for bank in older)])
        battery = _sum(bank.battery for bank in banks)
        level = _weighted(banks)
    elif len(newer) > 1:
        battery = _sum(bank.battery for bank in banks)
    return Powers(solar=solar, output=output, battery=battery, level=level)


def solar_of(row: Bean) -> float | None:
    """Return what a solarbank gets from its panels: the newer sum of its inputs, else the old number."""
    return _first(watts(section(row.get("pv_power")), "total"), watts(row, "photovoltaic_power"))


def _bank(row: Bean, info: Bean) -> Bank:
    """Return a solarbank that has the site's numbers to itself."""
    solar, output = solar_of(row), watts(row, "output_power")
    newer = _generation(row) > _FIRST and "grid_to_battery_power" in info
    grid_charge = watts(info, "grid_to_battery_power") if newer else None
    battery = _told_battery(row)
    if not battery:
        unknown = solar is None or output is None or (newer and grid_charge is None)
        battery = None if unknown else (output or 0.0) - (solar or 0.0) - (grid_charge or 0.0)
    return _made(row, solar=solar, output=output, battery=battery, grid_charge=grid_charge)


def _parallel_bank(row: Bean) -> Bank:
    """Return one of several solarbanks: its battery does what is told and nothing else; the rest follows from that."""
    solar, battery = solar_of(row), _told_battery(row, whole=True)
    given = None if solar is None or battery is None else solar + battery
    taken = None if given is None else max(0.0, -given)
    return _made(
        row,
        solar=solar,
        output=None if given is None else max(0.0, given),
        battery=battery,
        grid_charge=0.0 if watts(row, "output_power") else taken,
    )


def _made(
    row: Bean, *, solar: float | None, output: float | None, battery: float | None, grid_charge: float | None
) -> Bank:
    return Bank(
        bean=row,
        serial=text(row.get("device_sn")) or "",
        model=text(row.get("device_pn")) or "",
        level=number(row.get("battery_power")),  # not a power (§7.2)
        solar=solar,
        output=output,
        battery=battery if battery is None else battery + 0.0,
        grid_charge=grid_charge,
    )


def _told_battery(row: Bean, *, whole: bool = False) -> float | None:
    """Return what a solarbank says of its battery; ``whole``: both ways must be told.

    ``charging_power`` is not asked: it repeats the output.
    """
    charge, discharge = watts(row, "bat_charge_power"), watts(row, "bat_discharge_power")
    if whole and (charge is None or discharge is None):
        return None
    if charge:
        return -charge
    return discharge if discharge is not None else charge


def _total_battery(info: Bean, solar: float | None, output: float | None) -> float | None:
    charging = watts(info, "total_charging_power")
    if charging is None or solar is None or output is None:
        return -charging if charging else None
    return -charging if charging else output - solar


def _weighted(banks: Sequence[Bank]) -> float | None:
    levels = [bank.level for bank in banks]
    told = [level for level in levels if level is not None]
    if len(told) < len(levels):
        return None
    units = [bank.units for bank in banks]
    return round(math.sumprod(told, units) / sum(units), 1)


def _sum(values: Iterable[float | None]) -> float | None:
    """Return a sum, none where a part is missing."""
    found = list(values)
    told = [value for value in found if value is not None]
    return math.fsum(told) if len(told) == len(found) else None


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _generation(row: Bean) -> int:
    return product(text(row.get("device_pn")) or "").generation
