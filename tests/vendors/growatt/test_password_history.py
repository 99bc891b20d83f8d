"""The past by password, against the truth of a simulated server (growatt.md A.4, A.7.5)."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from custom_components.solar_battery_hub.core.errors import NotSupported, TooSoon
from tests.simulators.growatt.devices import Device
from tests.vendors.tools import NOON

from .password_bench import Bench, StartBench, start_bench

CET = timedelta(hours=1)  # what the plant's zone says in summer, too


@pytest.fixture
async def start(socket_enabled: None) -> AsyncGenerator[StartBench]:
    """Start servers whose account is known; they stop with the test."""
    async with AsyncExitStack() as stack:
        yield partial(start_bench, stack)


def device(bench: Bench) -> Device:
    """Return the first device."""
    bench.server.catch_up()
    return next(bench.server.world.devices)


def plant(bench: Bench) -> str:
    """Return the first plant's device id."""
    return f"plant_{bench.server.world.plants[0].id}"


def midnight(day: date) -> datetime:
    """Return when a day of the plant begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - CET


async def test_days_of_two_months(start: StartBench) -> None:
    bench = await start("min_plain", past_days=4)
    first, today = date(2026, 5, 29), date(2026, 6, 1)
    rows = await bench.open().history(plant(bench), midnight(first), NOON, "day")
    truth = device(bench)
    assert [row["start"] for row in rows] == [midnight(first + timedelta(days=at)) for at in range(4)]
    for at, row in enumerate(rows[:-1]):
        expected = truth.days[first + timedelta(days=at)].output
        assert row["solar_energy"] == pytest.approx(expected, abs=0.11)
    assert truth.record is not None
    assert rows[-1] == {"start": midnight(today), "solar_energy": pytest.approx(truth.record.today.output, abs=0.11)}
    assert bench.operations[-2:] == ["PlantDetailAPI.do", "PlantDetailAPI.do"]


@pytest.mark.parametrize(("period", "begins"), [("month", date(2026, 5, 1)), ("year", date(2026, 1, 1))])
async def test_months_and_years(start: StartBench, period: str, begins: date) -> None:
    bench = await start("min_plain", past_days=4)
    rows = await bench.open().history(plant(bench), NOON - timedelta(days=20), NOON, period)
    truth = device(bench)
    assert truth.record is not None
    past = sum(energies.output for day, energies in truth.days.items() if day.month == 5)
    this_month = sum(energies.output for day, energies in truth.days.items() if day.month == 6)
    this_month += truth.record.today.output
    sums = [past, this_month] if period == "month" else [past + this_month]
    assert rows[0]["start"] == midnight(begins)
    assert [row["solar_energy"] for row in rows] == pytest.approx(sums, abs=0.3)


async def test_the_power_of_a_plant(start: StartBench) -> None:
    bench = await start("min_plain", past_days=1)
    rows = await bench.open().history(plant(bench), NOON - timedelta(hours=2), NOON - timedelta(hours=1), "5minute")
    outputs = {record.output_w for record in device(bench).history}
    assert 11 <= len(rows) <= 13
    assert all(NOON - timedelta(hours=2) <= row["start"] < NOON - timedelta(hours=1) for row in rows)  # type: ignore[operator]
    assert all(min(abs(row["solar_power"] - output) for output in outputs) < 0.1 for row in rows)  # type: ignore[operator]


@pytest.mark.parametrize(("profile", "serial"), [("min", "MXH0000001"), ("mix", "SPH0000001")])
async def test_what_a_hybrid_did(start: StartBench, profile: str, serial: str) -> None:
    """By its own clock, which keeps summer time: an hour late as far as the plant's zone tells."""
    bench = await start(profile, past_days=1)
    yesterday = NOON - timedelta(days=1)
    rows = await bench.open().history(serial, yesterday, yesterday + timedelta(hours=1), "5minute")
    truth = {
        record.time.replace(second=0, minute=record.time.minute // 5 * 5): record for record in device(bench).history
    }
    assert len(rows) == 12
    for row in rows:
        at = row["start"]
        assert isinstance(at, datetime)
        record = truth[(at + CET).replace(tzinfo=None)]
        assert row["solar_power"] == pytest.approx(record.solar_w, abs=10)
        assert row["grid_power"] == pytest.approx(record.grid_w, abs=10)
        assert row["home_power"] == pytest.approx(record.load_w, abs=10)


async def test_what_is_over_is_read_once_and_what_is_not_every_five_minutes(start: StartBench) -> None:
    bench = await start("min_plain", past_days=2)
    account = bench.open()
    span = (NOON - timedelta(days=2), NOON)
    first = await account.history(plant(bench), *span, "day")
    asked = len(bench.operations)
    assert await account.history(plant(bench), *span, "day") == first
    assert len(bench.operations) == asked
    bench.clock.pass_time(minutes=5)
    await account.history(plant(bench), *span, "day")
    assert len(bench.operations) == asked + 1


async def test_a_long_span_is_told_in_parts(start: StartBench) -> None:
    bench = await start("min_plain")
    account = bench.open()
    span = (NOON - timedelta(days=50 * 365), NOON)
    with pytest.raises(TooSoon):
        await account.history(plant(bench), *span, "month")
    bench.clock.pass_time(minutes=5)
    assert await account.history(plant(bench), *span, "month")


@pytest.mark.parametrize(
    ("owner", "period"), [("MXH0000001", "hour"), ("MXH0000001", "day"), ("INV0000001", "5minute"), ("plant", "hour")]
)
async def test_what_is_not_told(start: StartBench, owner: str, period: str) -> None:
    bench = await start("all")
    owner = plant(bench) if owner == "plant" else owner
    with pytest.raises(NotSupported):
        await bench.open().history(owner, NOON - timedelta(days=1), NOON, period)
