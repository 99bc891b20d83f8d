"""Opens an account: session, store, clock and vendor put together in one place."""

from dataclasses import dataclass

import aiohttp
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.aiohttp_client import DATA_RESOLVER, async_get_clientsession
from homeassistant.util.ssl import get_default_context

from .hass_clock import HassClock
from .stores import AccountStore, async_open_account_store
from .vendors.base import Settings, Vendor
from .vendors.http import Door

# Seconds a connection is kept for the next poll. Home Assistant's own pool keeps it for 15:
# with a slower pace each poll would begin with a handshake, dear for both ends.
KEEP_ALIVE = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a vendor needs to talk to one account; whoever opened them closes them."""

    door: Door
    store: AccountStore
    clock: HassClock
    session: aiohttp.ClientSession

    async def close(self, _: Event | None = None) -> None:
        """Close the connections."""
        await self.session.close()


async def async_tools(hass: HomeAssistant, vendor: Vendor, settings: Settings) -> Tools:
    """Return the tools for the account these settings lead to.

    The session is the account's own: one connection at a time that outlives a poll, and a
    cookie jar, or none where a stale cookie could only contradict the token.
    """
    clock = HassClock(hass)
    store = await async_open_account_store(hass, vendor, settings)
    async_get_clientsession(hass)  # makes the resolver that all of Home Assistant shares
    connector = aiohttp.TCPConnector(
        ssl=get_default_context(), resolver=hass.data[DATA_RESOLVER], limit=1, keepalive_timeout=KEEP_ALIVE
    )
    jar = aiohttp.CookieJar(unsafe=True) if vendor.cookies else aiohttp.DummyCookieJar()
    session = aiohttp.ClientSession(connector=connector, cookie_jar=jar)
    return Tools(door=Door(session, clock, store.shared), store=store, clock=clock, session=session)
