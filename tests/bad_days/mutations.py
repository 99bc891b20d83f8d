"""Answers that are almost right: what may be wrong with their values, and what must be right all the same."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.bad_days.growatt_tools import States

type Mutation = Callable[[Any, Random], Any]


def totals(shown: States) -> dict[str, float]:
    """Return every total of a life among the states."""
    return {name: float(state) for name, state in shown.items() if name.endswith("_energy_total")}


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged with a traceback, or as an error."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name != "asyncio" and (record.exc_info or record.levelname in {"ERROR", "CRITICAL"})
    ]


def _text(value: Any, _random: Random) -> Any:
    """Return a number as text and a text that is a number as one."""
    match value:
        case bool():
            return value
        case int() | float():
            return str(value)
        case str():
            try:
                return float(value)
            except ValueError:
                return value
    return value


def _sometimes(what: Any) -> Mutation:
    """Return a mutation that puts something else in the place of every third value."""
    return lambda value, random: what if random.random() < 1 / 3 else value


def _nested(value: Any, random: Random) -> Any:
    """Put a value into a list or an object now and then."""
    return random.choice(([value], {"value": value}, [], {})) if random.random() < 1 / 4 else value


def _blank(value: Any, random: Random) -> Any:
    """Put a spelling of nothing in the place of every third value."""
    return random.choice(BLANKS) if random.random() < 1 / 3 else value


BLANKS = ("", "-", "--", "n/a", "null", "NaN", '"null"')
MUTATIONS: dict[str, Mutation] = {
    "texts and numbers swapped": _text,
    "null": _sometimes(None),
    "nothing in words": _blank,
    "nested": _nested,
    "endless": _sometimes(10**400),
}
HARMLESS = frozenset({"texts and numbers swapped"})


def mutated(data: Any, mutate: Mutation, random: Random, *, top: bool = True) -> Any:
    """Return an answer with its values mutated; the frame stays, so that the values are looked at."""
    match data:
        case dict():
            return {key: mutated(value, mutate, random, top=False) for key, value in data.items()}
        case list():
            return [mutated(value, mutate, random, top=False) for value in data]
    return data if top else mutate(data, random)
