"""What the makers' devices make of a schedule."""

from dataclasses import replace
from datetime import time
import json

import pytest

from custom_components.solar_battery_hub.core.schedule import (
    Job,
    ModeRule,
    NumberRule,
    Off,
    Schedule,
    ScheduleRules,
    Slot,
    SlotGroup,
    difference,
)

from .schedule_models import schedule, slot
from .schedule_rules import (
    ANKER_SB1,
    ANKER_SB2,
    ANKER_USE_TIME,
    GOODWE_V1,
    GOODWE_V3,
    GROWATT_MIN,
    GROWATT_SPA,
    GROWATT_SPF,
    GROWATT_SPH,
    WITH_SCHEDULE,
)

WORKDAYS = "mon tue wed thu fri"


@pytest.mark.parametrize("rules", WITH_SCHEDULE.values(), ids=WITH_SCHEDULE.keys())
def test_off_is_always_possible(rules: ScheduleRules) -> None:
    off = schedule(slot("03:00-03:00", "nonsense", -1, enabled=False, days=""))
    assert rules.check(off) == ()
    assert rules.fit(off) == schedule()
    assert rules.normal_form(off) == schedule()


FITTED = {
    "cut at midnight, and 24:00 is 23:59": (
        GROWATT_MIN,
        schedule(slot("12:00-13:00", "grid_first"), slot("22:00-06:00", "battery_first")),
        schedule(
            slot("00:00-06:00", "battery_first"),
            slot("12:00-13:00", "grid_first"),
            slot("22:00-23:59", "battery_first"),
        ),
    ),
    "the second half is on the next day": (
        GOODWE_V1,
        schedule(slot("22:00-06:00", "charge", 50, days="fri sun")),
        schedule(slot("00:00-06:00", "charge", 50, days="sat mon"), slot("22:00-23:59", "charge", 50, days="fri sun")),
    ),
    "a whole day": (
        GOODWE_V3,
        schedule(slot("00:00-00:00", "charge", 99.9, 100)),
        schedule(slot("00:00-23:59", "charge", 99.9, 100)),
    ),
    "never a single slot": (
        ANKER_SB1,
        schedule(slot("00:00-00:00", "supply", 200)),
        schedule(slot("00:00-12:00", "supply", 200), slot("12:00-00:00", "supply", 200)),
    ),
    "never a single slot, nor one off its step": (
        replace(ANKER_SB1, step=60),
        schedule(slot("01:00-04:00", "supply", 200)),
        schedule(slot("01:00-02:00", "supply", 200), slot("02:00-04:00", "supply", 200)),
    ),
    "never a single slot, cut at midnight rather": (
        ANKER_SB1,
        schedule(slot("20:00-06:00", "supply", 200)),
        schedule(slot("00:00-06:00", "supply", 200), slot("20:00-00:00", "supply", 200)),
    ),
    "two slots stay two": (
        ANKER_SB1,
        schedule(slot("08:00-20:00", "supply", 200), slot("20:00-08:00", "supply", 300)),
        schedule(
            slot("00:00-08:00", "supply", 300),
            slot("08:00-20:00", "supply", 200),
            slot("20:00-00:00", "supply", 300),
        ),
    ),
    "one plan per set of days": (
        ANKER_SB2,
        schedule(slot("00:00-08:00", "supply", 100), slot("08:00-00:00", "supply", 250, days=WORKDAYS)),
        schedule(
            slot("00:00-08:00", "supply", 100, days=WORKDAYS),
            slot("08:00-00:00", "supply", 250, days=WORKDAYS),
            slot("00:00-08:00", "supply", 100, days="sat sun"),
        ),
    ),
    "joined where the device goes round midnight": (
        GROWATT_SPF,
        schedule(slot("00:00-06:00", "utility_charge"), slot("22:00-00:00", "utility_charge")),
        schedule(slot("22:00-06:00", "utility_charge")),
    ),
    "independent groups may overlap": (
        GROWATT_SPF,
        schedule(slot("01:00-05:00", "utility_charge"), slot("02:00-06:00", "utility_output")),
        schedule(slot("01:00-05:00", "utility_charge"), slot("02:00-06:00", "utility_output")),
    ),
    "the day is filled, per season": (
        ANKER_USE_TIME,
        schedule(slot("17:00-22:00", "peak", days=WORKDAYS, months=[1, 2, 3])),
        schedule(
            slot("00:00-17:00", "off_peak", days=WORKDAYS, months=[1, 2, 3]),
            slot("17:00-22:00", "peak", days=WORKDAYS, months=[1, 2, 3]),
            slot("22:00-00:00", "off_peak", days=WORKDAYS, months=[1, 2, 3]),
            slot("00:00-00:00", "off_peak", days="sat sun", months=[1, 2, 3]),
            slot("00:00-00:00", "off_peak", months=range(4, 13)),
        ),
    ),
}


@pytest.mark.parametrize(("rules", "asked", "held"), FITTED.values(), ids=FITTED.keys())
def test_device_form(rules: ScheduleRules, asked: Schedule, held: Schedule) -> None:
    assert rules.fit(asked) == held
    assert rules.same(held, asked)


def test_second_half_may_meet_the_next_night() -> None:
    """On a device with months a night belongs to the months it begins in, both halves of it."""
    night = slot("22:00-06:00", "charge", 50, 90, months=[12])
    assert {half.months for half in GOODWE_V3.fit(schedule(night)).slots} == {frozenset({12})}


def test_shared_numbers_come_from_the_group() -> None:
    named, silent = slot("01:00-02:00", "battery_first", 50, 90), slot("03:00-04:00", "battery_first")
    assert GROWATT_SPH.fit(schedule(silent, named)) == schedule(named, slot("03:00-04:00", "battery_first", 50, 90))


def test_shared_numbers_come_from_the_device_when_none_are_named() -> None:
    present = schedule(
        slot("00:00-00:00", "battery_first", 40, 80, enabled=False), slot("18:00-20:00", "grid_first", 70, 20)
    )
    wanted = schedule(slot("03:00-04:00", "battery_first", stop_level=95))
    assert GROWATT_SPH.fit(wanted, present) == schedule(slot("03:00-04:00", "battery_first", 40, 95))
    assert [found.placeholders for found in GROWATT_SPH.check(wanted)] == [{"slot": "1", "field": "power"}]
    silent = schedule(slot("18:00-20:00", "grid_first"))
    assert GROWATT_SPH.same(present, silent)
    assert not GROWATT_SPH.same(present, schedule(slot("18:00-20:00", "grid_first", 71)))


def test_own_number_is_not_taken_from_others() -> None:
    asked = schedule(slot("01:00-02:00", "charge", 50), slot("03:00-04:00", "charge"))
    assert [found.reason for found in GOODWE_V1.check(asked, asked)] == ["schedule_field_missing"]


@pytest.mark.parametrize(
    ("rules", "present", "wanted", "same"),
    [
        (GROWATT_MIN, "22:00-23:59 00:00-06:00", "22:00-06:00", True),
        (GROWATT_MIN, "22:00-23:58 00:00-06:00", "22:00-06:00", False),
        (GROWATT_MIN, "00:00-23:59", "00:00-00:00", True),
        (ANKER_SB1, "00:00-23:59", "00:00-00:00", False),
        (ANKER_SB1, "00:00-12:00 12:00-00:00", "00:00-00:00", True),
        (ANKER_USE_TIME, "17:00-20:00 20:00-22:00", "17:00-22:00", True),
    ],
)
def test_same_on_this_device(rules: ScheduleRules, present: str, wanted: str, same: bool) -> None:
    mode = next(iter(rules.modes))
    found, asked = (schedule(*(slot(window, mode) for window in text.split())) for text in (present, wanted))
    assert rules.same(found, asked) is same
    assert rules.same(asked, found) is same


def test_filled_plan_is_not_off() -> None:
    nothing_but_the_filler = schedule(slot("00:00-00:00", "off_peak"))
    assert not ANKER_USE_TIME.same(schedule(), nothing_but_the_filler)
    assert ANKER_USE_TIME.same(schedule(slot("05:00-06:00", "off_peak")), nothing_but_the_filler)


def test_steps_count_from_the_minimum() -> None:
    rule = NumberRule(unit="W", minimum=5, maximum=100, step=10)
    assert [value for value in (5, 10, 15, 15.01, 95) if rule.on_step(value)] == [5, 15, 95]
    tenths = NumberRule(unit="%", minimum=0.1, maximum=100, step=0.1)
    assert all(tenths.on_step(count / 10) for count in range(1, 1001))
    assert all(tenths.snapped(count / 1000 * 100) == count / 10 for count in range(1, 1001))
    assert tenths.snapped(50.55) == 50.55


def test_what_binary_numbers_cost_is_no_difference() -> None:
    """A template's 0.333 * 100 is a little more than 33.3, which the device tells afterwards; 0.29 * 100 less than 29."""
    told = Slot(start=time(2), end=time(5), mode="charge", power=33.3, stop_level=29)
    present = Schedule(slots=(told,))
    asked = Schedule(slots=(replace(told, power=0.333 * 100, stop_level=0.29 * 100),))
    assert asked != present
    assert GOODWE_V3.same(present, asked)
    assert difference(GOODWE_V3, present, asked) == ()
    assert GOODWE_V3.fit(asked).slots[0].job == told.job


def test_slot_that_blocks_while_disabled_must_be_freed_by_off() -> None:
    with pytest.raises(ValueError, match="Off must free"):
        replace(GROWATT_MIN, off=Off.DISABLE)


def test_unknown_mode_of_the_device_counts_with_the_first_group() -> None:
    assert GROWATT_SPA.group_of(slot("01:00-02:00", "other")).key == "charge"


def test_rules_are_told_in_json_types() -> None:
    power = NumberRule(unit="W", minimum=0, maximum=800)
    rules = ScheduleRules(
        groups=(SlotGroup(key="slots", slots=2, modes={"charge": ModeRule(power=power)}),),
        off=Off.DISABLE,
        days=(frozenset(range(5)), frozenset({6, 5})),
        last_end=time(23, 59),
        filler=Job(mode="charge", power=100),
    )
    told = json.loads(json.dumps(rules.as_dict()))
    told_power = {"unit": "W", "minimum": 0, "maximum": 800, "step": 1, "shared": False}
    assert told.pop("groups") == [
        {"key": "slots", "slots": 2, "modes": {"charge": {"power": told_power, "stop_level": None}}}
    ]
    assert told == {
        "off": "disable",
        "days": [["mon", "tue", "wed", "thu", "fri"], ["sat", "sun"]],
        "months": False,
        "step": 1,
        "min_length": 1,
        "max_length": 1440,
        "last_end": "23:59",
        "crosses_midnight": False,
        "never_single": False,
        "day_plans": False,
        "fills_day": False,
        "filler": {"mode": "charge", "power": 100, "stop_level": None},
        "groups_overlap": False,
        "disabled_block": False,
    }


@pytest.mark.parametrize("rules", WITH_SCHEDULE.values(), ids=WITH_SCHEDULE.keys())
def test_each_mode_is_in_one_group(rules: ScheduleRules) -> None:
    assert sum(len(group.modes) for group in rules.groups) == len(rules.modes)
    json.dumps(rules.as_dict())
