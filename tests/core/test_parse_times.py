"""Tolerant times."""

from datetime import UTC, datetime, timedelta, timezone
import math
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_battery_hub.core.parse import duration, moment

from .strategies import json_values

BERLIN = ZoneInfo("Europe/Berlin")
LATE_2021 = datetime(2021, 12, 16, 14, 13, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2021-12-16 22:13:25 +0800", LATE_2021),
        ("2021-12-16T22:13:25.932079901+08:00", LATE_2021.replace(microsecond=932079)),
        ("2021-12-16T14:13:25Z", LATE_2021),
        (1639664005, LATE_2021),
        (1639664005.5, LATE_2021.replace(microsecond=500000)),
        (1639664005250, LATE_2021.replace(microsecond=250000)),
        ("1639664005250", LATE_2021.replace(microsecond=250000)),
        (1422697552910, datetime(2015, 1, 31, 9, 45, 52, 910000, UTC)),
    ],
)
def test_moment_with_a_zone_of_its_own(value: object, expected: datetime) -> None:
    found = moment(value)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "formats", "expected"),
    [
        ("2025-06-22 17:06:27", (), datetime(2025, 6, 22, 15, 6, 27, tzinfo=UTC)),
        ("2025-06-22T17:06:27.123", (), datetime(2025, 6, 22, 15, 6, 27, 123000, UTC)),
        ("06/22/2025 17:06:27", ("%m/%d/%Y %H:%M:%S",), datetime(2025, 6, 22, 15, 6, 27, tzinfo=UTC)),
        ("06/22/2025 17: 06: 27", ("%m/%d/%Y %H:%M:%S",), datetime(2025, 6, 22, 15, 6, 27, tzinfo=UTC)),
        ("22.06.2025 17:06:27", ("%d.%m.%Y %H:%M:%S",), datetime(2025, 6, 22, 15, 6, 27, tzinfo=UTC)),
        ("2025-12-22", (), datetime(2025, 12, 21, 23, tzinfo=UTC)),
        # The hour that comes twice: its first pass, still summer time.
        ("2025-10-26 02:30:00", (), datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
    ],
)
def test_moment_in_the_zone_it_was_written_down_in(value: str, formats: tuple[str, ...], expected: datetime) -> None:
    assert moment(value, BERLIN, *formats) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "--",
        True,
        math.nan,
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+08:00",
        "01-01-0001 00:00:00",
        "1970-01-01 00:00:00",
        "9999-12-31T23:59:59-05:00",
        0,
        -1,
        4294967295,
        1e300,
        "9" * 70,
        "2025-13-01 00:00:00",
        "yesterday",
        [],
    ],
)
def test_moment_is_none_for_never_and_nonsense(value: object) -> None:
    assert moment(value, UTC) is None


def test_moment_without_any_zone_is_unknown() -> None:
    assert moment("2025-06-22 17:06:27") is None


@given(
    st.datetimes(min_value=datetime(2000, 1, 2), max_value=datetime(2099, 12, 30)),
    st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_moment_reads_back_rfc_3339(naive: datetime, offset: int) -> None:
    aware = naive.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert moment(aware.isoformat()) == aware


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("230h55m59.932079901s", 831359.932079901),
        ("1m0s", 60.0),
        ("1.5h", 5400.0),
        ("250ms", 0.25),
        ("1ms500µs", 0.0015),
        ("500μs", 0.0005),  # the Greek letter; the one above is the micro sign
        ("1ms500us20ns", 0.00150002),
        ("2d3h", 183600.0),
        ("-1m30s", -90.0),
        ("0s", 0.0),
        ("0", 0.0),
        ("802459s,", 802459.0),
        (12, 12.0),
        ("12.5", 12.5),
        ("log:", None),
        ("", None),
        ("5 kWh", None),
        ("1h30", None),
        ("h", None),
        ("1.2.3s", None),
        (None, None),
        (True, None),
        ("9" * 79 + "h", float("9" * 79) * 3600),
        ("9" * 400 + "h", None),
    ],
)
def test_duration(value: object, expected: float | None) -> None:
    found = duration(value)
    assert found == (None if expected is None else pytest.approx(expected, rel=1e-12))


@given(st.integers(0, 10**5), st.integers(0, 59), st.integers(0, 59_999))
def test_duration_reads_what_go_writes(hours: int, minutes: int, milliseconds: int) -> None:
    written = f"{hours}h{minutes}m{milliseconds / 1000}s"
    assert duration(written) == pytest.approx(hours * 3600 + minutes * 60 + milliseconds / 1000)


@given(json_values)
def test_no_reader_of_times_raises(value: object) -> None:
    moment(value, BERLIN, "%m/%d/%Y %H:%M:%S")
    duration(value)
