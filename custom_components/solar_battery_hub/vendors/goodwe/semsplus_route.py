"""SEMS+ as a way in: which feeds there are, and at what pace (goodwe.md §9)."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, override

from ...core.errors import NotSupported
from ...core.feed import Feed, Tick
from ...core.model import Snapshot
from ..base import Wanted
from .devices import plant_id
from .model import BATTERIES, INVERTERS, DeviceType, Listed, Plant
from .route import Parts, Route
from .semsplus import SemsPlus
from .semsplus_fetch import SemsPlusFetcher

PLANTS, DEVICES, FLOW, DAY, INCOME = "plants", "devices", "flow", "day", "income"
ALARMS, FACTS, LIVE, ENERGY, SETTINGS, CHARGER = "alarms", "facts", "live", "energy", "settings", "charger"

# Seconds
_ONE_DAY: Final = 24 * 3600.0
_FLOOR: Final = 55.0  # data changes once a minute (§1.5)
_SLOW_FLOOR: Final = 240.0
_NIGHT: Final = 1800.0
_HALF_HOUR: Final = 1800.0
_NIGHT_FLOW: Final = 600.0
_STALE_AFTER: Final = 900.0
_UNSETTLED: Final = 60.0
_DEVICES: Final = 900.0

_PERIOD: Final = 60.0
_LAG: Final = 8.0
_PATIENCE: Final = 25.0
_CATCH_UP: Final = 5.0  # by so much a poll that was late may come sooner after the last one


_OF_PLANT: Final[Mapping[str, float]] = {DAY: 300.0, INCOME: 600.0, ALARMS: 600.0}
_TOLD: Final = INVERTERS | BATTERIES | {DeviceType.METER}
_OF_DEVICE: Final[Mapping[str, tuple[float, frozenset[DeviceType]]]] = {
    LIVE: (300.0, _TOLD),
    ENERGY: (600.0, _TOLD),
    CHARGER: (300.0, frozenset({DeviceType.CHARGER})),
}
_SET: Final = INVERTERS | {DeviceType.BATTERY}
_RIGHTS_TO_SETTINGS: Final = frozenset({"INVERTER_REMOTE", "INVERTER_REMOTE_READ"})  # §5.2
_ALWAYS: Final = frozenset({ALARMS})


class SemsPlusRoute(Route):
    """The feeds of SEMS+."""

    def __init__(self, client: SemsPlus, parts: Parts, interval: float) -> None:
        """Take the parts of the account; ``interval`` is how often (seconds) live values are read."""
        self._parts = parts
        self._inventory = parts.inventory
        self._interval = interval
        self._fetcher = SemsPlusFetcher(client, parts)
        fetcher = self._fetcher
        self._of_plant: Mapping[str, Callable[[Plant], Awaitable[Snapshot]]] = {
            DEVICES: fetcher.devices,
            FLOW: fetcher.flow,
            DAY: fetcher.day,
            INCOME: fetcher.income,
            ALARMS: fetcher.alarms,
            FACTS: fetcher.facts,
        }
        self._of_device: Mapping[str, Callable[[Listed], Awaitable[Snapshot]]] = {
            LIVE: fetcher.live,
            ENERGY: fetcher.energy,
            CHARGER: fetcher.charger,
        }

    @override
    def feeds(self) -> Sequence[Feed]:
        return tuple(self._feeds())

    def _feeds(self) -> Iterator[Feed]:
        yield Feed(key=PLANTS, interval=_ONE_DAY, floor=_SLOW_FLOOR, backoff_cap=_HALF_HOUR, always=True)
        for plant in self._inventory.plants:
            yield self._steady(plant, f"{DEVICES}_{plant.id}", _DEVICES, always=True)
            yield self._flow_feed(plant)
            for kind, interval in _OF_PLANT.items():
                yield self._steady(plant, f"{kind}_{plant.id}", interval, always=kind in _ALWAYS)
            yield Feed(
                key=f"{FACTS}_{plant.id}",
                interval=_HALF_HOUR if plant.id in self._fetcher.incomplete else _ONE_DAY,
                floor=_SLOW_FLOOR,
                devices=(plant_id(plant.id),),
                backoff_cap=_HALF_HOUR,
            )
            for device in self._inventory.of_plant(plant.id):
                yield from self._device_feeds(plant, device)

    def _device_feeds(self, plant: Plant, device: Listed) -> Iterator[Feed]:
        if not self._parts.devices.is_shown(device):
            return
        for kind, (interval, types) in _OF_DEVICE.items():
            if device.type in types:
                yield self._steady(plant, f"{kind}_{device.serial}", interval, device.serial)
        if device.type in _SET and plant.permissions and plant.permissions & _RIGHTS_TO_SETTINGS:
            unsettled = self._parts.controls.is_unsettled(device)
            yield Feed(
                key=f"{SETTINGS}_{device.serial}",
                interval=_UNSETTLED if unsettled else _HALF_HOUR * self._parts.stretch,
                floor=_FLOOR,
                stale_after=3 * _HALF_HOUR * self._parts.stretch,
                devices=(device.serial,),
                backoff_cap=_HALF_HOUR,
            )

    def _flow_feed(self, plant: Plant) -> Feed:
        """Return how the live values of a plant are read: on the minute, rarely while it sleeps.

        Always, for they alone tell whether the way is open and whether what its devices tell is fresh.
        """
        key, interval = f"{FLOW}_{plant.id}", self._interval * self._parts.stretch
        stale_after = max(_STALE_AFTER, 3 * interval)
        if self._inventory.only_solar(plant.id):
            stale_after = max(stale_after, 3 * _NIGHT_FLOW)
        asleep = self._fetcher.is_asleep(plant)
        pace = max(interval, _NIGHT_FLOW) if asleep else interval
        return Feed(
            key=key,
            interval=pace,
            floor=_FLOOR,
            tick=None
            if asleep
            else Tick(period=_PERIOD, lag=_LAG, patience=_PATIENCE, minimum_gap=interval - _CATCH_UP),
            stale_after=stale_after,
            devices=(plant_id(plant.id),),
            always=True,
        )

    def _steady(self, plant: Plant, key: str, interval: float, device: str = "", *, always: bool = False) -> Feed:
        """Return a feed that keeps its pace by day; what it brought lasts a night long pause."""
        pace = interval * self._parts.stretch
        only_solar = self._inventory.only_solar(plant.id)
        return Feed(
            key=key,
            interval=max(pace, _NIGHT) if self._fetcher.is_asleep(plant) else pace,
            floor=min(pace, _SLOW_FLOOR),
            stale_after=3 * max(pace, _NIGHT) if only_solar else 3 * pace,
            devices=(device or plant_id(plant.id),),
            backoff_cap=min(pace, _HALF_HOUR),
            always=always,
        )

    @override
    def is_main(self, feed: Feed) -> bool:
        return feed.key.startswith(f"{FLOW}_")

    @override
    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        kind, _, about = feed.key.partition("_")
        if kind == PLANTS:
            return await self._fetcher.plants()
        if kind in self._of_plant:
            return await self._of_plant[kind](self._parts.plant(about))
        if (device := self._inventory.device(about)) is None:
            raise NotSupported("This device is not listed any more")
        if kind == SETTINGS:
            return await self._fetcher.settings(device, wanted)
        return await self._of_device[kind](device)

    @override
    async def look(self) -> None:
        await self._fetcher.look()

    @override
    def forget(self) -> None:
        self._fetcher.quiet.forget()

    @property
    @override
    def dead_calls(self) -> Iterable[str]:
        return self._fetcher.quiet.calls
