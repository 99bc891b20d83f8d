"""From objects of answers to readings: numbers, what is not fitted, what was there and is missing now (anker.md §7.2, §8)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
import logging
from typing import Final

from ...core import words
from ...core.catalogue import Definition, look_up
from ...core.choices import NOTHING
from ...core.fitted import Fitted
from ...core.model import Gone, Ref, Reported
from ...core.parse import measured, number, text
from ..base import PrivateStore
from .model import Bean

_WORDS = words.Words(logging.getLogger(__name__))

type Values = dict[Ref, Reported]

_MOST: Final = 1e9  # of anything; more is garbage
_MANY: Final = 1e6  # of things that are counted
_NOISE: Final = 100.0  # W below zero that come of numbers measured a moment apart
_DIGITS: Final = 6
_LONGEST_CODE, _LONGEST_TEXT = 40, 100
_NOT_NEGATIVE: Final = frozenset({"solar_power", "pv_power", "home_power", "plug_power", "ev_charging_power"})
_SHARES: Final = frozenset({"battery_level", "signal_strength"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One number: its key, under which names it is told (the first that is there), in which unit if it names none.

    ``optional``: zeros are told by what has no such part, too; it shows once it was something else.
    """

    key: str
    names: tuple[str, ...]
    unit: str | None = None
    optional: bool = False


def field(key: str, spelt: str, *, optional: bool = False) -> Field:
    """Return a field of a text: ``"first|second@unit"``, without unit the catalogue's."""
    names, _, unit = spelt.partition("@")
    return Field(key=key, names=tuple(names.split("|")), unit=unit or None, optional=optional)


def rows(*, optional: bool = False, **spelt: str) -> tuple[Field, ...]:
    """Return fields by their keys."""
    return tuple(field(key, names, optional=optional) for key, names in spelt.items())


class Reader:
    """Remembers in the shared store which readings each device was seen to have.

    What was there and is missing now has no value, what never was is left out. Counters that are missing are always
    left out: what they were still stands.
    """

    def __init__(self, store: PrivateStore) -> None:
        """Go on from what is remembered."""
        self._fitted = Fitted(store.shared.setdefault("fitted", {}), store.save_later)

    def read(self, owner: str, part: str, fields: Iterable[Field], bean: Bean) -> Values:
        """Return the numbers that an object tells of ``owner`` (a device id); ``part`` names which object it is."""
        return self.keep(owner, part, self.numbers(owner, fields, bean))

    def numbers(self, owner: str, fields: Iterable[Field], bean: Bean) -> dict[str, Reported]:
        """Return the numbers that an object tells, by key, without those of parts that are not fitted."""
        found = {entry.key: _told(entry, bean) for entry in fields}
        optional = {entry.key for entry in fields if entry.optional}
        fitted = self.fitted(owner, (key for key in optional if found[key]))
        return {key: value for key, value in found.items() if key not in optional or key in fitted}

    def fitted(self, owner: str, keys: Iterable[str]) -> frozenset[str]:
        """Remember that these are more than a zero; return all that ever were."""
        return self._fitted.add(owner, "fitted", keys)

    def keep(self, owner: str, part: str, found: Mapping[str, Reported]) -> Values:
        """Return readings, with ``None`` for those of this part that were there and are missing now."""
        known = self._fitted.add(owner, part, (key for key, value in found.items() if value is not None))
        kept = {key: found.get(key) for key in sorted(known)}
        return {Ref(owner, key): value for key, value in kept.items() if value is not None or _lapses(key)}


def watts(bean: Bean, *names: str) -> float | None:
    """Return a power in W, of several names the first that tells one."""
    return next((found for name in names if (found := _sane(measured(bean.get(name), "W", "W"))) is not None), None)


def known(found: Mapping[str, Reported]) -> dict[str, Reported]:
    """Return the readings that have a value."""
    return {key: value for key, value in found.items() if value is not None}


def of(owner: str, found: Mapping[str, Reported]) -> Values:
    """Return the readings of a device that have a value."""
    return {Ref(owner, key): value for key, value in found.items() if value is not None}


def unreachable(values: Values) -> Values:
    """Return what is left of the readings of a device that is offline: what it measures is gone, the rest stays."""
    return {ref: Gone.GONE if definition_of(ref.key).expires else value for ref, value in values.items()}


def is_online(bean: Bean) -> bool | None:
    """Return what ``status`` says: "1" is online, "0" is not (§7.2)."""
    return {"1": True, "0": False}.get(code(bean.get("status")) or "")


def fault(value: object) -> str | None:
    """Return an error code as text; 0 is none (``–``)."""
    said = code(value)
    return NOTHING if said == "0" else said


def count(value: object) -> int | None:
    """Return a number of things; ``None`` for one that no house has."""
    found = number(value)
    return int(found) if found is not None and 0 <= found < _MANY else None


def code(value: object) -> str | None:
    """Return a code as text; ``None`` for one that is too long to be any."""
    said = words.code(value)
    return said if said is None or len(said) <= _LONGEST_CODE else None


def phrase(value: object) -> str | None:
    """Return a text that somebody wrote, no longer than can be shown."""
    said = text(value)
    return None if said is None else said[:_LONGEST_TEXT]


def word(what: str, value: object, table: Mapping[str, str]) -> str | None:
    """Return our word for a code; an unknown one is ``other`` and logged once."""
    return _WORDS.translate(table, code(value), what)


def plausible(key: str, value: float | None) -> float | None:
    """Return a number of a reading without binary noise; ``None`` for one that cannot be."""
    value = _sane(value)
    if value is None:
        return None
    stem = definition_of(key).key
    if stem in _NOT_NEGATIVE and value < 0:
        return 0.0 if value > -_NOISE else None
    if stem in _SHARES and not 0 <= value <= 100:
        return None
    return round(value, _DIGITS) + 0.0


@cache
def definition_of(key: str) -> Definition:
    """Return what the catalogue says of a reading's key."""
    return look_up(key)[0]


def _told(entry: Field, bean: Bean) -> float | None:
    unit = definition_of(entry.key).unit
    for name in entry.names:
        value = bean.get(name)
        found = number(value) if unit is None else measured(value, entry.unit or unit, unit)
        if found is not None:
            return plausible(entry.key, found)
    return None


def _sane(value: float | None) -> float | None:
    return None if value is None or abs(value) > _MOST else value


def _lapses(key: str) -> bool:
    definition = definition_of(key)
    return definition.kind in ("measurement", "state")
