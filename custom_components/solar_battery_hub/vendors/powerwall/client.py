"""Bytes and paths of the local gateway: one typed read per endpoint, writes, and signing in."""

from collections.abc import Mapping
from typing import Any
import zlib

from ...core.clock import Clock
from ...core.errors import BadAnswer, HubError, Locked, NotSupported, RateLimited, Unreachable, WriteRefused
from ...core.parse import text
from ..base import PrivateStore
from ..http import Answer, Door, Trust
from .answers import Status, Version, parse_version
from .endpoints import BUSY_REST, DENIED_REST, DIN_PATH, LOGIN_PATH, LOGOUT_PATH, PROBE_REST, STATUS, Endpoint, Rests
from .login import AUTOMATIC, STOPPED_BY_LOGIN, Login, LoginRule

CUSTOMER = "customer"
INSTALLER = "installer"
SERVER_NAME = "powerwall"  # the gateway aborts the handshake for a name it does not know (§2.1)
PORT = 443

_LOGIN_SINCE: Version = (1, 50)  # before it reads are open and a login stops the battery (§1.1)
_THROTTLED_FOR = 300.0  # seconds of silence after a 429, doubled …
_THROTTLED_AT_MOST = 1800.0  # … up to this (§4)
_MAX_DIN_BYTES = 200


class Stopped(HubError):
    """The sitemaster is stopped, so nothing is measured (§4: 502)."""

    key = "stopped"


class Refused(BadAnswer):
    """The gateway answered with an error status of its own."""

    def __init__(self, path: str, status: int) -> None:
        """Remember the HTTP status."""
        super().__init__(f"{path} answered {status}")
        self.status = status


def split_host(address: str) -> tuple[str, int]:
    """Return host and port of ``host``, ``host:port``, an IPv6 address or a pasted URL."""
    bare = address.strip().split("://", 1)[-1].split("/", 1)[0]
    host, colon, port = bare.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.endswith("]")):
        return host.strip("[]").lower(), int(port)
    return bare.strip("[]").lower(), PORT


class PowerwallClient:
    """One gateway at one address with one set of credentials.

    Every call raises the error family, and ``Stopped`` where the endpoint measures.
    Endpoints that are missing, forbidden or busy are remembered and not asked (``rests``).
    """

    def __init__(
        self,
        host: str,
        door: Door,
        store: PrivateStore,
        clock: Clock,
        *,
        username: str,
        password: str,
        fingerprint: str | None,
        logins: LoginRule = AUTOMATIC,
    ) -> None:
        """Prepare; nothing is sent. Without ``fingerprint`` (hex) any certificate is believed."""
        name, port = split_host(host)
        bracketed = f"[{name}]" if ":" in name else name
        self.base_url = f"https://{bracketed}" if port == PORT else f"https://{bracketed}:{port}"
        door.trust = Trust(fingerprint=fingerprint, verify=False, server_name=SERVER_NAME)
        self._door = door
        self._store = store
        self._username = username
        self._password = password
        self._login = Login(store, clock, logins)
        self.rests = Rests(store, clock)

    # What the gateway runs

    @property
    def version(self) -> str | None:
        """The firmware as the gateway writes it; ``None`` while unknown."""
        return text(self._store.shared.get("firmware", {}).get("version"))

    @property
    def is_old(self) -> bool:
        """Whether reads are open and a login stops the sitemaster (§1.1, before 1.50)."""
        version = parse_version(self.version)
        return version is not None and version < _LOGIN_SINCE

    async def note_status(self, status: Status) -> bool:
        """Take note of firmware and start time; return whether either has changed (§1.1)."""
        firmware = {"version": status.version, "start_time": status.start_time}
        if self._store.shared.get("firmware") == firmware:
            return False
        self._store.shared["firmware"] = firmware
        self.rests.probe_again()
        await self._store.save()
        return True

    async def _learn_version(self) -> None:
        """Read the firmware before anything that may need a login (``/status`` is open)."""
        if "firmware" in self._store.shared:
            return
        try:
            status = await self.read(STATUS)
        except NotSupported:
            status = None
        self._store.shared.setdefault("firmware", {})
        if status:
            await self.note_status(status)

    # Reading and writing

    async def read[T](self, endpoint: Endpoint[T], *, to_write: bool = False) -> T | None:
        """Return what an endpoint says, ``None`` when it says nothing (empty body, ``null``).

        ``to_write`` is for what a change builds on: it signs in also where reading needs no login.
        """
        if to_write:
            await self._prepare_write()
        self.rests.check(endpoint.path)
        answer = await self._ask("GET", endpoint.path, anonymous=endpoint.open, login=to_write)
        data = await self._content(answer, endpoint)
        return None if data is None else endpoint.parse(data)

    async def read_din(self) -> str | None:
        """Return the DIN that ``/tedapi/din`` tells as plain text, perhaps gzipped (§16)."""
        self.rests.check(DIN_PATH)
        answer = await self._ask("GET", DIN_PATH)
        await self._judge(answer, DIN_PATH)
        body = answer.body
        try:
            if body.startswith(b"\x1f\x8b"):
                body = zlib.decompressobj(wbits=31).decompress(body, _MAX_DIN_BYTES)
            said = body.decode("ascii").strip()
        except (zlib.error, UnicodeDecodeError) as err:
            raise BadAnswer("Not a DIN") from err
        return said if "--" in said and len(said) < _MAX_DIN_BYTES else None

    async def write(self, path: str, body: Mapping[str, Any] | None = None) -> None:
        """Send a change: POST of ``body``, or GET for the paths that act without one (§9.2, §10).

        Raises NotSupported when these credentials may not (403) or there is no such path,
        WriteRefused for an error in a good answer. A refused POST is remembered as
        ``POST <path>``: reading that path is another matter.
        """
        await self._prepare_write()
        method = "GET" if body is None else "POST"
        place = path if body is None else f"POST {path}"
        self.rests.check(place)
        answer = await self._ask(method, path, body, login=True, writes=True)
        await self._judge(answer, place)
        try:
            said = answer.json()
        except BadAnswer:  # what counts is what is read back
            return
        if isinstance(said, dict) and "error" in said:
            raise WriteRefused("refused_by_gateway")

    async def _prepare_write(self) -> None:
        """Sign in where reading needs no login, which also lifts what was forbidden without one."""
        await self._learn_version()
        if self.is_old and self._login.token is None:
            await self._sign_in(None)

    async def sign_out(self) -> None:
        """End the session at the gateway (§3.4)."""
        if token := self._login.token:
            await self._login.forget()
            await self._send("GET", LOGOUT_PATH, None, token)

    # Signing in and the decision table for refusals

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        anonymous: bool = False,
        login: bool = False,
        writes: bool = False,
    ) -> Answer:
        """Send a request, and once more where that may cure a refusal (§3.3).

        ``anonymous`` goes without a token, ``login`` may sign in on old firmware too.
        """
        if anonymous:
            return await self._send(method, path, body, None)
        await self._learn_version()
        login = login or not self.is_old
        if login and self._login.token is None:
            await self._sign_in(None)
        token = self._login.token
        answer = await self._send(method, path, body, token)
        if answer.status not in (401, 403):
            if answer.status < 400:
                self._login.worked(path)
            return answer
        # A refused write is a matter of the role (§9.3): the read before it proved the session.
        if writes and answer.status == 403:
            return answer
        cured = await (self._renew(path, token) if login else self._go_without(token))
        return await self._send(method, path, body, self._login.token) if cured else answer

    async def _renew(self, path: str, stale: str | None) -> bool:
        """Sign in again if that may open this path; return whether there is a new token."""
        if self._login.token == stale and not self._login.is_worth_it(path):
            return False
        await self._sign_in(stale)
        return True

    async def _go_without(self, stale: str | None) -> bool:
        """Drop a token that expired where reading needs none; return whether there was one."""
        if stale is not None:
            await self._login.forget()
        return stale is not None

    async def _sign_in(self, stale: str | None) -> None:
        """Get a token unless somebody else just replaced the stale one (§3.1, §3.2)."""
        async with self._login.one_at_a_time:
            if self._login.token not in (stale, None):
                return
            if until := self._door.paused_until:
                raise Locked(until, "Paused")
            self.rests.check(LOGIN_PATH)
            if self.is_old:
                self._store.shared[STOPPED_BY_LOGIN] = True
            await self._login.spend()
            answer = await self._send("POST", LOGIN_PATH, self._credentials(), None, secret=True)
            if answer.status in (401, 403):
                await self._login.refused(answer)
            await self._judge(answer, LOGIN_PATH, lasting=False)
            await self._login.accepted(answer)
            if self.is_old:
                self.rests.allow_all()

    def _credentials(self) -> dict[str, Any]:
        return {"username": self._username, "password": self._password, "email": "", "force_sm_off": False}

    # What an answer means

    async def _content(self, answer: Answer, endpoint: Endpoint[Any]) -> Any:
        """Return the decoded body of a good answer."""
        if answer.status == 502 and endpoint.measures and not answer.body:
            raise Stopped(f"{endpoint.path} is not measured: the sitemaster is stopped")
        await self._judge(
            answer, endpoint.path, lasting=not endpoint.everywhere, anonymous=endpoint.open or self.is_old
        )
        data = answer.json()
        if isinstance(data, dict) and "error" in data:  # old firmware, with status 200 (§2)
            raise BadAnswer(f"{endpoint.path} answered with an error")
        return data

    async def _judge(self, answer: Answer, path: str, *, lasting: bool = True, anonymous: bool = False) -> None:
        """Raise what an error status means (§4) and remember what is to be remembered.

        403 and 404 are remembered until the firmware changes, or ten minutes when not
        ``lasting``; so is a 401 where nobody is to sign in (``anonymous``).
        """
        match answer.status:
            case status if 200 <= status < 300:
                self._store.shared.pop("throttled", None)
                self.rests.answered(path)
                return
            case 403:
                self.rests.forbidden(path, None if lasting else PROBE_REST)
                error: HubError = NotSupported(f"{path} is not for this sign-in")
            case 401 if anonymous:
                self.rests.forbidden(path, None)
                error = NotSupported(f"{path} needs a login")
            case 404:
                self.rests.missing(path, None if lasting else PROBE_REST)
                error = NotSupported(f"{path} does not exist here")
            case 429:
                error = self._throttle(answer)
            case 401 | 503:
                seconds = answer.retry_after or (BUSY_REST if answer.status == 503 else DENIED_REST)
                self.rests.busy(path, seconds)
                error = RateLimited(seconds, f"{path} answered {answer.status}")
            case 502 | 504:
                raise Unreachable(f"{path} answered {answer.status}")
            case status:
                raise Refused(path, status)
        await self._store.save()
        raise error

    def _throttle(self, answer: Answer) -> Locked:
        """Silence everything; each 429 in a row doubles the pause (§4)."""
        times = self._store.shared.get("throttled", 0)
        self._store.shared["throttled"] = times + 1
        seconds = min(_THROTTLED_FOR * 2 ** min(times, 8), _THROTTLED_AT_MOST)
        return Locked(self._door.pause(max(seconds, answer.retry_after or 0.0)), "The gateway asks for silence")

    async def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, token: str | None, *, secret: bool = False
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self._door.request(method, self.base_url + path, body=body, headers=headers, secret=secret)
