"""Signing in on either way: the exact request, and the session its answer gives (goodwe.md §3.2, §5.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from ...core.clock import Clock
from ...core.errors import AuthFailed, BadAnswer, NotSupported
from ...core.parse import moment, section, text
from .codes import BAD_CREDENTIALS, SUCCESS, LoginRefused, TermsNotAccepted, code_of, filled
from .model import Bean, Way
from .regions import Addresses
from .signature import LEGACY_STRANGER, SEMSPLUS_CLIENT, SEMSPLUS_STRANGER, hash_password, header, sign
from .wire import Wire

_BROWSER: Final = (  # without one the sign-in of SEMS+ is refused (§5.1)
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
_AGENT: Final = "SolarBatteryHub (Home Assistant)"  # no check known, so the honest one
SEMSPLUS_HEADERS: Final[Mapping[str, str]] = {"Accept": "application/json, text/plain, */*", "User-Agent": _BROWSER}
LEGACY_HEADERS: Final[Mapping[str, str]] = {"Accept": "application/json", "User-Agent": _AGENT}

_SEMSPLUS_PATH: Final = "web/sems/sems-user/api/v1/auth/cross-login"
_LEGACY_PATH: Final = "v3/Common/CrossLogin"
_PLACE: Final = "sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a sign-in gave: whose it is, where its calls go (no slash at the end) and what proves it.

    ``header`` is the text of the token header.
    """

    uid: str
    base: str
    since: datetime
    token: str = field(repr=False)
    header: str = field(repr=False)

    def as_dict(self) -> dict[str, str]:
        """Return it as JSON types."""
        return {
            "uid": self.uid,
            "base": self.base,
            "since": self.since.isoformat(),
            "token": self.token,
            "header": self.header,
        }

    @classmethod
    def from_dict(cls, stored: object) -> Self | None:
        """Take it back; ``None`` where nothing whole is stored."""
        known = section(stored)
        uid, base, token, head = (text(known.get(name)) for name in ("uid", "base", "token", "header"))
        since = moment(known.get("since"))
        if uid is None or base is None or token is None or head is None or since is None:
            return None
        return cls(uid=uid, base=base, since=since, token=token, header=head)


class SignIn:
    """Sends e-mail and password; whether it may be done now is for others to know.

    Raises AuthFailed, TermsNotAccepted, LoginRefused, and what any request raises.
    """

    def __init__(self, username: str, password: str, addresses: Addresses, wire: Wire, clock: Clock) -> None:
        """Prepare; nothing is sent."""
        self._username = username
        self._password = password
        self._addresses = addresses
        self._wire = wire
        self._clock = clock

    async def __call__(self, way: Way, origin: str) -> Session:
        """Sign in; ``origin`` is where SEMS+ is asked."""
        return await (self._semsplus(origin) if way is Way.SEMSPLUS else self._legacy())

    async def _semsplus(self, origin: str) -> Session:
        headers = {
            **SEMSPLUS_HEADERS,
            "Origin": origin,
            "Referer": f"{origin}/",
            "Token": header(SEMSPLUS_STRANGER),
        }
        body = {
            "account": self._username,
            "pwd": hash_password(self._password),
            "agreement": 1,
            "isChinese": self._addresses.is_chinese,
            "isLocal": self._addresses.is_chinese,
        }
        answer = await self._send(f"{origin}/{_SEMSPLUS_PATH}", headers, body, signed=True)
        found = _accepted(answer)
        base = self._addresses.gateway(_told_base(answer), text(found.get("region")))
        return self._session(found, base, {**found, "client": SEMSPLUS_CLIENT, "api": base})

    async def _legacy(self) -> Session:
        headers = {**LEGACY_HEADERS, "Token": header(LEGACY_STRANGER)}
        body = {"account": self._username, "pwd": self._password}
        url = f"{self._addresses.legacy_login_base}/{_LEGACY_PATH}"
        answer = await self._send(url, headers, body, signed=False)
        found = _accepted(answer)
        return self._session(found, self._addresses.legacy_base(_told_base(answer)), found)

    async def _send(self, url: str, headers: Mapping[str, str], body: Bean, *, signed: bool) -> Bean:
        def now() -> Mapping[str, str]:
            return {**headers, "X-Signature": sign(milliseconds(self._clock))} if signed else headers

        try:
            return await self._wire.send("POST", url, now, place=_PLACE, body=body, secret=True)
        except NotSupported as err:  # the route is closed: nobody is let in any more
            raise LoginRefused from err

    def _session(self, found: Bean, base: str, members: Bean) -> Session:
        uid, token = text(found.get("uid")), text(found.get("token"))
        if uid is None or token is None:
            raise BadAnswer("A sign-in without a user")
        return Session(uid=uid, base=base, since=self._clock.now(), token=token, header=header(members))


def milliseconds(clock: Clock) -> int:
    """Return the present moment as Unix milliseconds."""
    return round(clock.now().timestamp() * 1000)


def _accepted(answer: Bean) -> Bean:
    """Return the payload of a sign-in that gave a token."""
    code = code_of(answer)
    if code == BAD_CREDENTIALS:
        raise AuthFailed("E-mail or password is wrong")
    if code not in SUCCESS:
        raise LoginRefused(code)
    found = filled(answer.get("data"), _PLACE)
    if text(found.get("token")) is None:
        raise TermsNotAccepted("Signed in, but there are terms to accept first")
    return found


def _told_base(answer: Bean) -> str | None:
    """Return the base an answer tells: the top level wins (§1.1)."""
    return text(answer.get("api")) or text(section(answer.get("data")).get("api"))
