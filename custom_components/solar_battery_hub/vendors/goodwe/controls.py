"""What may be set on a device, how it is written, and how it is known to have worked (goodwe.md §6)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from ...core.clock import Clock
from ...core.control import Control
from ...core.errors import HubError, NotSupported, ReadLater, WriteRefused
from ...core.model import Ref, Reported, Value
from ...core.parts import send_in_turn
from ...core.told import Told
from ..base import Capability, PrivateStore, Wanted
from .codes import NoPermission
from .functions import SETTINGS as BY_FUNCTION, can_write
from .inventory import Inventory
from .legacy import Legacy
from .model import INVERTERS, Listed, Way
from .offers import (
    LEGACY_ONLY,
    LEGACY_SETTINGS,
    NO_PERMISSION,
    NOT_HERE,
    NOT_READ,
    OTHER_SERVICE,
    SCHEDULE,
    pace_of,
    setting,
    settings_of,
)
from .orders import Basis, orders, send
from .remote_control import RemoteControl
from .running import is_on, seen_running
from .semsplus import SemsPlus
from .settings import GRID_CHARGING
from .told_settings import Found, ToldSettings
from .tou import NOT_TOLD

_RIGHT: Final = "INVERTER_REMOTE"  # to write; necessary, not sufficient (§5.2)
_RIGHT_TO_READ: Final = "INVERTER_REMOTE_READ"
_FORBIDDEN_FOR: Final = 3600.0  # seconds in which a device that said no is not asked again (§1.2)
_ASK_AGAIN: Final = timedelta(seconds=60)
_OTHER_SERVICE_AGAIN: Final = timedelta(minutes=30)
_GIVEN_UP_AFTER: Final = 86_400.0  # seconds
_STATUS_AGE: Final = 1800.0  # seconds; the status that a device was listed with is no older
_UNSETTLED: Final = 180.0  # seconds after a write in which something may still follow

# Settings of which one changes with another: whether slots run depends on whether the plan acts.
_TOGETHER: Final = frozenset({SCHEDULE, "time_of_use", "operating_mode"})


class Controls:
    """The settings of all devices of an account, whichever way it is read."""

    def __init__(
        self,
        semsplus: SemsPlus,
        legacy: Legacy,
        inventory: Inventory,
        store: PrivateStore,
        clock: Clock,
        way: Callable[[], Way],
    ) -> None:
        """Go on from what is remembered. ``way`` is the one in use now."""
        self._api = semsplus.settings
        self._settings = ToldSettings(semsplus, store, clock)
        self._remote = RemoteControl(legacy, inventory, clock)
        self._inventory = inventory
        self._store = store
        self._clock = clock
        self._way = way
        self._told = Told(store.shared.setdefault("settings_told", {}))
        self._forbidden: dict[str, float] = {}  # when a device said no to this account, by serial number
        self._wrote: dict[str, dict[str, tuple[float, Value]]] = {}
        self._untold: dict[tuple[str, frozenset[str]], float] = {}  # since when the other service alone could tell

    # What can be set

    def offered(self, device: Listed) -> Sequence[Control]:
        """Return the settings of a device; one that cannot be written for the time being stays among them.

        Its entity would be removed otherwise, with all the user made of it.
        """
        return [
            Control(device=device.serial, setting=setting(key, self._settings.abilities(device), self._way()))
            for key in settings_of(device)
            if self._reason(device, key) in (None, OTHER_SERVICE) and self._is_known(device, key)
        ]

    def capabilities(self, device: Listed) -> Sequence[Capability]:
        """Return every setting this kind of device knows, with the reason where it cannot be written now."""
        abilities = self._settings.abilities(device)
        return [
            Capability(
                setting=key,
                writable=(reason := self.reason(device, key)) is None,
                reason=reason,
                detail=setting(key, abilities, self._way()).as_dict(),
            )
            for key in settings_of(device)
        ]

    def reason(self, device: Listed, key: str) -> str | None:
        """Return why a setting cannot be written now, ``None`` if it can."""
        return self._reason(device, key) or (NO_PERMISSION if self._is_forbidden(device) else None)

    def _reason(self, device: Listed, key: str) -> str | None:
        rights = self._rights(device)
        if rights is not None and _RIGHT not in rights:
            return NO_PERMISSION
        if self._way() is Way.LEGACY:
            return None if key in LEGACY_SETTINGS else OTHER_SERVICE
        if key in LEGACY_ONLY:
            return OTHER_SERVICE
        told = self._told.of(device.serial)
        return NOT_READ if told is None or rights is None else told.get(key, NOT_HERE)

    def _is_known(self, device: Listed, key: str) -> bool:
        """Tell whether a device has a setting, whichever way is used now."""
        if self._way() is Way.LEGACY and key in LEGACY_SETTINGS:
            return True
        return (self._told.of(device.serial) or {}).get(key, NOT_HERE) is None

    def _rights(self, device: Listed) -> frozenset[str] | None:
        plant = self._inventory.plant(device.plant)
        return None if plant is None else plant.permissions

    def _is_forbidden(self, device: Listed) -> bool:
        since = self._forbidden.get(device.serial)
        return since is not None and self._clock.monotonic() - since < _FORBIDDEN_FOR

    # Reading

    async def note(self, device: Listed, wanted: Wanted) -> dict[Ref, Reported]:
        """Read the settings of a device, as readings, and remember what can be written; nothing is asked without the right.

        ``wanted`` makes no difference: one answer tells them all.
        """
        rights = self._rights(device) or frozenset()
        keys = settings_of(device)
        if self._way() is Way.LEGACY or not keys or rights.isdisjoint({_RIGHT, _RIGHT_TO_READ}):
            return self.note_status(device)
        try:
            found = await self._settings.read(device, frozenset(keys))
        except NoPermission:
            self._remember(device, dict.fromkeys(keys, NO_PERMISSION))
            return self.note_status(device)
        self._remember(device, self._reasons(device, found))
        told = {Ref(device.serial, key): value for key, value in found.values.items()}
        return told | self.note_status(device)

    def note_status(self, device: Listed) -> dict[Ref, Reported]:
        """Return whether an inverter is switched on, by the status it was listed with or what its own switch said last."""
        if device.type not in INVERTERS:
            return {}
        at, _ = self._wrote.get(device.serial, {}).get("inverter_on", (None, None))
        if at is None or self._clock.monotonic() - at > _STATUS_AGE:
            self._note_seen(device, seen_running(device.status))
        running = self._settings.running(device)
        return {} if running is None else {Ref(device.serial, "inverter_on"): running}

    def _note_seen(self, device: Listed, seen: bool | None) -> None:
        """Forget that an inverter was told to stop when it runs: somebody started it."""
        if seen and self._settings.commanded(device) is False:
            self._settings.note_command(device, on=True)

    def is_unsettled(self, device: Listed) -> bool:
        """Tell whether something may still follow from a change of ours."""
        now = self._clock.monotonic()
        return any(now - at < _UNSETTLED for at, _ in self._wrote.get(device.serial, {}).values())

    def _reasons(self, device: Listed, found: Found) -> dict[str, str | None]:
        """Return why each setting cannot be written: by name a device has those it tells, by address those it lists."""
        functions = self._settings.abilities(device).functions
        reasons: dict[str, str | None] = {}
        for key in settings_of(device):
            has = can_write(functions, key) if key in BY_FUNCTION else key in found.values
            reasons[key] = None if has else NOT_HERE
        if "backup_charge_power" in found.values:  # whether the grid charges at all is only told by address
            reasons |= dict.fromkeys(GRID_CHARGING, None if can_write(functions, GRID_CHARGING[0]) else NOT_TOLD)
        return reasons

    def _remember(self, device: Listed, reasons: Mapping[str, str | None]) -> None:
        if self._told.take(device.serial, reasons):
            self._store.save_later()

    async def read_back(self, device: Listed, settings: frozenset[str]) -> Mapping[str, Value]:
        """Read settings from the device, and what may have gone along with a change of them.

        Raises ReadLater while it may still tell what it had before, or only the other service could tell.
        """
        legacy = self._way() is Way.LEGACY
        if settings - LEGACY_SETTINGS if legacy else settings & LEGACY_ONLY:
            raise self._not_told_here(device, settings)
        self._untold.pop((device.serial, settings), None)
        if legacy:
            return await self._read_legacy(device, settings)
        found: dict[str, Value] = {}
        if others := settings - {"inverter_on"}:
            found |= (await self._settings.read(device, others)).values
            for key in others:
                self._wait_for(device, key, found.get(key))
        if "inverter_on" in settings:
            running, seen = await self._settings.read_running(device)
            self._wait_for(device, "inverter_on", seen)
            self._note_seen(device, seen)
            found |= {} if running is None else {"inverter_on": running}
        wanted = settings | (frozenset() if _TOGETHER.isdisjoint(settings) else _TOGETHER)
        return {key: value for key, value in found.items() if key in wanted}

    def _not_told_here(self, device: Listed, settings: frozenset[str]) -> HubError:
        """Return ReadLater until the other service may be back; after a day it is given up."""
        whom, now = (device.serial, settings), self._clock.monotonic()
        if now - self._untold.setdefault(whom, now) < _GIVEN_UP_AFTER:
            return ReadLater(self._clock.now() + _OTHER_SERVICE_AGAIN)
        del self._untold[whom]
        return NotSupported("Only the other service could tell")

    async def _read_legacy(self, device: Listed, settings: frozenset[str]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        if "inverter_on" in settings:
            status = await self._remote.status(device)
            self._wait_for(device, "inverter_on", seen_running(status))
            self._note_seen(device, seen_running(status))
            running = is_on(status, self._settings.commanded(device))
            found |= {} if running is None else {"inverter_on": running}
        if "output_limit" in settings:
            found["output_limit"] = await self._remote.output_limit(device)
        return found

    def _wait_for(self, device: Listed, key: str, seen: Value) -> None:
        """Raise ReadLater where something else is seen than was asked for, and may still change."""
        at, asked = self._wrote.get(device.serial, {}).get(key, (None, None))
        if at is not None and seen != asked and self._clock.monotonic() - at < pace_of(key, self._way()):
            raise ReadLater(self._clock.now() + _ASK_AGAIN)

    # Writing

    async def write(self, device: Listed, changes: Mapping[str, Value]) -> None:
        """Send changes. Raises WriteRefused, and WriteIncomplete when only a part of them was sent."""
        if self._is_forbidden(device):
            raise WriteRefused(NO_PERMISSION)
        if reason := next((reason for key in changes if (reason := self._reason(device, key))), None):
            raise WriteRefused(reason)
        before = dict(self._wrote.get(device.serial, {}))
        try:
            if self._way() is Way.LEGACY:
                await self._write_legacy(device, changes)
            else:
                await self._write_semsplus(device, changes)
        except NoPermission as err:
            self._forbidden[device.serial] = self._clock.monotonic()
            self._wrote[device.serial] = before  # this one left nothing behind
            raise WriteRefused(NO_PERMISSION) from err
        except WriteRefused:
            self._wrote[device.serial] = before  # this one left nothing behind
            raise
        self._forbidden.pop(device.serial, None)
        on = changes.get("inverter_on")
        if isinstance(on, bool) and (not on or self._settings.commanded(device) is not False):
            self._settings.note_command(device, on=on)  # a start after a stop counts when it is seen

    async def _write_semsplus(self, device: Listed, changes: Mapping[str, Value]) -> None:
        await self._settings.learn(device)
        needed = frozenset(changes) - set(BY_FUNCTION)
        if not needed.isdisjoint(GRID_CHARGING):  # one is written with the other
            needed |= set(GRID_CHARGING)
        found = await self._settings.read(device, needed) if needed else Found(named={}, values={})
        basis = Basis(named=found.named, known={**found.values, **self._lately(device)})
        wanted = orders(self._settings.abilities(device), changes, basis)
        self._begin(device, changes)
        await send(self._api, device, wanted)

    def _lately(self, device: Listed) -> dict[str, Value]:
        """Return what we wrote so lately that what is told may be older."""
        now = self._clock.monotonic()
        wrote = self._wrote.get(device.serial, {})
        return {key: value for key, (at, value) in wrote.items() if now - at < pace_of(key, self._way())}

    async def _write_legacy(self, device: Listed, changes: Mapping[str, Value]) -> None:
        self._begin(device, changes)
        await send_in_turn([(key, partial(self._remote.write, device, key, value)) for key, value in changes.items()])

    def _begin(self, device: Listed, changes: Mapping[str, Value]) -> None:
        """Take note of a write; it may land although its answer is lost."""
        now = self._clock.monotonic()
        self._wrote.setdefault(device.serial, {}).update({key: (now, value) for key, value in changes.items()})
