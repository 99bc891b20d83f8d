"""Every field route B knows of an inverter, with its type, as far as the simulator has nothing to say of it (§4.4).

``blank(text)`` turns a list into an object: i and f are 0, s is "", b is false, o is null, l is an empty list.
"""

from collections.abc import Callable
from typing import Any

EMPTY: dict[str, Callable[[], Any]] = {
    "i": int,
    "f": float,
    "s": str,
    "b": bool,
    "l": list,
    "o": lambda: None,
}


def blank(fields: str) -> dict[str, Any]:
    """Return an object with every field of a list at its empty value."""
    pairs = (field.split(":") for field in fields.split())
    return {name: EMPTY[kind]() for name, kind in pairs}


FULL = """
relation_id:s ct_solution_type:i cts:o sn:s check_code:s powerstation_id:s name:s model_type:s change_type:i
change_time:i capacity:f eday:f hour_stat_eday:f iday:f etotal:f itotal:f hour_total:f status:i turnon_time:i pac:f
tempperature:f vpv1:f vpv2:f vpv3:f vpv4:f ipv1:f ipv2:f ipv3:f ipv4:f vac1:f vac2:f vac3:f iac1:f iac2:f iac3:f
fac1:f fac2:f fac3:f istr1:f istr2:f istr3:f istr4:f istr5:f istr6:f istr7:f istr8:f istr9:f istr10:f istr11:f
istr12:f istr13:f istr14:f istr15:f istr16:f last_time:i vbattery1:f ibattery1:f pmeter:f soc:f soh:f
bms_discharge_i_max:o bms_charge_i_max:f bms_warning:i bms_alarm:o battary_work_mode:i workmode:i vload:f iload:f
firmwareversion:f bmssoftwareversion:o pbackup:f seller:f buy:f yesterdaybuytotal:f yesterdaysellertotal:f
yesterdayct2sellertotal:o yesterdayetotal:o yesterdayetotalload:f yesterdaylastime:i thismonthetotle:f
lastmonthetotle:f ram:f outputpower:f fault_messge:i battery1sn:o battery2sn:o battery3sn:o battery4sn:o battery5sn:o
battery6sn:o battery7sn:o battery8sn:o pf:f pv_power:f reactive_power:f leakage_current:i isoLimit:o isbuettey:b
isbuetteybps:b isbuetteybpu:b isESUOREMU:b isConnectSTS:b backUpPload_S:f backUpVload_S:f backUpIload_S:f
backUpPload_T:f backUpVload_T:f backUpIload_T:f eTotalBuy:o eDayBuy:f eBatteryCharge:o eChargeDay:f
eBatteryDischarge:o eDischargeDay:f battStrings:o meterConnectStatus:o mtActivepowerR:f mtActivepowerS:f
mtActivepowerT:f ezPro_connect_status:o dataloggersn:s equipment_name:o hasmeter:b meter_type:o pre_hour_lasttotal:o
pre_hour_time:o current_hour_pv:f extend_properties:o eP_connect_status_happen:o eP_connect_status_recover:o
total_sell:f total_buy:f errors:l safetyConutry:f deratingMode:o master:o parallel_code:o inverter_type:i
total_pbattery:f battery_count:o more_batterys:o genset_start_mode:o genset_mode:o genset_etotal:o
genset_yeasterdayTotal:o genset_power:o genset_eday:f all_eday:f output_etotal:f output_yeasterdayTotal:f
output_eday:f battery_index:o batterycabinets:o communicateBox:o dspSvnVersion:o armSvnVersion:o phase_sequence:o
canBusMaster:o canBusTotalSoc:f canBusTotalPVPower:f canBusBatteryPower:f canBusMeterPower:f canBusLoadPower:f
parallelSnList:o hour_stat_output_eday:f current_hour_output:f pre_hour_totaloutput:o grid_conn_status:s
activePowerPhaseA:o activePowerPhaseB:o activePowerPhaseC:o meterRPhasePower:o meterSPhasePower:o meterTPhasePower:o
current_hour_upload:o cumulativeTime:o setAsMeter:o arm_function:o escportmode:o micro_grid_flag:b isMicroGrid:b
micro_grid_power:f double_meter_flag:b meter_connect_type:o isDoubleMeterSet:b
"""
MICRO_GRID = """
microgrid_energy_total:o microgrid_yesterday_total:o microgrid_energy_day:f microgrid_current_hour:o
microgrid_hour_stat:o microgrid_pre_hour_total:o
"""
OUTER = """
is_stored:b it_change_flag:b next:o prev:o warning_bms:s bms_status:s fault_message:s warning_code:o
backup_pload_s:f backup_vload_s:f backup_iload_s:f backup_pload_t:f backup_vload_t:f backup_iload_t:f etotal_buy:o
eday_buy:f ebattery_charge:o echarge_day:f ebattery_discharge:o edischarge_day:f batt_strings:o
meter_connect_status:o mtactivepower_r:f mtactivepower_s:f mtactivepower_t:f has_tigo:b canStartIV:b battery_count:o
master:o
"""
EQUIPMENT = """
type:s title:s status:i model:o statusText:o capacity:o actionThreshold:o subordinateEquipment:s powerGeneration:s
eday:s brand:s isStored:b soc:s isChange:b relationId:s sn:s has_tigo:b is_sec:b is_secs:b targetPF:o
exportPowerlimit:o batterySN:o batterySN1:o batteryModule:o moreBatterySign:o batteryModuleNum:o batteryModuleAdded:o
mark:b master:i changerVer:i
"""
POINT = "display:s unit:s text_cn:s target_sn_six:o target_sn_seven:o target_type:o storage_name:o"
"""
What a call's ``points[]`` tell of a column besides its index, name and key.
"""
