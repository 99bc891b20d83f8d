"""Many questions for somebody who can wait (anker.md §15)."""

from datetime import timedelta
import logging

import pytest

from custom_components.solar_battery_hub.core.errors import HubError, RateLimited, TooSoon, Unreachable
from custom_components.solar_battery_hub.vendors.anker.patience import Patience
from tests.vendors.tools import NOON, HandClock


class Cloud:
    """Somebody who is asked; ``errors`` are what he says first."""

    def __init__(self, clock: HandClock, *errors: HubError) -> None:
        """Begin with nothing asked."""
        self._clock = clock
        self._errors = list(errors)
        self.asked: list[float] = []

    async def answer(self) -> str:
        """Answer, or fail."""
        self.asked.append((self._clock.now() - NOON).total_seconds())
        if self._errors:
            raise self._errors.pop(0)
        return "so"


async def test_some_at_once_and_then_one_after_the_other() -> None:
    clock = HandClock()
    cloud, patience = Cloud(clock), Patience(clock, "Test", 8)
    for _ in range(8):
        assert await patience.ask("energy", cloud.answer) == "so"
    assert cloud.asked == [0, 0, 0, 0, 0, 12, 24, 36]


async def test_other_endpoints_are_not_waited_for() -> None:
    clock = HandClock()
    cloud, patience = Cloud(clock), Patience(clock, "Test", 8)
    for number in range(20):
        await patience.ask(f"endpoint {number}", cloud.answer)
    assert cloud.asked == [0] * 20


async def test_who_was_slow_anyway_does_not_wait() -> None:
    clock = HandClock()
    cloud, patience = Cloud(clock), Patience(clock, "Test", 8)
    for _ in range(8):
        await patience.ask("energy", cloud.answer)
        clock.pass_time(seconds=30)
    assert clock.now() - NOON == timedelta(seconds=240)


async def test_whose_turn_it_is_not_waits_and_asks_again() -> None:
    clock = HandClock()
    cloud = Cloud(clock, TooSoon(7.0), RateLimited(65.0), TooSoon(3.0))
    assert await Patience(clock, "Test", 1).ask("energy", cloud.answer) == "so"
    assert cloud.asked == [0, 7, 72, 75]


async def test_what_is_no_matter_of_pace_is_told() -> None:
    clock = HandClock()
    for error in (RateLimited(3000.0), Unreachable("x")):
        cloud = Cloud(clock, error)
        with pytest.raises(type(error)):
            await Patience(clock, "Test", 1).ask("energy", cloud.answer)
        assert len(cloud.asked) == 1


async def test_patience_ends() -> None:
    clock = HandClock()
    cloud = Cloud(clock, *(TooSoon(10.0) for _ in range(99)))
    with pytest.raises(TooSoon):
        await Patience(clock, "Test", 1).ask("energy", cloud.answer)
    assert len(cloud.asked) == 11


async def test_the_log_tells_how_far_it_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = HandClock()
    patience = Patience(clock, "Test", 12)
    for number in range(12):
        await patience.ask(f"{number}", Cloud(clock).answer)
    assert [record.getMessage() for record in caplog.records] == [
        "Test: 10 of 12 questions asked",
        "Test: 12 of 12 questions asked",
    ]
