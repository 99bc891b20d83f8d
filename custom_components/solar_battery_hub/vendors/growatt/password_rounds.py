"""Which calls of the password API bring which part of a device, and how often (growatt.md Part E, A.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from . import shinephone_calls as calls
from .fields import Part
from .fields_tables import TABLES
from .model import Family, Listed
from .shinephone_calls import Call


class Kind(StrEnum):
    """What a feed of a device brings; also the first word of its key."""

    LIVE = "live"
    OVERVIEW = "overview"
    DAY = "day"
    PACK = "pack"
    FACTS = "facts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of a round.

    ``parts`` are the objects of its answer by name, each a part of its own; ``""`` is the answer itself.
    ``family`` is whose part it is where that is not the device's. ``of_today`` calls want a date. ``instead`` is
    what to ask where the device does not know the call.
    """

    call: Call
    parts: Mapping[str, Part]
    family: Family | None = None
    of_today: bool = False
    instead: Step | None = None

    def keys(self, device: Listed) -> frozenset[str]:
        """Return every reading that this may bring."""
        return keys_of(self.family or device.family, *self.parts.values())


def keys_of(family: Family | None, *parts: Part) -> frozenset[str]:
    """Return every reading that parts of a family may bring about the device itself; ``None`` for a plant."""
    tables = [table for part in parts if (table := TABLES.get((family, part))) is not None]
    return frozenset(
        entry.key for table in tables for entries in (table.fields, table.words, table.texts) for entry in entries
    )


def _step(call: Call, part: Part, instead: Step | None = None, family: Family | None = None) -> Step:
    return Step(call=call, parts={"": part}, instead=instead, family=family)


def _today(call: Call, part: Part) -> Step:
    return Step(call=call, parts={"": part}, of_today=True)


_STORAGE: Final = {"storageDetailBean": Part.LIVE, "storageBean": Part.FACTS}
_CLASSIC: Final = _step(calls.INVERTER_DETAIL, Part.LIVE, family=Family.INVERTER)
_MAX: Final = _step(calls.MAX_DETAIL, Part.LIVE, family=Family.MAX, instead=_CLASSIC)

# SPH: the object that says whether the device is lost comes first.
ROUNDS: Final[Mapping[Kind, Mapping[Family, tuple[Step, ...]]]] = {
    Kind.LIVE: {
        Family.INVERTER: (_CLASSIC,),
        Family.MAX: (_MAX,),
        Family.MIN: (_step(calls.TLX_DETAIL, Part.LIVE, instead=_MAX),),  # a MID that is listed as one (A.3)
        Family.SPH: (
            _step(calls.MIX_STATUS, Part.STATUS),
            _step(calls.MIX_INFO, Part.INFO),
            _step(calls.MIX_TOTALS, Part.OVERVIEW),
        ),
        Family.SPA: (_step(calls.SPA_STATUS, Part.STATUS), _step(calls.SPA_OVERVIEW, Part.OVERVIEW)),
        Family.STORAGE: (
            Step(call=calls.STORAGE_DETAIL, parts=_STORAGE, instead=Step(call=calls.SP_DETAIL, parts=_STORAGE)),
        ),
    },
    Kind.OVERVIEW: {
        Family.MIN: (_step(calls.TLX_OVERVIEW, Part.OVERVIEW), _step(calls.TLX_STATUS, Part.STATUS)),
        Family.STORAGE: (
            _step(calls.STORAGE_OVERVIEW, Part.OVERVIEW, instead=_step(calls.SP_OVERVIEW, Part.OVERVIEW)),
        ),
    },
    Kind.DAY: {
        Family.SPH: (_today(calls.MIX_CHART, Part.DAY), _today(calls.DASHBOARD, Part.DASHBOARD)),
        Family.SPA: (_today(calls.SPA_CHART, Part.DAY),),
    },
    Kind.PACK: {
        Family.BATTERY: (_step(calls.BATTERY_DETAIL, Part.PACK, instead=_step(calls.BATTERY_INFO, Part.PACK)),),
    },
    Kind.FACTS: {
        Family.MIN: (_step(calls.TLX_FACTS, Part.FACTS),),
        Family.MAX: (_step(calls.MAX_FACTS, Part.FACTS),),
    },
}
