"""Servers that do not answer a token, or answer rubbish: nothing is lost, nothing needs a reload (growatt.md A.3, F.9)."""

from collections.abc import Mapping
from random import Random
from typing import Any

from homeassistant.config_entries import ConfigEntryState
import pytest

from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_token_tools import Ledger, is_latest, live_on, root
from tests.bad_days.growatt_tools import HOUR, issues, number, reauths, states
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.hub import Hub
from tests.simulators.growatt.server import GrowattSimulator

MIN = "MXH0000001"
SPH = "SPH0000001"
PLAIN = "MIN0000001"

pytestmark = pytest.mark.usefixtures("summer")


@pytest.fixture
async def server(hub: Hub, add_account: AddAccount) -> GrowattSimulator:
    """Return the server of three devices that have been read for an hour."""
    server = await add_account("home", "token", strict=True)
    await live_on(hub, HOUR)
    return server


async def through(hub: Hub, seconds: float) -> None:
    """Live on although answers may never come."""
    await hub.advance(seconds, step=60, hanging=True)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("html", {}),
        ("cut_json", {}),
        ("cut_connection", {}),
        ("bad_gateway", {}),
        ("override", {"pointer": "", "value": []}),
        ("override", {"pointer": "/error_code", "value": 10001}),
        ("override", {"pointer": "/data", "value": None}),
    ],
)
async def test_an_hour_of_rubbish(
    hub: Hub,
    add_account: AddAccount,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    options: Mapping[str, Any],
) -> None:
    """Live values end after half an hour, counters stay, one line says so; then everything is back by itself."""
    server = await add_account("min", "token", strict=True)
    await live_on(hub, 900)
    shown = states(hub.hass)
    total = number(hub, f"{MIN}_solar_energy_total")
    ledger = Ledger(server)
    caplog.clear()
    server.faults.add("*", kind, **options)
    await live_on(hub, HOUR)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert hub.state(f"{MIN}_solar_power").state in NOTHING
    assert number(hub, f"{MIN}_solar_energy_total") == total
    assert len(problems(caplog)) <= 1
    assert not reauths(hub.hass)
    assert not [record for record in caplog.records if record.exc_info]
    server.faults.clear()
    await live_on(hub, 2_100)
    assert states(hub.hass).keys() >= shown.keys()
    assert is_latest(hub, server, MIN)
    assert hub.state(f"{root(hub)}_reachable", "binary_sensor").state == "on"
    assert not ledger.refused
    assert not issues(hub.hass)


async def test_server_is_away_for_an_hour(hub: Hub, server: GrowattSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody listens: one line when it goes, one when it is back, and few attempts in between."""
    shown = states(hub.hass)
    caplog.clear()
    server.refuse_connections()
    await through(hub, HOUR)
    assert len(problems(caplog)) == 1
    assert hub.state(f"{root(hub)}_reachable", "binary_sensor").state == "off"
    assert hub.state(f"{MIN}_solar_power").state in NOTHING
    assert hub.state(f"{MIN}_solar_energy_total").state not in NOTHING
    await server.accept_connections()
    await through(hub, 900)
    assert is_latest(hub, server, MIN)
    await live_on(hub, 1_800)
    assert states(hub.hass).keys() >= shown.keys()
    assert len(problems(caplog)) == 1


async def test_server_hangs(hub: Hub, server: GrowattSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """Requests without an answer are given up; the others' turns come."""
    caplog.clear()
    server.faults.add("/v1/device/mix/mix_last_data", "hang")
    await through(hub, HOUR)
    assert hub.state(f"{SPH}_solar_power").state in NOTHING
    assert is_latest(hub, server, MIN, latest=3)
    assert len(problems(caplog)) <= 1
    server.faults.clear()
    server.close_connections()
    await through(hub, 900)
    assert is_latest(hub, server, SPH)


async def test_slow_server(hub: Hub, server: GrowattSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """Answers after three seconds are answers, and calls keep their distance."""
    ledger = Ledger(server)
    caplog.clear()
    server.faults.add("*", "slow", seconds=3)
    await hub.advance(700, step=2, hanging=True)
    assert is_latest(hub, server, MIN)
    assert is_latest(hub, server, SPH)
    assert not ledger.refused
    assert not problems(caplog)


async def test_answers_that_come_and_go(hub: Hub, server: GrowattSimulator) -> None:
    """One answer of three is a page: values stay, no entity blinks, and the server is not asked more often."""
    ledger = Ledger(server)
    missing: set[str] = set()
    shown = states(hub.hass).keys()

    luck = Random(1)

    def look() -> None:
        missing.update(shown - states(hub.hass).keys())
        server.faults.clear()
        if luck.random() < 0.3:
            server.faults.add("*", "html", times=1)

    await live_on(hub, 2 * HOUR, each=look)
    assert not {name for name in missing if "power" in name}
    assert ledger.shortest_gap() >= 300
