"""Somebody with an Anker account, on a clock moved by hand, and what the server says to him (anker.md §2, §3)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
from typing import Any

import aiohttp
from aioresponses import CallbackResult

from custom_components.solar_battery_hub.vendors.anker.client import Client
from custom_components.solar_battery_hub.vendors.http import Door
from tests.mock_http import MockHttp, Response, Sent
from tests.vendors.tools import HandClock, MemoryStore

EMAIL, PASSWORD = "user@example.com", "Sunny-Roof-42!"
USER_ID = "9f1b2c3d4e5f60718293a4b5c6d7e8f901234567"
GTOKEN = "3984a641f440b07a66175ea81e143898"
TOKEN = "0123456789abcdef" * 3
START = datetime(2026, 1, 1, tzinfo=UTC)

EU, COM = "https://ankerpower-api-eu.anker.com", "https://ankerpower-api.anker.com"
PS = f"{EU}/power_service/v1"
LOGIN = f"{EU}/passport/login"
SITE_LIST = f"{PS}/site/get_site_list"
SCENE = f"{PS}/site/get_scen_info"
ENERGY = f"{PS}/site/energy_analysis"
BIND = f"{PS}/app/get_relate_and_bind_devices"
SITE = "5d9c0000-1111-2222-3333-444455556666"


@dataclass(slots=True, kw_only=True)
class Desk:
    """What is left of one run for the next: the store."""

    http: aiohttp.ClientSession
    clock: HandClock = field(default_factory=lambda: HandClock(START))
    store: MemoryStore = field(default_factory=MemoryStore)
    doors: list[Door] = field(default_factory=list)

    def open(self, **settings: Any) -> Client:
        """Open the client as after a restart: what is on disk is all that is known."""
        self.store = MemoryStore(**copy.deepcopy(self.store.saved))
        return self.again(**settings)

    def again(self, **settings: Any) -> Client:
        """Open one more client in the same run."""
        chosen = {"username": EMAIL, "password": PASSWORD, "country": "DE", "server": "automatic", **settings}
        self.doors.append(Door(self.http, self.clock, self.store.shared))
        return Client.open(chosen, self.doors[-1], self.store, self.clock)


@asynccontextmanager
async def open_desk(**options: Any) -> AsyncGenerator[Desk]:
    """Have a desk for a while."""
    async with aiohttp.ClientSession() as http:
        yield Desk(http=http, **options)


def ok(data: Any = None) -> dict[str, Any]:
    """Return a good answer."""
    return {"code": 0, "msg": "success!", "data": data, "trace_id": "1" * 32}


def no(code: int, msg: str = "Failed to request.") -> dict[str, Any]:
    """Return a refusal: without ``data``."""
    return {"code": code, "msg": msg, "trace_id": "1" * 32}


def welcome(token: str = TOKEN, now: datetime = START, **members: Any) -> dict[str, Any]:
    """Return the answer to a sign-in (§3.4); a member ``None`` is missing."""
    data = {
        "user_id": USER_ID,
        "email": EMAIL,
        "nick_name": "use***",
        "auth_token": token,
        "token_expires_at": int((now + timedelta(days=7)).timestamp()),
        "token_id": 4711,
        "fa_info": {"step": 0, "info": ""},
    } | members
    return ok({name: value for name, value in data.items() if value is not None})


class Cloud:
    """A server that knows one token at a time: the one it gave last. ``said`` are answers by path, success without."""

    def __init__(self, http: MockHttp, desk: Desk, base: str = EU) -> None:
        """Let every path that a test may ask be answered."""
        self.http = http
        self.logins: list[datetime] = []
        self.token = ""
        self.asked: list[str] = []
        self.said: dict[str, Any] = {}
        self.refused: set[str] = set()  # paths closed to every token
        self.kick_out: tuple[int, Any] = (401, {"code": 401})
        self.at_login: Any = None
        self._desk = desk
        self._base = base
        http.post(f"{base}/passport/login", callback=self._sign_in, repeat=True)
        for url in (SITE_LIST, SCENE, ENERGY, BIND):
            http.post(url.replace(EU, base), callback=self._answer, repeat=True)

    def _sign_in(self, url: Any, **options: Any) -> CallbackResult:
        now = self._desk.clock.now()
        self.logins.append(now)
        if self.at_login is not None:
            return result(self.at_login)
        self.token = f"{len(self.logins):048x}"
        return result(welcome(self.token, now))

    def _answer(self, url: Any, **options: Any) -> CallbackResult:
        path = str(url).removeprefix(f"{self._base}/")
        self.asked.append(path.rpartition("/")[2])
        if path in self.refused or options["headers"].get("x-auth-token") != self.token:
            status, body = self.kick_out
            return result(body, status)
        said = self.said.get(path, ok({"site_list": [], "data": []}) if "list" in path or "bind" in path else ok({}))
        return said() if callable(said) else result(said)

    def displace(self) -> None:
        """Sign somebody else in."""
        self.token = "somebody else's"


@asynccontextmanager
async def open_cloud() -> AsyncGenerator[tuple[Desk, Cloud]]:
    """Have a desk and the server that answers it for a while."""
    async with open_desk() as desk:
        with MockHttp() as http:
            yield desk, Cloud(http, desk)


def result(payload: dict[str, Any], status: int = 200) -> CallbackResult:
    """Return an answer of a server that is played."""
    return CallbackResult(status=status, payload=payload, response_class=Response)


def body_of(sent: Sent) -> Any:
    """Return what a request's body holds, as the wire has it."""
    return json.loads(json.dumps(sent.body))
