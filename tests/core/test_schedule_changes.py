"""Which places of a device are written, in which order, and what is there afterwards."""

import pytest

from custom_components.solar_battery_hub.core.schedule import (
    Change,
    Schedule,
    ScheduleError,
    ScheduleRules,
    Slot,
    apply,
    difference,
)

from .schedule_models import schedule, slot
from .schedule_rules import ANKER_SB1, GOODWE_V1, GROWATT_MIN, GROWATT_SPF, GROWATT_SPH, POWERWALL

FREE = slot("00:00-00:00", "load_first", enabled=False)


def written(*changes: tuple[int, Slot | None], group: str = "segments") -> tuple[Change, ...]:
    """Return changes of one group."""
    return tuple(Change(group=group, place=place, slot=slot) for place, slot in changes)


EARLY = slot("02:00-04:00", "battery_first")
LATE = slot("18:00-20:00", "grid_first")

WRITES: dict[str, tuple[Schedule, Schedule, tuple[Change, ...]]] = {
    "the same in another order": (schedule(FREE, LATE, EARLY), schedule(EARLY, LATE), ()),
    "the same, cut elsewhere": (
        schedule(slot("02:00-03:00", "battery_first"), slot("03:00-04:00", "battery_first")),
        schedule(EARLY),
        (),
    ),
    "a slot more takes the first free place": (
        schedule(EARLY, FREE, FREE),
        schedule(LATE, EARLY),
        written((2, LATE)),
    ),
    "places never reported are free too": (schedule(EARLY), schedule(EARLY, LATE), written((2, LATE))),
    "a changed slot is written where the old one was": (
        schedule(FREE, EARLY, LATE),
        schedule(slot("03:00-05:00", "battery_first"), LATE),
        written((2, slot("03:00-05:00", "battery_first"))),
    ),
    "a slot over midnight stays, that another is added to": (
        schedule(slot("22:00-06:00", "battery_first"), FREE),
        schedule(slot("22:00-06:00", "battery_first"), slot("18:00-20:00", "grid_first")),
        written((2, LATE)),
    ),
    "one to 00:00 stays where 23:59 would be written": (
        schedule(slot("22:00-00:00", "battery_first"), EARLY),
        schedule(slot("22:00-00:00", "battery_first"), LATE),
        written((2, LATE)),
    ),
    "a slot less is turned off": (schedule(EARLY, LATE), schedule(LATE), written((1, None))),
    "all off": (schedule(EARLY, FREE, LATE), schedule(), written((1, None), (3, None))),
    "a night takes two places": (
        schedule(EARLY),
        schedule(slot("22:00-06:00", "battery_first")),
        written((1, slot("00:00-06:00", "battery_first")), (2, slot("22:00-23:59", "battery_first"))),
    ),
    "the one in the way is moved first": (
        schedule(slot("02:00-04:00", "load_first"), slot("04:00-06:00", "grid_first")),
        schedule(slot("03:00-05:00", "load_first"), slot("05:00-07:00", "grid_first")),
        written((2, slot("05:00-07:00", "grid_first")), (1, slot("03:00-05:00", "load_first"))),
    ),
    "where each is in the other's way one is turned off first": (
        schedule(slot("12:00-23:59", "load_first"), slot("00:00-12:00", "grid_first")),
        schedule(slot("00:00-13:00", "battery_first"), slot("13:00-00:00", "load_first")),
        written((2, None), (1, slot("00:00-13:00", "battery_first")), (2, slot("13:00-23:59", "load_first"))),
    ),
    "a disabled slot in the way is cleared": (
        schedule(slot("10:00-11:00", "load_first", enabled=False), slot("02:00-03:00", "load_first", enabled=False)),
        schedule(slot("02:30-03:30", "load_first")),
        written((2, None), (1, slot("02:30-03:30", "load_first"))),
    ),
    "a slot is written where it is meant to be": (
        schedule(EARLY, FREE, FREE),
        schedule(EARLY, FREE, LATE),
        written((3, LATE)),
    ),
    "of two that change each keeps its place": (
        schedule(LATE, EARLY),
        schedule(slot("18:00-21:00", "grid_first"), slot("02:00-05:00", "battery_first")),
        written((2, slot("02:00-05:00", "battery_first")), (1, slot("18:00-21:00", "grid_first"))),
    ),
    "the end of the day is no other slot": (
        schedule(FREE, FREE),
        schedule(FREE, slot("22:00-00:00", "grid_first")),
        written((2, slot("22:00-23:59", "grid_first"))),
    ),
    "no place is written only to be where it was meant": (
        schedule(FREE, LATE),
        schedule(EARLY),
        written((2, EARLY)),
    ),
    "of several that go the one at its place is reused": (
        schedule(LATE, slot("05:00-06:00", "load_first")),
        schedule(FREE, EARLY),
        written((2, EARLY), (1, None)),
    ),
    "a disabled slot elsewhere stays": (
        schedule(slot("10:00-11:00", "load_first", enabled=False), slot("02:00-03:00", "load_first", enabled=False)),
        schedule(slot("03:00-03:30", "load_first")),
        written((1, slot("03:00-03:30", "load_first"))),
    ),
}


@pytest.mark.parametrize(("present", "wanted", "changes"), WRITES.values(), ids=WRITES.keys())
def test_writes(present: Schedule, wanted: Schedule, changes: tuple[Change, ...]) -> None:
    assert difference(GROWATT_MIN, present, wanted) == changes


def test_disabled_slot_is_no_obstacle_where_it_does_not_block() -> None:
    present = schedule(
        slot("10:00-11:00", "charge", 50, enabled=False), slot("02:00-03:00", "charge", 50, enabled=False)
    )
    wanted = slot("02:30-03:30", "charge", 60)
    assert difference(GOODWE_V1, present, schedule(wanted)) == written((1, wanted), group="slots")


def test_groups_have_their_own_places() -> None:
    charge, discharge = slot("02:00-04:00", "battery_first", 50, 90), slot("18:00-20:00", "grid_first", 80, 10)
    moved = slot("04:00-06:00", "battery_first", 50, 90)
    assert difference(GROWATT_SPH, schedule(discharge, charge), schedule(moved)) == (
        Change(group="charge", place=1, slot=moved),
        Change(group="discharge", place=1, slot=None),
    )


def test_independent_groups_are_not_in_each_others_way() -> None:
    charge, output = slot("01:00-05:00", "utility_charge"), slot("02:00-06:00", "utility_output")
    assert difference(GROWATT_SPF, schedule(charge), schedule(charge, output)) == written(
        (1, output), group="utility_output"
    )


def test_changed_shared_number_is_written_to_every_slot_of_its_group() -> None:
    present = schedule(slot("02:00-04:00", "battery_first", 50, 90), slot("05:00-06:00", "battery_first", 50, 90))
    wanted = schedule(slot("02:00-04:00", "battery_first", 60), slot("05:00-06:00", "battery_first"))
    assert difference(GROWATT_SPH, present, wanted) == written(
        (1, slot("02:00-04:00", "battery_first", 60, 90)),
        (2, slot("05:00-06:00", "battery_first", 60, 90)),
        group="charge",
    )


def test_nothing_is_written_when_it_would_be_refused() -> None:
    with pytest.raises(ScheduleError) as caught:
        difference(GROWATT_MIN, schedule(EARLY), schedule(EARLY, EARLY))
    assert caught.value.reason == "schedule_overlap"
    with pytest.raises(ScheduleError):
        difference(POWERWALL, schedule(), schedule(EARLY))
    assert difference(POWERWALL, schedule(), schedule()) == ()


def test_slot_is_written_to_a_list() -> None:
    lists = [slot(window, "supply", 100) for window in ("00:00-06:00", "06:00-12:00", "12:00-18:00")]
    present, new = schedule(*lists), slot("18:00-20:00", "supply", 200)
    changes = difference(ANKER_SB1, present, schedule(lists[2], new))
    assert changes == written((1, new), (2, None), group="output")
    assert apply(ANKER_SB1, present, changes) == schedule(new, lists[2])


@pytest.mark.parametrize(
    ("rules", "mode", "left"),
    [
        (GROWATT_MIN, "grid_first", slot("00:00-00:00", "grid_first", enabled=False)),
        (GOODWE_V1, "charge", slot("02:00-04:00", "charge", 50, enabled=False)),
        (ANKER_SB1, "supply", None),
    ],
)
def test_off_leaves(rules: ScheduleRules, mode: str, left: Slot | None) -> None:
    power = None if rules is GROWATT_MIN else 50
    present = schedule(slot("02:00-04:00", mode, power), slot("05:00-06:00", mode, power))
    after = apply(rules, present, written((1, None), group=rules.groups[0].key))
    assert after.slots == (*((left,) if left else ()), present.slots[1])
