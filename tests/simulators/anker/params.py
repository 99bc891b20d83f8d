"""What a site and its devices are set to, as the cloud tells it (anker.md §6.2, §7.7-§7.9, §9.1)."""

from collections.abc import Callable, Mapping
import json
from typing import Any

from tests.simulators.anker.call import MISFIT, NOT_FOUND, PS, Bean, Call, Refused, Route, post
from tests.simulators.anker.device import Device
from tests.simulators.anker.pictures import picture
from tests.simulators.anker.plans import MANUAL, PLAN, SB1_PLAN, authorisation, enforced
from tests.simulators.anker.site import Site

TARIFF, AUTHORISATION, INSTALL, DOCK, CHARGER, THIRD_PARTY = "12", "13", "7", "16", "23", "26"
REFUSED_TYPES = frozenset((SB1_PLAN, "9"))
"""Types that are refused rather than empty where there is nothing: 9 always since July 2025."""
MULTISYSTEM_LIMITS = (1_200, 2_400, 3_600, 4_800)


def compact(bean: Any) -> str:
    """Return JSON as the cloud keeps it in a text."""
    return json.dumps(bean, separators=(",", ":"), ensure_ascii=False)


def param(call: Call) -> Bean:
    """Return parameters of a type as a text that holds JSON; "" where the type means nothing (§9.1)."""
    site, kind = call.site(), call.text("param_type")
    found = known(site, kind)
    if found is None and kind in REFUSED_TYPES:
        raise Refused(NOT_FOUND)
    return {"param_data": "" if found is None else compact(found)}


def known(site: Site, kind: str) -> Bean | None:
    """Return parameters of a type; ``None`` where there are none."""
    if kind in site.settings:
        return site.settings[kind]
    make = MADE.get(kind)
    return make(site) if make is not None else None


def _tariff(site: Site) -> Bean | None:
    """Return type 12: the tariff, and the plan it would take (§9.1)."""
    if site.generation < 2:
        return None
    tariff, plan = site.tariff, site.settings[PLAN]
    return {
        "price_type": tariff.type,
        "use_time": plan.get("use_time") or tariff.use_time or [],
        "dynamic_price": tariff.provider or plan.get("dynamic_price"),
        "fixed_price": {"price": f"{tariff.price:g}", "unit": tariff.unit, "accuracy": 2},
        "time_slot_data": None,
    }


def _dock(site: Site) -> Bean | None:
    """Return type 16."""
    return {"AE100": site.dock.serial, "id_img": picture("AE100")} if site.dock is not None else None


MADE: Mapping[str, Callable[[Site], Bean | None]] = {
    TARIFF: _tariff,
    AUTHORISATION: lambda site: authorisation(site.settings) if site.ac_capable else None,
    INSTALL: lambda site: {"install_mode": 3} if site.generation > 2 else None,
    DOCK: _dock,
    CHARGER: lambda site: {"switch": 0} if site.of_kind("charger") else None,
    THIRD_PARTY: lambda site: (
        {"third_part_pv_setting": 0, "show_third_party_pv_panel": 1} if site.generation > 2 else None
    ),
}
"""Parameters that follow from something else."""


def home_load(call: Call) -> Bean:
    """Return the plan a Solarbank 1 goes by: the enforced one while a newer solarbank leads by hand (§9.2)."""
    device = call.device()
    site = device.site
    if site is None or device.generation != 1:
        raise Refused(NOT_FOUND)
    led = site.generation > 1 and site.settings[PLAN]["mode_type"] == MANUAL
    local = site.local(call.now)
    whole, part = (0, 0) if led else (site.sb1_preset_at(local), site.device_preset(device, local))
    several = len([one for one in site.solarbanks if one.generation == 1]) > 1
    plan = enforced() if led else site.settings[SB1_PLAN]
    return {
        "site_id": site.id,
        "home_load_data": compact(plan),
        "current_home_load": f"{whole}W",
        "parallel_home_load": f"{part}W" if several else "",
        "parallel_display": several,
        "priority_discharge_switch": 0,
        "display_priority_discharge_tips": 0,
        "is_show_priority_discharge": plan.get("is_show_priority_discharge", 0),
    }


def attrs(call: Call) -> Bean:
    """Return the attributes that were asked for and are known; a member is refused with −1 (§5.3, §7.7)."""
    device = call.device()
    if not device.is_owner:
        raise Refused(MISFIT)
    asked = call.body.get("attributes") or []
    told = {**device.attributes, "rssi": str(device.rssi) if device.kind != "inverter" else ""}
    return {"device_sn": device.serial, "attributes": {name: told[name] for name in asked if name in told}}


def cutoff(call: Call) -> Bean:
    """Return where a solarbank stops; any serial is answered with the same two rows (§7.8)."""
    return call.device().cutoff


def power_limit(call: Call) -> Bean:
    """Return what a site may give and take (§7.9)."""
    site = call.site()
    options = limit_options(site)
    ac_input = round(site.ac_input_w)
    return {
        "site_id": site.id,
        "power_unit": "kwh",
        "legal_power_limit": round(site.legal_limit_w),
        "device_info": [_limits(device) for device in site.solarbanks],
        "current_power": 0,
        "all_power_limit": 0,
        "ae100_info": _limits(site.dock) if site.dock is not None else None,
        "parallel_type": "AE100" if site.dock is not None else "cascaded" if site.cascaded else "Single",
        "ac_input_power_unit": f"{ac_input}W" if ac_input else "",
        "legal_limit": 0,
        "exceed_alarm": False,
        "power_limit_option": [{"limit": limit, "limit_real": limit} for limit in options],
    }


def limit_options(site: Site) -> tuple[int, ...]:
    """Return the output limits to choose from (§9.6); none for Solarbank 1."""
    heads = [device for device in site.solarbanks if device.generation > 2]
    if len(heads) > 1:
        return tuple(limit for limit in MULTISYSTEM_LIMITS if limit <= 1_200 * len(heads))
    return site.main.product.options if site.generation > 1 else ()


def _limits(device: Device) -> Bean:
    """Return a device of the limits; its own limit is always 0."""
    return {
        "device_pn": device.model,
        "device_sn": device.serial,
        "device_name": device.alias,
        "device_img": picture(device.model),
        "power_limit": 0,
        "power_limit_option": None,
        "power_limit_option_real": None,
        "status": 0,
        "ac_input_limit": device.ac_limit_w,
    }


ROUTES: tuple[Route, ...] = (
    post(PS + "site/get_site_device_param", param, owner=True),
    post(PS + "app/device/get_device_home_load", home_load, owner=True),
    post(PS + "app/device/get_device_attrs", attrs),
    post(PS + "app/compatible/get_power_cutoff", cutoff, owner=True),
    post(PS + "site/get_power_limit", power_limit, owner=True),
)
