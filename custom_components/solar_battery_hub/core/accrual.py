"""Lifetime totals where a vendor only tells of days: closed days and what is known of those that are not yet (design §3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self

_DECIMALS = 3  # kWh are told with two
_ONE_DAY = timedelta(days=1)


class Accrual:
    """Keeps books, each about quantities that one question tells together.

    Days up to one are closed: told once more after they ended, for good. What later ones were said to have
    counts until then. Totals are kWh since the first day noted, and never fall: what a correction
    takes away is made up for before they go on. ``version`` grows when there is something new to save.
    """

    def __init__(self, state: object = None) -> None:
        """Go on from what ``as_dict`` gave; what is not readable in it is forgotten."""
        state = state if isinstance(state, Mapping) else {}
        self._books = {str(name): book for name, stored in state.items() if (book := _Book.load(stored)) is not None}
        self.version = 0

    def note(self, name: str, day: date, values: Mapping[str, float]) -> dict[str, float]:
        """Take what a day has so far; return the totals of these quantities. A closed day is not changed."""
        if not values:
            return {}
        book = self._books.get(name)
        if book is None:
            book = self._books[name] = _Book(until=day - _ONE_DAY)
        if day > book.until:
            book.open.setdefault(day, {}).update(values)
        return self._totals(book, values)

    def due(self, name: str, today: date, *, longest: int = 366) -> tuple[date, date] | None:
        """Return the first and last day that are over and not closed, ``None`` where there are none.

        Of more than ``longest`` days the oldest are due first.
        """
        book = self._books.get(name)
        if book is None or book.until >= today - _ONE_DAY:
            return None
        first = book.until + _ONE_DAY
        return first, min(first + timedelta(days=longest - 1), today - _ONE_DAY)

    def close(self, name: str, last: date, values: Mapping[str, float]) -> dict[str, float]:
        """Take what all days that ``due`` told of had up to ``last``; return the totals.

        A quantity that is not among ``values`` keeps what was noted of these days.
        """
        book = self._books.get(name)
        if book is None or last <= book.until:
            return {}
        over = [book.open.pop(day) for day in sorted(book.open) if day <= last]
        for key in {key for day in over for key in day} | values.keys():
            noted = sum(day.get(key, 0.0) for day in over)
            book.closed[key] = round(book.closed.get(key, 0.0) + values.get(key, noted), _DECIMALS)
        book.until = last
        return self._totals(book, book.closed)

    def noted(self, name: str, last: date) -> dict[str, float]:
        """Return what is known until now of the days up to ``last`` that are not closed, 0.0 of what only others had."""
        book = self._books.get(name)
        if book is None:
            return {}
        days = [values for day, values in book.open.items() if day <= last]
        return {key: sum(day.get(key, 0.0) for day in days) for key in {*book.closed, *book.shown}}

    def total(self, name: str, key: str) -> float | None:
        """Return what was given out last for a quantity."""
        book = self._books.get(name)
        return None if book is None else book.shown.get(key)

    def forget(self, name: str) -> None:
        """Throw a book away: what it is about is gone."""
        if self._books.pop(name, None) is not None:
            self.version += 1

    @property
    def names(self) -> frozenset[str]:
        """The books there are."""
        return frozenset(self._books)

    def as_dict(self) -> dict[str, Any]:
        """Return all there is to remember as JSON types."""
        return {name: book.as_dict() for name, book in self._books.items()}

    def _totals(self, book: _Book, keys: Mapping[str, float]) -> dict[str, float]:
        self.version += 1
        return {key: book.total(key) for key in keys}


@dataclass(slots=True, kw_only=True)
class _Book:
    """``closed`` are the sums until the end of the day ``until``, ``open`` the values of later days, ``shown`` what was given out."""

    until: date
    closed: dict[str, float] = field(default_factory=dict)
    open: dict[date, dict[str, float]] = field(default_factory=dict)
    shown: dict[str, float] = field(default_factory=dict)

    def total(self, key: str) -> float:
        present = self.closed.get(key, 0.0) + sum(day.get(key, 0.0) for day in self.open.values())
        self.shown[key] = max(self.shown.get(key, 0.0), round(present, _DECIMALS))
        return self.shown[key]

    def as_dict(self) -> dict[str, Any]:
        return {
            "until": self.until.isoformat(),
            "closed": dict(self.closed),
            "open": {day.isoformat(): dict(values) for day, values in self.open.items()},
            "shown": dict(self.shown),
        }

    @classmethod
    def load(cls, stored: object) -> Self | None:
        try:
            match stored:
                case {"until": str(until), "closed": dict(closed), "open": dict(days), "shown": dict(shown)}:
                    return cls(
                        until=date.fromisoformat(until),
                        closed=_numbers(closed),
                        open={date.fromisoformat(day): _numbers(values) for day, values in days.items()},
                        shown=_numbers(shown),
                    )
        except ValueError, TypeError, AttributeError:
            pass
        return None


def _numbers(stored: Mapping[str, Any]) -> dict[str, float]:
    return {str(key): float(value) for key, value in stored.items()}
