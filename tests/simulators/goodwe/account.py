"""The account: who it is, where it lives, its one live token over both routes (goodwe.md §3.6, §10.3–4)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal
from uuid import UUID

from tests.simulators.clock import SimClock

type Way = Literal["semsplus", "legacy", "portal"]
type Standing = Literal["live", "displaced", "expired", "unknown"]

LIFE = timedelta(hours=4)


@dataclass(slots=True, kw_only=True)
class Session:
    """A token of one way; ``displaced`` once somebody else signed in."""

    token: str
    uid: str
    way: Way
    issued: datetime
    ends: datetime
    displaced: bool = False


@dataclass(slots=True, kw_only=True)
class Account:
    """An account as its owner knows it; the password is clear here and nowhere else.

    ``region`` is where it lives. ``refused``: sign-ins of a way answer this code instead (§1.2). ``told_base``: what the
    sign-in tells as base instead of the right one, "" leaves it away.
    """

    email: str
    password: str
    uid: str
    region: str = "eu"
    terms_accepted: bool = True
    refused: dict[Way, str] = field(default_factory=dict)
    told_base: str | None = None


class Sessions:
    """The tokens of one account: only the newest is live, whichever way it came by. ``logins`` counts all sign-ins."""

    def __init__(self, clock: SimClock, account: Account, random: Random) -> None:
        """Start without any."""
        self._clock = clock
        self._account = account
        self._random = random
        self.life = LIFE
        self.logins = 0
        self.issued: list[Session] = []

    def open(self, way: Way) -> Session:
        """Sign in: the token before this one is displaced."""
        for session in self.issued:
            session.displaced = True
        now = self._clock.now()
        self.issued.append(
            Session(
                token=f"{self._random.getrandbits(128):032x}",
                uid=self._account.uid,
                way=way,
                issued=now,
                ends=now + self.life,
            )
        )
        self.logins += 1
        return self.issued[-1]

    def standing(self, token: str, uid: str | None = None) -> Standing:
        """Return what a token is worth; ``uid`` must be the account's where it is told."""
        session = next((session for session in self.issued if session.token == token), None)
        if session is None or uid not in (None, session.uid):
            return "unknown"
        if session.displaced:
            return "displaced"
        return "live" if self._clock.now() < session.ends else "expired"

    def end(self) -> None:
        """Let every token expire now."""
        for session in self.issued:
            session.ends = self._clock.now()

    def displace(self) -> None:
        """Let another client of this account sign in."""
        self.open("semsplus")


def new_uid(random: Random) -> str:
    """Return a user id."""
    return str(UUID(int=random.getrandbits(128), version=4))
