"""Who may come in: passwords, tokens, cookies, their end, and the login rate limit (specification §3)."""

import base64
from collections import deque
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
import json
from random import Random
from typing import Any, Literal

from tests.simulators.clock import SimClock
from tests.simulators.powerwall.profiles import Profile
from tests.simulators.wire import Answer, json_answer

type Role = Literal["Home_Owner", "Provider_Engineer"]

CUSTOMER: Role = "Home_Owner"
INSTALLER: Role = "Provider_Engineer"


def refusal(status: int, error: str, message: str) -> Answer:
    """Return an error as the gateway words it (§2)."""
    return json_answer({"code": status, "error": error, "message": message}, status=status)


RATE_LIMITED = refusal(429, "Api Limit reached for this endpoint", "API Limit Reached")
BAD_CREDENTIALS = refusal(401, "bad credentials", "Login Error")
NEEDS_TOGGLE = refusal(401, "roles [Provider_Engineer] require physical access", "Login Error")
TOKEN_EXPIRED = json_answer({"code": 401, "message": "Token Expired"}, status=401)


def no_rights(method: str) -> Answer:
    """Return the refusal of a resource the role may not use."""
    return refusal(403, f"Unable to {method} to resource", "User does not have adequate access rights")


@dataclass(slots=True)
class Session:
    """One token."""

    role: Role
    ends: datetime | None


@dataclass(slots=True)
class Access:
    """What the owner and the tester decided about signing in; all of it may change while running.

    ``login_limit``: more than this many login posts in so many seconds lock the login for ``lock_seconds``;
    ``strict_lock`` locks everything else too. ``call_limit`` is the same for requests of any kind, without a lock.
    ``session_seconds`` is the life of a token (``None``: until the next reboot).
    """

    password: str
    installer_password: str
    _: KW_ONLY
    installer_toggle_done: bool = False
    default_password_disabled: bool = False
    login_seconds: float = 0.0
    login_limit: tuple[int, float] = (5, 60.0)
    lock_seconds: float = 300.0
    strict_lock: bool = False
    call_limit: tuple[int, float] | None = None
    session_seconds: float | None = None


@dataclass(slots=True)
class Window:
    """Counts what happened in the last so many seconds."""

    moments: deque[datetime] = field(default_factory=deque)

    def exceeds(self, now: datetime, limit: tuple[int, float]) -> bool:
        """Count one more and tell whether that is too many."""
        count, seconds = limit
        self.moments.append(now)
        while self.moments[0] <= now - timedelta(seconds=seconds):
            self.moments.popleft()
        return len(self.moments) > count


class Sessions:
    """The gateway's tokens. ``logins`` counts every login post, also refused ones; ``issued`` keeps every token."""

    def __init__(self, profile: Profile, clock: SimClock, access: Access, serial: str, random: Random) -> None:
        """Start without a session."""
        self.access = access
        self.logins = 0
        self.locked_until: datetime | None = None
        self._profile = profile
        self._clock = clock
        self._serial = serial
        self._random = random
        self._default_password = access.password
        self._tokens: dict[str, Session] = {}
        self.issued: list[str] = []
        self._login_window = Window()
        self._call_window = Window()

    def kill(self) -> None:
        """End all sessions, as a reboot does."""
        self._tokens.clear()

    def forget(self, headers: Mapping[str, str]) -> None:
        """End the session the request came with, if any (logout)."""
        self._tokens.pop(_token(headers), None)

    def role(self, headers: Mapping[str, str]) -> Role | None:
        """Return who the bearer token or the cookie stands for; ``None`` for nobody."""
        session = self._tokens.get(_token(headers))
        if session is None or (session.ends is not None and self._clock.now() >= session.ends):
            return None
        return session.role

    def limit(self, *, is_login: bool) -> Answer | None:
        """Count a request and return the refusal if it is one too many (§3.2, §19.3)."""
        now = self._clock.now()
        access = self.access
        if access.call_limit is not None and self._call_window.exceeds(now, access.call_limit):
            return RATE_LIMITED
        if is_login:
            self.logins += 1
            if self._login_window.exceeds(now, access.login_limit) and not self._is_locked(now):
                self.locked_until = now + timedelta(seconds=access.lock_seconds)
        return RATE_LIMITED if (is_login or access.strict_lock) and self._is_locked(now) else None

    def _is_locked(self, now: datetime) -> bool:
        """Tell whether too many logins are still being punished."""
        return self.locked_until is not None and now < self.locked_until

    async def login(self, form: Mapping[str, Any]) -> tuple[Role | None, Answer]:
        """Check a login form and return the role and the answer with token and cookies (§3.1)."""
        if self.access.login_seconds:
            await self._clock.sleep(self.access.login_seconds)
        role = self._authenticate(form.get("username"), form.get("password"))
        if isinstance(role, Answer):
            return None, role
        return role, self.open(role, form.get("email", ""))

    def _authenticate(self, username: Any, password: Any) -> Role | Answer:
        """Return the role that name and password stand for, or the refusal."""
        access = self.access
        match username:
            case "customer":
                refused = access.default_password_disabled and password == self._default_password
                return CUSTOMER if password == access.password and not refused else BAD_CREDENTIALS
            case "installer":
                if password != access.installer_password:
                    return BAD_CREDENTIALS
                allowed = self._profile.installer_by_network or access.installer_toggle_done
                return INSTALLER if allowed else NEEDS_TOGGLE
            case "" if self._profile.seed_era and password == f"S{self._serial}":
                return INSTALLER if self._profile.installer_by_network else NEEDS_TOGGLE
            case _:
                return BAD_CREDENTIALS

    def open(self, role: Role, email: Any = "") -> Answer:
        """Open a session and return the login answer."""
        token = base64.urlsafe_b64encode(self._random.randbytes(64)).decode()
        now = self._clock.now()
        seconds = self.access.session_seconds
        self.issued.append(token)
        self._tokens[token] = Session(role, None if seconds is None else now + timedelta(seconds=seconds))
        data = {
            "email": email,
            "firstname": "Tesla",
            "lastname": "Energy",
            "roles": [role],
            "token": token,
            "provider": "Basic",
        }
        if self._profile.login_time:
            data["loginTime"] = now.isoformat(timespec="microseconds")
        record = base64.b64encode(json.dumps(data).encode()).decode()
        cookies = (("Set-Cookie", f"AuthCookie={token}; Path=/"), ("Set-Cookie", f"UserRecord={record}; Path=/"))
        return json_answer(data, headers=cookies)


def _token(headers: Mapping[str, str]) -> str:
    """Return the bearer token or the AuthCookie, with or without double quotes (§3.3); "" without either."""
    authorization = headers.get("Authorization", "")
    if authorization.startswith("Bearer "):
        return authorization.removeprefix("Bearer ")
    for cookie in headers.get("Cookie", "").split(";"):
        name, _, value = cookie.strip().partition("=")
        if name == "AuthCookie":
            return value.strip('"')
    return ""
