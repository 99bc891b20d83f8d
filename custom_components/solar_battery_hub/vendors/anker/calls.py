"""How every call goes out: signed in, in turn, and not again where it was refused lately (anker.md §4)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import json
from typing import Any, Final

from ...core.parse import section
from .codes import TRANSIENT, Refused
from .login import Login
from .model import Bean
from .wire import Call

_REFUSED_FOR: Final = timedelta(hours=24)
_TRANSIENT_FOR: Final = timedelta(hours=1)
_WHEN: Final = frozenset({"date", "end", "end_date", "end_time", "start", "start_date", "start_time"})


class Refusals:
    """What this cloud would not answer: the same question is not asked again for a day, or for an hour (10000)."""

    def __init__(self) -> None:
        """Begin with nothing refused."""
        self._until: dict[str, tuple[datetime, int]] = {}

    def check(self, call: Call, now: datetime) -> None:
        """Raise Refused for a question that was refused lately, whatever day it was about."""
        until, code = self._until.get(_question(call), (now, 0))
        if timedelta() < until - now <= _REFUSED_FOR:
            raise Refused(call.path, code)

    def note(self, call: Call, code: int, now: datetime) -> None:
        """Remember a refusal."""
        self._until[_question(call)] = now + (_TRANSIENT_FOR if code == TRANSIENT else _REFUSED_FOR), code

    def forget(self, call: Call) -> None:
        """Forget a refusal: the question was answered."""
        self._until.pop(_question(call), None)


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
