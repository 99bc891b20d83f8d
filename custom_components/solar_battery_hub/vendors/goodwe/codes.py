"""What an answer's envelope says: its payload, or which error its code stands for (goodwe.md §1.1, §1.2)."""

from collections.abc import Callable
import re
from typing import Final

from ...core.errors import BadAnswer, HubError, NotSupported, Unreachable, WriteRefused
from ...core.parse import mapping, text
from .model import Bean

SUCCESS: Final = frozenset({"0", "00000"})
RATE_LIMITED: Final = "GY0429"
BAD_CREDENTIALS: Final = "100005"
ABNORMAL: Final = frozenset({"C0601", "C0602"})  # at sign-in: refused here, or for now
STALE: Final = frozenset({"100001", "100002", "C0607", "Z0100"}) | ABNORMAL
_NO_ROUTE: Final = "100000"
_NO_PERMISSION: Final = "100025"
_DEVICE_SAID_NO: Final = "P0215"

# At sign-in never the password's fault, however often they come.
_NOT_THE_PASSWORD: Final = STALE | {RATE_LIMITED, _NO_ROUTE, "100004", _NO_PERMISSION}

_SPEAKABLE: Final = re.compile(r"[A-Za-z0-9]{1,16}")


class TermsNotAccepted(Unreachable):
    """Signing in worked but gave no token: the user has terms to accept."""

    key = "terms_not_accepted"


class LoginRefused(Unreachable):
    """Signing in was refused for another reason than the password; it may work later or elsewhere.

    ``is_abnormal``: refused at this host, or for now. ``is_unknown``: for a reason that nobody knows.
    """

    key = "login_refused"

    def __init__(self, code: str = "") -> None:
        """Take the code that the server gave as reason, empty where it gave none."""
        super().__init__(f"Signing in was refused ({spoken(code)})")
        self.is_abnormal = code in ABNORMAL
        self.is_unknown = bool(code) and code not in _NOT_THE_PASSWORD


class NothingInIt(BadAnswer):
    """Success, and nothing in it: a dead call, or a plant that this account may not see."""


class NoPermission(NotSupported):
    """This account may not see or operate that plant or device."""


class SessionOver(BadAnswer):
    """The token is not, or no longer, known. Handled inside the clients."""


def code_of(answer: Bean) -> str:
    """Return the code of an envelope as text. Raises BadAnswer without one."""
    if (code := text(answer.get("code"))) is None:
        raise BadAnswer("An answer without a code")
    return code


def payload(answer: Bean, place: str) -> object:
    """Return the ``data`` of an answer, whatever it is; ``place`` names the call in messages.

    Raises what the code means; GY0429 never comes this far.
    """
    code = code_of(answer)
    if code in SUCCESS:
        return answer.get("data")
    if code in STALE:
        raise SessionOver(f"{place}: not signed in ({code})")
    raise _ERRORS.get(code, BadAnswer)(f"{place}: refused ({spoken(code)})")


def filled(found: object, place: str) -> Bean:
    """Return a payload that must hold something. Raises NothingInIt, and BadAnswer for no object."""
    if found is None or found in ("", {}, []):
        raise NothingInIt(f"{place}: success with nothing in it")
    return mapping(found)


def optional(found: object) -> Bean:
    """Return a payload that may be missing: an object, empty then. Raises BadAnswer for anything else."""
    return {} if found is None or found == "" else mapping(found)


def spoken(code: str) -> str:
    """Return a code as it may stand in a message: one that is no code could be anything."""
    return code if _SPEAKABLE.fullmatch(code) else "no code"


def _refused_by_device(message: str) -> HubError:
    return WriteRefused("refused_by_device", message)


_ERRORS: Final[dict[str, Callable[[str], HubError]]] = {
    _NO_ROUTE: NotSupported,
    _NO_PERMISSION: NoPermission,
    _DEVICE_SAID_NO: _refused_by_device,
}
