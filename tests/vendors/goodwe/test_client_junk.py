"""Whatever a server answers, a call gives what it promises or an error of the family (goodwe.md §1.3)."""

from collections.abc import Callable, Iterator
import json
import random
from typing import Any

from aioresponses import CallbackResult
import pytest
from yarl import URL

from custom_components.solar_battery_hub.core.errors import HubError
from tests.mock_http import MockHttp, Response
from tests.vendors.goodwe import test_legacy_requests as legacy, test_semsplus_requests as semsplus
from tests.vendors.goodwe.account_desk import (
    GATEWAY,
    LEGACY_BASE,
    LEGACY_LOGIN,
    SEMSPLUS_LOGIN,
    b_ok,
    b_welcome,
    c_ok,
    c_welcome,
    open_desk,
)

# A payload with everything that any of the calls looks for, to be broken in many places.
WHOLE: dict[str, Any] = {
    "dataList": [{"id": "p1"}],
    "list": [{"id": "p1"}],
    "total": 1,
    "record": 1,
    "deviceDetailList": [
        {
            "deviceType": "INVERTER",
            "statusDetailList": [{"status": 5, "detailMap": {"SN1": {"sn": "SN1", "status": "5"}}}],
        }
    ],
    "functionMenus": {"translateKey": "a", "children": [{"functions": [{"address": "1"}]}], "functions": [{"id": "1"}]},
    "data": {"47509": 1},
    "items": [{"functionName": "TOU1", "value": {"TOUStart1": "02:00"}}],
    "inverterPoints": [{"sn": "SN1"}],
    "chargeLog": {"workStu": 6},
}
GROUPS: list[Any] = [
    {"code": "ac", "factors": [{"code": "pAc", "data": "1", "unit": "kW"}]},
    {"code": "x", "data": "1"},
]
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e300,
    2**63,
    "",
    "x",
    "9" * 100,
    [],
    [None],
    [[[]]],
    {},
    {"": None},
    {"x": [1]},
)


def broken(whole: Any, rng: random.Random) -> Any:
    """Return a copy with one place replaced by something odd."""
    copied = json.loads(json.dumps(whole))
    places: list[tuple[Any, Any]] = [(holder, key) for holder, key in _places(copied)]
    holder, key = rng.choice(places)
    holder[key] = rng.choice(ODD)
    return copied


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(part, dict | list):
            yield from _places(part)


def answers() -> list[Any]:
    """Return many payloads, the same each time."""
    rng = random.Random(4)
    made = [broken(whole, rng) for whole in (WHOLE, GROUPS) for _ in range(40)]
    return [*ODD, WHOLE, GROUPS, *made]


CALLS: dict[str, Callable[[Any], Any]] = (
    {f"GET {url}": ask for url, (ask, _) in semsplus.GETS.items()}
    | {f"POST {url}": ask for (url, _), (ask, _) in semsplus.POSTS.items()}
    | {f"LEGACY {url}": ask for (url, _), (ask, _) in (legacy.FORMS | legacy.BODIES).items()}
)


@pytest.mark.parametrize("call", CALLS)
async def test_junk(call: str) -> None:
    method, _, url = call.partition(" ")
    base, good = (LEGACY_BASE, b_ok) if method == "LEGACY" else (GATEWAY, c_ok)
    came = failed = 0
    waiting = answers()

    def answer(url: URL, **options: Any) -> CallbackResult:
        return CallbackResult(payload=good(waiting[0]), response_class=Response)

    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            http.post(LEGACY_LOGIN, payload=b_welcome())
            http.add(f"{base}/{url}", "GET" if method == "GET" else "POST", callback=answer, repeat=True)
            opened = desk.open()
            while waiting:
                try:
                    found = await CALLS[call](opened.legacy if method == "LEGACY" else opened.semsplus)
                except HubError:
                    failed += 1
                else:
                    came += 1
                    assert isinstance(found, list | dict), waiting[0]
                    assert all(isinstance(row, dict) for row in found if isinstance(found, list)), waiting[0]
                del waiting[0]
    assert came
    assert failed


@pytest.mark.parametrize("url", [SEMSPLUS_LOGIN, LEGACY_LOGIN])
async def test_junk_at_the_entrance(url: str) -> None:
    rng = random.Random(5)
    welcome = {**(c_welcome() if url == SEMSPLUS_LOGIN else b_welcome()), "api": "https://eu.semsportal.com/api/"}
    async with open_desk() as desk:
        for _ in range(100):
            desk.store.saved = {"shared": {}, "session": {}}
            with MockHttp() as http:
                http.post(url, payload=broken(welcome, rng))
                opened = desk.open()
                try:
                    await (opened.semsplus if url == SEMSPLUS_LOGIN else opened.legacy).sign_in()
                except HubError:
                    continue
                assert opened.login.uid
