"""JSON inside of JSON texts: what is read is written again just as it was (anker.md §9.1, §12)."""

from collections.abc import Mapping
import json
import math
from typing import Any, Final, Self

from ...core.errors import BadAnswer

_LONGEST: Final = 200_000  # characters; the longest plan seen has 6,000
_MOST: Final = 2**63  # no store takes whole numbers that 64 bits do not hold


class WireNumber(float):
    """A number with a decimal point that is written as it was read: ``0.40`` stays ``0.40``."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Take the digits of the wire."""
        self = super().__new__(cls, text)
        self.text = text
        return self


def parse(text: object) -> Any:
    """Return what a JSON text holds, ``None`` for an empty one; what is no text already is returned as it is (§9.1).

    Raises BadAnswer for a text that is no JSON.
    """
    if not isinstance(text, str):
        return text
    if not text.strip():
        return None
    if len(text) > _LONGEST:
        raise BadAnswer("A text that should hold JSON is much too long")
    try:
        return json.loads(text, parse_float=WireNumber, parse_int=_whole, parse_constant=_refuse)
    except (ValueError, RecursionError) as err:
        raise BadAnswer("A text that should hold JSON does not") from err


def compact(data: object) -> str:
    """Return the JSON text of mappings, lists and scalars without spaces, keys in their order."""
    if isinstance(data, Mapping):
        return "{" + ",".join(f"{_quoted(str(key))}:{compact(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list | tuple):
        return "[" + ",".join(map(compact, data)) + "]"
    if isinstance(data, WireNumber):
        return data.text
    if isinstance(data, float) and not math.isfinite(data):
        raise ValueError("JSON knows no such number")
    return _quoted(data)


def _quoted(scalar: object) -> str:
    return json.dumps(scalar, ensure_ascii=False)


def _whole(digits: str) -> int:
    if abs(found := int(digits)) >= _MOST:
        raise ValueError("more than any number of a setting")
    return found


def _refuse(name: str) -> None:
    raise ValueError(name)
