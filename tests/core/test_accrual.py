"""Lifetime totals made of days."""

from datetime import date, timedelta
import json

import pytest

from custom_components.solar_battery_hub.core.accrual import Accrual

MONDAY = date(2026, 6, 1)
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)
FRIDAY = MONDAY + timedelta(days=4)


def test_a_total_begins_with_the_first_day() -> None:
    """Nobody knows what was before."""
    accrual = Accrual()
    assert accrual.note("sun", MONDAY, {"yield": 1.5}) == {"yield": 1.5}
    assert accrual.note("sun", MONDAY, {"yield": 2.25}) == {"yield": 2.25}
    assert accrual.total("sun", "yield") == 2.25


def test_days_add_up_before_they_are_closed() -> None:
    """The day before counts as it was told last."""
    accrual = Accrual()
    accrual.note("sun", MONDAY, {"yield": 5.0})
    assert accrual.note("sun", TUESDAY, {"yield": 0.5}) == {"yield": 5.5}


def test_a_day_that_is_over_is_closed_with_what_it_had() -> None:
    """What was counted after the last look is added once, and stays whatever is said of that day later."""
    accrual = Accrual()
    accrual.note("sun", MONDAY, {"yield": 5.0})
    accrual.note("sun", TUESDAY, {"yield": 0.5})
    assert accrual.due("sun", TUESDAY) == (MONDAY, MONDAY)
    assert accrual.close("sun", MONDAY, {"yield": 5.4}) == {"yield": 5.9}
    assert accrual.due("sun", TUESDAY) is None
    assert accrual.close("sun", MONDAY, {"yield": 9.0}) == {}
    assert accrual.note("sun", MONDAY, {"yield": 9.0}) == {"yield": 5.9}
    assert accrual.note("sun", TUESDAY, {"yield": 1.0}) == {"yield": 6.4}


def test_a_correction_downwards_is_made_up_for() -> None:
    """A total never falls; it goes on once the new day has passed what was too much."""
    accrual = Accrual()
    accrual.note("sun", MONDAY, {"yield": 5.0})
    accrual.note("sun", TUESDAY, {"yield": 0.5})
    assert accrual.close("sun", MONDAY, {"yield": 4.0}) == {"yield": 5.5}
    assert accrual.note("sun", TUESDAY, {"yield": 1.2}) == {"yield": 5.5}
    assert accrual.note("sun", TUESDAY, {"yield": 2.0}) == {"yield": 6.0}


def test_missed_days_are_due() -> None:
    """After an outage all days since the last closed one are asked about, as many at once as can be."""
    accrual = Accrual()
    accrual.note("sun", MONDAY, {"yield": 5.0})
    assert accrual.due("sun", MONDAY) is None
    assert accrual.due("sun", FRIDAY) == (MONDAY, FRIDAY - timedelta(days=1))
    assert accrual.due("sun", FRIDAY, longest=1) == (MONDAY, MONDAY)
    assert accrual.due("sun", FRIDAY, longest=2) == (MONDAY, TUESDAY)


def test_missed_days_are_closed_together_or_one_by_one() -> None:
    """Either way the total is the same."""
    together, alone = Accrual(), Accrual()
    for accrual in (together, alone):
        accrual.note("sun", MONDAY, {"yield": 5.0})
        accrual.note("sun", FRIDAY, {"yield": 1.0})
    assert together.close("sun", FRIDAY - timedelta(days=1), {"yield": 20.0}) == {"yield": 21.0}
    for days, energy in enumerate((6.0, 7.0, 4.0, 3.0)):
        alone.close("sun", MONDAY + timedelta(days=days), {"yield": energy})
    assert alone.total("sun", "yield") == 21.0
    assert alone.due("sun", FRIDAY) is together.due("sun", FRIDAY) is None


def test_a_quantity_that_is_not_told_any_more_keeps_what_was_noted() -> None:
    """An answer may leave something out."""
    accrual = Accrual()
    accrual.note("sun", MONDAY, {"yield": 5.0, "export": 1.0})
    assert accrual.close("sun", MONDAY, {"yield": 6.0}) == {"yield": 6.0, "export": 1.0}


def test_nothing_told_makes_no_day() -> None:
    """An answer without labels opens no book."""
    accrual = Accrual()
    assert accrual.note("sun", MONDAY, {}) == {}
    assert accrual.due("sun", FRIDAY) is None
    assert accrual.total("sun", "yield") is None
    assert accrual.version == 0


def test_books_are_kept_apart_and_can_be_thrown_away() -> None:
    """Each question has its own days."""
    accrual = Accrual()
    accrual.note("sun", MONDAY, {"yield": 5.0})
    accrual.note("wind", WEDNESDAY, {"yield": 7.0})
    assert accrual.due("wind", WEDNESDAY) is None
    assert accrual.names == {"sun", "wind"}
    accrual.forget("sun")
    accrual.forget("rain")
    assert accrual.names == {"wind"}
    assert accrual.total("sun", "yield") is None


def test_a_restart_changes_nothing() -> None:
    """What is remembered is JSON and says it all."""
    accrual = Accrual()
    accrual.note("sun", MONDAY, {"yield": 5.0})
    accrual.note("sun", TUESDAY, {"yield": 0.5})
    accrual.close("sun", MONDAY, {"yield": 4.0})
    again = Accrual(json.loads(json.dumps(accrual.as_dict())))
    assert again.note("sun", TUESDAY, {"yield": 1.2}) == {"yield": 5.5}
    assert again.due("sun", WEDNESDAY) == (TUESDAY, TUESDAY)
    assert again.note("sun", WEDNESDAY, {"yield": 3.0}) == {"yield": 8.2}


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {"sun": None},
        {"sun": {"until": "yesterday", "closed": {}, "open": {}, "shown": {}}},
        {"sun": {"until": "2026-06-01", "closed": {"yield": "much"}, "open": {}, "shown": {}}},
        {"sun": {"until": "2026-06-01", "closed": {}, "open": {"2026-06-02": 4}, "shown": {}}},
        {"sun": {"until": "2026-06-01"}},
    ],
)
def test_what_is_not_readable_is_forgotten(stored: object) -> None:
    """A broken memory is no reason to fail."""
    assert Accrual(stored).names == frozenset()
