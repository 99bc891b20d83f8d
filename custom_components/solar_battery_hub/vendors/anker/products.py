"""Anker's products and kinds of sites: what each code is, and what a unit holds (anker.md §5.1, §5.2, §9.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .model import Category, SiteKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """``generation`` of a solarbank, else 0; ``capacity`` of one unit in Wh; ``inputs`` for panels; ``ac_input``: charges from AC."""

    name: str
    category: Category
    generation: int = 0
    capacity: int = 0
    inputs: int = 0
    ac_input: bool = False


_SOLARBANK: Final = Category.SOLARBANK
_STATION: Final = Category.POWER_STATION

PRODUCTS: Final[Mapping[str, Product]] = {
    "A17C0": Product(name="Solarbank E1600", category=_SOLARBANK, generation=1, capacity=1600),
    "A17C1": Product(name="Solarbank 2 E1600 Pro", category=_SOLARBANK, generation=2, capacity=1600, inputs=4),
    "A17C2": Product(
        name="Solarbank 2 E1600 AC", category=_SOLARBANK, generation=2, capacity=1600, inputs=2, ac_input=True
    ),
    "A17C3": Product(name="Solarbank 2 E1600 Plus", category=_SOLARBANK, generation=2, capacity=1600, inputs=2),
    "A17C5": Product(
        name="Solarbank 3 E2700 Pro", category=_SOLARBANK, generation=3, capacity=2688, inputs=4, ac_input=True
    ),
    "AE103": Product(
        name="Solarbank 4 E5000 Pro", category=_SOLARBANK, generation=4, capacity=5024, inputs=4, ac_input=True
    ),
    "A17E2": Product(name="Solarbank Max AC", category=_SOLARBANK, generation=4, capacity=7000, ac_input=True),
    "AE100": Product(name="Power Dock", category=Category.COMBINER_BOX),
    "A5140": Product(name="MI60 Microinverter", category=Category.INVERTER),
    "A5143": Product(name="MI80 Microinverter", category=Category.INVERTER),
    "A17X7": Product(name="Smart Meter", category=Category.METER),
    "A17X7US": Product(name="Smart Meter", category=Category.METER),
    "AE1R0": Product(name="P1 Meter", category=Category.METER),
    "AE1X0": Product(name="Smart Meter Gen 2", category=Category.METER),
    "SHEM3": Product(name="Shelly 3EM", category=Category.METER),
    "SHEMP3": Product(name="Shelly Pro 3EM", category=Category.METER),
    "ECOIR": Product(name="EverHome EcoTracker IR", category=Category.METER),
    "A17X8": Product(name="Smart Plug", category=Category.PLUG),
    "SHPPS": Product(name="Shelly Plus Plug S", category=Category.PLUG),
    "A17B1": Product(name="Home Power Panel", category=Category.POWER_PANEL),
    "A5101": Product(name="X1 P6K", category=Category.HES),
    "A5102": Product(name="X1", category=Category.HES),
    "A5103": Product(name="X1 P6K", category=Category.HES),
    "A5150": Product(name="X1 Microinverter", category=Category.HES),
    "A5220": Product(name="X1 Battery Module", category=Category.HES, capacity=5000),
    "A5341": Product(name="X1 Backup Controller", category=Category.HES),
    "A5450": Product(name="X1 Zigbee Dongle", category=Category.HES),
    "A1782": Product(name="SOLIX F3000", category=Category.SOLARBANK_PPS, capacity=3072),
    "A5191": Product(name="SOLIX V1 EV Charger", category=Category.CHARGER),
    "A1761": Product(name="SOLIX C1000", category=_STATION, capacity=1056),
    "A1763": Product(name="SOLIX C1000 Gen 2", category=_STATION, capacity=1024),
    "A1780": Product(name="SOLIX F2000", category=_STATION, capacity=2048),
    "A1790": Product(name="SOLIX F3800", category=_STATION, capacity=3840),
    "A1790P": Product(name="SOLIX F3800 Plus", category=_STATION, capacity=3840),
    "A1903": Product(name="Power bank", category=_STATION),
    "A17E1": Product(name="Home backup", category=_STATION),
    "AX170": Product(name="Home backup dock", category=Category.COMBINER_BOX),
    "AX1S0": Product(name="Power Dock", category=Category.COMBINER_BOX),
}

_UNKNOWN: Final = Product(name="", category=Category.OTHER)

_KINDS: Final[Mapping[int, SiteKind]] = {
    0: SiteKind.VIRTUAL,
    1: SiteKind.PPS,
    2: SiteKind.SOLARBANK,
    **dict.fromkeys((3, 6, 7, 8, 9), SiteKind.HES),
    4: SiteKind.POWER_PANEL,
    **dict.fromkeys((5, 10, 11, 12, 18, 19, 20), SiteKind.SOLARBANK),
    13: SiteKind.SOLARBANK_PPS,
    14: SiteKind.CHARGER,
    **dict.fromkeys((15, 17), SiteKind.HOME_BACKUP),
    16: SiteKind.POWERBANK,
}


def product(model: str) -> Product:
    """Return what a product code stands for; an unknown one is something OTHER without a name."""
    return PRODUCTS.get(model, _UNKNOWN)


def kind_of(site_type: int | None) -> SiteKind:
    """Return what a ``power_site_type`` stands for."""
    return SiteKind.OTHER if site_type is None else _KINDS.get(site_type, SiteKind.OTHER)
