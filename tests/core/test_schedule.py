"""What slots and schedules mean, when two are the same, and how they are stored."""

from datetime import UTC, time
import json
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.refusal import ChangeRefused
from custom_components.solar_battery_hub.core.schedule import Job, Problem, Reason, Schedule, ScheduleError, Slot

from .schedule_models import schedule, slot

WEEKEND = "sat sun"
WORKDAYS = "mon tue wed thu fri"


@pytest.mark.parametrize(
    ("window", "span"),
    [
        ("02:00-05:30", (120, 330)),
        ("22:00-06:00", (1320, 1800)),
        ("22:00-00:00", (1320, 1440)),
        ("00:00-00:00", (0, 1440)),
        ("00:00-00:01", (0, 1)),
        ("08:00-08:00", (480, 480)),
        ("00:01-00:00", (1, 1440)),
    ],
)
def test_span(window: str, span: tuple[int, int]) -> None:
    assert slot(window).span == span


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": time(1, 0, 30)},
        {"end": time(1, 0, 0, 1)},
        {"start": time(1, tzinfo=UTC)},
        {"days": frozenset({7})},
        {"days": frozenset({-1, 0})},
        {"months": frozenset({0})},
        {"months": frozenset({13})},
    ],
)
def test_slot_that_cannot_be_is_not_made(wrong: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"start": time(1), "end": time(2), "mode": "charge"}
    assert Slot(**fields)
    with pytest.raises(ValueError, match=r"whole minutes|No such"):
        Slot(**fields | wrong)


def test_all_days_and_months_are_none() -> None:
    assert slot("01:00-02:00", days="sun mon tue wed thu fri sat", months=range(1, 13)) == slot("01:00-02:00")


def test_split_over_midnight_moves_the_days() -> None:
    night = slot("22:00-06:00", power=50, days="sat sun", months=[12])
    assert night.split() == (
        slot("22:00-00:00", power=50, days="sat sun", months=[12]),
        slot("00:00-06:00", power=50, days="sun mon", months=[12]),
    )
    assert slot("22:00-00:00").split() == (slot("22:00-00:00"),)


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        (slot("01:00-03:00"), slot("02:00-04:00"), True),
        (slot("01:00-03:00"), slot("03:00-04:00"), False),
        (slot("22:00-06:00"), slot("05:59-07:00"), True),
        (slot("22:00-06:00"), slot("06:00-22:00"), False),
        (slot("22:00-06:00"), slot("23:00-01:00"), True),
        (slot("22:00-06:00", days="mon"), slot("05:00-07:00", days="mon"), False),
        (slot("22:00-06:00", days="mon"), slot("05:00-07:00", days="tue"), True),
        (slot("22:00-06:00", days="sun"), slot("05:00-07:00", days="mon"), True),
        (slot("01:00-03:00", days=WORKDAYS), slot("01:00-03:00", days=WEEKEND), False),
        (slot("01:00-03:00", months=[1]), slot("01:00-03:00", months=[2]), False),
        (slot("01:00-03:00", months=[1]), slot("01:00-03:00", days="mon"), True),
        (slot("01:00-03:00", days=""), slot("01:00-03:00"), False),
        (slot("02:00-02:00"), slot("01:00-03:00"), False),
        (slot("00:00-00:00"), slot("12:00-12:01"), True),
        (slot("01:00-03:00", enabled=False), slot("01:00-03:00"), True),
    ],
)
def test_overlap(first: Slot, second: Slot, overlap: bool) -> None:
    assert first.overlaps(second) is overlap
    assert second.overlaps(first) is overlap


NORMAL_FORMS = {
    "disabled slots are dropped": (
        schedule(slot("01:00-02:00", enabled=False), slot("03:00-04:00")),
        schedule(slot("03:00-04:00")),
    ),
    "slots that cover nothing are dropped": (
        schedule(slot("01:00-01:00"), slot("02:00-03:00", days=""), slot("03:00-04:00", months=[])),
        schedule(),
    ),
    "sorted": (
        schedule(slot("05:00-06:00"), slot("01:00-02:00")),
        schedule(slot("01:00-02:00"), slot("05:00-06:00")),
    ),
    "halves of a day are joined": (
        schedule(slot("12:00-00:00", power=200), slot("00:00-12:00", power=200)),
        schedule(slot("00:00-00:00", power=200)),
    ),
    "touching slots with other power are not": (
        schedule(slot("00:00-12:00", power=200), slot("12:00-00:00", power=210)),
        schedule(slot("00:00-12:00", power=200), slot("12:00-00:00", power=210)),
    ),
    "overlapping slots of one job are joined": (
        schedule(slot("01:00-03:00"), slot("02:00-04:00"), slot("02:00-02:30")),
        schedule(slot("01:00-04:00")),
    ),
    "halves are joined over midnight": (
        schedule(slot("00:00-06:00"), slot("22:00-00:00")),
        schedule(slot("22:00-06:00")),
    ),
    "halves are joined where the next day follows": (
        schedule(slot("22:00-00:00", days="fri sat"), slot("00:00-06:00", days="sun mon")),
        schedule(slot("00:00-06:00", days="mon"), slot("22:00-00:00", days="fri"), slot("22:00-06:00", days="sat")),
    ),
    "the week is a ring": (
        schedule(slot("22:00-00:00", days="sun"), slot("00:00-06:00", days="mon")),
        schedule(slot("22:00-06:00", days="sun")),
    ),
    "24 hours and more stay cut at midnight": (
        schedule(slot("08:00-00:00", days="mon"), slot("00:00-08:00", days="tue")),
        schedule(slot("00:00-08:00", days="tue"), slot("08:00-00:00", days="mon")),
    ),
    "days of equal windows are joined": (
        schedule(slot("01:00-02:00", days=WORKDAYS), slot("01:00-02:00", days=WEEKEND)),
        schedule(slot("01:00-02:00")),
    ),
    "days are kept apart by months": (
        schedule(slot("01:00-02:00", days="mon", months=[1]), slot("01:00-02:00", days="tue", months=[1, 2])),
        schedule(slot("01:00-02:00", days="mon", months=[1]), slot("01:00-02:00", days="tue", months=[1, 2])),
    ),
}


@pytest.mark.parametrize(("given", "normal"), NORMAL_FORMS.values(), ids=NORMAL_FORMS.keys())
def test_normal_form(given: Schedule, normal: Schedule) -> None:
    assert given.normal_form() == normal


def test_fill_takes_what_is_left() -> None:
    job = Job(mode="idle")
    filled = schedule(slot("22:00-06:00"), slot("09:00-10:00", days=WEEKEND)).fill(job)
    assert filled.normal_form() == schedule(
        slot("06:00-09:00", "idle", days=WEEKEND),
        slot("06:00-22:00", "idle", days=WORKDAYS),
        slot("09:00-10:00", days=WEEKEND),
        slot("10:00-22:00", "idle", days=WEEKEND),
        slot("22:00-06:00"),
    )
    assert schedule().fill(job) == schedule(slot("00:00-00:00", "idle"))
    assert schedule(slot("00:00-00:00")).fill(job) == schedule(slot("00:00-00:00"))


def test_day_plans_repeat_what_days_have_in_common() -> None:
    plans = schedule(
        slot("08:00-20:00", "supply"), slot("20:00-08:00", "charge", days=WORKDAYS), slot("20:00-22:00", days="sun")
    ).by_days()
    assert {(plan.days, plan.start, plan.end, plan.mode) for plan in plans.slots} == {
        (frozenset({0}), time(8), time(20), "supply"),
        (frozenset({0}), time(20), time(0), "charge"),
        (frozenset({1, 2, 3, 4}), time(0), time(8), "charge"),
        (frozenset({1, 2, 3, 4}), time(8), time(20), "supply"),
        (frozenset({1, 2, 3, 4}), time(20), time(0), "charge"),
        (frozenset({5}), time(0), time(8), "charge"),
        (frozenset({5}), time(8), time(20), "supply"),
        (frozenset({6}), time(8), time(20), "supply"),
        (frozenset({6}), time(20), time(22), "charge"),
    }


def test_day_plans_divide_the_year_into_seasons() -> None:
    winter = slot("00:00-06:00", months=[1, 2, 11, 12])
    assert schedule(winter).by_days() == schedule(
        slot("00:00-06:00", months=[1, 2]), slot("00:00-06:00", months=[11, 12])
    )


STORED = {
    "start": "22:00",
    "end": "06:05",
    "mode": "charge",
    "power": 50,
    "stop_level": 90.5,
    "enabled": False,
    "days": ["mon", "sun"],
    "months": [1, 12],
}


def test_stored_form() -> None:
    full = slot("22:00-06:05", "charge", 50, 90.5, enabled=False, days="sun mon", months=[12, 1])
    assert schedule(full).as_dict() == {"slots": [STORED]}
    assert Schedule.from_dict(json.loads(json.dumps({"slots": [STORED]}))) == schedule(full)
    assert Slot.from_dict({"start": "0:00", "end": "24:00", "mode": "charge"}) == slot("00:00-00:00")
    assert slot("01:00-02:00").as_dict() | {"days": None, "months": None} == slot("01:00-02:00").as_dict()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"start": "7:05"}, slot("07:05-02:00")),
        ({"start": "01:00:00"}, slot("01:00-02:00")),
        ({"end": "24:00:00"}, slot("01:00-00:00")),
        ({"start": time(1, 30)}, slot("01:30-02:00")),
        ({"days": None, "months": None, "power": None}, slot("01:00-02:00")),
        ({"days": ("sat",)}, slot("01:00-02:00", days="sat")),
        ({"days": []}, slot("01:00-02:00", days="")),
    ],
)
def test_what_users_may_write(asked: dict[str, object], found: Slot) -> None:
    assert Slot.from_dict({"start": "01:00", "end": "02:00", "mode": "charge"} | asked) == found


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", "24:00"),
        ("start", "1:60"),
        ("start", "1"),
        ("start", "01:00:30"),
        ("start", 60),
        ("start", None),
        ("start", "٠١:٠٠"),
        ("end", "25:00"),
        ("end", time(1, 0, 1)),
        ("end", time(1, tzinfo=UTC)),
        ("mode", ""),
        ("mode", None),
        ("power", "50"),
        ("power", True),
        ("power", float("nan")),
        ("stop_level", float("inf")),
        ("enabled", 1),
        ("enabled", None),
        ("days", "mon"),
        ("days", ["monday"]),
        ("days", [0]),
        ("days", [["mon"]]),
        ("months", [0]),
        ("months", [13]),
        ("months", ["1"]),
        ("months", [True]),
        ("months", {"1": 2}),
    ],
)
def test_wrong_field_is_refused(field: str, value: object) -> None:
    with pytest.raises(ScheduleError) as caught:
        Schedule.from_dict({"slots": [STORED, STORED | {field: value}]})
    assert caught.value.reason == "schedule_bad_field"
    assert caught.value.placeholders == {"slot": "2", "field": field, "value": str(value)[:40]}


def test_every_wrong_field_is_told() -> None:
    with pytest.raises(ScheduleError) as caught:
        Slot.from_dict({"start": "1 o'clock", "end": "02:00", "energy": 5}, number=4)
    assert caught.value.problems == (
        Problem(reason=Reason.UNKNOWN_FIELD, placeholders={"slot": "4", "field": "energy"}),
        Problem(reason=Reason.FIELD_MISSING, placeholders={"slot": "4", "field": "mode"}),
        Problem(reason=Reason.BAD_FIELD, placeholders={"slot": "4", "field": "start", "value": "1 o'clock"}),
    )


@pytest.mark.parametrize("data", [None, [], "slots", {}, {"slots": None}, {"slots": {"1": STORED}}, {"slots": ["x"]}])
def test_what_is_no_schedule_is_refused_as_a_change(data: object) -> None:
    with pytest.raises(ChangeRefused) as caught:
        Schedule.from_dict(data)
    assert caught.value.reason == "schedule_malformed"


def test_reasons_are_unique_translation_keys() -> None:
    assert len(set(Reason)) == len(Reason.__members__)
    assert all(reason.startswith("schedule_") and reason == reason.lower() for reason in Reason)
