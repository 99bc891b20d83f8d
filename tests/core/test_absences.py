"""Who is missing in a list, and when he is gone."""

from datetime import UTC, datetime, timedelta

from custom_components.solar_battery_hub.core.absences import Absences

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
KNOWN = ("a", "b")


def spared(absences: Absences, minutes: float, *told: str) -> set[str]:
    """Return who is spared by a list that comes some minutes after noon."""
    return set(absences.spare(KNOWN, told, NOON + timedelta(minutes=minutes)))


def test_who_is_told_of_needs_no_sparing() -> None:
    assert spared(Absences(often=3, long=timedelta(hours=1)), 0, "a", "b") == set()


def test_gone_after_some_lists_over_some_time() -> None:
    """Neither many lists within minutes nor two far apart are enough."""
    absences = Absences(often=3, long=timedelta(hours=1))
    for minutes in (0, 1, 2, 59):
        assert spared(absences, minutes, "a") == {"b"}
    assert spared(absences, 60, "a") == set()
    absences = Absences(often=3, long=timedelta(hours=1))
    assert spared(absences, 0) == {"a", "b"}
    assert spared(absences, 600) == {"a", "b"}
    assert spared(absences, 601) == set()


def test_one_list_that_tells_of_him_begins_anew() -> None:
    absences = Absences(often=2, long=timedelta(hours=1))
    assert spared(absences, 0, "a") == {"b"}
    assert spared(absences, 30, "a", "b") == set()
    assert spared(absences, 70, "a") == {"b"}


def test_clock_that_is_put_back() -> None:
    """Nobody is gone sooner for it, and hardly later."""
    absences = Absences(often=2, long=timedelta(hours=1))
    assert spared(absences, 0, "a") == {"b"}
    assert spared(absences, -300, "a") == {"b"}
    assert spared(absences, -240, "a") == set()
