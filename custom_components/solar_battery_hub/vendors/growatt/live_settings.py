"""Settings read from the device itself: how a change of a MIN by token is verified (growatt.md A.10, B.6.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from ...core.clock import Clock
from ...core.errors import ReadLater, Unreachable
from ...core.model import Value
from ...core.schedule import Schedule
from .api import Api
from .model import Listed
from .offers import SCHEDULE
from .orders import Order
from .schedule import decode_segment
from .settings import CLOCK, PLACES

_TRIES: Final = 3
_LATER: Final = timedelta(seconds=310)  # then the server's copy tells
_RECENT: Final = 310.0  # seconds for which a live read is newer than the server's copy


@dataclass(slots=True)
class _Verification:
    """How far the verification of a device's last write got."""

    places: tuple[int, ...] = ()
    schedule: Schedule | None = None  # what should be there now
    tries: int = 0
    found: dict[str, Value] = field(default_factory=dict)
    given_up: bool = False


class LiveSettings:
    """Reads what was written, at most three times a write; after that the server's copy has to do."""

    def __init__(self, api: Api, clock: Clock) -> None:
        """Start with nothing to verify."""
        self._api = api
        self._clock = clock
        self._last: dict[str, _Verification] = {}
        self._seen: dict[str, dict[str, tuple[float, Value]]] = {}

    def begin(self, device: Listed, orders: Sequence[Order]) -> None:
        """Note a write: what was seen of these settings before no longer counts."""
        self._last[device.serial] = _Verification(
            places=tuple(dict.fromkeys(order.place for order in orders if order.place is not None)),
            schedule=next((order.schedule for order in reversed(orders) if order.schedule is not None), None),
        )
        seen = self._seen.setdefault(device.serial, {})
        for key in (key for order in orders for key in order.carried):
            seen.pop(key, None)

    def can_read(self, device: Listed) -> bool:
        """Tell whether settings should be read live: a write is under way and nothing stood against it so far."""
        last = self._last.get(device.serial)
        return self._api.reads_live(device.family) and last is not None and not last.given_up

    async def read(self, device: Listed, settings: frozenset[str]) -> Mapping[str, Value]:
        """Read settings; of a schedule the places that were written.

        Raises ReadLater when an answer makes no sense or the device did not answer three times, Unreachable before.
        """
        last = self._last[device.serial]
        if last.tries >= _TRIES:
            if last.found:
                return last.found
            raise self._give_up(last)
        last.tries += 1
        try:
            found = {key: await self._one(device, key) for key in sorted(settings) if key != SCHEDULE}
            if SCHEDULE in settings:
                found[SCHEDULE] = await self._schedule(device, last)
        except Unreachable as err:
            if last.tries < _TRIES:
                raise
            raise self._give_up(last) from err
        if None in found.values():
            raise self._give_up(last)
        last.found = found
        now = self._clock.monotonic()
        self._seen[device.serial] |= {key: (now, value) for key, value in found.items() if key != CLOCK}
        return found

    def recent(self, device: Listed) -> dict[str, Value]:
        """Return what was seen on the device so lately that the server's copy may be older."""
        now = self._clock.monotonic()
        seen = self._seen.get(device.serial, {})
        return {key: value for key, (at, value) in seen.items() if now - at <= _RECENT}

    def _give_up(self, last: _Verification) -> ReadLater:
        last.given_up = True
        return ReadLater(self._clock.now() + _LATER)

    async def _one(self, device: Listed, key: str) -> Value:
        """Read a setting; ``None`` when the answer cannot be decoded."""
        place = PLACES[device.family][key]
        said = None if place.kind is None else await self._api.live_read(device, place.kind)
        return place.parse(said)

    async def _schedule(self, device: Listed, last: _Verification) -> str | None:
        """Read the segments that were written; the others are what they were."""
        if last.schedule is None:
            return None
        slots = list(last.schedule.slots)
        for place in last.places:
            said = await self._api.live_read(device, f"time_segment{place}")
            slot = decode_segment(said) if said else None
            if slot is None or place > len(slots):
                return None
            slots[place - 1] = slot
        return Schedule(slots=tuple(slots)).as_text()
