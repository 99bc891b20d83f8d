"""Answers that went wrong somewhere: only the error family, nothing else changes, never a zero."""

import copy
from random import Random
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import HubError
from custom_components.solar_battery_hub.core.model import Gone, Ref
from custom_components.solar_battery_hub.vendors.powerwall.endpoints import Endpoint
from custom_components.solar_battery_hub.vendors.powerwall.readings import Values, happening

from .recordings import ANSWERS, load, needs_recordings
from .sources import GATEWAY, READ, Path, Source

pytestmark = needs_recordings

MUTATIONS = 12_000
EACH = MUTATIONS // len(ANSWERS) + 1

JUNK: tuple[Any, ...] = (
    None,
    True,
    False,
    "",
    "n/a",
    "--",
    "NaN",
    [],
    {},
    [1],
    {"a": 1},
    10**400,
    "\x00",
    "0x10",
    "1e999",
)
_MISSING = object()


def places(data: Any, at: Path = ()) -> list[Path]:
    """Return the path of every value in an answer, its root included."""
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [at, *(place for key, child in children for place in places(child, (*at, key)))]


def look_at(data: Any, place: Path) -> Any:
    """Return the value at a place."""
    for step in place:
        data = data[step]
    return data


def put(data: Any, place: Path, value: Any) -> Any:
    """Return a copy with another value at a place, or without it."""
    if not place:
        return None if value is _MISSING else value
    changed = copy.deepcopy(data)
    parent = look_at(changed, place[:-1])
    if value is _MISSING:
        del parent[place[-1]]
    else:
        parent[place[-1]] = value
    return changed


def spoil(value: Any, random: Random) -> Any:
    """Return something else for a value."""
    if isinstance(value, int | float) and not isinstance(value, bool) and random.random() < 0.5:
        return random.choice((value * 3 + 1, -value - 1, value / 7 + 2, 1e-300, 1e300, -1, 12345.678, "4321.5"))
    return random.choice((_MISSING, *JUNK))


def read(endpoint: Endpoint[Any], data: Any) -> Values | None:
    """Return what is read of an answer; ``None`` when it is refused as a whole."""
    try:
        said = endpoint.parse(data)
    except HubError:
        return None
    for fault in getattr(said, "faults", said if endpoint.path.endswith("grid_faults") else ()):
        happening(GATEWAY, fault)
    return READ[endpoint.path][0](said) if endpoint.path in READ else {}


def as_number(value: Any) -> float | None:
    """Return the number that a value is or says."""
    try:
        return None if isinstance(value, bool) else float(value)
    except TypeError, ValueError, OverflowError:
        return None


def is_right(found: Any, source: Source, value: Any) -> bool:
    """Tell whether a reading whose own field was changed is that number, or none."""
    if found is None or found is Gone.GONE or found is _MISSING:
        return True
    number = as_number(value)
    return number is not None and found == pytest.approx(source.convert(number), abs=1e-5, rel=1e-9)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_spoilt_answer_spoils_nothing_else(name: str) -> None:
    endpoint, data, random = ANSWERS[name], load(name), Random(f"powerwall {name}")
    sources: dict[Ref, Source] = dict(READ[endpoint.path][1](data)) if endpoint.path in READ else {}
    whole = read(endpoint, data)
    assert whole is not None
    spots = places(data)
    for _ in range(EACH):
        place = random.choice(spots)
        value = spoil(look_at(data, place), random)
        found = read(endpoint, put(data, place, value))
        if found is None:
            assert not place, f"{place} = {value!r} made the whole answer unreadable"
            continue
        for ref, source in sources.items():
            now = found.get(ref, _MISSING)
            if not source.touched_by(place):
                assert now == whole.get(ref, _MISSING), f"{place} = {value!r} changed {ref}"
            elif place == source.field:
                assert is_right(now, source, value), f"{place} = {value!r} became {ref} = {now!r}"
            else:
                assert now != 0 or whole.get(ref) == 0, f"{place} = {value!r} made {ref} a zero"


def test_enough_answers_are_spoilt() -> None:
    assert EACH * len(ANSWERS) >= 10_000


def test_the_sources_are_those_of_real_readings() -> None:
    """A source whose reading never has a value would check nothing; no gateway here measures that current."""
    seen: set[str] = set()
    named: set[str] = set()
    for name, endpoint in ANSWERS.items():
        if endpoint.path in READ:
            values = read(endpoint, load(name)) or {}
            named |= {ref.key for ref, _ in READ[endpoint.path][1](load(name))}
            seen |= {ref.key for ref, value in values.items() if isinstance(value, float | int)}
    assert named - seen == {"solar_current"}
