"""A cloud that counts every request of an address: no account of a house is ever turned away, and a refusal hurts nothing else (anker.md §15)."""

from collections import Counter
from datetime import datetime
from typing import override

from homeassistant.util import dt as dt_util
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.anker_tools import FULL, PS, asked, is_fresh, refusals, sign_ins, site, submit
from tests.bad_days.conftest import AddAnker
from tests.bad_days.living import DAY, HOUR, MINUTE, Watch, issues, lifetimes, live_on, number, reauths, restart
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.hub import Hub
from tests.simulators.anker.limits import ENERGY
from tests.simulators.anker.server import AnkerSimulator

pytestmark = pytest.mark.usefixtures("summer")

MOST_ENERGIES, MOST_OTHERS = 10, 12
"""The least that was seen to be allowed in a minute (§15); of these a phone has to find room, too."""


class Peak(Counter[str]):
    """Counts what goes on at a time, and remembers the most."""

    most = 0

    @override
    def __setitem__(self, key: str, value: int) -> None:
        super().__setitem__(key, value)
        self.most = max(self.most, value)


def share_address(first: AnkerSimulator, second: AnkerSimulator) -> Peak:
    """Let two accounts live on one cloud that sees them come from one address; return what it sees at a time."""
    second.limits = first.limits
    first._running = second._running = peak = Peak()
    return peak


def until(hour: int, minute: int) -> float:
    """Return the seconds until a time of the clock here."""
    now = dt_util.now()
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (then - now).total_seconds() % DAY


# A day at the edge


@pytest.mark.parametrize(("profile", "sites", "most"), [("solarbank3", 1, 5), ("three_sites", 3, 15)])
async def test_a_day_under_strict_limits(
    hub: Hub, new_anker: AddAnker, caplog: pytest.LogCaptureFixture, profile: str, sites: int, most: int
) -> None:
    """At the real pace at the start, around midnight and after a restart, else in bursts: nobody is turned away once."""
    server = await new_anker(profile)
    server.stage.set_limits(energy=MOST_ENERGIES - 2, others=MOST_OTHERS - 2)
    await hub.hass.config.async_set_time_zone("Europe/Berlin")
    await hub.add_anker(server)
    began = dt_util.utcnow()
    await live_on(hub, 10 * MINUTE)
    assert all(is_fresh(hub, server, place) for place in range(sites))
    counted = lifetimes(hub)
    watch = Watch(hub)
    await live_on(hub, until(23, 50), step=HOUR, each=watch)
    since = len(server.requests)
    await live_on(hub, 35 * MINUTE, each=watch)
    assert len(server.requests) - since <= 35 * most
    await live_on(hub, 3 * HOUR, step=HOUR, each=watch)
    await restart(hub)
    await live_on(hub, 10 * MINUTE)
    await live_on(hub, DAY - (dt_util.utcnow() - began).total_seconds(), step=HOUR, each=watch)
    assert refusals(server) == 0
    assert len(sign_ins(server)) == 1
    assert not watch.fallen
    assert all(lifetimes(hub)[name] >= value for name, value in counted.items())
    assert not issues(hub.hass)
    assert not problems(caplog)
    await live_on(hub, 10 * MINUTE, step=5 * MINUTE)
    assert all(is_fresh(hub, server, place) for place in range(sites))


async def test_two_accounts_at_one_address(hub: Hub, new_anker: AddAnker, caplog: pytest.LogCaptureFixture) -> None:
    """Also while the second is being added: one request at a time, the limits of one, and no 21105 (§15, §20)."""
    first, second = await new_anker("three_sites"), await new_anker("solarbank2_ac")
    second.door.account.email = f"second-{second.door.account.email}"
    second.door.account.user_id = f"{7:040x}"
    peak = share_address(first, second)
    first.stage.set_limits(energy=MOST_ENERGIES - 2, others=MOST_OTHERS - 2)
    await hub.add_anker(first)
    await live_on(hub, 90, step=5)
    assert (await submit(hub, second))["type"] == "create_entry"
    assert len(hub.hass.config_entries.async_entries(DOMAIN)) == 2
    await live_on(hub, 15 * MINUTE)
    for _ in range(2):
        await restart(hub)
        await live_on(hub, 3 * MINUTE)
    assert refusals(first) == 0
    assert peak.most == 1
    assert all(is_fresh(hub, first, place) for place in range(3))
    assert is_fresh(hub, second)
    for server in (first, second):
        assert number(hub, f"{site(server)}_home_energy_today") > 0
        assert len(sign_ins(server)) == 1
    assert not problems(caplog)
    assert not issues(hub.hass)


async def test_same_account_is_not_added_twice(hub: Hub, add_anker: AddAnker) -> None:
    """Neither in other letters nor by another address of its owner; the token of the first is not spent (§3.5)."""
    server = await add_anker()
    await live_on(hub, FULL)
    server.stage.set_door(single_token=True)
    email = server.door.account.email
    assert (await submit(hub, server, username=f" {email.upper()} "))["reason"] == "already_configured"
    assert len(sign_ins(server)) == 1
    server.door.account.email = f"{email}.uk"
    assert (await submit(hub, server))["reason"] == "already_configured"
    server.door.account.email = email
    await live_on(hub, 10 * MINUTE, step=MINUTE)
    assert is_fresh(hub, server)
    assert len(sign_ins(server)) == 3
    assert not issues(hub.hass)


# A refusal


def sent(server: AnkerSimulator, path: str, since: datetime) -> int:
    """Count the requests to a path since a moment."""
    return asked(server, since)[path.rpartition("/")[2]]


async def test_an_endpoint_that_is_exhausted(hub: Hub, add_anker: AddAnker, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody else at this address uses one up for an hour: it rests a minute each time, and everything else goes on."""
    server = await add_anker()
    await live_on(hub, FULL)
    watch = Watch(hub)
    caplog.clear()
    server.stage.set_limits(energy_analysis=0, get_site_price=0, get_site_list=0)
    since = dt_util.utcnow()
    await live_on(hub, HOUR / 2, each=watch)
    await restart(hub)
    await live_on(hub, HOUR / 2, step=MINUTE, each=watch)
    assert is_fresh(hub, server)
    assert not [name for name in watch.vanished if not name.endswith(("_price", "_tariff"))]
    assert sent(server, ENERGY, since) <= 50
    assert sent(server, "get_site_price", since) <= 15
    assert sent(server, "get_site_list", since) <= 15
    assert len(problems(caplog)) <= 2, "once, and once more after the restart"
    server.stage.set_limits()
    await live_on(hub, 20 * MINUTE, each=watch)
    refused = refusals(server)
    await live_on(hub, 20 * MINUTE, step=MINUTE)
    assert refusals(server) == refused
    assert not watch.fallen
    assert not issues(hub.hass)
    assert not reauths(hub.hass)


async def test_everything_is_exhausted(hub: Hub, new_anker: AddAnker, caplog: pytest.LogCaptureFixture) -> None:
    """At the first start, in the dialog, and while running: it is said, nothing is hammered, and it goes on by itself."""
    server = await new_anker()
    server.stage.set_limits(energy=0, others=0)
    assert (await submit(hub, server))["errors"] == {"base": "rate_limited"}
    server.stage.set_limits()
    await hub.advance(70, step=70)
    await hub.add_anker(server)
    await live_on(hub, FULL)
    caplog.clear()
    watch, total = Watch(hub), f"{site(server)}_solar_energy_total"
    server.stage.set_limits(energy=0, others=0)
    since = dt_util.utcnow()
    await live_on(hub, HOUR, step=MINUTE, each=watch)
    assert all(times <= 60 for times in asked(server, since).values())
    assert hub.state(total).state not in NOTHING
    assert hub.state(f"{site(server)}_solar_power").state in NOTHING
    assert len(problems(caplog)) == 1
    await restart(hub)
    assert hub.state(total).state not in NOTHING
    server.stage.set_limits()
    await live_on(hub, 15 * MINUTE, step=MINUTE)
    assert is_fresh(hub, server)
    assert entry_of(hub.hass).runtime_data.connection.up
    assert not watch.fallen
    assert len(sign_ins(server)) == 1 + 1
    assert not reauths(hub.hass)


async def test_busy_with_somebody_else(hub: Hub, add_anker: AddAnker) -> None:
    """21105 for one call in three: a second try, and nothing that matters is missing; for one scene nothing at all (§4)."""
    server = await add_anker()
    await live_on(hub, FULL)
    watch = Watch(hub)
    server.stage.set_oddities(rate=0.33, losses=("busy",))
    await live_on(hub, HOUR / 2, each=watch)
    assert not [name for name in watch.vanished if "_power" in name or "_energy" in name or "_level" in name]
    assert is_fresh(hub, server)
    server.stage.set_oddities(rate=0.0)
    await live_on(hub, 15 * MINUTE, step=MINUTE)
    watch.vanished.clear()
    fault = server.faults.add(f"{PS}/site/get_scen_info", "busy", times=1)
    await live_on(hub, 5 * MINUTE, step=MINUTE, each=watch)
    assert fault.used == 1
    assert not watch.vanished
    assert entry_of(hub.hass).runtime_data.connection.up
    assert len(sign_ins(server)) == 1
