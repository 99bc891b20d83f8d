"""Signing in to an Anker account: hardly ever, never in vain, and a question to the user only where he can answer it (anker.md §3)."""

from datetime import timedelta

from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util
import pytest

from tests.bad_days.anker_tools import (
    FULL,
    PS,
    SCENE,
    asked,
    is_fresh,
    is_live,
    most_sign_ins,
    sign_ins,
    site,
    submit,
)
from tests.bad_days.conftest import AddAnker
from tests.bad_days.living import DAY, HOUR, MINUTE, Watch, issues, lifetimes, live_on, live_until, reauths, restart
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.conftest import AnkerHosts
from tests.hub import Hub
from tests.simulators.anker import door
from tests.simulators.anker.door import KickOut
from tests.simulators.anker.limits import FAILURES
from tests.simulators.anker.server import AnkerSimulator

pytestmark = pytest.mark.usefixtures("summer")


async def give_password(hub: Hub, server: AnkerSimulator) -> None:
    """Answer the one dialog there is with the password that is right now."""
    flows = hub.hass.config_entries.flow.async_progress()
    (flow,) = [flow for flow in flows if flow["step_id"] == "anker_reauth"]
    done = await hub.fill(flow, {"password": server.door.account.password})
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert done["reason"] == "reauth_successful"


# Somebody else uses the account


async def test_token_is_displaced_every_hour(hub: Hub, add_anker: AddAnker, caplog: pytest.LogCaptureFixture) -> None:
    """However it is told: one sign-in an hour, and a repair that says why until there is peace (§3.5)."""
    server = await add_anker()
    await live_on(hub, FULL)
    watch = Watch(hub)
    kinds: tuple[KickOut, ...] = ("401", "403", "26084")
    caplog.clear()
    for number in range(4):
        server.stage.set_door(single_token=True, kick_out=kinds[number % 3])
        server.stage.displace()
        await live_on(hub, HOUR + MINUTE, step=10 * MINUTE, each=watch)
        assert is_fresh(hub, server), number
    assert len(sign_ins(server)) == 1 + 4
    assert most_sign_ins(server) == 1
    assert issues(hub.hass).keys() == {"account_displaced"}
    assert not {name for name, times in watch.vanished.items() if times > 1 or name.endswith("_total")}
    assert not watch.fallen
    assert not problems(caplog)
    assert not reauths(hub.hass)
    await live_until(hub, lambda: not issues(hub.hass), most=3.5 * HOUR, step=10 * MINUTE)
    assert len(sign_ins(server)) == 1 + 4


async def test_token_is_displaced_all_the_time(hub: Hub, add_anker: AddAnker, caplog: pytest.LogCaptureFixture) -> None:
    """The budget ends the fight: values age, counters stay, nobody is asked for a password, restarts change nothing."""
    server = await add_anker()
    await live_on(hub, FULL)
    watch = Watch(hub)
    total = f"{site(server)}_solar_energy_total"
    caplog.clear()
    for number in range(18):
        server.stage.displace()
        await live_on(hub, 10 * MINUTE, step=5 * MINUTE, each=watch)
        if number % 6 == 2:
            await restart(hub)
            assert entry_of(hub.hass).state is ConfigEntryState.LOADED
        assert hub.state(total).state not in NOTHING
    assert len(sign_ins(server)) in (4, 5)
    assert most_sign_ins(server) == 1
    assert len(asked(server)) > 0
    assert issues(hub.hass).keys() == {"account_displaced"}
    assert not watch.fallen
    assert len(problems(caplog)) <= 3 + 3, "one line each time it began, a restart begins anew"
    assert not reauths(hub.hass)
    await live_on(hub, 1.5 * HOUR, step=5 * MINUTE)
    assert is_fresh(hub, server)


async def test_new_token_is_refused_as_well(hub: Hub, add_anker: AddAnker) -> None:
    """Signing in helps nobody: it stops at once, for good, and the user is asked (§3.5)."""
    server = await add_anker()
    await live_on(hub, FULL)
    fault = server.faults.add("*", "override", pointer="/code", value=26084)
    server.faults.add("/passport/login", "override", pointer="/code", value=0)
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert len(sign_ins(server)) == 2
    assert reauths(hub.hass) == 1
    sent = len(server.requests)
    await restart(hub)
    await live_on(hub, DAY, step=4 * HOUR)
    assert len(server.requests) == sent
    server.faults.remove(fault)
    await give_password(hub, server)
    await live_on(hub, MINUTE)
    assert is_fresh(hub, server)
    assert len(sign_ins(server)) == 3


async def test_one_call_that_no_token_opens(hub: Hub, add_anker: AddAnker, caplog: pytest.LogCaptureFixture) -> None:
    """A side endpoint that answers 401 to everybody costs one sign-in a day, not one an hour, and nothing else."""
    server = await add_anker()
    await live_on(hub, FULL)
    caplog.clear()
    server.faults.add(f"{PS}/get_message_unread", "status", code=401)
    await live_on(hub, 5 * HOUR, step=20 * MINUTE)
    assert len(sign_ins(server)) == 2
    assert is_fresh(hub, server, within=40 * MINUTE)
    assert not problems(caplog)
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


async def test_token_comes_to_its_end(hub: Hub, add_anker: AddAnker, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is used until then, over restarts; then there is one sign-in before anything is refused (§3.5)."""
    monkeypatch.setattr(door, "TOKEN_LIFE", timedelta(hours=6))
    server = await add_anker()
    for _ in range(3):
        await live_on(hub, 2 * HOUR - MINUTE, step=HOUR)
        await restart(hub)
    assert len(sign_ins(server)) == 1
    await live_on(hub, 10 * MINUTE, step=MINUTE)
    assert len(sign_ins(server)) == 2
    assert is_fresh(hub, server)
    assert {record.status for record in server.requests} == {200}
    assert not issues(hub.hass)


# Locked out


@pytest.mark.parametrize(("short", "hours"), [(False, 3.0), (True, 1 / 6)])
async def test_locked_while_running(hub: Hub, add_anker: AddAnker, short: bool, hours: float) -> None:
    """One attempt tells for how long; until then there is none, not after a restart nor in a dialog (§3.6)."""
    server = await add_anker()
    await live_on(hub, FULL)
    watch, counted = Watch(hub), lifetimes(hub)
    server.stage.lock_logins(hours, short=short)
    server.stage.displace()
    await live_on(hub, 2 * MINUTE, step=MINUTE, each=watch)
    assert len(sign_ins(server)) == 2
    sent = len(server.requests)
    assert issues(hub.hass).keys() == {"locked"}
    until = dt_util.utcnow() + timedelta(hours=hours)
    told = dt_util.parse_datetime(hub.state(f"user_{server.door.account.user_id}_locked_until").state)
    assert told is not None
    assert abs(told - until) < timedelta(minutes=4)
    await restart(hub)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    server.door.account.email = f"second-{server.door.account.email}"
    assert (await submit(hub, server))["errors"] == {"base": "locked"}
    server.door.account.email = entry_of(hub.hass).data["username"]
    await live_on(hub, hours * HOUR - 6 * MINUTE, step=hours * HOUR / 12, each=watch)
    assert len(server.requests) == sent
    assert lifetimes(hub) == counted
    assert not watch.fallen
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert is_fresh(hub, server)
    assert len(sign_ins(server)) == 3
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


async def test_locked_at_the_start(hub: Hub, new_anker: AddAnker) -> None:
    """The dialog says so and does not try again; hours later it works."""
    server = await new_anker()
    server.stage.lock_logins(1.0)
    assert (await submit(hub, server))["errors"] == {"base": "locked"}
    assert (await submit(hub, server))["errors"] == {"base": "locked"}
    assert len(sign_ins(server)) == 1
    await hub.advance(HOUR + MINUTE, step=HOUR)
    assert (await submit(hub, server))["type"] == "create_entry"
    assert is_live(hub, server)


async def test_wrong_passwords_in_the_dialog(hub: Hub, new_anker: AddAnker) -> None:
    """However often somebody tries, the server is not asked so often that it locks this address (§3.6)."""
    server = await new_anker()
    errors = [(await submit(hub, server, password=f"CANARY-{number}"))["errors"]["base"] for number in range(15)]
    assert set(errors) == {"wrong_password", "rate_limited"}
    assert errors[0] == "wrong_password"
    assert len(sign_ins(server)) == errors.count("wrong_password") < FAILURES
    await hub.advance(HOUR, step=HOUR)
    assert (await submit(hub, server))["type"] == "create_entry"


async def test_token_dies_in_an_outage(hub: Hub, add_anker: AddAnker, caplog: pytest.LogCaptureFixture) -> None:
    """An attempt to sign in that nobody answers counts: the next comes within the hour, by itself."""
    server = await add_anker()
    await live_on(hub, FULL)
    server.stage.displace()
    server.faults.add("*", "bad_gateway")
    server.faults.add("*", "status", code=401, times=1)
    await live_on(hub, 10 * MINUTE, step=MINUTE)
    server.faults.clear()
    await live_on(hub, 70 * MINUTE, step=5 * MINUTE)
    assert is_fresh(hub, server)
    assert len(sign_ins(server)) == 1 + 2
    assert most_sign_ins(server) == 1
    assert not problems(caplog)[1:]
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


# A user has to act


async def test_verification_is_asked_for(hub: Hub, new_anker: AddAnker) -> None:
    """In the dialog it is said; while running one attempt, a repair, and peace until the user has done it (§3.6)."""
    server = await new_anker()
    server.stage.set_door(verification=26052)
    assert (await submit(hub, server))["errors"] == {"base": "verification_needed"}
    server.stage.set_door(verification=None)
    await hub.add_anker(server)
    await live_on(hub, FULL)
    watch, attempts = Watch(hub), len(sign_ins(server))
    server.stage.set_door(verification=100032)
    server.stage.displace()
    await live_on(hub, HOUR, step=5 * MINUTE, each=watch)
    await restart(hub)
    sent = len(server.requests)
    await live_on(hub, DAY, step=4 * HOUR, each=watch)
    assert len(sign_ins(server)) == attempts + 1
    assert len(server.requests) == sent
    assert issues(hub.hass).keys() == {"verification_needed"}
    assert reauths(hub.hass) == 1
    assert not watch.fallen
    server.stage.set_door(verification=None)
    await give_password(hub, server)
    await live_on(hub, 2 * MINUTE, step=MINUTE)
    assert is_fresh(hub, server)
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


async def test_password_is_changed(hub: Hub, add_anker: AddAnker) -> None:
    """As long as the token lives nobody notices; one refusal is enough, and the account is never locked (§3.6)."""
    server = await add_anker()
    server.stage.set_password("CANARY-changed-1234")
    await live_on(hub, FULL)
    assert is_fresh(hub, server)
    server.stage.displace()
    await live_on(hub, 30 * MINUTE, step=MINUTE)
    assert len(sign_ins(server)) == 2
    assert reauths(hub.hass) == 1
    sent = len(server.requests)
    await live_on(hub, DAY, step=4 * HOUR)
    await restart(hub)
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert len(server.requests) == sent
    assert reauths(hub.hass) == 1
    assert not is_live(hub, server)
    assert hub.state(f"{site(server)}_solar_energy_total").state not in NOTHING
    await give_password(hub, server)
    await live_on(hub, 2 * MINUTE, step=MINUTE)
    assert is_fresh(hub, server)
    assert not reauths(hub.hass)


# Where the account lives


async def test_account_is_on_the_other_host(hub: Hub, new_anker: AddAnker, anker_hosts: AnkerHosts) -> None:
    """The likely host knows of nothing, the other is asked once; the entry never looks at the first again (§1)."""
    server = await new_anker()
    anker_hosts(server)
    server.stage.set_account_host("com")
    assert (await submit(hub, server, advanced={"server": "automatic"}))["type"] == "create_entry"
    await live_on(hub, FULL)
    assert is_fresh(hub, server)
    assert (len(sign_ins(server, "/eu")), len(sign_ins(server, "/com"))) == (1, 1)
    since = dt_util.utcnow()
    await restart(hub)
    server.stage.displace()
    await live_on(hub, 2 * HOUR, step=10 * MINUTE)
    assert is_fresh(hub, server)
    later = [record.path for record in server.requests if record.time > since]
    assert later
    assert all(path.startswith("/com/") for path in later)
    assert entry_of(hub.hass).data["server"] == "automatic"


async def test_account_moves_to_the_other_host(hub: Hub, new_anker: AddAnker, anker_hosts: AnkerHosts) -> None:
    """Empty lists are not believed at once; then it is looked for, and everything is there again with its counters."""
    server = await new_anker()
    anker_hosts(server)
    await submit(hub, server, advanced={"server": "automatic"})
    await live_on(hub, FULL)
    counted = lifetimes(hub)
    server.stage.set_account_host("com")
    await live_until(hub, lambda: sign_ins(server, "/com"), most=3 * HOUR, step=5 * MINUTE)
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert is_fresh(hub, server)
    assert len(sign_ins(server, "/com")) == 1
    assert not [name for name, value in counted.items() if lifetimes(hub).get(name, -1.0) < value]
    assert not reauths(hub.hass)


async def test_chosen_host_is_never_left(hub: Hub, new_anker: AddAnker, anker_hosts: AnkerHosts) -> None:
    """Neither in the dialog nor later; the other one hears nothing."""
    server = await new_anker()
    anker_hosts(server)
    flow = await submit(hub, server, advanced={"server": "com"})
    assert flow["errors"] == {"base": "no_devices"}
    assert not sign_ins(server, "/eu")
    assert (await submit(hub, server, advanced={"server": "eu"}))["type"] == "create_entry"
    await live_on(hub, FULL)
    counted = lifetimes(hub)
    since = dt_util.utcnow()
    server.stage.set_account_host("com")
    await live_on(hub, 6 * HOUR, step=20 * MINUTE)
    later = [record.path for record in server.requests if record.time > since]
    assert later
    assert not [path for path in later if not path.startswith("/eu/")]
    assert not is_live(hub, server)
    await restart(hub)
    server.stage.set_account_host("eu")
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert is_fresh(hub, server)
    assert {name: value for name, value in counted.items() if lifetimes(hub)[name] < value} == {}
    assert SCENE.rpartition("/")[2] in asked(server, since)
