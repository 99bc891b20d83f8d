"""What a site is set to, as the cloud keeps it by ``param_type``, and what a plan asks for at a moment (anker.md §9)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.simulators.anker.device import Device

type Bean = dict[str, Any]

SB1_PLAN, PLAN, STATION = "4", "6", "18"
METER, PLUGS, MANUAL, BACKUP, USE_TIME, SMART, TIME_SLOT = 1, 2, 3, 4, 5, 7, 8
"""``mode_type`` (§9.3); BACKUP is only ever shown."""
PEAK, MID_PEAK, OFF_PEAK, VALLEY = range(1, 5)
EVERY_DAY = list(range(7))
DEFAULT_OUTPUT_W = 200
SB1_MINIMUM_W, SB1_MAXIMUM_W = 100, 800


# --- what a site begins with -----------------------------------------------------------------------------------------


def first_generation(devices: Sequence[Device]) -> Bean:
    """Return the plan of one or two Solarbank 1: by day and by night (§9.2)."""
    return {
        "ranges": [_sb1_slot("00:00", "08:00", 150, devices), _sb1_slot("08:00", "24:00", 300, devices)],
        "min_load": SB1_MINIMUM_W,
        "max_load": SB1_MAXIMUM_W,
        "step": 0,
        "is_charge_priority": 0,
        "default_charge_priority": 0,
        "is_zero_output_tips": 1,
        "display_advanced_mode": int(len(devices) > 1),
        "advanced_mode_min_load": 50 if len(devices) > 1 else 0,
        "is_show_install_mode": 1,
        "display_priority_discharge_tips": 0,
        "priority_discharge_upgrade_devices": "",
        "default_home_load": DEFAULT_OUTPUT_W,
        "is_show_priority_discharge": 1,
    }


def _sb1_slot(start: str, end: str, power: int, devices: Sequence[Device]) -> Bean:
    """Return a slot that all devices share equally."""
    return {
        "id": 0,
        "start_time": start,
        "end_time": end,
        "turn_on": True,
        "appliance_loads": [{"id": 0, "name": "Custom", "power": power, "number": 1}],
        "charge_priority": 80,
        "power_setting_mode": 1,
        "device_power_loads": [{"device_sn": device.serial, "power": power // len(devices)} for device in devices],
        "priority_discharge_switch": 0,
    }


def enforced() -> Bean:
    """Return what a cascaded Solarbank 1 is told while the newer one runs in manual mode (§9.2)."""
    slot = _sb1_slot("00:00", "24:00", 0, ())
    slot |= {"turn_on": None, "charge_priority": 0, "power_setting_mode": None, "device_power_loads": None}
    return first_generation(()) | {
        "ranges": [slot],
        "min_load": 0,
        "is_zero_output_tips": 0,
        "is_show_priority_discharge": 0,
    }


def plan(device: Device, *, mode: int, count: int, tariff: bool) -> Bean:
    """Return the schedules of a solarbank of the second generation or newer; the older ones know fewer keys (§9.3)."""
    found: Bean = {
        "mode_type": mode,
        "custom_rate_plan": [
            {"index": 0, "week": [0, 6], "ranges": [_slot("00:00", "24:00", 110)]},
            {
                "index": 1,
                "week": [1, 2, 3, 4, 5],
                "ranges": [_slot("00:00", "08:00", 90), _slot("08:00", "24:00", 120)],
            },
        ],
        "blend_plan": [{"index": 0, "week": EVERY_DAY, "ranges": [_slot("00:00", "24:00", 20)]}],
    }
    if device.product.ac_input_w:
        found |= {
            "use_time": [season(1, 3), season(4, 9), season(10, 12)] if tariff else [],
            "manual_backup": {"ranges": [{"start_time": 1_757_803_140, "end_time": 1_757_813_940}], "switch": False},
            "reserved_soc": 0,
        }
    if device.generation > 2:
        found |= {
            "dynamic_price": {
                "country": "DE",
                "company": "Nordpool",
                "area": "GER",
                "pct": None,
                "currency": "€",
                "adjust_coef": None,
            },
            "ai_ems": {"enable": mode == SMART, "status": 5},
            "time_slot": None,
            "schedule_mode": {"last_select_mode": TIME_SLOT},
        }
    limit = int(device.product.output_w) * count if device.generation > 2 else 800
    return found | {"default_home_load": DEFAULT_OUTPUT_W, "max_load": limit, "min_load": 0, "step": 10}


def _slot(start: str, end: str, power: int) -> Bean:
    """Return a slot of a plan."""
    return {"start_time": start, "end_time": end, "power": power}


def season(first: int, last: int) -> Bean:
    """Return a season of a use-time tariff: cheapest at night, dearest in the evening, one price at the weekend."""
    return {
        "sea": {"start_month": first, "end_month": last},
        "weekday": [
            {"start_time": 0, "end_time": 5, "type": VALLEY},
            {"start_time": 5, "end_time": 17, "type": OFF_PEAK},
            {"start_time": 17, "end_time": 21, "type": PEAK},
            {"start_time": 21, "end_time": 24, "type": MID_PEAK},
        ],
        "weekend": [{"start_time": 0, "end_time": 24, "type": OFF_PEAK}],
        "weekday_price": [
            {"price": "0.20", "type": VALLEY},
            {"price": "0.27", "type": OFF_PEAK},
            {"price": "0.45", "type": PEAK},
            {"price": "0.35", "type": MID_PEAK},
        ],
        "weekend_price": [{"price": "0.27", "type": OFF_PEAK}],
        "unit": "€",
        "is_same": False,
    }


def station() -> Bean:
    """Return what a station is set to, with the keys of the newest firmware (§9.1 type 18)."""
    return {
        "soc_list": [{"id": 1, "is_selected": 1, "soc": 10}, {"id": 2, "is_selected": 0, "soc": 5}],
        "switch_0w": 0,
        "enable_0w": 0,
        "enable_0w_change": False,
        "feed-in_power_limit": 0,
        "feed_times": None,
        "charge_upper_limit": 100,
        "discharge_lower_limit": 10,
        "backup_reserve": 50,
        "backup_reserve_switch": 0,
        "cmd_type": 0,
    }


def authorisation(settings: Mapping[str, Bean]) -> Bean:
    """Return type 13: what the owner allowed, and defaults."""
    known = settings.get(PLAN, {})
    return {
        "step": known.get("step", 10),
        "ai_ems": {"status": 5},
        "max_load": known.get("max_load", 800),
        "min_load": 0,
        "data_auth": True,
        "mode_type": SMART,
        "blend_plan": None,
        "reserved_soc": 0,
        "custom_rate_plan": None,
        "default_home_load": DEFAULT_OUTPUT_W,
    }


# --- what holds now --------------------------------------------------------------------------------------------------


def slot_at(ranges: Iterable[Bean] | None, local: datetime) -> Bean | None:
    """Return the slot of a time of day."""
    now = f"{local:%H:%M}"
    return next((slot for slot in ranges or () if slot["start_time"] <= now < slot["end_time"]), None)


def weekly_slot(groups: Iterable[Bean] | None, local: datetime) -> Bean | None:
    """Return the slot of a weekday (0 is Sunday) and time."""
    today = local.isoweekday() % 7
    for group in groups or ():
        if today in group["week"]:
            return slot_at(group["ranges"], local)
    return None


def band(seasons: Iterable[Bean] | None, local: datetime) -> int:
    """Return the tariff type of an hour, 0 without one."""
    for found in seasons or ():
        first, last = found["sea"]["start_month"], found["sea"]["end_month"]
        if first <= local.month <= last:
            weekend = local.isoweekday() > 5 and not found.get("is_same")
            hours = found["weekend" if weekend else "weekday"]
            return next((one["type"] for one in hours if one["start_time"] <= local.hour < one["end_time"]), 0)
    return 0


def backup_runs(settings: Bean, local: datetime) -> bool:
    """Tell whether a backup charge is on at a moment."""
    backup = settings.get("manual_backup") or {}
    now = local.timestamp()
    ranges = backup.get("ranges") or ()
    return bool(backup.get("switch")) and any(one["start_time"] <= now < one["end_time"] for one in ranges)


def preset(settings: Bean, local: datetime) -> int:
    """Return the output a newer solarbank's plan asks for now, in W: its base load in plug mode, else the manual plan's."""
    if settings["mode_type"] == PLUGS:
        slot = weekly_slot(settings.get("blend_plan"), local)
        return int(slot["power"]) if slot else 0
    slot = weekly_slot(settings.get("custom_rate_plan"), local)
    return int(slot["power"]) if slot else int(settings.get("default_home_load", DEFAULT_OUTPUT_W))


def sb1_preset(settings: Bean, local: datetime) -> int:
    """Return the output of all Solarbank 1 together the plan asks for now: nothing while export is off (§9.2)."""
    slot = slot_at(settings.get("ranges"), local)
    if slot is None:
        return int(settings.get("default_home_load", DEFAULT_OUTPUT_W))
    return int(slot["appliance_loads"][0]["power"]) if slot["turn_on"] else 0


def sb1_shares(settings: Bean, local: datetime, serials: Sequence[str]) -> dict[str, int]:
    """Return the output each of several Solarbank 1 is asked for: equal shares, or its own load in mode 2 (§9.2)."""
    whole = sb1_preset(settings, local)
    slot = slot_at(settings.get("ranges"), local) or {}
    loads = {one["device_sn"]: one["power"] for one in slot.get("device_power_loads") or ()}
    if whole and slot.get("power_setting_mode") == 2 and set(serials) <= set(loads):
        return {serial: int(loads[serial]) for serial in serials}
    return {serial: whole // len(serials) for serial in serials}


def is_whole_day(settings: Bean) -> bool:
    """Tell whether a Solarbank 1's plan is one slot for the whole day, which it stumbles over (§9.2)."""
    ranges = settings.get("ranges") or []
    return len(ranges) == 1 and (ranges[0]["start_time"], ranges[0]["end_time"]) == ("00:00", "24:00")
