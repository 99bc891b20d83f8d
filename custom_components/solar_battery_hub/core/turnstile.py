"""A turnstile before a server that counts its callers by address: one request at a time, so many of a kind a minute."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from .clock import Clock
from .errors import TooSoon

_GRACE: Final = 1.0  # seconds a sleep may last longer than asked, should somebody put the clock back meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How quickly requests may follow one another.

    ``gap`` are the seconds between an answer and the next request, whatever it is for. Of one kind at most
    ``limits[kind]``, or ``usual``, begin within ``window`` seconds; ``reserve`` of them are kept for what is urgent,
    which waits up to ``patience`` seconds for its turn.
    """

    gap: float
    window: float
    usual: int
    limits: Mapping[str, int] = field(default_factory=dict)
    reserve: int = 0
    patience: float = 30.0


class Turnstile:
    """Lets requests through one after the other, whoever sends them.

    ``state`` is always up to date and holds JSON types only: whoever keeps it gives it to ``restore`` after a restart.
    Only durations are measured, so that a wall clock put back blocks nothing.
    """

    def __init__(self, clock: Clock, pace: Pace) -> None:
        """Begin with nothing spent."""
        self._clock = clock
        self._pace = pace
        self._one_at_a_time = asyncio.Lock()
        self._answered: float | None = None
        self._spent: dict[str, list[float]] = {}
        self._before: dict[str, list[float]] = {}  # what was spent before the restart
        self._restored: datetime | None = None
        self.state: dict[str, Any] = {}

    def restore(self, state: object) -> None:
        """Count what was spent before a restart; of several such states the latest is right about all."""
        if state is self.state or not isinstance(state, Mapping):
            return
        try:
            at = datetime.fromisoformat(state["at"])
            passed = max((self._clock.now() - at).total_seconds(), 0.0)
            begin = self._clock.monotonic() - passed
            before = {str(kind): sorted(begin - float(age) for age in ages) for kind, ages in state["ages"].items()}
        except AttributeError, KeyError, TypeError, ValueError:
            return
        if self._restored is None or at > self._restored:
            self._restored, self._before = at, before

    def wait_for(self, kind: str, *, urgent: bool = False) -> float:
        """Return how many seconds it takes until a request of this kind may be sent; 0.0 for now."""
        allowed = self._limit(kind) - (0 if urgent else self._pace.reserve)
        recent = self._recent(kind)
        if len(recent) < allowed:
            return 0.0
        return recent[-allowed] + self._pace.window - self._clock.monotonic()

    def is_tight(self, kind: str) -> bool:
        """Tell whether half of what may be sent of a kind is spent, so that a restart must not forget it."""
        return 2 * len(self._recent(kind)) >= self._limit(kind)

    def exhaust(self, kind: str) -> float:
        """Let nothing of a kind through for a whole window: the server says it was too much. Return its seconds."""
        self._spent[kind] = [self._clock.monotonic()] * self._limit(kind)
        self._note()
        return self._pace.window

    @asynccontextmanager
    async def turn(self, kind: str, *, urgent: bool = False) -> AsyncGenerator[None]:
        """Wait for one's turn and keep the turnstile until the answer is there; the request counts whatever becomes of it.

        Raises TooSoon, with nothing counted: at once while all of a kind but the reserve are spent, or if urgent when
        that would take longer than the patience.
        """
        deadline = self._clock.monotonic() + self._pace.patience
        while True:
            await self._wait(kind, urgent, deadline)
            async with self._one_at_a_time:
                await self._leave_gap()
                if self.wait_for(kind, urgent=urgent) > 0:
                    continue  # somebody who came first took the last one
                self._spent[kind] = [*self._recent_of(self._spent, kind), self._clock.monotonic()]
                self._note()
                try:
                    yield
                finally:
                    self._answered = self._clock.monotonic()
                return

    async def _wait(self, kind: str, urgent: bool, deadline: float) -> None:
        while (seconds := self.wait_for(kind, urgent=urgent)) > 0:
            if not urgent or self._clock.monotonic() + seconds > deadline:
                raise TooSoon(seconds)
            await self.sleep(seconds)

    async def _leave_gap(self) -> None:
        if self._answered is None:
            return
        early = self._answered + self._pace.gap - self._clock.monotonic()
        if early > 0:
            await self.sleep(min(early, self._pace.gap))

    async def sleep(self, seconds: float) -> None:
        """Return after some seconds by the clock; hardly later if that is put back meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds + _GRACE):
                await self._clock.sleep_until(self._clock.now() + timedelta(seconds=seconds))

    def _limit(self, kind: str) -> int:
        return self._pace.limits.get(kind, self._pace.usual)

    def _recent(self, kind: str) -> list[float]:
        return [*self._recent_of(self._before, kind), *self._recent_of(self._spent, kind)]

    def _recent_of(self, spent: Mapping[str, list[float]], kind: str) -> list[float]:
        now = self._clock.monotonic()
        return [at for at in spent.get(kind, ()) if 0 <= now - at < self._pace.window]

    def _note(self) -> None:
        now = self._clock.monotonic()
        recent = {kind: self._recent(kind) for kind in sorted({*self._before, *self._spent})}
        self.state["at"] = self._clock.now().isoformat()
        self.state["ages"] = {kind: [round(now - at, 1) for at in found] for kind, found in recent.items() if found}
