"""The power over a day and the forecast, as the Anker simulator tells them (anker.md §10.2)."""

from datetime import date, timedelta

import pytest

from tests.simulators.anker.energies import Energies
from tests.simulators.clock import SimClock

from .anker_energy import ask, values
from .anker_host import App, app

pytestmark = pytest.mark.usefixtures("socket_enabled")

TODAY, TOMORROW = "2026-06-21", "2026-06-22"


def steady_hour(client: App, clock: SimClock, **watts: float) -> None:
    """Let the house do the same for the hour from 12:30 to 13:30 in Berlin."""
    client.world.sites[0].house.set(**watts)
    clock.advance(3600)
    client.world.catch_up()


async def test_a_day_has_73_points_of_20_minutes(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        steady_hour(client, clock, solar_w=0.0, home_w=720.0)
        home = await ask(client, "home_usage", TODAY, kind="day")
        labels = [point["time"] for point in home["power"]]
        assert len(labels) == 73
        assert (labels[0], labels[1], labels[-2], labels[-1]) == ("00:00", "00:20", "23:40", "24:00")
        watts = values(home["power"])
        assert float(watts["13:00"]) == pytest.approx(720, abs=1)
        assert watts["13:40"] == watts["24:00"] == "0"  # what is to come
        assert (home["trend_unit"], home["power_unit"]) == ("w", "wh")
        assert home["local_time"] == "2026-06-21 13:30"


async def test_totals_of_a_day_question_are_that_days(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        steady_hour(client, clock, solar_w=900.0, home_w=400.0)
        for device_type in ("solar_production", "home_usage", "grid", "solarbank"):
            day = await ask(client, device_type, TODAY, kind="day")
            week = await ask(client, device_type, TODAY)
            totals = [name for name in week if name.endswith("_total") and name != "forecast_total"]
            assert {name: day[name] for name in totals} == {name: week[name] for name in totals}


async def test_export_and_charge_are_negative_in_their_curves(clock: SimClock) -> None:
    async with app(clock, "solarbank2", limits=False) as client:
        site = client.world.sites[0]
        now = clock.now()
        site.diary.note(now + timedelta(minutes=1), Energies(solar_to_grid=0.01, solar_to_battery=0.02), level=61.0)
        clock.advance(3600)
        client.world.catch_up()
        grid = await ask(client, "grid", TODAY, kind="day")
        bank = await ask(client, "solarbank", TODAY, kind="day")
        assert float(values(grid["power"])["12:20"]) < 0
        assert all(float(point["value"]) <= 0 for point in grid["power"])
        assert all(float(point["value"]) >= 0 for point in grid["charge_trend"])
        assert float(values(bank["charge_trend"])["12:20"]) < 0
        assert all(float(point["value"]) <= 0 for point in bank["charge_trend"])
        assert float(values(bank["charge_level"])["13:00"]) > 0
        assert values(bank["charge_level"])["20:00"] == "0"  # no data


async def test_other_questions_have_no_trend_and_no_level(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        home = await ask(client, "home_usage", TODAY, kind="day")
        assert (home["charge_trend"], home["charge_level"], home["forecast_trend"]) == (None, None, None)
        solar = await ask(client, "solar_production", TODAY, kind="day")
        assert (solar["charge_trend"], solar["charge_level"]) == (None, [])
        week = await ask(client, "solarbank", TODAY)
        assert (week["charge_trend"], week["charge_level"], week["local_time"]) == (None, None, "")


async def smart(client: App) -> None:
    """Put the first site into the smart mode."""
    assert await client.set_param("6", {"mode_type": 7, "manual_backup": {}, "use_time": []}) == 0
    client.simulator.clock.advance(600)
    client.world.catch_up()
    assert client.world.sites[0].smart


async def test_only_the_smart_mode_has_a_forecast(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        plain = await ask(client, "solar_production", TODAY, kind="day")
        assert (plain["forecast_trend"], plain["forecast_total"]) == ([], "0.00")
        await smart(client)
        told = await ask(client, "solar_production", TODAY, kind="day")
        assert float(told["forecast_total"]) > 1
        assert (await ask(client, "solar_production", TODAY))["forecast_total"] == ""  # a week has none


async def test_a_forecast_covers_24_hours_over_two_answers(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        await smart(client)  # it is 12:40
        today = await ask(client, "solar_production", TODAY, kind="day")
        tomorrow = await ask(client, "solar_production", TOMORROW, kind="day")
        first = [point["time"] for point in today["forecast_trend"]]
        second = [point["time"] for point in tomorrow["forecast_trend"]]
        assert (first[0], first[-1], len(first)) == ("13:00", "00:00", 12)
        assert (second[0], second[-1], len(second)) == ("00:00", "12:00", 13)
        assert today["forecast_trend"][-1] == tomorrow["forecast_trend"][0]  # midnight is told twice
        whole = [*today["forecast_trend"], *tomorrow["forecast_trend"][1:]]
        assert sum(float(point["value"]) for point in whole) / 1000 == pytest.approx(
            float(today["forecast_total"]), abs=0.01
        )
        assert today["forecast_total"] == tomorrow["forecast_total"]
        assert float(values(today["forecast_trend"])["14:00"]) > 10 * float(values(today["forecast_trend"])["22:00"])


async def test_soon_after_midnight_one_answer_has_all_24_hours(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        await smart(client)
        clock.set(clock.now().replace(hour=22, minute=20))
        today = await ask(client, "solar_production", TOMORROW, kind="day")
        labels = [point["time"] for point in today["forecast_trend"]]
        assert (labels[0], labels[-1], len(labels)) == ("01:00", "00:00", 24)


async def test_the_day_before_has_its_curve_too(clock: SimClock) -> None:
    async with app(clock, past_days=2, limits=False) as client:
        home = await ask(client, "home_usage", "2026-06-20", kind="day")
        watts = [float(point["value"]) for point in home["power"]][:-1]
        assert min(watts) > 0
        energies = client.world.sites[0].diary.days[date(2026, 6, 20)]
        assert sum(watts) / 3 / 1000 == pytest.approx(energies.home, abs=0.02)
        assert home["power"][-1] == {"time": "24:00", "value": "0", "rods": None}
