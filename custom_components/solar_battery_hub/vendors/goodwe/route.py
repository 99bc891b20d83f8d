"""What both ways into an account have in common for the account above them, and for what they read."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from ...core.clock import Clock
from ...core.errors import NotSupported
from ...core.feed import Feed
from ...core.model import Snapshot
from ..base import PrivateStore, Wanted
from .codes import NoPermission, NothingInIt
from .controls import Controls
from .devices import DeviceList
from .inventory import Inventory
from .listing import plant_in
from .model import Bean, Plant
from .readings import Readings

_PLANTS_AT_FULL_PACE: Final = 5  # more share one budget (goodwe.md §9.2)
_FIRST_REST: Final = timedelta(minutes=15)  # of a call that had nothing to say; doubles up to …
_LONGEST_REST: Final = timedelta(hours=24)
_NO_RIGHT_FOR: Final = timedelta(hours=1)  # goodwe.md §1.2


class Route(Protocol):
    """One way in: what it asks, how often, and what that brings. Every method raises the error family."""

    def feeds(self) -> Sequence[Feed]:
        """Return the feeds to run now."""

    def is_main(self, feed: Feed) -> bool:
        """Tell whether a feed is the one by which the way is judged: the live values of a plant."""

    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        """Carry out one feed; it fails only when its main call does."""

    async def look(self) -> None:
        """Sign in and list the plants. Raises NothingInIt where there are none although some are known."""

    def forget(self) -> None:
        """Forget which calls had nothing to say: the way is used anew."""

    @property
    def dead_calls(self) -> Iterable[str]:
        """The calls that had nothing to say when they were asked last; nothing private."""


class Plausibility:
    """Counts the flows of power that do not add up: told, never corrected (goodwe.md §5.3)."""

    def __init__(self) -> None:
        """Start without any."""
        self.count = 0
        self.last = 0.0

    def note(self, imbalance: float | None) -> None:
        """Take in by how many W a flow does not add up; ``None`` where it does."""
        if imbalance is not None:
            self.count += 1
            self.last = imbalance


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the account gives to both ways."""

    store: PrivateStore
    clock: Clock
    inventory: Inventory
    devices: DeviceList
    readings: Readings
    controls: Controls
    plausibility: Plausibility

    @property
    def stretch(self) -> float:
        """By how much everything is asked more rarely, for the number of plants."""
        return max(1.0, len(self.inventory.plants) / _PLANTS_AT_FULL_PACE)

    async def note_plants(self, beans: Iterable[Bean], *, complete: bool = True) -> None:
        """Take in the list of plants, all of them unless told otherwise. Raises NothingInIt where none are left."""
        plants = [plant for bean in beans if (plant := plant_in(bean)) is not None]
        if not plants and self.inventory.all_plants:
            raise NothingInIt("No plants, although there were some")
        self.inventory.note_plants(plants, complete=complete)
        await self.inventory.prepare()

    def today(self, plant: Plant) -> date:
        """Return which day it is in a plant. Raises NotSupported while its clock is not known."""
        zone = self.inventory.zone(plant.id)
        if zone is None:
            raise NotSupported("The plant's time zone is not known yet")
        return self.clock.now().astimezone(zone).date()

    def plant(self, plant: str) -> Plant:
        """Return a plant by its id. Raises NotSupported for one that is not listed any more."""
        if (found := self.inventory.plant(plant)) is None:
            raise NotSupported("This plant is not listed any more")
        return found


class QuietCalls:
    """Remembers which calls had nothing to say about whom, and lets them rest, ever longer."""

    def __init__(self, clock: Clock) -> None:
        """Start with every call worth a try."""
        self._clock = clock
        self._until: dict[tuple[str, str], datetime] = {}
        self._rests: dict[tuple[str, str], timedelta] = {}

    async def ask[T](self, call: str, about: str, ask: Callable[[], Awaitable[T]]) -> T | None:
        """Return an answer; ``None`` where there is none, or none was to be had a while ago.

        Raises what is no lasting trouble: Unreachable, RateLimited, an answer that cannot be read …
        """
        key = (call, about)
        if key in self._until and self._clock.now() < self._until[key]:
            return None
        try:
            answer = await ask()
        except NoPermission:
            self._until[key] = self._clock.now() + _NO_RIGHT_FOR
            return None
        except NotSupported, NothingInIt:
            self.rest(call, about)
            return None
        if answer:
            self._until.pop(key, None)
            self._rests.pop(key, None)
        return answer

    def rest(self, call: str, about: str) -> None:
        """Let a call rest that answered, but with nothing of use."""
        key = (call, about)
        rest = self._rests.get(key, _FIRST_REST)
        self._rests[key] = min(2 * rest, _LONGEST_REST)
        self._until[key] = self._clock.now() + rest

    def forget(self) -> None:
        """Let every call be worth a try again."""
        self._until.clear()
        self._rests.clear()

    @property
    def calls(self) -> list[str]:
        """The calls that rest now, each once."""
        now = self._clock.now()
        return sorted({call for (call, _), until in self._until.items() if now < until})
