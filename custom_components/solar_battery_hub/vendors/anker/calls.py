"""How every call goes out: signed in, in turn, and not again where it was refused lately (anker.md §4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import json
from typing import Any, Final

from ...core.parse import section
from . import paths
from .codes import TRANSIENT, Refused
from .login import Login
from .model import Bean
from .wire import Call

_AT_FIRST: Final = timedelta(hours=1)  # it may have been an odd answer
_AGAIN: Final = timedelta(hours=24)
_WHEN: Final = frozenset({"date", "end", "end_date", "end_time", "start", "start_date", "start_time"})
_NEEDED: Final = frozenset({paths.SITE_LIST, paths.SCENE, paths.BIND_DEVICES})  # without these nothing is known


class Refusals:
    """What this cloud would not answer: not asked again for an hour, and from the second refusal on for a day (§4)."""

    def __init__(self) -> None:
        """Begin with nothing refused."""
        self._known: dict[str, _Refusal] = {}

    def check(self, call: Call, now: datetime) -> None:
        """Raise Refused for a question that was refused lately, whatever day it was about."""
        known = self._known.get(_question(call))
        if known is not None and timedelta() <= now - known.since < known.lasts:
            raise Refused(call.path, known.code)

    def note(self, call: Call, code: int, now: datetime) -> None:
        """Remember a refusal."""
        if call.path in _NEEDED:
            return
        question = _question(call)
        lasts = _AGAIN if question in self._known and code != TRANSIENT else _AT_FIRST
        self._known[question] = _Refusal(since=now, lasts=lasts, code=code)

    def forget(self, call: Call) -> None:
        """Forget a refusal: the question was answered."""
        self._known.pop(_question(call), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """When a question was refused, for how long that counts, and the server's code."""

    since: datetime
    lasts: timedelta
    code: int


class Calls:
    """What the groups of calls have in common; each call raises the error family.

    ``urgent``: a user waits for the answers. ``host``: a server that is not the usual one.
    """

    def __init__(self, login: Login, refusals: Refusals, *, urgent: bool = False, host: str | None = None) -> None:
        """Prepare; nothing is sent."""
        self.login = login
        self._refusals = refusals
        self._urgent = urgent
        self._host = host

    async def _ask(self, path: str, body: Mapping[str, Any] | None = None, **options: Any) -> object:
        """Return the ``data`` of an answer. Raises Refused without a request where that was the answer lately."""
        call = Call(path=path, body=body or {}, urgent=self._urgent, **options)
        now = self.login.clock.now()
        if not self._urgent:
            self._refusals.check(call, now)
        try:
            found = await self.login.ask(call, self._host or self.login.host)
        except Refused as err:
            self._refusals.note(call, err.code, now)
            raise
        self._refusals.forget(call)
        return found

    async def _object(self, path: str, body: Mapping[str, Any] | None = None, **options: Any) -> Bean:
        """Return an answer that is an object; an empty one for none."""
        return section(await self._ask(path, body, **options))

    async def _order(self, path: str, body: Mapping[str, Any]) -> object:
        """Change something. Raises WriteRefused when the server says no."""
        call = Call(path=path, body=body, urgent=True, writes=True)
        return await self.login.ask(call, self._host or self.login.host)


def _question(call: Call) -> str:
    """Return what a call asks for, whatever the time it asks about."""
    about = {name: value for name, value in call.body.items() if name not in _WHEN}
    return f"{call.path} {json.dumps(about, sort_keys=True)}"
