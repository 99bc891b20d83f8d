"""The past by token: what is told at once, what page by page, and what has to wait (growatt.md B.3, B.5, B.6.3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import NotSupported, TooSoon
from custom_components.solar_battery_hub.vendors.growatt.token import TokenAccount
from tests.vendors.growatt.token_bench import Bench, open_bench
from tests.vendors.reading import fetch
from tests.vendors.tools import NOON

pytestmark = pytest.mark.usefixtures("socket_enabled")

MXH, SPH = "MXH0000001", "SPH0000001"
TODAY = datetime(2026, 5, 31, 23, 0, tzinfo=UTC)  # midnight of the first of June in GMT+1


async def opened(bench: Bench) -> TokenAccount:
    account = bench.open()
    await fetch(account, "plants")
    await fetch(account, "devices")
    bench.forget_requests()
    return account


def plant_of(bench: Bench) -> Any:
    return bench.server.world.plants[0]


def truth(bench: Bench, days: int) -> list[float]:
    """Return what the plant's only inverter gave on the days before today, by the server's own books."""
    device = next(iter(bench.server.world.devices))
    today = datetime(2026, 6, 1, tzinfo=UTC).date()
    return [round(device.days[today - timedelta(days=ago)].output, 1) for ago in range(days, 0, -1)]


async def test_days_of_a_plant() -> None:
    async with open_bench("min", past_days=5) as bench:
        account = await opened(bench)
        rows = await account.history(f"plant_{plant_of(bench).id}", TODAY - timedelta(days=4), TODAY, "day")
        assert [row["start"] for row in rows] == [TODAY - timedelta(days=ago) for ago in (4, 3, 2, 1)]
        assert [row["solar_energy"] for row in rows] == pytest.approx(truth(bench, 4), abs=0.05)
        assert bench.paths == ["plant/energy"]


async def test_what_is_over_is_asked_once() -> None:
    async with open_bench("min", past_days=5) as bench:
        account = await opened(bench)
        asked = (f"plant_{plant_of(bench).id}", TODAY - timedelta(days=4), TODAY, "day")
        assert await account.history(*asked) == await account.history(*asked)
        assert bench.paths == ["plant/energy"]


async def test_long_spans_go_on_where_they_stopped() -> None:
    async with open_bench("min", past_days=16) as bench:
        account = await opened(bench)
        asked = (f"plant_{plant_of(bench).id}", TODAY - timedelta(days=16), TODAY, "day")
        for _ in range(2):
            with pytest.raises(TooSoon) as caught:
                await account.history(*asked)
            bench.clock.pass_time(seconds=caught.value.retry_after)
        rows = await account.history(*asked)
        assert [row["start"] for row in rows] == [TODAY - timedelta(days=ago) for ago in range(16, 0, -1)]
        assert bench.paths == ["plant/energy"] * 3
        assert bench.too_often == []


@pytest.mark.parametrize(
    ("period", "starts"),
    [
        ("month", [datetime(2026, 4, 30, 23, tzinfo=UTC), TODAY]),
        ("year", [datetime(2025, 12, 31, 23, tzinfo=UTC)]),
    ],
)
async def test_months_and_years(period: str, starts: list[datetime]) -> None:
    async with open_bench("min", past_days=3) as bench:
        account = await opened(bench)
        rows = await account.history(f"plant_{plant_of(bench).id}", TODAY - timedelta(days=3), NOON, period)
        assert [row["start"] for row in rows] == starts
        assert all(isinstance(row["solar_energy"], float) and row["solar_energy"] > 0 for row in rows)
        assert bench.paths == ["plant/energy"]


async def test_power_of_a_plant() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        rows = await account.history(f"plant_{plant_of(bench).id}", NOON - timedelta(hours=2), NOON, "5minute")
        assert bench.paths == ["plant/power"]
        stamps = [row["start"] for row in rows]
        assert len(rows) >= 22
        assert stamps == sorted(set(stamps), key=str)
        assert all(isinstance(row["solar_power"], float) for row in rows)


async def test_uploads_of_a_device() -> None:
    """Pages of a MIN may follow each other after ten seconds, so one question brings them all."""
    async with open_bench("min", past_days=1) as bench:
        account = await opened(bench)
        start = TODAY - timedelta(hours=12)
        rows = await account.history(MXH, start, TODAY, "5minute")
        assert len(rows) == pytest.approx(144, abs=2)
        assert bench.counted == {"device/tlx/tlx_data": 3}  # a day of 288 rows, a hundred a page
        assert bench.too_often == []
        assert {"start", "solar_power", "battery_level"} <= rows[0].keys()
        stamps = [row["start"] for row in rows]
        assert all(isinstance(stamp, datetime) and start <= stamp < TODAY for stamp in stamps)
        assert stamps == sorted(stamps, key=str)


async def test_pages_of_an_sph_have_to_wait() -> None:
    async with open_bench("sph", past_days=1) as bench:
        account = await opened(bench)
        asked = (SPH, TODAY - timedelta(days=1), TODAY - timedelta(hours=2), "5minute")
        for _ in range(2):
            with pytest.raises(TooSoon) as caught:
                await account.history(*asked)
            bench.clock.pass_time(seconds=caught.value.retry_after)
        rows = await account.history(*asked)
        assert len(rows) == pytest.approx(264, abs=2)
        assert bench.too_often == []


async def test_what_there_is_no_past_of() -> None:
    async with open_bench("all") as bench:
        account = await opened(bench)
        plant = f"plant_{plant_of(bench).id}"
        for device, period in ((plant, "hour"), (MXH, "day"), ("INV0000001", "5minute"), ("the-account", "day")):
            with pytest.raises(NotSupported):
                await account.history(device, TODAY, NOON, period)
        assert bench.paths == []


async def test_without_a_time_zone_there_are_no_days() -> None:
    async with open_bench("min") as bench:
        account = bench.open()
        await account.identify()
        with pytest.raises(NotSupported, match="time zone"):
            await account.history(f"plant_{plant_of(bench).id}", TODAY, NOON, "day")
