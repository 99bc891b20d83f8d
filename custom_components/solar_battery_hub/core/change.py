"""One change on its way to a device, and its place in that device's queue (design §5)."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from .clock import Clock
from .control import Outcome, Setting
from .model import Value

SHORTEST_PAUSE: Final = 0.5  # seconds between two reads, whatever the setting says


@dataclass(slots=True, kw_only=True, eq=False)
class Change:
    """What one caller asked of one device, and how far it got.

    ``live`` is what no later change has replaced, ``sent`` what was sent, ``found`` what the
    last answer of the device says about that, ``attempts`` how often it was asked, ``parts``
    what became of each part when the sending ended half-way.
    """

    device: str
    asked: Mapping[str, Value]
    settings: Mapping[str, Setting]
    started: float
    deadline: datetime
    live: dict[str, Value]
    sent: Mapping[str, Value] = field(default_factory=dict)
    found: Mapping[str, Value] = field(default_factory=dict)
    attempts: int = 0
    parts: Mapping[str, str] = field(default_factory=dict)
    called: asyncio.Future[None] = field(default_factory=asyncio.Future)

    def give_way(self, keys: Iterable[str]) -> None:
        """Leave these settings to a later change; there is nothing to queue for when none is left."""
        replaced = self.live.keys() & set(keys)
        for key in replaced:
            del self.live[key]
        if replaced and not self.live:
            self.call()

    def call(self) -> None:
        """End the time in the queue."""
        if not self.called.done():
            self.called.set_result(None)

    def matches(self, key: str) -> bool:
        """Tell whether the device was seen to have what was sent."""
        return same(self.settings.get(key), self.sent[key], self.found.get(key))

    @property
    def matched(self) -> dict[str, bool]:
        """Which settings agree, without those that no longer have to."""
        return {key: self.matches(key) for key in self.sent if key in self.live or self.matches(key)}

    def agrees(self) -> bool:
        """Tell whether the device was seen to have all that was sent."""
        return all(map(self.matches, self.sent))

    def is_open(self) -> bool:
        """Tell whether something that still counts does not agree."""
        return not all(map(self.matches, self.live))

    @property
    def outcome(self) -> Outcome:
        """What came of it, by the last answer."""
        if self.is_open():
            return Outcome.NOT_CONFIRMED
        return Outcome.CONFIRMED if self.live or self.agrees() else Outcome.SUPERSEDED

    @property
    def settle(self) -> timedelta:
        """Time from sending to the first read that makes sense."""
        return timedelta(seconds=max(self.settings[key].settle for key in self.sent))

    @property
    def pause(self) -> timedelta:
        """Time between two reads."""
        return timedelta(seconds=max(SHORTEST_PAUSE, *(self.settings[key].pause for key in self.sent)))


class Lines:
    """The queue of every device: one change has its turn, first come, first served."""

    def __init__(self, clock: Clock) -> None:
        """Start empty."""
        self._clock = clock
        self._lines: dict[str, list[Change]] = {}

    def of(self, device: str) -> Iterator[Change]:
        """Return the changes of a device, the one that has its turn first."""
        return iter(self._lines.get(device, ()))

    @asynccontextmanager
    async def turn(self, change: Change) -> AsyncIterator[bool]:
        """Queue until called, replaced or out of time; yield whether it is this change's turn."""
        line = self._lines.setdefault(change.device, [])
        line.append(change)
        try:
            if line[0] is not change:
                await self._called(change)
            yield line[0] is change
        finally:
            line.remove(change)
            if line:
                line[0].call()
            else:
                del self._lines[change.device]

    async def _called(self, change: Change) -> None:
        """Wait until the change is called, at most until its time is over."""
        timer = asyncio.ensure_future(self._clock.sleep_until(change.deadline))
        try:
            await asyncio.wait({timer, change.called}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()


def same(setting: Setting | None, asked: Value, found: Value) -> bool:
    """Compare as the setting does, exactly where it is not known."""
    return setting.matches(asked, found) if setting else asked == found
