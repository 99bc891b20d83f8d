"""Time, as everything here sees it: passed in, never taken."""

from datetime import datetime, tzinfo
from typing import Protocol


class Clock(Protocol):
    """A source of time that tests can drive."""

    @property
    def zone(self) -> tzinfo:
        """The time zone of the house."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow, for measuring durations."""

    async def sleep_until(self, when: datetime) -> None:
        """Return once ``now()`` has reached ``when`` (aware)."""
