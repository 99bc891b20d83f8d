"""The session of one account: as few sign-ins as can be, one at a time, kept over a restart (anker.md §3.5, §3.6)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ...core.budget import Budget, Limit
from ...core.clock import Clock
from ...core.errors import AuthFailed, HubError, Locked, NotSupported, RateLimited
from ..base import CONF_DIALOG, DIALOG_LOGINS, PrivateStore, Settings
from ..http import Answer, Door
from . import paths
from .codes import TokenRefused, VerificationNeeded
from .hosts import Hosts
from .sign_in import Session, SignIn
from .wire import Call, Wire, place_headers

_HOUR: Final = timedelta(hours=1)
_UNCURED_FOR: Final = timedelta(hours=24)
_SHOWN: Final = timedelta(hours=3)

_LOCK: Final = "login_lock"  # in the shared store and, for all accounts, in the common one
# In the shared store.
_HOST: Final = "host"  # where something was found
_TRIED: Final = "other_host_tried"
_ANYWHERE: Final = "any"
_DISPLACED: Final = "displaced"  # moments at which a token was found to be dead
# In the session.
_SESSIONS: Final = "sessions"  # by host
_STOPPED: Final = "stopped"  # why nobody signs in any more before the user acts
_REFUSED: Final = "e-mail or password refused"
_VERIFICATION: Final = "verification needed"
_USELESS: Final = "new token refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRule:
    """How often somebody may sign in, under which name that is counted, and whether he ``stops`` after trouble.

    Who stops by himself has a budget for each host: there is one good reason to try another.
    """

    key: str
    limits: Sequence[Limit]
    stops: bool


AUTOMATIC: Final = LoginRule(key="logins", limits=(Limit(1, 3600),), stops=True)
DIALOG: Final = LoginRule(key="dialog_logins", limits=DIALOG_LOGINS, stops=False)


class Login:
    """The session of one user, and the permission to ask for another.

    Lock-outs count for all accounts of this house: the server keeps them by address.
    """

    def __init__(self, settings: Settings, door: Door, store: PrivateStore, clock: Clock) -> None:
        """Take back the session of before a restart; nothing is sent."""
        self.wire = Wire(door, store, clock)
        self.clock = clock
        self.hosts = Hosts(settings)
        self._store = store
        self._sign_in = SignIn(settings["username"], settings["password"], self.hosts, self.wire, clock)
        self._rule = DIALOG if settings.get(CONF_DIALOG) else AUTOMATIC
        self._one_at_a_time = asyncio.Lock()
        self._uncured: dict[str, datetime] = {}
        self._lock: Budget = store.common.setdefault(_LOCK, Budget(()))
        now = clock.now()
        if until := Budget((), store.shared.get(_LOCK)).locked_until(now):
            self._lock.lock(until, now)

    # What others want to know

    @property
    def country(self) -> str:
        """The country that every request names."""
        return self.hosts.country

    @property
    def host(self) -> str:
        """Where the account is believed to live."""
        found = self._store.shared.get(_HOST)
        return found if found in self.hosts.candidates else self.hosts.candidates[0]

    @property
    def other_host(self) -> str | None:
        """Where it could live as well, while that was not tried (a dialog always tries)."""
        if self._store.shared.get(_TRIED) and self._rule.stops:
            return None
        return next((host for host in self.hosts.candidates if host != self.host), None)

    @property
    def user_id(self) -> str | None:
        """The user's id, once a sign-in told it."""
        session = self._session(self.host)
        return None if session is None else session.user_id

    @property
    def name(self) -> str | None:
        """What the user calls himself, as the server masks it."""
        session = self._session(self.host)
        return None if session is None else session.name

    @property
    def locked_until(self) -> datetime | None:
        """Until when the server lets nobody sign in from here (aware UTC)."""
        return self._lock.locked_until(self.clock.now())

    @property
    def verification_needed(self) -> bool:
        """Whether the user has to prove himself in the maker's app first."""
        return bool(self._store.session.get(_STOPPED) == _VERIFICATION)

    def displacements(self, now: datetime) -> int:
        """Return how often within the last three hours a token was dead before its time."""
        return len(self._displaced(now))

    # Hosts

    def found_at(self, host: str) -> None:
        """Remember where something was found."""
        self._store.shared[_HOST] = host
        self._store.save_later()

    def found_nowhere(self) -> None:
        """Remember that the other host knows no more."""
        self._store.shared[_TRIED] = True
        self._store.save_later()

    # Calls

    async def ask(self, call: Call, host: str) -> object:
        """Return the ``data`` of the answer to a call, signing in before, and once more where the token is dead.

        Raises AuthFailed when a new token is refused as well, NotSupported when only this call refuses it.
        """
        session = await self.sign_in(host)
        try:
            return await self._ask(call, host, session)
        except TokenRefused as err:
            if self._is_uncured(call.path):
                raise NotSupported(f"{call.path}: closed to every token") from err
            lost = self._lost(host, session)
        session = await self.sign_in(host)
        try:
            return await self._ask(call, host, session)
        except TokenRefused as err:
            await self._judge(call, host, session)
            self._take_back(lost)
            raise NotSupported(f"{call.path}: closed to every token") from err

    async def send(self, call: Call, host: str) -> Answer:
        """Return the answer to a call as it comes, signing in before where nobody is."""
        session = await self.sign_in(host)
        return await self.wire.send(self.hosts.base(host), call, self._headers(session))

    async def _ask(self, call: Call, host: str, session: Session) -> object:
        return await self.wire.ask(self.hosts.base(host), call, self._headers(session))

    def _headers(self, session: Session) -> dict[str, str]:
        return {**place_headers(self.country, self.clock.now(), self.clock.zone), **session.headers}

    async def _judge(self, call: Call, host: str, session: Session) -> None:
        """Find out whether a new token is refused by one call only. Raises AuthFailed, and stops signing in, if by all."""
        if call.path != paths.SITE_LIST and await self._is_accepted(host, session):
            self._uncured[call.path] = self.clock.now()
            return
        self._store.session.get(_SESSIONS, {}).pop(host, None)
        await self._stop(_USELESS)
        raise AuthFailed("A new token was refused as well")

    async def _is_accepted(self, host: str, session: Session) -> bool:
        try:
            await self._ask(Call(path=paths.SITE_LIST, urgent=True), host, session)
        except TokenRefused:
            return False
        return True

    def _is_uncured(self, path: str) -> bool:
        """Tell whether a new token did not help here lately: then it is not the token."""
        since = self._uncured.get(path)
        return since is not None and abs(self.clock.now() - since) < _UNCURED_FOR

    # Sessions

    async def sign_in(self, host: str) -> Session:
        """Return the session at a host; without one, or with an old one, sign in.

        Raises AuthFailed, VerificationNeeded, Locked, RateLimited while nobody may sign in, and what a request raises.
        """
        async with self._one_at_a_time:
            session = self._session(host)
            if session is not None and not session.is_old(self.clock.now()):
                return session
            try:
                return await self._renew(host)
            except AuthFailed:
                raise
            except HubError:
                if session is None:
                    raise
                return session  # it may live a little longer

    def _session(self, host: str) -> Session | None:
        return Session.from_dict(self._store.session.get(_SESSIONS, {}).get(host))

    def _lost(self, host: str, session: Session) -> datetime | None:
        """Drop a dead session, unless somebody replaced it in the meantime; return when it died before its time."""
        known, now = self._session(host), self.clock.now()
        if known is None or known.token != session.token:
            return None
        del self._store.session[_SESSIONS][host]
        died = None if session.is_old(now) else now
        self._note_displaced([*self._displaced(now), *([] if died is None else [died])])
        return died

    def _take_back(self, lost: datetime | None) -> None:
        """Forget that a token died: it was not the token that was refused."""
        self._note_displaced([moment for moment in self._displaced(self.clock.now()) if moment != lost])

    def _note_displaced(self, moments: Sequence[datetime]) -> None:
        self._store.shared[_DISPLACED] = [moment.isoformat() for moment in moments]
        self._store.save_later()

    def _displaced(self, now: datetime) -> list[datetime]:
        moments = [datetime.fromisoformat(stored) for stored in self._store.shared.get(_DISPLACED, ())]
        return [moment for moment in moments if timedelta() <= now - moment < _SHOWN]

    async def _renew(self, host: str) -> Session:
        await self._spend(host)
        try:
            session = await self._sign_in(host)
        except Locked as err:
            await self._locked(err)
            raise
        except VerificationNeeded:
            await self._refused(host, _VERIFICATION)
            raise
        except AuthFailed:
            await self._refused(host, _REFUSED)
            raise
        kept = self._store.session
        kept.pop(_STOPPED, None)
        kept.setdefault(_SESSIONS, {})[host] = session.as_dict()
        await self._store.save()
        return session

    async def _spend(self, host: str) -> None:
        """Take one attempt from the budget and save that before anything is sent."""
        now, shared = self.clock.now(), self._store.shared
        spent: dict[str, Any] = shared.setdefault(self._rule.key, {})
        where = host if self._rule.stops else _ANYWHERE
        budget = Budget(self._rule.limits, spent.get(where))
        try:
            self._check(now)
            budget.spend(now)
        except RateLimited as err:
            raise RateLimited(err.retry_after, "Too many sign-ins") from err
        finally:  # also what did not count, so that all follow a clock that was put back, and once only
            budget.used(now, 0.0)
            spent[where], shared[_LOCK] = budget.as_dict(), self._lock.as_dict()
        await self._store.save()

    def _check(self, now: datetime) -> None:
        """Raise what keeps anybody from signing in, besides the budget."""
        if self._rule.stops and (reason := self._store.session.get(_STOPPED)) is not None:
            raise (VerificationNeeded if reason == _VERIFICATION else AuthFailed)(f"Not tried again: {reason}")
        if until := self._lock.locked_until(now):
            raise Locked(until, "The server lets nobody sign in")

    async def _locked(self, err: Locked) -> None:
        self._lock.lock(err.until, self.clock.now())
        self._store.shared[_LOCK] = self._lock.as_dict()
        await self._store.save()

    async def _refused(self, host: str, reason: str) -> None:
        """Stop, unless the same credentials were good elsewhere: then they are not what is wrong."""
        if all(known == host for known in self._store.session.get(_SESSIONS, {})):
            await self._stop(reason)

    async def _stop(self, reason: str) -> None:
        """Let nobody sign in with these credentials before the user acts."""
        self._store.session[_STOPPED] = reason
        await self._store.save()
