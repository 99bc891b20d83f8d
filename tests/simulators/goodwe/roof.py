"""Sun of a plant: the inverters decide what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from tests.simulators.surroundings import Sun


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
