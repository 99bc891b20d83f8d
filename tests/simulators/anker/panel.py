"""Power panels: running info, energies, tariff plan and manual backup (anker.md §6.5, §10.4, §12.9, §12.10)."""

from typing import Any, Final

from tests.simulators.anker.call import NOT_FOUND, WRONG_PARAMETER, Bean, Call, Refused, Route, post
from tests.simulators.anker.disaster import ROUTES as DISASTER_ROUTES
from tests.simulators.anker.energy_statistics import answer, inquiry
from tests.simulators.anker.energy_totals import CO2_PER_KWH
from tests.simulators.anker.rate_plan import rule_of
from tests.simulators.anker.site import Site
from tests.simulators.anker.units import grown

SERVICE: Final = "charging_energy_service/"
PANEL = "power_panel"
MONEY = (("$", "USD"), ("€", "EUR"), ("£", "GBP"))


def _site(call: Call) -> Site:
    """Return the site that is asked for; only those around a power panel are known here."""
    site = call.site("siteId")
    if site.kind != PANEL:
        raise Refused(NOT_FOUND)
    return site


def _sn(call: Call) -> str:
    """Return the serial number that is asked for; refuse one the account has not."""
    return call.device("sn").serial


def carbon(kilograms: float) -> tuple[float, str]:
    """Return spared CO2 and its unit: kg until 999.99, then t."""
    return (round(kilograms, 2), "kg") if kilograms < 1_000 else (round(kilograms / 1_000, 2), "t")


def running_info(call: Call) -> Bean:
    """Return what a system has saved and made in its life, as numbers."""
    site = _site(call)
    energy = site.diary.lifetime_at(call.world.extras.statistics.until(call.now)).solar
    value, unit = grown(energy, kilo="KWh")
    spared, mass = carbon(energy * CO2_PER_KWH)
    panels = site.of_kind(PANEL)
    return {
        "connect_infos": {device.serial: device.powered for device in panels},
        "connected": any(device.powered for device in panels),
        "total_system_savings": round(energy * site.tariff.price, 2),
        "system_savings_price_unit": site.tariff.unit,
        "save_carbon_footprint": spared,
        "save_carbon_unit": mass,
        "save_carbon_c": CO2_PER_KWH,
        "total_system_power_generation": float(value),
        "system_power_generation_unit": unit,
    }


def energies(call: Call) -> Bean:
    """Return energies of a source; a site of another kind has none."""
    _site(call)
    return answer(inquiry(call, "panel"))


def errors(_call: Call) -> Bean:
    """Return no errors."""
    return {"error_infos": []}


def device_infos(call: Call) -> Bean:
    """Return how the asked devices are bound; unknown serials are left out."""
    serials = call.body.get("sns")
    if not isinstance(serials, list):
        raise Refused(WRONG_PARAMETER)
    found = [device for serial in serials if (device := call.world.device(str(serial))) is not None and device.is_owner]
    return {
        "device_infos": [
            {
                "sn": device.serial,
                "device_type": device.model,
                "ble_mac": device.mac,
                "ble_bind_type": 1,
                "wifi_bind_type": 1,
                "connect": device.powered,
                "site_id": device.site.id if device.site is not None else "",
            }
            for device in found
        ]
    }


def wifi(call: Call) -> Bean:
    """Return the Wi-Fi of a panel; its ``rssi`` is a percentage (§6.5)."""
    _sn(call)
    return {"ssid": "attic-net", "rssi": 100}


def inspection(call: Call) -> Bean:
    """Return an inspection that found nothing."""
    _site(call)
    return {"latest_result": 1, "latest_time": 0, "latest_page": "", "need_self_inspection": False}


def configs(call: Call) -> Bean:
    """Return no configuration."""
    _site(call)
    return {"configs": []}


def serials(call: Call) -> Bean:
    """Return the serial number behind each address; the main device's is empty."""
    main, macs = call.text("main_sn"), call.body.get("macs")
    known = {device.mac: device.serial for device in call.world.own_devices}
    asked = macs if isinstance(macs, list) else []
    return {"mac_sn_map": {mac: "" if known.get(mac) == main else known.get(mac, "") for mac in asked}}


def money(call: Call) -> Bean:
    """Return the signs prices may be told with."""
    device = call.device("sn")
    own = device.site.tariff.unit if device.site is not None else "$"
    return {"price_units": [{"price_unit": sign, "is_default": sign == own, "name": name} for sign, name in MONEY]}


# --- tariff plan (§12.9) ---------------------------------------------------------------------------------------------


def rate_plan(call: Call) -> Bean:
    """Return the tariff plan of a site."""
    _sn(call)
    return call.world.extras.rate_plan(_site(call).id).told()


def _sent(call: Call) -> tuple[list[Bean], Bean | None]:
    """Return the seasons and the fixed price a write sends; both keys have to be there."""
    _site(call)
    _sn(call)
    if "peak_sessions" not in call.body or "fixed_price" not in call.body:
        raise Refused(WRONG_PARAMETER)
    return call.body["peak_sessions"] or [], call.body["fixed_price"]


def preprocess(call: Call) -> Bean:
    """Return the rule that belongs to a plan, as text."""
    sessions, _ = _sent(call)
    return {"rule": rule_of(sessions)}


def acknowledge(call: Call) -> Any:
    """Keep a plan that comes with its own rule; refuse one whose rule belongs to another."""
    sessions, fixed = _sent(call)
    if call.text("rule") != rule_of(sessions):
        raise Refused(WRONG_PARAMETER)
    plan = call.world.extras.rate_plan(_site(call).id)

    def apply() -> None:
        plan.sessions, plan.fixed_price, plan.rule = sessions, fixed, call.text("rule")

    return call.world.write(call, apply)


ROUTES: tuple[Route, ...] = (
    post(SERVICE + "get_system_running_info", running_info),
    post(SERVICE + "energy_statistics", energies),
    post(SERVICE + "get_error_infos", errors),
    post(SERVICE + "get_device_infos", device_infos),
    post(SERVICE + "get_wifi_info", wifi, owner=True),
    post(SERVICE + "get_installation_inspection", inspection, owner=True),
    post(SERVICE + "get_configs", configs, owner=True),
    post(SERVICE + "get_sns", serials, owner=True),
    post(SERVICE + "get_world_monetary_unit", money, owner=True),
    post(SERVICE + "get_utility_rate_plan", rate_plan, owner=True),
    post(SERVICE + "preprocess_utility_rate_plan", preprocess, owner=True),
    post(SERVICE + "ack_utility_rate_plan", acknowledge, owner=True),
    *DISASTER_ROUTES,
)
