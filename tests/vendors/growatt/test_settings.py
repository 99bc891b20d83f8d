"""Where settings are told, whatever their spelling (growatt.md A.6.2, A.6.3, B.6.4, B.7.3)."""

from datetime import datetime
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.catalogue import CATALOGUE
from custom_components.solar_battery_hub.core.choices import OTHER
from custom_components.solar_battery_hub.core.control import ControlKind
from custom_components.solar_battery_hub.vendors.growatt.model import WITH_SETTINGS, Family
from custom_components.solar_battery_hub.vendors.growatt.names import Names
from custom_components.solar_battery_hub.vendors.growatt.offers import SETTINGS, setting
from custom_components.solar_battery_hub.vendors.growatt.settings import (
    CLOCK,
    PLACES,
    clock,
    is_offered,
    read_settings,
    switch,
)

V1_MIN: dict[str, Any] = {
    "acChargeEnable": 1,
    "chargePowerCommand": 80.0,
    "wchargeSOCLowLimit": 95,
    "disChargePowerCommand": 70,
    "wdisChargeSOCLowLimit": 12,
    "onGridDischargeStopSOC": 15,
    "activeRate": 60,
    "exportLimit": 1,
    "onOff": 0,
    "charge_power": "",
    "tlx_on_off": "",
}
LEGACY_MIN: dict[str, Any] = {
    "acChargeEnable": "1",
    "chargePowerCommand": "80",
    "wchargeSOCLowLimit": "95",
    "disChargePowerCommand": "70",
    "wdisChargeSOCLowLimit": "12",
    "on_grid_discharge_stop_soc": "15",
    "activeRate": "60",
    "exportLimit": "1",
    "tlx_on_off": "0",
    "charge_power": "80",
}
MIN_SETTINGS = {
    "grid_charging": True,
    "charge_power_rate": 80,
    "charge_stop_level": 95,
    "discharge_power_rate": 70,
    "off_grid_stop_level": 12,
    "discharge_stop_level": 15,
    "output_limit": 60,
    "export_limit_mode": "meter",
    "inverter_on": False,
}


@pytest.mark.parametrize("bean", [V1_MIN, LEGACY_MIN])
def test_both_apis_tell_the_same(bean: dict[str, Any]) -> None:
    assert read_settings(Family.MIN, bean) == MIN_SETTINGS


def test_names_in_other_capitals() -> None:
    assert read_settings(Family.SPH, {"wchargeSocLowLimit2": 90})["charge_stop_level"] == 90


@pytest.mark.parametrize("value", [0, "0", None, ""])
def test_a_stop_level_on_grid_that_says_zero_is_not_there(value: Any) -> None:
    """Older firmware has none (B.6.4)."""
    assert "discharge_stop_level" not in read_settings(Family.MIN, V1_MIN | {"onGridDischargeStopSOC": value})


def test_an_output_limit_nobody_set_has_no_value_but_can_be_set() -> None:
    bean = V1_MIN | {"activeRate": 255}
    assert read_settings(Family.MIN, bean)["output_limit"] is None
    assert is_offered(PLACES[Family.MIN]["output_limit"], Names(bean))


@pytest.mark.parametrize("untold", [-1, "-1", None, "", "null", '"null"'])
def test_a_setting_that_is_not_told_is_not_there(untold: Any) -> None:
    assert "charge_power_rate" not in read_settings(
        Family.MIN, V1_MIN | {"chargePowerCommand": untold, "charge_power": untold}
    )


@pytest.mark.parametrize("family", [Family.SPH, Family.SPA])
def test_stop_levels_come_from_the_second_key(family: Family) -> None:
    """The first is that of load first, a plain one is only used without the second (B.7.3)."""
    both = {"wchargeSOCLowLimit1": 100, "wchargeSOCLowLimit2": 90, "wchargeSOCLowLimit": 80}
    assert read_settings(family, both)["charge_stop_level"] == 90
    assert read_settings(family, {"wdisChargeSOCLowLimit": "20"})["discharge_stop_level"] == 20
    assert "charge_stop_level" not in read_settings(family, {"wchargeSOCLowLimit1": 100})


@pytest.mark.parametrize(
    ("value", "on"),
    [
        (True, True),
        ("true", True),
        ("0001", True),
        (1.0, True),
        ("0", False),
        (False, False),
        ("0000", False),
        ("", None),
        (7, None),
        (None, None),
    ],
)
def test_switches(value: Any, on: bool | None) -> None:
    assert switch(value) is on


@pytest.mark.parametrize(
    ("value", "mode"), [(0, "off"), ("1", "meter"), (2.0, "ct"), (3, None), (None, None), ("x", None)]
)
def test_export_limit_of_a_min(value: Any, mode: str | None) -> None:
    assert read_settings(Family.MIN, {"exportLimit": value}).get("export_limit_mode") == mode


def test_export_limit_of_an_sph_is_on_or_off() -> None:
    assert read_settings(Family.SPH, {"exportLimit": "1"})["export_limit_mode"] == "on"
    assert "export_limit_mode" not in read_settings(Family.SPA, {"exportLimit": 1})


@pytest.mark.parametrize("said", ["2025-04-11 10:39:06", "2025-4-11-10-39-6"])
def test_clocks(said: str) -> None:
    assert clock(said) == datetime(2025, 4, 11, 10, 39, 6)


def test_a_clock_that_says_nothing() -> None:
    assert clock("") is None
    assert clock(None) is None
    assert clock("0-0-") is None


def test_every_setting_is_in_the_catalogue() -> None:
    read = {key for key, found in SETTINGS.items() if found.kind is not ControlKind.BUTTON}
    assert read <= CATALOGUE.keys()
    assert {key for family in WITH_SETTINGS for key in PLACES[family]} <= SETTINGS.keys()
    for family in WITH_SETTINGS:
        for key, place in PLACES[family].items():
            assert set(place.options) <= set(CATALOGUE[key].options) - {OTHER} if place.options else True


def test_what_a_setting_offers() -> None:
    assert setting(Family.MIN, "export_limit_mode").options == ("off", "meter", "ct")
    assert setting(Family.SPH, "export_limit_mode").options == ("off", "on")
    assert setting(Family.MIN, "charge_power_rate").as_dict() == {
        "kind": "number",
        "minimum": 0,
        "maximum": 100,
        "step": 1,
    }
    groups = setting(Family.SPA, "charge_schedule").as_dict()["rules"]["groups"]
    assert [(group["key"], group["slots"]) for group in groups] == [("charge", 3), ("discharge", 3), ("load", 3)]
    assert SETTINGS[CLOCK].kind is ControlKind.BUTTON
