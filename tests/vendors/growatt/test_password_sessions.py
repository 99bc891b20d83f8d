"""The session of a password account against a server: one login for everything, and never a storm (growatt.md A.2.1, G)."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    Blocked,
    HubError,
    Locked,
    NotSupported,
    RateLimited,
    TooSoon,
    Unreachable,
)
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG, Wanted
from tests.simulators.growatt.legacy_sessions import Symptom
from tests.vendors.reading import fetch, values
from tests.vendors.tools import NOON

from .password_bench import Bench, open_bench

LIVE = "live_MXH0000001"


@pytest.fixture
async def bench(socket_enabled: None) -> AsyncGenerator[Bench]:
    """Start a server whose account has a MIN with a battery, and limits."""
    async with open_bench("min", strict=True) as bench:
        yield bench


@pytest.fixture
async def known(bench: Bench) -> Bench:
    """Let a dialog find out what the account has."""
    await bench.open().identify()
    return bench


async def test_one_login_serves_a_day_of_polls_and_restarts(known: Bench) -> None:
    for _ in range(140):
        account = known.restart()
        await fetch(account, LIVE)
        known.clock.pass_time(minutes=10)
    assert known.logins == 1


async def test_a_session_lives_a_day_and_costs_one_login_each(known: Bench) -> None:
    account = known.open()
    for _ in range(3 * 144):
        await fetch(account, LIVE)
        known.clock.pass_time(minutes=10)
    assert known.logins == 3


@pytest.mark.parametrize("symptom", ["html", "redirect", "text", "json"])
async def test_every_way_a_session_ends(known: Bench, symptom: Symptom) -> None:
    known.server.legacy.access.symptoms = {"*": symptom}
    account = known.open()
    known.clock.pass_time(hours=1)
    known.server.legacy.sessions.kill()
    before = len(known.operations)
    assert values(await fetch(account, LIVE), "MXH0000001")["solar_power"] is not None
    assert known.logins == 2
    assert known.operations[before:] == ["getTlxDetailData", "newTwoLoginAPI.do", "getTlxDetailData"]


async def test_feeds_that_lose_the_session_together_sign_in_once(known: Bench) -> None:
    account = known.open()
    known.clock.pass_time(hours=1)
    known.server.legacy.sessions.kill()
    feeds = [feed for feed in account.feeds if feed.key.startswith(("live", "settings", "overview"))]
    await asyncio.gather(*(fetch(account, feed.key) for feed in feeds))
    assert len(feeds) == 3
    assert known.logins == 2


async def test_a_server_that_forgets_at_once_gets_four_logins_a_day(bench: Bench) -> None:
    bench.server.legacy.access.session_seconds = 0.0
    seen: list[HubError] = []
    with pytest.raises(HubError):
        await bench.open().identify()
    for _ in range(2 * 144):
        try:
            await bench.restart().identify()
        except HubError as err:
            seen.append(err)
        bench.clock.pass_time(minutes=10)
    assert 1 < bench.logins <= 8
    assert bench.server.legacy.sessions.locked_until is None
    assert not any(isinstance(err, AuthFailed) for err in seen)


async def test_wrong_password_or_region_is_tried_once(bench: Bench) -> None:
    for _ in range(5):
        with pytest.raises(AuthFailed):
            await fetch(bench.restart(password="wrong") if bench.logins else bench.open(password="wrong"), "plants")
        bench.clock.pass_time(hours=5)
    assert bench.logins == 1


async def test_an_account_of_another_region(socket_enabled: None) -> None:
    async with open_bench("min", region="other_regions", account_region="china") as bench:
        with pytest.raises(AuthFailed):
            await bench.open(**{CONF_DIALOG: True}).identify()


async def test_locked_account_is_left_alone_over_restarts(known: Bench) -> None:
    known.clock.pass_time(hours=1)
    known.server.legacy.sessions.lock()
    with pytest.raises(Locked) as told:
        await fetch(known.open(), LIVE)
    assert told.value.until == NOON + timedelta(hours=25)
    asked = len(known.server.requests)
    for _ in range(20):
        known.clock.pass_time(hours=1)
        for key in ("plants", LIVE, "settings_MXH0000001"):
            with pytest.raises(Locked):
                await fetch(known.restart(), key)
        with pytest.raises(Locked):
            await known.open(**{CONF_DIALOG: True}).identify()
    assert len(known.server.requests) == asked
    known.clock.pass_time(hours=4)
    await fetch(known.restart(), LIVE)
    assert known.logins == 3


async def test_blocked_by_the_firewall(known: Bench) -> None:
    known.clock.pass_time(hours=1)
    fault = known.server.faults.add("*", "status", code=405, body="<html>Sorry, your request has been blocked</html>")
    account = known.open()
    for hours in (6, 12, 24):
        with pytest.raises(Blocked) as told:
            await fetch(account, LIVE)
        assert told.value.until == known.clock.now() + timedelta(hours=hours)
        asked = len(known.server.requests)
        known.clock.pass_time(hours=hours, minutes=-1)
        with pytest.raises(Blocked):
            await fetch(known.restart(), LIVE)
        assert len(known.server.requests) == asked
        account = known.restart()
        known.clock.pass_time(minutes=1)
    known.server.faults.remove(fault)
    await fetch(account, LIVE)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "code": 502}, Unreachable),
        ({"kind": "status", "code": 504}, Unreachable),
        ({"kind": "reset"}, Unreachable),
        ({"kind": "status", "code": 500}, Unreachable),
    ],
)
async def test_trouble_is_over_with_the_next_cycle_and_costs_no_login(
    known: Bench, fault: dict[str, Any], error: type[HubError]
) -> None:
    account = known.open()
    await fetch(account, LIVE)
    known.clock.pass_time(minutes=10)
    broken = known.server.faults.add("*", **fault)
    with pytest.raises(error):
        await fetch(account, LIVE)
    known.server.faults.remove(broken)
    known.clock.pass_time(minutes=10)
    await fetch(account, LIVE)
    assert known.logins == 1


async def test_a_page_for_two_hours_is_over_when_the_server_is_back(known: Bench) -> None:
    """HTML for everything looks like a lost session; the one we have still counts afterwards."""
    account = known.open()
    await fetch(account, LIVE)
    page = known.server.faults.add("*", "html")
    for _ in range(12):
        known.clock.pass_time(minutes=10)
        with pytest.raises((BadAnswer, RateLimited)):
            await fetch(account, LIVE)
    known.server.faults.remove(page)
    known.clock.pass_time(minutes=10)
    await fetch(account, LIVE)
    assert known.logins == 4


async def test_equal_calls_are_five_minutes_apart(known: Bench) -> None:
    await fetch(known.open(), LIVE)
    known.clock.pass_time(seconds=299)
    with pytest.raises(TooSoon):
        await fetch(known.restart(), LIVE)
    known.clock.pass_time(seconds=1)
    await fetch(known.restart(), LIVE)


async def test_only_leaving_for_good_signs_out(known: Bench) -> None:
    account = known.open()
    await account.close(forget=False)
    assert "logout.do" not in known.operations
    await known.open().close(forget=True)
    assert known.operations[-1] == "logout.do"
    assert not {"cookies", "signed_in_at", "user_id"} & known.store.session.keys()
    await known.open().close(forget=True)
    assert known.operations.count("logout.do") == 1


async def test_no_secret_is_kept_or_said(known: Bench) -> None:
    """Cookies live in the session's store alone; password and hash nowhere."""
    account = known.open()
    for feed in account.feeds:
        try:
            await account.fetch(feed, Wanted())
        except NotSupported, TooSoon, BadAnswer, RateLimited:
            continue
    kept = str(known.store.saved["shared"]) + str(known.store.saved["session"] | {"cookies": None})
    cookies = known.server.legacy.sessions.issued
    for secret in ("demo1234", "6e9bece19148c9fb8493146417e722f6", *cookies):
        assert secret not in kept
    assert cookies[0] in str(known.store.saved["session"]["cookies"])
