"""What the fields of the wire mean: from an object of an answer to the catalogue (growatt.md Part D, 0.2)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
import logging
import math
from typing import Final

from ...core.catalogue import Definition, look_up
from ...core.choices import NOTHING
from ...core.fitted import Fitted
from ...core.model import Gone, Ref, Reported, Value
from ...core.parse import flag, measured, number, text
from ...core.quantities import Kind, Quantity
from ...core.words import Words, code
from ..base import PrivateStore
from .devices import pack_id
from .fields import Field, Formula, Part, Table
from .fields_tables import TABLES
from .model import Bean, Family, Listed
from .names import Names

translate = Words(logging.getLogger(__name__)).translate

type Values = dict[Ref, Reported]

# Digits that mean something: the rest of a single-precision number is noise (0.2).
_DIGITS: Final[Mapping[Quantity, int]] = {
    Quantity.FREQUENCY: 2,
    Quantity.CELL_VOLTAGE: 3,
    Quantity.MONEY: 2,
    Quantity.STORED_ENERGY: 2,
}
_NOISE: Final = 100.0  # W below zero that a sleeping input may show
_NOT_NEGATIVE: Final = frozenset({"solar_power", "home_power", "pv_power"})
_SHARES: Final = frozenset({"battery_level", "battery_health"})
_COUNTERS: Final = frozenset({Kind.DAILY, Kind.LIFETIME})
_LOST_WORDS: Final = (".lost", "offline")

_FAULT: Final = ("faultType", "errorCode", "faultCode", "faultCode1", "errorcode")
_FAULT_TEXT: Final = ("errorText",)
_WARNING: Final = ("warnCode", "warnCode1")
_WARNING_TEXT: Final = ("warnText",)
_NO_WORDS: Final = frozenset({"unknown", "none", "normal", "0"})

_NOTHING: Final = Table()


class Readings:
    """Reads objects and remembers in the shared store what each device was seen to have.

    A group of readings (a meter, a string, a pack) appears when one of its numbers is not zero for the
    first time, and stays. A number that was there and is missing now has no value; one that never
    was is left out.
    """

    def __init__(self, store: PrivateStore) -> None:
        """Go on from what is remembered."""
        self._seen = Fitted(store.shared.setdefault("fitted", {}), store.save_later)

    def of_device(
        self,
        device: Listed,
        part: Part,
        bean: Bean,
        *,
        at: datetime | None = None,
        device_id: str | None = None,
        family: Family | None = None,
    ) -> Values:
        """Return the readings of a device, and of its packs, in the catalogue's units and signs.

        ``at`` is when it was measured (``times.measured_at``). ``device_id`` is needed where that is not the
        serial number (a pack), ``family`` where the object is another family's than the list says. While the
        device is lost, what it measures is GONE, and its counters stay; a total of 0 is none then.
        """
        owner = device_id or device.serial
        table = TABLES.get((family or device.family, part), _NOTHING)
        told = is_lost(bean)
        lost = bool(device.lost) if told is None else told
        values = self._read(owner, part, table, bean)
        if not table.instant:
            return values
        if lost:
            values = {ref: kept for ref, value in values.items() if (kept := _when_lost(ref, value)) is not None}
            for ref in values:
                if ref.key == "device_status":
                    values[ref] = "offline"
        if part is not Part.OVERVIEW and (told is not None or device.lost is not None):
            values[Ref(owner, "reachable")] = not lost
        if at is not None:
            values[Ref(owner, "last_measured")] = at
        return values

    def of_plant(self, plant: str, part: Part, bean: Bean, *, at: datetime | None = None) -> Values:
        """Return the readings of a plant; ``plant`` is its device id."""
        values = self._read(plant, part, TABLES[None, part], bean)
        return values | ({Ref(plant, "last_measured"): at} if at else {})

    def forget(self, device: str) -> None:
        """Forget what a device was seen to have."""
        self._seen.forget(device)

    def _read(self, owner: str, part: Part, table: Table, bean: Bean) -> Values:
        said = Names(table.repair(bean) if table.repair else bean)
        numbers = [(field, _number(field, table, said)) for field in table.fields]
        fitted = self._fitted(owner, table, said, numbers)
        had = set(self._seen.of(owner, part))
        values: Values = {}
        for field, found in numbers:
            ref = Ref(pack_id(owner, field.pack) if field.pack else owner, field.key)
            name = f"{field.pack or ''} {field.key}".strip()
            if (found is not None or name in had) and (field.group is None or field.group in fitted):
                values[ref] = found
                had.add(name)
        self._seen.add(owner, part, had)
        return _without(_missing_packs(owner, numbers), values) | _in_words(owner, table, said, fitted)

    def _fitted(
        self, owner: str, table: Table, said: Names, numbers: Sequence[tuple[Field, float | None]]
    ) -> frozenset[str]:
        """Return the groups that the device has, as far as it ever showed."""
        now = {field.group for field, found in numbers if field.group and found}
        now |= {group for group, names in table.evidence.items() if any(map(_is_there, map(said.get, names)))}
        return self._seen.add(owner, "groups", now)


def is_lost(bean: Bean) -> bool | None:
    """Tell whether the device has not reported lately; ``None`` where the object does not say (0.2, D.3).

    ``lost`` may be a flag or a text such as ``mix.status.normal`` or ``inverter.status.lost``.
    """
    said = bean.get("lost")
    if (known := flag(said)) is not None:
        return known
    if isinstance(said, str) and said:
        return any(word in said.casefold() for word in _LOST_WORDS)
    if bean.get("time") == "":
        return True  # nothing is known about the device (A.6.2)
    return None


@cache
def _definition(key: str) -> Definition:
    return look_up(key)[0]


def _number(field: Field, table: Table, said: Names) -> float | None:
    """Return a number in the catalogue's unit, without noise; ``None`` for one that cannot be."""
    definition = _definition(field.key)
    found = _evaluate(field.formula, definition, table, said)
    if found is None:
        return None
    if definition.key in _NOT_NEGATIVE:
        found = max(found, 0.0) if found >= -_NOISE else None
    elif definition.key in _SHARES:
        found = found if 0 <= found <= 100 else None
    elif definition.kind in _COUNTERS and found < 0:
        found = None
    if found is None or definition.quantity is Quantity.COUNT:
        return None if found is None else round(found)
    return round(found, _DIGITS.get(definition.quantity, 1)) + 0.0


def _evaluate(formula: Formula, definition: Definition, table: Table, said: Names) -> float | None:
    found: float | None = 0.0
    for sign, terms in ((1, formula.add), (-1, formula.subtract)):
        numbers = [_first(term, formula, definition, table, said) for term in terms]
        known = [number for number in numbers if number is not None]
        if terms and (not known or numbers[0] is None):  # the others may not be fitted
            found = None
        elif found is not None:
            found += sign * math.fsum(known)
    if not found and formula.otherwise is not None:
        other = _evaluate(formula.otherwise, definition, table, said)
        return found if other is None else other
    return found


def _first(names: tuple[str, ...], formula: Formula, definition: Definition, table: Table, said: Names) -> float | None:
    """Return the first number that is not zero, else the first one."""
    found = [
        value for name in names if (value := _convert(said.get(name), formula.unit, definition, table)) is not None
    ]
    return next(filter(None, found), found[0] if found else None)


def _convert(value: object, unit: str | None, definition: Definition, table: Table) -> float | None:
    """Return a value of the wire in the catalogue's unit."""
    if isinstance(value, str):
        value = value.partition("_")[0]  # some glue the time to it: "1.5_1720071651105" (A.4)
    to = definition.unit
    if to is None:
        return number(value)
    bare = unit or (table.power_unit if definition.quantity is Quantity.POWER else to)
    return measured(value, bare, to)


def _missing_packs(owner: str, numbers: Sequence[tuple[Field, float | None]]) -> frozenset[str]:
    """Return the packs of which every number is zero: none is so cold and so empty and never was charged."""
    packs = {field.pack for field, _ in numbers if field.pack}
    there = {field.pack for field, found in numbers if field.pack and found}
    return frozenset(pack_id(owner, pack) for pack in packs - there)


def _without(missing: frozenset[str], values: Values) -> Values:
    """Return readings where what belongs to these packs is that of something lost."""
    kept = {ref: _when_lost(ref, value) if ref.device in missing else value for ref, value in values.items()}
    return {ref: value for ref, value in kept.items() if value is not None or ref.device not in missing}


def _when_lost(ref: Ref, value: Reported) -> Reported:
    """Return what is left of a value while the device is lost; ``None`` for what is no value at all."""
    definition = _definition(ref.key)
    if definition.kind is Kind.LIFETIME and not value:
        return None  # a device out of reach tells 0 of its whole life
    return Gone.GONE if definition.expires else value


def _is_there(value: object) -> bool:
    """Tell whether a flag or a serial number shows that something is fitted; other words show nothing."""
    if isinstance(value, bool):
        return value
    said = code(value)
    return said is not None and said != "0" and any(letter.isdigit() for letter in said)


def _in_words(owner: str, table: Table, said: Names, fitted: frozenset[str]) -> Values:
    """Return the readings that are no numbers."""
    values: Values = {}
    for entry in table.words:
        given = next((value for name in entry.names if (value := said.get(name)) is not None), None)
        if (word := translate(entry.codes, given, entry.key.replace("_", " "))) is not None:
            values[Ref(owner, entry.key)] = word
    for line in table.texts:
        told = next(filter(None, (code(said.get(name)) for name in line.names)), None)
        if told is not None and (line.group is None or line.group in fitted):
            values[Ref(owner, line.key)] = told
    if any(entry.key == "device_status" for entry in table.words):
        values |= _trouble(owner, said, values.get(Ref(owner, "device_status")))
    return values


def _trouble(owner: str, said: Names, status: Reported) -> Values:
    """Return fault and warning in words, else their codes, and whether there is a fault at all."""
    codes = [code(said.get(name)) for name in _FAULT]
    told: dict[str, Value] = {}
    if any(known is not None for known in codes):
        told["fault"] = _trouble_words(codes, said, _FAULT_TEXT)
        told["problem"] = told["fault"] != NOTHING or status == "fault"
    warnings = [code(said.get(name)) for name in _WARNING]
    if any(known is not None for known in warnings):
        told["warning"] = _trouble_words(warnings, said, _WARNING_TEXT)
    return {Ref(owner, key): value for key, value in told.items()}


def _trouble_words(codes: Iterable[str | None], said: Names, names: Iterable[str]) -> str:
    worst = next((known for known in codes if known not in (None, "0")), None)
    if worst is None:
        return NOTHING
    words = next(filter(None, (text(said.get(name)) for name in names)), None)
    return words if words and words.casefold() not in _NO_WORDS else worst
