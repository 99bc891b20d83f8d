"""A call of the password API as its handlers see it, and how they turn one away (growatt.md A.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.simulators.growatt.account import Plant
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.families import FamilyName
from tests.simulators.growatt.legacy_sessions import html_answer
from tests.simulators.growatt.world import World
from tests.simulators.wire import Answer, json_answer

SERVER_ERROR = html_answer(b"<html><head><title>500</title></head><body>HTTP Status 500</body></html>", 500)
"""What a device gets that was asked by another type's call."""
NOT_FOUND = html_answer(b"<html><head><title>404</title></head><body>HTTP Status 404</body></html>", 404)
WRONG_TYPE = json_answer({"msg": "501", "success": False})
NOT_AVAILABLE = json_answer({"result": 0, "obj": None, "msg": "504"})


class TurnedAway(Exception):
    """A call that gets ``answer`` instead of what it asked for."""

    def __init__(self, answer: Answer) -> None:
        """Remember the answer."""
        super().__init__()
        self.answer = answer


@dataclass(slots=True)
class Notes:
    """What only the password API knows: plant settings V1 does not show, and how often the dashboard was asked for."""

    plants: dict[int, dict[str, Any]] = field(default_factory=dict)
    dashboards: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: ``params`` are query and form together."""

    world: World
    notes: Notes
    params: Mapping[str, str]

    def param(self, name: str) -> str:
        """Return a parameter, "" without it."""
        return self.params.get(name, "")

    @property
    def now(self) -> datetime:
        """Return the present moment."""
        return self.world.clock.now()

    @property
    def plant(self) -> Plant:
        """Return the plant the call names; one of somebody else is not available."""
        plant = self.world.plant(self.param("plantId"))
        if plant is None:
            raise TurnedAway(NOT_AVAILABLE)
        return plant

    def find(self, name: str, *families: FamilyName, otherwise: Answer = NOT_AVAILABLE) -> Device | None:
        """Return the device a parameter names; ``None``: nobody knows it. One of another family gets ``otherwise``."""
        device = self.world.device(self.param(name))
        if device is not None and device.model.family not in families:
            raise TurnedAway(otherwise)
        return device

    def device(self, name: str, *families: FamilyName, otherwise: Answer = NOT_AVAILABLE) -> Device:
        """Return the device a parameter names; an unknown one or one of another family gets ``otherwise``."""
        device = self.find(name, *families, otherwise=otherwise)
        if device is None:
            raise TurnedAway(otherwise)
        return device

    def day(self, plant: Plant, name: str = "date") -> date:
        """Return the first day of the date a call asks for (``2026-06-21``, ``2026-06``, ``2026``), today without one."""
        parts = self.param(name).split("-")
        try:
            numbers = [int(part) for part in parts]
            return date(*[*numbers, 1, 1][:3])
        except ValueError:
            return plant.local(self.now).date()
