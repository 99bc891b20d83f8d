"""Lists that leave something out: odd answers do, so nothing is gone before several said so over some time."""

from collections.abc import Container, Iterable
from datetime import datetime, timedelta


class Absences:
    """Who is missing in lists, how often in a row and since when.

    Somebody is gone after ``often`` lists in a row without him of which the last came ``long`` after the first.
    """

    def __init__(self, *, often: int, long: timedelta) -> None:
        """Begin with nobody missing."""
        self._often = often
        self._long = long
        self._missing: dict[str, tuple[int, datetime]] = {}

    def spare(self, known: Iterable[str], told: Container[str], now: datetime) -> frozenset[str]:
        """Take a list: return who of those ``known`` is not in it and yet not gone. Names are unique over all lists."""
        return frozenset([name for name in known if not self._is_there(name, told) and not self._is_gone(name, now)])

    def _is_there(self, name: str, told: Container[str]) -> bool:
        if name not in told:
            return False
        self._missing.pop(name, None)
        return True

    def _is_gone(self, name: str, now: datetime) -> bool:
        times, since = self._missing.get(name, (0, now))
        self._missing[name] = times + 1, min(since, now)
        if times + 1 < self._often or now - since < self._long:
            return False
        del self._missing[name]
        return True
