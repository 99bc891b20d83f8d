"""Signing in, and what a refusal means: never a login storm (powerwall.md §3)."""

import asyncio
import copy
from datetime import timedelta

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    CertificateChanged,
    HubError,
    Locked,
    NotSupported,
    RateLimited,
    Unreachable,
)
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG
from tests.vendors.tools import NOON, MemoryStore

from .conftest import Bench, StartBench, fetch, values

LOGIN = "login/Basic"


async def test_one_login_serves_many_polls_and_restarts(bench: Bench) -> None:
    for _ in range(20):
        account = bench.open()
        for key in ("power", "system"):
            await fetch(account, key)
            bench.clock.pass_time(seconds=15)
    assert bench.gateway.logins == 1


async def test_token_and_attempt_are_saved_in_time(bench: Bench) -> None:
    """What is on disk when the login leaves already counts it."""
    logins_when_saved: list[tuple[int, int]] = []
    bench.store.on_save = lambda: logins_when_saved.append(
        (len(bench.store.saved["shared"].get("logins", {}).get("spent", [])), bench.gateway.logins)
    )
    await fetch(bench.open(), "power")
    assert (1, 0) in logins_when_saved
    assert bench.store.saved["session"]["token"]


@pytest.mark.parametrize("missing_session", [401, 403])
async def test_token_that_expires_in_the_middle(start_bench: StartBench, missing_session: int) -> None:
    bench = await start_bench(missing_session=missing_session)
    account = bench.open()
    await fetch(account, "power")
    bench.clock.pass_time(minutes=10)
    bench.gateway.kill_sessions()
    before = bench.asked
    snapshot = await fetch(account, "power")
    assert values(snapshot)["battery_level"] is not None
    assert bench.gateway.logins == 2
    assert bench.paths(before) == [
        "meters/aggregates",
        LOGIN,
        "meters/aggregates",
        "system_status/soe",
        "system_status/grid_status",
    ]


async def test_feeds_that_lose_the_token_together_sign_in_once(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    bench.clock.pass_time(minutes=10)
    bench.gateway.kill_sessions()
    await asyncio.gather(fetch(account, "power"), fetch(account, "system"), fetch(account, "facts"))
    assert bench.gateway.logins == 2


async def test_wrong_password_is_tried_once_and_after_a_reload_once_more(bench: Bench) -> None:
    for _ in range(5):
        with pytest.raises(AuthFailed):
            await fetch(bench.open(password="wrong"), "power")
        bench.clock.pass_time(hours=2)
    assert bench.gateway.logins == 2


async def test_a_dialog_may_try_what_was_given_up_and_lifts_it(bench: Bench) -> None:
    """The password typed again may be right by now: it was set on the gateway meanwhile."""
    bench.gateway.access.default_password_disabled = True
    for _ in range(3):
        with pytest.raises(AuthFailed):
            await fetch(bench.open(), "power")
        bench.clock.pass_time(hours=1)
    bench.gateway.access.default_password_disabled = False
    await bench.open(**{CONF_DIALOG: True}).identify()
    await fetch(bench.open(), "power")
    assert bench.gateway.logins == 3


async def test_installer_without_the_switch_is_told_so(bench: Bench) -> None:
    with pytest.raises(AuthFailed) as told:
        await fetch(bench.open(username="installer"), "power")
    assert told.value.key == "switch_needed"


@pytest.mark.parametrize("missing_session", [401, 403])
async def test_no_more_logins_than_allowed(start_bench: StartBench, missing_session: int) -> None:
    """A gateway that forgets every token at once gets one login a minute and four an hour."""
    bench = await start_bench(session_seconds=0.0, missing_session=missing_session)
    seen: list[HubError] = []
    moments = []
    for _ in range(360):
        try:
            await fetch(bench.open(), "power")
        except HubError as err:
            seen.append(err)
        moments.append((bench.clock.now(), bench.gateway.logins))
        bench.clock.pass_time(seconds=20)
    for moment, logins in moments:
        assert logins - max((n for at, n in moments if at <= moment - timedelta(hours=1)), default=0) <= 4
        assert logins - max((n for at, n in moments if at <= moment - timedelta(minutes=1)), default=0) <= 1
    assert bench.gateway.logins >= 4
    assert any(isinstance(err, Locked) for err in seen)


async def test_dialogs_have_their_own_budget(bench: Bench) -> None:
    dialog = {CONF_DIALOG: True, "password": "wrong"}
    for _ in range(5):
        with pytest.raises(AuthFailed):
            await bench.open(**dialog).identify()
        bench.clock.pass_time(seconds=10)
    with pytest.raises(Locked) as told:
        await bench.open(**dialog).identify()
    assert told.value.until == NOON + timedelta(minutes=15)
    assert bench.gateway.logins == 5
    bench.store.session.clear()
    bench.clock.pass_time(minutes=2)  # the gateway's own limit is five a minute
    await fetch(bench.open(), "power")
    assert bench.gateway.logins == 6


async def test_forbidden_after_a_fresh_login_is_not_asked_again(bench: Bench) -> None:
    bench.gateway.faults.add("/api/operation", "status", code=403)
    account = bench.open()
    for _ in range(30):
        snapshot = await fetch(account, "system")
        assert values(snapshot)["running"] is True
        bench.clock.pass_time(minutes=2)
    assert bench.paths().count("operation") == 1
    assert bench.gateway.logins == 1


async def test_what_every_customer_may_is_never_forbidden_for_good(bench: Bench) -> None:
    """Just after a login a dead session looks like a matter of the role (§3.3)."""
    account = bench.open()
    fault = bench.gateway.faults.add("/api/meters/aggregates", "status", code=403)
    for _ in range(3):
        assert "grid_power" not in values(await fetch(account, "power"))
    assert bench.paths().count("meters/aggregates") == 1
    bench.gateway.faults.remove(fault)
    bench.clock.pass_time(minutes=10)
    assert values(await fetch(account, "power"))["grid_power"] is not None
    assert bench.gateway.logins == 1


async def test_forbidden_with_an_old_token_costs_one_login(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    bench.clock.pass_time(hours=1)
    bench.gateway.faults.add("/api/operation", "status", code=403)
    for _ in range(10):
        await fetch(account, "system")
        bench.clock.pass_time(minutes=10)
    assert bench.paths().count("operation") == 2
    assert bench.gateway.logins == 2


async def test_forbidden_is_tried_again_with_new_firmware(bench: Bench) -> None:
    fault = bench.gateway.faults.add("/api/operation", "status", code=403)
    account = bench.open()
    await fetch(account, "system")
    bench.gateway.faults.remove(fault)
    bench.clock.pass_time(minutes=30)
    assert "operating_mode" not in values(await fetch(account, "system"))
    bench.gateway.set_version("25.10.0 abcdef01")
    await fetch(account, "status")
    assert values(await fetch(account, "system"))["operating_mode"] == "self_consumption"


async def test_unauthorized_after_a_fresh_login_rests_five_minutes(bench: Bench) -> None:
    bench.gateway.faults.add("/api/meters/aggregates", "status", code=401)
    account = bench.open()
    for _ in range(29):
        await fetch(account, "power")
        bench.clock.pass_time(seconds=10)
    assert bench.paths().count("meters/aggregates") == 1
    bench.clock.pass_time(seconds=20)
    await fetch(account, "power")
    assert bench.paths().count("meters/aggregates") == 3  # a login was worth it, then again no
    assert bench.gateway.logins == 2


async def test_missing_is_never_a_matter_of_signing_in(bench: Bench) -> None:
    bench.gateway.faults.add("/api/system_status", "status", code=404, body="404 page not found\n")
    account = bench.open()
    for _ in range(40):
        await fetch(account, "system")
        bench.clock.pass_time(minutes=15)
    assert bench.paths().count("system_status") == 1
    assert bench.gateway.logins == 1


async def test_missing_is_probed_again_after_a_reboot_but_not_at_once(bench: Bench) -> None:
    bench.gateway.faults.add("/api/system_status", "status", code=404)
    account = bench.open()
    await fetch(account, "system")
    bench.clock.pass_time(minutes=2)
    for _ in range(3):
        bench.gateway.reboot()
        await fetch(account, "status")
        await fetch(account, "system")
        bench.clock.pass_time(minutes=2)
    assert bench.paths().count("system_status") == 1
    bench.clock.pass_time(minutes=10)
    await fetch(account, "system")
    assert bench.paths().count("system_status") == 2


async def test_a_clock_put_back_makes_no_wait_longer(bench: Bench) -> None:
    """Not by a refusal, either."""
    dialog = {CONF_DIALOG: True, "password": "wrong"}
    for _ in range(5):
        with pytest.raises(AuthFailed):
            await bench.open(**dialog).identify()
    bench.clock.pass_time(days=-3)
    for _ in range(2):
        with pytest.raises(Locked):
            await bench.open(**dialog).identify()
        bench.clock.pass_time(minutes=8)
    with pytest.raises((AuthFailed, Locked)):  # the gateway, whose clock is another, may ask for silence
        await bench.open(**dialog).identify()
    assert sum(record.path == "/api/login/Basic" for record in bench.gateway.requests) == 6


async def test_what_every_gateway_has_is_asked_again_after_ten_minutes(bench: Bench) -> None:
    fault = bench.gateway.faults.add("*", "status", code=404)
    account = bench.open()
    with pytest.raises(NotSupported):
        await fetch(account, "power")
    bench.gateway.faults.remove(fault)
    with pytest.raises(NotSupported):
        await fetch(account, "power")
    bench.clock.pass_time(minutes=10)
    assert values(await fetch(account, "power"))["battery_level"] is not None


async def test_rate_limit_silences_everything_and_doubles(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    bench.gateway.faults.add("/api/meters/aggregates", "status", code=429)
    for minutes in (5, 10, 20, 30, 30):
        with pytest.raises(Locked) as told:
            await fetch(account, "power")
        assert told.value.until == bench.clock.now() + timedelta(minutes=minutes)
        asked = bench.asked
        for _ in range(3):
            bench.clock.pass_time(minutes=minutes / 4)
            for key in ("power", "system", "status", "facts"):
                with pytest.raises(Locked):
                    await fetch(bench.open(), key)
        assert bench.asked == asked
        bench.clock.pass_time(minutes=minutes / 4)
    bench.gateway.faults.clear()
    await fetch(account, "power")
    bench.gateway.faults.add("/api/meters/aggregates", "status", code=429)
    with pytest.raises(Locked) as told:
        await fetch(account, "power")
    assert told.value.until == bench.clock.now() + timedelta(minutes=5)


async def test_rate_limit_of_the_login(bench: Bench) -> None:
    bench.gateway.faults.add("/api/login/Basic", "status", code=429, retry_after=900)
    with pytest.raises(Locked) as told:
        await fetch(bench.open(), "power")
    assert told.value.until == NOON + timedelta(minutes=15)


async def test_busy_endpoint_rests_and_the_others_go_on(bench: Bench) -> None:
    account = bench.open()
    bench.gateway.faults.add("/api/system_status/soe", "busy")
    for _ in range(6):
        snapshot = await fetch(account, "power")
        assert values(snapshot)["grid_status"] == "connected"
        bench.clock.pass_time(seconds=10)
    assert bench.paths().count("system_status/soe") == 1
    await fetch(account, "power")
    assert bench.paths().count("system_status/soe") == 2


async def test_everything_busy_is_a_failure_with_an_end(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    bench.gateway.faults.add("*", "busy")
    with pytest.raises(RateLimited) as told:
        await fetch(account, "power")
    assert told.value.retry_after == 60
    bench.gateway.faults.clear()
    bench.clock.pass_time(minutes=1)
    await fetch(account, "power")


async def test_changed_certificate_gets_no_byte(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    old, asked = bench.gateway.fingerprint, bench.asked
    bench.gateway.replace_certificate()
    for key in ("power", "system", "status", "facts"):
        with pytest.raises(CertificateChanged) as told:
            await fetch(account, key)
        assert (told.value.old, told.value.new) == (old, bench.gateway.fingerprint)
    assert bench.asked == asked
    await fetch(bench.open(), "power")  # with the new certificate pinned
    assert bench.gateway.logins == 1


async def test_login_attempts_survive_a_power_failure(bench: Bench) -> None:
    """What was saved before the login left is enough to keep the budget."""
    bench.gateway.faults.add("/api/login/Basic", "reset")
    for _ in range(60):
        with pytest.raises((Unreachable, Locked, RateLimited)):
            await fetch(bench.open(), "power")
        bench.store = MemoryStore(**copy.deepcopy(bench.store.saved))
        bench.clock.pass_time(seconds=30)
    assert bench.paths().count(LOGIN) == 4


async def test_sign_out_only_when_the_entry_goes(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    await account.close(forget=False)
    assert "logout" not in bench.paths()
    account = bench.open()
    await account.close(forget=True)
    assert bench.paths()[-1] == "logout"
    assert "token" not in bench.store.session
    bench.gateway.refuse_connections()
    bench.store.session["token"] = "anything"
    await bench.open().close(forget=True)
