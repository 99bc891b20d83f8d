"""What the gateway knows about itself while it works: charge, grid, batteries, mode, status (specification §6–§12)."""

from datetime import datetime, timedelta, timezone
import json
from typing import Any

from tests.simulators.house import Battery, Truth
from tests.simulators.powerwall.gateway import Gateway, GridFault
from tests.simulators.powerwall.meters import PACK_VOLTS, go_time, grid_frequency, jitter, tens

UNLIMITED_KW = 1_000_000_000
NOMINAL_BATTERY_KWH = 13.5
NOMINAL_BATTERY_KW = 5
QUIET_WATTS = 500
START_TIME_ZONE = timezone(timedelta(hours=8))
"""Gateways give their start time in this zone wherever they stand (§12)."""
NOT_WITH_SITE_CONTROLLER = (
    'Cannot perform this action with site controller running. From landing page, either "STOP SYSTEM" or '
    '"RUN WIZARD" to proceed.'
)


def _totals(truth: Truth) -> tuple[int, int]:
    """Return remaining and full energy of the enabled batteries in whole Wh."""
    enabled = [battery for battery in truth.batteries if battery.enabled]
    return sum(round(battery.energy_wh) for battery in enabled), sum(round(battery.capacity_wh) for battery in enabled)


def state_of_energy(gateway: Gateway) -> dict[str, Any]:
    """Return the raw charge: exactly what the energies of ``system_status`` give (§6)."""
    remaining, full = _totals(gateway.house.truth())
    return {"percentage": 100 * remaining / full if full else 0}


def grid_status(gateway: Gateway) -> dict[str, Any]:
    """Return the grid status (§7)."""
    status: dict[str, Any] = {"grid_status": gateway.grid_status(gateway.house.truth())}
    if gateway.profile.grid_services:
        status["grid_services_active"] = gateway.house.settings.mode == "scheduler"
    return status


def grid_faults(gateway: Gateway) -> list[dict[str, Any]]:
    """Return the recent grid disturbances (§11)."""
    return [_grid_fault(gateway, fault) for fault in gateway.grid_faults]


def _grid_fault(gateway: Gateway, fault: GridFault) -> dict[str, Any]:
    """Return one disturbance; its details are JSON inside a string, its raw form exceeds 2^53."""
    decoded: list[dict[str, Any]] = [
        {"name": "PINV_alertID", "value": fault.name},
        {"name": "PINV_alertType", "value": "Fault" if fault.is_fault else "Warning"},
    ]
    if fault.field is not None:
        name, value, units = fault.field
        decoded.append({"name": name, "value": value, "units": units})
    return {
        "timestamp": int(fault.time.timestamp() * 1000),
        "alert_name": fault.name,
        "alert_is_fault": fault.is_fault,
        "decoded_alert": json.dumps(decoded, separators=(",", ":")),
        "alert_raw": (fault.number << 56) + 25_769_804_011,
        "git_hash": gateway.git_hash[:14],
        "site_uid": gateway.serial,
        "ecu_type": "TEPINV",
        "ecu_package_part_number": "1081100-79-J",
        "ecu_package_serial_number": fault.serial,
    }


# --- system_status ---------------------------------------------------------------------------------------------------


def system_status(gateway: Gateway) -> dict[str, Any]:
    """Return the system with its battery blocks (§8)."""
    truth = gateway.house.truth()
    remaining, full = _totals(truth)
    enabled = sum(battery.enabled for battery in truth.batteries)
    return {
        "command_source": "Schedule" if truth.mode == "scheduler" else "Configuration",
        "battery_target_power": truth.battery_w + 2.5 * jitter(gateway, truth, 3),
        "battery_target_reactive_power": 0,
        "nominal_full_pack_energy": full,
        "nominal_energy_remaining": remaining,
        "max_power_energy_remaining": 0,
        "max_power_energy_to_be_charged": 0,
        **_limits(gateway, enabled, remaining, full),
        "grid_services_power": -0.0,
        "system_island_state": gateway.grid_status(truth),
        "available_blocks": enabled,
        "battery_blocks": [_block(gateway, truth, battery) for battery in truth.batteries],
        "load_charge_constraint": 0,
        "grid_faults": grid_faults(gateway),
        "can_reboot": can_reboot(gateway, truth),
        "smart_inv_delta_p": 0,
        "smart_inv_delta_q": 0,
        "last_toggle_timestamp": go_time(gateway.last_toggle.astimezone(gateway.house.zone), "683707425"),
        "solar_real_power_limit": -1,
        "score": 10_000,
        "blocks_controlled": enabled,
        "primary": True,
        "auxiliary_load": 0,
        "all_enable_lines_high": True,
        "expected_energy_remaining": 0,
    }


def _limits(gateway: Gateway, enabled: int, remaining: int, full: int) -> dict[str, Any]:
    """Return what the enabled batteries can do together."""
    max_power = NOMINAL_BATTERY_KW * 1000 * enabled
    limits = {
        "max_charge_power": max_power,
        "max_discharge_power": max_power,
        "max_apparent_power": max_power,
        "instantaneous_max_discharge_power": 12_000 * enabled if remaining else 0,
        "instantaneous_max_charge_power": 5_290 * enabled if remaining < full else 0,
        "ffr_power_availability_high": 5_800 * enabled,
        "ffr_power_availability_low": 5_290 * enabled,
        "max_sustained_ramp_rate": 1_250_000 * enabled,
        "inverter_nominal_usable_power": 5_800 * enabled,
    }
    return limits | {"instantaneous_max_apparent_power": max_power} if gateway.profile.apparent_power else limits


def can_reboot(gateway: Gateway, truth: Truth) -> str:
    """Return whether a reboot is possible, in the gateway's words."""
    if not gateway.running:
        return ""
    return "Yes" if abs(truth.battery_w) < QUIET_WATTS else "Power flow is too high"


def _block(gateway: Gateway, truth: Truth, battery: Battery) -> dict[str, Any]:
    """Return one battery; a disabled one measures nothing (§8)."""
    enabled = battery.enabled
    islanded = truth.grid != "connected"
    voltage = gateway.profile.region.voltage * (1.028 + 0.004 * jitter(gateway, truth, 4))
    measured = {
        "p_out": int(round(battery.power_w, -1)),
        "q_out": 30,
        "v_out": round(voltage, 1),
        "f_out": grid_frequency(gateway, truth),
        "i_out": round(-battery.power_w / PACK_VOLTS, 1),
        "energy_charged": tens(battery.charged_wh),
        "energy_discharged": tens(battery.discharged_wh),
    }
    return {
        "Type": "",
        "PackagePartNumber": gateway.profile.battery_part,
        "PackageSerialNumber": battery.serial,
        "disabled_reasons": list(battery.disabled_reasons),
        "pinv_state": ("PINV_GridForming" if islanded else "PINV_GridFollowing") if enabled else "",
        "pinv_grid_state": ("Grid_Uncompliant" if islanded else "Grid_Compliant") if enabled else "",
        "nominal_energy_remaining": round(battery.energy_wh) if enabled else 0,
        "nominal_full_pack_energy": round(battery.capacity_wh),
        **(measured if enabled else dict.fromkeys(measured)),
        "off_grid": islanded and enabled,
        "vf_mode": islanded and enabled,
        "wobble_detected": False,
        "charge_power_clamped": False,
        "backup_ready": enabled,
        "OpSeqState": "Active" if enabled else "Standby",
        "version": gateway.git_hash[:14],
    }


# --- operation, sitemaster, status, site -----------------------------------------------------------------------------


def operation(gateway: Gateway) -> dict[str, Any]:
    """Return mode and reserve as they are applied, raw scale (§9.1)."""
    settings = gateway.house.settings
    body: dict[str, Any] = {
        gateway.profile.operation_key: settings.mode,
        "backup_reserve_percent": settings.reserve_percent,
    }
    if gateway.profile.operation_key == "real_mode":
        body |= {"freq_shift_load_shed_soe": 75, "freq_shift_load_shed_delta_f": -0.32}
    return body


def sitemaster(gateway: Gateway) -> dict[str, Any]:
    """Return whether the site controller runs, in the shape of the firmware (§10)."""
    running = gateway.running
    if gateway.profile.sitemaster == "uptime":
        seconds = int((gateway.clock.now() - gateway.start_time).total_seconds())
        uptime = f"{seconds}s," if running else "log:"
        return {"running": running, "uptime": uptime, "connected_to_tesla": running}
    body: dict[str, Any] = {
        "status": "StatusUp" if running else "StatusDown",
        "running": running,
        "connected_to_tesla": True,
    }
    if gateway.profile.sitemaster == "full":
        body |= {"power_supply_mode": False, "can_reboot": can_reboot(gateway, gateway.house.truth())}
    return body


def _duration(seconds: float) -> str:
    """Return a Go duration of hours, minutes and seconds (§12)."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    text = f"{rest:.9f}".rstrip("0").rstrip(".") + "s"
    if hours:
        return f"{hours}h{minutes}m{text}"
    return f"{minutes}m{text}" if minutes else text


def status(gateway: Gateway) -> dict[str, Any]:
    """Return identity, version and uptime (§12)."""
    profile = gateway.profile
    up_seconds = max(0.0, (gateway.clock.now() - gateway.start_time).total_seconds())
    body: dict[str, Any] = {
        "start_time": gateway.start_time.astimezone(START_TIME_ZONE).strftime("%Y-%m-%d %H:%M:%S %z"),
        "up_time_seconds": _duration(up_seconds),
        "is_new": False,
        "version": gateway.version,
        "git_hash": gateway.git_hash,
    }
    if profile.status == "short":
        return body
    body |= {
        "commission_count": gateway.commission_count,
        "device_type": profile.device_type,
        "sync_type": profile.sync_type,
    }
    if profile.status == "hec":
        return body
    body |= {"leader": "", "followers": None, "cellular_disabled": False}
    if profile.status == "plain":
        return body
    body = {"din": gateway.din, **body}
    if profile.status == "teg":
        body |= {"teg_type": "TEG_TYPE_GATEWAY2", "can_reboot": can_reboot(gateway, gateway.house.truth()) == "Yes"}
    return body


def site_info(gateway: Gateway) -> dict[str, Any]:
    """Return the site: flat on old firmware, with a grid-code object on newer (§12)."""
    region = gateway.profile.region
    batteries = len(gateway.house.batteries)
    grid = {
        "grid_code": region.grid_code,
        "grid_voltage_setting": region.voltage,
        "grid_freq_setting": region.frequency,
        "grid_phase_setting": region.phase,
        "country": region.country,
        "state": region.state,
        "distributor": "*",
        "utility": region.utility,
        "retailer": "*",
        "region": region.standard,
    }
    nested = gateway.profile.site_info == "nested"
    measured = {} if gateway.running or not nested else {"measured_frequency": region.frequency + 0.01}
    return {
        **measured,
        "max_system_energy_kWh": NOMINAL_BATTERY_KWH * batteries if nested else 0,
        "max_system_power_kW": NOMINAL_BATTERY_KW * batteries if nested else 0,
        "site_name": gateway.site_name,
        "timezone": gateway.house.zone.key,
        "max_site_meter_power_kW": UNLIMITED_KW,
        "min_site_meter_power_kW": -UNLIMITED_KW,
        "nominal_system_energy_kWh": NOMINAL_BATTERY_KWH * batteries,
        "nominal_system_power_kW": NOMINAL_BATTERY_KW * batteries,
        **({"grid_code": grid} if nested else grid),
    }


def site_name(gateway: Gateway) -> dict[str, Any]:
    """Return name and time zone (§12)."""
    return {"site_name": gateway.site_name, "timezone": gateway.house.zone.key}


# --- powerwalls ------------------------------------------------------------------------------------------------------


def powerwalls_status(gateway: Gateway) -> dict[str, Any]:
    """Return the flags of the battery wizard; its error texts are harmless (§12)."""
    new = gateway.profile.powerwalls == "new"
    flags: dict[str, Any] = {
        "enumerating": False,
        "updating": False,
        "checking_if_offgrid": False,
        "running_phase_detection": False,
        "phase_detection_last_error": "no phase information" if new else "phase detection not run",
        "bubble_shedding": False,
        "on_grid_check_error": "run sitemanager flag enabled" if new else "on grid check not run",
        "grid_qualifying": False,
        "grid_code_validating": False,
    }
    return flags if gateway.profile.powerwalls == "old" else flags | {"phase_detection_not_available": True}


def powerwalls(gateway: Gateway) -> dict[str, Any]:
    """Return the fitted batteries; while running their state is Uncompliant and the checks fail (§12)."""
    old = gateway.profile.powerwalls == "old"
    body = powerwalls_status(gateway) | {
        "powerwalls": [_powerwall(gateway, battery) for battery in gateway.house.batteries]
    }
    synchronizer = {
        "updating": False,
        **_diagnostics(
            gateway,
            ("CAN connectivity", "Firmware up-to-date"),
            ("Synchronizer firmware", *(() if old else ("Islanding configuration",)), "Grid code"),
        ),
    }
    match gateway.profile.powerwalls:
        case "old":
            return body | {"has_sync": True, "sync": synchronizer, "states": [], "phase_detection_attempt": 0}
        case "hec":
            return body | {"gateway_din": gateway.din, "has_sync": False, "sync": None, "states": []}
        case _:
            return body | {"gateway_din": gateway.din, "sync": synchronizer, "msa": None, "states": None}


def _powerwall(gateway: Gateway, battery: Battery) -> dict[str, Any]:
    """Return one fitted battery."""
    kind = gateway.profile.powerwalls
    body: dict[str, Any] = {} if kind == "old" else {"Type": ""}
    body |= {
        "PackagePartNumber": gateway.profile.battery_part,
        "PackageSerialNumber": battery.serial,
        "type": gateway.profile.battery_type,
        "grid_state": "Grid_Uncompliant" if gateway.running else "Grid_Compliant",
        "grid_reconnection_time_seconds": 0,
        "under_phase_detection": False,
        "updating": False,
        **_diagnostics(
            gateway,
            ("CAN connectivity", "Enable switch", "Internal communications", "Firmware up-to-date"),
            ("Powerwall firmware", "Battery firmware", "Inverter firmware", "Grid code"),
        ),
    }
    if kind != "old":
        body["bc_type"] = None
    return body | {"in_config": True} if kind == "new" else body


def _diagnostics(gateway: Gateway, commissioning: tuple[str, ...], update: tuple[str, ...]) -> dict[str, Any]:
    """Return the two diagnostic trees of a device."""
    now = gateway.clock.now().astimezone(gateway.house.zone)
    return {
        "commissioning_diagnostic": _diagnostic(
            gateway, "Commissioning", [_commissioning_check(gateway, name, now) for name in commissioning]
        ),
        "update_diagnostic": _diagnostic(
            gateway, "Firmware Update", [_check(gateway, name, "not_run", progress=0) for name in update]
        ),
    }


def _diagnostic(gateway: Gateway, name: str, checks: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one diagnostic; newer firmware says more about it."""
    body: dict[str, Any] = {"name": name, "category": "InternalComms", "disruptive": name == "Firmware Update"}
    kind = gateway.profile.powerwalls
    if kind != "old":
        body["inputs"] = None
    return body | {"checks": checks} | ({"alert": False} if kind == "new" else {})


def _commissioning_check(gateway: Gateway, name: str, now: datetime) -> dict[str, Any]:
    """Return a check of the running or the stopped system."""
    start = go_time(now, "624488010")
    if not gateway.running:
        return _check(gateway, name, "running", start_time=start)
    old = gateway.profile.powerwalls == "old"
    message = "Cannot connect to CAN bus. Reboot the gateway and try again." if old else NOT_WITH_SITE_CONTROLLER
    return _check(gateway, name, "fail", start_time=start, end_time=go_time(now, "624493259"), message=message)


def _check(gateway: Gateway, name: str, state: str, **details: Any) -> dict[str, Any]:
    """Return one check."""
    started: dict[str, Any] | None = {} if "start_time" in details else None
    body = {"name": name, "status": state, "start_time": None, "end_time": None, "results": started, **details}
    if gateway.profile.powerwalls != "old":
        body["debug"] = started
    return body | {"checks": None} if gateway.profile.powerwalls == "new" else body
