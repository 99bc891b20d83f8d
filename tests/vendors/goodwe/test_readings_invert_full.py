"""Every field of ``invert_full`` has a place, or a reason why nothing is made of it (goodwe.md §4.4)."""

from typing import Any, Final

import pytest

from custom_components.solar_battery_hub.vendors.goodwe.fields_legacy import NOT_READ
from custom_components.solar_battery_hub.vendors.goodwe.readings import batteries_of, firmware_of

from .reading_desk import NOW, monitor, row
from .recordings import load, needs_recordings

NAMES: Final = frozenset(
    [
        "sn",
        "powerstation_id",
        "name",
        "model_type",
        "change_type",
        "change_time",
        "capacity",
        "eday",
        "iday",
        "etotal",
        "itotal",
        "hour_total",
        "status",
        "turnon_time",
        "pac",
        "tempperature",
        "vpv1",
        "vpv2",
        "vpv3",
        "vpv4",
        "ipv1",
        "ipv2",
        "ipv3",
        "ipv4",
        "vac1",
        "vac2",
        "vac3",
        "iac1",
        "iac2",
        "iac3",
        "fac1",
        "fac2",
        "fac3",
        "istr1",
        "istr2",
        "istr3",
        "istr4",
        "istr5",
        "istr6",
        "istr7",
        "istr8",
        "istr9",
        "istr10",
        "istr11",
        "istr12",
        "istr13",
        "istr14",
        "istr15",
        "istr16",
        "last_time",
        "vbattery1",
        "ibattery1",
        "pmeter",
        "soc",
        "soh",
        "bms_discharge_i_max",
        "bms_charge_i_max",
        "bms_warning",
        "bms_alarm",
        "battary_work_mode",
        "workmode",
        "vload",
        "iload",
        "firmwareversion",
        "bmssoftwareversion",
        "pbackup",
        "seller",
        "buy",
        "yesterdaybuytotal",
        "yesterdaysellertotal",
        "yesterdayct2sellertotal",
        "yesterdayetotal",
        "yesterdayetotalload",
        "yesterdaylastime",
        "thismonthetotle",
        "lastmonthetotle",
        "ram",
        "outputpower",
        "fault_messge",
        "battery1sn",
        "battery2sn",
        "battery3sn",
        "battery4sn",
        "battery5sn",
        "battery6sn",
        "battery7sn",
        "battery8sn",
        "pf",
        "pv_power",
        "reactive_power",
        "leakage_current",
        "isbuettey",
        "isbuetteybps",
        "isbuetteybpu",
        "isESUOREMU",
        "backUpPload_S",
        "backUpVload_S",
        "backUpIload_S",
        "backUpPload_T",
        "backUpVload_T",
        "backUpIload_T",
        "eTotalBuy",
        "eDayBuy",
        "eBatteryCharge",
        "eChargeDay",
        "eBatteryDischarge",
        "eDischargeDay",
        "battStrings",
        "meterConnectStatus",
        "mtActivepowerR",
        "mtActivepowerS",
        "mtActivepowerT",
        "ezPro_connect_status",
        "dataloggersn",
        "equipment_name",
        "hasmeter",
        "meter_type",
        "pre_hour_lasttotal",
        "pre_hour_time",
        "current_hour_pv",
        "extend_properties",
        "eP_connect_status_happen",
        "eP_connect_status_recover",
        "total_sell",
        "total_buy",
        "errors",
        "safetyConutry",
        "deratingMode",
        "relation_id",
        "ct_solution_type",
        "cts",
        "check_code",
        "hour_stat_eday",
        "isoLimit",
        "isConnectSTS",
        "master",
        "parallel_code",
        "inverter_type",
        "total_pbattery",
        "battery_count",
        "more_batterys",
        "genset_start_mode",
        "genset_mode",
        "genset_etotal",
        "genset_yeasterdayTotal",
        "genset_power",
        "genset_eday",
        "all_eday",
        "output_etotal",
        "output_yeasterdayTotal",
        "output_eday",
        "battery_index",
        "batterycabinets",
        "communicateBox",
        "dspSvnVersion",
        "armSvnVersion",
        "phase_sequence",
        "canBusMaster",
        "canBusTotalSoc",
        "canBusTotalPVPower",
        "canBusBatteryPower",
        "canBusMeterPower",
        "canBusLoadPower",
        "parallelSnList",
        "hour_stat_output_eday",
        "current_hour_output",
        "pre_hour_totaloutput",
        "grid_conn_status",
        "activePowerPhaseA",
        "activePowerPhaseB",
        "activePowerPhaseC",
        "meterRPhasePower",
        "meterSPhasePower",
        "meterTPhasePower",
        "current_hour_upload",
        "cumulativeTime",
        "setAsMeter",
        "arm_function",
        "escportmode",
        "micro_grid_flag",
        "isMicroGrid",
        "micro_grid_power",
        "stat_info",
        "double_meter_flag",
        "meter_connect_type",
        "isDoubleMeterSet",
    ]
)
"""The seed's fields, and those that newer servers have added."""

# A roof with panels alone, a hybrid that tells everything, and one that tells of its batteries and meter another way.
ROOF: Final[dict[str, Any]] = {"model_type": "GW5000-MS-30", "pac": 1500.0, "eday": 5.0, "workmode": 1}
HYBRID: Final[dict[str, Any]] = {
    **dict.fromkeys(NAMES, 3.0),
    "sn": "9010KETU000W0001",
    "model_type": "GW10K-ET",
    "status": 1,
    "workmode": 1,
    "battary_work_mode": 3,
    "last_time": int((NOW.timestamp() - 60) * 1000),
    "isbuettey": True,
    "isbuetteybps": False,
    "isbuetteybpu": False,
    "more_batterys": None,
    "errors": [],
    "fault_messge": 0,
    "pbackup": 400.0,
    "pmeter": 317.0,
    "grid_conn_status": 1,
    "firmwareversion": 15.0,
}
OTHER: Final[dict[str, Any]] = HYBRID | dict.fromkeys(
    ("buy", "total_buy", "mtActivepowerR", "mtActivepowerS", "mtActivepowerT", "pv_power")
)
BOX: Final[dict[str, Any]] = {"isbuettey": True, "pac": 677.8, "vac1": 338.8, "vpv1": 338.9}

FLAGS: Final = frozenset({"isbuettey", "isbuetteybps", "isbuetteybpu"})
INSTEAD: Final[dict[str, Any]] = {
    "status": 2,
    "workmode": 2,
    "battary_work_mode": 2,
    "model_type": "GW5048D-ES",
    "last_time": HYBRID["last_time"] - 5000,
    "errors": [{"error_code": "E-1"}],
    "more_batterys": [{"vbattery": 50.0}],
    "grid_conn_status": 0,
    "soh": 88.0,
    "soc": 55.0,
    "pf": 0.5,
}


def everything(full: dict[str, Any]) -> Any:
    """Return all that is made of an inverter."""
    told = {**row(), "invert_full": row()["invert_full"] | full}
    found = monitor({"inverter": [told]})
    return found.values, found.times, firmware_of(told), batteries_of(told)


def other(name: str, value: Any) -> Any:
    """Return another value than this one for a field."""
    if name in INSTEAD:
        return INSTEAD[name]
    if isinstance(value, str | bool):
        return "other" if isinstance(value, str) else not value
    return name in FLAGS or (value or 0.0) + 7


def matters(name: str) -> bool:
    """Tell whether another value of a field makes a difference anywhere."""
    return any(
        everything(full | {name: other(name, full.get(name))}) != everything(full)
        for full in (ROOF, HYBRID, OTHER, BOX)
    )


@pytest.mark.parametrize("name", sorted(NAMES - NOT_READ.keys()))
def test_it_has_a_place(name: str) -> None:
    assert matters(name)


@pytest.mark.parametrize("name", sorted(NOT_READ))
def test_there_is_a_reason_why_it_has_none(name: str) -> None:
    assert len(NOT_READ[name]) > 10
    assert name in NAMES
    assert not matters(name)


@needs_recordings
def test_no_field_is_forgotten() -> None:
    recorded = {*load("legacy_invert_full_bp_battery_charging")}
    for inverter in load("legacy_monitor_detail_ms30_evening_import")["inverter"]:
        recorded |= {*inverter["invert_full"]}
    assert recorded == NAMES
