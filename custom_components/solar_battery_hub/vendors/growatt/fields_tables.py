"""Which table reads which part of which family."""

from collections.abc import Mapping
from typing import Final

from . import fields_min
from .fields import Part, Table
from .model import Family

TABLES: Final[Mapping[tuple[Family | None, Part], Table]] = {
    (Family.MIN, Part.LIVE): fields_min.LIVE,
    (Family.MIN, Part.STATUS): fields_min.STATUS,
    (Family.MIN, Part.OVERVIEW): fields_min.OVERVIEW,
    (Family.MIN, Part.FACTS): fields_min.FACTS,
    (Family.BATTERY, Part.PACK): fields_min.PACK,
}
"""``None`` is a plant."""
