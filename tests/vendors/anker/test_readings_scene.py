"""What a scene says of sites and devices, with everything it says wrongly (anker.md §7.2, §8, §20)."""

from datetime import datetime
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import Gone, Ref
from custom_components.solar_battery_hub.vendors.anker.model import Site
from custom_components.solar_battery_hub.vendors.anker.readings import updated
from tests.vendors.tools import MemoryStore

from .reading_desk import AT, METER, OWNER, PLUG, Desk, bank, by_key, meter, scene

BANK = "A17C5-1"


def test_a_site_with_a_meter() -> None:
    found = by_key(
        Desk("A17C5").scene(
            scene(
                [bank(photovoltaic_power="534", output_power="534", battery_power="15")],
                info={"total_photovoltaic_power": "534", "total_output_power": "534.00", "total_battery_power": "0.15"},
                grid_info=meter(grid_to_home_power="816"),
                home_load_power="1350",
                other_loads_power="1350",
                scene_mode=7,
            )
        )
    )
    assert found == {
        "solar_power": 534,
        "output_power": 534,
        "battery_power": 0,
        "battery_level": 15,
        "grid_power": 816,
        "grid_status": "connected",
        "home_power": 1350,
        "other_load_power": 1350,
        "running_mode": "smart",
        "fault": "–",
        "solar_energy_total": 198.61,
        "co2_saved": 198.01,
        "savings_total": 56.17,
        "last_measured": AT,
    }


def test_a_solarbank() -> None:
    """``battery_power`` is its level, ``charging_power`` its output; what it holds is known by its model."""
    row = bank(
        battery_power="75", charging_power="120", output_power="120", photovoltaic_power="20", sub_package_num=1
    ) | {"bat_discharge_power": "100"}
    found = by_key(Desk("A17C5").scene(scene([row], info={"solar_power_1": "15", "solar_power_2": "5"})), BANK)
    assert found == {
        "battery_level": 75,
        "battery_power": 100,
        "solar_power": 20,
        "output_power": 120,
        "pv_power_1": 15,
        "pv_power_2": 5,
        "pv_power_3": 0,
        "pv_power_4": 0,
        "grid_charge_power": 0,
        "battery_capacity": 5.376,
        "battery_energy": 4.032,
        "battery_count": 2,
        "charging_status": "bypass_and_discharging",
        "reachable": True,
        "fault": "–",
    }


def test_the_level_of_a_site_is_a_fraction() -> None:
    found = by_key(Desk("A17C5").scene(scene([bank()], info={"total_battery_power": "0.62"})))
    assert found["battery_level"] == 62


@pytest.mark.parametrize(
    ("model", "inputs"), [("A17C0", 0), ("A17C1", 4), ("A17C2", 2), ("A17C3", 2), ("A17C5", 4), ("A17E2", 0)]
)
def test_inputs_are_those_of_the_model(model: str, inputs: int) -> None:
    """Every answer has four of them (§7.2)."""
    found = by_key(Desk(model).scene(scene([bank(model)])), f"{model}-1")
    assert {key for key in found if key.startswith("pv_power")} == {f"pv_power_{at + 1}" for at in range(inputs)}


def test_newer_answers_tell_inputs_by_device() -> None:
    row = bank(photovoltaic_power="7", pv_power={"pv1": "60", "pv2": "41", "pv3": "", "pv4": None, "total": "101"})
    found = by_key(Desk("A17C5").scene(scene([row], info={"solar_power_1": "9", "solar_power_3": "3"})), BANK)
    assert (found["solar_power"], found["pv_power_1"], found["pv_power_2"], found["pv_power_3"]) == (101, 60, 41, 3)


def test_without_meter_nobody_knows_what_the_house_needs() -> None:
    found = by_key(Desk("A17C0").scene(scene([bank("A17C0")], home_load_power="0")))
    assert found.keys().isdisjoint({"home_power", "grid_power", "grid_status", "other_load_power"})


def test_export_is_negative() -> None:
    values = Desk("A17C5").scene(scene([bank()], grid_info=meter(photovoltaic_to_grid_power="2536")))
    assert values[Ref(OWNER, "grid_power")] == values[Ref(METER, "grid_power")] == -2536


def test_an_unknown_state_of_the_grid() -> None:
    assert by_key(Desk("A17C5").scene(scene([bank()], grid_info=meter(grid_status=3))))["grid_status"] == "other"


def test_several_meters_share_one_number() -> None:
    grid = meter(grid_to_home_power="10")
    grid["grid_list"] = [*grid["grid_list"], {**grid["grid_list"][0], "device_sn": "ANOTHER"}]
    values = Desk("A17C5").scene(scene([bank()], grid_info=grid))
    assert values[Ref(OWNER, "grid_power")] == 10
    assert by_key(values, METER) == by_key(values, "ANOTHER") == {"reachable": True}


INVALID: list[Any] = [{"info": {"is_display_data": False, "updated_time": "1970-01-01 00:00:00"}}, {"hidden": True}]


@pytest.mark.parametrize("wrong", INVALID, ids=["site", "solarbank"])
def test_zeros_that_mean_nothing(wrong: dict[str, Any]) -> None:
    """What is measured has no value, the house and the grid included; what was counted and what is built stays."""
    desk = Desk("A17C1")
    sound = scene([bank("A17C1")], grid_info=meter(grid_to_home_power="400"), home_load_power="400")
    before = desk.scene(sound)
    row = bank("A17C1", battery_power="0", is_display=not wrong.get("hidden", False))
    found = desk.scene(
        scene(
            [row],
            info={"total_battery_power": "0.00", **wrong.get("info", {})},
            grid_info=meter(),
            home_load_power="0",
            scene_mode=0,
            statistics=[{"type": "1", "total": "0.00", "unit": "kWh"}],
        )
    )
    for key in ("solar_power", "battery_power", "battery_level", "output_power", "grid_power", "home_power"):
        assert before[Ref(OWNER, key)] is not None
        assert found[Ref(OWNER, key)] is None
    for device, key in (("A17C1-1", "battery_level"), ("A17C1-1", "solar_power"), (METER, "grid_power")):
        assert found[Ref(device, key)] is None
    assert Ref(OWNER, "solar_energy_total") not in found
    assert found[Ref("A17C1-1", "battery_capacity")] == 1.6
    assert found[Ref("A17C1-1", "reachable")] is True


def test_totals_that_are_told_with_invalid_values_count() -> None:
    found = by_key(Desk("A17C1").scene(scene([bank("A17C1")], info={"is_display_data": False})))
    assert found == {"solar_energy_total": 198.61, "co2_saved": 198.01, "savings_total": 56.17, "last_measured": AT}


def test_early_answers_do_not_say_whether_they_mean_anything() -> None:
    bean = scene([bank("A17C0")], info={"total_photovoltaic_power": "300"})
    del bean["solarbank_info"]["is_display_data"]
    assert by_key(Desk("A17C0").scene(bean))["solar_power"] == 300


@pytest.mark.parametrize("nothing", ["", None, "--", "abc", {}, [1], True])
def test_no_number_is_no_value(nothing: object) -> None:
    desk = Desk("A17C5")
    desk.scene(scene([bank()]))
    values = desk.scene(
        scene([bank(battery_power=nothing, photovoltaic_power=nothing)], info={"total_photovoltaic_power": nothing})
    )
    told = [values[ref] for ref in (Ref(BANK, "battery_level"), Ref(BANK, "solar_power"), Ref(OWNER, "solar_power"))]
    assert told == [None, None, None]


def test_what_was_never_told_is_left_out_also_after_a_restart() -> None:
    store = MemoryStore()
    del (first := bank())["photovoltaic_power"]
    assert Ref(BANK, "solar_power") not in Desk("A17C5", store=store).scene(scene([first]))
    Desk("A17C5", store=store).scene(scene([bank()]))
    assert Desk("A17C5", store=store).scene(scene([first]))[Ref(BANK, "solar_power")] is None


def test_what_is_not_fitted_shows_once_it_was_more_than_zero() -> None:
    desk = Desk("A17C5")
    keys = {"socket_power", "heating_power", "ac_input_power"}
    assert by_key(desk.scene(scene([bank()])), BANK).keys().isdisjoint(keys)
    used = scene([bank()], info={"ac_power": "12", "pei_heating_power": "30", "other_input_power": "5"})
    found = by_key(desk.scene(used), BANK)
    assert {key: found[key] for key in keys} == {"socket_power": 12, "heating_power": 30, "ac_input_power": 5}
    assert by_key(desk.scene(scene([bank()])), BANK)["socket_power"] == 0


def test_a_micro_inverter_is_only_told_by_the_one_model_that_has_an_input_for_it() -> None:
    info = {"micro_inverter_power": "33", "micro_inverter_power_limit": "800"}
    found = by_key(Desk("A17C2").scene(scene([bank("A17C2")], info=info)), "A17C2-1")
    assert (found["other_solar_power"], found["other_solar_power_limit"]) == (33, 800)
    assert "other_solar_power" not in by_key(Desk("A17C1").scene(scene([bank("A17C1")], info=info)), "A17C1-1")


def test_other_sun_of_a_site() -> None:
    desk = Desk("A17C5")
    assert "other_solar_power" not in by_key(desk.scene(scene([bank()], third_party_pv="0")))
    assert by_key(desk.scene(scene([bank()], third_party_pv="2536")))["other_solar_power"] == 2536


def test_a_solarbank_that_is_offline() -> None:
    values = by_key(Desk("A17C5").scene(scene([bank(status="0")])), BANK)
    assert (values["battery_level"], values["solar_power"], values["charging_status"]) == (Gone.GONE,) * 3
    assert (values["battery_capacity"], values["battery_count"], values["reachable"]) == (2.688, 1, False)


def test_plugs() -> None:
    row = {"device_sn": PLUG, "current_power": "82", "tag": "Garage", "err_code": 3, "status": "1", "total_power": ""}
    plugs = {"total_power": "260", "smartplug_list": [row, {**row, "device_sn": "P2", "status": "0", "err_code": 0}]}
    values = Desk("A17C1").scene(
        scene([bank("A17C1")], smart_plug_info=plugs, home_load_power="279", other_loads_power="19", scene_mode=2)
    )
    assert by_key(values, PLUG) == {"plug_power": 82, "room": "Garage", "fault": "3", "reachable": True}
    assert by_key(values, "P2") == {"plug_power": Gone.GONE, "room": "Garage", "fault": "–", "reachable": False}
    site = by_key(values)
    told = (site["plug_power"], site["home_power"], site["other_load_power"], site["running_mode"])
    assert told == (260, 279, 19, "smart_plugs")


def test_words_and_codes_without_end() -> None:
    """A state of Home Assistant has room for 255 characters."""
    row = {"device_sn": PLUG, "current_power": "82", "tag": "Garage " * 99, "err_code": 10**400, "status": 10**400}
    values = Desk("A17C1").scene(
        scene([bank("A17C1", sub_package_num=1e300)], smart_plug_info={"smartplug_list": [row]}, scene_mode=10**300)
    )
    assert by_key(values, PLUG) == {"plug_power": 82, "room": ("Garage " * 99)[:100]}
    assert by_key(values, "A17C1-1").keys().isdisjoint({"battery_count", "battery_capacity", "battery_energy"})
    assert "running_mode" not in by_key(values)


def test_what_else_is_in_a_site() -> None:
    values = Desk("A17C0").scene(
        scene(
            [bank("A17C0")],
            solar_list=[{"device_sn": "MI80", "generate_power": "412.00", "power_unit": "W", "status": "1"}],
            charging_pile_info={"charging_pile_list": [{"device_sn": "EV", "operating_state": 2, "power": 7200}]},
            powerpanel_list=[{"device_sn": "PANEL", "status": "0"}],
            combiner_box_info={"combiner_box_list": [{"device_sn": "DOCK", "status": "1"}]},
        )
    )
    assert by_key(values, "MI80") == {"output_power": 412, "reachable": True}
    assert by_key(values, "EV") == {"ev_charging_power": 7200, "charger_status": "charging"}
    assert by_key(values, "PANEL") == {"reachable": False}
    assert by_key(values, "DOCK") == {"reachable": True}


@pytest.mark.parametrize(
    ("total", "unit", "expected"),
    [
        ("198.61", "kwh", 198.61),
        ("198.61", "KWh", 198.61),
        ("1.25", "MWh", 1250),
        ("1.25", "mwh", 1250),
        ("512", "Wh", 0.512),
        (198.61, "kWh", 198.61),
        ("198.61", "", 198.61),
    ],
)
def test_units_of_the_yield(total: object, unit: str, expected: float) -> None:
    found = by_key(Desk("A17C5").scene(scene([bank()], statistics=[{"type": "1", "total": total, "unit": unit}])))
    assert found["solar_energy_total"] == pytest.approx(expected)


def test_tons_of_co2_and_money_without_a_sign() -> None:
    rows = [{"type": 2, "total": "1.37", "unit": "t"}, {"type": 3, "total": "56.17", "unit": ""}]
    found = by_key(Desk("A17C5").scene(scene([bank()], statistics=rows)))
    assert found["co2_saved"] == pytest.approx(1370)
    assert "savings_total" not in found


def test_the_smart_mode() -> None:
    profit = {"unit": "€", "aiems_profit_total": "46.68", "percentage": "9.30", "show_percentage": True}
    found = by_key(Desk("A17C5").scene(scene([bank()], aiems_profit=profit)))
    assert (found["smart_mode_savings_total"], found["smart_mode_savings_share"]) == (46.68, 9.3)
    idle = {"unit": "€", "aiems_profit_total": "0.00", "percentage": "0", "show_percentage": False}
    assert not {key for key in by_key(Desk("A17C5").scene(scene([bank()], aiems_profit=idle))) if "smart" in key}


MODES = {
    1: "self_consumption",
    2: "smart_plugs",
    3: "manual",
    4: "backup",
    5: "time_of_use",
    7: "smart",
    8: "dynamic_tariff",
    6: "other",
    "3": "manual",
}


@pytest.mark.parametrize(("code", "mode"), MODES.items())
def test_modes(code: object, mode: str) -> None:
    assert by_key(Desk("A17C5").scene(scene([bank()], scene_mode=code)))["running_mode"] == mode


def test_no_mode_is_none() -> None:
    assert "running_mode" not in by_key(Desk("A17C0").scene(scene([bank("A17C0")], scene_mode=0)))


@pytest.mark.parametrize(("code", "band"), {"1": "peak", "2": "mid_peak", "3": "off_peak", "4": "valley"}.items())
def test_bands_of_the_tariff(code: str, band: str) -> None:
    info = {"use_time_excute_info": {"current_band": code}}
    assert by_key(Desk("A17C5").scene(scene([bank()], info=info)))["tariff_band"] == band


def test_no_band_is_none() -> None:
    info = {"use_time_excute_info": {"current_band": "0"}}
    assert "tariff_band" not in by_key(Desk("A17C5").scene(scene([bank()], info=info)))


def test_what_others_may_see_is_told_to_them_by_the_scene() -> None:
    """Its owner gets the settings from where they are written (§12)."""
    keys = {"operating_mode", "output_preset"}
    assert by_key(Desk("A17C5").scene(scene([bank()]))).keys().isdisjoint(keys)
    member = Desk("A17C5", site=Site(id="s1", name="Theirs", type=12, owner=False))
    found = by_key(member.scene(scene([bank()], scene_mode=4, user_scene_mode=1)))
    assert (found["operating_mode"], found["running_mode"], found["output_preset"]) == (
        "self_consumption",
        "backup",
        200,
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-06-01 14:00:00", datetime(2026, 6, 1, 14, 0)),
        ("1970-01-01 00:00:00", None),
        ("01-01-0001 00:00:00", None),
        ("0001-01-01 00:00:00", None),
        ("", None),
        (None, None),
        (17, None),
    ],
)
def test_when_a_scene_was_measured(written: object, expected: datetime | None) -> None:
    assert updated(scene([bank()], info={"updated_time": written})) == expected


def test_the_time_at_the_top_is_none() -> None:
    bean = scene([bank()])
    del bean["solarbank_info"]["updated_time"]
    bean["updated_time"] = "2026-06-01 14:00:00"
    assert updated(bean) is None


@pytest.mark.parametrize(
    "bean", [{}, {"solarbank_info": None, "grid_info": [], "smart_plug_info": "", "statistics": {}}]
)
def test_nothing_at_all(bean: dict[str, Any]) -> None:
    assert Desk().scene(bean, None) == {}
