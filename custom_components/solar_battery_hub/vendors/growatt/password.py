"""An account by user name and password (growatt.md Part A)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, override

from ...core.clock import Clock
from ...core.errors import HubError, NotSupported, TooSoon
from ...core.feed import Feed, Tick
from ...core.model import Snapshot
from ..base import CONF_DIALOG, PrivateStore, Settings, Wanted
from ..http import Door
from .account import AccountFacts, GrowattAccount
from .devices import plant_id
from .lately import FOLLOWS
from .login import AUTOMATIC, DIALOG
from .model import WITH_SETTINGS, Listed
from .password_fetch import Fetcher
from .password_history import PasswordHistory
from .password_rounds import ROUNDS, Kind
from .regions import base_url
from .shinephone import ShinePhone

PLANTS, PLANT, ENERGY, SETTINGS, FACTS = "plants", "plant", "energy", "settings", "facts"

_MINUTES: Final = 10.0  # between equal calls, unless the user wants something else (A.3) …
_LEAST_MINUTES, _MOST_MINUTES = 5.0, 60.0
_FLOOR: Final = 300.0
_SETTINGS_FLOOR: Final = 310.0
_NIGHT: Final = 1800.0
_HALF_HOUR: Final = 1800.0
_HOUR: Final = 3600.0
_DAY: Final = 24 * 3600.0

# Loggers upload every five minutes; the server takes some seconds (E).
_PERIOD: Final = 300.0
_LAG: Final = 45.0
_PATIENCE: Final = 85.0


class PasswordAccount(GrowattAccount):
    """What one user sees in the app.

    ``settings``: region, url, username, password, agent (eight hex digits), interval (minutes, ``None``: ten).
    """

    def __init__(self, settings: Settings, door: Door, store: PrivateStore, clock: Clock) -> None:
        """Prepare; nothing is sent."""
        self._phone = ShinePhone(
            base_url(settings),
            settings["username"],
            settings["password"],
            door,
            store,
            clock,
            agent_id=settings["agent"],
            logins=DIALOG if settings.get(CONF_DIALOG) else AUTOMATIC,
        )
        super().__init__(settings, store, clock, self._phone)
        minutes = float(settings.get("interval") or _MINUTES)
        self._interval = min(max(minutes, _LEAST_MINUTES), _MOST_MINUTES) * 60
        self._history = PasswordHistory(self._phone, clock)
        self._fetcher = Fetcher(
            self._phone,
            store,
            clock,
            inventory=self._inventory,
            devices=self._devices,
            controls=self._controls,
            reporter=self._reporter,
            keeps=bool(settings.get(CONF_DIALOG)),
        )

    @property
    @override
    def feeds(self) -> Sequence[Feed]:
        return tuple(self._feeds())

    def _feeds(self) -> Iterator[Feed]:
        yield _slow(PLANTS, _DAY)
        yield _slow(FACTS, _DAY)
        for plant in self._inventory.plants:
            yield self._aligned(f"{PLANT}_{plant.id}", plant_id(plant.id))
            yield _slow(f"{ENERGY}_{plant.id}", max(self._interval, _HALF_HOUR), plant_id(plant.id))
        for device in self._inventory.listed:
            yield from self._feeds_of(device)

    def _feeds_of(self, device: Listed) -> Iterator[Feed]:
        """Yield the feeds of a device: one per kind of round that its family has."""
        serial = device.serial
        if device.family in ROUNDS[Kind.LIVE]:
            yield self._aligned(f"{Kind.LIVE}_{serial}", serial)
        if device.family in ROUNDS[Kind.OVERVIEW]:
            yield self._aligned(f"{Kind.OVERVIEW}_{serial}", serial, cycles=2)
        for kind in (Kind.DAY, Kind.PACK):
            if device.family in ROUNDS[kind]:
                yield _slow(f"{kind}_{serial}", max(self._interval, _HALF_HOUR), serial)
        if device.family in WITH_SETTINGS:
            yield self._settings_feed(device)

    def _settings_feed(self, device: Listed) -> Feed:
        """Return a feed that comes by the hour, and after a change once its outcome must be told (A.9)."""
        return Feed(
            key=f"{SETTINGS}_{device.serial}",
            interval=FOLLOWS if self._controls.is_unsettled(device) else _HOUR,
            floor=_SETTINGS_FLOOR,
            stale_after=3 * _HOUR,
            devices=(device.serial,),
            backoff_cap=_HALF_HOUR,
        )

    def _aligned(self, key: str, device: str, *, cycles: int = 1) -> Feed:
        """Return a feed that follows the uploads, or rests while all sleep."""
        interval = self._interval * cycles
        if self._fetcher.is_night():
            return _slow(key, max(interval, _NIGHT), device)
        tick = Tick(period=_PERIOD, lag=_LAG, patience=_PATIENCE, minimum_gap=interval)
        return Feed(key=key, interval=interval, floor=_FLOOR, tick=tick, devices=(device,), backoff_cap=self._interval)

    @override
    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        kind, _, about = feed.key.partition("_")
        match kind:
            case "plants":
                return await self._fetcher.plants()
            case "facts":
                return await self._fetcher.facts()
            case "plant":
                return await self._fetcher.plant(about)
            case "energy":
                return await self._fetcher.energy(about, wanted)
        if (device := self._inventory.device(about)) is None:
            raise NotSupported("This device is not listed any more")
        if kind == SETTINGS:
            return await self._fetcher.settings(device)
        return await self._fetcher.round(Kind(kind), device, wanted)

    @override
    async def identify(self) -> AccountFacts:
        await self._phone.sign_in()
        try:
            await self._fetcher.plants()
            for plant in self._inventory.plants:
                await self._fetcher.plant(plant.id)
        except TooSoon:
            if not self._inventory.plants:
                raise
        return self._account_facts(f"user_{self._phone.user_id}")

    @override
    async def close(self, *, forget: bool) -> None:
        if forget:
            try:
                await self._phone.sign_out()
            except HubError:
                return  # the session ends by itself; there is nobody left to tell

    # For the vendor's own actions

    @override
    async def read_parameter(
        self, device: Listed, kind: str, start: int | None = None, end: int | None = None
    ) -> Mapping[str, Any]:
        return {kind: await self._phone.read_parameter(device, kind, start, end)}

    @override
    async def update_plant(self, plant: str, changes: Mapping[str, str]) -> Mapping[str, str]:
        return await self._phone.update_plant(plant, changes)


def _slow(key: str, interval: float, *devices: str) -> Feed:
    """Return a feed that keeps its pace whenever devices upload."""
    return Feed(key=key, interval=interval, floor=_FLOOR, devices=devices, backoff_cap=min(interval, _HALF_HOUR))
