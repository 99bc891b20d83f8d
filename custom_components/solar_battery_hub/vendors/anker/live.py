"""What changes by the minute: scenes, inverters that stand for themselves, averages of panels and home systems (anker.md §7.2, §10.5)."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Final

from ...core.errors import BadAnswer, NotSupported, RateLimited, Unreachable
from ...core.model import Ref, Snapshot
from .averages import last_point
from .energies import of_days
from .inventory import site_id
from .listing import scene_devices
from .model import Bean, Category, Site, SiteKind
from .money import sign_of
from .parts import Parts
from .questions import SOLAR, Question
from .readings import updated
from .reports import Report
from .yields import yield_total

_SILENT_AFTER: Final = timedelta(minutes=90)  # some report hourly while they stand by (§13)
_CERTAIN: Final = 3  # answers in a row that tell of the same day until no other is asked for
_ONE_DAY: Final = timedelta(days=1)
_TOLERATED: Final = (NotSupported, BadAnswer, Unreachable, RateLimited)  # of what is asked beside the clock
_SOURCES: Final = ("hes", "solar", "home", "grid")

type _Ask = Callable[[str, date], Awaitable[Bean]]


class Live:
    """Asks for what is going on now."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts of the account."""
        self._parts = parts
        self._told: dict[str, tuple[datetime, datetime]] = {}  # by site: the time it told last, and since when
        self._points: dict[str, datetime] = {}  # by site: the last five minutes read
        self._certain: dict[str, int] = {}  # by site: how often in a row its day was today
        self.averaged: dict[str, datetime] = {}  # by site: when its day was read with its averages

    async def scene(self, site: Site) -> Snapshot:
        """Read what a site measures (§7.2)."""
        parts = self._parts
        report = parts.begin()
        try:
            bean = await parts.client.scene(site.id)
        except NotSupported:  # a kind of site that has none
            return report.snapshot()
        parts.note_seen(site.id, scene_devices(bean, site.id))
        parts.inventory.note_currency(site.id, sign_of(bean))
        self._remember(site, bean)
        told = updated(bean)
        report.measured_at = at = parts.days.measured_at(site, told)
        values = dict(parts.readings.scene(parts.site(site.id), bean, at))
        total = Ref(site_id(site.id), "solar_energy_total")
        parts.ledger.refine(Question(site.id, SOLAR), total, yield_total(bean), values)
        report.put(values, at, gone=self._is_silent(site, told, report.now))
        if site.owner:
            report.put(parts.controls.note_scene(site, bean))
        self._retell(site, report)
        return report.snapshot()

    def _retell(self, site: Site, report: Report) -> None:
        """Tell what changes by the clock although nothing new is asked: prices and forecast."""
        parts = self._parts
        report.put(parts.readings.retold(parts.site(site.id), parts.days.local(site.id)))

    def _remember(self, site: Site, bean: Bean) -> None:
        """Keep what other questions depend on: the mode a site works in."""
        traits = self._parts.inventory.traits(site.id)
        mode = bean.get("scene_mode")
        if mode != traits.get("mode") and isinstance(mode, int | None):
            traits["mode"] = mode
            self._parts.inventory.keep()

    def _is_silent(self, site: Site, told: datetime | None, now: datetime) -> bool:
        """Tell whether the same time was told for too long by our own clock; that of a site may be wrong."""
        if told is None:
            return False
        known, since = self._told.get(site.id, (told, now))
        if known != told or now < since:
            since = now
        self._told[site.id] = (told, since)
        return now - since >= _SILENT_AFTER

    async def inverters(self) -> Snapshot:
        """Read all inverters that stand for themselves, in one call (§6.4)."""
        parts = self._parts
        report = parts.begin()
        virtual = [site for site in parts.inventory.sites if parts.inventory.kind(site) is SiteKind.VIRTUAL]
        devices = [device for site in virtual for device in parts.inventory.of(site.id, Category.INVERTER)]
        if devices:
            with suppress(NotSupported):  # it may be none that this service knows
                beans = await parts.client.pv_status([device.serial for device in devices])
                report.put(parts.readings.pv_status(beans))
        return report.snapshot()

    async def averages(self, site: Site) -> Snapshot:
        """Read the last five minutes of a site without live values, and its energies of today with them (§10.5)."""
        parts = self._parts
        report = parts.begin()
        kind, ask = self._way(site)
        self._retell(site, report)
        found = await self._last_point(site, ask)
        if found is None:
            return report.snapshot()
        day, clock, first = found
        told = datetime.combine(day, time.fromisoformat(clock))
        report.measured_at = at = parts.days.measured_at(site, told)
        if self._points.get(site.id) != told:
            answers = {"hes": first}
            for source in self._sources(site):
                with suppress(*_TOLERATED):
                    answers[source] = await ask(source, day)
            self._points[site.id] = told
            report.put(parts.readings.averages(site, answers, clock), at)
            for source, bean in answers.items():
                self._count(Question(site.id, f"{kind}_{source}"), bean, day, report)
            self.averaged[site.id] = report.now
        return report.snapshot()

    def _sources(self, site: Site) -> tuple[str, ...]:
        charger = self._parts.inventory.traits(site.id).get("charger")
        return (*_SOURCES[1:], "evCharger") if charger else _SOURCES[1:]

    def _count(self, question: Question, bean: Bean, day: date, report: Report) -> None:
        parts = self._parts
        energies = of_days(question, bean, day, day, parts.inventory)
        if day == parts.days.today(question.site):
            report.count(parts.ledger.note(question, day, energies))

    async def _last_point(self, site: Site, ask: _Ask) -> tuple[date, str, Bean] | None:
        """Return the day, time and answer of the last five minutes that were told.

        Until it is certain which day it is at the site, the days around today are tried as well, the latest first.
        """
        today = self._parts.days.local(site.id).date()
        certain = self._certain.get(site.id, 0) >= _CERTAIN
        try:
            for day in (today,) if certain else (today + _ONE_DAY, today, today - _ONE_DAY):
                bean = await ask("hes", day)
                if (clock := last_point(bean)) is not None:
                    self._certain[site.id] = self._certain.get(site.id, 0) + 1 if day == today else 0
                    return day, clock, bean
        except NotSupported:
            return None
        return None

    def _way(self, site: Site) -> tuple[str, _Ask]:
        """Return how the questions about a site are called, and how they are asked."""
        client = self._parts.client
        if self._parts.inventory.kind(site) is SiteKind.HES:
            return "hes", lambda source, day: client.hes_energy(site.id, source, "day", day, day)
        return "panel", lambda source, day: client.panel_energy(site.id, source, "day", day, day)
