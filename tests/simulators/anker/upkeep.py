"""What keeps devices running: Wi-Fi, firmware, accessories, the inverter they are set up for (anker.md §6.1, §7.4-§7.6)."""

from typing import Any

from tests.simulators.anker.call import MISFIT, NOT_FOUND, PS, WRONG_PARAMETER, Bean, Call, Refused, Route, post
from tests.simulators.anker.device import Device
from tests.simulators.anker.pictures import picture

UPGRADING = frozenset(("solarbank", "plug", "power_panel", "hes", "dock", "charger", "station"))
"""What can be upgraded by itself; a meter of another maker cannot."""
RADIO = frozenset(("solarbank", "meter", "plug", "dock", "charger"))
NO_PACKAGE: Bean = {
    "product_code": "",
    "product_component": "",
    "version": "",
    "is_forced": False,
    "md5": "",
    "url": "",
    "size": 0,
}
OTHERS: Bean = {
    "brand_id": "8bd6d6f5-2485-4995-80ee-97e4eca9eff9",
    "solar_brand": "Others",
    "solar_model": "Others",
    "solar_sn": "",
    "solar_model_name": "Others",
}
"""What anybody else's solarbank answers (§5.3)."""


def wifi(call: Call) -> Bean:
    """Return how well each device of a site hears its network."""
    rows = [_radio(device) for device in call.site().devices if device.kind in RADIO]
    return {"wifi_info_list": rows}


def _radio(device: Device) -> Bean:
    """Return a device's network: a Shelly tells nothing (§7.4)."""
    shelly = device.model.startswith("SH")
    percent = round(100 * min(1.0, max(0.0, (device.rssi + 85) / 35)))
    return {
        "wifi_name": "wifi-network-1",
        "wifi_signal": "" if shelly else str(percent),
        "device_sn": device.serial,
        "rssi": "0" if shelly else str(device.rssi),
        "offline": not device.powered,
        "is_support_wired": device.kind == "dock",
        "wired_connected": False,
    }


def auto_upgrade(call: Call) -> Bean:
    """Return which devices upgrade by themselves; of nobody's devices none does (§5.3, §7.5)."""
    rows = [
        {
            "device_sn": device.serial,
            "device_name": device.product.name,
            "auto_upgrade": device.auto_upgrade,
            "alias_name": device.alias,
            "icon": picture(device.model),
            "sub_device_list": [],
        }
        for device in call.world.own_devices
        if device.kind in UPGRADING
    ]
    return {"main_switch": bool(rows) and call.world.main_upgrade, "device_list": rows or None}


def check_update(call: Call) -> Bean:
    """Return what firmware there is for the devices asked for; of nobody's devices nothing (§7.6)."""
    asked = call.body.get("device_list")
    if not isinstance(asked, list):
        raise Refused(WRONG_PARAMETER)
    own = {device.serial: device for device in call.world.own_devices}
    rows = [_update(own[one["device_sn"]]) for one in asked if one.get("device_sn") in own]
    waiting = any(row["need_update"] for row in rows)
    popup = {"need_update": waiting, "sub_need_update": False, "upgrade_level": int(waiting)}
    return {"update_infos": rows, "popup_info": popup}


def _update(device: Device) -> Bean:
    """Return what firmware there is for a device; nothing is known of what cannot be upgraded."""
    known = device.kind in UPGRADING
    waiting = known and device.newest != device.firmware
    package = {"product_code": device.model, "product_component": device.model, "version": device.newest}
    return {
        "device_sn": device.serial,
        "need_update": waiting,
        "upgrade_type": 0,
        "lastPackage": {**NO_PACKAGE, **(package if known else {})},
        "change_log": "",
        "current_version": device.firmware if known else "",
        "children": [_child(device)] if device.kind == "solarbank" else None,
        "upgrade_level": int(waiting),
    }


def _child(device: Device) -> Bean:
    """Return the main board of a solarbank."""
    return {
        "needUpdate": device.newest != device.firmware,
        "device_type": f"{device.model}_mcu",
        "rom_version_name": device.newest,
        "force_upgrade": False,
        "full_package": {"file_path": "", "file_size": 0, "file_md5": ""},
        "change_log": "",
        "sub_current_version": "",
        "upgrade_level": 0,
    }


def ota_update(call: Call) -> Bean:
    """Refuse newer solarbanks; of the others nothing is to be done (§6.1)."""
    if call.device().generation > 1:
        raise Refused(MISFIT)
    return {"is_ota_update": False, "need_retry": False, "retry_interval": 0, "device_list": None}


def ota_info(call: Call) -> Bean:
    """Return the version a solarbank runs."""
    device = call.device("solar_bank_sn")
    return {"ota_status": 3, "current_version": device.firmware, "timestamp": device.linked, "version_type": 1}


def upgrade_record(call: Call) -> Bean:
    """Return how a device came to its version; nobody remembers here."""
    serial, site_id = str(call.body.get("device_sn", "")), str(call.body.get("site_id", ""))
    if serial and call.world.device(serial) is None:
        raise Refused(NOT_FOUND)
    return {"device_sn": serial, "site_id": site_id, "upgrade_record_list": []}


def check_upgrade_record(_call: Call) -> Bean:
    """Return which devices were upgraded lately: none."""
    return {"is_record": False, "device_list": []}


def fittings(call: Call) -> Bean:
    """Return what is plugged between a device and the wall."""
    call.site()
    return {"data": call.device().fittings}


def solar_info(call: Call) -> Bean:
    """Return the inverter a solarbank is set up for; a member sees somebody else's (§5.3, §7.10)."""
    device = call.device("solarbank_sn")
    if not device.is_owner:
        return dict(OTHERS)
    site = device.site
    inverter = next(iter(site.of_kind("inverter")), None) if site is not None else None
    return {
        "brand_id": "3a9930f5-74ef-4e41-a797-04e6b33d3f0f",
        "solar_brand": "ANKER",
        "solar_model": inverter.model if inverter is not None else "A5143" if device.generation == 1 else "A17CX",
        "solar_sn": inverter.serial if inverter is not None else "",
        "solar_model_name": inverter.product.name if inverter is not None else "MI80 Microinverter(BLE)",
    }


def process(call: Call) -> Bean:
    """Return how far the set-up of a solarbank's inverter is."""
    device = call.device("solarbank_sn")
    blank: dict[str, Any] = dict.fromkeys(
        ("solar_sn", "solar_brand", "solar_model", "brand_id", "model_img", "version", "solar_model_name"), ""
    )
    told = {key: value for key, value in solar_info(call).items() if device.generation == 1 or not device.is_owner}
    return {"ota_complete_status": 2, "process_skip_type": 1, "solar_info": {**blank, "ota_status": 0, **told}}


ROUTES: tuple[Route, ...] = (
    post(PS + "site/get_wifi_info_list", wifi, owner=True),
    post(PS + "app/get_auto_upgrade", auto_upgrade),
    post("app/ota/batch/check_update", check_update),
    post(PS + "app/compatible/get_ota_update", ota_update),
    post(PS + "app/compatible/get_ota_info", ota_info, owner=True),
    post(PS + "app/get_upgrade_record", upgrade_record),
    post(PS + "app/check_upgrade_record", check_upgrade_record),
    post(PS + "app/get_relate_device_fittings", fittings, owner=True),
    post(PS + "app/compatible/get_compatible_solar_info", solar_info),
    post(PS + "app/compatible/get_compatible_process", process),
)
