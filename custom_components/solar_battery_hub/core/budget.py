"""Request and login budgets, and lock-outs (design §4)."""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .errors import Locked, RateLimited


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` (≥ 1) within any ``seconds``."""

    count: int
    seconds: float


class Budget:
    """Counts what was spent against one or more limits and knows until when all is locked.

    Spend first, save ``as_dict()``, then send: what was sent must count even if the power
    fails. ``now`` is always the present, aware. When it is found to be put back, everything
    remembered moves back with it: nothing blocks longer than it would have.
    """

    def __init__(self, limits: Sequence[Limit], state: Mapping[str, object] | None = None) -> None:
        """Go on from what ``as_dict`` gave; what is not readable in it is forgotten."""
        state = state if isinstance(state, Mapping) else {}
        stored = state.get("spent")
        moments = (_moment(entry) for entry in stored) if isinstance(stored, list) else ()
        self._limits = tuple(limits)
        self._longest = timedelta(seconds=max((limit.seconds for limit in limits), default=0.0))
        self._spent = sorted(moment for moment in moments if moment is not None)
        self._locked_until = _moment(state.get("locked_until"))
        self._seen: datetime | None = None
        if seen := max((*self._spent[-1:], *filter(None, [_moment(state.get("seen"))])), default=None):
            self._settle(seen)

    def spend(self, now: datetime) -> None:
        """Count one. Raises Locked or RateLimited when it may not be; then nothing is counted."""
        if until := self.locked_until(now):
            raise Locked(until)
        wait = (self.next_allowed(now) - now).total_seconds()
        if wait > 0:
            raise RateLimited(wait)
        insort(self._spent, now)

    def next_allowed(self, now: datetime) -> datetime:
        """Return when the next one may be spent: ``now`` or later."""
        self._settle(now)
        return max(
            now,
            self._locked_until or now,
            *(
                self._spent[-limit.count] + timedelta(seconds=limit.seconds)
                for limit in self._limits
                if len(self._spent) >= limit.count
            ),
        )

    def used(self, now: datetime, seconds: float) -> int:
        """Return how many were spent in the last ``seconds`` (at most the longest limit's)."""
        self._settle(now)
        return len(self._spent) - bisect_right(self._spent, now - timedelta(seconds=seconds))

    def left(self, now: datetime) -> int | None:
        """Return how many may be spent now; ``None`` when nothing limits them."""
        if self.locked_until(now):
            return 0
        return min((max(0, limit.count - self.used(now, limit.seconds)) for limit in self._limits), default=None)

    def lock(self, until: datetime, now: datetime) -> None:
        """Let nothing be spent until then; a longer lock stays."""
        self._settle(now)
        self._locked_until = max(until, self._locked_until or until)

    def locked_until(self, now: datetime) -> datetime | None:
        """Return when the lock ends, if there is one now."""
        self._settle(now)
        return self._locked_until

    def unlock(self) -> None:
        """Take the lock away; what was spent stays spent."""
        self._locked_until = None

    def as_dict(self) -> dict[str, object]:
        """Return all there is to remember as JSON types."""
        return {
            "spent": [moment.isoformat() for moment in self._spent],
            "locked_until": self._locked_until and self._locked_until.isoformat(),
            "seen": self._seen and self._seen.isoformat(),
        }

    def _settle(self, now: datetime) -> None:
        """Follow a clock that was put back, and forget what no longer counts."""
        if self._seen is not None and (ahead := self._seen - now) > timedelta():
            self._spent = [moment - ahead for moment in self._spent]
            self._locked_until = self._locked_until and self._locked_until - ahead
        self._seen = now
        del self._spent[: bisect_right(self._spent, now - self._longest)]
        if self._locked_until is not None and self._locked_until <= now:
            self._locked_until = None


def _moment(stored: object) -> datetime | None:
    """Return a stored moment; ``None`` for anything else."""
    try:
        moment = datetime.fromisoformat(stored) if isinstance(stored, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except ValueError, OverflowError:
        return None
