"""An account's devices in Home Assistant's device registry."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceInfo

from .const import DOMAIN
from .core.model import Device, DeviceKind
from .core.quantities import UNITS, Quantity

_OF_MONEY = {Quantity.MONEY: "", Quantity.PRICE: "/kWh"}


class DeviceBook:
    """Registers devices, parents first, and finds them again."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Start empty."""
        self._registry = dr.async_get(hass)
        self._entry = entry
        self._currency = hass.config.currency
        self._devices: dict[str, Device] = {}

    def register(self, devices: Sequence[Device]) -> None:
        """Write new and changed devices to the registry."""
        for device in devices:
            if self._devices.get(device.id) == device:
                continue
            self._devices[device.id] = device
            self._registry.async_get_or_create(config_entry_id=self._entry.entry_id, **self.info(device.id))
        for gone in self._devices.keys() - {device.id for device in devices}:
            del self._devices[gone]

    def __iter__(self) -> Iterator[Device]:
        """Walk through the devices, parents before their children."""
        return iter(self._devices.values())

    def __contains__(self, device: str) -> bool:
        """Tell whether the account still has this device."""
        return device in self._devices

    @property
    def root(self) -> str:
        """The id of the device everything else belongs to."""
        return next(iter(self._devices))

    def info(self, device_id: str) -> DeviceInfo:
        """Return what Home Assistant wants to know about a device."""
        device = self._devices[device_id]
        info = DeviceInfo(
            identifiers={(DOMAIN, device.id)},
            name=device.name,
            manufacturer=device.manufacturer,
            model=device.model,
            model_id=device.model_id,
            serial_number=device.serial,
            sw_version=device.sw_version,
            hw_version=device.hw_version,
            configuration_url=device.url,
            entry_type=dr.DeviceEntryType.SERVICE if device.kind is DeviceKind.ACCOUNT else None,
        )
        if device.mac:
            info["connections"] = {(dr.CONNECTION_NETWORK_MAC, device.mac)}
        if device.parent and (via := self.registry_id(device.parent)):
            info["via_device_id"] = via
        return info

    def unit(self, device_id: str, quantity: Quantity) -> str | None:
        """Return the unit a device measures something in; its money is the house's where the vendor tells no other."""
        if quantity not in _OF_MONEY:
            return UNITS.get(quantity)
        return (self._devices[device_id].currency or self._currency) + _OF_MONEY[quantity]

    def sw_version(self, device_id: str) -> str | None:
        """Return the firmware of a device, where the vendor tells."""
        return self._devices[device_id].sw_version if device_id in self._devices else None

    def registry_id(self, device_id: str) -> str | None:
        """Return the registry's id of one of our devices."""
        entry = self._registry.async_get_device_by_identifier((DOMAIN, device_id), self._entry.entry_id)
        return entry.id if entry else None

    def lineage(self, device_id: str) -> Iterator[str]:
        """Yield a device and then its parents up to the root."""
        step: str | None = device_id
        while step is not None and step in self._devices:
            yield step
            step = self._devices[step].parent

    def as_list(self) -> list[dict[str, Any]]:
        """Return the devices as JSON types, for a Store."""
        return [asdict(device) for device in self._devices.values()]


def devices_from(state: Iterable[Any]) -> list[Device]:
    """Take back what ``as_list`` gave; what another version wrote and is not understood is dropped."""
    devices = []
    for item in state:
        try:
            devices.append(Device(**{**item, "kind": DeviceKind(item["kind"])}))
        except KeyError, TypeError, ValueError:
            continue
    return devices
