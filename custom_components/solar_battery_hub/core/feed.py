"""Feed: what is fetched together, how often, and aligned to the vendor's own tick (design §4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
import math

_KEEPS_FROM = 60.0  # seconds of floor; what may be asked so rarely is kept over a restart
_KEEPS_WHAT_LASTS = 300.0  # seconds for which a value stands without news
_RETRIES_FROM = 300.0  # seconds of interval; a faster feed simply has its next call
_INTERVALS_UNTIL_STALE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """The rhythm in which a vendor renews data that carries its own time; all in seconds.

    New data is expected every ``period`` after the time of the last. A call is best
    ``lag`` after such a moment; up to ``patience`` after it (``lag`` ≤ ``patience`` <
    ``period``) it is still worth while, later it waits for the next. Calls are at least
    ``minimum_gap`` apart.
    """

    period: float
    lag: float
    patience: float
    minimum_gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What one call, or one round of calls, brings; times in seconds.

    ``interval`` is the present pace and ``floor`` the fastest the vendor allows.
    ``devices`` are the ids that one call asks for together. After ``stale_after`` a value
    without news is worth nothing. After failures it is asked again
    within ``backoff_cap`` as far as the floor allows, however rarely otherwise.
    ``always``: also while nobody looks at what it brings, for it finds devices.
    ``resting``: not asked at all for now; what it brought still stands until it is stale.
    """

    key: str
    interval: float
    floor: float
    tick: Tick | None = None
    stale_after: float | None = None
    devices: tuple[str, ...] = ()
    backoff_cap: float = 60.0
    always: bool = False
    resting: bool = False

    @property
    def expires_after(self) -> float:
        """Seconds after which a value without news is stale: three intervals unless said otherwise."""
        return _INTERVALS_UNTIL_STALE * self.interval if self.stale_after is None else self.stale_after

    @property
    def keeps_snapshot(self) -> bool:
        """Whether the last snapshot is kept over a restart: it may be asked so rarely, or is good for so long."""
        return self.floor >= _KEEPS_FROM or self.expires_after >= _KEEPS_WHAT_LASTS

    @property
    def may_retry(self) -> bool:
        """Whether a call that failed may be repeated within the same poll."""
        return self.interval >= _RETRIES_FROM


def may_call(feed: Feed, last_call: datetime | None, now: datetime) -> bool:
    """Tell whether the floor permits a call now (times aware UTC).

    A last call further ahead than the floor comes from a clock that was put back since.
    """
    return last_call is None or abs(now - last_call) >= timedelta(seconds=feed.floor)


def next_call(
    feed: Feed, *, last_call: datetime | None, measured_at: datetime | None, failures: int, now: datetime
) -> datetime:
    """Return when to call next: not before ``now``, and never under the floor (times aware UTC).

    To be asked once after each call, not again while waiting. ``last_call`` is when the
    last one began; ``measured_at`` the vendor's own time of what it brought, for several
    devices the latest. ``failures`` in a row double the interval, or the back-off cap where
    that is shorter, each after the first.
    """
    if last_call is None:
        return now
    last_call = min(last_call, now)
    if failures > 0:
        return max(now, last_call + _backed_off(feed, failures))
    if feed.tick is not None and measured_at is not None and measured_at <= now:
        gap = timedelta(seconds=max(feed.tick.minimum_gap, feed.floor))
        return _aligned(feed.tick, measured_at, max(now, last_call + gap))
    return max(now, last_call + timedelta(seconds=max(feed.interval, feed.floor)))


def _backed_off(feed: Feed, failures: int) -> timedelta:
    first = min(feed.interval, feed.backoff_cap)
    doubled = math.ldexp(first, min(failures - 1, 32))
    return timedelta(seconds=max(feed.floor, min(doubled, feed.backoff_cap)))


def _aligned(tick: Tick, measured_at: datetime, earliest: datetime) -> datetime:
    """Return the first moment from ``earliest`` on at which new data should just be there."""
    period = timedelta(seconds=tick.period)
    expected = measured_at + max(1, (earliest - measured_at) // period) * period
    if earliest > expected + timedelta(seconds=tick.patience):
        expected += period
    return max(earliest, expected + timedelta(seconds=tick.lag))
