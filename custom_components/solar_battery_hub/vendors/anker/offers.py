"""Which settings a site or a device knows (anker.md §5, §9, §12)."""

from collections.abc import Mapping
from typing import Final

from . import offers_limits, offers_plans, offers_prices
from .model import Category, SiteKind
from .offer import Offer
from .products import kind_of, product
from .seen import Seen

type Offers = Mapping[str, Offer]

_LATER_SITE: Final = {**offers_plans.LATER, **offers_limits.STATIONS, **offers_prices.SITE}
_FIRST_SITE: Final = {**offers_plans.FIRST, **offers_prices.SITE}
_PANEL_SITE: Final = {**offers_plans.PANEL, **offers_prices.SITE}
_FIRST_DEVICE: Final = {**offers_plans.UNIT, **offers_limits.FIRST_BATTERY, **offers_limits.ANY}
_LATER_DEVICE: Final = {**offers_limits.LATER_BATTERY, **offers_limits.ANY}
_INVERTER: Final = {**offers_limits.INVERTER, **offers_prices.INVERTER, **offers_limits.ANY}

ALL: Final = (_LATER_SITE, _FIRST_SITE, _PANEL_SITE, _FIRST_DEVICE, _LATER_DEVICE, _INVERTER)
"""Every kind of place that has settings."""


def offers_of(seen: Seen) -> Offers:
    """Return the settings of a device, or of the site itself, by key."""
    return _of_site(seen) if seen.device is None else _of_device(seen)


def _of_site(seen: Seen) -> Offers:
    kind = kind_of(seen.site.type if seen.site else None)
    if seen.banks(2):
        return _LATER_SITE
    if seen.banks():
        return _FIRST_SITE
    if kind is SiteKind.POWER_PANEL:
        return _PANEL_SITE
    return {} if kind is SiteKind.VIRTUAL else offers_prices.SITE


def _of_device(seen: Seen) -> Offers:
    found = product(seen.device.model if seen.device else "")
    if found.category is Category.SOLARBANK:
        return _FIRST_DEVICE if found.generation == 1 else _LATER_DEVICE
    stands_alone = seen.site is None or kind_of(seen.site.type) is SiteKind.VIRTUAL
    return _INVERTER if found.category is Category.INVERTER and stands_alone else offers_limits.ANY
