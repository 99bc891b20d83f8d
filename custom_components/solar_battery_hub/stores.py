"""Private files: sessions and lock-outs per account, and what an entry remembers."""

from collections.abc import Callable, Mapping
import hashlib
import json
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .vendors.base import PrivateStore, Settings, Vendor

STORAGE_VERSION = 1
ENTRY_SAVE_DELAY = 300.0  # seconds; counters are written at most this often (design §3)

_FILES: HassKey[dict[str, AccountFile]] = HassKey(f"{DOMAIN}_account_files")


class AccountFile:
    """Sessions and lock-outs of one account at one address, shared by all who open it."""

    def __init__(self, hass: HomeAssistant, key: str) -> None:
        """Name the file; nothing is read yet."""
        self._store: Store[dict[str, Any]] = Store(
            hass, STORAGE_VERSION, f"{DOMAIN}.account.{key}", private=True, atomic_writes=True
        )
        self.shared: dict[str, Any] = {}
        self.sessions: dict[str, dict[str, Any]] = {}

    async def async_load(self) -> None:
        """Read the file."""
        data = await self._store.async_load() or {}
        self.shared = data.get("shared", {})
        self.sessions = data.get("sessions", {})

    async def async_save(self) -> None:
        """Write the file now: an attempt counts even if the power fails after it."""
        await self._store.async_save({"shared": self.shared, "sessions": self.sessions})

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


class AccountStore(PrivateStore):
    """The part of an account's file that belongs to one set of credentials."""

    def __init__(self, file: AccountFile, credentials: str) -> None:
        """Open the session of these credentials (a hash of them)."""
        self._file = file
        self._credentials = credentials
        self.shared = file.shared
        self.session = file.sessions.setdefault(credentials, {})

    @override
    async def save(self) -> None:
        await self._file.async_save()

    def forget_other_sessions(self) -> None:
        """Drop what former passwords left behind."""
        for credentials in [key for key in self._file.sessions if key != self._credentials]:
            del self._file.sessions[credentials]


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _account_key(vendor: Vendor, settings: Settings) -> str:
    return _digest(vendor.key, vendor.address(settings))


async def async_open_account_store(hass: HomeAssistant, vendor: Vendor, settings: Settings) -> AccountStore:
    """Open the private store of the account these settings lead to."""
    files = hass.data.setdefault(_FILES, {})
    key = _account_key(vendor, settings)
    if (file := files.get(key)) is None:
        file = AccountFile(hass, key)
        await file.async_load()
        file = files.setdefault(key, file)
    credentials = _digest(key, *(settings.get(name) for name in vendor.credentials))
    return AccountStore(file, credentials)


async def async_remove_account_store(hass: HomeAssistant, vendor: Vendor, settings: Settings) -> None:
    """Delete the private store of an account that is no longer used."""
    key = _account_key(vendor, settings)
    file = hass.data.get(_FILES, {}).pop(key, None) or AccountFile(hass, key)
    await file.async_remove()


class EntryStore:
    """What a running entry remembers: devices, readings, counters, events told, changes."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file; nothing is read yet."""
        self._store: Store[dict[str, Any]] = Store(
            hass, STORAGE_VERSION, f"{DOMAIN}.entry.{entry_id}", private=True, atomic_writes=True
        )
        self._waiting = False

    async def async_load(self) -> Mapping[str, Any]:
        """Return what was saved, empty at first."""
        return await self._store.async_load() or {}

    def save_later(self, state: Callable[[], dict[str, Any]]) -> None:
        """Save what ``state()`` returns, within five minutes and when Home Assistant stops."""
        if self._waiting:  # asking again would push the save further into the future
            return
        self._waiting = True

        def _collect() -> dict[str, Any]:
            self._waiting = False
            return state()

        self._store.async_delay_save(_collect, ENTRY_SAVE_DELAY)

    async def async_save(self, state: dict[str, Any]) -> None:
        """Save now."""
        self._waiting = False
        await self._store.async_save(state)

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()
