"""The password as the server gets it: the worked vectors (anker.md §3.3)."""

from cryptography.hazmat.primitives.asymmetric import ec
import pytest

from custom_components.solar_battery_hub.vendors.anker import crypto
from custom_components.solar_battery_hub.vendors.anker.crypto import Sealed, gtoken, seal
from tests.simulators.anker.passport import Passport

PRIVATE = 0x1F1E1D1C1B1A191817161514131211100F0E0D0C0B0A09080706050403020100
PUBLIC = (
    "04984225585d2285c138033d6140e3cef8b91859704e53c313f8b636ba4f967649"
    "9734144f46fd19a767a545287c4396b97b69dd38faaea8981adc1a4fed9b401e"
)
SIMULATOR_KEY = (
    "040370073d2888a1e92d7822a04e1a0d263fe7465db62674feda800f64c64a737b"
    "e33c943f3159c4fb0066acd9c0fe773eac621a01a39ab066b91308948d7c58a3"
)


def fixed_key() -> ec.EllipticCurvePrivateKey:
    """Return the client's key of the vectors."""
    return ec.derive_private_key(PRIVATE, ec.SECP256R1())


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Sunny-Roof-42!", "wNPrtxWaym+cT9r4H2bBGg=="),
        ("0123456789abcdef", "5LBy5MqQR8HoMs4RgBsGoQ0dukya+hoxWPXH6jLKs8Y="),
        ("pässwörd", "U1b2z9Rm9szGjpaFQylIaw=="),
    ],
)
def test_passwords_are_sealed_for_the_real_server(password: str, expected: str) -> None:
    assert seal(password, fixed_key) == Sealed(public_key=PUBLIC, password=expected)


def test_the_servers_key_is_looked_up_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "SERVER_KEY", SIMULATOR_KEY)
    assert seal("Sunny-Roof-42!", fixed_key).password == "v5sxWqNUoeKP0RKjT8/FpA=="


def test_a_server_opens_what_a_random_key_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "SERVER_KEY", SIMULATOR_KEY)
    passport, first, second = Passport(), seal("Geheim ÄÖ 9"), seal("Geheim ÄÖ 9")
    assert first.public_key != second.public_key
    assert [passport.opened(one.public_key, one.password) for one in (first, second)] == ["Geheim ÄÖ 9"] * 2


def test_the_digest_that_goes_with_a_token() -> None:
    assert gtoken("9f1b2c3d4e5f60718293a4b5c6d7e8f901234567") == "3984a641f440b07a66175ea81e143898"


def test_a_sealed_password_is_not_shown() -> None:
    assert "wNPr" not in repr(seal("Sunny-Roof-42!", fixed_key))
