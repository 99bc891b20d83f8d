"""Lifetime counters never fall."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
import json
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_battery_hub.core.counters import Counters

START = datetime(2025, 6, 22, 12, tzinfo=UTC)
POLL = 10  # seconds


def run(
    values: Iterable[float | None], *, fastest: float | None = None, counters: Counters | None = None
) -> list[float | None]:
    """Return what is given out for values polled one after the other."""
    counters = counters or Counters()
    return [
        counters.lifetime("key", value, START + timedelta(seconds=POLL * poll), fastest=fastest)
        for poll, value in enumerate(values)
    ]


def test_a_counter_that_behaves_is_left_alone() -> None:
    values = [0.0, 0.0, 0.1, 5000.123456789, 5000.2]
    assert run(values) == values


def test_no_value_is_no_value() -> None:
    assert run([None, 5000, None, 5001]) == [None, 5000, None, 5001]


@pytest.mark.parametrize("bad", [0, 0.0, -5, math.nan, math.inf, -math.inf, 1e30])
def test_what_cannot_be_is_answered_with_the_last(bad: float) -> None:
    assert run([5000, bad, bad, bad, bad, 5001]) == [5000, 5000, 5000, 5000, 5000, 5001]


def test_a_zero_is_no_sample_however_often_it_comes() -> None:
    assert run([5000, 0, 0, 0, 0, 0.4, 0.5, 0.6, 0.8]) == [5000] * 8 + [5000.2]


def test_before_anything_was_given_out_there_is_nothing_to_answer_with() -> None:
    assert run([-5, math.nan, 7]) == [None, None, 7]


@pytest.mark.parametrize(
    ("level", "lower"),
    [(50, 49.1), (5000, 4960), (5000, 4950)],  # less than 1 kWh; less than, and just, 1 %
)
def test_a_small_step_back_is_held_for_as_long_as_it_lasts(level: float, lower: float) -> None:
    assert run([level, *[lower] * 10, lower + 0.2, level + 0.5]) == [level] * 12 + [level + 0.5]


def test_a_reset_is_believed_the_third_time_and_goes_on_from_there() -> None:
    # 3.2 is where the new meter is when it is believed; 0.3 kWh later the total has 0.3 more.
    assert run([5000, 3.0, 3.1, 3.2, 3.5, 13.5]) == [5000, 5000, 5000, 5000, 5000.3, 5010.3]


def test_a_fall_that_does_not_persist_leaves_no_trace() -> None:
    assert run([5000, 3, 3, 5001, 3, 3, 5002]) == [5000, 5000, 5000, 5001, 5001, 5001, 5002]
    # Falling again is not agreeing; a step back that is held interrupts; an absent meter does not.
    assert run([5000, 900, 90, 9, 9, 5001]) == [5000] * 5 + [5001]
    assert run([5000, 3, 3, 4990, 3, 3, 5001]) == [5000] * 6 + [5001]
    assert run([5000, 3, 3, 5001, 3, 3, 3.5, 4]) == [5000, 5000, 5000, 5001, 5001, 5001, 5001, 5001.5]
    assert run([5000, 3, 3, 4990, 3, 3, 3.5, 4]) == [5000] * 7 + [5000.5]
    assert run([5000, 3, 0, 3, None, 3, 4]) == [5000, 5000, 5000, 5000, None, 5000, 5001]


def test_a_jump_back_to_the_former_reading_is_not_counted_twice() -> None:
    # A disturbance long enough to be believed, during which 0.5 kWh were shown.
    assert run([5000, 3, 3, 3, 3.5, 5001, 5002]) == [5000, 5000, 5000, 5000, 5000.5, 5001, 5002]
    # The former reading itself is less than what was shown meanwhile: held until passed.
    assert run([5000, 3, 3, 3, 3.5, 5000.2, 5000.7]) == [5000, 5000, 5000, 5000, 5000.5, 5000.5, 5000.7]


def test_after_two_disturbances_the_first_reading_is_still_known() -> None:
    assert run([5000, 300, 300, 300, 2, 2, 2, 5001]) == [5000] * 7 + [5001]


def test_two_resets_add_up() -> None:
    # 10 → 3 (7 more than it says) → 5 → 1 (11 more than it says), and back to 5.5, which was 12.5.
    shown = [10, 10, 10, 10, 11, 12, 12, 12, 12, 12.5]
    assert run([10, 3, 3, 3, 4, 5, 1, 1, 1, 1.5]) == shown
    assert run([10, 3, 3, 3, 4, 5, 1, 1, 1, 1.5, 2]) == [*shown, 13]
    assert run([10, 3, 3, 3, 4, 5, 1, 1, 1, 1.5, 5.5, 6]) == [*shown, 12.5, 13]
    # A fall right after a reset was believed needs its own three samples.
    assert run([50, 30, 30, 40, 31, 31, 31.5, 32]) == [50] * 7 + [50.5]


def test_a_new_meter_may_grow_past_the_former_reading() -> None:
    assert run([10, 8, 8, 8, 8.75, 9.5, 10.25]) == [10, 10, 10, 10, 10.75, 11.5, 12.25]
    # And from there on, or once it has grown by more than a disturbance would, a jump is its own.
    assert run([10, 8, 8, 8, 8.75, 9.5, 10.25, 20])[-1] == 22
    assert run([5000, 3, 3, 3, 53, 5001, 5051])[-2:] == [5050, 5051]
    assert run([5000, 3, 3, 3, 54, 5001])[-1] == 5051 + (5001 - 54)


def test_a_rise_is_believed_without_a_limit() -> None:
    assert run([5, 5000]) == [5, 5000]


def test_a_rise_that_is_too_fast_is_held_and_if_it_persists_not_counted() -> None:
    # In 10 s 36 kW bring 0.1 kWh, and 1 kWh is allowed for coarse steps.
    assert run([5, 6.1], fastest=36) == [5, 6.1]
    assert run([5, 6.2], fastest=36) == [5, 5]
    assert run([5, 9999, 9999, 5.1], fastest=36) == [5, 5, 5, 5.1]
    assert run([5, 9999, 9999, 9999, 9999.5], fastest=36) == [5, 5, 5, 5, 5.5]
    assert run([5, 9999, 9999, 9999, 6, 6, 6, 6.5], fastest=36) == [5] * 7 + [5.5]


def test_after_a_pause_a_fast_counter_may_have_come_far() -> None:
    counters = Counters()
    assert counters.lifetime("key", 5, START, fastest=36) == 5
    assert counters.lifetime("key", 40, START + timedelta(hours=1), fastest=36) == 40


def test_garbage_after_a_reset_is_not_the_former_reading() -> None:
    assert run([5000, 3, 3, 3, 4e9, 3.5], fastest=36) == [5000, 5000, 5000, 5000, 5000, 5000.5]


def test_each_key_counts_for_itself() -> None:
    counters = Counters()
    assert counters.lifetime("a", 10, START) == 10
    assert counters.lifetime("b", 5, START) == 5


values = st.none() | st.floats() | st.floats(0, 10) | st.floats(0, 10**5) | st.sampled_from([0.0, 5.0, 5000.0])


@given(st.lists(values, max_size=60), st.none() | st.floats(0, 1000))
def test_whatever_comes_it_never_falls(sequence: list[float | None], fastest: float | None) -> None:
    shown = [value for value in run(sequence, fastest=fastest) if value is not None]
    assert shown == sorted(shown)
    assert all(math.isfinite(value) and value >= 0 for value in shown)


@given(
    st.lists(
        st.tuples(st.floats(0, 5), st.sampled_from([[], [0.0], [-1.0, 0.0, None], [0.5], [0.3, 0.4], [0.991]])),
        min_size=1,
        max_size=40,
    ),
    st.floats(100, 10**5),
)
def test_disturbances_leave_no_trace(steps: list[tuple[float, list[float | None]]], start: float) -> None:
    """Each disturbance (shares of the true value) is shorter than three samples, or small, or no sample."""
    counters, true, poll = Counters(), start, 0
    for growth, disturbance in steps:
        true += growth
        for value in [true, *(share and share * true for share in disturbance)]:
            poll += 1
            shown = counters.lifetime("key", value, START + timedelta(seconds=POLL * poll))
            assert shown == (None if value is None else true)


@given(st.lists(st.floats(0, 5), max_size=30), st.floats(100, 10**5), st.floats(0, 50))
def test_after_a_reset_what_is_added_is_what_the_device_adds(growths: list[float], old: float, new: float) -> None:
    readings = [new + 0.1]
    for growth in growths:
        readings.append(readings[-1] + growth)
    shown = run([old, *[readings[0]] * 3, *readings])
    assert shown[-1] == pytest.approx(old + readings[-1] - readings[0])


# Several who tell of the same thing


def told(*samples: tuple[str, float], counters: Counters | None = None) -> list[float | None]:
    """Return what is given out for values of several sources, one every few minutes."""
    counters = counters or Counters()
    return [
        counters.lifetime("key", value, START + timedelta(minutes=5 * at), fastest=200.0, source=source)
        for at, (source, value) in enumerate(samples)
    ]


@pytest.mark.parametrize("other", [5084.0, 5002.0, 4999.5, 4950.0, 300.0, 90000.0])
def test_another_source_goes_on_from_where_the_first_came(other: float) -> None:
    """Neither a leap in the energy of an hour nor days without any."""
    assert told(("a", 5000), ("a", 5001), ("b", other), ("b", other + 1), ("b", other + 3)) == [
        5000,
        5001,
        5001,
        5002,
        5004,
    ]


def test_the_first_source_counted_on_meanwhile() -> None:
    """What was missed is made up for, nothing is counted twice."""
    samples = (("a", 5000), ("b", 4900), ("b", 4910), ("a", 5010), ("a", 5012), ("b", 4912), ("b", 4914), ("a", 5013))
    assert told(*samples) == [5000, 5000, 5010, 5010, 5012, 5012, 5014, 5014]
    assert told(("a", 5000), ("b", 4900), ("b", 4901), ("a", 5010)) == [5000, 5000, 5001, 5010]


def test_sources_that_take_turns_do_not_drift() -> None:
    samples = [(source, at + (0.0 if source == "a" else -3.7)) for at in range(5000, 5100) for source in ("a", "b")]
    assert told(*samples)[-1] == 5099


def test_a_new_source_that_is_at_a_loss() -> None:
    assert told(("a", 5000), ("b", 0), ("b", 0), ("b", 4900), ("b", 4901)) == [5000, 5000, 5000, 5000, 5001]


def test_sources_are_known_after_a_restart() -> None:
    counters = Counters()
    told(("a", 5000), ("b", 5084), counters=counters)
    again = Counters(json.loads(json.dumps(counters.as_dict())))
    assert told(("b", 5085), ("c", 17), ("a", 5001), counters=again) == [5001, 5001, 5001]


@pytest.mark.parametrize(("hours", "other", "shown"), [(24, 5060.0, 5060.0), (24, 5300.0, 5000.0), (1, 5060.0, 5000.0)])
def test_what_was_counted_while_nobody_told_is_not_lost(hours: float, other: float, shown: float) -> None:
    """A new source is believed as far as a house may have come in the meantime; further it only tells otherwise."""
    counters = Counters()
    told(("a", 5000), counters=counters)
    later = START + timedelta(hours=hours)
    assert counters.lifetime("key", other, later, fastest=200.0, source="b") == shown
    assert counters.lifetime("key", other + 1, later + timedelta(minutes=5), fastest=200.0, source="b") == shown + 1
