"""What is written to an inverter of GoodWe's world, and what the house makes of it (goodwe.md §6, §10.13)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulators.clock import SimClock
from tests.simulators.goodwe.settings import EVERY_DAY, EVERY_MONTH, SLOT_ON
from tests.simulators.goodwe.stage import Stage
from tests.simulators.goodwe.world import Inverter, Plant, Record, World


def account(clock: SimClock, profile: str = "home", **options: Any) -> tuple[World, Plant, Inverter]:
    """Return an account, its first plant and inverter, with steady sun and household."""
    world = World(clock, profile=profile, **options)
    plant = world.plants[0]
    plant.house.set(solar_w=2_000.0, home_w=500.0)
    plant.house.set_level(50)
    later(world, minutes=1)
    return world, plant, plant.lead


def later(world: World, **duration: float) -> Record:
    """Let time pass and return the first plant's last minute."""
    world.clock.advance(timedelta(**duration).total_seconds())
    world.catch_up()
    record = world.plants[0].minute
    assert record is not None
    return record


def slot(power: int, stop: int, number: int = 1) -> dict[str, Any]:
    """Return a slot from ten to four, every day."""
    members = {
        "TOUStart": "10:00",
        "TOUEnd": "16:00",
        "TOUWeekEnable": SLOT_ON,
        "TOUWeek": EVERY_DAY,
        "TOUMonth": EVERY_MONTH,
        "ChargeDischargePW": power,
        "ChargeCutOffSet": stop,
    }
    return {f"{name}{number}": value for name, value in members.items()}


async def test_write_takes_effect_with_the_next_minute(clock: SimClock) -> None:
    world, plant, inverter = account(clock)
    clock.advance(20)
    before = later(world)
    assert before.battery_w < 0
    assert await world.write(inverter, {"ActivePowerLimit": 5}, way="legacy") == "ok"
    assert inverter.settings["ActivePowerLimit"] == 5
    assert inverter.copy["ActivePowerLimit"] == 100
    assert plant.minute is before
    after = later(world, seconds=60)
    assert after.output_w == pytest.approx(500.0)
    assert after.grid_w == 0
    assert inverter.copy["ActivePowerLimit"] == 5


async def test_stop_and_start(clock: SimClock) -> None:
    """A start takes more than a minute (§6.1)."""
    world, _, inverter = account(clock)
    await world.write(inverter, {"Running": 0}, way="legacy")
    stopped = later(world, minutes=1)
    assert (stopped.solar_w, stopped.battery_w, stopped.grid_w) == (0, 0, 500)
    assert (inverter.status, stopped.mode, stopped.running) == (3, 255, False)
    later(world, minutes=5)
    assert inverter.legacy_status == 0
    await world.write(inverter, {"Running": 1}, way="legacy")
    assert not later(world, minutes=1).running
    running = later(world, minutes=2)
    assert (running.running, inverter.status) == (True, 5)
    assert running.solar_w == 2_000


@pytest.mark.parametrize(("power", "battery_w"), [(-500, -5_000), (-200, -2_000), (300, 3_000)])
async def test_slot_charges_and_discharges(clock: SimClock, power: int, battery_w: float) -> None:
    """Per-mille of the rated 10 kW: below 0 charges, from the grid too (§6.3); two packs take 2.5 kW each."""
    world, _, inverter = account(clock)
    await world.write(inverter, slot(power, 90 if power < 0 else 20), way="semsplus")
    assert later(world, minutes=2).battery_w == pytest.approx(-1_500)
    await world.write(inverter, {"TOUModeEnable": 1}, way="semsplus")
    record = later(world, minutes=2)
    assert record.battery_w == pytest.approx(battery_w)
    assert record.grid_w == pytest.approx(500 - 2_000 - battery_w)
    world.plants[0].house.set(solar_w=0.0)
    later(world, hours=3)
    assert world.plants[0].house.level() == pytest.approx(90 if power < 0 else 20, abs=2)


async def test_immediate_charge_ends_at_its_level(clock: SimClock) -> None:
    world, plant, inverter = account(clock)
    order = {"ImmediateCharge": 1, "EndChargeSoc": 60, "ImmediatePower": 40}
    await world.write(inverter, order, way="semsplus")
    assert later(world, minutes=2).battery_w == pytest.approx(-4_000)
    plant.house.set(solar_w=0.0)
    later(world, hours=1)
    assert plant.house.level() <= 61


async def test_export_limit(clock: SimClock) -> None:
    world, plant, inverter = account(clock)
    plant.house.set(solar_w=6_000.0)
    plant.house.set_level(100)
    assert later(world, minutes=2).grid_w == pytest.approx(-5_500)
    await world.write(inverter, {"PWLimitEnable": 1, "PWLimitThr": 1_000}, way="semsplus")
    assert later(world, minutes=2).grid_w == pytest.approx(-1_000)


async def test_one_of_two_inverters_is_stopped(clock: SimClock) -> None:
    """The light is shared by the size of the roofs; a stopped inverter leaves its part unused."""
    world = World(clock, profile="two_inverters")
    first, second = world.plants[0].inverters
    both = later(world, minutes=1)
    assert first.minute is not None
    await world.write(second, {"Running": 0}, way="legacy")
    one = later(world, minutes=1)
    assert one.solar_w == pytest.approx(first.minute.solar_w, abs=1)
    assert one.solar_w < both.solar_w - 2_000
    assert (first.status, second.status) == (1, 3)
    await world.write(first, {"ActivePowerLimit": 10}, way="legacy")
    assert later(world, minutes=1).solar_w == pytest.approx(1_000)


async def test_refused_lost_and_late(clock: SimClock) -> None:
    world, _, inverter = account(clock)
    stage = Stage(world)
    stage.next_write("refused")
    assert await world.write(inverter, {"Running": 0}, way="semsplus") == "P0215"
    stage.next_write("lost")
    assert await world.write(inverter, {"Running": 0}, way="semsplus") == "ok"
    assert inverter.settings["Running"] == 1
    stage.next_write("late", seconds=90)
    assert await world.write(inverter, {"Running": 0}, way="semsplus", log={"status_setting": "stop"}) == "ok"
    assert later(world, seconds=80).running
    assert not later(world, seconds=80).running
    assert [(entry.code, entry.values) for entry in world.audit] == [
        ("P0215", {"Running": 0}),
        ("ok", {"Running": 0}),
        ("ok", {"Running": 0}),
    ]
    assert world.audit[-1].log == {"status_setting": "stop"}


async def test_write_blocks_as_long_as_told(clock: SimClock) -> None:
    world, _, inverter = account(clock, write_seconds=1.5)
    Stage(world).next_write(blocks=30)
    task = asyncio.create_task(world.write(inverter, {"Running": 0}, way="semsplus"))
    await asyncio.sleep(0)
    clock.advance(29)
    done, _ = await asyncio.wait([task], timeout=0.15)
    assert (done, inverter.settings["Running"]) == (set(), 1)
    clock.advance(1)
    assert await task == "ok"
    assert inverter.settings["Running"] == 0


async def test_nobody_is_there_to_obey(clock: SimClock) -> None:
    world, _, inverter = account(clock)
    Stage(world).set_dongle(offline=True)
    assert await world.write(inverter, {"Running": 0}, way="semsplus") == "P0215"
    clock.set(datetime(2026, 6, 21, 23, tzinfo=UTC))
    asleep = World(clock, profile="string")
    assert await asleep.write(asleep.plants[0].lead, {"Running": 0}, way="semsplus") == "P0215"


async def test_visitor_may_not_write(clock: SimClock) -> None:
    world, _, inverter = account(clock, "visitor")
    assert await world.write(inverter, {"Running": 0}, way="semsplus") == "100025"
    assert inverter.settings["Running"] == 1
    Stage(world).set_rights(rights=["STATION_VIEW", "INVERTER_REMOTE"])
    assert await world.write(inverter, {"Running": 0}, way="semsplus") == "ok"


def test_car_is_part_of_the_consumption(clock: SimClock) -> None:
    world, plant, _ = account(clock, "charger")
    charger = plant.charger
    assert charger is not None
    plant.house.set(home_w=None)
    calm = later(world, minutes=2)
    Stage(world).plug_car(charging=True)
    charger.set_kw = 7.4
    busy = later(world, minutes=30)
    assert (busy.charger_w, charger.status) == (7_400, 6)
    assert busy.load_w > calm.load_w + 5_000
    assert charger.session_kwh == pytest.approx(3.7, abs=0.15)
    charger.mode = 1
    assert later(world, minutes=2).charger_w == 2_000
