"""Signing in: the exact request, and the session its answer gives (anker.md §3)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from ...core.clock import Clock
from ...core.errors import AuthFailed, BadAnswer, Locked
from ...core.parse import moment, number, section, text
from . import paths
from .codes import BAD_CREDENTIALS, VERIFICATION, VerificationNeeded, code_of, envelope_of, lock_seconds
from .crypto import gtoken, seal
from .hosts import Hosts
from .model import Bean
from .wire import Call, Wire, place_headers

_BEFORE_THE_END: Final = timedelta(seconds=60)
_SHORTEST: Final = timedelta(hours=1)  # a token is good for, whatever a clock that is wrong makes of its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a sign-in gave: whose it is (``user_id``, his masked ``name``), since when and until when it holds."""

    user_id: str
    name: str | None
    since: datetime
    expires: datetime
    token: str = field(repr=False)

    def is_old(self, now: datetime) -> bool:
        """Tell whether it is time for another one (§3.5)."""
        return now >= max(self.expires - _BEFORE_THE_END, self.since + _SHORTEST)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that prove the user."""
        return {"x-auth-token": self.token, "gtoken": gtoken(self.user_id)}

    def as_dict(self) -> dict[str, str | None]:
        """Return it as JSON types."""
        return {
            "user_id": self.user_id,
            "name": self.name,
            "since": self.since.isoformat(),
            "expires": self.expires.isoformat(),
            "token": self.token,
        }

    @classmethod
    def from_dict(cls, stored: object) -> Self | None:
        """Take it back; ``None`` where nothing whole is stored."""
        known = section(stored)
        user_id, token = text(known.get("user_id")), text(known.get("token"))
        since, expires = moment(known.get("since")), moment(known.get("expires"))
        if user_id is None or token is None or since is None or expires is None:
            return None
        return cls(user_id=user_id, name=text(known.get("name")), since=since, expires=expires, token=token)


class SignIn:
    """Sends e-mail and password; whether it may be done now is for others to know."""

    def __init__(self, username: str, password: str, hosts: Hosts, wire: Wire, clock: Clock) -> None:
        """Prepare; nothing is sent."""
        self._username = username.strip()
        self._password = password
        self._hosts = hosts
        self._wire = wire
        self._clock = clock

    async def __call__(self, host: str) -> Session:
        """Sign in at a host.

        Raises AuthFailed, VerificationNeeded, Locked with the time the server named, BadAnswer for any other refusal,
        and what any request raises.
        """
        now = self._clock.now()
        call = Call(path=paths.LOGIN, body=self._body(now), urgent=True, secret=True)
        where = place_headers(self._hosts.country, now, self._clock.zone)
        answer = await self._wire.send(self._hosts.base(host), call, where)
        envelope = envelope_of(answer)
        if (seconds := lock_seconds(envelope)) is not None:
            raise Locked(now + timedelta(seconds=seconds), "The server lets nobody sign in")
        code = code_of(envelope)
        if code in BAD_CREDENTIALS:
            raise AuthFailed(f"E-mail or password is wrong ({code})")
        if code in VERIFICATION:
            raise VerificationNeeded(f"The server asks for a verification ({code})")
        return _session(section(self._wire.read(answer, call)), now)

    def _body(self, now: datetime) -> Bean:
        sealed = seal(self._password)
        offset = now.astimezone(self._clock.zone).utcoffset() or timedelta()
        return {
            "ab": self._hosts.country,
            "client_secret_info": {"public_key": sealed.public_key},
            "enc": 0,
            "email": self._username,
            "password": sealed.password,
            "time_zone": offset // timedelta(milliseconds=1),
            "transaction": str(round(now.timestamp() * 1000)),
        }


def _session(told: Bean, now: datetime) -> Session:
    """Return the session of a good sign-in; without its parts it failed (§3.4)."""
    user_id, token, end = text(told.get("user_id")), text(told.get("auth_token")), number(told.get("token_expires_at"))
    if token is None and number(section(told.get("fa_info")).get("step")):
        raise VerificationNeeded("The account has a second factor")
    if user_id is None or token is None or end is None:
        raise BadAnswer("A sign-in without a session")
    return Session(user_id=user_id, name=text(told.get("nick_name")), since=now, expires=_moment(end), token=token)


def _moment(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as err:
        raise BadAnswer("A sign-in with an end nobody can reach") from err
