"""SEMS+: reading and writing what a device is set to (goodwe.md §6.2, §6.3)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...core.parse import section, sections, text
from .codes import filled, optional
from .model import Bean, DeviceType, Listed
from .semsplus_wire import SemsPlusWire
from .wire import WRITE_TIMEOUT

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
        body = {"addressMap": dict(values), "addrFuncMap": dict(ids)}
        await self._write(f"{_BASE}/v1/address/remote/setDeviceFunctionParameters", device, body, log)

    async def named(self, serial: str, names: Sequence[str]) -> Mapping[str, Bean]:
        """Return the values of settings by their names, each an object; what the device lacks is missing."""
        path = f"{_BASE}/v1/remote/get"
        found = filled(await self._wire.post(path, {"functionName": list(names), "sn": serial}, about=serial), path)
        values = {text(item.get("functionName")): section(item.get("value")) for item in sections(found.get("items"))}
        return {name: value for name, value in values.items() if name and value}

    async def set_named(self, device: Listed, name: str, data: Mapping[str, object], log: Mapping[str, object]) -> None:
        """Write members of a setting by its name; ``log`` as for ``set_parameters``."""
        await self._write(f"{_BASE}/v1/remote/set", device, {"functionName": name, "data": dict(data)}, log)

    async def _write(self, path: str, device: Listed, what: Bean, log: Mapping[str, object]) -> None:
        body: dict[str, Any] = {**what, **_addressee(device), "controlItemLogs": dict(log), "waitingForDevice": True}
        await self._wire.post(path, body, about=device.serial, timeout=WRITE_TIMEOUT)


def _addressee(device: Listed) -> Bean:
    """Return who a write is for: the functions of a battery are its inverter's, under the battery's code (§6.2)."""
    if device.type is DeviceType.BATTERY:
        return {"sn": device.host or device.serial, "plantId": device.plant, "deviceName": device.code or device.name}
    whom = {"sn": device.serial, "plantId": device.plant, "deviceName": device.name}
    return {**whom, "virtualSn": device.serial} if device.type in _VIRTUAL else whom


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
