"""What only the owner of a site may read: settings, signals (anker.md §5.3, §14)."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from .asks import DAY, HOUR, ask_about, ask_of_device, ask_of_site
from .inventory import site_id
from .model import Category, Listed, Site, SiteKind
from .parts import Parts
from .rounds import Ask

_CONSENT: Final = "13"  # hardly ever changes (§9.1)


class Details:
    """Puts together what is asked about the settings and signals of a site."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts of the account."""
        self._parts = parts

    def asks(self, site: Site) -> Iterator[Ask]:
        """Return what is asked about a site and its devices."""
        parts, client = self._parts, self._parts.client
        devices = [device.serial for device in parts.inventory.devices_of(site.id)]
        yield ask_about("wifi", devices, lambda: client.wifi(site.id), lambda rows: parts.readings.wifi(site, rows))
        yield from self._params(site)
        for bank in parts.inventory.solarbanks(site.id, at_most=1)[:1]:
            yield self._home_load(site, bank)
        for bank in parts.inventory.solarbanks(site.id):
            yield from self._of_bank(site, bank)
        if parts.inventory.kind(site) is SiteKind.POWER_PANEL:
            yield ask_of_site("disaster", site, client.disaster, parts.controls.note_disaster)
        for panel in parts.inventory.of(site.id, Category.POWER_PANEL):
            yield ask_of_device("panel_wifi", panel, client.panel_wifi, parts.readings.panel_wifi)
        for unit in parts.inventory.of(site.id, Category.HES):
            if unit.main is None:
                yield ask_of_device("hes_wifi", unit, client.hes_wifi, parts.readings.hes_wifi)

    def _params(self, site: Site) -> Iterator[Ask]:
        parts = self._parts
        about = [site_id(site.id), *(bank.serial for bank in parts.inventory.solarbanks(site.id))]
        for kind in parts.controls.param_types(site):
            ask, take = partial(parts.client.param, site.id, kind), partial(parts.controls.note_param, site, kind)
            yield ask_about(f"param_{kind}", about, ask, take, every=HOUR if kind == _CONSENT else 0.0)

    def _home_load(self, site: Site, bank: Listed) -> Ask:
        parts = self._parts
        about = [site_id(site.id), *(first.serial for first in parts.inventory.solarbanks(site.id, at_most=1))]
        return ask_about(
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
            yield ask_about("attrs", about, lambda: client.attrs(bank.serial, names), lambda bean: take(bank, bean))
        if bank in parts.inventory.solarbanks(site.id, at_most=1):
            note, read = parts.controls.note_cutoff, parts.readings
            yield ask_about("cutoff", about, lambda: client.cutoff(bank.serial), lambda rows: note(bank, rows))
            yield ask_of_device("solar_info", bank, client.solar_info, read.solar_info, every=DAY)
            yield ask_of_device("fittings", bank, partial(client.fittings, site.id), read.fittings, every=DAY)
