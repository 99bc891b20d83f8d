"""Takes who and where somebody is out of recorded answers, the same way in all of them (anker.md §19)."""

from collections.abc import Iterable, Mapping
from random import Random
import re
from typing import Any, Final

from ...core.errors import BadAnswer
from .private import PRIVATE
from .raw_call import without_secrets
from .wire_json import compact, parse

_FIELDS: Final = frozenset(name.lower() for name in PRIVATE)
_MAC: Final = r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}"
_EMAIL: Final = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}\.[A-Za-z]{2,24}"
_UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SERIAL: Final = r"(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z])[A-Z0-9]{16,17}"  # as they are where no field is known (§5.2)
_HEX: Final = r"[0-9a-fA-F]{24,128}"
_HEX_DIGITS: Final = "0123456789abcdef"
_SERIAL_DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_EDGES: Final = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"
# What is somebody's or something's number wherever it stands.
_ANYWHERE: Final = re.compile("|".join(_EDGES.format(f"(?:{shape})") for shape in (_EMAIL, _UUID, _MAC, _HEX, _SERIAL)))
# What is one in a private field: also short serials, and addresses of Bluetooth and Wi-Fi without colons.
_NUMBER: Final = re.compile(rf"{_ANYWHERE.pattern}|[A-Z0-9]{{10,24}}|[0-9A-Fa-f]{{12}}")
_PARTS: Final = re.compile(r"[,;\s]+")
# What a name is replaced by, by what its field is called; what is neither a name nor a number is left out.
_WORDS: Final[Mapping[str, str]] = {
    "site": "Site",
    "home": "Site",
    "vehicle": "Vehicle",
    "wifi": "Network",
    "ssid": "Network",
    "tag": "Room",
    "pv": "Panel",
    "nick": "User",
    "user": "User",
    "name": "Device",
}
_PICTURE: Final = "img"


class Anonymiser:
    """Replaces serial numbers, ids, addresses and names by made-up ones of the same form.

    Show it everything with ``learn`` first: what is private by its field in one answer may stand anywhere in another.
    """

    def __init__(self, random: Random) -> None:
        """Begin with nothing known."""
        self._random = random
        self._numbers: dict[str, str] = {}  # by how it is written
        self._bytes: dict[str, str] = {}  # addresses, by their digits alone: they are written in several ways
        self._names: dict[tuple[str, str], str] = {}
        self._pattern: re.Pattern[str] | None = None

    def learn(self, answer: object, field: str = "") -> None:
        """Find the private numbers of an answer."""
        match answer:
            case Mapping():
                for key, value in answer.items():
                    self.learn(value, str(key) if _is_private(str(key)) else field)
                    self._learn_text(str(key), private=False)
            case list():
                for value in answer:
                    self.learn(value, field)
            case str() if (inner := _unpacked(answer)) is not None:
                self.learn(inner)
            case str():
                self._learn_text(answer, private=bool(field))

    def know(self, numbers: Iterable[str]) -> None:
        """Take numbers that are known to be private."""
        for number in numbers:
            self._alias(number)

    def text(self, text: str) -> str:
        """Return a text with every private number in it replaced."""
        if self._pattern is None:
            longest_first = sorted(self._numbers, key=len, reverse=True)
            self._pattern = re.compile("|".join(re.escape(number) for number in longest_first) or "(?!)")
        return self._pattern.sub(lambda match: self._numbers[match[0]], text)

    def answer(self, answer: object) -> Any:
        """Return an answer without anything private; what is not private stays as it is."""
        return self._changed(without_secrets(answer), "")

    def _changed(self, value: object, field: str) -> Any:
        match value:
            case Mapping():
                return {
                    self.text(str(key)): self._changed(inner, str(key) if _is_private(str(key)) else field)
                    for key, inner in value.items()
                }
            case list():
                return [self._changed(inner, field) for inner in value]
            case str() if (inner := _unpacked(value)) is not None:
                return compact(self._changed(inner, ""))
            case str():
                return self._word(value, field) if field else self.text(value)
            case bool() | None:
                return value
            case int() | float() if field:
                return 0
        return value

    def _word(self, value: str, field: str) -> str:
        """Return what stands in a private field instead."""
        if not value.strip():
            return value
        if all(part in self._numbers for part in _PARTS.split(value.strip())):
            return self.text(value)
        return self._name(value, field.lower())

    def _name(self, value: str, field: str) -> str:
        word = next((word for part, word in _WORDS.items() if part in field), None)
        if word is None or _PICTURE in field:
            return ""
        known = self._names
        if (word, value) not in known:
            known[word, value] = f"{word} {sum(kind == word for kind, _ in known) + 1}"
        return known[word, value]

    def _learn_text(self, text: str, *, private: bool) -> None:
        for match in _ANYWHERE.finditer(text):
            self._alias(match[0])
        if private:
            for part in _PARTS.split(text):
                if _NUMBER.fullmatch(part):
                    self._alias(part)

    def _alias(self, number: str) -> None:
        if number and number not in self._numbers:
            self._numbers[number] = self._made_up(number)
            self._pattern = None

    def _made_up(self, number: str) -> str:
        """Return another number of the same form."""
        if "@" in number:
            return f"user{len(self._numbers) + 1}@example.com"
        if re.fullmatch(_MAC, number) or re.fullmatch(r"[0-9A-Fa-f]{12}", number):
            return self._address(number)
        return self._like(number, _HEX_DIGITS if re.fullmatch(f"{_UUID}|{_HEX}", number) else _SERIAL_DIGITS)

    def _address(self, written: str) -> str:
        """Return a made-up address, written in the same way."""
        plain = re.sub(r"[:-]", "", written).upper()
        digits = self._bytes.setdefault(plain, self._like(plain, _HEX_DIGITS))
        found = iter(digits.lower() if written == written.lower() else digits.upper())
        return "".join(character if character in ":-" else next(found) for character in written)

    def _like(self, written: str, digits: str) -> str:
        """Return random digits in the place of those that are written."""
        return "".join(character if character == "-" else self._random.choice(digits) for character in written)


def _is_private(field: str) -> bool:
    return field.lower() in _FIELDS


def _unpacked(text: str) -> Any:
    """Return what a text that holds JSON holds; ``None`` for any other."""
    if not text.startswith(("{", "[")):
        return None
    try:
        found = parse(text)
    except BadAnswer:
        return None
    return found if isinstance(found, dict | list) else None
