"""Who may come in on route C: the login byte by byte and the signature of every call (goodwe.md §5.1, §10.4, §10.5)."""

from base64 import b64decode, b64encode
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import md5, sha256
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiohttp import web

from tests.simulators.goodwe.devices import epoch_ms
from tests.simulators.goodwe.semsplus_call import (
    ABNORMAL,
    BAD_SIGNATURE,
    EXPIRED,
    NO_ACCESS,
    PARAMETER_ERROR,
    WRONG_PASSWORD,
    ApiError,
)

if TYPE_CHECKING:
    from tests.simulators.goodwe.world import World

LOGIN = "/sems-user/api/v1/auth/cross-login"
SKEW = timedelta(minutes=5)
FLAGS = ("isChinese", "isLocal")
CHINA = "cn"
CLIENTS = ("semsPlusWeb", "semsPlusAndroid")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a client showed in its ``token`` header; other members are nobody's business."""

    uid: str
    token: str
    client: str


def shown(headers: Mapping[str, str]) -> Shown | None:
    """Return what the ``token`` header holds; ``None`` for anything but a JSON object with texts."""
    try:
        data = json.loads(headers.get("token", ""))
    except ValueError:
        return None
    if not isinstance(data, dict):
        return None
    texts = [value for name in ("uid", "token", "client") if isinstance(value := data.get(name), str)]
    return Shown(*texts) if len(texts) == 3 else None


def is_signed(headers: Mapping[str, str], by: Shown, now_ms: int) -> bool:
    """Tell whether ``X-Signature`` is base64(sha256_hex(ms@uid@token) + "@" + ms), standard alphabet, ms about now."""
    try:
        text = b64decode(headers.get("X-Signature", ""), validate=True).decode("ascii")
    except binascii.Error, ValueError:
        return False
    digest, _, ms = text.partition("@")
    if not (ms.isascii() and ms.isdigit()) or abs(int(ms) - now_ms) > SKEW / timedelta(milliseconds=1):
        return False
    return digest == sha256(f"{ms}@{by.uid}@{by.token}".encode()).hexdigest()


def hidden(password: str) -> str:
    """Return a password the way the login sends it: base64 of the hex text of its MD5."""
    return b64encode(md5(password.encode(), usedforsecurity=False).hexdigest().encode()).decode()


def check_form(headers: Mapping[str, str], body: Mapping[str, Any], now_ms: int) -> None:
    """Raise 100004 for a login without a browser's name, a token header of nobody, its signature or body fields."""
    agent = headers.get("User-Agent", "")
    browser = agent.startswith("Mozilla/") or (agent.startswith("okhttp/") and body.get("isChinese") is True)
    who = shown(headers)
    fields = all(isinstance(body.get(name), str) and body[name] for name in ("account", "pwd"))
    nobody = who is not None and who.client in CLIENTS and not (who.uid or who.token)
    if not (browser and fields and nobody and is_signed(headers, Shown("", "", ""), now_ms)):
        raise ApiError(PARAMETER_ERROR)


@dataclass(slots=True, kw_only=True)
class Door:
    """The entrance of one server. ``displaced_code``: what a displaced token is told (C0602 or 100002, §1.2).

    ``empty_client``: the login tells ``client`` as "", which nobody may send back (§5.1).
    """

    displaced_code: str = ABNORMAL
    empty_client: bool = False

    def sign_in(self, world: World, request: web.BaseRequest, body: Mapping[str, Any], region: str, own: str) -> Any:
        """Return what a login answers, asked on ``region``'s host (``""``: the global one); ``own`` is the base to tell."""
        account = world.account
        now_ms = epoch_ms(world.clock.now())
        check_form(request.headers, body, now_ms)
        if refusal := account.refused.get("semsplus"):
            raise ApiError(refusal)
        if region not in ("", account.region):
            raise ApiError(ABNORMAL)
        if (body["account"], body["pwd"]) != (account.email, hidden(account.password)):
            raise ApiError(WRONG_PASSWORD)
        told = own if account.told_base is None else account.told_base
        base = {"api": told} if told else {}
        flags = all(isinstance(body.get(name), bool) for name in FLAGS) and body.get("agreement") == 1
        if not flags or not account.terms_accepted:
            return {"agreement": True, **base}
        if any(body[name] != (account.region == CHINA) for name in FLAGS):
            raise ApiError(ABNORMAL)
        who = shown(request.headers)
        return {
            "uid": account.uid,
            "timestamp": str(now_ms),
            "token": world.sessions.open("semsplus").token,
            "client": "" if self.empty_client or who is None else who.client,
            "version": "",
            "language": "en",
            **base,
            "region": account.region,
            "uuid": str(uuid4()),
        }

    def admit(self, world: World, request: web.BaseRequest, region: str) -> None:
        """Raise what a data call of ``region``'s gateway is told unless its token lives and its signature is right."""
        who = shown(request.headers)
        if who is None or not who.token:
            raise ApiError(NO_ACCESS)
        if not is_signed(request.headers, who, epoch_ms(world.clock.now())):
            raise ApiError(BAD_SIGNATURE)
        match world.sessions.standing(who.token, who.uid):
            case "expired":
                raise ApiError(EXPIRED)
            case "displaced":
                raise ApiError(self.displaced_code)
            case "unknown":
                raise ApiError(ABNORMAL)
        if region != world.account.region or who.client not in CLIENTS:
            raise ApiError(ABNORMAL)
