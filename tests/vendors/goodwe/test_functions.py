"""What is found in a device's function tree, and how it is read and written (goodwe.md §6.2)."""

import json
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import Value
from custom_components.solar_battery_hub.vendors.goodwe.functions import (
    addresses,
    can_write,
    function_write,
    is_seen_working,
    known_functions,
    read_functions,
    run_command,
)

from .controls_desk import BATTERY_ROWS, LIMITS, STATUS_SETTING, function
from .recordings import load, needs_recordings

RUN_STOP = function("45218", "run_stop", 8)
BUTTONS = (function("40330", "start_up", 16, rwType="WO"), function("40331", "shutdown", 16, rwType="WO"))
BY_SWITCH = known_functions([RUN_STOP], battery=False)
BY_CHOICE = known_functions([STATUS_SETTING], battery=False)
BY_BUTTONS = known_functions(BUTTONS, battery=False)
BATTERY = known_functions(BATTERY_ROWS, battery=True)
LIMITED = known_functions(LIMITS, battery=False)


def test_two_of_the_same_name_are_told_apart_by_their_units() -> None:
    assert (LIMITED["export_limit"].address, LIMITED["export_limit"].maximum) == ("40328", 6000)
    assert (LIMITED["export_limit_rate"].address, LIMITED["export_limit_rate"].maximum) == ("40336", 100)


def test_two_that_are_alike_are_told_apart_by_their_menus() -> None:
    other = function("47880", "limit_setting", 3, path=("generator",), unit="W", range="[0,30000]")
    for rows in ((*LIMITS, other), (other, *LIMITS)):
        assert known_functions(rows, battery=False)["export_limit"].address == "40328"


def test_without_a_difference_neither_is_taken() -> None:
    twin = function("47880", "limit_setting", 3, path=("power",), unit="W", range="[0,30000]")
    assert "export_limit" not in known_functions((*LIMITS, twin), battery=False)


@pytest.mark.parametrize(
    "members",
    [
        {"gain": 10},
        {"gain": None},
        {"range": "[361]"},
        {"range": ""},
        {"range": "[100,0]"},
        {"rwType": "RO"},
        {"control": 24},
        {"unit": "A"},
        {"address": None},
        {"id": ""},
        {"controlAttr": "{broken", "control": "x"},
    ],
)
def test_what_is_not_certain_is_left_alone(members: dict[str, Any]) -> None:
    rows = (LIMITS[0], {**LIMITS[1], **members})
    assert "export_limit" not in known_functions(rows, battery=False)


def test_ids_and_addresses_are_those_of_the_tree() -> None:
    moved = [{**row, "address": f"9{row['address']}", "id": "another"} for row in (STATUS_SETTING, *LIMITS)]
    write = function_write(known_functions(moved, battery=False), "export_limit", 4200.0)
    assert (write.values, write.ids) == ({"940328": 4200}, {"940328": "another"})


@needs_recordings
@pytest.mark.parametrize("number", [0, 1])
def test_the_recorded_start_and_stop(number: int) -> None:
    recording = load("semsplus_control_start_stop")
    said = recording["function"]
    choices = [{"transKey": word, "value": str(value)} for word, value in said["values"].items()]
    functions = known_functions([{**said, "controlAttr": json.dumps(choices)}], battery=False)
    capture = recording["captures"][number]
    write = function_write(functions, "inverter_on", capture["action"] == "start_up")
    request = capture["request"]
    assert write.values == request["addressMap"]
    assert write.ids == request["addrFuncMap"]
    assert write.log == request["controlItemLogs"]


WRITES: tuple[tuple[dict[str, Any], str, Value, dict[str, int], dict[str, object]], ...] = (
    (BY_CHOICE, "inverter_on", True, {"80017": 4}, {"status_setting": "start_up"}),
    (BY_CHOICE, "inverter_on", False, {"80017": 2}, {"status_setting": "stop"}),
    (BY_SWITCH, "inverter_on", True, {"45218": 1}, {"run_stop": "remote_Switch_on"}),
    (BY_SWITCH, "inverter_on", False, {"45218": 0}, {"run_stop": "remote_Switch_off"}),
    (BY_BUTTONS, "inverter_on", True, {"40330": 0}, {"start_up": "start_up"}),
    (BY_BUTTONS, "inverter_on", False, {"40331": 0}, {"shutdown": "shutdown"}),
    (LIMITED, "export_limit_mode", "on", {"40327": 1}, {"grid-tie_power_limit": "remote_Switch_on"}),
    (LIMITED, "export_limit_mode", "off", {"40327": 0}, {"grid-tie_power_limit": "remote_Switch_off"}),
    (LIMITED, "export_limit_rate", 60.0, {"40336": 60}, {"limit_setting": 60}),
    (BATTERY, "immediate_charge", True, {"47545": 1}, {"immediate_charge": "on"}),
    (BATTERY, "immediate_charge", False, {"47545": 0}, {"stop_charging": "remote_Switch_off"}),
    (BATTERY, "immediate_charge_level", 80.0, {"47546": 80}, {"end_charge_soc": 80}),
    (BATTERY, "immediate_charge_power", 40.0, {"47603": 40}, {"bat_immediate_charge_power": 40}),
)


@pytest.mark.parametrize(("functions", "key", "value", "values", "log"), WRITES)
def test_writes(
    functions: dict[str, Any], key: str, value: Value, values: dict[str, int], log: dict[str, object]
) -> None:
    assert can_write(functions, key)
    write = function_write(functions, key, value)
    assert (write.values, write.log) == (values, log)
    assert write.ids.keys() == values.keys()
    assert all(type(number) is int for number in write.values.values())


def test_one_address_with_two_functions_is_written_with_the_right_id() -> None:
    assert function_write(BATTERY, "immediate_charge", True).ids == {"47545": "i47545"}
    assert function_write(BATTERY, "immediate_charge", False).ids == {"47545": "stop"}
    assert addresses(BATTERY)["47545"] == "i47545"


def test_half_of_two_buttons_is_nothing() -> None:
    assert not can_write(known_functions(BUTTONS[:1], battery=False), "inverter_on")
    assert not can_write(known_functions(BATTERY_ROWS[:1], battery=True), "immediate_charge")


def test_a_choice_without_these_words_is_nothing() -> None:
    rows = [function("80017", "status_setting", 4, values={"restart": 1})]
    assert not can_write(known_functions(rows, battery=False), "inverter_on")


def test_only_the_recorded_write_was_seen_working() -> None:
    assert is_seen_working(BY_CHOICE, "inverter_on")
    assert not is_seen_working(BY_SWITCH, "inverter_on")
    assert not is_seen_working(LIMITED, "export_limit")


def test_what_can_only_be_written_is_not_asked_for() -> None:
    assert addresses(BY_BUTTONS) == {}


def test_the_copy_is_read() -> None:
    told = {"40327": 1, "40328": "4200", "40336": None}
    assert read_functions(LIMITED, told) == {"export_limit_mode": "on", "export_limit": 4200}
    assert read_functions(LIMITED, {"40327": 0}) == {"export_limit_mode": "off"}
    assert read_functions(LIMITED, {"40327": 7}) == {}
    assert read_functions(BATTERY, {"47545": 1, "47546": 90}) == {
        "immediate_charge": True,
        "immediate_charge_level": 90,
    }


@pytest.mark.parametrize(("said", "runs"), [(1, True), (4, True), (2, False), (0, None), (None, None), ("2", False)])
def test_what_it_was_told_last(said: object, runs: bool | None) -> None:
    assert run_command(BY_CHOICE, {"80017": said}) is runs


def test_its_own_switch() -> None:
    assert [run_command(BY_SWITCH, {"45218": said}) for said in (1, 0, None)] == [True, False, None]
    assert run_command(LIMITED, {}) is None
