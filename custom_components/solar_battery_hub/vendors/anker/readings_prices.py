"""What energy costs now: by the tariff of a site, or on the market (anker.md §9.3, §11)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from ...core.parse import number, section, sections, text
from .inventory import site_id
from .model import Bean, Site
from .reader import Reader, Values, code

_PER_MWH: Final = "nordpool"  # other providers do not tell what their numbers are per (§11.3)
_FIXED: Final = "fixed"
_USE_TIME: Final = "use_time"
_SATURDAY: Final = 5
_ONE_DAY: Final = timedelta(days=1)


def price(reader: Reader, site: Site, bean: Bean, now: datetime) -> Values:
    """Return what a kWh costs at a time by the site's clock (``get_site_price``).

    With a dynamic tariff the cloud does not know it: fee and tax are not in it (§11.3).
    """
    kind = text(bean.get("price_type")) or _FIXED
    found: float | None = None
    if kind == _FIXED:
        found = number(bean.get("price"))
    elif kind == _USE_TIME:
        found = band_price(sections(bean.get("use_time")), now)
    return reader.keep(site_id(site.id), "price", {"current_price": found})


def market(reader: Reader, site: Site, bean: Bean, company: str | None, told: date, now: datetime) -> Values:
    """Return what a kWh costs on the market, without fee and tax (``price_detail`` of a day, and of the next).

    ``company`` is who tells it, ``told`` the day of the answer, ``now`` a time by the site's clock.
    """
    if (company or "").casefold() != _PER_MWH or not told <= now.date() <= told + _ONE_DAY:
        return reader.keep(site_id(site.id), "market", {})
    trend, mean, next_mean = "today_price_trend", _per_kwh(bean.get("today_avg_price")), _mean_of_tomorrow(bean)
    if now.date() != told:
        trend, mean, next_mean = "tomorrow_price_trend", next_mean, None
    prices = {
        at: cost
        for row in sections(bean.get(trend))
        if (at := text(row.get("time"))) is not None and (cost := _per_kwh(row.get("price"))) is not None
    }
    past = [at for at in prices if at <= f"{now:%H:%M}"]
    found = {
        "spot_price": prices[max(past)] if past else None,
        "spot_price_average_today": mean,
        "spot_price_average_tomorrow": next_mean,
    }
    return reader.keep(site_id(site.id), "market", found)


def band_price(seasons: list[Bean], now: datetime) -> float | None:
    """Return the price of the tariff band of an hour, by seasons of months and two kinds of days (§9.3)."""
    for season in seasons:
        months = section(season.get("sea"))
        if not _within(months, "start_month", "end_month", now.month, closed=True):
            continue
        day = "weekend" if now.weekday() >= _SATURDAY and season.get("is_same") is not True else "weekday"
        for hours in sections(season.get(day)):
            if _within(hours, "start_time", "end_time", now.hour, closed=False):
                return _band_prices(season, day).get(code(hours.get("type")) or "")
    return None


def _band_prices(season: Bean, day: str) -> Mapping[str, float]:
    told = ((code(row.get("type")), number(row.get("price"))) for row in sections(season.get(f"{day}_price")))
    return {band: cost for band, cost in told if band is not None and cost is not None}


def _within(bean: Bean, first: str, last: str, value: int, *, closed: bool) -> bool:
    start, end = number(bean.get(first)), number(bean.get(last))
    return start is not None and end is not None and start <= value < end + closed


def _mean_of_tomorrow(bean: Bean) -> float | None:
    """Return tomorrow's mean; before its prices are known it is told as 0."""
    return _per_kwh(bean.get("tomorrow_avg_price")) if bean.get("tomorrow_price_trend") else None


def _per_kwh(value: object) -> float | None:
    told = number(value)
    return None if told is None else round(told / 1000, 6)
