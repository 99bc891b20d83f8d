"""What the answers about energies say, by day (anker.md §10.1, §10.2)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from ...core.model import Ref
from ...core.parse import measured, section, sections, text
from .energies_system import inverter_energies, system_energies, system_keys
from .inventory import Inventory, site_id
from .model import Bean, Category
from .products import product
from .questions import PV, SOLAR, Question

type Energies = dict[Ref, float]
"""kWh by reading (``…_today``)."""

_DIGITS: Final = 3
_MOST: Final = 24 * 200.0  # kWh of a day; more is garbage
_INPUT: Final = f"{SOLAR}_pv"
_OTHER_INPUT: Final = f"{SOLAR}_microinverter"

# Lists with a number for each day. ``power_unit`` lies: these are kWh. What is exported is negative (§10.2).
_LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "solarbank": {"power": "battery_discharge_energy_today"},
    "home_usage": {"power": "home_energy_today"},
    "grid": {"power": "grid_export_energy_today", "charge_trend": "grid_import_energy_today"},
    SOLAR: {"power": "solar_energy_today"},
    _OTHER_INPUT: {"power": "other_solar_energy_today"},
    "pps": {"power": "battery_charge_energy_today"},
    "ev_charger": {"power": "ev_charging_energy_today"},
}
# Sums over all that was asked. ``discharge_total`` is none: it is what the house used. What of the solar production is
# said to be charged came from the grid as well, so the shares told with it are too high (§10.2).
_SUMS: Final[Mapping[str, Mapping[str, str]]] = {
    "solarbank": {
        "charge_total": "battery_charge_energy_today",
        "battery_to_home_total": "home_from_battery_energy_today",
        "ac_out_put_total": "socket_energy_today",
        "grid_to_battery_total": "grid_charge_energy_today",
        "solar_to_battery_total": "battery_from_solar_energy_today",
        "third_party_pv_to_bat": "battery_from_other_solar_energy_today",
    },
    "home_usage": {
        "grid_to_home_total": "home_from_grid_energy_today",
        "solar_to_home_total": "home_from_solar_energy_today",
    },
    "grid": {"third_party_pv_to_grid": "export_from_other_solar_energy_today"},
    SOLAR: {"solar_to_grid_total": "export_from_solar_energy_today"},
}
# The generation from which on these are more than zeros that mean nothing (§10.2).
_SINCE: Final[Mapping[str, int]] = {
    "home_from_battery_energy_today": 2,
    "grid_charge_energy_today": 2,
    "home_from_solar_energy_today": 3,
    "battery_from_solar_energy_today": 3,
}
# Told as zeros by those who have no such thing.
_IF_ANY: Final = frozenset(
    {
        *("socket_energy_today", "other_solar_energy_today", "battery_from_other_solar_energy_today"),
        *("export_from_other_solar_energy_today", "export_from_battery_energy_today"),
    }
)
_METERED: Final = frozenset({"export_from_solar_energy_today"})  # the same, where no meter measures it
_PLUG: Final = "plug_energy_today"
_TRAIT: Final = "energies"  # which of them a site was seen to have


def brings(question: Question, inventory: Inventory) -> frozenset[Ref]:
    """Return the readings (``…_today``) that the answer to a question may tell."""
    if question.name == PV:
        return frozenset({Ref(question.serial, "solar_energy_today")})
    if _is_system(question):
        return frozenset(Ref(site_id(question.site), key) for key in system_keys(question.source))
    owner = _owner(question, inventory)
    refs = {Ref(owner, key) for key in _keys(question, inventory)}
    if question.name == "home_usage" and not question.serial:
        plugs = [plug.serial for plug in inventory.of(question.site, Category.PLUG)]
        refs |= {Ref(device, _PLUG) for device in (owner, *plugs) if plugs}
    return frozenset(refs)


def of_days(question: Question, bean: Bean, first: date, last: date, inventory: Inventory) -> Energies:
    """Return what a question's answer counted from one day to another, both included, in kWh.

    An answer goes by its labels: a list that lacks one of these days is left out, and so are the sums where the
    answer is about other days.
    """
    if question.name == PV:
        found = inverter_energies(question.serial, bean, first, last)
    elif _is_system(question):
        found = system_energies(site_id(question.site), question.source, bean)
    else:
        found = _analysis(question, bean, first, last, inventory)
    expected, most = brings(question, inventory), _MOST * ((last - first).days + 1)
    told = {ref: round(energy, _DIGITS) for ref, energy in found.items() if ref in expected and 0 <= energy <= most}
    return _fitted(question, told, inventory)


def _is_system(question: Question) -> bool:
    """Tell whether it is about a power panel or a home energy system."""
    return question.name.startswith(("panel_", "hes_"))


def _lists(question: Question, inventory: Inventory) -> Mapping[str, str]:
    """Return which reading each list of the answer is."""
    if question.name.startswith(_INPUT):
        return {"power": f"pv_energy_today_{question.name.removeprefix(_INPUT)}"}
    if question.name == "solarbank" and _newest(inventory, question.site) == 1:
        return {"power": "output_energy_today"}  # what passes through it counts as well (§10.2)
    return _LISTS.get(question.name, {})


def _keys(question: Question, inventory: Inventory) -> Iterator[str]:
    newest = _newest(inventory, question.site)
    sums = {} if question.serial else _SUMS.get(question.name, {})
    yield from (key for key in (*_lists(question, inventory).values(), *sums.values()) if _SINCE.get(key, 0) <= newest)


def _owner(question: Question, inventory: Inventory) -> str:
    """Return the id of the device that a question is about: of the inputs, the solarbank that has them."""
    devices: Iterable[str] = ()
    if question.name.startswith((_INPUT, _OTHER_INPUT)):
        devices = [bank.serial for bank in inventory.solarbanks(question.site, at_least=2)]
    elif question.name == "ev_charger":
        devices = [charger.serial for charger in inventory.of(question.site, Category.CHARGER)]
    only = list(devices)
    return question.serial or (only[0] if len(only) == 1 else site_id(question.site))


def _newest(inventory: Inventory, site: str) -> int:
    return max((product(bank.model).generation for bank in inventory.solarbanks(site)), default=0)


def _analysis(question: Question, bean: Bean, first: date, last: date, inventory: Inventory) -> Energies:
    """Return what an answer of ``energy_analysis`` tells of a range of days (``week``)."""
    owner, days = (
        _owner(question, inventory),
        {str(first + timedelta(days=at)) for at in range((last - first).days + 1)},
    )
    found: Energies = {}
    for name, key in _lists(question, inventory).items():
        points = _points(bean, name)
        if days <= points.keys():
            found[Ref(owner, key)] = sum(abs(points[day]) for day in days)
    if not _points(bean, "power").keys() <= days:
        return found
    for name, key in _SUMS.get(question.name, {}).items():
        if (energy := _kwh(bean.get(name))) is not None:
            found[Ref(owner, key)] = energy
    return found | _plugs(owner, section(bean.get("smart_plug_info")))


def _points(bean: Bean, name: str) -> dict[str, float]:
    """Return the numbers of a list by their labels."""
    points = ((text(row.get("time")), _kwh(row.get("value"))) for row in sections(bean.get(name)))
    return {label: energy for label, energy in points if label is not None and energy is not None}


def _plugs(owner: str, info: Bean) -> Energies:
    told = [(text(row.get("device_sn")), row) for row in sections(info.get("smartplug_list"))]
    rows = [(owner, info), *((serial, row) for serial, row in told if serial is not None)]
    energies = ((device, _kwh(row.get("total_power"))) for device, row in rows)
    return {Ref(device, _PLUG): energy for device, energy in energies if energy is not None}


def _kwh(value: object) -> float | None:
    """Return an energy: kWh, whatever unit is told beside it (§10.2)."""
    return measured(value, "kWh", "kWh")


def _fitted(question: Question, told: Energies, inventory: Inventory) -> Energies:
    """Return the energies without those that were never more than 0 because there is no such thing."""
    is_metered = question.name != SOLAR or inventory.of(question.site, Category.METER)
    optional = _IF_ANY if is_metered else _IF_ANY | _METERED
    traits = inventory.traits(question.site)
    seen = set(traits.get(_TRAIT, ()))
    new = {ref.key for ref, energy in told.items() if energy and ref.key in optional} - seen
    if new:
        traits[_TRAIT] = sorted(seen | new)
        inventory.keep()
    return {ref: energy for ref, energy in told.items() if ref.key not in optional or ref.key in seen | new}
