"""Which table reads which part of which family."""

from collections.abc import Mapping
from typing import Final

from . import fields_hybrid, fields_min, fields_other
from .fields import Part, Table
from .model import Family

TABLES: Final[Mapping[tuple[Family | None, Part], Table]] = {
    (Family.INVERTER, Part.LIVE): fields_other.INVERTER_LIVE,
    (Family.INVERTER, Part.FACTS): fields_other.INVERTER_FACTS,
    (Family.MAX, Part.LIVE): fields_other.MAX_LIVE,
    (Family.MAX, Part.FACTS): fields_other.INVERTER_FACTS,
    (Family.MIN, Part.LIVE): fields_min.LIVE,
    (Family.MIN, Part.STATUS): fields_min.STATUS,
    (Family.MIN, Part.OVERVIEW): fields_min.OVERVIEW,
    (Family.MIN, Part.FACTS): fields_min.FACTS,
    (Family.SPH, Part.LIVE): fields_hybrid.LIVE,
    (Family.SPH, Part.INFO): fields_hybrid.INFO,
    (Family.SPH, Part.STATUS): fields_hybrid.STATUS,
    (Family.SPH, Part.OVERVIEW): fields_hybrid.OVERVIEW,
    (Family.SPH, Part.DAY): fields_hybrid.DAY,
    (Family.SPH, Part.DASHBOARD): fields_hybrid.DASHBOARD,
    (Family.SPH, Part.FACTS): fields_hybrid.FACTS,
    (Family.SPA, Part.LIVE): fields_hybrid.SPA_LIVE,
    (Family.SPA, Part.STATUS): fields_hybrid.SPA_STATUS,
    (Family.SPA, Part.OVERVIEW): fields_hybrid.SPA_OVERVIEW,
    (Family.SPA, Part.DAY): fields_hybrid.DAY,
    (Family.SPA, Part.FACTS): fields_hybrid.FACTS,
    (Family.STORAGE, Part.LIVE): fields_other.STORAGE_LIVE,
    (Family.STORAGE, Part.OVERVIEW): fields_other.STORAGE_OVERVIEW,
    (Family.STORAGE, Part.FACTS): fields_other.STORAGE_FACTS,
    (Family.BATTERY, Part.PACK): fields_min.PACK,
    (Family.OTHER, Part.LIVE): fields_other.UNKNOWN_LIVE,
    (Family.OTHER, Part.LISTED): fields_other.UNKNOWN_LISTED,
    (Family.OTHER, Part.FACTS): fields_other.INVERTER_FACTS,
    (None, Part.PLANT_INFO): fields_other.PLANT_INFO,
    (None, Part.PLANT_ENERGY): fields_other.PLANT_ENERGY,
    (None, Part.PLANT_DATA): fields_other.PLANT_DATA,
    (None, Part.PLANT_DETAILS): fields_other.PLANT_DETAILS,
}
"""``None`` is a plant. What a known family has no table for says only whether the device is lost."""
