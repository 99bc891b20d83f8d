"""Systems without live values: the last five minutes of the day (anker.md §10.5)."""

from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.vendors.anker.readings import last_point

from .reading_desk import AT, OWNER, SITE, Desk, by_key


def day(points: Mapping[str, tuple[str, ...]], **told: Any) -> dict[str, Any]:
    """Return a ``day`` answer: the powers of each point in kW."""
    power = [
        {"time": at, "powerInfos": [{"type": "x", "value": value} for value in values]} for at, values in points.items()
    ]
    return {"power": power, "powerUnit": "KW", **told}


def levels(**told: str) -> list[dict[str, str]]:
    """Return the levels of a battery: ``at_1205="63"``."""
    return [{"time": f"{at[3:5]}:{at[5:]}", "value": value} for at, value in told.items()]


HES = day(
    {"12:00": ("-1.00", "0.00"), "12:05": ("0.00", "2.50"), "12:10": ("0", "0")},
    chargeLevel=levels(at_1200="62", at_1205="63", at_1210="0"),
)
SOLAR = day({"12:00": ("3.00",), "12:05": ("3.25",), "12:10": ("0",)})
HOME = day({"12:00": ("1.20",), "12:05": ("0.90",)})


def grid(power: str, exported: str = "4.00", clock: str = "12:05") -> dict[str, Any]:
    """Return what was taken from the grid at a point of the day, and what was given to it since midnight."""
    return day({clock: (power,)}, totalExportedEnergy=exported, totalExportedEnergyUnit="KWh")


def test_the_last_point_is_that_of_the_battery() -> None:
    """What is to come is told as "0"."""
    assert last_point(HES) == "12:05"
    assert last_point({"chargeLevel": levels(at_0005="0")}) is None
    assert last_point({"chargeLevel": None}) is None
    assert last_point({"chargeLevel": [{"time": "soon", "value": "5"}, {"value": "5"}]}) is None


def test_powers() -> None:
    answers = {"hes": HES, "solar": SOLAR, "home": HOME, "grid": grid("0.40")}
    found = by_key(Desk().readings.averages(SITE, answers, "12:05", AT))
    assert found == {
        "battery_level": 63,
        "battery_power": 2500,
        "solar_power": 3250,
        "home_power": 900,
        "grid_power": 400,
        "power_basis": "five_minutes",
        "last_measured": AT,
    }


def test_charging_is_negative() -> None:
    found = by_key(Desk().readings.averages(SITE, {"hes": HES}, "12:00"))
    assert (found["battery_power"], found["battery_level"]) == (-1000, 62)


def test_the_last_point_that_is_not_later() -> None:
    assert by_key(Desk().readings.averages(SITE, {"home": HOME}, "12:10"))["home_power"] == 900
    assert "home_power" not in by_key(Desk().readings.averages(SITE, {"home": HOME}, "11:55"))


def test_a_charger() -> None:
    answers = {"evCharger": day({"12:05": ("7.20",)})}
    assert by_key(Desk().readings.averages(SITE, answers, "12:05"))["ev_charging_power"] == 7200


def test_export_follows_from_what_was_counted() -> None:
    """It has no points of its own: 0.25 kWh in five minutes are 3 kW."""
    readings = Desk().readings

    def look(clock: str, power: str, exported: str) -> object:
        return by_key(readings.averages(SITE, {"grid": grid(power, exported, clock)}, clock)).get("grid_power")

    assert look("12:05", "0", "4.00") is None  # the first look
    assert look("12:10", "0", "4.25") == -3000
    assert look("12:10", "0", "4.25") == -3000  # the same point again
    assert look("12:20", "0", "4.25") == 0
    assert look("12:25", "0.40", "4.25") == 400
    assert look("00:05", "0", "0.00") is None  # another day
    assert look("00:10", "0", "0.01") == pytest.approx(-120)
    assert look("00:15", "0", "") is None


def test_a_grid_that_tells_both_ways() -> None:
    answers = {"grid": day({"12:05": ("0.00", "-1.50")})}
    assert by_key(Desk().readings.averages(SITE, answers, "12:05"))["grid_power"] == -1500


def test_a_source_that_fails_is_no_zero() -> None:
    desk = Desk()
    desk.readings.averages(SITE, {"hes": HES, "solar": SOLAR, "home": HOME}, "12:05")
    values = desk.readings.averages(SITE, {"hes": HES}, "12:05")
    assert values[Ref(OWNER, "solar_power")] is None
    assert values[Ref(OWNER, "battery_power")] == 2500


@pytest.mark.parametrize(
    "wrong", [{}, {"power": None}, {"power": [{"time": "12:05", "powerInfos": [{"value": "x"}]}]}, {"power": "x"}]
)
def test_nothing_at_all(wrong: dict[str, Any]) -> None:
    found = by_key(Desk().readings.averages(SITE, dict.fromkeys(("hes", "solar", "home", "grid"), wrong), "12:05"))
    assert found == {"power_basis": "five_minutes"}
