"""What answers of the password API mean for its session, and its pace (growatt.md A.2.1, A.3, E)."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import aiohttp
import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    Blocked,
    HubError,
    Locked,
    NotSupported,
    TooSoon,
    Unreachable,
    WriteRefused,
)
from custom_components.solar_battery_hub.vendors.growatt import shinephone_calls as calls
from custom_components.solar_battery_hub.vendors.growatt.model import Family, Listed
from custom_components.solar_battery_hub.vendors.growatt.shinephone import ShinePhone
from tests.mock_http import MockHttp

from .shinephone_desk import (
    BASE,
    DETAIL,
    LOGIN,
    LOGIN_PAGE,
    MIN,
    OPEN_SESSION,
    OTHER,
    PACK,
    SPF,
    SPH,
    WELCOME,
    Answered,
    Desk,
)

SETTINGS = {"result": 1, "obj": {"mixBean": {"a": "1"}}}


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    async with aiohttp.ClientSession() as http:
        yield Desk(http=http)


OVER: tuple[Answered, ...] = (
    {"body": LOGIN_PAGE},
    {"status": 302, "headers": {"Location": "/error.do?errorMess=errorNoLogin"}},
    {"body": "Dear user, you have not login to the system"},
    {"payload": {"result": 0, "obj": None, "msg": "Dear user, you have not login to the system"}},
    {"payload": {"result": 0, "obj": None, "msg": ""}},
)


async def read_detail(phone: ShinePhone) -> Mapping[str, Any]:
    return await phone.read(calls.TLX_DETAIL, MIN)


@pytest.mark.parametrize("over", OVER)
async def test_a_session_that_is_over_costs_one_login(desk: Desk, over: Answered) -> None:
    with MockHttp() as http:
        http.get(DETAIL, **over)
        http.post(LOGIN, payload=WELCOME)
        http.get(DETAIL, payload={"data": {"ppv": 7}})
        assert await read_detail(desk.open()) == {"ppv": 7}
    assert [sent.url for sent in http.sent] == [DETAIL, LOGIN, DETAIL]


@pytest.mark.parametrize("over", OVER)
async def test_a_write_that_was_not_heard_is_sent_again(desk: Desk, over: Answered) -> None:
    url = f"{BASE}newTcpsetAPI.do?op=tlxSet"
    with MockHttp() as http:
        http.post(url, **over)
        http.post(LOGIN, payload=WELCOME)
        http.post(url, payload={"success": True, "msg": "200"})
        if over.get("payload", {}).get("msg") == "":  # says nothing about the session
            with pytest.raises(WriteRefused):
                await desk.open().write(MIN, "charge_power", ["80"])
        else:
            await desk.open().write(MIN, "charge_power", ["80"])
            assert [sent.url for sent in http.sent] == [url, LOGIN, url]


async def test_without_a_session_somebody_signs_in_first(desk: Desk) -> None:
    desk.store.session.clear()
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME)
        http.get(f"{BASE}PlantListAPI.do?userId=123456", payload={"back": {"data": []}})
        await desk.open().read(calls.PLANTS)
    assert [sent.url.partition("?")[0] for sent in http.sent] == [LOGIN, f"{BASE}PlantListAPI.do"]


async def test_what_a_login_does_not_cure_costs_no_second(desk: Desk) -> None:
    """Otherwise one odd endpoint would use up the logins of all."""
    with MockHttp() as http:
        http.get(DETAIL, body=LOGIN_PAGE, repeat=True)
        http.post(LOGIN, payload=WELCOME, repeat=True)
        for _ in range(11):
            with pytest.raises(NotSupported):
                await read_detail(desk.restart() if desk.store.saved["shared"] else desk.open())
            desk.clock.pass_time(minutes=30)
    urls = [sent.url for sent in http.sent]
    assert urls.count(LOGIN) == 1


async def test_trouble_with_a_call_that_worked_is_asked_again_without_a_login(desk: Desk) -> None:
    with MockHttp() as http:
        http.get(DETAIL, payload={"data": {"ppv": 7}})
        http.get(DETAIL, body=LOGIN_PAGE, repeat=True)
        http.post(LOGIN, payload=WELCOME, repeat=True)
        await read_detail(desk.open())
        for _ in range(12):
            desk.clock.pass_time(minutes=29)
            with pytest.raises(BadAnswer):
                await read_detail(desk.restart())
    urls = [sent.url for sent in http.sent]
    assert urls.count(LOGIN) == 1
    assert urls.count(DETAIL) == 1 + 2 + 11


async def test_a_young_session_is_not_over_because_there_is_no_result(desk: Desk) -> None:
    desk.store.session["signed_in_at"] = desk.clock.now().isoformat()
    with MockHttp() as http:
        http.get(DETAIL, payload={"result": 0, "obj": None, "msg": ""})
        with pytest.raises(NotSupported):
            await read_detail(desk.open())
    assert len(http.sent) == 1


NOT_HERE: tuple[Answered, ...] = (
    {"status": 500, "body": "<html>oops</html>"},
    {"status": 404},
    {"payload": {"msg": "501", "success": False}},
    {"payload": {"result": 0, "obj": None, "msg": "504"}},
)


@pytest.mark.parametrize("answer", NOT_HERE)
async def test_what_a_device_does_not_know_is_asked_ever_more_rarely(desk: Desk, answer: Answered) -> None:
    """Over restarts, and not at once for a day: the first answer may have been bad luck."""
    asked: list[float] = []
    with MockHttp() as http:
        http.get(DETAIL, **answer, repeat=True)
        for _ in range(2 * 24 * 4):
            before = len(http.sent)
            with pytest.raises(NotSupported):
                await read_detail(desk.restart() if desk.store.saved["shared"] else desk.open())
            asked += [desk.clock.monotonic() / 3600] * (len(http.sent) - before)
            desk.clock.pass_time(minutes=30)
    assert asked == [0, 1, 3, 7, 15, 31, 63, 95]


@pytest.mark.parametrize("answer", NOT_HERE)
async def test_a_call_that_worked_before_has_bad_luck(desk: Desk, answer: Answered) -> None:
    with MockHttp() as http:
        http.get(DETAIL, payload={"data": {"ppv": 7}})
        http.get(DETAIL, **answer)
        http.get(DETAIL, payload={"data": {"ppv": 8}})
        await read_detail(desk.open())
        desk.clock.pass_time(minutes=5)
        with pytest.raises(Unreachable):
            await read_detail(desk.restart())
        desk.clock.pass_time(minutes=5)
        assert await read_detail(desk.restart()) == {"ppv": 8}


async def test_one_device_that_does_not_know_a_call_does_not_speak_for_another(desk: Desk) -> None:
    other = Listed(serial="MIN0000002", family=Family.MIN, word="tlx", plant="77")
    with MockHttp() as http:
        http.get(DETAIL, status=500)
        http.get(DETAIL.replace("0001", "0002"), payload={"data": {"ppv": 7}})
        phone = desk.open()
        with pytest.raises(NotSupported):
            await read_detail(phone)
        assert await phone.read(calls.TLX_DETAIL, other) == {"ppv": 7}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 502}, Unreachable),
        ({"status": 503}, Unreachable),
        ({"status": 504}, Unreachable),
        ({"exception": TimeoutError()}, Unreachable),
        ({"status": 403}, Blocked),
        ({"status": 405, "body": "<html>Sorry, your request has been blocked</html>"}, Blocked),
        ({"status": 400}, BadAnswer),
        ({"body": '{"data": {"ppv": 1'}, BadAnswer),
        ({"body": ""}, BadAnswer),
        ({"payload": []}, BadAnswer),
        ({"payload": {}}, BadAnswer),
        ({"payload": {"data": None}}, BadAnswer),
        ({"payload": {"data": []}}, BadAnswer),
        ({"payload": {"success": False, "msg": "900"}}, BadAnswer),
    ],
)
async def test_trouble_costs_no_login_and_is_no_zero(desk: Desk, answer: Answered, error: type[HubError]) -> None:
    with MockHttp() as http:
        http.get(DETAIL, **answer)
        with pytest.raises(error) as told:
            await read_detail(desk.open())
    assert not isinstance(told.value, AuthFailed)
    assert [sent.url for sent in http.sent] == [DETAIL]


async def test_no_login_within_a_lock(desk: Desk) -> None:
    with MockHttp() as http:
        http.get(DETAIL, body=LOGIN_PAGE)
        http.post(LOGIN, payload={"back": {"success": False, "msg": "507", "lockDuration": "24"}})
        with pytest.raises(Locked):
            await read_detail(desk.open())
        for _ in range(5):
            desk.clock.pass_time(hours=4)
            with pytest.raises(Locked):
                await read_detail(desk.restart())
    assert len(http.sent) == 2


# --- pace -------------------------------------------------------------------------------------------------------------


async def test_equal_calls_are_five_minutes_apart_over_restarts(desk: Desk) -> None:
    with MockHttp() as http:
        http.get(DETAIL, payload={"data": {}}, repeat=True)
        await read_detail(desk.open())
        for _ in range(3):
            desk.clock.pass_time(seconds=90)
            with pytest.raises(TooSoon):
                await read_detail(desk.restart())
        desk.clock.pass_time(seconds=30)
        await read_detail(desk.restart())
    assert len(http.sent) == 2


async def test_an_attempt_counts(desk: Desk) -> None:
    with MockHttp() as http:
        http.get(DETAIL, status=502, repeat=True)
        phone = desk.open()
        with pytest.raises(Unreachable):
            await read_detail(phone)
        desk.clock.pass_time(minutes=4)
        with pytest.raises(TooSoon):
            await read_detail(phone)
    assert len(http.sent) == 1


async def test_what_could_not_be_sent_does_not_count(desk: Desk) -> None:
    """Whoever mistyped the password need not wait five minutes after typing it right."""
    desk.store.session.clear()
    with MockHttp() as http:
        http.post(LOGIN, payload={"back": {"success": False, "msg": "502"}})
        http.get(DETAIL, payload={"data": {}})
        with pytest.raises(AuthFailed):
            await read_detail(desk.open())
        desk.store.session.update(OPEN_SESSION)  # what another password led to
        await read_detail(desk.open())
    assert [sent.url for sent in http.sent] == [LOGIN, DETAIL]


async def test_what_verifies_a_change_may_be_read_at_any_time(desk: Desk) -> None:
    url = f"{BASE}newMixApi.do?op=getMixSetParams&serialNum=SPH0000001&kind=0"
    with MockHttp() as http:
        http.get(url, payload=SETTINGS, repeat=True)
        phone = desk.open()
        for _ in range(3):
            await phone.settings(SPH, fresh=True)
            desk.clock.pass_time(seconds=5)
        assert len(http.sent) == 3
        await phone.settings(SPH, fresh=False)
        assert len(http.sent) == 3
        desk.clock.pass_time(seconds=311)
        await phone.settings(SPH, fresh=False)
    assert len(http.sent) == 4


async def test_settings_from_before_a_change_are_not_used_again(desk: Desk) -> None:
    url = f"{BASE}newMixApi.do?op=getMixSetParams&serialNum=SPH0000001&kind=0"
    with MockHttp() as http:
        http.get(url, payload=SETTINGS, repeat=True)
        http.post(f"{BASE}newTcpsetAPI.do?op=mixSetApiNew", payload={"success": True, "msg": "200"})
        phone = desk.open()
        await phone.settings(SPH, fresh=False)
        await phone.write(SPH, "pv_on_off", ["0001"])
        await phone.settings(SPH, fresh=False)
    assert [sent.method for sent in http.sent] == ["GET", "POST", "GET"]


@pytest.mark.parametrize("device", [SPF, PACK, OTHER])
async def test_families_without_settings(desk: Desk, device: Listed) -> None:
    with pytest.raises(NotSupported):
        await desk.open().settings(device, fresh=True)


async def test_no_secret_in_what_is_said(desk: Desk) -> None:
    """Errors end up in logs and reports."""
    canaries = ("demo1234", "6e9bece19148c9fb8493146417e722f6", "AB12", "demo.user")
    said: list[str] = []
    with MockHttp() as http:
        http.post(LOGIN, payload={"back": {"success": False, "msg": "demo.user 6e9bece19148c9fb8493146417e722f6"}})
        for answer in (*OVER, *NOT_HERE):
            http.get(DETAIL, **answer)
        for _ in range(len(OVER) + len(NOT_HERE)):
            try:
                await read_detail(desk.open())
            except HubError as err:
                said.append(f"{err!r} {err} {err.__cause__}")
            desk.clock.pass_time(minutes=30)
    assert any("RateLimited" in text or "BadAnswer" in text for text in said)
    assert not any(canary in text for canary in canaries for text in said)
