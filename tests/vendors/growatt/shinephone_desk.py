"""Somebody whose session at the password API is open, without a network: what the tests of its client share."""

from collections.abc import Mapping
import copy
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from custom_components.solar_battery_hub.vendors.growatt.model import Family, Listed
from custom_components.solar_battery_hub.vendors.growatt.shinephone import ShinePhone
from custom_components.solar_battery_hub.vendors.http import Door
from tests.mock_http import Sent
from tests.vendors.tools import HandClock, MemoryStore

BASE = "https://openapi.growatt.com/"
LOGIN = f"{BASE}newTwoLoginAPI.do"
WELCOME = {"back": {"success": True, "data": [], "user": {"id": 123456, "rightlevel": 1}}}
DETAIL = f"{BASE}newTlxApi.do?op=getTlxDetailData&id=MIN0000001"
LOGIN_PAGE = "\n<!DOCTYPE html><html><form action=/login></form></html>"

INVERTER = Listed(serial="INV0000001", family=Family.INVERTER, word="inverter", plant="77")
MAX = Listed(serial="MAX0000001", family=Family.MAX, word="max", plant="77")
MIN = Listed(serial="MIN0000001", family=Family.MIN, word="tlx", plant="77")
SPH = Listed(serial="SPH0000001", family=Family.SPH, word="mix", plant="77")
SPA = Listed(serial="SPA0000001", family=Family.SPA, word="spa", plant="77")
SPF = Listed(serial="SPF0000001", family=Family.STORAGE, word="storage", plant="77", bean={"storageType": "2"})
SP2000 = Listed(serial="SP20000001", family=Family.STORAGE, word="storage", plant="77", bean={"storageType": 1})
PACK = Listed(serial="BAT0000001", family=Family.BATTERY, word="bat", plant="77")
OTHER = Listed(serial="WIT0000001", family=Family.OTHER, word="wit", plant="77")


OPEN_SESSION: Mapping[str, Any] = {
    "signed_in_at": "2026-06-01T08:00:00+00:00",
    "user_id": "123456",
    "cookies": {"JSESSIONID": "AB12"},
}


@dataclass(slots=True, kw_only=True)
class Desk:
    """An account whose session is open, on a clock moved by hand."""

    http: aiohttp.ClientSession
    clock: HandClock = field(default_factory=HandClock)
    store: MemoryStore = field(
        default_factory=lambda: MemoryStore(
            session={
                "signed_in_at": "2026-06-01T08:00:00+00:00",
                "user_id": "123456",
                "cookies": {"JSESSIONID": "AB12"},
            }
        )
    )

    def open(self) -> ShinePhone:
        """Open the client as a start does: what is stored is all that is known."""
        door = Door(self.http, self.clock, self.store.shared)
        return ShinePhone(BASE.rstrip("/"), "demo.user", "demo1234", door, self.store, self.clock, agent_id="1a2b3c4d")

    def restart(self) -> ShinePhone:
        """Open the client with what is on the disk."""
        self.store = MemoryStore(**copy.deepcopy(self.store.saved))
        return self.open()


type Answered = Mapping[str, Any]


def body(sent: Sent) -> str:
    """Return the form as it goes over the wire."""
    return "" if sent.options.get("data") is None else bytes(aiohttp.FormData(sent.options["data"])()._value).decode()
