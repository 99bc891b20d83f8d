"""Tolerant scalars: what vendors write for numbers, units, times and words.

A value that cannot be read is ``None``, never a zero. Only the shape of a whole answer
raises (``mapping``, ``items``).
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
import math
import re
from typing import NamedTuple

from .choices import OTHER
from .errors import BadAnswer

_BLANKS = frozenset({"", "-", "--", "n/a", "null"})
_LONGEST = 80  # characters of a number or a time; more is garbage and would be slow to search

_QUANTITY = re.compile(
    r"(?P<sign>[+-]?)\s*(?P<digits>[0-9][0-9.,]*|\.[0-9]+)(?P<exponent>[eE][+-]?[0-9]+)?"
    r"\s*\(?(?P<unit>[^0-9.,:;_+()-]*)\)?"
)

# Spelling of the digits, what groups them, what separates the decimals. "1,234" alone fits
# none: it may be 1234 or 1.234. "1.234" is 1.234, as in JSON.
_SPELLINGS = tuple(
    (re.compile(pattern), group, point)
    for pattern, group, point in (
        (r"[0-9]+\.?[0-9]*|\.[0-9]+", "", "."),
        (r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]*|[0-9]{1,3}(,[0-9]{3}){2,}", ",", "."),
        (r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]*|[0-9]{1,3}(\.[0-9]{3}){2,}", ".", ","),
        (r"[0-9]+,([0-9]{1,2}|[0-9]{4,})|(0|[0-9]{4,}),[0-9]{3}", "", ","),
    )
)


class _Unit(NamedTuple):
    """A unit of a quantity: in its base unit a value is ``(value - zero) * factor``."""

    quantity: str
    factor: float
    zero: float = 0.0


_PREFIXES = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "m": 1e-3}
# In the order in which they are meant where capitals are not kept ("mwh" is mega).
_PREFIXED = {
    "W": "kMGm",
    "Wh": "kMGm",
    "var": "kM",
    "varh": "kM",
    "VA": "kM",
    "V": "mk",
    "A": "mk",
    "Ah": "mk",
    "Hz": "mk",
    "Ω": "kM",
    "g": "k",
}

_UNITS = {
    prefix + symbol: _Unit(symbol, _PREFIXES[prefix])
    for symbol, prefixes in _PREFIXED.items()
    for prefix in ("", *prefixes)
} | {
    "Watt": _Unit("W", 1.0),
    "Ws": _Unit("Wh", 1 / 3600),
    "Ohm": _Unit("Ω", 1.0),
    "kOhm": _Unit("Ω", 1e3),
    "MOhm": _Unit("Ω", 1e6),
    "%": _Unit("%", 1.0),
    "‰": _Unit("%", 0.1),
    "1": _Unit("%", 100.0),
    "t": _Unit("g", 1e6),
    "kt": _Unit("g", 1e9),
    "°C": _Unit("°C", 1.0),
    "℃": _Unit("°C", 1.0),
    "°F": _Unit("°C", 5 / 9, 32.0),
    "℉": _Unit("°C", 5 / 9, 32.0),
    "ns": _Unit("s", 1e-9),
    "µs": _Unit("s", 1e-6),
    "us": _Unit("s", 1e-6),
    "ms": _Unit("s", 1e-3),
    "s": _Unit("s", 1.0),
    "min": _Unit("s", 60.0),
    "h": _Unit("s", 3600.0),
    "d": _Unit("s", 86400.0),
}
_ANY_CASE: dict[str, _Unit] = {}
for _symbol, _unit in _UNITS.items():
    _ANY_CASE.setdefault(_symbol.casefold(), _unit)

_FLAGS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}

_FORMATS = ("%Y-%m-%d %H:%M:%S %z",)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138
_YEARS = range(2000, 2100)  # any other is a placeholder: 0001, 1970, all bits set …

_GO_PART = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h|d)"
_GO_DURATION = re.compile(rf"(?P<sign>[+-]?)(?P<parts>(?:{_GO_PART})+)")
_GO_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400}


def number(value: object, *, absent: Collection[float] = ()) -> float | None:
    """Return a number, whatever it is wrapped in.

    Takes a JSON number or a text with or without a unit after it, which is ignored:
    ``"9.3 kWh"``, ``"2337(W)"``, ``"12.3/€"``, ``"1,234.5"``, ``"1.234,5"``, ``"1,5"``.
    ``absent`` are the numbers by which this vendor says that there is none (6553.5, −0.1;
    compared to six digits). ``None`` for a bool, NaN, infinity, blanks (``""``, ``"--"``,
    ``"null"`` …), several numbers in one text, and ``"1,234"``, which has two readings.
    """
    found = _split(value)
    return None if found is None or _is_any(found[0], absent) else found[0]


def measured(value: object, unit: str, to: str, *, absent: Collection[float] = ()) -> float | None:
    """Return a number converted to the unit ``to``.

    ``unit`` is what the vendor means where the value itself names none; a unit glued to
    the value wins. Case matters only between m and M. Knows W, Wh, Ws, var, varh, VA, V, A, Ah,
    Hz, Ω, g and t with their prefixes, °C and °F, ns … d, and of shares %, ‰ and "1" (0…1).
    ``absent`` as in ``number``, before conversion. ``None`` as there, and for an unknown
    unit or one of another quantity. Raises ValueError when ``to`` is unknown.
    """
    target = _unit_of(to)
    if target is None:
        raise ValueError(to)
    found = _split(value)
    if found is None or _is_any(found[0], absent):
        return None
    amount, written = found
    source = _unit_of(written or unit)
    if source is None or source.quantity != target.quantity:
        return None
    if source == target:
        return amount
    return _finite((amount - source.zero) * source.factor / target.factor + target.zero)


def flag(value: object) -> bool | None:
    """Return a yes or no: JSON booleans, 0 and 1, and the usual words in any case."""
    if isinstance(value, int | float):
        return bool(value) if value in (0, 1) else None
    return _FLAGS.get(value.strip().casefold()) if isinstance(value, str) else None


def text(value: object) -> str | None:
    """Return a text without the space around it; an integer becomes its digits.

    ``None`` for the spellings of *no value* (``""``, ``"-"``, ``"--"``, ``"N/A"``,
    ``"null"``, also in quotes) and for every other type.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    stripped = value.strip()
    return None if stripped.strip('"').casefold() in _BLANKS else stripped


def choice(value: object, table: Mapping[str, str]) -> str | None:
    """Return what a code means, ``other`` for one that the table does not have.

    Codes are compared as ``text`` reads them, so 1 and "1" are the same code.
    """
    code = text(value)
    return None if code is None else table.get(code, OTHER)


def moment(value: object, zone: tzinfo | None = None, *formats: str) -> datetime | None:
    """Return a moment, aware and in UTC.

    Takes Unix seconds or milliseconds (number or text) and texts in one of ``formats``
    (of ``strptime``), else RFC 3339 and other ISO 8601 with any fraction, or
    ``2021-12-16 22:13:25 +0800``. ``zone`` is where a text without offset was written
    down; without it such a text is ``None``. In the repeated hour the first pass is
    meant. Years outside 2000–2099 are placeholders for *never*: ``None``.
    """
    if isinstance(value, str):
        found = _read_moment(re.sub(r":\s+", ":", _clipped(value)), zone, formats)
    else:
        found = _from_unix(_plain(value))
    if found is None or found.year not in _YEARS:
        return None
    return found.astimezone(UTC)


def duration(value: object) -> float | None:
    """Return seconds from a number of them or from Go's text: ``"230h55m59.93s"``.

    Go's units are ns, us or µs, ms, s, m and h; d is taken as well, and a comma at the
    end. A text without unit is in seconds.
    """
    if not isinstance(value, str):
        return _plain(value)
    stripped = _clipped(value).rstrip(",")
    if match := _GO_DURATION.fullmatch(stripped):
        parts = re.findall(r"([0-9.]+)([^0-9.]+)", match["parts"])
        seconds = sum(float(amount) * _GO_UNITS[unit] for amount, unit in parts)
        return _finite(-seconds if match["sign"] == "-" else seconds)
    found = _split(stripped)
    return found[0] if found and not found[1] else None


def mapping(value: object) -> Mapping[str, object]:
    """Return an answer that must be an object. Raises BadAnswer."""
    if not isinstance(value, Mapping):
        raise BadAnswer(f"An object was expected, not {type(value).__name__}")
    return value


def items(value: object) -> list[object]:
    """Return an answer that must be a list. Raises BadAnswer."""
    if not isinstance(value, list):
        raise BadAnswer(f"A list was expected, not {type(value).__name__}")
    return value


def section(value: object) -> Mapping[str, object]:
    """Return a part of an answer: an object, empty when it is missing or no object."""
    return value if isinstance(value, Mapping) else {}


def sections(value: object) -> list[Mapping[str, object]]:
    """Return the objects of a list that is part of an answer; what is no object is left out."""
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []


def _clipped(value: str) -> str:
    """Return a text without the space around it, empty when it is too long to mean anything."""
    return value.strip() if len(value) <= _LONGEST else ""


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _plain(value: object) -> float | None:
    """Return a JSON number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return _finite(float(value))
    except OverflowError:
        return None


def _split(value: object) -> tuple[float, str] | None:
    """Return a number and the unit written after it (empty without)."""
    if not isinstance(value, str):
        plain = _plain(value)
        return None if plain is None else (plain, "")
    match = _QUANTITY.fullmatch(_clipped(value).strip('"').strip())
    digits = match and _digits(match["digits"])
    if not match or not digits:
        return None
    amount = _finite(float(match["sign"] + digits + (match["exponent"] or "")))
    return None if amount is None else (amount, match["unit"].strip())


def _digits(written: str) -> str | None:
    """Return digits as Python writes them."""
    for pattern, group, point in _SPELLINGS:
        if pattern.fullmatch(written):
            return (written.replace(group, "") if group else written).replace(point, ".")
    return None


def _is_any(value: float, absent: Collection[float]) -> bool:
    """Tell whether a number is one of these, single precision being good enough."""
    return any(math.isclose(value, sentinel, rel_tol=1e-6) for sentinel in absent)


def _unit_of(symbol: str) -> _Unit | None:
    return _UNITS.get(symbol) or _ANY_CASE.get(symbol.casefold())


def _from_unix(stamp: float | None) -> datetime | None:
    if stamp is None:
        return None
    seconds = stamp / 1000 if abs(stamp) >= _MILLISECONDS_FROM else stamp
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _read_moment(written: str, zone: tzinfo | None, formats: tuple[str, ...]) -> datetime | None:
    for template in (*formats, *_FORMATS):
        try:
            return _placed(datetime.strptime(written, template), zone)  # noqa: DTZ007 - placed
        except ValueError:
            continue
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", written):
        return _from_unix(float(written))
    try:
        return _placed(datetime.fromisoformat(written), zone)
    except ValueError:
        return None


def _placed(found: datetime, zone: tzinfo | None) -> datetime | None:
    """Give a time without offset the zone it was written down in."""
    if found.tzinfo is not None:
        return found
    return None if zone is None else found.replace(tzinfo=zone)
