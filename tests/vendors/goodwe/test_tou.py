"""The slots of a time of use plan, as each generation tells them and takes them (goodwe.md §6.3)."""

from datetime import time
import json
from typing import Any, Final

import pytest

from custom_components.solar_battery_hub.core.errors import WriteRefused
from custom_components.solar_battery_hub.core.schedule import MIDNIGHT, ScheduleRules, Slot
from custom_components.solar_battery_hub.vendors.goodwe.tou import Plan, plan_of, present, slot_name, slot_write
from tests.core.schedule_rules import GOODWE_V1, GOODWE_V2, GOODWE_V3

from .controls_desk import named_of, slot_bean
from .recordings import load, needs_recordings

V1, V2 = Plan(generation=1, places=4), Plan(generation=2, places=4)
V3: Final = Plan(generation=3, places=8, exports=True)

DATA = (
    '{"TOUStart1":"02:00","TOUEnd1":"05:00","TOUWeekEnable1":249,"TOUWeek1":[0,1,2,3,4,5,6],"ChargeDischargePW1":-500,'
    '"ChargeCutOffSet1":90,"TOUMonth1":[0,1,2,3,4,5,6,7,8,9,10,11]}'
)
LOG = (
    '{"start_t":"02:00","end_t":"05:00","switch":"on","monthly_repetition":"jan_1、feb_1、march_1、apr_1、may_1、june_1'
    '、july_1、aug_1、sept_1、oct_1、nov_1、dec_1","wkly_rep":"sun、mon、tue、wed、thu、fri、sat","cd_mod":"charge",'
    '"import_power_soc":90,"rated_power":50}'
)


def wire(value: Any) -> str:
    """Return JSON as it leaves."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def told(plan: Plan, place: int = 1, **members: Any) -> Slot:
    """Return what one slot says."""
    named = named_of(plan.generation)
    named[slot_name(place)] = slot_bean(place, plan.generation, **members)
    schedule = present(plan, named, acting=True)
    assert schedule is not None
    return schedule.slots[place - 1]


NIGHT: Final[dict[str, Any]] = {
    "TOUStart": "02:00",
    "TOUEnd": "05:00",
    "TOUWeekEnable": 249,
    "TOUWeek": list(range(7)),
    "ChargeDischargePW": -500,
    "ChargeCutOffSet": 90,
    "TOUMonth": list(range(12)),
}


@pytest.mark.parametrize(("plan", "rules"), [(V1, GOODWE_V1), (V2, GOODWE_V2), (V3, GOODWE_V3)])
def test_what_each_generation_can_hold(plan: Plan, rules: ScheduleRules) -> None:
    assert plan.rules == rules


def test_the_published_example_byte_by_byte() -> None:
    slot = Slot(start=time(2), end=time(5), mode="charge", power=50, stop_level=90)
    data, log = slot_write(V3, 1, slot, slot_bean(1))
    assert wire(data) == DATA
    assert wire(log) == LOG


def test_the_published_example_is_read_as_it_was_meant() -> None:
    assert told(V3, **NIGHT) == Slot(start=time(2), end=time(5), mode="charge", power=50, stop_level=90)


def test_weekdays_begin_on_sunday_and_months_with_a_zero() -> None:
    slot = told(V3, **NIGHT | {"TOUWeek": [0, 5], "TOUMonth": [0, 11]})
    assert slot.days == frozenset({6, 4})  # Sunday, Friday
    assert slot.months == frozenset({1, 12})
    data, log = slot_write(V3, 2, slot, {})
    assert data["TOUWeek2"] == [0, 5]
    assert data["TOUMonth2"] == [0, 11]
    assert log["wkly_rep"] == "sun、fri"
    assert log["monthly_repetition"] == "jan_1、dec_1"


@pytest.mark.parametrize(
    ("plan", "power", "mode", "percent"),
    [
        (V3, -1000, "charge", 100),
        (V3, 0, "charge", 0),
        (V3, 1, "discharge", 0.1),
        (V3, 320, "discharge", 32),
        (V1, -100, "charge", 100),
        (V1, 0, "charge", 0),
        (V1, 32, "discharge", 32),
    ],
)
def test_power_has_the_sign_of_discharging(plan: Plan, power: int, mode: str, percent: float) -> None:
    on = 255 if plan is V1 else 249
    slot = told(plan, **NIGHT | {"ChargeDischargePW": power, "TOUWeekEnable": on})
    assert (slot.mode, slot.power) == (mode, percent)
    data, log = slot_write(plan, 1, slot, {})
    assert data["ChargeDischargePW1"] == power
    assert log["cd_mod"] == mode
    assert log["rated_power" if mode == "charge" else "discharge_limit_pw"] == percent
    assert ("rated_power" in log) is (mode == "charge")


def test_a_first_generation_has_neither_months_nor_a_stop_level() -> None:
    slot = told(V1, TOUStart="02:00", TOUEnd="05:00", TOUWeekEnable=255, TOUWeek=[1], ChargeDischargePW=-40)
    assert slot == Slot(start=time(2), end=time(5), mode="charge", power=40, days=frozenset({0}))
    data, log = slot_write(V1, 1, slot, {})
    assert data == {
        "TOUStart1": "02:00",
        "TOUEnd1": "05:00",
        "TOUWeekEnable1": 255,
        "TOUWeek1": [1],
        "ChargeDischargePW1": -40,
    }
    assert log == {
        "start_t": "02:00",
        "end_t": "05:00",
        "switch": "on",
        "wkly_rep": "mon",
        "cd_mod": "charge",
        "rated_power": 40,
    }


def test_the_thirteenth_month_limits_the_export() -> None:
    months = [*range(12), 12]
    slot = told(V3, **NIGHT | {"ChargeDischargePW": 320, "TOUMonth": months})
    assert (slot.mode, slot.months) == ("export", None)
    data, log = slot_write(V3, 1, slot, {})
    assert data["TOUMonth1"] == months
    assert (log["cd_mod"], log["discharge_limit_pw"]) == ("discharge", 32)
    assert log["monthly_repetition"].endswith("dec_1")


def test_the_thirteenth_month_means_nothing_elsewhere() -> None:
    months = {"TOUMonth": [3, 12]}
    charging = told(V3, **NIGHT | months)
    assert (charging.mode, charging.months) == ("charge", frozenset({4}))
    assert slot_write(V3, 1, charging, {})[0]["TOUMonth1"] == [3]
    without = told(V2, **NIGHT | months | {"ChargeDischargePW": 320})
    assert (without.mode, without.months) == ("discharge", frozenset({4}))


@pytest.mark.parametrize(
    "members",
    [
        {"TOUWeekEnable": 6},
        {"TOUWeekEnable": 85},
        {"TOUWeekEnable": 0},
        {"TOUWeek": []},
        {"TOUMonth": []},
        {"TOUMonth": [12]},
        {"TOUEnd": "02:00"},
    ],
)
def test_what_does_not_run_is_not_enabled(members: dict[str, Any]) -> None:
    assert told(V3, **NIGHT).enabled
    assert not told(V3, **NIGHT | members).enabled


def test_a_slot_without_days_and_months_gets_all_of_them_when_it_is_enabled() -> None:
    slot = told(V3, **NIGHT | {"TOUWeek": [], "TOUMonth": []})
    assert slot.days is slot.months is None
    data, _ = slot_write(V3, 1, slot, {})
    assert data["TOUWeek1"] == list(range(7))
    assert data["TOUMonth1"] == list(range(12))


def test_off_keeps_all_else_as_the_device_has_it() -> None:
    had = slot_bean(2, **NIGHT | {"ChargeDischargePW": 321, "TOUMonth": [5, 12]}) | {"Unknown2": 1}
    data, log = slot_write(V3, 2, None, had)
    assert data == {key: value for key, value in had.items() if key != "Unknown2"} | {"TOUWeekEnable2": 6}
    assert (log["switch"], log["discharge_limit_pw"], log["monthly_repetition"]) == ("off", 32.1, "june_1")


def test_a_slot_that_is_not_told_whole_is_not_written() -> None:
    had = slot_bean(2, **NIGHT | {"TOUMonth": None})
    with pytest.raises(WriteRefused, match="setting_not_told"):
        slot_write(V3, 2, None, had)


@pytest.mark.parametrize("nonsense", [float("nan"), float("inf"), "x", None, [], True, 99, -1])
def test_days_that_do_not_exist_are_left_out(nonsense: object) -> None:
    assert told(V3, **NIGHT | {"TOUWeek": [0, nonsense]}).days == frozenset({6})


def test_slots_do_nothing_while_the_plan_does_not_act() -> None:
    named = named_of() | {"TOU1": slot_bean(1, **NIGHT)}
    resting = present(V3, named, acting=False)
    assert resting is not None
    assert [slot.enabled for slot in resting.slots] == [False] * 8
    assert resting.slots[0].start == time(2)


@pytest.mark.parametrize("members", [{"TOUStart": "25:00"}, {"TOUEnd": None}, {"ChargeDischargePW": None}])
def test_a_slot_that_makes_no_sense_is_not_a_free_place(members: dict[str, Any]) -> None:
    slot = told(V3, **NIGHT | members)
    assert slot == Slot(start=MIDNIGHT, end=MIDNIGHT, mode="other")
    assert not told(V3, **NIGHT | members | {"TOUWeekEnable": 6}).enabled


def test_an_end_of_24_hours_is_the_end_of_the_day() -> None:
    assert told(V3, **NIGHT | {"TOUEnd": "24:00"}).end == MIDNIGHT


@pytest.mark.parametrize(("generation", "places"), [(1, 4), (2, 4), (3, 8)])
def test_twelve_slots_are_listed_whatever_a_device_has(generation: int, places: int) -> None:
    plan = plan_of(generation, named_of(generation), exports=True)
    assert plan == Plan(generation=generation, places=places, exports=generation > 1)
    assert len(plan.rules.modes) == (3 if generation > 1 else 2)


def test_fewer_slots_than_usual_and_none_at_all() -> None:
    named = {name: value for name, value in named_of().items() if name not in ("TOU6", "TOU7")} | {"TOU8": {}}
    assert plan_of(3, named, exports=False) == Plan(generation=3, places=5)
    assert plan_of(3, {}, exports=False) is None
    assert plan_of(None, named, exports=False) is plan_of(4, named, exports=False) is None


def test_a_place_that_is_missing_makes_the_plan_unknown() -> None:
    named = {name: value for name, value in named_of().items() if name != "TOU3"}
    assert present(V3, named, acting=True) is None


@needs_recordings
def test_the_recorded_settings() -> None:
    named = {item["functionName"]: item["value"] for item in load("semsplus_remote_get_settings_shape")["items"]}
    plan = plan_of(3, named, exports=True)
    assert plan == V3
    schedule = present(V3, named, acting=True)
    assert schedule is not None
    first, second, *others = schedule.slots
    assert first == Slot(start=time(12), end=time(15), mode="charge", power=100, stop_level=100)
    assert second == Slot(start=time(18), end=time(21), mode="export", power=32, stop_level=60, enabled=False)
    assert [slot.enabled for slot in others] == [False] * 6
    assert slot_write(V3, 1, first, named["TOU1"])[0] == named["TOU1"]
