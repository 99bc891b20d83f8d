"""What the owner may change, and what later reads show of it (anker.md §12, §18.12).

The cloud keeps everything it is sent; a device ignores what is out of its bounds (§9.2). What only a message by MQTT
would bring to the device changes what the cloud tells and nothing else (§12.4, §12.7).
"""

from collections.abc import Mapping
import json
from typing import Any

from tests.simulators.anker import plans
from tests.simulators.anker.call import NOT_FOUND, PS, WRONG_PARAMETER, Bean, Call, Refused, Route, post
from tests.simulators.anker.device import Device
from tests.simulators.anker.merging import merge_auto_upgrade, merge_cutoff, merge_param, selected
from tests.simulators.anker.site import Site
from tests.simulators.anker.upkeep import auto_upgrade

LIMIT = "19"
COMMAND = 17


def set_param(call: Call) -> Any:
    """Take in parameters of a site."""
    site, kind = call.site(), call.text("param_type")
    sent = _sent(call)
    if kind not in site.settings and kind != LIMIT:
        raise Refused(NOT_FOUND)

    def apply(values: Bean) -> None:
        _keep(site, kind, values, whole=len(values) == len(sent))

    return call.world.write_values(call, sent, apply)


def _sent(call: Call) -> Bean:
    """Return the parameters of a body; refuse what is no text with a JSON object."""
    text = call.body.get("param_data")
    if call.body.get("cmd") != COMMAND or not isinstance(text, str):
        raise Refused(WRONG_PARAMETER)
    try:
        found = json.loads(text)
    except ValueError:
        raise Refused(WRONG_PARAMETER) from None
    if not isinstance(found, dict):
        raise Refused(WRONG_PARAMETER)
    return found


def _keep(site: Site, kind: str, values: Bean, *, whole: bool) -> None:
    """Keep parameters and let them reach the devices. Type 4 replaces everything, unless only a part of it arrives."""
    if kind == LIMIT:
        if site.generation > 2 and "power_limit" in values:
            site.legal_limit_w = float(values["power_limit"]["limit"])
        return
    old = site.settings[kind]
    if kind == plans.SB1_PLAN:
        site.settings[kind] = merge_param(kind, old, values if whole else {**old, **values})
        site.stuck = site.single_slot_bug and plans.is_whole_day(site.settings[kind])
    elif kind == plans.PLAN:
        site.settings[kind] = _smart(merge_param(kind, old, values))
        if "use_time" in values:
            site.tariff.use_time = values["use_time"]
    else:
        site.settings[kind] = merge_param(kind, old, values)
        _select(site, values)
    site.changed()


def _smart(plan: Bean) -> Bean:
    """Return a plan whose planner is on in smart mode and off in every other."""
    if plan.get("ai_ems") is None:
        return plan
    return {**plan, "ai_ems": {**plan["ai_ems"], "enable": plan["mode_type"] == plans.SMART}}


def _select(site: Site, values: Mapping[str, Any]) -> None:
    """Let a station's choice show in the cut-off of its solarbanks too (§18.12)."""
    if "id" in values:
        for device in site.solarbanks:
            device.cutoff["power_cutoff_data"] = selected(device.cutoff["power_cutoff_data"], values["id"])


def set_home_load(call: Call) -> Any:
    """Accept a plan and forget it (§6.2)."""
    call.device()
    return call.world.write(call, lambda: None)


def set_attrs(call: Call) -> Any:
    """Take in attributes of a device; what a limit on AC charging becomes is told elsewhere (§12.7)."""
    device = call.device()
    sent = call.body.get("attributes")
    if not isinstance(sent, dict) or not sent:
        raise Refused(WRONG_PARAMETER)

    def apply(values: Bean) -> None:
        for name, value in values.items():
            _set_attribute(device, name, value)

    return call.world.write_values(call, sent, apply)


def _set_attribute(device: Device, name: str, value: Any) -> None:
    """Set one attribute; the export switch of a station is another one (§12.5)."""
    if name == "ac_power_limit":
        device.ac_limit_w = min(int(value), int(device.product.ac_input_w))
        return
    device.attributes[name] = value
    if name == "switch_0w" and device.site is not None and plans.STATION not in device.site.settings:
        device.site.export_blocked = int(value)


def set_cutoff(call: Call) -> Any:
    """Choose where a solarbank stops. A second-generation one goes on as before with the old way of telling it (§12.4)."""
    device, sent = call.device(), dict(call.body)
    if type(sent.get("cutoff_data_id")) is not int:
        raise Refused(WRONG_PARAMETER)

    def apply(values: Bean) -> None:
        device.cutoff = merge_cutoff(device.cutoff, values)
        chosen = next((row for row in device.cutoff["power_cutoff_data"] if row["is_selected"]), None)
        if values.get("cmd_type") == 1:
            device.floor_percent = float(device.cutoff.get("discharge_lower_limit", device.floor_percent))
            device.ceiling_percent = float(device.cutoff.get("charge_upper_limit", device.ceiling_percent))
        elif chosen is not None and device.generation == 1:
            device.floor_percent = float(chosen["output_cutoff_data"])

    return call.world.write_values(call, sent, apply)


def set_auto_upgrade(call: Call) -> Any:
    """Let devices upgrade by themselves, or not; the main switch off is all off (§12.8)."""

    def apply() -> None:
        merged = merge_auto_upgrade(auto_upgrade(call), call.body)
        call.world.main_upgrade = merged["main_switch"]
        for row in merged["device_list"] or ():
            device = call.world.device(row["device_sn"])
            if device is not None:
                device.auto_upgrade = row["auto_upgrade"]

    return call.world.write(call, apply)


ROUTES: tuple[Route, ...] = (
    post(PS + "site/set_site_device_param", set_param, owner=True),
    post(PS + "app/device/set_device_home_load", set_home_load, owner=True),
    post(PS + "app/device/set_device_attrs", set_attrs, owner=True),
    post(PS + "app/compatible/set_power_cutoff", set_cutoff, owner=True),
    post(PS + "app/set_auto_upgrade", set_auto_upgrade),
)
