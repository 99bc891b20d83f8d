"""Where on earth it is noon: the demo's house stands there, so that its sun shines whenever somebody looks."""

from datetime import UTC, datetime

NOON = 13


def time_zone_with_sun(now: datetime | None = None) -> str:
    """Return the time zone of whole hours in which it is early afternoon now (IANA name; its sign is reversed)."""
    ahead = (NOON - (now or datetime.now(UTC)).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"
