"""Redaction: private values become aliases everywhere, the rest stays."""

import json

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_battery_hub.core.redact import Redactor


def test_private_field_is_the_same_alias_everywhere() -> None:
    """Also as a key of an object and inside a longer text."""
    answers = [
        {"Serial": "TG123456", "power": 12},
        {"TG123456": {"error": "meter TG123456 lost"}, "list": ["TG123456", "TG999999"]},
    ]
    redactor = Redactor({"serial"})
    redactor.learn(answers)
    assert redactor.redact(answers) == [
        {"Serial": "**serial-1**", "power": 12},
        {"**serial-1**": {"error": "meter **serial-1** lost"}, "list": ["**serial-1**", "TG999999"]},
    ]


def test_everything_below_a_private_field_is_private() -> None:
    answer = {"installer": {"company": "Sunny Side", "phone": ["0123456"], "id": 77}, "mode": "backup"}
    redactor = Redactor({"installer"})
    redactor.learn(answer)
    assert redactor.redact(answer) == {
        "installer": {"company": "**installer-1**", "phone": ["**installer-2**"], "id": 0},
        "mode": "backup",
    }


@pytest.mark.parametrize(("name", "value"), [("code", "data"), ("key", "value")])
def test_row_that_names_a_private_field(name: str, value: str) -> None:
    """What stands beside the name is private, and only that."""
    answer = [
        {name: "SN", value: "TG123456", "unit": "TG12"},
        {name: "power", value: "1234.5", "unit": "kW"},
        {name: 0, value: {"sn": "TG654321"}},
    ]
    redactor = Redactor({"sn"})
    redactor.learn(answer)
    assert redactor.redact(answer) == [
        {name: "SN", value: f"**{value}-1**", "unit": "TG12"},
        {name: "power", value: "1234.5", "unit": "kW"},
        {name: 0, value: {"sn": "**sn-1**"}},
    ]


def test_secrets_known_beforehand_are_found_in_texts() -> None:
    redactor = Redactor((), ["hunter22", "192.168.1.9"])
    assert redactor.text("https://192.168.1.9/?p=hunter22") == "https://**secret-2**/?p=**secret-1**"


def test_longer_secret_is_replaced_before_the_shorter_in_it() -> None:
    redactor = Redactor((), ["ABCDE", "ABCDEFGH"])
    assert redactor.text("ABCDEFGH") == "**secret-2**"


@pytest.mark.parametrize("name", ["A", "Al", "ABC"])
def test_short_private_text_is_taken_out_where_it_stands(name: str) -> None:
    """It may be part of any word, so elsewhere it stays."""
    answer = {"Name": name, "names": [{"name": [name, ""]}], "other": name, "Token": "ABCDE"}
    redactor = Redactor({"name", "token"})
    redactor.learn(answer)
    assert redactor.redact(answer) == {
        "Name": "**private**",
        "names": [{"name": ["**private**", ""]}],
        "other": name,
        "Token": "**token-1**",
    }


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["vin", "a", "b"]), inner),
        max_leaves=12,
    )
)
def test_no_canary_survives(answer: object) -> None:
    """A private value planted beside any answer is nowhere in what comes out."""
    planted = {"vin": "CANARY-1", "rest": [answer, "x CANARY-1 y", {"CANARY-1": answer}]}
    redactor = Redactor({"vin"})
    redactor.learn(planted)
    assert "CANARY" not in json.dumps(redactor.redact(planted))
