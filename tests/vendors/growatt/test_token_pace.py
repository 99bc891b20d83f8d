"""A day and two of them with restarts: how often the token API is asked and how old what it tells is (growatt.md B.3, E)."""

from datetime import timedelta
from itertools import pairwise
from statistics import mean

import pytest

from custom_components.solar_battery_hub.core.errors import TooSoon
from custom_components.solar_battery_hub.core.model import Ref, Snapshot
from custom_components.solar_battery_hub.vendors.base import Wanted
from custom_components.solar_battery_hub.vendors.growatt.token import TokenAccount
from tests.vendors.growatt.token_bench import open_bench
from tests.vendors.reading import Fetched, Pace

pytestmark = pytest.mark.usefixtures("socket_enabled")

_ROUNDS_A_DAY = 24 * 12  # of Home Assistant's own integration: every five minutes


def brought(done: Fetched) -> Snapshot:
    """Return what a poll brought; fails where it failed."""
    assert done.snapshot is not None, done.error
    return done.snapshot


@pytest.mark.parametrize(("profile", "devices"), [("min", 1), ("sph", 1), ("min5", 5)])
async def test_a_day(profile: str, devices: int) -> None:
    """At most half of what Home Assistant's own integration asks, and every upload soon after it came."""
    async with open_bench(profile) as bench:
        pace = Pace(bench.clock, bench.open())
        await pace.run(hours=24)
        assert bench.too_often == []
        assert bench.counted["plant/list"] <= 2
        per_round = 3 * devices + 2 if profile != "sph" else 4  # an SPH has its settings among its facts
        assert len(bench.paths) <= per_round * _ROUNDS_A_DAY / 2
        followed = [device.serial for device in bench.server.world.devices if device.model.has_battery]
        assert followed  # the others sleep at night
        for serial in followed:
            live = [(done.at, brought(done)) for done in pace.fetched if done.key == f"live_{serial}"]
            assert len(live) >= 250  # E: about 259
            assert mean((at - snapshot.measured_at).total_seconds() for at, snapshot in live) <= 70
            seen = [snapshot.measured_at for _, snapshot in live]
            assert max(later - earlier for earlier, later in pairwise(seen)) <= timedelta(minutes=11)


async def test_two_days_with_twenty_restarts() -> None:
    """Never is the server asked what it does not want to be asked yet."""
    async with open_bench("home") as bench:
        account = bench.open()
        await account.identify()
        pace = Pace(bench.clock, account)
        await pace.run(minutes=7)
        for restart in range(20):
            devices = pace.account.devices
            again = bench.restart()
            again.restore(devices)
            await _start(again)
            pace = Pace(bench.clock, again)
            bench.clock.pass_time(seconds=303)  # what was too early is asked later
            await pace.run(minutes=130 + restart)
        assert bench.too_often == []
        assert bench.counted["plant/list"] <= 4
        assert bench.counted["device/tlx/tlx_data_info"] <= 2 * 4


async def _start(account: TokenAccount) -> None:
    """Ask every feed once, as a start does."""
    for feed in account.feeds:
        try:
            await account.fetch(feed, Wanted())
        except TooSoon:
            continue


async def test_followed_uploads_bring_news_each_time() -> None:
    async with open_bench("min") as bench:
        pace = Pace(bench.clock, bench.open())
        await pace.run(hours=3)
        stamps = [
            brought(done).values[Ref("MXH0000001", "last_measured")]
            for done in pace.fetched
            if done.key.startswith("live_")
        ]
        assert len(stamps) >= 30
        assert len(set(stamps)) == len(stamps)
