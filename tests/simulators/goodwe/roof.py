"""Sun and household of a plant: the inverters decide what becomes of the sun, the wallbox adds to the household."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from tests.simulators.surroundings import Household, Sun


@dataclass(frozen=True, slots=True, kw_only=True)
class Roof(Sun):
    """The roof of several inverters: ``let_through`` says what they make of the light."""

    let_through: Callable[[float], float]

    @override
    def watts(self, local: datetime) -> float:
        """Return what the inverters let through."""
        return self.let_through(self.light(local))

    def light(self, local: datetime) -> float:
        """Return what the roof could give."""
        return Sun.watts(self, local)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home(Household):
    """The household, and a wallbox drawing ``extra()`` W."""

    extra: Callable[[], float]

    @override
    def watts(self, local: datetime) -> float:
        """Return what the house draws."""
        return Household.watts(self, local) + self.extra()
