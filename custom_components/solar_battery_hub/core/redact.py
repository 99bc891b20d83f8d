"""Takes what is private out of answers before anybody else sees them."""

from collections.abc import Iterable, Mapping
import re
from typing import Any

_SHORTEST = 4  # characters; shorter texts would be found inside ordinary words
# Rows that name a field and hold its value beside it: ``{"code": "sn", "data": …}``.
_NAMES = ("code", "key")
_VALUES = frozenset({"data", "value"})


class Redactor:
    """Replaces private values by aliases, the same one everywhere.

    ``fields`` are the names (any case) of fields that hold something private; ``secrets``
    are texts that must not appear anywhere. Aliases keep what belongs together
    recognisable: a battery's serial is the same alias in every answer, also as a key of
    an object or inside a longer text.
    """

    def __init__(self, fields: Iterable[str], secrets: Iterable[str] = ()) -> None:
        """Take the names of private fields and the secrets known beforehand."""
        self._fields = frozenset(field.lower() for field in fields)
        self._aliases: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None  # of all that has an alias, made when it is needed
        for secret in secrets:
            self._alias("secret", secret)

    def learn(self, answer: Any) -> None:
        """Find the private texts of an answer; do this for all before ``redact``."""
        match answer:
            case dict():
                for key, value in answer.items():
                    if self._is_private(str(key), answer):
                        self._learn_all(str(key), value)
                    else:
                        self.learn(value)
            case list():
                for value in answer:
                    self.learn(value)

    def redact(self, answer: Any, *, private: bool = False) -> Any:
        """Return a copy without anything private; numbers in private fields become 0.

        A private text too short for an alias is taken out where it stands.
        """
        match answer:
            case dict():
                return {
                    self.text(str(key)): self.redact(value, private=private or self._is_private(str(key), answer))
                    for key, value in answer.items()
                }
            case list():
                return [self.redact(value, private=private) for value in answer]
            case str():
                text = self.text(answer)
                return "**private**" if private and text and text == answer else text
            case bool() | None:
                return answer
            case int() | float() if private:
                return 0
        return answer

    def text(self, text: str) -> str:
        """Return a text with every private part replaced."""
        if not self._aliases:
            return text
        if self._pattern is None:
            longest_first = sorted(self._aliases, key=len, reverse=True)
            self._pattern = re.compile("|".join(re.escape(secret) for secret in longest_first))
        return self._pattern.sub(lambda match: self._aliases[match[0]], text)

    def _is_private(self, key: str, row: Mapping[Any, Any]) -> bool:
        """Tell whether a field is private by its own name, or by the one the row gives it."""
        names = {key, *(str(row[name]) for name in _NAMES if name in row)} if key in _VALUES else {key}
        return any(name.lower() in self._fields for name in names)

    def _learn_all(self, field: str, value: Any) -> None:
        match value:
            case str():
                self._alias(field.lower(), value)
            case dict():
                for inner in value.values():
                    self._learn_all(field, inner)
            case list():
                for inner in value:
                    self._learn_all(field, inner)

    def _alias(self, kind: str, value: str) -> None:
        if len(value) >= _SHORTEST and value not in self._aliases:
            number = sum(alias.startswith(f"**{kind}-") for alias in self._aliases.values()) + 1
            self._aliases[value] = f"**{kind}-{number}**"
            self._pattern = None
