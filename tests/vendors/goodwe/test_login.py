"""How often somebody signs in: sessions over restarts, dead tokens, calls no session helps (goodwe.md §1.2, §3.6)."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

from aioresponses import CallbackResult
import pytest

from custom_components.solar_battery_hub.core.errors import (
    NotSupported,
    RateLimited,
)
from custom_components.solar_battery_hub.vendors.goodwe.codes import (
    LoginRefused,
    NoPermission,
    SessionOver,
)
from custom_components.solar_battery_hub.vendors.goodwe.model import Bean, Way
from custom_components.solar_battery_hub.vendors.goodwe.sign_in import Session
from tests.mock_http import MockHttp, Response
from tests.vendors.goodwe.account_desk import (
    DETAIL,
    FLOW,
    GATEWAY,
    LEGACY_LOGIN,
    SEMSPLUS_LOGIN,
    START,
    Desk,
    Opened,
    b_error,
    b_ok,
    b_welcome,
    body_of,
    c_error,
    c_ok,
    c_welcome,
    open_desk,
    urls,
)

STALE = ("100001", "100002", 100002, "C0601", "C0602", "C0607", "Z0100")


class Server:
    """A server that knows one token at a time; whoever signs in last has it."""

    def __init__(self, http: MockHttp, desk: Desk) -> None:
        self.logins: list[float] = []
        self.token = ""
        self._desk = desk
        http.post(SEMSPLUS_LOGIN, callback=self._sign_in, repeat=True)
        http.get(FLOW, callback=self._flow, repeat=True)

    def _sign_in(self, url: Any, **options: Any) -> Any:
        self.logins.append((self._desk.clock.now() - START).total_seconds() / 60)
        self.token = f"{len(self.logins):032x}"
        return _answer(c_welcome(self.token))

    def _flow(self, url: Any, **options: Any) -> Any:
        alive = f'"token":"{self.token}"' in options["headers"]["token"]
        return _answer(c_ok({"pSystem": 1}) if alive else c_error("C0602"))


def _answer(payload: Any) -> Any:
    return CallbackResult(payload=payload, response_class=Response)


async def poll(desk: Desk, opened: Opened, minutes: int) -> list[bool]:
    """Ask for the flow every minute; return whether it came."""
    came = []
    for _ in range(minutes):
        try:
            came.append(await opened.semsplus.flow("p1") == {"pSystem": 1})
        except RateLimited:
            came.append(False)
        desk.clock.pass_time(minutes=1)
    return came


async def test_one_sign_in_for_all_who_wait() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            server = Server(http, desk)
            opened = desk.open()
            await asyncio.gather(*(opened.semsplus.flow("p1") for _ in range(5)))
            server.token = "somebody else's"
            await asyncio.gather(*(opened.semsplus.flow("p1") for _ in range(5)))
    assert len(server.logins) == 2


async def test_a_late_answer_to_an_old_token_costs_the_new_one_nothing() -> None:
    """While a call was under way somebody found its token dead and signed in again."""
    async with open_desk() as desk:
        with MockHttp() as http:
            server = Server(http, desk)
            opened = desk.open()
            shown: list[str] = []

            async def send(session: Session) -> Bean:
                shown.append(session.token)
                if len(shown) > 1:
                    return c_ok("came")
                server.token = "somebody else's"
                await opened.semsplus.flow("p1")
                return c_error("C0602")

            assert await opened.login.ask(Way.SEMSPLUS, "a call", "p1", send) == "came"
            assert shown == [f"{1:032x}", f"{2:032x}"]
            assert len(server.logins) == 2
            assert opened.login.displacements(desk.clock.now()) == 1


async def test_a_restart_signs_nobody_in() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            server = Server(http, desk)
            for _ in range(5):
                assert await poll(desk, desk.open(), 10) == [True] * 10
    assert len(server.logins) == 1


async def test_a_calm_day_has_six_sign_ins() -> None:
    """Signed in again every four hours, before a token dies, and only when a call is due."""
    async with open_desk() as desk:
        with MockHttp() as http:
            server = Server(http, desk)
            opened = desk.open()
            assert await poll(desk, opened, 24 * 60) == [True] * (24 * 60)
            assert server.logins == pytest.approx([0, 240, 480, 720, 960, 1200], abs=0.1)
            desk.clock.pass_time(days=3)
            assert len(server.logins) == 6
            assert opened.login.displacements(desk.clock.now()) == 0


async def test_displaced_every_ten_minutes() -> None:
    """No storm: at most four sign-ins in any hour, ever fewer, and nothing sent while it waits (§3.6)."""
    async with open_desk() as desk:
        with MockHttp() as http:
            server = Server(http, desk)
            came: list[bool] = []
            for minute in range(0, 600, 10):
                if minute:
                    server.token = "somebody else's"
                sent = len(http.sent)
                came += (lately := await poll(desk, desk.open(), 10))
                if not any(lately):
                    assert len(http.sent) - sent <= 1  # the one that found out
            displacements = desk.open().login.displacements(desk.clock.now())
    for start in server.logins:
        assert sum(start <= login < start + 60 for login in server.logins) <= 4
    assert sum(login >= 300 for login in server.logins) <= 5 * 2
    assert sum(came) >= 150  # it is not given up either
    assert displacements >= 3


async def test_after_an_hour_in_peace_a_dead_token_is_replaced_at_once() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            server = Server(http, desk)
            opened = desk.open()
            for _ in range(3):
                await poll(desk, opened, 1)
                server.token = "somebody else's"
                await poll(desk, opened, 3)
            await poll(desk, opened, 61)
            server.token = "somebody else's"
            assert await poll(desk, opened, 1) == [True]
            assert opened.login.displacements(desk.clock.now()) == 4
            desk.clock.pass_time(hours=3)
            assert opened.login.displacements(desk.clock.now()) == 0


async def test_the_second_dead_token_in_a_row_waits_a_minute_the_third_two() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            server = Server(http, desk)
            opened = desk.open()
            await opened.semsplus.flow("p1")
            server.token = "somebody else's"
            await opened.semsplus.flow("p1")
            for seconds in (60, 120):
                server.token = "somebody else's"
                with pytest.raises(RateLimited) as told:
                    await opened.semsplus.flow("p1")
                assert told.value.retry_after == pytest.approx(seconds, abs=1)
                desk.clock.pass_time(seconds=seconds - 1)
                with pytest.raises(RateLimited):
                    await desk.open().semsplus.flow("p1")
                desk.clock.pass_time(seconds=2)
                opened = desk.open()
                await opened.semsplus.flow("p1")


@pytest.mark.parametrize("code", STALE)
@pytest.mark.parametrize("way", Way)
async def test_stale_codes_are_cured_once(way: Way, code: object) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            opened = desk.open()
            if way is Way.SEMSPLUS:
                http.post(SEMSPLUS_LOGIN, payload=c_welcome(), repeat=True)
                http.get(FLOW, payload=c_error(code))
                http.get(FLOW, payload=c_ok({"pSystem": 1}))
                assert await opened.semsplus.flow("p1") == {"pSystem": 1}
            else:
                http.post(LEGACY_LOGIN, payload=b_welcome(), repeat=True)
                http.post(DETAIL, payload=b_error(code))
                http.post(DETAIL, payload=b_ok({"kpi": {}}))
                assert await opened.legacy.plant_detail("p1") == {"kpi": {}}
    assert len(http.sent) == 4


async def test_a_call_that_no_session_helps_costs_one_sign_in() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            server = Server(http, desk)
            http.get(FLOW.replace("p1", "p2"), payload=c_error("C0602"), repeat=True)
            opened = desk.open()
            await opened.semsplus.flow("p1")
            for _ in range(30):
                with pytest.raises(SessionOver):
                    await opened.semsplus.flow("p2")
                assert await opened.semsplus.flow("p1") == {"pSystem": 1}
                desk.clock.pass_time(minutes=1)
    assert len(server.logins) == 2


async def test_no_permission_is_a_dead_token_only_in_china() -> None:
    """A visitor of a plant must not sign in again and again for what he may not see (§1.2)."""
    async with open_desk() as desk:
        for region, logins in (("eu", 1), ("cn", 2)):
            desk.store.saved = {"shared": {}, "session": {}}
            with MockHttp() as http:
                http.post(SEMSPLUS_LOGIN, payload=c_welcome(), repeat=True)
                http.get(FLOW, payload=c_error("100025"), repeat=True)
                opened = desk.open(region=region)
                await opened.semsplus.sign_in()
                desk.clock.pass_time(hours=1)
                for _ in range(5):
                    with pytest.raises(NoPermission):
                        await opened.semsplus.flow("p1")
                assert urls(http).count(SEMSPLUS_LOGIN) == logins


async def test_no_permission_is_nobody_else_s_sign_in() -> None:
    """In China a session is renewed for it once an hour; that looks like no other client."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome(), repeat=True)
            http.get(FLOW, payload=c_error("100025"), repeat=True)
            opened = desk.open(region="cn")
            for _ in range(6):
                with pytest.raises(NoPermission):
                    await opened.semsplus.flow("p1")
                desk.clock.pass_time(minutes=61)
            assert opened.login.displacements(desk.clock.now()) == 0
            assert urls(http).count(SEMSPLUS_LOGIN) > 2


async def test_an_old_session_is_used_while_no_new_one_is_to_be_had() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            http.post(SEMSPLUS_LOGIN, payload=c_error("C0602"), repeat=True)
            http.get(FLOW, payload=c_ok({"pSystem": 1}), repeat=True)
            opened = desk.open()
            assert await poll(desk, opened, 5 * 60) == [True] * 300
            assert opened.login.refused_since is not None
            assert (opened.login.refused_since - START) / timedelta(hours=1) == pytest.approx(4, abs=0.001)
            assert urls(http).count(SEMSPLUS_LOGIN) == 5  # 0:00, then 4:00, 4:05, 4:15, 4:35


async def test_a_clock_put_back_locks_nobody_out() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            server = Server(http, desk)
            await desk.open().semsplus.flow("p1")
            desk.clock.pass_time(days=-30)
            server.token = "somebody else's"
            await desk.open().semsplus.flow("p1")
            desk.clock.pass_time(minutes=1)
            server.token = "somebody else's"
            with pytest.raises(RateLimited) as told:
                await desk.open().semsplus.flow("p1")
            assert told.value.retry_after <= 60


@pytest.mark.parametrize("answer", [c_error("C0602"), c_welcome()])
async def test_a_clock_put_back_ends_waits_when_they_would_have_ended(answer: dict[str, Any]) -> None:
    """Whether signing in was refused, or there were too many of them."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=answer, repeat=True)
            opened = desk.open()
            with suppress(LoginRefused):
                for _ in range(4):
                    desk.store.session.pop("semsplus", None)
                    await opened.semsplus.sign_in()
            desk.store.session.pop("semsplus", None)
            desk.clock.pass_time(days=-30)
            before = len(http.sent)
            for _ in range(62):
                with suppress(RateLimited, LoginRefused):
                    await opened.semsplus.sign_in()
                desk.clock.pass_time(minutes=1)
            assert len(http.sent) > before


async def test_what_is_stored_wrongly_is_no_session() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome(), repeat=True)
            for stored in ("x", {}, {"uid": "u", "base": GATEWAY, "token": "t", "header": "{}", "since": "soon"}):
                desk.store.saved["session"] = {"semsplus": stored}
                await desk.open().semsplus.sign_in()
                desk.clock.pass_time(hours=1)
    assert len(http.sent) == 3


async def test_a_write_that_met_a_dead_token_is_sent_again() -> None:
    """A dead token never reached the device: sending it once more with a new one is no second write."""
    url = "https://hk.semsportal.com/api/PowerStation/SaveRemoteControlInverter"
    body = {"InverterSN": "SN1", "InverterStatusSettingMark": "1", "InverterStatus": "2"}
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_welcome(), repeat=True)
            http.post(url, payload=b_error("100002"))
            http.post(url, payload=b_ok())
            await desk.open().legacy.remote_control(body)
            http.post(url, status=404)
            with pytest.raises(NotSupported):
                await desk.open().legacy.remote_control(body)
    assert [body_of(sent) for sent in http.sent if sent.url == url] == [body] * 3
