"""What hybrids, storages, unknown types, packs and plants tell (growatt.md D.0, D.3–D.6)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.solar_battery_hub.vendors.growatt.fields import Part
from custom_components.solar_battery_hub.vendors.growatt.model import Family

from .reading_desk import Desk, read

# The calls of the password API for an SPH (D.3)

STATUS: dict[str, Any] = {
    "SOC": "45",
    "chargePower": "1.2",
    "pdisCharge1": "0",
    "pLocalLoad": "0.93",
    "pPv1": "0.7",
    "pPv2": "0.5",
    "ppv": "1.2",
    "pactogrid": "0",
    "pactouser": "0.33",
    "vBat": "52.1",
    "status": "5",
    "priorityChoose": "1",
    "lost": "mix.status.normal",
    "unit": "kW",
}


def test_a_status_is_in_kilowatts() -> None:
    found = read(Family.SPH, Part.STATUS, STATUS)
    assert found["solar_power"] == 1200
    assert (found["pv_power_1"], found["pv_power_2"]) == (700, 500)
    assert found["battery_power"] == -1200
    assert found["grid_power"] == 330
    assert found["home_power"] == 930
    assert found["work_priority"] == "battery_first"
    assert read(Family.SPH, Part.INFO, {"pDischarge1": "0", "pCharge1": "1180.5"})["battery_power"] == -1180.5


@pytest.mark.parametrize("ppv", ["1.2", "1.201", "1.0"])
def test_strings_that_come_in_watts_all_the_same(ppv: str) -> None:
    found = read(Family.SPH, Part.STATUS, STATUS | {"pPv1": "700", "pPv2": "500", "ppv": ppv})
    assert (found["pv_power_1"], found["pv_power_2"]) == (700, 500)


def test_equal_names_of_different_calls_stay_apart() -> None:
    """``etouser`` of a day's chart is without what charged the battery, that of the dashboard with it (A.7)."""
    desk = Desk(Family.SPH)
    day = desk.read(Part.DAY, {"etouser": "10.2", "eChargeToday": "2.6", "eChargeToday1": "10.1", "echarge1": "9.3"})
    assert day["home_from_grid_energy_today"] == 10.2
    assert day["home_from_solar_energy_today"] == 2.6
    assert day["self_consumption_energy_today"] == 10.1
    assert day["home_from_battery_energy_today"] == 9.3
    assert not {"grid_import_energy_today", "battery_charge_energy_today"} & day.keys()
    assert desk.read(Part.DASHBOARD, {"etouser": "20.5kWh"}) == {"grid_import_energy_today": 20.5}
    totals = desk.read(
        Part.OVERVIEW, {"etoGridToday": "0.3", "etogridTotal": "2293", "photovoltaicRevenueToday": "1.5"}
    )
    assert (totals["grid_export_energy_today"], totals["grid_export_energy_total"]) == (0.3, 2293)
    assert totals["savings_today"] == 1.5


def test_names_in_other_capitals_are_recognised() -> None:
    found = read(Family.SPH, Part.LIVE, {"BMSSOC": 51, "EPVTODAY": "3.3", "edischargeToday": 0.4, "soc": None})
    assert found["battery_level"] == 51
    assert found["solar_energy_today"] == 3.3
    assert found["battery_discharge_energy_today"] == 0.4


def test_an_spa_has_no_sun_of_its_own() -> None:
    assert "solar_power" not in read(Family.SPA, Part.LIVE, {"ppvInverter": 0.0, "epvInverterTotal": 0.0, "soc": 5})
    assert read(Family.SPA, Part.LIVE, {"ppvInverter": 800.0})["solar_power"] == 800


def test_storage() -> None:
    bean = {
        "capacity": 98,
        "ppv": 400.0,
        "ppv2": 350.5,
        "pBat": -120.0,
        "pAcInPut": 33.0,
        "outPutPower": 500.0,
        "outputConfig": 3.0,
        "chargeConfig": 2,
        "freqOutPut": 50.0,
        "freqGrid": 49.9,
        "vGrid": 229.0,
        "eacDisChargeTotal": 4.5,
        "status": 1,
    }
    found = read(Family.STORAGE, Part.LIVE, bean)
    assert found["battery_level"] == 98
    assert found["battery_power"] == -120
    assert found["solar_power"] == 750.5
    assert (found["pv_power_1"], found["pv_power_2"]) == (400, 350.5)
    assert found["grid_power"] == 33
    assert found["home_power"] == 500
    assert (found["output_source"], found["charge_source"]) == ("solar_and_grid", "solar_only")
    assert (found["output_frequency"], found["grid_frequency"]) == (50, 49.9)
    assert found["home_from_grid_energy_total"] == 4.5
    assert found["device_status"] == "charging"
    charging = read(Family.STORAGE, Part.LIVE, {"pBat": 0, "pCharge": 200.0, "pDischarge": 0.0})
    assert charging["battery_power"] == -200


def test_an_unknown_type_gets_what_is_called_as_elsewhere() -> None:
    listed = {"power": "7.1", "eToday": "0.2", "energy": "12.2", "deviceStatus": "1", "capacity": "45%", "lost": False}
    found = read(Family.OTHER, Part.LISTED, listed)
    assert (found["output_power"], found["output_energy_today"], found["output_energy_total"]) == (7.1, 0.2, 12.2)
    assert found["battery_level"] == 45
    assert found["device_status"] == "normal"
    live = read(
        Family.OTHER, Part.LIVE, {"plocalLoadTotal": 700.0, "pdischarge1": 50.0, "pcharge1": 0.0, "vacr": 230.0}
    )
    assert live["home_power"] == 700
    assert live["battery_power"] == 50
    assert live["phase_voltage_1"] == 230


def test_a_number_with_its_time_glued_on() -> None:
    assert read(Family.OTHER, Part.LISTED, {"energy": "1.5_1720071651105"})["output_energy_total"] == 1.5


def test_a_known_family_tells_in_a_list_only_whether_it_is_lost() -> None:
    assert read(Family.MIN, Part.LISTED, {"power": "7.1", "lost": True, "status": 0}) == {"reachable": False}


def test_a_pack_of_its_own() -> None:
    bean = {"soc": "43", "chargeOrDisPower": "-250", "chargeTotal": "12.5", "dischargeTotal": "11"}
    found = read(Family.BATTERY, Part.PACK, bean)
    assert found["battery_level"] == 43
    assert found["battery_power"] == 250  # theirs is + while charging (A.6.2)
    assert (found["pack_charge_energy_total"], found["pack_discharge_energy_total"]) == (12.5, 11)


def test_facts_are_never_gone() -> None:
    found = read(Family.MIN, Part.FACTS, {"pmax": 11400, "fwVersion": "AK1.0", "lost": True, "status": 1})
    assert found == {"rated_power": 11400, "firmware": "AK1.0"}


# Plants (D.0)


def test_a_plant_by_password() -> None:
    bean = {
        "todayEnergy": "9.3",
        "totalEnergy": "2.56 MWh",
        "invTodayPpv": "740",
        "plantMoneyText": "2.4/€",
        "totalMoneyText": "112.9",
        "Co2Reduction": "1.02 KT",
        "nominal_Power": 3680,
    }
    at = datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert read(None, Part.PLANT_INFO, bean, at=at) == {
        "output_power": 740,
        "output_energy_today": 9.3,
        "output_energy_total": 2560,
        "savings_today": 2.4,
        "savings_total": 112.9,
        "co2_saved": 1_020_000,
        "rated_power": 3680,
        "last_measured": at,
    }


@pytest.mark.parametrize(
    ("devices", "told"),
    [
        ({"deviceList": [{"deviceType": "inverter"}, {"deviceType": "max"}]}, True),
        ({"deviceList": [], "invList": [{"deviceType": "inverter"}], "sphList": [{"deviceType": "mix"}]}, False),
        ({"deviceList": [{"deviceType": "wit"}]}, False),
        ({"deviceList": None, "datalogList": [{"device_type": "ShineWeFi"}]}, True),
    ],
)
def test_the_power_of_a_plant_leaves_hybrids_out(devices: dict[str, Any], told: bool) -> None:
    """It is 0 or a part then (A.5); the sum over the devices counts."""
    assert ("output_power" in read(None, Part.PLANT_INFO, {"invTodayPpv": "740", **devices})) is told


@pytest.mark.parametrize("money", ["0.0 ", "0.0", 0, "0 (￥)"])
def test_money_without_its_slash(money: Any) -> None:
    assert read(None, Part.PLANT_INFO, {"plantMoneyText": money}) == {"savings_today": 0}


def test_a_plant_by_token() -> None:
    bean = {
        "current_power": 0.74,
        "today_energy": "0.2",
        "monthly_energy": 15.7,
        "yearly_energy": 200,
        "total_energy": "1",
    }
    found = read(None, Part.PLANT_DATA, bean | {"carbon_offset": 9.4, "peak_power_actual": 20, "efficiency": ""})
    assert found == {
        "output_power": 740,
        "output_energy_today": 0.2,
        "output_energy_month": 15.7,
        "output_energy_year": 200,
        "output_energy_total": 1,
        "co2_saved": 9.4,
        "rated_power": 20_000,
    }
