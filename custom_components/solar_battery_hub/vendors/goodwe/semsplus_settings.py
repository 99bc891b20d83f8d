"""SEMS+: reading and writing what a device is set to (goodwe.md §6.2, §6.3)."""

from collections.abc import Mapping, Sequence
from typing import Final

from ...core.parse import section, sections, text
from .codes import filled, optional
from .model import Bean, DeviceType, Listed
from .semsplus_wire import SemsPlusWire
from .wire import WRITE_TIMEOUT

type Member = tuple[str, object]
"""A member of a write's body: they go in the order in which the vendor's own page sends them."""

_BASE: Final = "sems-remote/api"
_NAMES: Final = ("translateKey", "name", "menuName", "code")  # what a menu may be called by
_VIRTUAL: Final = frozenset({DeviceType.INVERTER, DeviceType.MICRO_INVERTER, DeviceType.CABINET, DeviceType.METER})


class SemsPlusSettings:
    """The settings of devices, by address (functions) or by name. Every call raises the error family.

    A write blocks until the device answered, half a minute and more. It raises WriteRefused when the device says no,
    NoPermission without the right, and BadAnswer or Unreachable where it may have landed.
    """

    def __init__(self, wire: SemsPlusWire) -> None:
        """Prepare; nothing is sent."""
        self._wire = wire

    async def generation(self, serial: str) -> Bean:
        """Return ``workMode``, the generation of the work modes: "1.0", "2.0" or "3.0"."""
        path = f"{_BASE}/v2/address/remote/get-work-mode"
        return filled(await self._wire.get(path, {"sn": serial}), path)

    async def functions(self, serial: str, menu_code: int, battery: str = "") -> list[Bean]:
        """Return the functions that a device lists, each with its ``path``: the names of the menus it hangs in.

        ``battery`` is the ``no`` of a battery behind this inverter, with its own menu code.
        """
        body = {"sn": serial, "module": "GENERAL_FUNCTIONS", "batIndex": battery, "menuCode": menu_code}
        path = f"{_BASE}/v2/address/remote/getDeviceFunctionTabMenus"
        found = optional(await self._wire.post(path, body, about=f"{serial} {battery}"))
        return _functions(found.get("functionMenus"))

    async def parameters(self, serial: str, ids: Mapping[str, str]) -> Mapping[str, object]:
        """Return the server's copy of values by address, divided by their gain; some may be missing.

        ``ids`` are the ids of the functions by address.
        """
        body = {"sn": serial, "addresses": list(ids), "addrFuncMap": dict(ids)}
        path = f"{_BASE}/v1/address/remote/get-cache-device-function-parameters"
        return optional(optional(await self._wire.post(path, body, about=serial)).get("data"))

    async def set_parameters(
        self, device: Listed, values: Mapping[str, int], ids: Mapping[str, str], log: Mapping[str, object]
    ) -> None:
        """Write whole numbers by address; ``log`` is for the owner's audit trail. A battery is written to at its host."""
        serial, *whom = _addressee(device)
        body = [serial, ("addressMap", dict(values)), ("addrFuncMap", dict(ids)), *_kept(log), *whom]
        await self._write(f"{_BASE}/v1/address/remote/setDeviceFunctionParameters", device, body)

    async def named(self, serial: str, names: Sequence[str]) -> Mapping[str, Bean]:
        """Return the values of settings by their names, each an object; what the device lacks is missing."""
        path = f"{_BASE}/v1/remote/get"
        found = filled(await self._wire.post(path, {"functionName": list(names), "sn": serial}, about=serial), path)
        values = {text(item.get("functionName")): section(item.get("value")) for item in sections(found.get("items"))}
        return {name: value for name, value in values.items() if name and value}

    async def set_named(self, device: Listed, name: str, data: Mapping[str, object], log: Mapping[str, object]) -> None:
        """Write members of a setting by its name; ``log`` as for ``set_parameters``."""
        logged, waiting = _kept(log)
        body = [("functionName", name), *_addressee(device), ("data", dict(data)), waiting, logged]
        await self._write(f"{_BASE}/v1/remote/set", device, body)

    async def _write(self, path: str, device: Listed, body: Sequence[Member]) -> None:
        await self._wire.post(path, dict(body), about=device.serial, timeout=WRITE_TIMEOUT)


def _addressee(device: Listed) -> tuple[Member, ...]:
    """Return who a write is for: the functions of a battery are its inverter's, under the battery's code (§6.2)."""
    is_battery = device.type is DeviceType.BATTERY
    serial = (device.host if is_battery else None) or device.serial
    name = (device.code if is_battery else None) or device.name
    whom = (("sn", serial), ("plantId", device.plant), ("deviceName", name))
    return (*whom, ("virtualSn", serial)) if device.type in _VIRTUAL else whom


def _kept(log: Mapping[str, object]) -> tuple[Member, Member]:
    """Return what the owner's audit trail is to show, and that the answer waits for the device."""
    return ("controlItemLogs", dict(log)), ("waitingForDevice", True)


def _functions(menus: object) -> list[Bean]:
    """Return the functions of a tree of menus in its order."""
    found: list[Bean] = []
    waiting: list[tuple[tuple[str, ...], Bean]] = [((), menu) for menu in reversed(_menus(menus))]
    while waiting:
        above, menu = waiting.pop()
        name = next((word for key in _NAMES if (word := text(menu.get(key)))), None)
        path = above if name is None else (*above, name)
        found += [{**function, "path": path} for function in sections(menu.get("functions"))]
        waiting += [(path, child) for child in reversed(sections(menu.get("children")))]
    return found


def _menus(menus: object) -> list[Bean]:
    """Return the roots of a tree of menus: one, several, or none."""
    return sections(menus) if isinstance(menus, list) else [optional(menus)]
