"""What the set-up dialogs of all vendors share."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_PASSWORD
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import SelectOptionDict, SelectSelector, SelectSelectorConfig, SelectSelectorMode
import voluptuous as vol

from .base import CONF_IDENTITY, Settings, Vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried[T]:
    """What came of trying settings: a result, or errors for the form."""

    result: T | None = None
    errors: dict[str, str] = field(default_factory=dict)
    placeholders: dict[str, str] = field(default_factory=dict)


class VendorFlow(ConfigFlow):
    """The base of each vendor's steps; methods are named ``async_step_<vendor>_<step>``."""

    @abstractmethod
    async def async_try[T](self, vendor: Vendor, settings: Settings, check: Callable[[Any], Awaitable[T]]) -> Tried[T]:
        """Open an account with these settings, run ``check`` on it and close it again.

        Errors of the family become form errors; a locked account names the time.
        """

    @abstractmethod
    async def async_move(self, vendor: Vendor, entry: ConfigEntry, settings: Settings) -> None:
        """Keep sessions and lock-outs of an entry that is about to get these settings, at another address or not."""

    @abstractmethod
    async def async_guard[T](self, work: Awaitable[T]) -> Tried[T]:
        """Await something that raises the error family and return what came of it."""

    @property
    def _entry(self) -> ConfigEntry | None:
        """The entry this is about; ``None`` for a new one."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        return self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None

    def _device_ids(self, entry: ConfigEntry) -> set[str]:
        """Return our ids of an entry's devices."""
        devices = dr.async_entries_for_config_entry(dr.async_get(self.hass), entry.entry_id)
        return {text for device in devices for domain, text in device.identifiers if domain == self.handler}

    def _abort_if_device_in_use(self, devices: Mapping[str, str]) -> None:
        """Refuse an account that has a device in common with that of another entry.

        ``devices`` maps our ids to what users know them by.
        """
        for other in self._async_current_entries():
            if other is not self._entry and (shared := devices.keys() & self._device_ids(other)):
                raise AbortFlow("device_in_use", {"device": devices[min(shared)], "account": other.title})

    # Cloud accounts, each of which is one user

    async def _create_account_entry(
        self, vendor: Vendor, settings: Settings, identity: str, title: str, devices: Mapping[str, str]
    ) -> ConfigFlowResult:
        """Make the entry, unless the account or one of its devices (our ids, and how users know them) is there already."""
        await self.async_set_unique_id(f"{vendor.key}_{identity}", raise_on_progress=False)
        self._abort_if_unique_id_configured()
        self._abort_if_device_in_use(devices)
        return self.async_create_entry(title=title, data={**settings, CONF_IDENTITY: identity})

    async def _update_account_entry(
        self, vendor: Vendor, entry: ConfigEntry, settings: Settings, identity: str, devices: Mapping[str, str]
    ) -> ConfigFlowResult:
        """Give an entry its new settings, unless they lead to an account that is not its own and sees none of its devices."""
        if identity != entry.data[CONF_IDENTITY] and not devices.keys() & self._device_ids(entry):
            raise AbortFlow("other_account")
        self._abort_if_device_in_use(devices)
        await self.async_move(vendor, entry, settings)
        return self.async_update_reload_and_abort(entry, data=settings)

    def _account_form(self, schema: vol.Schema, known: Mapping[str, Any]) -> vol.Schema:
        """Return a form with what is known; never the password."""
        shown = {key: value for key, value in known.items() if key != CONF_PASSWORD}
        return self.add_suggested_values_to_schema(schema, shown)


class SystemsOptions(OptionsFlowWithReload):
    """How a cloud account is read, and which of its systems (plants, sites).

    ``fields`` are what is asked besides, ``chosen`` is the option that holds the ids of the systems: all of them, or none,
    means every one the account sees, also one that is added later.
    """

    fields: ClassVar[Mapping[Any, Any]]
    chosen: ClassVar[str]

    @abstractmethod
    def systems(self, account: Any) -> Mapping[str, str]:
        """Return the ids and names of all systems that a running account sees."""

    def _filled(self, user_input: dict[str, Any]) -> dict[str, Any]:
        """Return the options that a filled form stands for."""
        systems = self._systems_to_choose()
        chosen = user_input.pop(self.chosen, None) if systems else self.config_entry.options.get(self.chosen)
        return {**user_input, self.chosen: chosen} if chosen and set(chosen) != systems.keys() else user_input

    def _form(self) -> vol.Schema:
        """Return the form with the present options."""
        systems, before = self._systems_to_choose(), self.config_entry.options
        every = list(systems)
        shown = {**before, self.chosen: [system for system in every if system in before.get(self.chosen, every)]}
        return self.add_suggested_values_to_schema(self.schema(systems), shown)

    @classmethod
    def schema(cls, systems: Mapping[str, str]) -> vol.Schema:
        """Return the form for an account with these systems (id: name) to choose from."""
        fields = dict(cls.fields)
        if systems:
            choices = [SelectOptionDict(value=system, label=name) for system, name in systems.items()]
            fields[vol.Optional(cls.chosen)] = SelectSelector(
                SelectSelectorConfig(options=choices, multiple=True, mode=SelectSelectorMode.LIST)
            )
        return vol.Schema(fields)

    def _systems_to_choose(self) -> Mapping[str, str]:
        """Return the systems to choose from; none while the account does not run, or where it only ever had one."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return {}
        systems = self.systems(self.config_entry.runtime_data.account)
        return systems if len(systems) > 1 or self.chosen in self.config_entry.options else {}
