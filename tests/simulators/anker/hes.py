"""HES X1: what is known of its answers, and what other sites are answered (anker.md §6.6, §10.4)."""

from collections.abc import Callable
from typing import Any, Final

from tests.simulators.anker.call import (
    MISFIT,
    REQUEST_FAILED,
    WRONG_PARAMETER,
    Bean,
    Call,
    Refused,
    Route,
    post,
)
from tests.simulators.anker.device import Device
from tests.simulators.anker.energies import NOTHING, Energies, total
from tests.simulators.anker.energy_analysis import PERIODS, Period
from tests.simulators.anker.energy_statistics import answer, inquiry
from tests.simulators.anker.energy_totals import CO2_PER_KWH, two
from tests.simulators.anker.panel import carbon
from tests.simulators.anker.site import Site
from tests.simulators.anker.units import grown

SERVICE: Final = "charging_hes_svc/"
KIND = "hes"
NO_INSTALLER_SYSTEM: Final = 200104
SIGNS = ("$", "€", "£")
STRANGE: Bean = {
    "mainSn": "",
    "pcsSns": None,
    "mainDeviceModel": "",
    "connected": False,
    "totalSystemSavings": 0,
    "systemSavingsPriceUnit": "",
    "saveCarbonFootprint": 0,
    "saveCarbonUnit": "",
    "saveCarbonC": CO2_PER_KWH,
    "totalSystemPowerGeneration": 0,
    "systemPowerGenerationUnit": "",
    "numberOfParallelDevice": 0,
    "batCount": 0,
    "rePostTime": 5,
    "supportDiesel": False,
    "net": 0,
    "isAddHeatPump": False,
    "realNet": 0,
    "systemCode": "",
    "emsDisable": False,
    "enwgs": None,
    "hasEvCharger": False,
    "evChargerInfos": None,
    "countryCode": "",
    "mode": 0,
}
"""The running info of a site that is no HES."""


def _site(call: Call, code: int) -> Site:
    """Return the site that is asked for; one that is no HES is refused with ``code``."""
    site = call.site("siteId")
    if site.kind != KIND:
        raise Refused(code)
    return site


def _mains(site: Site) -> list[Device]:
    """Return the main units of a system."""
    return site.of_kind(KIND)


def running_info(call: Call) -> Bean:
    """Return what a system is and has made; any other site is answered with nothing in every field."""
    site = call.site("siteId")
    if site.kind != KIND:
        return STRANGE
    energy = site.diary.lifetime_at(call.world.extras.statistics.until(call.now)).solar
    value, unit = grown(energy, kilo="KWh")
    spared, mass = carbon(energy * CO2_PER_KWH)
    mains = _mains(site)
    return {
        **STRANGE,
        "mainSn": mains[0].serial,
        "pcsSns": [device.serial for device in mains],
        "mainDeviceModel": mains[0].model,
        "connected": mains[0].powered,
        "totalSystemSavings": round(energy * site.tariff.price, 2),
        "systemSavingsPriceUnit": site.tariff.unit,
        "saveCarbonFootprint": spared,
        "saveCarbonUnit": mass,
        "totalSystemPowerGeneration": float(value),
        "systemPowerGenerationUnit": unit,
        "numberOfParallelDevice": len(mains),
        "batCount": len(site.of_kind("pack")),
        "net": 1,
        "realNet": 1,
        "countryCode": "DE",
        "mode": 1,
        **_charger(site),
    }


def _charger(site: Site) -> Bean:
    """Return what the running info tells of a charger."""
    if site.charger is None:
        return {}
    told = {
        "evChargerSn": site.charger.serial,
        "evChargerStatus": int(site.charger.state),
        "evChargerHesAlarm": 0,
        "evChargerName": "",
    }
    return {"hasEvCharger": True, "evChargerInfos": [told]}


def devices(call: Call) -> Bean:
    """Return the main units; each appears as several parts with one serial number, its battery modules as parts too."""
    site = _site(call, MISFIT)
    packs = [{"sn": device.serial, "pn": device.model, "type": "pack"} for device in site.of_kind("pack")]
    results = [
        {
            "sn": device.serial,
            "pn": device.model,
            "type": "pcs",
            "name": device.product.name,
            "aliasName": device.alias,
            "subDevInfo": [
                {"sn": device.serial, "pn": device.model, "type": "ems"},
                {"sn": device.serial, "pn": device.model, "type": "pcs"},
                *(packs if number == 0 else ()),
            ],
        }
        for number, device in enumerate(_mains(site))
    ]
    return {"ats": {"sn": "", "pn": "", "type": ""}, "results": results, "ecuDevices": []}


def energies(call: Call) -> Bean:
    """Return energies of a source; 10000 for a site that is no HES."""
    _site(call, REQUEST_FAILED)
    return answer(inquiry(call, "hes"))


def profit(call: Call) -> Bean:
    """Return savings, CO2 and yield of each day or month, and where the consumption came from."""
    site, kind = _site(call, REQUEST_FAILED), call.text("dateType")
    start, end = call.text("start"), call.text("end", "")
    periods = PERIODS["week"](start, end) if kind == "day" else _periods(kind, start, end)
    until = call.world.extras.statistics.until(call.now)
    sums = [total(site.diary.counted(day, until) or NOTHING for day in period.days) for period in periods]
    whole = total(sums)
    return {
        "savings": [two(energies.solar * site.tariff.price) for energies in sums],
        "savingsUnit": site.tariff.unit,
        "saveCarbons": [two(energies.solar * CO2_PER_KWH) for energies in sums],
        "saveCarbonsUnit": "kg",
        "powerGenerations": [two(energies.solar) for energies in sums],
        "powerGenerationsUnit": "KWh",
        "aggregates": [],
        "percents": [{"type": name, "value": _percent(part, whole.home)} for name, part in _shares(whole).items()],
        "selfPowerPercent": _percent(whole.home - whole.grid_to_home, whole.home),
    }


def _periods(kind: str, start: str, end: str) -> list[Period]:
    if kind not in PERIODS:
        raise Refused(WRONG_PARAMETER)
    return PERIODS[kind](start, end)


def _shares(energies: Energies) -> dict[str, float]:
    """Return where the consumption came from."""
    return {"hes": energies.battery_to_home, "solar": energies.solar_to_home, "grid": energies.grid_to_home}


def _percent(part: float, whole: float) -> str:
    return f"{round(100 * part / whole) if whole else 0}%"


def wifi(call: Call) -> Bean:
    """Return the Wi-Fi of a main unit."""
    device = call.device("sn")
    told = {"ssid": "attic-net", "rssi": device.rssi}
    return {**told, "wifiInfos": [{"sn": device.serial, "pn": device.model, "type": "pcs", **told, "encryption": ""}]}


def money(_call: Call) -> Bean:
    """Return the signs prices may be told with."""
    return {"priceUnits": [{"priceUnit": sign, "isDefault": sign == "€"} for sign in SIGNS]}


def _always(data: Any) -> Callable[[Call], Any]:
    """Return a handler that answers the same whatever is asked."""
    return lambda _call: data


def _refused(code: int) -> Callable[[Call], Any]:
    """Return a handler that refuses what only an X1 could answer, or nobody."""

    def run(call: Call) -> Any:
        raise Refused(code)

    return run


ROUTES: tuple[Route, ...] = (
    post(SERVICE + "get_system_running_info", running_info),
    post(SERVICE + "get_hes_dev_info", devices),
    post(SERVICE + "get_energy_statistics", energies),
    post(SERVICE + "get_system_profit_detail", profit),
    post(SERVICE + "get_wifi_info", wifi, owner=True),
    post(SERVICE + "get_world_monetary_unit", money),
    post(SERVICE + "get_install_info", _always({"installLocation": "", "installEnv": ""})),
    post(SERVICE + "get_heat_pump_plan_json", _always({"heat_pump_plan_json": ""})),
    post(
        SERVICE + "get_electric_utility_and_electric_plan_list",
        _always({"electric_utility_and_elecric_plan_list": None}),
    ),
    post(SERVICE + "get_mi_layout", _refused(MISFIT)),
    post(SERVICE + "get_installer_info", _refused(REQUEST_FAILED)),
    post(SERVICE + "get_conn_net_tips", _refused(REQUEST_FAILED)),
    post(SERVICE + "get_system_running_time", _refused(REQUEST_FAILED)),
    post(SERVICE + "report_device_data", _refused(NO_INSTALLER_SYSTEM)),
)
