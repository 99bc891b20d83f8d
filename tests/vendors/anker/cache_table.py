"""Where everything is that the client which recorded the accounts keeps of them, or why nothing is made of it.

``READ``: by our key (or several) their fields, be it a reading or a setting. ``HELD``: what a device, a site or the
account itself says. ``LEFT``: by reason. ``[]`` is any element of a list, ``*`` ends a path of which all is meant.
"""

from collections.abc import Mapping
from typing import Final

type Table = Mapping[str, str]

DEVICES_READ: Final[Table] = {
    "battery_level": "battery_soc",
    "battery_capacity": "battery_capacity battery_size",
    "battery_energy": "battery_energy",
    "battery_power": "charging_power bat_charge_power bat_discharge_power",
    "solar_power": "input_power",
    "output_power": "output_power generate_power",
    "pv_power_1": "solar_power_1 pv_power",
    "pv_power_2": "solar_power_2",
    "pv_power_3": "solar_power_3",
    "pv_power_4": "solar_power_4",
    "socket_power": "ac_power",
    "grid_charge_power": "grid_to_battery_power",
    "ac_input_power": "other_input_power",
    "heating_power": "pei_heating_power",
    "other_solar_power": "micro_inverter_power",
    "other_solar_power_limit": "micro_inverter_power_limit",
    "battery_count": "sub_package_num",
    "charging_status": "charging_status charging_status_desc",
    "fault": "err_code",
    "reachable": "status status_desc wifi_online",
    "grid_power": "grid_to_home_power photovoltaic_to_grid_power",
    "grid_status": "grid_status grid_status_desc",
    "plug_power": "current_power",
    "room": "tag",
    "wifi_signal": "rssi",
    "signal_strength": "wifi_signal",
    "network": "wired_connected",
    "latest_firmware": "ota_version is_ota_update ota_children",
    "solar_equipment": "solar_info",
    "zero_output_switch": "fittings",
    "output_preset": "set_output_power set_system_output_power preset_system_output_power preset_device_output_power",
    "operating_mode": "preset_usage_mode",
    "charge_schedule": "schedule",
    "backup_charge": "preset_backup_option",
    "backup_charge_start": "preset_manual_backup_start",
    "backup_charge_end": "preset_manual_backup_end",
    "tariff_band": "preset_tariff",
    "current_price": "preset_tariff_price",
    "allow_export": "preset_allow_export",
    "charge_priority": "preset_charge_priority",
    "discharge_priority": "preset_discharge_priority preset_allow_discharge",
    "discharge_stop_level": "power_cutoff power_cutoff_data output_cutoff_data",
    "grid_export": "allow_grid_export",
    "pv_input_limit": "pv_power_limit",
    "ac_charge_limit": "ac_input_limit all_ac_input_limit",
    "output_limit_power": (
        "power_limit power_limit_option power_limit_option_real all_power_limit preset_inverter_limit"
    ),
    "auto_upgrade": "auto_upgrade",
}
DEVICES_HELD: Final[Table] = {
    "serial number, model, name, site, whose it is": "device_sn device_pn type generation alias name site_id is_admin",
    "installed firmware": "sw_version",
    "the dock of a site": "station_sn",
    "what can be set": "feature_switch",
    "currency": "preset_tariff_currency",
    "which row of the list of networks is whose": "wireless_type",
}
DEVICES_LEFT: Final[Table] = {
    "whether its values mean anything: they have none then": "data_valid",
    "lies, or always W": "power_unit",
    "how many there are is to be seen": "solarbank_count is_passive",
    "nobody knows what it means": "charge bws_surplus group_info platform_tag micro_inverter_low_power_limit",
    "written with the presets, nothing by itself": "preset_power_mode",
    "falls to 0 without the app, the output says the same (§7.2)": "to_home_load",
    "the name of a network is nobody else's business": "wifi_name",
    "addresses of no use": "bt_ble_mac wifi_mac",
    "how it can be reached is no reading": "relate_type intgr_device is_support_wired",
    "told by nothing but the message bus": "mqtt_overlay mqtt_status_request mqtt_supported expansion_packs time_zone",
    "labels of the inputs, always the same": "pv_name",
}

_DAY: Final = "energy_details.today."
_DAYS: Final[Mapping[str, str]] = {
    "battery_discharge_energy_today": "battery_discharge",
    "output_energy_today": "solarbank_discharge",
    "battery_charge_energy_today": "battery_charge solarbank_charge",
    "home_energy_today": "home_usage",
    "home_from_grid_energy_today": "grid_to_home",
    "home_from_battery_energy_today": "battery_to_home",
    "home_from_solar_energy_today": "solar_to_home",
    "grid_charge_energy_today": "grid_to_battery",
    "battery_from_solar_energy_today": "solar_to_battery",
    "battery_from_other_solar_energy_today": "3rd_party_pv_to_bat",
    "export_from_solar_energy_today": "solar_to_grid",
    "export_from_other_solar_energy_today": "3rd_party_pv_to_grid",
    "socket_energy_today": "ac_socket",
    "plug_energy_today": "smartplugs_total",
    "solar_energy_today": "solar_production",
    "other_solar_energy_today": "solar_production_microinverter",
    **{f"pv_energy_today_{at}": f"solar_production_pv{at}" for at in range(1, 5)},
}
SITES_READ: Final[Table] = {
    **{key: " ".join(f"{_DAY}{name}" for name in names.split()) for key, names in _DAYS.items()},
    "battery_level": "solarbank_info.total_battery_power",
    "battery_power": "solarbank_info.total_charging_power solarbank_info.battery_discharge_power",
    "solar_power": "solarbank_info.total_photovoltaic_power",
    "output_power": "solarbank_info.total_output_power",
    "socket_power": "solarbank_info.ac_power",
    "grid_charge_power": "solarbank_info.grid_to_battery_power",
    "ac_input_power": "solarbank_info.other_input_power",
    "heating_power": "solarbank_info.pei_heating_power",
    "other_solar_power": "third_party_pv solarbank_info.micro_inverter_power",
    "other_solar_power_limit": "solarbank_info.micro_inverter_power_limit",
    **{f"pv_power_{at}": f"solarbank_info.solar_power_{at}" for at in range(1, 5)},
    "last_measured": "solarbank_info.updated_time",
    "tariff_band": "solarbank_info.use_time_excute_info.current_band",
    "backup_charge_start": "solarbank_info.backup_info.start_time",
    "backup_charge_end": "solarbank_info.backup_info.end_time",
    "home_power": "home_load_power",
    "other_load_power": "other_loads_power",
    "grid_power": "grid_info.grid_to_home_power grid_info.photovoltaic_to_grid_power",
    "grid_status": "grid_info grid_info.grid_status",
    "plug_power": "smart_plug_info smart_plug_info.total_power",
    "running_mode": "scene_mode",
    "operating_mode": "user_scene_mode site_details.current_mode",
    "output_preset": "retain_load",
    "grid_export": "switch_0w site_details.station_settings.switch_0w",
    "discharge_priority": "priority_discharge_switch is_show_priority_discharge",
    "fault": "error_code",
    "solar_energy_total": "statistics[].total",
    "savings_total": "statistics[].type",
    "co2_saved": "statistics[].unit site_details.co2_ranking.co2",
    "co2_rank": "site_details.co2_ranking.ranking",
    "trees_equivalent": "site_details.co2_ranking.tree",
    "smart_mode_savings_total": "aiems_profit aiems_profit.aiems_profit_total",
    "smart_mode_savings_share": "aiems_profit.percentage aiems_profit.show_percentage",
    "smart_mode_status": "site_details.ai_ems_runtime.*",
    "buy_price": "site_details.price",
    "tariff": "site_details.price_type",
    "current_price": "site_details.use_time site_details.use_time[].*",
    "discharge_stop_level": "site_details.station_settings.soc_list",
    "output_limit_power": "site_details.legal_power_limit site_details.power_limit_option[].*",
    "spot_price": (
        "site_details.dynamic_price_details.spot_price_mwh site_details.dynamic_price_details.spot_price_time"
    ),
    "spot_price_average_today": "site_details.dynamic_price_details.spot_price_mwh_avg_today",
    "spot_price_average_tomorrow": "site_details.dynamic_price_details.spot_price_mwh_avg_tomorrow",
    "solar_forecast_today": "energy_details.pv_forecast_details.forecast_today",
    "solar_forecast_tomorrow": "energy_details.pv_forecast_details.forecast_tomorrow",
    "solar_forecast_next_day": "energy_details.pv_forecast_details.forecast_24h",
    "solar_forecast_left_today": "energy_details.pv_forecast_details.remaining_today",
    "solar_forecast_this_hour": "energy_details.pv_forecast_details.trend_this_hour",
    "solar_forecast_next_hour": "energy_details.pv_forecast_details.trend_next_hour",
    "unread_messages": "site_details.has_unread_msg",
}
SITES_HELD: Final[Table] = {
    "id, name, kind, whose it is, what it has": (
        "site_id site_type site_admin type power_site_type site_info.site_id site_info.site_name site_info.ms_type"
        " site_info.power_site_type site_info.current_site_device_models site_info.site_device_list[].*"
    ),
    "devices, each read by itself": (
        "solarbank_info.solarbank_list solarbank_info.solarbank_list[].* solar_list solar_list[].* powerpanel_list"
        " grid_info.grid_list grid_info.grid_list[].* smart_plug_info.smartplug_list[].* solarbank_pps_info.*"
        " charging_pile_info.charging_pile_list combiner_box_info.combiner_box_list"
    ),
    "what can be set": "feature_switch feature_switch.* site_details.parallel_type site_details.station_sn",
    "currency": "site_details.site_price_unit aiems_profit.unit",
    "the clock of the site": "energy_offset_tz energy_offset_seconds energy_offset_check",
    "who tells the prices of the market": (
        "site_details.dynamic_price site_details.dynamic_price.*"
        " site_details.dynamic_price_details.dynamic_price_provider"
        " site_details.dynamic_price_details.spot_price_unit"
    ),
    "the limit of an inverter that stands for itself, a setting of it": "solar_info.micro_inverter_power_limit",
}
SITES_LEFT: Final[Table] = {
    "yesterday closes the totals": "energy_details.last_period.*",
    "which day it is": f"{_DAY}date",
    "shares that are wrong as soon as anything is charged from the grid (§10.2)": (
        f"{_DAY}battery_percentage {_DAY}solar_percentage {_DAY}other_percentage"
    ),
    "whether the values mean anything: they have none then": "data_valid solarbank_info.is_display_data requeries",
    "always the same, or a placeholder": (
        "home_info.* pps_info.* updated_time topology_type style_id solarbank_info.power_unit solarbank_info.charging_status"
        " solarbank_info.display_set_power grid_info.has_history_data solarbank_info.micro_inverter_low_power_limit"
    ),
    "falls to 0 without the app, the output says the same (§7.2)": "solarbank_info.to_home_load",
    "may hold a serial number": "err_msg",
    "nobody knows what it means": (
        "is_downgrade is_dynamic_price_down_grade aiems_profit.aiems_self_use_diff solarbank_info.backup_info.full_time"
        " site_details.station_settings.enable_0w site_details.station_settings.enable_0w_change site_details.accuracy"
    ),
    "what the app shows around it": (
        "display_priority_discharge_tips priority_discharge_upgrade_devices site_info.site_img site_info.is_allow_delete"
        " site_info.init_status site_info.device_type_list site_info.support_device_models"
        " site_details.co2_ranking.content site_details.co2_ranking.level"
    ),
    "kept with a price when it is written, never shown (§12.6)": "site_details.site_co2",
    "fee and tax are not in the cloud, so no total either (§11.3)": (
        "site_details.dynamic_price_details.dynamic_price_fee site_details.dynamic_price_details.dynamic_price_vat"
        " site_details.dynamic_price_details.dynamic_price_total"
        " site_details.dynamic_price_details.dynamic_price_forecast"
        " site_details.dynamic_price_details.dynamic_price_calc_time"
        " site_details.dynamic_price_details.dynamic_price_poll_time"
    ),
    "a list by the hour, of which what matters now is told": (
        "energy_details.pv_forecast_details.trend energy_details.pv_forecast_details.trend_unit"
        " energy_details.pv_forecast_details.produced_hourly energy_details.pv_forecast_details.time_this_hour"
        " energy_details.pv_forecast_details.time_next_hour energy_details.pv_forecast_details.local_time"
        " energy_details.pv_forecast_details.poll_time"
    ),
    "the sun's energy of today": (
        "energy_details.pv_forecast_details.produced_today energy_details.pv_forecast_details.produced_initially"
    ),
}

ACCOUNT_READ: Final[Table] = {
    "unread_messages": "has_unread_msg",
    "unread_system_messages": "system_msg",
    "unread_device_messages": "device_msg",
    "calls_today": "requests_last_min requests_last_hour",
    "spot_price": "price_details_DE_Nordpool_GER",
}
ACCOUNT_HELD: Final[Table] = {
    "what the entry was set up with": "email country server",
    "name of the entry": "nickname",
    "currency of each site": "currency_list default_currency",
    "cars": "vehicles vehicles_registered",
    "what an action chooses from": "vehicle_brands price_providers_A17C5",
}
ACCOUNT_LEFT: Final[Table] = {
    "how the other client ran": (
        "type use_files sites_poll_time sites_poll_seconds details_poll_time details_poll_seconds energy_poll_time"
        " energy_poll_seconds"
    ),
    "told by nothing but the message bus": "mqtt_connection mqtt_statistic",
}
