"""What the user is editing of slots: sent whole when he is done, never half (design §5)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later

from .const import DOMAIN
from .core.model import Happening, Value
from .core.refusal import ChangeRefused
from .core.schedule import NUMBERS, Reason, Schedule, ScheduleError, Slot, problem
from .messages import refused

if TYPE_CHECKING:
    from .account_runtime import AccountRuntime
    from .schedules import Place, Schedules

SEND_AFTER: Final = 10.0  # seconds without a touch
DROP_AFTER: Final = 300.0  # seconds that a draft which cannot be sent is kept
MODE, START, END = "mode", "start", "end"
OFF: Final = "off"

type Edit = dict[str, Value]  # field of a slot to what the user gave it; times as HH:MM
type Edits = dict[int, Edit]  # by the index of the place


class Drafts:
    """The drafts of all devices of one account.

    All slots of a device that are edited at the same time are one draft: the end of one and
    the start of the next can be moved together.
    """

    def __init__(self, runtime: AccountRuntime, schedules: Schedules) -> None:
        """Start with nothing being edited."""
        self._runtime = runtime
        self._schedules = schedules
        self._edits: dict[str, Edits] = {}
        self._sending: dict[str, list[Edits]] = {}
        self._timers: dict[str, CALLBACK_TYPE] = {}

    def value(self, place: Place, field: str) -> Value:
        """Return a field of a slot: as it is edited or being sent, else as the device has it.

        Times are ``HH:MM``; a place that holds nothing is ``off`` and has neither times nor numbers.
        """
        edit = self._edits_of(place.device).get(place.index, {})
        if field in edit:
            return edit[field]
        return _fields(self._schedules.slots(place.device)[place.index - 1])[field]

    @callback
    def touch(self, place: Place, field: str, value: Value) -> None:
        """Give a field of a slot a value; what is edited is sent 10 s after the last touch."""
        edits = self._edits.setdefault(place.device, {})
        edits.setdefault(place.index, {})[field] = value
        self._later(place.device, SEND_AFTER, self._send)
        self._runtime.notify()

    @callback
    def stop(self) -> None:
        """Let go of what is not sent yet."""
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()
        self._edits.clear()

    def _edits_of(self, device: str) -> Edits:
        """Return everything the device has not been seen to have yet, the latest touch on top."""
        merged: Edits = {}
        for layer in (*self._sending.get(device, ()), self._edits.get(device, {})):
            for index, edit in layer.items():
                merged[index] = merged.get(index, {}) | edit
        return merged

    @callback
    def _later(self, device: str, delay: float, action: Any) -> None:
        if cancel := self._timers.pop(device, None):
            cancel()
        self._timers[device] = async_call_later(self._runtime.hass, delay, partial(action, device))

    @callback
    def _send(self, device: str, _: datetime) -> None:
        """Send a draft that makes sense; keep another for a while."""
        self._timers.pop(device, None)
        everything = self._edits_of(device)
        try:
            self._wanted(device, everything)
        except ChangeRefused:
            self._later(device, DROP_AFTER - SEND_AFTER, self._drop)
            return
        edits = self._edits.pop(device)
        self._sending.setdefault(device, []).append(edits)
        self._runtime.entry.async_create_task(
            self._runtime.hass, self._async_apply(device, everything, edits), f"{DOMAIN} send slots"
        )

    async def _async_apply(self, device: str, everything: Edits, edits: Edits) -> None:
        """Carry a draft out, with ``everything`` on its way; nobody waits for it, so a refusal is told as an event."""
        try:
            await self._schedules.async_change(device, partial(self._wanted, device, everything))
        except ChangeRefused as err:
            self._tell(device, edits, str(refused(err)))
        except HomeAssistantError as err:
            self._tell(device, edits, str(err))
        finally:
            self._sending[device].remove(edits)
            self._runtime.notify()

    @callback
    def _drop(self, device: str, _: datetime) -> None:
        """Fall back to what the device has."""
        self._timers.pop(device, None)
        try:
            self._wanted(device, self._edits_of(device))
            reason = ""
        except ChangeRefused as err:
            reason = str(refused(err))
        self._tell(device, self._edits.pop(device), reason)
        self._runtime.notify()

    def _tell(self, device: str, edits: Edits, reason: str) -> None:
        attributes: Mapping[str, Any] = {"slots": {str(index): dict(edit) for index, edit in edits.items()}}
        self._runtime.events.tell(
            Happening(
                id="draft",
                device=device,
                stream="settings",
                type="draft_dropped",
                attributes={**attributes, "reason": reason},
            )
        )

    def _wanted(self, device: str, edits: Edits) -> Schedule:
        """Return what the device has with these edits; raises ChangeRefused for what cannot be sent."""
        schedules = self._schedules
        schedules.required(device)
        places, held = schedules.places(device), schedules.slots(device)
        changed = {index: _edited(places[index - 1], held[index - 1], edit) for index, edit in edits.items()}
        wanted = schedules.with_slots(device, changed)
        if problems := schedules.rules(device).check(wanted, complete=False):
            raise ScheduleError(*problems)
        return wanted


def _fields(slot: Slot | None) -> Edit:
    """Return what entities show of a slot."""
    if slot is None or (not slot.enabled and slot.start == slot.end):
        return {MODE: OFF, START: None, END: None, **dict.fromkeys(NUMBERS)}
    return {
        MODE: slot.mode if slot.enabled else OFF,
        START: f"{slot.start:%H:%M}",
        END: f"{slot.end:%H:%M}",
        **{field: getattr(slot, field) for field in NUMBERS},
    }


def _edited(place: Place, held: Slot | None, edit: Edit) -> Slot | None:
    """Return a slot with what the user gave it; a mode of its own must be chosen for a place that is off.

    Numbers that do not belong to the mode are left out, and shared ones are what the device has.
    """
    if edit.get(MODE) == OFF:
        return None if held is None else replace(held, enabled=False)
    fields = {**_fields(held), **edit}
    missing = [field for field in (MODE, START, END) if fields[field] in (None, OFF)]
    if missing:
        raise ScheduleError(*(problem(Reason.FIELD_MISSING, slot=place.index, field=field) for field in missing))
    if (rule := place.group.modes.get(str(fields[MODE]))) is None:
        modes = ", ".join(place.group.modes)
        raise ScheduleError(problem(Reason.UNKNOWN_MODE, slot=place.index, mode=str(fields[MODE]), modes=modes))
    bounds = {name: getattr(rule, name) for name in NUMBERS}
    numbers: dict[str, Any] = {name: fields[name] for name in NUMBERS if bounds[name] and not bounds[name].shared}
    return Slot(
        start=time.fromisoformat(str(fields[START])),
        end=time.fromisoformat(str(fields[END])),
        mode=str(fields[MODE]),
        days=held.days if held else None,
        months=held.months if held else None,
        **numbers,
    )
