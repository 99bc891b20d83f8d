"""The house obeys physics: what its powers say, its counters count."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.simulators.clock import SimClock
from tests.simulators.house import Battery, Counters, House
from tests.simulators.plant import Truth

from .conftest import NOON

FLOWS: dict[str, Callable[[Truth], float]] = {
    "solar_wh": lambda truth: truth.solar_w,
    "standby_wh": lambda truth: truth.standby_w,
    "home_wh": lambda truth: truth.home_w,
    "grid_import_wh": lambda truth: max(truth.grid_w, 0),
    "grid_export_wh": lambda truth: max(-truth.grid_w, 0),
    "battery_charge_wh": lambda truth: max(-truth.battery_w, 0),
    "battery_discharge_wh": lambda truth: max(truth.battery_w, 0),
}


def batteries(count: int = 2, percent: float = 50) -> list[Battery]:
    return [
        Battery(serial=f"B{number}", capacity_wh=10_000, energy_wh=100 * percent, charged_wh=5_000, discharged_wh=4_000)
        for number in range(count)
    ]


def live(clock: SimClock, house: House, hours: float, every_seconds: float = 5) -> list[Truth]:
    """Let the house live and return what it told every so often."""
    told = [house.truth()]
    for _ in range(round(hours * 3600 / every_seconds)):
        clock.advance(every_seconds)
        told.append(house.truth())
    return told


@pytest.mark.parametrize("mode", ["self_consumption", "autonomous", "backup"])
def test_counters_count_what_flows(clock: SimClock, mode: str) -> None:
    house = House(clock, batteries=batteries(), cloudiness=0.6, seed=3)
    house.set(mode=mode)
    told = live(clock, house, hours=24, every_seconds=30)
    before, after = told[0].counters, told[-1].counters
    for name, power in FLOWS.items():
        summed = sum((power(one) + power(two)) / 2 for one, two in pairwise(told)) * 30 / 3600
        counted = getattr(after, name) - getattr(before, name)
        assert counted == pytest.approx(summed, rel=0.01, abs=20), name
    assert after.solar_wh - before.solar_wh > 20_000
    assert after.home_wh - before.home_wh > 5_000


def test_counters_do_not_depend_on_how_often_one_looks(clock: SimClock) -> None:
    often, rarely = (House(clock, batteries=batteries(), seed=5) for _ in range(2))
    told = live(clock, often, hours=0.5, every_seconds=1)
    assert rarely.truth().counters.solar_wh == pytest.approx(told[-1].counters.solar_wh, rel=1e-9)
    assert rarely.truth().battery_energy_wh == pytest.approx(told[-1].battery_energy_wh, rel=1e-6)


def test_power_balances_at_every_moment(clock: SimClock) -> None:
    for truth in live(clock, House(clock, batteries=batteries(), seed=1), hours=24, every_seconds=300):
        assert truth.home_w == pytest.approx(truth.grid_w + truth.battery_w + truth.solar_w - truth.standby_w, abs=1e-6)
        assert truth.solar_w >= 0
        assert truth.home_w > 0


def test_batteries_lose_ten_percent_on_a_round_trip(clock: SimClock) -> None:
    house = House(clock, batteries=[Battery(serial="B", capacity_wh=10_000, energy_wh=2_000, efficiency=0.9)])
    house.set(mode="scheduler", reserve_percent=20, command_w=-2_000)
    clock.advance(3_600)
    house.set(command_w=2_000)
    clock.advance(7_200)
    truth = house.truth()
    assert truth.battery_energy_wh == pytest.approx(2_000)
    assert truth.counters.battery_charge_wh == pytest.approx(2_000)
    assert truth.counters.battery_discharge_wh == pytest.approx(1_800)


def test_each_battery_counts_its_share(clock: SimClock) -> None:
    house = House(clock, batteries=batteries(3))
    house.disable_battery(1, ["Broken"])
    house.set(home_w=500, solar_w=3_500)
    clock.advance(1_800)
    truth = house.truth()
    assert [battery.power_w for battery in truth.batteries] == [-1_500, 0, -1_500]
    assert [battery.charged_wh for battery in truth.batteries] == [pytest.approx(wh) for wh in (5_750, 5_000, 5_750)]
    assert truth.counters.battery_charge_wh == pytest.approx(15_000 + 1_500)


def test_reserve_is_respected_on_grid(clock: SimClock) -> None:
    house = House(clock, batteries=batteries(percent=30))
    house.set(home_w=4_000, solar_w=0, reserve_percent=25)
    told = live(clock, house, hours=2, every_seconds=60)
    assert min(truth.battery_level for truth in told) == pytest.approx(25, abs=0.01)
    assert told[0].battery_w == 4_000 + told[0].standby_w
    assert told[-1].battery_w == pytest.approx(0, abs=1)
    assert told[-1].grid_w == pytest.approx(4_000 + told[-1].standby_w, abs=1)


def test_full_batteries_export(clock: SimClock) -> None:
    house = House(clock, batteries=batteries(percent=99))
    house.set(home_w=500, solar_w=5_500)
    truth = live(clock, house, hours=1, every_seconds=60)[-1]
    assert truth.battery_level == pytest.approx(100, abs=0.01)
    assert truth.grid_w == pytest.approx(-5_000, abs=1)
    house.set(export_limit_w=2_000)
    truth = house.truth()
    assert (truth.grid_w, truth.solar_w) == (-2_000, 2_500)


def test_power_limits_of_the_batteries_hold(clock: SimClock) -> None:
    house = House(clock, batteries=batteries(2))
    house.set(home_w=15_000, solar_w=1_000, reserve_percent=0)
    truth = house.truth()
    assert (truth.battery_w, truth.grid_w) == (10_000, 4_000)


def test_backup_mode_charges_from_the_grid(clock: SimClock) -> None:
    house = House(clock, batteries=batteries(percent=50))
    house.set(mode="backup", home_w=1_000, solar_w=0.0)
    truth = house.truth()
    assert (truth.battery_w, truth.grid_w) == (-3_000, 4_000 + truth.standby_w)
    assert live(clock, house, hours=4, every_seconds=60)[-1].battery_level == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize(("hour", "battery_w"), [(2, -3_000), (10, 0), (18, 1_000), (23, 0)])
def test_autonomous_mode_goes_by_the_clock(clock: SimClock, hour: int, battery_w: float) -> None:
    house = House(clock, batteries=batteries(), timezone="UTC")
    house.set(mode="autonomous", home_w=1_000, solar_w=0.0)
    clock.set(NOON.replace(hour=hour) + timedelta(days=1))
    house.set(home_w=1_000 - house.truth().standby_w)
    assert house.truth().battery_w == battery_w


def test_outage_is_carried_below_the_reserve_until_empty(clock: SimClock) -> None:
    house = House(clock, batteries=batteries(1, percent=30))
    house.set(home_w=2_000, solar_w=100, reserve_percent=50)
    house.start_outage()
    truth = house.truth()
    assert (truth.grid, truth.outage, truth.grid_w, truth.battery_w) == ("islanded", True, 0, 1_900)
    told = live(clock, house, hours=2, every_seconds=60)
    assert told[-1].blackout
    assert told[-1].battery_level == pytest.approx(0, abs=0.1)
    assert (told[-1].home_w, told[-1].solar_w, told[-1].battery_w) == (0, 0, 0)
    assert told[-1].counters.grid_import_wh == told[0].counters.grid_import_wh


def test_surplus_sun_is_throttled_in_an_outage(clock: SimClock) -> None:
    house = House(clock, batteries=batteries(1, percent=100))
    house.set(home_w=700, solar_w=5_000)
    house.start_outage()
    truth = house.truth()
    assert (truth.solar_w, truth.battery_w, truth.grid_w) == (700, 0, 0)


def test_return_of_the_grid_takes_its_time(clock: SimClock) -> None:
    house = House(clock, resync_seconds=20)
    house.start_outage(seconds=60)
    states = [truth.grid for truth in live(clock, house, hours=90 / 3600, every_seconds=10)]
    assert states == ["islanded"] * 6 + ["resyncing"] * 2 + ["connected"] * 2


def test_off_grid_by_choice(clock: SimClock) -> None:
    house = House(clock, resync_seconds=20)
    house.disconnect()
    assert (house.truth().grid, house.truth().outage) == ("islanded", False)
    house.reconnect()
    assert house.truth().grid == "resyncing"
    clock.advance(20)
    assert house.truth().grid == "connected"


def test_sun_follows_the_local_day(clock: SimClock) -> None:
    house = House(clock, timezone="America/Los_Angeles", latitude=37, solar_peak_w=5_000)
    clock.set(NOON.replace(hour=0))
    told = {truth.time.astimezone(house.zone).hour: truth.solar_w for truth in live(clock, house, 24, 3_600)}
    assert max(told, key=lambda hour: told[hour]) in (12, 13)
    assert told[2] == told[23] == 0
    assert 4_000 < max(told.values()) <= 5_000


def test_clouds_take_sun_and_repeat_for_the_same_seed(clock: SimClock) -> None:
    clear, cloudy, same, other = (
        House(clock, cloudiness=clouds, seed=seed) for clouds, seed in ((0, 1), (1, 1), (1, 1), (1, 2))
    )
    clock.advance(10_000)
    suns = [house.truth().solar_w for house in (clear, cloudy, same, other)]
    assert suns[1] == suns[2] < suns[0]
    assert suns[3] != suns[1]


def test_clock_set_back_undoes_nothing(clock: SimClock) -> None:
    house = House(clock, counters=Counters(), batteries=batteries())
    clock.advance(3_600)
    before = house.truth()
    clock.set(NOON)
    after = house.truth()
    assert after.counters == before.counters
    assert after.time == NOON


def test_halted_batteries_do_nothing(clock: SimClock) -> None:
    house = House(clock)
    house.set(halted=True, home_w=800, solar_w=300)
    truth = house.truth()
    assert (truth.battery_w, truth.grid_w) == (0, 500)


def test_unknown_setting_is_an_error(clock: SimClock) -> None:
    with pytest.raises(TypeError):
        House(clock).set(solar_power=1)


async def test_sleeper_wakes_when_the_clock_is_moved(clock: SimClock) -> None:
    sleeper = asyncio.create_task(clock.sleep(10))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(sleeper), 0.1)
    clock.advance(10)
    await asyncio.wait_for(sleeper, 5)


def test_clock_does_not_run_backwards(clock: SimClock) -> None:
    with pytest.raises(ValueError, match="backwards"):
        clock.speed = -1


def test_clock_follows_its_source_at_its_speed() -> None:
    now = [NOON]
    clock = SimClock(lambda: now[0], speed=60)
    now[0] += timedelta(seconds=2)
    assert clock.now() == NOON + timedelta(minutes=2)
    clock.speed = 1
    now[0] += timedelta(seconds=2)
    assert clock.now() == NOON + timedelta(minutes=2, seconds=2)
