"""Alarms as events: each beginning and each end once."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.core.catalogue import STREAMS
from custom_components.solar_battery_hub.vendors.goodwe.alarms import STREAM, happenings, legacy_happenings

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


def test_an_active_alarm() -> None:
    [told] = happenings("p1", [ROW])
    assert (told.id, told.device, told.stream, told.type) == ("w1", "plant_p1", STREAM, "alarm")
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
    assert (over.id, over.type) == ("w1-recovered", "recovered")
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
    error = {"error_code": "E-G3-12-0", "show": "Utility loss", "time": 1750583187000}
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
        "name": "Utility loss",
        "code": "E-G3-12-0",
        "device": "Roof",
        "at": "2025-06-22T09:06:27+00:00",
    }
