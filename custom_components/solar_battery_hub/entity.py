"""HubEntity: what every entity of this integration has in common."""

from collections.abc import Callable, Container, Iterable, MutableMapping
from typing import Any, override

from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account_runtime import AccountRuntime, HubConfigEntry, unique_id
from .core.catalogue import CATALOGUE, Definition, look_up
from .core.control import Control, ControlKind, Setting
from .core.model import Ref, Value
from .core.quantities import Kind, Level, Quantity

ATTR_PROVEN = "proven"  # only ever false: nobody has seen this setting work on a device yet


class HubEntity(Entity):
    """One reading or setting of one device."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, runtime: AccountRuntime, ref: Ref) -> None:
        """Name the entity after its reading; numbered ones get their number."""
        self.runtime = runtime
        self.ref = ref
        self._attr_unique_id = unique_id(ref)
        self._attr_translation_key = ref.key
        self._attr_device_info = runtime.devices.info(ref.device)
        self._shown: tuple[bool, Value, Value] | None = None
        self.stands = False  # whether Home Assistant has it

    @property
    @override
    def available(self) -> bool:
        """A reading is available until it is stale (design §4)."""
        return self.runtime.is_available(self.ref)

    @property
    def reading(self) -> Value:
        """The present value."""
        return self.runtime.value(self.ref)

    @override
    async def async_added_to_hass(self) -> None:
        """Start listening."""
        await super().async_added_to_hass()
        self.stands = True
        self._shown = self._present  # what Home Assistant writes in a moment
        self.async_on_remove(self.runtime.async_subscribe(self.ref, self._on_update))

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Make room for another entity of the same reading."""
        await super().async_will_remove_from_hass()
        self.stands = False

    async def async_update(self) -> None:
        """Answer ``homeassistant.update_entity``, never faster than the vendor's floor."""
        await self.runtime.async_refresh(self.ref)

    @property
    def _besides(self) -> Value:
        """What besides the value makes a state worth writing again."""
        return None

    @property
    def _present(self) -> tuple[bool, Value, Value]:
        """What there is to tell now."""
        return self.available, self.reading, self._besides

    @callback
    def _on_update(self) -> None:
        """Write the state when there is something new to tell."""
        now = self._present
        if now != self._shown:
            self._shown = now
            self.async_write_ha_state()


class ReadingEntity(HubEntity):
    """An entity that shows a reading of the catalogue."""

    def __init__(self, runtime: AccountRuntime, ref: Ref) -> None:
        """Take name, prominence and number from the catalogue."""
        super().__init__(runtime, ref)
        self.definition, number = look_up(ref.key)
        self._attr_translation_key = self.definition.key
        if number is not None:
            self._attr_translation_placeholders = {"number": str(number)}
        if self.definition.level is not Level.MAIN:
            self._attr_entity_category = EntityCategory.DIAGNOSTIC
        self._attr_entity_registry_enabled_default = self.definition.level is not Level.RARE

    @property
    @override
    def _besides(self) -> Value:
        """Measurements are written on each new one, also when equal (design §4)."""
        if self.definition.kind is Kind.MEASUREMENT:
            return self.runtime.measured_at(self.ref)
        return None


class ControlEntity(HubEntity):
    """An entity that shows a setting and changes it."""

    def __init__(self, runtime: AccountRuntime, control: Control) -> None:
        """Take name and prominence from the setting."""
        super().__init__(runtime, Ref(control.device, control.setting.key))
        self.take(control.setting)
        if self.setting.config:
            self._attr_entity_category = EntityCategory.CONFIG
        self._attr_entity_registry_enabled_default = self.setting.enabled and self.setting.proven
        if not self.setting.proven:
            self._attr_extra_state_attributes = {ATTR_PROVEN: False}

    def take(self, setting: Setting) -> None:
        """Follow what bounds the setting, which a device may tell late or otherwise than before."""
        self.setting = setting

    @callback
    def async_follow(self, setting: Setting) -> None:
        """Show other bounds where there are any."""
        if setting != self.setting:
            self.take(setting)
            if self.stands:
                self.async_write_ha_state()

    async def async_change(self, value: Value) -> None:
        """Carry out a change and wait for its confirmation."""
        await self.runtime.changes.async_apply(self.ref.device, {self.ref.key: value})


@callback
def async_add_readings(
    entry: HubConfigEntry,
    add_entities: AddConfigEntryEntitiesCallback,
    shows: Callable[[Definition], bool],
    make: Callable[[AccountRuntime, Ref], HubEntity],
) -> None:
    """Add an entity for each reading a platform shows, also for those that come later.

    A reading that has a control on its device appears only as the control.
    """
    runtime = entry.runtime_data
    made: dict[Ref, HubEntity] = {}

    @callback
    def _add() -> None:
        controls = runtime.changes.controls()
        present = {ref for ref in runtime.refs if ref not in controls and shows(look_up(ref.key)[0])}
        forget(made, present)
        new = {ref for ref in present - made.keys() if ref.device in runtime.devices}
        entities = {ref: make(runtime, ref) for ref in _in_order(new)}
        made.update(entities)
        add_entities(entities.values())

    runtime.async_on_new(_add)


@callback
def async_add_controls(
    entry: HubConfigEntry,
    add_entities: AddConfigEntryEntitiesCallback,
    kind: ControlKind,
    make: Callable[[AccountRuntime, Control], ControlEntity],
) -> None:
    """Add an entity for each setting of one kind, also for those that come later, and let each follow its bounds."""
    runtime = entry.runtime_data
    made: dict[Ref, ControlEntity] = {}

    @callback
    def _add() -> None:
        controls = {ref: control for ref, control in runtime.changes.controls().items() if control.setting.kind is kind}
        forget(made, controls)
        for ref in made.keys() & controls.keys():
            made[ref].async_follow(controls[ref].setting)
        new = {ref: make(runtime, control) for ref, control in controls.items() if ref not in made}
        made.update(new)
        add_entities(new.values())

    runtime.async_on_new(_add)


def forget[Key](made: MutableMapping[Key, Any], wanted: Container[Key]) -> None:
    """Forget the entities that show what is not there any more; one that Home Assistant still has keeps its place.

    What is missing for a while only would otherwise be made a second time.
    """
    for key in [key for key, entity in made.items() if key not in wanted and not entity.stands]:
        del made[key]


def _in_order(refs: Iterable[Ref]) -> list[Ref]:
    """Sort readings as the catalogue does."""
    order = {key: place for place, key in enumerate(CATALOGUE)}
    return sorted(refs, key=lambda ref: (ref.device, order[look_up(ref.key)[0].key], ref.key))


def is_flag(definition: Definition) -> bool:
    """Tell whether a reading is shown by a binary sensor."""
    return definition.quantity is Quantity.FLAG


def is_firmware(definition: Definition) -> bool:
    """Tell whether a reading is shown by an update entity."""
    return definition.quantity is Quantity.FIRMWARE


def is_sensor(definition: Definition) -> bool:
    """Tell whether a reading is shown by a sensor; a schedule has entities of its own."""
    return definition.quantity not in (Quantity.FLAG, Quantity.FIRMWARE, Quantity.SCHEDULE)
