"""From an object of an answer to readings: units, sentinels, what is not fitted, what is offline (goodwe.md §1.3, §9)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
import logging
from typing import Final

from ...core.catalogue import Definition, look_up
from ...core.fitted import Fitted
from ...core.model import Gone, Ref, Reported
from ...core.parse import measured, number, text
from ...core.quantities import Kind, Quantity
from ...core.words import Words
from ..base import PrivateStore
from .fields import Field, Table, Word
from .model import Bean, Factor
from .powers import not_negative

translate = Words(logging.getLogger(__name__)).translate

type Values = dict[Ref, Reported]
type Source = Callable[[str], tuple[object, str | None]]
"""What an object has under a name, and the unit that goes with it."""

# By which numbers an inverter says that there is none (§1.3): those of a register with all bits set.
_ALL_BITS: Final = (4294967.295, 65535.0)
_U16_TENTHS: Final = (*_ALL_BITS, 6553.5)
_SENTINELS: Final[Mapping[Quantity, tuple[float, ...]]] = {
    Quantity.VOLTAGE: (*_U16_TENTHS, -0.001),
    Quantity.CURRENT: (*_U16_TENTHS, 655.35),
    Quantity.TEMPERATURE: _U16_TENTHS,
    Quantity.FREQUENCY: (*_ALL_BITS, 655.35),
    Quantity.RATIO: (*_U16_TENTHS, -0.1, -0.001),
    Quantity.CHARGE: (*_U16_TENTHS, -0.1),
    Quantity.ENERGY: (4294967.295, 429496729.5),
    Quantity.CELL_VOLTAGE: _ALL_BITS,
    Quantity.RESISTANCE: _U16_TENTHS,
}
_LASTING: Final = frozenset({"rated_power", "solar_energy_month", "solar_energy_year", "solar_energy_at_month_start"})
_OF_THE_SUN: Final = frozenset({"solar_power", "output_power", "pv_power"})
_NOT_NEGATIVE: Final = frozenset({"solar_power", "home_power", "pv_power", "ev_charging_power", "other_solar_power"})
_SHARES: Final = frozenset({"battery_level", "self_consumption", "autarky"})
_COUNTERS: Final = frozenset({Kind.DAILY, Kind.LIFETIME})
_DIGITS: Final = 3
_MOST: Final = 1e12  # of anything; more is garbage


class Reader:
    """Reads objects and remembers in the shared store what each device was seen to have.

    A group of readings (a meter, a string, a battery) appears when one of its numbers is not zero for the first time,
    and stays. A number that was there and is missing now has no value; one that never was is left out. Counters that
    are missing, and lifetime totals of 0, are left out, too: what they were still stands (§5.4, §9).
    """

    def __init__(self, store: PrivateStore) -> None:
        """Go on from what is remembered."""
        self._store = store
        self.fitted = Fitted(store.shared.setdefault("fitted", {}), store.save_later)

    def read(self, owner: str, part: str, table: Table, source: Source) -> Values:
        """Return what an object tells of ``owner`` (a device id); ``part`` names which object it is."""
        numbers = [(field, _number(field, source)) for field in table.fields]
        shown = {field.group for field, found in numbers if field.group and found and not field.floats}
        fitted = self.fitted.add(owner, "groups", shown)
        had = self.fitted.of(owner, part)
        found: dict[str, Reported] = {}
        for field, value in numbers:
            if (field.group is None or field.group in fitted) and (value is not None or field.key in had):
                found[field.key] = value if found.get(field.key) is None else found[field.key]
        self.fitted.add(owner, part, (key for key, value in found.items() if value is not None))
        words = {entry.key: said for entry in table.words if (said := _said(entry, source)) is not None}
        return {Ref(owner, key): value for key, value in (found | words).items() if _stands(key, value)}

    def keep(self, owner: str, part: str, found: Mapping[str, Reported]) -> Values:
        """Return readings that were worked out by hand, with ``None`` for those that were there and are missing now."""
        known = self.fitted.add(owner, part, (key for key, value in found.items() if value is not None))
        return {Ref(owner, key): _rounded(found.get(key)) for key in sorted(known)}

    def add(self, owner: str, part: str, key: str, value: float | None) -> Values:
        """Return one more of the readings that ``keep`` remembers, nothing where it is not told."""
        if value is None:
            return {}
        self.fitted.add(owner, part, [key])
        return {Ref(owner, key): _rounded(value)}


@cache
def _definition(key: str) -> Definition:
    return look_up(key)[0]


def source_of(bean: Bean) -> Source:
    """Return the source that an object is: bare values, or factors that have their own units."""

    def _get(name: str) -> tuple[object, str | None]:
        value = bean.get(name)
        return (value.data, text(value.unit)) if isinstance(value, Factor) else (value, None)

    return _get


def when_offline(values: Values, *, dark: bool) -> Values:
    """Return what is left of the readings of a device that is offline.

    ``dark``: it runs on the sun alone, so its powers are 0 (§9). What else it measures is GONE; counters stay.
    """
    zeros = {ref: 0.0 for ref in values if dark and _definition(ref.key).key in _OF_THE_SUN}
    return when_stale(values) | zeros


def when_stale(values: Values) -> Values:
    """Return the readings of something that has been silent for too long: only what lasts has a value."""
    return {
        ref: Gone.GONE if _definition(ref.key).expires and ref.key not in _LASTING else value
        for ref, value in values.items()
    }


def with_time(owner: str, values: Values, at: datetime | None) -> Values:
    """Return readings with when they were measured."""
    return values if at is None else {**values, Ref(owner, "last_measured"): at}


def neat(definition: Definition, value: float | None) -> float | None:
    """Return a number without noise; ``None`` for one that cannot be."""
    if value is None or abs(value) > _MOST:
        return None
    if definition.key in _NOT_NEGATIVE:
        value = not_negative(value)
    elif definition.key in _SHARES:
        value = value if 0 <= value <= 100 else None
    elif definition.key == "battery_health":
        value = value if 0 < value <= 100 else None
    elif definition.key == "power_factor":
        value = value if -100 <= value <= 100 else None
    elif definition.kind in _COUNTERS and value < 0:
        value = None
    return None if value is None else round(value, _DIGITS) + 0.0


def _rounded(value: Reported) -> Reported:
    return round(value, _DIGITS) + 0.0 if isinstance(value, float) else value


def _stands(key: str, value: Reported) -> bool:
    kind = _definition(key).kind
    return kind not in _COUNTERS or (value is not None and (kind is Kind.DAILY or bool(value)))


def _number(field: Field, source: Source) -> float | None:
    """Return a number in the catalogue's unit; of several names the first that has one."""
    definition = _definition(field.key)
    for name in field.names:
        value, unit = source(name)
        found = _converted(value, unit or field.unit, definition)
        if found is not None:
            return neat(definition, -found if field.negated else found)
    return None


def _converted(value: object, unit: str | None, definition: Definition) -> float | None:
    absent = _SENTINELS.get(definition.quantity, ())
    if definition.unit is None:
        return number(value, absent=absent)
    return measured(value, unit or definition.unit, definition.unit, absent=absent)


def _said(entry: Word, source: Source) -> str | None:
    for name in entry.names:
        if (said := translate(entry.codes, source(name)[0], entry.key.replace("_", " "))) is not None:
            return said
    return None
