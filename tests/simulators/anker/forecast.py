"""The yield of the next 24 hours, as sites in smart mode are told it (anker.md §10.2)."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulators.anker.energy_totals import point, two

if TYPE_CHECKING:
    from tests.simulators.anker.site import Site

HOURS = 24
HALF_HOUR = timedelta(minutes=30)


def hours(site: Site, now: datetime) -> list[tuple[datetime, float]]:
    """Return the ends of the next 24 whole hours in site time and the mean W expected in each."""
    first = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    ends = (first + timedelta(hours=number) for number in range(1, HOURS + 1))
    return [(site.diary.local(end), site.house.sun.watts(site.diary.local(end - HALF_HOUR))) for end in ends]


def forecast(site: Site, day: date, now: datetime) -> dict[str, Any]:
    """Return ``forecast_trend`` and ``forecast_total`` of a day's answer: [] and "0.00" without smart mode.

    The stamp is the end of the hour; a day's midnight stands last in its own answer and first in the next day's. The
    total covers the 24 hours, whatever the day.
    """
    if not site.smart:
        return {"forecast_trend": [], "forecast_total": "0.00"}
    expected = hours(site, now)
    trend = [
        point(end.strftime("%H:%M"), two(watts))
        for end, watts in expected
        if day in (end.date(), (end - HALF_HOUR).date())
    ]
    return {"forecast_trend": trend, "forecast_total": two(sum(watts for _, watts in expected) / 1_000)}
