"""What the set-up dialogs of all vendors share."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE, ConfigEntry, ConfigFlow
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import device_registry as dr

from .base import Settings, Vendor


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
