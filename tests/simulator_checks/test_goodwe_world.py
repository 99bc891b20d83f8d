"""GoodWe's world without any route: uploads, sleep, counters, midnights and the energy behind them (goodwe.md §10)."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
import itertools
from typing import Any

import pytest

from tests.simulators.clock import SimClock
from tests.simulators.goodwe.energies import Energies, total
from tests.simulators.goodwe.models import PROFILES
from tests.simulators.goodwe.record import Record
from tests.simulators.goodwe.stage import Stage
from tests.simulators.goodwe.world import Plant, World

type Build = Callable[..., tuple[World, Plant]]

BERLIN_MIDNIGHT = datetime(2026, 6, 21, 22, tzinfo=UTC)


@pytest.fixture
def build(clock: SimClock) -> Build:
    """Return a function that builds an account and returns it with its first plant."""

    def world_of(profile: str, **options: Any) -> tuple[World, Plant]:
        world = World(clock, profile=profile, **options)
        return world, world.plants[0]

    return world_of


def pass_time(world: World, **duration: float) -> None:
    """Let time pass and everything live through it."""
    world.clock.advance(timedelta(**duration).total_seconds())
    world.catch_up()


def go_to(world: World, moment: datetime) -> None:
    """Live until a moment."""
    world.clock.set(moment)
    world.catch_up()


def minute(plant: Plant) -> Record:
    """Return the plant's last minute."""
    assert plant.minute is not None
    return plant.minute


def upload(plant: Plant) -> Record:
    """Return the last upload of the lead inverter."""
    assert plant.lead.upload is not None
    return plant.lead.upload


# --- uploads and identities ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
def test_powers_balance_exactly(build: Build, profile: str) -> None:
    """§10.11: consumption = sun + battery − export, output = sun + battery, through a day and a night."""
    world, _ = build(profile)
    for _ in range(24):
        pass_time(world, hours=1, seconds=37)
        for plant in world.plants:
            record = minute(plant)
            assert record.load_w == record.solar_w + record.battery_w + record.grid_w
            assert record.output_w == record.solar_w + record.battery_w
            assert record.load_w > 0
            heard = [one.minute for one in plant.inverters if one.minute and one.minute.instant == record.instant]
            assert sum(one.solar_w for one in heard) == record.solar_w
            assert sum(one.battery_w for one in heard) == record.battery_w


def test_two_paces(build: Build) -> None:
    """§10.8: a minute for the one route, five for the other; both tell plant time."""
    world, plant = build("home")
    minutes, uploads = {minute(plant).time}, {upload(plant).time}
    for _ in range(200):
        pass_time(world, seconds=6)
        minutes.add(minute(plant).time)
        uploads.add(upload(plant).time)
    assert {later - sooner for sooner, later in itertools.pairwise(sorted(minutes))} == {timedelta(minutes=1)}
    assert {later - sooner for sooner, later in itertools.pairwise(sorted(uploads))} == {timedelta(minutes=5)}
    assert minute(plant).time.replace(tzinfo=plant.zone) == minute(plant).instant
    assert minute(plant).time.second == 0


def test_constant_powers_add_up(build: Build) -> None:
    """3 kW of sun, 1 kW of household and a full battery for two hours: 6 kWh made, 2 used, 4 exported."""
    world, plant = build("home")
    plant.house.set(solar_w=3_000.0, home_w=1_000.0)
    plant.house.set_level(100)
    pass_time(world, minutes=1)
    first = minute(plant).counted.total
    pass_time(world, hours=2)
    made = minute(plant).counted.total - first
    assert (made.solar, made.load, made.exported) == pytest.approx((6.0, 2.0, 4.0), abs=0.001)
    assert (made.imported, made.charged, made.discharged) == pytest.approx((0, 0, 0), abs=0.001)
    assert made.self_used == pytest.approx(2.0, abs=0.001)


@pytest.mark.parametrize("profile", ["home", "two_inverters", "parallel"])
def test_inverters_share_what_the_plant_counts(build: Build, profile: str) -> None:
    _, plant = build(profile, past_days=1)
    parts = total(inverter.ledger.total for inverter in plant.inverters)
    whole = plant.ledger.total
    for part in fields(Energies):
        assert getattr(parts, part.name) == pytest.approx(getattr(whole, part.name), rel=1e-9), part.name


def test_lifetime_is_the_sum_of_all_days(build: Build) -> None:
    world, plant = build("home", past_days=2)
    today = date(2026, 6, 21)
    days = [plant.created + timedelta(days=number) for number in range((today - plant.created).days + 1)]
    pass_time(world, seconds=60 - world.clock.now().second)
    assert total(plant.energies(day) for day in days).solar == pytest.approx(plant.ledger.total.solar, abs=0.001)
    assert plant.energies(plant.created - timedelta(days=1)) == Energies()
    assert plant.energies(today + timedelta(days=1)) == Energies()
    assert plant.energies(plant.created).solar > 0


def test_looking_at_the_house_counts_nothing_twice(build: Build) -> None:
    world, plant = build("home")
    before = plant.ledger.total.load
    plant.house.set(home_w=1_000.0)
    world.clock.advance(2 * 3_600)
    plant.house.set(home_w=1_000.0)
    world.catch_up()
    assert plant.ledger.total.load - before == pytest.approx(2.0, abs=0.001)


def test_clock_may_be_set_back(build: Build) -> None:
    world, plant = build("home")
    now = world.clock.now()
    pass_time(world, hours=1)
    go_to(world, now)
    pass_time(world, minutes=2)
    assert minute(plant).instant == now + timedelta(minutes=2)


# --- night -----------------------------------------------------------------------------------------------------------


def test_string_inverter_sleeps_and_keeps_its_last_record(build: Build) -> None:
    """§1.5, §10.8: no upload from dusk to dawn."""
    world, plant = build("string")
    go_to(world, datetime(2026, 6, 21, 20, 30, tzinfo=UTC))
    last = upload(plant)
    assert last.instant < datetime(2026, 6, 21, 20, 0, tzinfo=UTC)
    assert (plant.lead.status, plant.lead.legacy_status, plant.status) == (0, -1, 0)
    go_to(world, datetime(2026, 6, 22, 1, 0, tzinfo=UTC))
    assert upload(plant) is last
    assert last.counted.today.solar > 20
    go_to(world, datetime(2026, 6, 22, 4, 0, tzinfo=UTC))
    assert upload(plant).instant > datetime(2026, 6, 22, 3, 50, tzinfo=UTC)
    assert upload(plant).counted.today.solar < 1
    assert plant.lead.legacy_status == 1


def test_hybrid_never_sleeps(build: Build) -> None:
    world, plant = build("home")
    go_to(world, datetime(2026, 6, 22, 1, 0, tzinfo=UTC))
    assert plant.lead.status == 5
    assert minute(plant).solar_w == 0
    assert minute(plant).battery_w > 0


def test_plants_own_meter_reports_at_night(build: Build) -> None:
    """§5.2: the plant is offline although the meter still reports."""
    world, _ = build("several")
    barn = world.plants[2]
    go_to(world, datetime(2026, 6, 22, 1, 0, tzinfo=UTC))
    assert minute(barn).instant == world.clock.now()
    assert (barn.status, barn.lead.status) == (0, 0)
    assert barn.meter is not None
    assert barn.meter.status == 1


def test_dongle_offline_freezes_the_record(build: Build) -> None:
    """§10.8: the cloud keeps the last upload, power included, and the house lives on."""
    world, plant = build("home")
    before = minute(plant)
    Stage(world).set_dongle(offline=True)
    pass_time(world, minutes=20)
    assert minute(plant) is before
    assert (plant.status, plant.lead.legacy_status) == (0, -1)
    counted = plant.ledger.total.solar
    Stage(world).set_dongle(offline=False)
    pass_time(world, minutes=1)
    assert minute(plant).counted.total.solar >= counted > before.counted.total.solar
    assert plant.lead.status == 5


# --- midnight --------------------------------------------------------------------------------------------------------


def test_hybrid_tells_yesterday_for_a_while(build: Build) -> None:
    """§10.9: period counters of the day before for ten minutes; the lifetime goes on."""
    world, plant = build("home")
    go_to(world, BERLIN_MIDNIGHT - timedelta(minutes=1))
    yesterday = minute(plant).counted
    go_to(world, BERLIN_MIDNIGHT + timedelta(minutes=5))
    stale = minute(plant).counted
    assert stale.day == date(2026, 6, 21)
    assert stale.today.load >= yesterday.today.load
    assert stale.month == yesterday.month
    assert stale.total.load > yesterday.total.load
    assert plant.energies(date(2026, 6, 22)).load == pytest.approx(stale.today.load, abs=0.001)
    go_to(world, BERLIN_MIDNIGHT + timedelta(minutes=10))
    fresh = minute(plant).counted
    assert (fresh.day, fresh.today.load < 0.5) == (date(2026, 6, 22), True)
    assert fresh.month.load == pytest.approx(stale.month.load + stale.today.load, abs=0.001)
    assert plant.energies(date(2026, 6, 21)).load == pytest.approx(stale.today.load)


def test_months_and_years_close(clock: SimClock) -> None:
    clock.set(datetime(2026, 12, 31, 12, tzinfo=UTC))
    world = World(clock, profile="home")
    plant = world.plants[0]
    old = minute(plant).counted
    go_to(world, datetime(2027, 1, 1, 0, tzinfo=UTC))
    new = minute(plant).counted
    assert old.month.load > 200
    assert (new.month, new.year) == (Energies(), Energies())
    assert new.week.load == pytest.approx(old.week.load + plant.energies(date(2026, 12, 31)).load)


def test_day_follows_the_plants_own_zone(build: Build) -> None:
    world, _ = build("several")
    cottage = world.plants[1]
    go_to(world, datetime(2026, 6, 21, 22, 30, tzinfo=UTC))
    assert minute(cottage).time == datetime(2026, 6, 22, 8, 30)
    assert minute(cottage).counted.day == date(2026, 6, 22)
    assert cottage.offset_hours(world.clock.now()) == 10


def test_lifetime_may_glitch_and_fall_a_little(build: Build) -> None:
    world, plant = build("home")
    stage = Stage(world)
    stage.correct_lifetime()
    assert plant.lead.lifetime(100.0) == pytest.approx(99.96)
    stage.set_lifetime_glitch()
    assert plant.lead.lifetime(100.0) == 0
    stage.set_lifetime_glitch(on=False)
    assert plant.lead.lifetime(100.0) == pytest.approx(99.96)
