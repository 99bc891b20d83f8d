"""What every code and HTTP status means to a call, on both ways (goodwe.md §1.1, §1.2)."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    BadAnswer,
    HubError,
    NotSupported,
    RateLimited,
    Unreachable,
    WriteRefused,
)
from custom_components.solar_battery_hub.vendors.goodwe.codes import NoPermission, NothingInIt, SessionOver
from custom_components.solar_battery_hub.vendors.goodwe.model import Way
from tests.mock_http import MockHttp
from tests.vendors.goodwe.account_desk import (
    DETAIL,
    FLOW,
    LEGACY_LOGIN,
    SEMSPLUS_LOGIN,
    Desk,
    Opened,
    b_error,
    b_ok,
    b_welcome,
    c_error,
    c_ok,
    c_welcome,
    open_desk,
    urls,
)

CODES: dict[object, type[HubError]] = {
    "100000": NotSupported,
    100000: NotSupported,
    "100001": SessionOver,
    "100002": SessionOver,
    100002: SessionOver,
    "100004": BadAnswer,
    "100005": BadAnswer,
    "100025": NoPermission,
    100025: NoPermission,
    "C0601": SessionOver,
    "C0602": SessionOver,
    "C0607": SessionOver,
    "Z0100": SessionOver,
    "GY0429": RateLimited,
    "P0214": BadAnswer,
    "P0215": WriteRefused,
    "S0327": BadAnswer,
    "innerexception": BadAnswer,
    "1001": BadAnswer,
    1001: BadAnswer,
    "000": BadAnswer,
    "-1": BadAnswer,
    "": BadAnswer,
    None: BadAnswer,
    True: BadAnswer,
    0.0: BadAnswer,
}
BODIES: dict[str, dict[str, Any]] = {
    "empty": {"body": ""},
    "html": {"body": "<!doctype html><html><body>Maintenance</body></html>"},
    "half": {"body": '{"code":"00000","data":{"kpi":{"pac":12'},
    "list": {"payload": []},
    "text": {"payload": "00000"},
    "null": {"body": "null"},
    "no code": {"payload": {"data": {"kpi": {}}}},
    "wrong payload": {"payload": {"code": "00000", "data": "kpi"}},
    "redirect": {"status": 302, "headers": {"Location": "https://evil.example/"}},
    "forbidden": {"status": 403, "body": "no"},
}


def answers(http: MockHttp, **answer: Any) -> None:
    """Let both ways sign in, and every call get this answer."""
    http.post(SEMSPLUS_LOGIN, payload=c_welcome(), repeat=True)
    http.post(LEGACY_LOGIN, payload=b_welcome(), repeat=True)
    http.get(FLOW, repeat=True, **answer)
    http.post(DETAIL, repeat=True, **answer)


async def ask(way: Way, opened: Opened) -> object:
    """Make one call."""
    return await (opened.semsplus.flow("p1") if way is Way.SEMSPLUS else opened.legacy.plant_detail("p1"))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("way", Way)
async def test_codes(way: Way, code: object) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            answers(http, payload=c_error(code) if way is Way.SEMSPLUS else b_error(code))
            with pytest.raises(HubError) as told:
                await ask(way, desk.open())
        assert type(told.value) is CODES[code]
        logins = 2 if CODES[code] is SessionOver else 1
        assert len(http.sent) == 2 * logins


@pytest.mark.parametrize("code", ["0", 0, "00000"])
@pytest.mark.parametrize("way", Way)
async def test_success(way: Way, code: object) -> None:
    """Whatever its words and whatever ``hasError`` says."""
    async with open_desk() as desk:
        with MockHttp() as http:
            answers(http, payload={**b_ok({"kpi": {}}, code=code), "hasError": True, "msg": "操作成功"})
            assert await ask(way, desk.open()) == {"kpi": {}}


async def test_a_device_that_refuses_says_so() -> None:
    url = "https://eu-gateway.semsportal.com/web/sems/sems-remote/api/v1/remote/get"
    async with open_desk() as desk:
        with MockHttp() as http:
            answers(http, payload={})
            http.post(url, payload=c_error("P0215"))
            with pytest.raises(WriteRefused) as told:
                await desk.open().semsplus.settings.named("SN1", ["TOU1"])
        assert told.value.reason == "refused_by_device"


async def test_a_code_that_is_none_is_not_repeated() -> None:
    """It could be anything, such as what was asked."""
    async with open_desk() as desk:
        with MockHttp() as http:
            answers(http, payload=c_error("owner@example.com"))
            with pytest.raises(BadAnswer) as told:
                await ask(Way.SEMSPLUS, desk.open())
        assert "owner" not in str(told.value)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("way", Way)
async def test_bodies_that_are_no_answer(way: Way, body: str) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            answers(http, **BODIES[body])
            with pytest.raises(BadAnswer) as told:
                await ask(way, desk.open())
        assert not isinstance(told.value, SessionOver)
        assert len(http.sent) == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 404}, NotSupported),
        ({"status": 500}, Unreachable),
        ({"status": 502}, Unreachable),
        ({"status": 503, "body": "<html>"}, Unreachable),
        ({"exception": TimeoutError()}, Unreachable),
    ],
)
@pytest.mark.parametrize("way", Way)
async def test_statuses(way: Way, answer: dict[str, Any], error: type[HubError]) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            answers(http, **answer)
            with pytest.raises(error):
                await ask(way, desk.open())


@pytest.mark.parametrize("empty", [None, "", {}, []])
async def test_success_with_nothing_in_it(empty: object) -> None:
    """The legacy calls after their end, and plants without rights: never zeros (§1.1)."""
    async with open_desk() as desk:
        with MockHttp() as http:
            answers(http, payload=b_ok(empty))
            with pytest.raises(NothingInIt):
                await desk.open().legacy.plant_detail("p1")


async def _nothing_is_sent(desk: Desk, http: MockHttp, seconds: int) -> None:
    """Check that nothing goes out for so long, whoever asks and whatever for, and that it does after that."""
    sent = len(http.sent)
    end = desk.clock.now() + timedelta(seconds=seconds)
    desk.clock.pass_time(seconds=seconds - 1)
    for way in Way:
        with pytest.raises(RateLimited) as told:
            await ask(way, desk.open())
        assert told.value.retry_after == pytest.approx(1, abs=0.5)
    assert len(http.sent) == sent
    desk.clock.moment = end
    with pytest.raises(RateLimited):  # the server still says so
        await ask(Way.SEMSPLUS, desk.open())
    assert len(http.sent) == sent + 1


async def test_the_vendors_word_silences_everything() -> None:
    """GY0429 comes with HTTP 200; all requests of the account rest for 300 s, also over a restart."""
    async with open_desk() as desk:
        with MockHttp() as http:
            answers(http, payload=c_error("GY0429"))
            with pytest.raises(RateLimited) as told:
                await ask(Way.SEMSPLUS, desk.open())
            assert told.value.retry_after == 300
            await _nothing_is_sent(desk, http, 300)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 300),
        ({"Retry-After": "42"}, 42),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "86400"}, 3600),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 300),
        ({"Retry-After": "-5"}, 300),
    ],
)
async def test_http_429(headers: dict[str, str], seconds: int) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            answers(http, status=429, headers=headers)
            with pytest.raises(RateLimited) as told:
                await ask(Way.SEMSPLUS, desk.open())
            assert told.value.retry_after == seconds
            await _nothing_is_sent(desk, http, seconds)


@pytest.mark.parametrize("answer", [{"status": 429}, {"payload": c_error("GY0429")}])
async def test_a_sign_in_can_be_too_much_as_well(answer: dict[str, Any]) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, repeat=True, **answer)
            for _ in range(5):
                with pytest.raises(RateLimited):
                    await desk.open().semsplus.sign_in()
                desk.clock.pass_time(seconds=59)
    assert urls(http) == [SEMSPLUS_LOGIN]


async def test_requests_are_apart() -> None:
    """A tenth of a second between an answer and the next request (§9)."""
    async with open_desk() as desk:
        with MockHttp() as http:
            answers(http, payload=c_ok({}))
            opened = desk.open()
            for _ in range(11):
                await opened.semsplus.flow("p1")
        moments = [exchange.at for exchange in opened.door.trace]
    assert len(moments) == 12
    assert moments[-1] - moments[0] == timedelta(seconds=1.1)
