"""Everything that another client keeps of an account has a place here, or a reason why nothing is made of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.catalogue import look_up
from custom_components.solar_battery_hub.vendors.anker.controls import KEYS as SETTINGS

from . import cache_table as table
from .recordings import FOLDERS, load, needs_recordings

_DEEP = 3  # so far down their sites are looked at
TABLES = {
    "devices": (table.DEVICES_READ, table.DEVICES_HELD, table.DEVICES_LEFT),
    "sites": (table.SITES_READ, table.SITES_HELD, table.SITES_LEFT),
    "account": (table.ACCOUNT_READ, table.ACCOUNT_HELD, table.ACCOUNT_LEFT),
}


def fields(about: str) -> set[str]:
    """Return every field of theirs that is anywhere in the recordings."""
    found: set[str] = set()
    for folder in FOLDERS:
        made = load(folder, f"api_{about}") or {}
        if about == "account":
            found |= made.keys()
            continue
        for entry in made.values():
            found |= entry.keys() if about == "devices" else set(paths(entry))
    return found


def paths(data: Any, above: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the paths in a site of theirs."""
    if isinstance(data, dict) and depth < _DEEP:
        for name, value in data.items():
            yield from paths(value, f"{above}.{name}" if above else name, depth + 1)
    elif isinstance(data, list) and data and isinstance(data[0], dict) and depth < _DEEP:
        for value in data:
            yield from paths(value, f"{above}[]", depth)
    else:
        yield above


def listed(about: str) -> list[str]:
    """Return what a table names."""
    return [name for part in TABLES[about] for names in part.values() for name in names.split()]


def fits(name: str, path: str) -> bool:
    """Tell whether a name of the table is that of a field."""
    return path.startswith(name[:-1]) if name.endswith("*") else path == name


@needs_recordings
@pytest.mark.parametrize("about", TABLES)
def test_every_field_has_one_place(about: str) -> None:
    names = listed(about)
    assert {
        path: found for path in fields(about) if len(found := [name for name in names if fits(name, path)]) != 1
    } == {}


@needs_recordings
@pytest.mark.parametrize("about", TABLES)
def test_no_place_is_of_nothing(about: str) -> None:
    known = fields(about)
    assert [name for name in listed(about) if not any(fits(name, path) for path in known)] == []


@pytest.mark.parametrize("about", TABLES)
def test_what_is_read_exists(about: str) -> None:
    for key in TABLES[about][0]:
        if not any(key in keys for keys in SETTINGS.values()):
            look_up(key)
