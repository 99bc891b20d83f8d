"""A schedule as the value of a setting: its text, what is refused, and when two are the same."""

from datetime import time

from hypothesis import given
import pytest

from custom_components.solar_battery_hub.core.control import Control, ControlKind, Setting, check
from custom_components.solar_battery_hub.core.model import Value
from custom_components.solar_battery_hub.core.refusal import ChangeRefused
from custom_components.solar_battery_hub.core.schedule import Schedule, ScheduleError, ScheduleRules, Slot

from .schedule_rules import GOODWE_V3, GROWATT_MIN, GROWATT_NOAH, GROWATT_SPH
from .schedule_strategies import schedules_for

NIGHT = Slot(start=time(1), end=time(5, 30), mode="battery_first")
EVENING = Slot(start=time(17), end=time(21), mode="grid_first")


def setting(rules: ScheduleRules | None) -> Setting:
    return Setting(key="charge_schedule", kind=ControlKind.SCHEDULE, rules=rules)


def allow(rules: ScheduleRules | None, value: Value) -> None:
    check([Control(device="inverter", setting=setting(rules))], {"charge_schedule": value})


def text(*slots: Slot) -> str:
    return Schedule(slots=slots).as_text()


def test_text_is_compact_json() -> None:
    assert text(NIGHT) == (
        '{"slots":[{"start":"01:00","end":"05:30","mode":"battery_first","power":null,'
        '"stop_level":null,"enabled":true,"days":null,"months":null}]}'
    )


@given(schedules_for(GOODWE_V3))
def test_text_round_trip(schedule: Schedule) -> None:
    assert Schedule.from_text(schedule.as_text()) == schedule


@pytest.mark.parametrize("value", [None, 3, True, "", "off", "[]", '{"slots":', '{"slots":3}', '{"slots":[1]}'])
def test_what_is_no_schedule_is_refused(value: Value) -> None:
    with pytest.raises(ScheduleError) as refused:
        allow(GROWATT_MIN, value)
    assert refused.value.reason == "schedule_malformed"


def test_what_fits_is_allowed() -> None:
    allow(GROWATT_MIN, text(NIGHT, EVENING))
    allow(GROWATT_MIN, text())


def test_slot_that_does_not_fit_is_named() -> None:
    with pytest.raises(ChangeRefused) as refused:
        allow(GROWATT_MIN, text(NIGHT, Slot(start=time(5), end=time(6), mode="load_first")))
    assert refused.value.reason == "schedule_overlap"
    assert refused.value.placeholders == {"slot": "2", "other": "1"}


def test_without_rules_there_is_no_schedule() -> None:
    with pytest.raises(ChangeRefused) as refused:
        allow(None, text(NIGHT))
    assert refused.value.reason == "schedule_not_supported"


def test_shared_numbers_may_be_left_to_the_device() -> None:
    allow(GROWATT_SPH, text(NIGHT, EVENING))


def test_shared_numbers_that_are_named_are_checked() -> None:
    with pytest.raises(ChangeRefused) as refused:
        allow(GROWATT_SPH, text(Slot(start=time(1), end=time(2), mode="battery_first", power=101)))
    assert refused.value.reason == "schedule_out_of_range"
    assert refused.value.placeholders["slot"] == "1"


def test_a_number_of_each_slot_is_missed() -> None:
    with pytest.raises(ChangeRefused) as refused:
        allow(GROWATT_NOAH, text(Slot(start=time(1), end=time(2), mode="load_first")))
    assert refused.value.reason == "schedule_field_missing"
    assert refused.value.placeholders == {"slot": "1", "field": "power"}


HALVES = (
    Slot(start=time(22), end=time(23, 59), mode="battery_first"),
    Slot(start=time(0), end=time(5), mode="battery_first"),
)


@pytest.mark.parametrize(
    ("asked", "found", "same"),
    [
        (text(NIGHT), text(NIGHT), True),
        (text(NIGHT, EVENING), text(EVENING, NIGHT), True),
        (text(Slot(start=time(22), end=time(5), mode="battery_first")), text(*HALVES), True),
        (text(NIGHT), text(NIGHT, Slot(start=time(0), end=time(0), mode="load_first", enabled=False)), True),
        (text(NIGHT), text(EVENING), False),
        (text(NIGHT), text(), False),
        (text(NIGHT), None, False),
        (text(NIGHT), "nonsense", False),
    ],
)
def test_same_schedules_match(asked: str, found: Value, same: bool) -> None:
    assert setting(GROWATT_MIN).matches(asked, found) is same


def test_a_shared_number_left_out_matches_whatever_the_device_has() -> None:
    has = Slot(start=time(1), end=time(2), mode="battery_first", power=80, stop_level=90)
    asked = Slot(start=time(1), end=time(2), mode="battery_first")
    assert setting(GROWATT_SPH).matches(text(asked), text(has))
    other = Slot(start=time(1), end=time(2), mode="battery_first", power=70)
    assert not setting(GROWATT_SPH).matches(text(other), text(has))
