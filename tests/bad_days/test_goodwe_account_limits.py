"""A vendor that asks for less: GY0429 and 429 are obeyed, also over a restart, and rarely needed (goodwe.md §1.2, §9, §10.6)."""

from datetime import datetime, timedelta

from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util
import pytest

from tests.bad_days.conftest import AddGoodWe
from tests.bad_days.goodwe_tools import is_fresh, is_live, serial, sign_ins, ways_asked
from tests.bad_days.living import DAY, HOUR, MINUTE, Watch, issues, live_on, live_until, number, reauths, restart
from tests.bad_days.tools import entry_of, problems
from tests.hub import Hub, goodwe_form
from tests.simulators.goodwe.limits import Refusal
from tests.simulators.goodwe.server import GoodWeSimulator

pytestmark = pytest.mark.usefixtures("summer")

PAUSE = 300.0
TOLERATED = 70  # calls a minute that users were seen to make unpunished (§10.6)


def strict(server: GoodWeSimulator, calls: int = TOLERATED) -> None:
    """Let the server refuse more than so many calls in a minute; time stands still within a poll, so bursts are not judged."""
    server.world.limits._minute.most = calls
    server.world.limits._burst.most = 1_000
    server.stage.set_limits(on=True)


def sent_since(server: GoodWeSimulator, moment: datetime) -> int:
    """Count the requests since a moment."""
    return sum(record.time > moment for record in server.requests)


# A day at the edge


async def test_a_day_against_a_strict_server(hub: Hub, new_goodwe: AddGoodWe, caplog: pytest.LogCaptureFixture) -> None:
    """The usual pace with four restarts in between: never too many calls, six sign-ins."""
    server = await new_goodwe("string")
    strict(server)
    await hub.add_goodwe(server)
    for _ in range(4):
        await live_on(hub, DAY / 4, step=5 * MINUTE)
        await restart(hub)
    assert server.world.limits.refusals == 0
    assert len(sign_ins(server)) <= 7
    assert not issues(hub.hass)
    assert not problems(caplog)
    await live_on(hub, 5 * MINUTE, step=MINUTE)
    assert is_fresh(hub, server)


async def test_the_usual_pace_is_far_from_the_edge(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """No minute of a running home has even a third of what is tolerated."""
    server = await new_goodwe("home")
    await hub.add_goodwe(server)
    await live_on(hub, 2 * MINUTE)
    strict(server, TOLERATED // 3)
    await live_on(hub, HOUR)
    assert server.world.limits.refusals == 0
    assert is_fresh(hub, server)


async def test_a_server_that_bears_little(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """At set-up more is asked than it bears: one refusal each time, a pause each time, and in the end everything is read."""
    server = await new_goodwe("home")
    strict(server, 20)
    await hub.add_goodwe(server)
    refused = server.world.limits.refusals
    assert refused == 1
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    sent = len(server.requests)
    await live_on(hub, PAUSE - 20, step=20)
    assert len(server.requests) == sent
    await live_on(hub, HOUR / 2)
    assert server.world.limits.refusals <= 2
    assert is_fresh(hub, server)
    assert number(hub, f"{serial(server)}_solar_energy_total") > 0
    before = server.world.limits.refusals
    await live_on(hub, HOUR / 2)
    assert server.world.limits.refusals == before
    assert not reauths(hub.hass)


# A pause


@pytest.mark.parametrize(
    ("kind", "asked", "pause"), [("body", 250.0, PAUSE), ("status", 900.0, 900.0), ("status", 86_400.0, HOUR)]
)
async def test_pause_is_obeyed(hub: Hub, add_goodwe: AddGoodWe, kind: Refusal, asked: float, pause: float) -> None:
    """One refusal, then silence: 300 s after GY0429, after 429 as long as Retry-After says, an hour at most (§1.2)."""
    server = await add_goodwe("home")
    await live_on(hub, 20 * MINUTE)
    watch = Watch(hub)
    server.stage.rate_limit(asked, kind)
    sent = len(server.requests)
    await live_until(hub, lambda: len(server.requests) > sent, most=2 * MINUTE, step=10)
    began = server.requests[-1].time
    assert sent_since(server, began - timedelta(seconds=1)) == server.world.limits.refusals == 1
    await live_on(hub, pause - 75, step=60, each=watch)
    assert sent_since(server, began) == 0
    server.stage.rate_limit(0)
    await live_on(hub, 5 * MINUTE, step=30, each=watch)
    assert is_fresh(hub, server)
    assert len(sign_ins(server)) == 1
    assert not watch.fallen
    assert not {name for name in watch.vanished if name.endswith("_total")}
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


async def test_no_word_how_long(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """429 without Retry-After: five minutes."""
    server = await add_goodwe("home")
    await live_on(hub, 20 * MINUTE)
    sent = len(server.requests)
    server.faults.add("*", "status", code=429)
    await live_until(hub, lambda: len(server.requests) > sent, most=2 * MINUTE, step=10)
    sent = len(server.requests)
    server.faults.clear()
    await live_on(hub, PAUSE - 20, step=20)
    assert len(server.requests) == sent
    await live_on(hub, 3 * MINUTE, step=20)
    assert is_fresh(hub, server)


async def test_restart_during_a_pause(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """It loads with what was stored and sends nothing until the pause is over; then it goes on by itself."""
    server = await add_goodwe("home")
    await live_on(hub, 20 * MINUTE)
    total = number(hub, f"{serial(server)}_solar_energy_total")
    server.stage.rate_limit(900, "status")
    sent = len(server.requests)
    await live_on(hub, 2 * MINUTE, step=20)
    assert len(server.requests) == sent + 1
    for _ in range(4):
        await restart(hub)
        assert entry_of(hub.hass).state is ConfigEntryState.LOADED
        assert number(hub, f"{serial(server)}_solar_energy_total") == total
        await live_on(hub, 2 * MINUTE, step=20)
    assert len(server.requests) == sent + 1
    assert len(sign_ins(server)) == 1
    await live_on(hub, 10 * MINUTE, step=MINUTE)
    assert is_fresh(hub, server)
    assert len(sign_ins(server)) == 1


async def test_refused_now_and_then(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """Every half hour a block of five minutes: one refusal each, the way stays, values go on."""
    server = await add_goodwe("string")
    began = dt_util.utcnow()
    watch = Watch(hub)
    for _ in range(6):
        await live_on(hub, 25 * MINUTE, step=MINUTE, each=watch)
        assert is_fresh(hub, server)
        server.stage.rate_limit(PAUSE - 30)
        await live_on(hub, PAUSE, step=MINUTE, each=watch)
        assert is_live(hub, server)
    assert server.world.limits.refusals == 6
    assert ways_asked(server, began).keys() == {"semsplus"}
    assert not watch.vanished
    assert len(sign_ins(server)) == 1


async def test_pause_at_set_up(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """The dialog says so."""
    server = await new_goodwe("home")
    server.stage.rate_limit(PAUSE)
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server))
    assert flow["errors"] == {"base": "rate_limited"}
    assert len(server.requests) == 1


async def test_pause_at_the_sign_in(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """It is no reason to ask for a password, nor to try the other way at once."""
    server = await add_goodwe("string")
    await live_on(hub, 70 * MINUTE, step=5 * MINUTE)
    server.stage.expire_tokens()
    server.stage.rate_limit(PAUSE - 30)
    sent = len(server.requests)
    await live_on(hub, PAUSE, step=20)
    assert len(server.requests) == sent + 1
    await live_on(hub, 15 * MINUTE, step=MINUTE)
    assert is_fresh(hub, server)
    assert len(sign_ins(server)) == 2
    assert not reauths(hub.hass)
