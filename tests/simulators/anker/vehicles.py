"""The vehicles of an account and the catalogue they are chosen from (anker.md §6.7, §12.13)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from tests.simulators.anker.call import NOT_FOUND, PS, WRONG_PARAMETER, Bean, Call, Refused, Route, post

EXISTS, TOO_MANY = 31001, 31003
MOST_VEHICLES = 5
SPACE = UUID("5f3a1c52-9d47-4c0e-8a4b-2f6f0f4e7d10")
ATTRIBUTES: dict[str, type[Any]] = {
    "brand": str,
    "model": str,
    "productive_year": int,
    "battery_capacity": float,
    "ac_max_charging_power": float,
    "energy_consumption_per_100km": float,
}
"""What a vehicle may be told to be, besides its name."""


@dataclass(frozen=True, slots=True)
class CarModel:
    """A line of the catalogue: kWh, kW and kWh/100 km. Its names on the wire differ from a vehicle's (§6.7)."""

    id: int
    brand_name: str
    model_name: str
    productive_year: int
    battery_capacity: float
    ac_max_power: float
    hundred_fuel_consumption: float

    def row(self) -> Bean:
        """Return it as the catalogue tells it."""
        return {name: getattr(self, name) for name in CarModel.__slots__}


CATALOGUE = (
    CarModel(100101, "Renault", "Zoe", 2019, 41.0, 22, 17.2),
    CarModel(100102, "Renault", "Zoe", 2022, 52.0, 22, 17.4),
    CarModel(100211, "Volkswagen", "ID.3", 2021, 58.0, 11, 15.6),
    CarModel(100212, "Volkswagen", "ID.3", 2021, 77.0, 11, 16.3),
    CarModel(100213, "Volkswagen", "ID.4", 2023, 77.0, 11, 18.2),
    CarModel(100301, "Fiat", "500e", 2022, 37.3, 11, 14.9),
)
"""Two lines share brand, model and year: the year alone does not name a car."""


@dataclass(slots=True, kw_only=True)
class Vehicle:
    """A car of the account."""

    id: str
    name: str
    updated: datetime
    attributes: Bean = field(default_factory=dict)
    default: bool = False
    charging: bool = False

    def row(self) -> Bean:
        """Return it as the list tells it."""
        return {
            "vehicle_id": self.id,
            "vehicle_name": self.name,
            "brand": self.attributes.get("brand", ""),
            "model": self.attributes.get("model", ""),
            "productive_year": self.attributes.get("productive_year", 0),
            "is_default_vehicle": self.default,
            "is_smart_charging": self.charging,
            "is_connected_to_enodeapi": False,
            "battery_capacity": self.attributes.get("battery_capacity", 0),
            "update_time": int(self.updated.timestamp()),
        }

    def detail(self) -> Bean:
        """Return it with what only the detail tells."""
        more = ("ac_max_charging_power", "energy_consumption_per_100km")
        return {**self.row(), **{name: self.attributes.get(name, 0) for name in more}}


def _attributes(body: Bean) -> Bean:
    """Return the attributes a body tells; refuse one of a wrong type (a number is a number, never text)."""
    told = {name: value for name in ATTRIBUTES if (value := body.get(name)) is not None}
    for name, value in told.items():
        kind = ATTRIBUTES[name]
        if isinstance(value, bool) or not isinstance(value, (int, float) if kind is float else kind):
            raise Refused(WRONG_PARAMETER)
    return told


@dataclass(slots=True, kw_only=True)
class Garage:
    """The account's vehicles, oldest first."""

    vehicles: list[Vehicle] = field(default_factory=list)
    made: int = 0

    def find(self, vehicle_id: str) -> Vehicle:
        """Return a vehicle; refuse an unknown one."""
        for vehicle in self.vehicles:
            if vehicle.id == vehicle_id:
                return vehicle
        raise Refused(NOT_FOUND)

    def check(self, names: Iterable[str]) -> None:
        """Refuse more than five vehicles, and a name that is there already."""
        wanted = list(names)
        if len(self.vehicles) + len(wanted) > MOST_VEHICLES:
            raise Refused(TOO_MANY)
        taken = [vehicle.name for vehicle in self.vehicles] + wanted
        if len(set(taken)) != len(taken):
            raise Refused(EXISTS)

    def add(self, name: str, now: datetime, **attributes: Any) -> Vehicle:
        """Take a vehicle in; the first one is the default."""
        self.made += 1
        vehicle = Vehicle(
            id=str(uuid5(SPACE, f"{self.made} {name}")),
            name=name,
            updated=now,
            attributes=attributes,
            default=not self.vehicles,
        )
        self.vehicles.append(vehicle)
        return vehicle

    def remove(self, vehicle: Vehicle) -> None:
        """Give a vehicle away; without a default the oldest becomes it."""
        self.vehicles.remove(vehicle)
        if vehicle.default and self.vehicles:
            self.vehicles[0].default = True

    def prefer(self, chosen: Vehicle) -> None:
        """Make one the default."""
        for vehicle in self.vehicles:
            vehicle.default = vehicle is chosen


def _garage(call: Call) -> Garage:
    garage: Garage = call.world.extras.garage
    return garage


def vehicle_list(call: Call) -> Bean:
    """Return the account's vehicles."""
    return {"vehicle_list": [vehicle.row() for vehicle in _garage(call).vehicles]}


def vehicle_detail(call: Call) -> Bean:
    """Return one vehicle."""
    return _garage(call).find(call.text("vehicle_id")).detail()


def add_vehicle(call: Call) -> Any:
    """Take in the vehicles that are told; numbers left out are those of the catalogue's line, when one is named."""
    wanted, garage = call.body.get("user_vehicle_info"), _garage(call)
    if not isinstance(wanted, list) or not wanted or not all(isinstance(one, dict) for one in wanted):
        raise Refused(WRONG_PARAMETER)
    new = [(str(one.get("vehicle_name") or ""), {**_from_catalogue(one), **_attributes(one)}) for one in wanted]
    if not all(name for name, _ in new):
        raise Refused(WRONG_PARAMETER)
    garage.check(name for name, _ in new)

    def apply() -> None:
        for name, attributes in new:
            garage.add(name, call.now, **attributes)

    return call.world.write(call, apply)


def _from_catalogue(body: Bean) -> Bean:
    """Return what the catalogue knows of the line that ``model_id`` names."""
    for line in CATALOGUE:
        if line.id == body.get("model_id"):
            return {
                "battery_capacity": line.battery_capacity,
                "ac_max_charging_power": line.ac_max_power,
                "energy_consumption_per_100km": line.hundred_fuel_consumption,
            }
    return {}


def update_vehicle(call: Call) -> Any:
    """Change what is told of a vehicle; a name among it changes nothing (§6.7)."""
    vehicle = _garage(call).find(call.text("vehicle_id"))
    changes = _attributes(dict(call.body))

    def apply() -> None:
        vehicle.attributes |= changes
        vehicle.updated = call.now

    return call.world.write(call, apply)


def _on_one(act: Callable[[Garage, Vehicle], None]) -> Callable[[Call], Any]:
    """Return a handler that does something to the vehicle it names."""

    def run(call: Call) -> Any:
        garage = _garage(call)
        vehicle = garage.find(call.text("vehicle_id"))
        return call.world.write(call, lambda: act(garage, vehicle))

    return run


def set_charging(call: Call) -> Any:
    """Tell which vehicle a charger charges; needs a charger."""
    vehicle = _garage(call).find(call.text("vehicle_id"))
    if call.device().model != "A5191":
        raise Refused(NOT_FOUND)

    def apply() -> None:
        for one in _garage(call).vehicles:
            one.charging = one is vehicle

    return call.world.write(call, apply)


def brands(_call: Call) -> Bean:
    """Return the brands there are."""
    return {"brand_list": sorted({line.brand_name for line in CATALOGUE})}


def _lines(call: Call, *names: str) -> list[CarModel]:
    """Return the lines that agree with the body in the named attributes; texts and numbers alike."""
    return [line for line in CATALOGUE if all(str(getattr(line, name)) == call.text(name) for name in names)]


def models(call: Call) -> Bean:
    """Return the models of a brand."""
    return {"model_list": sorted({line.model_name for line in _lines(call, "brand_name")})}


def years(call: Call) -> Bean:
    """Return the years a model was built in."""
    return {"year_list": sorted({line.productive_year for line in _lines(call, "brand_name", "model_name")})}


def model_list(call: Call) -> Bean:
    """Return the lines of a brand, a model and a year."""
    lines = _lines(call, "brand_name", "model_name", "productive_year")
    return {"car_model_list": [line.row() for line in lines]}


ROUTES: tuple[Route, ...] = (
    post(PS + "app/vehicle/get_vehicle_list", vehicle_list),
    post(PS + "app/vehicle/get_vehicle_detail", vehicle_detail),
    post(PS + "app/vehicle/add_vehicle", add_vehicle),
    post(PS + "app/vehicle/update_vehicle", update_vehicle),
    post(PS + "app/vehicle/delete_vehicle", _on_one(Garage.remove)),
    post(PS + "app/vehicle/set_default", _on_one(Garage.prefer)),
    post(PS + "app/vehicle/set_charging_vehicle", set_charging),
    post(PS + "app/get_brand_list", brands),
    post(PS + "app/get_models", models),
    post(PS + "app/get_model_years", years),
    post(PS + "app/get_model_list", model_list),
)
