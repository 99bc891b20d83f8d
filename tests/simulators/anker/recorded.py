"""Which file of a recorded folder answers which call: the names of the recordings' own README, and more of their kind."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from string import Formatter
from typing import Any, Final
from unicodedata import normalize

from tests.simulators.anker.call import PS

APP: Final = PS + "app/"
PV: Final = "charging_pv_svc/"
PANEL: Final = "charging_energy_service/"
DISASTER: Final = "charging_disaster_prepared/"
HES: Final = "charging_hes_svc/"

FILES: Final[Mapping[str, tuple[str, ...]]] = {
    PS + "site/get_site_list": ("site_list",),
    PS + "site/get_site_homepage": ("homepage",),
    PS + "site/list_user_devices": ("user_devices",),
    PS + "site/get_charging_device": ("charging_devices",),
    PS + "site/get_scen_info": ("scene_{site_id}",),
    PS + "site/get_site_detail": ("site_detail_{site_id}",),
    PS + "site/get_site_rules": ("list_site_rules", "site_rules"),
    PS + "site/get_wifi_info_list": ("wifi_list_{site_id}",),
    PS + "site/get_site_device_param": ("device_parm_{param_type}_{site_id}",),
    PS + "site/get_power_limit": ("power_limit_{site_id}",),
    PS + "site/get_site_price": ("price_{site_id}",),
    PS + "site/energy_analysis": ("energy_{device_type}_{today}{where}",),
    PS + "site/co2_ranking": ("co2_ranking_{site_id}",),
    PS + "site/get_schedule": ("forecast_schedule_{site_id}",),
    PS + "ai_ems/get_status": ("ai_ems_status_{site_id}",),
    PS + "ai_ems/profit": ("ai_ems_profit_{site_id}",),
    PS + "dynamic_price/check_available": ("dynamic_price_sites",),
    PS + "dynamic_price/support_option": ("dynamic_price_providers_{device_pn}",),
    PS + "dynamic_price/price_detail": (
        "dynamic_price_details_*_{company}_{area}",
        "dynamic_price_details_{device_sn}",
        "dynamic_price_details",
    ),
    PS + "currency/get_list": ("currency_list",),
    PS + "get_message_unread": ("message_unread",),
    PS + "product_categories": ("list_products",),
    PS + "product_accessories": ("list_accessories",),
    PS + "rfid/get_device_cards": ("rfid_cards_{device_sn}",),
    APP + "third/platform/list": ("list_third_platforms",),
    APP + "get_relate_and_bind_devices": ("bind_devices",),
    APP + "get_auto_upgrade": ("auto_upgrade",),
    APP + "get_upgrade_record": (
        "upgrade_record_{type}_{where}",
        "upgrade_record_{device_sn}",
        "get_upgrade_record_{where}",
    ),
    APP + "check_upgrade_record": ("check_upgrade_record_{type}",),
    APP + "get_relate_device_fittings": ("device_fittings_{device_sn}",),
    APP + "get_config": ("config",),
    APP + "get_token_by_userid": ("get_token",),
    APP + "get_user_op_shelly_status": ("shelly_status",),
    APP + "get_ocpp_endpoint_list": ("ocpp_endpoint_list",),
    APP + "get_ocpp_info": ("ocpp_info_{device_sn}",),
    APP + "device/get_device_home_load": ("device_load_{device_sn}",),
    APP + "device/get_device_attrs": ("device_attrs_{device_sn}",),
    APP + "device/get_device_income": ("device_income_{device_sn}",),
    APP + "compatible/get_power_cutoff": ("power_cutoff_{device_sn}",),
    APP + "compatible/get_compatible_solar_info": ("solar_info_{solarbank_sn}",),
    APP + "compatible/get_compatible_process": ("compatible_process_{solarbank_sn}",),
    APP + "compatible/get_ota_update": ("ota_update_{device_sn}", "ota_update"),
    APP + "compatible/get_ota_info": ("ota_info_{solar_bank_sn}",),
    APP + "compatible/get_installation": ("installation_{site_id}",),
    APP + "order/get_charge_order_stats": (
        "charge_order_stats_{date_type}_{device_sn}",
        "charge_order_stats_{device_sn}",
    ),
    APP + "order/get_charge_order_stats_list": ("charge_order_list_{device_sn}",),
    APP + "get_brand_list": ("vehicle_brands",),
    APP + "get_models": ("vehicle_brand_models_{brand_name}",),
    APP + "get_model_years": ("vehicle_model_years_{brand_name}_{model_name}",),
    APP + "get_model_list": ("vehicle_year_attributes_{brand_name}_{model_name}_{productive_year}",),
    APP + "vehicle/get_vehicle_list": ("user_vehicles",),
    APP + "vehicle/get_vehicle_detail": ("vehicle_details_{vehicle_id}",),
    "app/ota/batch/check_update": ("ota_batch",),
    "app/devicerelation/get_shared_device": ("shared_devices_{device_sn}",),
    PV + "getPvStatus": ("device_pv_status_{sns}",),
    PV + "getPvTotalStatistics": ("device_pv_total_statistics_{sn}",),
    PV + "statisticsPv": ("device_pv_statistics_{today}{sn}",),
    PV + "selectUserTieredElecPrice": ("device_pv_price_{sn}",),
    PANEL + "get_system_running_info": ("charging_system_running_info_{siteId}",),
    PANEL + "energy_statistics": ("charging_energy_{sourceType}_{today}{siteId}",),
    PANEL + "get_error_infos": ("charging_error_infos",),
    PANEL + "get_device_infos": ("charging_device_infos",),
    PANEL + "get_wifi_info": ("charging_wifi_info_{sn}",),
    PANEL + "get_installation_inspection": ("charging_installation_inspection_{siteId}",),
    PANEL + "get_utility_rate_plan": ("charging_utility_rate_plan_{siteId}",),
    PANEL + "get_configs": ("charging_configs_{siteId}",),
    PANEL + "get_sns": ("charging_sns_{main_sn}",),
    PANEL + "get_world_monetary_unit": ("charging_monetary_units_{sn}",),
    DISASTER + "get_support_func": ("charging_disaster_support_func_{identifier_id}",),
    DISASTER + "get_site_device_disaster": ("charging_site_device_disaster_{identifier_id}",),
    DISASTER + "get_site_device_disaster_status": ("charging_site_device_disaster_status_{identifier_id}",),
    HES + "get_device_product_info": ("hes_product_info",),
    HES + "get_heat_pump_plan_json": ("hes_heat_pump_plan",),
    HES + "get_electric_utility_and_electric_plan_list": ("hes_electric_plan_*",),
    HES + "get_system_running_info": ("hes_system_running_info_{siteId}",),
    HES + "get_hes_dev_info": ("hes_dev_info_{siteId}",),
    HES + "get_energy_statistics": ("hes_energy_{sourceType}_{today}{siteId}",),
    HES + "get_system_profit_detail": ("hes_profit_{dateType}_{siteId}",),
    HES + "get_mi_layout": ("hes_mi_layout_{siteId}",),
    HES + "get_install_info": ("hes_install_info_{siteId}",),
    HES + "get_installer_info": ("hes_installer_info_{siteId}",),
    HES + "get_world_monetary_unit": ("hes_monetary_units_{siteId}", "hes_monetary_units_{sn}"),
    HES + "get_wifi_info": ("hes_wifi_info_{sn}",),
    HES + "get_conn_net_tips": ("hes_conn_net_tips_{sn}",),
    HES + "get_system_running_time": ("hes_system_running_time_{siteId}",),
}
"""The first of them that is there. ``{name}`` is an argument of the call; ``{today}`` is ``today_`` for a question of kind
``day``, ``{where}`` the serial that is asked for, else the site; ``*`` is anything."""


def file_of(path: str, body: Mapping[str, Any], names: Iterable[str]) -> str | None:
    """Return which of ``names`` (without ``.json``) answers a call, ``None`` when none does."""
    is_day = "day" in (body.get("type"), body.get("dateType"))
    fields = {name: _in_a_name(value) for name, value in body.items() if value not in ("", None)}
    fields["today"] = "today_" if is_day else ""
    if where := fields.get("device_sn") or fields.get("site_id"):
        fields["where"] = where
    templates = list(FILES.get(path, ()))
    if path.endswith("get_site_device_param") and str(body.get("param_type")) == "4":
        templates.append("device_parm_{site_id}")
    known = list(names)
    for template in templates:
        if all(field is None or field in fields for _, field, _, _ in Formatter().parse(template)):
            wanted = template.format(**fields)
            if found := next((name for name in known if fnmatchcase(name, wanted)), None):
                return found
    return None


def _in_a_name(value: Any) -> str:
    """Return an argument as it stands in file names: no blanks, no accents."""
    text = normalize("NFKD", str(value)).encode("ascii", "ignore").decode()
    return text.strip().replace(" ", "_")
