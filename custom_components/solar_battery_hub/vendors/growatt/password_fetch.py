"""What each feed of the password API asks and brings (growatt.md Part E)."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from ...core.clock import Clock
from ...core.errors import BadAnswer, HubError, NotSupported, RateLimited, TooSoon, Unreachable
from ...core.model import DeviceKind, Ref, Snapshot
from ...core.parse import number, section
from ..base import PrivateStore, Wanted
from . import shinephone_calls as calls
from .controls import Controls
from .devices import DeviceList, plant_id
from .fields import Part
from .inventory import Inventory
from .model import Bean, Family, Listed
from .password_rounds import ROUNDS, Kind, Step, keys_of
from .plant_lists import PAGE, Upload, devices_in, plant_in, plants_in, uploads_in
from .readings import is_lost
from .reports import Report, Reporter
from .shinephone import ShinePhone
from .shinephone_calls import Call
from .times import local_time, measured_at

_MOST_PAGES: Final = 20
_KEPT: Final = "kept"  # in the session's store: what a dialog read …
_KEPT_FOR: Final = timedelta(minutes=5)  # … is good for the entry it sets up

# After these others may still be asked.
_BAD_LUCK: Final = (NotSupported, BadAnswer, Unreachable, RateLimited)

_BATTERIES: Final = frozenset({Family.SPH, Family.SPA, Family.STORAGE, Family.BATTERY})


@dataclass(slots=True)
class _Round:
    """What several calls about one thing brought; ``lost`` as the first one told that does."""

    report: Report
    lost: bool | None = None
    done: int = 0
    failures: list[HubError] = field(default_factory=list)

    def snapshot(self) -> Snapshot:
        """Return all of it; raise what went wrong first when there is nothing. A call that is not offered is nothing wrong."""
        wrong = [err for err in self.failures if not isinstance(err, NotSupported)]
        if wrong and not self.done:
            raise wrong[0]
        return self.report.snapshot()


class Fetcher:
    """Carries out the feeds of one account."""

    def __init__(
        self,
        phone: ShinePhone,
        store: PrivateStore,
        clock: Clock,
        *,
        inventory: Inventory,
        devices: DeviceList,
        controls: Controls,
        reporter: Reporter,
        keeps: bool,
    ) -> None:
        """Take the parts of the account that reading needs; who ``keeps`` the lists reads them for another account."""
        self._phone = phone
        self._store = store
        self._clock = clock
        self._inventory = inventory
        self._devices = devices
        self._controls = controls
        self._reporter = reporter
        self._keeps = keeps
        self._uploads: dict[str, Upload] = {}  # by logger
        self._measured: dict[str, datetime] = {}  # by device
        self._heard: set[tuple[str, str]] = set()
        self._asleep: dict[str, bool] = {}

    def is_night(self) -> bool:
        """Tell whether all devices are known to sleep, and none of them has a battery (E)."""
        listed = self._inventory.listed
        if not listed or any(device.family in _BATTERIES for device in listed):
            return False
        if any(device.kind is DeviceKind.BATTERY for device in self._devices):
            return False
        return all(self._asleep.get(device.serial, False) for device in listed)

    # Plants

    async def plants(self) -> Snapshot:
        """Read the plants of the account and what is known about each (A.4, A.8)."""
        report = self._begin()
        beans = await self._plant_beans()
        self._inventory.note_plants([plant for bean in beans if (plant := plant_in(bean)) is not None])
        for bean in beans:
            report.plant(str(bean["id"]), Part.PLANT_DETAILS, bean)
        return report.snapshot()

    async def _plant_beans(self) -> list[Bean]:
        """Return the settings of every plant: page by page, or one by one where there is no such list."""
        beans: dict[str, Bean] = {}
        try:
            for page in range(1, _MOST_PAGES + 1):
                answer = await self._kept(calls.PLANTS_TWO, page=page)
                found = {str(bean["id"]): bean for bean in plants_in(answer)}
                is_last = len(found) < PAGE or found.keys() <= beans.keys()
                beans |= found
                if is_last:
                    break
        except NotSupported, BadAnswer:
            beans = {}
        if not beans:
            for plant, _ in self._phone.login_plants:
                bean = await self._kept(calls.PLANT_SETTINGS, plant=plant)
                beans[plant] = {**bean, "id": plant}
        return list(beans.values())

    async def plant(self, plant: str) -> Snapshot:
        """Read a plant's sums, its devices, and when their loggers last uploaded (A.5)."""
        report = self._begin()
        info = await self._kept(calls.PLANT_INFO, plant=plant)
        listed = devices_in(plant, info)
        if not listed:
            listed = devices_in(plant, await self._kept(calls.DEVICES, plant=plant))
        self._inventory.note_listed(plant, listed)
        known = self._inventory.plant(plant)
        now = self._clock.now()
        self._uploads |= uploads_in(info, None if known is None else known.offset, now)
        uploads = [upload.at for device in listed if (upload := self._uploads.get(device.logger or ""))]
        at = max((at for at in uploads if at <= now), default=now)
        report.plant(plant, Part.PLANT_INFO, info, at)
        for device in self._inventory.of(Family.OTHER):
            if device.plant == plant:
                report.live(device, Part.LISTED, device.bean, self._upload_of(device))
                self._asleep[device.serial] = bool(device.lost)
        return replace(report.snapshot(), measured_at=at)  # what the next call is aligned to

    async def energy(self, plant: str, wanted: Wanted) -> Snapshot:
        """Read a plant's sums of this month (A.4)."""
        report = self._begin()
        if self._is_wanted(wanted, plant_id(plant), keys_of(None, Part.PLANT_ENERGY), calls.PLANT_ENERGY):
            self._heard.add((calls.PLANT_ENERGY.key, plant_id(plant)))
            with suppress(NotSupported):
                report.plant(plant, Part.PLANT_ENERGY, await self._phone.read(calls.PLANT_ENERGY, plant=plant))
        return report.snapshot()

    async def _kept(self, call: Call, *, plant: str = "", page: int = 1) -> Bean:
        """Read what a dialog may have read moments ago: then that is as good."""
        kept: dict[str, Any] = self._store.session.setdefault(_KEPT, {})
        place = f"{call.key} {plant or page}"
        try:
            bean = await self._phone.read(call, plant=plant, page=page)
        except TooSoon:
            stored = kept.get(place)
            if stored is None or abs(self._clock.now() - datetime.fromisoformat(stored["at"])) > _KEPT_FOR:
                raise
            known: Bean = stored["bean"]
            return known
        if self._keeps:
            kept[place] = {"at": self._clock.now().isoformat(), "bean": dict(bean)}
        else:
            kept.pop(place, None)
        return bean

    # Devices

    async def facts(self) -> Snapshot:
        """Read what rarely changes of every device."""
        found = _Round(self._begin())
        for device in self._inventory.of(*ROUNDS[Kind.FACTS]):
            for step in ROUNDS[Kind.FACTS][device.family]:
                await self._take(found, step, device)
        return found.snapshot()

    async def settings(self, device: Listed) -> Snapshot:
        """Read what a device is set to (A.10)."""
        report = self._begin()
        report.put(self._controls.note_settings(device, await self._phone.settings(device, fresh=False)))
        return report.snapshot()

    async def round(self, kind: Kind, device: Listed, wanted: Wanted) -> Snapshot:
        """Make those calls of a device that bring something wanted; the first live one tells whether it is lost."""
        found = _Round(self._begin())
        if (owner := self._devices.id_of(device)) is None:
            raise NotSupported("Nobody knows what this battery belongs to")
        for at, step in enumerate(ROUNDS[kind].get(device.family, ())):
            if not (step.call.of_device or self._is_alone(device)):
                continue  # what is told of a plant is not one device's
            keys = None if kind is Kind.LIVE and at == 0 else step.keys(device)
            if self._is_wanted(wanted, owner, keys, step.call):
                self._heard.add((step.call.key, owner))
                await self._take(found, step, device)
        return found.snapshot()

    def _is_alone(self, device: Listed) -> bool:
        """Tell whether a device is the only one of its family in its plant."""
        return [other.serial for other in self._inventory.of(device.family) if other.plant == device.plant] == [
            device.serial
        ]

    async def _take(self, found: _Round, step: Step, device: Listed) -> None:
        """Make one call, or what is to be asked instead, and take in what it brings; others go on after a failure."""
        try:
            answer = await self._read(step, device)
        except NotSupported as err:
            if step.instead is not None:
                await self._take(found, step.instead, device)
            else:
                found.failures.append(err)
            return
        except _BAD_LUCK as err:
            found.failures.append(err)
            return
        found.done += 1
        for name, part in step.parts.items():
            bean = section(answer.get(name)) if name else answer
            lost = is_lost(bean)
            if lost is None and found.lost is not None:
                bean = {**bean, "lost": found.lost}
            found.lost = lost if found.lost is None else found.lost
            taken_out = part is Part.PACK and (device.lost if lost is None else lost)
            if bean and not taken_out:  # such a pack keeps its last values (A.6.2)
                self._note(found.report, step, device, part, bean)

    async def _read(self, step: Step, device: Listed) -> Bean:
        if not step.of_today:
            return await self._phone.read(step.call, device)
        upload = self._uploads.get(device.logger or "")
        ahead = timedelta(hours=self._inventory.offset(device) or 0) if upload is None else upload.ahead
        today = (self._clock.now() + ahead).date()
        return await self._phone.read(step.call, device, date=today.isoformat(), kind="0")

    def _note(self, report: Report, step: Step, device: Listed, part: Part, bean: Bean) -> None:
        """Take in one object."""
        if part is Part.FACTS:
            report.fact(device, part, bean)
            return
        if part is Part.LIVE or part is Part.STATUS:
            lost = is_lost(bean)
            waits = number(bean.get("status")) == 0 and not number(bean.get("ppv"))
            self._asleep[device.serial] = waits if lost is None else lost or waits
        at = None
        if local_time(bean) is None:
            at = self._upload_of(device)
        elif part is Part.LIVE:
            now, offset = self._clock.now(), self._inventory.offset(device)
            told = measured_at(bean, offset, now, lost=bool(is_lost(bean)))
            if told is not None:
                self._measured[device.serial] = told
        owner = self._devices.id_of(device)
        report.live(device, part, bean, at, family=step.family, device_id=owner)

    def _upload_of(self, device: Listed) -> datetime | None:
        """Return when what a device tells without a time was measured.

        That is the time of its live object or, for families without one, its logger's last upload by its rhythm.
        """
        if (told := self._measured.get(device.serial)) is not None:
            return told
        upload = self._uploads.get(device.logger or "")
        return None if upload is None else upload.latest(self._clock.now())

    # Steps

    def _begin(self) -> Report:
        return Report(self._reporter, self._clock.now())

    def _is_wanted(self, wanted: Wanted, device: str, keys: frozenset[str] | None, call: Call) -> bool:
        """Tell whether anybody looks at these readings of a device (``None``: any, also of its packs), or nobody could yet."""
        if wanted.refs is None or (call.key, device) not in self._heard:
            return True
        return any(_belongs(ref, device) and (keys is None or ref.key in keys) for ref in wanted.refs)


def _belongs(ref: Ref, device: str) -> bool:
    return ref.device == device or ref.device.startswith(f"{device}_battery_")
