"""An Anker cloud on loopback and an account on it, on a clock moved by hand."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import aiohttp

from custom_components.solar_battery_hub.vendors.anker import crypto
from custom_components.solar_battery_hub.vendors.anker.account import AnkerAccount
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG
from custom_components.solar_battery_hub.vendors.http import Door
from tests.simulators.anker.server import AnkerSimulator
from tests.simulators.clock import SimClock
from tests.vendors.tools import NOON, HandClock, MemoryStore

IDENTITY = "the-account"
BERLIN = ZoneInfo("Europe/Berlin")
"""Where the house is."""


@dataclass(slots=True, kw_only=True)
class Bench:
    """One simulated cloud, and everything an account needs to read it."""

    server: AnkerSimulator
    clock: HandClock
    http: aiohttp.ClientSession
    store: MemoryStore = field(default_factory=MemoryStore)
    common: dict[str, Any] = field(default_factory=dict)

    def open(self, **settings: Any) -> AnkerAccount:
        """Open an account as Home Assistant does after a start: what is stored is all that is known."""
        described = self.server.describe()
        self.store.common = self.common
        return AnkerAccount(
            {
                "server": "own_url",
                "url": described["url"],
                "username": described["user_name"],
                "password": described["password"],
                "country": described["country"],
                "identity": IDENTITY,
                **settings,
            },
            Door(self.http, self.clock, self.store.shared),
            self.store,
            self.clock,
        )

    def dialog(self) -> AnkerAccount:
        """Open an account as a set-up dialog does."""
        return self.open(identity="", **{CONF_DIALOG: True})

    def restart(self, **settings: Any) -> AnkerAccount:
        """Open an account with what is on the disk."""
        self.store = MemoryStore(**copy.deepcopy({key: self.store.saved[key] for key in ("shared", "session")}))
        self.common = {}
        return self.open(**settings)

    def forget_requests(self) -> None:
        """Count from here."""
        self.server.requests.clear()

    @property
    def names(self) -> list[str]:
        """The calls made, by the last part of their paths."""
        return [request.path.rpartition("/")[2] for request in self.server.requests]

    @property
    def counted(self) -> Counter[str]:
        """How often each call was made."""
        return Counter(self.names)

    @property
    def sites(self) -> list[str]:
        """The ids of all sites there are."""
        return [site.id for site in self.server.world.sites]

    def act(self, name: str, /, *args: Any, **options: Any) -> Any:
        """Let something happen to the server or its devices."""
        return self.server.actions[name](*args, **options)


@asynccontextmanager
async def open_bench(profile: str = "solarbank3", *, at: datetime = NOON, **options: Any) -> AsyncGenerator[Bench]:
    """Have a cloud for a while."""
    clock = HandClock(at)
    clock.zone = BERLIN
    server = AnkerSimulator(profile, clock=SimClock(clock.now), **options)
    async with server, aiohttp.ClientSession() as http:
        with patch.object(crypto, "SERVER_KEY", server.door.passport.public_key):
            yield Bench(server=server, clock=clock, http=http)
