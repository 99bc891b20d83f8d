"""The vendor's own times (goodwe.md §1.4): zones, the repeated hour, traps."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_battery_hub.vendors.goodwe.times import newest, refreshed_at, uploaded_at

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SYDNEY = ZoneInfo("Australia/Sydney")
NOW = datetime(2026, 9, 23, 11, 58, tzinfo=UTC)


@pytest.mark.parametrize("told", ["2026-09-23T13:56:00", "2026-09-23T13:56:00.000"])
def test_a_flow_tells_in_the_plants_time(told: str) -> None:
    assert refreshed_at({"refreshTime": told}, AMSTERDAM, NOW) == datetime(2026, 9, 23, 11, 56, tzinfo=UTC)


@pytest.mark.parametrize("told", [None, "", "--", "soon", 0, [], "0001-01-01T00:00:00"])
def test_a_flow_without_a_time(told: Any) -> None:
    assert refreshed_at({"refreshTime": told}, AMSTERDAM, NOW) is None
    assert refreshed_at({}, AMSTERDAM, NOW) is None


def test_without_a_zone_there_is_no_time() -> None:
    assert refreshed_at({"refreshTime": "2026-09-23T13:56:00"}, None, NOW) is None


@pytest.mark.parametrize("hour", [0, 1])
def test_the_repeated_hour_is_the_one_nearer_to_now(hour: int) -> None:
    """At 01:00 UTC of 25 October the clocks of Amsterdam go from 03:00 back to 02:00."""
    now = datetime(2026, 10, 25, hour, 31, tzinfo=UTC)
    found = refreshed_at({"refreshTime": "2026-10-25T02:30:00"}, AMSTERDAM, now)
    assert found == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def test_a_clock_that_is_a_little_fast_tells_now() -> None:
    assert refreshed_at({"refreshTime": "2026-09-23T13:59:30"}, AMSTERDAM, NOW) == NOW


@pytest.mark.parametrize("told", ["2026-09-23T14:59:30", "2026-09-24T00:00:00", "2098-01-01T00:00:00"])
def test_nothing_is_measured_in_the_future(told: str) -> None:
    """As where the plant's clock is an hour ahead of the zone that is told of it."""
    assert refreshed_at({"refreshTime": told}, AMSTERDAM, NOW) == NOW
    ahead = datetime.fromisoformat(told).replace(tzinfo=UTC).timestamp() * 1000
    assert uploaded_at({"invert_full": {"last_time": ahead}}, AMSTERDAM, NOW) == NOW


def test_an_upload_is_an_instant_whatever_the_zone() -> None:
    row = {"last_refresh_time": "06/22/2025 17: 02: 36", "invert_full": {"last_time": 1750575756619}}
    told = datetime(2025, 6, 22, 7, 2, 36, 619000, tzinfo=UTC)
    assert {uploaded_at(row, zone, NOW) for zone in (None, AMSTERDAM, SYDNEY)} == {told}


@pytest.mark.parametrize("told", ["06/22/2025 17:02:36", "06/22/2025 17: 02: 36"])
def test_a_row_without_instant_tells_in_the_plants_time(told: str) -> None:
    at = uploaded_at({"last_refresh_time": told, "invert_full": None}, SYDNEY, NOW)
    assert at == datetime(2025, 6, 22, 7, 2, 36, tzinfo=UTC)
    assert uploaded_at({"last_refresh_time": told}, None, NOW) is None


@pytest.mark.parametrize("told", [None, 0, -1, "", "x", 10**400])
def test_an_upload_without_a_time(told: Any) -> None:
    assert uploaded_at({"invert_full": {"last_time": told}}, AMSTERDAM, NOW) is None


def test_the_newest_of_several() -> None:
    times = [NOW - timedelta(minutes=minutes) for minutes in (9, 4, 700)]
    rows = [{"invert_full": {"last_time": int(at.timestamp() * 1000)}} for at in times]
    assert newest([*rows, {}], AMSTERDAM, NOW) == times[1]
    assert newest([{}], AMSTERDAM, NOW) is None
