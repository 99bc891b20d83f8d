"""Pace: floor, alignment to the vendor's tick, back-off."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_battery_hub.core.feed import Feed, Tick, may_call, next_call

NOON = datetime(2025, 6, 22, 12, tzinfo=UTC)
FIVE_MINUTES = Tick(period=300, lag=45, patience=85, minimum_gap=305)
CLOUD = Feed(key="live", interval=300, floor=300, tick=FIVE_MINUTES, backoff_cap=3600)
LOCAL = Feed(key="power", interval=10, floor=5)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def due(
    feed: Feed, *, last_call: float | None = 0, measured: float | None = None, failures: int = 0, now: float = 1
) -> float:
    """Return the seconds after noon of the next call."""
    found = next_call(
        feed,
        last_call=None if last_call is None else at(last_call),
        measured_at=None if measured is None else at(measured),
        failures=failures,
        now=at(now),
    )
    return (found - NOON).total_seconds()


def test_the_first_call_is_now() -> None:
    assert due(CLOUD, last_call=None, measured=-20, now=7) == 7


def test_without_a_tick_the_interval_counts_from_the_last_call() -> None:
    assert due(LOCAL, last_call=0, measured=-1, now=2) == 10
    assert due(LOCAL, last_call=0, now=25) == 25


def test_an_interval_under_the_floor_counts_as_the_floor() -> None:
    assert due(Feed(key="power", interval=1, floor=5)) == 5


@pytest.mark.parametrize(
    ("measured", "last_call", "expected"),
    [
        # Upload at 0 s, called at 20 s: the next is expected at 300 s, 345 s is 325 s after the call.
        (0, 20, 345),
        # Called at 45 s: 345 s would be only 300 s later, so 305 s later.
        (0, 45, 350),
        # The last call that is still worth while: 305 s later is 85 s after the upload.
        (0, 80, 385),
        # One second more would be 86 s late: wait for the upload at 600 s.
        (0, 81, 645),
        # An upload was missed: the rhythm stays. At 705 s the upload of 600 s is 105 s old.
        (0, 400, 945),
        (0, 340, 645),
        (0, 345, 650),
        # The data is days old: still in the same rhythm.
        (-3 * 86400, 20, 345),
    ],
)
def test_a_call_follows_the_upload(measured: float, last_call: float, expected: float) -> None:
    assert due(CLOUD, measured=measured, last_call=last_call, now=last_call + 1) == expected


def test_a_call_that_took_long_does_not_push_the_next_into_the_past() -> None:
    assert due(CLOUD, measured=0, last_call=20, now=360) == 360
    assert due(CLOUD, measured=0, last_call=20, now=400) == 645


def test_data_from_the_future_has_no_rhythm_to_follow() -> None:
    assert due(CLOUD, measured=500, last_call=0, now=1) == 300


def test_the_floor_holds_where_the_tick_would_be_faster() -> None:
    hurried = Feed(key="live", interval=600, floor=600, tick=FIVE_MINUTES)
    assert due(hurried, measured=0, last_call=20) == 645  # 20 + 600 = 620 is 20 s after the upload of 600 s


def test_a_day_of_alignment_costs_259_calls_and_shows_data_243_seconds_old() -> None:
    """Each round is 9 calls, 305 s apart, and a wait of 560 s: 3000 s, ten uploads.

    A call p after its upload shows data of age p to p + 305, on average p + 152.5, with
    p = 45, 50 … 80, and the last p = 85 to 645, on average 365. That makes
    (305 × Σ(p + 152.5) + 560 × 365) / 3000 = (305 × 1720 + 204400) / 3000 = 243.
    """
    day, calls, age, now = 30 * 3000, 0, 0.0, 45.0
    while now < 45 + day:
        upload = now // 300 * 300
        following = due(CLOUD, last_call=now, measured=upload, now=now)
        age += (following - now) * ((now - upload) + (following - upload)) / 2
        calls, now = calls + 1, following
    assert calls == 30 * 9
    assert calls * 86400 / day == pytest.approx(259.2)
    assert age / day == pytest.approx(243)


@pytest.mark.parametrize(("failures", "expected"), [(1, 10), (2, 20), (3, 40), (4, 60), (5, 60), (10**6, 60)])
def test_failures_double_the_interval_up_to_the_cap(failures: int, expected: float) -> None:
    assert due(LOCAL, failures=failures) == expected


@pytest.mark.parametrize(("floor", "expected"), [(30, 60), (300, 300)])
def test_a_rarely_asked_feed_is_asked_again_soon(floor: float, expected: float) -> None:
    """Nobody waits a day because one call failed; the floor still holds."""
    slow = Feed(key="facts", interval=86400, floor=floor)
    assert due(slow, failures=1) == expected
    assert due(slow, failures=4) == expected


def test_back_off_replaces_the_tick() -> None:
    assert due(CLOUD, measured=0, last_call=20, failures=1, now=21) == 320
    assert due(CLOUD, measured=0, last_call=20, failures=2, now=21) == 620


def test_a_last_call_in_the_future_counts_as_now() -> None:
    assert due(LOCAL, last_call=10**7, now=0) == 10


def test_the_floor() -> None:
    assert may_call(LOCAL, None, at(0))
    assert not may_call(LOCAL, at(0), at(4.9))
    assert may_call(LOCAL, at(0), at(5))
    assert not may_call(LOCAL, at(0), at(-1))
    assert may_call(LOCAL, at(10**7), at(0))


def test_what_follows_from_the_pace() -> None:
    assert (LOCAL.expires_after, CLOUD.expires_after) == (30, 900)
    assert Feed(key="facts", interval=60, floor=5, stale_after=7).expires_after == 7
    assert (LOCAL.keeps_snapshot, CLOUD.keeps_snapshot) == (False, True)
    assert Feed(key="system", interval=10, floor=60).keeps_snapshot
    assert Feed(key="flow", interval=60, floor=55, stale_after=900).keeps_snapshot
    assert (LOCAL.may_retry, CLOUD.may_retry) == (False, True)
    assert not Feed(key="system", interval=299, floor=5).may_retry


seconds = st.floats(min_value=-(10.0**6), max_value=10.0**6)


@st.composite
def ticks(draw: st.DrawFn) -> Tick:
    period = draw(st.integers(2, 900))
    lag = draw(st.integers(0, period - 1))
    patience = draw(st.integers(lag, period - 1))
    return Tick(period=period, lag=lag, patience=patience, minimum_gap=draw(st.integers(1, 1000)))


feeds = st.builds(
    lambda interval, floor, tick, cap: Feed(key="any", interval=interval, floor=floor, tick=tick, backoff_cap=cap),
    st.floats(1, 10**5),
    st.floats(1, 10**4),
    st.none() | ticks(),
    st.floats(1, 10**4),
)


@given(feeds, st.none() | seconds, st.none() | seconds, st.integers(0, 10**4), seconds)
def test_a_call_is_never_in_the_past_nor_under_the_floor(
    feed: Feed, last_call: float | None, measured: float | None, failures: int, now: float
) -> None:
    found = at(due(feed, last_call=last_call, measured=measured, failures=failures, now=now))
    assert found >= at(now)
    assert last_call is None or found - min(at(last_call), at(now)) >= timedelta(seconds=feed.floor)
    assert may_call(feed, None if last_call is None else min(at(last_call), at(now)), found)


@given(ticks(), st.integers(0, 10**6), st.integers(0, 5000), st.integers(0, 1000), st.integers(0, 1000))
def test_an_aligned_call_is_the_first_one_at_which_new_data_should_just_be_there(
    tick: Tick, measured: int, age: int, floor: int, taken: int
) -> None:
    last_call = measured + age
    feed = Feed(key="live", interval=tick.period, floor=floor, tick=tick)
    found = due(feed, last_call=last_call, measured=measured, now=last_call + taken)
    earliest = last_call + max(int(tick.minimum_gap), floor, taken)
    first = next(
        moment
        for moment in range(max(earliest, measured + int(tick.period)), earliest + 2000)
        if tick.lag <= (moment - measured) % tick.period <= tick.patience
    )
    assert found == first
