"""The turnstile: one at a time, a gap, so many of a kind a minute, over restarts and with clocks that are put back."""

import asyncio
from collections.abc import Mapping
import copy
from datetime import datetime, timedelta
from typing import Any, override

import pytest

from custom_components.solar_battery_hub.core.errors import TooSoon
from custom_components.solar_battery_hub.core.turnstile import Pace, Turnstile
from tests.core.virtual_time import START, VirtualClock, run

PACE = Pace(gap=0.5, window=60.0, usual=5, limits={"dear": 3}, reserve=1, patience=30.0)


class WallClock(VirtualClock):
    """A clock whose wall can be moved; a sleeper waits for what the wall shows."""

    def __init__(self, ahead: float = 0.0) -> None:
        """Begin some seconds ahead of the start."""
        self.ahead = ahead

    @override
    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic() + self.ahead)

    @override
    async def sleep_until(self, when: datetime) -> None:
        while (left := (when - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - the wall may be moved meanwhile
            await asyncio.sleep(left)


def turnstile(clock: VirtualClock | None = None, **changes: Any) -> Turnstile:
    """Return one that nobody has passed yet."""
    pace = {name: getattr(PACE, name) for name in ("gap", "window", "usual", "limits", "reserve", "patience")}
    return Turnstile(clock or VirtualClock(), Pace(**(pace | changes)))


async def passed(gate: Turnstile, kind: str = "usual", *, urgent: bool = False, seconds: float = 0.0) -> float:
    """Pass once, taking some seconds; return when it began."""
    async with gate.turn(kind, urgent=urgent):
        at = asyncio.get_running_loop().time()
        await asyncio.sleep(seconds)
        return at


async def how_many(gate: Turnstile, kind: str = "usual", *, urgent: bool = False) -> int:
    """Return how many get through before one is turned away."""
    count = 0
    while True:
        try:
            await passed(gate, kind, urgent=urgent)
        except TooSoon:
            return count
        count += 1


# One at a time


def test_requests_follow_one_another_with_a_gap() -> None:
    async def scenario() -> None:
        gate = turnstile()
        begun = await asyncio.gather(*(passed(gate, f"kind {number}", seconds=2.0) for number in range(4)))
        assert begun == [0.0, 2.5, 5.0, 7.5]

    run(scenario())


def test_nobody_waits_where_nobody_was() -> None:
    async def scenario() -> None:
        gate = turnstile()
        await passed(gate)
        await asyncio.sleep(3.0)
        assert await passed(gate) == 3.0

    run(scenario())


def test_an_error_frees_the_way_and_counts() -> None:
    async def scenario() -> None:
        gate = turnstile()
        for _ in range(4):
            with pytest.raises(ValueError, match="broken"):
                async with gate.turn("usual"):
                    raise ValueError("broken")
        with pytest.raises(TooSoon):
            await passed(gate)
        assert await passed(gate, "other") == 2.0

    run(scenario())


def test_who_gives_up_waiting_is_not_counted_and_holds_nobody_up() -> None:
    async def scenario() -> None:
        gate = turnstile()
        first = asyncio.create_task(passed(gate, "dear", seconds=2.0))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(passed(gate, "dear")) for _ in range(2)]
        last = asyncio.create_task(passed(gate, "usual"))
        await asyncio.sleep(1.0)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
        assert all(task.cancelled() for task in waiting)
        assert (await first, await last) == (0.0, 2.5)
        assert await how_many(gate, "dear") == 1

    run(scenario())


def test_who_gives_up_in_the_gap_holds_nobody_up() -> None:
    async def scenario() -> None:
        gate = turnstile()
        await passed(gate)
        waiting, next_one = asyncio.create_task(passed(gate)), asyncio.create_task(passed(gate))
        await asyncio.sleep(0.2)
        waiting.cancel()
        assert await next_one == 0.5
        assert await how_many(gate) == 2

    run(scenario())


def test_who_is_cancelled_while_asking_has_asked() -> None:
    async def scenario() -> None:
        gate = turnstile()
        task = asyncio.create_task(passed(gate, "dear", seconds=9.0))
        await asyncio.sleep(1.0)
        task.cancel()
        assert await passed(gate, "usual") == 1.5
        assert await how_many(gate, "dear") == 1

    run(scenario())


# So many a minute


def test_the_last_ones_are_kept_for_what_is_urgent() -> None:
    async def scenario() -> None:
        gate = turnstile()
        assert (await how_many(gate, "dear"), await how_many(gate, "usual")) == (2, 4)
        assert (await passed(gate, "dear", urgent=True), await passed(gate, "usual", urgent=True)) == (3.0, 3.5)

    run(scenario())


def test_who_is_turned_away_hears_when_to_come_back() -> None:
    async def scenario() -> None:
        gate = turnstile()
        await passed(gate, "dear")
        await asyncio.sleep(10.0)
        await passed(gate, "dear")
        assert (gate.wait_for("dear"), gate.wait_for("dear", urgent=True), gate.wait_for("usual")) == (50.0, 0.0, 0.0)
        with pytest.raises(TooSoon) as caught:
            await passed(gate, "dear")
        assert caught.value.retry_after == 50.0
        await asyncio.sleep(50.0)
        assert await passed(gate, "dear") == 60.0
        with pytest.raises(TooSoon):
            await passed(gate, "dear")

    run(scenario())


def test_never_more_than_the_limit_in_any_minute() -> None:
    async def scenario() -> None:
        gate = turnstile()
        begun: list[float] = []
        while (now := asyncio.get_running_loop().time()) < 900.0:
            try:
                begun.append(await passed(gate, "dear", urgent=len(begun) % 3 == 0, seconds=0.7))
            except TooSoon:
                await asyncio.sleep(1.3)
            assert asyncio.get_running_loop().time() > now or begun
        assert all(later - first >= 60.0 for first, later in zip(begun, begun[3:], strict=False))
        assert len(begun) >= 30

    run(scenario())


def test_what_a_restart_must_not_forget() -> None:
    async def scenario() -> None:
        gate, tight = turnstile(), []
        for _ in range(4):
            tight.append(gate.is_tight("usual"))
            await passed(gate, "usual")
        assert tight == [False, False, False, True]
        await asyncio.sleep(60.0)
        assert not gate.is_tight("usual")
        gate.exhaust("usual")
        assert gate.is_tight("usual")

    run(scenario())


def test_what_is_urgent_waits_as_long_as_its_patience() -> None:
    async def scenario() -> None:
        gate = turnstile()
        assert await how_many(gate, "dear", urgent=True) == 3
        await asyncio.sleep(28.0)
        with pytest.raises(TooSoon) as caught:
            await passed(gate, "dear", urgent=True)
        assert 30.0 < caught.value.retry_after < 32.0
        await asyncio.sleep(2.0)
        assert await passed(gate, "dear", urgent=True) == 60.0

    run(scenario())


def test_two_who_wait_for_the_last_one_share_no_place() -> None:
    async def scenario() -> None:
        gate = turnstile()
        for _ in range(3):
            await passed(gate, "dear", urgent=True)
            await asyncio.sleep(10.0)
        begun = await asyncio.gather(*(passed(gate, "dear", urgent=True) for _ in range(3)), return_exceptions=True)
        times = [at for at in begun if isinstance(at, float)]
        assert times == [60.0]
        assert [type(error) for error in begun if isinstance(error, Exception)] == [TooSoon] * 2

    run(scenario())


def test_too_much_in_the_servers_eyes_is_too_much_for_a_whole_window() -> None:
    async def scenario() -> None:
        gate = turnstile()
        await passed(gate, "dear")
        assert gate.exhaust("dear") == 60.0
        for urgent in (False, True):
            with pytest.raises(TooSoon):
                await passed(gate, "dear", urgent=urgent)
        assert await passed(gate, "usual") == 0.5
        await asyncio.sleep(59.5)
        assert await passed(gate, "dear") == 60.0

    run(scenario())


def test_who_queues_for_the_last_one_may_find_it_taken() -> None:
    async def scenario() -> None:
        gate = turnstile()
        await passed(gate, "dear")
        busy = asyncio.create_task(passed(gate, "usual", seconds=5.0))
        await asyncio.sleep(0.6)
        begun = await asyncio.gather(*(passed(gate, "dear") for _ in range(2)), return_exceptions=True)
        await busy
        assert begun[0] == 6.0
        assert isinstance(begun[1], TooSoon)

    run(scenario())


# Restarts


def after_restart(*states: object, ahead: float = 0.0) -> Turnstile:
    """Return the turnstile of the next run, with what was on disk."""
    gate = turnstile(WallClock(ahead))
    for state in states:
        gate.restore(copy.deepcopy(state))
    return gate


async def a_life(*kinds: str) -> Mapping[str, Any]:
    """Return what is left of a run that began at ``START``, passed a second each and ended at once."""
    gate = turnstile(WallClock())
    for kind in kinds:
        await passed(gate, kind)
        await asyncio.sleep(1.0)
    return gate.state


def test_what_was_spent_counts_after_a_restart() -> None:
    async def first_life() -> Mapping[str, Any]:
        return await a_life("dear", "dear", "usual")

    state = run(first_life())

    async def second_life() -> None:
        gate = after_restart(state, ahead=20.0)
        assert gate.wait_for("dear") == pytest.approx(60.0 - 20.0)
        with pytest.raises(TooSoon):
            await passed(gate, "dear")
        assert await how_many(gate, "usual") == 3
        assert await how_many(after_restart(state, ahead=61.5), "dear") == 2

    run(second_life())


def test_of_several_states_the_latest_counts_and_none_twice() -> None:
    async def first_life() -> tuple[object, object]:
        gate = turnstile(WallClock())
        await passed(gate, "dear")
        early = copy.deepcopy(gate.state)
        await asyncio.sleep(5.0)
        await passed(gate, "usual")
        await passed(gate, "usual")
        return early, gate.state

    early, late = run(first_life())

    async def second_life() -> None:
        for states in ((early, late), (late, early), (late, late)):
            gate = after_restart(*states, ahead=10.0)
            assert (await how_many(gate, "dear"), await how_many(gate, "usual")) == (1, 2)

    run(second_life())


def test_what_a_second_restart_finds_holds_both_lives() -> None:
    async def lives() -> None:
        first = await a_life("dear")
        gate = after_restart(first, ahead=0.0)
        await passed(gate, "dear")
        assert after_restart(gate.state).wait_for("dear") > 0

    run(lives())


def test_its_own_state_changes_nothing() -> None:
    async def scenario() -> None:
        gate = turnstile()
        await passed(gate, "dear")
        gate.restore(gate.state)
        assert await how_many(gate, "dear") == 1

    run(scenario())


@pytest.mark.parametrize(
    "state",
    [
        None,
        [],
        {},
        {"at": 5, "ages": {}},
        {"at": "2026-06-01T12:00:00+00:00", "ages": [1]},
        {"at": "2026-06-01T12:00:00+00:00", "ages": {"dear": ["x"]}},
        {"at": "2026-06-01T12:00:00", "ages": {"dear": [1]}},
    ],
)
def test_a_state_that_makes_no_sense_is_forgotten(state: object) -> None:
    async def scenario() -> None:
        assert await how_many(after_restart(state), "dear") == 2

    run(scenario())


# Clocks


@pytest.mark.parametrize("shift", [-86_400.0, -30.0, 30.0, 86_400.0])
def test_a_wall_clock_that_is_moved_changes_nothing(shift: float) -> None:
    async def scenario() -> None:
        clock = WallClock()
        gate = turnstile(clock)
        assert await how_many(gate, "dear") == 2
        clock.ahead = shift
        assert gate.wait_for("dear") == pytest.approx(59.5, abs=0.01)
        assert await passed(gate, "usual") == pytest.approx(1.0)
        await asyncio.sleep(59.0)
        assert await passed(gate, "dear") == pytest.approx(60.0)

    run(scenario())


def test_a_clock_put_back_while_somebody_waits_costs_a_second() -> None:
    async def scenario() -> None:
        clock = WallClock()
        gate = turnstile(clock)
        await passed(gate)
        waiting = asyncio.create_task(passed(gate))
        await asyncio.sleep(0.2)
        clock.ahead = -3600.0
        assert await waiting == pytest.approx(1.5)

    run(scenario())


def test_a_clock_put_back_over_a_restart_blocks_no_longer_than_a_window() -> None:
    async def first_life() -> Mapping[str, Any]:
        return await a_life("dear", "dear")

    state = run(first_life())

    async def second_life() -> None:
        gate = after_restart(state, ahead=-86_400.0)
        assert 0 < gate.wait_for("dear") <= 60.0

    run(second_life())
