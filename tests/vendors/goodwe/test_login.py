"""How often somebody signs in: sessions over restarts, dead tokens, trouble, dialogs (goodwe.md §1.2, §3.6)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aioresponses import CallbackResult
import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    HubError,
    NotSupported,
    RateLimited,
    Unreachable,
)
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG
from custom_components.solar_battery_hub.vendors.goodwe.codes import (
    LoginRefused,
    NoPermission,
    NothingInIt,
    SessionOver,
    TermsNotAccepted,
)
from custom_components.solar_battery_hub.vendors.goodwe.model import Way
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

type Ask = Callable[[Opened], Awaitable[object]]

REGIONAL_LOGIN = SEMSPLUS_LOGIN.replace("semsplus.", "au-semsplus.")
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


@pytest.mark.parametrize("way", Way)
async def test_a_wrong_password_is_tried_once(way: Way) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_error("100005"), repeat=True)
            http.post(LEGACY_LOGIN, payload=b_error(100005), repeat=True)
            for _ in range(3):
                with pytest.raises(AuthFailed):
                    await desk.open().login.sign_in(way)
                desk.clock.pass_time(hours=5)
            assert len(http.sent) == 1
            with pytest.raises(AuthFailed):
                await desk.open(**{CONF_DIALOG: True}).login.sign_in(way)
            assert len(http.sent) == 2


async def test_a_changed_password_ends_the_old_session() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            http.post(SEMSPLUS_LOGIN, payload=c_error("100005"))
            opened = desk.open()
            await opened.semsplus.sign_in()
            desk.clock.pass_time(hours=4)
            with pytest.raises(AuthFailed):
                await opened.semsplus.flow("p1")
            with pytest.raises(AuthFailed):
                await desk.open().semsplus.flow("p1")
    assert len(http.sent) == 2


@pytest.mark.parametrize("code", ["C0601", "C0602", "100000", 100004, "100001", "100002", "C0607", "Z0100", "100025"])
async def test_a_refusal_for_other_reasons_is_never_the_password(code: object) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_error(code), repeat=True)
            for _ in range(5):
                with pytest.raises(LoginRefused):
                    await desk.open().semsplus.sign_in()
                desk.clock.pass_time(hours=1)
            assert desk.open().login.refused_since == START
            assert len(http.sent) == 5


async def test_an_unknown_refusal_is_the_password_after_three_in_a_row() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            for code in ("A0001", "A0001", "C0602", "A0001", "B0002", "A0001"):
                http.post(SEMSPLUS_LOGIN, payload=c_error(code))
            for _ in range(5):
                with pytest.raises(LoginRefused):
                    await desk.open().semsplus.sign_in()
                desk.clock.pass_time(hours=1)
            for _ in range(2):
                with pytest.raises(AuthFailed):
                    await desk.open().semsplus.sign_in()
            assert len(http.sent) == 6


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"payload": c_ok({"agreement": True, "api": GATEWAY})}, TermsNotAccepted),
        ({"payload": c_ok({})}, NothingInIt),
        ({"payload": c_ok(None)}, NothingInIt),
        ({"payload": c_ok("")}, NothingInIt),
        ({"payload": c_ok([1])}, BadAnswer),
        ({"payload": c_welcome(uid=None)}, BadAnswer),
        ({"payload": c_welcome(token="")}, TermsNotAccepted),
        ({"payload": {"data": {}}}, BadAnswer),
        ({"payload": []}, BadAnswer),
        ({"body": ""}, BadAnswer),
        ({"body": "<html>Maintenance</html>"}, BadAnswer),
        ({"body": '{"code": "00000", "da'}, BadAnswer),
        ({"status": 302, "headers": {"Location": "https://evil.example/"}}, BadAnswer),
        ({"status": 403}, BadAnswer),
        ({"status": 404}, LoginRefused),
        ({"status": 500}, Unreachable),
        ({"status": 503}, Unreachable),
        ({"exception": TimeoutError()}, Unreachable),
    ],
)
async def test_trouble_is_honest_and_waits(answer: dict[str, Any], error: type[HubError]) -> None:
    """None of it is a wrong password; the next attempts are 5, 10, 20 and 30 minutes away, also over a restart."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, **answer, repeat=True)
            moments = []
            for minute in range(100):
                before = len(http.sent)
                with pytest.raises(HubError) as told:
                    await desk.open().semsplus.sign_in()
                assert type(told.value) is (error if len(http.sent) > before else RateLimited)
                moments += [minute] * (len(http.sent) - before)
                desk.clock.pass_time(minutes=1)
            assert moments == [0, 5, 15, 35, 65, 95]
            assert desk.open().login.terms_missing is (error is TermsNotAccepted)
            assert (desk.open().login.refused_since is not None) is (error is LoginRefused)
        with MockHttp() as http:
            desk.clock.pass_time(minutes=30)
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            opened = desk.open()
            await opened.semsplus.sign_in()
            assert not opened.login.terms_missing
            assert opened.login.refused_since is None


async def test_legacy_terms() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_ok({"agreement_agreement": 1}, code=0))
            opened = desk.open()
            with pytest.raises(TermsNotAccepted):
                await opened.legacy.sign_in()
            assert opened.login.terms_missing


async def test_trouble_on_one_way_leaves_the_other_open() -> None:
    """SEMS+ refuses: the legacy way can be tried at once, and its success says nothing about SEMS+."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_error("C0602"), repeat=True)
            http.post(LEGACY_LOGIN, payload=b_welcome())
            opened = desk.open()
            with pytest.raises(LoginRefused):
                await opened.semsplus.sign_in()
            await opened.legacy.sign_in()
            with pytest.raises(RateLimited):
                await desk.open().semsplus.sign_in()
            assert opened.login.refused_since == START
            await desk.open().legacy.sign_in()
    assert urls(http) == [SEMSPLUS_LOGIN, LEGACY_LOGIN]


async def test_the_budget_is_one_for_both_ways() -> None:
    """Going to and fro between the ways is bounded as well: four sign-ins an hour together."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome(), repeat=True)
            http.post(LEGACY_LOGIN, payload=b_welcome(), repeat=True)
            for way in (Way.SEMSPLUS, Way.LEGACY, Way.SEMSPLUS, Way.LEGACY):
                await desk.open().login.sign_in(way)
                desk.clock.pass_time(minutes=1)
            with pytest.raises(RateLimited) as told:
                await desk.open().login.sign_in(Way.SEMSPLUS)
            assert told.value.retry_after == pytest.approx(56 * 60, abs=1)
            assert desk.open().login.displacements(desk.clock.now()) == 0
    assert len(http.sent) == 4


async def test_an_attempt_counts_before_it_is_sent() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            saved: list[int] = []
            opened = desk.open()
            desk.store.on_save = lambda: saved.append(len(http.sent))
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            await opened.semsplus.sign_in()
            assert saved == [0, 1]


@pytest.mark.parametrize("error", ["C0602", "100005"])
async def test_a_dialog_has_five_attempts_in_a_quarter_of_an_hour(error: str) -> None:
    """Without waits between them, and without using up what the running entry has."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_error(error), repeat=True)
            for _ in range(5):
                with pytest.raises((LoginRefused, AuthFailed)):
                    await desk.open(**{CONF_DIALOG: True}).semsplus.sign_in()
                desk.clock.pass_time(seconds=5)
            with pytest.raises(RateLimited) as told:
                await desk.open(**{CONF_DIALOG: True}).semsplus.sign_in()
            assert told.value.retry_after == pytest.approx(900 - 25, abs=1)
            assert len(http.sent) == 5
        desk.store.saved["session"] = {}
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            await desk.open().semsplus.sign_in()


async def test_the_regions_login_host_is_asked_once_and_not_at_once() -> None:
    """The usual host refuses: a minute later the region's own; where that refuses as well, the usual one again (§1.6)."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_error("C0602"), repeat=True)
            http.post(REGIONAL_LOGIN, payload=c_error("C0602"), repeat=True)
            for seconds in (59, 60, 60, 60):
                with pytest.raises(LoginRefused):
                    await desk.open(**{CONF_DIALOG: True}, region="au").semsplus.sign_in()
                desk.clock.pass_time(seconds=seconds)
    assert urls(http) == [SEMSPLUS_LOGIN, SEMSPLUS_LOGIN, REGIONAL_LOGIN, SEMSPLUS_LOGIN]


async def test_the_regions_login_host_stays_where_it_helps() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_error("C0602"))
            http.post(REGIONAL_LOGIN, payload=c_welcome(), repeat=True)
            with pytest.raises(LoginRefused):
                await desk.open(region="au").semsplus.sign_in()
            for _ in range(2):
                desk.clock.pass_time(hours=4)
                await desk.open(region="au").semsplus.sign_in()
    assert urls(http) == [SEMSPLUS_LOGIN, REGIONAL_LOGIN, REGIONAL_LOGIN]
    assert http.sent[1].headers["Origin"] == "https://au-semsplus.goodwe.com"
    assert http.sent[1].headers["Referer"] == "https://au-semsplus.goodwe.com/"


@pytest.mark.parametrize(("code", "region"), [("C0602", "automatic"), ("100004", "au")])
async def test_no_other_login_host_otherwise(code: str, region: str) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_error(code), repeat=True)
            for _ in range(4):
                with pytest.raises(LoginRefused):
                    await desk.open(region=region).semsplus.sign_in()
                desk.clock.pass_time(hours=1)
    assert set(urls(http)) == {SEMSPLUS_LOGIN}


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
