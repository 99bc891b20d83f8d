"""When each call was last made: the server counts per call and device, also over our restarts (growatt.md B.3)."""

from datetime import datetime, timedelta
from typing import Any, Final

from ...core.budget import Budget, Limit
from ...core.clock import Clock
from ...core.errors import TooSoon
from ..base import PrivateStore

FIVE_MINUTES: Final = 300.0
_DAY: Final = 86400.0


class CallBook:
    """Counts attempts, not successes, by endpoint and the device, plant or page that was asked about.

    A moment ahead of now comes from a clock that was put back: it forbids nothing, the server knows best.
    """

    def __init__(self, store: PrivateStore, clock: Clock, memory: dict[str, Any] | None = None) -> None:
        """Go on from what the store holds: its ``session`` or, unless said otherwise, its ``shared`` part."""
        self._store = store
        self._clock = clock
        book: dict[str, Any] = (store.shared if memory is None else memory).setdefault("calls_made", {})
        self._last: dict[str, str] = book.setdefault("last", {})
        self._budgets: dict[str, Any] = book.setdefault("budgets", {})

    def take(self, endpoint: str, key: str = "", *, gap: float = FIVE_MINUTES, per_day: int | None = None) -> None:
        """Count a call that is about to be made.

        ``gap`` are the seconds between two equal ones, ``per_day`` how many of this endpoint a day may have.
        Raises TooSoon, and counts nothing, where it is too early.
        """
        now = self._clock.now()
        wait = (self._allowed_at(now, endpoint, key, gap, per_day) - now).total_seconds()
        if wait > 0:
            raise TooSoon(wait, f"{endpoint} only comes so often")
        if per_day is not None:
            budget = self._budget(endpoint, per_day)
            budget.spend(now)
            self._budgets[endpoint] = budget.as_dict()
        self.note(endpoint, key)

    def note(self, endpoint: str, key: str = "") -> None:
        """Count a call that is made whatever the gap."""
        now = self._clock.now()
        for name in [name for name, at in self._last.items() if _age(at, now) > timedelta(seconds=_DAY)]:
            del self._last[name]
        self._last[_name(endpoint, key)] = now.isoformat()
        self._store.save_later()

    def last(self, endpoint: str, key: str = "") -> datetime | None:
        """Return when a call was last made, if within a day."""
        at = self._last.get(_name(endpoint, key))
        return None if at is None else datetime.fromisoformat(at)

    def age(self, endpoint: str, key: str = "") -> float:
        """Return how many seconds ago a call was last made; infinite where that is more than a day."""
        last = self.last(endpoint, key)
        age = _DAY if last is None else (self._clock.now() - last).total_seconds()
        return age if 0 <= age < _DAY else float("inf")

    def allowed_at(
        self, endpoint: str, key: str = "", *, gap: float = FIVE_MINUTES, per_day: int | None = None
    ) -> datetime:
        """Return when a call may be made: now or later."""
        return self._allowed_at(self._clock.now(), endpoint, key, gap, per_day)

    def _allowed_at(self, now: datetime, endpoint: str, key: str, gap: float, per_day: int | None) -> datetime:
        free = now if per_day is None else self._budget(endpoint, per_day).next_allowed(now)
        last = self.last(endpoint, key)
        return free if last is None or last > now else max(free, last + timedelta(seconds=gap))

    def _budget(self, endpoint: str, per_day: int) -> Budget:
        return Budget((Limit(per_day, _DAY),), self._budgets.get(endpoint))


def _name(endpoint: str, key: str) -> str:
    return f"{endpoint} {key}".rstrip()


def _age(at: str, now: datetime) -> timedelta:
    return abs(now - datetime.fromisoformat(at))
