"""One request of a client, and what is made of its answer."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

from custom_components.solar_battery_hub.vendors.anker.client import Client
from tests.mock_http import MockHttp
from tests.vendors.anker.client_desk import GTOKEN, LOGIN, TOKEN, ok, open_desk, welcome

type Ask = Callable[[Client], Awaitable[Any]]

SITE, SN = "5d9c0000-1111-2222-3333-444455556666", "APCTEST000000001"
DAY, LATER = date(2026, 1, 31), date(2026, 2, 3)
NOON = datetime(2026, 1, 1, 12, 0, 0, 900_000, tzinfo=UTC)


HEADERS = {
    "model-type": "DESKTOP",
    "app-name": "anker_power",
    "os-type": "android",
    "country": "DE",
    "timezone": "GMT+00:00",
}
SIGNED = {**HEADERS, "x-auth-token": TOKEN, "gtoken": GTOKEN}


async def exchange(method: str, url: str, ask: Ask, data: Any) -> tuple[Any, Any]:
    """Return the one request a call makes besides the sign-in, and what the caller gets."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LOGIN, payload=welcome())
            http.add(url, method, payload=ok(data))
            found = await ask(desk.open())
        login, sent = http.sent
        assert login.url == LOGIN
        return sent, found
