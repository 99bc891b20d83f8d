"""The exact requests of signing in on both ways, and where the answer sends the calls after it (goodwe.md §3.2, §5.1)."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.vendors.goodwe.model import Way
from tests.mock_http import MockHttp
from tests.vendors.goodwe.account_desk import (
    DETAIL,
    FLOW,
    GATEWAY,
    LEGACY_BASE,
    LEGACY_LOGIN,
    SEMSPLUS_LOGIN,
    TOKEN,
    UID,
    b_ok,
    b_welcome,
    body_of,
    c_error,
    c_ok,
    c_welcome,
    open_desk,
    urls,
)

BODY = (
    b'{"account":"owner@example.com","pwd":"OGY1MWZmZTE0N2NkMGQ1YjJjZDMwM2M3ZTUwYzJiZWU=",'
    b'"agreement":1,"isChinese":false,"isLocal":false}'
)
FOREIGN = (
    "http://eu-gateway.semsportal.com/web/sems",
    "https://semsportal.com.evil.example/web/sems",
    "https://eu-gateway.semsportal.com@evil.example/web/sems",
    "https://eu-gateway.semsportal.com:8443/web/sems",
    "https://127.0.0.1/web/sems",
)


async def test_semsplus_byte_by_byte() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            opened = desk.open()
            await opened.semsplus.sign_in()
        assert opened.login.uid == UID
    (sent,) = http.sent
    assert (sent.method, sent.url) == ("POST", SEMSPLUS_LOGIN)
    assert sent.options["data"] == BODY
    assert len(BODY) == 132
    assert sent.headers == {
        "Accept": "application/json, text/plain, */*",
        "Content-Type": "application/json",
        "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/126.0.0.0 Safari/537.36",
        "Origin": "https://semsplus.goodwe.com",
        "Referer": "https://semsplus.goodwe.com/",
        "Token": '{"uid":"","timestamp":0,"token":"","client":"semsPlusWeb","version":"","language":"en"}',
        "X-Signature": "ZmU5YjIxMzczZmM0MGI2ZDAzZTJlNTgxZjA4MDc3OTBiM2VkZGU4YThkZDYwZGIyNGE5ZWU0OTYxOTgxODM5Y0AxNzkwMDAwM"
        "DAwMDAw",
    }
    assert sent.options["allow_redirects"] is False
    assert sent.options["timeout"].total == 30


async def test_semsplus_call_after_it() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            http.get(FLOW, payload=c_ok({"pSystem": 1.0}))
            opened = desk.open()
            await opened.semsplus.sign_in()
            desk.clock.pass_time(milliseconds=1234)
            assert await opened.semsplus.flow("p1") == {"pSystem": 1.0}
    sent = http.sent[1]
    assert (sent.method, sent.url, sent.options.get("data")) == ("GET", FLOW, None)
    assert sent.headers["token"] == (
        '{"uid":"6f0c2b1e-4d3a-4c59-9b6f-0a1b2c3d4e5f","timestamp":"1790000000500",'
        '"token":"0123456789abcdef0123456789abcdef","client":"semsPlusWeb","version":"","language":"en",'
        '"api":"https://eu-gateway.semsportal.com/web/sems","region":"eu","uuid":"9d2f7a30-1111-4222-8333-444455556666"}'
    )
    assert sent.headers["X-Signature"] == (
        "Mzc3OGM2YTY0YTc5ODg0NWRjYzZlNzQ3Mjc1NzAxY2MyNjhlY2I5YjAyOTFiZTljMTc0ZTc3ZjE4MGEwNDZiNEAxNzkwMDAwMDAxMjM0"
    )
    assert "Content-Type" not in sent.headers


async def test_china_says_so() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            await desk.open(region="cn").semsplus.sign_in()
    assert http.sent[0].options["data"] == BODY.replace(b"false", b"true")


async def test_legacy_byte_by_byte() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_welcome())
            http.post(DETAIL, payload=b_ok({"kpi": {}}))
            opened = desk.open()
            await opened.legacy.plant_detail("p1")
        assert opened.login.uid == UID
    login, call = http.sent
    assert (login.method, login.url) == ("POST", LEGACY_LOGIN)
    assert login.options["data"] == b'{"account":"owner@example.com","pwd":"Correct-Horse-7!"}'
    assert login.headers["Content-Type"] == "application/json"
    assert login.headers["Token"] == '{"version":"v2.1.0","client":"ios","language":"en"}'
    assert "X-Signature" not in login.headers
    assert call.url == DETAIL
    assert call.headers["Token"] == (
        '{"uid":"6f0c2b1e-4d3a-4c59-9b6f-0a1b2c3d4e5f","timestamp":1790000000500,'
        '"token":"0123456789abcdef0123456789abcdef","client":"ios","version":"v2.1.0","language":"en"}'
    )
    assert body_of(call) == {"powerStationId": "p1"}


@pytest.mark.parametrize("told", FOREIGN)
@pytest.mark.parametrize("top", [True, False])
@pytest.mark.parametrize(("region", "expected"), [("automatic", "au"), ("us", "au")])
async def test_semsplus_sends_nothing_to_a_foreign_host(told: str, top: bool, region: str, expected: str) -> None:
    answer = c_welcome(api=None if top else told, region="au")
    base = f"https://{expected}-gateway.semsportal.com/web/sems"
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload={**answer, "api": told} if top else answer)
            http.get(f"{base}/sems-plant/api/stations/flow?stationId=p1", payload=c_ok({}))
            await desk.open(region=region).semsplus.flow("p1")
    assert urls(http) == [SEMSPLUS_LOGIN, f"{base}/sems-plant/api/stations/flow?stationId=p1"]
    assert told not in http.sent[1].headers["token"]


@pytest.mark.parametrize("told", [*FOREIGN, None, ""])
@pytest.mark.parametrize(("region", "base"), [("automatic", "www"), ("au", "au"), ("cn", "www")])
async def test_legacy_sends_nothing_to_a_foreign_host(told: str | None, region: str, base: str) -> None:
    call = f"https://{base}.semsportal.com/api/v3/PowerStation/GetPlantDetailByPowerstationId"
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_welcome(api=told))
            http.post(call, payload=b_ok({"kpi": {}}))
            await desk.open(region=region).legacy.plant_detail("p1")
    assert urls(http) == [LEGACY_LOGIN, call]


async def test_an_own_url_hears_everything_and_nobody_else_anything() -> None:
    own = "http://127.0.0.1:8080"
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(f"{own}/web/sems/sems-user/api/v1/auth/cross-login", payload=c_welcome())
            http.get(f"{own}/web/sems/sems-plant/api/stations/flow?stationId=p1", payload=c_ok({}))
            http.post(f"{own}/api/v3/Common/CrossLogin", payload=b_welcome())
            http.post(f"{own}/api/v3/PowerStation/GetPlantDetailByPowerstationId", payload=b_ok({"kpi": {}}))
            opened = desk.open(region="own_url", url=f"{own}/")
            await opened.semsplus.flow("p1")
            await opened.legacy.plant_detail("p1")
    assert len(http.sent) == 4
    assert http.sent[0].headers["Origin"] == own


async def test_a_session_of_another_address_is_not_used() -> None:
    """The address of the user's own was changed: the old session's gateway is not to be trusted any more."""
    own = "http://127.0.0.1:8080"
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            await desk.open().semsplus.sign_in()
            http.post(f"{own}/web/sems/sems-user/api/v1/auth/cross-login", payload=c_welcome(api=f"{own}/web/sems"))
            await desk.open(region="own_url", url=own).semsplus.sign_in()
    assert len(http.sent) == 2


@pytest.mark.parametrize(
    ("top", "inner", "base"),
    [
        ("https://au-gateway.semsportal.com/web/sems/", GATEWAY, "https://au-gateway.semsportal.com/web/sems"),
        ("", "https://us-gateway.semsportal.com/web/sems", "https://us-gateway.semsportal.com/web/sems"),
        (None, "https://us-gateway.semsportal.com/web/sems/", "https://us-gateway.semsportal.com/web/sems"),
        (7, None, GATEWAY),
    ],
)
async def test_the_top_level_wins(top: Any, inner: str | None, base: str) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload={**c_welcome(api=inner), "api": top})
            session = await desk.open().login.sign_in(Way.SEMSPLUS)
    assert session.base == base


async def test_the_gateway_moves_with_the_next_sign_in() -> None:
    """A token is dead and the account was moved meanwhile: address and headers are made anew (§5.1)."""
    moved = "https://au-gateway.semsportal.com/web/sems"
    there = FLOW.replace(GATEWAY, moved)
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            http.get(FLOW, payload=c_error("C0602"))
            http.post(SEMSPLUS_LOGIN, payload=c_welcome("f" * 32, api=moved, region="au"))
            http.get(there, payload=c_ok({"pSystem": 2}))
            assert await desk.open().semsplus.flow("p1") == {"pSystem": 2}
    assert urls(http) == [SEMSPLUS_LOGIN, FLOW, SEMSPLUS_LOGIN, there]
    first, again = http.sent[1].headers, http.sent[3].headers
    assert TOKEN in first["token"]
    assert TOKEN not in again["token"]
    assert "f" * 32 in again["token"]
    assert first["X-Signature"] != again["X-Signature"]


async def test_what_a_login_leaves_behind() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            await desk.open().semsplus.sign_in()
            http.post(LEGACY_LOGIN, payload=b_welcome("e" * 32))
            opened = desk.open()
            session = await opened.login.sign_in(Way.LEGACY)
        assert session.base == LEGACY_BASE
        assert set(desk.store.saved["session"]) == {"uid", "legacy"}  # a login on one way ends the other's (§3.6)
        assert "Correct-Horse" not in str(desk.store.saved)
        assert "OGY1" not in str(desk.store.saved)
        assert "owner@" not in str(desk.store.saved)
