"""Questions about energies and what recordings look like, for the checks of Anker's statistics (anker.md §10)."""

from collections.abc import Iterator, Mapping
from datetime import date
import json
from pathlib import Path
from typing import Any

from tests.simulators.anker.energies import Energies

from .anker_host import ENERGY, RECORDINGS, App

DAYS = (date(2026, 6, 18), date(2026, 6, 19))
FIRST = Energies(
    solar_to_home=1.25,
    solar_to_battery=2.5,
    solar_to_grid=0.75,
    battery_to_home=1.5,
    grid_to_home=3.0,
    grid_to_battery=0.25,
    socket=0.1,
    third_party=2.0,
    third_to_battery=0.2,
    third_to_grid=0.3,
    plugs=0.8,
    charger=4.0,
)
SECOND = Energies(solar_to_home=0.5, battery_to_home=0.25, battery_to_grid=0.25, grid_to_home=6.0, plugs=0.2)
"""Two days made up by hand; with them every expected value can be added up on paper."""


def write_days(client: App) -> None:
    """Put the two days into the first site's books."""
    client.world.sites[0].diary.days.update(zip(DAYS, (FIRST, SECOND), strict=True))


async def ask(
    client: App, device_type: str, first: str, last: str | None = None, *, kind: str = "week", serial: str = ""
) -> dict[str, Any]:
    """Ask about the first site and return the answer."""
    body = {
        "site_id": client.site_id,
        "device_sn": serial,
        "device_type": device_type,
        "type": kind,
        "start_time": first,
        "end_time": first if last is None else last,
    }
    answer: dict[str, Any] = await client.data(ENERGY, body)
    return answer


def values(points: list[dict[str, Any]]) -> dict[str, str]:
    """Return the values of a list by label."""
    return {point["time"]: point["value"] for point in points}


def recorded(pattern: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield recorded successes by file."""
    for path in sorted(RECORDINGS.glob(pattern)):
        answer = json.loads(path.read_text())
        if answer["code"] == 0:
            yield path, answer["data"]


def told(answer: Mapping[str, Any]) -> set[str]:
    """Return the keys of an answer that hold something."""
    return {name for name, value in answer.items() if value not in ("", None)}


def shape(value: Any) -> Any:
    """Return what a value is made of: keys and kinds, of a list those of its elements together."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return ["list", *sorted({json.dumps(shape(part), sort_keys=True) for part in value})]
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else "text"
