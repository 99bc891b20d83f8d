"""Somebody with a GoodWe account, on a clock moved by hand, and what the servers say to him (goodwe.md §3, §5.1)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
import json
from typing import Any, NamedTuple

import aiohttp

from custom_components.solar_battery_hub.vendors.goodwe.legacy import Legacy
from custom_components.solar_battery_hub.vendors.goodwe.login import Login
from custom_components.solar_battery_hub.vendors.goodwe.semsplus import SemsPlus
from custom_components.solar_battery_hub.vendors.http import Door
from tests.mock_http import MockHttp, Sent
from tests.vendors.tools import HandClock, MemoryStore

EMAIL, PASSWORD = "owner@example.com", "Correct-Horse-7!"
HASH = "OGY1MWZmZTE0N2NkMGQ1YjJjZDMwM2M3ZTUwYzJiZWU="
UID, TOKEN = "6f0c2b1e-4d3a-4c59-9b6f-0a1b2c3d4e5f", "0123456789abcdef0123456789abcdef"
START = datetime.fromtimestamp(1_790_000_000, UTC)

SEMSPLUS_LOGIN = "https://semsplus.goodwe.com/web/sems/sems-user/api/v1/auth/cross-login"
GATEWAY = "https://eu-gateway.semsportal.com/web/sems"
LEGACY_LOGIN = "https://www.semsportal.com/api/v3/Common/CrossLogin"
LEGACY_BASE = "https://hk.semsportal.com/api"

FLOW = f"{GATEWAY}/sems-plant/api/stations/flow?stationId=p1"
DETAIL = f"{LEGACY_BASE}/v3/PowerStation/GetPlantDetailByPowerstationId"


class Opened(NamedTuple):
    """The room's clients over one login, as a start opens them."""

    login: Login
    semsplus: SemsPlus
    legacy: Legacy
    door: Door


@dataclass(slots=True, kw_only=True)
class Desk:
    """What is left of one run for the next: the store."""

    http: aiohttp.ClientSession
    clock: HandClock = field(default_factory=lambda: HandClock(START))
    store: MemoryStore = field(default_factory=MemoryStore)

    def open(self, **settings: Any) -> Opened:
        """Open the clients: what is on disk is all that is known."""
        self.store = MemoryStore(**copy.deepcopy(self.store.saved))
        door = Door(self.http, self.clock, self.store.shared)
        chosen = {"username": EMAIL, "password": PASSWORD, "region": "automatic", **settings}
        login = Login(chosen, door, self.store, self.clock)
        return Opened(login, SemsPlus(login), Legacy(login), door)


@asynccontextmanager
async def open_desk() -> AsyncGenerator[Desk]:
    """Have a desk for a while."""
    async with aiohttp.ClientSession() as http:
        yield Desk(http=http)


def c_ok(data: Any = None) -> dict[str, Any]:
    """Return a good answer of SEMS+."""
    return {"code": "00000", "description": "成功", "traceId": "1" * 32, "data": data}


def c_error(code: object) -> dict[str, Any]:
    """Return a refusal of SEMS+: without ``data`` and ``msg``."""
    return {"code": code, "description": "no", "errorMsg": "no", "translationCode": "no", "traceId": "1" * 32}


def b_ok(data: Any = None, code: object = "0") -> dict[str, Any]:
    """Return a good answer of the legacy API."""
    return {"hasError": False, "code": code, "msg": "操作成功", "data": data, "components": {"para": None}}


def b_error(code: object) -> dict[str, Any]:
    """Return a refusal of the legacy API."""
    return {"hasError": False, "code": code, "msg": "no", "data": None, "components": {}}


def c_welcome(token: str = TOKEN, **members: Any) -> dict[str, Any]:
    """Return the answer to a sign-in to SEMS+ (§5.1); a member ``None`` is missing."""
    data = {
        "uid": UID,
        "timestamp": "1790000000500",
        "token": token,
        "client": "",
        "version": "",
        "language": "en",
        "api": GATEWAY,
        "region": "eu",
        "uuid": "9d2f7a30-1111-4222-8333-444455556666",
    } | members
    return c_ok({name: value for name, value in data.items() if value is not None})


def b_welcome(token: str = TOKEN, api: str | None = f"{LEGACY_BASE}/", **members: Any) -> dict[str, Any]:
    """Return the answer to a sign-in to the legacy API (§3.2)."""
    data = {
        "uid": UID,
        "timestamp": 1_790_000_000_500,
        "token": token,
        "client": "ios",
        "version": "v2.1.0",
        "language": "en",
    }
    answer = b_ok(data | members, code=0)
    answer["components"]["api"] = "http://hk.semsportal.com:82/api/Auth/GetToken"
    return answer if api is None else {**answer, "api": api}


def body_of(sent: Sent) -> Any:
    """Return the JSON of a body, or a form as a mapping."""
    content = sent.options.get("data")
    return json.loads(content) if isinstance(content, bytes) else content


def urls(http: MockHttp) -> list[str]:
    """Return where requests went."""
    return [sent.url for sent in http.sent]
