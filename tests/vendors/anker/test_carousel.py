"""Whose turn it is (anker.md §15, §16)."""

from datetime import timedelta

import pytest

from custom_components.solar_battery_hub.vendors.anker.carousel import Carousel
from tests.vendors.tools import NOON


def rode(carousel: Carousel[str], turns: str, rounds: int) -> str:
    """Let this many have their turn, a minute apart; return who had it."""
    had = ""
    for minute in range(rounds):
        turn = carousel.next(tuple(turns))
        assert turn is not None
        carousel.asked(turn, NOON + timedelta(minutes=len(had) + minute))
        had += turn
    return had


def test_everybody_has_a_turn_in_order() -> None:
    """Round and round."""
    assert rode(Carousel(), "abc", 7) == "abcabca"


def test_who_comes_in_later_is_next() -> None:
    """What nobody ever asked waits for nobody."""
    carousel: Carousel[str] = Carousel()
    rode(carousel, "abc", 4)
    carousel.asked("a", NOON + timedelta(hours=1))
    assert rode(carousel, "abcd", 1) == "d"


def test_nobody_has_no_turn() -> None:
    """Nothing is wanted."""
    assert Carousel[str]().next(()) is None


def test_who_left_and_is_back_begins_anew() -> None:
    """What was forgotten was never asked."""
    carousel: Carousel[str] = Carousel()
    rode(carousel, "ab", 2)
    carousel.keep(("b",))
    assert carousel.next(("b", "a")) == "a"


@pytest.mark.parametrize(("turns", "seconds"), [("a", 600.0), ("abcdefg", 600 / 7), ("ab" * 10, 30.0)])
def test_turns_are_spread_over_the_cycle(turns: str, seconds: float) -> None:
    """Ten minutes for all of them."""
    carousel: Carousel[str] = Carousel()
    several = tuple(f"{turn}{place}" for place, turn in enumerate(turns))
    for turn in several:
        carousel.asked(turn, NOON)
    assert carousel.interval(several) == pytest.approx(seconds)


def test_many_make_the_cycle_longer_and_not_the_pace_quicker() -> None:
    """At most six in a minute, so that app and user find the endpoint free."""
    carousel: Carousel[int] = Carousel()
    for turn in range(200):
        carousel.asked(turn, NOON)
    assert carousel.interval(range(200)) == 11.0


def test_the_first_round_is_quicker() -> None:
    """While something was never asked there is no time to lose."""
    carousel: Carousel[str] = Carousel()
    carousel.asked("a", NOON)
    assert carousel.interval(("a", "b")) == 11.0
