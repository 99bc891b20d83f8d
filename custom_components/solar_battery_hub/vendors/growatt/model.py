"""What both of Growatt's APIs speak of: plants, devices and the families these belong to (growatt.md A.6, B.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

type Bean = Mapping[str, Any]
"""One object of an answer, with the field names of the wire."""


class Family(StrEnum):
    """Devices that share their calls, fields and settings."""

    INVERTER = "inverter"
    MAX = "max"
    MIN = "min"
    SPH = "sph"
    SPA = "spa"
    STORAGE = "storage"
    BATTERY = "battery"
    OTHER = "other"


# The words of the password API's ``deviceType`` (A.5); what is missing here is OTHER.
FAMILY_OF_WORD: Final[Mapping[str, Family]] = {
    "inverter": Family.INVERTER,
    "max": Family.MAX,
    "tlx": Family.MIN,
    "min": Family.MIN,
    "mix": Family.SPH,
    "spa": Family.SPA,
    "storage": Family.STORAGE,
    "bat": Family.BATTERY,
}

# The numbers of the token API's ``type`` (B.4); what is missing here is OTHER. Type 3 (loggers, meters) is no device.
FAMILY_OF_TYPE: Final[Mapping[int, Family]] = {
    1: Family.INVERTER,
    2: Family.STORAGE,
    4: Family.MAX,
    5: Family.SPH,
    6: Family.SPA,
    7: Family.MIN,
}

WITH_SETTINGS: Final = frozenset({Family.MIN, Family.SPH, Family.SPA})
"""The families whose settings can be read and written on both APIs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A plant of the account. ``id`` is the same on both APIs; ``offset`` the hours its clocks are ahead of UTC."""

    id: str
    name: str
    offset: float | None = None
    rated_power: float | None = None  # W
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A device as the list of its plant names it; ``word`` is the API's own word or number for what it is."""

    serial: str
    family: Family
    word: str
    plant: str
    logger: str | None = None
    name: str | None = None
    model: str | None = None
    lost: bool | None = None
    bean: Bean = field(default_factory=dict, repr=False)
