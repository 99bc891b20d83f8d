"""Signing in with a password: rarely, one at a time, and with cookies that outlive a restart (growatt.md A.2)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import hashlib
from typing import Final

from ...core.budget import Budget, Limit
from ...core.clock import Clock
from ...core.errors import AuthFailed, BadAnswer, HubError, Locked, RateLimited, Unreachable
from ...core.parse import flag, mapping, number, section, sections, text
from ..base import DIALOG_LOGINS, PrivateStore
from ..http import Door
from .wire import Failed, SignedOut, Wire, decode

_PATH: Final = "newTwoLoginAPI.do"
_WRONG: Final = "502"
_LOCKED: Final = "507"
_TROUBLE: Final = frozenset({"501", "503", "504"})
_LOCK_HOURS: Final = 24.0  # where the answer does not tell
_LONGEST_LOCK_HOURS: Final = 7 * 24.0  # more is no lock but a mistake
_LONGEST_REST: Final = 6 * 3600.0  # seconds
# In the shared store: attempts in a row that nobody looked at, or that changed nothing.
_UNHEARD: Final = "logins_unheard"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRule:
    """How often somebody may sign in, and under which name that is counted.

    A wait up to ``patience`` seconds needs no word to the user. After ``refusals`` wrong passwords
    no more is tried with these credentials. After an attempt that nobody looked at (a page says that the server
    is being mended) there is a ``rest`` of so many seconds, four times as long each time in a row: enough must be
    left of the limits for when the server is back.
    """

    key: str
    limits: Sequence[Limit]
    patience: float
    refusals: int | None = None
    rest: float | None = None


AUTOMATIC: Final = LoginRule(key="logins", limits=(Limit(1, 600), Limit(4, 86400)), patience=600, refusals=1, rest=600)
DIALOG: Final = LoginRule(key="dialog_logins", limits=DIALOG_LOGINS, patience=60)


def hash_password(password: str) -> str:
    """Return what goes over the wire for a password: MD5 in hex, where a high nibble of zero is written c (A.2)."""
    digest = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
    return "".join("c" if at % 2 == 0 and digit == "0" else digit for at, digit in enumerate(digest))


class Login:
    """The session of one user: its cookies, whose it is, and the permission to ask for another.

    ``store.session`` holds cookies, ``user_id``, ``signed_in_at``, ``refusals`` and the ``plants`` that
    signing in tells (pairs of id and name).
    """

    def __init__(
        self,
        wire: Wire,
        username: str,
        password: str,
        *,
        door: Door,
        store: PrivateStore,
        clock: Clock,
        rule: LoginRule = AUTOMATIC,
    ) -> None:
        """Take back the cookies of before a restart; nothing is sent."""
        self._wire = wire
        self._username = username
        self._password = password
        self._door = door
        self._store = store
        self._clock = clock
        self._rule = rule
        self._one_at_a_time = asyncio.Lock()
        if cookies := store.session.get("cookies"):
            door.set_cookies(wire.base_url, cookies)

    @property
    def mark(self) -> str | None:
        """What tells one session from the next; ``None`` without one. Nothing says that the server still knows it."""
        return text(self._store.session.get("signed_in_at"))

    @property
    def user_id(self) -> str | None:
        """The number of the user, once known."""
        return text(self._store.session.get("user_id"))

    @property
    def plants(self) -> tuple[tuple[str, str], ...]:
        """Id and name of the plants that the last sign-in told of."""
        return tuple((plant, name) for plant, name in self._store.session.get("plants", ()))

    def age(self) -> float | None:
        """Return how many seconds ago the present session began."""
        return None if self.mark is None else (self._clock.now() - datetime.fromisoformat(self.mark)).total_seconds()

    async def renew(self, stale: str | None) -> None:
        """Sign in, unless somebody else has replaced the session with this mark in the meantime.

        Raises AuthFailed, Locked or RateLimited where the server or our own budget does not want it.
        """
        async with self._one_at_a_time:
            if self.mark not in (stale, None):
                return
            self._wire.check()
            await self._spend()
            try:
                back = await self._try()
            except SignedOut, Failed:
                await self.rest()
                raise
            if not flag(back.get("success")):
                raise await self._refused(back)
            await self._accepted(back)

    async def _try(self) -> Mapping[str, object]:
        """Send user name and password, and return the server's verdict."""
        form = {"userName": self._username, "password": hash_password(self._password)}
        answer = await self._wire.send("POST", _PATH, form=form, secret=True)
        return mapping(mapping(decode(answer)).get("back"))

    def note_answer(self) -> None:
        """Take note of a good answer: of what the server changed about the session, and that it listens."""
        self._store.shared.pop(_UNHEARD, None)
        cookies = self._door.cookies(self._wire.base_url)
        if self.mark is not None and cookies != self._store.session.get("cookies"):
            self._store.session["cookies"] = cookies
            self._store.save_later()

    async def forget(self) -> None:
        """Drop the session."""
        self._drop()
        await self._store.save()

    def _drop(self) -> None:
        for key in ("cookies", "signed_in_at", "user_id", "plants"):
            self._store.session.pop(key, None)
        self._door.set_cookies(self._wire.base_url, {})

    async def _spend(self) -> None:
        """Take one attempt from the budget and save that before anything is sent."""
        if self._rule.refusals is not None and self._store.session.get("refusals", 0) >= self._rule.refusals:
            raise AuthFailed("Not tried again: user name or password were refused before")
        budget = Budget(self._rule.limits, self._store.shared.get(self._rule.key))
        now = self._clock.now()
        allowed = budget.next_allowed(now)
        self._store.shared[self._rule.key] = budget.as_dict()  # it may have moved with a clock that was put back
        wait = (allowed - now).total_seconds()
        # Where nobody listened the session may be as good as ever: calls go on, and are not silenced by a lock.
        if wait > self._rule.patience and _UNHEARD not in self._store.shared:
            raise Locked(allowed, "No more sign-ins")
        if wait > 0:
            raise RateLimited(min(wait, self._rule.patience), "Too many sign-ins")
        budget.spend(now)
        self._store.shared[self._rule.key] = budget.as_dict()
        await self._store.save()

    async def rest(self) -> None:
        """Let some time pass after an attempt that nobody looked at, or that changed nothing: the session is not at fault."""
        if self._rule.rest is None:
            return
        times: int = self._store.shared.get(_UNHEARD, 0)
        self._store.shared[_UNHEARD] = times + 1
        now = self._clock.now()
        rest = min(self._rule.rest * 4 ** min(times, 8), _LONGEST_REST)
        budget = Budget(self._rule.limits, self._store.shared[self._rule.key])
        budget.lock(now + timedelta(seconds=rest), now)
        self._store.shared[self._rule.key] = budget.as_dict()
        await self._store.save()

    async def _accepted(self, back: Mapping[str, object]) -> None:
        """Keep the session. Raises BadAnswer when it is nobody's."""
        user_id = text(section(back.get("user")).get("id"))
        if user_id is None:
            raise BadAnswer("A sign-in without a user")
        plants = [[text(plant.get("plantId")), text(plant.get("plantName"))] for plant in sections(back.get("data"))]
        self._store.session.update(
            cookies=self._door.cookies(self._wire.base_url),
            user_id=user_id,
            signed_in_at=self._clock.now().isoformat(),
            plants=[[plant, name or plant] for plant, name in plants if plant is not None],
            refusals=0,
        )
        await self._store.save()

    async def _refused(self, back: Mapping[str, object]) -> HubError:
        """Return what a refusal means (A.2); a lock silences everything, also over a restart."""
        word = text(back.get("msg")) or ""
        error: HubError
        if word == _WRONG:
            self._drop()  # no dialog may take it for proof that the password is right
            self._store.session["refusals"] = self._store.session.get("refusals", 0) + 1
            error = AuthFailed("User name, password or region is wrong")
        elif word == _LOCKED:
            hours = number(back.get("lockDuration"))
            hours = _LOCK_HOURS if hours is None else min(max(hours, 1.0), _LONGEST_LOCK_HOURS)
            error = Locked(self._door.pause(hours * 3600), "The account is locked")
        elif word in _TROUBLE:
            return Unreachable(f"The server cannot sign anybody in now ({word})")
        else:
            return BadAnswer("The sign-in was refused for an unknown reason")
        await self._store.save()
        return error
