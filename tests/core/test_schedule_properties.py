"""Properties of schedules that hold for whatever is asked, on every maker's devices."""

from datetime import time
from itertools import combinations, product
import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings, strategies as st
import pytest

from custom_components.solar_battery_hub.core.schedule import (
    ALL_DAYS,
    ALL_MONTHS,
    Job,
    Problem,
    Schedule,
    ScheduleError,
    ScheduleRules,
    Slot,
    apply,
    difference,
)

from .schedule_models import WHOLE_DAY, PlaceDevice, PlanDevice, minutes, on_day, share_a_minute
from .schedule_rules import WITH_SCHEDULE
from .schedule_strategies import SCHEDULES, SLOTS, schedules_for
from .strategies import json_values

# Examples are many and the machine may be busy: neither is a failure.
MANY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(MANY, max_examples=25)
FILLER = Job(mode="idle")

each_device = pytest.mark.parametrize("rules", WITH_SCHEDULE.values(), ids=WITH_SCHEDULE.keys())


@given(schedule=SCHEDULES)
@MANY
def test_normal_form_does_the_same_each_minute(schedule: Schedule) -> None:
    assert minutes(schedule.normal_form().slots) == minutes(schedule.slots)


@given(schedule=SCHEDULES)
@MANY
def test_normal_form_of_a_normal_form_is_itself(schedule: Schedule) -> None:
    normal = schedule.normal_form()
    assert normal.normal_form() == normal


@given(schedule=SCHEDULES, data=st.data())
@MANY
def test_normal_form_does_not_depend_on_how_windows_are_cut(schedule: Schedule, data: st.DataObject) -> None:
    """Cut slots at midnight, by days and by months, and change their order: the normal form stays."""
    pieces = [half for slot in schedule.slots if slot.enabled for half in slot.split()]
    some_days = data.draw(st.frozensets(st.sampled_from(sorted(ALL_DAYS))))
    some_months = data.draw(st.frozensets(st.sampled_from(sorted(ALL_MONTHS))))
    cut = [
        Slot(
            start=piece.start,
            end=piece.end,
            mode=piece.mode,
            power=piece.power,
            days=(ALL_DAYS if piece.days is None else piece.days) & days,
            months=(ALL_MONTHS if piece.months is None else piece.months) & months,
        )
        for piece in pieces
        for days in (some_days, ALL_DAYS - some_days)
        for months in (some_months, ALL_MONTHS - some_months)
    ]
    shuffled = Schedule(slots=tuple(data.draw(st.permutations(cut))))
    assert shuffled.normal_form() == schedule.normal_form()


@given(schedule=SCHEDULES, other=SCHEDULES)
@MANY
def test_normal_forms_are_equal_only_for_equal_minutes(schedule: Schedule, other: Schedule) -> None:
    equal = minutes(schedule.slots) == minutes(other.slots)
    assert (schedule.normal_form() == other.normal_form()) == equal


@given(slot=SLOTS, other=SLOTS)
@MANY
@example(
    slot=Slot(start=time(22), end=time(6), mode="charge", days=frozenset({6})),
    other=Slot(start=time(5), end=time(7), mode="charge", days=frozenset({0})),
)
def test_slots_overlap_both_ways_when_they_share_a_minute(slot: Slot, other: Slot) -> None:
    assert slot.overlaps(other) == other.overlaps(slot) == share_a_minute(slot, other)


@given(schedule=SCHEDULES)
@MANY
def test_filled_schedule_covers_all_and_changes_nothing_that_was_there(schedule: Schedule) -> None:
    before, after = minutes(schedule.slots), minutes(schedule.fill(FILLER).slots)
    assert {key: covered for key, covered in after.items() if key[0] != FILLER} == before
    for month, day in product(ALL_MONTHS, ALL_DAYS):
        assert after.get((FILLER, month, day), 0) == WHOLE_DAY & ~on_day(before, month, day)


@given(schedule=SCHEDULES)
@MANY
def test_day_plans_do_the_same_and_no_day_has_two(schedule: Schedule) -> None:
    slots = schedule.by_days().slots
    assert minutes(slots) == minutes(schedule.slots)
    assert all(len(slot.split()) == 1 for slot in slots)
    plans = {(slot.days or ALL_DAYS, slot.months or ALL_MONTHS) for slot in slots}
    for (days, months), (other_days, other_months) in combinations(plans, 2):
        assert days.isdisjoint(other_days) or months.isdisjoint(other_months)


@given(schedule=SCHEDULES)
@MANY
def test_stored_schedule_is_read_back(schedule: Schedule) -> None:
    assert Schedule.from_dict(json.loads(json.dumps(schedule.as_dict()))) == schedule


FIELD_VALUES = json_values | st.sampled_from(("24:00", "7:30", 40, True, ["mon"], [12], []))


@given(valid=SLOTS, changes=st.dictionaries(st.sampled_from(tuple(Slot.__slots__)), FIELD_VALUES, max_size=3))
@MANY
def test_whatever_is_asked_becomes_a_schedule_or_is_refused(valid: Slot, changes: dict[str, Any]) -> None:
    asked = {"slots": [valid.as_dict() | changes]}
    problems: tuple[Problem, ...] = ()
    schedule = Schedule()
    try:
        schedule = Schedule.from_dict(asked)
    except ScheduleError as error:
        problems = error.problems
    assert bool(problems) != bool(schedule.slots)
    assert {found.placeholders["field"] for found in problems} <= changes.keys()
    assert Schedule.from_dict(schedule.as_dict()) == schedule


@each_device
@given(data=st.data())
@FEW
def test_fitted_schedule_means_the_same_and_fits(rules: ScheduleRules, data: st.DataObject) -> None:
    schedule = data.draw(schedules_for(rules))
    assert rules.check(schedule) == ()
    fitted = rules.fit(schedule)
    assert minutes(fitted.slots, rules) == minutes(schedule.slots, rules)
    assert rules.fit(fitted) == fitted
    assert rules.normal_form(fitted) == rules.normal_form(schedule)
    assert rules.same(fitted, schedule)


@each_device
@given(data=st.data())
@FEW
def test_no_difference_only_between_equals(rules: ScheduleRules, data: st.DataObject) -> None:
    present = rules.fit(data.draw(schedules_for(rules)))
    wanted = data.draw(schedules_for(rules))
    changes = difference(rules, present, wanted)
    equal = minutes(present.slots, rules) == minutes(wanted.slots, rules)
    assert rules.same(present, wanted) == equal
    assert (changes == ()) == equal
    assert difference(rules, wanted, wanted) == ()
    assert minutes(apply(rules, present, changes).slots, rules) == minutes(wanted.slots, rules)


PLACES = {name: rules for name, rules in WITH_SCHEDULE.items() if not rules.day_plans}
PLANS = {name: rules for name, rules in WITH_SCHEDULE.items() if rules.day_plans}


def running(schedule: Schedule) -> list[Slot | None]:
    """Return the enabled slots at their places."""
    return [slot if slot.enabled else None for slot in schedule.slots]


@pytest.mark.parametrize("rules", PLACES.values(), ids=PLACES.keys())
@given(data=st.data())
@FEW
def test_schedule_written_place_by_place_is_read_back(rules: ScheduleRules, data: st.DataObject) -> None:
    """Write three schedules one after the other; the device refuses whatever overlaps in between."""
    device = PlaceDevice(rules)
    for wanted in data.draw(st.lists(schedules_for(rules), min_size=1, max_size=3)):
        present = device.read()
        changes = difference(rules, present, wanted)
        device.write(changes)
        found = device.read()
        assert minutes(found.slots, rules) == minutes(wanted.slots, rules)
        assert running(apply(rules, present, changes)) == running(found)
        assert rules.same(found, wanted)
        assert difference(rules, found, wanted) == ()


@pytest.mark.parametrize("rules", PLANS.values(), ids=PLANS.keys())
@given(data=st.data())
@FEW
def test_schedule_written_as_day_plans_is_read_back(rules: ScheduleRules, data: st.DataObject) -> None:
    device = PlanDevice(rules)
    wanted = data.draw(schedules_for(rules))
    device.write_all(rules.fit(wanted).slots)
    found = device.read()
    assert minutes(found.slots, rules) == minutes(wanted.slots, rules)
    assert rules.same(found, wanted)
    assert difference(rules, found, wanted) == ()
