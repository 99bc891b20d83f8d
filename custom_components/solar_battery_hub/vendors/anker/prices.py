"""What is sent of prices (anker.md §12.2, §12.6)."""

from collections.abc import Mapping
from typing import Any, Final

from ...core.model import Value
from ...core.parse import sections
from . import plans
from .model import Bean
from .offers_prices import BUY, SELL, TARIFF, provider
from .seen import Seen

_ACCURACY: Final = 5
_PROVIDER: Final = ("country", "company", "area")
_NAMES: Final[Mapping[str, str]] = {BUY: "price", SELL: "sell_price", TARIFF: "price_type"}
_KINDS: Final[Mapping[int, str]] = {plans.TIME_OF_USE: "use_time", plans.DYNAMIC: "dynamic"}

PRICED_MODES: Final = frozenset(plans.MODES[mode] for mode in _KINDS)
"""The modes with which the kind of price goes along (§12.2)."""


def body(site: str, told: Bean, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole of what is sent: what was told just now, and what changes (names of the wire).

    What kind of price it is only goes along where it was told or is set.
    """
    found: dict[str, Any] = {
        "price": told.get("price"),
        "sell_price": told.get("sell_price"),
        "site_price_unit": told.get("site_price_unit"),
        "site_co2": told.get("site_co2", 0),
        "accuracy": _ACCURACY,
    }
    found |= {name: told[name] for name in ("price_type", "dynamic_price") if name in told}
    return {**found, **changes, "site_id": site}


def changed(seen: Seen, changes: Mapping[str, Value]) -> dict[str, Any]:
    """Return what settings of ours change, by the names of the wire; a dynamic tariff needs its provider."""
    found: dict[str, Any] = {_NAMES[key]: value for key, value in changes.items() if key in _NAMES}
    if found.get("price_type") == "dynamic":
        found |= _dynamic(seen)
    return found


def of_mode(seen: Seen, mode: int | None, plan: Bean, told: Bean) -> dict[str, Any] | None:
    """Return what changes because a mode was selected; ``None`` for nothing. There is no way back to a fixed price (§12.2)."""
    kind = _KINDS.get(mode or 0)
    if kind is None or told.get("price_type", kind) == kind:
        return None
    if kind == "use_time":
        return {"price_type": kind} if sections(plan.get(plans.USE_TIME)) else None
    return {"price_type": kind, **_dynamic(seen)} if plan.get("dynamic_price") else None


def with_provider(chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return what changes with the provider of dynamic prices."""
    return {"price_type": "dynamic", "dynamic_price": {name: chosen[name] for name in _PROVIDER}}


def _dynamic(seen: Seen) -> dict[str, Any]:
    """Return the provider to name where none was told."""
    from_plan = provider(seen)
    if seen.told.get("price", {}).get("dynamic_price") or from_plan is None:
        return {}
    return {"dynamic_price": {name: from_plan.get(name) for name in _PROVIDER}}
