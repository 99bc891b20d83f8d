"""Signing in with a password: the exact request, its budget, locks, and cookies that outlive a restart (growatt.md A.2)."""

import asyncio
from collections.abc import AsyncGenerator
import copy
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import aiohttp
import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    Blocked,
    HubError,
    Locked,
    RateLimited,
    Unreachable,
)
from custom_components.solar_battery_hub.vendors.growatt.login import (
    AUTOMATIC,
    DIALOG,
    Login,
    LoginRule,
    hash_password,
)
from custom_components.solar_battery_hub.vendors.growatt.wire import Wire, app_headers
from custom_components.solar_battery_hub.vendors.http import Door
from tests.mock_http import MockHttp
from tests.vendors.tools import NOON, HandClock, MemoryStore

BASE = "https://openapi.growatt.com"
LOGIN = f"{BASE}/newTwoLoginAPI.do"
WELCOME = {
    "back": {
        "success": True,
        "msg": "",
        "data": [{"plantId": "2016929", "plantName": "Home"}, {"plantId": 7, "plantName": ""}],
        "user": {"id": 123456, "rightlevel": 1, "counrty": "Netherlands", "timeZone": 8, "cpowerToken": "canary"},
    }
}


def refusal(msg: object, **more: object) -> dict[str, Any]:
    return {"back": {"success": False, "msg": msg, **more}}


@dataclass(slots=True, kw_only=True)
class Desk:
    """Somebody who signs in, on a clock moved by hand."""

    http: aiohttp.ClientSession
    clock: HandClock = field(default_factory=HandClock)
    store: MemoryStore = field(default_factory=MemoryStore)

    def open(self, rule: LoginRule = AUTOMATIC) -> Login:
        """Open the login as a start does: what is stored is all that is known."""
        door = Door(self.http, self.clock, self.store.shared)
        wire = Wire(BASE, app_headers("1a2b3c4d"), door, self.store)
        return Login(wire, "demo.user", "demo1234", door=door, store=self.store, clock=self.clock, rule=rule)


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    async with aiohttp.ClientSession() as http:
        yield Desk(http=http)


@pytest.mark.parametrize(
    ("password", "sent"),
    [
        ("password", "5f4dcc3b5aa765d61d8327deb882cf99"),
        ("growatt", "6c649d2d285d62d3c3c6182ed6863920"),
        ("demo1234", "6e9bece19148c9fb8493146417e722f6"),
        ("demo0417", "cec2c67ec15e901fa3956c70c67f4183"),
        ("Pa$$wörd", "296feefe53e7c21319cb1f786b3f9adf"),
    ],
)
def test_password_vectors(password: str, sent: str) -> None:
    assert hash_password(password) == sent


async def test_exact_request(desk: Desk) -> None:
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME)
        await desk.open().renew(None)
    (sent,) = http.sent
    assert (sent.method, sent.url) == ("POST", LOGIN)
    assert dict(sent.headers) == {"User-Agent": "Dalvik/2.1.0 (Linux; U; Android 12; ha-1a2b3c4d)"}
    form = aiohttp.FormData(sent.options["data"])()
    assert bytes(form._value) == b"userName=demo.user&password=6e9bece19148c9fb8493146417e722f6"
    assert form.content_type == "application/x-www-form-urlencoded"
    assert sent.options["allow_redirects"] is False


async def test_what_a_login_leaves_behind(desk: Desk) -> None:
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME)
        login = desk.open()
        await login.renew(None)
    assert login.user_id == "123456"
    assert login.plants == (("2016929", "Home"), ("7", "7"))
    assert login.age() == 0
    assert "canary" not in str(desk.store.saved)
    assert "6e9bece1" not in str(desk.store.saved)
    assert "demo1234" not in str(desk.store.saved)


async def test_cookies_outlive_a_restart(desk: Desk) -> None:
    """The jar is filled by hand: what takes the place of the network here sets no cookies."""
    Door(desk.http, desk.clock, {}).set_cookies(BASE, {"JSESSIONID": "AB12"})
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME)
        await desk.open().renew(None)
    desk.store = MemoryStore(**copy.deepcopy(desk.store.saved))
    desk.http.cookie_jar.clear()
    login = desk.open()
    assert login.mark is not None
    assert Door(desk.http, desk.clock, {}).cookies(f"{BASE}/newTlxApi.do") == {"JSESSIONID": "AB12"}


async def test_a_cookie_that_changes_on_the_way_is_kept(desk: Desk) -> None:
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME)
        login = desk.open()
        await login.renew(None)
    Door(desk.http, desk.clock, {}).set_cookies(BASE, {"JSESSIONID": "AB12", "SERVERID": "b7"})
    login.note_answer()
    assert desk.store.saved["session"]["cookies"] == {"JSESSIONID": "AB12", "SERVERID": "b7"}


async def test_attempt_is_saved_before_it_is_sent(desk: Desk) -> None:
    seen: list[tuple[int, int]] = []
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME)
        desk.store.on_save = lambda: seen.append((len(desk.store.saved["shared"]["logins"]["spent"]), len(http.sent)))
        await desk.open().renew(None)
    assert seen[0] == (1, 0)


async def test_who_lost_the_session_together_signs_in_once(desk: Desk) -> None:
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME, repeat=True)
        login = desk.open()
        await login.renew(None)
        desk.clock.pass_time(hours=24)
        mark = login.mark
        await asyncio.gather(*(login.renew(mark) for _ in range(5)))
    assert len(http.sent) == 2


async def test_one_in_ten_minutes_and_four_in_a_day(desk: Desk) -> None:
    """A server that forgets every session at once gets no more than that, also over restarts."""
    moments: list[float] = []
    seen: list[HubError] = []
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME, repeat=True)
        for _ in range(48 * 30):
            login = desk.open()
            try:
                await login.renew(login.mark)
                moments.append(desk.clock.monotonic())
            except HubError as err:
                seen.append(err)
            desk.store = MemoryStore(**copy.deepcopy(desk.store.saved))
            desk.clock.pass_time(minutes=2)
    assert len(moments) == len(http.sent) == 8
    assert all(later - earlier >= 600 for earlier, later in pairwise(moments))
    assert all(moments[at + 4] - moments[at] >= 86400 for at in range(4))
    short = [err.retry_after for err in seen if isinstance(err, RateLimited)]
    assert short[0] == 480  # two minutes after the first
    assert max(short) <= 600  # a longer wait is told with its end
    assert any(isinstance(err, Locked) and err.until >= NOON + timedelta(hours=24) for err in seen)


async def test_a_clock_put_back_locks_nobody_out(desk: Desk) -> None:
    """What is left of a wait stays, and is not longer after each refusal."""
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME, repeat=True)
        login = desk.open()
        await login.renew(None)
        desk.clock.pass_time(days=-3)
        for _ in range(2):
            with pytest.raises(RateLimited):
                await login.renew(login.mark)
            desk.clock.pass_time(minutes=6)
        await login.renew(login.mark)
    assert len(http.sent) == 2


async def test_dialogs_have_their_own_budget(desk: Desk) -> None:
    with MockHttp() as http:
        http.post(LOGIN, payload=refusal("502"), repeat=True)
        for _ in range(5):
            with pytest.raises(AuthFailed):
                await desk.open(DIALOG).renew(None)
            desk.clock.pass_time(seconds=10)
        with pytest.raises(Locked) as told:
            await desk.open(DIALOG).renew(None)
    assert told.value.until == NOON + timedelta(minutes=15)
    assert len(http.sent) == 5
    desk.store.session.clear()
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME)
        await desk.open().renew(None)


async def test_wrong_password_is_never_tried_again_by_itself(desk: Desk) -> None:
    with MockHttp() as http:
        http.post(LOGIN, payload=refusal("502"), repeat=True)
        for _ in range(5):
            with pytest.raises(AuthFailed):
                await desk.open().renew(None)
            desk.store = MemoryStore(**copy.deepcopy(desk.store.saved))
            desk.clock.pass_time(hours=12)
    assert len(http.sent) == 1


async def test_a_dialog_lifts_what_was_given_up(desk: Desk) -> None:
    with MockHttp() as http:
        http.post(LOGIN, payload=refusal(502))
        http.post(LOGIN, payload=WELCOME)
        http.post(LOGIN, payload=WELCOME)
        with pytest.raises(AuthFailed):
            await desk.open().renew(None)
        await desk.open(DIALOG).renew(None)
        desk.clock.pass_time(hours=24)
        login = desk.open()
        await login.renew(login.mark)
    assert len(http.sent) == 3


async def test_a_refused_password_ends_the_session_it_was_to_renew(desk: Desk) -> None:
    """Otherwise the dialog would take the old session for proof."""
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME)
        http.post(LOGIN, payload=refusal("502"))
        login = desk.open()
        await login.renew(None)
        desk.clock.pass_time(hours=24)
        with pytest.raises(AuthFailed):
            await login.renew(login.mark)
    assert desk.open().mark is None


@pytest.mark.parametrize(
    ("more", "hours"),
    [
        ({"error": "Current account has been locked for 24 hours", "lockDuration": "24"}, 24),
        ({"lockDuration": 7}, 7),
        ({"lockDuration": "0"}, 1),
        ({"lockDuration": 1e9}, 168),
        ({"lockDuration": "soon"}, 24),
        ({}, 24),
    ],
)
async def test_lock_silences_everything_over_restarts(desk: Desk, more: dict[str, Any], hours: int) -> None:
    with MockHttp() as http:
        http.post(LOGIN, payload=refusal("507", **more))
        with pytest.raises(Locked) as told:
            await desk.open().renew(None)
        assert told.value.until == NOON + timedelta(hours=hours)
        for rule in (AUTOMATIC, DIALOG):
            desk.store = MemoryStore(**copy.deepcopy(desk.store.saved))
            desk.clock.pass_time(minutes=29)
            with pytest.raises(Locked) as told:
                await desk.open(rule).renew(None)
            assert told.value.until == NOON + timedelta(hours=hours)
            assert not isinstance(told.value, Blocked)
        assert len(http.sent) == 1
        desk.clock.moment = NOON + timedelta(hours=hours)
        http.post(LOGIN, payload=WELCOME)
        await desk.open().renew(None)


@pytest.mark.parametrize("status", [403, 405])
async def test_firewall_doubles_and_is_forgiven(desk: Desk, status: int) -> None:
    page = "<html>Sorry, your request has been blocked as it may cause potential threats</html>"
    for hours in (6, 12, 24, 48, 48):
        with MockHttp() as http:
            http.post(LOGIN, status=status, body=page)
            with pytest.raises(Blocked) as told:
                await desk.open().renew(None)
            assert told.value.until == desk.clock.now() + timedelta(hours=hours)
            desk.store = MemoryStore(**copy.deepcopy(desk.store.saved))
            desk.clock.pass_time(hours=hours, seconds=-1)
            with pytest.raises(Blocked):
                await desk.open().renew(None)
            assert len(http.sent) == 1
            desk.clock.pass_time(hours=24)
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME)
        login = desk.open()
        await login.renew(None)
        desk.clock.pass_time(hours=24)
        http.post(LOGIN, status=status, body=page)
        with pytest.raises(Blocked) as told:
            await login.renew(login.mark)
    assert told.value.until == desk.clock.now() + timedelta(hours=6)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"payload": refusal("501")}, Unreachable),
        ({"payload": refusal("503")}, Unreachable),
        ({"payload": refusal("999")}, BadAnswer),
        ({"payload": refusal(None)}, BadAnswer),
        ({"payload": {"success": True}}, BadAnswer),
        ({"payload": {"back": {"success": True, "user": {}}}}, BadAnswer),
        ({"payload": {"back": {"success": True}}}, BadAnswer),
        ({"payload": []}, BadAnswer),
        ({"body": "<html>maintenance</html>"}, BadAnswer),
        ({"body": '{"back": {"succ'}, BadAnswer),
        ({"body": ""}, BadAnswer),
        ({"status": 302, "headers": {"Location": "/error.do"}}, BadAnswer),
        ({"status": 500}, BadAnswer),
        ({"status": 502}, Unreachable),
        ({"status": 504}, Unreachable),
        ({"exception": TimeoutError()}, Unreachable),
    ],
)
async def test_trouble_is_neither_a_wrong_password_nor_a_lock(
    desk: Desk, answer: dict[str, Any], error: type[HubError]
) -> None:
    with MockHttp() as http:
        http.post(LOGIN, **answer)
        with pytest.raises(error) as told:
            await desk.open().renew(None)
        assert not isinstance(told.value, AuthFailed | Locked)
        desk.clock.pass_time(minutes=10)
        http.post(LOGIN, payload=WELCOME)
        await desk.open().renew(None)


async def test_attempts_that_nobody_looked_at_leave_some_for_later(desk: Desk) -> None:
    """Pages instead of answers for three hours: a login is left for when the server is back."""
    moments: list[float] = []
    with MockHttp() as http:
        http.post(LOGIN, body="<html>maintenance</html>", repeat=True)
        for _ in range(3 * 12):
            before = len(http.sent)
            with pytest.raises((BadAnswer, RateLimited)):
                await desk.open().renew(None)
            moments += [desk.clock.monotonic() / 60] * (len(http.sent) - before)
            desk.store = MemoryStore(**copy.deepcopy(desk.store.saved))
            desk.clock.pass_time(minutes=5)
    assert moments == [0, 10, 50]
    desk.clock.pass_time(minutes=30)
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME)
        login = desk.open()
        await login.renew(None)
    assert "logins_unheard" in desk.store.shared  # whether it helped, the next answer tells
    login.note_answer()
    assert "logins_unheard" not in desk.store.shared


async def test_no_secret_in_the_trace(desk: Desk) -> None:
    door = Door(desk.http, desk.clock, desk.store.shared)
    wire = Wire(BASE, app_headers("1a2b3c4d"), door, desk.store)
    login = Login(wire, "demo.user", "demo1234", door=door, store=desk.store, clock=desk.clock)
    with MockHttp() as http:
        http.post(LOGIN, payload=WELCOME)
        await login.renew(None)
    assert [(exchange.path, exchange.status, exchange.body) for exchange in door.trace] == [
        ("/newTwoLoginAPI.do", 200, None)
    ]
