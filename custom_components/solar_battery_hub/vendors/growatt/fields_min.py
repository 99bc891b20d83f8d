"""What a MIN, MIC, MOD or NEO tells (growatt.md D.2, A.6.2, B.6.1)."""

from typing import Final

from ...core.parse import number, text as spoken
from .fields import MIN_STATUS, PRIORITY, Table, numbered, packs, rows, text, word
from .model import Bean

_BATTERY: Final = rows(
    "battery",
    battery_level="bmsSoc|bdc1Soc|soc1",
    battery_health="bmsSoh",
    battery_power="bdc1DischargePower + bdc2DischargePower - bdc1ChargePower - bdc2ChargePower",
    battery_voltage="bmsVbat|bdc1Vbat",
    battery_current="bmsIbat|bdc1Ibat",
    battery_temperature="bmsTemp1Bat|bdc1Temp1",
    battery_charge_energy_today="echargeToday",
    battery_charge_energy_total="echargeTotal",
    battery_discharge_energy_today="edischargeToday",
    battery_discharge_energy_total="edischargeTotal",
    grid_charge_energy_today="eacChargeToday",
    grid_charge_energy_total="eacChargeTotal",
)

_METER: Final = rows(
    "meter",
    grid_power="pacToUserTotal - pacToGridTotal",
    home_power="pacToLocalLoad",
    grid_export_energy_today="etoGridToday",
    grid_export_energy_total="etoGridTotal",
    grid_import_energy_today="etoUserToday",
    grid_import_energy_total="etoUserTotal",
    home_energy_today="elocalLoadToday",
    home_energy_total="elocalLoadTotal",
)

LIVE: Final = Table(
    fields=(
        *rows(
            solar_power="ppv",
            output_power="pac",
            solar_energy_today="epvToday or epv1Today + epv2Today + epv3Today + epv4Today",
            solar_energy_total="epvTotal or epv1Total + epv2Total + epv3Total + epv4Total",
            output_energy_today="eacToday",
            output_energy_total="eacTotal",
            grid_frequency="fac",
            running_time="timeTotal|totalWorkingTime",
        ),
        *numbered(
            4,
            "string",
            pv_power="ppv{n}",
            pv_voltage="vpv{n}",
            pv_current="ipv{n}",
            pv_energy_today="epv{n}Today",
            pv_energy_total="epv{n}Total",
        ),
        *numbered(3, "phase", phase_voltage="vac{n}", phase_current="iac{n}", phase_apparent_power="pac{n}"),
        *rows("line 1", line_voltage_1="vacRs|vacrs"),
        *rows("line 2", line_voltage_2="vacSt"),
        *rows("line 3", line_voltage_3="vacTr"),
        *_BATTERY,
        *packs(
            4,
            battery_level="bdc{n}Soc|soc{n}",
            battery_power="bdc{n}DischargePower - bdc{n}ChargePower",
            battery_voltage="bdc{n}Vbat",
            battery_current="bdc{n}Ibat",
            battery_temperature="bdc{n}Temp1",
            pack_charge_energy_total="bdc{n}ChargeTotal",
            pack_discharge_energy_total="bdc{n}DischargeTotal",
        ),
        *_METER,
        *rows(
            "self-consumption",
            self_consumption_power="pself",
            self_consumption_energy_today="eselfToday",
            self_consumption_energy_total="eselfTotal",
        ),
        *rows("system", system_power="psystem", system_energy_today="esystemToday", system_energy_total="esystemTotal"),
        *rows("backup", backup_power="epsPac", backup_frequency="epsFac"),
        *numbered(3, "backup", backup_voltage="epsVac{n}", backup_current="epsIac{n}"),
        *rows("temperature 1", temperature="temp1"),
        *rows("temperature 2", power_module_temperature="temp2"),
        *rows("temperature 3", boost_temperature="temp3"),
        *rows("temperature 4", extra_temperature_4="temp4"),
        *rows("temperature 5", extra_temperature_5="temp5"),
        *rows("limit", output_limit_in_force="realOPPercent"),
        *rows("limit power", output_limit_power="opFullwatt"),
    ),
    words=(word("device_status", "status", MIN_STATUS),),
    texts=(
        text("work_mode_code", "uwSysWorkMode"),
        text("derating_code", "deratingMode"),
        text("battery_status_code", "bdcStatus", "battery"),
    ),
    evidence={"meter": ("bMerterConnectFlag",), "battery": ("batSn",)},
)

# What the live object does not tell.
STATUS: Final = Table(
    fields=rows("battery energy", battery_energy="bmsBatteryEnergy"),
    words=(word("work_priority", "priorityChoose", PRIORITY),),
    power_unit="kW",
)

OVERVIEW: Final = Table(
    fields=(
        *rows(solar_energy_today="epvToday", solar_energy_total="epvTotal"),
        *rows(
            "meter",
            grid_export_energy_today="etoGridToday",
            grid_export_energy_total="etogridTotal",
            home_energy_today="elocalLoadToday",
            home_energy_total="elocalLoadTotal",
        ),
        *rows(
            "battery",
            battery_charge_energy_today="echargetoday",
            battery_charge_energy_total="echargetotal",
            battery_discharge_energy_today="edischargeToday",
            battery_discharge_energy_total="edischargeTotal",
        ),
    )
)


def _with_battery(facts: Bean) -> Bean:
    """Return facts that say plainly whether there is a battery: a mode of its converter of −1 is none (B.6.1, D.2)."""
    mode = number(facts.get("bdcMode"))
    there = bool(spoken(facts.get("bdc1Sn"))) if mode is None else mode >= 0
    return {**facts, "has_battery": there}


FACTS: Final = Table(
    fields=rows("rating", rated_power="pmax"),
    texts=(text("firmware", "fwVersion"),),
    evidence={"battery": ("has_battery",)},
    repair=_with_battery,
    instant=False,
)

PACK: Final = Table(
    fields=rows(
        battery_level="soc",
        battery_power="- chargeOrDisPower",
        pack_charge_energy_total="chargeTotal",
        pack_discharge_energy_total="dischargeTotal",
    ),
    texts=(text("battery_status_code", "status"),),
)
