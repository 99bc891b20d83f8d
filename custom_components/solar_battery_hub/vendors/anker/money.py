"""What the money of a site is counted in: the cloud tells signs, several currencies share one (anker.md §6.1, §11.1)."""

from collections.abc import Mapping
import re
from typing import Final

from ...core.parse import sections, text
from .model import Bean
from .reader import code

_CODE: Final = re.compile(r"[A-Z]{3}")
_SIGNS: Final[Mapping[str, str]] = {
    "€": "EUR",
    "£": "GBP",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "лв": "BGN",
    "Lei": "RON",
}
# Where one sign stands for several currencies, the country of the account tells which.
_COUNTRIES: Final[Mapping[str, str]] = {
    "AU": "AUD",
    "CA": "CAD",
    "US": "USD",
    "IS": "ISK",
    "NO": "NOK",
    "SE": "SEK",
    "DK": "DKK",
    "JP": "JPY",
    "NZ": "NZD",
    "MX": "MXN",
    "SG": "SGD",
    "HK": "HKD",
}


def currency_code(sign: str | None, currencies: Bean | None, country: str | None) -> str | None:
    """Return the ISO code of a sign; ``None`` where it is not told or could be one of several.

    ``currencies`` is the answer of ``currency/get_list``, ``country`` the account's two letters.
    """
    spelt = text(sign)
    if spelt is None:
        return None
    if _CODE.fullmatch(spelt):
        return spelt
    listed = _listed(spelt, currencies or {})
    if len(listed) == 1:
        return listed[0]
    local = _COUNTRIES.get((country or "").upper())
    if local is not None and (local in listed or not listed) and spelt not in _SIGNS:
        return local
    return _SIGNS.get(spelt)


def sign_of(scene: Bean) -> str | None:
    """Return the sign of the money that a scene tells of (``statistics``, type 3)."""
    return next(
        (text(row.get("unit")) for row in sections(scene.get("statistics")) if code(row.get("type")) == "3"), None
    )


def _listed(sign: str, currencies: Bean) -> list[str]:
    rows = [row for row in sections(currencies.get("currency_list")) if text(row.get("symbol")) == sign]
    names = [name.strip() for row in rows for name in (text(row.get("name")) or "").split(",")]
    return [name for name in names if _CODE.fullmatch(name)]
