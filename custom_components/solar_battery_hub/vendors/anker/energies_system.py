"""Energies of power panels, home energy systems, and inverters that stand for themselves (anker.md §10.4, §6.4)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from ...core.model import Ref
from ...core.parse import flag, measured, number, sections, text
from .model import Bean

# By source: what it took and what it gave.
_WAYS: Final[Mapping[str, tuple[str | None, str | None]]] = {
    "hes": ("battery_charge_energy_today", "battery_discharge_energy_today"),
    "home": ("home_energy_today", None),
    "grid": ("grid_import_energy_today", "grid_export_energy_today"),
    "solar": (None, "solar_energy_today"),
    "evCharger": ("ev_charging_energy_today", None),
}
# By source and what is on the other side; with the grid ``imported`` tells which way.
_PARTS: Final[Mapping[tuple[str, str, bool | None], str]] = {
    ("home", "hes", None): "home_from_battery_energy_today",
    ("home", "solar", None): "home_from_solar_energy_today",
    ("home", "grid", None): "home_from_grid_energy_today",
    ("grid", "hes", True): "grid_charge_energy_today",
    ("grid", "hes", False): "export_from_battery_energy_today",
    ("solar", "hes", None): "battery_from_solar_energy_today",
    ("solar", "grid", None): "export_from_solar_energy_today",
}


def system_keys(source: str) -> Iterator[str]:
    """Yield the readings that an answer about a source may tell."""
    yield from filter(None, _WAYS.get(source, ()))
    yield from (key for (about, _, _), key in _PARTS.items() if about == source)


def system_energies(owner: str, source: str, bean: Bean) -> dict[Ref, float]:
    """Return what the answer of ``energy_statistics`` sums up over all it was asked for, in kWh. Blank is not told."""
    found: dict[Ref, float] = {}
    taken, given = _WAYS.get(source, (None, None))
    for key, name in ((taken, "totalImportedEnergy"), (given, "totalExportedEnergy")):
        energy = _kwh(bean.get(name), bean.get(f"{name}Unit"))
        if key is not None and energy is not None:
            found[Ref(owner, key)] = energy
    for row in sections(bean.get("aggregates")):
        way = flag(row.get("imported")) is not False if source == "grid" else None
        key = _PARTS.get((source, text(row.get("type")) or "", way))
        if key is not None and (energy := _kwh(row.get("value"), row.get("unit"))) is not None:
            found[Ref(owner, key)] = energy
    return found


def inverter_energies(serial: str, bean: Bean, first: date, last: date) -> dict[Ref, float]:
    """Return what an inverter gave (``statisticsPv`` by ``week``): element i is the day ``first`` + i − 1 (§6.4)."""
    by_day = {int(at): row for row in sections(bean.get("energy")) if (at := number(row.get("index"))) is not None}
    told = (
        _kwh(row.get("energy"), bean.get("energyUnit")) for at, row in by_day.items() if 1 <= at <= _days(first, last)
    )
    energies = [energy for energy in told if energy is not None]
    return {Ref(serial, "solar_energy_today"): sum(energies)} if len(energies) == _days(first, last) else {}


def _days(first: date, last: date) -> int:
    return (last - first).days + 1


def _kwh(value: object, unit: object) -> float | None:
    return measured(value, text(unit) or "kWh", "kWh")
