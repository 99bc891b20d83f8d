"""Where settings are told: asking, and keeping what was told last (anker.md §6.2, §9.1)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from ...core.errors import BadAnswer, NotSupported
from ...core.parse import sections
from ..base import PrivateStore
from . import seen as places
from .client import Client
from .inventory import Inventory
from .model import Bean, Listed
from .products import product
from .seen import Seen

_PLACE: Final = "settings"  # in the shared store


class SettingsReader:
    """Asks for what tells settings, always as for somebody who waits."""

    def __init__(self, client: Client, inventory: Inventory, store: PrivateStore) -> None:
        """Go on from what is remembered."""
        self._client = client
        self._inventory = inventory
        self._store = store
        self._told: dict[str, dict[str, Any]] = store.shared.setdefault(_PLACE, {})

    def told(self, about: str) -> Mapping[str, Any]:
        """Return what was last told of a site or a device (its id in the cloud), by where it is told."""
        return self._told.get(about, {})

    def keep(self, about: str, source: str, told: object) -> None:
        """Remember what was told; an empty answer takes nothing away, and one of ``None`` or something else says nothing."""
        if told and not is_such(source, told):
            return
        known = self._told.setdefault(about, {})
        if told is not None and known.get(source) != told and (told or source not in known):
            known[source] = told
            self._store.save_later()

    async def read(self, seen: Seen, source: str) -> None:
        """Ask for one of the places that tell settings of a site or a device; what comes is kept.

        Raises NotSupported where such a one does not have it, BadAnswer where it is not told: no write is made up from
        old answers, nor from half of one.
        """
        ask = _OF_DEVICE.get(source) if seen.device else None
        if ask is not None and seen.device is not None:
            about, told = seen.device.serial, await ask(self._client.urgent, seen, seen.device)
        elif source in _OF_SITE and seen.site is not None:
            about, told = seen.site.id, await _OF_SITE[source](self._client.urgent, seen, seen.site.id)
        else:
            raise NotSupported("Nothing tells this")
        if not told or not is_such(source, told):
            raise BadAnswer("An answer that should tell settings does not")
        self.keep(about, source, told)


def is_such(source: str, told: object) -> bool:
    """Tell whether an answer is what it should be: what is missing in a plan would be deleted by the next write (§12.2)."""
    if source not in _MARKS:
        return True
    if not isinstance(told, Mapping) or _MARKS[source].isdisjoint(told):
        return False
    return all(isinstance(told.get(name), kind | None) for name, kind in _KINDS.items())


_MARKS: Final[Mapping[str, frozenset[str]]] = {
    places.PLAN: frozenset({"custom_rate_plan"}),
    places.HOME_LOAD: frozenset({"ranges"}),
    places.STATION: frozenset({"soc_list", "switch_0w", "discharge_lower_limit", "charge_upper_limit"}),
}
"""By which an answer is known: at least one of them is there, be it ``null``."""
_KINDS: Final[Mapping[str, type]] = {
    **dict.fromkeys(("custom_rate_plan", "blend_plan", "use_time", "ranges", "soc_list"), list),
    "manual_backup": dict,
}


def _param(kind: str) -> Callable[[Client, Seen, str], Awaitable[object]]:
    return lambda client, _, site: client.param(site, kind)


async def _home_load(client: Client, seen: Seen, site: str) -> object:
    first = next(iter(seen.banks(1, 1)), None)
    return None if first is None else (await client.home_load(site, first.serial)).get("home_load_data")


async def _upgrade(client: Client, _: Seen, device: Listed) -> object:
    return upgrade_of(await client.auto_upgrade(), device.serial)


async def _pv_totals(client: Client, _: Seen, device: Listed) -> object:
    told = await client.pv_totals(device.serial)
    return {name: told[name] for name in ("powerConfig",) if name in told}


def upgrade_of(bean: Bean, serial: str) -> dict[str, Any] | None:
    """Return whether a device upgrades itself, and whether any may."""
    row = next((row for row in sections(bean.get("device_list")) if row.get("device_sn") == serial), None)
    return None if row is None else {"main": bean.get("main_switch"), "own": row.get("auto_upgrade")}


def attr_names(seen: Seen) -> tuple[str, ...]:
    """Return which attributes of a device tell settings; others answer with defaults of no meaning (§7.7)."""
    if seen.device is None or product(seen.device.model).generation < 2:
        return ()
    return ("pv_power_limit",) if seen.is_station else ("pv_power_limit", "switch_0w")


_OF_SITE: Final[Mapping[str, Callable[[Client, Seen, str], Awaitable[object]]]] = {
    **{kind: _param(kind) for kind in (places.PLAN, places.STATION, places.CONSENT)},
    places.HOME_LOAD: _home_load,
    places.LIMIT: lambda client, _, site: client.power_limit(site),
    places.PRICE: lambda client, _, site: client.price(site),
    places.DISASTER: lambda client, _, site: client.disaster(site),
}
_OF_DEVICE: Final[Mapping[str, Callable[[Client, Seen, Listed], Awaitable[object]]]] = {
    places.ATTRS: lambda client, seen, device: client.attrs(device.serial, attr_names(seen)),
    places.CUTOFF: lambda client, _, device: client.cutoff(device.serial),
    places.UPGRADE: _upgrade,
    places.PV_TOTALS: _pv_totals,
    places.PV_PRICE: lambda client, _, device: client.pv_price(device.serial),
}
