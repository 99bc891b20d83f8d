"""What may be asked of a setting."""

import math

import pytest

from custom_components.solar_battery_hub.core.control import (
    Control,
    ControlKind,
    Outcome,
    Receipt,
    Setting,
    check,
)
from custom_components.solar_battery_hub.core.model import Value
from custom_components.solar_battery_hub.core.quantities import Quantity
from custom_components.solar_battery_hub.core.refusal import ChangeRefused

SETTINGS = {
    setting.key: setting
    for setting in (
        Setting(key="mode", kind=ControlKind.SELECT, options=("backup", "autonomous")),
        Setting(key="reserve", kind=ControlKind.NUMBER, minimum=10.0, maximum=100.0, step=5.0, quantity=Quantity.RATIO),
        Setting(key="price", kind=ControlKind.NUMBER, minimum=-1.0, step=0.1),
        Setting(key="power", kind=ControlKind.NUMBER, maximum=5000.0, quantity=Quantity.POWER),
        Setting(key="limit", kind=ControlKind.NUMBER, options=("350", "800"), quantity=Quantity.POWER),
        Setting(key="off_grid", kind=ControlKind.SWITCH),
        Setting(key="from", kind=ControlKind.TIME),
        Setting(key="name", kind=ControlKind.TEXT, minimum=1, maximum=5),
        Setting(key="start", kind=ControlKind.BUTTON),
    )
}
CONTROLS = [Control(device="gateway", setting=setting) for setting in SETTINGS.values()]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mode", "backup"),
        ("reserve", 10),
        ("reserve", 100.0),
        ("reserve", 15.0),
        ("price", 0.3),  # 13 steps of 0.1 from −1, which no binary fraction hits
        ("price", 1e4 + 0.7),
        ("power", -40.5),
        ("limit", 800.0),
        ("off_grid", False),
        ("from", "00:00"),
        ("from", "23:59"),
        ("name", "Villa"),
        ("start", True),
    ],
)
def test_allowed(key: str, value: Value) -> None:
    assert check(CONTROLS, {key: value}) == {key: SETTINGS[key]}


@pytest.mark.parametrize(
    ("key", "value", "reason", "placeholders"),
    [
        ("speed", 1, "setting_not_available", {}),
        ("mode", "other", "option_not_available", {"option": "other", "options": "backup, autonomous"}),
        ("limit", 600, "option_not_available", {"option": "600", "options": "350, 800"}),
        ("limit", "800", "wrong_type", {}),
        ("mode", None, "option_not_available", {"option": "None", "options": "backup, autonomous"}),
        ("reserve", 9.99, "value_out_of_range", {"minimum": "10 %", "maximum": "100 %"}),
        ("reserve", 105, "value_out_of_range", {"minimum": "10 %", "maximum": "100 %"}),
        ("price", -1.1, "value_out_of_range", {"minimum": "-1", "maximum": "∞"}),
        ("power", 5000.5, "value_out_of_range", {"minimum": "−∞", "maximum": "5000 W"}),
        ("reserve", 12.0, "value_off_step", {"step": "5 %"}),
        ("price", 0.35, "value_off_step", {"step": "0.1"}),
        ("reserve", "20", "wrong_type", {}),
        ("reserve", True, "wrong_type", {}),
        ("reserve", None, "wrong_type", {}),
        ("reserve", math.nan, "wrong_type", {}),
        ("power", -math.inf, "wrong_type", {}),
        ("off_grid", 1, "wrong_type", {}),
        ("from", "24:00", "wrong_type", {}),
        ("from", "7:30", "wrong_type", {}),
        ("from", 730, "wrong_type", {}),
        ("name", 5, "wrong_type", {}),
        ("name", "", "text_length", {"minimum": "1", "maximum": "5"}),
        ("name", "Castle", "text_length", {"minimum": "1", "maximum": "5"}),
        ("start", False, "wrong_type", {}),
    ],
)
def test_refused(key: str, value: Value, reason: str, placeholders: dict[str, str]) -> None:
    with pytest.raises(ChangeRefused) as refused:
        check(CONTROLS, {key: value})
    assert refused.value.reason == reason
    assert refused.value.placeholders == {"setting": key, **placeholders}


def test_one_bad_setting_refuses_the_whole_change() -> None:
    with pytest.raises(ChangeRefused, match="value_off_step"):
        check(CONTROLS, {"mode": "backup", "reserve": 11})


def test_nothing_is_not_a_change() -> None:
    with pytest.raises(ChangeRefused, match="nothing_to_change"):
        check(CONTROLS, {})


def test_receipt_as_an_answer() -> None:
    receipt = Receipt(
        device="gateway",
        outcome=Outcome.CONFIRMED,
        asked={"reserve": 20},
        sent={"reserve": 20},
        read_back={"reserve": 20.01},
        matched={"reserve": True},
        attempts=2,
        seconds=1.23456,
    )
    assert receipt.as_dict() == {
        "outcome": "confirmed",
        "asked": {"reserve": 20},
        "sent": {"reserve": 20},
        "read_back": {"reserve": 20.01},
        "matched": {"reserve": True},
        "attempts": 2,
        "seconds": 1.23,
        "verify_at": None,
    }
