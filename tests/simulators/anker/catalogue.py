"""What the cloud tells everybody alike: its products, what may stand in a site, other makers' platforms (anker.md §6.1)."""

from typing import Any

from tests.simulators.anker.call import MISFIT, PS, Bean, Call, Refused, Route, get, post

PRODUCTS: dict[str, dict[str, str]] = {
    "Solarbank": {
        "A17C0": "Solarbank E1600",
        "A17C1": "Solarbank 2 E1600 Pro",
        "A17C2": "Solarbank 2 E1600 AC",
        "A17C3": "Solarbank 2 E1600 Plus",
        "A17C5": "Solarbank 3 E2700 Pro",
        "AE103": "Solarbank 4 E5000 Pro",
    },
    "Microinverter": {"A5140": "MI60 Microinverter", "A5143": "MI80 Microinverter (BLE)"},
    "Smart Meter": {"A17X7": "Smart Meter"},
    "Smart Plug": {"A17X8": "Smart Plug"},
    "Home Power Panel": {"A17B1": "Home Power Panel"},
    "EV Charger": {"A5191": "Smart EV Charger"},
    "Combiner Box": {"AE100": "Power Dock"},
}
"""Names by category and product code (§5.2)."""
METERS = ("A17X7", "SHEM3", "SHEMP3")
RULES: dict[int, dict[str, int]] = {
    1: {"A5143": 1, "A1771": 2},
    2: {"A17C0": 2, "A5143": 1},
    4: {"A17B1": 1},
    5: {"A17C1": 1, "A17C0": 2, **dict.fromkeys(METERS, 1), "A17X8": 6},
    10: {"A17C3": 1, "A17C0": 2, **dict.fromkeys(METERS, 1), "A17X8": 6},
    11: {"A17C2": 1, **dict.fromkeys(METERS, 1), "A17X8": 6},
    12: {"A17C5": 3, **dict.fromkeys(METERS, 1), "A17X8": 6},
}
"""How many of what may stand in a site of a type; the first is its main device (§5.1)."""


def products(_call: Call) -> list[Bean]:
    """Return the categories and their products."""
    return [
        {
            "name": category,
            "img_url": "",
            "index": index,
            "products": [
                {"name": name, "img_url": "", "index": number, "product_code": code, "p_codes": None}
                for number, (code, name) in enumerate(models.items())
            ],
        }
        for index, (category, models) in enumerate(PRODUCTS.items(), 1)
    ]


def accessories(_call: Call) -> list[Bean]:
    """Return the accessories."""
    return [{"name": "E1600 0W Output Switch", "img_url": "", "index": 1, "product_code": "A17Y0", "p_codes": None}]


def site_rules(_call: Call) -> Bean:
    """Return what may stand together."""
    return {
        "rule_list": [
            {
                "power_site_type": kind,
                "main_device_models": [next(iter(most))],
                "device_models": list(most),
                "can_empty_site": kind > 2,
                "quantity_min_limit_map": None,
                "quantity_max_limit_map": most,
            }
            for kind, most in RULES.items()
        ]
    }


def _always(data: Any) -> Any:
    """Return a handler that tells everybody the same."""
    return lambda _call: data


def misfit(_call: Call) -> Any:
    """Refuse what fits none of the devices here (-1)."""
    raise Refused(MISFIT)


UNFITTING = (
    PS + "ai_ems/profit",
    PS + "app/get_ocpp_info",
    PS + "app/order/get_charge_order_stats_list",
    PS + "rfid/get_device_cards",
    "app/devicerelation/get_shared_device",
)
"""Endpoints the document names without telling what they answer."""

ROUTES: tuple[Route, ...] = (
    get(PS + "product_categories", products),
    get(PS + "product_accessories", accessories),
    post(PS + "site/get_site_rules", site_rules),
    post(PS + "app/third/platform/list", _always({"data": []})),
    post(PS + "app/get_config", _always({"conf_list": [], "start_config_id": 0, "last": False})),
    post(PS + "app/get_user_op_shelly_status", _always({"op_list": []})),
    post(PS + "app/get_token_by_userid", _always({"token": "T" * 152})),
    post(PS + "app/get_ocpp_endpoint_list", _always({"list": []})),
    post("charging_hes_svc/get_device_product_info", _always({"productsInfo": []})),
    post(PS + "app/check_upgrade_record", _always({"is_record": False, "device_list": None})),
    *(post(path, misfit) for path in UNFITTING),
)
