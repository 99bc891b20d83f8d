"""Tolerant scalars."""

import math

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer
from custom_components.solar_battery_hub.core.parse import (
    choice,
    flag,
    items,
    mapping,
    measured,
    number,
    section,
    sections,
    text,
)

from .strategies import json_values

sane_floats = st.floats(min_value=-1e9, max_value=1e9)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (21, 21.0),
        (21.600000381469727, 21.600000381469727),
        ("0.7", 0.7),
        (" 9.3 kWh ", 9.3),
        ("20.5kWh", 20.5),
        ("0 W", 0.0),
        ("200Watt", 200.0),
        ("11.3%", 11.3),
        ("12.3/€", 12.3),
        ("2337(W)", 2337.0),
        ("-2337(W)", -2337.0),
        ("-1.5e-3", -0.0015),
        ("1E3 W", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ('"12.5"', 12.5),
        ("9.3\u00a0kWh", 9.3),
    ],
)
def test_number_reads_what_is_wrapped(value: object, expected: float) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567.0),
        ("1.234.567", 1234567.0),
        ("1,5", 1.5),
        ("12,3456 kWh", 12.3456),
        ("1234,567", 1234.567),
        ("0,125", 0.125),
        ("1.234", 1.234),
        ("1,234", None),
        ("12,34,567", None),
        ("1,234.567.8", None),
        ("1,2,3", None),
    ],
)
def test_number_believes_only_an_unambiguous_comma(value: str, expected: float | None) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "  ",
        "-",
        "--",
        "-- kWh",
        "N/A",
        "null",
        '"null"',
        True,
        False,
        math.nan,
        math.inf,
        -math.inf,
        10**400,
        "1e400",
        "nan",
        "inf",
        "kWh",
        "121.3V/0A",
        "1.5_1720071651105",
        "12:30",
        "2024-05-01",
        "1.2.3",
        "٣",
        "0x10",
        "9" * 100,
        [],
        {},
        [5],
    ],
)
def test_number_is_none_where_there_is_none(value: object) -> None:
    assert number(value) is None


def test_number_knows_the_numbers_that_mean_absent() -> None:
    sentinels = (6553.5, 655.35, -0.1)
    assert number("655.35", absent=sentinels) is None
    assert number(-0.10000000149011612, absent=sentinels) is None
    assert number("6553.4", absent=sentinels) == 6553.4
    assert number("-0.1") == -0.1


@given(json_values)
def test_no_scalar_reader_raises(value: object) -> None:
    number(value)
    measured(value, "Wh", "kWh")
    flag(value)
    text(value)
    choice(value, {"1": "one"})
    section(value)
    sections(value)


@given(st.text(alphabet="0123456789.,-+eE kWh()/%:_") | st.text())
def test_a_text_becomes_zero_only_when_it_says_zero(value: str) -> None:
    if number(value) == 0:
        mantissa = value.casefold().split("e")[0]
        assert "0" in mantissa
        assert not any(digit in mantissa for digit in "123456789") or float(value) == 0


@given(sane_floats, st.sampled_from(["", " W", "W", "(W)", " kWh", "%"]))
def test_number_reads_back_what_python_writes(value: float, unit: str) -> None:
    assert number(f"{value!r}{unit}") == value


@given(st.floats(min_value=0.001, max_value=1e9).map(lambda value: round(value, 2)))
def test_both_ways_of_grouping_read_the_same(value: float) -> None:
    english = f"{value:,.2f}"
    continental = english.translate(str.maketrans(",.", ".,"))
    assert number(english) == value
    assert number(continental) == value


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (9300, "Wh", "kWh", 9.3),
        ("9.3 kWh", "Wh", "kWh", 9.3),
        ("2.56 MWh", "kWh", "kWh", 2560.0),
        ("0.5GWh", "kWh", "kWh", 500000.0),
        ("1.5", "KWh", "kWh", 1.5),
        ("1.5 mwh", "kWh", "kWh", 1500.0),
        ("3.2(kW)", "W", "W", 3200.0),
        ("0.8", "kW", "W", 800.0),
        ("200Watt", "kW", "W", 200.0),
        ("5 mW", "W", "W", 0.005),
        ("1.2kVar", "var", "var", 1200.0),
        (3600000, "Ws", "kWh", 1.0),
        ("239500mV", "V", "V", 239.5),
        ("45%", "%", "%", 45.0),
        ("0.62", "1", "%", 62.0),
        (125, "‰", "%", 12.5),
        ("1.02 KT", "kg", "kg", 1020000.0),
        (68, "°F", "°C", 20.0),
        (20, "°C", "°F", 68.0),
        ("50℉", "°C", "℃", 10.0),
        (1500000000, "ns", "s", 1.5),
        (1500, "µs", "ms", 1.5),
        (1500, "us", "s", 0.0015),
        (90, "min", "h", 1.5),
        (1.5, "d", "h", 36.0),
        (2, "h", "s", 7200.0),
        (0, "Wh", "kWh", 0.0),
    ],
)
def test_measured_converts(value: object, unit: str, to: str, expected: float) -> None:
    assert measured(value, unit, to) == pytest.approx(expected, rel=1e-12)


def test_measured_keeps_a_value_in_its_own_unit_to_the_last_bit() -> None:
    assert measured(68.1, "°F", "°F") == 68.1
    assert measured("0.3kWh", "Wh", "kWh") == 0.3


@pytest.mark.parametrize(
    ("value", "unit"),
    [("9.3 foo", "Wh"), ("9.3 kW", "Wh"), (5, "W"), (5, ""), ("--", "Wh"), (None, "Wh"), (True, "Wh"), (1e306, "GWh")],
)
def test_measured_is_none_for_another_quantity_or_no_value(value: object, unit: str) -> None:
    assert measured(value, unit, "kWh") is None


def test_measured_knows_absent_before_conversion() -> None:
    assert measured(6553.5, "Wh", "kWh", absent=(6553.5,)) is None


def test_measured_refuses_an_unknown_target() -> None:
    with pytest.raises(ValueError, match="furlong"):
        measured(1, "Wh", "furlong")


@given(sane_floats, st.sampled_from(["Wh", "kWh", "MWh", "GWh", "Ws"]))
def test_there_and_back_is_the_same(value: float, unit: str) -> None:
    there = measured(value, unit, "kWh")
    assert there is not None
    assert measured(there, "kWh", unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        (1, True),
        (0.0, False),
        ("1", True),
        ("0", False),
        ("True", True),
        (" false ", False),
        ("Yes", True),
        ("NO", False),
        ("On", True),
        ("off", False),
        (2, None),
        (-1, None),
        (math.nan, None),
        ("", None),
        ("maybe", None),
        (None, None),
        ([], None),
    ],
)
def test_flag(value: object, expected: bool | None) -> None:
    assert flag(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.40.2\n", "1.40.2"),
        (" 21.44 223a56cd ", "21.44 223a56cd"),
        (123456, "123456"),
        ("None", "None"),
        ("", None),
        ("--", None),
        ("N/A", None),
        ("null", None),
        ('"null"', None),
        (None, None),
        (True, None),
        (1.5, None),
        (["x"], None),
    ],
)
def test_text(value: object, expected: str | None) -> None:
    assert text(value) == expected


def test_choice_translates_and_admits_what_it_does_not_know() -> None:
    table = {"1": "online", "SystemGridConnected": "connected"}
    assert choice("SystemGridConnected", table) == "connected"
    assert choice(1, table) == "online"
    assert choice("SystemMicroGridFaulted", table) == "other"
    assert choice("", table) is None
    assert choice(None, table) is None
    assert choice(True, table) is None


@pytest.mark.parametrize("value", [None, [], "text", 5, True])
def test_an_answer_that_is_no_object_is_bad(value: object) -> None:
    with pytest.raises(BadAnswer, match=type(value).__name__):
        mapping(value)


@pytest.mark.parametrize("value", [None, {}, "text", 5, True])
def test_an_answer_that_is_no_list_is_bad(value: object) -> None:
    with pytest.raises(BadAnswer, match=type(value).__name__):
        items(value)


def test_shapes_are_handed_on_as_they_are() -> None:
    assert mapping({"a": 1}) == {"a": 1}
    assert items([1, None]) == [1, None]


def test_parts_of_an_answer_may_be_missing() -> None:
    assert section({"a": 1}) == {"a": 1}
    assert section(None) == {}
    assert section([{"a": 1}]) == {}
    assert sections([{"a": 1}, None, 5, {}]) == [{"a": 1}, {}]
    assert sections({"a": 1}) == []
    assert sections(None) == []


def test_a_bad_shape_tells_nothing_of_its_content() -> None:
    with pytest.raises(BadAnswer) as caught:
        mapping("secret")
    assert "secret" not in str(caught.value)
