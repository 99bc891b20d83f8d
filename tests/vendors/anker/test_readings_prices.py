"""What energy costs, and what the sun is expected to give (anker.md §9.3, §10.2, §11)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import Ref

from .reading_desk import OWNER, SITE, Desk, by_key

MONDAY = datetime(2026, 6, 1, 13, 23)
PRICE = Ref(OWNER, "current_price")
HOURS = [{"start_time": 0, "end_time": 18, "type": 3}, {"start_time": 18, "end_time": 24, "type": 1}]
SEASONS: list[dict[str, Any]] = [
    {
        "sea": {"start_month": 1, "end_month": 5},
        "weekday": [{"start_time": 0, "end_time": 24, "type": 2}],
        "weekday_price": [{"price": "0.11", "type": 2}],
    },
    {
        "sea": {"start_month": 6, "end_month": 12},
        "weekday": HOURS,
        "weekend": [{"start_time": 0, "end_time": 24, "type": 4}],
        "weekday_price": [{"price": "0.20", "type": 3}, {"price": "0.40", "type": 1}],
        "weekend_price": [{"price": "0.15", "type": 4}],
        "is_same": False,
    },
]


def test_a_fixed_price() -> None:
    for bean in ({"price": 0.4, "price_type": "fixed"}, {"price": 0.4}):
        assert Desk().readings.price(SITE, bean, MONDAY) == {PRICE: 0.4}


def test_a_dynamic_price_is_not_known_by_the_cloud() -> None:
    assert Desk().readings.price(SITE, {"price": 0.4, "price_type": "dynamic"}, MONDAY) == {}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (MONDAY, 0.2),
        (MONDAY.replace(hour=17, minute=59), 0.2),
        (MONDAY.replace(hour=18, minute=0), 0.4),
        (MONDAY.replace(hour=23), 0.4),
        (MONDAY + timedelta(days=5), 0.15),
        (MONDAY.replace(month=5), 0.11),
        (MONDAY.replace(month=12), 0.2),
    ],
)
def test_a_price_by_the_hour(now: datetime, expected: float) -> None:
    bean = {"price": 0.4, "price_type": "use_time", "use_time": SEASONS}
    assert Desk().readings.price(SITE, bean, now) == {PRICE: expected}


def test_a_weekend_like_any_day() -> None:
    seasons = [{**SEASONS[1], "is_same": True}]
    bean = {"price_type": "use_time", "use_time": seasons}
    assert Desk().readings.price(SITE, bean, MONDAY + timedelta(days=6)) == {PRICE: 0.2}


@pytest.mark.parametrize(
    "plan", [None, [], [{"sea": None}], [{"sea": {"start_month": 1, "end_month": 12}, "weekday": None}]]
)
def test_a_plan_with_holes(plan: object) -> None:
    assert Desk().readings.price(SITE, {"price_type": "use_time", "use_time": plan}, MONDAY) == {}


TREND = [{"time": "00:00", "price": "106.80"}, {"time": "13:00", "price": "73.02"}, {"time": "14:00", "price": "-1.20"}]
MARKET: dict[str, Any] = {
    "today_price_trend": TREND,
    "tomorrow_price_trend": [{"time": "00:00", "price": "1"}],
    "currency": "EUR",
    "today_avg_price": "100.93",
    "tomorrow_avg_price": "70.14",
}


def test_the_market() -> None:
    """Prices are for a MWh (§11.3)."""
    assert by_key(Desk().readings.price_detail(SITE, MARKET, "Nordpool", MONDAY)) == {
        "spot_price": pytest.approx(0.07302),
        "spot_price_average_today": pytest.approx(0.10093),
        "spot_price_average_tomorrow": pytest.approx(0.07014),
    }


def test_the_market_of_today_alone() -> None:
    """Tomorrow is told as a mean of 0 until it is known."""
    bean = {**MARKET, "tomorrow_price_trend": [], "tomorrow_avg_price": "0.0", "today_price_trend": []}
    found = by_key(Desk().readings.price_detail(SITE, bean, "Nordpool", MONDAY))
    assert found == {"spot_price_average_today": pytest.approx(0.10093)}


def test_what_others_tell_is_per_nobody_knows_what() -> None:
    assert Desk().readings.price_detail(SITE, MARKET, "Somebody", MONDAY) == {}
    assert Desk().readings.price_detail(SITE, MARKET, None, MONDAY) == {}


def test_hourly_answers_are_told_again_as_the_day_goes_on() -> None:
    readings = Desk().readings
    assert readings.retold(SITE, MONDAY) == {}
    readings.price_detail(SITE, MARKET, "Nordpool", MONDAY)
    assert readings.retold(SITE, MONDAY.replace(hour=14))[Ref(OWNER, "spot_price")] == pytest.approx(-0.0012)
    readings.forecast(SITE, SUN, None, MONDAY)
    later = readings.retold(SITE, MONDAY.replace(hour=15, minute=0))
    assert later[Ref(OWNER, "solar_forecast_left_today")] == pytest.approx(0.2)
    assert Ref(OWNER, "solar_forecast_left_today") not in readings.retold(SITE, MONDAY + timedelta(days=1))


def test_after_midnight_the_prices_of_tomorrow_are_those_of_today() -> None:
    """What was told of a day says nothing of another one."""
    readings = Desk().readings
    readings.price_detail(SITE, MARKET, "Nordpool", MONDAY)
    assert by_key(readings.retold(SITE, MONDAY + timedelta(days=1))) == {
        "spot_price": pytest.approx(0.001),
        "spot_price_average_today": pytest.approx(0.07014),
        "spot_price_average_tomorrow": None,
    }
    lost = {"spot_price": None, "spot_price_average_today": None, "spot_price_average_tomorrow": None}
    assert by_key(readings.retold(SITE, MONDAY + timedelta(days=2))) == lost


def test_the_price_by_the_hour_changes_although_nothing_is_asked() -> None:
    readings = Desk().readings
    bean = {"price_type": "use_time", "use_time": SEASONS}
    assert readings.price(SITE, bean, MONDAY.replace(hour=17, minute=59)) == {PRICE: 0.2}
    assert readings.retold(SITE, MONDAY.replace(hour=18, minute=0)) == {PRICE: 0.4}


def test_a_price_that_is_not_known_any_more_has_no_value() -> None:
    """The tariff became a dynamic one."""
    readings = Desk().readings
    readings.price(SITE, {"price": 0.4, "price_type": "fixed"}, MONDAY)
    assert readings.price(SITE, {"price": 0.4, "price_type": "dynamic"}, MONDAY) == {PRICE: None}


# The sun


SUN: dict[str, Any] = {
    "forecast_trend": [
        {"time": "13:00", "value": "600.00"},
        {"time": "14:00", "value": "400.00"},
        {"time": "15:00", "value": "300.00"},
        {"time": "16:00", "value": "200.00"},
        {"time": "00:00", "value": "0.00"},
    ],
    "trend_unit": "w",
    "forecast_total": "3.97",
    "solar_total": "1.91",
    "local_time": "2026-06-01 13:15",
}


def test_a_forecast() -> None:
    """A point is the hour that ends there; of the one that runs the rest is still to come."""
    tomorrow = {"forecast_trend": [{"time": "08:00", "value": "1000"}, {"time": "09:00", "value": "1170"}]}
    now = MONDAY.replace(minute=15)
    assert by_key(Desk().readings.forecast(SITE, SUN, tomorrow, now)) == {
        "solar_forecast_left_today": pytest.approx(0.8),  # 400 × ¾ + 300 + 200
        "solar_forecast_today": pytest.approx(2.71),
        "solar_forecast_tomorrow": pytest.approx(2.17),
        "solar_forecast_next_day": 3.97,
        "solar_forecast_this_hour": 400,
        "solar_forecast_next_hour": 300,
    }


def test_the_last_hour_ends_at_midnight() -> None:
    bean = {**SUN, "forecast_trend": [{"time": "23:00", "value": "5"}, {"time": "00:00", "value": "9"}]}
    tomorrow = {"forecast_trend": [{"time": "01:00", "value": "3"}]}
    found = by_key(Desk().readings.forecast(SITE, bean, tomorrow, MONDAY.replace(hour=23, minute=0)))
    assert (found["solar_forecast_this_hour"], found["solar_forecast_next_hour"]) == (9, 3)


def test_there_is_no_sum_without_one_of_its_hours() -> None:
    trend = [*SUN["forecast_trend"][:3], {"time": "16:00", "value": ""}]
    found = by_key(Desk().readings.forecast(SITE, {**SUN, "forecast_trend": trend}, None, MONDAY))
    assert found == {
        "solar_forecast_next_day": 3.97,
        "solar_forecast_this_hour": 400,
        "solar_forecast_next_hour": 300,
    }


@pytest.mark.parametrize("trend", [None, [], [{"time": "x", "value": "1"}]])
def test_without_a_forecast(trend: object) -> None:
    """Only smart mode has one (§10.2)."""
    assert Desk().readings.forecast(SITE, {**SUN, "forecast_trend": trend}, None, MONDAY) == {}
