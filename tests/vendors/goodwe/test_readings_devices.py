"""What the answers of SEMS+ mean for devices (goodwe.md §5.4, §6.6): units, signs, sentinels, offline and asleep."""

from datetime import timedelta
import logging
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.choices import NOTHING, OTHER
from custom_components.solar_battery_hub.core.model import Gone, Ref
from custom_components.solar_battery_hub.vendors.goodwe.model import DeviceType, Factor
from tests.vendors.tools import MemoryStore

from .reading_desk import NOW, PLANT, SERIAL, SITE, by_key, device, factors, readings

ROOF: dict[str, Any] = {"pSystem": 2.28, "pAc": 2.28, "consumFlag": False, "refreshTime": "2026-06-01T14:00:00"}
TELEMETRY = factors(
    pAc=("1.064", "kW"),
    qAc=("-0.001", "kVar"),
    gridPF="0.98",
    Temperature=("29.2", "℃"),
    hTotal=("30353", "H"),
    Vac=("233.3", "V"),
    Iac=("4.3", "A"),
    Fac=("49.95", "Hz"),
    MPPT_1__Ppv=("0.9", "kW"),
    MPPT_1__Vpv=("319.8", "V"),
    MPPT_1__Ipv=("3.1", "A"),
    MPPT_2__Ppv=("0.25", "kW"),
    MPPT_2__Vpv=("250", "V"),
    MPPT_2__Ipv=("1", "A"),
    ISOLimit=("4200", "kOhm"),
    LeakageCurrent=("0.012", "A"),
)


def test_an_inverter() -> None:
    found = by_key(readings().live(device(), TELEMETRY, at=NOW))
    assert found == {
        "output_power": 1064,
        "output_reactive_power": -1,
        "power_factor": 98,
        "temperature": 29.2,
        "running_time": 30353 * 3600,
        "phase_voltage_1": 233.3,
        "phase_current_1": 4.3,
        "grid_frequency": 49.95,
        "pv_power_1": 900,
        "pv_voltage_1": 319.8,
        "pv_current_1": 3.1,
        "pv_power_2": 250,
        "pv_voltage_2": 250,
        "pv_current_2": 1,
        "solar_power": 1150,
        "insulation_resistance": 4200,
        "leakage_current": 12,
        "device_status": "normal",
        "reachable": True,
        "problem": False,
        "last_measured": NOW,
    }


def test_three_phases_and_a_backup() -> None:
    told = factors(
        pDc=("3.2", "kW"),
        PHASE_A__Vac=("230", "V"),
        PHASE_B__Vac=("231", "V"),
        PHASE_C__Iac=("2.5", "A"),
        pBackup=("0.25", "kW"),
        vBackupPhA=("229", "V"),
        aBackupPhB=("0.5", "A"),
    )
    found = by_key(readings().live(device(stores=True), told))
    assert (found["solar_power"], found["backup_power"]) == (3200, 250)
    assert (found["phase_voltage_1"], found["phase_voltage_2"], found["phase_current_3"]) == (230, 231, 2.5)
    assert (found["backup_voltage_1"], found["backup_current_2"]) == (229, 0.5)


def test_a_roof_inverter_that_tells_nothing_of_its_strings() -> None:
    told = factors(pAc=("1.5", "kW"))
    assert by_key(readings().live(device(), told))["solar_power"] == 1500
    assert "solar_power" not in by_key(readings().live(device(stores=True), told))


@pytest.mark.parametrize(
    ("code", "value", "key"),
    [
        ("Vac", "6553.5", "phase_voltage_1"),
        ("Iac", "6553.5", "phase_current_1"),
        ("Fac", "655.35", "grid_frequency"),
        ("Temperature", "6553.5", "temperature"),
        ("gridPF", "-0.001", "power_factor"),
        ("pAc", None, "output_power"),
        ("pAc", "", "output_power"),
        ("pAc", "--", "output_power"),
    ],
)
def test_what_is_not_there_is_no_number(code: str, value: object, key: str) -> None:
    assert key not in by_key(readings().live(device(), factors(**{code: value, "hTotal": "1"})))


def test_zeros_of_what_is_not_fitted_are_left_out() -> None:
    told = factors(pAc="0", MPPT_3__Ppv="0", MPPT_3__Vpv="0", pBackup="0", PHASE_B__Vac="0", vBackupPhA="0")
    assert set(by_key(readings().live(device(), told))) == {
        "output_power",
        "solar_power",
        "device_status",
        "reachable",
        "problem",
    }


def test_a_floating_input_is_no_string() -> None:
    desk = readings()
    assert "pv_voltage_3" not in by_key(desk.live(device(), factors(MPPT_3__Vpv="281.2", MPPT_3__Ipv="0")))
    found = by_key(desk.live(device(), factors(MPPT_3__Vpv="281.2", MPPT_3__Ipv="0.5")))
    assert (found["pv_voltage_3"], found["pv_current_3"]) == (281.2, 0.5)


def test_an_inverter_of_a_roof_at_night() -> None:
    desk = readings()
    desk.live(device(), TELEMETRY, at=NOW)
    for told in ({}, {code: Factor(data=None, unit=factor.unit) for code, factor in TELEMETRY.items()}, TELEMETRY):
        found = by_key(desk.live(device(status=0), told))
        assert {found[key] for key in ("output_power", "solar_power", "pv_power_1", "pv_power_2")} == {0.0}
        assert {found[key] for key in ("temperature", "phase_voltage_1", "pv_voltage_1", "problem")} == {Gone.GONE}
        assert (found["device_status"], found["reachable"]) == ("offline", False)
        assert found.get("running_time", 30353 * 3600) == 30353 * 3600


def test_a_hybrid_that_is_offline_says_nothing() -> None:
    desk = readings()
    desk.live(device(stores=True), TELEMETRY)
    found = by_key(desk.live(device(stores=True, status=0), {}))
    assert found["output_power"] is found["solar_power"] is found["temperature"] is Gone.GONE


def test_asleep() -> None:
    desk = readings()
    assert desk.asleep(SITE) == {}
    desk.flow(PLANT, ROOF, at=NOW)
    desk.live(device(), TELEMETRY)
    assert by_key(desk.asleep(SITE), SITE) == {"solar_power": 0, "output_power": 0}
    found = by_key(desk.asleep(SERIAL))
    assert (found["solar_power"], found["pv_power_2"], found["temperature"]) == (0, 0, Gone.GONE)


@pytest.mark.parametrize(
    ("status", "word"),
    [(0, "offline"), (1, "normal"), (2, "fault"), (3, "standby"), (4, "stopped"), (5, "normal"), (9, "maintenance")],
)
def test_status_in_words(status: int, word: str) -> None:
    found = by_key(readings().listed(device(status=status)))
    assert (found["device_status"], found["reachable"]) == (word, status != 0)
    assert found["problem"] is (Gone.GONE if status == 0 else status == 2)


def test_an_unknown_status_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(2):
        assert by_key(readings().listed(device(status=77)))["device_status"] == OTHER
    assert [record.message for record in caplog.records] == ["Unknown device status: 77"]


def test_who_tells_no_status() -> None:
    assert readings().listed(device(status=None)) == {}
    assert readings().listed(device(DeviceType.DONGLE)) == {}


def test_a_battery() -> None:
    told = factors(
        soc="99", soh="97", pBat=("-0.5", "kW"), voltage=("331.7", "V"), a=("-1.5", "A"), batSysTemp=("23.9", "℃")
    )
    found = by_key(readings().live(device(DeviceType.BATTERY, status=6), told))
    assert found == {
        "battery_level": 99,
        "battery_health": 97,
        "battery_power": -500,
        "battery_voltage": 331.7,
        "battery_current": -1.5,
        "battery_temperature": 23.9,
        "device_status": "charging",
        "reachable": True,
        "problem": False,
    }


def test_a_rack() -> None:
    told = factors(
        pMaxChar=("5", "kW"),
        pMaxDischar=("4.5", "kW"),
        tempMaxCell="25",
        tempMinCell="22.5",
        vMaxCell=("3331", "mV"),
        vMinCell="3298",
        aMaxChar=("25", "A"),
    )
    found = by_key(readings().live(device(DeviceType.BATTERY_RACK, status=None), told))
    assert found == {
        "charge_power_limit": 5000,
        "discharge_power_limit": 4500,
        "cell_temperature_max": 25,
        "cell_temperature_min": 22.5,
        "cell_voltage_max": 3.331,
        "cell_voltage_min": 3.298,
        "charge_current_limit": 25,
    }


@pytest.mark.parametrize(("soc", "soh"), [("101", "-0.1"), ("-1", "0"), ("6553.5", "150")])
def test_levels_that_cannot_be(soc: str, soh: str) -> None:
    found = by_key(readings().live(device(DeviceType.BATTERY, status=None), factors(soc=soc, soh=soh, voltage="50")))
    assert found == {"battery_voltage": 50}


def test_a_battery_behind_its_inverter() -> None:
    row = {"sn": SERIAL, "no": "1", "status": 7, "soc": 99, "isConnected": True, "pbat": 0.79608}
    found = by_key(readings().battery_row(device(DeviceType.BATTERY), row, at=NOW))
    assert found == {
        "battery_level": 99,
        "battery_power": 796.08,
        "device_status": "discharging",
        "reachable": True,
        "last_measured": NOW,
    }


def test_a_meter_counts_export_as_positive() -> None:
    told = factors(
        totalPac=("1.2", "kW"),
        pAc=("9", "kW"),
        PHASE_A__pAc=("-0.3", "kW"),
        PHASE_A__voltage="231",
        PHASE_C__current="2",
    )
    found = by_key(readings().live(device(DeviceType.METER, status=None), told))
    assert found == {"grid_power": -1200, "phase_power_1": 300, "phase_voltage_1": 231, "phase_current_3": 2}
    other = by_key(readings().live(device(DeviceType.METER, status=None), factors(pAc=("-0.5", "kW"))))
    assert other == {"grid_power": 500}


def test_counters_of_an_inverter() -> None:
    told = factors(
        proPvStatsToday="12.34",
        proPvStatsWeek="50",
        proPvStatsMonth="250",
        proPvStatsYear="1250.5",
        proPvStatsTotal=("12345.67", "kWh"),
        proCharStatsToday="0",
        proCharStatsTotal="0",
        proGridStatsToday="0",
        proGridStatsTotal="0",
        ratedPower=("5", "kW"),
    )
    assert by_key(readings().energy(device(), told)) == {
        "solar_energy_today": 12.34,
        "solar_energy_total": 12345.67,
        "solar_energy_month": 250,
        "solar_energy_year": 1250.5,
        "rated_power": 5000,
    }


def test_a_lifetime_of_nothing_is_left_out() -> None:
    """What it was still stands: a server forgets it for a moment at night (§5.4)."""
    desk = readings()
    desk.energy(device(), factors(proPvStatsToday="1", proPvStatsTotal="100"))
    for blank in ("0", "", None, "-5"):
        assert by_key(desk.energy(device(), factors(proPvStatsToday="2", proPvStatsTotal=blank))) == {
            "solar_energy_today": 2
        }
    assert desk.energy(device(), {}) == {}


def test_what_an_inverter_says_about_itself() -> None:
    told = factors(ratedPower=("5", "kW"), gridConnStu="1", modelType="GW5000-MS")
    assert by_key(readings().information(device(), told)) == {"rated_power": 5000, "on_grid": True}


@pytest.mark.parametrize(
    ("bean", "told"),
    [
        (
            {"status": "available", "workState": "available_gun_no_insered", "chargePower": 11.0, "chargeMode": 0},
            ("standby", False, "fast", None),
        ),
        ({"status": "charging", "chargeMode": 1}, ("charging", True, "solar_first", None)),
        ({"chargeLog": {"workStu": 6, "status": 1}, "chargeMode": "2"}, ("charging", True, "solar_and_battery", None)),
        ({"chargeLog": {"workStu": 8, "status": 0}}, ("standby", False, None, None)),
        (
            {"status": "EVDetail_Status_Title_Charging", "power": 7.2, "chargeEnergy": 3.5},
            ("charging", True, None, 7200),
        ),
        (
            {"status": "EVDetail_Status_Title_Waiting", "workstate": "EVDetail_Status_Waiting_Stat00"},
            ("waiting", False, None, None),
        ),
        (
            {"status": "EVDetail_Status_Title_Available", "workstate": "EVDetail_Status_Waiting_Stat01"},
            ("standby", True, None, None),
        ),
    ],
)
def test_a_charger(bean: dict[str, Any], told: tuple[object, ...]) -> None:
    found = by_key(readings().charger(SERIAL, bean))
    keys = ("device_status", "ev_plugged_in", "ev_charging_mode", "ev_charging_power")
    assert tuple(found.get(key) for key in keys) == told
    assert found["problem"] is False


def test_a_charger_that_is_offline() -> None:
    desk = readings()
    desk.charger(SERIAL, {"status": "charging", "power": 7.2, "chargeMode": 0})
    found = by_key(desk.charger(SERIAL, {"status": "offline", "power": 7.2, "chargeMode": 0}))
    assert (found["ev_charging_power"], found["reachable"]) == (Gone.GONE, False)
    assert "ev_plugged_in" not in found


def test_telemetry_of_a_charger_is_read_like_its_detail() -> None:
    found = by_key(readings().live(device(DeviceType.CHARGER), factors(power=("3.6", "kW"), status="charging")))
    assert (found["ev_charging_power"], found["device_status"]) == (3600, "charging")


def test_energy_of_a_battery_is_estimated_from_its_power() -> None:
    store = MemoryStore()
    found = [readings(store).estimate(SERIAL, -1000.0, NOW + timedelta(minutes=minute)) for minute in (0, 6, 12)]
    assert by_key(found[-1]) == {"estimated_charge_energy_total": 0.2, "estimated_discharge_energy_total": 0}
    assert store.saved["shared"]["integral"][SERIAL]["below"] == pytest.approx(0.2)
    assert readings().estimate(SERIAL, None, NOW) == {}


def test_what_was_seen_is_remembered_over_a_restart() -> None:
    store = MemoryStore()
    readings(store).live(device(), TELEMETRY)
    found = readings(MemoryStore(shared=store.saved["shared"])).live(device(), {})
    assert found[Ref(SERIAL, "pv_power_2")] is None


def test_alarms_that_stand() -> None:
    alarm = {
        "devicesn": SERIAL,
        "status": 0,
        "warningNameEn": "Grid Waveform Abnormal",
        "alarmLevel": "Total_FaultLevel_alarm",
    }
    over, prompt = alarm | {"status": "1"}, alarm | {"alarmLevel": "total_FaultLevel_Prompt", "warningNameEn": "Dust"}
    foreign, nameless = alarm | {"devicesn": "X"}, alarm | {"warningNameEn": "", "warning_code": "E-1"}
    rows = [alarm, alarm, over, prompt, foreign, nameless]
    found = readings().standing([SERIAL, "FINE"], rows)
    assert by_key(found) == {"fault": "Grid Waveform Abnormal, E-1", "warning": "Dust"}
    assert by_key(found, "FINE") == {"fault": NOTHING, "warning": NOTHING}
    assert by_key(readings().standing([SERIAL], [over])) == {"fault": NOTHING, "warning": NOTHING}
