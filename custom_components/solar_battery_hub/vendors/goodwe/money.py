"""What a plant's money is counted in (goodwe.md §4.3, §5.5)."""

from collections.abc import Mapping
import re
from typing import Final

from ...core.parse import section, text
from .model import Bean

_CODE: Final = re.compile(r"[A-Z]{3}")
_OTHER_NAMES: Final[Mapping[str, str]] = {"RMB": "CNY", "NTD": "TWD"}


def currency_of(bean: Bean) -> str | None:
    """Return the ISO code in the ``data`` of ``stations/production`` or of a legacy plant; ``None`` where none is told."""
    told = text(bean.get("currency")) or text(section(bean.get("kpi")).get("currency"))
    spelt = (told or "").upper()
    found = _OTHER_NAMES.get(spelt, spelt)
    return found if _CODE.fullmatch(found) else None
