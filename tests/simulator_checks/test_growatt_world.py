"""Growatt's world without any API: clocks, uploads, counters, midnights and the energy behind them (growatt.md Part F)."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
import itertools
from typing import Any

import pytest

from tests.simulators.clock import SimClock
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.record import Energies
from tests.simulators.growatt.stage import Stage
from tests.simulators.growatt.world import World

HOUR = 3_600.0

type Build = Callable[..., tuple[World, Device]]


@pytest.fixture
def build(clock: SimClock) -> Build:
    """Return a function that builds an account and returns it with its first device."""

    def world_of(profile: str, **options: Any) -> tuple[World, Device]:
        world = World(clock, profile=profile, **options)
        return world, next(world.devices)

    return world_of


def pass_time(world: World, **duration: float) -> None:
    """Let time pass and everything live through it."""
    world.clock.advance(timedelta(**duration).total_seconds())
    world.catch_up()


def go_to(world: World, moment: datetime) -> None:
    """Live until a moment."""
    world.clock.set(moment)
    world.catch_up()


# --- uploads ---------------------------------------------------------------------------------------------------------


def test_values_stand_still_between_uploads(build: Build) -> None:
    world, device = build("min")
    before = device.live()
    seen = {before["time"]}
    for _ in range(20):
        pass_time(world, minutes=1)
        live = device.live()
        assert (live == before) == (live["time"] == before["time"])
        seen.add(live["time"])
        before = live
    assert len(seen) == 5
    texts = sorted(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) for text in seen)
    assert {later - earlier for earlier, later in itertools.pairwise(texts)} == {timedelta(minutes=5)}


def test_time_is_the_plants(build: Build) -> None:
    _world, device = build("min", plant_options={"house_zone": "Australia/Sydney"})
    assert device.record is not None
    local = device.record.instant.astimezone(UTC) + timedelta(hours=10)
    assert device.live()["time"] == local.strftime("%Y-%m-%d %H:%M:%S")
    assert device.plant.timezone == "GMT+10"


def test_constant_powers_add_up(build: Build) -> None:
    """3 kW of sun, 1 kW of household and a full battery for two hours: 4 kWh go out."""
    world, device = build("min")
    device.house.set(solar_w=3_000.0, home_w=1_000.0)
    device.house.set_level(100)
    pass_time(world, minutes=5)
    first = device.record
    pass_time(world, hours=2)
    last = device.record
    assert first is not None
    assert last is not None
    added = last.total.since(first.total)
    assert (added.solar, added.load, added.exported) == pytest.approx((6.0, 2.0, 4.0), abs=0.11)
    assert added.imported == added.charged == added.discharged == 0
    assert (last.solar_w, last.load_w, last.grid_w, last.battery_w) == (3_000.0, 1_000.0, -2_000.0, 0.0)


@pytest.mark.parametrize("profile", ["min", "sph", "min_plain"])
def test_energy_is_conserved(build: Build, profile: str) -> None:
    _world, device = build(profile, past_days=1)
    (yesterday,) = device.days.values()
    gained = yesterday.solar + yesterday.imported + yesterday.discharged
    assert gained == pytest.approx(yesterday.load + yesterday.exported + yesterday.charged, abs=1e-6)
    assert yesterday.solar > 10


def test_uploaded_day_is_the_true_day(build: Build) -> None:
    """What the last upload before midnight says differs from the truth by less than the last five minutes."""
    world, device = build("min")
    go_to(world, datetime(2026, 6, 21, 22, 10, tzinfo=UTC))
    true = device.days[date(2026, 6, 21)]
    told = [record for record in device.history if record.time.date() == date(2026, 6, 21)][-1].today
    for part in fields(Energies):
        assert getattr(told, part.name) == pytest.approx(getattr(true, part.name), abs=0.15), part.name


def test_silent_device_is_lost_after_twenty_minutes(build: Build) -> None:
    world, device = build("min")
    Stage(world).lose_device(device.serial)
    frozen = device.live()
    pass_time(world, minutes=14)
    assert not device.lost
    pass_time(world, minutes=7)
    assert device.live() == frozen | {"lost": True}
    assert device.status == 0
    Stage(world).return_device(device.serial)
    pass_time(world, minutes=5)
    assert not device.live()["lost"]
    assert device.live()["time"] > frozen["time"]


def test_rows_kept_in_the_logger_come_afterwards(build: Build) -> None:
    world, device = build("min")
    stage, before = Stage(world), len(device.history)
    stage.lose_device(device.serial, logger=True, resends=True)
    pass_time(world, minutes=60)
    assert len(device.history) == before
    stage.return_device(device.serial)
    assert device.live()["isAgain"] is True
    late = list(device.history)[before:]
    assert len(late) == 12
    assert all(record.again for record in late)
    pass_time(world, minutes=5)
    assert device.live()["isAgain"] is False


# --- midnight --------------------------------------------------------------------------------------------------------


def test_first_values_after_midnight_are_yesterdays(build: Build) -> None:
    """F.6 (a)."""
    world, device = build("min")
    device.logger.phase = timedelta(minutes=4)
    go_to(world, datetime(2026, 6, 21, 22, 3, tzinfo=UTC))
    assert device.live()["time"] == "2026-06-21 23:59:00"
    assert device.live()["epv1Today"] > 10
    go_to(world, datetime(2026, 6, 21, 22, 4, tzinfo=UTC))
    assert (device.live()["time"], device.live()["epv1Today"]) == ("2026-06-22 00:04:00", 0.0)


def test_midnight_bounces(build: Build) -> None:
    """F.6 (b): 0, yesterday's final value, 0."""
    world, device = build("min")
    world.oddities.bounce = True
    go_to(world, datetime(2026, 6, 21, 21, 59, tzinfo=UTC))
    final = device.live()["etoGridToday"]
    seen = []
    for minute in (5, 10, 15):
        go_to(world, datetime(2026, 6, 21, 22, minute, tzinfo=UTC))
        seen.append(device.live()["etoGridToday"])
    assert final > 1
    assert seen == [0.0, final, 0.0]


def test_inverter_without_battery_sleeps_with_yesterdays_values(build: Build) -> None:
    """F.6 (c) and (d)."""
    world, device = build("min_plain")
    go_to(world, datetime(2026, 6, 22, 1, 30, tzinfo=UTC))
    live = device.live()
    assert live["lost"] is True
    assert (live["eacToday"] > 10, live["eacTotal"] > 10, live["time"][:10]) == (True, True, "2026-06-21")
    world.oddities.zero_totals = True
    world.catch_up()
    assert (device.live()["eacToday"] > 10, device.live()["eacTotal"]) == (True, 0.0)
    go_to(world, datetime(2026, 6, 22, 4, 0, tzinfo=UTC))
    awake = device.live()
    assert (awake["lost"], awake["time"][:10], awake["eacTotal"] > 10) == (False, "2026-06-22", True)
    assert awake["eacToday"] < 1


@pytest.mark.parametrize(("follows_dst", "hours"), [(True, 25), (False, 24)])
def test_the_day_the_clocks_go_back(clock: SimClock, follows_dst: bool, hours: int) -> None:
    """One kilowatt of household: the long day's energy is its length."""
    clock.set(datetime(2026, 10, 24, 10, 0, tzinfo=UTC))
    world = World(clock, profile="min", plant_options={"follows_dst": follows_dst})
    device = next(world.devices)
    device.house.set(solar_w=0.0, home_w=1_000.0)
    go_to(world, datetime(2026, 10, 26, 2, 0, tzinfo=UTC))
    assert device.days[date(2026, 10, 25)].load == pytest.approx(hours, abs=0.05)


def test_wrong_clock_has_its_own_midnight(build: Build) -> None:
    world, device = build("min")
    Stage(world).set_clock_error(device.serial, HOUR)
    go_to(world, datetime(2026, 6, 21, 21, 10, tzinfo=UTC))
    assert device.live()["time"][:13] == "2026-06-22 00"
    assert device.live()["etoGridToday"] == 0


# --- the account -----------------------------------------------------------------------------------------------------


def test_all_families(build: Build) -> None:
    world, _ = build("all")
    assert [device.model.family for device in world.devices] == [
        "inverter",
        "tlx",
        "tlx",
        "mix",
        "spa",
        "storage",
        "max",
        "wit",
        "tlx",
    ]
    assert len(world.plants) == 2
    assert len({device.serial for device in world.devices}) == 9
    for device in world.devices:
        assert device.live()["time"].startswith("2026-06-21 12:")


def test_packs(build: Build) -> None:
    world, _ = build("all")
    device = world.device("MOD0000001")
    assert device is not None
    assert [pack.serial for pack in device.packs] == ["MOD0000001B1", "MOD0000001B2"]
    charged = sum(pack.charged for pack in device.packs)
    assert charged == pytest.approx(device.live()["echargeTotal"], abs=0.11)
    gone = Stage(world).remove_pack(device.serial, number=2)
    pass_time(world, minutes=5)
    assert [pack.serial for pack in device.packs] == ["MOD0000001B1"]
    assert [pack.serial for pack in device.removed_packs] == [gone] == ["MOD0000001B2"]


def test_devices_come_and_go(build: Build) -> None:
    world, device = build("min")
    stage = Stage(world)
    added = stage.add_device("mix")
    fresh = world.device(added)
    assert fresh is not None
    assert (fresh.live()["lost"], fresh.live()["time"], fresh.live()["soc"]) == (True, "", 0)
    pass_time(world, minutes=5)
    assert fresh.live()["lost"] is False
    stage.rename_device(added, "Garage")
    assert fresh.live()["alias"] == "Garage"
    stage.remove_device(device.serial)
    assert [found.serial for found in world.devices] == [added]


def test_the_same_seed_is_the_same_account(clock: SimClock) -> None:
    first, second, other = World(clock), World(clock), World(clock, seed=1)
    assert first.token.text == second.token.text != other.token.text
    assert [plant.id for plant in first.plants] == [plant.id for plant in second.plants]
