"""What rounds cost and what they do: CPU time, requests, holds of the event loop, events and rows."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
import time
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import HomeAssistant

from tests.benchmarks.bare_hass import DATABASE, everything_recorded
from tests.benchmarks.connections import counted_connections
from tests.benchmarks.control import Control
from tests.benchmarks.holds import HoldWatch
from tests.benchmarks.measures import count_rows, counted_states
from tests.benchmarks.passing import Passing


@dataclass(slots=True, kw_only=True)
class Costs:
    """What some rounds cost: CPU of the process and of the event loop's thread alone, in ms."""

    rounds: int
    cpu_ms: float = 0.0
    loop_ms: float = 0.0
    requests: list[int] = field(default_factory=list)
    repeats: int = 0
    paths: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Watched:
    """What some rounds did: the longest hold of the event loop, TLS connections, events and rows of the database."""

    rounds: int
    hold_wall_ms: float
    hold_cpu_ms: float
    hold_of: str
    connections: int
    changed: int
    reported: int
    rows: int


type Scene = Callable[[int], Mapping[str, Any]]
"""What the house does in a round."""


class Rounds:
    """Runs rounds: what happens between one poll and the next, ``interval`` seconds."""

    def __init__(self, passing: Passing, control: Control | None, interval: float) -> None:
        """Take the time and the simulators."""
        self._passing = passing
        self._control = control
        self.interval = interval

    async def run(self, rounds: int, scene: Scene) -> list[list[Mapping[str, Any]]]:
        """Run rounds and return the requests of each."""
        requests = []
        for number in range(rounds):
            self._passing.aside(lambda at=number: self._set(scene, at))  # type: ignore[misc]
            await self._passing.advance(self.interval)
            requests.append(self._passing.aside(self._requests))
        return requests

    def _set(self, scene: Scene, number: int) -> None:
        if self._control is not None:
            self._control.set_house(scene(number))

    def _requests(self) -> list[Mapping[str, Any]]:
        return [] if self._control is None else list(self._control.new_requests())


async def costs_of(hass: HomeAssistant, passing: Passing, rounds: Rounds, count: int, scene: Scene) -> Costs:
    """Run rounds with nobody watching and return their CPU time, the benchmark's own taken off."""
    await everything_recorded(hass)
    process, thread, driver = time.process_time(), time.thread_time(), passing.driver_seconds
    requests = await rounds.run(count, scene)
    await everything_recorded(hass)
    own = passing.driver_seconds - driver
    asked = [one for some in requests for one in some]
    return Costs(
        rounds=count,
        cpu_ms=1000 * (time.process_time() - process - own),
        loop_ms=1000 * (time.thread_time() - thread - own),
        requests=[len(some) for some in requests],
        repeats=repeats(asked, rounds.interval),
        paths=dict(Counter(one["path"] for one in asked)),
    )


def repeats(requests: Iterable[Mapping[str, Any]], interval: float) -> int:
    """Return how many requests asked again for what was asked less than half an interval before."""
    asked_at: dict[tuple[str, str], datetime] = {}
    found = 0
    for one in requests:
        at, what = datetime.fromisoformat(one["time"]), (one["method"], one["path"])
        if what in asked_at and (at - asked_at[what]).total_seconds() < interval / 2:
            found += 1
        asked_at[what] = at
    return found


async def watch(hass: HomeAssistant, rounds: Rounds, count: int, scene: Scene) -> Watched:
    """Run rounds and count what they do to Home Assistant."""
    await everything_recorded(hass)
    database = Path(hass.config.path(DATABASE))
    rows = count_rows(database)
    with counted_states(hass) as events, HoldWatch() as holds, counted_connections() as connections:
        await rounds.run(count, scene)
    await everything_recorded(hass)
    return Watched(
        rounds=count,
        hold_wall_ms=holds.hold.wall_ms,
        hold_cpu_ms=holds.hold.cpu_ms,
        hold_of=holds.hold.what,
        connections=len(connections),
        changed=events[EVENT_STATE_CHANGED],
        reported=events[EVENT_STATE_REPORTED],
        rows=count_rows(database) - rows,
    )
