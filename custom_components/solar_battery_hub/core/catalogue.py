"""Every reading there is: what it measures, in which unit, and how prominent it is.

Signs (design §3): ``grid_power`` + is import, − is export; ``battery_power`` + is
discharging, − is charging; ``solar_power`` and ``home_power`` are not negative.
"""

from dataclasses import dataclass
import re

from .choices import (
    CHARGE_SOURCES,
    CHARGER_STATES,
    CHARGING_STATES,
    DEVICE_STATES,
    EV_CHARGING_MODES,
    EXPORT_LIMITS,
    GRID_STATES,
    NETWORKS,
    OPERATING_MODES,
    OUTPUT_SOURCES,
    POWER_BASES,
    PRIORITIES,
    RUNNING_MODES,
    SMART_MODE_STATES,
    TARIFF_BANDS,
    TARIFFS,
    UPDATE_STATES,
)
from .quantities import FACTS, UNITS, Kind, Level, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One entry of the catalogue.

    ``numbered`` entries exist once per part (string, phase): key ``<key>_<number>``.
    ``options`` are the states of a CHOICE.
    """

    key: str
    quantity: Quantity
    kind: Kind = Kind.MEASUREMENT
    level: Level = Level.MAIN
    numbered: bool = False
    options: tuple[str, ...] = ()

    @property
    def unit(self) -> str | None:
        """The unit, which is the native unit everywhere."""
        return UNITS.get(self.quantity)

    @property
    def expires(self) -> bool:
        """Whether silence makes it worthless; counters and facts keep their value."""
        return self.kind in (Kind.MEASUREMENT, Kind.STATE) and self.quantity not in FACTS


def _define(
    quantity: Quantity,
    keys: str,
    kind: Kind = Kind.MEASUREMENT,
    level: Level = Level.MAIN,
    *,
    numbered: bool = False,
    options: tuple[str, ...] = (),
) -> tuple[Definition, ...]:
    return tuple(
        Definition(key=key, quantity=quantity, kind=kind, level=level, numbered=numbered, options=options)
        for key in keys.split()
    )


def _today(keys: str) -> str:
    return " ".join(f"{key}_today" for key in keys.split())


def _total(keys: str) -> str:
    return " ".join(f"{key}_total" for key in keys.split())


_ENERGIES = "solar_energy home_energy grid_import_energy grid_export_energy battery_charge_energy battery_discharge_energy generator_energy"
# Parts of these: where the house's came from, what of the sun's was used at home, all that the system gave.
_SHARES = "home_from_grid_energy home_from_solar_energy home_from_battery_energy self_consumption_energy system_energy"
# Where a battery's came from, and what went to the grid; the other sun is that of inverters beside the system.
_FLOWS = "battery_from_solar_energy battery_from_other_solar_energy export_from_solar_energy export_from_battery_energy export_from_other_solar_energy"
_USES = "plug_energy socket_energy ev_charging_energy other_solar_energy"
# Added up from a battery's power, where nobody counts what went in and out of it.
_ESTIMATES = "estimated_charge_energy estimated_discharge_energy"

CATALOGUE: dict[str, Definition] = {
    definition.key: definition
    for definition in (
        *_define(Quantity.POWER, "solar_power home_power grid_power battery_power generator_power"),
        *_define(Quantity.ENERGY, _today(_ENERGIES), Kind.DAILY),
        *_define(Quantity.ENERGY, _total(_ENERGIES), Kind.LIFETIME),
        *_define(Quantity.POWER, "output_power"),
        *_define(Quantity.POWER, "backup_power grid_charge_power", level=Level.DIAGNOSTIC),
        *_define(Quantity.POWER, "plug_power other_load_power socket_power"),
        *_define(Quantity.POWER, "heating_power", level=Level.DIAGNOSTIC),
        *_define(
            Quantity.POWER, "self_consumption_power system_power output_limit_power ac_input_power", level=Level.RARE
        ),
        *_define(Quantity.POWER, "other_solar_power_limit", Kind.STATE, Level.RARE),
        *_define(Quantity.ENERGY, "output_energy_today grid_charge_energy_today", Kind.DAILY),
        *_define(Quantity.ENERGY, "output_energy_total grid_charge_energy_total", Kind.LIFETIME),
        *_define(Quantity.ENERGY, _today(_SHARES), Kind.DAILY, Level.DIAGNOSTIC),
        *_define(Quantity.ENERGY, _total(_SHARES), Kind.LIFETIME, Level.DIAGNOSTIC),
        *_define(Quantity.ENERGY, _today(_USES), Kind.DAILY),
        *_define(Quantity.ENERGY, _total(_USES), Kind.LIFETIME),
        *_define(Quantity.ENERGY, _today(_FLOWS), Kind.DAILY, Level.DIAGNOSTIC),
        *_define(Quantity.ENERGY, _total(_FLOWS), Kind.LIFETIME, Level.DIAGNOSTIC),
        *_define(Quantity.ENERGY, "output_energy_month output_energy_year", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.ENERGY, "pv_energy_today", Kind.DAILY, Level.DIAGNOSTIC, numbered=True),
        *_define(Quantity.ENERGY, "pv_energy_total", Kind.LIFETIME, Level.DIAGNOSTIC, numbered=True),
        *_define(Quantity.ENERGY, "pack_charge_energy_total", Kind.LIFETIME, Level.DIAGNOSTIC),
        *_define(Quantity.ENERGY, "pack_discharge_energy_total", Kind.LIFETIME, Level.DIAGNOSTIC),
        *_define(Quantity.ENERGY, _today(_ESTIMATES), Kind.DAILY, Level.DIAGNOSTIC),
        *_define(Quantity.ENERGY, _total(_ESTIMATES), Kind.LIFETIME, Level.DIAGNOSTIC),
        *_define(
            Quantity.ENERGY,
            "solar_energy_month solar_energy_year solar_energy_at_month_start",
            Kind.STATE,
            Level.RARE,
        ),
        *_define(Quantity.REACTIVE_ENERGY, "output_reactive_energy_today", Kind.DAILY, Level.RARE),
        *_define(Quantity.REACTIVE_ENERGY, "output_reactive_energy_total", Kind.LIFETIME, Level.RARE),
        *_define(Quantity.CHARGE, "battery_level"),
        *_define(Quantity.RATIO, "battery_level_raw", level=Level.RARE),
        *_define(Quantity.STORED_ENERGY, "battery_energy"),
        *_define(Quantity.STORED_ENERGY, "battery_capacity", level=Level.DIAGNOSTIC),
        *_define(Quantity.RATIO, "battery_health", level=Level.DIAGNOSTIC),
        *_define(Quantity.RATIO, "self_consumption autarky"),
        *_define(Quantity.MONEY, "savings_today", Kind.DAILY),
        *_define(Quantity.MONEY, "savings_total", Kind.LIFETIME),
        *_define(Quantity.MONEY, "export_income_today", Kind.DAILY, Level.DIAGNOSTIC),
        *_define(Quantity.PRICE, "buy_price sell_price", Kind.STATE),
        *_define(Quantity.CHOICE, "tariff", Kind.STATE, Level.DIAGNOSTIC, options=TARIFFS),
        *_define(Quantity.POWER, "output_preset", Kind.STATE),
        *_define(Quantity.POWER, "ac_charge_limit pv_input_limit", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.RATIO, "charge_priority", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.FLAG, "backup_charge grid_export", Kind.STATE),
        *_define(
            Quantity.FLAG,
            "backup_reserve_active allow_export discharge_priority auto_upgrade",
            Kind.STATE,
            Level.DIAGNOSTIC,
        ),
        *_define(Quantity.MOMENT, "backup_charge_start backup_charge_end", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.MONEY, "smart_mode_savings_total", Kind.LIFETIME, Level.DIAGNOSTIC),
        *_define(Quantity.RATIO, "smart_mode_savings_share", Kind.STATE, Level.RARE),
        *_define(Quantity.CHOICE, "smart_mode_status", Kind.STATE, Level.DIAGNOSTIC, options=SMART_MODE_STATES),
        *_define(Quantity.PRICE, "current_price", Kind.STATE),
        *_define(Quantity.PRICE, "spot_price spot_price_average_today spot_price_average_tomorrow", Kind.STATE),
        *_define(Quantity.CHOICE, "tariff_band", Kind.STATE, options=TARIFF_BANDS),
        *_define(Quantity.ENERGY, "solar_forecast_today solar_forecast_tomorrow", Kind.STATE),
        *_define(Quantity.ENERGY, "solar_forecast_left_today solar_forecast_next_day", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.POWER, "solar_forecast_this_hour solar_forecast_next_hour", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.MASS, "co2_saved", Kind.LIFETIME),
        *_define(Quantity.COUNT, "trees_equivalent", Kind.STATE, Level.RARE),
        *_define(Quantity.TEXT, "co2_rank", Kind.STATE, Level.RARE),
        *_define(Quantity.CHOICE, "power_basis", Kind.STATE, Level.DIAGNOSTIC, options=POWER_BASES),
        *_define(Quantity.CHOICE, "grid_status", Kind.STATE, options=GRID_STATES),
        *_define(Quantity.CHOICE, "device_status", Kind.STATE, options=DEVICE_STATES),
        *_define(Quantity.CHOICE, "charging_status", Kind.STATE, options=CHARGING_STATES),
        *_define(Quantity.CHOICE, "work_priority", Kind.STATE, options=PRIORITIES),
        *_define(Quantity.RATIO, "charge_power_rate discharge_power_rate", Kind.STATE),
        *_define(Quantity.RATIO, "charge_stop_level discharge_stop_level off_grid_stop_level", Kind.STATE),
        *_define(Quantity.RATIO, "output_limit", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.CHOICE, "export_limit_mode", Kind.STATE, Level.DIAGNOSTIC, options=EXPORT_LIMITS),
        *_define(Quantity.FLAG, "grid_charging", Kind.STATE),
        *_define(Quantity.FLAG, "inverter_on", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.CHOICE, "output_source", Kind.STATE, Level.DIAGNOSTIC, options=OUTPUT_SOURCES),
        *_define(Quantity.CHOICE, "charge_source", Kind.STATE, Level.DIAGNOSTIC, options=CHARGE_SOURCES),
        *_define(Quantity.CHOICE, "operating_mode", Kind.STATE, options=OPERATING_MODES),
        *_define(Quantity.CHOICE, "running_mode", Kind.STATE, Level.DIAGNOSTIC, options=RUNNING_MODES),
        *_define(Quantity.FLAG, "time_of_use backup_mode immediate_charge", Kind.STATE),
        *_define(Quantity.FLAG, "peak_shaving delayed_charge", Kind.STATE),
        *_define(Quantity.FLAG, "backup_grid_charging off_grid_mode", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.RATIO, "backup_charge_power export_limit_rate", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.RATIO, "immediate_charge_level immediate_charge_power", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.POWER, "export_limit", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.RATIO, "backup_reserve", Kind.STATE),
        *_define(Quantity.MOMENT, "last_measured", Kind.STATE, Level.RARE),
        *_define(Quantity.FLAG, "on_grid grid_services", Kind.STATE),
        *_define(Quantity.FLAG, "running cloud_connected", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.FLAG, "problem", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.FLAG, "backup_ready power_clamped off_grid", Kind.STATE, Level.RARE),
        *_define(Quantity.POWER, "grid_services_power", level=Level.RARE),
        *_define(Quantity.POWER, "ev_charging_power heat_pump_power other_solar_power"),
        *_define(Quantity.ENERGY, "ev_charging_energy", Kind.STATE),
        *_define(Quantity.CHOICE, "ev_charging_mode", Kind.STATE, options=EV_CHARGING_MODES),
        *_define(Quantity.CHOICE, "charger_status", Kind.STATE, options=CHARGER_STATES),
        *_define(Quantity.DURATION, "ev_charging_time_total", Kind.LIFETIME, Level.DIAGNOSTIC),
        *_define(Quantity.COUNT, "ev_charging_sessions", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.MONEY, "ev_charging_cost_total", Kind.LIFETIME, Level.DIAGNOSTIC),
        *_define(Quantity.CONSUMPTION, "energy_consumption", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.FLAG, "default_vehicle smart_charging", Kind.STATE),
        *_define(Quantity.FLAG, "vehicle_linked", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.FLAG, "ev_plugged_in", Kind.STATE),
        *_define(Quantity.POWER, "ev_charging_power_limit", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.CURRENT, "ev_charging_current", level=Level.RARE),
        *_define(Quantity.POWER, "charge_power_limit discharge_power_limit", level=Level.DIAGNOSTIC),
        *_define(Quantity.POWER, "charge_power_available discharge_power_available", level=Level.RARE),
        *_define(Quantity.POWER, "battery_target_power", level=Level.RARE),
        *_define(
            Quantity.REACTIVE_POWER,
            "solar_reactive_power home_reactive_power grid_reactive_power battery_reactive_power output_reactive_power",
            level=Level.RARE,
        ),
        *_define(
            Quantity.APPARENT_POWER,
            "solar_apparent_power home_apparent_power grid_apparent_power battery_apparent_power output_apparent_power",
            level=Level.RARE,
        ),
        *_define(
            Quantity.VOLTAGE,
            "solar_voltage home_voltage grid_voltage battery_voltage output_voltage",
            level=Level.RARE,
        ),
        *_define(
            Quantity.CURRENT,
            "solar_current home_current grid_current battery_current output_current grid_charge_current",
            level=Level.RARE,
        ),
        *_define(
            Quantity.FREQUENCY,
            "solar_frequency home_frequency grid_frequency battery_frequency output_frequency backup_frequency",
            level=Level.RARE,
        ),
        *_define(Quantity.POWER, "pv_power", level=Level.DIAGNOSTIC, numbered=True),
        *_define(Quantity.VOLTAGE, "pv_voltage", level=Level.RARE, numbered=True),
        *_define(Quantity.CURRENT, "pv_current", level=Level.RARE, numbered=True),
        *_define(Quantity.VOLTAGE, "phase_voltage", level=Level.RARE, numbered=True),
        *_define(Quantity.CURRENT, "phase_current", level=Level.RARE, numbered=True),
        *_define(Quantity.POWER, "phase_power", level=Level.RARE, numbered=True),
        *_define(Quantity.CURRENT, "pv_charge_current", level=Level.RARE, numbered=True),
        *_define(Quantity.POWER, "grid_phase_power", level=Level.RARE, numbered=True),
        *_define(Quantity.APPARENT_POWER, "phase_apparent_power", level=Level.RARE, numbered=True),
        *_define(Quantity.VOLTAGE, "line_voltage backup_voltage string_voltage", level=Level.RARE, numbered=True),
        *_define(Quantity.CURRENT, "backup_current string_current", level=Level.RARE, numbered=True),
        *_define(Quantity.CELL_VOLTAGE, "cell_voltage", level=Level.RARE, numbered=True),
        *_define(Quantity.CELL_VOLTAGE, "cell_voltage_spread", level=Level.RARE),
        *_define(Quantity.CELL_VOLTAGE, "cell_voltage_max cell_voltage_min", level=Level.RARE),
        *_define(Quantity.TEMPERATURE, "cell_temperature_max cell_temperature_min", level=Level.RARE),
        *_define(Quantity.CURRENT, "charge_current_limit discharge_current_limit", level=Level.RARE),
        *_define(Quantity.ELECTRIC_CHARGE, "battery_charge_left battery_charge_full", level=Level.RARE),
        *_define(Quantity.RATIO, "output_limit_in_force output_load backup_load", level=Level.DIAGNOSTIC),
        *_define(Quantity.RATIO, "power_factor", level=Level.RARE),
        *_define(Quantity.RESISTANCE, "insulation_resistance", level=Level.RARE),
        *_define(Quantity.SMALL_CURRENT, "leakage_current", level=Level.RARE),
        *_define(Quantity.TEMPERATURE, "temperature battery_temperature", level=Level.DIAGNOSTIC),
        *_define(Quantity.TEMPERATURE, "power_module_temperature boost_temperature", level=Level.DIAGNOSTIC),
        *_define(Quantity.TEMPERATURE, "extra_temperature", level=Level.RARE, numbered=True),
        *_define(Quantity.DURATION, "running_time", Kind.LIFETIME, Level.RARE),
        *_define(Quantity.COUNT, "battery_cycles", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.TEXT, "fault warning", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.TEXT, "work_mode_code derating_code battery_status_code", Kind.STATE, Level.RARE),
        *_define(Quantity.COUNT, "battery_count", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.TEXT, "disabled_reasons", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.TEXT, "firmware", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.FIRMWARE, "latest_firmware", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.MOMENT, "started_at", Kind.STATE, Level.DIAGNOSTIC),
        *_define(
            Quantity.CHOICE,
            "update_status",
            Kind.STATE,
            Level.DIAGNOSTIC,
            options=UPDATE_STATES,
        ),
        *_define(Quantity.TEXT, "site_name solar_equipment measures", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.TEXT, "grid_code", Kind.STATE, Level.RARE),
        *_define(Quantity.POWER, "rated_power solar_rated_power", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.STORED_ENERGY, "rated_energy", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.CHOICE, "network", Kind.STATE, Level.DIAGNOSTIC, options=NETWORKS),
        *_define(Quantity.RATIO, "signal_strength", level=Level.RARE),
        *_define(Quantity.SIGNAL, "wifi_signal", level=Level.RARE),
        *_define(Quantity.TEXT, "room", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.FLAG, "unread_messages", Kind.STATE),
        *_define(Quantity.FLAG, "unread_system_messages unread_device_messages", Kind.STATE, Level.RARE),
        *_define(Quantity.FLAG, "zero_output_switch", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.FLAG, "reachable", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.MOMENT, "locked_until", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.MOMENT, "next_call", Kind.STATE, Level.RARE),
        *_define(Quantity.FLAG, "change_pending", Kind.STATE, Level.DIAGNOSTIC),
        *_define(Quantity.SCHEDULE, "charge_schedule", Kind.STATE),
        *_define(Quantity.COUNT, "calls_today", Kind.STATE, Level.RARE),
    )
}

# What event entities there are and what each can tell.
STREAMS: dict[str, tuple[str, ...]] = {
    "grid_faults": ("fault", "warning"),
    "alarms": ("fault", "alarm", "prompt", "recovered"),
    "settings": ("confirmed", "not_confirmed", "changed_elsewhere", "draft_dropped"),
}

_NUMBERED = re.compile(r"(?P<key>.+)_(?P<number>\d+)")


def look_up(key: str) -> tuple[Definition, int | None]:
    """Return the definition of a reading's key and, for a numbered one, its number.

    Raises KeyError for a key the catalogue does not have.
    """
    if definition := CATALOGUE.get(key):
        return definition, None
    match = _NUMBERED.fullmatch(key)
    if match is None or not (definition := CATALOGUE[match["key"]]).numbered:
        raise KeyError(key)
    return definition, int(match["number"])
