"""Sign-ins that fail: which failures are whose fault, and when it is tried again (goodwe.md §1.2, §1.6, §3.6)."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    HubError,
    RateLimited,
    Unreachable,
)
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG
from custom_components.solar_battery_hub.vendors.goodwe.codes import (
    LoginRefused,
    NothingInIt,
    TermsNotAccepted,
)
from custom_components.solar_battery_hub.vendors.goodwe.model import Way
from tests.mock_http import MockHttp
from tests.vendors.goodwe.account_desk import (
    GATEWAY,
    LEGACY_LOGIN,
    SEMSPLUS_LOGIN,
    START,
    b_error,
    b_ok,
    b_welcome,
    c_error,
    c_ok,
    c_welcome,
    open_desk,
    urls,
)

REGIONAL_LOGIN = SEMSPLUS_LOGIN.replace("semsplus.", "au-semsplus.")


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


async def test_a_password_that_is_good_on_the_other_way_is_not_wrong() -> None:
    """Else the user would be asked for it again and again, by each few probes."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_welcome())
            http.post(SEMSPLUS_LOGIN, payload=c_error("A0001"), repeat=True)
            await desk.open().login.sign_in(Way.LEGACY)
            for _ in range(5):
                desk.clock.pass_time(minutes=45)
                with pytest.raises(LoginRefused):
                    await desk.open().login.sign_in(Way.SEMSPLUS)
            await desk.open().login.sign_in(Way.LEGACY)
            assert urls(http).count(LEGACY_LOGIN) == 1


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


async def test_a_success_ends_the_row_of_failures() -> None:
    async with open_desk() as desk:
        for _ in range(2):
            with MockHttp() as http:
                http.post(SEMSPLUS_LOGIN, payload=c_error("C0602"))
                http.post(SEMSPLUS_LOGIN, payload=c_welcome())
                desk.store.saved["session"] = {}
                with pytest.raises(LoginRefused):
                    await desk.open().semsplus.sign_in()
                with pytest.raises(RateLimited) as told:
                    await desk.open().semsplus.sign_in()
                assert told.value.retry_after == 300
                desk.clock.pass_time(hours=2)
                await desk.open().semsplus.sign_in()


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


async def test_a_clock_put_back_does_not_keep_the_regions_login_host_from_its_turn() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_error("C0602"), repeat=True)
            http.post(REGIONAL_LOGIN, payload=c_welcome())
            opened = desk.open(region="au")
            with pytest.raises(LoginRefused):
                await opened.semsplus.sign_in()
            desk.clock.pass_time(days=-30)
            with pytest.raises(RateLimited):
                await opened.semsplus.sign_in()
            desk.clock.pass_time(minutes=10)
            await opened.semsplus.sign_in()
    assert urls(http) == [SEMSPLUS_LOGIN, REGIONAL_LOGIN]


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
