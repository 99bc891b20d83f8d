"""The tlx (MIN) calls of the password API: status in kW, overview, charts, battery packs (growatt.md A.6.2)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from tests.simulators.growatt.legacy_mix import Bean, Fields, bucket, day_sums, pick
from tests.simulators.growatt.legacy_values import kilowatts, text
from tests.simulators.growatt.record import Energies, PackRecord, Record

DAY_BUCKETS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 5)]
PARAMETER_NAMES = "Fac(Hz),Pac(W),Ppv(W),Ppv1(W),Ppv2(W),Vpv1(V),Ipv1(A),Vpv2(V),Ipv2(A),E_Today(kWh),E_Total(kWh)"

STATUS: Fields = {
    "SOC": ("bmsSoc", text),
    "SOC2": ("soc2", text),
    "soc1": ("soc1", text),
    "soc2": ("soc2", text),
    "chargePower1": ("bdc1ChargePower", kilowatts),
    "chargePower2": ("bdc2ChargePower", kilowatts),
    "pdisCharge1": ("bdc1DischargePower", kilowatts),
    "pdisCharge2": ("bdc2DischargePower", kilowatts),
    "pLocalLoad": ("pacToLocalLoad", kilowatts),
    "pactogrid": ("pacToGridTotal", kilowatts),
    "pactouser": ("pacToUserTotal", kilowatts),
    "ppv": ("ppv", kilowatts),
    **{f"pPv{number}": (f"ppv{number}", kilowatts) for number in range(1, 5)},
    **{f"vPv{number}": (f"vpv{number}", text) for number in range(1, 5)},
    "pac": ("pac", kilowatts),
    "pex": ("pex1", lambda watts: kilowatts(max(0.0, watts))),
    "vBat": ("bmsVbat", text),
    "vac1": ("vac1", text),
    "vAc1": ("vac1", text),
    "fAc": ("fac", lambda value: text(value, 2)),
    "status": ("status", text),
    "invStatus": ("status", text),
    "bdcStatus": ("bdcStatus", text),
    "operatingMode": ("operatingMode", text),
    "uwSysWorkMode": ("uwSysWorkMode", text),
    "upsVac1": ("epsVac1", text),
    "upsFac": ("epsFac", text),
    "bMerterConnectFlag": ("bMerterConnectFlag", text),
}
OVERVIEW: Fields = {
    "epvTotal": ("epvTotal", text),
    "elocalLoadToday": ("elocalLoadToday", text),
    "elocalLoadTotal": ("elocalLoadTotal", text),
    "etoGridToday": ("etoGridToday", text),
    "etogridTotal": ("etoGridTotal", text),
    "echargetoday": ("echargeToday", text),
    "echargetotal": ("echargeTotal", text),
    "edischargeToday": ("edischargeToday", text),
    "edischargeTotal": ("edischargeTotal", text),
}
UNUSED_STATUS = {
    "socType": "0",
    "prePto": "-1",
    "wBatteryType": "0",
    "bmsBatteryEnergy": "0kWh",
    "dType": "5",
    "deviceType": "0",
    "isMasterOne": "0",
    "tbModuleNum": "0",
    "tips": "",
}


def status(bean: Bean, rated_w: float, priority: int) -> dict[str, Any]:
    """Return ``getSystemStatus_KW``: text throughout, all powers in kW."""
    fields = pick(STATUS, bean)
    charge = bean["bdc1ChargePower"] + bean["bdc2ChargePower"]
    discharge = bean["bdc1DischargePower"] + bean["bdc2DischargePower"]
    return (
        fields
        | UNUSED_STATUS
        | {
            "chargePower": kilowatts(charge),
            "pdisCharge": kilowatts(discharge),
            "pmax": kilowatts(rated_w),
            "priorityChoose": str(priority),
            "lost": "tlx.status.lost" if bean["lost"] else "tlx.status.normal",
            "unit": "kW",
        }
    )


def overview(bean: Bean) -> dict[str, Any]:
    """Return ``getEnergyOverview``: exactly these keys, none for what was bought."""
    solar_today = sum(bean[f"epv{number}Today"] for number in range(1, 5))
    return pick(OVERVIEW, bean) | {"epvToday": text(solar_today), "isMasterOne": "0"}


# --- charts ----------------------------------------------------------------------------------------------------------

POWERS: Mapping[str, Callable[[Record], float]] = {
    "ppv": lambda row: row.solar_w,
    "sysOut": lambda row: row.output_w,
    "userLoad": lambda row: row.load_w,
    "pacToUser": lambda row: max(0.0, row.grid_w),
    "pacToGrid": lambda row: max(0.0, -row.grid_w),
    "chargePower": lambda row: max(0.0, -row.battery_w),
    "outP": lambda row: max(0.0, row.battery_w),
    "pself": lambda row: row.load_w - max(0.0, row.grid_w) + row.grid_charge_w,
    "pex": lambda _row: 0.0,
}
ENERGIES: Mapping[str, Callable[[Energies], float]] = {
    "eac": lambda sums: sums.output,
    "charge": lambda sums: sums.charged,
    "echarge": lambda sums: sums.discharged,
    "acCharge": lambda sums: sums.grid_charge,
    "pacToGrid": lambda sums: sums.exported,
    "pself": lambda sums: max(0.0, sums.load - sums.imported + sums.grid_charge),
    "sysOut": lambda sums: sums.load,
    "pex": lambda _sums: 0.0,
    "epv3": lambda _sums: 0.0,
}
EXTRAS = {
    "unit": "kWh",
    "unit2": "kW",
    "keyNames": ["Photovoltaic Output", "Load Consumption", "Imported From Grid", "Exported To Grid"],
    "newBean": {"exportLimit": "0", "exportLimitPower2": "0kW", "pac": "0kW", "dryContactStatus": "0"},
}


def day_chart(rows: Sequence[Record]) -> dict[str, dict[str, float]]:
    """Return a day's chart in kW as numbers: all 288 buckets, 0 where nothing was measured (yet)."""
    values: dict[str, dict[str, float]] = {key: dict.fromkeys(POWERS, 0) for key in DAY_BUCKETS}
    for row in rows:
        values[bucket(row.time)] = {name: round(power(row) / 1_000, 2) for name, power in POWERS.items()}
    return values


def bar_chart(start: date, bars: Sequence[Energies]) -> dict[str, Any]:
    """Return a chart of energies in kWh: parallel lists, an element for each day, month or year."""
    lists = {name: [round(energy(sums), 1) for sums in bars] for name, energy in ENERGIES.items()}
    return {"date": start.isoformat()} | lists


def charts(chart: Mapping[str, Any], energies: Energies, discharged_total: float) -> dict[str, Any]:
    """Return ``getEnergyProdAndCons_KW``: a chart and the sums of its time."""
    return day_sums(energies) | {"chartData": chart, "echargeToat": text(discharged_total)} | EXTRAS


# --- battery packs ---------------------------------------------------------------------------------------------------


def pack_info(pack: PackRecord, *, lost: bool) -> dict[str, Any]:
    """Return ``getBatInfo``; ``chargeOrDisPower`` + = charging. A pack that is gone keeps its last words (``lost``)."""
    return {"serialNum": pack.serial, "lost": lost, **_pack_values(pack)}


def pack_detail(pack: PackRecord, *, lost: bool) -> dict[str, Any]:
    """Return ``data`` of ``getBatDetailData``."""
    codes = dict.fromkeys(("errorCode", "errorSubCode", "warnCode", "warnSubCode"), "0")
    state = {"status": "-1" if lost else "1", "bmNum": "1", "systemWorkStatus": "0" if lost else "1"}
    return _pack_values(pack) | state | codes


def _pack_values(pack: PackRecord) -> dict[str, str]:
    """Return what a pack measures."""
    return {
        "chargeOrDisPower": text(-pack.power_w),
        "chargeTotal": text(pack.charged),
        "dischargeTotal": text(pack.discharged),
        "soc": text(pack.soc),
    }
