"""One gateway as an account: which it is, its feeds, its devices and what it can be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import override

from ...core.clock import Clock
from ...core.control import Control
from ...core.errors import HubError, NotSupported
from ...core.feed import Feed
from ...core.model import Device, Notice, Snapshot, Value
from ..base import CONF_DIALOG, CONF_FINGERPRINT, CONF_IDENTITY, Account, Capability, PrivateStore, Settings, Wanted
from ..http import Door
from . import endpoints
from .client import CUSTOMER, PowerwallClient, Stopped
from .controls import Controls
from .devices import DeviceList
from .endpoints import Endpoint
from .fetch import FACTS, POWER, STATUS, SYSTEM, Fetcher
from .login import AUTOMATIC, DIALOG

_POWER_INTERVAL = 10.0
_POWER_FLOOR = 5.0
_SYSTEM_INTERVAL = 30.0

_START_PATIENCE = timedelta(seconds=30)
_START_PAUSE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayFacts:
    """Which gateway answers: ``din`` in capitals; ``restricted`` where only three endpoints exist (§16)."""

    din: str | None
    version: str | None
    site_name: str | None
    restricted: bool


class PowerwallAccount(Account):
    """The account of one local gateway."""

    def __init__(self, settings: Settings, door: Door, store: PrivateStore, clock: Clock) -> None:
        """Prepare; nothing is sent.

        ``settings``: host, username, password, fingerprint (hex, ``None``: any certificate),
        identity (absent before set-up), try_control, interval (seconds, ``None``: automatic).
        """
        self.identity = settings.get(CONF_IDENTITY) or ""
        self._interval = max(float(settings.get("interval") or _POWER_INTERVAL), _POWER_FLOOR)
        self._store = store
        self._clock = clock
        username = settings.get("username") or CUSTOMER
        self._client = PowerwallClient(
            settings["host"],
            door,
            store,
            clock,
            username=username,
            password=settings["password"],
            fingerprint=settings.get(CONF_FINGERPRINT),
            logins=DIALOG if settings.get(CONF_DIALOG) else AUTOMATIC,
        )
        self._devices = DeviceList(self.identity, self._client.base_url)
        self._devices.note_din(store.shared.get("din"))
        self._controls = Controls(
            self._client, store, self.identity, username=username, try_control=bool(settings.get("try_control"))
        )
        self._fetcher = Fetcher(self.identity, self._client, store, clock, self._devices, self._controls)

    @property
    @override
    def number(self) -> str | None:
        return self._devices.din

    @property
    @override
    def devices(self) -> Sequence[Device]:
        return tuple(self._devices)

    @property
    @override
    def feeds(self) -> Sequence[Feed]:
        return (
            Feed(key=POWER, interval=self._interval, floor=_POWER_FLOOR),
            Feed(key=SYSTEM, interval=max(self._interval, _SYSTEM_INTERVAL), floor=10.0),
            Feed(key=STATUS, interval=300.0, floor=60.0),
            Feed(key=FACTS, interval=86400.0, floor=300.0),
        )

    @property
    @override
    def notices(self) -> Sequence[Notice]:
        return self._controls.notices()

    @property
    @override
    def remarks(self) -> Sequence[str]:
        return ()

    @override
    def restore(self, devices: Sequence[Device]) -> None:
        self._devices.restore(devices)

    @override
    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        return await self._fetcher.fetch(feed.key, wanted)

    @override
    def controls(self, device: str) -> Sequence[Control]:
        return self._controls.offered() if device == self.identity else ()

    @override
    def capabilities(self, device: str) -> Sequence[Capability]:
        return self._controls.capabilities() if device == self.identity else ()

    @override
    async def write(self, device: str, changes: Mapping[str, Value]) -> None:
        await self._controls.write(changes)

    @override
    async def read_back(self, device: str, settings: frozenset[str]) -> Mapping[str, Value]:
        try:
            return await self._controls.read_back(settings)
        except Stopped:
            return {}

    @override
    async def history(self, device: str, start: datetime, end: datetime, period: str) -> Sequence[Mapping[str, Value]]:
        raise NotSupported("The gateway keeps no history that can be read")

    @override
    async def close(self, *, forget: bool) -> None:
        if forget:
            try:
                await self._client.sign_out()
            except HubError:
                return  # the session ends by itself; there is nobody left to tell

    # For the set-up dialog

    async def identify(self) -> GatewayFacts:
        """Sign in and find out which gateway this is (§1: where the DIN is read, §16)."""
        status = await self._if_there(endpoints.STATUS)
        if status is not None:
            await self._client.note_status(status)
        powerwalls = await self._if_there(endpoints.POWERWALLS)
        restricted = self._client.rests.is_missing(endpoints.POWERWALLS.path)
        site = None if restricted else await self._if_there(endpoints.SITE_INFO)
        if restricted:
            await self._if_there(endpoints.GRID_STATUS)  # proves the password
        din = (status.din if status else None) or (powerwalls.gateway_din if powerwalls else None)
        if din is None and not restricted:
            din = await self._if_there(endpoints.CONFIG)
        if din is None:
            din = await self._read_din()
        if din is not None:
            self._store.shared["din"] = din = din.upper()
        name = site.name if site else None
        return GatewayFacts(din=din, version=self._client.version, site_name=name, restricted=restricted)

    async def _if_there[T](self, endpoint: Endpoint[T]) -> T | None:
        try:
            return await self._client.read(endpoint)
        except NotSupported, Stopped:
            return None

    async def _read_din(self) -> str | None:
        try:
            return await self._client.read_din()
        except NotSupported:
            return None

    # For the vendor's own actions

    async def start(self) -> bool:
        """Start the system and return whether it was seen running within half a minute (§10)."""
        await self._controls.write({"start": True})
        return await self._becomes(running=True)

    async def stop(self) -> bool:
        """Stop the system and return whether it was seen stopped (§10)."""
        await self._controls.stop()
        return await self._becomes(running=False)

    async def _becomes(self, *, running: bool) -> bool:
        deadline = self._clock.now() + _START_PATIENCE
        while True:
            sitemaster = await self._client.read(endpoints.SITEMASTER)
            if sitemaster and sitemaster.running is running:
                return True
            if self._clock.now() >= deadline:
                return False
            await self._clock.sleep_until(self._clock.now() + _START_PAUSE)
