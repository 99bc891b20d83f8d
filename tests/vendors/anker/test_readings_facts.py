"""What the slower answers say of devices, sites, cars and money (anker.md §6, §7.3–7.6, §7.10)."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.core.catalogue import look_up
from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.vendors.anker.model import Listed, Vehicle
from custom_components.solar_battery_hub.vendors.anker.money import currency_code, sign_of
from custom_components.solar_battery_hub.vendors.anker.readings import KEYS

from .reading_desk import OWNER, SITE, Desk, bank, by_key, scene

STATION = Listed(serial="C1000", model="A1761", name="C1000")
CAR = Vehicle(id="v1", name="Zoe")
CURRENCIES = {
    "currency_list": [
        {"symbol": "$", "name": "AUD, CAD, USD"},
        {"symbol": "€", "name": "EUR"},
        {"symbol": "kr", "name": "ISK, NOK, SEK"},
    ]
}


# Devices


def test_what_stands_for_itself_is_told_by_the_list_of_devices() -> None:
    bean = {"device_sn": "C1000", "wifi_online": True, "rssi": "-64"}
    assert by_key(Desk().readings.bound(STATION, bean), "C1000") == {
        "reachable": True,
        "wifi_signal": -64,
        "signal_strength": 60,
        "battery_capacity": 1.056,
    }


@pytest.mark.parametrize(
    "listed", [Listed(serial="X", model="A5143", name="MI80"), Listed(serial="X", model="A17C5", name="", site="s1")]
)
def test_what_the_list_of_devices_does_not_know(listed: Listed) -> None:
    """A micro inverter is never said to be online (§7.3); what is in a site is told by that."""
    assert Desk().readings.bound(listed, {"wifi_online": False, "rssi": ""}) == {}


@pytest.mark.parametrize("rssi", ["0", 0, "", None, "-200", "x"])
def test_no_signal_is_none(rssi: object) -> None:
    assert by_key(Desk().readings.bound(STATION, {"rssi": rssi}), "C1000") == {"battery_capacity": 1.056}


def row(**told: Any) -> dict[str, Any]:
    """Return a row of the list of networks."""
    return {"wifi_name": "Secret", "wifi_signal": "60", **told}


def test_networks() -> None:
    told = [
        row(device_sn="A17C5-1", rssi="-70", wired_connected=False, is_support_wired=False),
        row(device_sn="A17X7-1", rssi="-50", wifi_signal="", wired_connected=True),
    ]
    values = Desk("A17C5", "A17X7").readings.wifi(SITE, told)
    assert by_key(values, "A17C5-1") == {"wifi_signal": -70, "signal_strength": 60, "network": "wifi"}
    assert by_key(values, "A17X7-1") == {"wifi_signal": -50, "signal_strength": 100, "network": "ethernet"}
    assert "Secret" not in str(values)


@pytest.mark.parametrize(("rssi", "percent"), [("-85", 0), ("-100", 0), ("-50", 100), ("-30", 100), ("-64", 60)])
def test_a_share_by_the_signal(rssi: str, percent: float) -> None:
    values = Desk("A17C5").readings.wifi(SITE, [row(device_sn="A17C5-1", wifi_signal="", rssi=rssi)])
    assert values[Ref("A17C5-1", "signal_strength")] == percent


def test_older_lists_of_networks_go_by_position() -> None:
    """Which row is whose is told by the scene (``wireless_type``); "" is no row (§7.4)."""
    desk = Desk("A17C0", "A17C0", "A5143")
    desk.scene(
        scene(
            [bank("A17C0", wireless_type="2"), bank("A17C0", 2, wireless_type="")],
            solar_list=[{"device_sn": "A5143-1", "wireless_type": "1"}],
        )
    )
    values = desk.readings.wifi(SITE, [row(wifi_signal="96"), row(wifi_signal="56")])
    assert values == {Ref("A5143-1", "signal_strength"): 96, Ref("A17C0-1", "signal_strength"): 56}


def test_the_network_of_a_panel_is_a_share() -> None:
    panel = Listed(serial="P", model="A17B1", name="", site="s1")
    assert Desk().readings.panel_wifi(panel, {"ssid": "Secret", "rssi": 100}) == {Ref("P", "signal_strength"): 100}
    unit = Listed(serial="H", model="A5103", name="", site="s1")
    bean = {"rssi": "", "wifiInfos": [{"sn": "OTHER", "rssi": "-40"}, {"sn": "H", "rssi": "-64"}]}
    assert Desk().readings.hes_wifi(unit, bean) == {Ref("H", "wifi_signal"): -64, Ref("H", "signal_strength"): 60}


def update(**told: Any) -> dict[str, Any]:
    """Return a row of ``check_update``."""
    return {
        "device_sn": "A17C5-1",
        "need_update": False,
        "lastPackage": {"version": ""},
        "current_version": "v1.0.0.18",
        "children": None,
        **told,
    }


CHILD = {"device_type": "A17C5_esp32", "needUpdate": True, "rom_version_name": "v0.2.0.5"}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, "1.0.0.18"),
        ({"lastPackage": {"version": "v1.0.0.24"}}, "1.0.0.18"),
        ({"lastPackage": {"version": "v1.0.0.24"}, "current_version": ""}, "1.0.0.24"),
        ({"need_update": True, "lastPackage": {"version": "V1.0.0.24"}}, "1.0.0.24"),
        ({"need_update": True, "lastPackage": {"version": "v1.0.0.24"}, "children": [CHILD]}, "1.0.0.24"),
        ({"lastPackage": None, "children": [CHILD, {**CHILD, "needUpdate": False}]}, "1.0.0.18 (esp32 0.2.0.5)"),
    ],
)
def test_newest_firmware(told: dict[str, Any], expected: str) -> None:
    assert Desk().readings.updates([update(**told)]) == {Ref("A17C5-1", "latest_firmware"): expected}


def test_no_firmware_is_told_of_what_others_made() -> None:
    assert Desk().readings.updates([update(current_version=""), update(device_sn=None)]) == {}


def test_what_a_solarbank_is_set_up_for() -> None:
    bank_ = Listed(serial="B", model="A17C0", name="", site="s1")
    readings = Desk().readings
    deye = {"solar_brand": "Deye", "solar_model": "SUN600", "solar_model_name": "SUN600G3-EU-230"}
    assert readings.solar_info(bank_, deye) == {Ref("B", "solar_equipment"): "Deye SUN600G3-EU-230"}
    own = {"solar_brand": "ANKER", "solar_model": "A5143", "solar_model_name": "MI80 Microinverter(BLE)"}
    assert readings.solar_info(bank_, own) == {Ref("B", "solar_equipment"): "MI80 Microinverter(BLE)"}
    for nobody in ({"solar_brand": "Others", "solar_model": "Others"}, {"solar_brand": "", "solar_model": ""}, {}):
        assert readings.solar_info(bank_, nobody) == {}  # what members are told (§5.3)
    newer = Listed(serial="B", model="A17C5", name="", site="s1")
    assert readings.solar_info(newer, own) == {}


def test_fittings() -> None:
    bank_ = Listed(serial="B", model="A17C0", name="", site="s1")
    ref = Ref("B", "zero_output_switch")
    assert Desk().readings.fittings(bank_, [{"product_code": "A17Y0"}]) == {ref: True}
    assert Desk().readings.fittings(bank_, [{"product_code": "A17X7"}]) == {ref: False}


def test_a_charger() -> None:
    stats = {
        "charge_unit": "kWh",
        "charge_total": 146.354,
        "charge_time": 36000,
        "charge_count": 12,
        "cost": 43.9,
        "cost_unit": "€",
        "cost_saving": 5.5,
        "co2_saving": 0.1,
        "co2_saveing_unit": "t",
        "mile_age": 812,
    }
    charger = Listed(serial="E", model="A5191", name="", site="s1")
    assert by_key(Desk().readings.charge_stats(charger, {"total_stats": stats}), "E") == {
        "ev_charging_energy_total": 146.354,
        "ev_charging_time_total": 36000,
        "ev_charging_sessions": 12,
        "ev_charging_cost_total": 43.9,
        "savings_total": 5.5,
        "co2_saved": pytest.approx(100),
    }
    blank = Desk().readings.charge_stats(charger, {"total_stats": {**stats, "cost_unit": "", "charge_count": ""}})
    assert by_key(blank, "E").keys() == {"ev_charging_energy_total", "ev_charging_time_total", "co2_saved"}


def test_a_car() -> None:
    bean = {
        "battery_capacity": 52.0,
        "ac_max_charging_power": 22,
        "energy_consumption_per_100km": "17.4",
        "is_default_vehicle": True,
        "is_smart_charging": False,
        "is_connected_to_enodeapi": 0,
    }
    assert by_key(Desk().readings.vehicle(CAR, bean), "vehicle_v1") == {
        "battery_capacity": 52,
        "charge_power_limit": 22000,
        "energy_consumption": 17.4,
        "default_vehicle": True,
        "smart_charging": False,
        "vehicle_linked": False,
    }
    unknown = {"battery_capacity": 0, "ac_max_charging_power": "", "energy_consumption_per_100km": 0}
    assert Desk().readings.vehicle(CAR, unknown) == {}


# Inverters that stand for themselves


def test_micro_inverters() -> None:
    rows: list[dict[str, Any]] = [
        {"sn": "M1", "power": 169, "status": 1},
        {"sn": "M2", "power": 0, "status": 0},
        {"power": 3},
    ]
    values = Desk().readings.pv_status(rows)
    assert by_key(values, "M1") == {"solar_power": 169, "reachable": True}
    assert by_key(values, "M2") == {"solar_power": 0, "reachable": False}
    assert {ref.device for ref in values} == {"M1", "M2"}


def test_what_a_micro_inverter_counted() -> None:
    inverter = Listed(serial="M1", model="A5143", name="")
    bean = {"energy": 1.25, "energyUnit": "MWh", "reductionCo2": 1249, "reductionCo2Unit": "kg", "saveMoney": 313.1}
    told = by_key(Desk().readings.pv_totals(inverter, {**bean, "saveMoneyUnit": "€"}), "M1")
    assert told == {"solar_energy_total": pytest.approx(1250), "co2_saved": 1249, "savings_total": 313.1}
    assert "savings_total" not in by_key(Desk().readings.pv_totals(inverter, bean), "M1")


def test_what_a_kwh_of_a_micro_inverter_costs() -> None:
    inverter = Listed(serial="M1", model="A5143", name="")
    tiers = [{"from": "00:00", "to": "23:59", "price": 0.25}, {"price": 9}]
    bean = {"currencyUnit": "€", "tieredElecPrices": tiers}
    assert Desk().readings.pv_price(inverter, bean) == {Ref("M1", "current_price"): 0.25}
    assert Desk().readings.pv_price(inverter, {"currencyUnit": "", "tieredElecPrices": tiers}) == {}
    assert Desk().readings.pv_price(inverter, {"currencyUnit": "€", "tieredElecPrices": None}) == {}


# Sites and the account


def test_messages() -> None:
    bean = {"has_unread_msg": True, "system_msg": False, "device_msg": True}
    assert by_key(Desk().readings.unread("user_1", bean), "user_1") == {
        "unread_messages": True,
        "unread_system_messages": False,
        "unread_device_messages": True,
    }
    assert by_key(Desk().readings.unread("user_1", {"has_unread_msg": False}), "user_1") == {"unread_messages": False}


def test_co2() -> None:
    bean = {"show": True, "ranking": "999+", "co2": "198.01", "tree": "9.4"}
    assert by_key(Desk().readings.co2(SITE, bean)) == {"trees_equivalent": 9.4, "co2_rank": "999+"}
    assert Desk().readings.co2(SITE, {"show": False, "ranking": "", "co2": "", "tree": "", "level": None}) == {}


@pytest.mark.parametrize(
    ("status", "left", "expected"),
    [
        (1, -4829815, "running"),
        (0, 85878, "learning"),
        (1, 5, "learning"),
        (0, -1, "inactive"),
        (2, 60, "failed"),
        (9, 0, "other"),
        ("1", "", "running"),
    ],
)
def test_the_smart_mode(status: object, left: object, expected: str) -> None:
    bean = {"status": status, "result": "fail", "left_time": left}
    assert Desk().readings.ai_status(SITE, bean) == {Ref(OWNER, "smart_mode_status"): expected}


def test_a_power_panel() -> None:
    bean = {
        "connect_infos": {"A17B1-1": True, "STRANGER": True},
        "connected": True,
        "total_system_savings": 310.5,
        "system_savings_price_unit": "$",
        "save_carbon_footprint": 2.53,
        "save_carbon_unit": "t",
        "total_system_power_generation": 2.54,
        "system_power_generation_unit": "MWh",
    }
    values = Desk("A17B1").readings.panel_running(SITE, bean)
    assert by_key(values) == {
        "solar_energy_total": pytest.approx(2540),
        "co2_saved": pytest.approx(2530),
        "savings_total": 310.5,
        "cloud_connected": True,
    }
    assert by_key(values, "A17B1-1") == {"reachable": True}
    assert {ref.device for ref in values} == {OWNER, "A17B1-1"}


def test_a_home_energy_system() -> None:
    bean = {
        "connected": True,
        "totalSystemSavings": 12,
        "systemSavingsPriceUnit": "€",
        "saveCarbonFootprint": 3,
        "saveCarbonUnit": "kg",
        "totalSystemPowerGeneration": 99,
        "systemPowerGenerationUnit": "KWh",
        "batCount": 3,
        "net": 1,
        "realNet": 2,
    }
    assert by_key(Desk("A5103").readings.hes_running(SITE, bean)) == {
        "solar_energy_total": 99,
        "co2_saved": 3,
        "savings_total": 12,
        "cloud_connected": True,
        "battery_count": 3,
        "network": "ethernet",
    }


def test_what_a_system_that_is_none_is_told() -> None:
    """Zeros without units, as they were recorded."""
    bean = {
        "connected": False,
        "totalSystemSavings": 0,
        "systemSavingsPriceUnit": "",
        "saveCarbonFootprint": 0,
        "saveCarbonUnit": "",
        "totalSystemPowerGeneration": 0,
        "systemPowerGenerationUnit": "",
        "batCount": 0,
        "net": 0,
        "realNet": 0,
    }
    assert by_key(Desk().readings.hes_running(SITE, bean)) == {"cloud_connected": False}


def test_every_key_exists() -> None:
    for keys in KEYS.values():
        for key in keys:
            look_up(key)


# Money


@pytest.mark.parametrize(
    ("sign", "country", "expected"),
    [
        ("€", "DE", "EUR"),
        ("£", "GB", "GBP"),
        ("$", "AU", "AUD"),
        ("$", "us", "USD"),
        ("$", "DE", None),
        ("$", None, None),
        ("kr", "SE", "SEK"),
        ("kr", "FI", None),
        ("CHF", "CH", "CHF"),
        ("", "DE", None),
        (None, "DE", None),
        ("?", "DE", None),
        ("€", "SE", "EUR"),
    ],
)
def test_currencies(sign: str | None, country: str | None, expected: str | None) -> None:
    assert currency_code(sign, CURRENCIES, country) == expected


def test_currencies_without_their_list() -> None:
    assert currency_code("€", None, None) == "EUR"
    assert currency_code("$", None, "US") == "USD"
    assert currency_code("€", None, "US") == "EUR"


def test_the_sign_of_a_scene() -> None:
    assert sign_of(scene()) == "€"
    assert sign_of({}) is None
