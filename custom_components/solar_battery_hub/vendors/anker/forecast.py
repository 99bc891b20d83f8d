"""What the panels of a site are expected to give; only in smart mode (anker.md §10.2)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
import math
from typing import Final

from ...core.parse import measured, sections, text
from .inventory import site_id
from .model import Bean, Site
from .reader import Values, of

_HOUR: Final = timedelta(hours=1)


def forecast(site: Site, today: Bean, tomorrow: Bean | None, now: datetime) -> Values:
    """Return the forecast by the ``day`` answers of ``solar_production``; ``now`` is what the clocks of the site show.

    A point is the mean power of the hour that ends there; those of an answer belong to its day, 00:00 at its end to the
    next. Of the hour that runs only the rest is still to come.
    """
    now = now.replace(tzinfo=None)
    hours = _hours(today, now.date())
    following = _hours(tomorrow, now.date() + timedelta(days=1)) if tomorrow else {}
    if not hours:
        return {}
    this = datetime.combine(now.date(), time(now.hour)) + _HOUR
    left = _energy({end: power for end, power in hours.items() if end > now}, now)
    produced = measured(today.get("solar_total"), "kWh", "kWh")
    return of(
        site_id(site.id),
        {
            "solar_forecast_left_today": left,
            "solar_forecast_today": None if produced is None or left is None else round(produced + left, 3),
            "solar_forecast_tomorrow": _energy(following, now) if following else None,
            "solar_forecast_next_day": measured(today.get("forecast_total"), "kWh", "kWh"),
            "solar_forecast_this_hour": hours.get(this),
            "solar_forecast_next_hour": hours.get(this + _HOUR, following.get(this + _HOUR)),
        },
    )


def _energy(hours: Mapping[datetime, float | None], now: datetime) -> float | None:
    """Return what is still to come in kWh; there is no sum without one of its parts."""
    parts = [None if power is None else power * min(1.0, (end - now) / _HOUR) for end, power in hours.items()]
    told = [part for part in parts if part is not None]
    return round(math.fsum(told) / 1000, 3) if len(told) == len(parts) else None


def _hours(bean: Bean, day: date) -> Mapping[datetime, float | None]:
    """Return the expected power in W by the end of each hour; nothing where it is not known of which."""
    found: dict[datetime, float | None] = {}
    for point in sections(bean.get("forecast_trend")):
        power = measured(point.get("value"), "W", "W")
        if (end := _hour(text(point.get("time")))) is None:
            return {}
        late = timedelta(days=0 if end > time() else 1)
        found[datetime.combine(day, end) + late] = power if power is not None and power >= 0 else None
    return found


def _hour(written: str | None) -> time | None:
    try:
        return time.fromisoformat(written or "")
    except ValueError:
        return None
