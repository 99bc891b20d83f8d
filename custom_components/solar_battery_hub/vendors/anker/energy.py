"""The energies of all sites, one question at a time (anker.md §10, §14, §16)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from ...core.errors import BadAnswer, HubError, NotSupported, RateLimited, TooSoon, Unreachable
from ...core.model import Ref, Reported, Snapshot
from ..base import Wanted
from .carousel import CYCLE, Carousel
from .energies import brings, of_days
from .ledger import total_of
from .live import Live
from .model import Bean, SiteKind
from .parts import Parts
from .questions import PV, Question, questions
from .rounds import is_news, is_wanted

_WAITS: Final = 60.0  # seconds after a start, while everything else is asked (§16)
_AVERAGED: Final = timedelta(minutes=20)  # so long a day read with the averages needs no question
_NEWS_AGAIN: Final = timedelta(hours=1)
_DOUBTED: Final = 3  # answers about a day that is over, until one is taken that lacks something
_LONGEST: Final = 31  # days that are over and asked about at once
_DAILY: Final = "hes_hes"  # is told completely by answers of one day only (§10.4)
_FAILS: Final = 3  # questions in a row until it is more than bad luck


class Turn(NamedTuple):
    """A question, and the first and last of the days that are over which it is asked about once more; ``None``: today."""

    question: Question
    closes: tuple[date, date] | None


class EnergyRound:
    """Goes round the questions that somebody looks at; days that are over are asked about once more, for good.

    All days of an absence are asked about at once, and one by one where an answer about all of them lacks something.
    """

    def __init__(self, parts: Parts, live: Live) -> None:
        """Take the parts of the account, and who else reads days."""
        self._parts = parts
        self._live = live
        self._carousel: Carousel[Turn] = Carousel()
        self._turns: tuple[Turn, ...] = ()
        self._begins = parts.clock.monotonic() + _WAITS
        self._news: dict[Question, datetime] = {}  # when those were answered that nobody can look at yet
        self._doubts: dict[Turn, int] = {}  # answers that lacked something, about days that are over
        self._singly: set[Question] = set()  # those whose days are asked about one by one
        self._failed = 0

    @property
    def interval(self) -> float:
        """How many seconds there are between two questions now."""
        if (waits := self._begins - self._parts.clock.monotonic()) > 0:
            return waits
        return self._carousel.interval(self._turns) if self._turns else CYCLE / 10

    async def fetch(self, wanted: Wanted) -> Snapshot:
        """Ask whose turn it is. Raises TooSoon while the endpoint is not free, and what fails again and again."""
        report = self._parts.begin()
        if self._parts.clock.monotonic() < self._begins:
            return report.snapshot()
        self._turns = tuple(self._find(wanted))
        self._carousel.keep(self._turns)
        turn = self._carousel.next(self._turns)
        if turn is None:
            return report.snapshot()
        today = self._parts.days.today(turn.question.site)
        first, last = turn.closes or (today, today)
        try:
            bean = await self._ask(turn.question, first, last)
        except RateLimited as err:  # TooSoon as well: it keeps its turn
            raise TooSoon(err.retry_after) from err
        except NotSupported:
            self._carousel.asked(turn, report.now)
        except (BadAnswer, Unreachable) as err:
            self._carousel.asked(turn, report.now)
            self._note_failure(err)
        else:
            self._carousel.asked(turn, report.now)
            self._failed = 0
            report.count(self._take(turn, first, last, bean))
        return report.snapshot()

    def _note_failure(self, error: HubError) -> None:
        self._failed += 1
        if self._failed >= _FAILS:
            raise error

    def _find(self, wanted: Wanted) -> Iterator[Turn]:
        for site in self._parts.inventory.sites:
            if self._parts.days.is_doubtful(site.id):
                continue
            for question in questions(self._parts.inventory, site):
                if self._is_asked(question, wanted):
                    if not self._is_averaged(question):
                        yield Turn(question, None)
                    if (days := self._parts.ledger.due(question, longest=self._longest(question))) is not None:
                        yield Turn(question, days)

    def _longest(self, question: Question) -> int:
        """Return how many days that are over may be asked about at once."""
        return 1 if question.name == _DAILY or question in self._singly else _LONGEST

    def _is_asked(self, question: Question, wanted: Wanted) -> bool:
        today = brings(question, self._parts.inventory)
        refs = frozenset[Ref]((*today, *map(total_of, today)))
        if is_wanted(wanted, refs):
            return True
        last = self._news.get(question)
        return is_news(wanted, refs) and (last is None or self._parts.clock.now() - last >= _NEWS_AGAIN)

    def _is_averaged(self, question: Question) -> bool:
        """Tell whether today is read with the averages of a site anyway."""
        read: datetime | None = self._live.averaged.get(question.site)
        return read is not None and self._parts.clock.now() - read < _AVERAGED

    async def _ask(self, question: Question, first: date, last: date) -> Bean:
        client = self._parts.client
        if question.name == PV:
            return await client.pv_energy(question.serial, "week", first, last)
        match self._parts.inventory.kind(self._parts.site(question.site)):
            case SiteKind.POWER_PANEL:
                return await client.panel_energy(question.site, question.source, "week", first, last)
            case SiteKind.HES:
                span = "day" if question.name == _DAILY else "week"
                return await client.hes_energy(question.site, question.source, span, first, last)
        return await client.energy(question.site, question.name, "week", first, last, serial=question.serial)

    def _take(self, turn: Turn, first: date, last: date, bean: Bean) -> dict[Ref, Reported]:
        question, ledger = turn.question, self._parts.ledger
        energies = of_days(question, bean, first, last, self._parts.inventory)
        if turn.closes is not None:
            return self._close(turn, first, last, energies)
        self._news[question] = self._parts.clock.now()
        return ledger.note(question, last, energies)

    def _close(self, turn: Turn, first: date, last: date, energies: Mapping[Ref, float]) -> dict[Ref, Reported]:
        """Close days; what lacks something is asked about again, but not for ever."""
        ledger = self._parts.ledger
        if ledger.is_whole(turn.question, last, energies):
            self._doubts.pop(turn, None)
            return ledger.close(turn.question, last, energies)
        if first != last:
            self._singly.add(turn.question)
            return {}
        doubts = self._doubts.pop(turn, 0) + 1
        if doubts < _DOUBTED:
            self._doubts[turn] = doubts
            return {}
        return ledger.close(turn.question, last, energies)
