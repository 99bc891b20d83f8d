"""The simulators' time. The only module here that touches real time."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

POLL_SECONDS = 0.05
"""How often a sleeper looks whether somebody moved the clock."""


def _real_time() -> datetime:
    """Return the computer's time, aware and in UTC."""
    return datetime.now(UTC)


class SimClock:
    """A clock that follows a source and can be set, advanced and sped up.

    ``source`` returns the aware time this clock follows: real time unless given, so that an in-process test can pass
    its own frozen clock. ``speed`` is simulated seconds per second of the source; 0 stands still.
    """

    def __init__(self, source: Callable[[], datetime] = _real_time, *, speed: float = 1.0) -> None:
        """Start at the source's present time."""
        self._source = source
        self._speed = speed
        self._anchor = source()
        self._base = self._anchor.astimezone(UTC)

    def now(self) -> datetime:
        """Return the simulated time, aware and in UTC."""
        return self._base + (self._source() - self._anchor) * self._speed

    @property
    def speed(self) -> float:
        """Return simulated seconds per second of the source."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        """Change the speed from now on."""
        if speed < 0:
            raise ValueError("the clock cannot run backwards")
        self.set(self.now())
        self._speed = speed

    def set(self, moment: datetime) -> None:
        """Make it ``moment`` (aware) now."""
        if moment.tzinfo is None:
            raise ValueError("an aware time is needed")
        self._anchor = self._source()
        self._base = moment.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock forward by ``seconds``."""
        self.set(self.now() + timedelta(seconds=seconds))

    async def sleep(self, seconds: float) -> None:
        """Return once ``seconds`` of simulated time have passed, also when somebody moves the clock meanwhile."""
        until = self.now() + timedelta(seconds=seconds)
        while (left := (until - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - a source may be moved without telling
            await asyncio.sleep(min(POLL_SECONDS, left / self._speed) if self._speed else POLL_SECONDS)
