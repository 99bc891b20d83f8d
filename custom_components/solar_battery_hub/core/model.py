"""Devices, readings and the snapshots that bring them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import NamedTuple


class Gone(Enum):
    """Marks a reading whose part is there but off: shown as unavailable, not unknown."""

    GONE = "gone"


type Value = float | int | str | bool | datetime | None
type Reported = Value | Gone


class Ref(NamedTuple):
    """Names one reading: the id of its device and its key in the catalogue.

    The key of a numbered reading carries its number: ``pv_power_2``.
    """

    device: str
    key: str


class DeviceKind(StrEnum):
    """What a device is; an account is not a thing but what several sites hang on."""

    ACCOUNT = "account"
    SITE = "site"
    GATEWAY = "gateway"
    INVERTER = "inverter"
    BATTERY = "battery"
    METER = "meter"
    PLUG = "plug"
    PANEL = "panel"
    CHARGER = "charger"
    VEHICLE = "vehicle"
    ACCESSORY = "accessory"  # of which no more is known than that it is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Anything with a page of its own.

    ``id`` never changes (serial or identity frozen at set-up) and prefixes all
    unique ids. ``parent`` is the id of the device it belongs to; the root has none.
    ``part`` marks a device without serial and firmware of its own. ``zone`` is the IANA
    name of the time zone whose midnight its days begin at, where the vendor tells, ``currency``
    the ISO code of what its money is counted in (``None``: the house's own).
    """

    id: str
    kind: DeviceKind
    name: str
    manufacturer: str
    parent: str | None = None
    part: bool = False
    model: str | None = None
    model_id: str | None = None
    serial: str | None = None
    sw_version: str | None = None
    hw_version: str | None = None
    mac: str | None = None
    url: str | None = None
    zone: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened on a device and is told once.

    ``id`` is stable, so that what was told before a restart is not told again.
    ``stream`` names the event entity, ``type`` one of its event types.
    """

    id: str
    device: str
    stream: str
    type: str
    attributes: Mapping[str, str | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something only the user can act on; shown as a repair while it lasts.

    ``key`` is both the translation key and, with ``device``, the identity.
    """

    key: str
    device: str = ""
    placeholders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What one fetch of a feed delivered.

    ``values`` maps each reading the device is known to have to its value in the
    catalogue's unit, to ``None`` (no value now) or to ``Gone``. A reading that is
    missing keeps what it had until that is stale. ``measured_at`` is the vendor's own
    time; ``times`` holds the exceptions. ``devices`` is the complete list, or ``None``
    when this feed does not tell. ``streams`` names the (device, stream) pairs that this
    feed watches for happenings, whether or not something happened.
    """

    measured_at: datetime
    values: Mapping[Ref, Reported]
    times: Mapping[Ref, datetime] = field(default_factory=dict)
    devices: tuple[Device, ...] | None = None
    streams: tuple[Ref, ...] = ()
    happenings: tuple[Happening, ...] = ()
