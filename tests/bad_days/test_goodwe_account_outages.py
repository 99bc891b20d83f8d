"""A server that is ill or not there: GoodWe accounts wait, keep what still means something and go on by themselves."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntryState
import pytest

from custom_components.solar_battery_hub.stores import EntryStore
from tests.bad_days.conftest import AddGoodWe
from tests.bad_days.goodwe_tools import is_fresh, is_live, most_sign_ins, serial, sign_ins
from tests.bad_days.living import HOUR, MINUTE, Watch, issues, live_on, number, reauths, restart
from tests.bad_days.tools import NOTHING, entry_of, patiently, problems
from tests.hub import Hub, goodwe_form
from tests.simulators.goodwe.server import GoodWeSimulator

pytestmark = pytest.mark.usefixtures("summer")

LATE = 11 * MINUTE  # the oldest value that may be shown at steps of five minutes, whichever way is used


@pytest.fixture
async def server(summer: None, hub: Hub, add_goodwe: AddGoodWe) -> GoodWeSimulator:
    """Return the server of a home that was read for a while on a sunny noon."""
    server = await add_goodwe("home")
    await live_on(hub, 20 * MINUTE)
    return server


class Trouble(NamedTuple):
    """What is wrong with every answer."""

    kind: str
    args: Mapping[str, Any] = {}


TROUBLES = (
    Trouble("status", {"code": 503, "body": "<html>503</html>"}),
    Trouble("status", {"code": 400}),
    Trouble("status", {"code": 404}),
    Trouble("cut_connection"),
    Trouble("cut_json"),
    Trouble("html"),
    Trouble("empty"),
    Trouble("flood", {"megabytes": 3}),
    Trouble("reset"),
    Trouble("override", {"pointer": "", "value": []}),
    Trouble("wrong_types"),
)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: f"{trouble.kind}-{trouble.args.get('code', '')}")
async def test_server_in_trouble(
    hub: Hub, server: GoodWeSimulator, caplog: pytest.LogCaptureFixture, trouble: Trouble
) -> None:
    """Two hours of it: live values end, counters stay, one warning for each way, few sign-ins; then all is as before."""
    watch = Watch(hub)
    total = number(hub, f"{serial(server)}_solar_energy_total")
    caplog.clear()
    asked = len(server.requests)
    server.faults.add("*", trouble.kind, **trouble.args)
    await live_on(hub, 10 * MINUTE, step=5 * MINUTE, each=watch)
    readable = trouble.kind == "wrong_types"  # then there is an answer: it says nothing
    assert is_live(hub, server) is not readable
    await live_on(hub, 110 * MINUTE, step=5 * MINUTE, each=watch)
    assert not is_live(hub, server)
    told = problems(caplog)
    assert readable or 1 <= len(told) <= 2, told
    assert all("cannot be read" in problem for problem in told)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert len(server.requests) - asked < 400
    assert most_sign_ins(server) <= 4
    assert not {name for name in watch.zeros if "_power" in name or name.endswith(("_total", "_level"))}
    assert not watch.fallen
    assert not {name for name in watch.vanished if name.endswith(f"{serial(server)}_solar_energy_total")}
    server.faults.clear()
    await live_on(hub, 1.5 * HOUR, step=5 * MINUTE, each=watch)
    assert is_fresh(hub, server, within=LATE)
    assert number(hub, f"{serial(server)}_solar_energy_total") >= total
    assert not watch.fallen
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


async def test_trouble_with_the_sign_in_only(hub: Hub, server: GoodWeSimulator) -> None:
    """Pages of HTML instead of a token on SEMS+: the legacy API does meanwhile, and nobody is asked for a password."""
    server.stage.expire_tokens()
    fault = server.faults.add("/web/sems/sems-user/api/v1/auth/cross-login", "html")
    await live_on(hub, 1.5 * HOUR, step=5 * MINUTE)
    assert is_fresh(hub, server, within=LATE)
    assert most_sign_ins(server) <= 4
    server.faults.remove(fault)
    await live_on(hub, 2.5 * HOUR, step=5 * MINUTE)
    assert entry_of(hub.hass).runtime_data.account.way.value == "semsplus"
    assert is_fresh(hub, server, within=LATE)
    assert not reauths(hub.hass)


async def test_now_and_then_an_answer_is_lost(hub: Hub, server: GoodWeSimulator) -> None:
    """Single answers that break off: nothing is unavailable, no way is changed, nobody signs in.

    Between two of them every device is read once more: without its values for three rounds one is silent, rightly.
    """
    watch = Watch(hub)
    for kind in ("cut_json", "html", "cut_connection", "empty"):
        server.faults.add("*", kind, times=2)
        await live_on(hub, 11 * MINUTE, each=watch)
    assert server.requests
    assert not watch.vanished
    assert not watch.fallen
    assert is_fresh(hub, server)
    assert len(sign_ins(server)) == 1


async def test_answers_that_never_come(hub: Hub, server: GoodWeSimulator) -> None:
    """A call is given up after half a minute; it is no reason to sign in again."""
    server.faults.add("*", "slow")
    before = len(server.requests)
    for _ in range(40):
        await hub.advance(30, step=10, hanging=True)
    assert 2 < len(server.requests) - before < 60
    assert hub.state(f"{serial(server)}_solar_energy_total").state not in NOTHING
    assert len(sign_ins(server)) <= 2
    server.faults.clear()
    server.close_connections()
    for _ in range(40):
        await hub.advance(30, step=10, hanging=True)
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert is_fresh(hub, server, within=LATE)
    assert not reauths(hub.hass)


async def test_slow_answers(hub: Hub, server: GoodWeSimulator) -> None:
    """Ten seconds each: everything is a little late, and nothing is missing."""
    watch = Watch(hub)
    server.faults.add("*", "slow", seconds=10.0)
    for _ in range(60):
        await hub.advance(15, step=5, hanging=True)
        watch()
    server.faults.clear()
    assert not watch.vanished
    assert len(sign_ins(server)) == 1


async def test_nobody_there_for_hours(hub: Hub, server: GoodWeSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """One warning, counters stay, and all is well minutes after the line is back; no password was ever sent meanwhile."""
    watch = Watch(hub)
    caplog.clear()
    server.refuse_connections()
    await live_on(hub, 5 * HOUR, step=10 * MINUTE, each=watch)
    assert not is_live(hub, server)
    assert len(problems(caplog)) == 1
    assert hub.state(f"{serial(server)}_solar_energy_total").state not in NOTHING
    await server.accept_connections()
    await live_on(hub, 1.5 * HOUR, step=5 * MINUTE, each=watch)
    assert is_fresh(hub, server, within=LATE)
    assert not watch.fallen
    assert most_sign_ins(server) <= 4
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


async def test_restart_while_nobody_is_there(hub: Hub, server: GoodWeSimulator) -> None:
    """The entry loads with what was stored and goes on by itself."""
    total = number(hub, f"{serial(server)}_solar_energy_total")
    names = Watch(hub).names
    server.refuse_connections()
    await patiently(hub, restart(hub))
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert number(hub, f"{serial(server)}_solar_energy_total") == total
    await live_on(hub, HOUR, step=5 * MINUTE)
    await server.accept_connections()
    await live_on(hub, 1.5 * HOUR, step=5 * MINUTE)
    assert is_fresh(hub, server, within=LATE)
    assert names <= Watch(hub).names | {name for name in names if name.endswith("_today")}
    assert len(sign_ins(server)) <= 3
    assert not reauths(hub.hass)


async def test_restart_with_nothing_stored_while_nobody_is_there(hub: Hub, server: GoodWeSimulator) -> None:
    """Home Assistant tries again by itself."""
    entry = entry_of(hub.hass)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    await EntryStore(hub.hass, entry.entry_id).async_remove()
    server.refuse_connections()
    assert not await patiently(hub, hub.hass.config_entries.async_setup(entry.entry_id))
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await live_on(hub, HOUR, step=5 * MINUTE)
    await server.accept_connections()
    await live_on(hub, HOUR, step=5 * MINUTE)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert is_fresh(hub, server, within=LATE)
    assert most_sign_ins(server) <= 4


async def test_restart_on_the_legacy_way(hub: Hub, server: GoodWeSimulator) -> None:
    """It goes on where it was: the way and its session are remembered."""
    server.stage.set_switches(semsplus="missing")
    await live_on(hub, HOUR, step=5 * MINUTE)
    before = len(sign_ins(server))
    shown = Watch(hub).names
    await restart(hub)
    assert is_live(hub, server)
    assert len(sign_ins(server)) == before
    assert shown <= Watch(hub).names
    await live_on(hub, 20 * MINUTE, step=5 * MINUTE)
    assert is_fresh(hub, server, within=LATE)


@pytest.mark.parametrize("kind", ["html", "cut_json", "status"])
async def test_trouble_at_set_up(hub: Hub, new_goodwe: AddGoodWe, kind: str) -> None:
    """The dialog says what is wrong, and it is not the password."""
    server = await new_goodwe("home")
    server.faults.add("*", kind, code=502)
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server))
    assert flow["errors"] == {"base": "cannot_connect" if kind == "status" else "bad_answer"}
