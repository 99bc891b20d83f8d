"""What must be read from the answers of real gateways, listed by hand."""

from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import Gone, Ref
from custom_components.solar_battery_hub.vendors.powerwall import fact_readings, readings
from custom_components.solar_battery_hub.vendors.powerwall.answers import Status, SystemStatus
from custom_components.solar_battery_hub.vendors.powerwall.facts import Powerwalls, SiteInfo

from .recordings import ANSWERS, FOLDER, GW1, GW1_50, GW2, GW2_STOPPED, PW3, THREE, load, needs_recordings

pytestmark = needs_recordings

GATEWAY = "gateway"


def parsed(name: str) -> Any:
    """Return a recording as its endpoint reads it."""
    return ANSWERS[name].parse(load(name))


def known(values: readings.Values, device: str = GATEWAY) -> dict[str, Any]:
    """Return the readings of one device that have a value."""
    return {ref.key: value for ref, value in values.items() if ref.device == device and value is not None}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_parses(name: str) -> None:
    assert parsed(name) is not None


def test_no_recording_of_a_known_endpoint_is_forgotten() -> None:
    """Whatever is recorded under the path of an endpoint we read is in the table."""
    paths = {endpoint.path.removeprefix("/api/").replace("/", ".") for endpoint in ANSWERS.values()}
    recorded = {
        f"{path.parent.relative_to(FOLDER)}/{path.stem}" for path in FOLDER.rglob("*.json") if path.stem in paths
    }
    assert recorded
    assert recorded <= ANSWERS.keys()


AGGREGATES: dict[str, Mapping[str, float]] = {
    f"{GW2}/meters.aggregates": {
        "grid_power": 72,
        "battery_power": -60,
        "home_power": 1154,
        "solar_power": 1144,
        "grid_import_energy_total": 752.0459551097859,
        "grid_export_energy_total": 348.4635610710742,
        "battery_charge_energy_total": 642.5,
        "battery_discharge_energy_total": 567.74,
        "home_energy_total": 1595.3424463185878,
        "solar_energy_total": 1269.17554256601,
        "grid_reactive_power": -329,
        "solar_apparent_power": 1144.0856611285712,
        "battery_voltage": 246.8,
        "battery_frequency": 60.007000000000005,
        "home_current": 5.401177176805384,
    },
    f"{GW1}/api_meters_aggregates": {
        "grid_power": -21.449996948242188,
        "battery_power": -2350,
        "home_power": 1546.2712597712405,
        "solar_power": 3906.1700439453125,
        "grid_import_energy_total": 3276.4326625890196,
        "grid_export_energy_total": 1136.9166875890202,
        "battery_charge_energy_total": 1638.14,
        "battery_discharge_energy_total": 1169.03,
        "home_energy_total": 7191.016994444443,
        "solar_energy_total": 5534.272949724403,
        "grid_frequency": 60.060001373291016,
        "battery_current": -45.8,
    },
    f"{GW1_50}/meters": {
        "grid_power": 31.8003845214844,
        "battery_power": -8550,
        "home_power": 1971.46005249023,
        "solar_power": 10489.6596679688,
        "grid_export_energy_total": 10429.4519916853,
        "solar_energy_total": 9864.20582222448,
        "battery_current": -185.5,
    },
    f"{THREE}/meters_aggregates": {
        "grid_power": -5347.455078125,
        "battery_power": -10,
        "home_power": 734.1549565813606,
        "solar_power": 6099.032958984375,
        "home_energy_total": 24751.11113611111,
        "solar_frequency": 49.95012283325195,
    },
    f"{PW3}/api-meters-aggregates": {
        "grid_power": -2,
        "battery_power": 861,
        "home_power": 855.0000000000001,
        "solar_power": 0,
        "grid_import_energy_total": 4.305788661676319,
        "grid_export_energy_total": 406.79467836456315,
        "battery_charge_energy_total": 267.368000000009,
        "battery_discharge_energy_total": 239.3150000000094,
        "solar_energy_total": 915.468,
        "solar_frequency": 50.0025,
        "grid_current": 4.1035,
        "grid_voltage": 238.5,
    },
}


@pytest.mark.parametrize(("name", "expected"), AGGREGATES.items())
def test_meters(name: str, expected: Mapping[str, float]) -> None:
    values = known(readings.aggregates_values(GATEWAY, parsed(name), readings.Grid()))
    assert {key: values.get(key) for key in expected} == pytest.approx(expected)


def test_what_is_not_measured_has_no_value() -> None:
    """Zero frequency and zero current mean that nobody measures (§5)."""
    for name in (f"{GW2}/meters.aggregates", f"{PW3}/api-meters-aggregates"):
        values = known(readings.aggregates_values(GATEWAY, parsed(name), None))
        assert not values.keys() & {"grid_frequency", "home_frequency", "battery_current", "solar_current"}


def test_what_is_not_fitted_has_no_reading() -> None:
    values = readings.aggregates_values(GATEWAY, parsed(f"{GW1}/api_meters_aggregates"), None)
    assert Ref(GATEWAY, "generator_power") not in values
    assert Ref(GATEWAY, "generator_energy_total") not in values


def test_mean_voltage_of_a_synchrometer_is_corrected() -> None:
    """213.66 is √3 × 123.36 to neutral: 246.7 between the lines, as the battery measures (246.8)."""
    grid = readings.Grid(voltage=240, split=True, synchrometers=("site", "solar"))
    values = known(readings.aggregates_values(GATEWAY, parsed(f"{GW2}/meters.aggregates"), grid))
    assert values["grid_voltage"] == pytest.approx(246.71, abs=0.01)
    assert values["home_voltage"] == pytest.approx(246.71, abs=0.01)


def test_mean_with_an_unused_clamp_is_no_voltage() -> None:
    grid = readings.Grid(voltage=240, split=True, synchrometers=())
    values = known(readings.aggregates_values(GATEWAY, parsed(f"{GW1_50}/meters"), grid))
    assert not values.keys() & {"grid_voltage", "home_voltage", "solar_voltage"}


def test_charge() -> None:
    values = known(readings.charge_values(GATEWAY, parsed(f"{PW3}/api-system_status-soe")))
    assert values == {
        "battery_level_raw": 77.89351851851852,
        "battery_level": pytest.approx((77.89351851851852 - 5) / 0.95, abs=1e-6),
    }


def test_grid() -> None:
    assert known(readings.grid_values(GATEWAY, parsed(f"{GW2}/system_status.grid_status"))) == {
        "grid_status": "connected",
        "on_grid": True,
        "off_grid": False,
        "grid_services": False,
    }
    partial = known(readings.grid_values(GATEWAY, parsed(f"{PW3}/api-system_status-grid_status.partial")))
    assert partial == {"grid_status": "connected", "on_grid": True, "off_grid": False}


def test_batteries() -> None:
    values = readings.system_values(GATEWAY, parsed(f"{GW2}/system_status"))
    assert known(values) == {
        "battery_energy": 5.964,
        "battery_capacity": 14.061,
        "battery_target_power": -65.5,
        "grid_services_power": 0,
        "charge_power_limit": 5000,
        "discharge_power_limit": 5000,
        "charge_power_available": 5290,
        "discharge_power_available": 12000,
        "battery_count": 1,
    }
    assert known(values, "<<BATTERY_SERIAL>>") == {
        "battery_level": pytest.approx((100 * 5964 / 14061 - 5) / 0.95, abs=1e-6),
        "battery_level_raw": pytest.approx(42.415, abs=0.001),
        "battery_power": -70,
        "battery_energy": 5.964,
        "battery_capacity": 14.061,
        "battery_voltage": 246.9,
        "battery_current": -1.1,
        "battery_frequency": 60.007000000000005,
        "battery_charge_energy_total": 642.5,
        "battery_discharge_energy_total": 567.74,
        "off_grid": False,
        "power_clamped": False,
        "backup_ready": True,
        "problem": False,
    }


def test_disabled_battery() -> None:
    values = readings.system_values(GATEWAY, parsed(f"{THREE}/system_status"))
    broken = {ref.key: value for ref, value in values.items() if ref.device == "XXX"}
    assert broken["problem"] is True
    assert broken["disabled_reasons"] == "DisabledExcessiveVoltageDrop"
    assert broken["battery_capacity"] == 14.714
    live = {"battery_level", "battery_level_raw", "battery_power", "battery_energy", "battery_voltage"}
    assert {key for key, value in broken.items() if value is Gone.GONE} >= live
    assert known(values, "TGXXX")["battery_power"] == -1830
    assert known(values)["battery_count"] == 3


def test_blocks_without_a_system_around_them() -> None:
    """Another site's blocks, in which half of the fields are missing."""
    status = SystemStatus.parse({"battery_blocks": load(f"{GW1_50}/batteries")})
    values = readings.system_values(GATEWAY, status)
    assert known(values, "TG9876543210BA") == {
        "battery_level": 100,
        "battery_level_raw": 100,
        "battery_power": -100,
        "battery_energy": 15.137,
        "battery_capacity": 15.137,
        "battery_voltage": 245.60000000000002,
        "battery_current": -0.1,
        "battery_frequency": 50.037,
        "battery_charge_energy_total": 610.483,
        "battery_discharge_energy_total": 509.907,
        "problem": False,
    }
    assert known(values)["battery_count"] == 2


def test_mode_and_reserve() -> None:
    assert known(readings.operation_values(GATEWAY, parsed(f"{GW2}/operation"))) == {
        "operating_mode": "autonomous",
        "backup_reserve": pytest.approx(25 / 0.95, abs=1e-6),
    }
    assert known(readings.operation_values(GATEWAY, parsed(f"{THREE}/operation"))) == {
        "operating_mode": "self_consumption",
        "backup_reserve": pytest.approx(0, abs=1e-4),
    }


def test_sitemaster() -> None:
    running = known(readings.sitemaster_values(GATEWAY, parsed(f"{GW2}/sitemaster")))
    stopped = known(readings.sitemaster_values(GATEWAY, parsed(f"{GW2_STOPPED}/sitemaster")))
    assert running == {"running": True, "cloud_connected": True}
    assert stopped == {"running": False, "cloud_connected": True}


def test_faults() -> None:
    (fault,) = parsed(f"{GW1}/system_status.grid_faults")
    told = readings.happening(GATEWAY, fault)
    assert told.id == "1569976192352-PINV_a006_vfCheckUnderFrequency-xxxxxx"
    assert (told.stream, told.type) == ("grid_faults", "warning")
    assert told.attributes["name"] == "PINV_a006_vfCheckUnderFrequency"
    assert told.attributes["PINV_a006_frequency"] == 57.207
    assert told.attributes["alert_raw"] == "432406325129904128"
    assert told.attributes["at"] == "2019-10-02T00:29:52.352000+00:00"


def test_faults_inside_the_system_status() -> None:
    faults = parsed(f"{THREE}/system_status").faults
    assert [fault.name[:9] for fault in faults] == ["PINV_a008", "PINV_a007", "PINV_a004"]
    assert faults[1].raw == "504575983454519296"


def test_status() -> None:
    status: Status = parsed(f"{GW2}/status")
    assert status.din == "1232100-00-E--<<GATEWAY_TSN>>"
    assert status.version == "21.44 223a56cd"
    assert status.up_time == pytest.approx(230 * 3600 + 55 * 60 + 59.932079901)
    assert status.device_type == "teg"
    assert parsed(f"{THREE}/status").din is None


def test_packs() -> None:
    new: Powerwalls = parsed(f"{GW2}/powerwalls")
    assert new.gateway_din == "1232100-00-E--<<GATEWAY_TSN>>"
    assert [pack.serial for pack in new.packs or ()] == ["<<BATTERY_SERIAL>>"]
    old: Powerwalls = parsed(f"{GW1}/api-powerwalls")
    assert old.gateway_din is None
    assert [pack.serial for pack in old.packs or ()] == ["T0000004753", "T0000004757"]


def test_site() -> None:
    new: SiteInfo = parsed(f"{GW2}/site_info")
    old: SiteInfo = parsed(f"{GW1_50}/site_info")
    assert (new.name, new.timezone) == ("Home Energy Gateway", "America/Los_Angeles")
    assert (new.grid_voltage, new.grid_phase) == (240, "Split")
    assert (old.grid_voltage, old.grid_phase, old.grid_code) == (240, "Split", "60Hz_240V_s_IEEE1547a_2014")
    assert known(fact_readings.site_values(GATEWAY, new)) == {
        "site_name": "Home Energy Gateway",
        "rated_energy": 13.5,
        "rated_power": 5000,
        "grid_code": "60Hz_240V_s_UL1741SA:2019_California",
    }


def test_solar_networks_meters_update() -> None:
    assert known(fact_readings.solar_values(GATEWAY, parsed(f"{GW2}/solars"))) == {
        "solar_equipment": "Enphase Energy IQ7PLUS-72-x-US (240V)",
        "solar_rated_power": 5250,
    }
    assert known(fact_readings.network_values(GATEWAY, parsed(f"{GW2}/networks"))) == {
        "network": "wifi",
        "signal_strength": 59,
    }
    assert fact_readings.meter_values(parsed(f"{GW2}/meters")) == {
        Ref("<<METER_SERIAL>>synchrometerY", "measures"): "site, solar",
        Ref("<<METER_SERIAL>>synchrometerY", "reachable"): None,
        Ref("<<METER_SERIAL>>synchrometerX", "measures"): "site",
        Ref("<<METER_SERIAL>>synchrometerX", "reachable"): None,
    }
    for name in (f"{GW2}/system.update.status", f"{GW1}/system.update.status"):
        assert known(fact_readings.update_values(GATEWAY, parsed(name))) == {"update_status": "up_to_date"}


def test_phases() -> None:
    assert known(readings.phase_values(GATEWAY, parsed(f"{THREE}/meter_site"))) == {
        "phase_voltage_1": 247.55999755859375,
        "phase_voltage_2": 0.20000000298023224,
        "phase_power_1": -17.950000762939453,
        "phase_power_2": -0.05000000074505806,
    }
