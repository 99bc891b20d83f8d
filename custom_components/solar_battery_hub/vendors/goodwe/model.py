"""What the account of a GoodWe owner is made of: plants, their devices, and the numbers these tell (goodwe.md §5.2–5.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

type Bean = Mapping[str, Any]
"""One object of an answer, with the names of the wire; never anything but a mapping."""


class Way(StrEnum):
    """The two ways in: SEMS+ (route C of goodwe.md §0) and the legacy app API (route B)."""

    SEMSPLUS = "semsplus"
    LEGACY = "legacy"


class DeviceType(StrEnum):
    """What a device is, as the wire names it (goodwe.md §5.4); one that is not here is ``OTHER``."""

    INVERTER = "INVERTER"
    CABINET = "ENERGY_STORAGE_INTEGRATED_CABINET"
    MICRO_INVERTER = "MICRO_INVERTER"
    PCS = "PCS"
    BATTERY_RACK = "BATTERY_RACK"
    BATTERY = "BAT_SYS"
    METER = "SMART_METER"
    CHARGER = "EV_CHARGER"
    DONGLE = "DONGLE"
    OTHER = "OTHER"


INVERTERS = frozenset({DeviceType.INVERTER, DeviceType.CABINET, DeviceType.MICRO_INVERTER, DeviceType.PCS})
BATTERIES = frozenset({DeviceType.BATTERY, DeviceType.BATTERY_RACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A power station. ``zone`` is an IANA name, ``capacity`` in kW, ``battery_capacity`` in kWh (0: none).

    ``permissions`` are the rights told by SEMS+ (§5.2); ``None`` where nothing told of rights.
    ``currency`` is the ISO code of its money, once told.
    """

    id: str
    name: str
    zone: str | None = None
    created: date | None = None
    capacity: float | None = None
    battery_capacity: float | None = None
    permissions: frozenset[str] | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A device of a plant. ``plant`` is the plant's id; ``host`` the serial number of the inverter a battery hangs on.

    ``status`` as §5.4 numbers it (0 offline … 9 maintenance), whichever way it was told.
    ``stores``: an inverter with battery terminals (``subtype`` "store", ``isbuettey``); ``None`` where that is not told.
    ``number`` is the ``no`` of a battery behind an inverter, ``code`` its ``translateCode`` (§5.4, §6.2).
    """

    serial: str
    plant: str
    type: DeviceType
    name: str
    model: str | None = None
    status: int | None = None
    stores: bool | None = None
    host: str | None = None
    number: str | None = None
    code: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One number of ``telemetry``, ``telecounting`` or ``information``: what the wire gives, still a text, and its unit."""

    data: object
    unit: str | None = None


type Factors = Mapping[str, Factor]
"""By the code of the wire (``pAc``, ``MPPT-1:Vpv``, ``proPvStatsToday``), whatever group it was in."""
