"""What every exchange with the vendor has in common: its pace, its pauses, and what HTTP itself says (goodwe.md §1.1, §9)."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from ...core.clock import Clock
from ...core.errors import BadAnswer, NotSupported, RateLimited, Unreachable
from ...core.parse import mapping
from ..base import PrivateStore
from ..http import Answer, Door
from .codes import RATE_LIMITED, code_of
from .model import Bean
from .signature import compact

READ_TIMEOUT: Final = 30.0  # seconds
WRITE_TIMEOUT: Final = 100.0  # a write waits for the device (§6)

_GAP: Final = 0.1  # seconds between an answer and the next request (§9)
_PAUSE: Final = 300.0  # seconds without any request, where the server does not tell how long
_LONGEST_PAUSE: Final = 3600.0
_TOO_MANY: Final = 429
_NOT_FOUND: Final = 404
_JSON: Final = {"Content-Type": "application/json"}


class Wire:
    """Requests of one account, one after the other and never in a burst.

    When the vendor asks for less, nothing is sent for a while, also over a restart.
    """

    def __init__(self, door: Door, store: PrivateStore, clock: Clock) -> None:
        """Prepare; nothing is sent."""
        self._door = door
        self._store = store
        self._clock = clock
        self._turn = asyncio.Lock()
        self._answered: float | None = None

    def check(self) -> None:
        """Raise RateLimited while nothing may be sent."""
        if until := self._door.paused_until:
            raise RateLimited((until - self._clock.now()).total_seconds(), "The vendor asked for a pause")

    async def send(
        self,
        method: str,
        url: str,
        headers: Callable[[], Mapping[str, str]],
        *,
        place: str,
        body: object = None,
        form: Mapping[str, str] | None = None,
        timeout: float = READ_TIMEOUT,
        secret: bool = False,
    ) -> Bean:
        """Send a request and return the envelope of its answer, whatever its code but GY0429.

        ``headers`` are made when it is our turn: a signature must be fresh. ``body`` goes as JSON without spaces,
        ``form`` as an URL-encoded form; ``place`` names the call in messages.
        Raises RateLimited, NotSupported for a route that is not there, Unreachable and BadAnswer.
        """
        async with self._turn:
            self.check()
            await self._wait()
            try:
                answer = await self._door.request(
                    method,
                    url,
                    raw=None if body is None else compact(body),
                    form=form,
                    headers={**headers(), **({} if body is None else _JSON)},
                    timeout=timeout,
                    secret=secret,
                )
            finally:
                self._answered = self._clock.monotonic()
            return await self._opened(answer, place)

    async def _wait(self) -> None:
        if self._answered is None:
            return
        early = self._answered + _GAP - self._clock.monotonic()
        if early > 0:
            await self._clock.sleep_until(self._clock.now() + timedelta(seconds=early))

    async def _opened(self, answer: Answer, place: str) -> Bean:
        if answer.status == _TOO_MANY:
            asked = _PAUSE if answer.retry_after is None else answer.retry_after
            raise await self._pause(min(max(asked, 1.0), _LONGEST_PAUSE))
        if answer.status == _NOT_FOUND:
            raise NotSupported(f"{place}: no such route")
        if answer.status >= 500:
            raise Unreachable(f"{place}: the server answered {answer.status}")
        if answer.status >= 300:
            raise BadAnswer(f"{place}: HTTP {answer.status}")
        envelope = mapping(answer.json())
        if code_of(envelope) == RATE_LIMITED:
            raise await self._pause(_PAUSE)
        return envelope

    async def _pause(self, seconds: float) -> RateLimited:
        self._door.pause(seconds)
        await self._store.save()
        return RateLimited(seconds, "The vendor asked for a pause")
