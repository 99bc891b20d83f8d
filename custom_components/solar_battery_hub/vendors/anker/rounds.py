"""Rounds of optional questions: only what somebody looks at is asked, and what fails takes nothing else down (anker.md §20)."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ...core.clock import Clock
from ...core.errors import BadAnswer, HubError, NotSupported, RateLimited, TooSoon, Unreachable
from ...core.model import Ref, Reported
from ..base import Wanted
from .reports import Report

_NEWS_AGAIN: Final = timedelta(days=1)  # what had nothing to tell is asked again
_GIVES_UP: Final = 2  # questions in a row that nobody answers: the rest need not try

ALL: Final = frozenset[Ref]()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question: what it is called and about, which readings it can bring (``ALL``: asked in any case).

    ``take`` makes readings of the answer; ``every``: asked again after so many seconds at the earliest, and until then
    what it told is told again, for else it would be stale.
    """

    name: str
    ask: Callable[[], Awaitable[Any]]
    take: Callable[[Any], Mapping[Ref, Reported]]
    brings: frozenset[Ref] = ALL
    every: float = 0.0


class Rounds:
    """Carries rounds out; remembers when each question was answered last."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing asked."""
        self._clock = clock
        self._answered: dict[str, datetime] = {}
        self._told: dict[str, Mapping[Ref, Reported]] = {}  # by what is asked rarely
        self._failing: set[str] = set()  # what failed when it was asked last

    def answered(self, name: str) -> None:
        """Take note that a question was answered just now."""
        self._answered[name] = self._clock.now()

    async def run(self, asks: Iterable[Ask], wanted: Wanted, report: Report, *, fresh_for: float = 0.0) -> bool:
        """Ask what is due; return whether all of it was, or something waits for its endpoint to be free.

        What was answered less than ``fresh_for`` seconds ago is not due. What failed last time comes last, so that
        nothing waits behind what fails for weeks.
        Raises the first failure where nothing at all was answered, and AuthFailed and Locked at once.
        """
        failures: list[HubError] = []
        answered = silent = 0
        complete = True
        for ask in self._in_order(asks):
            if silent == _GIVES_UP or not self._is_due(ask, wanted, fresh_for):
                answered += self._age(ask) < timedelta(seconds=fresh_for)
                self._tell_again(ask, report)
                continue
            try:
                answer = await ask.ask()
            except NotSupported:
                continue
            except TooSoon:
                complete = False
            except (BadAnswer, Unreachable, RateLimited) as err:
                failures.append(err)
                self._failing.add(ask.name)
                silent = silent + 1 if isinstance(err, Unreachable) else 0
            else:
                answered, silent = answered + 1, 0
                self.answered(ask.name)
                self._failing.discard(ask.name)
                values = ask.take(answer)
                report.put(values)
                if ask.every:
                    self._told[ask.name] = values
        if failures and not answered:
            raise failures[0]
        return complete

    def _in_order(self, asks: Iterable[Ask]) -> Iterator[Ask]:
        """Yield each as late as it can be: some depend on what others bring."""
        last: list[Ask] = []
        for ask in asks:
            if ask.name in self._failing:
                last.append(ask)
            else:
                yield ask
        yield from last

    def _tell_again(self, ask: Ask, report: Report) -> None:
        """Report what a question that is asked rarely told last."""
        if ask.name in self._told:
            report.put(self._told[ask.name], self._answered[ask.name])

    def _is_due(self, ask: Ask, wanted: Wanted, fresh_for: float) -> bool:
        age = self._age(ask)
        if age < timedelta(seconds=max(ask.every, fresh_for)):
            return False
        return not ask.brings or is_wanted(wanted, ask.brings) or (age >= _NEWS_AGAIN and is_news(wanted, ask.brings))

    def _age(self, ask: Ask) -> timedelta:
        """Return how long ago a question was answered."""
        last = self._answered.get(ask.name)
        return timedelta.max if last is None else abs(self._clock.now() - last)


def is_wanted(wanted: Wanted, refs: frozenset[Ref]) -> bool:
    """Tell whether somebody looks at any of these readings."""
    return wanted.refs is None or not wanted.refs.isdisjoint(refs)


def is_news(wanted: Wanted, refs: frozenset[Ref]) -> bool:
    """Tell whether none of these readings was ever brought, so that nobody can look at them yet."""
    return wanted.known is not None and wanted.known.isdisjoint(refs)
