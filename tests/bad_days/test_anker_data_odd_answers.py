"""Answers that are almost right: no value where it is wrong, never a zero, never a traceback (anker.md §4, §7, §20)."""

from random import Random
from typing import Any

from homeassistant.config_entries import ConfigEntryState
import pytest

from tests.bad_days.anker_data_tools import ROUND, spoil_answers
from tests.bad_days.anker_tools import is_fresh, site
from tests.bad_days.conftest import AddAnker
from tests.bad_days.growatt_tools import states
from tests.bad_days.living import HOUR, live_on, number
from tests.bad_days.mutations import HARMLESS, MUTATIONS, mutated, totals, tracebacks
from tests.bad_days.tools import entry_of, problems
from tests.hub import Hub
from tests.vendors.powerwall.test_mutations import look_at, places, put, spoil

pytestmark = pytest.mark.usefixtures("summer")

STEP = 75.0
LISTS = ("get_site_list", "get_relate_and_bind_devices")  # of what there is; when these are believed is another story


def false_zeros(before: dict[str, str], during: dict[str, str]) -> set[str]:
    """Return the powers and levels that were more than a little and show 0 now."""
    found = {key for key, state in during.items() if state in ("0", "0.0") and key in before}
    return {key for key in found if ("power" in key or "level" in key) and float(before[key]) > 50}


@pytest.mark.parametrize(
    ("profile", "name"), [*(("solarbank3", name) for name in MUTATIONS), ("power_panel", "null"), ("hes", "nested")]
)
async def test_mutated_answers(
    hub: Hub,
    add_anker: AddAnker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    profile: str,
    name: str,
) -> None:
    """Whatever is wrong with single values: the entry lives, no total falls, and when it is over all is as before."""
    server = await add_anker(profile)
    await live_on(hub, ROUND, step=STEP)
    before = states(hub.hass)
    assert totals(before)
    caplog.clear()
    with monkeypatch.context() as patched:
        spoil_answers(
            server, patched, lambda path, data: mutated(data, MUTATIONS[name], Random(f"{name} {path}"), top=False)
        )
        await live_on(hub, 1.5 * ROUND, step=STEP)
        during = states(hub.hass)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert not tracebacks(caplog)
    for unique_id, total in totals(before).items():
        assert float(during.get(unique_id, total)) >= total, unique_id
    assert not false_zeros(before, during)
    if name in HARMLESS:
        assert during.keys() >= before.keys()
    await live_on(hub, 2 * ROUND, step=STEP)
    after = states(hub.hass)
    assert not sorted(before.keys() - after.keys())
    for unique_id, total in totals(before).items():
        assert total <= float(after[unique_id]) <= total + 40, unique_id
    assert profile != "solarbank3" or is_fresh(hub, server)
    assert not tracebacks(caplog)


@pytest.mark.parametrize("profile", ["three_sites", "charger"])
async def test_one_wrong_thing_in_every_answer(
    hub: Hub, add_anker: AddAnker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, profile: str
) -> None:
    """Another place each time, with whatever may stand there: nothing breaks, and no lifetime falls."""
    server = await add_anker(profile)
    await live_on(hub, ROUND, step=STEP)
    before = states(hub.hass)
    random = Random(f"one wrong thing {profile}")
    spoilt: list[str] = []

    def spoiling(path: str, data: Any) -> Any:
        if path.endswith(LISTS):
            return data
        place = random.choice(places(data))
        spoilt.append(path)
        return put(data, place, spoil(look_at(data, place), random)) if place else data

    caplog.clear()
    with monkeypatch.context() as patched:
        spoil_answers(server, patched, spoiling)
        seen = dict(totals(before))
        for _ in range(4):
            await live_on(hub, ROUND, step=2 * STEP)
            for unique_id, total in totals(states(hub.hass)).items():
                assert total >= seen.get(unique_id, 0), unique_id
                seen[unique_id] = total
    assert len(spoilt) > 50
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert not tracebacks(caplog)
    await live_on(hub, 2 * ROUND, step=STEP)
    after = states(hub.hass)
    assert not sorted(before.keys() - after.keys())
    for unique_id, total in totals(before).items():
        assert float(after[unique_id]) <= total + 60, unique_id
    assert not tracebacks(caplog)


SHAPES: tuple[Any, ...] = (
    None,
    ["x"],
    "x",
    5,
    [[]],
    {},
    {"solarbank_info": 3},
    {"power": "x"},
    {"param_data": "{"},
    {"param_data": "[]"},
    {"data": {"data": []}},
    True,
)


async def test_answers_of_another_shape(
    hub: Hub, add_anker: AddAnker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Lists for objects and texts for lists: bad answers, which nobody is told of more than a few times."""
    server = await add_anker()
    await live_on(hub, ROUND, step=STEP)
    total = number(hub, f"{site(server)}_home_energy_total")
    shown = states(hub.hass).keys()
    random = Random("shapes")
    caplog.clear()
    with monkeypatch.context() as patched:
        spoil_answers(server, patched, lambda path, data: data if path.endswith(LISTS) else random.choice(SHAPES))
        await live_on(hub, HOUR, step=STEP)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert number(hub, f"{site(server)}_home_energy_total") == total
    assert not tracebacks(caplog)
    assert len(problems(caplog)) <= 3, problems(caplog)
    await live_on(hub, 2 * ROUND, step=STEP)
    assert is_fresh(hub, server)
    assert not shown - states(hub.hass).keys()
