"""What string inverters and MAX tell (growatt.md D.1), storage (D.5), what no table knows, and plants (D.0)."""

from dataclasses import replace
from typing import Final

from ...core.parse import sections
from . import fields_hybrid, fields_min
from .fields import (
    CHARGE_SOURCE,
    INVERTER_STATUS,
    LEGACY_LISTED_STATUS,
    MAX_STATUS,
    MIN_STATUS,
    OUTPUT_SOURCE,
    PRIORITY,
    STORAGE_STATUS,
    Field,
    Formula,
    Table,
    numbered,
    rows,
    text,
    word,
)
from .model import Bean


def _strings(count: int) -> tuple[Field, ...]:
    """Return the inputs of an inverter, and the strings behind them where it measures these."""
    return (
        *numbered(
            count,
            "string",
            pv_power="ppv{n}",
            pv_voltage="vpv{n}",
            pv_current="ipv{n}",
            pv_energy_today="epv{n}Today",
            pv_energy_total="epv{n}Total",
        ),
        *numbered(
            2 * count, "part", string_voltage="vString{n}|vstring{n}", string_current="currentString{n}|istring{n}"
        ),
    )


def _phases() -> tuple[Field, ...]:
    """Return the three phases, which are called r, s and t."""
    return tuple(
        field
        for number, letter in enumerate("rst", 1)
        for field in rows(
            f"phase {number}",
            **{
                f"phase_voltage_{number}": f"vac{letter}",
                f"phase_current_{number}": f"iac{letter}",
                f"phase_apparent_power_{number}": f"pac{letter}",
            },
        )
    )


def _inverter(count: int, running: str) -> tuple[Field, ...]:
    """Return what D.1 names; ``powerToday`` and ``powerTotal`` are energies in spite of their names."""
    return (
        *rows(
            solar_power="ppv",
            output_power="pac",
            solar_energy_today="powerToday|eacToday|e_today",
            solar_energy_total="powerTotal|eacTotal|e_total",
            grid_frequency="fac",
            running_time=running,
        ),
        *_strings(count),
        *_phases(),
        *rows("line 1", line_voltage_1="vacRs"),
        *rows("line 2", line_voltage_2="vacSt"),
        *rows("line 3", line_voltage_3="vacTr"),
        *rows("temperature 1", temperature="temperature"),
        *rows("temperature 2", power_module_temperature="ipmTemperature"),
        *rows("extra temperature 2", extra_temperature_2="temperature2"),
        *rows("extra temperature 3", extra_temperature_3="temperature3"),
        *rows("extra temperature 4", extra_temperature_4="temperature4"),
        *rows("extra temperature 5", extra_temperature_5="temperature5"),
        *rows(
            "reactive",
            output_reactive_power="rac",
            output_reactive_energy_today="eRacToday|e_rac_today",
            output_reactive_energy_total="eRacTotal|e_rac_total",
        ),
        *rows("limit", output_limit_in_force="realOPPercent"),
        *rows("limit power", output_limit_power="opFullwatt"),
    )


INVERTER_LIVE: Final = Table(
    fields=_inverter(10, "timeTotal|t_total@h"),
    words=(word("device_status", "status", INVERTER_STATUS),),
    texts=(text("derating_code", "deratingMode"),),
)

MAX_LIVE: Final = Table(
    fields=_inverter(16, "timeTotal"),
    words=(word("device_status", "status", MAX_STATUS),),
    texts=(text("derating_code", "deratingMode"),),
)

INVERTER_FACTS: Final = Table(
    fields=rows("rating", rated_power="nominalPower|pmax"), texts=(text("firmware", "fwVersion"),), instant=False
)

STORAGE_LIVE: Final = Table(
    fields=(
        *rows(
            battery_level="capacity|capacityText",
            battery_voltage="vBat",
            battery_power="pBat or pDischarge - pCharge",
            battery_charge_energy_today="eChargeToday",
            battery_charge_energy_total="eChargeTotal",
            battery_discharge_energy_today="eBatDisChargeToday|eDischargeToday",
            battery_discharge_energy_total="eBatDisChargeTotal|eDischargeTotal",
            solar_power="ppv + ppv2",
            solar_energy_today="epvToday + epvToday2",
            solar_energy_total="epvTotal + epvTotal2",
            grid_power="pacToUser - pacToGrid or pAcInPut",
        ),
        *rows(
            "string 1", pv_power_1="ppv", pv_voltage_1="vpv", pv_energy_today_1="epvToday", pv_energy_total_1="epvTotal"
        ),
        *rows(
            "string 2",
            pv_power_2="ppv2",
            pv_voltage_2="vpv2",
            pv_energy_today_2="epvToday2",
            pv_energy_total_2="epvTotal2",
        ),
        *rows("solar charge 1", pv_charge_current_1="iChargePV1"),
        *rows("solar charge 2", pv_charge_current_2="iChargePV2"),
        *rows("battery current", battery_current="dischgCurr|dischargeCurr - chgCurr"),
        *rows(
            "grid charge",
            grid_charge_power="pAcCharge",
            grid_charge_current="iAcCharge",
            grid_charge_energy_today="eacChargeToday",
            grid_charge_energy_total="eacChargeTotal",
        ),
        *rows(
            "output",
            home_power="outPutPower",
            output_apparent_power="rateVA",
            output_load="loadPercent",
            output_voltage="outPutVolt",
            output_current="outPutCurrent",
            output_frequency="freqOutPut",
            output_energy_today="eopDischrToday",
            output_energy_total="eopDischrTotal",
        ),
        *rows(
            "bypass", home_from_grid_energy_today="eacDisChargeToday", home_from_grid_energy_total="eacDisChargeTotal"
        ),
        *rows("grid", grid_voltage="vGrid|vac", grid_frequency="freqGrid"),
        *rows("import", grid_import_energy_today="eToUserToday", grid_import_energy_total="eToUserTotal"),
        *rows("export", grid_export_energy_today="eToGridToday", grid_export_energy_total="eToGridTotal"),
        *rows("temperature 1", temperature="temperature"),
        *rows("temperature 2", power_module_temperature="ipmTemperature"),
        *rows("temperature 3", battery_temperature="batTemp"),
        *rows("health", battery_health="bmsSoh|soh"),
        *rows("cycles", battery_cycles="cycleCount"),
    ),
    words=(
        word("device_status", "status", STORAGE_STATUS),
        word("output_source", "outputConfig", OUTPUT_SOURCE),
        word("charge_source", "chargeConfig", CHARGE_SOURCE),
    ),
)

STORAGE_OVERVIEW: Final = Table(
    fields=(
        *rows("import", grid_import_energy_today="eToUserToday", grid_import_energy_total="eToUserTotal"),
        *rows("use", home_energy_today="useEnergyToday|eLoadToday", home_energy_total="useEnergyTotal|eLoadTotal"),
    )
)

STORAGE_FACTS: Final = Table(
    fields=rows("rating", rated_power="rateWatt|nominalPower"),
    words=(
        word("output_source", "outputConfig", OUTPUT_SOURCE),
        word("charge_source", "chargeConfig", CHARGE_SOURCE),
    ),
    texts=(text("firmware", "fwVersion"),),
    instant=False,
)

# What a list of devices says about each (A.5): what there is of a device that has no table.
UNKNOWN_LISTED: Final = Table(
    fields=(
        *rows(
            output_power="power|pac",
            output_energy_today="eToday|eacToday",
            output_energy_total="energy|eTotal|eacTotal",
        ),
        *rows("battery", battery_level="capacity|soc"),
    ),
    words=(word("device_status", "deviceStatus", LEGACY_LISTED_STATUS),),
)


def _chain(first: Formula, second: Formula) -> Formula:
    """Return a formula that takes the second where the first gives nothing."""
    return replace(first, otherwise=_chain(first.otherwise, second) if first.otherwise else second)


def _union(*tables: Table) -> tuple[Field, ...]:
    """Return the fields of tables by key, with the formulas of all; each is shown once it was not zero."""
    fields: dict[tuple[str, int | None], Field] = {}
    for field in (field for table in tables for field in table.fields):
        known = fields.get((field.key, field.pack))
        formula = _chain(known.formula, field.formula) if known else field.formula
        fields[field.key, field.pack] = replace(field, formula=formula, group=field.group or field.key)
    return tuple(fields.values())


# A live object of a type without a table: whatever is called as elsewhere (D.1, D.2, D.4).
UNKNOWN_LIVE: Final = Table(
    fields=_union(fields_min.LIVE, fields_hybrid.LIVE, INVERTER_LIVE),
    words=(word("device_status", "status", MIN_STATUS), word("work_priority", "priorityChoose", PRIORITY)),
)

_OF_INVERTERS: Final = frozenset({"inverter", "max"})


def _without_hybrids(info: Bean) -> Bean:
    """Return a plant's info without its power where that leaves devices out: it counts plain inverters only (A.5)."""
    devices = [device for part in info.values() for device in sections(part) if "deviceType" in device]
    if all(str(device["deviceType"]) in _OF_INVERTERS for device in devices):
        return info
    return {name: value for name, value in info.items() if name != "invTodayPpv"}


# Only what a plant alone tells: sun, grid, battery and house are sums of its devices (D.0).
PLANT_INFO: Final = Table(
    fields=(
        *rows(
            output_power="invTodayPpv",
            output_energy_today="todayEnergy",
            output_energy_total="totalEnergy",
            savings_today="plantMoneyText",
            savings_total="totalMoneyText",
            co2_saved="Co2Reduction",
        ),
        *rows("rating", rated_power="nominalPower|nominal_Power"),
    ),
    repair=_without_hybrids,
    instant=False,
)

PLANT_ENERGY: Final = Table(
    fields=(*rows(output_energy_month="monthValue"), *rows("year", output_energy_year="yearValue")), instant=False
)

PLANT_DATA: Final = Table(
    fields=(
        *rows(
            output_power="current_power@kW",
            output_energy_today="today_energy",
            output_energy_month="monthly_energy",
            output_energy_year="yearly_energy",
            output_energy_total="total_energy",
            co2_saved="carbon_offset",
        ),
        *rows("rating", rated_power="peak_power_actual@kW"),
    ),
    instant=False,
)

PLANT_DETAILS: Final = Table(fields=rows("rating", rated_power="peak_power@kW or nominalPower"), instant=False)
