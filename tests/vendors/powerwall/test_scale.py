"""The app's scale and the gateway's (powerwall.md §6.1)."""

from math import floor

import pytest

from custom_components.solar_battery_hub.vendors.powerwall.scale import to_app, to_raw

# What owners saw in the app and read from the gateway. The pair 30/33 is left out: that
# gateway's decimals were dropped, another owner's reads 33.5.
SEEN = [(5, 10), (16, 20), (16, 20.6), (20, 24), (21, 24.6), (30, 33.5), (100, 100)]

# Exact pairs of another client, and a reserve of 0 % as a gateway stores it.
EXACT = [(5, 9.75), (10, 14.5), (20, 24), (35, 38.25), (60, 62), (0, 5), (80, 81), (100, 100)]


@pytest.mark.parametrize(("app", "raw"), SEEN)
def test_app_shows_whole_percent(app: int, raw: float) -> None:
    assert floor(to_app(raw) + 0.5) == app


@pytest.mark.parametrize(("app", "raw"), EXACT)
def test_both_ways_are_exact(app: float, raw: float) -> None:
    assert to_raw(app) == raw
    assert to_app(raw) == app


def test_every_whole_percent_survives_the_round_trip() -> None:
    assert [to_app(to_raw(app)) for app in range(101)] == list(range(101))


def test_what_the_app_hides_is_zero() -> None:
    assert to_app(4.2) == 0
    assert to_app(0) == 0
    assert to_app(5.000019999999999) == pytest.approx(0, abs=1e-4)


def test_no_more_than_four_decimals_are_sent() -> None:
    assert to_raw(33.333333) == 36.6667


def test_cloud_and_gateway_agree() -> None:
    assert to_app(52.7778) == pytest.approx(50.2924, abs=1e-4)
