"""What the legacy app API tells: plant, inverter, battery (goodwe.md §4.3–4.6).

The objects are prepared first (``legacy_beans``), so that a name means one thing; ``NOT_READ`` has the rest of an
``invert_full``, each with the reason why nothing is made of it.
"""

import re
from typing import Final

from .fields import Codes, Table, field, numbered, rows, word

_STRINGS: Final = 4

STATUS: Final[Codes] = {"-1": "offline", "0": "waiting", "1": "normal", "2": "fault"}

# The raw register ``workmode`` means something else in each family (§4.4).
_GRID_TIE: Final[Codes] = {"0": "waiting", "1": "normal", "2": "fault", "4": "self_check"}
_HYBRID: Final[Codes] = {
    "0": "waiting",
    "1": "normal",
    "2": "off_grid",
    "3": "fault",
    "4": "upgrading",
    "5": "self_check",
}
_BITS: Final[Codes] = {
    "0": "self_check",
    "1": "waiting",
    "2": "normal",
    "4": "off_grid",
    "8": "upgrading",
    "16": "fault",
    "32": "standby",
    "64": "charging",
    "128": "discharging",
}
_FAMILIES: Final[tuple[tuple[re.Pattern[str], Codes], ...]] = (
    (re.compile(r"[^A-Z](S?DT|DNS|S?NS|MS|XS)([^A-Z]|$)"), _GRID_TIE),
    (re.compile(r"[^A-Z](ETC?|EH[BR]?|BTC?|BHB?)([^A-Z]|$)"), _HYBRID),
    (re.compile(r"[^A-Z](ESA?|EMU?|S?BPS?U?)([^A-Z]|$)"), _BITS),
)

# Of the battery (CHOICE of §4.4); what it is about to do counts as doing nothing.
BATTERY_MODE: Final[Codes] = {
    "1": "standby",
    "2": "discharging",
    "3": "charging",
    "4": "standby",
    "5": "standby",
}


def work_modes(model: str) -> Codes | None:
    """Return what ``workmode`` means for a model such as ``GW8500-MS-30``; ``None`` for an unknown family."""
    spelt = f" {model.upper()}"
    return next((codes for pattern, codes in _FAMILIES if pattern.search(spelt)), None)


INVERTER: Final = Table(
    fields=(
        *rows(
            temperature="tempperature",
            running_time="hour_total|hTotal@h",
            rated_power="capacity@kW",
            output_reactive_power="reactive_power",
            grid_frequency="fac1",
        ),
        *rows("output", output_power="output_power"),
        *rows("sun", solar_power="solar_power", solar_energy_today="eday", solar_energy_total="etotal"),
        *rows("month", solar_energy_month="month", solar_energy_at_month_start="lastmonthetotle"),
        *rows("output counter", output_energy_today="output_eday", output_energy_total="output_etotal"),
        *numbered(_STRINGS, "string", pv_voltage="~vpv{n}", pv_current="ipv{n}"),
        *numbered(3, "phase", phase_voltage="vac{n}", phase_current="iac{n}", phase_power="activePowerPhase{phase}"),
        *rows(
            "meter",
            grid_power="-pmeter",
            grid_export_energy_today="seller",
            grid_export_energy_total="total_sell",
            grid_import_energy_today="buy",
            grid_import_energy_total="total_buy",
        ),
        *rows("bought", grid_import_energy_today="eDayBuy", grid_import_energy_total="eTotalBuy"),
        *numbered(3, "meter phase", grid_phase_power="-meter{n}"),
        *rows("backup", backup_power="pbackup"),
        *rows("backup 1", backup_voltage_1="vload", backup_current_1="iload"),
        *rows("backup 2", backup_voltage_2="backUpVload_S", backup_current_2="backUpIload_S"),
        *rows("backup 3", backup_voltage_3="backUpVload_T", backup_current_3="backUpIload_T"),
        *rows(
            "battery counter",
            battery_charge_energy_today="eChargeDay",
            battery_charge_energy_total="eBatteryCharge",
            battery_discharge_energy_today="eDischargeDay",
            battery_discharge_energy_total="eBatteryDischarge",
        ),
        *rows(
            "generator",
            generator_power="genset_power",
            generator_energy_today="genset_eday",
            generator_energy_total="genset_etotal",
        ),
        *rows("factor", power_factor="pf@1"),
        *rows("leakage", leakage_current="leakage_current"),
        *rows("insulation", insulation_resistance="isoLimit"),
    )
)

BATTERY: Final = Table(
    fields=(
        *rows(battery_level="soc", battery_voltage="voltage", battery_current="current", battery_power="power"),
        *rows("health", battery_health="soh"),
        *rows("temperature", battery_temperature="bms_temperature"),
        *rows("limits", charge_current_limit="bms_charge_i_max", discharge_current_limit="bms_discharge_i_max"),
    ),
    words=(word("device_status", "battary_work_mode", BATTERY_MODE),),
)

PLANT: Final = Table(
    fields=(
        *rows("rating", solar_rated_power="capacity@kW"),
        *rows("battery", battery_capacity="battery_capacity"),
        *rows("month", solar_energy_month="month_generation"),
        *rows("carbon", co2_saved="co2@t"),  # 16.80 beside 16 851.1 kWh: tonnes
    ),
    words=(word("device_status", "status", STATUS),),
    live=False,
)
PLANT_LIVE: Final = Table(fields=(field("output_power", "pac"), *rows("battery", battery_level="soc")))
GENERATION: Final = Table(fields=rows("sun", solar_energy_today="power", solar_energy_total="total_power"), live=False)
MONEY: Final = Table(fields=rows("money", savings_today="day_income", savings_total="total_income"), live=False)


def _statistics(span: str) -> Table:
    """Return the table of ``energeStatisticsCharts`` (today) or ``…Totals`` (lifetime; §4.3)."""
    sums = {
        "solar_energy": "sum",
        "home_energy": "consumptionOfLoad",
        "grid_import_energy": "buy",
        "grid_export_energy": "sell",
        "self_consumption_energy": "selfUseOfPv",
    }
    stored = {"battery_charge_energy": "charge", "battery_discharge_energy": "disCharge"}
    return Table(
        fields=(
            *rows("meter", **{f"{key}_{span}": name for key, name in sums.items()}),
            *rows("battery counter", **{f"{key}_{span}": name for key, name in stored.items()}),
            *rows("generator", **{f"generator_energy_{span}": "gensetGen"}),
        ),
        live=False,
    )


TODAY: Final = _statistics("today")
LIFETIME: Final = _statistics("total")

_IDENTITY: Final = "names and numbers of the device itself, no readings"
_CLOCK: Final = "a time of the vendor's book-keeping; what was measured when is told by last_time"
_DERIVED: Final = "follows from counters that are read"
_TWICE: Final = "the same number as one that is read"
_SETUP: Final = "how the plant is wired, which does not change"
_UNKNOWN: Final = "its meaning is not known"
_SUM: Final = "of all inverters that work as one; each is read by itself, and the sum is the plant's"

NOT_READ: Final[dict[str, str]] = {
    name: reason
    for names, reason in (
        ("sn name relation_id powerstation_id equipment_name dataloggersn bmssoftwareversion", _IDENTITY),
        ("check_code", "kept to ourselves: it is as good as a password"),
        (" ".join(f"battery{number}sn" for number in range(1, 9)), _IDENTITY),
        ("change_type change_time yesterdaylastime pre_hour_time cumulativeTime turnon_time", _CLOCK),
        ("eP_connect_status_happen eP_connect_status_recover", _CLOCK),
        ("hour_stat_eday current_hour_pv pre_hour_lasttotal current_hour_upload", _DERIVED),
        ("hour_stat_output_eday current_hour_output pre_hour_totaloutput output_yeasterdayTotal", _DERIVED),
        ("yesterdaybuytotal yesterdaysellertotal yesterdayct2sellertotal yesterdayetotal", _DERIVED),
        ("yesterdayetotalload genset_yeasterdayTotal", _DERIVED),
        ("iday itotal", "the plant tells its income; the parts add up to it"),
        ("outputpower", "differs wildly from the power that out_pac and pac tell (§4.4)"),
        ("all_eday", _TWICE),
        ("fac2 fac3", "a grid has one frequency"),
        (" ".join(f"istr{number}" for number in range(1, 17)), "nonsense on models that do not watch their strings"),
        ("battStrings battery_index batterycabinets communicateBox battery_count", _SETUP),
        ("backUpPload_S backUpPload_T", "whether pbackup holds these parts is not known"),
        ("meterConnectStatus ezPro_connect_status hasmeter meter_type meter_connect_type setAsMeter", _SETUP),
        ("double_meter_flag isDoubleMeterSet ct_solution_type cts phase_sequence inverter_type", _SETUP),
        ("master parallel_code parallelSnList canBusMaster isESUOREMU isConnectSTS", _SETUP),
        ("canBusTotalSoc canBusTotalPVPower canBusBatteryPower canBusMeterPower canBusLoadPower", _SUM),
        ("extend_properties arm_function escportmode dspSvnVersion armSvnVersion stat_info", _UNKNOWN),
        ("genset_start_mode genset_mode micro_grid_flag isMicroGrid micro_grid_power", "generators of other makers"),
    )
    for name in names.split()
}
