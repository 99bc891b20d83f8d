"""Entities of charge schedules: which one a device has, and its slots one by one (design §5)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from typing import Final, override

from homeassistant.components.number import NumberEntity, NumberMode
from homeassistant.components.select import SelectEntity
from homeassistant.components.time import TimeEntity
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account_runtime import AccountRuntime, HubConfigEntry
from .core.model import Ref, Value
from .core.refusal import ChangeRefused
from .core.schedule import NUMBERS, NumberRule
from .entity import HubEntity, forget
from .messages import refused
from .schedule_drafts import END, MODE, OFF, START
from .schedules import KEY, Place

# What a slot can do, in words of our own; of a group the ones of its slots.
JOBS: Final[Mapping[str, tuple[str, ...]]] = {
    "": (OFF, "load_first", "battery_first", "grid_first", "charge", "discharge", "export", "supply"),
    "charge_": (OFF, "battery_first"),
    "discharge_": (OFF, "grid_first"),
    "load_": (OFF, "load_first"),
    "output_": (OFF, "supply", "charge"),
    "base_load_": (OFF, "base_load"),
}


class ScheduleSelect(HubEntity, SelectEntity):
    """Chooses one of the saved schedules, or none."""

    def __init__(self, runtime: AccountRuntime, device: str) -> None:
        """Show the schedule of one device."""
        super().__init__(runtime, Ref(device, KEY))

    @property
    @override
    def reading(self) -> Value:
        """The present choice, and the choices there are: both are told when they change."""
        return "\n".join((self.current_option or "", *self.options))

    @property
    @override
    def current_option(self) -> str | None:
        """The name of the present schedule, ``off`` or ``custom``."""
        return self.runtime.schedules.state(self.ref.device)

    @property
    @override
    def options(self) -> list[str]:
        """The saved schedules that this device can hold, ``off``, and ``custom`` while that is the state."""
        return self.runtime.schedules.options(self.ref.device)

    @override
    async def async_select_option(self, option: str) -> None:
        try:
            await self.runtime.schedules.async_choose(self.ref.device, option)
        except ChangeRefused as err:
            raise refused(err) from err


class SlotEntity(HubEntity):
    """One field of one slot, which edits a draft."""

    _attr_entity_category = EntityCategory.CONFIG

    def __init__(self, runtime: AccountRuntime, place: Place, field: str) -> None:
        """Name the entity after its group, number and field; off by default beyond the next free slot."""
        super().__init__(runtime, Ref(place.device, KEY))
        self.place = place
        self.field = field
        self._attr_unique_id = unique_id(place, field)
        self._attr_translation_key = f"{place.prefix}slot_{field}"
        self._attr_translation_placeholders = {"number": str(place.number)}
        self._attr_entity_registry_enabled_default = _is_near(runtime, place)

    @property
    @override
    def reading(self) -> Value:
        """The field as it is edited, else as the device has it."""
        return self.runtime.schedules.drafts.value(self.place, self.field)

    @callback
    def touch(self, value: Value) -> None:
        """Edit the draft."""
        self.runtime.schedules.drafts.touch(self.place, self.field, value)


class SlotMode(SlotEntity, SelectEntity):
    """Chooses what a slot does, or that it does nothing."""

    @property
    @override
    def current_option(self) -> str | None:
        """The job of the slot."""
        return str(self.reading)

    @property
    @override
    def options(self) -> list[str]:
        """*Off*, the jobs of the slot's group, and what the device has if that is none of them."""
        present = str(self.reading)
        return list(dict.fromkeys((OFF, *self.place.group.modes, present)))

    @override
    async def async_select_option(self, option: str) -> None:
        self.touch(option)


class SlotTime(SlotEntity, TimeEntity):
    """Sets when a slot starts or ends; the end of the day is 00:00."""

    @property
    @override
    def native_value(self) -> time | None:
        """The time, unknown for a slot that has none yet."""
        value = self.reading
        return time.fromisoformat(value) if isinstance(value, str) else None

    @override
    async def async_set_value(self, value: time) -> None:
        self.touch(f"{value:%H:%M}")


class SlotNumber(SlotEntity, NumberEntity):
    """Sets a slot's power or stop level."""

    _attr_mode = NumberMode.BOX

    def __init__(self, runtime: AccountRuntime, place: Place, field: str) -> None:
        """Take the widest range that any job of the slot has."""
        super().__init__(runtime, place, field)
        bounds = _bounds(place, field)
        self._attr_native_min_value = min(rule.minimum for rule in bounds)
        self._attr_native_max_value = max(rule.maximum for rule in bounds)
        self._attr_native_step = min(rule.step for rule in bounds)
        self._attr_native_unit_of_measurement = bounds[0].unit

    @property
    @override
    def native_value(self) -> float | None:
        """The number, unknown where the slot has none."""
        value = self.reading
        return float(value) if isinstance(value, int | float) else None

    @override
    async def async_set_native_value(self, value: float) -> None:
        self.touch(value)


SLOT_ENTITIES: Final[Mapping[Platform, tuple[type[SlotEntity], tuple[str, ...]]]] = {
    Platform.SELECT: (SlotMode, (MODE,)),
    Platform.TIME: (SlotTime, (START, END)),
    Platform.NUMBER: (SlotNumber, NUMBERS),
}


def unique_id(place: Place, field: str) -> str:
    """Return the unique id of the entity that shows one field of a slot."""
    return f"{place.device}_{place.key(field)}"


def platforms(runtime: AccountRuntime) -> dict[str, str]:
    """Return the platform of each schedule entity there is, by unique id."""
    found = {f"{device}_{KEY}": Platform.SELECT.value for device in runtime.schedules.devices}
    for platform in SLOT_ENTITIES:
        found |= {unique_id(place, field): platform.value for place, field in _slot_fields(runtime, platform)}
    return found


@callback
def async_add_schedules(
    entry: HubConfigEntry, add_entities: AddConfigEntryEntitiesCallback, platform: Platform
) -> None:
    """Add one platform's entities of every schedule, also for those that come later."""
    runtime = entry.runtime_data
    make: Callable[[AccountRuntime, Place, str], SlotEntity] = SLOT_ENTITIES[platform][0]
    made: dict[str, HubEntity] = {}

    @callback
    def _add() -> None:
        slots = {unique_id(place, field): (place, field) for place, field in _slot_fields(runtime, platform)}
        devices = runtime.schedules.devices if platform is Platform.SELECT else []
        forget(made, {*slots, *devices})
        new: dict[str, HubEntity] = {
            device: ScheduleSelect(runtime, device) for device in devices if device not in made
        } | {key: make(runtime, *slot) for key, slot in slots.items() if key not in made}
        made.update(new)
        add_entities(new.values())

    runtime.async_on_new(_add)


def _slot_fields(runtime: AccountRuntime, platform: Platform) -> Iterator[tuple[Place, str]]:
    """Yield what a platform shows of every slot; numbers only where a slot has its own."""
    for device in runtime.schedules.devices:
        for place in runtime.schedules.places(device):
            for field in SLOT_ENTITIES[platform][1]:
                if field not in NUMBERS or _bounds(place, field):
                    yield place, field


def _bounds(place: Place, field: str) -> list[NumberRule]:
    """Return the rules that the jobs of a slot have for one of its own numbers."""
    rules: list[NumberRule | None] = [getattr(mode, field) for mode in place.group.modes.values()]
    return [rule for rule in rules if rule is not None and not rule.shared]


def _is_near(runtime: AccountRuntime, place: Place) -> bool:
    """Tell whether a slot is in use or the next free one of its group."""
    schedules = runtime.schedules
    slots = zip(schedules.places(place.device), schedules.slots(place.device), strict=True)
    used = [other.number for other, slot in slots if other.group == place.group and slot is not None and slot.enabled]
    free = next(number for number in range(1, len(used) + 2) if number not in used)
    return place.number in used or place.number == free
