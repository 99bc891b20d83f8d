"""What the solarbanks of a site do: the plan in force makes them give, take or keep (anker.md §9.2, §9.3, §9.6)."""

from dataclasses import replace
from datetime import datetime
import math
from typing import TYPE_CHECKING

from tests.simulators.anker.device import Device
from tests.simulators.anker.plans import (
    BACKUP,
    MANUAL,
    OFF_PEAK,
    PLAN,
    PLUGS,
    SB1_MAXIMUM_W,
    SB1_MINIMUM_W,
    SB1_PLAN,
    STATION,
    TIME_SLOT,
    USE_TIME,
    VALLEY,
    band,
    preset,
    sb1_shares,
    slot_at,
    weekly_slot,
)
from tests.simulators.house import House

if TYPE_CHECKING:
    from tests.simulators.anker.site import Site

CHEAP_HOURS = range(2, 5)
"""When the market's price is low enough to charge, in mode time slot."""


def steer(site: Site, house: House, local: datetime) -> None:
    """Let the house do what the solarbanks are set to at its local time."""
    solar = house.sun.watts(local) if house.settings.solar_w is None else house.settings.solar_w
    home = house.household.watts(local) if house.settings.home_w is None else house.settings.home_w
    output = _first_generation(site, solar, local) if site.generation == 1 else _newer(site, solar, home, local)
    _cascade(site, output, solar)
    site.floor_percent, ceiling = limits(site)
    house.settings = replace(
        house.settings,
        mode="scheduler",
        command_w=output - solar,
        reserve_percent=site.floor_percent,
        ceiling_percent=ceiling,
        output_limit_w=site.output_limit_w,
        export_limit_w=export_limit(site),
    )


def limits(site: Site) -> tuple[float, float]:
    """Return where the site's batteries stop discharging and charging, in %."""
    station = site.active.get(STATION)
    if not station:
        return site.main.floor_percent, site.main.ceiling_percent
    chosen = next((row["soc"] for row in station["soc_list"] if row["is_selected"]), 10)
    floor = float(station.get("discharge_lower_limit", chosen))
    if station.get("backup_reserve_switch"):
        floor = max(floor, float(station["backup_reserve"]))
    return floor, float(station.get("charge_upper_limit", 100))


def export_limit(site: Site) -> float:
    """Return what may go to the grid, in W."""
    station = site.active.get(STATION) or {}
    if station.get("switch_0w", site.export_blocked):
        return 0.0
    return float(station.get("feed-in_power_limit") or math.inf)


def _newer(site: Site, solar: float, home: float, local: datetime) -> float:
    """Return what newer solarbanks give on the AC side now; negative: what they take from it."""
    settings = site.active[PLAN]
    mode = site.mode_at(local)
    most = site.output_limit_w
    if mode == BACKUP:
        return -site.ac_input_w
    if mode == MANUAL:
        slot = weekly_slot(settings.get("custom_rate_plan"), local) or {}
        if slot.get("charging_type") == 1:
            return -min(float(slot["power"]), site.ac_input_w)
        return _within(preset(settings, local), settings.get("min_load", 0), max(settings.get("max_load", 0), most))
    if mode == PLUGS:
        return min(site.plugs_w(home) + preset(settings, local), most)
    if mode == USE_TIME:
        now = band(settings.get("use_time"), local)
        if now == VALLEY and site.ac_input_w:
            return -site.ac_input_w
        if now == OFF_PEAK:
            return min(solar, home, most)
    if mode == TIME_SLOT and local.hour in CHEAP_HOURS:
        return -site.ac_input_w
    return min(home, most)


def _within(power: float, least: float, most: float) -> float:
    """Return a power inside its bounds."""
    return min(max(power, least), most)


def _first_generation(site: Site, solar: float, local: datetime) -> float:
    """Return what Solarbank 1 give together; each takes its share from its own panels first."""
    settings = site.active[SB1_PLAN]
    slot = slot_at(settings.get("ranges"), local)
    off = site.stuck or (slot is not None and not slot["turn_on"])
    shares = sb1_shares(settings, local, [device.serial for device in site.solarbanks])
    output = 0.0
    for device in site.solarbanks:
        wanted = 0.0 if off else _bounded(site, float(shares[device.serial]))
        _bind(device, wanted, solar * device.share)
        output += wanted
    return output


def _bounded(site: Site, power: float) -> float:
    """Return what a Solarbank 1 makes of its preset: outside its bounds its minimum, nothing only with the 0 W switch."""
    settings = site.active[SB1_PLAN]
    least = settings.get("min_load", SB1_MINIMUM_W)
    if len(site.solarbanks) > 1:
        least = settings.get("advanced_mode_min_load", least / 2)
    if site.zero_switch and power == 0:
        return 0.0
    return power if least <= power <= SB1_MAXIMUM_W else float(least)


def _cascade(site: Site, output: float, solar: float) -> None:
    """Let older solarbanks fill themselves, or give to the newer one, which does the rest (§9.2)."""
    if not site.cascaded:
        return
    wanted = 0.0 if site.active[PLAN]["mode_type"] == MANUAL else SB1_MAXIMUM_W / 2
    for device in site.cascaded:
        _bind(device, wanted, solar * device.share)
    older = [device.battery for device in site.cascaded if device.battery is not None]
    if older and (newer := site.main.battery) is not None:
        product = site.main.product
        newer.max_charge_w = min(product.charge_w, max(0.0, solar - output - sum(one.max_charge_w for one in older)))
        newer.max_discharge_w = min(
            product.output_w, max(0.0, output - solar - sum(one.max_discharge_w for one in older))
        )


def _bind(device: Device, wanted: float, solar: float) -> None:
    """Let a Solarbank 1's battery take only what its panels leave and give only what they lack: it has no AC input."""
    if device.battery is not None:
        device.battery.max_charge_w = max(0.0, min(device.product.charge_w, solar - wanted))
        device.battery.max_discharge_w = max(0.0, wanted - solar)
