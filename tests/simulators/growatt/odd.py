"""Odd values the real server sends now and then (growatt.md 0.2, F.7), by field."""

from collections.abc import Callable
from typing import Any

type Oddity = Callable[[Any], Any]

MISSING = object()


def _always(value: Any) -> Oddity:
    """Return an oddity that is always the same."""
    return lambda _: value


LIVE: dict[str, Oddity] = {
    "temp2": _always(""),
    "temp3": _always("null"),
    "temp4": _always("--"),
    "temp5": _always('"null"'),
    "pf": _always(MISSING),
    "bmsSoh": _always(None),
    "fac": str,
    "pac": lambda value: f"{value} W",
    "etoUserTotal": lambda value: f"{value} kWh",
    "epvTotal": lambda value: f"{value / 1000:.4f} MWh",
    "status": str,
}
SETTINGS: dict[str, Oddity] = {
    "forcedTimeStart9": _always("11:187"),
    "forcedTimeStop9": _always("11:187"),
    "forcedTimeStart8": _always("null"),
    "forcedTimeStop8": _always(""),
    "forcedDischargeTimeStart3": _always("11:187"),
    "forcedDischargeTimeStop3": _always("24:00"),
    "activeRate": _always(255),
}


def _odd(data: dict[str, Any], table: dict[str, Oddity]) -> dict[str, Any]:
    """Return an object with its odd fields."""
    changed = {name: table[name](value) if name in table else value for name, value in data.items()}
    return {name: value for name, value in changed.items() if value is not MISSING}


def odd_live(data: dict[str, Any]) -> dict[str, Any]:
    """Return live values with texts, units and holes where numbers belong."""
    return _odd(data, LIVE)


def odd_settings(data: dict[str, Any]) -> dict[str, Any]:
    """Return settings with times no clock shows."""
    return _odd(data, SETTINGS)
