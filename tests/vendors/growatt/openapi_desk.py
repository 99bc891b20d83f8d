"""Somebody with a token, on a clock moved by hand, and the devices asked about."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from custom_components.solar_battery_hub.vendors.growatt.model import Family, Listed
from custom_components.solar_battery_hub.vendors.growatt.openapi import OpenApi
from custom_components.solar_battery_hub.vendors.http import Door
from tests.mock_http import Sent
from tests.vendors.tools import HandClock, MemoryStore

BASE = "https://openapi-us.growatt.com"
V1 = f"{BASE}/v1"
TOKEN = "canary0123456789abcdef0123456789"


@dataclass(slots=True, kw_only=True)
class Desk:
    """What is left of one run for the next: the store."""

    http: aiohttp.ClientSession
    clock: HandClock = field(default_factory=HandClock)
    store: MemoryStore = field(default_factory=MemoryStore)

    def open(self) -> OpenApi:
        """Open a client as a start does: what is stored is all that is known."""
        return OpenApi(BASE, TOKEN, Door(self.http, self.clock, self.store.shared), self.store, self.clock)


@asynccontextmanager
async def open_desk() -> AsyncGenerator[Desk]:
    """Have a desk for a while."""
    async with aiohttp.ClientSession() as http:
        yield Desk(http=http)


def device(family: Family, serial: str = "SN1", logger: str = "LOG1") -> Listed:
    """Return a device as a list names it."""
    return Listed(serial=serial, family=family, word="7", plant="7", logger=logger)


def ok(data: Any = "", **beside: Any) -> dict[str, Any]:
    """Return an answer."""
    return {"data": data, **beside, "error_code": 0, "error_msg": ""}


def failed(code: Any, said: str = "") -> dict[str, Any]:
    """Return an answer that is an error: HTTP 200 as every other."""
    return {"data": "", "error_code": code, "error_msg": said}


def form_of(sent: Sent) -> str:
    """Return the body of a request as it goes over the wire."""
    content = aiohttp.FormData(sent.options["data"])()
    assert content.content_type == "application/x-www-form-urlencoded"
    return bytes(content._value).decode()
