"""Tariffs by time of use: seasons, weekdays and weekend, whole hours, a price each (anker.md §9.3, §12.3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, Final, NamedTuple

from ...core.parse import flag, number, section, sections, text
from ...core.refusal import ChangeRefused
from ...core.schedule import WEEKDAYS_AND_WEEKEND, Job, ModeRule, Schedule, ScheduleRules, Slot, SlotGroup
from .model import Bean

PEAK, MID_PEAK, OFF_PEAK, VALLEY = "peak", "mid_peak", "off_peak", "valley"
TARIFFS: Final[Mapping[int, str]] = {1: PEAK, 2: MID_PEAK, 3: OFF_PEAK, 4: VALLEY}
"""By ``type``; only in a valley the battery charges from the grid."""

RULES: Final = ScheduleRules(
    groups=(SlotGroup(key="use_time", modes=dict.fromkeys(TARIFFS.values(), ModeRule())),),
    days=WEEKDAYS_AND_WEEKEND,
    months=True,
    step=60,
    min_length=60,
    day_plans=True,
    fills_day=True,
    filler=Job(mode=OFF_PEAK),
)

_DAY: Final = 24
_YEAR: Final = 12
_CODES: Final = {word: code for code, word in TARIFFS.items()}


class Period(NamedTuple):
    """Hours of a day, 0 to 24, with their tariff and its price per kWh."""

    start: int
    end: int
    tariff: str
    price: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as actions tell it."""
        return self._asdict()


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Months 1 to 12, both included, with the periods of a weekday and of a day of the weekend."""

    start_month: int
    end_month: int
    weekday: tuple[Period, ...]
    weekend: tuple[Period, ...]
    currency: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as actions tell it; the weekend is told where it differs."""
        weekend = None if self.weekend == self.weekday else [period.as_dict() for period in self.weekend]
        return {
            "start_month": self.start_month,
            "end_month": self.end_month,
            "weekday": [period.as_dict() for period in self.weekday],
            "weekend": weekend,
            "currency": self.currency,
        }


# What a user describes


def seasons_of(described: Iterable[Mapping[str, Any]], rules: ScheduleRules = RULES) -> tuple[Season, ...]:
    """Return the seasons that a user described, by months and complete: hours nobody named are the filler of the rules.

    Raises ChangeRefused for months that do not make up a year, ``tariff_price_missing`` {tariff},
    ``tariff_price_differs`` {tariff}, and ScheduleError for hours.
    """
    found = sorted((_season(season, rules) for season in described), key=lambda season: season.start_month)
    following = 1
    for season in found:
        if season.start_month != following or season.end_month < season.start_month:
            raise ChangeRefused("seasons_incomplete")
        following = season.end_month + 1
    if found and following != _YEAR + 1:
        raise ChangeRefused("seasons_incomplete")
    return tuple(found)


def _season(said: Mapping[str, Any], rules: ScheduleRules) -> Season:
    weekday = _periods(said["weekday"], rules)
    return Season(
        start_month=said["start_month"],
        end_month=said["end_month"],
        weekday=weekday,
        weekend=_periods(said["weekend"], rules) if said.get("weekend") else weekday,
        currency=said.get("currency"),
    )


def _periods(said: Sequence[Mapping[str, Any]], rules: ScheduleRules) -> tuple[Period, ...]:
    slots = [
        Slot(start=time(period["start"]), end=time(period["end"] % _DAY), mode=period["tariff"]) for period in said
    ]
    held = rules.fit(Schedule(slots=tuple(slots))).slots
    prices = _prices(said)
    periods = []
    for slot in held:
        if slot.mode not in prices:
            raise ChangeRefused("tariff_price_missing", tariff=slot.mode)
        start, end = slot.span
        periods.append(Period(start // 60, end // 60, slot.mode, prices[slot.mode]))
    return tuple(periods)


def _prices(said: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return the price of each tariff, told with any of its periods."""
    prices: dict[str, float] = {}
    for period in said:
        if (price := period.get("price")) is not None and prices.setdefault(period["tariff"], price) != price:
            raise ChangeRefused("tariff_price_differs", tariff=period["tariff"])
    return prices


# Reading


def read(plan: object) -> tuple[Season, ...]:
    """Return the seasons of a plan; what cannot be read is left out."""
    return tuple(season for bean in sections(plan) if (season := _read_season(bean)) is not None)


def _read_season(bean: Bean) -> Season | None:
    months = [number(section(bean.get("sea")).get(name)) for name in ("start_month", "end_month")]
    if months[0] is None or months[1] is None:
        return None
    weekday = _read_periods(bean, "weekday")
    is_same = flag(bean.get("is_same")) is True
    return Season(
        start_month=int(months[0]),
        end_month=int(months[1]),
        weekday=weekday,
        weekend=weekday if is_same else _read_periods(bean, "weekend"),
        currency=text(bean.get("unit")),
    )


def _read_periods(bean: Bean, kind: str) -> tuple[Period, ...]:
    prices = {number(row.get("type")): number(row.get("price")) for row in sections(bean.get(f"{kind}_price"))}
    periods = []
    for row in sections(bean.get(kind)):
        start, end, code = (number(row.get(name)) for name in ("start_time", "end_time", "type"))
        if start is not None and end is not None and code is not None and code in TARIFFS:
            periods.append(Period(int(start), int(end), TARIFFS[int(code)], prices.get(code)))
    return tuple(periods)


# Writing


def written(wanted: Sequence[Season], had: object, unit: str | None) -> list[Bean]:
    """Return the whole list to send; a season that stays is sent as it was read (§12.3).

    ``unit`` is the sign of money where neither the season nor the one before it names one; raises ChangeRefused without any.
    """
    known = [(season, bean) for bean in sections(had) if (season := _read_season(bean))]
    return [_written(season, _nearest(season, known), unit) for season in wanted]


def _nearest(season: Season, known: Sequence[tuple[Season, Bean]]) -> Bean:
    """Return the season of these months, else the one in which it begins: what nobody says of prices stays."""
    months = (season.start_month, season.end_month)
    same_months = (bean for found, bean in known if (found.start_month, found.end_month) == months)
    around = (bean for found, bean in known if found.start_month <= season.start_month <= found.end_month)
    return next(same_months, None) or next(around, {})


def _written(season: Season, had: Bean, unit: str | None) -> Bean:
    before = _read_season(had) if had else None
    if before is not None and same([season], [before]):
        return had
    sign = season.currency or (before.currency if before else None) or unit
    if sign is None:
        raise ChangeRefused("currency_missing")
    return {
        **had,
        "sea": {"start_month": season.start_month, "end_month": season.end_month},
        "weekday": _hours(season.weekday),
        "weekend": _hours(season.weekend),
        "weekday_price": _price_rows(season.weekday, had.get("weekday_price")),
        "weekend_price": _price_rows(season.weekend, had.get("weekend_price")),
        "unit": sign,
        "is_same": season.weekend == season.weekday,
    }


def _meant(season: Season) -> tuple[object, ...]:
    """Return what decides whether two seasons are the same: prices count to the cent."""
    return tuple(
        tuple((period.start, period.end, period.tariff, f"{period.price or 0:.2f}") for period in day)
        for day in (season.weekday, season.weekend)
    )


def same(wanted: Sequence[Season], found: Sequence[Season]) -> bool:
    """Tell whether two plans mean the same; a sign of money nobody asked for does not matter."""
    months = [[(season.start_month, season.end_month) for season in seasons] for seasons in (wanted, found)]
    pairs = zip(wanted, found, strict=False)
    return months[0] == months[1] and all(
        _meant(asked) == _meant(told) and asked.currency in (None, told.currency) for asked, told in pairs
    )


def _hours(periods: Iterable[Period]) -> list[Bean]:
    return [{"start_time": hours.start, "end_time": hours.end, "type": _CODES[hours.tariff]} for hours in periods]


def _price_rows(periods: Iterable[Period], had: object) -> list[Bean]:
    """Return a price for each tariff of a day; what else was told of one stays."""
    known = {number(row.get("type")): row for row in sections(had)}
    prices = {_CODES[period.tariff]: period.price or 0.0 for period in periods}
    return [{**known.get(code, {}), "price": f"{price:.2f}", "type": code} for code, price in prices.items()]
