"""Private files: sessions and lock-outs per account, and what an entry remembers."""

from collections.abc import Callable, Mapping
import hashlib
import json
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .vendors.base import CONF_DIALOG, CONF_VENDOR, PrivateStore, Settings, Vendor

STORAGE_VERSION = 1
SAVE_DELAY = 300.0  # seconds; what changes with every call is written at most this often (design §3)

_FILES: HassKey[dict[str, AccountFile]] = HassKey(f"{DOMAIN}_account_files")
_COMMON: HassKey[dict[str, dict[str, Any]]] = HassKey(f"{DOMAIN}_common")


class PrivateFile:
    """One private file, written now or a little later."""

    def __init__(self, hass: HomeAssistant, name: str) -> None:
        """Name the file; nothing is read yet."""
        self._store: Store[dict[str, Any]] = Store(
            hass, STORAGE_VERSION, f"{DOMAIN}.{name}", private=True, atomic_writes=True
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

        self._store.async_delay_save(_collect, SAVE_DELAY)

    async def async_save(self, state: dict[str, Any]) -> None:
        """Save now."""
        self._waiting = False
        await self._store.async_save(state)

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


class AccountFile:
    """Sessions and lock-outs of one account at one address, shared by all who open it."""

    def __init__(self, hass: HomeAssistant, key: str) -> None:
        """Name the file; nothing is read yet."""
        self._file = PrivateFile(hass, f"account.{key}")
        self._removed = False
        self.shared: dict[str, Any] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.drafts: dict[str, dict[str, Any]] = {}  # sessions of dialogs, never written

    async def async_load(self) -> None:
        """Read the file."""
        data = await self._file.async_load()
        self.shared = data.get("shared", {})
        self.sessions = data.get("sessions", {})

    async def async_save(self) -> None:
        """Write the file now: an attempt counts even if the power fails after it."""
        if self._removed:  # somebody still had it open
            return
        await self._file.async_save(self._state())

    def save_later(self) -> None:
        """Write the file within five minutes: what is new in it may be lost by a power failure."""
        if not self._removed:
            self._file.save_later(self._state)

    def _state(self) -> dict[str, Any]:
        return {"shared": self.shared, "sessions": self.sessions}

    def take_over(self, former: AccountFile) -> None:
        """Add what the account's file at its former address says."""
        self.shared.update(former.shared | self.shared)
        self.sessions.update(former.sessions | self.sessions)

    async def async_remove(self) -> None:
        """Delete the file; who still has it open writes nothing any more."""
        self._removed = True
        await self._file.async_remove()


class AccountStore(PrivateStore):
    """The part of an account's file that belongs to one set of credentials."""

    def __init__(self, file: AccountFile, credentials: str, common: dict[str, Any], *, dialog: bool) -> None:
        """Open the session of these credentials (a hash of them); ``common`` is what all accounts of the vendor share.

        A new session of a dialog stays in memory until its entry opens it: a dialog that is
        given up leaves no token in a file.
        """
        self._file = file
        self._credentials = credentials
        self.shared = file.shared
        self.common = common
        if not dialog:
            file.sessions.setdefault(credentials, {}).update(file.drafts.pop(credentials, {}))
        sessions = file.drafts if dialog and credentials not in file.sessions else file.sessions
        self.session = sessions.setdefault(credentials, {})

    @override
    async def save(self) -> None:
        await self._file.async_save()

    @override
    def save_later(self) -> None:
        self._file.save_later()

    def forget_other_sessions(self) -> None:
        """Drop what former passwords left behind."""
        for credentials in [key for key in self._file.sessions if key != self._credentials]:
            del self._file.sessions[credentials]
        self._file.drafts.clear()


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _account_key(vendor: Vendor, settings: Settings) -> str:
    return _digest(vendor.key, vendor.address(settings))


async def _async_file(hass: HomeAssistant, key: str) -> AccountFile:
    files = hass.data.setdefault(_FILES, {})
    if (file := files.get(key)) is None:
        file = AccountFile(hass, key)
        await file.async_load()
        file = files.setdefault(key, file)
    return file


async def async_open_account_store(hass: HomeAssistant, vendor: Vendor, settings: Settings) -> AccountStore:
    """Open the private store of the account these settings lead to; a dialog's have ``CONF_DIALOG``."""
    file = await _async_file(hass, _account_key(vendor, settings))
    credentials = _digest(*(settings.get(name) for name in vendor.credentials))
    dialog = bool(settings.get(CONF_DIALOG))
    common = hass.data.setdefault(_COMMON, {}).setdefault(vendor.key, {})
    store = AccountStore(file, credentials, common, dialog=dialog)
    if not dialog and store.session:
        await store.save()  # it may be the dialog's so far
    return store


async def async_move_account_store(hass: HomeAssistant, vendor: Vendor, entry: ConfigEntry, settings: Settings) -> None:
    """Carry sessions and lock-outs of an entry's account to the address these settings lead to."""
    if vendor.address(settings) == vendor.address(entry.data):
        return
    file = await _async_file(hass, _account_key(vendor, settings))
    file.take_over(await _async_file(hass, _account_key(vendor, entry.data)))
    await file.async_save()
    await async_remove_account_store(hass, vendor, entry)


async def async_remove_account_store(hass: HomeAssistant, vendor: Vendor, entry: ConfigEntry) -> None:
    """Delete the private store of an entry's account, unless another entry leads to the same address."""
    key = _account_key(vendor, entry.data)
    for other in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        same_vendor = other.entry_id != entry.entry_id and other.data[CONF_VENDOR] == vendor.key
        if same_vendor and _account_key(vendor, other.data) == key:
            return
    file = hass.data.get(_FILES, {}).pop(key, None) or AccountFile(hass, key)
    await file.async_remove()


class EntryStore(PrivateFile):
    """What a running entry remembers: devices, readings, counters, events told, changes, schedules."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file; nothing is read yet."""
        super().__init__(hass, f"entry.{entry_id}")
