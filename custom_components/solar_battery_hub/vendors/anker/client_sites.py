"""Sites, devices and the account itself (anker.md §6.1)."""

from collections.abc import Mapping, Sequence

from ...core.errors import BadAnswer
from ...core.parse import sections
from . import paths
from .calls import Calls
from .model import Bean


class SiteCalls(Calls):
    """What there is, and how it does. ``site`` is a site's id."""

    async def site_list(self) -> list[Bean]:
        """Return all sites, also those of others (§7.1). Raises BadAnswer for an answer that holds no list."""
        return _rows(await self._object(paths.SITE_LIST), "site_list")

    async def scene(self, site: str) -> Bean:
        """Return the live values of a site (§7.2); asked once only, since it is asked again within a minute anyway."""
        return await self._object(paths.SCENE, {"site_id": site}, retries=False)

    async def bind_devices(self) -> list[Bean]:
        """Return all devices bound to the account, with or without a site (§7.3); none for a member.

        Raises BadAnswer for an answer that holds no list.
        """
        return _rows(await self._object(paths.BIND_DEVICES), "data")

    async def wifi(self, site: str) -> list[Bean]:
        """Return the networks of the devices of a site (§7.4)."""
        return sections((await self._object(paths.WIFI, {"site_id": site})).get("wifi_info_list"))

    async def auto_upgrade(self) -> Bean:
        """Return ``main_switch`` and ``device_list`` (§7.5)."""
        return await self._object(paths.AUTO_UPGRADE)

    async def set_auto_upgrade(self, main: bool, devices: Mapping[str, bool]) -> None:
        """Let devices (by serial) upgrade themselves or not; ``devices`` holds only what changes (§12.8)."""
        listed = [{"device_sn": serial, "auto_upgrade": on} for serial, on in devices.items()]
        await self._order(paths.SET_AUTO_UPGRADE, {"main_switch": main, "device_list": listed})

    async def updates(self, serials: Sequence[str]) -> list[Bean]:
        """Return the firmware that is installed and that is to be had, for all these devices (§7.6)."""
        asked = [{"device_sn": serial, "version": ""} for serial in serials]
        return sections((await self._object(paths.UPDATES, {"device_list": asked})).get("update_infos"))

    async def unread(self) -> Bean:
        """Return ``has_unread_msg`` and by whom; a flaky endpoint (§6.1)."""
        return await self._object(paths.UNREAD, method="GET", retries=False)

    async def currencies(self) -> Bean:
        """Return ``currency_list`` (``symbol``, ``name``: ISO codes) and ``default_currency``."""
        return await self._object(paths.CURRENCIES)

    async def products(self) -> list[Bean]:
        """Return the maker's catalogue; 100 kB, so once a day at most (§6.1)."""
        found = await self._ask(paths.PRODUCTS, method="GET")
        return sections(found)

    async def fittings(self, site: str, serial: str) -> list[Bean]:
        """Return the accessories of a device, such as a 0 W switch."""
        return sections((await self._object(paths.FITTINGS, {"site_id": site, "device_sn": serial})).get("data"))


def _rows(answer: Bean, name: str) -> list[Bean]:
    """Return a list that tells what there is: what is no list, or one of nonsense, does not say that there is nothing."""
    listed = answer.get(name, ...)
    rows = sections(listed)
    if rows or listed is None or listed == []:
        return rows
    raise BadAnswer("A list without a single object")
