"""The book of calls: gaps, daily caps, restarts and clocks (growatt.md B.3)."""

from datetime import datetime, timedelta
from typing import override

import pytest

from custom_components.solar_battery_hub.core.errors import TooSoon
from custom_components.solar_battery_hub.vendors.growatt.calls import CallBook
from tests.vendors.tools import NOON, HandClock, MemoryStore


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_equal_calls_are_apart(clock: HandClock, store: MemoryStore) -> None:
    book = CallBook(store, clock)
    book.take("live", "A", gap=303)
    clock.pass_time(seconds=100)
    with pytest.raises(TooSoon) as caught:
        book.take("live", "A", gap=303)
    assert caught.value.retry_after == 203
    clock.pass_time(seconds=203)
    book.take("live", "A", gap=303)


class RunningClock(HandClock):
    """A clock that runs on while somebody thinks."""

    @override
    def now(self) -> datetime:
        self.pass_time(microseconds=3)
        return self.moment


def test_time_that_passes_meanwhile_is_no_reason_to_wait(store: MemoryStore) -> None:
    clock = RunningClock()
    book = CallBook(store, clock)
    book.take("plant/list", per_day=10)
    book.take("live", "A", gap=303)
    clock.pass_time(seconds=303)
    book.take("live", "A", gap=303)


def test_a_refused_call_does_not_count(clock: HandClock, store: MemoryStore) -> None:
    book = CallBook(store, clock)
    book.take("live", "A")
    clock.pass_time(seconds=299)
    with pytest.raises(TooSoon):
        book.take("live", "A")
    assert book.last("live", "A") == NOON


def test_other_devices_and_other_calls_are_free(clock: HandClock, store: MemoryStore) -> None:
    book = CallBook(store, clock)
    book.take("live", "A")
    book.take("live", "B")
    book.take("settings", "A")


def test_a_restart_forgets_nothing(clock: HandClock, store: MemoryStore) -> None:
    CallBook(store, clock).take("live", "A")
    after = MemoryStore(**store.saved)
    with pytest.raises(TooSoon):
        CallBook(after, clock).take("live", "A")


def test_ten_a_day(clock: HandClock, store: MemoryStore) -> None:
    book = CallBook(store, clock)
    for _ in range(10):
        book.take("plant/list", per_day=10)
        clock.pass_time(minutes=10)
    with pytest.raises(TooSoon) as caught:
        CallBook(MemoryStore(**store.saved), clock).take("plant/list", per_day=10)
    assert caught.value.retry_after == timedelta(hours=24, minutes=-100).total_seconds()
    clock.pass_time(hours=24, minutes=-100)
    book.take("plant/list", per_day=10)


def test_the_cap_is_of_the_endpoint_whatever_it_is_asked(clock: HandClock, store: MemoryStore) -> None:
    book = CallBook(store, clock)
    for plant in range(10):
        book.take("plant/energy", str(plant), per_day=10)
    with pytest.raises(TooSoon):
        book.take("plant/energy", "11", per_day=10)


def test_noted_calls_count_whatever_the_gap(clock: HandClock, store: MemoryStore) -> None:
    book = CallBook(store, clock)
    book.take("settings", "A")
    clock.pass_time(seconds=200)
    book.note("settings", "A")
    clock.pass_time(seconds=200)
    with pytest.raises(TooSoon) as caught:
        book.take("settings", "A")
    assert caught.value.retry_after == 100


def test_asking_when_does_not_count(clock: HandClock, store: MemoryStore) -> None:
    book = CallBook(store, clock)
    assert book.allowed_at("live", "A") == NOON
    book.take("live", "A")
    clock.pass_time(seconds=10)
    assert book.allowed_at("live", "A") == NOON + timedelta(seconds=300)
    assert book.age("live", "A") == 10
    assert book.age("live", "B") == float("inf")


def test_a_clock_put_back_forbids_nothing(clock: HandClock, store: MemoryStore) -> None:
    book = CallBook(store, clock)
    book.take("live", "A")
    clock.pass_time(hours=-3)
    book.take("live", "A")


def test_what_is_older_than_a_day_is_forgotten(clock: HandClock, store: MemoryStore) -> None:
    book = CallBook(store, clock)
    book.take("live", "A")
    clock.pass_time(hours=24, seconds=1)
    book.take("live", "B")
    assert list(store.saved["shared"]["calls_made"]["last"]) == ["live B"]
    assert book.age("live", "A") == float("inf")


def test_calls_of_a_token_are_kept_with_it(clock: HandClock, store: MemoryStore) -> None:
    CallBook(store, clock, store.session).take("live", "A")
    assert "calls_made" not in store.saved["shared"]
    assert list(store.saved["session"]["calls_made"]["last"]) == ["live A"]
