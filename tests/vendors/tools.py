"""What tests of one vendor's room need instead of Home Assistant: a clock and a store."""

from collections.abc import Callable
import copy
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class HandClock:
    """A clock that moves when it is told to, or when somebody sleeps."""

    def __init__(self, moment: datetime = NOON) -> None:
        """Start at noon in June."""
        self.moment = moment
        self.zone: tzinfo = UTC

    def now(self) -> datetime:
        """Return the present moment."""
        return self.moment

    def monotonic(self) -> float:
        """Return seconds since the first noon."""
        return (self.moment - NOON).total_seconds()

    async def sleep_until(self, when: datetime) -> None:
        """Jump there."""
        self.moment = max(self.moment, when)

    def pass_time(self, **parts: float) -> None:
        """Let time pass: ``pass_time(minutes=5)``."""
        self.moment += timedelta(**parts)


class MemoryStore:
    """A private store that is not on disk; ``saved`` is what would be there after a power failure."""

    def __init__(self, shared: dict[str, Any] | None = None, session: dict[str, Any] | None = None) -> None:
        """Start with what another run left behind."""
        self.shared: dict[str, Any] = {} if shared is None else shared
        self.session: dict[str, Any] = {} if session is None else session
        self.common: dict[str, Any] = {}
        self.saved: dict[str, Any] = copy.deepcopy({"shared": self.shared, "session": self.session})
        self.on_save: Callable[[], None] = lambda: None

    async def save(self) -> None:
        """Remember both as they are now."""
        self.saved = copy.deepcopy({"shared": self.shared, "session": self.session})
        self.on_save()

    def save_later(self) -> None:
        """Remember both: nothing of a test is fast enough to matter."""
        self.saved = copy.deepcopy({"shared": self.shared, "session": self.session})
