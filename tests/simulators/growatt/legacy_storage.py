"""The storage (SPF), SPA, MAX and classic inverter calls of the password API (growatt.md A.6, A.6.1, A.6.4, D.1, D.5)."""

from collections.abc import Sequence
import json
from typing import Any

from tests.simulators.growatt.legacy_mix import Bean, Fields, pick
from tests.simulators.growatt.legacy_values import kilowatts, text
from tests.simulators.growatt.record import Record

STORAGE_OVERVIEW: Fields = {
    **{
        f"{name}{span}": (f"{name}{span}", text)
        for name in ("eToUser", "eCharge", "eDischarge", "epv")
        for span in ("Today", "Total")
    },
    "eLoadToday": ("eopDischrToday", text),
    "eLoadTotal": ("eopDischrTotal", text),
    "useEnergyToday": ("eacDisChargeToday", text),
    "useEnergyTotal": ("eacDisChargeTotal", text),
}
STORAGE_SUMMARY: Fields = {
    "capacity": ("capacity", lambda value: f"{text(value)}%"),
    "ppv": ("ppv", text),
    "pCharge": ("pCharge", text),
    "pDischarge": ("pDischarge", text),
    "vBat": ("vBat", text),
    "outPutPower": ("outPutPower", text),
    "status": ("status", text),
    "epvToday": ("epvToday", text),
    "eChargeToday": ("eChargeToday", text),
    "eDischargeToday": ("eDischargeToday", text),
}
SPA_STATUS: Fields = {
    "SOC": ("soc", text),
    "chargePower": ("pcharge1", kilowatts),
    "pdisCharge1": ("pdischarge1", kilowatts),
    "pLocalLoad": ("plocalLoadTotal", kilowatts),
    "pactogrid": ("pacToGridTotal", kilowatts),
    "pactouser": ("pacToUserTotal", kilowatts),
    "ppv": ("ppvInverter", kilowatts),
    "vBat": ("vbat", text),
    "vAc1": ("vac1", text),
    "vac1": ("vac1", text),
    "fAc": ("fac", lambda value: text(value, 2)),
    "priorityChoose": ("priorityChoose", text),
    "status": ("status", text),
    "uwSysWorkMode": ("uwSysWorkMode", text),
}
SPA_OVERVIEW: Fields = {
    "echargetoday": ("echarge1Today", text),
    "echargetotal": ("echarge1Total", text),
    "edischarge1Today": ("edischargeToday", text),
    "edischarge1Total": ("edischargeTotal", text),
    "elocalLoadToday": ("elocalLoadToday", text),
    "elocalLoadTotal": ("elocalLoadTotal", text),
    "epvToday": ("epvInverterToday", text),
    "epvTotal": ("epvInverterTotal", text),
    "etoGridToday": ("etoGridToday", text),
    "etogridTotal": ("etogridTotal", text),
}
TWO_RENAMED = {
    "e_today": "powerToday",
    "e_total": "powerTotal",
    "e_rac_today": "eRacToday",
    "e_rac_total": "eRacTotal",
    "t_total": "timeTotal",
    "strfault": "strFault",
    "strwarning": "strUnmatch",
    "strbreak": "strBreak",
    "pidwarning": "pidFaultCode",
}
TWO_SAME = (
    *("fac", "pac", "ppv", "rac"),
    *(f"{kind}{phase}" for kind in ("pac", "iac", "vac") for phase in "rst"),
    *(f"{kind}{number}" for kind in ("vpv", "ipv", "ppv") for number in range(1, 4)),
)
PARAMETER_NAMES = "Fac(Hz),Pac(W),E_Today(kWh),E_Total(kWh),Vpv1(V),Ipv1(A),Vpv2(V),Ipv2(A)"


def inverter_two(bean: Bean) -> dict[str, Any]:
    """Return ``getInverterDetailData_two``: the same values by other names (A.6.1)."""
    renamed = {name: bean[source] for name, source in TWO_RENAMED.items()}
    strings = {f"{kind}string{number}": 0.0 for kind in "vi" for number in range(1, 9)}
    data = renamed | {name: bean[name] for name in TWO_SAME} | strings | {"time": bean["time"]}
    return {"data": data, "parameterName": PARAMETER_NAMES}


def power_series(rows: Sequence[Record], series: str) -> dict[str, float]:
    """Return the powers of a day in W: series 1 is what the panels gave, any other what the inverter did (A.6.1).

    The newest half comes first, as the order means nothing.
    """
    values = {f"{row.time:%Y-%m-%d %H:%M}": row.solar_w if series == "1" else row.output_w for row in rows}
    times = list(values)
    middle = len(times) // 2
    return {time: values[time] for time in times[middle:] + times[:middle]}


def storage_overview(bean: Bean) -> dict[str, Any]:
    """Return ``getEnergyOverviewData``."""
    return pick(STORAGE_OVERVIEW, bean)


def storage_summary(bean: Bean) -> dict[str, Any]:
    """Return ``getStorageInfo``."""
    return pick(STORAGE_SUMMARY, bean)


def spa_status(bean: Bean) -> dict[str, Any]:
    """Return the SPA's ``getSystemStatus``."""
    state = "spa.status.lost" if bean["lost"] else "spa.status.normal"
    return pick(SPA_STATUS, bean) | {"lost": state, "unit": "kW"}


def spa_overview(bean: Bean) -> dict[str, Any]:
    """Return the SPA's ``getEnergyOverview``."""
    return pick(SPA_OVERVIEW, bean)


def inverter_page(facts: dict[str, str]) -> bytes:
    """Return the web page of a classic inverter's settings: an object in the middle of a script (A.9.1)."""
    script = f"var inv=JSON.parse('{json.dumps(facts)}');"
    return f"<!DOCTYPE html><html><head><title>Set</title><script>{script}</script></head><body></body></html>".encode()
