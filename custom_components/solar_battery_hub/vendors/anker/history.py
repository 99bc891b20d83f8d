"""The past of a site and of what is in it: energies by day (anker.md §10, §19)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Final

from ...core.clock import Clock
from ...core.errors import NotSupported, TooMuch
from ...core.model import Value
from ...core.parse import number, sections
from .client import Client
from .energies import brings, of_days
from .inventory import Inventory
from .model import Bean, Category, Site, SiteKind
from .patience import Patience
from .products import product
from .questions import PV, Question, questions

type Row = Mapping[str, Value]

_MOST_CALLS: Final = 120  # for one question; the rest when it is asked again
_MOST_DAYS: Final = 100  # in one call
_DETAILED_DAYS: Final = 7
_DETAILED: Final = frozenset({"solarbank", "home_usage", "solar_production"})  # with sums of all that was asked (§10.2)
_WITH_PLUGS: Final = "home_usage"


@dataclass(frozen=True, slots=True)
class _Call:
    """A question about some days, both included."""

    question: Question
    first: date
    last: date

    @property
    def days(self) -> Iterator[date]:
        """The days it is about."""
        return (self.first + timedelta(days=at) for at in range((self.last - self.first).days + 1))


class History:
    """The past as the cloud tells it."""

    def __init__(self, client: Client, inventory: Inventory, clock: Clock, zone: Callable[[Site], tzinfo]) -> None:
        """Take the way to ask, and the clocks of the sites."""
        self._client = client
        self._inventory = inventory
        self._clock = clock
        self._zone = zone

    async def of(self, device: str, start: datetime, end: datetime, period: str) -> Sequence[Row]:
        """Return the energies (kWh) of a site or of a device in it, by its id, for every day that a span touches.

        Rows are ``{"start": aware UTC, <key>: value}`` in order. What the cloud only sums up takes a call a day, so it is
        told for a week at most. Raises NotSupported where nothing is counted by days, TooMuch for a span that takes too
        many calls, and what a call raises.
        """
        site = self._inventory.site_of(device)
        if period != "day" or site is None:
            raise NotSupported("Only energies of a day are counted here")
        zone = self._zone(site)
        calls = list(self._calls(site, device, _days(zone, start, min(end, self._clock.now()))))
        if not calls:
            raise NotSupported("No energies are counted for this")
        if len(calls) > _MOST_CALLS:
            raise TooMuch(f"So much of the past takes {len(calls)} calls, {_MOST_CALLS} are allowed at once")
        found = await self._ask(calls, device)
        return [
            {"start": datetime.combine(day, time(), zone).astimezone(UTC), **found[day]}
            for day in sorted(found)
            if found[day]
        ]

    def _calls(self, site: Site, device: str, days: Sequence[date]) -> Iterator[_Call]:
        for question in questions(self._inventory, site):
            if all(ref.device != device for ref in brings(question, self._inventory)):
                continue
            step = 1 if self._is_daily(question, site, device, len(days)) else _MOST_DAYS
            for at in range(0, len(days), step):
                yield _Call(question, days[at], days[min(at + step, len(days)) - 1])

    def _is_daily(self, question: Question, site: Site, device: str, days: int) -> bool:
        """Tell whether a question has to be asked about each day for itself."""
        if self._inventory.kind(site) in (SiteKind.POWER_PANEL, SiteKind.HES):
            return True  # nothing but sums (§10.4)
        if question.name == _WITH_PLUGS and self._is_plug(device):
            return True
        return days <= _DETAILED_DAYS and question.name in _DETAILED and not question.serial

    def _is_plug(self, device: str) -> bool:
        listed = self._inventory.device(device)
        return listed is not None and product(listed.model).category is Category.PLUG

    async def _ask(self, calls: Sequence[_Call], device: str) -> dict[date, dict[str, Value]]:
        patience = Patience(self._clock, "Energy history", len(calls))
        refused: set[Question] = set()
        found: dict[date, dict[str, Value]] = {}
        for call in calls:
            if call.question in refused:
                continue
            try:
                bean = await patience.ask("energy", partial(self._send, call))
            except NotSupported:
                refused.add(call.question)
                continue
            for day in call.days:
                energies = of_days(call.question, _part(call, bean, day), day, day, self._inventory)
                told = {_key(ref.key): energy for ref, energy in energies.items() if ref.device == device}
                found.setdefault(day, {}).update(told)
        return found

    async def _send(self, call: _Call) -> Bean:
        question, client = call.question, self._client
        if question.name == PV:
            return await client.pv_energy(question.serial, "week", call.first, call.last)
        if question.name.startswith("panel_"):
            return await client.panel_energy(question.site, question.source, "week", call.first, call.last)
        if question.name.startswith("hes_"):  # its batteries' charge is told by answers of a day only (§10.4)
            kind = "day" if question.source == "hes" else "week"
            return await client.hes_energy(question.site, question.source, kind, call.first, call.last)
        return await client.energy(question.site, question.name, "week", call.first, call.last, serial=question.serial)


def _days(zone: tzinfo, start: datetime, end: datetime) -> list[date]:
    """Return the days of a site that a span touches; the end is not part of it."""
    first, last = start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]


def _part(call: _Call, bean: Bean, day: date) -> Bean:
    """Return what an answer says of one day: of several days only its lists tell; an inverter's go by positions (§6.4)."""
    if call.question.name != PV:
        is_whole = call.first == call.last
        return {name: told for name, told in bean.items() if is_whole or isinstance(told, list)}
    wanted = (day - call.first).days + 1
    rows = [{**row, "index": 1} for row in sections(bean.get("energy")) if number(row.get("index")) == wanted]
    return {**bean, "energy": rows}


def _key(today: str) -> str:
    """Return the name of an energy without that of the day: ``pv_energy_today_1`` → ``pv_energy_1``."""
    return today.replace("_today", "")
