"""What an answer says: its payload, or which error its code or its HTTP status stands for (anker.md §2, §4)."""

from collections.abc import Callable
import re
from typing import Final

from ...core.errors import AuthFailed, BadAnswer, HubError, NotSupported, RateLimited, Unreachable, WriteRefused
from ...core.parse import number, section, text
from ..http import Answer
from .model import Bean

SUCCESS: Final = 0
TRANSIENT: Final = 10000  # at times also an outage of one endpoint (§4)
BAD_CREDENTIALS: Final = frozenset({26006, 26108, 26156})
VERIFICATION: Final = frozenset({*range(26050, 26056), 100032, 100033})
LOCKED_OUT: Final = 100053

_OK: Final = 200
_TOKEN_REFUSED: Final = frozenset({401, 403, 26084})
_THROTTLED: Final = 429
_BUSY: Final = 21105
_NETWORK: Final = frozenset({997, 998, 999})
_REFUSED: Final = frozenset({-1, TRANSIENT, 10003, 10004, 10007, 160003, 200104, 404})
WRITE_REASONS: Final = {31001: "already_exists", 31003: "limit_reached"}
_SERVER_TROUBLE: Final = 500

_ATTEMPTS: Final = "max login error limit"
_ATTEMPTS_LOCK: Final = 600.0  # seconds
_USUAL_LOCK: Final = 24 * 3600.0
_LONGEST_LOCK: Final = 48 * 3600.0
_LOCK_TIME: Final = re.compile(r"(\d{1,4})\s*(hour|minute)")
_LOCK_UNITS: Final = {"hour": 3600.0, "minute": 60.0}


class Refused(NotSupported):
    """The question does not fit this device, site or account (``code``); it never does, or not for now (``TRANSIENT``)."""

    def __init__(self, place: str, code: int) -> None:
        """Take where it was asked and the server's code."""
        super().__init__(f"{place}: refused ({code})")
        self.code = code


class VerificationNeeded(AuthFailed):
    """The server wants a code or a puzzle solved, which only the maker's app can (§3.6)."""

    key = "verification_needed"


class TokenRefused(BadAnswer):
    """The token is not, or no longer, known. Handled inside the client."""


class Throttled(RateLimited):
    """Too much was asked of one endpoint. Handled inside the client, which knows for how long."""


class Busy(Unreachable):
    """Somebody else at this address asked at the same moment; nothing was done."""


def envelope_of(answer: Answer) -> Bean:
    """Return the envelope of an answer, empty where the body is none."""
    try:
        return section(answer.json())
    except BadAnswer:
        return {}


def data_of(answer: Answer, place: str, *, writes: bool = False) -> object:
    """Return the ``data`` of an answer, whatever it is; ``place`` names the call in messages.

    A code in the body says more than the HTTP status. ``writes``: an unknown code refuses a change.
    Raises what either stands for.
    """
    envelope = envelope_of(answer)
    code = code_of(envelope)
    if code == SUCCESS:
        return envelope.get("data")
    if code is not None:
        raise _error(place, code, writes=writes)
    if answer.status == _OK:
        raise BadAnswer(f"{place}: an answer without a code")
    raise _error(place, answer.status, writes=False)


def whole_of(answer: Answer, place: str) -> Bean:
    """Return the whole envelope of an answer, whatever its code, as long as the question was dealt with at all."""
    envelope = envelope_of(answer)
    try:
        data_of(answer, place)
    except TokenRefused:
        raise
    except Refused, WriteRefused, BadAnswer:
        if code_of(envelope) is None:
            raise
    return envelope


def code_of(envelope: Bean) -> int | None:
    """Return the code of an envelope; ``None`` without one."""
    found = number(envelope.get("code"))
    return None if found is None or found != int(found) else int(found)


def lock_seconds(envelope: Bean) -> float | None:
    """Return for how long no sign-in makes sense, when a refused one says so (§3.6)."""
    message = (text(envelope.get("msg")) or "").lower()
    if _ATTEMPTS in message:
        return _ATTEMPTS_LOCK
    if code_of(envelope) != LOCKED_OUT:
        return None
    if (told := _LOCK_TIME.search(message)) is None:
        return _USUAL_LOCK
    return min(max(int(told[1]) * _LOCK_UNITS[told[2]], _ATTEMPTS_LOCK), _LONGEST_LOCK)


def _error(place: str, code: int, *, writes: bool) -> HubError:
    """Return what a code of a body, or an HTTP status, stands for."""
    if code in _REFUSED:
        return WriteRefused("refused_by_server", f"{place} ({code})") if writes else Refused(place, code)
    if writes and (reason := WRITE_REASONS.get(code)) is not None:
        return WriteRefused(reason, place)
    if (make := _ERRORS.get(code)) is not None:
        return make(f"{place}: {code}")
    if _SERVER_TROUBLE <= code < 600 or code in _NETWORK:
        return Unreachable(f"{place}: the server is in trouble ({code})")
    return WriteRefused("refused_by_server", f"{place} ({code})") if writes else BadAnswer(f"{place}: code {code}")


def _throttled(message: str) -> HubError:
    return Throttled(0.0, message)


_ERRORS: Final[dict[int, Callable[[str], HubError]]] = {
    **dict.fromkeys(_TOKEN_REFUSED, TokenRefused),
    _THROTTLED: _throttled,
    _BUSY: Busy,
}
