"""What an account is, whether it is opened by token or by password."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, override

from ...core.clock import Clock
from ...core.control import Control
from ...core.errors import NotSupported
from ...core.model import Device, Notice, Value
from ..base import CONF_IDENTITY, Account, Capability, PrivateStore, Settings
from .api import Api
from .controls import Controls
from .devices import DeviceList
from .history import History, local_day
from .inventory import Inventory
from .model import Family, Listed, Plant
from .readings import Readings
from .reports import Report, Reporter


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """Whose account it is and what hangs on it, for the set-up dialog.

    ``identity`` is ``user_<number>``, or ``plant_<smallest id>`` where the user is not told.
    """

    identity: str
    name: str
    plants: tuple[Plant, ...]
    devices: tuple[Listed, ...]


class GrowattAccount(Account):
    """The part that both keys to an account share.

    Device ids (the same on both APIs): the identity for the account, ``plant_<id>``, the serial number
    of an inverter, ``<serial>_battery_<n>`` for its packs.
    """

    _history: History

    def __init__(self, settings: Settings, store: PrivateStore, clock: Clock, api: Api) -> None:
        """Prepare; nothing is sent. ``api`` is how settings are read and written."""
        self.identity = settings.get(CONF_IDENTITY) or ""
        self._store = store
        self._clock = clock
        self._api = api
        self._inventory = Inventory(store)
        self._devices = DeviceList(self.identity, self._inventory)
        self._controls = Controls(api, store, clock, self._inventory.offset)
        self._reporter = Reporter(self._inventory, self._devices, Readings(store))

    @abstractmethod
    async def identify(self) -> AccountFacts:
        """Find out whose account this is; what is read is used again by the entry that is set up next."""

    def _account_facts(self, identity: str) -> AccountFacts:
        """Return what the inventory knows, for the set-up dialog."""
        plants = self._inventory.plants
        name = plants[0].name if plants else ""
        return AccountFacts(identity=identity, name=name, plants=plants, devices=self._inventory.listed)

    @property
    @override
    def devices(self) -> Sequence[Device]:
        return tuple(self._devices)

    @property
    @override
    def notices(self) -> Sequence[Notice]:
        return ()

    @property
    @override
    def remarks(self) -> Sequence[str]:
        words = sorted({device.word for device in self._inventory.of(Family.OTHER)})
        return tuple(f"Devices of the unknown type {word} show what is recognised" for word in words)

    @override
    def restore(self, devices: Sequence[Device]) -> None:
        self._devices.restore(devices)

    @override
    def controls(self, device: str) -> Sequence[Control]:
        listed = self._inventory.device(device)
        return () if listed is None else self._controls.offered(listed)

    @override
    def capabilities(self, device: str) -> Sequence[Capability]:
        listed = self._inventory.device(device)
        return () if listed is None else self._controls.capabilities(listed)

    @override
    async def write(self, device: str, changes: Mapping[str, Value]) -> None:
        await self._controls.write(self.listed(device), changes)

    @override
    async def read_back(self, device: str, settings: frozenset[str]) -> Mapping[str, Value]:
        return await self._controls.read_back(self.listed(device), settings)

    @override
    async def history(self, device: str, start: datetime, end: datetime, period: str) -> Sequence[Mapping[str, Value]]:
        if (listed := self._inventory.device(device)) is None:
            return await self._history.of_plant(self.plant(device), start, end, period)
        if period != "5minute":
            raise NotSupported("A device is told every five minutes only; days are those of its plant")
        return await self._history.of_device(listed, self.offset(listed), start, end)

    @override
    async def close(self, *, forget: bool) -> None:
        """Nothing has to be let go."""

    def _report(self) -> Report:
        """Begin to collect what one fetch brings."""
        return Report(self._reporter, self._clock.now())

    @property
    def legacy(self) -> bool:
        """Whether this is the password API, which words some settings otherwise (``Api.legacy``)."""
        return self._api.legacy

    def offset(self, device: Listed) -> float | None:
        """Return how many hours the clock of a device is ahead of UTC, once known."""
        return self._inventory.offset(device)

    def today(self, device: Listed) -> date:
        """Return which day it is where a device is; UTC's until its time zone is known."""
        return local_day(self._clock.now(), self.offset(device) or 0.0)

    def plant_of(self, device: str) -> Plant:
        """Return the plant of a device id, be it that of the plant itself or of something in it."""
        listed = self._inventory.device(device.partition("_battery_")[0])
        return self.plant(device if listed is None else listed.plant)

    def listed(self, device: str) -> Listed:
        """Return an inverter by its device id, also that of one of its packs. Raises NotSupported for any other."""
        listed = self._inventory.device(device) or self._inventory.device(device.partition("_battery_")[0])
        if listed is None:
            raise NotSupported("Only an inverter can be asked this")
        return listed

    def plant(self, plant: str) -> Plant:
        """Return a plant by its number or its device id. Raises NotSupported for anything else."""
        if (found := self._inventory.plant(plant.removeprefix("plant_"))) is None:
            raise NotSupported("Only a plant can be asked this")
        return found

    # For the vendor's own actions; an account that cannot do one of them leaves it as it is

    async def alarms(self, device: Listed, day: date) -> Sequence[Mapping[str, Any]]:
        """Return what a device reported on one of its days: code, message, start, end, as the server words it."""
        raise NotSupported("Alarms cannot be read with this sign-in")

    async def read_parameter(
        self, device: Listed, kind: str, start: int | None = None, end: int | None = None
    ) -> Mapping[str, Any]:
        """Read one parameter from the device itself: name to text as it answers.

        ``start`` and ``end`` are the registers of ``set_any_reg``.
        """
        raise NotSupported("Parameters cannot be read from this device")

    async def write_parameter(self, device: Listed, kind: str, params: Sequence[str]) -> None:
        """Send one documented parameter; raises as ``Api.write``."""
        await self._api.write(device, kind, params)

    async def update_plant(self, plant: str, changes: Mapping[str, str]) -> Mapping[str, str]:
        """Change what the server keeps about a plant, by the names of its parts; return all of it."""
        raise NotSupported("Plants can only be changed by user name and password")
