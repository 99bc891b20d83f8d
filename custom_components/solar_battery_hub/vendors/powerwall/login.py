"""Signing in: one token, kept over restarts, and never more attempts than the gateway bears (powerwall.md §3)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...core.budget import Budget, Limit
from ...core.clock import Clock
from ...core.errors import AuthFailed, BadAnswer, Locked, RateLimited
from ...core.parse import mapping, text
from ..base import DIALOG_LOGINS, PrivateStore
from ..http import Answer

FRESH = timedelta(minutes=5)  # a login younger than this is not repeated for a refusal (§3.3)

STOPPED_BY_LOGIN = "stopped_by_login"  # in the shared store: an old firmware may need a restart (§1.1)

_SHORT_WAIT = 60.0  # seconds that need no word to the user


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRule:
    """How often somebody may sign in, and under which name that is counted.

    After ``refusals`` wrong passwords in a row no more is tried with these credentials.
    """

    key: str
    limits: Sequence[Limit]
    refusals: int | None = None


AUTOMATIC = LoginRule(key="logins", limits=(Limit(1, 60), Limit(4, 3600)), refusals=2)
DIALOG = LoginRule(key="dialog_logins", limits=DIALOG_LOGINS)


class SwitchNeeded(AuthFailed):
    """The installer may only sign in after somebody toggled the Powerwall's switch (§3.2)."""

    key = "switch_needed"


class Login:
    """The token of one set of credentials and the permission to ask for another."""

    def __init__(self, store: PrivateStore, clock: Clock, rule: LoginRule) -> None:
        """Take back the token and the attempts of before a restart."""
        self._store = store
        self._clock = clock
        self._rule = rule
        self._worked: set[str] = set()
        self.one_at_a_time = asyncio.Lock()

    @property
    def token(self) -> str | None:
        """The present token; nothing says that the gateway still takes it."""
        return self._store.session.get("token")

    def worked(self, path: str) -> None:
        """Remember that the present token opened this path."""
        self._worked.add(path)

    def is_worth_it(self, path: str) -> bool:
        """Tell whether signing in again may cure a refusal of this path (§3.3 a)."""
        signed_in = self._store.session.get("signed_in_at")
        fresh = signed_in is not None and self._clock.now() - datetime.fromisoformat(signed_in) < FRESH
        return path in self._worked or not fresh

    async def spend(self) -> None:
        """Take one attempt from the budget and save that before anything is sent.

        Raises Locked or, for a short wait, RateLimited when the budget is used up; AuthFailed
        when these credentials were refused too often already.
        """
        if self._rule.refusals is not None and self._store.session.get("refusals", 0) >= self._rule.refusals:
            raise AuthFailed("Not tried again: the password was refused before")
        budget = Budget(self._rule.limits, self._store.shared.get(self._rule.key))
        now = self._clock.now()
        allowed = budget.next_allowed(now)
        self._store.shared[self._rule.key] = budget.as_dict()  # it may have moved with a clock that was put back
        if (wait := (allowed - now).total_seconds()) > _SHORT_WAIT:
            raise Locked(allowed, "No more sign-ins")
        if wait > 0:
            raise RateLimited(wait, "Too many sign-ins")
        budget.spend(now)
        self._store.shared[self._rule.key] = budget.as_dict()
        await self._store.save()

    async def accepted(self, answer: Answer) -> None:
        """Keep the token of a successful login. Raises BadAnswer without one (§3.1)."""
        token = text(mapping(answer.json()).get("token"))
        if token is None:
            raise BadAnswer("A login without a token")
        self._worked.clear()
        self._store.session.update(token=token, signed_in_at=self._clock.now().isoformat(), refusals=0)
        await self._store.save()

    async def refused(self, answer: Answer) -> None:
        """Count a wrong password and raise AuthFailed (§3.2)."""
        self._store.session["refusals"] = self._store.session.get("refusals", 0) + 1
        await self._store.save()
        if b"require physical access" in answer.body:
            raise SwitchNeeded("The installer needs the Powerwall's switch toggled")
        raise AuthFailed("The gateway refused the password")

    async def forget(self) -> None:
        """Drop the token."""
        self._worked.clear()
        self._store.session.pop("token", None)
        self._store.session.pop("signed_in_at", None)
        await self._store.save()
