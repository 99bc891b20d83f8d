"""Budgets and lock-outs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_battery_hub.core.budget import Budget, Limit
from custom_components.solar_battery_hub.core.errors import Locked, RateLimited

from .strategies import json_values

START = datetime(2025, 6, 22, 12, tzinfo=UTC)
LOGINS = (Limit(1, 60), Limit(4, 3600))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def spent_at(*seconds: float) -> Budget:
    budget = Budget(LOGINS)
    for second in seconds:
        budget.spend(at(second))
    return budget


def reloaded(budget: Budget, limits: Sequence[Limit] = LOGINS) -> Budget:
    """Return the budget after a restart."""
    return Budget(limits, json.loads(json.dumps(budget.as_dict())))


def test_one_a_minute_and_four_an_hour() -> None:
    budget = spent_at(0, 60, 120, 180)
    assert budget.next_allowed(at(190)) == at(3600)
    with pytest.raises(RateLimited) as caught:
        budget.spend(at(240))
    assert caught.value.retry_after == 3360
    budget.spend(at(3600))
    assert budget.next_allowed(at(3601)) == at(3660)


def test_the_first_is_free() -> None:
    assert Budget(LOGINS).next_allowed(at(5)) == at(5)


def test_a_refused_one_costs_nothing() -> None:
    budget = spent_at(0)
    for second in (10, 20, 30):
        with pytest.raises(RateLimited):
            budget.spend(at(second))
    budget.spend(at(60))


def test_what_was_used_and_what_is_left() -> None:
    budget = spent_at(0, 60, 120)
    assert budget.used(at(130), 60) == 1
    assert budget.used(at(130), 3600) == 3
    assert budget.left(at(130)) == 0
    assert budget.left(at(200)) == 1
    assert budget.used(at(3600), 3600) == 2
    assert budget.used(at(3661), 3600) == 1
    assert budget.left(at(3661)) == 1
    assert Budget([Limit(10, 86400)]).left(at(0)) == 10


def test_without_limits_only_a_lock_holds() -> None:
    budget = Budget([])
    for _ in range(100):
        budget.spend(at(0))
    assert budget.left(at(0)) is None
    budget.lock(at(10), at(0))
    assert budget.left(at(1)) == 0
    with pytest.raises(Locked):
        budget.spend(at(1))


def test_a_lock_holds_until_its_end() -> None:
    budget = Budget(LOGINS)
    budget.lock(at(100), at(0))
    assert budget.next_allowed(at(1)) == at(100)
    assert budget.locked_until(at(99)) == at(100)
    with pytest.raises(Locked) as caught:
        budget.spend(at(99))
    assert caught.value.until == at(100)
    assert budget.locked_until(at(100)) is None
    budget.spend(at(100))


def test_a_shorter_lock_does_not_shorten() -> None:
    budget = Budget(LOGINS)
    budget.lock(at(100), at(0))
    budget.lock(at(50), at(10))
    assert budget.locked_until(at(60)) == at(100)
    budget.lock(at(200), at(60))
    assert budget.locked_until(at(150)) == at(200)


def test_unlocking_gives_nothing_back() -> None:
    budget = spent_at(0)
    budget.lock(at(1000), at(1))
    budget.unlock()
    assert budget.locked_until(at(2)) is None
    assert budget.next_allowed(at(2)) == at(60)


def test_a_restart_changes_nothing() -> None:
    budget = spent_at(0, 60, 120, 180)
    budget.lock(at(5000), at(181))
    again = reloaded(budget)
    assert again.locked_until(at(200)) == at(5000)
    again.unlock()
    assert again.next_allowed(at(200)) == at(3600)


def test_a_clock_put_back_blocks_no_longer_than_it_would_have() -> None:
    year = 365 * 86400
    budget = spent_at(0, 60, 120, 180)
    budget.lock(at(280), at(180))
    for found in (budget, reloaded(budget)):
        assert found.locked_until(at(-year)) == at(100 - year)
        assert found.next_allowed(at(101 - year)) == at(3600 - 180 - year)


def test_a_lock_set_after_the_clock_was_put_back_counts_from_the_new_time() -> None:
    budget = reloaded(spent_at(10**6))
    budget.lock(at(100), at(0))
    assert budget.locked_until(at(50)) == at(100)


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        {"spent": 5, "locked_until": 7, "seen": []},
        {"spent": ["yesterday", None, "2025-06-22T11:59:30"], "locked_until": "soon"},
        {"spent": ["0001-01-01T00:00:00+05:00"], "seen": "9999-12-31T23:59:59-05:00"},
    ],
)
def test_an_unreadable_state_is_forgotten(state: dict[str, object] | None) -> None:
    budget = Budget(LOGINS, state)
    assert budget.next_allowed(at(0)) == at(0)
    assert budget.left(at(0)) == 1


def test_what_is_readable_in_a_damaged_state_is_kept() -> None:
    budget = Budget(LOGINS, {"spent": ["yesterday", at(-30).isoformat()], "locked_until": at(-5).isoformat()})
    assert budget.next_allowed(at(0)) == at(30)


moments = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)


@given(
    st.fixed_dictionaries({}, optional={"spent": st.lists(moments), "locked_until": moments, "seen": moments})
    | st.dictionaries(st.sampled_from(["spent", "locked_until", "seen"]), json_values)
)
def test_no_state_breaks_it_or_blocks_spending_for_more_than_its_limits(state: dict[str, object]) -> None:
    budget = Budget(LOGINS, state)
    budget.unlock()
    assert at(0) <= budget.next_allowed(at(0)) <= at(3600)


limits = st.lists(st.builds(Limit, st.integers(1, 4), st.integers(1, 50)), min_size=1, max_size=3)
steps = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["spend", "spend", "restart", "ask"])), max_size=80)


@given(limits, steps)
def test_no_window_ever_holds_more_than_its_limit(limits: list[Limit], steps: list[tuple[int, str]]) -> None:
    budget, now, spent = Budget(limits), 0, list[int]()
    for pause, step in steps:
        now += pause
        if step == "restart":
            budget = reloaded(budget, limits)
        elif step == "ask":
            budget.used(at(now), 10)
            budget.left(at(now))
        else:
            allowed = budget.next_allowed(at(now))
            if _full(limits, spent, now):
                with pytest.raises(RateLimited) as refused:
                    budget.spend(at(now))
                assert at(now + refused.value.retry_after) == allowed > at(now)
            else:
                assert allowed == at(now)
                budget.spend(at(now))
                spent.append(now)
    for limit in limits:
        for start in spent:
            assert sum(start <= moment < start + limit.seconds for moment in spent) <= limit.count


def _full(limits: list[Limit], spent: list[int], now: int) -> bool:
    """Tell whether one more now would be too many in the window that ends with it."""
    return any(sum(now - limit.seconds < moment for moment in spent) >= limit.count for limit in limits)


@given(limits, st.integers(0, 60), st.integers(0, 10**6))
def test_what_is_said_to_be_allowed_is_allowed(limits: list[Limit], pause: int, microseconds: int) -> None:
    budget, now = Budget(limits), START
    for _ in range(10):
        now = budget.next_allowed(now + timedelta(seconds=pause, microseconds=microseconds))
        budget.spend(now)


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1))
def test_whatever_the_clock_does_the_wait_is_never_longer_than_the_longest_limit(nows: list[int]) -> None:
    budget = Budget(LOGINS)
    for now in nows:
        assert budget.next_allowed(at(now)) - at(now) <= timedelta(seconds=3600)
        try:
            budget.spend(at(now))
        except RateLimited:
            pass
