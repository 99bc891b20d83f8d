"""A server that is blocked, busy, broken or silent: what is known stays, and nothing storms (growatt.md A.3, F.9)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util
import pytest

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
from tests.bad_days.tools import NOTHING, entry_of, patiently, problems
from tests.hub import Hub
from tests.simulators.growatt.legacy import LegacyApi
from tests.simulators.growatt.legacy_call import Call
from tests.simulators.growatt.server import GrowattSimulator
from tests.simulators.wire import Answer, json_answer

MIN = "MXH0000001"
NOON = "2027-06-10T10:00:00+00:00"


@pytest.fixture
async def server(freezer: FrozenDateTimeFactory, hub: Hub, add_account: AddAccount) -> GrowattSimulator:
    """Return the server of an account with one MIN that was read for an hour on a sunny noon."""
    freezer.move_to(datetime.fromisoformat(NOON))
    server = await add_account("min")
    await hub.advance(HOUR, step=STEP)
    return server


# The firewall


async def sent_within(hub: Hub, server: GrowattSimulator, hours: float) -> int:
    """Let hours pass and return how many requests came."""
    before = len(server.requests)
    await hub.advance(hours * HOUR, step=300)
    return len(server.requests) - before


async def test_firewall(hub: Hub, server: GrowattSimulator) -> None:
    """Blocked: one request is enough to know; the next comes after 6 h, then after 12; no password is asked for."""
    total = number(hub, f"{MIN}_solar_energy_total")
    server.legacy.block_client(seconds=15 * HOUR)
    assert await sent_within(hub, server, 0.5) == 1
    assert "blocked" in issues(hub.hass)
    first = issues(hub.hass)["blocked"]["until"]
    assert await sent_within(hub, server, 5) == 0
    await restart(hub)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert await sent_within(hub, server, 0.25) == 0
    assert issues(hub.hass)["blocked"]["until"] == first
    assert number(hub, f"{MIN}_solar_energy_total") == total
    assert hub.state(f"{MIN}_solar_power").state in NOTHING
    assert await sent_within(hub, server, 1) == 1  # after six hours
    assert issues(hub.hass)["blocked"]["until"] > first
    assert await sent_within(hub, server, 11) == 0
    assert await sent_within(hub, server, 2) > 5  # after twelve more it is over
    assert not issues(hub.hass)
    assert not reauths(hub.hass)
    assert logins(server) == 1
    assert is_fresh(hub, server, MIN)


async def test_firewall_comes_back_later(hub: Hub, server: GrowattSimulator) -> None:
    """Once served again, the next block is a first one."""
    server.legacy.block_client(seconds=5 * HOUR)
    await sent_within(hub, server, 7)
    assert is_fresh(hub, server, MIN)
    server.legacy.block_client(seconds=5 * HOUR)
    await sent_within(hub, server, 0.5)
    until = datetime.fromisoformat(issues(hub.hass)["blocked"]["until"]).replace(tzinfo=dt_util.get_default_time_zone())
    assert until - dt_util.utcnow() < timedelta(hours=6)
    await sent_within(hub, server, 6.25)
    assert is_fresh(hub, server, MIN)
    assert not issues(hub.hass)


async def test_name_that_is_not_welcome(hub: Hub, server: GrowattSimulator) -> None:
    """403 is for what we call ourselves: it is taken for a block, not for a wrong password."""
    server.faults.add("*", "status", code=403, body="<html>403 Forbidden</html>")
    assert await sent_within(hub, server, 5) == 1
    assert "blocked" in issues(hub.hass)
    server.faults.clear()
    assert await sent_within(hub, server, 2) > 5
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


async def test_never_fast_enough_for_the_firewall(hub: Hub, add_account: AddAccount) -> None:
    """Eight devices of two plants, refreshed again and again: less than a call a second over any minute."""
    server = await add_account("all", strict=True)
    server.legacy.set_firewall(on=True)
    for _ in range(3):
        await restart(hub)
        await hub.advance(HOUR, step=STEP)
    assert not server.legacy.sessions.blocked
    assert logins(server) == 1


# A server in trouble


class Trouble(NamedTuple):
    """What is wrong with every answer, and how the log calls it."""

    kind: str
    args: Mapping[str, Any] = {}


TROUBLES = (
    Trouble("bad_gateway"),
    Trouble("status", {"code": 503, "body": "<html>503</html>"}),
    Trouble("gateway_timeout"),
    Trouble("cut_connection"),
    Trouble("cut_json"),
    Trouble("empty"),
    Trouble("null"),
    Trouble("flood", {"megabytes": 3}),
    Trouble("reset"),
    Trouble("override", {"pointer": "", "value": []}),
    Trouble("status", {"code": 400}),
)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: f"{trouble.kind}-{trouble.args.get('code', '')}")
async def test_server_in_trouble(
    hub: Hub, server: GrowattSimulator, caplog: pytest.LogCaptureFixture, trouble: Trouble
) -> None:
    """An hour of it: live values end after three intervals, counters stay, one warning; then all is as before."""
    shown = states(hub.hass)
    total = number(hub, f"{MIN}_solar_energy_total")
    caplog.clear()
    asked = len(server.requests)
    server.faults.add("*", trouble.kind, **trouble.args)
    await hub.advance(2 * CYCLE, step=STEP)
    assert states(hub.hass).keys() | {"binary_sensor user_56868_reachable"} >= shown.keys()
    await hub.advance(HOUR, step=STEP)
    assert hub.state(f"{MIN}_solar_power").state in NOTHING
    assert number(hub, f"{MIN}_solar_energy_total") == total
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert len(problems(caplog)) == 1, problems(caplog)
    assert "cannot be read" in problems(caplog)[0]
    assert len(server.requests) - asked < 100
    assert logins(server) == 1
    server.faults.clear()
    await hub.advance(1.5 * HOUR, step=STEP)
    assert is_fresh(hub, server, MIN)
    assert states(hub.hass).keys() == shown.keys()
    assert not issues(hub.hass)
    assert not reauths(hub.hass)
    assert len(problems(caplog)) == 1


async def test_pages_instead_of_answers(hub: Hub, server: GrowattSimulator) -> None:
    """A page for maintenance looks like the login page: a few logins, no reauth, no lock."""
    before = logins(server)
    server.faults.add("*", "html")
    await hub.advance(12 * HOUR, step=300)
    assert before < logins(server) <= before + 4
    assert hub.state(f"{MIN}_solar_power").state in NOTHING
    server.faults.clear()
    await hub.advance(DAY, step=300)
    assert is_fresh(hub, server, MIN, within=2 * HOUR)
    assert not reauths(hub.hass)
    assert not issues(hub.hass)


async def test_answers_that_never_come(hub: Hub, server: GrowattSimulator) -> None:
    """A call is given up after ten seconds; the others go on, and it is no reason to sign in again."""
    server.faults.add("/newTlxApi.do", "slow")
    before = len(server.requests)
    for _ in range(60):
        await hub.advance(30, step=10, hanging=True)
    assert 2 < len(server.requests) - before < 40
    assert number(hub, f"plant_{server.world.plants[0].id}_output_energy_total") > 0
    assert logins(server) == 1
    server.faults.clear()
    await hub.advance(HOUR, step=STEP)
    assert is_fresh(hub, server, MIN)


async def test_nobody_there_at_start(hub: Hub, server: GrowattSimulator) -> None:
    """The entry loads with what was stored and goes on by itself when the line is back."""
    total = number(hub, f"{MIN}_solar_energy_total")
    await hub.advance(CYCLE, step=STEP)
    server.refuse_connections()
    await patiently(hub, restart(hub))
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert number(hub, f"{MIN}_solar_energy_total") >= total
    await hub.advance(HOUR, step=STEP)
    await server.accept_connections()
    await hub.advance(HOUR, step=STEP)
    assert is_fresh(hub, server, MIN)
    assert logins(server) == 1


# Calls that a device does not know


async def test_wrong_endpoint(hub: Hub, server: GrowattSimulator) -> None:
    """500 on a call that never worked: it is asked less and less often, and the others go on."""
    server.stage.add_device("max")
    server.faults.add("/newInverterAPI.do", "status", code=500, body="<html>500</html>")
    await hub.advance(8 * HOUR, step=300)
    asked = [record for record in server.requests if record.path == "/newInverterAPI.do"]
    assert 2 <= len(asked) <= 10
    assert is_fresh(hub, server, MIN, within=HOUR)
    assert logins(server) == 1
    server.faults.clear()
    await hub.advance(8.5 * HOUR, step=300)
    assert is_fresh(hub, server, "MAX0000001", within=HOUR)


async def test_calls_that_are_not_offered(
    freezer: FrozenDateTimeFactory,
    hub: Hub,
    add_account: AddAccount,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A device for which whole rounds do not exist: nothing is wrong with the connection, and nothing is said about it."""
    freezer.move_to(datetime.fromisoformat(NOON))
    unknown = {"getEnergyOverview", "getSystemStatus_KW", "getUserCenterEnertyDataByPlantid"}
    run = LegacyApi._run

    def answered(api: LegacyApi, path: str, kind: str, call: Call) -> Answer:
        return json_answer({"msg": "501", "result": 0, "obj": None}) if kind in unknown else run(api, path, kind, call)

    monkeypatch.setattr(LegacyApi, "_run", answered)
    server = await add_account("min")
    await hub.advance(HOUR, step=STEP)
    runtime = entry_of(hub.hass).runtime_data
    assert runtime.connection.up
    assert not [key for key, coordinator in runtime.feeds.items() if coordinator.failures]
    assert is_fresh(hub, server, MIN)
    assert not problems(caplog)
    asked = calls(server)["getEnergyOverview"]
    assert 1 <= asked <= 2


async def test_five_hundred_now_and_then(hub: Hub, server: GrowattSimulator) -> None:
    """500 on a call that worked before is bad luck: it is asked again in the next cycle."""
    server.faults.add("/newTlxApi.do", "status", code=500, body="<html>500</html>")
    await hub.advance(2 * CYCLE, step=STEP)
    server.faults.clear()
    await hub.advance(2 * CYCLE, step=STEP)
    assert is_fresh(hub, server, MIN)
    assert calls(server)["getTlxDetailData"] > 6
