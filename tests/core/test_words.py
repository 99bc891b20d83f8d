"""Codes in our own words."""

import logging

import pytest

from custom_components.solar_battery_hub.core.words import Words, code

STATES = {"1": "online", "SystemUp": "connected", "lan": "ethernet"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, "online"),
        (1.0, "online"),
        (" 1 ", "online"),
        ("SystemUp", "connected"),
        ("LAN", "ethernet"),
        (7, "other"),
        ("", None),
        (None, None),
        ({}, None),
    ],
)
def test_codes_become_words(value: object, expected: str | None) -> None:
    assert Words(logging.getLogger("a vendor")).translate(STATES, value, "state") == expected


def test_an_unknown_code_is_logged_once_by_each_vendor(caplog: pytest.LogCaptureFixture) -> None:
    """Shortened, for anything may be told."""
    caplog.set_level(logging.INFO)
    one, other = Words(logging.getLogger("one")), Words(logging.getLogger("other"))
    for words in (one, one, other):
        words.translate(STATES, "x" * 500, "state")
    one.translate(STATES, 7, "mode")
    long = f"Unknown state: {'x' * 40}"
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("one", long),
        ("other", long),
        ("one", "Unknown mode: 7"),
    ]


@pytest.mark.parametrize(
    ("value", "expected"), [(3, "3"), (3.0, "3"), ("03", "3"), ("a1", "a1"), (1.5, None), (True, None)]
)
def test_codes_are_texts(value: object, expected: str | None) -> None:
    assert code(value) == expected
