"""A cloud that is ill or not there: an Anker account waits, keeps what still means something and goes on by itself (anker.md §4)."""

from collections.abc import Mapping
import logging
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntryState
import pytest

from custom_components.solar_battery_hub.stores import EntryStore
from tests.bad_days.anker_tools import FULL, is_fresh, is_live, sign_ins, site, submit
from tests.bad_days.conftest import AddAnker
from tests.bad_days.living import DAY, HOUR, MINUTE, Watch, issues, lifetimes, live_on, number, reauths, restart
from tests.bad_days.tools import NOTHING, entry_of, patiently, problems
from tests.hub import Hub
from tests.simulators.anker.server import AnkerSimulator

pytestmark = pytest.mark.usefixtures("summer")


@pytest.fixture
async def server(summer: None, hub: Hub, add_anker: AddAnker) -> AnkerSimulator:
    """Return the cloud of a home that was read for a while on a sunny noon."""
    server = await add_anker()
    await live_on(hub, FULL)
    return server


def recoveries(caplog: pytest.LogCaptureFixture) -> int:
    """Count the lines that say that all is well again."""
    return sum(
        "can be read again" in record.getMessage() for record in caplog.records if record.levelno == logging.INFO
    )


class Trouble(NamedTuple):
    """What is wrong with every answer."""

    kind: str
    args: Mapping[str, Any] = {}


TROUBLES = (
    Trouble("bad_gateway"),
    Trouble("origin_timeout"),
    Trouble("busy"),
    Trouble("refusal", {"value": 10000}),
    Trouble("cut_connection"),
    Trouble("html"),
    Trouble("override", {"pointer": "/data", "value": None}),
    Trouble("override", {"pointer": "/data", "value": []}),
    Trouble("wrong_types"),
)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: f"{trouble.kind}-{trouble.args.get('value', '')}")
async def test_cloud_in_trouble(
    hub: Hub, server: AnkerSimulator, caplog: pytest.LogCaptureFixture, trouble: Trouble
) -> None:
    """Two hours of it: live values end by their age, counters stand, one line down and one up; a restart changes nothing."""
    caplog.set_level(logging.INFO)
    watch, counted, asked = Watch(hub), lifetimes(hub), len(server.requests)
    caplog.clear()
    server.faults.add("*", trouble.kind, **trouble.args)
    await live_on(hub, 10 * MINUTE, step=5 * MINUTE, each=watch)
    await live_on(hub, 110 * MINUTE, step=10 * MINUTE, each=watch)
    assert not is_live(hub, server)
    assert lifetimes(hub) == counted
    assert len(problems(caplog)) == 1
    assert "cannot be read" in problems(caplog)[0]
    assert recoveries(caplog) == 0
    assert len(server.requests) - asked < 400
    names = Watch(hub).names
    await patiently(hub, restart(hub))
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert lifetimes(hub) == counted
    server.faults.clear()
    await live_on(hub, 20 * MINUTE, step=MINUTE, each=watch)
    assert is_fresh(hub, server)
    assert names <= Watch(hub).names
    assert recoveries(caplog) == 1
    assert not watch.fallen
    assert not {name for name in watch.zeros if "_power" in name or name.endswith(("_total", "_level"))}
    assert len(sign_ins(server)) == 1
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


async def test_minutes_without_an_answer(hub: Hub, server: AnkerSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """Four times five minutes of different kinds: nobody notices."""
    watch = Watch(hub)
    for kind in ("bad_gateway", "cut_json", "reset", "busy"):
        fault = server.faults.add("*", kind)
        await live_on(hub, 5 * MINUTE, step=MINUTE, each=watch)
        server.faults.remove(fault)
        await live_on(hub, 10 * MINUTE, step=2 * MINUTE, each=watch)
        assert is_fresh(hub, server), kind
    assert not watch.vanished
    assert not watch.fallen
    assert len(problems(caplog)) == 4, "one each"
    assert len(sign_ins(server)) == 1
    assert not issues(hub.hass)


async def test_nobody_there_for_a_day(hub: Hub, server: AnkerSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """One line, counters stand; afterwards the day that was missed is counted, and nothing had to be reloaded."""
    caplog.set_level(logging.INFO)
    watch, counted = Watch(hub), lifetimes(hub)
    caplog.clear()
    server.refuse_connections()
    await live_on(hub, DAY, step=HOUR, each=watch)
    assert not is_live(hub, server)
    assert len(problems(caplog)) == 1
    assert lifetimes(hub) == counted
    await server.accept_connections()
    await live_on(hub, 20 * MINUTE, step=30, each=watch)
    assert is_fresh(hub, server)
    assert recoveries(caplog) == 1
    server.catch_up()
    days = server.world.sites[0].diary.days
    both = sum(days[day].home for day in sorted(days)[-2:])
    assert number(hub, f"{site(server)}_home_energy_total") == pytest.approx(both, abs=0.6)
    assert not watch.fallen
    assert len(sign_ins(server)) == 1
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


async def test_answers_that_never_come(hub: Hub, server: AnkerSimulator) -> None:
    """A call is given up after a while, and is no reason to sign in again."""
    server.faults.add("*", "hang")
    before = len(server.requests)
    for _ in range(40):
        await hub.advance(30, step=10, hanging=True)
    assert 20 < len(server.requests) - before < 80
    assert hub.state(f"{site(server)}_solar_energy_total").state not in NOTHING
    server.faults.clear()
    server.close_connections()
    for _ in range(10):
        await hub.advance(30, step=10, hanging=True)
    await live_on(hub, 15 * MINUTE, step=MINUTE)
    assert is_fresh(hub, server)
    assert len(sign_ins(server)) == 1
    assert not reauths(hub.hass)


async def test_restart_while_nobody_is_there(hub: Hub, server: AnkerSimulator) -> None:
    """With what was stored it loads and shows its counters; without anything Home Assistant tries again by itself."""
    counted, names = lifetimes(hub), Watch(hub).names
    server.refuse_connections()
    await patiently(hub, restart(hub))
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert lifetimes(hub) == counted
    await live_on(hub, HOUR, step=20 * MINUTE)
    await server.accept_connections()
    await live_on(hub, 20 * MINUTE, step=MINUTE)
    assert is_fresh(hub, server)
    assert names <= Watch(hub).names
    entry = entry_of(hub.hass)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    await EntryStore(hub.hass, entry.entry_id).async_remove()
    server.refuse_connections()
    assert not await patiently(hub, hub.hass.config_entries.async_setup(entry.entry_id))
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await server.accept_connections()
    await live_on(hub, 30 * MINUTE, step=MINUTE)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert is_fresh(hub, server)
    assert len(sign_ins(server)) == 1, "the session has a store of its own"


@pytest.mark.parametrize(("kind", "told"), [("html", "bad_answer"), ("bad_gateway", "cannot_connect")])
async def test_trouble_at_set_up(hub: Hub, new_anker: AddAnker, kind: str, told: str) -> None:
    """The dialog says what is wrong, and it is not the password; nothing is tried behind the user's back."""
    server = await new_anker()
    server.faults.add("*", kind)
    assert (await submit(hub, server))["errors"] == {"base": told}
    assert len(sign_ins(server)) == 1
