"""Signing in to a GoodWe account: no storm, and a question to the user only where he can answer it (goodwe.md §1.2, §3.6)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util
import pytest

from tests.bad_days.conftest import EMAIL, AddGoodWe
from tests.bad_days.goodwe_tools import LEGACY_LOGIN, LOGIN, is_fresh, is_live, most_sign_ins, sign_ins, ways_asked
from tests.bad_days.living import DAY, HOUR, MINUTE, Watch, issues, live_on, live_until, reauths, restart
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.hub import Hub, goodwe_form
from tests.simulators.goodwe import semsplus_login
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.simulators.goodwe.world import Way

pytestmark = pytest.mark.usefixtures("summer")

WAYS: tuple[Way, ...] = ("semsplus", "legacy")
FLOW = "/web/sems/sems-plant/api/stations/flow"


async def submit(hub: Hub, server: GoodWeSimulator, **changes: Any) -> Mapping[str, Any]:
    """Fill in the dialog of a new account and return its answer."""
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server, **changes))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    return flow


# Somebody else uses the account


@pytest.mark.parametrize("every", [MINUTE, 10 * MINUTE])
async def test_token_is_taken_again_and_again(hub: Hub, add_goodwe: AddGoodWe, every: float) -> None:
    """Four sign-ins an hour at most, a repair that says why, counters that stay; then peace by itself."""
    server = await add_goodwe("string")
    watch, live = Watch(hub), 0
    for _ in range(int(4 * HOUR / every)):
        server.stage.other_client_signs_in()
        await live_on(hub, every, step=MINUTE, each=watch)
        live += is_live(hub, server)
        if is_live(hub, server):
            assert is_fresh(hub, server, within=32 * MINUTE)
    assert issues(hub.hass).keys() == {"account_displaced"}
    assert len(sign_ins(server)) >= 6
    assert most_sign_ins(server) <= 4
    assert live
    assert not {name for name in watch.vanished if name.endswith("_total")}
    assert not watch.fallen
    assert not reauths(hub.hass)
    taken = dt_util.utcnow()
    await live_until(hub, lambda: not issues(hub.hass), most=3.5 * HOUR, step=5 * MINUTE)
    assert dt_util.utcnow() - taken > timedelta(hours=1)
    assert is_fresh(hub, server, within=6 * MINUTE)


async def test_token_is_taken_once(hub: Hub, add_goodwe: AddGoodWe, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody notices: one sign-in, no entity blinks, nothing is said about it."""
    server = await add_goodwe("string")
    await live_on(hub, 20 * MINUTE)
    watch = Watch(hub)
    caplog.clear()
    server.stage.other_client_signs_in("legacy")
    await live_on(hub, 30 * MINUTE, step=MINUTE, each=watch)
    assert len(sign_ins(server)) == 2
    assert not watch.vanished
    assert is_fresh(hub, server)
    assert not problems(caplog)
    assert not issues(hub.hass)


async def test_second_entry_for_the_same_account(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """There is none: the same form sends nothing; another address of its owner costs the token, which is made good at once."""
    server = await add_goodwe("string")
    await live_on(hub, 20 * MINUTE)
    watch = Watch(hub)
    flow = await submit(hub, server)
    assert (flow["type"], flow["reason"]) == ("abort", "already_configured")
    assert len(sign_ins(server)) == 1
    server.world.account.email = f"{EMAIL}.au"
    flow = await submit(hub, server)
    server.world.account.email = EMAIL
    assert (flow["type"], flow["reason"]) == ("abort", "already_configured")
    assert len(sign_ins(server)) == 2
    await live_on(hub, 30 * MINUTE, step=MINUTE, each=watch)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert len(sign_ins(server)) == 3
    assert not watch.vanished
    assert is_fresh(hub, server)
    assert not issues(hub.hass)


# Terms to accept


async def test_terms_at_set_up(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """The dialog says what to do; accepted, the same form is enough."""
    server = await new_goodwe("string")
    server.stage.set_terms(accepted=False)
    flow = await submit(hub, server)
    assert flow["errors"] == {"base": "terms_not_accepted"}
    server.stage.set_terms(accepted=True)
    done = await hub.fill(flow, goodwe_form(server))  # type: ignore[arg-type]
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert done["type"] == "create_entry"
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert is_fresh(hub, server, within=6 * MINUTE)
    assert not issues(hub.hass)


async def test_terms_while_running(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """A repair at once, nobody is asked for a password, few sign-ins; accepted, all is well by itself."""
    server = await add_goodwe("string")
    await live_on(hub, 20 * MINUTE)
    watch = Watch(hub)
    server.stage.set_terms(accepted=False)
    server.stage.expire_tokens()
    await live_on(hub, 5 * MINUTE, step=MINUTE, each=watch)
    assert issues(hub.hass).keys() == {"terms_not_accepted"}
    await live_on(hub, 5 * HOUR, step=5 * MINUTE, each=watch)
    assert issues(hub.hass).keys() == {"terms_not_accepted"}
    assert not is_live(hub, server)
    assert not {name for name in watch.vanished if name.endswith("_total")}
    assert most_sign_ins(server) <= 4
    server.stage.set_terms(accepted=True)
    await live_on(hub, HOUR, step=5 * MINUTE, each=watch)
    assert not issues(hub.hass)
    assert is_live(hub, server)
    assert not reauths(hub.hass)
    assert not watch.fallen


# Refused for other reasons than the password


async def test_refused_for_seven_hours(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """On both ways: a repair after six hours and not before, nobody is asked for a password, then all is well again."""
    server = await add_goodwe("string")
    await live_on(hub, 20 * MINUTE)
    watch = Watch(hub)
    server.stage.expire_tokens()
    for way in WAYS:
        server.stage.refuse_sign_in(way, "C0602")
    await live_on(hub, 6 * HOUR - 5 * MINUTE, step=5 * MINUTE, each=watch)
    assert not issues(hub.hass)
    await live_on(hub, HOUR + 5 * MINUTE, step=5 * MINUTE, each=watch)
    assert issues(hub.hass).keys() == {"login_refused"}
    assert not is_live(hub, server)
    assert not {name for name in watch.vanished if name.endswith("_total")}
    assert not watch.fallen
    assert most_sign_ins(server) <= 4
    assert not reauths(hub.hass)
    for way in WAYS:
        server.stage.refuse_sign_in(way)
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert is_live(hub, server)
    await live_on(hub, 6 * HOUR, step=10 * MINUTE)
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


async def test_only_one_way_refuses(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """The other one does meanwhile; the repair comes and goes, and so does the way."""
    server = await add_goodwe("string")
    server.stage.expire_tokens()
    server.stage.refuse_sign_in("semsplus", "C0602")
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert is_fresh(hub, server, within=11 * MINUTE)
    await live_on(hub, 6 * HOUR, step=5 * MINUTE)
    assert "login_refused" in issues(hub.hass)
    assert is_fresh(hub, server, within=11 * MINUTE)
    server.stage.refuse_sign_in("semsplus")
    await live_on(hub, 6.5 * HOUR, step=10 * MINUTE)
    assert not issues(hub.hass)
    assert not reauths(hub.hass)
    assert most_sign_ins(server) <= 4
    since = dt_util.utcnow()
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert ways_asked(server, since).keys() == {"semsplus"}


@pytest.mark.parametrize("code", ["100000", "100004", "C0602"])
async def test_refusals_that_are_not_the_passwords_fault(hub: Hub, add_goodwe: AddGoodWe, code: str) -> None:
    """Neither at set-up nor, however often they come, at runtime (goodwe.md §1.2)."""
    server = await add_goodwe("string")
    for way in WAYS:
        server.stage.refuse_sign_in(way, code)
    server.stage.expire_tokens()
    await live_on(hub, 5 * HOUR, step=10 * MINUTE)
    assert len(sign_ins(server)) >= 8
    assert most_sign_ins(server) <= 4
    assert not reauths(hub.hass)


@pytest.mark.parametrize(
    ("code", "told"),
    [("100000", "login_refused"), ("100004", "login_refused"), ("C0602", "login_refused"), ("GY0429", "rate_limited")],
)
async def test_refusals_in_the_dialog(hub: Hub, new_goodwe: AddGoodWe, code: str, told: str) -> None:
    """Each has its own words."""
    server = await new_goodwe("string")
    for way in WAYS:
        server.stage.refuse_sign_in(way, code)
    assert (await submit(hub, server))["errors"] == {"base": told}


async def test_version_that_is_not_found(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """100000 on a data call: signing in again would not help, and is not tried."""
    server = await add_goodwe("string")
    server.faults.add(FLOW, "override", pointer="", value={"code": "100000", "description": "ver is not fund"})
    await live_on(hub, 9 * MINUTE, step=MINUTE)
    assert len(sign_ins(server)) == 1
    server.faults.clear()
    await live_on(hub, 5 * MINUTE, step=MINUTE)
    assert is_fresh(hub, server)
    assert len(sign_ins(server)) == 1
    assert not reauths(hub.hass)


# The password


async def test_wrong_password_at_set_up(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """It is not tried on the other way, too."""
    server = await new_goodwe("string")
    flow = await submit(hub, server, password="CANARY-wrong-0000")
    assert flow["errors"] == {"base": "wrong_password"}
    assert len(sign_ins(server)) == 1
    assert server.world.sessions.logins == 0


async def test_password_is_changed(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """One refusal is enough: the user is asked once, and nothing more is sent, not even after a restart."""
    server = await add_goodwe("string")
    await live_on(hub, HOUR, step=5 * MINUTE)
    server.stage.set_password("CANARY-changed-1234")
    server.stage.expire_tokens()
    await live_on(hub, 30 * MINUTE, step=MINUTE)
    assert len(sign_ins(server)) == 2
    assert reauths(hub.hass) == 1
    sent = len(server.requests)
    await live_on(hub, DAY, step=HOUR)
    await restart(hub)
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert len(server.requests) == sent
    assert reauths(hub.hass) == 1
    assert not is_live(hub, server)
    total = f"{next(server.world.inverters).serial}_solar_energy_total"
    assert hub.state(total).state not in NOTHING


async def test_password_is_typed_in_again(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """After the dialog everything goes on."""
    server = await add_goodwe("string")
    server.stage.set_password("CANARY-changed-1234")
    server.stage.expire_tokens()
    await live_on(hub, 10 * MINUTE, step=MINUTE)
    (flow,) = hub.hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "goodwe_reauth"
    done = await hub.fill(flow, {"password": server.world.account.password})
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert done["reason"] == "reauth_successful"
    await live_on(hub, 10 * MINUTE)
    assert is_fresh(hub, server)
    assert not reauths(hub.hass)


# What we call ourselves


async def test_every_sign_in_looks_like_a_browser(
    hub: Hub, add_goodwe: AddGoodWe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without that SEMS+ answers 100004 since 2026-09-23 (goodwe.md §5.1): at set-up, when a token ends, after a restart."""
    agents: list[str] = []
    check = semsplus_login.check_form

    def watched(headers: Mapping[str, str], body: Mapping[str, Any], now_ms: int) -> None:
        agents.append(headers.get("User-Agent", ""))
        check(headers, body, now_ms)

    monkeypatch.setattr(semsplus_login, "check_form", watched)
    server = await add_goodwe("string")
    server.stage.expire_tokens()
    await live_on(hub, 10 * MINUTE)
    await restart(hub)
    await live_on(hub, 4 * HOUR, step=10 * MINUTE)
    assert len(agents) == len([record for record in server.requests if record.path.endswith(LOGIN)]) >= 3
    assert all(agent.startswith("Mozilla/5.0 (") and "Python" not in agent for agent in agents)
    assert not [record for record in server.requests if record.path.endswith(LEGACY_LOGIN)]
