"""Alarms as events: each beginning and each end once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.catalogue import STREAMS
from custom_components.solar_battery_hub.vendors.goodwe.alarms import STREAM, happenings, lately, legacy_happenings

ROW: dict[str, Any] = {
    "warningid": "w1",
    "warning_code": "E-G3-0-12",
    "warningNameEn": "Grid Waveform Abnormal",
    "warningname": "E-G3-0-12_warning",
    "alarmLevel": "Total_FaultLevel_alarm",
    "status": 0,
    "deviceName": "Roof",
    "devicesn": "INV1",
    "happentime": "1788717531000",
    "recoverytime": None,
}
ALARM = "INV1-E-G3-0-12-1788717531"
BEGAN = datetime.fromtimestamp(1788717531, UTC)


def test_an_active_alarm() -> None:
    [told] = happenings("p1", [ROW])
    assert (told.id, told.device, told.stream, told.type) == (ALARM, "plant_p1", STREAM, "alarm")
    assert told.attributes == {
        "name": "Grid Waveform Abnormal",
        "code": "E-G3-0-12",
        "device": "Roof",
        "at": "2026-09-06T17:58:51+00:00",
    }


@pytest.mark.parametrize("status", [1, "1"])
def test_one_that_is_over_is_told_as_both(status: object) -> None:
    """It may have come and gone between two rounds; who heard of its beginning hears only of its end."""
    [began] = happenings("p1", [ROW])
    first, over = happenings("p1", [{**ROW, "status": status, "recoverytime": "1788717597843"}])
    assert first == began
    assert (over.id, over.type) == (f"{ALARM}-recovered", "recovered")
    assert over.attributes["recovered_at"] == "2026-09-06T17:59:57.843000+00:00"


@pytest.mark.parametrize(
    ("level", "kind"),
    [
        ("Total_FaultLevel_Fault", "fault"),
        ("Total_FaultLevel_alarm", "alarm"),
        ("Total_FaultLevel_Prompt", "prompt"),
        ("Total_FaultLevel_Disaster", "alarm"),
        (None, "alarm"),
    ],
)
def test_levels_in_mixed_case(level: str | None, kind: str) -> None:
    [told] = happenings("p1", [{**ROW, "alarmLevel": level}])
    assert told.type == kind
    assert told.type in STREAMS[STREAM]


def test_rows_without_an_id_or_with_little_in_them() -> None:
    [told] = happenings("p1", [{"status": 0}, {"id": 7}])
    assert told.id == "7"
    assert set(told.attributes.values()) == {None}


def test_errors_of_the_legacy_way() -> None:
    """A list may hold old ones: equal ones have an equal id, and so are told once."""
    error = {"error_code": "E-G3-12-0", "show": True, "time": 1750583187000}
    told = list(
        legacy_happenings(
            "p1",
            [
                {"sn": "INV1", "name": "Roof", "errors": [error, {"error_code": "E-1"}]},
                {"errors": [error]},
                {"sn": "X"},
            ],
        )
    )
    assert [(event.id, event.device, event.type) for event in told] == [
        ("INV1-E-G3-12-0-1750583187", "plant_p1", "fault")
    ]
    assert told[0].attributes == {
        "name": "E-G3-12-0",
        "code": "E-G3-12-0",
        "device": "Roof",
        "at": "2025-06-22T09:06:27+00:00",
    }


def test_an_error_that_is_not_to_be_shown() -> None:
    error = {"error_code": "E-G3-12-0", "show": False, "time": 1750583187000}
    assert not list(legacy_happenings("p1", [{"sn": "INV1", "errors": [error]}]))


def test_whichever_call_tells_of_it_it_is_the_same() -> None:
    """Else whoever hears of it would be called twice: by both lists of the legacy way, and when the way changes."""
    [row] = happenings("p1", [{**ROW, "warningid": "another"}])
    [error] = legacy_happenings("p1", [{"sn": "INV1", "errors": [{"error_code": "E-G3-0-12", "time": 1788717531000}]}])
    assert row.id == error.id == ALARM


@pytest.mark.parametrize(("hours", "told"), [(1, ["alarm"]), (47, ["alarm"]), (49, [])])
def test_what_is_long_ago_is_no_news(hours: float, told: list[str]) -> None:
    """A way or a plant that is read for the first time lists what was years ago."""
    now = BEGAN + timedelta(hours=hours)
    assert [event.type for event in lately(happenings("p1", [ROW]), now)] == told


def test_what_is_over_now_is_news_however_long_it_lasted() -> None:
    ended = BEGAN + timedelta(days=30)
    row = {**ROW, "status": 1, "recoverytime": str(int(ended.timestamp() * 1000))}
    assert [event.type for event in lately(happenings("p1", [row]), ended + timedelta(hours=1))] == ["recovered"]
    assert not list(lately(happenings("p1", [row]), ended + timedelta(days=3)))


def test_what_has_no_time_is_told() -> None:
    assert len(list(lately(happenings("p1", [{"id": 7}]), BEGAN))) == 1
