"""What a site or an inverter pays and gets for a kilowatt hour (anker.md §11.1, §12.6, §12.12)."""

from collections.abc import Mapping
from typing import Any, Final

from ...core.choices import OTHER
from ...core.control import ControlKind, Setting
from ...core.model import Value
from ...core.parse import number, section, sections, text
from ...core.quantities import Quantity
from . import plans
from .model import Bean
from .offer import NOT_HERE, NOT_READ, TOLD, Offer, table
from .seen import PRICE, PV_PRICE, Seen

TARIFF: Final = "tariff"
BUY: Final = "buy_price"
SELL: Final = "sell_price"
TARIFFS: Final = ("fixed", "use_time", "dynamic")
"""By ``price_type``; ours have the same words."""

_MONEY: Final[Mapping[str, Any]] = {
    "quantity": Quantity.PRICE,
    "minimum": 0.0,
    "maximum": 1000.0,
    "step": 0.001,
    "tolerance": 0.0005,
    "config": True,
    **TOLD,
}


def price(seen: Seen) -> Bean:
    """Return what was told of a site's prices."""
    return section(seen.told.get(PRICE))


def tariff(bean: Bean) -> Value:
    """Return which kind of tariff holds."""
    said = text(bean.get("price_type"))
    return said if said is None or said in TARIFFS else OTHER


def provider(seen: Seen) -> Bean | None:
    """Return the provider of dynamic prices, as far as one was ever chosen."""
    return section(price(seen).get("dynamic_price")) or section(seen.plan.get("dynamic_price")) or None


def _tariffs(seen: Seen) -> Mapping[str, Any]:
    plan = sections(seen.plan.get(plans.USE_TIME)) or sections(price(seen).get("use_time"))
    allowed = {"fixed": True, "use_time": bool(plan), "dynamic": provider(seen) is not None}
    return {"options": tuple(kind for kind in TARIFFS if allowed[kind])}


def _reason_tariff(seen: Seen) -> str | None:
    is_told = "price_type" in price(seen)
    return _reason_price(seen) or (None if is_told else NOT_HERE)


def _reason_price(seen: Seen) -> str | None:
    is_told = "price" in price(seen)
    return None if is_told else NOT_HERE if price(seen) else NOT_READ


def _tier(seen: Seen) -> Bean:
    """Return the first tier of an inverter's price; only that one counts (§6.4)."""
    return next(iter(sections(section(seen.own.get(PV_PRICE)).get("tieredElecPrices"))), {})


SITE: Final = table(
    Offer(
        setting=Setting(key="tariff", kind=ControlKind.SELECT, config=True, **TOLD),
        source=PRICE,
        read=lambda seen: tariff(price(seen)),
        reason=_reason_tariff,
        bounds=_tariffs,
    ),
    Offer(
        setting=Setting(key="buy_price", kind=ControlKind.NUMBER, **_MONEY),
        source=PRICE,
        read=lambda seen: number(price(seen).get("price")),
        reason=_reason_price,
    ),
    Offer(
        setting=Setting(key="sell_price", kind=ControlKind.NUMBER, **_MONEY),
        source=PRICE,
        read=lambda seen: number(price(seen).get("sell_price")),
        reason=_reason_price,
    ),
)
INVERTER: Final = table(
    Offer(
        setting=Setting(key="buy_price", kind=ControlKind.NUMBER, **_MONEY),
        source=PV_PRICE,
        read=lambda seen: number(_tier(seen).get("price")),
        reason=lambda seen: None if seen.own.get(PV_PRICE) else NOT_READ,
    )
)
