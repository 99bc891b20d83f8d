"""An account by the token of the app (growatt.md Part B)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, override

from ...core.clock import Clock
from ...core.feed import Feed, Tick
from ...core.model import Device, Snapshot
from ..base import PrivateStore, Settings, Wanted
from ..http import Door
from .account import AccountFacts, GrowattAccount
from .model import WITH_SETTINGS, Listed, Plant
from .openapi import OpenApi
from .openapi_calls import FAMILIES
from .regions import base_url
from .token_fetch import TokenFetcher
from .token_history import TokenHistory
from .token_lists import first_identity
from .token_roll import Roll

PLANTS, DEVICES, FACTS, LIVE, SETTINGS, PLANT = "plants", "devices", "facts", "live", "settings", "plant"

# Seconds (E): loggers upload every five minutes, the server takes some time, equal calls have their distance.
_PERIOD: Final = 300.0
_GAP: Final = 305.0
_LAG: Final = 45.0
_PATIENCE: Final = 80.0
_STALE_AFTER: Final = 1800.0
_HALF_HOUR: Final = 1800.0
_HOUR: Final = 3600.0
_SETTINGS_FLOOR: Final = 310.0
_SIX_HOURS: Final = 6 * 3600.0
_DAY: Final = 24 * 3600.0


class TokenAccount(GrowattAccount):
    """What one token shows. ``settings``: region, url, token, interval (minutes, ``None``: automatic)."""

    def __init__(self, settings: Settings, door: Door, store: PrivateStore, clock: Clock) -> None:
        """Prepare; nothing is sent."""
        self._client = OpenApi(base_url(settings), settings["token"], door, store, clock)
        super().__init__(settings, store, clock, self._client)
        self._gap = min(max(float(settings.get("interval") or 0) * 60, _GAP), _HOUR)
        self._roll = Roll(self._client, store, clock, self._inventory)
        self._fetcher = TokenFetcher(
            self._client, clock, roll=self._roll, controls=self._controls, reporter=self._reporter
        )
        self._history = TokenHistory(self._client, clock, self._reporter.readings)

    @property
    @override
    def feeds(self) -> Sequence[Feed]:
        readable = self._roll.open(*FAMILIES)
        return (
            Feed(key=PLANTS, interval=_DAY, floor=_GAP, always=True),
            Feed(key=DEVICES, interval=_SIX_HOURS, floor=_GAP, always=True),
            *(self._live_feed(group, devices) for group, devices in self._roll.groups().items()),
            *(self._plant_feed(plant) for plant in self._inventory.plants if not self._roll.is_refused(plant.id)),
            *(
                Feed(
                    key=f"{SETTINGS}_{device.serial}",
                    interval=_HALF_HOUR,
                    floor=_SETTINGS_FLOOR,
                    devices=(device.serial,),
                )
                for device in readable
                if device.family in WITH_SETTINGS
            ),
            *((Feed(key=FACTS, interval=_DAY, floor=_GAP),) if readable else ()),
        )

    def _live_feed(self, group: str, devices: Sequence[Listed]) -> Feed:
        return Feed(
            key=f"{LIVE}_{group}",
            interval=self._gap,
            floor=_GAP,
            tick=Tick(period=_PERIOD, lag=_LAG, patience=_PATIENCE, minimum_gap=self._gap),
            stale_after=max(_STALE_AFTER, 3 * self._gap),
            devices=tuple(device.serial for device in devices),
        )

    def _plant_feed(self, plant: Plant) -> Feed:
        """Return how often a plant's own sums are read: often only where one of its devices cannot be."""
        interval = max(_HALF_HOUR, self._gap) if self._roll.is_covered(plant) else self._gap
        return Feed(
            key=f"{PLANT}_{plant.id}", interval=interval, floor=_GAP, stale_after=max(_STALE_AFTER, 3 * interval)
        )

    @property
    @override
    def remarks(self) -> Sequence[str]:
        refused = sum(self._roll.is_refused(device.serial) for device in self._inventory.listed)
        return (*super().remarks, *((f"The token has no right to {refused} of the devices",) if refused else ()))

    @override
    def restore(self, devices: Sequence[Device]) -> None:
        super().restore(devices)
        self._fetcher.restored = bool(devices)

    @override
    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        kind, _, about = feed.key.partition("_")
        match kind:
            case "plants":
                return await self._fetcher.plants()
            case "devices":
                return await self._fetcher.devices()
            case "live":
                return await self._fetcher.live(about, wanted)
            case "settings":
                return await self._fetcher.settings(self.listed(about))
            case "plant":
                return await self._fetcher.plant(self.plant(about))
        return await self._fetcher.facts()

    @override
    async def identify(self) -> AccountFacts:
        if not self._roll.knows_plants:
            await self._roll.read_plants()
        for plant in self._inventory.plants:
            if not self._roll.knows_devices(plant):
                await self._roll.read_devices(plant)
        return self._account_facts(first_identity(self._roll.owner, self._inventory.plants))

    # For the vendor's own actions

    @override
    async def alarms(self, device: Listed, day: date) -> Sequence[Mapping[str, Any]]:
        return await self._client.alarms(device, day)

    @override
    async def read_parameter(
        self, device: Listed, kind: str, start: int | None = None, end: int | None = None
    ) -> Mapping[str, Any]:
        return {kind: await self._client.read_parameter(device, kind, start, end)}

    @override
    async def write_parameter(self, device: Listed, kind: str, params: Sequence[str]) -> None:
        self._client.forget_settings(device)
        await super().write_parameter(device, kind, params)
