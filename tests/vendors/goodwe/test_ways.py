"""Which way in is used: when it changes, and when it does not."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    HubError,
    Locked,
    NotSupported,
    RateLimited,
    Unreachable,
)
from custom_components.solar_battery_hub.vendors.goodwe.codes import LoginRefused, NothingInIt, TermsNotAccepted
from custom_components.solar_battery_hub.vendors.goodwe.model import Way
from custom_components.solar_battery_hub.vendors.goodwe.ways import Ways

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EMPTY = NothingInIt("Nothing in it")
REFUSED = LoginRefused("Not now")


def semsplus() -> Ways:
    return Ways(Way.SEMSPLUS, NOON)


def silence(ways: Ways, error: HubError, minutes: int, *, start: datetime = NOON) -> datetime | None:
    """Fail once a minute; return when the way changed."""
    for minute in range(minutes + 1):
        if ways.failed(error, start + minute * MINUTE):
            return start + minute * MINUTE
    return None


@pytest.mark.parametrize("error", [EMPTY, NotSupported("404"), BadAnswer("HTML"), Unreachable("Nobody")])
def test_silence_of_ten_minutes_leads_to_the_other_way(error: HubError) -> None:
    ways = semsplus()
    assert silence(ways, error, 20) == NOON + 10 * MINUTE
    assert ways.present is Way.LEGACY


def test_two_silent_polls_are_not_enough() -> None:
    ways = semsplus()
    assert not ways.failed(EMPTY, NOON)
    assert not ways.failed(EMPTY, NOON + 30 * MINUTE)
    assert ways.failed(EMPTY, NOON + 31 * MINUTE)


def test_one_answer_begins_anew() -> None:
    ways = semsplus()
    assert silence(ways, EMPTY, 9) is None
    ways.answered()
    assert silence(ways, EMPTY, 9, start=NOON + 10 * MINUTE) is None
    assert ways.present is Way.SEMSPLUS


@pytest.mark.parametrize("error", [AuthFailed("No"), RateLimited(300.0), Locked(NOON + 60 * MINUTE)])
def test_what_the_other_way_would_say_too_changes_nothing(error: HubError) -> None:
    ways = semsplus()
    assert silence(ways, error, 60) is None
    assert not ways.is_probe_due(NOON + 60 * MINUTE)


@pytest.mark.parametrize("error", [REFUSED, TermsNotAccepted("Terms")])
def test_the_third_refusal_leads_to_the_other_way(error: HubError) -> None:
    ways = semsplus()
    assert silence(ways, error, 1) is None
    assert silence(ways, error, 0, start=NOON + 2 * MINUTE) == NOON + 2 * MINUTE


def test_the_first_refusal_is_enough_where_nothing_was_ever_read() -> None:
    ways = semsplus()
    assert ways.failed(REFUSED, NOON, at_once=True)
    assert ways.present is Way.LEGACY


def test_silence_is_not_enough_at_once() -> None:
    assert not semsplus().failed(Unreachable("Nobody"), NOON, at_once=True)


def test_probes_are_ever_rarer() -> None:
    """After 30 minutes, then 1, 2, 4, 6, 6 hours."""
    ways = semsplus()
    ways.failed(REFUSED, NOON, at_once=True)
    last, waits = NOON, []
    for minute in range(24 * 60):
        now = NOON + minute * MINUTE
        ways.answered()  # the legacy way does
        if ways.is_probe_due(now):
            waits.append((now - last) / MINUTE)
            last = now
            ways.probed(now, answers=False)
    assert waits == [30, 60, 120, 240, 360, 360]


def test_a_probe_that_works_leads_back() -> None:
    ways = semsplus()
    ways.failed(REFUSED, NOON, at_once=True)
    ways.probed(NOON + 30 * MINUTE, answers=True)
    assert ways.present is Way.SEMSPLUS
    assert not ways.is_probe_due(NOON + 1000 * MINUTE)


def test_a_way_that_worked_once_is_left_soon_when_it_fails_again() -> None:
    ways = semsplus()
    ways.failed(REFUSED, NOON, at_once=True)
    ways.probed(NOON + 30 * MINUTE, answers=True)
    ways.answered()
    assert silence(ways, EMPTY, 120, start=NOON + 100 * MINUTE) == NOON + 110 * MINUTE


def test_the_remembered_way_is_kept_for_half_an_hour() -> None:
    ways = Ways(Way.LEGACY, NOON)
    assert not ways.is_probe_due(NOON + 29 * MINUTE)
    assert ways.is_probe_due(NOON + 30 * MINUTE)


def test_a_day_without_anything_costs_few_changes() -> None:
    """Each of them is a sign-in; but whichever way comes back is found within the hour."""
    ways = semsplus()
    changes = [minute for minute in range(24 * 60) if ways.failed(EMPTY, NOON + minute * MINUTE)]
    assert changes[:3] == [10, 40, 100]
    gaps = [later - earlier for earlier, later in pairwise(changes[1:])]
    assert set(gaps) <= {60, 61}


def test_a_legacy_way_that_stops_answering_is_not_waited_for_until_a_late_probe() -> None:
    ways = Ways(Way.LEGACY, NOON)
    now = NOON
    for _ in range(5):
        now += timedelta(hours=6)
        ways.probed(now, answers=False)
    assert not ways.is_probe_due(now + timedelta(hours=5))
    ways.failed(EMPTY, now)
    assert ways.is_probe_due(now + timedelta(hours=1))


def test_both_ways_empty_for_six_hours_are_worth_a_notice() -> None:
    ways = semsplus()
    told = [
        minute
        for minute in range(12 * 60)
        if (ways.failed(EMPTY, NOON + minute * MINUTE), ways.is_barren(NOON + minute * MINUTE))[1]
    ]
    assert told[0] == 6 * 60 + 11  # the legacy way was first asked one minute after the change
    ways.answered()
    assert not ways.is_barren(NOON + 24 * 60 * MINUTE)


def test_nobody_there_is_no_change_of_the_service() -> None:
    ways = semsplus()
    silence(ways, Unreachable("Nobody"), 24 * 60)
    assert not ways.is_barren(NOON + 24 * 60 * MINUTE)


def test_a_clock_that_was_put_back_does_not_keep_the_way() -> None:
    ways = Ways(Way.LEGACY, NOON)
    before = NOON - timedelta(days=3)
    assert ways.is_probe_due(before)
    ways.probed(before, answers=False)
    assert not ways.is_probe_due(before)
