"""How often a token is used, over days and restarts, and how old what it shows is (growatt.md B.3, E, G)."""

from collections import Counter
from datetime import datetime, timedelta
from statistics import mean

from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util
import pytest

from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_token_tools import PLANT_LIST, Ledger, is_latest, live_on, most_in_a_day, root, show
from tests.bad_days.growatt_tools import DAY, HOUR, device_of, issues, number, reauths, restart, states
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.hub import Hub
from tests.simulators.growatt.v1_limits import LONG

MIN = "MXH0000001"
SPH = "SPH0000001"
LIVE = "device/tlx/tlx_last_data"

pytestmark = pytest.mark.usefixtures("summer")


def next_call(hub: Hub) -> datetime:
    """Return when the account says it asks next."""
    due = entry_of(hub.hass).runtime_data.feeds.next_call
    assert isinstance(due, datetime)
    return due


async def test_a_day_against_a_strict_server(
    hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture
) -> None:
    """Two plants, a MIN with battery, one without and an SPH: never too early, never too much, soon after an upload."""
    server = await add_account("home", "token", strict=True)
    await show(hub, f"{SPH}_last_measured")
    ledger = Ledger(server)
    overdue = 0
    ages: dict[datetime, float] = {}

    def look() -> None:
        nonlocal overdue
        overdue += next_call(hub) < dt_util.utcnow() - timedelta(seconds=2)
        told = hub.state(f"{SPH}_last_measured")
        uploaded = datetime.fromisoformat(told.state)
        ages[uploaded] = (told.last_changed - uploaded).total_seconds()

    await live_on(hub, DAY, each=look)
    assert not ledger.refused
    assert ledger.shortest_gap() >= 300
    assert most_in_a_day(server, PLANT_LIST) <= 10
    assert max(Counter((call.path, call.about) for call in ledger.calls).values()) <= 279
    assert ledger.counted["device/list"] == 2 * 3  # and another at set-up
    assert overdue == 0
    assert len(ages) >= 240
    assert mean(ages.values()) <= 70
    assert set(ages) <= {record.instant for record in device_of(server, SPH).history}
    assert is_latest(hub, server, MIN)
    assert not problems(caplog)
    assert not issues(hub.hass)


async def test_two_days_with_twenty_restarts(hub: Hub, add_account: AddAccount) -> None:
    """No restart asks for anything twice, and each shows the last values at once."""
    server = await add_account("min", "token", strict=True)
    ledger = Ledger(server)
    for turn in range(20):
        await live_on(hub, 2 * DAY / 20 - 90 * turn + 855)
        shown = states(hub.hass)
        await restart(hub)
        assert entry_of(hub.hass).state is ConfigEntryState.LOADED
        assert states(hub.hass).keys() == shown.keys()
    assert not ledger.refused
    assert ledger.shortest_gap() >= 300
    assert most_in_a_day(server, PLANT_LIST) <= 10
    assert not reauths(hub.hass)


@pytest.mark.parametrize(("profile", "times"), [("all", 2), ("home", 6)])
async def test_restarts_one_after_the_other(
    hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture, profile: str, times: int
) -> None:
    """Restarts within five minutes: everything stays, nothing is asked (growatt.md G: 10012 at set-up)."""
    server = await add_account(profile, "token", strict=True)
    ledger = Ledger(server)
    shown = states(hub.hass)
    for _ in range(times):
        await hub.advance(250 / times, step=250)
        await restart(hub)
        assert entry_of(hub.hass).state is ConfigEntryState.LOADED
        assert states(hub.hass).keys() == shown.keys()
    assert not ledger.refused
    assert not [call for call in ledger.limited if not call.path.startswith(("device/spa/", "device/storage/"))]
    await live_on(hub, 700)
    assert is_latest(hub, server, "MIN0000001")
    assert not problems(caplog)


@pytest.mark.parametrize("key", ["live", "settings"])
async def test_home_assistant_is_restored(hub: Hub, add_account: AddAccount, key: str) -> None:
    """A restart after an hour off shows the counters at once, and the present ones with the first call."""
    server = await add_account("min", "token", strict=True)
    await live_on(hub, HOUR)
    entry = entry_of(hub.hass)
    total = number(hub, f"{MIN}_solar_energy_total")
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    await hub.advance(HOUR, step=HOUR)
    if key == "settings":
        server.faults.add(f"/v1/{LIVE}", "html")
    assert await hub.hass.config_entries.async_setup(entry.entry_id)
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    if key == "live":
        assert number(hub, f"{MIN}_solar_energy_total") > total
        assert is_latest(hub, server, MIN)
    else:
        assert number(hub, f"{MIN}_solar_energy_total") == total
        assert hub.state(f"{MIN}_solar_power").state in NOTHING


async def test_somebody_else_uses_the_token(
    hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture
) -> None:
    """What comes too early for the server (10012) is nobody's failure: values stay, nothing is logged, it goes on."""
    server = await add_account("min", "token", strict=True)
    await live_on(hub, HOUR)
    caplog.clear()
    ledger = Ledger(server)
    shown = states(hub.hass)
    for _ in range(3):
        token = server.world.token.text
        due = next_call(hub)
        await hub.advance((due - dt_util.utcnow()).total_seconds() - 100, step=1_000)
        server.v1.limits.allows((token, LIVE, MIN), LONG)  # the other one was faster
        await hub.advance(120, step=10)
        assert states(hub.hass).keys() == shown.keys()
    assert ledger.refused
    assert not problems(caplog)
    assert hub.state(f"{root(hub)}_reachable", "binary_sensor").state == "on"
    await live_on(hub, 700)
    assert is_latest(hub, server, MIN)
