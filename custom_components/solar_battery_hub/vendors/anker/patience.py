"""Many questions for somebody who can wait: as slowly as the cloud bears, and so that everything else goes on (anker.md §15)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
import logging
from typing import Final

from ...core.clock import Clock
from ...core.errors import RateLimited

_LOGGER = logging.getLogger(__name__)

_QUICK: Final = 5  # questions that are asked at once
_PACE: Final = 12.0  # seconds between two more, so that the live ones find their turn
_LONGEST_WAIT: Final = 120.0  # seconds for one turn; more is no matter of pace
_TRIES: Final = 10
_TOLD_EVERY: Final = 10


class Patience:
    """Asks one thing after the other, waits for its turn, and tells the log how far it has come.

    ``what`` is what the log calls it. Only questions to the same ``kind`` of endpoint wait for each other.
    """

    def __init__(self, clock: Clock, what: str, expected: int) -> None:
        """Begin with nothing asked."""
        self._clock = clock
        self._what = what
        self._expected = expected
        self._asked = 0
        self._by_kind: dict[str, tuple[int, float]] = {}

    async def ask[T](self, kind: str, send: Callable[[], Awaitable[T]]) -> T:
        """Return what a question brings. Raises what it raises, but TooSoon and 429 only after many tries."""
        await self._leave_room(kind)
        for _ in range(_TRIES):
            try:
                found = await send()
            except RateLimited as err:
                if err.retry_after > _LONGEST_WAIT:
                    raise
                await self._sleep(err.retry_after)
            else:
                break
        else:
            found = await send()
        self._count(kind)
        return found

    async def _leave_room(self, kind: str) -> None:
        asked, last = self._by_kind.get(kind, (0, 0.0))
        early = last + _PACE - self._clock.monotonic()
        if asked >= _QUICK and early > 0:
            await self._sleep(early)

    def _count(self, kind: str) -> None:
        self._by_kind[kind] = self._by_kind.get(kind, (0, 0.0))[0] + 1, self._clock.monotonic()
        self._asked += 1
        if self._asked % _TOLD_EVERY == 0 or self._asked == self._expected:
            _LOGGER.info("%s: %d of %d questions asked", self._what, self._asked, self._expected)

    async def _sleep(self, seconds: float) -> None:
        await self._clock.sleep_until(self._clock.now() + timedelta(seconds=seconds))
