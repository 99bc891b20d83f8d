"""What the answers of the legacy app API mean (goodwe.md §4.2–4.6): traps, sentinels, batteries, night."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.choices import NOTHING
from custom_components.solar_battery_hub.core.model import Gone
from custom_components.solar_battery_hub.vendors.goodwe.fields_legacy import work_modes
from custom_components.solar_battery_hub.vendors.goodwe.readings import batteries_of, firmware_of

from .reading_desk import BATTERY, HYBRID, NOW, PLANT, ROOF, SERIAL, SITE, battery_id, by_key, monitor, readings, row


def inverter(**told: object) -> dict[str, Any]:
    """Return what one inverter of the monitor call says."""
    return by_key(monitor({"inverter": [row(**told)]}).values)


def test_the_outer_power_is_the_right_one() -> None:
    data = {"inverter": [{**row(**ROOF), "out_pac": 1450.0}]}
    found = by_key(monitor(data).values)
    assert (found["output_power"], found["solar_power"]) == (1450, 1450)


def test_the_sun_is_told_where_it_is_told() -> None:
    assert inverter(**ROOF, outputpower=9.0)["solar_power"] == 1500
    assert inverter(**ROOF | {"pv_power": 1600.0})["solar_power"] == 1600
    assert inverter(**HYBRID)["solar_power"] == 4000
    strings = {"pv_power": 0.0, "vpv1": 300.0, "ipv1": 5.0, "vpv2": 310.0, "ipv2": 2.0, "vpv3": 6553.5, "ipv3": 6553.5}
    assert inverter(**HYBRID | strings)["solar_power"] == 2120


@pytest.mark.parametrize("status", [-1, 0])
def test_a_power_that_stands_still_after_dark_is_none(status: int) -> None:
    counted = {"eday": 12.5, "etotal": 900.0, "lastmonthetotle": 800.0, "capacity": 5.0}
    found = inverter(**ROOF | counted | {"status": status, "tempperature": 0.0})
    assert (found["solar_energy_at_month_start"], found["rated_power"]) == (800, 5000)
    assert (found["output_power"], found["solar_power"]) == (0, 0)
    assert (found["solar_energy_today"], found["solar_energy_total"]) == (12.5, 900)
    assert found["temperature"] == (Gone.GONE if status == -1 else 0)


def test_a_hybrid_waiting_has_the_power_it_tells() -> None:
    assert inverter(**HYBRID | {"status": 0})["output_power"] == 1100


def test_an_inverter_that_fell_silent() -> None:
    desk, told = readings(), {"tempperature": 40.0, "etotal": 900.0, **ROOF}
    found = by_key(monitor({"inverter": [row(**told)]}, desk=desk, now=NOW + timedelta(minutes=20)).values)
    assert (found["output_power"], found["temperature"]) == (1500, 40)
    late = monitor({"inverter": [row(**told)]}, desk=desk, now=NOW + timedelta(minutes=40))
    found = by_key(late.values)
    assert (found["output_power"], found["temperature"], found["solar_energy_total"]) == (0, Gone.GONE, 900)
    assert set(late.times.values()) == {NOW - timedelta(minutes=1)}


@pytest.mark.parametrize(
    ("model", "workmode", "status", "word"),
    [
        ("GW8500-MS-30", 4, 0, "self_check"),
        ("GW8500-MS-30", 1, 1, "normal"),
        ("GW5000D-NS", 0, 0, "waiting"),
        ("GW3000-XS", 2, 1, "fault"),
        ("GW10K-ET", 2, 1, "off_grid"),
        ("GW5048-EH", 5, 1, "self_check"),
        ("GW6000-BT", 4, 1, "upgrading"),
        ("GW2500-BP", 64, 1, "charging"),
        ("GW5048D-ES", 128, 1, "discharging"),
        ("GW5048-EM", 32, 1, "standby"),
        ("GW5048-EM", 3, 1, "normal"),  # no single bit: the status speaks
        ("GW8500-MS-30", 1, -1, "offline"),
        ("GW10K-ET", 1, 2, "fault"),
        ("Mystery", 64, 1, "normal"),
    ],
)
def test_work_mode_by_family(model: str, workmode: int, status: int, word: str) -> None:
    found = inverter(model_type=model, workmode=workmode, status=status)
    assert (found["device_status"], found["work_mode_code"]) == (word, str(workmode))
    assert (found["reachable"], found["problem"]) == (status != -1, status == 2)


@pytest.mark.parametrize("model", ["", "METEOR", "GWETHER", "DTX-9"])
def test_unknown_families(model: str) -> None:
    assert work_modes(model) is None


def test_a_box_between_string_and_inverter() -> None:
    found = inverter(
        model_type="GW2500-BP", isbuettey=True, isbuetteybpu=True, pac=677.8, outputpower=33.8, vac1=338.8, vpv1=338.9
    )
    assert found["solar_power"] == 677.8
    assert {"output_power", "phase_voltage_1"}.isdisjoint(found)


def test_a_battery_inverter_beside_the_panels_has_no_panels() -> None:
    found = inverter(isbuettey=True, isbuetteybps=True, vpv1=230.0, ipv1=2.0, eday=3.0, etotal=50.0, pac=100.0)
    assert not {key for key in found if key.startswith(("pv_", "solar_"))}
    assert found["output_power"] == 100


def test_sentinels_of_absent_phases() -> None:
    found = inverter(**ROOF, vac1=239.4, iac1=0.0, fac1=50.01, vac2=6553.5, iac2=6553.5, fac2=655.35, iload=4294967.295)
    assert (found["phase_voltage_1"], found["phase_current_1"], found["grid_frequency"]) == (239.4, 0, 50.01)
    assert {"phase_voltage_2", "phase_current_2", "backup_current_1"}.isdisjoint(found)


def test_totals_that_look_like_a_sentinel_are_totals() -> None:
    found = inverter(**ROOF, etotal=6553.5, total_buy=655.35, pmeter=6553.5)
    assert (found["solar_energy_total"], found["grid_import_energy_total"]) == (6553.5, 655.35)
    assert found["grid_power"] == -6553.5


def test_the_backup_repeats_the_meter_where_there_is_none() -> None:
    assert "backup_power" not in inverter(pmeter=-2337.0, pbackup=-2337.0)
    assert inverter(pmeter=-2337.0, pbackup=412.0)["backup_power"] == 412


def test_the_meter_of_an_inverter() -> None:
    told = {
        "pmeter": -317.0,
        "buy": 1.5,
        "seller": 0.25,
        "total_buy": 300.0,
        "total_sell": 12.0,
        "mtActivepowerS": -90.0,
    }
    found = inverter(**ROOF, **told)
    assert (found["grid_power"], found["grid_phase_power_2"]) == (317, 90)
    assert (found["grid_import_energy_today"], found["grid_export_energy_today"]) == (1.5, 0.25)
    assert (found["grid_import_energy_total"], found["grid_export_energy_total"]) == (300, 12)


def test_a_meter_with_a_page_of_its_own() -> None:
    told = {"pmeter": -317.0, "total_buy": 300.0, "mtActivepowerS": -90.0, "fac1": 50.0}
    one, two = row(**ROOF, **told), {**row(**ROOF, **told), "sn": "OTHER"}
    found = readings().monitor(PLANT, {"inverter": [one]}, now=NOW, zone=None, battery_id=battery_id, meter="METER")
    assert by_key(found.values, "METER") == {"grid_power": 317, "grid_import_energy_total": 300, "phase_power_2": 90}
    assert by_key(found.values)["grid_frequency"] == 50
    assert not {"grid_power", "grid_phase_power_2"} & by_key(found.values).keys()
    found = readings().monitor(
        PLANT, {"inverter": [one, two]}, now=NOW, zone=None, battery_id=battery_id, meter="METER"
    )
    assert by_key(found.values, "METER") == {}  # one meter, two opinions
    two = {**row(**ROOF), "sn": "OTHER"}
    found = readings().monitor(
        PLANT, {"inverter": [one, two]}, now=NOW, zone=None, battery_id=battery_id, meter="METER"
    )
    assert by_key(found.values, "METER")["grid_power"] == 317


def test_with_a_meter_apart_the_inverters_own_means_nothing() -> None:
    told = {"pmeter": -317.0, "buy": 1.5, "total_buy": 300.0, "mtActivepowerS": -90.0}
    data = {"inverter": [row(**ROOF, **told)], "homKit": {"sn": "9HK30000000W0001"}}
    assert not {key for key in by_key(monitor(data).values) if key.startswith("grid_")}


def test_the_lifetime_at_the_end_of_last_month() -> None:
    found = inverter(**ROOF, eday=30.3, etotal=16851.1, thismonthetotle=564.5, lastmonthetotle=16256.3)
    assert found["solar_energy_at_month_start"] == 16256.3
    assert found["solar_energy_month"] == 594.8


def test_a_battery() -> None:
    values = monitor({"inverter": [row(**HYBRID, bms_alarm=0, bms_warning=4, bms_charge_i_max=25.0)]}).values
    assert by_key(values, BATTERY) == {
        "battery_level": 63,
        "battery_health": 99,
        "battery_voltage": 330,
        "battery_current": -9,
        "battery_power": -2970,
        "charge_current_limit": 25,
        "device_status": "charging",
        "fault": NOTHING,
        "warning": "4",
        "last_measured": NOW - timedelta(minutes=1),
    }


@pytest.mark.parametrize(
    ("told", "numbers"),
    [
        ({"soc": 45.0, "soh": -0.1, "vbattery1": 0.0}, ()),  # any level of an inverter without battery
        ({"soc": 45.0, "vbattery1": 50.0, "isbuettey": False}, ()),
        ({"soc": 45.0, "vbattery1": 50.0, "isbuettey": True}, (1,)),
        ({"soc": 0.0, "soh": 98.0, "vbattery1": 0.0, "isbuettey": True}, (1,)),
        ({"soh": -0.1, "vbattery1": 0.0, "total_pbattery": -20.0, "isbuettey": True}, (1,)),
        ({"soh": 0.0, "vbattery1": 6553.5, "isbuettey": True}, ()),
        ({"battery_count": 1, "more_batterys": [{"vbattery": 0.0, "soh": 0.0}], "isbuettey": True}, ()),
        (
            {"more_batterys": [{"vbattery": 50.0}, {"vbattery": 0.0, "soc": 0.0}, {"soh": 90.0}], "isbuettey": True},
            (1, 3),
        ),
    ],
)
def test_which_batteries_there_are(told: dict[str, Any], numbers: tuple[int, ...]) -> None:
    assert batteries_of(row(**told)) == numbers


def test_the_only_battery_of_a_list_is_the_one_told_of_elsewhere() -> None:
    more = [{"vbattery": 0.0}, {"vbattery": 50.0, "ibattery": -4.0}]
    found = by_key(monitor({"inverter": [row(**HYBRID | {"more_batterys": more})]}).values, battery_id(SERIAL, 2))
    assert (found["device_status"], found["battery_power"]) == ("charging", -200)


def test_several_batteries() -> None:
    more = [{"vbattery": 50.0, "ibattery": 4.0, "soc": 40.0, "bms_temperature": 21.5}, {"vbattery": 51.0, "soc": 60.0}]
    values = monitor({"inverter": [row(isbuettey=True, more_batterys=more, vbattery1=99.0)]}).values
    first, second = (by_key(values, battery_id(SERIAL, number)) for number in (1, 2))
    assert (first["battery_level"], first["battery_power"], first["battery_temperature"]) == (40, 200, 21.5)
    assert (second["battery_level"], second["battery_voltage"]) == (60, 51)


def test_faults_that_stand() -> None:
    last = int((NOW.timestamp() - 60) * 1000)
    old = {"error_code": "E-1", "show": True, "time": last - 3_600_000}
    new = {"error_code": "E-G3-12-0", "show": True, "time": last + 120_000}
    assert inverter(errors=[old, new], fault_messge=0)["fault"] == "E-G3-12-0"
    assert inverter(errors=[old], fault_messge=0)["fault"] == NOTHING
    assert inverter(errors=[new | {"show": False}], fault_messge=512)["fault"] == "512"
    assert "fault" not in inverter()


def test_firmware_is_a_text() -> None:
    assert firmware_of(row(firmwareversion=15.0, ram=12.0)) == "1512"
    assert firmware_of(row(firmwareversion=10003.0, ram=None)) == "10003"
    assert firmware_of({**row(), "firmware_version": 5.0}) == "5"
    assert firmware_of(row(firmwareversion=0.0, ram=5.0)) == "5"
    assert firmware_of(row(firmwareversion=0.0)) is None


def line(key: str, value: str, unit: str = "") -> dict[str, str]:
    """Return a row of an inverter's page."""
    return {"key": key, "value": value, "unit": unit}


LINES: dict[str, Any] = {
    "left": [
        line("dmDeviceType", "GW5000-DT"),
        line("DeviceParameter_capacity", "5.0", "kW"),
        line("lab_pf", "0.98"),
    ],
    "right": [
        line("acVacVol", "231.5/229.8/230.1", "V"),
        line("acCurrent", "2.1/2.0/2.2", "A"),
        line("acFrequency", "50.02/50.02/50.02", "Hz"),
        line("innerTemp", "41.2", "℃"),
        line("dcVandC1", "540.5/2.4", "V/A"),
        line("dcVandC2", "0.0/0.0", "V/A"),
        line("lab_reactiveP", "0.12", "kVar"),
        line("lab_GFCI", "14", "mA"),
        line("lab_ISO", "", "kΩ"),
    ],
}
LEFT: dict[str, Any] = {
    "sn": SERIAL,
    "out_pac": 1460.0,
    "eday": 9.5,
    "emonth": 100.0,
    "etotal": 5000.0,
    "hTotal": 8000.0,
    "status": 1,
    "soc": "45%",
    "is_stored": False,
    "last_refresh_time": "06/01/2026 11:59:00",
    "dict": LINES,
}


def test_what_is_left_after_the_cut_off() -> None:
    found = readings().points(PLANT, [LEFT], now=NOW, zone=NOW.tzinfo, battery_id=battery_id)
    assert by_key(found.values, SITE) == {"solar_power": 1460}
    assert by_key(found.values) == {
        "output_power": 1460,
        "solar_power": 1460,
        "solar_energy_today": 9.5,
        "solar_energy_total": 5000,
        "solar_energy_month": 109.5,
        "running_time": 8000 * 3600,
        "rated_power": 5000,
        "phase_voltage_1": 231.5,
        "phase_voltage_2": 229.8,
        "phase_voltage_3": 230.1,
        "phase_current_1": 2.1,
        "phase_current_2": 2.0,
        "phase_current_3": 2.2,
        "grid_frequency": 50.02,
        "temperature": 41.2,
        "pv_voltage_1": 540.5,
        "pv_current_1": 2.4,
        "output_reactive_power": 120,
        "leakage_current": 14,
        "power_factor": 98,
        "device_status": "normal",
        "reachable": True,
        "problem": False,
        "last_measured": NOW - timedelta(minutes=1),
    }
    assert set(found.values) == set(found.times)


@pytest.mark.parametrize("rows", [None, {}, [], [None], [{"sn": SERIAL, "invert_full": None}], ["x"]])
def test_rows_that_say_nothing(rows: Any) -> None:
    assert set(monitor({"inverter": rows}).values) == set()
