"""Tariffs by time of use: read, described, sent (anker.md §9.3, §12.3, §12.9)."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.core.refusal import ChangeRefused
from custom_components.solar_battery_hub.core.schedule import ScheduleError
from custom_components.solar_battery_hub.vendors.anker import rate_plan, use_time
from tests.core.schedule_rules import ANKER_POWER_PANEL, ANKER_USE_TIME

# The worked example of §9.3, and a season after it.
WINTER: dict[str, Any] = {
    "sea": {"start_month": 1, "end_month": 3},
    "weekday": [
        {"start_time": 0, "end_time": 6, "type": 3},
        {"start_time": 6, "end_time": 11, "type": 1},
        {"start_time": 11, "end_time": 24, "type": 4},
    ],
    "weekend": [{"start_time": 0, "end_time": 24, "type": 3}],
    "weekday_price": [{"price": "0.25", "type": 3}, {"price": "0.5", "type": 1}, {"price": "0.2", "type": 4}],
    "weekend_price": [{"price": "0.25", "type": 3}],
    "unit": "€",
    "is_same": False,
}
REST: dict[str, Any] = {
    "sea": {"start_month": 4, "end_month": 12},
    "weekday": [{"start_time": 0, "end_time": 24, "type": 3}],
    "weekend": [{"start_time": 0, "end_time": 24, "type": 3}],
    "weekday_price": [{"price": "0.23", "type": 3, "sell_price": "0.08"}],
    "weekend_price": [{"price": "0.23", "type": 3}],
    "unit": "€",
    "is_same": True,
    "more": None,
}
SAID_WINTER: dict[str, Any] = {
    "start_month": 1,
    "end_month": 3,
    "weekday": [
        {"start": 0, "end": 6, "tariff": "off_peak", "price": 0.25},
        {"start": 6, "end": 11, "tariff": "peak", "price": 0.5},
        {"start": 11, "end": 24, "tariff": "valley", "price": 0.2},
    ],
    "weekend": [{"start": 0, "end": 24, "tariff": "off_peak", "price": 0.25}],
    "currency": "€",
}
SAID_REST: dict[str, Any] = {
    "start_month": 4,
    "end_month": 12,
    "weekday": [{"start": 0, "end": 24, "tariff": "off_peak", "price": 0.23}],
    "weekend": None,
    "currency": "€",
}
SESSION: dict[str, Any] = {
    "id": 1,
    "name": "All year",
    "start_time": "2026-01-01 00:00:00",
    "start_desc": "January",
    "end_time": "2026-12-31 00:00:00",
    "end_desc": "December",
    "type": 2,
    "peak_valley_prices": [
        {
            "id": number,
            "buy": buy,
            "energy_unit": "kWh",
            "start_time_period": start,
            "end_time_period": end,
            "peak_type": peak,
            "day_type": day,
        }
        for number, (buy, start, end, peak, day) in enumerate(
            ((0.12, "00:00", "16:00", 1, 2), (0.36, "16:00", "24:00", 4, 2), (0.12, "00:00", "24:00", 1, 1)), 1
        )
    ],
}


def test_rules_are_those_of_the_specification() -> None:
    assert use_time.RULES == ANKER_USE_TIME
    assert rate_plan.RULES == ANKER_POWER_PANEL


def test_a_plan_is_told_as_it_is_described() -> None:
    assert [season.as_dict() for season in use_time.read([WINTER, REST])] == [SAID_WINTER, SAID_REST]


def test_seasons_that_stay_are_sent_as_they_were_read() -> None:
    seasons = use_time.seasons_of([SAID_REST, SAID_WINTER])
    assert use_time.written(seasons, [WINTER, REST], None) == [WINTER, REST]


def test_a_season_is_sent_as_in_the_example() -> None:
    """Whole hours, prices with two decimals, both kinds of days and of prices."""
    seasons = use_time.seasons_of([SAID_WINTER, SAID_REST])
    winter, rest = use_time.written(seasons, [], None)
    prices = [{"price": "0.25", "type": 3}, {"price": "0.50", "type": 1}, {"price": "0.20", "type": 4}]
    assert winter == WINTER | {"weekday_price": prices}
    assert list(winter) == list(WINTER)
    assert rest["weekend"] == rest["weekday"]
    assert rest["is_same"] is True


def test_a_season_that_changes_keeps_what_else_was_told() -> None:
    changed = SAID_REST | {"weekday": [SAID_REST["weekday"][0] | {"price": 0.4}], "currency": None}
    _, rest = use_time.written(use_time.seasons_of([SAID_WINTER, changed]), [WINTER, REST], None)
    assert rest == REST | {
        "weekday_price": [{"price": "0.40", "type": 3, "sell_price": "0.08"}],
        "weekend_price": [{"price": "0.40", "type": 3}],
    }


def test_a_season_of_other_months_keeps_what_else_was_told() -> None:
    """Such as what is paid for exported energy, which nobody can say here."""
    parts = [SAID_REST | {"end_month": 6}, SAID_REST | {"start_month": 7}]
    _, *rest = use_time.written(use_time.seasons_of([SAID_WINTER, *parts]), [WINTER, REST], None)
    sold = [{"price": "0.23", "type": 3, "sell_price": "0.08"}]
    assert [(season["sea"], season["weekday_price"]) for season in rest] == [
        ({"start_month": 4, "end_month": 6}, sold),
        ({"start_month": 7, "end_month": 12}, sold),
    ]


def test_hours_nobody_named_are_off_peak() -> None:
    """Its price is told with any of its periods."""
    said = {
        "start_month": 1,
        "end_month": 12,
        "weekday": [
            {"start": 17, "end": 20, "tariff": "peak", "price": 0.4},
            {"start": 0, "end": 6, "tariff": "off_peak", "price": 0.2},
            {"start": 6, "end": 7, "tariff": "off_peak"},
        ],
    }
    (season,) = use_time.seasons_of([said])
    assert [tuple(period) for period in season.weekday] == [
        (0, 17, "off_peak", 0.2),
        (17, 20, "peak", 0.4),
        (20, 24, "off_peak", 0.2),
    ]
    assert season.weekend == season.weekday


@pytest.mark.parametrize(
    ("seasons", "reason"),
    [
        ([(1, 3), (5, 12)], "seasons_incomplete"),
        ([(1, 6), (6, 12)], "seasons_incomplete"),
        ([(1, 11)], "seasons_incomplete"),
        ([(11, 2), (3, 10)], "seasons_incomplete"),
    ],
)
def test_months_make_up_a_year(seasons: list[tuple[int, int]], reason: str) -> None:
    said = [SAID_REST | {"start_month": first, "end_month": last} for first, last in seasons]
    with pytest.raises(ChangeRefused) as caught:
        use_time.seasons_of(said)
    assert caught.value.reason == reason


def day(*periods: tuple[int, int, str, float | None]) -> dict[str, Any]:
    """Return a season of a whole year with these periods."""
    names = ("start", "end", "tariff", "price")
    return {"start_month": 1, "end_month": 12, "weekday": [dict(zip(names, period, strict=True)) for period in periods]}


@pytest.mark.parametrize(
    ("season", "reason"),
    [
        (day((0, 24, "peak", None)), "tariff_price_missing"),
        (day((0, 12, "peak", 0.3)), "tariff_price_missing"),
        (day((0, 12, "peak", 0.3), (12, 24, "peak", 0.4)), "tariff_price_differs"),
        (day((0, 13, "peak", 0.3), (12, 24, "off_peak", 0.4)), "schedule_overlap"),
    ],
)
def test_days_that_cannot_be(season: dict[str, Any], reason: str) -> None:
    with pytest.raises(ChangeRefused) as caught:
        use_time.seasons_of([season])
    assert caught.value.reason == reason


def test_prices_need_a_sign() -> None:
    with pytest.raises(ChangeRefused, match="currency_missing"):
        use_time.written(use_time.seasons_of([day((0, 24, "peak", 0.3))]), [], None)


@pytest.mark.parametrize("plan", [None, "x", [None, {}, {"sea": {"start_month": 1}}]])
def test_what_is_no_plan_has_no_seasons(plan: Any) -> None:
    assert use_time.read(plan) == ()


# Power panels


def test_a_panel_tells_the_same_words() -> None:
    (season,) = rate_plan.read({"peak_sessions": [SESSION]})
    assert season.as_dict() == {
        "start_month": 1,
        "end_month": 12,
        "weekday": [
            {"start": 0, "end": 16, "tariff": "off_peak", "price": 0.12},
            {"start": 16, "end": 24, "tariff": "peak", "price": 0.36},
        ],
        "weekend": [{"start": 0, "end": 24, "tariff": "off_peak", "price": 0.12}],
        "currency": None,
    }


def test_sessions_that_stay_are_sent_as_they_were_read() -> None:
    found = rate_plan.read({"peak_sessions": [SESSION]})
    said = use_time.seasons_of([season.as_dict() for season in found], rate_plan.RULES)
    assert rate_plan.written(said, {"peak_sessions": [SESSION]}, 2027) == [SESSION]


def test_a_session_from_nothing() -> None:
    season = day((0, 16, "off_peak", 0.1), (16, 24, "mid_peak", 0.2))
    (session,) = rate_plan.written(use_time.seasons_of([season], rate_plan.RULES), {}, 2026)
    assert (session["start_time"], session["end_time"], session["type"]) == (
        "2026-01-01 00:00:00",
        "2026-12-31 00:00:00",
        2,
    )
    assert session["peak_valley_prices"][1] == {
        "id": 2,
        "buy": 0.2,
        "energy_unit": "kWh",
        "start_time_period": "16:00",
        "end_time_period": "24:00",
        "peak_type": 2,
        "day_type": 2,
    }
    assert [row["day_type"] for row in session["peak_valley_prices"]] == [2, 2, 1, 1]
    assert (
        rate_plan.read({"peak_sessions": [session]})[0].weekend
        == rate_plan.read({"peak_sessions": [session]})[0].weekday
    )


def test_a_panel_guesses_no_hours() -> None:
    with pytest.raises(ScheduleError) as caught:
        use_time.seasons_of([day((0, 16, "off_peak", 0.1))], rate_plan.RULES)
    assert caught.value.reason == "schedule_gap"
    with pytest.raises(ScheduleError) as caught:
        use_time.seasons_of([day((0, 24, "valley", 0.1))], rate_plan.RULES)
    assert caught.value.reason == "schedule_unknown_mode"
