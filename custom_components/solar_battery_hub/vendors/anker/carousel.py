"""Whose turn it is: many questions to one endpoint, spread evenly over a cycle (anker.md §15, §16)."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Final

CYCLE: Final = 600.0  # seconds in which everything is asked once
_QUICKEST: Final = 11.0  # seconds between two questions, so that others find the endpoint free; rather a longer cycle


class Carousel[T: Hashable]:
    """Goes round: next is who was asked longest ago, first of all who never was."""

    def __init__(self) -> None:
        """Start with nobody asked."""
        self._asked: dict[T, datetime] = {}

    def next(self, turns: Sequence[T]) -> T | None:
        """Return whose turn it is of these; of several that were never asked the first."""
        return min(turns, key=lambda turn: (turn in self._asked, self._asked.get(turn)), default=None)

    def asked(self, turn: T, now: datetime) -> None:
        """Take note that somebody had the turn."""
        self._asked[turn] = now

    def keep(self, turns: Sequence[T]) -> None:
        """Forget all others."""
        self._asked = {turn: at for turn, at in self._asked.items() if turn in turns}

    def interval(self, turns: Sequence[T]) -> float:
        """Return how many seconds there are between two of these turns; the first round is as quick as can be."""
        if all(turn in self._asked for turn in turns):
            return max(_QUICKEST, CYCLE / max(1, len(turns)))
        return _QUICKEST
