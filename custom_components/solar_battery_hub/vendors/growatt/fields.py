"""How the tables of readings are written: formulas over the names of the wire (growatt.md Part D).

``"bmsSoc|soc1"`` is the first of several spellings that is not zero, else the first that is there.
``"a + b - c"`` adds and subtracts; of each side one must be there. ``"a or b + c"`` takes the second
formula where the first gives nothing or zero. ``"timeTotal@h"`` names the unit of bare numbers.
``{n}`` is the number of a numbered reading.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import re
from typing import Final

type Codes = Mapping[str, str]


class Part(StrEnum):
    """Which answer an object is from; equal names mean different things in different ones (D.3)."""

    LIVE = "live"  # V1 …_last_data; getTlxDetailData, getInverterDetailData…, storageDetailBean
    INFO = "info"  # getMixInfo, getStorageInfo…
    STATUS = "status"  # getSystemStatus…
    OVERVIEW = "overview"  # getEnergyOverview…
    DAY = "day"  # getEnergyProdAndCons…
    DASHBOARD = "dashboard"  # getEnergyStorageData, of the whole plant
    FACTS = "facts"  # V1 …_data_info; getTlxParams.newBean, storageBean …
    LISTED = "listed"  # an entry of a device list
    PACK = "pack"  # getBatInfo, getBatDetailData: the object with soc
    PLANT_INFO = "plant_info"  # getAllDeviceListTwo
    PLANT_ENERGY = "plant_energy"  # getUserCenterEnertyDataByPlantid
    PLANT_DATA = "plant_data"  # V1 plant/data
    PLANT_DETAILS = "plant_details"  # V1 plant/details, getPlant


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """What is added and what is subtracted, each by its possible spellings; ``otherwise`` where that gives nothing."""

    add: tuple[tuple[str, ...], ...]
    subtract: tuple[tuple[str, ...], ...] = ()
    unit: str | None = None
    otherwise: Formula | None = None

    @property
    def names(self) -> frozenset[str]:
        """Every name of the wire that it looks at."""
        own = {name for term in (*self.add, *self.subtract) for name in term}
        return frozenset(own | (self.otherwise.names if self.otherwise else frozenset()))


def formula(written: str) -> Formula:
    """Return the formula of a text (see the module)."""
    first, _, rest = written.partition(" or ")
    body, _, unit = first.partition("@")
    sides: dict[str, list[tuple[str, ...]]] = {"+": [], "-": []}
    for sign, term in re.findall(r"(?:([+-]) |^)([^ ]+)", body.strip()):
        sides[sign or "+"].append(tuple(term.split("|")))
    return Formula(
        add=tuple(sides["+"]),
        subtract=tuple(sides["-"]),
        unit=unit.strip() or None,
        otherwise=formula(rest) if rest else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One number: its key in the catalogue and where it comes from.

    A ``group`` is what may not be fitted: a meter, a string, a battery. ``pack`` is the number of the
    battery pack it is about, ``None`` for the device itself.
    """

    key: str
    formula: Formula
    group: str | None = None
    pack: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One reading in words: its key, the spellings of its name, and what each code means."""

    key: str
    names: tuple[str, ...]
    codes: Codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text, or a code without words: its key, the spellings of its name, and the group it belongs to."""

    key: str
    names: tuple[str, ...]
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What one part of one family tells.

    ``power_unit`` is that of bare powers. ``evidence``
    maps a group to names that show by any content that it is fitted. ``repair`` mends what is wrong
    with an object as a whole. ``instant``: the object tells of the moment, and may be out of date.
    """

    fields: tuple[Field, ...] = ()
    words: tuple[Word, ...] = ()
    texts: tuple[Text, ...] = ()
    power_unit: str = "W"
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repair: Callable[[Mapping[str, object]], Mapping[str, object]] | None = None
    instant: bool = True


def rows(group: str | None = None, /, **formulas: str) -> tuple[Field, ...]:
    """Return fields by their keys, all of one group."""
    return tuple(Field(key=key, formula=formula(spelt), group=group) for key, spelt in formulas.items())


def numbered(count: int, group: str | None = None, /, **formulas: str) -> tuple[Field, ...]:
    """Return numbered fields, 1 to ``count``; each number is a group of its own where one is named."""
    return tuple(
        Field(
            key=f"{key}_{number}",
            formula=formula(spelt.replace("{n}", str(number))),
            group=f"{group} {number}" if group else None,
        )
        for number in range(1, count + 1)
        for key, spelt in formulas.items()
    )


def packs(count: int, /, **formulas: str) -> tuple[Field, ...]:
    """Return the fields of battery packs, each fitted or not."""
    return tuple(
        Field(key=key, formula=formula(spelt.replace("{n}", str(number))), group=f"pack {number}", pack=number)
        for number in range(1, count + 1)
        for key, spelt in formulas.items()
    )


def word(key: str, names: str, codes: Codes) -> Word:
    """Return a reading in words; the spellings of its name are separated by ``|``."""
    return Word(key=key, names=tuple(names.split("|")), codes=codes)


def text(key: str, names: str, group: str | None = None) -> Text:
    """Return a text; the spellings of its name are separated by ``|``."""
    return Text(key=key, names=tuple(names.split("|")), group=group)


_FAULT: Final = {"3": "fault"}
_RUNNING: Final = dict.fromkeys(("5", "6", "7", "8"), "normal")
_OFFLINE: Final = {"-1": "offline"}

# Live objects (D.1, B.6.2, B.7.3); 2 of a MIN is a fault in the document.
INVERTER_STATUS: Final[Codes] = {"0": "waiting", "1": "normal", **_FAULT, **_OFFLINE}
MIN_STATUS: Final[Codes] = {"0": "waiting", "1": "normal", "2": "fault", "9": "bypass"} | _FAULT | _RUNNING | _OFFLINE
HYBRID_STATUS: Final[Codes] = {"0": "waiting", "1": "self_check", "4": "upgrading"} | _FAULT | _RUNNING | _OFFLINE
STORAGE_STATUS: Final[Codes] = {
    "0": "standby",
    "1": "charging",
    "2": "discharging",
    "4": "upgrading",
    **_FAULT,
    **_OFFLINE,
}
MAX_STATUS: Final[Codes] = {"0": "standby", "1": "normal", "2": "standby", **_FAULT, **_OFFLINE}

# Device lists: V1 (B.5) and legacy (A.5).
LISTED_STATUS: Final[Codes] = {"0": "offline", "1": "normal", "2": "standby", **_FAULT, **_OFFLINE}
LEGACY_LISTED_STATUS: Final[Codes] = {"0": "waiting", "1": "normal", "2": "fault", **_FAULT, **_OFFLINE}

PRIORITY: Final[Codes] = {"0": "load_first", "1": "battery_first", "2": "grid_first"}
OUTPUT_SOURCE: Final[Codes] = {"0": "battery_first", "1": "solar_first", "2": "grid_first", "3": "solar_and_grid"}
CHARGE_SOURCE: Final[Codes] = {"0": "solar_first", "1": "solar_and_grid", "2": "solar_only"}
