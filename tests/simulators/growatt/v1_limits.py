"""How often the token API may be asked (growatt.md B.3, F.5): per token, endpoint and main key."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.simulators.clock import SimClock

STRICT_SECONDS, USUAL_SECONDS = 300.0, 295.0
"""The document's five minutes, and what a client that waits five minutes by its own clock never trips."""
SHORT_SECONDS = 10.0
CALLS_PER_DAY = 10
DAY = timedelta(days=1)

type Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Window:
    """How far apart equal calls must be: ``long`` is five minutes, ``short`` ten seconds; ``daily`` caps the day."""

    seconds: float
    daily: int | None = None


LONG, SHORT, FREE = Window(USUAL_SECONDS), Window(SHORT_SECONDS), Window(0.0)
CAPPED = Window(USUAL_SECONDS, CALLS_PER_DAY)
MIX_LIVE = Window(-1.0)
"""Ten seconds in the document, five minutes in practice: ``Limits.mix_seconds``."""


class Limits:
    """The server's memory of calls: it survives every restart of a client.

    ``long_seconds``, ``mix_seconds`` (of the SPH's live values) and ``rejected_calls_count`` may be changed any time.
    """

    def __init__(self, clock: SimClock, *, strict: bool) -> None:
        """Start without any memory."""
        self._clock = clock
        self.long_seconds = STRICT_SECONDS if strict else USUAL_SECONDS
        self.mix_seconds: float | None = None
        self.rejected_calls_count = False
        self._last: dict[Key, datetime] = {}
        self._days: dict[Key, deque[datetime]] = {}

    def allows(self, key: Key, window: Window) -> bool:
        """Tell whether a call may be answered now, and remember it."""
        now = self._clock.now()
        day = self._days.setdefault(key, deque())
        while day and now - day[0] >= DAY:
            day.popleft()
        last = self._last.get(key)
        early = last is not None and (now - last).total_seconds() < self._seconds(window)
        allowed = not early and (window.daily is None or len(day) < window.daily)
        if allowed or self.rejected_calls_count:
            self._last[key] = now
        if allowed:
            day.append(now)
        return allowed

    def forget(self) -> None:
        """Forget all calls."""
        self._last.clear()
        self._days.clear()

    def _seconds(self, window: Window) -> float:
        """Return a window's length as switched now."""
        if window is MIX_LIVE and self.mix_seconds is not None:
            return self.mix_seconds
        return self.long_seconds if window in (LONG, CAPPED, MIX_LIVE) else window.seconds

    def as_dict(self) -> Mapping[str, str]:
        """Return the last call of each endpoint and key, without the token."""
        return {f"{path} {main}": moment.isoformat() for (_, path, main), moment in self._last.items()}
