"""When something was measured, by clocks without a zone (growatt.md 0.2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.vendors.growatt.times import chart_time, local_time, measured_at

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CALENDAR = {
    "year": 122,
    "month": 3,
    "date": 12,
    "hours": 16,
    "minutes": 39,
    "seconds": 23,
    "day": 2,
    "time": 1649752763000,
    "timezoneOffset": -480,
}


def at(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "offset", "found"),
    [
        ("2026-06-01 13:55:20", 2.0, "2026-06-01 11:55:20"),
        ("2026-06-01 06:25:00", -5.5, "2026-06-01 11:55:00"),
        ("2026-06-01 19:59:00", 8.0, "2026-06-01 11:59:00"),
        ("2026-05-31 23:59:00", 2.0, "2026-05-31 21:59:00"),  # yesterday's, on the device
        ("2026-06-01 14:01:00", 2.0, "2026-06-01 12:00:00"),  # a minute fast
        ("2026-06-01 14:57:00", 2.0, "2026-06-01 11:57:00"),  # an hour of summer that the plant does not know of
        ("2026-06-01 18:00:00", 2.0, "2026-06-01 12:00:00"),  # a wrong clock
        ("2026-05-30 13:00:00", 2.0, "2026-06-01 12:00:00"),  # another one
    ],
)
def test_the_offset_of_the_plant(told: str, offset: float, found: str) -> None:
    assert measured_at({"time": told}, offset, NOW) == at(found)


def test_a_lost_device_told_long_ago() -> None:
    assert measured_at({"time": "2026-05-20 13:00:00"}, 2, NOW, lost=True) == at("2026-05-20 11:00:00")


@pytest.mark.parametrize(
    "bean", [{}, {"time": ""}, {"time": None}, {"time": "0000-00-00 00:00:00"}, {"time": "x" * 500}, {"time": []}]
)
def test_without_a_time(bean: dict[str, Any]) -> None:
    assert measured_at(bean, 2, NOW) is None


def test_without_an_offset() -> None:
    assert measured_at({"time": "2026-06-01 13:55:20"}, None, NOW) is None


def test_a_calendar_counts_by_its_digits() -> None:
    """Its instant was worked out in China (0.2)."""
    assert local_time({"lastUpdateTime": CALENDAR}) == datetime(2022, 4, 12, 16, 39, 23)
    assert local_time({"lastUpdateTime": {"timeInMillis": 1, "time": CALENDAR}}) == local_time(
        {"time": "2022-04-12 16:39:23"}
    )
    assert local_time({"lastUpdateTime": CALENDAR, "lastUpdateTimeText": "2022-04-12 10:11:09"}) == datetime(
        2022, 4, 12, 10, 11, 9
    )
    assert local_time({"lastUpdateTime": CALENDAR | {"date": 31}}) is None
    assert local_time({"lastUpdateTime": CALENDAR | {"hours": None}}) is None


def test_a_days_chart_ends_at_the_last_upload() -> None:
    chart: dict[str, Any] = {"chartData": {"13:50": {}, "00:05": {}, "13:55": {}, "x": {}}}
    assert chart_time(chart, NOW, 2) == NOW - timedelta(minutes=5)
    assert chart_time({"chartData": {"23:55": {}}}, NOW, 2) is None  # of yesterday
    assert chart_time({"chartData": {}}, NOW, 2) is None
    assert chart_time({}, NOW, 2) is None
    assert chart_time(chart, NOW, None) is None
