"""Sessions of one account: as few sign-ins as can be, one at a time, kept over a restart (goodwe.md §3.6, §5.1)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ...core.budget import Budget, Limit
from ...core.clock import Clock
from ...core.errors import AuthFailed, HubError, RateLimited
from ..base import CONF_DIALOG, DIALOG_LOGINS, PrivateStore, Settings
from ..http import Door
from .codes import LoginRefused, NoPermission, SessionOver, TermsNotAccepted, payload
from .model import Bean, Way
from .regions import Addresses
from .sign_in import Session, SignIn
from .wire import Wire

type Send = Callable[[Session], Awaitable[Bean]]

_LIFE: Final = timedelta(hours=4)  # a token lasts 4 to 6 hours
_REGIONAL_AFTER: Final = timedelta(seconds=60)  # between two login hosts (§1.6)
_UNCURED_FOR: Final = timedelta(hours=1)
_REMEMBERED: Final = timedelta(hours=24)
_SHOWN: Final = timedelta(hours=3)
_IN_A_ROW: Final = timedelta(hours=1)
_LONGEST_WAIT: Final = 1800.0  # seconds
_AFTER_DISPLACEMENT: Final = 60.0  # seconds, from the second one in a row on, doubled each time
_AFTER_FAILURE: Final = 300.0  # seconds, doubled each time
_DOUBLINGS: Final = 8
_ODD_REFUSALS: Final = 3  # codes nobody knows, in a row, that mean the password after all (§1.2)

# In the shared store.
_DISPLACED: Final = "displaced"  # moments at which a token was found to be dead
_FAILURES: Final = "login_failures"  # by way: how many in a row, and until when it rests
_TIMES: Final = "times"
_REFUSED_SINCE: Final = "login_refused_since"
_TERMS: Final = "terms_not_accepted"  # the way on which they are missing
_REGIONAL: Final = "regional_login_since"  # since when the login host of the region is asked; "" when it refused too
# In the session.
_UID: Final = "uid"
_BLOCKED: Final = "password_refused"  # no more is tried with it
_ODD: Final = "odd_refusals"  # in a row


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRule:
    """How often somebody may sign in, under which name that is counted, and whether he waits after trouble."""

    key: str
    limits: Sequence[Limit]
    waits: bool


AUTOMATIC: Final = LoginRule(key="logins", limits=(Limit(4, 3600),), waits=True)
DIALOG: Final = LoginRule(key="dialog_logins", limits=DIALOG_LOGINS, waits=False)


class Login:
    """The session of one user on one of the two ways, and the permission to ask for another.

    A sign-in on one way ends the session on the other (§3.6).
    """

    def __init__(self, settings: Settings, door: Door, store: PrivateStore, clock: Clock) -> None:
        """Take back the session of before a restart; nothing is sent."""
        self.wire = Wire(door, store, clock)
        self.clock = clock
        self._store = store
        self._addresses = Addresses(settings)
        self._sign_in = SignIn(settings["username"], settings["password"], self._addresses, self.wire, clock)
        self._rule = DIALOG if settings.get(CONF_DIALOG) else AUTOMATIC
        self._one_at_a_time = asyncio.Lock()
        self._uncured: dict[str, datetime] = {}

    # What others want to know

    @property
    def uid(self) -> str | None:
        """The user's id, once a sign-in told it."""
        uid: str | None = self._store.session.get(_UID)
        return uid

    @property
    def refused_since(self) -> datetime | None:
        """Since when signing in to SEMS+ is refused for another reason than the password (aware UTC)."""
        since = self._store.shared.get(_REFUSED_SINCE)
        return since and datetime.fromisoformat(since)

    @property
    def terms_missing(self) -> bool:
        """Whether the user has terms to accept before there is a token."""
        return _TERMS in self._store.shared

    def displacements(self, now: datetime) -> int:
        """Return how often within the last three hours a token was dead before its time."""
        return sum(now - moment < _SHOWN for moment in self._displaced(now))

    def is_signed_in(self, way: Way) -> bool:
        """Tell whether there is a session on this way, as far as is known."""
        return self._session(way) is not None

    # Sessions

    async def ask(self, way: Way, path: str, about: str, send: Send) -> object:
        """Return the ``data`` of the answer to a call, signing in before and once more where the token is dead.

        ``send`` is called again with the new session then; ``path`` names the call in messages, ``about`` is the plant or
        device it is about.
        """
        place = f"{path} {about}"
        session = await self.sign_in(way)
        try:
            return self._answered(path, place, await send(session))
        except SessionOver:
            if self._is_uncured(place):
                raise
            self._lost(way, session)
        except NoPermission:  # on the Chinese gateway also what a dead token looks like (§1.2)
            if not self._addresses.is_chinese or self._age(session) < _IN_A_ROW or self._is_uncured(place):
                raise
            self._lost(way, session, displaced=False)
        try:
            return self._answered(path, place, await send(await self.sign_in(way)))
        except SessionOver, NoPermission:
            self._uncured[place] = self.clock.now()
            raise

    async def sign_in(self, way: Way) -> Session:
        """Return the session on this way; without one, or with an old one, sign in.

        Raises AuthFailed, TermsNotAccepted, LoginRefused, and RateLimited while nobody may sign in.
        """
        async with self._one_at_a_time:
            session = self._session(way)
            if session is not None and self._age(session) < _LIFE:
                return session
            try:
                return await self._renew(way)
            except AuthFailed:
                raise
            except HubError:
                if session is None:
                    raise
                return session  # it may live a little longer

    def _session(self, way: Way) -> Session | None:
        """Return the session kept for a way, if it is one for an address that may see it."""
        session = Session.from_dict(self._store.session.get(way.value))
        return session if session is not None and self._addresses.trusts(session.base) else None

    def _age(self, session: Session) -> timedelta:
        return self.clock.now() - session.since

    def _answered(self, path: str, place: str, answer: Bean) -> object:
        found = payload(answer, path)
        self._uncured.pop(place, None)
        return found

    def _is_uncured(self, place: str) -> bool:
        """Tell whether a new session did not help here lately: then it is not the session."""
        since = self._uncured.get(place)
        return since is not None and abs(self.clock.now() - since) < _UNCURED_FOR

    def _lost(self, way: Way, session: Session, *, displaced: bool = True) -> None:
        """Drop a dead session, unless somebody replaced it in the meantime."""
        known = self._session(way)
        if known is None or known.token != session.token:
            return
        del self._store.session[way.value]
        if displaced and self._age(session) < _LIFE:
            self._note_displacement()
        self._store.save_later()

    def _note_displacement(self) -> None:
        """Count a token that died before its time; from the second in a row on nobody signs in for a while."""
        now = self.clock.now()
        displaced = [*self._displaced(now), now]
        self._store.shared[_DISPLACED] = [moment.isoformat() for moment in displaced]
        again = 0
        while again + 1 < len(displaced) and displaced[-again - 1] - displaced[-again - 2] < _IN_A_ROW:
            again += 1
        if again and self._rule.waits:
            budget = self._budget()
            budget.lock(now + _doubled(_AFTER_DISPLACEMENT, again - 1), now)
            self._store.shared[self._rule.key] = budget.as_dict()

    def _displaced(self, now: datetime) -> list[datetime]:
        moments = [datetime.fromisoformat(stored) for stored in self._store.shared.get(_DISPLACED, ())]
        return [moment for moment in moments if timedelta() <= now - moment < _REMEMBERED]

    # Signing in

    async def _renew(self, way: Way) -> Session:
        self.wire.check()
        await self._spend(way)
        origin = self._regional_origin(way)
        regional = origin is not None
        try:
            session = await self._sign_in(way, origin or self._addresses.login_origin)
        except AuthFailed:
            await self._wrong_password()
            raise
        except LoginRefused as err:
            if self._refused(way, err, regional=regional):
                await self._wrong_password()
                raise AuthFailed("Refused again and again for a reason nobody knows") from err
            await self._failed(way)
            raise
        except TermsNotAccepted:
            self._store.shared[_TERMS] = way.value
            await self._failed(way)
            raise
        except HubError:
            await self._failed(way)
            raise
        await self._accepted(way, session, regional=regional)
        return session

    def _budget(self) -> Budget:
        return Budget(self._rule.limits, self._store.shared.get(self._rule.key))

    async def _spend(self, way: Way) -> None:
        """Take one attempt from the budget and save that before anything is sent."""
        if self._rule.waits and self._store.session.get(_BLOCKED):
            raise AuthFailed("Not tried again: e-mail or password were refused before")
        budget, rest, now = self._budget(), self._rest(way), self.clock.now()
        allowed = max(budget.next_allowed(now), rest.next_allowed(now) if self._rule.waits else now)
        if allowed > now:
            self._keep(way, budget, rest)  # so that they follow a clock that was put back once only
            raise RateLimited((allowed - now).total_seconds(), "Too many sign-ins")
        budget.spend(now)
        self._store.shared[self._rule.key] = budget.as_dict()
        await self._store.save()

    def _keep(self, way: Way, budget: Budget, rest: Budget) -> None:
        self._store.shared[self._rule.key] = budget.as_dict()
        if (failures := self._store.shared.get(_FAILURES, {}).get(way.value)) is not None:
            failures |= rest.as_dict()

    def _rest(self, way: Way) -> Budget:
        return Budget((), self._store.shared.get(_FAILURES, {}).get(way.value))

    async def _failed(self, way: Way) -> None:
        """Let this way rest for a while; the other may be tried."""
        if self._rule.waits:
            failures = self._store.shared.setdefault(_FAILURES, {})
            times: int = failures.get(way.value, {}).get(_TIMES, 0)
            rest, now = self._rest(way), self.clock.now()
            rest.lock(now + _doubled(_AFTER_FAILURE, times), now)
            failures[way.value] = {_TIMES: times + 1, **rest.as_dict()}
        await self._store.save()

    async def _wrong_password(self) -> None:
        """Forget what no longer proves anything: no dialog may take it for a right password."""
        for either in Way:
            self._store.session.pop(either.value, None)
        self._store.session[_BLOCKED] = True
        await self._store.save()

    def _regional_origin(self, way: Way) -> str | None:
        """Return the region's own login host when it is its turn: the usual one refused a minute ago or longer."""
        since: str = self._store.shared.get(_REGIONAL, "")
        if way is not Way.SEMSPLUS or not since:
            return None
        refused_for = abs(self.clock.now() - datetime.fromisoformat(since))  # a clock may have been put back
        return self._addresses.regional_login_origin if refused_for >= _REGIONAL_AFTER else None

    def _refused(self, way: Way, err: LoginRefused, *, regional: bool) -> bool:
        """Take note of a refusal; return whether it is the password after all."""
        shared, now = self._store.shared, self.clock.now().isoformat()
        if way is Way.SEMSPLUS:
            shared.setdefault(_REFUSED_SINCE, now)
        if regional:
            shared[_REGIONAL] = ""
        elif way is Way.SEMSPLUS and err.is_abnormal and self._addresses.regional_login_origin:
            shared.setdefault(_REGIONAL, now)
        if not err.is_unknown or any(self.is_signed_in(other) for other in Way if other is not way):
            self._store.session.pop(_ODD, None)  # a password that is good on the other way is not wrong
            return False
        self._store.session[_ODD] = self._store.session.get(_ODD, 0) + 1
        return bool(self._store.session[_ODD] >= _ODD_REFUSALS)

    async def _accepted(self, way: Way, session: Session, *, regional: bool) -> None:
        """Keep the session, and forget the other way's and the troubles of before."""
        shared, kept = self._store.shared, self._store.session
        shared.get(_FAILURES, {}).pop(way.value, None)
        if way is Way.SEMSPLUS:
            shared.pop(_REFUSED_SINCE, None)
            if not regional:
                shared.pop(_REGIONAL, None)
        if way is Way.SEMSPLUS or shared.get(_TERMS) == way.value:
            shared.pop(_TERMS, None)
        for name in (Way.SEMSPLUS.value, Way.LEGACY.value, _BLOCKED, _ODD):
            kept.pop(name, None)
        kept[_UID] = session.uid
        kept[way.value] = session.as_dict()
        await self._store.save()


def _doubled(seconds: float, times: int) -> timedelta:
    return timedelta(seconds=min(seconds * 2 ** min(times, _DOUBLINGS), _LONGEST_WAIT))
