"""What the set-up dialogs of all vendors share."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigFlow

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
