"""Signing in with a password: once a day, never in a storm, and never where it cannot help (growatt.md A.2, A.2.1)."""

from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util
import pytest

from custom_components.solar_battery_hub.stores import EntryStore
from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_tools import (
    CYCLE,
    DAY,
    HOUR,
    STEP,
    calls,
    is_fresh,
    issues,
    logins,
    number,
    reauths,
    restart,
    states,
)
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.hub import Hub, growatt_form
from tests.simulators.growatt.legacy_call import Call
from tests.simulators.growatt.legacy_sessions import LOGIN_PAGE, Symptom, html_answer
from tests.simulators.growatt.server import GrowattSimulator
from tests.simulators.wire import Answer, json_answer

MIN = "MXH0000001"
NO_RESULT = json_answer({"result": 0, "obj": None})
NOON = "2027-06-10T10:00:00+00:00"

pytestmark = pytest.mark.usefixtures("summer")


@pytest.fixture
def summer(freezer: FrozenDateTimeFactory) -> None:
    """Begin at noon of a long, sunny day."""
    freezer.move_to(datetime.fromisoformat(NOON))


def end_of_lock(hub: Hub) -> datetime:
    """Return what the sensor *Locked until* shows."""
    return datetime.fromisoformat(hub.state(next(iter(_own(hub, "locked_until")))).state)


def _own(hub: Hub, key: str) -> list[str]:
    """Return the unique ids of what the account itself tells under a key."""
    return [name.partition(" ")[2] for name in states(hub.hass, "user_") if name.endswith(key)]


# Long runs: what other clients get locked for


async def test_a_day_against_a_strict_server(
    hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture
) -> None:
    """Three devices of two plants and two sessions: few logins, never too many calls."""
    server = await add_account("home", strict=True)
    server.legacy.set_firewall(on=True)
    await hub.advance(DAY, step=2 * STEP)
    assert 1 <= logins(server) <= 2
    assert server.legacy.sessions.locked_until is None
    assert not server.legacy.sessions.blocked
    for operation, most in {"getTlxDetailData": 2, "getMixInfo": 1, "getAllDeviceListTwo": 2}.items():
        assert 100 * most <= calls(server)[operation] <= 145 * most, operation
    assert is_fresh(hub, server, MIN)
    assert not problems(caplog)


async def test_two_days_with_twenty_restarts(hub: Hub, add_account: AddAccount) -> None:
    """No restart costs a login; what was stored is there at once."""
    server = await add_account("min", strict=True)
    server.legacy.set_firewall(on=True)
    for _ in range(20):
        before = logins(server)
        await hub.advance(2.3 * HOUR, step=300)
        spent = logins(server)
        assert spent - before <= 1
        await restart(hub)
        assert logins(server) == spent
        assert entry_of(hub.hass).state is ConfigEntryState.LOADED
        assert hub.state(f"{MIN}_solar_energy_total").state not in NOTHING
    await hub.advance(2 * HOUR, step=300)
    assert 2 <= logins(server) <= 3
    assert server.legacy.sessions.locked_until is None
    assert not server.legacy.sessions.blocked


async def test_restarts_one_after_the_other(hub: Hub, add_account: AddAccount) -> None:
    """Ten restarts within five minutes ask for nothing twice (growatt.md G, restart within 5 min)."""
    server = await add_account("home", strict=True)
    asked = calls(server)
    shown = states(hub.hass)
    for _ in range(10):
        await hub.advance(20, step=20)
        await restart(hub)
        assert (states(hub.hass).keys() ^ shown.keys()) == set()
    verifying = {"getTlxSetData", "getMixSetParams"}
    again = {name for name, count in (calls(server) - asked).items() if count > 0}
    assert again <= verifying
    assert logins(server) == 1


# The session ends


@pytest.mark.parametrize("symptom", ["html", "redirect", "text", "json"])
async def test_session_ends(
    hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture, symptom: Symptom
) -> None:
    """One new login, and nobody notices: values go on, no entity blinks, no line in the log."""
    server = await add_account("min")
    server.legacy.access.symptoms.clear()
    server.legacy.set_symptom(symptom)
    await hub.advance(HOUR, step=STEP)
    shown = states(hub.hass).keys()
    caplog.clear()
    server.legacy.kill_sessions()
    for _ in range(12):
        await hub.advance(STEP, step=STEP)
        assert states(hub.hass).keys() == shown
    assert logins(server) == 2
    assert is_fresh(hub, server, MIN)
    assert not problems(caplog)
    assert not reauths(hub.hass)


async def test_sessions_that_end_all_the_time(hub: Hub, add_account: AddAccount) -> None:
    """Somebody else signs in again and again and throws us out: four logins a day, then we wait."""
    server = await add_account("min", strict=True)
    server.legacy.set_session_seconds(60)
    server.legacy.kill_sessions()
    before = logins(server)
    await hub.advance(DAY - HOUR, step=STEP)
    assert logins(server) - before == 4
    assert server.legacy.sessions.locked_until is None
    assert "locked" in issues(hub.hass)
    assert end_of_lock(hub) - dt_util.utcnow() < timedelta(hours=2)
    server.legacy.set_session_seconds(DAY)
    await hub.advance(3 * HOUR, step=STEP)
    assert logins(server) - before == 5
    assert not issues(hub.hass)
    assert is_fresh(hub, server, MIN)


@pytest.mark.parametrize("answer", [NO_RESULT, html_answer(LOGIN_PAGE)], ids=["json", "html"])
async def test_nobody_is_served_for_two_hours(
    hub: Hub, add_account: AddAccount, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    """Every call is answered as if nobody were signed in: signing in does not help, and is not tried until none is left."""
    server = await add_account("min", strict=True)
    await hub.advance(2 * HOUR, step=STEP)
    before = logins(server)
    with monkeypatch.context() as trouble:
        trouble.setattr(server.legacy, "_run", lambda *_: answer)
        await hub.advance(2 * HOUR, step=STEP)
    assert 1 <= logins(server) - before <= 3
    assert not issues(hub.hass)
    await hub.advance(3 * CYCLE, step=STEP)
    assert is_fresh(hub, server, MIN)
    assert logins(server) - before <= 3


@pytest.mark.parametrize(("profile", "broken", "most"), [("min", 1, 3), ("home", 5, 5)])
async def test_some_calls_are_never_served(
    hub: Hub, add_account: AddAccount, monkeypatch: pytest.MonkeyPatch, profile: str, broken: int, most: int
) -> None:
    """Calls that show the login page whoever asks cost few sign-ins, and the others go on."""
    server = await add_account(profile, strict=True)
    await hub.advance(2 * HOUR, step=STEP)
    before = logins(server)
    run = server.legacy._run
    kinds = [
        "getEnergyOverview",
        "getSystemStatus_KW",
        "getMixInfo",
        "getUserCenterEnertyDataByPlantid",
        "getTlxSetData",
    ]

    def answered(path: str, kind: str, call: Call) -> Answer:
        return html_answer(LOGIN_PAGE) if kind in kinds[:broken] else run(path, kind, call)

    monkeypatch.setattr(server.legacy, "_run", answered)
    for _ in range(12):
        await hub.advance(2 * HOUR, step=STEP)
        assert is_fresh(hub, server, MIN)
        assert not issues(hub.hass)
    assert logins(server) - before <= most


# The server wants us no more


async def test_password_is_changed(hub: Hub, add_account: AddAccount) -> None:
    """One refusal is enough: the user is asked, and nothing more is sent, not even after a restart."""
    server = await add_account("min")
    await hub.advance(HOUR, step=STEP)
    server.stage.set_password("CANARY-changed-1234")
    server.legacy.kill_sessions()
    await hub.advance(2 * CYCLE, step=STEP)
    assert logins(server) == 2
    assert reauths(hub.hass) == 1
    sent = len(server.requests)
    await hub.advance(DAY, step=HOUR)
    await restart(hub)
    await hub.advance(HOUR, step=STEP)
    assert len(server.requests) == sent
    assert reauths(hub.hass) == 1
    assert hub.state(f"{MIN}_solar_energy_total").state not in NOTHING


async def test_password_is_typed_in_again(hub: Hub, add_account: AddAccount) -> None:
    """After the dialog everything goes on."""
    server = await add_account("min")
    await hub.advance(HOUR, step=STEP)
    server.stage.set_password("CANARY-changed-1234")
    server.legacy.kill_sessions()
    await hub.advance(2 * CYCLE, step=STEP)
    (flow,) = hub.hass.config_entries.flow.async_progress()
    flow = await hub.fill(flow, {"next_step_id": "growatt_password"})
    done = await hub.fill(flow, growatt_form(server, "password"))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert done["reason"] == "reauth_successful"
    await hub.advance(2 * CYCLE, step=STEP)
    assert is_fresh(hub, server, MIN)
    assert not reauths(hub.hass)


# The account is locked (507)


async def locked_at_restart(hub: Hub, server: GrowattSimulator, hours: float) -> None:
    """Lock the account while the entry is unloaded, and start it."""
    entry = entry_of(hub.hass)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    server.legacy.lock_account(hours * HOUR)
    await hub.advance(CYCLE, step=CYCLE)
    assert await hub.hass.config_entries.async_setup(entry.entry_id)
    await hub.hass.async_block_till_done(wait_background_tasks=True)


async def test_locked_at_start(hub: Hub, add_account: AddAccount) -> None:
    """The entry loads from what was stored, says until when, sends nothing until then and goes on by itself."""
    server = await add_account("min")
    await hub.advance(HOUR, step=STEP)
    total = number(hub, f"{MIN}_solar_energy_total")
    await locked_at_restart(hub, server, hours=24)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert number(hub, f"{MIN}_solar_energy_total") == total
    assert server.legacy.sessions.locked_until is not None
    until = end_of_lock(hub)
    assert timedelta(0) <= until - server.legacy.sessions.locked_until <= timedelta(hours=1)
    assert issues(hub.hass)["locked"]["until"] == f"{dt_util.as_local(until):%Y-%m-%d %H:%M}"
    sent = len(server.requests)
    await hub.advance(23 * HOUR, step=HOUR)
    await restart(hub)
    assert "locked" in issues(hub.hass)
    assert len(server.requests) == sent
    await hub.advance(2 * HOUR, step=STEP)
    assert not issues(hub.hass)
    assert logins(server) == 3
    assert is_fresh(hub, server, MIN)
    assert number(hub, f"{MIN}_solar_energy_total") > total


async def test_locked_at_start_with_nothing_stored(hub: Hub, add_account: AddAccount) -> None:
    """Without anything to show Home Assistant tries again by itself; that sends nothing before the lock is over."""
    server = await add_account("min")
    entry = entry_of(hub.hass)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    await EntryStore(hub.hass, entry.entry_id).async_remove()
    server.legacy.lock_account(3 * HOUR)
    await hub.advance(CYCLE, step=CYCLE)
    assert not await hub.hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "locked"
    assert "locked" in issues(hub.hass)
    sent = len(server.requests)
    await hub.advance(2 * HOUR, step=STEP)
    assert len(server.requests) == sent
    await hub.advance(2 * HOUR, step=STEP)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert not issues(hub.hass)
    assert is_fresh(hub, server, MIN)


async def test_locked_in_the_middle(hub: Hub, add_account: AddAccount) -> None:
    """What is live ends, counters stay, and nothing is sent until the lock is over."""
    server = await add_account("min")
    await hub.advance(HOUR, step=STEP)
    total = number(hub, f"{MIN}_solar_energy_total")
    server.legacy.lock_account(5 * HOUR)
    await hub.advance(2 * CYCLE, step=STEP)
    assert "locked" in issues(hub.hass)
    assert logins(server) == 2
    sent = len(server.requests)
    await hub.advance(4 * HOUR, step=STEP)
    assert len(server.requests) == sent
    assert hub.state(f"{MIN}_solar_power").state in NOTHING
    assert number(hub, f"{MIN}_solar_energy_total") == total
    await hub.advance(2 * HOUR, step=STEP)
    assert logins(server) == 3
    assert not issues(hub.hass)
    assert not reauths(hub.hass)
    assert is_fresh(hub, server, MIN)
