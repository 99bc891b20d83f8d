"""The states that readings of a choice can show, and the two words shown in place of a value."""

OTHER = "other"  # shown for a code that we do not know (design §3)
NOTHING = "–"  # shown by a text that is known to be empty, such as the fault of a sound device

GRID_STATES = (
    "connected",
    "off_grid",
    "reconnecting",
    "disconnecting",
    "ready_to_reconnect",
    "waiting_for_user",
    "fault",
    OTHER,
)
OPERATING_MODES = (
    "self_consumption",
    "autonomous",
    "backup",
    "time_of_use",
    "off_grid",
    "scheduler",
    "site_control",
    "smart_plugs",
    "manual",
    "smart",
    "dynamic_tariff",
    OTHER,
)
RUNNING_MODES = (
    *("automatic", "self_consumption", "solar_charging", "solar_export", "import_power", "export_power"),
    *("energy_saving", "off_grid", "battery_standby", "grid_import", "grid_export", "battery_charging"),
    *("battery_discharging", "backup", "time_of_use", "delayed_charge", "peak_shaving", "shut_down"),
    *("smart_plugs", "manual", "smart", "dynamic_tariff", OTHER),
)
UPDATE_STATES = (
    "checking",
    "up_to_date",
    "failed",
    "staged",
    "downloading",
    "downloaded",
    OTHER,
)
NETWORKS = ("ethernet", "wifi", "cellular", OTHER)
DEVICE_STATES = (
    "waiting",
    "self_check",
    "standby",
    "normal",
    "charging",
    "discharging",
    "bypass",
    "upgrading",
    "off_grid",
    "stopped",
    "maintenance",
    "fault",
    "offline",
    OTHER,
)
PRIORITIES = ("load_first", "battery_first", "grid_first", OTHER)
OUTPUT_SOURCES = ("battery_first", "solar_first", "grid_first", "solar_and_grid", OTHER)
EXPORT_LIMITS = ("off", "on", "meter", "ct", OTHER)
EV_CHARGING_MODES = ("fast", "solar_first", "solar_and_battery", OTHER)
CHARGE_SOURCES = ("solar_first", "solar_and_grid", "solar_only", OTHER)
CHARGING_STATES = (
    *("detection", "bypass", "discharging", "charging", "charging_and_bypass", "charge_priority", "ac_charging"),
    *("protection_charge", "bypass_and_discharging", "wake_up", "cold_wake_up", "full", "full_bypass", "standby"),
    OTHER,
)
CHARGER_STATES = (
    *("standby", "preparing", "charging", "paused_by_charger", "paused_by_vehicle", "completed", "reserved"),
    *("disabled", "fault", OTHER),
)
TARIFF_BANDS = ("peak", "mid_peak", "off_peak", "valley", OTHER)
SMART_MODE_STATES = ("inactive", "learning", "running", "failed", OTHER)
POWER_BASES = ("momentary", "five_minutes", OTHER)
TARIFFS = ("fixed", "use_time", "dynamic", OTHER)
