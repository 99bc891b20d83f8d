"""Which sites and devices there are, without their values (anker.md §6.1, §7.1, §7.3)."""

from collections.abc import Iterable

from tests.simulators.anker.call import NOT_FOUND, PS, Bean, Call, Refused, Route, post
from tests.simulators.anker.device import Device
from tests.simulators.anker.pictures import picture
from tests.simulators.anker.scene import PV_NAMES, head
from tests.simulators.anker.site import Site

SUPPORTED: dict[int, list[str]] = {
    2: ["A17C0", "A5143", "A1771"],
    4: ["A17B1"],
    5: ["A17C1", "A17X7", "SHEM3", "SHEMP3", "A17X8", "A17C0"],
    9: ["A5103", "A5220"],
    10: ["A17C3", "A17X7", "SHEM3", "SHEMP3", "A17X8"],
    11: ["A17C2", "A17X7", "A17X8", "SHEM3", "SHEMP3"],
    12: ["A17C5", "A17X7", "SHEM3", "SHEMP3", "A17X8", "SHPPS", "AE1R0"],
}
"""``support_device_models`` by ``power_site_type`` (§5.1)."""
LISTS = {
    "inverter": "solar_list",
    "solarbank": "solarbank_list",
    "power_panel": "powerpanel_list",
    "meter": "grid_list",
    "plug": "smartplug_list",
    "dock": "combiner_box_list",
    "charger": "charging_pile_list",
    "station": "pps_list",
}
"""In which list a device without values stands."""
UNLISTED = frozenset(("pack", "dock"))
"""What no list of the account holds: modules of another device, and a Power Dock, which only limits, parameters and the
scene tell of (§7.2, §7.9, §9.1)."""
EMPTY_LISTS = (
    "solar_list",
    "pps_list",
    "solarbank_list",
    "powerpanel_list",
    "grid_list",
    "smartplug_list",
    "solarbank_pps_list",
    "combiner_box_list",
    "charging_pile_list",
)


def site_list(call: Call) -> Bean:
    """Return the sites, those the account only looks on too."""
    return {"site_list": [site_row(site) for site in call.world.sites]}


def site_row(site: Site, *, told: bool = True) -> Bean:
    """Return a site of the list; ``told`` is false where the cloud leaves most of it blank."""
    listed = [device for device in site.devices if device.kind != "dock"]
    kinds = list(dict.fromkeys(device.product.type_number for device in listed if device.product.type_number))
    models = list(dict.fromkeys(device.model for device in listed))
    return {
        "site_id": site.id,
        "site_name": site.name,
        "site_img": "",
        "device_type_list": (kinds or None) if told else [],
        "ms_type": site.ms_type if told else 0,
        "power_site_type": site.power_site_type if told else 0,
        "is_allow_delete": told,
        "support_device_models": SUPPORTED.get(site.power_site_type) if told else None,
        "current_site_device_models": (models or None) if told else None,
        "init_status": int(told),
        "site_device_list": [_member(device) for device in listed] if told else None,
    }


def _member(device: Device) -> Bean:
    """Return a device as the site list tells it: to members too."""
    return {
        "device_model": device.model,
        "device_sn": device.serial,
        "device_name": device.alias,
        "device_img": picture(device.model),
        "device_type": device.product.type_number,
        "status": 1,
        "create_time": 0,
        "update_time": 0,
    }


def homepage(call: Call) -> Bean:
    """Return the app's first page: hardly anything nowadays."""
    rows = [site_row(site, told=False) for site in call.world.sites if site.is_owner]
    return {"site_list": rows, **{name: [] for name in EMPTY_LISTS if name not in ("grid_list", "smartplug_list")}}


def site_detail(call: Call) -> Bean:
    """Return a site with its devices, all values blank."""
    site = call.site()
    info = site_row(site) | {"ms_type": 0, "is_allow_delete": False, "current_site_device_models": None}
    return {"site_info": info, **blank_lists(site.devices)}


def site_of_device(call: Call) -> Bean:
    """Return the site of a device."""
    site = call.device().site
    if site is None:
        raise Refused(NOT_FOUND)
    return {"site_info": site_row(site)}


def user_devices(call: Call) -> Bean:
    """Return the account's own devices without values."""
    return blank_lists(call.world.own_devices)


def blank_lists(devices: Iterable[Device]) -> dict[str, list[Bean]]:
    """Return devices by kind, all values blank."""
    found: dict[str, list[Bean]] = {name: [] for name in EMPTY_LISTS}
    for device in devices:
        if name := LISTS.get(device.kind):
            found[name].append(_blank(device))
    return found


def _blank(device: Device) -> Bean:
    """Return a device without values."""
    common = {**head(device), "bind_site_status": "" if device.site is None else "1", "status": "", "wireless_type": ""}
    if device.kind == "solarbank":
        texts = ("battery_power", "charging_power", "power_unit", "charging_status", "main_version")
        more = ("photovoltaic_power", "output_power", "set_load_power", "bat_charge_power", "bat_discharge_power")
        return {
            **common,
            **dict.fromkeys((*texts, *more, "heating_power"), ""),
            "create_time": device.linked,
            "sub_package_num": 0,
            "output_cutoff_data": 0,
            "is_display": False,
            "pv_name": PV_NAMES,
            "pv_power": None,
            "feature_switch": None,
            "err_code": 0,
        }
    if device.kind == "plug":
        return {
            **common,
            **dict.fromkeys(("current_power", "tag", "tag_img", "total_power"), ""),
            "create_time": 0,
            "err_code": 0,
        }
    if device.kind == "inverter":
        return {**common, "generate_power": "", "power_unit": "", "main_version": ""}
    return {**common, "create_time": 0}


def bind_devices(call: Call) -> Bean:
    """Return the account's own devices, but for what is in no list."""
    return {"data": [bound(call, device) for device in call.world.own_devices if device.kind not in UNLISTED]}


def bound(call: Call, device: Device) -> Bean:
    """Return how a device is bound. ``wifi_online`` of a microinverter is always false (§7.3)."""
    shelly = device.model.startswith("SH")
    radio = device.kind != "inverter"
    return {
        "device_sn": device.serial,
        "product_code": device.model,
        "bt_ble_id": "" if shelly else f"{device.mac}0000",
        "bt_ble_mac": "" if shelly else device.mac,
        "device_name": device.product.name,
        "alias_name": device.alias,
        "img_url": picture(device.model),
        "link_time": device.linked,
        "wifi_online": radio and device.powered,
        "wifi_name": "" if shelly else "wifi-network-1",
        "relate_type": ["ble", "wifi"] if radio else ["ble"],
        "charge": False,
        "bws_surplus": 0,
        "device_sw_version": device.firmware,
        "has_manual": device.kind == "solarbank",
        "hes_data": None,
        "tag": device.room,
        "tag_img": "",
        "platform_tag": "",
        "platform_logo": "",
        "rssi": str(device.rssi) if radio and not shelly else "0" if shelly else "",
        "intgr_device": {"integrator": "shelly", "access_group": 2} if shelly else None,
        "blue_password": "",
        "wifi_mac": device.mac if radio else "",
        "time_zone": "CET-1CEST,M3.5.0,M10.5.0/3",
        "ms_device_type": 1,
        "owner_user_id": owner_id(call),
        "group_info": None,
        "init_status": 0,
        "ocpp_connect_status": 0,
        "link_info": None,
    }


def owner_id(call: Call) -> str:
    """Return who owns the devices."""
    return call.world.owner_id


def charging_devices(_call: Call) -> Bean:
    """Return what the cloud answers to everybody."""
    return {"device_list": None, "guide_txt": ""}


def installation(call: Call) -> Bean:
    """Return how a site was installed."""
    call.site()
    return {"display_installation": False, "install_mode": 0, "solar_sn": ""}


ROUTES: tuple[Route, ...] = (
    post(PS + "site/get_site_list", site_list),
    post(PS + "site/get_site_homepage", homepage),
    post(PS + "site/get_site_detail", site_detail),
    post(PS + "site/get_site_detail_by_sn", site_of_device, owner=True),
    post(PS + "site/list_user_devices", user_devices),
    post(PS + "site/get_charging_device", charging_devices),
    post(PS + "app/get_relate_and_bind_devices", bind_devices),
    post(PS + "app/compatible/get_installation", installation),
)
