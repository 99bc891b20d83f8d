"""What changes rarely: lists, firmware, settings, prices, forecasts (anker.md §14, §16)."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from ...core.errors import BadAnswer
from ...core.model import Ref, Reported, Snapshot
from ...core.parse import section, text
from ..base import Wanted
from . import controls, readings
from .inventory import site_id, vehicle_id
from .listing import bound_devices, devices_by_site, hes_devices, sites_in, vehicles_in
from .model import Bean, Category, Listed, Site, SiteKind, Vehicle
from .money import currency_code
from .parts import Parts
from .questions import PV, SOLAR, Question
from .rounds import ALL, Ask, Rounds
from .yields import inverter_total, running_total

_HOUR: Final = 3600.0
_DAY: Final = 24 * _HOUR
_JUST_NOW: Final = 120.0
_BOUND: Final = "bound"
_SMART: Final = 7  # the mode that forecasts (§9.3)
_BELIEVED: Final = 3  # empty lists in a row
_ACCOUNT: Final = "account"  # what is remembered of it, among the traits of sites and devices

type _Values = Mapping[Ref, Reported]

_SOLAR_SITES: Final = frozenset(
    {SiteKind.SOLARBANK, SiteKind.PPS, SiteKind.CHARGER, SiteKind.HOME_BACKUP, SiteKind.OTHER}
)
_PREFIXES: Final[Mapping[SiteKind, str]] = {SiteKind.POWER_PANEL: "panel", SiteKind.HES: "hes"}
_YIELD: Final = "solar_energy_total"


class Upkeep:
    """Asks what is so for longer, each question for itself."""

    def __init__(self, parts: Parts, country: str | None) -> None:
        """Take the parts of the account; ``country`` tells which dollars are meant."""
        self._parts = parts
        self._country = country
        self._rounds = Rounds(parts.clock)
        self._empty = 0
        self._prices: dict[str, Bean] = {}
        self._forecasts: dict[str, Bean] = {}
        self.postponed: set[str] = set()  # rounds of which something still waits for its endpoint to be free

    # The account

    async def look(self) -> Mapping[Ref, Reported]:
        """List sites and devices from the host that knows them; return what that tells of the devices."""
        found = await self._parts.client.look()
        self._note_sites(found.sites)
        self._rounds.answered(_BOUND)
        return self._note_bound(found.devices)

    async def sites(self) -> Snapshot:
        """List the sites; the first time ever with the devices, by which the right host is found."""
        parts = self._parts
        report = parts.begin()
        if parts.inventory.all_sites or parts.inventory.listed:
            self._note_sites(await parts.client.site_list())
        else:
            report.put(await self.look())
        return report.snapshot()

    def _note_sites(self, beans: list[Bean]) -> None:
        """Take the list of sites. Raises BadAnswer for an empty one until it was told a few times."""
        parts = self._parts
        sites = sites_in(beans)
        self._empty = 0 if sites else self._empty + 1
        known = any(parts.inventory.kind(site) is not SiteKind.VIRTUAL for site in parts.inventory.all_sites)
        if known and not sites and self._empty < _BELIEVED:
            raise BadAnswer("No sites, although there were some")
        parts.inventory.note_sites(sites, devices_by_site(beans))
        parts.ledger.tidy()

    async def devices(self, wanted: Wanted) -> Snapshot:
        """Read what belongs to the account: its devices, their firmware, cars, messages."""
        return await self._run("devices", self._of_account(), wanted)

    def _of_account(self) -> Iterator[Ask]:
        parts, client = self._parts, self._parts.client
        yield Ask(name=_BOUND, ask=client.bind_devices, take=self._note_bound, every=_JUST_NOW)
        owned = [device.serial for device in parts.inventory.owned()]
        if owned:
            yield self._ask("auto_upgrade", owned, client.auto_upgrade, parts.controls.note_auto_upgrade)
            yield self._ask("updates", owned, lambda: client.updates(owned), parts.readings.updates)
        yield Ask(name="vehicles", ask=client.vehicles, take=self._note_vehicles)
        for vehicle in parts.inventory.vehicles:
            yield self._of_vehicle(vehicle)
        root = parts.root()
        yield self._ask("unread", [root], client.unread, lambda bean: parts.readings.unread(root, bean))
        if any(self._needs_list(site) for site in parts.inventory.sites):
            yield Ask(name="currencies", ask=client.currencies, take=self._note_currencies, every=_DAY)

    def _note_bound(self, beans: list[Bean]) -> _Values:
        inventory = self._parts.inventory
        inventory.note_bound(bound_devices(beans))
        values: dict[Ref, Reported] = {}
        for bean in beans:
            if (listed := inventory.device(text(bean.get("device_sn")) or "")) is not None:
                values |= self._parts.readings.bound(listed, bean)
        return values

    def _note_vehicles(self, beans: list[Bean]) -> _Values:
        inventory, values = self._parts.inventory, dict[Ref, Reported]()
        inventory.note_vehicles(vehicles_in(beans))
        for bean in beans:
            if (vehicle := inventory.vehicle(text(bean.get("vehicle_id")) or "")) is not None:
                values |= self._parts.readings.vehicle(vehicle, bean)
        return values

    def _of_vehicle(self, vehicle: Vehicle) -> Ask:
        parts = self._parts
        return self._ask(
            "vehicle",
            [vehicle_id(vehicle.id)],
            lambda: parts.client.vehicle(vehicle.id),
            lambda bean: parts.readings.vehicle(vehicle, bean),
            every=_HOUR,
        )

    # Sites: what their owner alone may read

    async def details(self, site: Site, wanted: Wanted) -> Snapshot:
        """Read settings and signals of a site and its devices."""
        return await self._run(f"details_{site.id}", self._of_site(site), wanted)

    def _of_site(self, site: Site) -> Iterator[Ask]:
        parts, client = self._parts, self._parts.client
        devices = [device.serial for device in parts.inventory.devices_of(site.id)]
        yield self._ask("wifi", devices, lambda: client.wifi(site.id), lambda rows: parts.readings.wifi(site, rows))
        yield from self._params(site)
        for bank in parts.inventory.solarbanks(site.id, at_most=1)[:1]:
            yield self._home_load(site, bank)
        for bank in parts.inventory.solarbanks(site.id):
            yield from self._of_bank(site, bank)
        if parts.inventory.kind(site) is SiteKind.POWER_PANEL:
            take = parts.controls.note_disaster
            yield self._ask(
                "disaster", [site_id(site.id)], lambda: client.disaster(site.id), lambda bean: take(site, bean)
            )
        for panel in parts.inventory.of(site.id, Category.POWER_PANEL):
            yield self._of_device("panel_wifi", panel, client.panel_wifi, parts.readings.panel_wifi)
        for unit in parts.inventory.of(site.id, Category.HES):
            if unit.main is None:
                yield self._of_device("hes_wifi", unit, client.hes_wifi, parts.readings.hes_wifi)

    def _params(self, site: Site) -> Iterator[Ask]:
        parts = self._parts
        about = [site_id(site.id), *(bank.serial for bank in parts.inventory.solarbanks(site.id))]
        for kind in parts.controls.param_types(site):
            ask, take = partial(parts.client.param, site.id, kind), partial(self._note_param, site, kind)
            yield self._ask(f"param_{kind}", about, ask, take)

    def _note_param(self, site: Site, kind: str, bean: Bean | None) -> _Values:
        return {} if bean is None else self._parts.controls.note_param(site, kind, bean)

    def _home_load(self, site: Site, bank: Listed) -> Ask:
        parts = self._parts
        about = [site_id(site.id), *(first.serial for first in parts.inventory.solarbanks(site.id, at_most=1))]
        return self._ask(
            "home_load",
            about,
            lambda: parts.client.home_load(site.id, bank.serial),
            lambda bean: parts.controls.note_home_load(site, bank, bean),
        )

    def _of_bank(self, site: Site, bank: Listed) -> Iterator[Ask]:
        parts, client = self._parts, self._parts.client
        names = parts.controls.attr_names(bank)
        about = [bank.serial, site_id(site.id)]
        if names:
            take = parts.controls.note_attrs
            yield self._ask("attrs", about, lambda: client.attrs(bank.serial, names), lambda bean: take(bank, bean))
        if bank in parts.inventory.solarbanks(site.id, at_most=1):
            note, read = parts.controls.note_cutoff, parts.readings
            yield self._ask("cutoff", about, lambda: client.cutoff(bank.serial), lambda rows: note(bank, rows))
            yield self._of_device("solar_info", bank, client.solar_info, read.solar_info, every=_DAY)
            yield self._of_device("fittings", bank, partial(client.fittings, site.id), read.fittings, every=_DAY)

    # Sites: what anybody may read who sees them, and money

    async def facts(self, site: Site, wanted: Wanted) -> Snapshot:
        """Read what a site saves and costs, and what is to be expected of the sun."""
        kind = self._parts.inventory.kind(site)
        asks = self._of_virtual(site) if kind is SiteKind.VIRTUAL else self._of_kind(site, kind)
        retold = self._parts.readings.retold(site, self._local(site))
        return await self._run(f"facts_{site.id}", asks, wanted, retold)

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
            if kind in _SOLAR_SITES and parts.inventory.solarbanks(site.id):
                take = parts.controls.note_limit
                about = [site_id(site.id), *(bank.serial for bank in parts.inventory.solarbanks(site.id))]
                yield self._ask("limit", about, lambda: client.power_limit(site.id), lambda bean: take(site, bean))
        yield self._fact("co2", site, client.co2, parts.readings.co2)
        if parts.inventory.solarbanks(site.id, at_least=3):
            yield self._fact("ai_status", site, client.ai_status, parts.readings.ai_status)
        yield from self._market(site)
        yield from self._forecast(site)
        for charger in parts.inventory.of(site.id, Category.CHARGER):
            yield self._of_device("charge_stats", charger, client.charge_stats, parts.readings.charge_stats)

    def _of_virtual(self, site: Site) -> Iterator[Ask]:
        client = self._parts.client
        for device in self._parts.inventory.of(site.id, Category.INVERTER):
            about = [device.serial, site_id(site.id)]
            yield self._ask(
                "pv_totals", about, partial(client.pv_totals, device.serial), partial(self._pv_totals, site, device)
            )
            yield self._ask("pv_price", about, partial(client.pv_price, device.serial), partial(self._pv_price, device))

    def _pv_totals(self, site: Site, device: Listed, bean: Bean) -> _Values:
        parts = self._parts
        values = dict(parts.readings.pv_totals(device, bean))
        total = Ref(device.serial, _YIELD)
        parts.ledger.refine(Question(site.id, PV, device.serial), total, inverter_total(bean), values)
        return values | (parts.controls.note_pv_totals(device, bean) if device.owner else {})

    def _pv_price(self, device: Listed, bean: Bean) -> _Values:
        values = self._parts.readings.pv_price(device, bean)
        return {**values, **(self._parts.controls.note_pv_price(device, bean) if device.owner else {})}

    def _note_hes(self, site: Site, bean: Bean) -> _Values:
        self._parts.inventory.note_seen(site.id, hes_devices(bean, site.id))
        return {}

    def _running(self, site: Site, kind: SiteKind) -> Ask:
        parts = self._parts
        about = [site_id(site.id), *(device.serial for device in parts.inventory.devices_of(site.id))]
        if kind is SiteKind.HES:
            ask, read = parts.client.hes_running, parts.readings.hes_running
        else:
            ask, read = parts.client.panel_running, parts.readings.panel_running

        def take(bean: Bean) -> _Values:
            traits = parts.inventory.traits(site.id)
            if traits.get("charger", False) != bool(bean.get("hasEvCharger")):
                traits["charger"] = bool(bean.get("hasEvCharger"))
                parts.inventory.keep()
            values = dict(read(site, bean))
            question = Question(site.id, f"{_PREFIXES[kind]}_solar")
            parts.ledger.refine(question, Ref(site_id(site.id), _YIELD), running_total(bean), values)
            return values

        return self._ask(f"{_PREFIXES[kind]}_running", about, partial(ask, site.id), take)

    def _price(self, site: Site) -> Ask:
        parts = self._parts

        def take(bean: Bean) -> _Values:
            parts.inventory.note_currency(site.id, text(bean.get("site_price_unit")))
            self._prices[site.id] = bean
            return {**parts.readings.price(site, bean, self._local(site)), **parts.controls.note_price(site, bean)}

        return self._ask("price", [site_id(site.id)], lambda: parts.client.price(site.id), take)

    def _market(self, site: Site) -> Iterator[Ask]:
        """Ask for the prices of today and tomorrow where a provider is set (§11)."""
        parts, now = self._parts, self._parts.clock.now()
        provider = section(self._prices.get(site.id, {}).get("dynamic_price"))
        company, area = text(provider.get("company")), text(provider.get("area"))
        if company and area:
            yield self._ask(
                "price_detail",
                [site_id(site.id)],
                lambda: parts.client.price_detail(company, area, now),
                lambda bean: parts.readings.price_detail(site, bean, company, self._local(site)),
                every=_HOUR,
            )

    def _forecast(self, site: Site) -> Iterator[Ask]:
        """Ask what today and tomorrow will bring, hourly, in the mode that forecasts (§10.2)."""
        parts = self._parts
        if parts.inventory.traits(site.id).get("mode") != _SMART:
            return
        today = parts.days.local(site.id).date()
        for ahead in (1, 0):
            day = today + timedelta(days=ahead)
            yield Ask(
                name=f"forecast {ahead} {site.id}",
                ask=partial(parts.client.energy, site.id, SOLAR, "day", day, day),
                take=partial(self._note_forecast, site, ahead),
                brings=self._brings("forecast", [site_id(site.id)]),
                every=_HOUR - 60,
            )

    def _note_forecast(self, site: Site, ahead: int, bean: Bean) -> _Values:
        if ahead:
            self._forecasts[site.id] = bean
            return {}
        return self._parts.readings.forecast(site, bean, self._forecasts.get(site.id), self._local(site))

    def _local(self, site: Site) -> datetime:
        return self._parts.clock.now().astimezone(self._parts.days.zone(site.id))

    # Money

    def currency(self, site: Site) -> str | None:
        """Return the ISO code of what a site's money is counted in, as far as the cloud tells."""
        return currency_code(site.currency, self._currencies, self._country)

    @property
    def _currencies(self) -> Bean | None:
        return self._parts.inventory.traits(_ACCOUNT).get("currencies")

    def _needs_list(self, site: Site) -> bool:
        return site.currency is not None and self._currencies is None and self.currency(site) is None

    def _note_currencies(self, bean: Bean) -> _Values:
        self._parts.inventory.traits(_ACCOUNT)["currencies"] = dict(bean)
        self._parts.inventory.keep()
        return {}

    # Steps

    def _fact(
        self, name: str, site: Site, ask: Callable[[str], Awaitable[Bean]], take: Callable[[Site, Bean], _Values]
    ) -> Ask:
        return self._ask(name, [site_id(site.id)], lambda: ask(site.id), lambda bean: take(site, bean))

    def _of_device[T](
        self,
        name: str,
        device: Listed,
        ask: Callable[[str], Awaitable[T]],
        take: Callable[[Listed, T], _Values],
        *,
        every: float = 0.0,
    ) -> Ask:
        about = [device.serial]
        return self._ask(name, about, lambda: ask(device.serial), lambda bean: take(device, bean), every=every)

    def _ask(
        self,
        name: str,
        about: list[str],
        ask: Callable[[], Awaitable[Any]],
        take: Callable[[Any], _Values],
        *,
        every: float = 0.0,
    ) -> Ask:
        return Ask(
            name=f"{name} {about[0] if about else ''}",
            ask=ask,
            take=take,
            brings=self._brings(name, about),
            every=every,
        )

    @staticmethod
    def _brings(name: str, about: list[str]) -> frozenset[Ref]:
        """Return which readings a question may bring; ``ALL`` where nobody says."""
        keys = readings.KEYS.get(name, frozenset()) | controls.KEYS.get(name, frozenset())
        return frozenset(Ref(device, key) for device in about for key in keys) or ALL

    async def _run(self, key: str, asks: Iterator[Ask], wanted: Wanted, known: _Values | None = None) -> Snapshot:
        """Carry out a round; ``known`` is what follows from earlier answers by now."""
        report = self._parts.begin()
        report.put(known or {})
        complete = await self._rounds.run(asks, wanted, report)
        (self.postponed.discard if complete else self.postponed.add)(key)
        return report.snapshot()
