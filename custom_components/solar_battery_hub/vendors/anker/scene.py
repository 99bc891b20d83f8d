"""What the scene tells of a site and all that is in it (anker.md §7.2, §8)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from ...core.model import Ref, Reported
from ...core.parse import flag, measured, moment, number, section, sections, text
from .banks import read_bank
from .charging import Surroundings
from .inventory import site_id
from .model import Bean, Site
from .powers import Bank, banks_of, powers_of
from .reader import Reader, Values, code, fault, is_online, known, of, phrase, plausible, rows, unreachable, watts, word
from .stations import read_stations, stations_of

RUNNING_MODES: Final[Mapping[str, str]] = {
    "1": "self_consumption",
    "2": "smart_plugs",
    "3": "manual",
    "4": "backup",
    "5": "time_of_use",
    "7": "smart",
    "8": "dynamic_tariff",
}
BANDS: Final[Mapping[str, str]] = {"1": "peak", "2": "mid_peak", "3": "off_peak", "4": "valley"}
_GRID_STATUS: Final[Mapping[str, str]] = {"0": "connected"}
_CHARGER_STATUS: Final[Mapping[str, str]] = {
    "0": "standby",
    "1": "preparing",
    "2": "charging",
    "3": "paused_by_charger",
    "4": "paused_by_vehicle",
    "5": "completed",
    "6": "reserved",
    "7": "disabled",
    "8": "fault",
}
_NONE: Final = "0"  # of a mode or a band

_SITE: Final = rows(optional=True, other_solar_power="third_party_pv")
_METERED: Final = rows(home_power="home_load_power", other_load_power="other_loads_power")
_PLUG: Final = rows(plug_power="current_power")
_INVERTER: Final = rows(output_power="generate_power")
_CHARGER: Final = rows(ev_charging_power="power")


def read_scene(reader: Reader, site: Site, bean: Bean, at: datetime | None) -> Values:
    """Return the readings of a site and of the devices that its scene tells of.

    ``at`` is when this was measured. While the cloud has nothing to tell, all values of an answer are zeros that mean
    nothing (``is_display_data`` false; so are those of a solarbank without ``is_display``): there is no value then.
    """
    info = section(bean.get("solarbank_info"))
    banks = banks_of(info, list(devices_in(info, "solarbank_list")))
    valid = is_valid(bean, banks)
    owner = site_id(site.id)
    values = reader.keep(owner, "scene", _site(reader, owner, bean, banks) if valid else {})
    values |= of(owner, totals_of(bean) if valid else {key: value or None for key, value in totals_of(bean).items()})
    if not site.owner:
        values |= reader.keep(owner, "settings", _settings(bean) if valid else {})
    around = _around(bean, info, banks)
    for bank in banks:
        values |= read_bank(reader, bank, banks, info, around, valid=valid and not is_hidden(bank))
    values |= read_stations(reader, bean)
    values |= _others(reader, bean, valid=valid)
    if at is not None:
        values[Ref(owner, "last_measured")] = at
    return values


def updated(bean: Bean) -> datetime | None:
    """Return by the site's own clock (without zone) when a scene was measured; ``None`` where it is not told (§7.2)."""
    return local(section(bean.get("solarbank_info")).get("updated_time"))


def local(value: object) -> datetime | None:
    """Return a time without zone; placeholders such as the years 0001 and 1970 are none."""
    found = moment(value, UTC)
    return None if found is None else found.replace(tzinfo=None)


def is_valid(bean: Bean, banks: Sequence[Bank]) -> bool:
    """Tell whether the values of a scene mean anything."""
    shown = section(bean.get("solarbank_info")).get("is_display_data")
    return flag(shown) is not False and not (banks and all(map(is_hidden, banks)))


def is_hidden(bank: Bank) -> bool:
    """Tell whether a solarbank is one that the cloud has nothing but zeros of."""
    return flag(bank.bean.get("is_display")) is False and not (bank.level or bank.solar or bank.output)


def devices_in(part: Bean, name: str) -> Iterator[Bean]:
    """Yield the devices of a list: what has a serial number."""
    yield from (row for row in sections(part.get(name)) if text(row.get("device_sn")) is not None)


def yield_of(bean: Bean) -> Bean | None:
    """Return the row of a scene that tells what the site's panels gave in its life (§7.2)."""
    return next((row for row in sections(bean.get("statistics")) if code(row.get("type")) == "1"), None)


def totals_of(bean: Bean) -> dict[str, float | None]:
    """Return what a scene counts since the site began: kWh, kg of CO₂, money. Units come in any spelling (§7.2)."""
    told = {code(row.get("type")): row for row in sections(bean.get("statistics"))}
    energy, mass, money = (told.get(kind, {}) for kind in ("1", "2", "3"))
    return {
        "solar_energy_total": _amount(energy, "kWh"),
        "co2_saved": _amount(mass, "kg"),
        "savings_total": number(money.get("total")) if text(money.get("unit")) else None,
        **_smart_savings(section(bean.get("aiems_profit"))),
    }


def _amount(row: Bean, unit: str) -> float | None:
    return measured(row.get("total"), text(row.get("unit")) or unit, unit)


def _smart_savings(profit: Bean) -> dict[str, float | None]:
    total = number(profit.get("aiems_profit_total"))
    return {"smart_mode_savings_total": total} if total and text(profit.get("unit")) else {}


def _site(reader: Reader, owner: str, bean: Bean, banks: Sequence[Bank]) -> dict[str, Reported]:
    """Return what holds for the site as a whole."""
    info, grid = section(bean.get("solarbank_info")), section(bean.get("grid_info"))
    meters, plugs = (
        list(devices_in(grid, "grid_list")),
        list(devices_in(section(bean.get("smart_plug_info")), "smartplug_list")),
    )
    found = reader.numbers(owner, _SITE, bean) | _states(bean, info)
    if banks:
        powers = powers_of(info, banks)
        found |= {
            "solar_power": plausible("solar_power", powers.solar),
            "output_power": plausible("output_power", powers.output),
            "battery_power": plausible("battery_power", powers.battery),
            "battery_level": plausible("battery_level", powers.level),
        }
    if stations := stations_of(bean):
        found |= known(stations)
    if meters:
        found |= _grid(grid)
    if plugs:
        found["plug_power"] = watts(section(bean.get("smart_plug_info")), "total_power")
    if meters or plugs:  # without either nobody knows what the house needs (§8)
        found |= reader.numbers(owner, _METERED, bean)
    return found


def _states(bean: Bean, info: Bean) -> dict[str, Reported]:
    mode, band = code(bean.get("scene_mode")), code(section(info.get("use_time_excute_info")).get("current_band"))
    profit = section(bean.get("aiems_profit"))
    return {
        "running_mode": None if mode == _NONE else word("mode", mode, RUNNING_MODES),
        "tariff_band": None if band == _NONE else word("tariff band", band, BANDS),
        "fault": fault(bean.get("error_code")),
        "smart_mode_savings_share": number(profit.get("percentage")) if flag(profit.get("show_percentage")) else None,
    }


def _settings(bean: Bean) -> dict[str, Reported]:
    """Return what is a setting for nobody but the owner."""
    mode = code(bean.get("user_scene_mode")) or code(bean.get("scene_mode"))
    return {
        "operating_mode": None if mode == _NONE else word("mode", mode, RUNNING_MODES),
        "output_preset": watts(bean, "retain_load"),
    }


def _grid(grid: Bean) -> dict[str, Reported]:
    """Return what flows from the grid (+) or into it: two numbers, of which one is 0."""
    imported, exported = watts(grid, "grid_to_home_power"), watts(grid, "photovoltaic_to_grid_power")
    power = None if imported is None or exported is None else imported - exported
    return {"grid_power": power, "grid_status": word("grid status", grid.get("grid_status"), _GRID_STATUS)}


def _around(bean: Bean, info: Bean, banks: Sequence[Bank]) -> Surroundings:
    return Surroundings(
        mode=code(bean.get("scene_mode")),
        preset=watts(bean, "retain_load"),
        home=watts(bean, "home_load_power"),
        to_home=watts(info, "to_home_load"),
        ac_input=watts(info, "other_input_power"),
        cascaded=len({bank.generation > 1 for bank in banks}) > 1,
    )


def _others(reader: Reader, bean: Bean, *, valid: bool) -> Values:
    """Return the readings of all that is no solarbank."""
    grid = section(bean.get("grid_info"))
    meters = list(devices_in(grid, "grid_list"))
    values: Values = {}
    for meter in meters:  # of several nobody knows which measured what
        values |= _device(reader, meter, _grid(grid) if valid and len(meters) == 1 else {})
    for plug in devices_in(section(bean.get("smart_plug_info")), "smartplug_list"):
        told = {"fault": fault(plug.get("err_code")), "room": phrase(plug.get("tag"))}
        values |= _device(
            reader, plug, reader.numbers(text(plug["device_sn"]) or "", _PLUG, plug) | told if valid else told
        )
    for inverter in devices_in(bean, "solar_list"):
        values |= _device(reader, inverter, reader.numbers(text(inverter["device_sn"]) or "", _INVERTER, inverter))
    for charger in devices_in(section(bean.get("charging_pile_info")), "charging_pile_list"):
        state = word("charger state", charger.get("operating_state"), _CHARGER_STATUS)
        found = reader.numbers(text(charger["device_sn"]) or "", _CHARGER, charger)
        values |= _device(reader, charger, found | {"charger_status": state})
    for name, part in (("powerpanel_list", bean), ("combiner_box_list", section(bean.get("combiner_box_info")))):
        for device in devices_in(part, name):
            values |= _device(reader, device, {})
    return values


def _device(reader: Reader, row: Bean, found: Mapping[str, Reported]) -> Values:
    """Return the readings of a device, and whether it can be reached."""
    serial, online = text(row.get("device_sn")) or "", is_online(row)
    values = reader.keep(serial, "scene", found)
    return (unreachable(values) if online is False else values) | of(serial, {"reachable": online})
