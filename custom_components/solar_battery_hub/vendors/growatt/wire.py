"""What every exchange with the server has in common: who is asking, and what its HTTP says (growatt.md A.1, A.3)."""

from collections.abc import Mapping
from typing import Any, Final

from yarl import URL

from ...core.errors import BadAnswer, Blocked, Locked, Unreachable
from ..base import PrivateStore
from ..http import TIMEOUT, Answer, Door

_AGENT: Final = "Dalvik/2.1.0 (Linux; U; Android 12; ha-{})"
_NO_LOGIN: Final = b"you have not login"  # "Dear user, you have not login to the system"

_BLOCKED: Final = frozenset({403, 405})  # the name we go by is not welcome, or the firewall
_BUSY: Final = frozenset({502, 503, 504})
_BLOCKED_FOR: Final = 6 * 3600.0  # seconds, doubled each time in a row …
_DOUBLINGS: Final = 3  # … up to two days
_FIREWALL: Final = "firewall"  # in the shared store: blocks in a row


def app_headers(agent_id: str) -> Mapping[str, str]:
    """Return what the password API wants to see; ``agent_id`` are eight hex digits, this entry's own (A.1)."""
    return {"User-Agent": _AGENT.format(agent_id)}


class SignedOut(BadAnswer):
    """The server does not know who is asking: the session is over."""


class Failed(BadAnswer):
    """The server answered with an error status of its own."""

    def __init__(self, status: int) -> None:
        """Remember the HTTP status."""
        super().__init__(f"HTTP {status}")
        self.status = status


class Wire:
    """Requests to one host under one name.

    A block lets nothing out for six hours, twice as long each time in a row, also over a restart.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], door: Door, store: PrivateStore) -> None:
        """Take the address without a slash at its end, and the headers of every request: who is asking."""
        self.base_url = base_url
        self._headers = headers
        self._door = door
        self._store = store

    def check(self) -> None:
        """Raise Blocked or Locked while nothing may be sent."""
        if until := self._door.paused_until:
            raise (Blocked if _FIREWALL in self._store.shared else Locked)(until)

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        parts: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
        secret: bool = False,
    ) -> Answer:
        """Send a request and return the answer of somebody who serves us.

        Raises SignedOut for a redirect, Blocked, Unreachable where the server is busy, and Failed
        for any other error status.
        """
        self.check()
        url = str(URL(f"{self.base_url}/{path}").with_query(query))
        answer = await self._door.request(
            method, url, form=form, parts=parts, headers=self._headers, timeout=timeout, secret=secret
        )
        if answer.status in _BLOCKED:
            raise await self._block(answer.status)
        if answer.status in _BUSY:
            raise Unreachable(f"The server answered {answer.status}")
        self._store.shared.pop(_FIREWALL, None)
        if 300 <= answer.status < 400:
            raise SignedOut("Redirected to the login page")
        if answer.status >= 400:
            raise Failed(answer.status)
        return answer

    async def _block(self, status: int) -> Blocked:
        times = self._store.shared.get(_FIREWALL, 0)
        self._store.shared[_FIREWALL] = times + 1
        until = self._door.pause(_BLOCKED_FOR * 2 ** min(times, _DOUBLINGS))
        await self._store.save()
        return Blocked(until, f"The server lets nothing in ({status})")


def decode(answer: Answer) -> Any:
    """Return the JSON of an answer, whatever its content type (0).

    Raises SignedOut for the login page and for the sentence that stands in its place (A.2.1), BadAnswer
    for anything else.
    """
    if answer.body.lstrip()[:1] == b"<" or _NO_LOGIN in answer.body[:1000]:
        raise SignedOut("The login page instead of an answer")
    return answer.json()
