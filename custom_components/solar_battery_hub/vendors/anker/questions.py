"""What can be asked about the energies of a site, one question at a time (anker.md §10, §14)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .inventory import Inventory
from .model import Category, Listed, Site, SiteKind
from .products import product

SOLAR: Final = "solar_production"
PV: Final = "pv"
_PANEL: Final = ("hes", "home", "grid", "solar")
_EXTERNAL_INPUT: Final = "A17C2"


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask about a site (the cloud's id), about one of its devices where ``serial`` is set.

    ``name`` is the wire's ``device_type``; ``pv`` for an inverter that stands for itself, ``panel_<source>`` and
    ``hes_<source>`` for power panels and home energy systems.
    """

    site: str
    name: str
    serial: str = ""

    @property
    def key(self) -> str:
        """The name under which what it tells is kept."""
        return f"{self.site}/{self.name}/{self.serial}"

    @property
    def source(self) -> str:
        """What comes after ``panel_`` and ``hes_``: the wire's ``sourceType``."""
        return self.name.partition("_")[2]


def questions(inventory: Inventory, site: Site) -> tuple[Question, ...]:
    """Return what can be asked about a site as it is fitted."""
    return tuple(_questions(inventory, site))


def _questions(inventory: Inventory, site: Site) -> Iterator[Question]:
    match inventory.kind(site):
        case SiteKind.VIRTUAL:
            yield from (Question(site.id, PV, device.serial) for device in inventory.of(site.id, Category.INVERTER))
        case SiteKind.POWER_PANEL:
            yield from (Question(site.id, f"panel_{source}") for source in _PANEL)
        case SiteKind.HES:
            chargers = (
                ("evCharger",)
                if inventory.of(site.id, Category.CHARGER) or inventory.traits(site.id).get("charger")
                else ()
            )
            yield from (Question(site.id, f"hes_{source}") for source in (*_PANEL, *chargers))
        case SiteKind.SOLARBANK_PPS:
            yield from _of_stations(inventory, site)
        case _:
            yield from _of_solarbanks(inventory, site)


def _of_stations(inventory: Inventory, site: Site) -> Iterator[Question]:
    stations = inventory.of(site.id, Category.SOLARBANK_PPS)
    for serial in ("", *(station.serial for station in stations if len(stations) > 1)):
        yield from (Question(site.id, name, serial) for name in ("home_usage", "pps"))


def _of_solarbanks(inventory: Inventory, site: Site) -> Iterator[Question]:
    banks, modern = inventory.solarbanks(site.id), inventory.solarbanks(site.id, at_least=2)
    meters, plugs = inventory.of(site.id, Category.METER), inventory.of(site.id, Category.PLUG)
    if banks:
        yield Question(site.id, "solarbank")
    if modern or meters or plugs:
        yield Question(site.id, "home_usage")
    if meters:
        yield Question(site.id, "grid")
    if banks or inventory.of(site.id, Category.INVERTER):
        yield Question(site.id, SOLAR)
    if len(modern) == 1:
        yield from _inputs(site, modern[0])
    elif modern:
        yield from (Question(site.id, SOLAR, bank.serial) for bank in modern)
    if inventory.of(site.id, Category.CHARGER):
        yield Question(site.id, "ev_charger")


def _inputs(site: Site, bank: Listed) -> Iterator[Question]:
    for number in range(1, product(bank.model).inputs + 1):
        yield Question(site.id, f"{SOLAR}_pv{number}")
    if bank.model == _EXTERNAL_INPUT:
        yield Question(site.id, f"{SOLAR}_microinverter")
