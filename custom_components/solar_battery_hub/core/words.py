"""Vendors' codes in our own words; one that nobody knows yet is ``other``, and logged once (design §3)."""

from collections.abc import Mapping
import logging

from .choices import OTHER
from .parse import number, text

_LONGEST = 40  # characters of a code in the log


class Words:
    """Translates the codes of one vendor; remembers which unknown ones were logged."""

    def __init__(self, logger: logging.Logger) -> None:
        """Take where unknown codes are told."""
        self._logger = logger
        self._told: set[tuple[str, str]] = set()

    def translate(self, codes: Mapping[str, str], value: object, what: str) -> str | None:
        """Return our word for a code, in whatever capitals; ``None`` for no code. ``what`` is what the log calls it."""
        said = code(value)
        if said is None:
            return None
        found = codes.get(said) or codes.get(said.casefold(), OTHER)
        if found == OTHER and (what, said) not in self._told:
            self._told.add((what, said))
            self._logger.info("Unknown %s: %s", what, said[:_LONGEST])
        return found


def code(value: object) -> str | None:
    """Return a code as text, whether it came as 1, 1.0 or "1"; ``None`` for no value."""
    found = number(value)
    return str(int(found)) if found is not None and found.is_integer() else text(value)
