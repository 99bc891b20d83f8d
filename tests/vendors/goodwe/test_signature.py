"""The vectors of goodwe.md §3.1, §3.3 and §5.1, byte for byte."""

import base64
import json

import pytest

from custom_components.solar_battery_hub.vendors.goodwe.signature import (
    LEGACY_STRANGER,
    SEMSPLUS_STRANGER,
    compact,
    hash_password,
    header,
    sign,
)
from tests.vendors.goodwe.account_desk import TOKEN, UID


@pytest.mark.parametrize(
    ("password", "sent"),
    [
        ("Correct-Horse-7!", "OGY1MWZmZTE0N2NkMGQ1YjJjZDMwM2M3ZTUwYzJiZWU="),
        ("sems_test_password", "ZTJmYTRkNDJhZTk4Y2NiMTFkYzg0NWJhYWY1YWUxYzc="),
    ],
)
def test_password(password: str, sent: str) -> None:
    assert hash_password(password) == sent


@pytest.mark.parametrize(
    ("at", "uid", "token", "signature"),
    [
        (
            1790000000000,
            "",
            "",
            "ZmU5YjIxMzczZmM0MGI2ZDAzZTJlNTgxZjA4MDc3OTBiM2VkZGU4YThkZDYwZGIyNGE5ZWU0OTYxOTgxODM5Y0AxNzkwMDAwMDAwMDAw",
        ),
        (
            1790000001234,
            UID,
            TOKEN,
            "Mzc3OGM2YTY0YTc5ODg0NWRjYzZlNzQ3Mjc1NzAxY2MyNjhlY2I5YjAyOTFiZTljMTc0ZTc3ZjE4MGEwNDZiNEAxNzkwMDAwMDAxMjM0",
        ),
    ],
)
def test_signature(at: int, uid: str, token: str, signature: str) -> None:
    assert sign(at, uid, token) == signature


def test_headers_of_strangers() -> None:
    semsplus = '{"uid":"","timestamp":0,"token":"","client":"semsPlusWeb","version":"","language":"en"}'
    assert header(SEMSPLUS_STRANGER) == semsplus
    assert len(semsplus) == 87
    legacy = header(LEGACY_STRANGER)
    assert legacy == '{"version":"v2.1.0","client":"ios","language":"en"}'
    in_base64 = "eyJ2ZXJzaW9uIjoidjIuMS4wIiwiY2xpZW50IjoiaW9zIiwibGFuZ3VhZ2UiOiJlbiJ9"
    assert base64.b64encode(legacy.encode()).decode() == in_base64


def test_a_header_is_ascii_on_one_line() -> None:
    """Whatever a server tells goes back in a header: it must not be able to add another."""
    told = {"language": "zh\r\nX-Other: 1", "name": "光伏"}
    text = header(told)
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == told


def test_bodies_have_no_spaces_and_keep_letters() -> None:
    assert compact({"a": [1, 2], "months": "jan_1、feb_1"}) == '{"a":[1,2],"months":"jan_1、feb_1"}'
