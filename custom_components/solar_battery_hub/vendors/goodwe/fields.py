"""How the tables of readings are written, and those of SEMS+ (goodwe.md §5.2–5.5).

``"proConsumStats|proConsum"`` is the first of several names that is there; ``"-totalPac"`` turns the sign;
``"vMaxCell@mV"`` names the unit of bare numbers; ``"~vpv1"`` may float where nothing is fitted. ``{n}`` is the number of a numbered reading, ``{phase}`` its letter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .model import DeviceType

type Codes = Mapping[str, str]

PHASES: Final = "ABC"
_STRINGS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One number: its key in the catalogue and where it comes from.

    A ``group`` is what may not be fitted (a string, a phase, a battery): it shows once one of its numbers is not zero.
    One that ``floats`` shows nothing: an input without panels has a voltage, too (§4.4). ``unit`` is that of bare
    numbers, ``None`` for the catalogue's.
    """

    key: str
    names: tuple[str, ...]
    unit: str | None = None
    group: str | None = None
    negated: bool = False
    floats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One reading in words: its key, the spellings of its name, and what each code means."""

    key: str
    names: tuple[str, ...]
    codes: Codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What one kind of object tells. ``live``: of the moment, so worth nothing once the device is offline."""

    fields: tuple[Field, ...] = ()
    words: tuple[Word, ...] = ()
    live: bool = True


def field(key: str, spelt: str, group: str | None = None) -> Field:
    """Return a field of a text (see the module)."""
    names, _, unit = spelt.partition("@")
    return Field(
        key=key,
        names=tuple(names.lstrip("-~").split("|")),
        unit=unit or None,
        group=group,
        negated=names.startswith("-"),
        floats=names.startswith("~"),
    )


def rows(group: str | None = None, /, **spelt: str) -> tuple[Field, ...]:
    """Return fields by their keys, all of one group."""
    return tuple(field(key, names, group) for key, names in spelt.items())


def numbered(count: int, group: str, /, **spelt: str) -> tuple[Field, ...]:
    """Return numbered fields, 1 to ``count``; each number is a group of its own."""
    return tuple(
        field(f"{key}_{number}", names.replace("{n}", str(number)).replace("{phase}", letter), f"{group} {number}")
        for number, letter in zip(range(1, count + 1), PHASES.ljust(count), strict=True)
        for key, names in spelt.items()
    )


def word(key: str, names: str, codes: Codes) -> Word:
    """Return a reading in words; the spellings of its name are separated by ``|``."""
    return Word(key=key, names=tuple(names.split("|")), codes=codes)


def energies(group: str, /, **spelt: str) -> tuple[Field, ...]:
    """Return today's and lifetime counters of telecounting by the stems of their keys (§5.4)."""
    return tuple(
        field(f"{key}_{span.casefold()}", f"{stem}{span}", group)
        for key, stem in spelt.items()
        for span in ("Today", "Total")
    )


# Device status by the web's icons (§5.4), plant status (§5.2), charger words (§6.6, recording).
DEVICE_STATUS: Final[Codes] = {
    "0": "offline",
    "1": "normal",
    "2": "fault",
    "3": "standby",
    "4": "stopped",
    "5": "normal",
    "6": "charging",
    "7": "discharging",
    "8": "standby",
    "9": "maintenance",
}
PLANT_STATUS: Final[Codes] = {"0": "offline", "1": "normal", "2": "fault", "3": "waiting"}
CHARGER_STATUS: Final[Codes] = {
    **DEVICE_STATUS,
    "10": "standby",
    "offline": "offline",
    "available": "standby",
    "waiting": "waiting",
    "charging": "charging",
    "fault": "fault",
    "maintenance": "maintenance",
}
CHARGING_MODE: Final[Codes] = {"0": "fast", "1": "solar_first", "2": "solar_and_battery"}
NETWORK: Final[Codes] = {"lan": "ethernet", "wifi": "wifi", "4g": "cellular", "gprs": "cellular"}

# stations/flow (kW), without what powers.of_flow reads.
FLOW: Final = Table(
    fields=(
        *rows("battery", battery_level="soc"),
        *rows("third", other_solar_power="pThird@kW"),
        *rows("generator", generator_power="pDiesel@kW"),
        *rows("charger", ev_charging_power="pEvChar@kW"),
        *rows("heat pump", heat_pump_power="pHeatPump@kW"),
    )
)

PLANT_INFO: Final = Table(
    fields=(
        *rows("rating", rated_power="installedPower@kW"),
        *rows("solar", solar_rated_power="pvCapacity@kW"),
        *rows("battery", battery_capacity="batteryCapacity"),
    ),
    words=(word("device_status", "status", PLANT_STATUS),),
    live=False,
)

# stations/statistics of a day: the items by name, beside the flat totals (§5.5). The rates are left to core.site:
# the two APIs mean something else by them as soon as there is a battery.
DAY: Final = Table(
    fields=(
        *rows(
            solar_energy_today="proSystemTotalStats",
            output_energy_today="proAcTotal|production",
        ),
        *rows(
            "meter",
            home_energy_today="proConsumStats|proConsum",
            grid_export_energy_today="proGridStats|proGrid",
            grid_import_energy_today="proPurchaseStats|proPurchase",
            self_consumption_energy_today="proSelfConsumStats|proSelfConsum",
        ),
        *rows("battery", battery_charge_energy_today="proCharStats", battery_discharge_energy_today="proDischarStats"),
    ),
    live=False,
)

INCOME: Final = Table(
    fields=rows("money", savings_today="profitProStats", export_income_today="profitGridStats"), live=False
)

_INVERTER: Final = Table(
    fields=(
        *rows(
            output_power="pAc@kW",
            output_reactive_power="qAc@kvar",
            power_factor="gridPF|storagePF@1",
            temperature="Temperature",
            running_time="hTotal@h",
            grid_frequency="Fac|PHASE-A:Fac",
        ),
        *numbered(
            3,
            "phase",
            phase_voltage="PHASE-{phase}:Vac",
            phase_current="PHASE-{phase}:Iac",
            phase_power="PHASE-{phase}:pAc@kW",
        ),
        *rows("phase 1", phase_voltage_1="Vac", phase_current_1="Iac"),
        *rows("backup", backup_power="pBackup@kW"),
        *numbered(3, "backup", backup_voltage="vBackupPh{phase}", backup_current="aBackupPh{phase}"),
        *rows("sun", solar_power="pDc@kW"),
        *numbered(
            _STRINGS, "string", pv_power="MPPT-{n}:Ppv@kW", pv_voltage="~MPPT-{n}:Vpv", pv_current="MPPT-{n}:Ipv"
        ),
        *rows("insulation", insulation_resistance="ISOLimit"),
        *rows("leakage", leakage_current="LeakageCurrent@A"),
    )
)

_BATTERY: Final = Table(
    fields=(
        *rows(battery_level="soc", battery_power="pBat|pbat@kW", battery_voltage="voltage", battery_current="a"),
        *rows("health", battery_health="soh"),
        *rows("temperature", battery_temperature="batSysTemp"),
        *rows("limits", charge_current_limit="aMaxChar", discharge_current_limit="aMaxDischar"),
        *rows("power limits", charge_power_limit="pMaxChar@kW", discharge_power_limit="pMaxDischar@kW"),
        *rows("cell temperature", cell_temperature_max="tempMaxCell", cell_temperature_min="tempMinCell"),
        *rows("cell voltage", cell_voltage_max="vMaxCell@mV", cell_voltage_min="vMinCell@mV"),
    )
)

# The meter counts export as positive (§5.4); ``pAc`` beside ``totalPac`` may be another number.
_METER: Final = Table(
    fields=(
        *rows(grid_power="-totalPac|pAc@kW"),
        *numbered(
            3,
            "phase",
            phase_power="-PHASE-{phase}:pAc@kW",
            phase_voltage="PHASE-{phase}:voltage",
            phase_current="PHASE-{phase}:current",
        ),
    )
)

_SOLAR_COUNTERS: Final = (
    *energies("sun", solar_energy="proPvStats"),
    *rows("sun", solar_energy_month="proPvStatsMonth", solar_energy_year="proPvStatsYear"),
)
_METER_COUNTERS: Final = energies("meter", grid_export_energy="proGridStats", grid_import_energy="proPurchaseStats")
_BATTERY_COUNTERS: Final = energies(
    "battery", battery_charge_energy="proCharStats", battery_discharge_energy="proDischarStats"
)
_RATED: Final = rows("rating", rated_power="ratedPower@kW")

# What a wallbox tells on either API (§6.6). ``chargePower`` of SEMS+ is what is set: it stands at 11 kW with no car there.
CHARGER: Final = Table(
    fields=(
        *rows("power", ev_charging_power="power@kW"),
        *rows("current", ev_charging_current="current"),
        *rows("energy", ev_charging_energy="chargeEnergy"),
        *rows("limit", ev_charging_power_limit="chargePowerSetted|max_charge_power@kW"),
    ),
    words=(word("ev_charging_mode", "chargeMode", CHARGING_MODE),),
)

_NOTHING: Final = Table()
_OF_INVERTER: Final = (DeviceType.INVERTER, DeviceType.CABINET, DeviceType.MICRO_INVERTER, DeviceType.PCS)

TELEMETRY: Final[Mapping[DeviceType, Table]] = {
    **dict.fromkeys(DeviceType, _NOTHING),
    **dict.fromkeys(_OF_INVERTER, _INVERTER),
    DeviceType.BATTERY: _BATTERY,
    DeviceType.BATTERY_RACK: _BATTERY,
    DeviceType.METER: _METER,
    DeviceType.CHARGER: CHARGER,
}
TELECOUNTING: Final[Mapping[DeviceType, Table]] = {
    **dict.fromkeys(DeviceType, _NOTHING),
    **dict.fromkeys(
        _OF_INVERTER,
        Table(fields=(*_SOLAR_COUNTERS, *_METER_COUNTERS, *_BATTERY_COUNTERS, *_RATED), live=False),
    ),
    DeviceType.BATTERY: Table(fields=_BATTERY_COUNTERS, live=False),
    DeviceType.BATTERY_RACK: Table(fields=_BATTERY_COUNTERS, live=False),
    DeviceType.METER: Table(fields=_METER_COUNTERS, live=False),
}
INFORMATION: Final[Mapping[DeviceType, Table]] = {
    **dict.fromkeys(DeviceType, _NOTHING),
    **dict.fromkeys(_OF_INVERTER, Table(fields=_RATED, live=False)),
}
BATTERY_ROW: Final = Table(
    fields=rows(battery_level="soc", battery_power="pbat@kW"),
    words=(word("device_status", "status", DEVICE_STATUS),),
)
