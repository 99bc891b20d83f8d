"""What the answers of SEMS+ mean for a plant (goodwe.md §5.2, §5.3, §5.5): units, signs, what is not fitted."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.catalogue import CATALOGUE, look_up
from custom_components.solar_battery_hub.core.model import Gone
from custom_components.solar_battery_hub.vendors.goodwe import fields, fields_legacy
from custom_components.solar_battery_hub.vendors.goodwe.fields import Table

from .reading_desk import NOW, PLANT, SITE, by_key, factors, readings

HYBRID: dict[str, Any] = {"pSystem": 5.0, "pBat": -3.0, "pGrid": 1.5, "pConsum": 0.5, "pAc": 2.0, "soc": 51}
ROOF: dict[str, Any] = {"pSystem": 2.28, "pAc": 2.28, "consumFlag": False, "refreshTime": "2026-06-01T14:00:00"}


def tables() -> list[Table]:
    """Return every table of the room."""
    found = [thing for module in (fields, fields_legacy) for thing in vars(module).values()]
    direct = [thing for thing in found if isinstance(thing, Table)]
    mapped = [table for thing in found if isinstance(thing, dict) for table in thing.values()]
    return [*direct, *(table for table in mapped if isinstance(table, Table))]


def test_every_reading_is_in_the_catalogue() -> None:
    keys = {entry.key for table in tables() for entries in (table.fields, table.words) for entry in entries}
    assert len(keys) > 80
    assert {key for key in keys if look_up(key)[0].key not in CATALOGUE} == set()


def test_every_word_is_one_of_its_reading() -> None:
    words = [word for table in tables() for word in table.words]
    assert len(words) > 4
    for word in words:
        assert set(word.codes.values()) <= set(CATALOGUE[word.key].options), word.key


def test_the_flow_of_a_hybrid() -> None:
    found = readings().flow(PLANT, HYBRID, at=NOW)
    assert by_key(found.values, SITE) == {
        "solar_power": 5000,
        "home_power": 500,
        "grid_power": -1500,
        "battery_power": -3000,
        "output_power": 2000,
        "battery_level": 51,
        "last_measured": NOW,
    }
    assert (found.imbalance, found.times) == (None, {})


def test_the_flow_of_a_roof_without_a_meter() -> None:
    found = readings().flow(PLANT, ROOF, at=NOW)
    assert by_key(found.values, SITE) == {"solar_power": 2280, "output_power": 2280, "last_measured": NOW}


def test_a_plant_without_battery_has_no_level() -> None:
    desk = readings()
    found = by_key(desk.flow(PLANT, HYBRID | {"pBat": 0, "soc": 0}, at=NOW).values, SITE)
    assert {"battery_power", "battery_level"}.isdisjoint(found)
    assert by_key(desk.flow(PLANT, HYBRID, at=NOW).values, SITE)["battery_level"] == 51
    found = by_key(desk.flow(PLANT, HYBRID | {"pBat": 0, "soc": 0}, at=NOW).values, SITE)
    assert (found["battery_power"], found["battery_level"]) == (0, 0)


def test_what_is_left_out_is_nothing_only_where_it_adds_up() -> None:
    desk = readings()
    night = {"pBat": 0.5, "pGrid": -0.03, "pConsum": 0.53}
    assert "solar_power" not in by_key(desk.flow(PLANT, night, at=NOW).values, SITE)
    desk.flow(PLANT, HYBRID, at=NOW)
    found = by_key(desk.flow(PLANT, night, at=NOW).values, SITE)
    assert (found["solar_power"], found["output_power"]) == (0, 500)
    found = by_key(desk.flow(PLANT, night | {"pConsum": 3.0}, at=NOW).values, SITE)
    assert (found["solar_power"], found["output_power"]) == (None, None)


def test_what_was_told_once_and_is_missing_has_no_value() -> None:
    desk = readings()
    desk.flow(PLANT, HYBRID, at=NOW)
    found = by_key(desk.flow(PLANT, {}, at=None).values, SITE)
    assert found == dict.fromkeys(
        ("solar_power", "home_power", "grid_power", "battery_power", "output_power", "battery_level")
    )


def test_an_old_flow_says_nothing_about_now() -> None:
    desk = readings()
    found = by_key(desk.flow(PLANT, HYBRID, at=NOW - timedelta(hours=1), stale=True).values, SITE)
    assert found.pop("last_measured") == NOW - timedelta(hours=1)
    assert set(found.values()) == {Gone.GONE}


def test_others_that_take_and_give() -> None:
    bean = ROOF | {"pThird": 0.4, "pDiesel": 1.2, "pEvChar": 7.2, "pHeatPump": "0.9"}
    found = by_key(readings().flow(PLANT, bean, at=None).values, SITE)
    keys = ("other_solar_power", "generator_power", "ev_charging_power", "heat_pump_power")
    assert [found[key] for key in keys] == [400, 1200, 7200, 900]
    zeros = dict.fromkeys(("pThird", "pDiesel", "pEvChar", "pHeatPump"), 0.0)
    assert set(by_key(readings().flow(PLANT, ROOF | zeros, at=None).values, SITE)).isdisjoint(keys)


def test_a_flow_that_cannot_be_is_reported() -> None:
    assert readings().flow(PLANT, HYBRID | {"pConsum": 4.5}, at=NOW).imbalance == -4000


STATISTICS: dict[str, Any] = {
    "proSelfConsum": 17.24,
    "proSelfConsumRate": 63.85,
    "contributionRate": 59.43,
    "production": 27.0,
    "proConsum": 29.0,
    "dataList": [
        {"item": "proSystemTotalStats", "statisticsList": [{"date": "2026-06-01", "val": 31.4}]},
        {"item": "proConsumStats", "statisticsList": [{"date": "2026-06-01", "val": 29.01}]},
        {"item": "proCharStats", "statisticsList": [{"date": "2026-06-01", "val": 20.3}]},
        {"item": "proDischarStats", "statisticsList": []},
        "x",
    ],
}


def test_the_day_of_a_plant_with_a_meter() -> None:
    """Its rates are left out: every plant's are worked out alike."""
    desk = readings()
    desk.flow(PLANT, HYBRID, at=NOW)
    assert by_key(desk.day(PLANT, STATISTICS), SITE) == {
        "solar_energy_today": 31.4,
        "output_energy_today": 27,
        "home_energy_today": 29.01,
        "self_consumption_energy_today": 17.24,
        "battery_charge_energy_today": 20.3,
    }


def test_the_day_of_a_roof_has_no_home_in_it() -> None:
    desk = readings()
    desk.flow(PLANT, ROOF, at=NOW)
    assert by_key(desk.day(PLANT, STATISTICS), SITE) == {"solar_energy_today": 31.4, "output_energy_today": 27}


def test_income_is_told_with_its_currency_only() -> None:
    bean = {"profitProStats": 1.5, "profitGridStats": 0.5, "currency": "AUD"}
    assert by_key(readings().income(PLANT, bean), SITE) == {"savings_today": 1.5, "export_income_today": 0.5}
    for currency in (None, "", "$", 7):
        assert readings().income(PLANT, bean | {"currency": currency}) == {}
    assert readings().income(PLANT, bean | {"profitProStats": 0, "profitGridStats": 0}) == {}


def test_what_a_plant_says_about_itself() -> None:
    bean = {"status": "1", "gridStatus": "0", "installedPower": 5.0, "pvCapacity": 6.0, "batteryCapacity": 16.0}
    assert by_key(readings().plant_info(PLANT, bean), SITE) == {
        "device_status": "normal",
        "on_grid": False,
        "rated_power": 5000,
        "solar_rated_power": 6000,
        "battery_capacity": 16,
    }
    roof = {"status": 0, "installedPower": 3, "batteryCapacity": 0.0}
    assert by_key(readings().plant_info(PLANT, roof), SITE) == {"device_status": "offline", "rated_power": 3000}


@pytest.mark.parametrize(
    ("bean", "told"),
    [
        ({"communicationMode": "LAN", "wirelessSignalStrength": "0"}, {"network": "ethernet"}),
        ({"communicationMode": "WiFi", "wirelessSignalStrength": "72"}, {"network": "wifi", "signal_strength": 72}),
        ({"communicationMode": "WiFi", "wirelessSignalStrength": "-60"}, {"network": "wifi"}),
        ({"communicationMode": "pigeon"}, {"network": "other"}),
        (factors(communicationMode="WiFi", wirelessSignalStrength="5"), {"network": "wifi", "signal_strength": 5}),
        ({}, {}),
    ],
)
def test_how_a_plant_is_connected(bean: Any, told: dict[str, object]) -> None:
    assert by_key(readings().dongle(PLANT, bean), SITE) == told
