"""Answers of the password API that are almost right: no value where it is wrong, never a zero, never a traceback (F.7)."""

from datetime import datetime
import json
from random import Random
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_tools import CYCLE, HOUR, States, is_fresh, logins, number, states
from tests.bad_days.mutations import HARMLESS, MUTATIONS, mutated, totals, tracebacks
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.hub import Hub
from tests.simulators.growatt.server import GrowattSimulator

NOON = "2027-06-10T10:00:00+00:00"
MIN = "MXH0000001"
READS = (
    "/newTwoPlantAPI.do",
    "/newPlantAPI.do",
    "/newTlxApi.do",
    "/newMixApi.do",
    "/newSpaApi.do",
    "/newStorageAPI.do",
    "/newInverterAPI.do",
    "/newMaxApi.do",
)


@pytest.fixture
async def server(freezer: FrozenDateTimeFactory, hub: Hub, add_account: AddAccount) -> GrowattSimulator:
    """Return the server of an account with one device of every kind on a sunny noon."""
    freezer.move_to(datetime.fromisoformat(NOON))
    server = await add_account("all")
    await hub.advance(HOUR, step=300)
    return server


async def test_odd_values(hub: Hub, server: GrowattSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """Units, empty texts, "null", "--" and holes: numbers are read where there are some, nothing becomes a zero."""
    before = states(hub.hass)
    caplog.clear()
    server.stage.set_oddities(odd_values=True)
    await hub.advance(1.3 * HOUR, step=300)
    after = states(hub.hass)
    for key in ("output_power", "solar_power", "output_energy_total", "grid_import_energy_total"):
        assert hub.state(f"{MIN}_{key}").state not in NOTHING, key
    assert is_fresh(hub, server, MIN)
    assert is_fresh(hub, server, "SPH0000001")
    for name, total in totals(before).items():
        assert float(after[name]) >= total, name
    assert not problems(caplog)
    server.stage.set_oddities(odd_values=False)
    await hub.advance(1.3 * HOUR, step=300)
    assert states(hub.hass).keys() >= before.keys()
    assert logins(server) == 1


def spoil(server: GrowattSimulator, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let every answer to somebody signed in be mutated from now on, the same way each time."""
    whole = server.legacy._run

    def run(path: str, kind: str, call: Any) -> Any:
        answer = whole(path, kind, call)
        if answer.status != 200:
            return answer
        random = Random(f"{name} {path} {kind}")
        body = json.dumps(mutated(json.loads(answer.body), MUTATIONS[name], random))
        return type(answer)(body=body.encode())

    monkeypatch.setattr(server.legacy, "_run", run)


@pytest.mark.parametrize("name", MUTATIONS)
async def test_mutated_answers(
    hub: Hub,
    server: GrowattSimulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    """Whatever is wrong with single values: the entry lives, no total falls, and when it is over all is as before."""
    before = states(hub.hass)
    caplog.clear()
    with monkeypatch.context() as patched:
        spoil(server, patched, name)
        await hub.advance(1.2 * HOUR, step=300)
        during = states(hub.hass)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert not tracebacks(caplog)
    for unique_id, total in totals(before).items():
        assert float(during.get(unique_id, total)) >= total, unique_id
    if name in HARMLESS:
        assert during.keys() >= before.keys()
        assert is_fresh(hub, server, MIN)
    zeros = {unique_id for unique_id, state in during.items() if state == "0.0" and float_of(before, unique_id) > 50}
    assert not {unique_id for unique_id in zeros if "power" in unique_id and "temperature" not in unique_id}
    await hub.advance(1.5 * HOUR, step=300)
    missing = before.keys() - states(hub.hass).keys()
    assert not {unique_id for unique_id in missing if " plant_" not in unique_id}
    assert is_fresh(hub, server, MIN)
    assert not tracebacks(caplog)


def float_of(shown: States, unique_id: str) -> float:
    """Return a state as a number, 0 for anything else."""
    try:
        return float(shown.get(unique_id, "0"))
    except ValueError:
        return 0.0


async def test_answers_of_another_shape(hub: Hub, server: GrowattSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """Lists for objects and texts for lists: bad answers, once in the log."""
    caplog.clear()
    total = number(hub, f"{MIN}_solar_energy_total")
    for path, value in zip(READS, ([], "x", 5, [[]], {}, {"obj": []}, {"data": "x"}, {"obj": 3}), strict=True):
        server.faults.add(path, "override", pointer="", value=value)
    await hub.advance(2 * CYCLE, step=300)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert number(hub, f"{MIN}_solar_energy_total") == total
    assert not tracebacks(caplog)
    assert len([line for line in problems(caplog) if "cannot be read" in line]) <= 1
    server.faults.clear()
    await hub.advance(HOUR, step=300)
    assert is_fresh(hub, server, MIN)
    assert DOMAIN in hub.hass.config.components
