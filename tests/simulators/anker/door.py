"""Who may come in (anker.md §3, §18.2-§18.4): the account, its tokens on each host, the login and the headers of a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import md5
from random import Random
from typing import Any, Final, Literal

from tests.simulators.anker.call import Bean, Refused
from tests.simulators.anker.limits import Lock
from tests.simulators.anker.passport import Passport, sealed_bytes
from tests.simulators.clock import SimClock

LOGIN: Final = "passport/login"
TOKEN_LIFE: Final = timedelta(days=7)
BAD_KEY, WRONG_PASSWORD, KICKED_OUT = 26070, 26108, 26084
CAPTCHA: Final = 100032
FIELDS: Final[Mapping[str, type]] = {
    "ab": str,
    "client_secret_info": dict,
    "enc": int,
    "email": str,
    "password": str,
    "time_zone": int,
    "transaction": str,
}
"""What a login's body has to hold (§3.2)."""

type KickOut = Literal["401", "403", "26084"]
"""How a dead token is answered: an HTTP status, or HTTP 200 with code 26084 (§3.5)."""


class Malformed(Exception):
    """A request the server cannot read: HTTP 400, the words name what is missing (§4)."""


class NotAdmitted(Exception):
    """A call without a live token, answered as ``kind`` says."""

    def __init__(self, kind: KickOut) -> None:
        """Remember how."""
        super().__init__(kind)
        self.kind = kind


@dataclass(slots=True, kw_only=True)
class Account:
    """The account as its owner knows it; the password is clear here and nowhere else. ``host``: where its data is."""

    email: str
    password: str
    user_id: str
    country: str = "DE"
    host: str = "eu"

    @property
    def gtoken(self) -> str:
        """Return what every call has to show beside the token (§2)."""
        return md5(self.user_id.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token of one host."""

    text: str
    host: str
    number: int
    expires: datetime


@dataclass(slots=True, kw_only=True)
class Rules:
    """How the door is kept: switches a test may turn at any time.

    ``strict``: the password is decrypted and compared, else every well-formed login is let in. ``single_token``: a login
    kills the older tokens of its host (as before July 2025, and for members). ``kick_out``: how a dead token is answered.
    ``verification``: the code every login gets instead of a token, such as 26052 or 100032 (§3.6).
    """

    strict: bool = True
    single_token: bool = False
    kick_out: KickOut = "401"
    verification: int | None = None


@dataclass(slots=True)
class Door:
    """The entrance of both hosts. ``issued`` are all tokens there ever were, also dead ones."""

    clock: SimClock
    account: Account
    random: Random
    rules: Rules = field(default_factory=Rules)
    passport: Passport = field(default_factory=Passport)
    tokens: dict[str, Token] = field(default_factory=dict)
    issued: list[str] = field(default_factory=list)
    logins: int = 0
    lock: Lock = field(init=False)

    def __post_init__(self) -> None:
        """Hang the lock."""
        self.lock = Lock(self.clock)

    # --- signing in --------------------------------------------------------------------------------------------------

    def sign_in(self, address: str, host: str, body: Mapping[str, Any]) -> Bean:
        """Return what a login answers (§3.4); raise Malformed, or Refused with 26070, 26108, 100053 or what is ordered."""
        check_form(body)
        self.lock.check(address)
        if self.rules.verification is not None:
            raise Refused(self.rules.verification, data=self._captcha())
        if not self._is_right(body):
            self.lock.note(address, failed=True)
            self.lock.check(address)
            raise Refused(WRONG_PASSWORD, "Email or password error.")
        self.lock.note(address, failed=False)
        return self._told(self.open(host))

    def open(self, host: str) -> Token:
        """Return a new token of a host; in single-token mode the only one."""
        if self.rules.single_token:
            self.revoke(host)
        self.logins += 1
        token = Token(
            text=f"{self.random.getrandbits(192):048x}",
            host=host,
            number=self.logins,
            expires=self.clock.now() + TOKEN_LIFE,
        )
        self.tokens[token.text] = token
        self.issued.append(token.text)
        return token

    def revoke(self, host: str | None = None) -> None:
        """Kill the tokens of a host, or all."""
        self.tokens = {text: token for text, token in self.tokens.items() if host not in (None, token.host)}

    def _is_right(self, body: Mapping[str, Any]) -> bool:
        """Tell whether a login shows the right e-mail and password; without ``strict`` any that looks like one."""
        client_key = body["client_secret_info"]["public_key"]
        try:
            password = self.passport.opened(client_key, body["password"])
        except ValueError:
            raise Refused(BAD_KEY) from None
        if not self.rules.strict:
            return bool(body["email"]) and sealed_bytes(body["password"]) is not None
        return password == self.account.password and body["email"] == self.account.email

    def _captcha(self) -> Bean | None:
        """Return what a login is told that has to solve a puzzle first."""
        if self.rules.verification != CAPTCHA:
            return None
        return {"captcha_id": f"{self.random.getrandbits(128):032x}", "item": "data:image/png;base64,iVBORw0KGgo="}

    def _told(self, token: Token) -> Bean:
        """Return a login's data."""
        account = self.account
        empty = ("avatar", "mac_addr", "domain", "phone_code", "phone", "phone_number", "phone_code_2fa", "phone_2fa")
        return {
            **dict.fromkeys(empty, ""),
            "user_id": account.user_id,
            "email": account.email,
            "nick_name": f"{account.email[:3]}***",
            "auth_token": token.text,
            "token_expires_at": int(token.expires.timestamp()),
            "token_id": token.number,
            "ab_code": account.country,
            "country_code": account.country,
            "geo_key": "",
            "ap_cloud_user_id": account.user_id,
            "server_secret_info": {"public_key": self.passport.public_key},
            "privilege": 0,
            "params": None,
            "trust_list": [],
            "fa_info": {"step": 0, "info": ""},
        }

    # --- calling -----------------------------------------------------------------------------------------------------

    def admit(self, host: str, headers: Mapping[str, str]) -> None:
        """Raise NotAdmitted for a call whose headers do not show a live token of this host (§18.4)."""
        if "x-auth-token" not in headers or headers.get("gtoken") != self.account.gtoken:
            raise NotAdmitted("401")
        token = self.tokens.get(headers["x-auth-token"])
        if token is None or token.host != host or token.expires <= self.clock.now():
            raise NotAdmitted(self.rules.kick_out)


def check_form(body: Mapping[str, Any]) -> None:
    """Raise Malformed for a login whose body lacks something or holds a wrong type."""
    wrong = [name for name, kind in FIELDS.items() if type(body.get(name)) is not kind]
    if not wrong and not isinstance(body["client_secret_info"].get("public_key"), str):
        wrong.append("public_key")
    if wrong:
        raise Malformed(f"missing or of a wrong type: {', '.join(wrong)}")


def new_account(random: Random) -> Account:
    """Return an account with an id of its own."""
    return Account(email="owner@example.com", password="Sunny-Roof-42!", user_id=f"{random.getrandbits(160):040x}")
