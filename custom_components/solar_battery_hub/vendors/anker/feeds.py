"""Which feeds an account has, at what pace, and who carries them out (anker.md §14–§16)."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Final

from ...core.feed import Feed, Tick
from ...core.model import Snapshot
from ..base import Wanted
from .energy import EnergyRound
from .inventory import site_id
from .live import Live
from .model import Site, SiteKind
from .parts import Parts
from .upkeep import Upkeep

SITES, DEVICES, SCENE, AVERAGE, INVERTERS = "sites", "devices", "scene", "average", "inverters"
DETAILS, FACTS, ENERGY = "details", "facts", "energy"

# Seconds
_LIST: Final = 300.0
_SLOW: Final = 600.0
_APART: Final = 10.0
_AVERAGE: Final = 300.0  # a point is five minutes
_POSTPONED: Final = 70.0  # by then every endpoint is free again
_FLOOR: Final = 55.0
_SLOW_FLOOR: Final = 60.0
_ENERGY_FLOOR: Final = 1.0
_STALE_AFTER: Final = 900.0  # most report every five minutes (§13)
_BACKOFF: Final = 600.0

_PERIOD: Final = 60.0
_LAG: Final = 10.0
_PATIENCE: Final = 25.0
_CATCH_UP: Final = 5.0  # by so much a poll that was late may come sooner after the last one

_WITHOUT_SCENE: Final = frozenset({SiteKind.HES, SiteKind.VIRTUAL})
_AVERAGED: Final = frozenset({SiteKind.HES, SiteKind.POWER_PANEL})


class Feeds:
    """The feeds of an account; they come and go with its sites."""

    def __init__(self, parts: Parts, live: Live, upkeep: Upkeep, energy: EnergyRound, interval: float) -> None:
        """Take who carries them out; ``interval`` is how often (seconds) live values are read."""
        self._inventory = parts.inventory
        self._parts = parts
        self._interval = interval
        self._upkeep = upkeep
        self._energy = energy
        self._of_account: Mapping[str, Callable[[Wanted], Awaitable[Snapshot]]] = {
            SITES: lambda _: upkeep.lists.sites(),
            DEVICES: upkeep.devices,
            INVERTERS: lambda _: live.inverters(),
            ENERGY: energy.fetch,
        }
        self._of_site: Mapping[str, Callable[[Site, Wanted], Awaitable[Snapshot]]] = {
            SCENE: lambda site, _: live.scene(site),
            AVERAGE: lambda site, _: live.averages(site),
            DETAILS: upkeep.details,
            FACTS: upkeep.facts,
        }

    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        """Carry out one feed; that of a site that has gone meanwhile brings nothing."""
        kind, _, site = feed.key.partition("_")
        if feed.key not in {known.key for known in self._feeds()}:
            return self._parts.begin().snapshot()
        if kind in self._of_account:
            return await self._of_account[kind](wanted)
        return await self._of_site[kind](self._parts.site(site), wanted)

    def all(self) -> Sequence[Feed]:
        """Return the feeds to run now."""
        return tuple(self._feeds())

    def _feeds(self) -> Iterator[Feed]:
        yield Feed(key=SITES, interval=_LIST, floor=_SLOW_FLOOR, backoff_cap=_BACKOFF, always=True)
        for site in self._inventory.sites:
            yield from self._live(site)
        if any(self._inventory.kind(site) is SiteKind.VIRTUAL for site in self._inventory.sites):
            stale_after = max(_STALE_AFTER, 3 * self._interval)
            yield Feed(key=INVERTERS, interval=self._interval, floor=_FLOOR, stale_after=stale_after)
        yield self._slow(DEVICES, always=True)
        for place, site in enumerate(self._inventory.sites):
            if site.owner and self._inventory.kind(site) is not SiteKind.VIRTUAL:
                yield self._slow(f"{DETAILS}_{site.id}", site, 2 * place)
            yield self._slow(f"{FACTS}_{site.id}", site, 2 * place + 1)
        if self._inventory.sites:
            pace = self._energy.interval
            yield Feed(
                key=ENERGY, interval=pace, floor=_ENERGY_FLOOR, stale_after=3 * _SLOW, backoff_cap=_BACKOFF, always=True
            )

    def _live(self, site: Site) -> Iterator[Feed]:
        kind = self._inventory.kind(site)
        if kind not in _WITHOUT_SCENE:
            pace = max(self._interval, _AVERAGE) if kind in _AVERAGED else self._interval
            yield Feed(
                key=f"{SCENE}_{site.id}",
                interval=pace,
                floor=_FLOOR,
                tick=Tick(period=_PERIOD, lag=_LAG, patience=_PATIENCE, minimum_gap=pace - _CATCH_UP),
                stale_after=max(_STALE_AFTER, 3 * pace),
                devices=(site_id(site.id),),
            )
        if kind in _AVERAGED:  # their scenes tell of no powers
            yield Feed(
                key=f"{AVERAGE}_{site.id}",
                interval=_AVERAGE,
                floor=_SLOW_FLOOR,
                stale_after=_STALE_AFTER,
                devices=(site_id(site.id),),
                backoff_cap=_AVERAGE,
            )

    def _slow(self, key: str, site: Site | None = None, place: int = 0, *, always: bool = False) -> Feed:
        """Return a feed that is asked rarely, sooner where something of it had to wait.

        By its ``place`` it takes a little longer each time, so that such feeds do not go on asking all at once (§16).
        """
        return Feed(
            key=key,
            interval=_POSTPONED if key in self._upkeep.postponed else _SLOW + place * _APART,
            floor=_SLOW_FLOOR,
            stale_after=3 * _SLOW,
            devices=() if site is None else (site_id(site.id),),
            backoff_cap=_BACKOFF,
            always=always,
        )
