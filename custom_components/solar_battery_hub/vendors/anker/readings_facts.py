"""What the slower answers tell of sites, devices and cars (anker.md §6.1, §6.6, §6.7, §7.3–7.6, §7.10)."""

from collections.abc import Iterator, Sequence
from typing import Final

from ...core.model import Reported
from ...core.parse import flag, measured, number, section, sections, text
from .inventory import Inventory, site_id, vehicle_id
from .listing import version
from .model import Bean, Category, Listed, Site, Vehicle
from .products import product
from .reader import Reader, Values, code, count, of, phrase, plausible, word

_WEAKEST, _RANGE = -85.0, 35.0  # dBm without any signal, and how many more are all of it (§7.4)
_NO_BRANDS: Final = frozenset({"others", ""})  # what somebody who may not ask is told (§5.3)
_ZERO_SWITCH: Final = "A17Y0"
_AI_STATES: Final = {"0": "inactive", "1": "running", "2": "failed"}
_NETWORKS: Final = {"1": "wifi", "2": "ethernet", "3": "cellular"}


def bound(reader: Reader, listed: Listed, bean: Bean) -> Values:
    """Return what the list of bound devices says about one.

    Whether one can be reached is told by its site where it has one; an inverter is never said to be online (§7.3).
    """
    known, dbm = product(listed.model), _dbm(bean.get("rssi"))
    found: dict[str, Reported] = {"wifi_signal": dbm}
    told: dict[str, Reported] = {}
    if listed.site is None and known.category is not Category.INVERTER:
        found["signal_strength"] = None if dbm is None else _percent(dbm)
        told = {"reachable": flag(bean.get("wifi_online")), "battery_capacity": known.capacity / 1000 or None}
    return reader.keep(listed.serial, "bound", found) | of(listed.serial, told)


def wifi(reader: Reader, inventory: Inventory, site: Site, rows: Sequence[Bean]) -> Values:
    """Return how well the devices of a site hear their network (``wifi_info_list``)."""
    values: Values = {}
    for serial, row in _wifi_rows(inventory, site, rows):
        values |= reader.keep(serial, "wifi", {**_signal(row), "network": _wired(row)})
    return values


def device_wifi(reader: Reader, listed: Listed, bean: Bean) -> Values:
    """Return the same of a power panel or home energy system: a share, or dBm where it is negative (§6.5, §6.6)."""
    rows = [row for row in sections(bean.get("wifiInfos")) if text(row.get("sn")) == listed.serial]
    told = number((rows[0] if rows else bean).get("rssi"))
    found: dict[str, Reported] = {"wifi_signal": None, "signal_strength": None}
    if told is not None and told < 0:
        found = {"wifi_signal": told, "signal_strength": _percent(told)}
    elif told:
        found = {"wifi_signal": None, "signal_strength": plausible("signal_strength", told)}
    return reader.keep(listed.serial, "wifi", found)


def updates(rows: Sequence[Bean]) -> Values:
    """Return the newest firmware of each device (``update_infos``), as the app shows it but for the ``v`` before it.

    Where only parts of a device have news, they are named behind its own.
    """
    values: Values = {}
    for row in rows:
        serial = text(row.get("device_sn"))
        needed = flag(row.get("need_update"))
        package = version(section(row.get("lastPackage")).get("version"))
        installed = version(row.get("current_version"))
        latest = package or installed if needed else installed or package  # not every package is meant for all
        if serial is None or latest is None:
            continue
        parts = [] if needed else list(_parts_with_news(row))
        told = f"{latest} ({', '.join(parts)})" if parts else latest
        values |= of(serial, {"latest_firmware": phrase(told)})
    return values


def unread(account: str, bean: Bean) -> Values:
    """Return whether there are messages that nobody read."""
    return of(
        account,
        {
            "unread_messages": flag(bean.get("has_unread_msg")),
            "unread_system_messages": flag(bean.get("system_msg")),
            "unread_device_messages": flag(bean.get("device_msg")),
        },
    )


def co2(site: Site, bean: Bean) -> Values:
    """Return how a site compares by the CO₂ it saved; how much that is tells the scene."""
    return of(site_id(site.id), {"trees_equivalent": number(bean.get("tree")), "co2_rank": phrase(bean.get("ranking"))})


def ai_status(site: Site, bean: Bean) -> Values:
    """Return whether the smart mode works or still learns (``left_time`` above 0)."""
    state = word("state of the smart mode", bean.get("status"), _AI_STATES)
    if state != "failed" and (number(bean.get("left_time")) or 0.0) > 0:
        state = "learning"
    return of(site_id(site.id), {"smart_mode_status": state})


def solar_info(listed: Listed, bean: Bean) -> Values:
    """Return which inverter a solarbank is set up for (§7.10); newer ones have their own and name anything here."""
    brand = text(bean.get("solar_brand")) or ""
    model = text(bean.get("solar_model_name")) or text(bean.get("solar_model"))
    if product(listed.model).generation != 1 or brand.casefold() in _NO_BRANDS or model is None:
        return {}
    name = model if brand.casefold() in model.casefold() or brand == "ANKER" else f"{brand} {model}"
    return of(listed.serial, {"solar_equipment": phrase(name)})


def fittings(listed: Listed, rows: Sequence[Bean]) -> Values:
    """Return whether a solarbank has the switch that lets it give nothing at all."""
    return of(listed.serial, {"zero_output_switch": any(text(row.get("product_code")) == _ZERO_SWITCH for row in rows)})


def charge_stats(listed: Listed, bean: Bean) -> Values:
    """Return what a charger counted in its life (``get_charge_order_stats`` of ``all``, §6.7)."""
    stats = section(bean.get("total_stats"))
    paid = text(stats.get("cost_unit")) is not None
    return of(
        listed.serial,
        {
            "ev_charging_energy_total": measured(
                stats.get("charge_total"), text(stats.get("charge_unit")) or "kWh", "kWh"
            ),
            "ev_charging_time_total": number(stats.get("charge_time")),
            "ev_charging_sessions": count(stats.get("charge_count")),
            "ev_charging_cost_total": number(stats.get("cost")) if paid else None,
            "savings_total": number(stats.get("cost_saving")) if paid else None,
            "co2_saved": measured(stats.get("co2_saving"), text(stats.get("co2_saveing_unit")) or "kg", "kg"),
        },
    )


def vehicle(car: Vehicle, bean: Bean) -> Values:
    """Return what is known of a car, by its detail or its row of the list."""
    return of(
        vehicle_id(car.id),
        {
            "battery_capacity": _positive(bean.get("battery_capacity"), "kWh", "kWh"),
            "charge_power_limit": _positive(bean.get("ac_max_charging_power"), "kW", "W"),
            "energy_consumption": number(bean.get("energy_consumption_per_100km")) or None,
            "default_vehicle": flag(bean.get("is_default_vehicle")),
            "smart_charging": flag(bean.get("is_smart_charging")),
            "vehicle_linked": flag(bean.get("is_connected_to_enodeapi")),
        },
    )


def running(inventory: Inventory, site: Site, bean: Bean) -> Values:
    """Return what a power panel or home energy system counted, and what it hears (§6.5, §6.6: two spellings)."""
    told = {key.replace("_", "").casefold(): value for key, value in bean.items()}
    owner, money = site_id(site.id), text(told.get("systemsavingspriceunit"))
    unit, mass = text(told.get("systempowergenerationunit")), text(told.get("savecarbonunit"))
    found: dict[str, Reported] = {
        "solar_energy_total": measured(told.get("totalsystempowergeneration"), unit, "kWh") if unit else None,
        "co2_saved": measured(told.get("savecarbonfootprint"), mass, "kg") if mass else None,
        "savings_total": number(told.get("totalsystemsavings")) if money else None,
        "cloud_connected": flag(told.get("connected")),
        "battery_count": count(told.get("batcount")) or None,
    }
    network = code(told.get("realnet")) or code(told.get("net"))
    if network is not None and network != "0":
        found["network"] = word("network", network, _NETWORKS)
    values = of(owner, found)
    for serial, connected in section(told.get("connectinfos")).items():
        if inventory.device(serial) is not None:
            values |= of(serial, {"reachable": flag(connected)})
    return values


def _wifi_rows(inventory: Inventory, site: Site, rows: Sequence[Bean]) -> Iterator[tuple[str, Bean]]:
    """Yield the rows by device; older ones name none: a device tells in the scene which is its own, from 1 (§7.4)."""
    for place, row in enumerate(rows, start=1):
        serial = text(row.get("device_sn"))
        if serial is not None:
            yield serial, row
            continue
        for device in inventory.devices_of(site.id):
            if inventory.traits(device.serial).get("wireless") == place:
                yield device.serial, row


def _signal(row: Bean) -> dict[str, Reported]:
    dbm, percent = _dbm(row.get("rssi")), number(row.get("wifi_signal"))
    if percent is None and dbm is not None:
        percent = _percent(dbm)
    return {"wifi_signal": dbm, "signal_strength": plausible("signal_strength", percent)}


def _percent(dbm: float) -> float:
    return round(100 * min(1.0, max(0.0, (dbm - _WEAKEST) / _RANGE)))


def _dbm(value: object) -> float | None:
    """Return a signal in dBm; 0 is told by those who do not know (§7.4, recordings)."""
    told = number(value)
    return told if told is not None and -150 < told < 0 else None


def _wired(row: Bean) -> str | None:
    wired = flag(row.get("wired_connected"))
    return None if wired is None else "ethernet" if wired else "wifi"


def _parts_with_news(row: Bean) -> Iterator[str]:
    for part in sections(row.get("children")):
        name, news = text(part.get("device_type")), version(part.get("rom_version_name"))
        if flag(part.get("needUpdate")) and name is not None and news is not None:
            yield f"{name.rpartition('_')[2]} {news}"


def _positive(value: object, unit: str, to: str) -> float | None:
    return measured(value, unit, to) or None
