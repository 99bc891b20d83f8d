"""Charge schedules of an account: what each device has, what the user saved, and what he chose last (design §5)."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import callback

from .const import ENTITY_PATIENCE
from .core.control import ControlKind, Receipt
from .core.model import Ref
from .core.refusal import ChangeRefused
from .core.schedule import (
    MIDNIGHT,
    Reason,
    Schedule,
    ScheduleError,
    ScheduleRules,
    Slot,
    SlotGroup,
    places_of,
    problem,
)
from .schedule_drafts import Drafts

if TYPE_CHECKING:
    from .account_runtime import AccountRuntime

KEY: Final = "charge_schedule"
OFF: Final = "off"
CUSTOM: Final = "custom"
RESERVED: Final = frozenset({OFF, CUSTOM})
NAME_LENGTH: Final = 50
LISTED: Final = 10  # places shown of a device that takes any number of slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a device can have a slot: ``number`` counts within its group, ``index`` over all groups, both from 1.

    ``prefix`` tells groups apart in names of entities; a device with a single group needs none.
    """

    device: str
    group: SlotGroup
    number: int
    index: int
    prefix: str

    def key(self, field: str) -> str:
        """Return the key of the entity that shows one field: ``slot_1_start``, ``charge_slot_1_start``."""
        return f"{self.prefix}slot_{self.number}_{field}"


class Schedules:
    """The schedules of all devices of one account, and the saved ones."""

    def __init__(self, runtime: AccountRuntime, state: object) -> None:
        """Take back what ``as_dict`` gave."""
        self._runtime = runtime
        self._saved: dict[str, Schedule] = {}
        self._chosen: dict[str, list[str]] = {}
        self._restore(state)
        self._rules: dict[str, ScheduleRules] = {}
        self._parsed: dict[str, tuple[object, Schedule | None]] = {}
        self._slots: dict[str, tuple[object, list[Slot | None]]] = {}
        self._told: dict[str, tuple[object, tuple[str | None, list[str]]]] = {}
        self._reading: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._under_way: dict[str, set[asyncio.Future[None]]] = defaultdict(set)
        self.drafts = Drafts(runtime, self)
        runtime.async_on_new(self._follow)

    # What devices have

    @callback
    def _follow(self) -> None:
        """Look again which devices have a schedule."""
        self._rules = {
            ref.device: control.setting.rules
            for ref, control in self._runtime.changes.controls().items()
            if control.setting.kind is ControlKind.SCHEDULE and control.setting.rules is not None
        }
        self._slots.clear()
        self._told.clear()

    @property
    def devices(self) -> list[str]:
        """The devices with a schedule that can be changed now."""
        return list(self._rules)

    def rules(self, device: str) -> ScheduleRules:
        """Return what a device can hold; without rules there is no schedule."""
        return self._rules.get(device) or ScheduleRules()

    def present(self, device: str) -> Schedule | None:
        """Return what the device has, or was asked for and is not yet verified; ``None`` while not known."""
        text = self._runtime.value(Ref(device, KEY))
        if device not in self._parsed or self._parsed[device][0] != text:
            self._parsed[device] = (text, schedule_from(text))
        return self._parsed[device][1]

    def required(self, device: str) -> Schedule:
        """Return what the device has; raises ChangeRefused (``schedule_not_read``) while that is not known."""
        if (present := self.present(device)) is None:
            raise ChangeRefused("schedule_not_read")
        return present

    def places(self, device: str) -> list[Place]:
        """Return where the device can have slots, as many as are worth showing where it takes any number."""
        rules = self.rules(device)
        held = places_of(rules, self.present(device) or Schedule())
        places: list[Place] = []
        for group in rules.groups:
            prefix = f"{group.key}_" if len(rules.groups) > 1 else ""
            shown = group.slots or max(LISTED, len(held[group.key]))
            places += [
                Place(device=device, group=group, number=number, index=len(places) + number, prefix=prefix)
                for number in range(1, shown + 1)
            ]
        return places

    def slots(self, device: str) -> list[Slot | None]:
        """Return what each of ``places`` holds, the end of the day as 00:00 whatever the device says for it."""
        present = self.present(device)
        if device not in self._slots or self._slots[device][0] is not present:
            rules = self.rules(device)
            held = places_of(rules, present or Schedule())
            slots = [_at(held[place.group.key], place.number, rules.last_end) for place in self.places(device)]
            self._slots[device] = (present, slots)
        return self._slots[device][1]

    def with_slots(self, device: str, changed: Mapping[int, Slot | None]) -> Schedule:
        """Return what the device has with some places (by index) changed; the n-th slot is the one of place n.

        Shared numbers that ``changed`` does not name are left to the device.
        Raises ChangeRefused for a place that does not exist, and for a mode that it does not take.
        """
        places = self.places(device)
        rules = self.rules(device)
        slots = [slot and rules.without_shared(slot) for slot in self.slots(device)]
        for index, slot in changed.items():
            if not 1 <= index <= len(places):
                raise ChangeRefused("schedule_no_such_slot", slot=str(index), maximum=str(len(places)))
            modes = places[index - 1].group.modes
            if slot is not None and slot.mode not in modes:
                raise ScheduleError(problem(Reason.UNKNOWN_MODE, slot=index, mode=slot.mode, modes=", ".join(modes)))
            slots[index - 1] = slot
        return Schedule(slots=tuple(slot or _free(place) for place, slot in zip(places, slots, strict=True)))

    async def async_change(
        self, device: str, wanted: Callable[[], Schedule], *, wait: float = ENTITY_PATIENCE
    ) -> Receipt:
        """Make a device have what ``wanted`` returns, which starts from what the device has.

        That is read anew, as far as the floor allows, and when changes under way are done, so that this one undoes none
        of them: slots that it is not about stay as they are, whoever changed them.
        """
        async with self._reading[device]:  # so that changes leave in the order in which they were asked for
            while under_way := self._under_way[device]:
                await asyncio.wait(tuple(under_way))
            await self._runtime.async_refresh(Ref(device, KEY))
            schedule = wanted()
        return await self.async_apply(device, schedule, wait=wait)

    async def async_apply(self, device: str, schedule: Schedule, *, wait: float = ENTITY_PATIENCE) -> Receipt:
        """Make a device have this schedule; raises as ``Changes.async_apply`` does."""
        done: asyncio.Future[None] = asyncio.Future()
        self._under_way[device].add(done)
        try:
            return await self._runtime.changes.async_apply(device, {KEY: schedule.as_text()}, wait=wait)
        finally:
            self._under_way[device].remove(done)
            done.set_result(None)

    # What is saved

    @property
    def saved(self) -> Mapping[str, Schedule]:
        """The saved schedules by name."""
        return self._saved

    def state(self, device: str) -> str | None:
        """Return which schedule the device has: a saved one's name, ``off`` or ``custom``; ``None`` while not known."""
        return self._tell(device)[0]

    def options(self, device: str) -> list[str]:
        """Return the saved schedules that the device can hold, ``off``, and ``custom`` while that is the state."""
        return self._tell(device)[1]

    def _tell(self, device: str) -> tuple[str | None, list[str]]:
        """Return state and options; they are only worked out anew for another schedule."""
        present = self.present(device)
        if device not in self._told or self._told[device][0] != present:
            fitting = [name for name, saved in self._saved.items() if self._fits(device, saved)]
            state = self._state(device, present, fitting)
            self._told[device] = (present, (state, [*fitting, OFF, *([CUSTOM] if state == CUSTOM else ())]))
        return self._told[device][1]

    def _fits(self, device: str, schedule: Schedule) -> bool:
        return not self.rules(device).check(schedule, complete=False)

    def _state(self, device: str, present: Schedule | None, fitting: list[str]) -> str | None:
        if present is None:
            return None
        rules = self.rules(device)
        if not rules.normal_form(present).slots:
            return OFF
        equal = [name for name in fitting if rules.same(present, self._saved[name])]
        last_chosen = [name for name in self._chosen.get(device, ()) if name in equal]
        return next(iter((*last_chosen[-1:], *equal)), CUSTOM)

    async def async_choose(self, device: str, option: str, *, wait: float = ENTITY_PATIENCE) -> Receipt:
        """Make a device have a saved schedule, or none (``off``).

        Raises ServiceValidationError as ``Changes.async_apply`` does and ChangeRefused:
        ``schedule_custom``, ``schedule_name_unknown`` {name, names}.
        """
        if option == CUSTOM:
            raise ChangeRefused("schedule_custom")
        if option == OFF:
            return await self.async_apply(device, Schedule(), wait=wait)
        name = self.name_of(option)
        receipt = await self.async_apply(device, self._saved[name], wait=wait)
        self._choose(device, name)
        return receipt

    def name_of(self, name: str) -> str:
        """Return the saved name that is the same but for case; raises ChangeRefused (``schedule_name_unknown``)."""
        found = next((saved for saved in self._saved if saved.casefold() == name.strip().casefold()), None)
        if found is None:
            raise ChangeRefused("schedule_name_unknown", name=name, names=", ".join(self._saved) or "–")
        return found

    async def async_save(self, device: str, name: str, schedule: Schedule) -> str:
        """Save a schedule that the device can hold; one of the same name, whatever the case, is replaced.

        Raises ChangeRefused: ``schedule_name_length`` {maximum}, ``schedule_name_reserved`` {name},
        ``schedule_without_slots``, and as ``control.check`` does.
        """
        name = name.strip()
        if not 1 <= len(name) <= NAME_LENGTH:
            raise ChangeRefused("schedule_name_length", maximum=str(NAME_LENGTH))
        if name.casefold() in RESERVED:
            raise ChangeRefused("schedule_name_reserved", name=name)
        if problems := self.rules(device).check(schedule, complete=False):
            raise ScheduleError(*problems)
        enabled = Schedule(slots=tuple(slot for slot in schedule.slots if slot.enabled))
        if not enabled.slots:
            raise ChangeRefused("schedule_without_slots")
        former = next((saved for saved in self._saved if saved.casefold() == name.casefold()), None)
        if former is not None:
            self._drop(former)
        self._saved[name] = enabled
        self._choose(device, name)
        await self._runtime.async_save()
        return name

    async def async_delete(self, name: str) -> str:
        """Delete a saved schedule; raises ChangeRefused (``schedule_name_unknown``)."""
        found = self.name_of(name)
        self._drop(found)
        self._look_again()
        await self._runtime.async_save()
        return found

    def _drop(self, name: str) -> None:
        del self._saved[name]
        for chosen in self._chosen.values():
            if name in chosen:
                chosen.remove(name)

    def _choose(self, device: str, name: str) -> None:
        chosen = self._chosen.setdefault(device, [])
        if name in chosen:
            chosen.remove(name)
        chosen.append(name)
        self._look_again()

    def _look_again(self) -> None:
        self._told.clear()
        self._runtime.save_later()
        self._runtime.notify()

    def as_dict(self) -> dict[str, Any]:
        """Return what must survive a restart (JSON types)."""
        return {"saved": {name: saved.as_dict() for name, saved in self._saved.items()}, "chosen": self._chosen}

    def _restore(self, state: object) -> None:
        match state:
            case {"saved": dict(saved), "chosen": dict(chosen)}:
                parsed = {name: schedule_from(schedule) for name, schedule in saved.items()}
                self._saved = {name: schedule for name, schedule in parsed.items() if schedule is not None}
                self._chosen = {device: [str(name) for name in names] for device, names in chosen.items()}

    def forget(self, device: str) -> None:
        """Drop everything about a device that the user deleted."""
        self._chosen.pop(device, None)


def schedule_from(told: object) -> Schedule | None:
    """Return the schedule that a text or its parsed JSON tells; ``None`` for anything else."""
    try:
        return Schedule.from_text(told) if isinstance(told, str) else Schedule.from_dict(told)
    except ScheduleError:
        return None


def _at(held: list[Slot | None], number: int, last_end: time) -> Slot | None:
    slot = held[number - 1] if number <= len(held) else None
    return replace(slot, end=MIDNIGHT) if slot is not None and slot.start < slot.end == last_end else slot


def _free(place: Place) -> Slot:
    """Return what keeps a place that holds nothing, so that the slots after it keep their numbers."""
    return Slot(start=MIDNIGHT, end=MIDNIGHT, mode=next(iter(place.group.modes)), enabled=False)
