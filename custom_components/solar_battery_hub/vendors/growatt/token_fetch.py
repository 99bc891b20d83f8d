"""What each feed of a token account asks and brings (growatt.md B.5-B.8, E)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from ...core.clock import Clock
from ...core.errors import AuthFailed, BadAnswer, HubError, Locked, NotSupported, TooSoon, Unreachable
from ...core.model import Ref, Snapshot
from ...core.parse import number
from ..base import Wanted
from . import openapi_calls as calls, token_lists
from .controls import Controls
from .fields import Part
from .model import WITH_SETTINGS, Bean, Family, Listed, Plant
from .openapi import AskedTooOften, NoRight, OpenApi
from .openapi_calls import FAMILIES, Call
from .reports import Report, Reporter
from .times import local_time, to_utc
from .token_roll import NOBODY_THERE, Roll

_DAILY: Final = 23 * 3600.0  # seconds; what is asked once a day
_LISTS: Final = 5.75 * 3600.0
_POWER_IS_NEW: Final = timedelta(minutes=10)  # B.5: of plant/power
_SUMMER: Final = timedelta(hours=1)  # some plants' clocks are put forward, their time zone never says so

_MOMENTARY: Final = "current_power"  # worth nothing where the plant is only asked every half hour


class TokenFetcher:
    """Carries out the feeds of one token. Of several devices those that answer are brought."""

    def __init__(self, client: OpenApi, clock: Clock, *, roll: Roll, controls: Controls, reporter: Reporter) -> None:
        """Take the parts of the account that reading needs."""
        self._client = client
        self._clock = clock
        self._roll = roll
        self._inventory = roll.inventory
        self._controls = controls
        self._reporter = reporter
        self.restored = False  # whether what was read before a start is still shown

    async def plants(self) -> Snapshot:
        """Read the list of plants and what they are like: their clocks above all."""
        report = self._report()
        known = bool(self._inventory.plants)
        if not known or self._is_due(calls.PLANTS, "", _DAILY):
            await _tolerating((TooSoon,) if known else (), self._roll.read_plants())
        plants = []
        for plant in self._inventory.plants:
            plants.append(plant)
            if self.restored and plant.offset is not None and not self._is_due(calls.PLANT_DETAILS, plant.id, _DAILY):
                continue
            bean = await _tolerating((NotSupported, TooSoon), self._client.plant_details(plant.id))
            if bean is not None:
                plants[-1] = token_lists.with_details(plant, bean)
                report.plant(plant.id, Part.PLANT_DETAILS, bean)
        self._inventory.note_plants(plants)
        return report.snapshot()

    async def devices(self) -> Snapshot:
        """Read the device list of every plant."""
        report = self._report()
        for plant in self._inventory.plants:
            known = self._inventory.is_told(plant.id)
            if not known or self._is_due(calls.DEVICES, plant.id, _LISTS):
                tolerated = (NoRight, TooSoon) if known else (NoRight,)
                await _tolerating(tolerated, self._roll.read_devices(plant))
        for device in self._roll.open(Family.OTHER):
            if device.bean:
                report.live(device, Part.LISTED, device.bean)
        return report.snapshot()

    async def live(self, group: str, wanted: Wanted) -> Snapshot:
        """Read the last uploads of a group of devices (see ``Roll.groups``)."""
        report = self._report()
        devices = [device for device in self._roll.groups().get(group, ()) if _is_wanted(wanted, device.serial)]
        beans = dict(await self._together(devices))
        failures: list[HubError] = []
        for device in devices:
            if device.serial in beans or any(isinstance(failure, Unreachable) for failure in failures):
                continue
            try:
                beans[device.serial] = await self._offered(device.serial, self._live_of_one(device)) or {}
            except AuthFailed, Locked:
                raise
            except HubError as err:
                failures.append(err)
        if failures and not beans:
            raise failures[0]
        for device in devices:
            if bean := beans.get(device.serial):
                report.live(self._inventory.device(device.serial) or device, Part.LIVE, bean)
        return report.snapshot()

    async def settings(self, device: Listed) -> Snapshot:
        """Read what a device is set to, and what it is where one call tells both."""
        report = self._report()
        bean = await self._offered(device.serial, self._client.settings(device, fresh=True))
        if bean is None:
            return report.snapshot()
        report.put(self._controls.note_settings(device, bean))
        if not _has_own_facts(device.family):
            report.fact(device, Part.FACTS, bean)
        return report.snapshot()

    async def facts(self) -> Snapshot:
        """Read what rarely changes of every device whose settings do not tell it."""
        report = self._report()
        for device in self._roll.open(*filter(_has_own_facts, FAMILIES)):
            if self.restored and not self._is_due(FAMILIES[device.family].facts, device.serial, _DAILY):
                continue
            tolerated = (NotSupported, TooSoon, BadAnswer)
            if (bean := await _tolerating(tolerated, self._client.facts(device))) is not None:
                report.fact(device, Part.FACTS, bean)
        return report.snapshot()

    async def plant(self, plant: Plant) -> Snapshot:
        """Read what the server adds up for a plant, its power where no device tells it (B.5)."""
        report = self._report()
        bean = await self._offered(plant.id, self._client.plant_data(plant.id))
        if bean is None:
            return report.snapshot()
        if self._roll.is_covered(plant):
            bean = {name: value for name, value in bean.items() if name != _MOMENTARY}
        elif not number(bean.get(_MOMENTARY)):  # 0 during production for some (B.5)
            power = await self._latest_power(plant)
            bean = bean if power is None else {**bean, _MOMENTARY: power / 1000}
        report.plant(plant.id, Part.PLANT_DATA, bean)
        return report.snapshot()

    # Steps

    def _report(self) -> Report:
        return Report(self._reporter, self._clock.now())

    def _is_due(self, call: Call, key: str, every: float) -> bool:
        return self._client.book.age(call.path, key) >= every

    async def _offered(self, key: str, asked: Awaitable[Bean]) -> Bean | None:
        """Return an answer about a device or plant; ``None`` where the token may not ask, or there is none.

        Whoever is gone for good is missing in the next list; until then it merely says nothing.
        """
        try:
            return await asked
        except NoRight:
            await self._roll.denied(key)
        except NotSupported:
            return None
        return None

    async def _together(self, devices: Sequence[Listed]) -> Mapping[str, Bean]:
        """Return what several devices uploaded last; where one of them spoils it for all, nothing."""
        if len(devices) < 2 or FAMILIES[devices[0].family].batch is None:
            return {}
        return await _tolerating((NotSupported, BadAnswer), self._client.live_of(devices)) or {}

    async def _live_of_one(self, device: Listed) -> Bean:
        """Read one device; what is listed as an inverter may be a MAX (B.8)."""
        try:
            return await self._client.live(device)
        except AskedTooOften:
            self._roll.note_too_often(device.family)
            raise
        except NoRight:
            raise
        except NotSupported:
            if device.family is not Family.INVERTER:
                raise
        bean = await self._client.live(replace(device, family=Family.MAX))
        self._roll.note_family(device, Family.MAX)
        return bean

    async def _latest_power(self, plant: Plant) -> float | None:
        """Return what a plant produced within the last ten minutes, in W."""
        now, offset = self._clock.now(), plant.offset
        if offset is None:
            return None
        day = (now + timedelta(hours=offset)).date()
        try:
            rows = await self._client.plant_power(plant.id, day)
        except NOBODY_THERE:
            raise
        except HubError:
            return None
        told = ((local_time(row), number(row.get("power"))) for row in rows)
        known = [(at, power) for at, power in told if at is not None and power is not None]
        if not known:
            return None
        at, power = max(known)
        ages = (now - to_utc(at, offset) + shift for shift in (timedelta(), _SUMMER))
        return power if any(timedelta() <= age <= _POWER_IS_NEW for age in ages) else None


async def _tolerating[T](errors: tuple[type[HubError], ...], asked: Awaitable[T]) -> T | None:
    """Return an answer, or ``None`` for an error that need not spoil the rest."""
    try:
        return await asked
    except errors:
        return None


def _has_own_facts(family: Family) -> bool:
    return family not in WITH_SETTINGS or FAMILIES[family].settings is not None


def _is_wanted(wanted: Wanted, serial: str) -> bool:
    """Tell whether anybody looks at a device or one of its packs, or nobody could yet."""
    if wanted.refs is None or wanted.known is None:
        return True
    return any(map(_belongs(serial), wanted.refs)) or not any(map(_belongs(serial), wanted.known))


def _belongs(serial: str) -> Callable[[Ref], bool]:
    return lambda ref: ref.device == serial or ref.device.startswith(f"{serial}_")
