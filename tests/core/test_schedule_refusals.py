"""What the makers' devices refuse of a schedule."""

import pytest

from custom_components.solar_battery_hub.core.schedule import (
    ModeRule,
    Schedule,
    ScheduleError,
    ScheduleRules,
    SlotGroup,
)

from .schedule_models import schedule, slot
from .schedule_rules import (
    ANKER_POWER_PANEL,
    ANKER_SB1,
    ANKER_SB2,
    ANKER_USE_TIME,
    GOODWE_V1,
    GOODWE_V3,
    GROWATT_MIN,
    GROWATT_NOAH,
    GROWATT_SPA,
    GROWATT_SPF,
    GROWATT_SPH,
    WITHOUT_SCHEDULE,
)

WORKDAYS = "mon tue wed thu fri"
FIVE_MINUTES = ScheduleRules(groups=(SlotGroup(key="slots", modes={"charge": ModeRule()}),), min_length=5)

REFUSED: dict[str, tuple[ScheduleRules, Schedule, list[tuple[str, dict[str, str]]]]] = {
    "unknown mode": (
        GROWATT_SPH,
        schedule(slot("01:00-02:00", enabled=False), slot("01:00-02:00", "charge")),
        [("unknown_mode", {"slot": "2", "mode": "charge", "modes": "battery_first, grid_first"})],
    ),
    "a power where there is none": (
        GROWATT_NOAH,
        schedule(slot("01:00-02:00", "smart", 100), slot("02:00-03:00", "load_first", 100)),
        [("field_not_supported", {"slot": "1", "field": "power"})],
    ),
    "numbers left out": (
        GOODWE_V3,
        schedule(slot("01:00-02:00", "charge")),
        [("field_missing", {"slot": "1", "field": "power"}), ("field_missing", {"slot": "1", "field": "stop_level"})],
    ),
    "discharging with nothing": (
        GOODWE_V3,
        schedule(slot("01:00-02:00", "discharge", 0, 20)),
        [
            (
                "out_of_range",
                {"slot": "1", "field": "power", "value": "0", "minimum": "0.1", "maximum": "100", "unit": "%"},
            )
        ],
    ),
    "too much power": (
        ANKER_SB2,
        schedule(slot("01:00-02:00", "supply", 810)),
        [
            (
                "out_of_range",
                {"slot": "1", "field": "power", "value": "810", "minimum": "0", "maximum": "800", "unit": "W"},
            )
        ],
    ),
    "parts of a percent": (
        GOODWE_V1,
        schedule(slot("01:00-02:00", "charge", 50.5)),
        [("off_step", {"slot": "1", "field": "power", "value": "50.5", "step": "1", "unit": "%"})],
    ),
    "parts of a permille": (
        GOODWE_V3,
        schedule(slot("01:00-02:00", "charge", 50.55, 90)),
        [("off_step", {"slot": "1", "field": "power", "value": "50.55", "step": "0.1", "unit": "%"})],
    ),
    "parts of an hour": (
        GROWATT_SPF,
        schedule(slot("01:00-02:30", "utility_charge")),
        [("off_step", {"slot": "1", "field": "end", "value": "02:30", "step": "60", "unit": "min"})],
    ),
    "an empty slot": (
        GROWATT_MIN,
        schedule(slot("02:00-02:00", "load_first")),
        [("empty_slot", {"slot": "1"})],
    ),
    "an empty slot in the last minute": (
        GROWATT_MIN,
        schedule(slot("23:59-23:59", "load_first")),
        [("empty_slot", {"slot": "1"})],
    ),
    "days and months where there are none": (
        GROWATT_MIN,
        schedule(slot("01:00-02:00", "load_first", days="mon", months=[1])),
        [
            ("field_not_supported", {"slot": "1", "field": "days"}),
            ("field_not_supported", {"slot": "1", "field": "months"}),
        ],
    ),
    "no days and no months": (
        GOODWE_V3,
        schedule(slot("01:00-02:00", "charge", 0, 90, days="", months=[])),
        [("never_runs", {"slot": "1", "field": "days"}), ("never_runs", {"slot": "1", "field": "months"})],
    ),
    "half a weekend": (
        ANKER_USE_TIME,
        schedule(slot("01:00-02:00", "peak", days="mon tue wed thu fri sat")),
        [("days_together", {"slot": "1", "days": "sat, sun"})],
    ),
    "a night that ends on the weekend": (
        ANKER_USE_TIME,
        schedule(slot("22:00-06:00", "valley", days=WORKDAYS)),
        [
            ("days_together", {"slot": "1", "days": "mon, tue, wed, thu, fri"}),
            ("days_together", {"slot": "1", "days": "sat, sun"}),
        ],
    ),
    "two powers where the device has one": (
        GROWATT_SPH,
        schedule(slot("01:00-02:00", "battery_first", 50, 90), slot("03:00-04:00", "battery_first", 60, 90)),
        [("shared_differs", {"group": "charge", "field": "power"})],
    ),
    "overlap within a group": (
        GROWATT_MIN,
        schedule(slot("02:00-04:00", "load_first"), slot("22:00-03:00", "battery_first")),
        [("overlap", {"slot": "2", "other": "1"})],
    ),
    "overlap of groups": (
        GROWATT_SPA,
        schedule(slot("02:00-04:00", "battery_first", 50, 90), slot("03:00-05:00", "load_first")),
        [("overlap", {"slot": "2", "other": "1"})],
    ),
    "more slots than places": (
        GROWATT_SPH,
        schedule(*(slot(f"0{hour}:00-0{hour}:30", "grid_first", 50, 20) for hour in range(4))),
        [("too_many_slots", {"group": "discharge", "slots": "4", "maximum": "3"})],
    ),
    "no place for the second half": (
        GROWATT_SPH,
        schedule(
            slot("10:00-11:00", "grid_first", 50, 20),
            slot("12:00-13:00", "grid_first", 50, 20),
            slot("22:00-06:00", "grid_first", 50, 20),
        ),
        [("too_many_slots", {"group": "discharge", "slots": "4", "maximum": "3"})],
    ),
    "too short": (
        FIVE_MINUTES,
        schedule(slot("01:00-01:04")),
        [("too_short", {"start": "01:00", "end": "01:04", "minutes": "5"})],
    ),
    "a half that is too short": (
        FIVE_MINUTES,
        schedule(slot("23:57-06:00")),
        [("too_short", {"start": "23:57", "end": "00:00", "minutes": "5"})],
    ),
    "the minute that stands for midnight": (
        GROWATT_MIN,
        schedule(slot("23:59-06:00", "load_first")),
        [("too_short", {"start": "23:59", "end": "23:59", "minutes": "1"})],
    ),
    "a single slot that cannot be halved": (
        ANKER_SB1,
        schedule(slot("12:00-12:01", "supply", 100)),
        [("too_short", {"start": "12:00", "end": "12:01", "minutes": "2"})],
    ),
    "a window of 24 hours": (
        GROWATT_SPF,
        schedule(slot("00:00-00:00", "utility_charge")),
        [("too_long", {"start": "00:00", "end": "00:00", "minutes": "1380"})],
    ),
    "hours without a tariff": (
        ANKER_POWER_PANEL,
        schedule(slot("00:00-23:00", "peak"), slot("23:00-00:00", "off_peak", months=range(1, 12))),
        [("gap", {})],
    ),
}


@pytest.mark.parametrize(("rules", "asked", "problems"), REFUSED.values(), ids=REFUSED.keys())
def test_what_a_device_cannot_hold_is_refused(
    rules: ScheduleRules, asked: Schedule, problems: list[tuple[str, dict[str, str]]]
) -> None:
    expected = [(f"schedule_{reason}", placeholders) for reason, placeholders in problems]
    assert [(found.reason, found.placeholders) for found in rules.check(asked)] == expected
    with pytest.raises(ScheduleError) as caught:
        rules.fit(asked)
    assert (caught.value.reason, caught.value.placeholders) == expected[0]
    assert caught.value.problems == rules.check(asked)


@pytest.mark.parametrize("rules", WITHOUT_SCHEDULE.values(), ids=WITHOUT_SCHEDULE.keys())
def test_device_without_schedule_takes_only_none(rules: ScheduleRules) -> None:
    assert [found.reason for found in rules.check(schedule(slot("01:00-02:00")))] == ["schedule_not_supported"]
    assert rules.check(schedule(slot("01:00-02:00", enabled=False))) == ()
    assert rules.fit(schedule()) == schedule()
    assert rules.modes == {}
