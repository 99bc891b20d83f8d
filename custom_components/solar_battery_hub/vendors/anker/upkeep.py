"""What changes rarely: lists, firmware, settings, prices, forecasts (anker.md §14, §16)."""

from collections.abc import Callable, Iterator
from typing import Final

from ...core.model import Snapshot
from ..base import Wanted
from .asks import Values
from .details import Details
from .facts import Facts
from .lists import Lists
from .model import Site
from .parts import Parts
from .rounds import Ask, Rounds

_MISSED_SINCE: Final = 300.0  # seconds; a round that is made up for asks what was not answered since


class Upkeep:
    """Carries out the rounds of the account and its sites, each question for itself."""

    def __init__(self, parts: Parts, country: str | None) -> None:
        """Take the parts of the account; ``country`` tells which dollars are meant."""
        self._parts = parts
        self._rounds = Rounds(parts.clock)
        self.lists = Lists(parts, self._rounds, country)
        self._details = Details(parts)
        self._facts = Facts(parts)
        self.postponed: set[str] = set()  # rounds of which something still waits for its endpoint to be free

    async def devices(self, wanted: Wanted) -> Snapshot:
        """Read what belongs to the account."""
        return await self._run("devices", self.lists.asks(), wanted)

    async def details(self, site: Site, wanted: Wanted) -> Snapshot:
        """Read settings and signals of a site and its devices."""
        return await self._run(f"details_{site.id}", self._details.asks(site), wanted)

    async def facts(self, site: Site, wanted: Wanted) -> Snapshot:
        """Read what a site saves and costs, and what is to be expected of the sun."""
        return await self._run(f"facts_{site.id}", self._facts.asks(site), wanted, lambda: self._facts.known(site))

    async def _run(self, key: str, asks: Iterator[Ask], wanted: Wanted, known: Callable[[], Values] = dict) -> Snapshot:
        """Carry out a round; ``known`` returns what follows from the answers by now."""
        report = self._parts.begin()
        fresh_for = _MISSED_SINCE if key in self.postponed else 0.0
        complete = await self._rounds.run(asks, wanted, report, fresh_for=fresh_for)
        report.put(known())
        (self.postponed.discard if complete else self.postponed.add)(key)
        return report.snapshot()
