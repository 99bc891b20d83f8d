"""Answers that are almost right: no value where it is wrong, never a zero, never a traceback (goodwe.md §1.1, §1.3)."""

from collections.abc import Callable
import json
from random import Random
from typing import Any

from homeassistant.config_entries import ConfigEntryState
import pytest

from tests.bad_days.conftest import AddGoodWe
from tests.bad_days.goodwe_data_tools import WAYS, fresh, start_on
from tests.bad_days.goodwe_tools import plant, serial
from tests.bad_days.growatt_tools import states
from tests.bad_days.living import HOUR, live_on, number
from tests.bad_days.mutations import HARMLESS, MUTATIONS, mutated, totals, tracebacks
from tests.bad_days.tools import entry_of, problems
from tests.hub import Hub
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.vendors.goodwe.recordings import load, needs_recordings
from tests.vendors.powerwall.test_mutations import look_at, places, put, spoil

MONITOR = "/api/v3/PowerStation/GetMonitorDetailByPowerstationId"
FLOW = "/web/sems/sems-plant/api/stations/flow"
EQUIPMENTS = "/web/sems/sems-plant/api/equipments"

type Spoil = Callable[[str, Any], Any]

pytestmark = pytest.mark.usefixtures("summer")


def spoil_answers(server: GoodWeSimulator, monkeypatch: pytest.MonkeyPatch, spoiling: Spoil) -> None:
    """Let the payload of every answer to somebody signed in be spoilt, on both ways; the envelope stays."""
    answer = server.answer

    async def spoilt(request: Any, record: Any) -> Any:
        whole = await answer(request, record)
        if whole.status != 200 or "login" in request.path.lower() or not whole.body.startswith(b"{"):
            return whole
        told = json.loads(whole.body)
        if str(told.get("code")) not in {"0", "00000"}:
            return whole
        body = json.dumps(told | {"data": spoiling(request.path, told.get("data"))})
        return type(whole)(body=body.encode())

    monkeypatch.setattr(server, "answer", spoilt)


def false_zeros(before: dict[str, str], during: dict[str, str]) -> set[str]:
    """Return the powers and levels that were more than a little and show 0 now."""
    found = {key for key, state in during.items() if state in ("0", "0.0") and key in before}
    return {key for key in found if ("power" in key or "level" in key) and float(before[key]) > 50}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MUTATIONS)
async def test_mutated_answers(
    hub: Hub,
    new_goodwe: AddGoodWe,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    way: str,
    name: str,
) -> None:
    """Whatever is wrong with single values: the entry lives, no total falls, and when it is over all is as before."""
    server = await start_on(hub, new_goodwe, way, "home")
    await live_on(hub, 700)
    before = states(hub.hass)
    assert totals(before)
    caplog.clear()
    with monkeypatch.context() as patched:
        spoil_answers(
            server, patched, lambda path, data: mutated(data, MUTATIONS[name], Random(f"{name} {path}"), top=False)
        )
        await live_on(hub, 2_000)
        during = states(hub.hass)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert not tracebacks(caplog)
    for unique_id, total in totals(before).items():
        assert float(during.get(unique_id, total)) >= total, unique_id
    assert not false_zeros(before, during)
    if name in HARMLESS:
        assert during.keys() >= before.keys()
        assert fresh(hub, server)
    await live_on(hub, 1.5 * HOUR)
    after = states(hub.hass)
    assert not before.keys() - after.keys()
    for unique_id, total in totals(before).items():
        assert total <= float(after[unique_id]) <= total + 40, unique_id
    assert fresh(hub, server)
    assert not tracebacks(caplog)


@pytest.mark.parametrize("way", WAYS)
async def test_one_wrong_thing_in_every_answer(
    hub: Hub,
    new_goodwe: AddGoodWe,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    way: str,
) -> None:
    """Another place each time, with whatever may stand there: nothing breaks, and no lifetime falls."""
    server = await start_on(hub, new_goodwe, way, "home")
    await live_on(hub, 700)
    before = states(hub.hass)
    random = Random(f"one wrong thing {way}")
    spoilt: list[str] = []

    def spoiling(path: str, data: Any) -> Any:
        place = random.choice(places(data))
        spoilt.append(path)
        return put(data, place, spoil(look_at(data, place), random)) if place else data

    caplog.clear()
    with monkeypatch.context() as patched:
        spoil_answers(server, patched, spoiling)
        seen = dict(totals(before))
        for _ in range(6):
            await live_on(hub, 700)
            for unique_id, total in totals(states(hub.hass)).items():
                assert total >= seen.get(unique_id, 0), unique_id
                seen[unique_id] = total
    assert len(spoilt) > 20
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert not tracebacks(caplog)
    await live_on(hub, 1.5 * HOUR)
    assert not before.keys() - states(hub.hass).keys()
    assert fresh(hub, server)
    assert not tracebacks(caplog)


RECORDED = {
    "semsplus": {
        FLOW: "semsplus_station_flow_pv_only_day",
        f"{EQUIPMENTS}/{{}}/telemetry": "semsplus_telemetry_inverter_pv_only",
        f"{EQUIPMENTS}/{{}}/telecounting": "semsplus_telecounting_inverter_pv_only",
        "/web/sems/sems-plant/api/stations/statistics": "semsplus_statistics_day_hybrid",
        "/web/sems/sems-plant/api/stations/production": "semsplus_production_day",
    },
    "legacy": {MONITOR: "legacy_monitor_detail_ms30_evening_import"},
}


@needs_recordings
@pytest.mark.parametrize("way", WAYS)
async def test_mutated_recordings(
    hub: Hub,
    new_goodwe: AddGoodWe,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    way: str,
) -> None:
    """What real servers said, with something else in another place each time: never a traceback, never a wrong total."""
    server = await start_on(hub, new_goodwe, way, "string")
    await live_on(hub, 700)
    random = Random(f"recordings {way}")
    recorded = {path.format(serial(server)): load(file).get("data", load(file)) for path, file in RECORDED[way].items()}
    used: set[str] = set()

    def spoiling(path: str, data: Any) -> Any:
        if path not in recorded:
            return data
        used.add(path)
        place = random.choice(places(recorded[path])[1:])
        return put(recorded[path], place, spoil(look_at(recorded[path], place), random))

    caplog.clear()
    with monkeypatch.context() as patched:
        spoil_answers(server, patched, spoiling)
        seen = dict(totals(states(hub.hass)))
        assert seen
        for _ in range(16):
            await live_on(hub, 310, step=310)
            for unique_id, total in totals(states(hub.hass)).items():
                assert total >= seen.get(unique_id, 0), unique_id
                seen[unique_id] = total
    assert used == recorded.keys()
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert not tracebacks(caplog)


# Not an empty answer: that is a call that has died (§0), and is not asked again soon.
SHAPES: tuple[Any, ...] = (
    ["x"],
    "x",
    5,
    [[]],
    {"dataList": []},
    {"data": "x"},
    {"inverter": 3},
    {"inverter": [5]},
    True,
)


@pytest.mark.parametrize("way", WAYS)
async def test_answers_of_another_shape(
    hub: Hub, new_goodwe: AddGoodWe, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    """Lists for objects and texts for lists: bad answers, which nobody is told of more than a few times."""
    server = await start_on(hub, new_goodwe, way, "home")
    await live_on(hub, 700)
    total = number(hub, f"{serial(server)}_solar_energy_total")
    shown = states(hub.hass).keys()
    random = Random("shapes")
    caplog.clear()
    with monkeypatch.context() as patched:
        spoil_answers(server, patched, lambda path, data: random.choice(SHAPES))
        await live_on(hub, HOUR)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert number(hub, f"{serial(server)}_solar_energy_total") == total
    assert number(hub, f"{plant(server)}_solar_energy_total") > 0
    assert not tracebacks(caplog)
    assert len(problems(caplog)) <= 3, problems(caplog)
    await live_on(hub, 1.5 * HOUR)
    assert fresh(hub, server)
    assert not shown - states(hub.hass).keys()
