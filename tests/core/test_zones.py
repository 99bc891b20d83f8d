"""Names of time zones by how far ahead of UTC they are."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_battery_hub.core.zones import zone_name


@pytest.mark.parametrize(
    ("offset", "name"),
    [
        (1.0, "Etc/GMT-1"),
        (8.0, "Etc/GMT-8"),
        (-5.0, "Etc/GMT+5"),
        (0.0, "Etc/GMT"),
        (5.5, "Asia/Kolkata"),
        (-3.5, "America/St_Johns"),
        (-4.5, None),
        (None, None),
        (15.0, None),
        (-13.0, None),
    ],
)
def test_zones_count_west_of_greenwich(offset: float | None, name: str | None) -> None:
    assert zone_name(offset) == name


@pytest.mark.parametrize("quarters", range(-48, 57))
def test_zones_are_as_far_ahead_as_they_should_be_but_for_summer(quarters: int) -> None:
    if (name := zone_name(quarters / 4)) is not None:
        moments = (datetime(2027, month, 1, tzinfo=ZoneInfo(name)) for month in (1, 7))
        assert min(moment.utcoffset() or timedelta() for moment in moments) == timedelta(minutes=15 * quarters)
