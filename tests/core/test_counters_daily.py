"""Daily counters tell of today only; and what every kind of counter remembers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
import json
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_battery_hub.core.counters import Counters

from .strategies import json_values

BERLIN = ZoneInfo("Europe/Berlin")
JUNE = date(2025, 6, 22)

type Sample = tuple[int, str, float | None]  # day of June, local time, value


def local(day: int, clock: str) -> datetime:
    """Return a moment on a day of June 2025 in Berlin."""
    return datetime.combine(date(2025, 6, day), time.fromisoformat(clock), BERLIN).astimezone(UTC)


def daily(*samples: Sample) -> list[float | None]:
    counters = Counters()
    return [counters.daily("key", value, local(day, clock), BERLIN) for day, clock, value in samples]


def from_lifetime(*samples: Sample) -> list[float | None]:
    counters = Counters()
    return [counters.daily_from_lifetime("key", value, local(day, clock), BERLIN) for day, clock, value in samples]


def test_a_day_counter_that_behaves_is_left_alone() -> None:
    assert daily((22, "12:00", 3.0), (22, "23:55", 12.3), (23, "00:00", 0.0), (23, "00:05", 0.1)) == [3, 12.3, 0, 0.1]


def test_within_a_day_it_never_falls() -> None:
    assert daily((22, "12:00", 3), (22, "12:05", 2.8), (22, "12:10", 0), (22, "12:15", 3.1)) == [3, 3, 3, 3.1]


def test_yesterdays_total_is_refused_until_the_device_starts_anew() -> None:
    assert daily(
        (22, "23:58", 12.3),
        (23, "00:03", 12.3),
        (23, "00:08", 12.5),  # its last upload of yesterday
        (23, "00:13", 12.4),  # and a dip of it
        (23, "00:18", 0.1),
        (23, "00:23", 0.2),
    ) == [12.3, 0, 0, 0, 0.1, 0.2]


def test_a_device_that_sleeps_keeps_yesterdays_total_until_dawn() -> None:
    assert daily(
        (22, "17:00", 12.3), (23, "00:05", 12.3), (23, "03:00", 12.3), (23, "05:10", 0.1), (23, "05:15", 0.2)
    ) == [12.3, 0, 0, 0.1, 0.2]


def test_yesterdays_total_may_come_back_once_more() -> None:
    assert daily((22, "23:55", 12.3), (23, "00:00", 0), (23, "00:05", 12.3), (23, "00:10", 0), (23, "00:15", 0.1)) == [
        12.3,
        0,
        0,
        0,
        0.1,
    ]
    # A day that is half as good already is believed to become as good.
    assert daily((22, "23:55", 12), (23, "10:00", 5), (23, "10:05", 12)) == [12, 5, 5]
    assert daily((22, "23:55", 12), (23, "10:00", 6), (23, "12:00", 12)) == [12, 6, 12]
    # Also hours later, at the first upload of the day, and a little less than it was.
    assert daily((22, "19:00", 12.3), (23, "05:00", 0), (23, "05:05", 12.1), (23, "05:10", 0.1))[1:] == [0, 0, 0.1]


def test_a_day_may_end_where_the_last_one_ended() -> None:
    assert daily((22, "23:55", 3), (23, "00:05", 0.5), (23, "12:00", 2.5), (23, "18:00", 3)) == [3, 0.5, 2.5, 3]


def test_a_rare_sample_may_come_near_yesterdays_total_at_once() -> None:
    """Read every half hour, a day that began by itself makes a leap to where the last one ended."""
    found = daily((22, "23:30", 1.9), (23, "00:30", 0.0), (23, "07:00", 0.4), (23, "07:30", 0.9), (23, "08:00", 1.75))
    assert found == [1.9, 0, 0.4, 0.9, 1.75]


def test_who_comes_back_in_the_afternoon_may_have_more_than_yesterday() -> None:
    assert daily((22, "18:00", 12.3), (23, "14:00", 20)) == [12.3, 20]
    # By chance just yesterday's total: believed as soon as it rises.
    assert daily((22, "18:00", 12.3), (23, "14:00", 12.3), (23, "14:05", 12.4)) == [12.3, 0, 12.4]


def test_a_clock_that_is_an_hour_slow_resets_an_hour_late() -> None:
    assert daily((22, "23:55", 12), (23, "00:30", 12.4), (23, "00:59", 12.8), (23, "01:04", 0.1)) == [12, 0, 0, 0.1]


def test_a_clock_that_is_an_hour_fast_starts_the_day_with_what_it_has() -> None:
    assert daily((22, "22:58", 12), (22, "23:30", 0.4), (23, "00:01", 0.8), (23, "00:06", 0.9)) == [12, 12, 0.8, 0.9]


def test_a_day_of_little_energy_is_refused_and_started_too() -> None:
    assert daily((22, "23:55", 0.2), (23, "00:05", 0.2), (23, "00:10", 0), (23, "00:15", 0.2)) == [0.2, 0, 0, 0]
    assert daily((22, "23:55", 0.4), (23, "00:05", 0.1), (23, "02:00", 0.5)) == [0.4, 0.1, 0.5]
    assert daily((22, "23:55", 0.3), (23, "00:05", 0.16), (23, "00:10", 0.1)) == [0.3, 0, 0.1]
    assert daily((22, "23:55", 0), (23, "00:05", 0.1)) == [0, 0.1]
    assert daily((22, "12:00", 0), (22, "12:05", 0.9)) == [0, 0.9]


def test_days_without_a_sample_count_as_one_midnight() -> None:
    assert daily((22, "12:00", 12.3), (25, "12:00", 12.3), (26, "12:00", 12.3), (26, "13:00", 1)) == [12.3, 0, 0, 1]


def test_what_was_measured_before_midnight_is_yesterdays() -> None:
    counters = Counters()

    def give(value: float, day: int, clock: str, measured: tuple[int, str]) -> float | None:
        return counters.daily("key", value, local(day, clock), BERLIN, measured_at=local(*measured))

    # The first sample of all is yesterday's; so is what Home Assistant missed of the evening.
    assert give(12.0, 22, "01:00", (21, "20:00")) == 0
    assert give(1.0, 22, "06:00", (22, "06:00")) == 1.0
    assert give(12.9, 23, "03:00", (22, "21:00")) == 0
    assert give(12.9, 23, "05:00", (23, "05:00")) == 0
    assert give(0.1, 23, "05:05", (23, "05:05")) == 0.1


def test_a_sample_of_the_day_before_changes_nothing() -> None:
    assert daily((22, "23:55", 12), (23, "00:05", 0.1), (22, "23:58", 12.2), (23, "00:10", 0.2)) == [12, 0.1, 0.1, 0.2]


def test_a_clock_put_back_by_days_does_not_stop_the_count() -> None:
    assert daily((29, "12:00", 12), (22, "12:00", 5), (22, "12:05", 6)) == [12, 5, 6]


@pytest.mark.parametrize("bad", [-0.1, float("nan"), float("inf"), 1e30])
def test_what_cannot_be_is_answered_with_the_last_of_today(bad: float) -> None:
    assert daily((22, "12:00", bad), (22, "12:05", 3), (22, "12:10", bad), (23, "00:05", bad)) == [None, 3, 3, 0]
    assert from_lifetime(
        (22, "12:00", bad), (22, "12:05", 3), (22, "12:10", 5), (22, "12:15", bad), (23, "00:05", bad)
    ) == [None, 0, 2, 2, 0]


def test_no_value_is_no_value() -> None:
    assert daily((22, "12:00", 3), (22, "12:05", None)) == [3, None]
    assert from_lifetime((22, "12:00", 3), (22, "12:05", None)) == [0, None]


def test_the_first_day_counts_from_the_first_sample() -> None:
    assert from_lifetime((22, "12:00", 5000), (22, "12:05", 5000.3), (22, "23:59", 5004)) == [0, 0.3, 4]


def test_midnight_is_put_at_the_last_sample_before_it() -> None:
    assert from_lifetime(
        (22, "12:00", 5000), (22, "23:59", 5004), (23, "00:01", 5004.1), (23, "12:00", 5007), (26, "09:00", 5010)
    ) == [0, 4, 0.1, 3, 3]


def test_todays_energy_is_held_when_the_total_falls() -> None:
    assert from_lifetime((22, "12:00", 5000), (22, "13:00", 5004), (22, "14:00", 10), (22, "15:00", 11)) == [0, 4, 4, 5]


def test_a_total_of_the_day_before_changes_nothing() -> None:
    assert from_lifetime((22, "12:00", 10), (23, "00:05", 11), (22, "23:58", 10.9), (23, "00:10", 12)) == [0, 1, 1, 2]


def test_midnight_is_the_sites_own() -> None:
    counters = Counters()
    auckland = ZoneInfo("Pacific/Auckland")
    assert counters.daily_from_lifetime("a", 10, local(22, "13:30"), auckland) == 0  # 23:30 there
    assert counters.daily_from_lifetime("b", 10, local(22, "13:30"), BERLIN) == 0
    assert counters.daily_from_lifetime("a", 11, local(22, "13:50"), auckland) == 1
    assert counters.daily_from_lifetime("a", 13, local(22, "14:10"), auckland) == 2
    assert counters.daily_from_lifetime("b", 13, local(22, "14:10"), BERLIN) == 3


EVENING = datetime(2025, 3, 28, 18, tzinfo=UTC)  # two days before the clocks change


@given(
    st.lists(st.tuples(st.integers(1, 40 * 60), st.floats(0, 50)), max_size=40),
    st.sampled_from([EVENING, datetime(2025, 10, 24, 18, tzinfo=UTC), datetime(2025, 12, 30, 18, tzinfo=UTC)]),
)
def test_today_from_a_total_is_what_was_added_since_the_last_sample_before_midnight(
    steps: list[tuple[int, float]], at: datetime
) -> None:
    counters, history, total = Counters(), [(at, 1000.0)], 1000.0
    assert counters.daily_from_lifetime("key", total, at, BERLIN) == 0
    for minutes, energy in steps:
        at, total = at + timedelta(minutes=minutes), total + energy
        shown = counters.daily_from_lifetime("key", total, at, BERLIN)
        today = at.astimezone(BERLIN).date()
        before = [total for moment, total in history if moment.astimezone(BERLIN).date() < today]
        history.append((at, total))
        assert shown == pytest.approx(total - (before[-1] if before else 1000.0), abs=1e-5)


@given(
    st.integers(0, 119),
    st.lists(st.tuples(st.integers(1, 30), st.floats(0.5, 2)), min_size=300, max_size=400),
    st.sampled_from([EVENING, datetime(2025, 10, 24, 18, tzinfo=UTC)]),
)
def test_a_device_with_a_slow_clock_is_believed_from_its_own_midnight_on(
    slow: int, polls: list[tuple[int, float]], at: datetime
) -> None:
    """A house that always consumes 0.5 to 2 kW, polled for two days or more."""
    counters, total = Counters(), 10.0
    device_day = at.astimezone(BERLIN).date()
    for minutes, power in polls:
        at += timedelta(minutes=minutes)
        here = at.astimezone(BERLIN).replace(tzinfo=None)
        there = (here - timedelta(minutes=slow)).date()
        total = power * minutes / 60 + (total if there == device_day else 0)
        device_day = there
        shown = counters.daily("key", total, at, BERLIN)
        assert shown == (total if there == here.date() else 0)


moves = st.lists(
    st.tuples(st.integers(0, 2000), st.none() | st.floats() | st.floats(0, 30) | st.sampled_from([0.0, 12.3])),
    max_size=60,
)


@given(moves)
def test_whatever_comes_it_falls_only_once_a_day_and_never_below_zero(moves: list[tuple[int, float | None]]) -> None:
    for guard in (Counters().daily, Counters().daily_from_lifetime):
        at, last, last_day = EVENING, 0.0, JUNE
        for minutes, value in moves:
            at += timedelta(minutes=minutes)
            day = at.astimezone(BERLIN).date()
            shown = guard("key", value, at, BERLIN)
            if shown is not None:
                assert shown >= (last if day == last_day else 0)
                last, last_day = shown, day


def give_all(counters: Counters, value: float | None, at: datetime) -> Sequence[float | None]:
    return (
        counters.lifetime("key", value, at),
        counters.lifetime("fast", value, at, fastest=20),
        counters.daily("key", value, at, BERLIN),
        counters.daily_from_lifetime("key", value, at, BERLIN),
    )


@given(moves)
def test_a_restart_at_any_point_changes_nothing(moves: list[tuple[int, float | None]]) -> None:
    at, steady, restarted = EVENING, Counters(), Counters()
    for minutes, value in moves:
        at += timedelta(minutes=minutes)
        restarted = Counters(json.loads(json.dumps(restarted.as_dict(), allow_nan=False)))
        assert give_all(restarted, value, at) == give_all(steady, value, at)


def test_there_is_something_to_save_when_something_changed() -> None:
    counters = Counters()
    give_all(counters, 5, EVENING)
    version = counters.version
    assert version > 0
    give_all(counters, 5, EVENING + timedelta(minutes=5))
    give_all(counters, None, EVENING + timedelta(minutes=5))
    assert counters.version == version
    counters.lifetime("key", 6, EVENING + timedelta(minutes=10))
    assert counters.version > version


@given(
    st.none()
    | json_values
    | st.dictionaries(
        st.sampled_from(["lifetime", "daily", "split"]),
        json_values
        | st.dictionaries(st.just("key"), st.dictionaries(st.sampled_from(["raw", "shown", "at"]), json_values)),
    )
)
def test_an_unreadable_state_is_forgotten(state: object) -> None:
    counters = Counters(state)  # type: ignore[arg-type]  # what a damaged file may hold
    give_all(counters, 5.0, EVENING)
    json.dumps(counters.as_dict(), allow_nan=False)


def test_a_damaged_state_costs_only_what_is_damaged() -> None:
    counters = Counters()
    for key in ("a", "b", "c", "d"):
        counters.lifetime(key, 5000, EVENING)
    state = json.loads(json.dumps(counters.as_dict()))
    state["lifetime"]["a"]["raw"] = "much"
    state["lifetime"]["b"]["doubts"] = 0.5
    del state["lifetime"]["c"]["shown"]
    again = Counters(state)
    assert [again.lifetime(key, 4990, EVENING) for key in ("a", "b", "c", "d")] == [4990, 4990, 4990, 5000]
