"""What an Anker account is made of: sites, their devices, vehicles (anker.md §5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

type Bean = Mapping[str, Any]
"""One object of an answer, with the names of the wire; never anything but a mapping."""


class SiteKind(StrEnum):
    """What a site is built around (§5.1); one whose number is not known is ``OTHER``."""

    VIRTUAL = "virtual"  # a single inverter that belongs to no site of the cloud
    PPS = "pps"
    SOLARBANK = "solarbank"
    HES = "hes"
    POWER_PANEL = "power_panel"
    SOLARBANK_PPS = "solarbank_pps"
    CHARGER = "charger"
    HOME_BACKUP = "home_backup"
    POWERBANK = "powerbank"
    OTHER = "other"


class Category(StrEnum):
    """What a device is (§5.2)."""

    SOLARBANK = "solarbank"
    COMBINER_BOX = "combiner_box"
    INVERTER = "inverter"
    METER = "meter"
    PLUG = "plug"
    POWER_PANEL = "power_panel"
    HES = "hes"
    SOLARBANK_PPS = "solarbank_pps"
    CHARGER = "charger"
    POWER_STATION = "power_station"  # and whatever else has a battery and stands for itself
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A power system. ``id`` is the cloud's, or ``virtual-<serial>`` for an inverter without a site (§5).

    ``type`` is ``power_site_type``; ``owner`` is false for somebody who only looks on (§5.3).
    ``models`` are the product codes it holds, ``currency`` the sign its money is told with.
    """

    id: str
    name: str
    type: int | None = None
    owner: bool = True
    models: tuple[str, ...] = ()
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A device. ``site`` is the id of its site (``None``: it stands for itself), ``main`` the serial it is a module of.

    ``owner``: whether this account may read its settings and change them (§5.3).
    """

    serial: str
    model: str
    name: str
    site: str | None = None
    main: str | None = None
    owner: bool = True
    firmware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A car of the account; ``id`` is the cloud's."""

    id: str
    name: str
    model: str | None = None
