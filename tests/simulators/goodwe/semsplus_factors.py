"""The factors of telemetry and telecounting for every type of device: texts, units, groups and gaps (goodwe.md §5.4)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tests.simulators.goodwe.devices import Charger, Device, Dongle, Inverter, Meter, Storage
from tests.simulators.goodwe.energies import Counted, Energies
from tests.simulators.goodwe.record import Record

type Factor = dict[str, Any]
type Group = dict[str, Any]

PHASES = "ABC"
MISSING = object()
"""A factor that comes without ``data``."""
PERIODS: tuple[tuple[str, str, Callable[[Counted], Energies]], ...] = (
    ("today", "day", lambda counted: counted.today),
    ("week", "week", lambda counted: counted.week + counted.today),
    ("month", "month", lambda counted: counted.month + counted.today),
    ("year", "year", lambda counted: counted.year + counted.today),
    ("lifetime", "total", lambda counted: counted.total),
)


def text(value: float | str) -> str:
    """Return a value as the wire writes it: ``"12.34"``, ``"174"``."""
    if isinstance(value, str):
        return value
    shown = round(value, 5)
    return str(int(shown)) if shown == int(shown) else str(shown)


def factor(code: str, value: float | str | object, unit: str = "", alias: str = "", *, curve: bool = False) -> Factor:
    """Return a factor; ``MISSING`` leaves its data away."""
    return {
        "code": code,
        **({} if value is MISSING else {"data": text(value) if isinstance(value, (int, float, str)) else None}),
        "dataType": "STRING" if code in ("sn", "serCellTotal", "version", "dcdcVersion") else "NUMERIC",
        "defaultFlag": curve,
        "hiddenInMore": False,
        **({"unit": unit} if unit else {}),
        "alias": alias or code,
        "supportCurve": curve,
    }


def group(code: str, alias: str, factors: Iterable[Factor]) -> Group:
    """Return a group of factors."""
    return {"code": code, "alias": alias, "factors": list(factors)}


def kilo(watts: float) -> float:
    """Return W in kW."""
    return round(watts / 1000, 5)


def telemetry(device: Device) -> list[Group]:
    """Return what a device measured last; of one that is offline the codes, without data in one way or another."""
    match device:
        case Inverter():
            groups = _inverter(device)
        case Storage():
            groups = _rack(device) if device.type == "BATTERY_RACK" else _battery(device)
        case Meter():
            groups = _meter(device)
        case _:
            groups = []
    return groups if device.status else _blank(groups)


def _blank(groups: list[Group]) -> list[Group]:
    """Return groups without their measurements: ``data`` missing, null or "" in turn (§5.4)."""
    number = 0
    for one in groups:
        for told in one["factors"]:
            if told["dataType"] != "NUMERIC":
                continue
            told.pop("data", None)
            if number % 3:
                told["data"] = None if number % 3 == 1 else ""
            number += 1
    return groups


# --- inverters -------------------------------------------------------------------------------------------------------


def _inverter(inverter: Inverter) -> list[Group]:
    """Return an inverter's system, AC, backup and solar sides."""
    record = inverter.minute
    if record is None:
        return []
    system = [
        factor("sn", inverter.serial, alias="serial_number_1"),
        factor("hTotal", inverter.hours(record), "H", "total_worke_time"),
        factor("Temperature", inverter.temperature(record), "℃", "chamber_temperature"),
    ]
    groups = [group("system", "system_parameters", system), group("ac", "ac_parameters", _ac(inverter, record))]
    if inverter.has_battery:
        groups.append(group("backup", "backup_parameters", _backup(inverter)))
    return [*groups, group("pv", "pv_parameters", _solar(inverter, record))]


def _ac(inverter: Inverter, record: Record) -> list[Factor]:
    """Return the grid side; a single phase has no letter."""
    phases = inverter.phases(record)
    factors = [
        factor("pAc", kilo(record.output_w), "kW", "active_power", curve=True),
        factor("qAc", -0.001, "kVar", "reactive_power", curve=True),
        factor(
            "storagePF" if inverter.has_battery else "gridPF", 0.99 if record.output_w else -0.001, alias="power_factor"
        ),
    ]
    for letter, phase in zip(PHASES, phases, strict=False):
        prefix = f"PHASE-{letter}:" if len(phases) > 1 else ""
        factors += [
            factor(f"{prefix}Vac", phase.volts, "V", "single_phase_volt", curve=True),
            factor(f"{prefix}Iac", phase.amps, "A", "single_phase_current", curve=True),
        ]
    return [*factors, factor("Fac", 49.98, "Hz", "grid_freq", curve=True)]


def _backup(inverter: Inverter) -> list[Factor]:
    """Return the backup output, which carries nothing while the grid is there."""
    factors = [factor("pBackup", 0.0, "kW", "backup_power")]
    for letter in PHASES[: inverter.kind.phases]:
        factors += [
            factor(f"vBackupPh{letter}", 230.4, "V", "backup_volt"),
            factor(f"aBackupPh{letter}", 0.0, "A", "backup_cur"),
        ]
    return factors


def _solar(inverter: Inverter, record: Record) -> list[Factor]:
    """Return the solar inputs; string inverters tell neither insulation nor leakage."""
    known = inverter.has_battery
    factors = [
        factor("ISOLimit", 2_000 if known else MISSING, "kΩ" if known else "kOhm", "insulation_resistance", curve=True),
        factor("LeakageCurrent", 0.012 if known else MISSING, "A", "leakage_cur", curve=True),
    ]
    if known:
        factors.append(factor("pDc", kilo(record.solar_w), "kW", "pv_power"))
    for number, line in enumerate(inverter.strings(record), start=1):
        factors += [
            factor(f"MPPT-{number}:Ppv", kilo(line.power_w), "kW", "power"),
            factor(f"MPPT-{number}:Vpv", line.volts, "V", "volt"),
            factor(f"MPPT-{number}:Ipv", line.amps, "A", "cur"),
        ]
    return factors


# --- batteries and meters --------------------------------------------------------------------------------------------


def _bare(code: str, factors: Iterable[tuple[str, float | str, str, str]]) -> Group:
    """Return a group as batteries tell it: nothing but code, data, type, unit and alias."""
    return {
        "code": code,
        "factors": [
            {key: value for key, value in factor(*one).items() if key in ("code", "data", "dataType", "unit", "alias")}
            for one in factors
        ],
    }


def _battery(battery: Storage) -> list[Group]:
    """Return a battery system behind an inverter."""
    if not battery.alive:
        return []
    rows: Sequence[tuple[str, float | str, str, str]] = (
        ("soh", 100, "%", "soh"),
        ("soc", battery.level, "%", "soc"),
        ("pBat", kilo(battery.power_w), "kW", "power"),
        ("voltage", battery.volts, "V", "volt"),
        ("a", battery.amps, "A", "cur"),
        ("batSysTemp", 23.9, "℃", "batt_temp"),
        ("aMaxChar", 0 if battery.level >= 99 else 50, "A", "chargecur_limit"),
        ("aMaxDischar", 50, "A", "discharge_current_limit"),
    )
    return [_bare("runtime", rows)]


def _rack(rack: Storage) -> list[Group]:
    """Return a rack; one that is listed but dead tells nothing at all."""
    if not rack.alive:
        return []
    limit = kilo(sum(pack.max_charge_w for pack in rack.packs))
    runtime: Sequence[tuple[str, float | str, str, str]] = (
        ("soc", rack.level, "%", "soc"),
        ("soh", 99, "%", "soh"),
        ("pBat", kilo(rack.power_w), "kW", "power"),
        ("voltage", rack.volts, "V", "volt"),
        ("pMaxChar", limit, "kW", "max_charge_power"),
        ("pMaxDischar", limit, "kW", "max_discharge_power"),
        ("tempMaxCell", 25.1, "℃", "max_cell_temp"),
        ("tempMinCell", 23.4, "℃", "min_cell_temp"),
        ("vMaxCell", 3_331, "mV", "max_cell_volt"),
        ("vMinCell", 3_325, "mV", "min_cell_volt"),
    )
    system: Sequence[tuple[str, float | str, str, str]] = (
        ("sn", rack.serial, "", "serial_number_1"),
        ("serCellTotal", "100", "", "cells"),
        ("version", "1.12", "", "bms_version"),
        ("dcdcVersion", "1.3", "", "dcdc_version"),
    )
    return [_bare("system", system), _bare("runtime", runtime)]


def _meter(meter: Meter) -> list[Group]:
    """Return a meter, + = exporting; its ``pAc`` is another moment's and differs (§5.4)."""
    record = meter.minute
    if record is None:
        return []
    exported = kilo(-record.grid_w)
    lead = meter.plant.lead
    factors = [
        factor("totalPac", exported, "kW", "total_active_power", curve=True),
        factor("pAc", round(exported * 0.97, 3), "kW", "active_power", curve=True),
    ]
    count = lead.kind.phases
    for letter, phase in zip(PHASES, lead.phases(record), strict=False):
        watts = round(-record.grid_w / count, 1)
        factors += [
            factor(f"PHASE-{letter}:pAc", kilo(watts), "kW", "active_power"),
            factor(f"PHASE-{letter}:voltage", phase.volts, "V", "volt"),
            factor(f"PHASE-{letter}:current", round(abs(watts) / phase.volts, 2), "A", "cur"),
        ]
    return [group("runtime", "runtime", factors)]


# --- energies --------------------------------------------------------------------------------------------------------


type Counter = tuple[str, str, Callable[[Energies], float]]

SOLAR: Counter = ("proPvStats", "pv_generation", lambda energies: energies.solar)
BATTERY: tuple[Counter, ...] = (
    ("proCharStats", "charged", lambda energies: energies.charged),
    ("proDischarStats", "discharged", lambda energies: energies.discharged),
)
GRID: tuple[Counter, ...] = (
    ("proGridStats", "grid_energy_1", lambda energies: energies.exported),
    ("proPurchaseStats", "purchased_electricity", lambda energies: energies.imported),
)


def telecounting(device: Device) -> list[Group]:
    """Return the energy counters of a device: inverters and meters have some."""
    match device:
        case Inverter():
            own: tuple[Counter, ...] = (SOLAR, *(BATTERY if device.has_battery else ()))
            return [_real(device), *_periods(_counted(device), own, device.lifetime)]
        case Meter():
            return _periods(_counted(device), GRID, lambda value: value)
        case _:
            return []


def _counted(device: Inverter | Meter) -> Counted:
    """Return what a device counted at its last minute: asleep it still shows the day it fell asleep on (§10.9)."""
    ledger = device.ledger if isinstance(device, Inverter) else device.plant.ledger
    return device.minute.counted if device.minute is not None else device.plant.counted(ledger)


def _real(inverter: Inverter) -> Group:
    """Return what an inverter's counters begin with; asleep it has no power."""
    record = inverter.minute if inverter.status else None
    factors = [
        factor("pAc", MISSING if record is None else kilo(record.output_w), "kW", "active_power", curve=True),
        factor("ratedPower", inverter.rated_w / 1000, "kW", "rated_power"),
    ]
    if inverter.has_battery and record is not None:
        factors += [
            factor("soc", record.level, "%", "soc"),
            factor("pBat", kilo(record.battery_w), "kW", "battery_power"),
        ]
    return group("telecounting_real", "realtime_data", factors)


def _periods(counted: Counted, counters: Iterable[Counter], lifetime: Callable[[float], float]) -> list[Group]:
    """Return a group for each period; codes end in Today, Week, Month, Year and Total."""
    groups = []
    for period, alias, of in PERIODS:
        suffix = "Total" if period == "lifetime" else period.capitalize()
        energies = of(counted)
        factors = [
            factor(
                f"{code}{suffix}",
                round(lifetime(value) if period == "lifetime" else value, 2),
                "kWh",
                name if code.startswith(("proGrid", "proPurchase")) else f"{alias}_{name}",
            )
            for code, name, read in counters
            for value in (read(energies),)
        ]
        groups.append(group(f"telecounting_{period}", "total" if period == "lifetime" else alias, factors))
    return groups


# --- facts -----------------------------------------------------------------------------------------------------------


def information(device: Device) -> list[Factor]:
    """Return what hardly ever changes, as a flat list."""

    def fact(code: str, value: str, kind: str = "STRING") -> Factor:
        return {"code": code, "data": value, "dataType": kind, "alias": code}

    facts = [
        fact("deviceName", device.name),
        fact("modelType", device.model),
        fact("status", str(device.status), "DICTIONARY"),
        fact("addTime", device.plant.local(device.added).strftime("%Y-%m-%d %H:%M:%S")),
    ]
    match device:
        case Inverter():
            facts += [
                fact("safetyVersion", device.firmware),
                fact("ratedPower", text(device.rated_w / 1000), "NUMERIC"),
                fact("gridConnStu", "1", "DICTIONARY"),
                *(fact(f"bat{number}MRSn", pack.serial) for number, pack in enumerate(device.packs, start=1)),
            ]
        case Dongle():
            facts += [
                fact("commModuleVer", device.firmware),
                fact("communicationMode", device.communication),
                fact("wirelessSignalStrength", str(device.signal), "NUMERIC"),
            ]
        case Meter():
            facts.append(fact("ctPoint", "0", "DICTIONARY"))
        case Charger() | Storage():
            facts.append(fact("safetyVersion", device.firmware))
    return facts
