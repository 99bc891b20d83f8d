"""Where on earth it is noon: the demo's house stands there, so that its sun shines whenever somebody looks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.simulators.surroundings import SOLAR_NOON_HOUR, Sun

HOUR = 13
"""What the clock in the demo's house shows at its start."""
LATITUDE = 50.0
NOON_WATTS = 5_200.0


def time_zone_with_sun(now: datetime) -> str:
    """Return the time zone of whole hours in which it is early afternoon at ``now`` (IANA name; its sign is reversed)."""
    ahead = (HOUR - now.astimezone(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"


def roof_for(now: datetime) -> float:
    """Return the size in W of a solar roof that gives ``NOON_WATTS`` at noon, be it summer or winter."""
    zone = ZoneInfo(time_zone_with_sun(now))
    sun = Sun(peak_w=1.0, latitude=LATITUDE, cloudiness=0.0, seed=0)
    hour, minute = divmod(int(SOLAR_NOON_HOUR * 60), 60)
    return NOON_WATTS / sun.watts(now.astimezone(zone).replace(hour=hour, minute=minute, second=0))
