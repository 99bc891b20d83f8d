"""Small things the bad days of what an Anker account tells need."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
import json
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.util import dt as dt_util
import pytest

from tests.bad_days.anker_tools import PS, SCENE, site
from tests.bad_days.living import live_on
from tests.hub import Hub
from tests.simulators.anker.energies import Energies
from tests.simulators.anker.server import AnkerSimulator

BERLIN = ZoneInfo("Europe/Berlin")
ENERGY = f"{PS}/site/energy_analysis"
ROUND = 660.0  # seconds in which everything is asked at least once more

type Spoil = Callable[[str, Any], Any]

OF_A_SITE: Mapping[str, str] = {
    "solar_energy": "solar",
    "home_energy": "home",
    "grid_import_energy": "imported",
    "grid_export_energy": "exported",
    "battery_charge_energy": "charged",
    "battery_discharge_energy": "discharged",
}
"""What a site counts, and how it is called in truth."""
COUNTED_HERE = tuple(key for key in OF_A_SITE if key != "solar_energy")
"""Of these the cloud tells no lifetime total."""


def spoil_answers(server: AnkerSimulator, monkeypatch: pytest.MonkeyPatch, spoiling: Spoil) -> None:
    """Let the data of every answer to somebody signed in be spoilt, by path; the envelope stays."""
    answer = server.answer

    async def spoilt(request: Any, record: Any) -> Any:
        whole = await answer(request, record)
        if whole.status != 200 or "passport" in request.path or not whole.body.startswith(b"{"):
            return whole
        told = json.loads(whole.body)
        if told.get("code") != 0:
            return whole
        body = json.dumps(told | {"data": spoiling(request.path, told.get("data"))})
        return type(whole)(body=body.encode())

    monkeypatch.setattr(server, "answer", spoilt)


def spoil_scene(
    server: AnkerSimulator, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], None]
) -> None:
    """Let something in every scene be another."""

    def spoiling(path: str, data: Any) -> Any:
        if path == SCENE:
            change(data)
        return data

    spoil_answers(server, monkeypatch, spoiling)


def truth(server: AnkerSimulator, day: date, number: int = 0) -> Energies:
    """Return what a site really counted on a day until now."""
    server.catch_up()
    return server.world.sites[number].diary.days.get(day, Energies())


def lived(server: AnkerSimulator, first: date, last: date, number: int = 0) -> Energies:
    """Return what a site really counted from one day to another, both included."""
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    return sum((truth(server, day, number) for day in days), Energies())


def sensors(hub: Hub, server: AnkerSimulator, span: str) -> dict[str, str]:
    """Return the sensors of a site's energies of a ``span`` (today, total) that exist, with what is true of each."""
    named = {f"{site(server)}_{key}_{span}": name for key, name in OF_A_SITE.items()}
    return {unique_id: name for unique_id, name in named.items() if hub.has(unique_id)}


def midnight_after(day: date, zone: ZoneInfo = BERLIN) -> datetime:
    """Return when a day is over."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)


async def live_till(hub: Hub, moment: datetime, *, each: Callable[[], Any] | None = None, step: float = 0.0) -> None:
    """Let time pass until a moment."""
    await live_on(hub, (moment - dt_util.utcnow()).total_seconds(), each=each, step=step)
