"""The past of a plant by either way, as rows of the catalogue's words."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_battery_hub.core.errors import NotSupported, TooMuch
from custom_components.solar_battery_hub.vendors.goodwe.history import LegacyHistory, SemsPlusHistory
from custom_components.solar_battery_hub.vendors.goodwe.legacy import Legacy
from custom_components.solar_battery_hub.vendors.goodwe.model import Plant
from custom_components.solar_battery_hub.vendors.goodwe.semsplus import SemsPlus
from tests.vendors.goodwe.bench import open_bench
from tests.vendors.reading import fetch, fetch_all
from tests.vendors.tools import HandClock

BERLIN = ZoneInfo("Europe/Berlin")
PLANT = Plant(id="p1", name="Home")


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[misc,arg-type]


class Statistics:
    """SEMS+ with a number for every period: its place in the year."""

    def __init__(self) -> None:
        """Start without having been asked."""
        self.asked: list[tuple[str, date, date]] = []
        self.curves: list[tuple[datetime, datetime, float]] = []
        self.points: list[tuple[str, float | None]] = []

    async def statistics(self, plant: str, items: Sequence[str], dimension: str, start: date, end: date) -> Any:
        self.asked.append((dimension, start, end))
        width = {"day": 10, "month": 7, "year": 4}[dimension]
        days = [start + timedelta(days=at) for at in range((end - start).days + 1)]
        names = dict.fromkeys(day.isoformat()[:width] for day in days)
        series = [{"date": name, "val": float(name.replace("-", "")[-2:])} for name in names]
        return {"dataList": [{"item": "proConsumStats", "statisticsList": series}, {"item": "unknown"}]}

    async def power_curve(
        self, plant: str, items: Sequence[str], start: datetime, end: datetime, offset_hours: float
    ) -> Any:
        self.curves.append((start, end, offset_hours))
        points = [{"tp": tp, "power": power} for tp, power in self.points]
        return [{"item": "pGrid", "powerData": points}, {"item": "soc", "statisticsList": points}, {"item": "sell"}]


def semsplus(server: Statistics) -> SemsPlusHistory:
    return SemsPlusHistory(cast(SemsPlus, server), HandClock(local(2026, 6, 15, 12).astimezone(UTC)))


async def test_days() -> None:
    """Whole months are one call each, and the end is not part of the span."""
    server = Statistics()
    rows = await semsplus(server).of_plant(PLANT, BERLIN, local(2026, 5, 30), local(2026, 6, 3), "day")
    assert rows == [
        {"start": local(2026, 5, 30), "home_energy": 30.0},
        {"start": local(2026, 5, 31), "home_energy": 31.0},
        {"start": local(2026, 6, 1), "home_energy": 1.0},
        {"start": local(2026, 6, 2), "home_energy": 2.0},
    ]
    assert server.asked == [
        ("day", date(2026, 5, 30), date(2026, 5, 31)),
        ("day", date(2026, 6, 1), date(2026, 6, 2)),
    ]


async def test_days_over_the_change_of_the_clocks() -> None:
    rows = await semsplus(Statistics()).of_plant(PLANT, BERLIN, local(2026, 3, 28), local(2026, 3, 31), "day")
    starts = [row["start"] for row in rows]
    assert starts == [
        datetime(2026, 3, 27, 23, tzinfo=UTC),
        datetime(2026, 3, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),
    ]


async def test_months_and_years() -> None:
    server = Statistics()
    months = await semsplus(server).of_plant(PLANT, BERLIN, local(2025, 12, 1), local(2026, 3, 1), "month")
    assert [(row["start"], row["home_energy"]) for row in months] == [
        (local(2025, 12, 1), 12.0),
        (local(2026, 1, 1), 1.0),
        (local(2026, 2, 1), 2.0),
    ]
    assert [(start.year, end.year) for _, start, end in server.asked] == [(2025, 2025), (2026, 2026)]
    years = await semsplus(server).of_plant(PLANT, BERLIN, local(2025, 5, 1), local(2026, 5, 1), "year")
    assert [(row["start"], row["home_energy"]) for row in years] == [
        (local(2025, 1, 1), 25.0),
        (local(2026, 1, 1), 26.0),
    ]


async def test_the_future_is_not_asked() -> None:
    server = Statistics()
    await semsplus(server).of_plant(PLANT, BERLIN, local(2026, 6, 14), local(2027, 1, 1), "day")
    assert server.asked == [("day", date(2026, 6, 14), date(2026, 6, 15))]


async def test_powers_are_means_of_five_minutes() -> None:
    server = Statistics()
    server.points = [
        ("2026-06-14 10:00:00", 1.0),
        ("2026-06-14 10:04:00", 2.0),
        ("2026-06-14 10:05:00", -0.5),
        ("2026-06-14 10:06:00", None),
        ("nonsense", 3.0),
        ("2026-06-14 11:00:00", 9.0),
    ]
    rows = await semsplus(server).of_plant(PLANT, BERLIN, local(2026, 6, 14, 10), local(2026, 6, 14, 11), "5minute")
    assert rows == [
        {"start": local(2026, 6, 14, 10), "grid_power": -1500.0, "battery_level": 1.5},
        {"start": local(2026, 6, 14, 10, 5), "grid_power": 500.0, "battery_level": -0.5},
    ]
    assert server.curves == [(datetime(2026, 6, 14), datetime(2026, 6, 14, 23, 59, 59), 2.0)]


@pytest.mark.parametrize("tp", ["0001-01-01 00:00:00", "9999-12-31 23:59:59", "noon", "12", ""])
async def test_points_of_no_time(tp: str) -> None:
    server = Statistics()
    server.points = [(tp, 1.0), ("2026-06-14 10:00:00", 2.0), ("2026-06-14 10:01:00", 1e308)] * 2
    rows = await semsplus(server).of_plant(PLANT, BERLIN, local(2026, 6, 14), local(2026, 6, 15), "5minute")
    assert [row["start"] for row in rows] == [local(2026, 6, 14, 10)]


async def test_too_much_at_once() -> None:
    server = Statistics()
    for start, period in ((local(2026, 5, 1), "5minute"), (local(2023, 1, 1), "day")):
        with pytest.raises(TooMuch):
            await semsplus(server).of_plant(PLANT, BERLIN, start, local(2026, 6, 15), period)
    assert server.asked == []
    assert server.curves == []


async def test_periods_and_clocks_that_are_not_known() -> None:
    with pytest.raises(NotSupported):
        await semsplus(Statistics()).of_plant(PLANT, BERLIN, local(2026, 6, 1), local(2026, 6, 2), "hour")
    with pytest.raises(NotSupported):
        await semsplus(Statistics()).of_plant(PLANT, None, local(2026, 6, 1), local(2026, 6, 2), "day")


class Charts:
    """The legacy API with charts."""

    def __init__(self) -> None:
        """Start without having been asked."""
        self.asked: list[tuple[date, int]] = []

    async def energy_chart(self, plant: str, day: date, range_: int) -> Any:
        self.asked.append((day, range_))
        return {"modelData": {"sum": 31.4, "buy": "2.5", "sell": 0, "consumptionOfLoad": None, "disCharge": "--"}}

    async def power_chart(self, plant: str, day: date) -> Any:
        points = [{"x": "10:00", "y": -2337, "z": None}, {"x": "10:05", "y": None}, {"x": "10:10", "y": "12.5"}]
        return {"lines": [{"key": "PCurve_Power_Meter", "xy": points}, {"key": "Unknown", "xy": points}]}


def legacy(server: Charts) -> LegacyHistory:
    return LegacyHistory(cast(Legacy, server), HandClock(local(2026, 6, 15, 12).astimezone(UTC)))


@pytest.mark.parametrize(
    ("period", "start", "asked"),
    [
        ("day", local(2026, 6, 13), [(date(2026, 6, 13), 1), (date(2026, 6, 14), 1)]),
        ("month", local(2026, 4, 20), [(date(2026, 4, 30), 2), (date(2026, 5, 31), 2), (date(2026, 6, 15), 2)]),
        ("year", local(2025, 2, 1), [(date(2025, 12, 31), 3), (date(2026, 6, 15), 3)]),
    ],
)
async def test_legacy_energies(period: str, start: datetime, asked: list[tuple[date, int]]) -> None:
    """Each period is one chart, asked by its last day or today; what has no number is left out."""
    server = Charts()
    rows = await legacy(server).of_plant(PLANT, BERLIN, start, local(2026, 6, 15), period)
    assert server.asked == asked
    expected = {"solar_energy": 31.4, "grid_import_energy": 2.5, "grid_export_energy": 0.0}
    assert [{key: value for key, value in row.items() if key != "start"} for row in rows] == [expected] * len(asked)
    assert (
        rows[-1]["start"] == {"day": local(2026, 6, 14), "month": local(2026, 6, 1), "year": local(2026, 1, 1)}[period]
    )


async def test_legacy_powers() -> None:
    """The meter tells import as negative (goodwe.md §4.7); points of the future have no value."""
    rows = await legacy(Charts()).of_plant(PLANT, BERLIN, local(2026, 6, 14), local(2026, 6, 15), "5minute")
    assert rows == [
        {"start": local(2026, 6, 14, 10), "grid_power": 2337.0},
        {"start": local(2026, 6, 14, 10, 10), "grid_power": -12.5},
    ]


# On the simulator


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("refused", [False, True], ids=["semsplus", "legacy"])
async def test_the_past_on_the_simulator(refused: bool) -> None:
    async with open_bench("home", past_days=2) as bench:
        if refused:
            bench.act("refuse_sign_in", "semsplus", "C0602")
        account = bench.open()
        await fetch_all(account)
        if refused:
            await fetch(account, f"plant_{bench.plants[0]}")
        device = f"plant_{bench.plants[0]}"
        noon = bench.clock.moment
        days = await account.history(device, noon - timedelta(days=1), noon, "day")
        assert len(days) == 2
        whole = cast(float, days[0]["solar_energy"])
        assert whole > 10
        powers = await account.history(device, noon - timedelta(hours=2), noon, "5minute")
        assert 22 <= len(powers) <= 24
        assert all(isinstance(row["solar_power"], float) for row in powers)
        assert max(cast(float, row["solar_power"]) for row in powers) > 1000
        with pytest.raises(NotSupported):
            await account.history(bench.serial(), noon - timedelta(days=1), noon, "day")
