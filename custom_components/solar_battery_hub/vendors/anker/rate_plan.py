"""The tariff plan of a power panel (anker.md §12.9)."""

from calendar import month_abbr, monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ...core.parse import number, sections
from ...core.schedule import WEEKDAYS_AND_WEEKEND, ModeRule, ScheduleRules, SlotGroup
from .model import Bean
from .spans import minute
from .use_time import MID_PEAK, OFF_PEAK, PEAK, Period, Season

RULES: Final = ScheduleRules(
    groups=(SlotGroup(key="peak_sessions", modes=dict.fromkeys((PEAK, MID_PEAK, OFF_PEAK), ModeRule())),),
    days=WEEKDAYS_AND_WEEKEND,
    months=True,
    step=60,
    min_length=60,
    day_plans=True,
    fills_day=True,
)

SESSIONS: Final = "peak_sessions"
_WEEKEND, _WEEKDAY = 1, 2  # ``day_type``
_TARIFFS: Final[Mapping[int, str]] = {1: OFF_PEAK, 2: MID_PEAK, 3: PEAK, 4: PEAK}  # by ``peak_type``, cheapest first
_CODES: Final = {OFF_PEAK: 1, MID_PEAK: 2, PEAK: 3}
_STAMP: Final = "%Y-%m-%d %H:%M:%S"


def read(plan: Bean) -> tuple[Season, ...]:
    """Return the seasons of a plan; what cannot be read is left out."""
    return tuple(season for bean in sections(plan.get(SESSIONS)) if (season := _season(bean)) is not None)


def _season(bean: Bean) -> Season | None:
    months = [_month(bean.get(name)) for name in ("start_time", "end_time")]
    if months[0] is None or months[1] is None:
        return None
    return Season(
        start_month=months[0],
        end_month=months[1],
        weekday=_periods(bean, _WEEKDAY),
        weekend=_periods(bean, _WEEKEND),
    )


def _month(stamp: object) -> int | None:
    try:
        return datetime.strptime(str(stamp), _STAMP).month  # noqa: DTZ007 - only the month counts
    except ValueError:
        return None


def _periods(bean: Bean, day_type: int) -> tuple[Period, ...]:
    found = []
    for row in sections(bean.get("peak_valley_prices")):
        start, end = minute(row.get("start_time_period")), minute(row.get("end_time_period"))
        code = number(row.get("peak_type"))
        if number(row.get("day_type")) == day_type and start is not None and end is not None and code in _TARIFFS:
            found.append(Period(start // 60, end // 60, _TARIFFS[int(code or 0)], number(row.get("buy"))))
    return tuple(sorted(found))


def written(wanted: Sequence[Season], had: Bean, year: int) -> list[Bean]:
    """Return the sessions to send; a season that stays is sent as it was read. ``year`` is the one its months are told in."""
    known = {
        (season.start_month, season.end_month): bean
        for bean in sections(had.get(SESSIONS))
        if (season := _season(bean))
    }
    return [
        _written(place, season, known.get((season.start_month, season.end_month), {}), year)
        for place, season in enumerate(wanted, 1)
    ]


def _written(place: int, season: Season, had: Bean, year: int) -> Bean:
    before = _season(had) if had else None
    if before is not None and (before.weekday, before.weekend) == (season.weekday, season.weekend):
        return had
    last = monthrange(year, season.end_month)[1]
    made = {
        "id": place,
        "name": f"{month_abbr[season.start_month]} - {month_abbr[season.end_month]}",
        "start_time": f"{year}-{season.start_month:02d}-01 00:00:00",
        "start_desc": "",
        "end_time": f"{year}-{season.end_month:02d}-{last:02d} 00:00:00",
        "end_desc": "",
        "type": 2,
    }
    days = ((season.weekday, _WEEKDAY), (season.weekend, _WEEKEND))
    rows = [row for periods, day_type in days for row in _rows(periods, day_type)]
    prices = [{"id": number, **row} for number, row in enumerate(rows, 1)]
    return {**made, **had, "peak_valley_prices": prices}


def _rows(periods: Iterable[Period], day_type: int) -> list[dict[str, Any]]:
    return [
        {
            "buy": period.price,
            "energy_unit": "kWh",
            "start_time_period": f"{period.start:02d}:00",
            "end_time_period": f"{period.end:02d}:00",
            "peak_type": _CODES[period.tariff],
            "day_type": day_type,
        }
        for period in periods
    ]
