"""What the fields mean (growatt.md Part D, 0.2): signs, units, what is not fitted, what is lost, what is nonsense."""

import logging
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.catalogue import CATALOGUE, look_up
from custom_components.solar_battery_hub.core.choices import OTHER
from custom_components.solar_battery_hub.core.model import Gone
from custom_components.solar_battery_hub.core.quantities import Kind, Quantity
from custom_components.solar_battery_hub.vendors.growatt.fields import Part, formula
from custom_components.solar_battery_hub.vendors.growatt.fields_tables import TABLES
from custom_components.solar_battery_hub.vendors.growatt.model import Family
from custom_components.solar_battery_hub.vendors.growatt.readings import is_lost
from tests.vendors.tools import MemoryStore

from .reading_desk import Desk, read

MIN: dict[str, Any] = {
    "ppv": 2558.7,
    "pac": 2503.8,
    "epv1Today": 13.199999809265137,
    "epv2Today": 8.199999809265137,
    "epvTotal": 1833.0,
    "eacToday": 21.600000381469727,
    "status": 1,
    "lost": False,
}
"""A MIN without battery and meter: their fields are there and zero."""
NOTHING: dict[str, Any] = dict.fromkeys(
    [
        "pacToUserTotal",
        "pacToGridTotal",
        "pacToLocalLoad",
        "etoUserToday",
        "etoUserTotal",
        "etoGridToday",
        "etoGridTotal",
        "elocalLoadToday",
        "elocalLoadTotal",
        "bmsSoc",
        "bmsVbat",
        "bdc1Soc",
        "bdc1ChargePower",
        "bdc1DischargePower",
        "bdc2ChargePower",
        "bdc2DischargePower",
        "echargeToday",
        "echargeTotal",
        "edischargeToday",
        "edischargeTotal",
        "vpv3",
        "ppv3",
        "epv3Total",
        "epsVac1",
    ],
    0.0,
)
PACKS: dict[str, Any] = MIN | {
    "pacToUserTotal": 120.0,
    "pacToGridTotal": 0.0,
    "pacToLocalLoad": 900.5,
    "bmsSoc": 55.0,
    "bdc1Soc": 60.0,
    "bdc2Soc": 50.0,
    "bdc1ChargePower": 0.0,
    "bdc1DischargePower": 300.0,
    "bdc2ChargePower": 100.0,
    "bdc2DischargePower": 0.0,
    "bdc1ChargeTotal": 12.5,
    "bdc1DischargeTotal": 11.5,
}


def test_every_reading_is_in_the_catalogue() -> None:
    keys = {
        entry.key
        for table in TABLES.values()
        for entries in (table.fields, table.words, table.texts)
        for entry in entries
    }
    assert {look_up(key)[0].key for key in keys} <= CATALOGUE.keys()
    assert len(keys) > 100


def test_words_are_those_of_the_catalogue() -> None:
    said = {(entry.key, word) for table in TABLES.values() for entry in table.words for word in entry.codes.values()}
    assert [(key, word) for key, word in sorted(said) if word not in look_up(key)[0].options] == []


def test_noise_of_single_precision_is_rounded_away() -> None:
    found = read(Family.MIN, Part.LIVE, MIN)
    assert found["output_energy_today"] == 21.6
    assert found["solar_energy_today"] == 21.4  # the sum of both inputs where there is no epvToday (A.6.2)
    assert read(Family.MIN, Part.LIVE, MIN | {"epvToday": "20.9"})["solar_energy_today"] == 20.9


def test_what_is_not_fitted_has_no_reading() -> None:
    found = read(Family.MIN, Part.LIVE, MIN | NOTHING)
    assert not {key for key in found if key.startswith(("grid_power", "home_", "battery_level", "pack ", "backup_"))}
    assert not {key for key in found if key.endswith("_3")}
    assert found["solar_power"] == 2558.7


def test_a_meter_that_counted_once_is_there_also_while_all_is_zero() -> None:
    desk = Desk(Family.MIN)
    assert "grid_power" not in desk.read(Part.LIVE, MIN | NOTHING)
    assert desk.read(Part.LIVE, MIN | NOTHING | {"etoUserTotal": 0.1})["grid_power"] == 0
    found = Desk(Family.MIN, MemoryStore(shared=desk.store.saved["shared"])).read(Part.LIVE, MIN | NOTHING)
    assert found["grid_power"] == 0
    assert "battery_level" not in found


@pytest.mark.parametrize("flag", [1, "1", True, 1.0])
def test_a_meter_that_says_it_is_connected_is_there(flag: Any) -> None:
    assert read(Family.MIN, Part.LIVE, MIN | NOTHING | {"bMerterConnectFlag": flag})["home_power"] == 0
    for nothing in (0, "0", False, None, "", 0.0):
        assert "home_power" not in read(Family.MIN, Part.LIVE, MIN | NOTHING | {"bMerterConnectFlag": nothing})


@pytest.mark.parametrize(
    ("facts", "there"),
    [
        ({"bdcMode": 0}, True),
        ({"bdcMode": "2", "bdc1Sn": ""}, True),
        ({"bdcMode": -1, "bdc1Sn": "XXXX"}, False),
        ({"bdc1Sn": "BAT1"}, True),
        ({"bdc1Sn": ""}, False),
        ({}, False),
    ],
)
def test_facts_may_say_that_there_is_a_battery(facts: dict[str, Any], there: bool) -> None:
    desk = Desk(Family.MIN)
    desk.read(Part.FACTS, facts)
    assert ("battery_level" in desk.read(Part.LIVE, MIN | NOTHING)) is there


def test_import_and_discharge_are_positive() -> None:
    found = read(Family.MIN, Part.LIVE, PACKS)
    assert found["grid_power"] == 120
    assert found["battery_power"] == 200
    assert (found["pack 1 battery_power"], found["pack 2 battery_power"]) == (300, -100)
    exporting = read(Family.MIN, Part.LIVE, PACKS | {"pacToUserTotal": 0.0, "pacToGridTotal": 7.5})
    assert exporting["grid_power"] == -7.5


def test_packs_have_their_own_levels_and_totals() -> None:
    found = read(Family.MIN, Part.LIVE, PACKS)
    assert found["battery_level"] == 55
    assert (found["pack 1 battery_level"], found["pack 2 battery_level"]) == (60, 50)
    assert (found["pack 1 pack_charge_energy_total"], found["pack 1 pack_discharge_energy_total"]) == (12.5, 11.5)
    assert not {key for key in found if key.startswith("pack 3")}


@pytest.mark.parametrize("missing", [["pacToUserTotal"], ["pacToGridTotal"], ["pacToUserTotal", "pacToGridTotal"]])
def test_half_a_balance_is_none(missing: list[str]) -> None:
    desk = Desk(Family.MIN)
    desk.read(Part.LIVE, PACKS)
    assert desk.read(Part.LIVE, PACKS | dict.fromkeys(missing, "null"))["grid_power"] is None


def test_what_was_there_and_is_missing_has_no_value() -> None:
    desk = Desk(Family.MIN)
    desk.read(Part.LIVE, PACKS)
    spoilt = desk.read(Part.LIVE, {"lost": False})
    assert spoilt["solar_power"] is None
    assert spoilt["battery_level"] is None
    assert "phase_voltage_2" not in spoilt


def test_while_it_is_lost_measurements_are_gone_and_counters_stay() -> None:
    desk = Desk(Family.MIN)
    desk.read(Part.LIVE, PACKS)
    found = desk.read(Part.LIVE, PACKS | {"lost": True, "epvTotal": 0.0})
    assert found["solar_power"] is Gone.GONE
    assert found["grid_power"] is Gone.GONE
    assert found["pack 1 battery_level"] is Gone.GONE
    assert found["output_energy_today"] == 21.6
    assert "solar_energy_total" not in found  # a whole life of 0 is none
    assert found["device_status"] == "offline"
    assert found["reachable"] is False
    assert desk.read(Part.LIVE, PACKS)["reachable"] is True


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        (True, True),
        ("true", True),
        (False, False),
        ("0", False),
        ("mix.status.lost", True),
        ("mix.status.normal", False),
        ("tlx.status.checking", False),
        (None, None),
        ("", None),
    ],
)
def test_lost_may_be_a_flag_or_words(said: Any, lost: bool | None) -> None:
    assert is_lost({"lost": said}) is lost


def test_an_object_of_nobody_is_one_of_a_lost_device() -> None:
    """All zeros and an empty time: the server knows nothing about the device (A.6.2)."""
    assert is_lost({"time": "", "ppv": 0.0}) is True
    assert is_lost({"time": "2026-06-01 12:00:00"}) is None


def test_the_list_tells_whether_it_is_lost_where_the_object_does_not() -> None:
    bean = {"ppv": 5.0, "powerToday": 1.0, "status": 1}
    assert read(Family.INVERTER, Part.LIVE, bean, lost=True)["solar_power"] is Gone.GONE
    assert read(Family.INVERTER, Part.LIVE, bean, lost=False)["solar_power"] == 5
    assert read(Family.MIN, Part.LIVE, MIN, lost=True)["solar_power"] == 2558.7  # the object knows better


def test_a_classic_inverter_calls_its_energies_powers_and_counts_hours() -> None:
    bean = {"powerToday": 9.3, "powerTotal": 2562.4, "pac": 740.2, "timeTotal": 1.0833333, "status": 1, "vacs": 231.0}
    found = read(Family.INVERTER, Part.LIVE, bean)
    assert found["solar_energy_today"] == 9.3
    assert found["solar_energy_total"] == 2562.4
    assert found["output_power"] == 740.2
    assert found["running_time"] == pytest.approx(3900, abs=1)
    assert found["phase_voltage_2"] == 231
    assert read(Family.MAX, Part.LIVE, bean | {"timeTotal": 1625146.9})["running_time"] == 1625146.9


@pytest.mark.parametrize(
    ("family", "part", "code", "word"),
    [
        (Family.MIN, Part.LIVE, 1, "normal"),
        (Family.MIN, Part.LIVE, "2", "fault"),
        (Family.MIN, Part.LIVE, 6.0, "normal"),
        (Family.MIN, Part.LIVE, 9, "bypass"),
        (Family.INVERTER, Part.LIVE, -1, "offline"),
        (Family.INVERTER, Part.LIVE, 0, "waiting"),
        (Family.SPH, Part.LIVE, 1, "self_check"),
        (Family.SPH, Part.STATUS, "5", "normal"),
        (Family.SPA, Part.LIVE, 4, "upgrading"),
        (Family.STORAGE, Part.LIVE, 2, "discharging"),
        (Family.STORAGE, Part.LIVE, 4, "upgrading"),
        (Family.MAX, Part.LIVE, 2, "standby"),
        (Family.OTHER, Part.LISTED, None, None),
    ],
)
def test_status_in_words(family: Family, part: Part, code: Any, word: str | None) -> None:
    assert read(family, part, {"status": code, "lost": False}).get("device_status") == word


def test_an_unknown_status_is_other_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            assert read(Family.MIN, Part.LIVE, MIN | {"status": 77})["device_status"] == OTHER
    assert [record.message for record in caplog.records] == ["Unknown device status: 77"]


def test_faults_in_words_else_by_their_code() -> None:
    fine = read(Family.MIN, Part.LIVE, MIN | {"faultType": 0, "errorText": "Unknown", "warnCode": 0})
    assert (fine["fault"], fine["problem"], fine["warning"]) == ("–", False, "–")
    bad = read(Family.MIN, Part.LIVE, MIN | {"faultType": 25, "errorText": "No AC Connection", "warnCode": 203})
    assert (bad["fault"], bad["problem"], bad["warning"]) == ("No AC Connection", True, "203")
    mute = read(Family.SPH, Part.LIVE, {"errorCode": 7, "errorText": "Unknown", "status": 5})
    assert mute["fault"] == "7"
    assert read(Family.MIN, Part.LIVE, MIN | {"status": 3, "faultType": 0})["problem"] is True


# Nonsense


@pytest.mark.parametrize("nonsense", ["", "null", '"null"', "--", "N/A", None, [], {}, True, "abc", "1e999", 10**400])
def test_nonsense_is_no_value_and_never_a_zero(nonsense: Any) -> None:
    desk = Desk(Family.MIN)
    desk.read(Part.LIVE, PACKS)
    found = desk.read(Part.LIVE, PACKS | {"ppv": nonsense, "pacToUserTotal": nonsense, "eacToday": nonsense})
    assert (found["solar_power"], found["grid_power"], found["output_energy_today"]) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("bmsSoc", 101, "battery_level"),
        ("bmsSoc", -1, "battery_level"),
        ("eacToday", -0.1, "output_energy_today"),
        ("ppv", -500, "solar_power"),
    ],
)
def test_what_cannot_be_is_no_value(name: str, value: float, key: str) -> None:
    desk = Desk(Family.MIN)
    desk.read(Part.LIVE, PACKS)
    assert desk.read(Part.LIVE, PACKS | {name: value, "bdc1Soc": None, "soc1": None})[key] is None


def test_a_sleeping_input_below_zero_is_zero() -> None:
    assert read(Family.MIN, Part.LIVE, MIN | {"ppv": -3.0})["solar_power"] == 0


def test_formulas() -> None:
    parsed = formula("a|b + c - d|e or f@kW")
    assert parsed.add == (("a", "b"), ("c",))
    assert parsed.subtract == (("d", "e"),)
    assert parsed.otherwise is not None
    assert (parsed.otherwise.add, parsed.otherwise.unit) == ((("f",),), "kW")
    assert parsed.names == frozenset("abcdef")
    assert formula("- a").subtract == (("a",),)
    assert formula("- a").add == ()


def test_what_a_day_or_a_life_counts_is_told_as_such() -> None:
    """A counter that the catalogue calls a measurement would not be guarded."""
    counted = {
        field.key for table in TABLES.values() for field in table.fields if field.key.endswith(("_today", "_total"))
    }
    kinds = {look_up(key)[0].kind for key in counted}
    assert kinds == {Kind.DAILY, Kind.LIFETIME}
    energies = {Quantity.ENERGY, Quantity.MONEY, Quantity.REACTIVE_ENERGY}
    assert {look_up(key)[0].quantity for key in counted} == energies
