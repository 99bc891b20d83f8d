"""What batteries do, by every kind of system, and the word for it (anker.md §9.4, §9.5)."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import Ref

from .reading_desk import OWNER, Desk, bank, by_key, scene

BANK = "A17C5-1"


def battery(desk: Desk, row: dict[str, Any], **info: Any) -> object:
    """Return the power of the battery of the only solarbank, + discharging."""
    return desk.scene(scene([row], info=info))[Ref(row["device_sn"], "battery_power")]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"bat_charge_power": "318", "output_power": "0"}, -318),
        ({"bat_discharge_power": "279", "output_power": "250"}, 279),
        ({"photovoltaic_power": "534", "output_power": "534"}, 0),
        ({"photovoltaic_power": "741", "output_power": "0"}, -741),
        ({"photovoltaic_power": "100", "output_power": "350"}, 250),
        ({"bat_charge_power": "", "bat_discharge_power": None, "photovoltaic_power": "82", "output_power": "0"}, -82),
        ({"photovoltaic_power": "1", "pv_power": {"total": "400"}, "output_power": "100"}, -300),
    ],
)
def test_a_single_solarbank(told: dict[str, str], expected: float) -> None:
    """What it says of its battery, else what its panels give and it does not put out."""
    assert battery(Desk("A17C5"), bank() | told) == expected


def test_what_is_charged_from_the_grid() -> None:
    """Not told by the device itself, it is told by the site."""
    row = bank(photovoltaic_power="100", output_power="0")
    found = by_key(Desk("A17C5").scene(scene([row], info={"grid_to_battery_power": "300"})), BANK)
    assert (found["battery_power"], found["grid_charge_power"]) == (-400, 300)


def test_only_models_that_can_are_charged_from_ac() -> None:
    found = by_key(Desk("A17C1").scene(scene([bank("A17C1")])), "A17C1-1")
    assert "grid_charge_power" not in found


def test_the_power_of_charging_is_none() -> None:
    """``charging_power`` repeats the output (recorded: 120 W put out, ``charging_power`` "120", status 2)."""
    row = bank("A17C0", charging_power="120", output_power="120", charging_status="2")
    assert battery(Desk("A17C0"), row) == 120


def test_without_panels_or_output_nothing_follows() -> None:
    row = bank(photovoltaic_power="", output_power="120")
    assert Ref(BANK, "battery_power") not in Desk("A17C5").scene(scene([row]))


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"total_charging_power": "500", "total_photovoltaic_power": "700", "total_output_power": "200.00"}, -500),
        ({"total_photovoltaic_power": "0", "total_output_power": "256.00"}, 256),
        ({"total_photovoltaic_power": "534", "total_output_power": "534.00"}, 0),
        ({"total_photovoltaic_power": "", "total_output_power": "534.00"}, None),
    ],
)
def test_a_site(info: dict[str, str], expected: float | None) -> None:
    values = Desk("A17C0", "A17C0").scene(scene([bank("A17C0"), bank("A17C0", 2)], info=info))
    assert values.get(Ref(OWNER, "battery_power")) == expected


def test_older_solarbanks_that_feed_a_newer_one() -> None:
    """The totals of the answer are those of the newer one: here all is added up, the level by what each holds."""
    rows = [
        bank("A17C1", battery_power="90", photovoltaic_power="300", output_power="150", sub_package_num=1)
        | {"bat_charge_power": "150"},
        bank("A17C0", 1, battery_power="30", photovoltaic_power="200", output_power="250", charging_status="2"),
        bank("A17C0", 2, battery_power="60", photovoltaic_power="40", output_power="0", charging_status="3"),
    ]
    info = {
        "total_photovoltaic_power": "300",
        "total_output_power": "150.00",
        "total_charging_power": "150",
        "total_battery_power": "0.90",
    }
    values = Desk("A17C1", "A17C0", "A17C0").scene(scene(rows, info=info))
    found = by_key(values)
    assert found["solar_power"] == 300 + 200 + 40 - 250
    assert found["battery_power"] == -150 + 50 - 40
    assert found["battery_level"] == 67.5  # (2 × 90 + 30 + 60) / 4
    assert found["output_power"] == 150


def test_the_inputs_of_a_site_are_those_of_its_only_newer_solarbank() -> None:
    rows = [bank("A17C1"), bank("A17C0", charging_status="3")]
    values = Desk("A17C1", "A17C0").scene(scene(rows, info={"solar_power_2": "31", "ac_power": "9"}))
    found = by_key(values, "A17C1-1")
    assert (found["pv_power_2"], found["socket_power"]) == (31, 9)
    assert not {key for key in by_key(values, "A17C0-1") if key.startswith(("pv_power", "socket"))}


PARALLEL = [
    ({"bat_charge_power": "500", "output_power": "0"}, -500, 0, 400),
    ({"bat_discharge_power": "300", "output_power": "7"}, 300, 400, 0),
    ({"output_power": "201"}, 0, 100, 0),  # recorded: an output beside a battery that does nothing
    ({"bat_charge_power": "60", "output_power": "40"}, -60, 40, 0),
]


@pytest.mark.parametrize(("told", "power", "output", "grid_charge"), PARALLEL)
def test_several_newer_solarbanks(told: dict[str, str], power: float, output: float, grid_charge: float) -> None:
    """Only what they say of their batteries counts, also when it is nothing; the rest follows from it."""
    rows = [bank(photovoltaic_power="100") | told, bank(number=2), bank(number=3, battery_power="100")]
    info = {
        "total_charging_power": "9",
        "total_photovoltaic_power": "100",
        "total_output_power": "400",
        "ac_power": "5",
    }
    values = Desk("A17C5", "A17C5", "A17C5").scene(scene(rows, info={**info, "solar_power_1": "77"}))
    found = by_key(values, BANK)
    assert (found["battery_power"], found["output_power"], found["grid_charge_power"]) == (power, output, grid_charge)
    site = by_key(values)
    assert (site["battery_power"], site["solar_power"], site["output_power"], site["battery_level"]) == (
        power,
        100,
        400,
        50,
    )
    assert not {key for key in found if key.startswith(("pv_power", "socket"))}


def test_a_sum_needs_all_its_parts() -> None:
    rows = [bank(), bank(number=2, bat_charge_power="", bat_discharge_power="")]
    assert Ref(OWNER, "battery_power") not in Desk("A17C5", "A17C5").scene(scene(rows))


def test_large_stations() -> None:
    """``battery_power`` is a level here, too; each clamp is signed, − is export."""
    row = {
        "device_sn": "F3000",
        "device_pn": "A1782",
        "pv_power": "800",
        "charging_power": "500",
        "discharging_power": "0",
        "home_load_power": "300",
        "battery_power": "50",
        "charging_status": "2",
        "status": "1",
    }
    info = {
        "pps_list": [row],
        "total_pv_input_power": "800",
        "total_home_load_power": "300",
        "total_output_power": "300",
        "grid": [{"power": "-120"}, {"power": "20"}],
    }
    values = Desk("A1782").scene(scene(solarbank_pps_info=info))
    assert by_key(values, "F3000") == {
        "solar_power": 800,
        "home_power": 300,
        "battery_level": 50,
        "battery_power": -500,
        "battery_energy": 1.536,
        "battery_capacity": 3.072,
        "charging_status": "charging",
        "reachable": True,
    }
    found = by_key(values)
    told = {key: found[key] for key in ("solar_power", "home_power", "output_power", "battery_power", "grid_power")}
    assert told == {
        "solar_power": 800,
        "home_power": 300,
        "output_power": 300,
        "battery_power": -500,
        "grid_power": -100,
    }


def status(model: str, told: dict[str, Any], **around: Any) -> object:
    """Return the word for what a solarbank does."""
    info: dict[str, Any] = {name: around.pop(name) for name in ("to_home_load", "other_input_power") if name in around}
    bean = scene([bank(model) | told], info=info, **around)
    return by_key(Desk(model).scene(bean), f"{model}-1")["charging_status"]


@pytest.mark.parametrize(
    ("code", "expected"),
    {
        "0": "detection",
        "1": "bypass",
        "2": "discharging",
        "3": "charging",
        "4": "wake_up",
        "116": "cold_wake_up",
        "5": "full",
        "6": "full_bypass",
        "7": "standby",
        "9": "other",
    }.items(),
)
def test_what_the_first_generation_says(code: str, expected: str) -> None:
    assert status("A17C0", {"charging_status": code}) == expected


@pytest.mark.parametrize(
    ("told", "preset", "expected"),
    [
        ({"output_power": "100", "photovoltaic_power": "300"}, "200W", "charging_and_bypass"),
        ({"photovoltaic_power": "300"}, "200W", "charge_priority"),
        ({"photovoltaic_power": "100"}, "200W", "charging"),
        ({"photovoltaic_power": "150", "set_load_power": "135"}, "270W", "charge_priority"),
        ({"photovoltaic_power": "300"}, "", "charging"),
    ],
)
def test_charging_of_the_first_generation(told: dict[str, str], preset: str, expected: str) -> None:
    assert status("A17C0", {"charging_status": "3", **told}, retain_load=preset) == expected


def test_what_is_set_for_a_newer_one_does_not_hold_back_older_ones() -> None:
    rows = [bank("A17C1"), bank("A17C0", charging_status="3", photovoltaic_power="38")]
    values = Desk("A17C1", "A17C0").scene(scene(rows, retain_load="0W"))
    assert values[Ref("A17C0-1", "charging_status")] == "charging"


DERIVED: list[tuple[dict[str, str], dict[str, Any], str]] = [
    ({"bat_charge_power": "200", "output_power": "50", "photovoltaic_power": "250"}, {}, "charging_and_bypass"),
    ({"bat_charge_power": "200", "photovoltaic_power": "0"}, {}, "ac_charging"),
    ({"bat_charge_power": "200", "photovoltaic_power": "50"}, {"other_input_power": "150"}, "ac_charging"),
    ({"bat_charge_power": "50", "photovoltaic_power": "50"}, {"scene_mode": 3, "retain_load": "0W"}, "charging"),
    ({"bat_charge_power": "50", "photovoltaic_power": "50"}, {"scene_mode": 3}, "protection_charge"),
    (
        {"bat_charge_power": "50", "photovoltaic_power": "50"},
        {"scene_mode": 1, "home_load_power": "300"},
        "protection_charge",
    ),
    (
        {"bat_charge_power": "50", "photovoltaic_power": "50"},
        {"scene_mode": 1, "home_load_power": "300", "to_home_load": "300"},
        "charging",
    ),
    ({"bat_discharge_power": "50", "photovoltaic_power": "5"}, {}, "bypass_and_discharging"),
    ({"bat_discharge_power": "50"}, {}, "discharging"),
    ({"battery_power": "100"}, {}, "full"),
    ({"photovoltaic_power": "60", "output_power": "60"}, {}, "bypass"),
    ({}, {}, "detection"),
    ({"charging_status": "1", "bat_discharge_power": "50"}, {}, "bypass_and_discharging"),
    ({"charging_status": "5"}, {}, "full"),
]


@pytest.mark.parametrize(("told", "around", "expected"), DERIVED)
def test_what_newer_generations_do_is_worked_out(told: dict[str, str], around: dict[str, Any], expected: str) -> None:
    """They say 0 whatever they do."""
    assert status("A17C5", told, **around) == expected
