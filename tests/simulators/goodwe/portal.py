"""Route A, the closed web portal, as the seed's script used it (goodwe.md §2): a form, a cookie, a tunnel to route B.

Which cookie the portal set is not known; here it is one that works.
"""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_plus

from aiohttp import web

from tests.simulators.goodwe.legacy_call import (
    EXPIRED,
    INNER,
    NOT_LOGGED_IN,
    WRONG_PASSWORD,
    ApiError,
    NotThere,
    failure,
)
from tests.simulators.wire import Answer, RequestRecord, json_answer

if TYPE_CHECKING:
    from tests.simulators.goodwe.legacy import LegacyApi
    from tests.simulators.goodwe.world import World

LOGIN, TUNNEL = "/home/login", "/gopsapi/post"
COOKIE = "ASP.NET_SessionId"
AJAX = "XMLHttpRequest"
TOKEN = {"version": "", "client": "web", "language": "en"}
NOT_FOUND = Answer(status=404, body=b"<html><head><title>404</title></head></html>", content_type="text/html")


class Portal:
    """Route A: ``serves(path)``, ``await answer(request, record)``."""

    def __init__(self, world: World, legacy: LegacyApi) -> None:
        """Answer for a world; data comes from route B's calls."""
        self.world = world
        self._legacy = legacy

    @staticmethod
    def serves(path: str) -> bool:
        """Tell whether a path is this route's."""
        return path.lower() in (LOGIN, TUNNEL)

    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        """Answer a request of the portal's own pages: a form sent by a script of the page."""
        if request.method != "POST" or request.headers.get("X-Requested-With") != AJAX:
            return NOT_FOUND
        form = dict(parse_qsl(record.body.decode("utf-8", "replace"), keep_blank_values=True))
        if request.path.lower() == LOGIN:
            record.role = "login"
            return self._login(form)
        path = request.query.get("s", "")
        try:
            return await self._tunnel(path, form, request.headers, record)
        except NotThere:
            return NOT_FOUND
        except ApiError as error:
            return failure(error.code, path, as_number=False)

    def _login(self, form: Mapping[str, str]) -> Answer:
        """Sign in: JSON text and a cookie."""
        account = self.world.account
        if code := account.refused.get("portal"):
            return failure(code, LOGIN, as_number=True)
        if (form.get("account", "").lower(), form.get("pwd")) != (account.email.lower(), account.password):
            return json_answer({"code": int(WRONG_PASSWORD), "msg": "Email or password error.", "data": None})
        session = self.world.sessions.open("portal")
        body = {"code": 0, "msg": "success", "data": {"redirect": "/PowerStation/powerstatus"}}
        return json_answer(body, headers=(("Set-Cookie", f"{COOKIE}={session.token}; Path=/; HttpOnly"),))

    async def _tunnel(
        self, path: str, form: Mapping[str, str], headers: Mapping[str, str], record: RequestRecord
    ) -> Answer:
        """Pass a call on to route B; the path after ``s=`` and the one in the form must agree."""
        token = _cookie(headers)
        standing = self.world.sessions.standing(token)
        if standing != "live":
            raise ApiError(EXPIRED if standing in ("displaced", "expired") else NOT_LOGGED_IN)
        call = _call(form.get("str", ""))
        if call.get("api") != path or not isinstance(call.get("param"), dict):
            raise ApiError(INNER)
        args = {str(name).lower(): value for name, value in call["param"].items()}
        own = {**TOKEN, "uid": self.world.account.uid, "token": token}
        plain = path.lower().partition("/")[2] if path[:1].lower() == "v" and path[1:2].isdigit() else path.lower()
        region = self.world.account.region
        return await self._legacy.run(plain, args, own, region=region, record=record)


def _call(text: str) -> dict[str, Any]:
    """Return what the form's field holds: JSON, decoded once or still encoded."""
    for form in (text, unquote_plus(text)):
        try:
            found = json.loads(form)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    raise ApiError(INNER)


def _cookie(headers: Mapping[str, str]) -> str:
    """Return the session's cookie; "" without one."""
    try:
        jar = SimpleCookie(headers.get("Cookie", ""))
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""
