"""Settings of sites and devices (anker.md §6.2, §9.1, §12)."""

from collections.abc import Sequence
from typing import Final

from ...core.parse import mapping, section, sections
from . import paths
from .calls import Calls
from .model import Bean
from .wire_json import compact, parse

_SET_COMMAND: Final = 17
_ACCURACY: Final = 5


class SettingCalls(Calls):
    """What an owner may read and change. ``site`` is a site's id, ``serial`` a device's."""

    async def param(self, site: str, kind: str) -> Bean | None:
        """Return a parameter of a site (§9.1), unpacked from its text; ``None`` where the type is not defined."""
        found = await self._object(paths.PARAM, {"site_id": site, "param_type": kind})
        unpacked = parse(found.get("param_data"))
        return None if unpacked is None else mapping(unpacked)

    async def set_param(self, site: str, kind: str, data: Bean) -> None:
        """Write a parameter, keys in the order given and without spaces (§12.1, 12.2)."""
        body = {"site_id": site, "param_type": kind, "cmd": _SET_COMMAND, "param_data": compact(data)}
        await self._order(paths.SET_PARAM, body)

    async def home_load(self, site: str, serial: str) -> Bean:
        """Return the active plan of a Solarbank 1: ``home_load_data`` unpacked (empty without one), and what it does now."""
        found = await self._object(paths.HOME_LOAD, {"site_id": site, "device_sn": serial})
        return {**found, "home_load_data": section(parse(found.get("home_load_data")))}

    async def attrs(self, serial: str, names: Sequence[str]) -> Bean:
        """Return attributes of a device (§7.7); those it does not have are left out."""
        found = await self._object(paths.ATTRS, {"device_sn": serial, "attributes": list(names)})
        return section(found.get("attributes"))

    async def set_attrs(self, serial: str, attrs: Bean) -> None:
        """Write attributes of a device (§12.7)."""
        await self._order(paths.SET_ATTRS, {"device_sn": serial, "attributes": attrs})

    async def cutoff(self, serial: str, site: str = "") -> list[Bean]:
        """Return the limits of the charge to choose from, and the one that is set (§7.8)."""
        found = await self._object(paths.CUTOFF, {"site_id": site, "device_sn": serial})
        return sections(found.get("power_cutoff_data"))

    async def set_cutoff(self, serial: str, **keys: int) -> None:
        """Write the limits of the charge (§12.4)."""
        await self._order(paths.SET_CUTOFF, {"device_sn": serial, **keys})

    async def power_limit(self, site: str) -> Bean:
        """Return the limits of output and input (§7.9)."""
        return await self._object(paths.POWER_LIMIT, {"site_id": site})

    async def price(self, site: str) -> Bean:
        """Return what a site pays and gets (§11.1)."""
        return await self._object(paths.PRICE, {"site_id": site, "accuracy": _ACCURACY})

    async def update_price(self, price: Bean) -> None:
        """Write what a site pays and gets: the whole body with ``site_id`` (§12.6)."""
        await self._order(paths.UPDATE_PRICE, price)

    async def solar_info(self, serial: str) -> Bean:
        """Return which inverter a solarbank is set up for (§7.10)."""
        return await self._object(paths.SOLAR_INFO, {"solarbank_sn": serial})
