"""What anybody may read who sees a site, and what its owner pays: savings, prices, forecasts (anker.md §11, §14)."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ...core.model import Ref
from ...core.parse import section, text
from .asks import HOUR, Values, ask_about, ask_of_device, ask_of_site, brings
from .inventory import site_id
from .listing import dock_of, hes_devices
from .model import Bean, Category, Listed, Site, SiteKind
from .parts import Parts
from .questions import PV, SOLAR, Question
from .rounds import Ask
from .yields import inverter_total, running_total

_SMART: Final = 7  # the mode that forecasts (§9.3)
_YIELD: Final = "solar_energy_total"

# Sites that tell of themselves as a running system (§6.5, §6.6), and what their questions begin with.
_PREFIXES: Final[Mapping[SiteKind, str]] = {SiteKind.POWER_PANEL: "panel", SiteKind.HES: "hes"}


class Facts:
    """Puts together what is asked about a site besides its powers and settings."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts of the account."""
        self._parts = parts
        self._prices: dict[str, Bean] = {}
        self._forecasts: dict[str, Bean] = {}  # of tomorrow

    def asks(self, site: Site) -> Iterator[Ask]:
        """Return what is asked about a site."""
        kind = self._parts.inventory.kind(site)
        return self._of_virtual(site) if kind is SiteKind.VIRTUAL else self._of_kind(site, kind)

    def known(self, site: Site) -> Values:
        """Return what follows by now from answers that are asked for once an hour."""
        return self._parts.readings.retold(site, self._local(site))

    def _of_kind(self, site: Site, kind: SiteKind) -> Iterator[Ask]:
        parts, client = self._parts, self._parts.client
        if kind is SiteKind.HES:
            yield Ask(
                name=f"hes_devices {site.id}",
                ask=lambda: client.hes_devices(site.id),
                take=lambda bean: self._note_hes(site, bean),
            )
        if kind in _PREFIXES:
            yield self._running(site, kind)
        if site.owner:
            yield self._price(site)
            if parts.inventory.solarbanks(site.id):
                about = [site_id(site.id), *(bank.serial for bank in parts.inventory.solarbanks(site.id))]
                yield ask_about(
                    "limit", about, lambda: client.power_limit(site.id), lambda bean: self._limit(site, bean)
                )
        yield ask_of_site("co2", site, client.co2, parts.readings.co2)
        if parts.inventory.solarbanks(site.id, at_least=3):
            yield ask_of_site("ai_status", site, client.ai_status, parts.readings.ai_status)
        yield from self._market(site)
        yield from self._forecast(site)
        for charger in parts.inventory.of(site.id, Category.CHARGER):
            yield ask_of_device("charge_stats", charger, client.charge_stats, parts.readings.charge_stats)

    def _limit(self, site: Site, bean: Bean) -> Values:
        self._parts.inventory.note_dock(site.id, dock_of(bean, site.id))
        return self._parts.controls.note_limit(site, bean)

    def _of_virtual(self, site: Site) -> Iterator[Ask]:
        client = self._parts.client
        for device in self._parts.inventory.of(site.id, Category.INVERTER):
            about = [device.serial, site_id(site.id)]
            yield ask_about(
                "pv_totals", about, partial(client.pv_totals, device.serial), partial(self._pv_totals, site, device)
            )
            yield ask_about("pv_price", about, partial(client.pv_price, device.serial), partial(self._pv_price, device))

    def _pv_totals(self, site: Site, device: Listed, bean: Bean) -> Values:
        parts = self._parts
        values = dict(parts.readings.pv_totals(device, bean))
        total = Ref(device.serial, _YIELD)
        parts.ledger.refine(Question(site.id, PV, device.serial), total, inverter_total(bean), values)
        return values | (parts.controls.note_pv_totals(device, bean) if device.owner else {})

    def _pv_price(self, device: Listed, bean: Bean) -> Values:
        values = self._parts.readings.pv_price(device, bean)
        return {**values, **(self._parts.controls.note_pv_price(device, bean) if device.owner else {})}

    def _note_hes(self, site: Site, bean: Bean) -> Values:
        self._parts.note_seen(site.id, hes_devices(bean, site.id))
        return {}

    def _running(self, site: Site, kind: SiteKind) -> Ask:
        parts = self._parts
        about = [site_id(site.id), *(device.serial for device in parts.inventory.devices_of(site.id))]
        if kind is SiteKind.HES:
            ask, read = parts.client.hes_running, parts.readings.hes_running
        else:
            ask, read = parts.client.panel_running, parts.readings.panel_running

        def take(bean: Bean) -> Values:
            traits = parts.inventory.traits(site.id)
            if traits.get("charger", False) != bool(bean.get("hasEvCharger")):
                traits["charger"] = bool(bean.get("hasEvCharger"))
                parts.inventory.keep()
            values = dict(read(site, bean))
            question = Question(site.id, f"{_PREFIXES[kind]}_solar")
            parts.ledger.refine(question, Ref(site_id(site.id), _YIELD), running_total(bean), values)
            return values

        return ask_about(f"{_PREFIXES[kind]}_running", about, partial(ask, site.id), take)

    def _price(self, site: Site) -> Ask:
        parts = self._parts

        def take(bean: Bean) -> Values:
            parts.inventory.note_currency(site.id, text(bean.get("site_price_unit")))
            self._prices[site.id] = bean
            return {**parts.readings.price(site, bean, self._local(site)), **parts.controls.note_price(site, bean)}

        about = [site_id(site.id)]
        return Ask(  # who wants the prices of the market needs to know whose these are
            name=f"price {site.id}",
            ask=lambda: parts.client.price(site.id),
            take=take,
            brings=brings("price", about) | brings("price_detail", about),
        )

    def _market(self, site: Site) -> Iterator[Ask]:
        """Ask for the prices of today and tomorrow where a provider is set, hourly and after midnight (§11)."""
        parts, now = self._parts, self._parts.clock.now()
        provider = section(self._prices.get(site.id, {}).get("dynamic_price"))
        company, area = text(provider.get("company")), text(provider.get("area"))
        if company and area:
            yield Ask(
                name=f"price_detail {self._local(site):%a} {site.id}",
                ask=lambda: parts.client.price_detail(company, area, now),
                take=lambda bean: parts.readings.price_detail(site, bean, company, self._local(site)),
                brings=brings("price_detail", [site_id(site.id)]),
                every=HOUR,
            )

    def _forecast(self, site: Site) -> Iterator[Ask]:
        """Ask what today and tomorrow will bring, hourly and at midnight, in the mode that forecasts (§10.2)."""
        parts = self._parts
        if parts.inventory.traits(site.id).get("mode") != _SMART:
            return
        today = parts.days.local(site.id).date()
        for ahead in (1, 0):
            day = today + timedelta(days=ahead)
            yield Ask(
                name=f"forecast {day:%a} {ahead} {site.id}",
                ask=partial(parts.client.energy, site.id, SOLAR, "day", day, day),
                take=partial(self._note_forecast, site, ahead),
                brings=brings("forecast", [site_id(site.id)]),
                every=HOUR - 60,
            )

    def _note_forecast(self, site: Site, ahead: int, bean: Bean) -> Values:
        if ahead:
            self._forecasts[site.id] = bean
            return {}
        return self._parts.readings.forecast(site, bean, self._forecasts.get(site.id), self._local(site))

    def _local(self, site: Site) -> datetime:
        return self._parts.clock.now().astimezone(self._parts.days.zone(site.id))
