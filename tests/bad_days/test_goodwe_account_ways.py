"""The service changes under a running GoodWe account: calls die and come back, regions move, addresses are foreign."""

from datetime import timedelta
from typing import Literal

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, EventStateChangedData
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from tests.bad_days.conftest import AddGoodWe
from tests.bad_days.goodwe_tools import MONITOR, is_fresh, is_live, most_sign_ins, sign_ins, ways_asked
from tests.bad_days.living import DAY, HOUR, MINUTE, Watch, issues, lifetimes, live_on, live_until, reauths, restart
from tests.bad_days.tools import entry_of, problems
from tests.conftest import StartGoodWe
from tests.hub import Hub, goodwe_form
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.simulators.wire import Answer

pytestmark = pytest.mark.usefixtures("summer")

LEGACY_UPLOAD = 11 * MINUTE  # the oldest upload that may be shown on the legacy way, at steps of a few minutes


def way(hub: Hub) -> str:
    """Return the way in that the account uses now."""
    return str(entry_of(hub.hass).runtime_data.account.way.value)


def entity_ids(hub: Hub) -> dict[str, str]:
    """Return the ids of all entities there are, by their unique ids."""
    entry = entry_of(hub.hass)
    return {
        f"{entity.domain} {entity.unique_id}": entity.entity_id
        for entity in er.async_entries_for_config_entry(er.async_get(hub.hass), entry.entry_id)
    }


# A way that closes


@pytest.mark.parametrize(("profile", "how"), [("home", "empty"), ("string", "missing")])
async def test_cut_off_while_running(
    hub: Hub,
    add_goodwe: AddGoodWe,
    caplog: pytest.LogCaptureFixture,
    profile: str,
    how: Literal["empty", "missing"],
) -> None:
    """SEMS+ stops answering, the legacy API does instead, and back: same entities, no flapping, counters never fall."""
    server = await add_goodwe(profile)
    await live_on(hub, 20 * MINUTE)
    watch, ids, began = Watch(hub), entity_ids(hub), lifetimes(hub)
    caplog.clear()
    server.stage.set_switches(semsplus=how)
    await live_on(hub, 30 * MINUTE, step=MINUTE, each=watch)
    assert way(hub) == "legacy"
    for _ in range(4):
        await live_on(hub, 10 * MINUTE, step=5 * MINUTE, each=watch)
        assert is_fresh(hub, server, within=LEGACY_UPLOAD)
    server.stage.set_switches(semsplus="full")
    await live_until(hub, lambda: way(hub) == "semsplus", most=2 * HOUR, step=5 * MINUTE, each=watch)
    await live_on(hub, 20 * MINUTE, step=MINUTE, each=watch)
    assert is_fresh(hub, server)
    assert ids.items() <= entity_ids(hub).items()
    assert not {name: times for name, times in watch.vanished.items() if times > 1}
    assert not watch.fallen
    assert not [name for name, value in began.items() if lifetimes(hub)[name] < value]
    assert most_sign_ins(server) <= 4
    assert not issues(hub.hass)
    assert not reauths(hub.hass)
    assert len(problems(caplog)) == 1, "once for the whole of it"
    assert "cannot be read" in problems(caplog)[0]


async def test_nothing_blinks_when_the_way_changes(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """What the legacy API brings too is never unavailable in between, not even for a moment that a recorder would keep."""
    server = await add_goodwe("string")
    await live_on(hub, 20 * MINUTE)
    lost: list[str] = []

    def heard(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old and new and old.state != "unavailable" and new.state == "unavailable":
            lost.append(new.entity_id)

    hub.hass.bus.async_listen("state_changed", heard)
    server.stage.set_switches(semsplus="empty")
    await live_on(hub, 30 * MINUTE, step=MINUTE)
    assert way(hub) == "legacy"
    plant, inverter = server.world.plants[0], next(server.world.inverters)
    kept = (
        f"plant_{plant.id}_solar_power",
        f"plant_{plant.id}_solar_energy_total",
        f"{inverter.serial}_solar_power",
        f"{inverter.serial}_solar_energy_total",
        f"{inverter.serial}_solar_energy_today",
    )
    assert not [unique_id for unique_id in kept if hub.state(unique_id).entity_id in lost]


async def test_old_monitor_call_dies(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """On the legacy way its big call ends, too (goodwe.md §0): two smaller ones do, and no entity is lost for good."""
    server = await add_goodwe("string")
    server.stage.set_switches(semsplus="missing")
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert way(hub) == "legacy"
    watch = Watch(hub)
    server.stage.set_switches(monitor="empty")
    server.requests.clear()
    await live_on(hub, 2 * HOUR, step=5 * MINUTE, each=watch)
    assert is_fresh(hub, server, within=LEGACY_UPLOAD)
    asked = [record for record in server.requests if record.path.endswith(MONITOR)]
    assert len(asked) <= 4, "ever more rarely"
    assert not watch.fallen
    assert not {name for name in watch.vanished if name.endswith("_total")}
    assert not issues(hub.hass)


async def test_a_day_with_nothing_in_it(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """Both ways answer success with nothing in it: a repair after hours, values unavailable and never zeros."""
    server = await add_goodwe("home")
    await live_on(hub, 20 * MINUTE)
    watch, began = Watch(hub), lifetimes(hub)
    server.stage.set_switches(semsplus="empty", legacy="empty")
    await live_on(hub, 5 * HOUR, step=5 * MINUTE, each=watch)
    assert not issues(hub.hass)
    assert not is_live(hub, server)
    await live_on(hub, 4 * HOUR, step=5 * MINUTE, each=watch)
    assert issues(hub.hass).keys() == {"service_changed"}
    await live_on(hub, DAY - 9 * HOUR, step=20 * MINUTE, each=watch)
    assert issues(hub.hass).keys() == {"service_changed"}
    assert not {name for name in watch.zeros if "_power" in name or name.endswith(("_total", "_level"))}
    assert not watch.fallen
    assert most_sign_ins(server) <= 4
    assert len(sign_ins(server)) <= 2 * 24 + 2, "one look at each way an hour"
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    server.stage.set_switches(semsplus="full", legacy="full")
    await live_on(hub, 1.5 * HOUR, step=5 * MINUTE)
    assert not issues(hub.hass)
    assert is_fresh(hub, server, within=LEGACY_UPLOAD)
    assert not [name for name, value in began.items() if name in lifetimes(hub) and lifetimes(hub)[name] < value]
    assert not reauths(hub.hass)


# Where the account lives


@pytest.mark.parametrize("legacy", [False, True])
async def test_account_moves_to_another_region(hub: Hub, add_goodwe: AddGoodWe, legacy: bool) -> None:
    """Its old gateway knows no token of it any more: one sign-in tells the new one, and nothing goes to the old one."""
    server = await add_goodwe("string")
    if legacy:
        server.stage.set_switches(semsplus="missing")
        await live_on(hub, HOUR, step=5 * MINUTE)
    else:
        await live_on(hub, 20 * MINUTE)
    before = len(sign_ins(server))
    server.stage.move_region("au")
    await live_on(hub, 15 * MINUTE, step=MINUTE)
    assert is_fresh(hub, server, within=LEGACY_UPLOAD)
    since = dt_util.utcnow()
    await live_on(hub, 15 * MINUTE, step=MINUTE)
    data = [record for record in server.requests if record.time >= since and record not in sign_ins(server)]
    assert data
    assert all(record.path.startswith("/au/") for record in data)
    assert len(sign_ins(server)) - before <= 2
    assert not issues(hub.hass)
    await restart(hub)
    assert is_live(hub, server)


@pytest.fixture
async def foreign(start_goodwe: StartGoodWe) -> GoodWeSimulator:
    """Return a server that would take everything, and that nobody may send anything to."""
    return await start_goodwe("string")


@pytest.mark.parametrize("legacy", [False, True])
async def test_sign_in_tells_a_foreign_host(
    hub: Hub, new_goodwe: AddGoodWe, foreign: GoodWeSimulator, legacy: bool
) -> None:
    """At set-up and while running it is refused: the calls go where they went, and the other host hears nothing (§1.6)."""
    server = await new_goodwe("string")
    if legacy:
        server.stage.refuse_sign_in("semsplus", "C0602")
    path = "/api/" if legacy else "/web/sems"
    server.stage.tell_base(f"{foreign.url}{path}")
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] == "create_entry"
    assert is_live(hub, server)
    for base in (f"{foreign.url}{path}", f"http://127.0.0.1:{foreign.port}@{server.host}{path}", "//127.0.0.1/x"):
        server.stage.tell_base(base)
        server.stage.expire_tokens()
        await live_on(hub, 70 * MINUTE, step=5 * MINUTE)
        assert is_fresh(hub, server, within=LEGACY_UPLOAD)
    assert len(sign_ins(server)) >= 4
    assert foreign.requests == []


async def test_answers_that_lead_elsewhere(
    hub: Hub, add_goodwe: AddGoodWe, foreign: GoodWeSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirect is not followed: neither token nor password goes along."""
    server = await add_goodwe("string")
    elsewhere = Answer(status=307, headers=(("Location", f"{foreign.url}/web/sems"),))

    async def lead(*_: object) -> Answer:
        return elsewhere

    with monkeypatch.context() as trouble:
        trouble.setattr(server, "answer", lead)
        await live_on(hub, HOUR, step=5 * MINUTE)
    assert foreign.requests == []
    assert not is_live(hub, server)
    await live_on(hub, 1.5 * HOUR, step=5 * MINUTE)
    assert is_fresh(hub, server, within=LEGACY_UPLOAD)
    assert foreign.requests == []


async def test_foreign_host_takes_what_it_is_sent(hub: Hub, foreign: GoodWeSimulator) -> None:
    """The other host does listen: somebody who trusts it is heard there."""
    await hub.fill(await hub.start_flow("goodwe"), goodwe_form(foreign, password="CANARY-wrong"))
    assert len(foreign.requests) == 1
    assert ways_asked(foreign, dt_util.utcnow() - timedelta(hours=1)) == {}
