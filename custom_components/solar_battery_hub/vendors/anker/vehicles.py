"""Actions for the cars of an account: what can be had, add, edit, delete, and which is the usual one (anker.md §6.7, §12.13)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import voluptuous as vol

from ...core.errors import HubError
from ...core.parse import number
from ...core.refusal import ChangeRefused
from ..base import Account, Action
from .account import AnkerAccount
from .client import Client
from .listing import vehicles_in
from .model import Bean

_TEXT: Final = vol.All(str, vol.Length(min=1, max=100))
_YEAR: Final = vol.All(vol.Coerce(int), vol.Range(min=1990, max=2100))

# Our words for what is told of a car, and those of the wire: a car's own, and the catalogue's (§6.7).
_FACTS: Final[Mapping[str, str]] = {
    "brand": "brand",
    "model": "model",
    "year": "productive_year",
    "battery_capacity": "battery_capacity",
    "charging_power": "ac_max_charging_power",
    "consumption": "energy_consumption_per_100km",
}
_CATALOGUE: Final[Mapping[str, str]] = {
    "battery_capacity": "battery_capacity",
    "charging_power": "ac_max_power",
    "consumption": "hundred_fuel_consumption",
}
_NUMBERS: Final = frozenset({"year", *_CATALOGUE})


def _size(high: float) -> Any:
    return vol.All(vol.Coerce(float), vol.Range(min=0, min_included=False, max=high))


_FACT_FIELDS: Final[Mapping[Any, Any]] = {
    vol.Optional("brand"): _TEXT,
    vol.Optional("model"): _TEXT,
    vol.Optional("year"): _YEAR,
    vol.Optional("battery_capacity"): _size(500),
    vol.Optional("charging_power"): _size(100),
    vol.Optional("consumption"): _size(200),
}


async def _get_vehicle_models(account: Account, _: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the next choice of the catalogue: brands, a brand's models, a model's years, or what was built in a year."""
    client = _anker(account).client.urgent
    match fields:
        case {"brand": brand, "model": model, "year": year}:
            return {"variants": [_variant(bean) for bean in await client.model_list(brand, model, year)]}
        case {"brand": brand, "model": model}:
            return {"years": list(await client.years(brand, model))}
        case {"brand": brand}:
            return {"models": list(await client.models(brand))}
    return {"brands": list(await client.brands())}


async def _add_vehicle(account: Account, _: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Add a car under a name that no other has; what was not said of it comes from the catalogue where that knows it."""
    anker = _anker(account)
    client = anker.client.urgent
    said = {key: value for key, value in fields.items() if key in _FACTS}
    facts = {**await _known(client, said), **said}
    await client.add_vehicle({"vehicle_name": fields["name"], **_wired(facts)})
    return await _outcome(anker, await _listed(anker, "vehicle_name", fields["name"]), facts)


async def _edit_vehicle(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Change what is told of a car, its name excepted, which the cloud does not change."""
    anker = _anker(account)
    vehicle = anker.vehicle(device).id
    if not fields:
        raise ChangeRefused("nothing_to_change")
    await anker.client.update_vehicle(vehicle, _wired(fields))
    return await _outcome(anker, await _listed(anker, "vehicle_id", vehicle), fields)


async def _set_default_vehicle(account: Account, device: str, _: Mapping[str, Any]) -> dict[str, Any]:
    """Make a car the one that is meant where none is named."""
    anker = _anker(account)
    vehicle = anker.vehicle(device).id
    await anker.client.default_vehicle(vehicle)
    found = await _listed(anker, "vehicle_id", vehicle)
    return {"outcome": _word(found is not None and bool(found.get("is_default_vehicle")))}


async def _delete_vehicle(account: Account, device: str, _: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a car from the account."""
    anker = _anker(account)
    vehicle = anker.vehicle(device).id
    await anker.client.delete_vehicle(vehicle)
    return {"outcome": _word(await _listed(anker, "vehicle_id", vehicle) is None)}


def _anker(account: Account) -> AnkerAccount:
    return cast("AnkerAccount", account)


async def _known(client: Client, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the catalogue tells of a car; nothing where it is not told apart, and nothing is wrong with that."""
    if not {"brand", "model", "year"} <= said.keys() or _CATALOGUE.keys() <= said.keys():
        return {}
    try:
        built = await client.model_list(said["brand"], said["model"], said["year"])
    except HubError:
        return {}
    return _variant(built[0]) if len(built) == 1 else {}


def _variant(bean: Bean) -> dict[str, float]:
    """Return what the catalogue tells of a car in our words: kWh, kW, kWh for 100 km."""
    told = {key: number(bean.get(wire)) for key, wire in _CATALOGUE.items()}
    return {key: value for key, value in told.items() if value}


def _wired(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as they are sent; those that are not known are left out (§6.7)."""
    return {wire: facts[key] for key, wire in _FACTS.items() if key in facts}


async def _listed(anker: AnkerAccount, key: str, value: str) -> Bean | None:
    """Return the car that the account has now, by its name or id. Devices come and go with what is read here."""
    cars = await anker.client.urgent.vehicles()
    anker.inventory.note_vehicles(vehicles_in(cars))
    return next((car for car in cars if car.get(key) == value), None)


async def _outcome(anker: AnkerAccount, listed: Bean | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the cloud tells of a car after a change, and whether that is what was asked."""
    if listed is None:
        return {"outcome": _word(False)}
    detail = await anker.client.urgent.vehicle(str(listed["vehicle_id"]))
    found = {key: _told(key, {**listed, **detail}.get(wire)) for key, wire in _FACTS.items()}
    agrees = all(found[key] == value for key, value in asked.items())
    return {"outcome": _word(agrees), "vehicle": {"name": listed.get("vehicle_name"), **found}}


def _told(key: str, value: object) -> Any:
    found = number(value) if key in _NUMBERS else value
    return int(found) if key == "year" and isinstance(found, float) else found


def _word(agrees: bool) -> str:
    return "confirmed" if agrees else "not_confirmed"


ACTIONS: Sequence[Action] = (
    Action(
        name="get_vehicle_models",
        fields={vol.Optional("brand"): _TEXT, vol.Optional("model"): _TEXT, vol.Optional("year"): _YEAR},
        run=_get_vehicle_models,
        changes=False,
    ),
    Action(name="add_vehicle", fields={vol.Required("name"): _TEXT, **_FACT_FIELDS}, run=_add_vehicle),
    Action(name="edit_vehicle", fields=_FACT_FIELDS, run=_edit_vehicle),
    Action(name="delete_vehicle", fields={vol.Required("confirm"): vol.All(bool, True)}, run=_delete_vehicle),
    Action(name="set_default_vehicle", fields={}, run=_set_default_vehicle),
)
