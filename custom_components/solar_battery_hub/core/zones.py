"""Clocks elsewhere: names of time zones of which only the offset is told, and times read off a clock without its zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final

# Where clocks are parts of an hour ahead; an hour more in summer does no harm.
_PARTS_OF_AN_HOUR: Final[Mapping[float | None, str]] = {
    -9.5: "Pacific/Marquesas",
    -3.5: "America/St_Johns",
    3.5: "Asia/Tehran",
    4.5: "Asia/Kabul",
    5.5: "Asia/Kolkata",
    5.75: "Asia/Kathmandu",
    6.5: "Asia/Yangon",
    8.75: "Australia/Eucla",
    9.5: "Australia/Darwin",
    10.5: "Australia/Lord_Howe",
    12.75: "Pacific/Chatham",
}


def zone_name(offset: float | None) -> str | None:
    """Return the name of a time zone that is so many hours ahead of UTC, but for summer time.

    Of whole hours, names count west of Greenwich: an hour ahead is ``Etc/GMT-1``.
    """
    if offset in _PARTS_OF_AN_HOUR:
        return _PARTS_OF_AN_HOUR[offset]
    if offset is None or not offset.is_integer() or not -12 <= offset <= 14:
        return None
    return f"Etc/GMT{-int(offset):+d}" if offset else "Etc/GMT"


def to_utc(told: datetime, zone: tzinfo, now: datetime) -> datetime:
    """Return a time without a zone, read off a clock in ``zone``; of the repeated hour the pass nearer to ``now``."""
    passes = (told.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return min(passes, key=lambda at: abs(at - now))
