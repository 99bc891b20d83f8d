"""The gateway and what hangs on it, as devices (powerwall.md §1, §12)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
import re

from ...core.model import Device, DeviceKind
from .answers import Block
from .facts import Meter, Pack

_MAKER = "Tesla"
_NAME = "Powerwall"
_MAC = re.compile(r"([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")
_PLUS = "SolarPowerwall"  # the type of a Powerwall+ in /api/powerwalls

# By the first part of the part number (§1).
_GATEWAYS = {
    "1118431": "Gateway 1",
    "1232100": "Gateway 2",
    "1152100": "Gateway 2",
    "1538000": "Solar inverter gateway",
    "1707000": "Powerwall 3",
}
_PACKS = {
    "1092170": "Powerwall 2",
    "2012170": "Powerwall 2",
    "3012170": "Powerwall 2",
    "1707000": "Powerwall 3",
    "1807000": "Powerwall 3 expansion",
}


class DeviceList:
    """The devices known now; batteries and meters are told apart by their serial numbers."""

    def __init__(self, identity: str, url: str) -> None:
        """Start with the gateway alone."""
        self.din: str | None = None
        self.gateway = Device(id=identity, kind=DeviceKind.GATEWAY, name=_NAME, manufacturer=_MAKER, url=url)
        self.note_din(identity)
        self._parts: dict[str, Device] = {}

    def __iter__(self) -> Iterator[Device]:
        """Walk through the devices: the gateway, its batteries, its meters (their kinds in the order of letters)."""
        return iter((self.gateway, *sorted(self._parts.values(), key=lambda part: part.kind)))

    def restore(self, devices: Sequence[Device]) -> None:
        """Take back what was known before a restart."""
        for device in devices:
            if device.id == self.gateway.id:
                self.gateway = replace(device, url=self.gateway.url)
            else:
                self._parts[device.id] = device

    def note_din(self, din: str | None) -> None:
        """Take note of the gateway's DIN: ``<part number>--<serial>``."""
        part, dashes, serial = (din or "").partition("--")
        if dashes:
            self.din = f"{part}--{serial}".upper()
            model = _GATEWAYS.get(part.split("-")[0])
            self.gateway = replace(self.gateway, serial=serial, model=model, model_id=part)

    def note_version(self, version: str | None) -> None:
        """Take note of the gateway's firmware."""
        self.gateway = replace(self.gateway, sw_version=version or self.gateway.sw_version)

    def note_site(self, name: str | None, zone: str | None) -> None:
        """Take note of the site's name and time zone."""
        self.gateway = replace(self.gateway, name=name or self.gateway.name, zone=zone or self.gateway.zone)

    def note_mac(self, mac: str | None) -> None:
        """Take note of the network address, unless it is masked or empty."""
        if mac and _MAC.fullmatch(mac):
            self.gateway = replace(self.gateway, mac=mac)

    def note_batteries(self, batteries: Iterable[Block | Pack]) -> bool:
        """Take the complete list of batteries; return whether it tells anything.

        An empty one comes from a gateway that has not counted yet, so nothing is dropped.
        """
        devices = {battery.serial: self._battery(battery) for battery in batteries}
        if devices:
            self._replace(DeviceKind.BATTERY, devices)
        return bool(devices)

    def note_meters(self, meters: Iterable[Meter]) -> None:
        """Take the complete list of meters."""
        self._replace(DeviceKind.METER, {meter.serial: self._meter(meter) for meter in meters})

    def _replace(self, kind: DeviceKind, devices: dict[str, Device]) -> None:
        others = {serial: device for serial, device in self._parts.items() if device.kind is not kind}
        self._parts = others | devices

    def _battery(self, battery: Block | Pack) -> Device:
        known = self._parts.get(battery.serial)
        part = battery.part or (known.model_id if known else None)
        model = _PACKS.get((part or "").split("-")[0])
        if isinstance(battery, Pack) and battery.type == _PLUS:
            model = "Powerwall+"
        elif known and known.model:
            model = known.model
        return Device(
            id=battery.serial,
            kind=DeviceKind.BATTERY,
            name=f"Powerwall {battery.serial[-5:]}",
            manufacturer=_MAKER,
            parent=self.gateway.id,
            model=model,
            model_id=part,
            serial=battery.serial,
            sw_version=battery.version if isinstance(battery, Block) else known.sw_version if known else None,
        )

    def _meter(self, meter: Meter) -> Device:
        return Device(
            id=meter.serial,
            kind=DeviceKind.METER,
            name=f"Meter {_meter_name(meter)}",
            manufacturer=_MAKER if (meter.type or "").startswith("synchrometer") else "Neurio",
            parent=self.gateway.id,
            model=meter.type,
            serial=meter.serial,
            mac=meter.mac if meter.mac and _MAC.fullmatch(meter.mac) else None,
        )


def _meter_name(meter: Meter) -> str:
    """Return what tells meters apart: a synchrometer is the gateway's own X or Y."""
    return meter.serial[-1] if (meter.type or "").startswith("synchrometer") else meter.serial[-5:]
