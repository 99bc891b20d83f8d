"""The read endpoints by what they are about, with the names of the files their answers go to (anker.md §6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from . import paths

_PS: Final = "power_service/v1"
_SITE: Final = f"{_PS}/site"
_APP: Final = f"{_PS}/app"
_PANEL: Final = "charging_energy_service"
_HES: Final = "charging_hes_svc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A question: ``{site}`` and ``{serial}`` in name and body stand for what it is about."""

    name: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)


def _table(about: Mapping[str, Any], *rows: tuple[str, str] | tuple[str, str, Mapping[str, Any]]) -> Sequence[Read]:
    """Return rows of a name, a path and what their bodies hold besides ``about``."""
    return tuple(Read(name=row[0], path=row[1], body={**about, **(row[2] if len(row) > 2 else {})}) for row in rows)


ACCOUNT: Final = _table(
    {},
    ("site_list", paths.SITE_LIST),
    ("bind_devices", paths.BIND_DEVICES),
    ("homepage", f"{_SITE}/get_site_homepage"),
    ("user_devices", f"{_SITE}/list_user_devices"),
    ("charging_devices", f"{_SITE}/get_charging_device"),
    ("auto_upgrade", paths.AUTO_UPGRADE),
    ("message_unread", paths.UNREAD),
    ("currency_list", paths.CURRENCIES),
    ("dynamic_price_sites", f"{_PS}/dynamic_price/check_available"),
    ("user_vehicles", paths.VEHICLES),
    ("vehicle_brands", paths.BRANDS),
    ("config", f"{_APP}/get_config"),
    ("shelly_status", f"{_APP}/get_user_op_shelly_status"),
    ("ocpp_endpoint_list", f"{_APP}/get_ocpp_endpoint_list"),
    ("list_site_rules", f"{_SITE}/get_site_rules"),
    ("list_third_platforms", f"{_APP}/third/platform/list"),
    ("list_products", paths.PRODUCTS),
    ("list_accessories", f"{_PS}/product_accessories"),
    ("hes_product_info", f"{_HES}/get_device_product_info"),
)
SITE: Final = _table(
    {"site_id": "{site}"},
    ("scene_{site}", paths.SCENE),
    ("site_detail_{site}", paths.SITE_DETAIL),
    ("co2_ranking_{site}", paths.CO2),
    ("ai_ems_status_{site}", paths.AI_STATUS),
    ("forecast_schedule_{site}", f"{_SITE}/get_schedule"),
    ("installation_{site}", f"{_APP}/compatible/get_installation"),
)
SITE_OWNER: Final = _table(
    {"site_id": "{site}"},
    ("wifi_list_{site}", paths.WIFI),
    ("price_{site}", paths.PRICE, {"accuracy": 5}),
    ("power_limit_{site}", paths.POWER_LIMIT),
    ("upgrade_record_2_{site}", f"{_APP}/get_upgrade_record", {"type": 2}),
)
DEVICE: Final = _table(
    {"device_sn": "{serial}"},
    ("device_fittings_{serial}", paths.FITTINGS, {"site_id": "{site}"}),
    ("upgrade_record_1_{serial}", f"{_APP}/get_upgrade_record", {"type": 1}),
)
_ATTRIBUTES: Final = ["rssi", "pv_power_limit", "legal_power_limit", "power_limit_option", "switch_0w", "power_limit"]
BANK: Final = (
    *_table(
        {"device_sn": "{serial}"},
        ("device_attrs_{serial}", paths.ATTRS, {"attributes": _ATTRIBUTES}),
        ("power_cutoff_{serial}", paths.CUTOFF, {"site_id": "{site}"}),
        ("device_load_{serial}", paths.HOME_LOAD, {"site_id": "{site}"}),
        ("device_income_{serial}", f"{_APP}/device/get_device_income", {"start_time": "00:00"}),
    ),
    *_table(
        {"solarbank_sn": "{serial}"},
        ("solar_info_{serial}", paths.SOLAR_INFO),
        ("compatible_process_{serial}", f"{_APP}/compatible/get_compatible_process"),
    ),
)
# Cards, other people and keys of a charger are not asked for: their answers are nothing but private, in forms nobody told.
CHARGER: Final = _table(
    {"device_sn": "{serial}"},
    ("charge_order_stats_all_{serial}", paths.CHARGE_STATS, {"date_type": "all", "start_date": "", "end_date": ""}),
)
INVERTER: Final = (
    *_table({"sns": "{serial}"}, ("device_pv_status_{serial}", paths.PV_STATUS)),
    *_table(
        {"sn": "{serial}"},
        ("device_pv_total_statistics_{serial}", paths.PV_TOTALS),
        ("device_pv_price_{serial}", paths.PV_PRICE),
    ),
)
PANEL: Final = _table(
    {"siteId": "{site}"},
    ("charging_system_running_info_{site}", paths.PANEL_RUNNING),
    ("charging_error_infos", f"{_PANEL}/get_error_infos"),
)
PANEL_UNIT: Final = _table(
    {"sn": "{serial}"},
    ("charging_wifi_info_{serial}", paths.PANEL_WIFI),
    ("charging_monetary_units_{serial}", f"{_PANEL}/get_world_monetary_unit"),
    ("charging_utility_rate_plan_{site}", paths.RATE_PLAN, {"siteId": "{site}"}),
    ("charging_installation_inspection_{site}", f"{_PANEL}/get_installation_inspection", {"siteId": "{site}"}),
    ("charging_configs_{site}", f"{_PANEL}/get_configs", {"siteId": "{site}", "param_types": []}),
)
DISASTER: Final = _table(
    {"identifier_id": "{site}", "type": 2},
    ("charging_disaster_support_func_{site}", "charging_disaster_prepared/get_support_func"),
    ("charging_site_device_disaster_{site}", paths.DISASTER),
    ("charging_site_device_disaster_status_{site}", paths.DISASTER_STATUS),
)
HES: Final = _table(
    {"siteId": "{site}"},
    ("hes_system_running_info_{site}", paths.HES_RUNNING),
    ("hes_dev_info_{site}", paths.HES_DEVICES),
    ("hes_install_info_{site}", f"{_HES}/get_install_info"),
    ("hes_mi_layout_{site}", f"{_HES}/get_mi_layout"),
    ("hes_system_running_time_{site}", f"{_HES}/get_system_running_time"),
)
HES_UNIT: Final = _table({"sn": "{serial}"}, ("hes_wifi_info_{serial}", paths.HES_WIFI))

# Types of parameters, and from which generation of solarbanks to which they exist (§9.1).
PARAMS: Final = (
    ("4", 1, 1),
    *((kind, 2, 9) for kind in ("6", "7", "12", "13", "16", "18")),
    *((kind, 3, 9) for kind in ("23", "26")),
    *((kind, 4, 9) for kind in ("27", "28", "29", "30", "33")),
)
PROVIDED: Final = frozenset({"A17C5", "AE103", "A17E2", "A5101", "A5102", "A5103"})  # with dynamic prices (§11.2)
PROFITS: Final = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
TODAY: Final = frozenset({"grid", "home_usage", "solar_production", "solarbank"})  # whose course is recorded
