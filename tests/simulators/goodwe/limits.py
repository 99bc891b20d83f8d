"""How often an account may ask (goodwe.md §1.2, §10.6): bursts and calls per minute, logins per hour."""

from collections import deque
from datetime import datetime, timedelta
import math
from typing import Literal

from tests.simulators.clock import SimClock

type Refusal = Literal["body", "status"]
"""``GY0429`` in the body of HTTP 200, or HTTP 429 with Retry-After."""

BURST_CALLS, BURST_SECONDS = 12, 1.0
MINUTE_CALLS, MINUTE_SECONDS = 120, 60.0
LOGINS, LOGIN_SECONDS = 30, 3_600.0
BLOCK_SECONDS = 300.0


class Window:
    """Counts what happened in the last so many seconds."""

    def __init__(self, seconds: float, most: int) -> None:
        """Start empty."""
        self._length = timedelta(seconds=seconds)
        self.most = most
        self._moments: deque[datetime] = deque()

    def full(self, now: datetime) -> bool:
        """Count one more and tell whether that was too many."""
        self._moments.append(now)
        while self._moments[0] <= now - self._length:
            self._moments.popleft()
        return len(self._moments) > self.most


class Limits:
    """The limiter of an account, shared by all ways. It counts only while ``on``; ``block`` works always.

    A burst is answered HTTP 429 with Retry-After, too many calls in a minute or logins in an hour ``GY0429`` for 300 s.
    """

    def __init__(self, clock: SimClock, *, on: bool = False) -> None:
        """Start without any memory."""
        self.on = on
        self._clock = clock
        self._burst = Window(BURST_SECONDS, BURST_CALLS)
        self._minute = Window(MINUTE_SECONDS, MINUTE_CALLS)
        self._logins = Window(LOGIN_SECONDS, LOGINS)
        self._kind: Refusal = "body"
        self._until: datetime | None = None
        self.refusals = 0

    @property
    def retry_after(self) -> int:
        """Return how many seconds the block lasts."""
        left = (self._until - self._clock.now()).total_seconds() if self._until is not None else 0.0
        return max(1, math.ceil(left))

    def block(self, seconds: float = BLOCK_SECONDS, kind: Refusal = "body") -> None:
        """Refuse everything for so long; 0 ends it."""
        self._kind, self._until = kind, self._clock.now() + timedelta(seconds=seconds)

    def refuse(self, *, login: bool = False) -> Refusal | None:
        """Count a call and return how it is refused; ``None`` lets it in."""
        now = self._clock.now()
        if self.on:
            burst, minute = self._burst.full(now), self._minute.full(now)
            many = login and self._logins.full(now)
            if not self._blocked(now) and (burst or minute or many):
                self.block(10.0 if burst and not (minute or many) else BLOCK_SECONDS, "status" if burst else "body")
        if self._blocked(now):
            self.refusals += 1
            return self._kind
        return None

    def _blocked(self, now: datetime) -> bool:
        """Tell whether everything is refused."""
        return self._until is not None and now < self._until
