"""What an SPH tells on V1 (growatt.md D.4) and in the calls of the password API (D.3), and an SPA in either (D.6, A.6)."""

from collections.abc import Mapping
from typing import Final

from ...core.parse import number
from .fields import HYBRID_STATUS, PRIORITY, Field, Table, numbered, rows, text, word

_STATE: Final = (word("device_status", "status", HYBRID_STATUS), word("work_priority", "priorityChoose", PRIORITY))
_MODE: Final = (text("work_mode_code", "uwSysWorkMode"),)

_METER: Final = rows(
    grid_power="pacToUserTotal|pacToUserR - pacToGridTotal|pacToGridR",
    home_power="plocalLoadTotal|plocalLoadR",
    grid_export_energy_today="etoGridToday",
    grid_export_energy_total="etogridTotal",
    grid_import_energy_today="etoUserToday",
    grid_import_energy_total="etoUserTotal",
    home_energy_today="elocalLoadToday",
    home_energy_total="elocalLoadTotal",
)

_BATTERY: Final = (
    *rows(
        battery_level="soc|bmsSOC",
        battery_power="pdischarge1 - pcharge1",
        battery_voltage="vbat|bmsBatteryVolt",
        battery_charge_energy_today="echarge1Today",
        battery_charge_energy_total="echarge1Total",
        battery_discharge_energy_today="edischarge1Today|edischargeToday",
        battery_discharge_energy_total="edischarge1Total|edischargeTotal",
        grid_charge_energy_today="acChargeEnergyToday",
        grid_charge_energy_total="acChargeEnergyTotal",
        grid_charge_power="acChargePower",
    ),
    *rows(
        "bms",
        battery_health="bmsSOH",
        battery_current="bmsBatteryCurr",
        battery_temperature="bmsBatteryTemp|batteryTemperature",
        battery_cycles="bmsCycleCnt",
    ),
    *numbered(16, "cell", cell_voltage="bmsCell{n}Volt|bmsCell{n}Voltage"),
    *rows("cell 1", cell_voltage_spread="bmsDeltaVolt@mV"),
    *rows("gauge", battery_charge_left="bmsGaugeRM", battery_charge_full="bmsGaugeFCC"),
)

_INVERTER: Final = (
    *rows(
        output_power="pac",
        output_energy_today="eacToday",
        output_energy_total="eacTotal",
        grid_frequency="fac",
        running_time="timeTotal",
    ),
    *numbered(3, "phase", phase_voltage="vac{n}", phase_apparent_power="pac{n}"),
    *rows(
        "self-consumption",
        self_consumption_energy_today="eselfToday|eselftoday",
        self_consumption_energy_total="eselfTotal",
    ),
    *rows("system", system_energy_today="esystemtoday|esystemToday", system_energy_total="esystemTotal|esystemtotal"),
    *rows(
        "backup",
        backup_power="upsPac1 + upsPac2 + upsPac3",
        backup_voltage_1="upsVac1",
        backup_frequency="upsFac",
        backup_load="upsLoadpercent",
    ),
    *rows("backup 2", backup_voltage_2="epsVac2"),
    *rows("backup 3", backup_voltage_3="epsVac3"),
    *rows("temperature 1", temperature="temp1"),
    *rows("temperature 2", power_module_temperature="temp2"),
    *rows("temperature 3", boost_temperature="temp3"),
)

LIVE: Final = Table(
    fields=(
        *rows(
            solar_power="ppv or ppv1 + ppv2",
            solar_energy_today="epvtoday or epv1Today + epv2Today",
            solar_energy_total="epvTotal or epv1Total + epv2Total",
        ),
        *numbered(
            2,
            "string",
            pv_power="ppv{n}",
            pv_voltage="vpv{n}",
            pv_energy_today="epv{n}Today",
            pv_energy_total="epv{n}Total",
        ),
        *_BATTERY,
        *_METER,
        *_INVERTER,
    ),
    words=_STATE,
    texts=_MODE,
)

SPA_LIVE: Final = Table(
    fields=(
        *rows(
            "solar",
            solar_power="ppvInverter",
            solar_energy_today="epvInverterToday",
            solar_energy_total="epvInverterTotal",
        ),
        *_BATTERY,
        *_METER,
        *_INVERTER,
    ),
    words=_STATE,
    texts=_MODE,
)

# The calls of the password API: equal names of different calls are not equal (D.3, trap).

INFO: Final = Table(
    fields=(
        *rows(
            battery_level="capacity|soc",
            battery_charge_energy_today="eBatChargeToday",
            battery_charge_energy_total="eBatChargeTotal",
            battery_discharge_energy_today="eBatDisChargeToday",
            battery_discharge_energy_total="eBatDisChargeTotal",
            solar_energy_today="epvToday",
            solar_energy_total="epvTotal",
            grid_charge_energy_today="acChargeEnergyToday",
            grid_charge_energy_total="acChargeEnergyTotal",
            grid_charge_power="acChargePower",
            battery_power="pDischarge1 - pCharge1",
            battery_voltage="vbat",
        ),
        *numbered(2, "string", pv_voltage="vpv{n}"),
        *rows("backup", backup_power="upsPac1 + upsPac2 + upsPac3"),
    )
)


def _strings_in_kilowatts(bean: Mapping[str, object]) -> Mapping[str, object]:
    """Return a status whose string powers are in kW: some servers send W whatever ``unit`` says (D.3)."""
    strings = {name: number(bean.get(name)) for name in ("pPv1", "pPv2")}
    whole = number(bean.get("ppv")) or 0.0
    if sum(power or 0.0 for power in strings.values()) <= 10 * whole + 0.5:  # rounded, and far from a thousand
        return bean
    return {**bean, **{name: power / 1000 for name, power in strings.items() if power is not None}}


def _status(solar: tuple[Field, ...]) -> Table:
    """Return the table of a status: powers in kW."""
    return Table(
        fields=(
            *solar,
            *rows(
                battery_level="SOC",
                battery_power="pdisCharge1|pdisCharge - chargePower",
                home_power="pLocalLoad",
                grid_power="pactouser - pactogrid",
                grid_frequency="fAc",
            ),
            *rows("phase 1", phase_voltage_1="vAc1|vac1"),
            *rows("battery voltage", battery_voltage="vBat"),
            *rows("backup", backup_voltage_1="upsVac1", backup_frequency="upsFac"),
        ),
        words=_STATE,
        texts=_MODE,
        power_unit="kW",
        repair=_strings_in_kilowatts,
    )


STATUS: Final = _status((*rows(solar_power="ppv"), *numbered(2, "string", pv_power="pPv{n}", pv_voltage="vPv{n}")))
SPA_STATUS: Final = _status(rows("solar", solar_power="ppv"))

_TOTALS: Final = rows(
    home_energy_today="elocalLoadToday",
    home_energy_total="elocalLoadTotal",
    grid_export_energy_today="etoGridToday",
    grid_export_energy_total="etogridTotal",
)

OVERVIEW: Final = Table(
    fields=(
        *_TOTALS,
        *rows("revenue", savings_today="photovoltaicRevenueToday", savings_total="photovoltaicRevenueTotal"),
    )
)

SPA_OVERVIEW: Final = Table(
    fields=(
        *_TOTALS,
        *rows(
            battery_charge_energy_today="echargetoday",
            battery_charge_energy_total="echargetotal",
            battery_discharge_energy_today="edischarge1Today|edischargeToday",
            battery_discharge_energy_total="edischarge1Total|edischargeTotal",
        ),
        *rows("solar", solar_energy_today="epvToday", solar_energy_total="epvTotal"),
    )
)

# Sums of one day (A.7.5); here ``etouser`` is without what charged the battery.
DAY: Final = Table(
    fields=rows(
        home_from_grid_energy_today="etouser",
        home_from_solar_energy_today="eChargeToday",
        home_from_battery_energy_today="echarge1",
        self_consumption_energy_today="eChargeToday1",
        system_energy_today="eCharge",
    )
)

# Here it is with it; the only value of the dashboard that is right (A.7.6).
DASHBOARD: Final = Table(fields=rows(grid_import_energy_today="etouser"))

FACTS: Final = Table(
    fields=rows("rating", rated_power="pmax"),
    texts=(text("firmware", "fwVersion"),),
    instant=False,
)
