"""Who may use the password API: password hash, cookies, their end, account locks and the firewall (A.1-A.3, F.3)."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import hashlib
from http.cookies import CookieError, SimpleCookie
import math
from random import Random
from typing import Literal

from tests.simulators.clock import SimClock
from tests.simulators.growatt.account import User
from tests.simulators.wire import Answer, json_answer, text_answer

type Symptom = Literal["html", "redirect", "text", "json"]
"""How the server says that nobody is signed in (A.2.1)."""

WRONG_CREDENTIALS = "502"
LOCKED = "507"
STRICT_LOGINS_PER_HOUR = 12
HOUR = 3_600.0
DAY = 86_400.0
FIREWALL_CALLS = 60
FIREWALL_SECONDS = 60.0
FIREWALL_BLOCK_SECONDS = 6 * HOUR
LIBRARIES = ("python/", "python-requests/", "python-urllib/", "curl/", "wget/")
"""What HTTP libraries call themselves when nobody gave them a name: no app does."""

LOGIN_PAGE = b"""<!DOCTYPE html>
<html><head><title>Growatt</title></head>
<body><form id="loginForm" action="/login" method="post"><input name="account"><input name="password" type="password">
</form></body></html>
"""
BLOCK_PAGE = b"""<!DOCTYPE html>
<html><head><title>405</title></head>
<body><p>Sorry, your request has been blocked as it may cause potential threats to the server's security.</p></body></html>
"""
NOT_LOGGED_IN_TEXT = "Dear user, you have not login to the system"
ERROR_PATH = "/error.do?errorMess=errorNoLogin"


def html_answer(page: bytes, status: int = 200) -> Answer:
    """Return a page."""
    return Answer(status=status, body=page, content_type="text/html;charset=UTF-8")


BLOCKED = html_answer(BLOCK_PAGE, 405)
NO_APP = html_answer(b"<html><head><title>403 Forbidden</title></head><body>403 Forbidden</body></html>", 403)
SYMPTOMS: dict[Symptom, Answer] = {
    "html": html_answer(LOGIN_PAGE),
    "redirect": Answer(status=302, headers=(("Location", ERROR_PATH),)),
    "text": text_answer(NOT_LOGGED_IN_TEXT),
    "json": json_answer({"result": 0, "obj": None, "msg": NOT_LOGGED_IN_TEXT}),
}


def password_hash(password: str) -> str:
    """Return what the app sends for a password: MD5 in hex, a zero in an even place replaced by c (A.2)."""
    digest = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
    return "".join("c" if index % 2 == 0 and char == "0" else char for index, char in enumerate(digest))


@dataclass(slots=True, kw_only=True)
class LegacyAccess:
    """What the tester decided about signing in with a password; all of it may change while running.

    ``session_seconds``: life of a cookie (A.2.1: about a day). ``symptoms``: how each endpoint (file name, ``*`` for the
    others) answers without a session. ``logins_per_hour``, ``calls_per_day``: one more than this locks the account for
    ``lock_seconds`` (``None``: never). ``firewall``: more than a call a second over a minute blocks the client's address
    for six hours (A.3). ``write_seconds``: how long a command travels to the device.

    ``strict()`` is the strict profile of F.3: 12 logins per hour. Its 200 calls per day stay off there, because the
    specification's own cycle for one MIN needs 312 (Part E); set ``calls_per_day`` to have them.
    """

    session_seconds: float = DAY
    symptoms: dict[str, Symptom] = field(default_factory=lambda: {"PlantListAPI.do": "redirect", "*": "html"})
    logins_per_hour: int | None = None
    calls_per_day: int | None = None
    lock_seconds: float = DAY
    firewall: bool = False
    write_seconds: float = 0.0

    def strict(self, *, calls_per_day: int | None = None) -> None:
        """Lock the account after too many logins, and after too many calls if a number is given."""
        self.logins_per_hour = STRICT_LOGINS_PER_HOUR
        self.calls_per_day = calls_per_day

    def symptom(self, endpoint: str) -> Answer:
        """Return how an endpoint answers somebody who is not signed in."""
        return SYMPTOMS[self.symptoms.get(endpoint, self.symptoms.get("*", "html"))]


@dataclass(slots=True)
class Window:
    """Counts what happened in the last so many seconds."""

    seconds: float
    moments: deque[datetime] = field(default_factory=deque)

    def count(self, now: datetime) -> int:
        """Count one more and return how many there were."""
        self.moments.append(now)
        while self.moments[0] <= now - timedelta(seconds=self.seconds):
            self.moments.popleft()
        return len(self.moments)


@dataclass(slots=True)
class Session:
    """One pair of cookies: the session and the machine behind the load balancer that knows it."""

    server: str
    ends: datetime


class LegacySessions:
    """The cookie sessions of one account. ``logins`` and ``calls`` count all of them, ``issued`` keeps every cookie.

    ``locked_until`` is the end of the account's lock, ``blocked`` the end of the firewall's block by client address.
    """

    def __init__(self, clock: SimClock, user: User, access: LegacyAccess, random: Random) -> None:
        """Start without a session."""
        self.access = access
        self._user = user
        self.logins = 0
        self.calls = 0
        self.issued: list[str] = []
        self.locked_until: datetime | None = None
        self.blocked: dict[str, datetime] = {}
        self._clock = clock
        self._random = random
        self._sessions: dict[str, Session] = {}
        self._login_window = Window(HOUR)
        self._call_window = Window(DAY)
        self._firewall_windows: dict[str, Window] = {}

    # --- what the tester does ----------------------------------------------------------------------------------------

    def kill(self) -> None:
        """End all sessions."""
        self._sessions.clear()

    def lock(self, seconds: float | None = None) -> None:
        """Lock the account from now on; who is signed in is thrown out."""
        self.locked_until = self._clock.now() + timedelta(
            seconds=self.access.lock_seconds if seconds is None else seconds
        )
        self.kill()

    def block(self, address: str, seconds: float | None = None) -> None:
        """Let the firewall block an address from now on."""
        length = timedelta(seconds=FIREWALL_BLOCK_SECONDS if seconds is None else seconds)
        self.blocked[address] = self._clock.now() + length

    def unlock(self) -> None:
        """End the lock and forget what led to it."""
        self.locked_until = None
        self._login_window.moments.clear()
        self._call_window.moments.clear()

    # --- the doors, outermost first ----------------------------------------------------------------------------------

    def gate(self, headers: Mapping[str, str], client: str) -> Answer | None:
        """Return the refusal of a client that sends too fast or does not look like an app; ``None`` lets it in."""
        if self._is_blocked(client):
            return BLOCKED
        agent = headers.get("User-Agent", "").strip().lower()
        return NO_APP if not agent or agent.startswith(LIBRARIES) else None

    def _is_blocked(self, client: str) -> bool:
        """Count a request of an address and tell whether the firewall refuses it."""
        now = self._clock.now()
        count = self._firewall_windows.setdefault(client, Window(FIREWALL_SECONDS)).count(now)
        if self.access.firewall and count > FIREWALL_CALLS and self.blocked.get(client, now) <= now:
            self.block(client)
        return now < self.blocked.get(client, now)

    def refuse(self, headers: Mapping[str, str], endpoint: str) -> Answer | None:
        """Count a call of somebody signed in, or return how ``endpoint`` turns away who is not."""
        if not self.is_signed_in(headers):
            return self.access.symptom(endpoint)
        self.calls += 1
        count = self._call_window.count(self._clock.now())
        limit = self.access.calls_per_day
        if limit is not None and count > limit and not self.is_locked:
            self.lock()
            return self.access.symptom(endpoint)
        return None

    def is_signed_in(self, headers: Mapping[str, str]) -> bool:
        """Tell whether the cookies of a request are those of a living session, both of them."""
        sent = dict(_cookies(headers))
        session = self._sessions.get(sent.get("JSESSIONID", ""))
        return session is not None and session.server == sent.get("SERVERID") and self._clock.now() < session.ends

    def forget(self, headers: Mapping[str, str]) -> None:
        """End the session the request came with, if any (logout)."""
        self._sessions.pop(dict(_cookies(headers)).get("JSESSIONID", ""), None)

    @property
    def is_locked(self) -> bool:
        """Tell whether the account is locked."""
        return self.locked_until is not None and self._clock.now() < self.locked_until

    # --- signing in --------------------------------------------------------------------------------------------------

    def login(self, form: Mapping[str, str], *, at_home: bool) -> Answer | None:
        """Check a login form; return the refusal, ``None`` for the right one.

        ``at_home``: the account lives on this region's server. Elsewhere its password is as wrong as any (0.1).
        """
        self.logins += 1
        count = self._login_window.count(self._clock.now())
        limit = self.access.logins_per_hour
        if limit is not None and count > limit and not self.is_locked:
            self.lock()
        if self.is_locked:
            return self._locked()
        right = (self._user.name, password_hash(self._user.password))
        if not at_home or (form.get("userName"), form.get("password")) != right:
            return json_answer({"back": {"success": False, "msg": WRONG_CREDENTIALS}})
        return None

    def _locked(self) -> Answer:
        """Return the refusal of a locked account with the hours that are left (A.2)."""
        assert self.locked_until is not None
        hours = math.ceil((self.locked_until - self._clock.now()).total_seconds() / HOUR)
        total = math.ceil(self.access.lock_seconds / HOUR)
        error = f"Current account has been locked for {total} hours"
        return json_answer({"back": {"success": False, "msg": LOCKED, "error": error, "lockDuration": str(hours)}})

    def open(self) -> tuple[tuple[str, str], ...]:
        """Open a session and return the headers that set its cookies."""
        name = self._random.randbytes(16).hex().upper()
        server = self._random.randbytes(16).hex()
        self._sessions[name] = Session(server, self._clock.now() + timedelta(seconds=self.access.session_seconds))
        self.issued.append(name)
        return (
            ("Set-Cookie", f"JSESSIONID={name}; Path=/; HttpOnly"),
            ("Set-Cookie", f"SERVERID={server}; Path=/"),
        )


def _cookies(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the cookies of a request."""
    try:
        jar = SimpleCookie(headers.get("Cookie", ""))
    except CookieError:
        return
    for name, morsel in jar.items():
        yield name, morsel.value
