"""Vehicles and the catalogue of them (anker.md §6.7)."""

from ...core.parse import number, sections, text
from . import paths
from .calls import Calls
from .model import Bean


class VehicleCalls(Calls):
    """The cars of the account, and all there are."""

    async def vehicles(self) -> list[Bean]:
        """Return the cars of the account."""
        return sections((await self._object(paths.VEHICLES)).get("vehicle_list"))

    async def vehicle(self, vehicle: str) -> Bean:
        """Return what is known about a car (its id)."""
        return await self._object(paths.VEHICLE, {"vehicle_id": vehicle})

    async def add_vehicle(self, vehicle: Bean) -> None:
        """Add a car, of at most five; attributes that are not known are left out."""
        await self._order(paths.ADD_VEHICLE, {"user_vehicle_info": [vehicle]})

    async def update_vehicle(self, vehicle: str, changes: Bean) -> None:
        """Change attributes of a car, but not its name."""
        await self._order(paths.UPDATE_VEHICLE, {"vehicle_id": vehicle, **changes})

    async def delete_vehicle(self, vehicle: str) -> None:
        """Remove a car."""
        await self._order(paths.DELETE_VEHICLE, {"vehicle_id": vehicle})

    async def default_vehicle(self, vehicle: str) -> None:
        """Make a car the usual one."""
        await self._order(paths.DEFAULT_VEHICLE, {"vehicle_id": vehicle})

    async def brands(self) -> list[str]:
        """Return all brands of the catalogue."""
        return _words((await self._object(paths.BRANDS)).get("brand_list"))

    async def models(self, brand: str) -> list[str]:
        """Return the models of a brand."""
        return _words((await self._object(paths.MODELS, {"brand_name": brand})).get("model_list"))

    async def years(self, brand: str, model: str) -> list[int]:
        """Return the years in which a model was built."""
        found = await self._object(paths.YEARS, {"brand_name": brand, "model_name": model})
        years = found.get("year_list")
        return [int(year) for each in (years if isinstance(years, list) else ()) if (year := number(each)) is not None]

    async def model_list(self, brand: str, model: str, year: int) -> list[Bean]:
        """Return the variants of a model in a year, with battery, power and consumption under the catalogue's names."""
        body = {"brand_name": brand, "model_name": model, "productive_year": year}
        return sections((await self._object(paths.MODEL_LIST, body)).get("car_model_list"))


def _words(found: object) -> list[str]:
    return [word for each in (found if isinstance(found, list) else ()) if (word := text(each)) is not None]
