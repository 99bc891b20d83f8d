"""``get_scen_info``: what a site looked like when its devices last reported (anker.md §7.2, §9.5).

Nearly all numbers are text. The traps are the real cloud's: ``battery_power`` is the charge in %, ``charging_power`` the
output, ``total_battery_power`` a fraction, and ``to_home_load`` falls to 0 while nobody has the app open.
"""

from collections.abc import Iterable
from datetime import timedelta

from tests.simulators.anker.call import PS, Bean, Call, Route, post
from tests.simulators.anker.device import Device
from tests.simulators.anker.energy_totals import CO2_PER_KWH, two
from tests.simulators.anker.pictures import picture
from tests.simulators.anker.plans import PLAN, STATION
from tests.simulators.anker.report import Report, UnitReport
from tests.simulators.anker.site import Site

NEVER = "01-01-0001 00:00:00"
UNTOLD = "1970-01-01 00:00:00"
OFFLINE_AFTER = timedelta(minutes=15)
CHARGING, DISCHARGING, BYPASS, FULL, STANDBY = "3", "2", "1", "5", "7"
NO_PPS: Bean = {
    "pps_list": [],
    "total_charging_power": "0.00",
    "power_unit": "W",
    "total_battery_power": "0.00",
    "updated_time": "",
    "pps_status": 0,
}
NO_STATION_PPS: Bean = {
    "pps_list": None,
    **dict.fromkeys(
        (
            "total_charging_power",
            "total_output_power",
            "total_battery_power",
            "total_pv_input_power",
            "total_home_load_power",
            "total_grid_to_battery",
        ),
        "",
    ),
    **dict.fromkeys(("home", "grid", "system")),
}
CONSTANT: Bean = {
    "is_downgrade": False,
    "error_code": 0,
    "err_msg": "",
    "priority_discharge_switch": 0,
    "display_priority_discharge_tips": 0,
    "priority_discharge_upgrade_devices": "",
    "style_id": 0,
    "is_dynamic_price_down_grade": False,
    "custom_charging_type": 0,
    "third_part_pv_setting": 0,
}
V2_NUMBERS = (
    "total_output_power_v2",
    "total_input_power_v2",
    "off_grid_power_v2",
    "grid_connected_power_v2",
    "other_load_power_v2",
)
PV_NAMES: Bean = {"micro_inverter_name": "", **{f"pv{number}_name": f"PV{number}" for number in range(1, 5)}}


def scene(call: Call) -> Bean:
    """Return the whole scene of a site; of one that is no solarbank's hardly anything."""
    return scene_of(call.site())


def scene_of(site: Site) -> Bean:
    """Return what a site's devices told last."""
    report = site.report
    demand, other = _loads(site, report)
    return {
        "home_info": {"home_name": "Home", "home_img": "", "charging_power": "0.00", "power_unit": "W"},
        "solar_list": [_inverter(device, report) for device in site.of_kind("inverter")],
        "pps_info": dict(NO_PPS),
        "statistics": statistics(site, report),
        "topology_type": "1",
        "solarbank_info": solarbank_info(site, report),
        "retain_load": f"{report.preset_w}W",
        "scene_mode": report.mode,
        "user_scene_mode": report.selected,
        "home_load_power": str(demand),
        "other_loads_power": str(other),
        "updated_time": NEVER,
        "power_site_type": site.power_site_type,
        "site_id": site.id,
        "powerpanel_list": [_panel(device) for device in site.of_kind("power_panel")],
        "grid_info": _grid_info(site, report),
        "smart_plug_info": _smart_plugs(site, report),
        "feature_switch": feature_switch(site),
        **CONSTANT,
        "is_show_priority_discharge": int(site.generation == 1),
        "solarbank_pps_info": dict(NO_STATION_PPS),
        "aiems_profit": _profit(site, report) if site.generation > 2 else None,
        "switch_0w": int((site.settings.get(STATION) or {}).get("switch_0w", site.export_blocked)),
        "third_party_pv": str(site.third_party_w),
        "combiner_box_info": {"combiner_box_list": [_dock(device) for device in site.of_kind("dock")]},
        "charging_pile_info": {"charging_pile_list": [_charger(site, device) for device in site.of_kind("charger")]},
        **dict.fromkeys(V2_NUMBERS, 0),
    }


def feature_switch(site: Site) -> Bean | None:
    """Return what a site can do; nothing is told of one without solarbanks."""
    if not site.solarbanks:
        return None
    if site.generation == 1:
        return {"show_third_party_pv_panel": False}
    if site.generation == 2:
        ac = bool(site.main.product.ac_input_w)
        known = {"0w_feed": True, "heating": False, "shelly_meter": True, "smart_plug": not ac}
        return known | ({"manual_backup_mode": True, "peak_valley_mode": True} if ac else {"multi_pv": True})
    return {
        "0w_feed_v2": True,
        "enable_parallel": len(site.solarbanks) > 1,
        "enable_timeslot": True,
        "exceed_power": False,
        "heating": False,
        "plug_switch_report": True,
        "show_third_party_pv_panel": True,
        "support_p1_meter": True,
    }


def statistics(site: Site, report: Report) -> list[Bean]:
    """Return yield, CO2 and money of all the years; a thousand kWh or kg are told in the next unit (§18.13)."""
    kwh = report.lifetime_kwh
    unit = "kwh" if site.generation == 1 else "kWh"
    return [
        {"type": "1", **_flipped(kwh, unit, "MWh")},
        {"type": "2", **_flipped(kwh * CO2_PER_KWH, "kg", "t")},
        {"type": "3", "total": two(kwh * site.tariff.price), "unit": site.tariff.unit},
    ]


def _flipped(value: float, unit: str, thousands: str) -> Bean:
    """Return a number in a unit, or from 1000 on in the next."""
    small = value < 999.995
    return {"total": two(value if small else value / 1000), "unit": unit if small else thousands}


# --- solarbanks ------------------------------------------------------------------------------------------------------


def solarbank_info(site: Site, report: Report) -> Bean:
    """Return the solarbanks and what they do together.

    In a cascade the totals cover the newer one only, and a member is not told what is charged from the grid (§9.5).
    """
    counted = [report.units[site.main.serial]] if site.cascaded else list(report.units.values())
    output = sum(unit.output_w for unit in counted)
    grid = sum(unit.grid_w for unit in counted) if site.is_owner else 0
    first = counted[0].output_w if counted else 0
    level = report.units[site.main.serial].level if site.cascaded else report.level
    return {
        "solarbank_list": [_solarbank(site, device, report) for device in site.solarbanks],
        "total_charging_power": str(sum(unit.charge_w for unit in counted)),
        "power_unit": "W",
        "charging_status": "0",
        "total_battery_power": two(round(level) / 100) if site.solarbanks else "0.00",
        "updated_time": _told_time(site, report),
        "total_photovoltaic_power": str(sum(unit.pv_w for unit in counted)),
        "total_output_power": two(output),
        "display_set_power": site.generation == 1 and len(site.solarbanks) > 1,
        "battery_discharge_power": str(sum(unit.discharge_w for unit in counted)),
        "ac_power": "0",
        "to_home_load": str(first if report.instant < site.triggered_until else 0),
        "is_display_data": bool(site.solarbanks),
        **{f"solar_power_{number}": str(_channel(site, counted, number)) for number in range(1, 5)},
        "other_input_power": str(grid),
        "micro_inverter_power": str(sum(unit.micro_w for unit in counted)),
        "micro_inverter_power_limit": "800" if site.main.model == "A17C2" else "0",
        "micro_inverter_low_power_limit": "0",
        "grid_to_battery_power": str(grid),
        "pei_heating_power": "0",
        "backup_info": backup_info(site),
        "use_time_excute_info": {"current_band": str(report.band)},
    }


def _told_time(site: Site, report: Report) -> str:
    """Return when the devices reported, in site time, or that nobody told."""
    if not site.solarbanks:
        return ""
    return f"{site.local(report.instant):%Y-%m-%d %H:%M:%S}" if site.reports_time else UNTOLD


def _channel(site: Site, units: Iterable[UnitReport], number: int) -> int:
    """Return what one PV input of all solarbanks gives; a Solarbank 1's are not told."""
    if site.generation < 2:
        return 0
    return sum(unit.channels[number - 1] for unit in units if number <= len(unit.channels))


def backup_info(site: Site) -> Bean:
    """Return the backup charge as it stands: zeros without a range."""
    backup = site.active.get(PLAN, {}).get("manual_backup") or {}
    ranges = backup.get("ranges") or []
    if not ranges or not backup.get("switch"):
        return {"start_time": 0, "end_time": 0, "full_time": 0}
    return {"start_time": ranges[0]["start_time"], "end_time": ranges[0]["end_time"], "full_time": 0}


def _solarbank(site: Site, device: Device, report: Report) -> Bean:
    """Return one solarbank."""
    unit = report.units[device.serial]
    several = len(site.solarbanks) > 1
    newer = device.generation > 1
    return {
        **head(device),
        "battery_power": str(round(unit.level)),
        "bind_site_status": "",
        "charging_power": str(unit.output_w),
        "power_unit": "W",
        "charging_status": "0" if newer else _status(unit),
        "status": online(site, device),
        "wireless_type": "1",
        "main_version": "",
        "photovoltaic_power": str(unit.pv_w),
        "output_power": str(unit.output_w),
        "create_time": device.linked,
        "set_load_power": str(unit.preset_w) if several and not newer else "",
        "sub_package_num": device.packs,
        "output_cutoff_data": _cutoff(device) if device.generation < 3 else 0,
        "is_display": True,
        "bat_charge_power": str(unit.charge_w),
        "bat_discharge_power": str(unit.discharge_w),
        "pv_name": PV_NAMES,
        "pv_power": _pv_power(unit) if newer else None,
        "feature_switch": feature_switch(site) if newer else None,
        "heating_power": "0",
        "err_code": device.error_code,
    }


def _cutoff(device: Device) -> int:
    """Return the charge at which the app shows that a solarbank stops (§12.4)."""
    return next(
        (int(row["output_cutoff_data"]) for row in device.cutoff["power_cutoff_data"] if row["is_selected"]), 10
    )


def _pv_power(unit: UnitReport) -> Bean:
    """Return a solarbank's inputs."""
    inputs = (*unit.channels, 0, 0, 0, 0)[:4]
    return {**{f"pv{number}": str(watts) for number, watts in enumerate(inputs, start=1)}, "total": str(unit.pv_w)}


def _status(unit: UnitReport) -> str:
    """Return a Solarbank 1's ``charging_status`` (§9.4)."""
    if unit.charge_w:
        return CHARGING
    if unit.discharge_w:
        return DISCHARGING
    if unit.level >= 99.5:
        return FULL
    return BYPASS if unit.pv_w else STANDBY


def head(device: Device) -> Bean:
    """Return how every device of a site begins; its name is the alias."""
    return {
        "device_pn": device.model,
        "device_sn": device.serial,
        "device_name": device.alias,
        "device_img": picture(device.model),
    }


def online(site: Site, device: Device) -> str:
    """Return "1" for a device that reports."""
    quiet = site.silent and site.now - site.report.instant > OFFLINE_AFTER
    return "0" if quiet or not device.powered else "1"


# --- the rest of a site ----------------------------------------------------------------------------------------------


def _loads(site: Site, report: Report) -> tuple[int, int]:
    """Return the demand of the house as meter or plugs see it, and what is left of it without plugs and wallbox (§7.2)."""
    plugs = sum(report.plugs.values())
    if site.has_meter:
        demand = report.home_w
    elif report.plugs:
        demand = max(plugs, sum(unit.output_w - unit.grid_w for unit in report.units.values()))
    else:
        return 0, 0
    return demand, max(0, demand - plugs - report.charger_w)


def _grid_info(site: Site, report: Report) -> Bean | None:
    """Return the meter and what it sees: at least one of import and export is 0."""
    meters = site.of_kind("meter")
    if not meters:
        return None
    return {
        "grid_list": [
            {
                **head(device),
                "create_time": device.linked,
                "status": online(site, device),
                "bind_site_status": "",
                "wireless_type": "",
            }
            for device in meters
        ],
        "photovoltaic_to_grid_power": str(max(0, -report.grid_w)),
        "grid_to_home_power": str(max(0, report.grid_w)),
        "grid_status": 0,
        "has_history_data": True,
    }


def _smart_plugs(site: Site, report: Report) -> Bean | None:
    """Return the smart plugs."""
    plugs = site.of_kind("plug")
    if not plugs:
        return None
    rows = [
        {
            **head(device),
            "create_time": device.linked,
            "current_power": str(report.plugs.get(device.serial, 0)),
            "tag": device.room,
            "tag_img": picture(f"{device.model}_{device.room}"),
            "total_power": "",
            "bind_site_status": "",
            "status": online(site, device),
            "wireless_type": "",
            "err_code": device.error_code,
            "auto_switch": False,
            "priority": 0,
            "running_time": 0,
        }
        for device in plugs
    ]
    return {"smartplug_list": rows, "total_power": str(sum(report.plugs.values()))}


def _inverter(device: Device, report: Report) -> Bean:
    """Return a microinverter inside a site: what the solarbanks before it give goes through it."""
    return {
        "device_sn": device.serial,
        "device_name": device.alias,
        "device_img": picture(device.model),
        "bind_site_status": "",
        "generate_power": two(sum(unit.output_w for unit in report.units.values())),
        "power_unit": "W",
        "status": "1" if device.powered else "0",
        "wireless_type": "2",
        "device_pn": device.model,
        "main_version": "",
    }


def _panel(device: Device) -> Bean:
    """Return a power panel, which tells no values here."""
    return {**head(device), "status": "1" if device.powered else "0", "wireless_type": "1", "initial_process": 0}


def _dock(device: Device) -> Bean:
    """Return a Power Dock."""
    return {
        **head(device),
        "status": "1" if device.powered else "0",
        "wireless_type": "1",
        "create_time": device.linked,
    }


def _charger(site: Site, device: Device) -> Bean:
    """Return a wallbox."""
    return {
        **head(device),
        "operating_state": int(site.charger.state) if site.charger is not None else 0,
        "power": str(site.report.charger_w),
    }


def _profit(site: Site, report: Report) -> Bean:
    """Return what the smart mode saved."""
    saved = report.lifetime_kwh * site.tariff.price * 0.1 if site.smart else 0.0
    return {
        "unit": site.tariff.unit,
        "aiems_profit_total": two(saved),
        "percentage": "9.30" if saved else "0",
        "show_percentage": bool(saved),
        "aiems_self_use_diff": two(saved / 10) if saved else "0",
    }


ROUTES: tuple[Route, ...] = (post(PS + "site/get_scen_info", scene),)
