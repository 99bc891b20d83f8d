"""A call of routes A and B and the ways to answer it: Token header, arguments, envelope and errors (goodwe.md §1, §3)."""

import ast
from base64 import b64decode
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.simulators.wire import Answer, json_answer

if TYPE_CHECKING:
    from tests.simulators.goodwe.world import Inverter, Plant, World

SUCCESS = 0
BAD_HEADER, NOT_LOGGED_IN, EXPIRED, WRONG_PASSWORD, NO_RIGHT = "100000", "100001", "100002", "100005", "100025"
TOO_MANY, INNER = "GY0429", "innerexception"
MESSAGES: dict[str, str] = {
    BAD_HEADER: "ver is not fund",
    NOT_LOGGED_IN: "No access, please log in.",
    EXPIRED: "The authorization has expired, please log in again.",
    WRONG_PASSWORD: "Email or password error.",
    NO_RIGHT: "You do not have access or operation rights",
    TOO_MANY: "Too many requests",
    INNER: "inner exception",
    "100004": "parameter error.",
    "C0602": "账号登录异常",
    "P0215": "operation failed",
}
"""The text of each error; nobody may go by the words (§1.2)."""
DONE_TEXTS = ("success", "Success", "操作成功")
RIGHTS = ["ADD", "VIEW", "EDIT", "DELETE", "INVERTER_A", "INVERTER_E", "INVERTER_D"]
LANGUAGE_VERSION = 306
FORM = "application/x-www-form-urlencoded"


class ApiError(Exception):
    """A call that fails with a code of §1.2; HTTP 200 like any other."""

    def __init__(self, code: str) -> None:
        """Remember the code."""
        super().__init__(code)
        self.code = code


class NotThere(Exception):
    """A path nobody serves: HTTP 404."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. ``args`` by lower-case name (§3.4), ``token`` what the header held, ``now`` the server's time."""

    world: World
    path: str
    args: Mapping[str, Any]
    token: Mapping[str, Any]
    base: str
    """The address of this host up to and with ``/api/``."""
    now: datetime

    def text(self, *names: str, default: str | None = None) -> str:
        """Return the first argument of these names; without any and without a default the call fails inside."""
        for name in names:
            value = self.args.get(name.lower())
            if value is not None and value != "":
                return str(value)
        if default is None:
            raise ApiError(INNER)
        return default

    def number(self, name: str, default: int) -> int:
        """Return a whole number, as number or text."""
        try:
            return int(self.text(name, default=str(default)))
        except ValueError:
            raise ApiError(INNER) from None

    def plant(self, *names: str) -> Plant | None:
        """Return the plant that is asked for, ``None`` for one that is not the account's."""
        return self.world.plant(self.text(*(names or ("powerStationId",))))

    def inverter(self, *names: str) -> Inverter:
        """Return the inverter that is asked for; raise 100025 for one that is not the account's."""
        if (inverter := self.world.inverter(self.text(*names))) is None:
            raise ApiError(NO_RIGHT)
        return inverter


type Run = Callable[[Call], Any]
type Write = Callable[[Call], Awaitable[Any]]


def arguments(content_type: str, body: bytes, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what a body holds, JSON or form or nothing, and the query, by lower-case name (§10.1)."""
    text = body.decode("utf-8", "replace").strip()
    given: dict[str, Any] = dict(query)
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except ValueError:
            raise ApiError(INNER) from None
        given |= found if isinstance(found, dict) else {}
    elif text and (FORM in content_type or "=" in text):
        given |= dict(parse_qsl(text, keep_blank_values=True))
    return {name.lower(): value for name, value in given.items()}


def token_of(header: str | None) -> dict[str, Any]:
    """Return what a Token header holds: JSON, base64 of it, or a Python dict in single quotes (§3.1); else 100000."""
    text = (header or "").strip()
    if text and not text.startswith("{"):
        try:
            text = b64decode(text, validate=True).decode()
        except binascii.Error, UnicodeDecodeError:
            raise ApiError(BAD_HEADER) from None
    for reader in (json.loads, ast.literal_eval):
        try:
            found = reader(text)
        except ValueError, SyntaxError:
            continue
        if isinstance(found, dict) and "version" in found:
            return found
    raise ApiError(BAD_HEADER)


def _components(args: Mapping[str, Any], path: str, *, echo: bool) -> dict[str, Any]:
    """Return what stands beside every answer; ``api`` in it is an internal address no client may use (§3.2)."""
    para = json.dumps({"model": dict(args)}, separators=(",", ":"), ensure_ascii=False) if echo and args else None
    return {
        "para": para,
        "langVer": LANGUAGE_VERSION,
        "timeSpan": 0,
        "api": f"http://127.0.0.1:9/api/{path}",
        "msgSocketAdr": None,
    }


def success(call: Call, data: Any) -> Answer:
    """Return the envelope around data; ``code`` is a text on newer servers, the message sometimes Chinese (§1.1)."""
    text = DONE_TEXTS[sum(map(ord, call.path)) % len(DONE_TEXTS)]
    body = {
        "language": call.token.get("language", "en"),
        "function": RIGHTS if "powerstation" in call.path else None,
        "hasError": False,
        "msg": text,
        "code": SUCCESS if call.world.switches.int_codes else str(SUCCESS),
        "data": data,
        "translationCode": "code_0",
        "components": _components(call.args, call.path, echo=True),
    }
    return json_answer(body)


def signed_in(path: str, data: Any, base: str | None) -> Answer:
    """Return the answer to a sign-in that did not fail: its code is a number (§10.18)."""
    body = {
        "hasError": False,
        "code": SUCCESS,
        "msg": "Successful",
        "data": data,
        "components": {**_components({}, path, echo=False), "msgSocketAdr": "https://127.0.0.1"},
    }
    return json_answer(body if base is None else {**body, "api": base})


def failure(code: str, path: str, *, as_number: bool) -> Answer:
    """Return an error: HTTP 200, no data, no error flag except for a bad header (§1.1)."""
    body = {
        "language": "en",
        "function": None,
        "hasError": code == BAD_HEADER,
        "msg": MESSAGES.get(code, code),
        "code": int(code) if as_number and code.isdecimal() else code,
        "data": None,
        "components": _components({}, path, echo=False),
    }
    return json_answer(body)
