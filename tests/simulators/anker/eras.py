"""How the cloud's answers looked over the years: which keys came when (anker.md §18.14, and the months of the recordings).

Handlers write the newest field set; ``as_of`` takes away what an earlier month did not know yet.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

ERAS = ("2024-02", "2024-10", "2025-05", "2025-09", "2026-06")
NEWEST = ERAS[-1]
RODS = tuple(f"{name}.rods" for name in ("power", "charge_trend", "charge_level", "forecast_trend"))
_UNIT = "solarbank_info.solarbank_list."

SINCE: Mapping[str, Mapping[str, Iterable[str]]] = {
    "site/get_site_list": {
        "2024-03": ("site_list.current_site_device_models",),
        "2025-09": ("site_list.init_status", "site_list.site_device_list"),
    },
    "site/get_scen_info": {
        "2024-03": ("solarbank_info.is_display_data", f"{_UNIT}is_display"),
        "2024-07": (
            "error_code",
            "feature_switch",
            "grid_info",
            "home_load_power",
            "is_downgrade",
            "scene_mode",
            "smart_plug_info",
            "other_loads_power",
            "solarbank_info.ac_power",
            "solarbank_info.battery_discharge_power",
            *(f"solarbank_info.solar_power_{number}" for number in range(1, 5)),
            "solarbank_info.to_home_load",
            f"{_UNIT}sub_package_num",
        ),
        "2024-10": (
            "display_priority_discharge_tips",
            "priority_discharge_switch",
            "priority_discharge_upgrade_devices",
            "feature_switch.heating",
            "feature_switch.shelly_meter",
        ),
        "2025-01": (
            "is_show_priority_discharge",
            "style_id",
            "feature_switch.0w_feed",
            "solarbank_info.backup_info",
            "solarbank_info.grid_to_battery_power",
            "solarbank_info.micro_inverter_low_power_limit",
            "solarbank_info.micro_inverter_power",
            "solarbank_info.micro_inverter_power_limit",
            "solarbank_info.other_input_power",
            "solarbank_info.pei_heating_power",
            f"{_UNIT}bat_charge_power",
        ),
        "2025-07": (
            "aiems_profit",
            "err_msg",
            "is_dynamic_price_down_grade",
            "solarbank_pps_info",
            "switch_0w",
            "user_scene_mode",
            "solarbank_info.use_time_excute_info",
            f"{_UNIT}bat_discharge_power",
            f"{_UNIT}err_code",
            f"{_UNIT}feature_switch",
            f"{_UNIT}heating_power",
            f"{_UNIT}pv_power",
        ),
        "2025-09": ("charging_pile_info", "combiner_box_info", "third_party_pv", f"{_UNIT}pv_name"),
        "2026-06": (
            "total_output_power_v2",
            "total_input_power_v2",
            "off_grid_power_v2",
            "grid_connected_power_v2",
            "other_load_power_v2",
            "custom_charging_type",
            "third_part_pv_setting",
        ),
    },
    "app/get_relate_and_bind_devices": {
        "2024-07": ("data.tag", "data.tag_img"),
        "2024-10": ("data.platform_tag", "data.platform_logo", "data.rssi"),
        "2025-07": ("data.intgr_device",),
        "2025-09": (
            "data.blue_password",
            "data.group_info",
            "data.init_status",
            "data.ms_device_type",
            "data.ocpp_connect_status",
            "data.owner_user_id",
            "data.time_zone",
            "data.wifi_mac",
        ),
        "2026-06": ("data.link_info",),
    },
    "site/get_wifi_info_list": {
        "2024-10": ("wifi_info_list.device_sn", "wifi_info_list.rssi", "wifi_info_list.offline"),
        "2025-07": ("wifi_info_list.is_support_wired", "wifi_info_list.wired_connected"),
    },
    "site/get_site_price": {
        "2025-01": ("price_type", "current_mode"),
        "2025-07": ("use_time", "dynamic_price", "accuracy"),
        "2026-06": ("sell_price",),
    },
    "get_message_unread": {"2025-07": ("system_msg", "device_msg")},
    "app/get_auto_upgrade": {"2025-09": ("device_list.sub_device_list",)},
    "site/get_power_limit": {
        "2025-09": (
            "ac_input_power_unit",
            "ae100_info",
            "legal_limit",
            "power_limit_option",
            "device_info.ac_input_limit",
        ),
    },
    "app/compatible/get_power_cutoff": {
        "2026-06": (
            "charge_upper_limit",
            "discharge_lower_limit",
            "backup_reserve",
            "backup_reserve_switch",
            "cmd_type",
        ),
    },
    "app/device/get_device_attrs": {
        "2026-06": tuple(
            f"attributes.{name}" for name in ("currency", "ip_region", "regulation_code", "pps_use_time", "tag")
        ),
    },
    "site/energy_analysis": {
        "2024-10": ("local_time",),
        "2025-01": ("grid_to_battery_total", "grid_imported_total", "solar_to_battery_total", "solar_to_home_total"),
        "2025-07": (
            "forecast_trend",
            "forecast_total",
            "sop_grid_to_battery_total",
            "third_solar_to_battery_total",
            "pps_list",
            "total_energy_unit",
            *RODS,
        ),
        "2025-09": ("third_party_pv_to_bat", "third_party_pv_to_grid", "grid_exported_total", "device_energy_info"),
    },
    "charging_hes_svc/get_system_running_info": {
        "2025-01": ("systemCode",),
        "2025-07": ("emsDisable", "enwgs"),
        "2025-09": ("hasEvCharger", "evChargerInfos", "countryCode"),
        "2026-06": ("mode",),
    },
}
"""By the end of a path: the keys that came in a month. A point leads into an object, or into every object of a list."""

EMPTY_BEFORE: Mapping[str, Mapping[str, Iterable[str]]] = {
    "site/get_scen_info": {"2025-09": (f"{_UNIT}pv_power",)},
}
"""Keys that were there earlier, but null until this month."""


def as_of(era: str, path: str, data: Any) -> Any:
    """Return ``data`` as the cloud told it in the month ``era`` ("YYYY-MM"); the newest one changes nothing."""
    if era >= NEWEST:
        return data
    data = deepcopy(data)
    for table, empty in ((EMPTY_BEFORE, True), (SINCE, False)):
        for end, months in table.items():
            if path.endswith(end):
                _forget(data, [key for month, keys in months.items() if month > era for key in keys], empty=empty)
    return data


def _forget(data: Any, keys: Iterable[str], *, empty: bool) -> None:
    """Take keys away, or empty them, wherever they are."""
    for key in keys:
        *way, last = key.split(".")
        for holder in _holders(data, way):
            if last in holder:
                if empty:
                    holder[last] = None
                else:
                    del holder[last]


def _holders(data: Any, way: list[str]) -> list[dict[str, Any]]:
    """Return the objects a way leads to, through lists."""
    found = [data]
    for step in [*way, ""]:
        found = [one for data in found for one in (data if isinstance(data, list) else [data])]
        found = [one for one in found if isinstance(one, dict)]
        if step:
            found = [one[step] for one in found if step in one]
    return found
