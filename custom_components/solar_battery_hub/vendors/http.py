"""The one HTTP door: every byte to and from a vendor passes here."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
import hashlib
import json
import re
import ssl
from typing import Any

import aiohttp
from aiohttp.hdrs import CONTENT_TYPE
import orjson
from yarl import URL

from ..core.clock import Clock
from ..core.errors import BadAnswer, CertificateChanged, Locked, Unreachable

TIMEOUT = 10.0
MAX_BYTES = 2_000_000
TRACE_LENGTH = 40
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE_DIGITS = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom to believe at the other end.

    ``fingerprint`` pins the SHA-256 of the certificate (hex) and replaces every other
    check; without it ``verify`` decides. ``server_name`` is sent as SNI.
    """

    fingerprint: str | None = None
    verify: bool = True
    server_name: str | None = None

    @property
    def ssl(self) -> aiohttp.Fingerprint | bool:
        """The value for aiohttp's ``ssl`` argument."""
        return self.verify if self.fingerprint is None else _pinned(self.fingerprint)


@cache
def _pinned(fingerprint: str) -> aiohttp.Fingerprint:
    """Return one object per certificate: a connection is only used again for the very same object."""
    return aiohttp.Fingerprint(bytes.fromhex(fingerprint))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON whatever its content type; ``None`` when empty.

        Raises BadAnswer for anything else, HTML and half bodies included.
        """
        if not self.body.strip():
            return None
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            pass
        try:  # orjson refuses the whole body for one number that no float holds
            return json.loads(self.body, parse_int=_whole)
        except (ValueError, RecursionError) as err:
            raise BadAnswer(f"Not JSON ({len(self.body)} bytes)") from err

    @property
    def retry_after(self) -> float | None:
        """The server's ``Retry-After`` in seconds, when it gave a number that makes sense."""
        text = self.headers.get("Retry-After", "")
        return float(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _whole(digits: str) -> int | float:
    """Return a whole number, as a float where 64 bits do not hold it: a store would refuse that."""
    return int(digits) if len(digits) < _SAFE_DIGITS else float(digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request with its answer, kept for diagnostics.

    ``asked`` is what was sent as a JSON object. It and ``body`` are ``None`` where they hold a secret by nature (sign-in).
    """

    at: datetime
    method: str
    path: str
    status: int | None
    seconds: float
    body: bytes | None = field(repr=False)
    asked: Mapping[str, Any] | None = field(default=None, repr=False)
    error: str | None = None


class Door:
    """Sends requests one at a time, within time and size limits, and remembers the last ones.

    While a pause runs nothing is sent and ``Locked`` is raised instead; the pause is
    kept in ``shared`` so that a restart does not end it.
    """

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, shared: dict[str, Any]) -> None:
        """Take the account's own session and the part of its Store that pauses live in."""
        self._session = session
        self._clock = clock
        self._shared = shared
        self._one_at_a_time = asyncio.Lock()
        self.trust = Trust()
        self.trace: deque[Exchange] = deque(maxlen=TRACE_LENGTH)

    @property
    def paused_until(self) -> datetime | None:
        """The end of the present pause (aware UTC), if any."""
        if "paused" not in self._shared:
            return None
        since, until = map(datetime.fromisoformat, self._shared["paused"])
        now = self._clock.now()
        if now < since:  # the clock was put back: the pause stays as long as it was
            until -= since - now
            self._shared["paused"] = [now.isoformat(), until.isoformat()]
        return until if until > now else None

    def pause(self, seconds: float) -> datetime:
        """Let no request out for this long; an already longer pause stays. Return its end."""
        now = self._clock.now()
        until = now + timedelta(seconds=seconds)
        until = max(until, self.paused_until or until)
        self._shared["paused"] = [now.isoformat(), until.isoformat()]
        return until

    def cookies(self, url: str) -> dict[str, str]:
        """Return the cookies that would go to an address, by name."""
        return {name: cookie.value for name, cookie in self._session.cookie_jar.filter_cookies(URL(url)).items()}

    def set_cookies(self, url: str, cookies: Mapping[str, str]) -> None:
        """Replace all cookies by these, as if that address had set them."""
        self._session.cookie_jar.clear()
        self._session.cookie_jar.update_cookies(cookies, URL(url))

    async def request(
        self,
        method: str,
        url: str,
        *,
        body: object = None,
        form: Mapping[str, str] | None = None,
        parts: Mapping[str, str] | None = None,
        raw: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
        secret: bool = False,
    ) -> Answer:
        """Send one request and return the answer, whatever its status.

        ``body`` goes as JSON, ``form`` as an URL-encoded form, ``parts`` as a multipart form, ``raw`` as it is
        (``headers`` name its content type).
        ``secret`` keeps what is asked and answered out of the trace. Raises Locked while paused,
        CertificateChanged, Unreachable, or BadAnswer for a body that is cut or too large.
        """
        async with self._one_at_a_time:
            if until := self.paused_until:
                raise Locked(until, "Paused")
            started, at = self._clock.monotonic(), self._clock.now()
            answer: Answer | None = None
            error: str | None = None
            self._count(at)
            try:
                answer = await self._send(method, url, _content(body, form, parts, raw), headers, timeout)
            except (Unreachable, BadAnswer, CertificateChanged) as err:
                error = err.key
                raise
            finally:
                self.trace.append(
                    Exchange(
                        at=at,
                        method=method,
                        path=_path(url),
                        status=answer.status if answer else None,
                        seconds=self._clock.monotonic() - started,
                        body=answer.body if answer and not secret else None,
                        asked=dict(body) if isinstance(body, Mapping) and not secret else None,
                        error=error,
                    )
                )
            return answer

    def _count(self, at: datetime) -> None:
        day = at.date().isoformat()
        calls = self._shared.get("calls", {})
        self._shared["calls"] = {day: calls.get(day, 0) + 1}

    @property
    def calls_today(self) -> int:
        """Requests sent since midnight UTC."""
        calls: dict[str, int] = self._shared.get("calls", {})
        return calls.get(self._clock.now().date().isoformat(), 0)

    async def _send(
        self,
        method: str,
        url: str,
        content: Mapping[str, Any],
        headers: Mapping[str, str] | None,
        timeout: float,
    ) -> Answer:
        if self._session.closed:  # the account was let go while somebody waited for an answer
            raise Unreachable("The connection was closed")
        try:
            async with self._session.request(
                method,
                url,
                **content,
                headers=headers,
                ssl=self.trust.ssl,
                server_hostname=self.trust.server_name,
                timeout=aiohttp.ClientTimeout(total=timeout),
                allow_redirects=False,
            ) as response:
                return Answer(
                    status=response.status,
                    headers=response.headers.copy(),
                    body=await _read(response),
                )
        except aiohttp.ServerFingerprintMismatch as err:
            raise CertificateChanged(err.expected.hex(), err.got.hex()) from err
        except (aiohttp.ClientPayloadError, aiohttp.ClientResponseError) as err:
            raise BadAnswer(f"Broken answer ({type(err).__name__})") from err
        except (aiohttp.ClientError, OSError, ValueError, OverflowError) as err:  # the last two: no host is called so
            raise Unreachable(f"No connection ({type(err).__name__})") from err


def _content(
    body: object, form: Mapping[str, str] | None, parts: Mapping[str, str] | None, raw: str | None
) -> Mapping[str, Any]:
    """Return what aiohttp is to send."""
    if raw is not None:
        return {"data": raw.encode()}
    if parts is not None:
        return {"data": _multipart(parts)}
    return {"json": body} if form is None else {"data": form}


def _multipart(parts: Mapping[str, str]) -> aiohttp.MultipartWriter:
    """Return a form whose parts carry a name and nothing else: no file name, no content type."""
    writer = aiohttp.MultipartWriter("form-data")
    for name, text in parts.items():
        payload = writer.append(text)
        payload.headers.pop(CONTENT_TYPE, None)
        payload.set_content_disposition("form-data", name=name)
    return writer


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read the body, giving up at the limit instead of filling the memory."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > MAX_BYTES:
            response.close()
            raise BadAnswer(f"Answer larger than {MAX_BYTES} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _path(url: str) -> str:
    """Return path and query: the host may be private."""
    return "/" + url.split("://", 1)[-1].partition("/")[2]


async def read_fingerprint(host: str, port: int, server_name: str, timeout: float = TIMEOUT) -> str:
    """Return the SHA-256 (hex) of the certificate a server presents, trusting nothing yet.

    Nothing but the handshake is sent. Raises Unreachable.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(timeout):
            _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=server_name)
    except (OSError, ValueError, OverflowError) as err:  # the last two: no host is called so
        raise Unreachable(f"No TLS connection ({type(err).__name__})") from err
    certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return hashlib.sha256(certificate).hexdigest()


def spell_fingerprint(fingerprint: str) -> str:
    """Return a fingerprint as people compare it: pairs of digits."""
    return ":".join(fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2)).upper()


def is_safe(url: str) -> bool:
    """Tell whether credentials may be sent to an address of the user's own: https, or http on loopback."""
    try:
        parsed = URL(url)
    except ValueError:
        return False
    if not parsed.host or parsed.user or parsed.query_string or parsed.fragment:
        return False
    return parsed.scheme == "https" or (parsed.scheme == "http" and parsed.host in _LOOPBACK)
