"""An inverter as route B tells of it: the record around ``invert_full``, much of it as texts with units (goodwe.md §4.4)."""

from typing import Any

from tests.simulators.goodwe import legacy_fields
from tests.simulators.goodwe.devices import Inverter
from tests.simulators.goodwe.legacy_fields import blank
from tests.simulators.goodwe.legacy_inverter import invert_full
from tests.simulators.goodwe.legacy_rows import dictionary, points
from tests.simulators.goodwe.legacy_values import american, in_china, in_own_format, short


def rendered(inverter: Inverter, full: dict[str, Any]) -> dict[str, Any]:
    """Return ``d``: numbers as texts with units, and a work mode that is wrong on many models (§4.4)."""
    record = inverter.upload
    copied = (*(f"{kind}pv{number}" for kind in "vi" for number in range(1, 5)),)
    copied += (*(f"{kind}ac{number}" for kind in "vif" for number in range(1, 4)),)
    copied += (*(f"istr{number}" for number in range(1, 17)),)
    local = inverter.plant.local(record.instant if record is not None else inverter.added)
    return {
        "pw_id": inverter.plant.id,
        "capacity": f"{short(full['capacity'])}kW",
        "model": inverter.model,
        "output_power": f"{short(full['outputpower'])}W",
        "output_current": f"{short(full['iac1'])}A",
        "grid_voltage": f"{short(full['vac1'])}V",
        "backup_output": f"{short(full['vload'])}V/{short(full['pbackup'])}W",
        "soc": f"{full['soc']:.0f}%",
        "soh": f"{max(0.0, full['soh']):.0f}%",
        "last_refresh_time": in_own_format(local),
        "work_mode": "Wait Mode" if inverter.has_battery else "Battery Mode",
        "dc_input1": f"{short(full['vpv1'])}V/{short(full['ipv1'])}A",
        "dc_input2": f"{short(full['vpv2'])}V/{short(full['ipv2'])}A",
        "battery": _battery_text(full),
        "bms_status": "",
        "warning": "--",
        "charge_current_limit": f"{short(full['bms_charge_i_max'] or 0.0)}A",
        "discharge_current_limit": f"{short(full['bms_discharge_i_max'] or 0.0)}A",
        "firmware_version": full["firmwareversion"] * 100 + full["ram"],
        "creationDate": american(in_china(local)),
        "eDay": full["eday"],
        "eTotal": full["etotal"],
        "pac": full["pac"],
        "hTotal": full["hour_total"],
        **{name: full[name] for name in copied},
    }


def _battery_text(full: dict[str, Any]) -> str:
    """Return voltage, current and power of the battery as one text."""
    return f"{short(full['vbattery1'])}V/{short(full['ibattery1'])}A/{short(full['total_pbattery'])}W"


def outer(inverter: Inverter, *, frozen: bool) -> dict[str, Any]:
    """Return an entry of ``inverter[]``."""
    full = invert_full(inverter, frozen=frozen)
    texts = rendered(inverter, full)
    now = inverter.plant.local(inverter.plant.now)
    last = inverter.plant.local(inverter.upload.instant if inverter.upload is not None else inverter.added)
    return blank(legacy_fields.OUTER) | {
        "sn": inverter.serial,
        "dict": dictionary(inverter, full),
        "is_stored": inverter.has_battery,
        "name": inverter.name,
        "in_pac": full["pac"],
        "out_pac": full["pac"],
        "eday": full["eday"],
        "emonth": full["thismonthetotle"],
        "etotal": full["etotal"],
        "status": full["status"],
        "turnon_time": american(in_china(inverter.added)),
        "releation_id": full["relation_id"],
        "type": inverter.model,
        "capacity": full["capacity"],
        "d": texts,
        "tempperature": full["tempperature"],
        "check_code": inverter.check_code,
        "next_device": {"sn": None, "isStored": False},
        "prev_device": {"sn": None, "isStored": False},
        "invert_full": full,
        "time": american(now),
        "last_refresh_time": american(last),
        "pw_id": inverter.plant.id,
        "fault_message": f"{full['errors'][-1]['error_code']}_warning" if full["errors"] else "",
        "battery_power": full["total_pbattery"],
        "point_index": "16",
        "points": points(inverter),
        "battery_count": full["battery_count"],
        "master": full["master"],
        **_copied_texts(full, texts),
        **_lower(full),
    }


def _copied_texts(full: dict[str, Any], texts: dict[str, Any]) -> dict[str, Any]:
    """Return what the record repeats of ``d`` under other names."""
    return {
        "battery": texts["battery"],
        "firmware_version": texts["firmware_version"],
        "warning_bms": "--",
        "soh": texts["soh"],
        "discharge_current_limit_bms": texts["discharge_current_limit"],
        "charge_current_limit_bms": texts["charge_current_limit"],
        "soc": texts["soc"],
        "pv_input_2": texts["dc_input2"],
        "pv_input_1": texts["dc_input1"],
        "back_up_output": texts["backup_output"],
        "output_voltage": texts["grid_voltage"],
        "backup_voltage": f"{short(full['vload'])}V",
        "output_current": texts["output_current"],
        "output_power": texts["output_power"],
        "total_generation": f"{short(full['etotal'])}kWh",
        "daily_generation": f"{short(full['eday'])}kWh",
        "battery_charging": texts["battery"],
    }


def _lower(full: dict[str, Any]) -> dict[str, Any]:
    """Return what ``invert_full`` has under another spelling."""
    spellings = {
        "etotal_buy": "eTotalBuy",
        "eday_buy": "eDayBuy",
        "ebattery_charge": "eBatteryCharge",
        "echarge_day": "eChargeDay",
        "ebattery_discharge": "eBatteryDischarge",
        "edischarge_day": "eDischargeDay",
        "batt_strings": "battStrings",
        "meter_connect_status": "meterConnectStatus",
        "mtactivepower_r": "mtActivepowerR",
        "mtactivepower_s": "mtActivepowerS",
        "mtactivepower_t": "mtActivepowerT",
        "backup_vload_s": "backUpVload_S",
        "backup_vload_t": "backUpVload_T",
    }
    return {name: full[other] for name, other in spellings.items()}
