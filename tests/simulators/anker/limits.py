"""How often an address may ask (anker.md §15, §18.5): calls per endpoint and sliding minute, and the lock on logins (§3.6)."""

from collections import Counter, deque
from datetime import datetime, timedelta
import math
from typing import Final

from tests.simulators.anker.call import PS, Refused
from tests.simulators.clock import SimClock

MINUTE: Final = timedelta(seconds=60)
ENERGY: Final = PS + "site/energy_analysis"
LOCKED: Final = 100053
FAILURES: Final = 10
LOCK_HOURS: Final = 24
SHORT_LOCK: Final = timedelta(minutes=10)

type Key = tuple[str, str, str]
"""Address, host and path."""


class Limits:
    """The limiter of endpoints. ``energy`` and ``others`` are calls a minute, ``None`` for no limit.

    ``special`` are other limits, by the last part of a path. A refused call is not counted; ``refusals`` counts them by path.
    """

    def __init__(self, clock: SimClock, *, energy: int | None = 11, others: int | None = 25) -> None:
        """Start without any memory."""
        self.energy = energy
        self.others = others
        self.special: dict[str, int | None] = {}
        self.refusals: Counter[str] = Counter()
        self._clock = clock
        self._calls: dict[Key, deque[datetime]] = {}

    def allows(self, address: str, host: str, path: str) -> bool:
        """Tell whether a call may be answered now, and count it."""
        now = self._clock.now()
        most = self.special.get(path.rpartition("/")[2], self.energy if path == ENERGY else self.others)
        calls = self._calls.setdefault((address, host, path), deque())
        while calls and now - calls[0] >= MINUTE:
            calls.popleft()
        if most is not None and len(calls) >= most:
            self.refusals[path] += 1
            return False
        calls.append(now)
        return True

    def forget(self) -> None:
        """Forget all calls."""
        self._calls.clear()


class Lock:
    """The lock on logins of an address: ten failed ones are answered 100053 for ``hours`` (1, 3, 9 or 24 were seen).

    ``counts_all``: every login counts, successful or not, as it does for somebody who signs in again and again.
    """

    def __init__(self, clock: SimClock) -> None:
        """Start without any memory."""
        self.hours = LOCK_HOURS
        self.counts_all = False
        self._clock = clock
        self._attempts: dict[str, list[datetime]] = {}
        self._until: dict[str, datetime] = {}
        self._short: set[str] = set()

    def check(self, address: str) -> None:
        """Raise 100053 while an address is locked; its words count down."""
        left = self._until.get(address, self._clock.now()) - self._clock.now()
        if left <= timedelta():
            self._short.discard(address)
            return
        if address in self._short:
            raise Refused(LOCKED, "Hit Max Login Error Limit")
        raise Refused(LOCKED, f"Please try again in {math.ceil(left / timedelta(hours=1))} hours.")

    def note(self, address: str, *, failed: bool) -> None:
        """Count a login; the tenth locks the address."""
        if not (failed or self.counts_all):
            return
        now = self._clock.now()
        attempts = [at for at in self._attempts.get(address, []) if now - at < timedelta(hours=self.hours)]
        self._attempts[address] = [*attempts, now]
        if len(attempts) + 1 >= FAILURES:
            self.lock(address)

    def lock(self, address: str, *, hours: float | None = None, short: bool = False) -> None:
        """Lock an address for ``hours`` (default: the usual), or for ten minutes with other words (``short``)."""
        length = SHORT_LOCK if short else timedelta(hours=self.hours if hours is None else hours)
        self._until[address] = self._clock.now() + length
        (self._short.add if short else self._short.discard)(address)
        self._attempts.pop(address, None)

    def unlock(self) -> None:
        """Forget everything about everybody."""
        self._until.clear()
        self._attempts.clear()
        self._short.clear()
