"""An account by token whose server is a list of answers."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp

from custom_components.solar_battery_hub.core.model import Snapshot
from custom_components.solar_battery_hub.vendors.base import Wanted
from custom_components.solar_battery_hub.vendors.growatt.token import TokenAccount
from custom_components.solar_battery_hub.vendors.http import Door
from tests.vendors.growatt.openapi_desk import BASE, TOKEN
from tests.vendors.tools import HandClock, MemoryStore


class MockedAccount(TokenAccount):
    """An account with the clock it lives by."""

    clock: HandClock

    async def fetch_feed(self, key: str) -> Snapshot:
        """Fetch a feed by its key, everything in it."""
        feed = next(feed for feed in self.feeds if feed.key == key)
        return await self.fetch(feed, Wanted())


@asynccontextmanager
async def open_account() -> AsyncGenerator[MockedAccount]:
    """Have an account for a while."""
    clock, store = HandClock(), MemoryStore()
    settings = {"region": "own_url", "url": BASE, "token": TOKEN, "identity": "the-account"}
    async with aiohttp.ClientSession() as http:
        account = MockedAccount(settings, Door(http, clock, store.shared), store, clock)
        account.clock = clock
        yield account
