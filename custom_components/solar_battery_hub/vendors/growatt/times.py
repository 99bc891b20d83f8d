"""When something was measured: device-local clocks without a zone (growatt.md 0.2)."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from ...core.parse import moment, number, section
from .model import Bean

_NAMES: Final = ("time", "lastUpdateTimeText", "last_update_time", "lastUpdateTime")
_AHEAD: Final = timedelta(minutes=2)  # that a device's clock may be fast without being an hour off
_SUMMER: Final = timedelta(hours=1)
_FRESH: Final = timedelta(minutes=30)


def measured_at(bean: Bean, offset: float | None, now: datetime, *, lost: bool = False) -> datetime | None:
    """Return when an object was measured, aware and in UTC; ``None`` where it does not tell.

    ``offset`` is how many hours the plant's clock is ahead of UTC. A device that keeps summer time seems
    to be an hour ahead: that hour is taken back where it brings a fresh time. Any other time in the future, and
    one more than a day old of a device that is not ``lost``, is a wrong clock: ``now``.
    """
    if offset is None:
        return None
    told = local_time(bean)
    if told is None:
        return None
    at = to_utc(told, offset)
    if at > now + _AHEAD:
        at -= _SUMMER
        return at if now - _FRESH < at <= now else now
    if now - at > timedelta(days=1) and not lost:
        return now
    return min(at, now)


def local_time(bean: Bean) -> datetime | None:
    """Return an object's own time as the device's clock told it, without a zone.

    A Calendar object counts when there is no text (0.2); a day's chart tells by its last time.
    """
    for name in _NAMES:
        value = bean.get(name)
        found = moment(value, UTC) if isinstance(value, str) else _calendar(value)
        if found is not None:
            return found.replace(tzinfo=None)
    return None


def chart_time(bean: Bean, now: datetime, offset: float | None) -> datetime | None:
    """Return when the last upload was by the chart of a day that ends there (A.7.5): ``HH:MM`` of today, in UTC."""
    times = [key for key in section(bean.get("chartData")) if len(key) == 5 and key[2] == ":"]
    if not times or offset is None:
        return None
    today = now.astimezone(timezone(timedelta(hours=offset))).date()
    at = moment(f"{today.isoformat()} {max(times)}:00", timezone(timedelta(hours=offset)))
    return at if at is not None and at <= now else None


def to_utc(told: datetime, offset: float) -> datetime:
    """Return a time of a clock that is ``offset`` hours ahead of UTC."""
    return told.replace(tzinfo=timezone(timedelta(hours=offset))).astimezone(UTC)


def _calendar(value: object) -> datetime | None:
    """Return the digits of a Calendar object: years from 1900, months from 0."""
    parts = section(value)
    parts = section(parts.get("time")) or parts
    numbers = [number(parts.get(name)) for name in ("year", "month", "date", "hours", "minutes", "seconds")]
    if any(found is None for found in numbers):
        return None
    year, month, day, hour, minute, second = (int(found) for found in numbers if found is not None)
    try:
        return datetime(year + 1900, month + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError, OverflowError:
        return None
