"""Opens an account: session, store, clock and vendor put together in one place."""

from dataclasses import dataclass

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession

from .hass_clock import HassClock
from .stores import AccountStore, async_open_account_store
from .vendors.base import Settings, Vendor
from .vendors.http import Door


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a vendor needs to talk to one account."""

    door: Door
    store: AccountStore
    clock: HassClock
    session: aiohttp.ClientSession


async def async_tools(hass: HomeAssistant, vendor: Vendor, settings: Settings, *, for_entry: bool) -> Tools:
    """Return the tools for the account these settings lead to.

    The session has a cookie jar of its own, or none where a stale cookie could only
    contradict the token. Outside of an entry's set-up the caller detaches it when done.
    """
    clock = HassClock(hass)
    store = await async_open_account_store(hass, vendor, settings)
    jar = aiohttp.CookieJar(unsafe=True) if vendor.cookies else aiohttp.DummyCookieJar()
    session = async_create_clientsession(hass, auto_cleanup=for_entry, cookie_jar=jar)
    return Tools(door=Door(session, clock, store.shared), store=store, clock=clock, session=session)
