"""Whatever plan there is and whatever is asked for: what is sent means just that, and nothing else changes (anker.md §9.2, §9.3)."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
import json
from typing import Any, Final

from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.solar_battery_hub.core.errors import WriteRefused
from custom_components.solar_battery_hub.core.schedule import NumberRule, Schedule, Slot
from custom_components.solar_battery_hub.vendors.anker import plans, plans_first
from custom_components.solar_battery_hub.vendors.anker.wire_json import compact, parse
from tests.core.schedule_strategies import schedules_for

SOME: Final = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WATTS: Final = NumberRule(unit="W", minimum=0, maximum=1200, step=10)
RULES: Final = plans.rules(WATTS, WATTS, plugs=True)
FIRST_RULES: Final = plans_first.rules(NumberRule(unit="W", minimum=100, maximum=800, step=10))
NAMES: Final = ("custom_rate_plan", "blend_plan")
MOMENTS: Final = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31))

type Entry = dict[str, Any]


@st.composite
def day(draw: st.DrawFn, *, charges: bool) -> list[Entry]:
    """Return the ranges of a day in order, with gaps, some with a charging type."""
    cuts = sorted(draw(st.sets(st.integers(0, 48), min_size=2, max_size=6)))
    ranges: list[Entry] = []
    for start, end in pairwise(cuts):
        if draw(st.integers(0, 3)) == 0:
            continue
        found: Entry = {"start_time": spelled(start), "end_time": spelled(end), "power": draw(st.integers(0, 80)) * 10}
        if charges and draw(st.booleans()):
            found["charging_type"] = draw(st.sampled_from((0, 1, None)))
        found |= draw(st.sampled_from(({}, {"more": "ü"})))
        ranges.append(found)
    return ranges


def spelled(half_hours: int) -> str:
    """Return the time after some half hours."""
    return f"{half_hours // 2:02d}:{half_hours % 2 * 30:02d}"


@st.composite
def week(draw: st.DrawFn, *, charges: bool) -> list[Entry] | None:
    """Return a plan: weekdays divided between entries, some days perhaps in none."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from((None, [])))
    count = draw(st.integers(1, 3))
    owners = [draw(st.integers(0, count)) for _ in range(7)]  # the last one is nobody
    weeks = [[day_ for day_ in range(7) if owners[day_] == entry] for entry in range(count)]
    return [
        {"index": index, "week": days, "ranges": draw(day(charges=charges))}
        for index, days in enumerate(days for days in weeks if days)
    ]


@st.composite
def whole_plans(draw: st.DrawFn) -> dict[str, Any]:
    """Return plans of a later generation as they are read."""
    return {
        "mode_type": draw(st.sampled_from((1, 2, 3))),
        "custom_rate_plan": draw(week(charges=True)),
        "blend_plan": draw(week(charges=False)),
        "use_time": [{"sea": {}}],
        "manual_backup": None,
        "default_home_load": 200,
    }


def meaning(plan: Mapping[str, Any]) -> Schedule:
    """Return what plans do."""
    found = plans.present(plan, plugs=True)
    assert found is not None
    return RULES.normal_form(found)


def check_shape(sent: Mapping[str, Any]) -> None:
    """Assert that a first group is one: keys, indices in turn, weeks sorted and disjoint, ranges in order and apart."""
    assert list(sent) == ["mode_type", *NAMES]
    for name in NAMES:
        assert [entry["index"] for entry in sent[name]] == list(range(len(sent[name])))
        days = [number for entry in sent[name] for number in entry["week"]]
        assert len(days) == len(set(days))
        for entry in sent[name]:
            assert entry["week"] == sorted(entry["week"])
            assert entry["week"] != []
            times = [time for bean in entry["ranges"] for time in (bean["start_time"], bean["end_time"])]
            assert times == sorted(times)
            assert all(bean.get("charging_type", 0) in (0, 1) for bean in entry["ranges"])


def tidy(entries: list[Entry] | None) -> list[Entry]:
    """Return a plan as it is sent unchanged: a null among the charging types is a 0."""
    return [
        entry
        | {
            "ranges": [
                bean | ({"charging_type": 0} if bean.get("charging_type", 0) is None else {})
                for bean in entry["ranges"]
            ]
        }
        for entry in entries or []
    ]


@given(plan=whole_plans(), wanted=schedules_for(RULES))
@SOME
def test_a_schedule_is_what_is_sent(plan: dict[str, Any], wanted: Schedule) -> None:
    before = json.dumps(plan)
    sent = plans.with_schedule(plan, RULES.fit(wanted), plugs=True)
    check_shape(sent)
    assert meaning(plan | sent) == RULES.normal_form(wanted)
    assert sent["mode_type"] == plan["mode_type"]
    assert json.dumps(plan) == before
    assert plans.with_schedule(plan | sent, RULES.fit(wanted), plugs=True) == sent


@given(plan=whole_plans())
@SOME
def test_what_is_there_already_stays(plan: dict[str, Any]) -> None:
    present = plans.present(plan, plugs=True)
    assert present is not None
    sent = plans.with_schedule(plan, present, plugs=True)
    assert [sent[name] for name in NAMES] == [tidy(plan[name]) for name in NAMES]


@given(plan=whole_plans(), wanted=schedules_for(RULES))
@SOME
def test_a_day_that_stays_keeps_its_ranges(plan: dict[str, Any], wanted: Schedule) -> None:
    sent = plans.with_schedule(plan, RULES.fit(wanted), plugs=True)
    for name in NAMES:
        had, has = by_day(tidy(plan[name])), by_day(sent[name])
        assert all(has[number] in (had[number], []) or _does(had[number]) != _does(has[number]) for number in range(7))


def by_day(entries: list[Entry]) -> dict[int, list[Entry]]:
    """Return the ranges of each day of the wire's week."""
    return {number: next((entry["ranges"] for entry in entries if number in entry["week"]), []) for number in range(7)}


def _does(ranges: list[Entry]) -> Schedule:
    entry = [{"index": 0, "week": [0], "ranges": ranges}]
    return meaning({"custom_rate_plan": entry, "blend_plan": None})


@given(plan=whole_plans(), watts=st.integers(0, 120).map(lambda tens: tens * 10), now=MOMENTS)
@SOME
def test_a_preset_is_what_is_read_after_it(plan: dict[str, Any], watts: int, now: datetime) -> None:
    try:
        sent = plans.with_preset(plan, watts, now)
    except WriteRefused:
        assert plan["mode_type"] == 1 or plans.preset(plan, now) is None
        return
    check_shape(sent)
    assert plans.preset(plan | sent, now) == watts
    name = plans.PRESETS[plan["mode_type"]]
    (other,) = set(NAMES) - {name}
    assert sent[other] == tidy(plan[other])
    had = [bean for entry in tidy(plan[name]) for bean in entry["ranges"]]
    new = [bean for entry in sent[name] for bean in entry["ranges"] if bean not in had]
    assert len(new) <= 1


# The first generation


@st.composite
def first_plans(draw: st.DrawFn) -> dict[str, Any]:
    """Return plans of the first generation as they are read."""
    ranges = [
        {
            "id": 0,
            "start_time": bean["start_time"],
            "end_time": bean["end_time"],
            "turn_on": draw(st.booleans()),
            "appliance_loads": [{"id": 0, "name": "Custom", "power": 100 + bean["power"] // 2, "number": 1}],
            "charge_priority": draw(st.integers(0, 100)),
        }
        for bean in draw(day(charges=False))
    ]
    return {"ranges": ranges or None, "min_load": 100, "max_load": 800, "step": 0, "default_home_load": 200}


@given(plan=first_plans(), wanted=schedules_for(FIRST_RULES))
@SOME
def test_a_first_schedule_is_what_is_sent(plan: dict[str, Any], wanted: Schedule) -> None:
    sent = plans_first.with_schedule(plan, FIRST_RULES.fit(wanted))
    assert {**sent, "ranges": 0} == {**plan, "ranges": 0}
    assert len(sent["ranges"]) != 1
    found = plans_first.present(sent)
    assert found is not None
    assert FIRST_RULES.normal_form(found) == FIRST_RULES.normal_form(wanted)
    kept = [(bean["start_time"], bean["end_time"], _power(bean)) for bean in plan["ranges"] or []]
    for bean in sent["ranges"]:
        if (key := (bean["start_time"], bean["end_time"], _power(bean))) in kept:
            assert bean == plan["ranges"][kept.index(key)]


def _power(bean: Mapping[str, Any]) -> float:
    return float(bean["appliance_loads"][0]["power"])


@given(plan=first_plans(), watts=st.integers(10, 80).map(lambda tens: tens * 10), now=MOMENTS)
@SOME
def test_a_first_preset_is_what_is_read_after_it(plan: dict[str, Any], watts: int, now: datetime) -> None:
    sent = plans_first.with_preset(plan, watts, now)
    assert plans_first.preset(sent, now) == watts
    assert len(sent["ranges"]) >= 2
    off = plans_first.with_detail(sent, "turn_on", False, now)
    assert plans_first.detail(off, "turn_on", now) is False
    assert plans_first.preset(off, now) == watts


JSON: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(data=JSON.filter(lambda data: data != ""))
@SOME
def test_texts_of_json_are_written_as_they_were_read(data: Any) -> None:
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    assert compact(parse(written)) == written


def test_a_slot_of_another_day_is_no_preset() -> None:
    """Tuesday's plan says nothing about Wednesday."""
    plan = {
        "mode_type": 3,
        "default_home_load": 200,
        "custom_rate_plan": [
            {"index": 0, "week": [2], "ranges": [{"start_time": "00:00", "end_time": "24:00", "power": 50}]}
        ],
    }
    assert plans.preset(plan, datetime(2026, 6, 2, 12)) == 50
    assert plans.preset(plan, datetime(2026, 6, 3, 12)) == 200
    assert plans.present(plan, plugs=True) == Schedule(
        slots=(Slot(start=datetime.min.time(), end=datetime.min.time(), mode="supply", power=50, days=frozenset({1})),)
    )
