"""No secret in an error, a log or what diagnostics show: e-mail, password, its hash, tokens (goodwe.md §9)."""

import logging
import traceback
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import HubError
from custom_components.solar_battery_hub.vendors.goodwe.model import Way
from tests.mock_http import MockHttp
from tests.vendors.goodwe.account_desk import (
    DETAIL,
    EMAIL,
    FLOW,
    HASH,
    LEGACY_LOGIN,
    PASSWORD,
    SEMSPLUS_LOGIN,
    TOKEN,
    UID,
    b_welcome,
    c_error,
    c_ok,
    c_welcome,
    open_desk,
)

CANARIES = (EMAIL, "owner%40example", PASSWORD, HASH, "8f51ffe147cd0d5b2cd303c7e50c2bee", TOKEN, UID)
SPITEFUL = {
    "words": c_error("100005") | {"msg": f"{EMAIL} {PASSWORD} {HASH}", "description": TOKEN},
    "code": c_error(f"{EMAIL}") | {"errorMsg": f"{PASSWORD}"},
    "token for a code": c_error(TOKEN),
    "stale": c_error("C0602") | {"description": f"{TOKEN} of {EMAIL}"},
    "no token": c_ok({"agreement": True, "account": EMAIL, "pwd": HASH}),
    "no user": c_ok({"token": TOKEN, "account": EMAIL}),
    "data": c_ok([EMAIL, PASSWORD, HASH, TOKEN]),
    "echo": {"components": {"para": f'{{"account":"{EMAIL}","pwd":"{PASSWORD}"}}'}},
    "limit": c_error("GY0429") | {"description": EMAIL},
}
ANSWERS: dict[str, dict[str, Any]] = {name: {"payload": payload} for name, payload in SPITEFUL.items()} | {
    "html": {"body": f"<html>{EMAIL} {PASSWORD} {HASH} {TOKEN}</html>"},
    "half": {"body": f'{{"data": "{TOKEN} {EMAIL} {PASSWORD}'},
    "status": {"status": 500, "body": f"{TOKEN} {EMAIL}"},
    "redirect": {"status": 302, "headers": {"Location": f"https://evil.example/?{TOKEN}"}},
    "nobody": {"exception": OSError(f"{EMAIL} {PASSWORD} {HASH} {TOKEN}")},
}
GOOD_FOR_A_CALL = ("no token", "no user")  # only a sign-in fails for it


def found_in(text: str) -> list[str]:
    """Return the secrets in a text."""
    return [canary for canary in CANARIES if canary in text]


@pytest.mark.parametrize(
    ("answer", "after_login"),
    [(answer, after) for answer in ANSWERS for after in (False, True) if not (after and answer in GOOD_FOR_A_CALL)],
)
@pytest.mark.parametrize("way", Way)
async def test_nothing_leaks(way: Way, answer: str, after_login: bool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    login, call = (SEMSPLUS_LOGIN, FLOW) if way is Way.SEMSPLUS else (LEGACY_LOGIN, DETAIL)
    async with open_desk() as desk:
        with MockHttp() as http:
            if after_login:
                http.post(login, payload=c_welcome() if way is Way.SEMSPLUS else b_welcome(), repeat=True)
            else:
                http.post(login, repeat=True, **ANSWERS[answer])
            http.add(call, "GET" if way is Way.SEMSPLUS else "POST", repeat=True, **ANSWERS[answer])
            opened = desk.open()
            with pytest.raises(HubError) as told:
                await (opened.semsplus.flow("p1") if way is Way.SEMSPLUS else opened.legacy.plant_detail("p1"))
        assert len(http.sent) >= (2 if after_login else 1)
        assert found_in(str(told.value)) == []
        assert found_in(repr(told.value)) == []
        assert found_in(str(vars(told.value))) == []
        if answer != "nobody":  # whose words are those of the network below us, not of the server
            assert found_in("".join(traceback.format_exception(told.value))) == []
        logins = [exchange for exchange in opened.door.trace if "ogin" in exchange.path]
        assert logins
        assert [exchange.body for exchange in logins] == [None] * len(logins)
        assert found_in(repr(opened.door.trace)) == []
    assert found_in(caplog.text) == []


async def test_a_session_shows_nobody_its_secrets() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            session = await desk.open().login.sign_in(Way.SEMSPLUS)
    assert found_in(repr(session)) == [UID]  # that one is the entry's identity
