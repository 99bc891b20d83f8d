"""One exchange with a server: its headers, its turn, and one more try where that helps (anker.md §2, §4, §15)."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
import random
from typing import Any, Final

from ...core.clock import Clock
from ...core.errors import RateLimited, TooSoon, Unreachable
from ..base import PrivateStore
from ..http import Answer, Door
from .codes import Busy, Throttled, data_of, whole_of
from .pace import turnstile

_APP: Final[Mapping[str, str]] = {"model-type": "DESKTOP", "app-name": "anker_power", "os-type": "android"}
_FIRST_WAIT: Final = 2.0  # seconds until the second try
_LAST_WAIT: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One question or order, wherever it is sent.

    ``urgent``: somebody waits for it. ``writes``: it changes something, so it is never sent twice unless the server
    surely did nothing. ``retries``: it is worth a second try when the server is in trouble. ``whole``: the envelope is
    wanted, also that of a refusal. ``secret``: the answer holds something secret.
    """

    path: str
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    method: str = "POST"
    urgent: bool = False
    writes: bool = False
    retries: bool = True
    whole: bool = False
    secret: bool = False


class Wire:
    """Requests of one account, in turn with those of all others in this house."""

    def __init__(
        self, door: Door, store: PrivateStore, clock: Clock, *, draw: Callable[[float, float], float] = random.uniform
    ) -> None:
        """Prepare; nothing is sent. ``draw`` gives a number between two others."""
        self._door = door
        self._store = store
        self._clock = clock
        self._draw = draw
        self._turnstile = turnstile(store, clock)

    def wait_for(self, path: str, *, urgent: bool = False) -> float:
        """Return how many seconds it takes until a call may go; 0.0 for now."""
        return self._turnstile.wait_for(path, urgent=urgent)

    async def ask(self, base: str, call: Call, headers: Mapping[str, str]) -> object:
        """Return the ``data`` (or the whole) of the answer, with a second try after some seconds where the server is in trouble.

        Raises TooSoon when it is not its turn, RateLimited for 429, TokenRefused, Refused, WriteRefused, Unreachable
        and BadAnswer.
        """
        try:
            return await self._once(base, call, headers)
        except Unreachable as err:
            if not call.retries or (call.writes and not isinstance(err, Busy)):
                raise
            await self._turnstile.sleep(self._draw(_FIRST_WAIT, _LAST_WAIT))
            with suppress(TooSoon):
                return await self._once(base, call, headers)
            raise

    async def _once(self, base: str, call: Call, headers: Mapping[str, str]) -> object:
        return self.read(await self.send(base, call, headers), call)

    def read(self, answer: Answer, call: Call) -> object:
        """Return the ``data`` (or the whole) of the answer to a call; what was too much is not asked for a while."""
        try:
            return whole_of(answer, call.path) if call.whole else data_of(answer, call.path, writes=call.writes)
        except Throttled as err:
            seconds = self._turnstile.exhaust(call.path)
            self._store.save_later()
            raise RateLimited(seconds, f"{call.path}: the server counted too many requests") from err

    async def send(self, base: str, call: Call, headers: Mapping[str, str]) -> Answer:
        """Return the answer to one request, whatever it says. Raises TooSoon, Unreachable and BadAnswer."""
        async with self._turnstile.turn(call.path, urgent=call.urgent):
            if self._turnstile.is_tight(call.path):
                self._store.save_later()
            return await self._door.request(
                call.method,
                f"{base}/{call.path}",
                body=call.body,
                headers={**_APP, **headers},
                secret=call.secret,
            )


def place_headers(country: str, now: datetime, zone: tzinfo) -> dict[str, str]:
    """Return the headers that say where the user is."""
    offset = now.astimezone(zone).utcoffset() or timedelta()
    minutes = round(offset / timedelta(minutes=1))
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return {"country": country, "timezone": f"GMT{sign}{hours:02}:{rest:02}"}
