"""What may be set on a device, how it is written, and how it is known to have worked (growatt.md A.9, A.10, B.6–B.8)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Final

from ...core.clock import Clock
from ...core.control import Control
from ...core.errors import NotSupported, ReadLater, TooSoon, WriteRefused
from ...core.model import Ref, Reported, Value
from ...core.told import Told
from ...core.words import code
from ..base import Capability, PrivateStore
from .api import Api
from .fields import PRIORITY
from .lately import FOLLOWS, Lately
from .live_settings import LiveSettings
from .model import WITH_SETTINGS, Bean, Family, Listed
from .names import Names
from .offers import SCHEDULE, SETTINGS, paced, setting
from .orders import Basis, orders, send
from .schedule import periods, present, reason_untold
from .settings import CLOCK, NOT_TOLD, PLACES, is_offered, read, read_settings

_OTHER_KIND: Final = "settings_of_this_kind"
_NOT_READ: Final = "settings_not_read_yet"
_NOT_HERE: Final = "not_on_this_device"
_NO_BATTERY: Final = "no_battery"
_NO_ZONE: Final = "time_zone_unknown"

_CLOCK_AGREES: Final = timedelta(minutes=10)

type Offset = Callable[[Listed], float | None]


class Controls:
    """The settings of all devices of an account."""

    def __init__(self, api: Api, store: PrivateStore, clock: Clock, offset: Offset = lambda _: None) -> None:
        """Go on from what is remembered. ``offset`` is how many hours a device's clock is ahead of UTC."""
        self._api = api
        self._store = store
        self._clock = clock
        self._offset = offset
        self._live = LiveSettings(api, clock)
        self._told = Told(store.shared.setdefault("settings_told", {}))
        self._lately = Lately(store, clock)
        self._began = clock.monotonic()
        self._wrote_at: dict[str, float] = {}
        self._copies: dict[str, tuple[float, Bean]] = {}  # the server's, by serial number, and when they were read

    # What can be set

    def offered(self, device: Listed) -> Sequence[Control]:
        """Return the settings that can be written now."""
        pace = paced(live=self._api.reads_live(device.family), legacy=self._api.legacy)
        return [
            Control(device=device.serial, setting=pace(device.family, key))
            for key in SETTINGS
            if self.reason(device, key) is None
        ]

    def capabilities(self, device: Listed) -> Sequence[Capability]:
        """Return every setting there is, with the reason where it cannot be written."""
        return [
            Capability(
                setting=key,
                writable=(reason := self.reason(device, key)) is None,
                reason=reason,
                detail=setting(device.family, key).as_dict(),
            )
            for key in SETTINGS
        ]

    def reason(self, device: Listed, key: str) -> str | None:
        """Return why a setting cannot be written, ``None`` if it can."""
        if device.family not in WITH_SETTINGS:
            return _OTHER_KIND
        place = PLACES[device.family].get(key)
        if key != SCHEDULE and place is None:
            return _NOT_HERE
        if key == CLOCK:
            return _NO_ZONE if self._offset(device) is None else None
        if (told := self._told.of(device.serial)) is None:
            return _NOT_READ
        if (place is None or place.battery) and not self._has_battery(device):
            return _NO_BATTERY
        return told.get(key, NOT_TOLD)

    def _has_battery(self, device: Listed) -> bool:
        """Tell whether a battery was ever seen; only a MIN may be without one (D.2)."""
        if device.family is not Family.MIN:
            return True
        groups = self._store.shared.get("fitted", {}).get(device.serial, {}).get("groups", ())
        return "battery" in groups or "pack 1" in groups

    # Reading

    def note_settings(self, device: Listed, bean: Bean) -> dict[Ref, Reported]:
        """Return the settings that an object tells, as readings, and remember what can be written.

        What was seen on the device itself within five minutes counts more than the server's copy.
        """
        names = Names(bean)
        self._remember(device, names)
        self._copies[device.serial] = (self._clock.monotonic(), bean)
        found = self._read(device, bean) | self._live.recent(device)
        if device.family is Family.MIN and (said := PRIORITY.get(code(bean.get("priorityChoose")) or "")):
            found["work_priority"] = said
        places = PLACES.get(device.family, {})
        battery = self._has_battery(device)
        return {
            Ref(device.serial, key): value
            for key, value in found.items()
            if battery or not (key == SCHEDULE or (key in places and places[key].battery))
        }

    def _read(self, device: Listed, bean: Bean) -> dict[str, Value]:
        found = read_settings(device.family, bean)
        if (schedule := present(device.family, Names(bean))) is not None:
            found[SCHEDULE] = schedule.as_text()
        return found

    def _remember(self, device: Listed, bean: Names) -> None:
        """Remember which settings are told, and what keeps each from being written."""
        family = device.family
        places = PLACES.get(family, {})
        told: dict[str, str | None] = {
            key: None if is_offered(place, bean) else NOT_TOLD for key, place in places.items() if place.kind
        }
        told |= {key: _NOT_HERE for key, place in places.items() if place.kind is None}
        groups = periods(family, legacy=self._api.legacy)
        whole = [reason_untold(family, group, bean) for group in groups]
        for group, reason in zip(groups, whole, strict=True):
            told |= dict.fromkeys(group.settings, reason)
        told[SCHEDULE] = NOT_TOLD if present(family, bean) is None else next(filter(None, whole), None)
        if self._told.take(device.serial, told):
            self._store.save_later()

    async def read_back(self, device: Listed, settings: frozenset[str]) -> Mapping[str, Value]:
        """Read settings from the device itself, or the server's copy where there is no other way.

        Raises ReadLater when neither can be read yet.
        """
        if self._live.can_read(device):
            return self._answer(device, settings, await self._live.read(device, settings))
        bean = await self._copy(device)
        found = self._read(device, bean)
        if CLOCK in settings:
            found[CLOCK] = read(PLACES[device.family][CLOCK], Names(bean))
        return self._answer(device, settings, found)

    async def _copy(self, device: Listed) -> Bean:
        """Read the server's copy of the settings; where that is too soon, one that had time to follow the device will do."""
        try:
            bean = await self._api.settings(device, fresh=True)
        except TooSoon as err:
            at, known = self._copies.get(device.serial, (None, {}))
            wrote_at = self._wrote_at.get(device.serial, self._began)
            if at is not None and at - wrote_at >= FOLLOWS:
                return known
            wait = max(err.retry_after, wrote_at + FOLLOWS - self._clock.monotonic())
            raise ReadLater(self._clock.now() + timedelta(seconds=wait)) from err
        self._copies[device.serial] = (self._clock.monotonic(), bean)
        return bean

    def _answer(self, device: Listed, settings: frozenset[str], found: Mapping[str, Value]) -> dict[str, Value]:
        """Return what was found of what was asked, and of what went along with it; a clock agrees or not."""
        along = {key for key, value in self._lately.ours(device.serial).items() if found.get(key) == value}
        wanted = settings | along
        answer: dict[str, Value] = {key: value for key, value in found.items() if key in wanted and value is not None}
        local = self._local_now(device)
        if isinstance(said := answer.get(CLOCK), datetime) and local is not None:
            answer[CLOCK] = abs(said - local) <= _CLOCK_AGREES
        return answer

    def is_unsettled(self, device: Listed) -> bool:
        """Tell whether the server's copy was not read yet since it certainly follows our last change."""
        wrote_at = self._wrote_at.get(device.serial)
        if wrote_at is None:
            return False
        at, _ = self._copies.get(device.serial, (wrote_at, {}))
        return at - wrote_at < FOLLOWS

    # Writing

    async def write(self, device: Listed, changes: Mapping[str, Value]) -> None:
        """Send changes once. Raises WriteRefused, and WriteIncomplete when only a part of them was sent."""
        if device.family not in WITH_SETTINGS:
            raise NotSupported("No settings of this kind of device can be changed")
        if CLOCK in changes and self._offset(device) is None:
            raise WriteRefused(_NO_ZONE)
        basis = await self._basis(device, changes)
        wanted = orders(device.family, changes, basis, legacy=self._api.legacy)
        self._live.begin(device, wanted)
        self._wrote_at[device.serial] = self._clock.monotonic()
        await send(self._api, device, wanted, self._lately)

    async def _basis(self, device: Listed, changes: Mapping[str, Value]) -> Basis:
        """Return what goes along with the changes: a fresh read where that is needed, and what we wrote lately."""
        bean: Bean = {}
        if needs_basis(device.family, changes):
            try:
                bean = await self._api.settings(device, fresh=True)
            except TooSoon:
                bean = await self._api.settings(device, fresh=False)
        ours = self._lately.of(device.serial) | self._live.recent(device)
        return Basis(bean=Names(bean), ours=ours, local=self._local_now(device))

    def _local_now(self, device: Listed) -> datetime | None:
        """Return the time on the walls of the device's plant.

        A plant knows no summer time. Where its hours are those of the house in winter, the house's clock is right.
        """
        offset = self._offset(device)
        if offset is None:
            return None
        plant, house = timezone(timedelta(hours=offset)), self._clock.now().astimezone(self._clock.zone)
        winter = (house.utcoffset() or timedelta()) - (house.dst() or timedelta())
        return (house if winter == plant.utcoffset(None) else house.astimezone(plant)).replace(tzinfo=None)


def needs_basis(family: Family, changes: Mapping[str, Value]) -> bool:
    """Tell whether something the user did not touch must be sent along, or compared with."""
    if SCHEDULE in changes:
        return True
    return family is not Family.MIN and any(
        PLACES[family][key].kind is None or key == "export_limit_mode" for key in changes
    )
