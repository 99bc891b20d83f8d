"""Energy added up from power, where nobody counts it."""

from collections.abc import Mapping
from datetime import datetime
import math
from typing import Any, Final, NamedTuple

_GAP: Final = 900.0  # s; what happened in a longer silence nobody knows
_MOST: Final = 1e9  # W; more is garbage
_JOULES: Final = 3.6e6  # of a kWh


class Energies(NamedTuple):
    """What went each way so far, in kWh: while the power was above zero, and while it was below."""

    above: float
    below: float


class Integral:
    """Adds up any number of powers, each known by a key of the caller's.

    Between two samples the power is taken to have gone straight from one to the other; where it changed
    sign on the way, both directions get their part. A gap of more than 15 minutes is not bridged: an
    estimate may be too low, it never makes up what was not seen.
    """

    def __init__(self, state: dict[str, Any]) -> None:
        """Go on from ``state``, which is kept up to date: JSON types, by key."""
        self._state = state

    def add(self, key: str, power: float | None, at: datetime) -> Energies | None:
        """Return the energies (kWh, never falling) after a power (W) that was measured at ``at`` (aware).

        ``None`` before there was any power. A sample that is not newer than the last one adds nothing;
        ``None`` and what is no power at all break the line: it starts anew with the next sample.
        """
        old = _read(self._state.get(key))
        seconds = at.timestamp()
        if power is None or not -_MOST < power < _MOST:
            if old is not None and old.at is not None:
                self._state[key] = old._replace(at=None)._asdict()
            return None if old is None else Energies(old.above, old.below)
        if old is not None and old.at is not None and seconds <= old.at:
            return Energies(old.above, old.below)
        above, below = (0.0, 0.0) if old is None else (old.above, old.below)
        if old is not None and old.at is not None and seconds - old.at <= _GAP:
            more, less = _areas(old.power, power, seconds - old.at)
            above, below = above + more, below + less
        self._state[key] = _Line(power=power, at=seconds, above=above, below=below)._asdict()
        return Energies(above, below)


class _Line(NamedTuple):
    """The last sample of a power (``at`` in Unix seconds, ``None``: the line is broken) and the energies up to it."""

    power: float
    at: float | None
    above: float
    below: float


def _areas(first: float, last: float, seconds: float) -> tuple[float, float]:
    """Return the kWh above and below zero of a straight line between two powers."""
    if first * last >= 0:
        area = (first + last) / 2 * seconds / _JOULES
        return max(area, 0.0), max(-area, 0.0)
    crossing = seconds * (first / (first - last))
    one = abs(first) / 2 * crossing / _JOULES
    other = abs(last) / 2 * (seconds - crossing) / _JOULES
    return (one, other) if first > 0 else (other, one)


def _read(stored: object) -> _Line | None:
    """Return what was kept, ``None`` for what is not whole."""
    if not isinstance(stored, Mapping):
        return None
    found = {name: stored.get(name) for name in _Line._fields}
    numbers = [value for name, value in found.items() if name != "at" or value is not None]
    for value in numbers:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
    line = _Line(**found)  # type: ignore[arg-type]  # every value was looked at
    return line if line.above >= 0 and line.below >= 0 else None
