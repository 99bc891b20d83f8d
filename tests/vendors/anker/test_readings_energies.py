"""What answers about energies count, by day, with everything they say wrongly (anker.md §10)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.catalogue import look_up
from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.vendors.anker.energies import brings, of_days
from custom_components.solar_battery_hub.vendors.anker.questions import Question, questions

from .reading_desk import OWNER, Desk

BEFORE, DAY = date(2026, 5, 31), date(2026, 6, 1)
EMPTY: dict[str, Any] = dict.fromkeys(
    (
        *("charge_total", "discharge_total", "solar_total", "solar_to_grid_total", "solar_to_battery_total"),
        *(
            "solar_to_home_total",
            "battery_to_home_total",
            "grid_to_home_total",
            "home_usage_total",
            "total_energy_unit",
        ),
        *("ac_out_put_total", "grid_to_battery_total", "grid_imported_total", "battery_discharging_total"),
    ),
    "",
)


def answer(power: Mapping[str, str] | None = None, **told_: Any) -> dict[str, Any]:
    """Return an answer of ``energy_analysis`` by week (§10.2); ``power`` by day."""
    return {
        **EMPTY,
        "power": points(power) if power is not None else None,
        "charge_trend": None,
        "charge_level": None,
        "power_unit": "wh",
        "smart_plug_info": None,
        **told_,
    }


def points(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a list of the answer."""
    return [{"time": day, "value": value, "rods": None} for day, value in values.items()]


def read(
    desk: Desk, name: str, bean: Mapping[str, Any], first: date = DAY, last: date = DAY, serial: str = ""
) -> dict[str, float]:
    """Return what a question counted, by key; of other devices than the site with its id before it."""
    found = of_days(Question("s1", name, serial), bean, first, last, desk.inventory)
    return {ref.key if ref.device == OWNER else f"{ref.device}/{ref.key}": energy for ref, energy in found.items()}


def test_solarbanks() -> None:
    """``discharge_total`` is what the house used (§10.2)."""
    bean = answer(
        {"2026-06-01": "2.41"},
        charge_total="3.74",
        discharge_total="6.70",
        battery_discharging_total="2.45",
        battery_to_home_total="2.30",
        ac_out_put_total="0.00",
        grid_to_battery_total="1.20",
        solar_to_battery_total="2.54",
        third_party_pv_to_bat="0.00",
    )
    assert read(Desk("A17C5"), "solarbank", bean) == {
        "battery_discharge_energy_today": 2.41,
        "battery_charge_energy_today": 3.74,
        "home_from_battery_energy_today": 2.3,
        "grid_charge_energy_today": 1.2,
        "battery_from_solar_energy_today": 2.54,
    }


def test_where_the_energy_went_is_only_known_by_newer_ones() -> None:
    """Zeros of the second generation mean nothing (§10.2); of the first, what passes through counts as output."""
    bean = answer(
        {"2026-06-01": "2.41"}, charge_total="3.74", solar_to_battery_total="0.00", battery_to_home_total="1.00"
    )
    assert "battery_from_solar_energy_today" not in read(Desk("A17C1"), "solarbank", bean)
    assert read(Desk("A17C0"), "solarbank", bean) == {
        "output_energy_today": 2.41,
        "battery_charge_energy_today": 3.74,
    }


def test_a_cascade_is_of_the_newer_generation() -> None:
    bean = answer({"2026-06-01": "2.41"}, grid_to_battery_total="0.00")
    found = read(Desk("A17C1", "A17C0"), "solarbank", bean)
    assert found == {"battery_discharge_energy_today": 2.41, "grid_charge_energy_today": 0}


def test_the_house_and_its_plugs() -> None:
    rows = [{"device_sn": "A17X8-1", "total_power": "0.90"}, {"device_sn": "A17X8-2", "total_power": ""}]
    bean = answer(
        {"2026-06-01": "6.94"},
        home_usage_total="6.95",
        grid_to_home_total="5.18",
        solar_to_home_total="1.73",
        smart_plug_info={
            "smartplug_list": [*rows, {"device_sn": "STRANGER", "total_power": "1"}],
            "total_power": "1.20",
        },
    )
    assert read(Desk("A17C5", "A17X8", "A17X8"), "home_usage", bean) == {
        "home_energy_today": 6.94,
        "home_from_grid_energy_today": 5.18,
        "home_from_solar_energy_today": 1.73,
        "plug_energy_today": 1.2,
        "A17X8-1/plug_energy_today": 0.9,
    }
    without = read(
        Desk("A17C5"), "home_usage", {**bean, "smart_plug_info": {"smartplug_list": [], "total_power": "0.00"}}
    )
    assert not {key for key in without if "plug" in key}


def test_the_grid() -> None:
    """Export is negative; ``charge_trend`` is all that was taken, ``grid_imported_total`` is not (§10.2)."""
    bean = answer(
        {"2026-06-01": "-2.18"},
        charge_trend=points({"2026-06-01": "6.04"}),
        solar_to_grid_total="2.18",
        grid_imported_total="0.00",
    )
    assert read(Desk("A17C5", "A17X7"), "grid", bean) == {
        "grid_export_energy_today": 2.18,
        "grid_import_energy_today": 6.04,
    }


def test_the_sun() -> None:
    bean = answer(
        {"2026-06-01": "1.91"},
        charge_total="0.17",
        discharge_total="6.94",
        solar_total="1.90",
        solar_to_grid_total="0.02",
        charging_pre="0.09",
        electricity_pre="0.91",
    )
    assert read(Desk("A17C5"), "solar_production", bean) == {
        "solar_energy_today": 1.91,
        "export_from_solar_energy_today": 0.02,
    }


def test_what_goes_to_the_grid_is_known_where_something_measures_it() -> None:
    """Without a meter the cloud says 0.00, day after day; what it does say is told from then on."""
    nothing = answer({"2026-06-01": "1.91"}, solar_to_grid_total="0.00")
    exported = "export_from_solar_energy_today"
    desk = Desk("A17C0")
    assert read(desk, "solar_production", nothing) == {"solar_energy_today": 1.91}
    assert read(Desk("A17C5", "A17X7"), "solar_production", nothing)[exported] == 0
    assert read(desk, "solar_production", {**nothing, "solar_to_grid_total": "0.30"})[exported] == 0.3
    assert read(desk, "solar_production", nothing)[exported] == 0


def test_inputs() -> None:
    """Their answers repeat the totals of the site (§10.2)."""
    bean = answer({"2026-06-01": "1.01"}, charge_total="0.78", solar_total="4.67", solar_to_grid_total="0.06")
    assert read(Desk("A17C5"), "solar_production_pv2", bean) == {"A17C5-1/pv_energy_today_2": 1.01}


def test_a_micro_inverter_shows_once_there_is_one() -> None:
    desk, name = Desk("A17C2"), "solar_production_microinverter"
    assert read(desk, name, answer({"2026-06-01": "0.00"})) == {}
    assert read(desk, name, answer({"2026-06-01": "0.40"})) == {"A17C2-1/other_solar_energy_today": 0.4}
    assert read(desk, name, answer({"2026-06-01": "0.00"})) == {"A17C2-1/other_solar_energy_today": 0}


def test_other_sun_shows_once_there_is_some() -> None:
    desk = Desk("A17C5", "A17X7")
    bank = answer({"2026-06-01": "1"}, third_party_pv_to_bat="0.50", ac_out_put_total="0.00")
    grid = answer({"2026-06-01": "-1"}, third_party_pv_to_grid="0.00")
    assert "export_from_other_solar_energy_today" not in read(desk, "grid", grid)
    assert read(desk, "solarbank", bank)["battery_from_other_solar_energy_today"] == 0.5
    grid["third_party_pv_to_grid"] = "0.70"
    assert read(desk, "grid", grid)["export_from_other_solar_energy_today"] == 0.7


def test_one_of_several_solarbanks() -> None:
    bean = answer({"2026-06-01": "1.50"}, solar_to_grid_total="0.02")
    desk = Desk("A17C5", "A17C5")
    assert read(desk, "solar_production", bean, serial="A17C5-2") == {"A17C5-2/solar_energy_today": 1.5}


def test_a_charger() -> None:
    bean = answer({"2026-06-01": "11.30"})
    assert read(Desk("A17C5", "A5191"), "ev_charger", bean) == {"A5191-1/ev_charging_energy_today": 11.3}
    assert read(Desk("A17C5", "A5191", "A5191"), "ev_charger", bean) == {"ev_charging_energy_today": 11.3}


def test_large_stations() -> None:
    assert read(Desk("A1782"), "pps", answer({"2026-06-01": "0.80"})) == {"battery_charge_energy_today": 0.8}


def test_several_days_are_added_up() -> None:
    bean = answer({"2026-05-31": "2.00", "2026-06-01": "1.00"}, charge_total="5.00")
    found = read(Desk("A17C5"), "solarbank", bean, BEFORE, DAY)
    assert (found["battery_discharge_energy_today"], found["battery_charge_energy_today"]) == (3, 5)


def test_labels_tell_the_day() -> None:
    """The last element may still be yesterday, and so may the totals (§10.3)."""
    bean = answer({"2026-05-31": "2.00"}, charge_total="5.00")
    assert read(Desk("A17C5"), "solarbank", bean) == {}
    assert read(Desk("A17C5"), "solarbank", bean, BEFORE, BEFORE)["battery_discharge_energy_today"] == 2


def test_one_day_of_several() -> None:
    """Totals are those of all days."""
    bean = answer({"2026-05-31": "2.00", "2026-06-01": "1.00"}, charge_total="5.00")
    assert read(Desk("A17C5"), "solarbank", bean) == {"battery_discharge_energy_today": 1}


def test_a_day_that_is_missing_is_no_zero() -> None:
    bean = answer({"2026-06-01": "1.00"}, charge_trend=points({"2026-05-31": "1.00", "2026-06-01": "2.00"}))
    found = read(Desk("A17C5", "A17X7"), "grid", bean, BEFORE, DAY)
    assert found == {"grid_import_energy_today": 3}


@pytest.mark.parametrize("nothing", ["", None, "--", {}, "x"])
def test_blanks_are_no_zeros(nothing: object) -> None:
    bean = answer({}, charge_total=nothing)
    bean["power"] = [{"time": "2026-06-01", "value": nothing}]
    assert read(Desk("A17C5"), "solarbank", bean) == {}


@pytest.mark.parametrize("bean", [{}, {"power": {}, "charge_trend": "x"}, {"power": [None, 3, {"value": "1"}]}])
def test_nothing_at_all(bean: dict[str, Any]) -> None:
    for name in ("solarbank", "home_usage", "grid", "solar_production", "pv", "panel_hes", "hes_grid", "unheard_of"):
        assert read(Desk("A17C5"), name, bean) == {}


PARTS = [
    {"type": "hes", "value": "1.00", "unit": "KWh", "imported": True},
    {"type": "home", "value": "2.00", "unit": "KWh", "imported": True},
]


@pytest.mark.parametrize(
    ("source", "told_", "expected"),
    [
        (
            "hes",
            {"totalImportedEnergy": "3.10", "totalExportedEnergy": "900", "totalExportedEnergyUnit": "Wh"},
            {"battery_charge_energy_today": 3.1, "battery_discharge_energy_today": 0.9},
        ),
        (
            "hes",
            {"totalImportedEnergy": "", "totalImportedEnergyUnit": "", "totalExportedEnergy": "1.00"},
            {"battery_discharge_energy_today": 1},
        ),
        (
            "home",
            {
                "totalImportedEnergy": "0.02",
                "totalImportedEnergyUnit": "MWh",
                "aggregates": [
                    {"type": "hes", "value": "4", "unit": "KWh"},
                    {"type": "solar", "value": "10", "unit": "KWh"},
                    {"type": "grid", "value": "6000", "unit": "Wh"},
                    {"type": "moon", "value": "6", "unit": "KWh"},
                ],
            },
            {
                "home_energy_today": 20,
                "home_from_battery_energy_today": 4,
                "home_from_solar_energy_today": 10,
                "home_from_grid_energy_today": 6,
            },
        ),
        (
            "grid",
            {
                "totalImportedEnergy": "3.00",
                "totalExportedEnergy": "1.50",
                "aggregates": [*PARTS, {"type": "hes", "value": "0.30", "unit": "KWh", "imported": False}],
            },
            {
                "grid_import_energy_today": 3,
                "grid_export_energy_today": 1.5,
                "grid_charge_energy_today": 1,
                "export_from_battery_energy_today": 0.3,
            },
        ),
        (
            "solar",
            {
                "totalImportedEnergy": "9",
                "totalExportedEnergy": "12.00",
                "aggregates": [
                    {"type": "hes", "value": "5", "unit": "KWh"},
                    {"type": "grid", "value": "3", "unit": "KWh"},
                ],
            },
            {"solar_energy_today": 12, "battery_from_solar_energy_today": 5, "export_from_solar_energy_today": 3},
        ),
        ("evCharger", {"totalImportedEnergy": "7.00"}, {"ev_charging_energy_today": 7}),
    ],
)
@pytest.mark.parametrize("kind", ["panel", "hes"])
def test_systems_without_live_values(kind: str, source: str, told_: dict[str, Any], expected: dict[str, float]) -> None:
    defaults = {"totalImportedEnergyUnit": "KWh", "totalExportedEnergyUnit": "KWh", "aggregates": None, "power": None}
    assert read(Desk("A17B1"), f"{kind}_{source}", {**defaults, **told_}) == expected


def test_an_inverter_by_position() -> None:
    """Element i is the first day + i − 1, without any date (§6.4)."""
    rows = [{"index": 1, "energy": 1200, "money": 0}, {"index": 2, "energy": 800, "money": 0}]
    bean = {"energy": rows, "energyUnit": "Wh"}
    assert read(Desk("A5143"), "pv", bean, BEFORE, DAY, "A5143-1") == {"A5143-1/solar_energy_today": 2}
    assert read(Desk("A5143"), "pv", bean, DAY, DAY, "A5143-1") == {"A5143-1/solar_energy_today": 1.2}
    assert read(Desk("A5143"), "pv", {"energy": rows[:1]}, BEFORE, DAY, "A5143-1") == {}


@pytest.mark.parametrize(
    "models",
    [
        ("A17C0",),
        ("A17C1", "A17C0", "A17X7"),
        ("A17C2", "A17X7", "A17X8"),
        ("A17C5", "A17C5", "A17X7", "A5191"),
    ],
)
def test_every_energy_of_a_day_has_a_total(models: tuple[str, ...]) -> None:
    """And each question can tell something, of devices that exist."""
    desk = Desk(*models)
    known = {OWNER, *(device.serial for device in desk.devices)}
    for question in questions(desk.inventory, desk.site):
        told_ = brings(question, desk.inventory)
        assert told_, question
        for ref in told_:
            assert ref.device in known
            look_up(ref.key.replace("_today", "_total"))


def test_what_a_question_brings() -> None:
    desk = Desk("A17C5", "A17X8")
    assert brings(Question("s1", "solar_production_pv3"), desk.inventory) == {Ref("A17C5-1", "pv_energy_today_3")}
    assert Ref("A17X8-1", "plug_energy_today") in brings(Question("s1", "home_usage"), desk.inventory)
    assert brings(Question("s1", "hes_evCharger"), desk.inventory) == {Ref(OWNER, "ev_charging_energy_today")}
    assert brings(Question("s1", "pv", "A5143-1"), desk.inventory) == {Ref("A5143-1", "solar_energy_today")}
