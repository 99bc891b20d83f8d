"""The contract between a vendor's room and the rest of the house (design §1)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ..core.budget import Limit
from ..core.clock import Clock
from ..core.control import Control
from ..core.feed import Feed
from ..core.model import Device, Notice, Ref, Snapshot, Value
from .http import Door

type Settings = Mapping[str, Any]

# What every entry's data holds besides the vendor's own settings.
CONF_VENDOR = "vendor"
CONF_IDENTITY = "identity"  # frozen at first set-up; device ids hang on it
CONF_FINGERPRINT = "fingerprint"
# Marks settings tried in a dialog: sign-ins count against the dialog's own budget.
CONF_DIALOG = "dialog"
DIALOG_LOGINS = (Limit(5, 900),)


class PrivateStore(Protocol):
    """What must survive a restart and is nobody else's business.

    ``session`` belongs to these very credentials (tokens, cookies); ``shared`` to the
    account at this address whatever the password (attempts, lock-outs). Both hold
    JSON values only. ``common`` is in memory and one for all accounts of the vendor here:
    what a limit per network address is kept with.
    """

    session: dict[str, Any]
    shared: dict[str, Any]
    common: dict[str, Any]

    async def save(self) -> None:
        """Write both to disk now."""

    def save_later(self) -> None:
        """Write both to disk within five minutes, and when Home Assistant stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which readings somebody looks at: ``refs``, all where that is ``None``.

    ``known`` are those that were ever brought (``None``: no matter): nobody can look at another.
    """

    refs: frozenset[Ref] | None = None
    known: frozenset[Ref] | None = None

    def any(self, device: str, keys: frozenset[str]) -> bool:
        """Tell whether any of these keys of this device is wanted."""
        return self.refs is None or not self.refs.isdisjoint(Ref(device, key) for key in keys)

    def is_news(self, device: str, keys: frozenset[str]) -> bool:
        """Tell whether none of these keys of this device was ever brought."""
        return self.known is not None and self.known.isdisjoint(Ref(device, key) for key in keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What a device can do with one setting, and if not, why (a translation key)."""

    setting: str
    writable: bool
    reason: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


class Account(Protocol):
    """One cloud account or local gateway, whichever way it is reached.

    Every method raises the error family of ``core.errors`` only.
    """

    identity: str

    @property
    def number(self) -> str | None:
        """The lasting number of what the account is about, once known; may be learned after set-up. Most have none."""
        return None

    @property
    def devices(self) -> Sequence[Device]:
        """The devices known now, parents before their children, the root first."""

    @property
    def feeds(self) -> Sequence[Feed]:
        """The feeds to run now.

        Looked at again after each fetch: one with a new key begins, one that is missing ends,
        and one with other times goes on at those.
        """

    @property
    def notices(self) -> Sequence[Notice]:
        """What the user should know and act on, as of now."""

    @property
    def remarks(self) -> Sequence[str]:
        """What whoever reads diagnostics should know, such as a device of an unknown kind; nothing private."""

    def restore(self, devices: Sequence[Device]) -> None:
        """Take back the devices known before a restart."""

    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        """Ask for what this feed brings together."""

    def controls(self, device: str) -> Sequence[Control]:
        """Return the settings of a device that can be written now."""

    def capabilities(self, device: str) -> Sequence[Capability]:
        """Return every setting this kind of device knows, with the reason where it cannot."""

    async def write(self, device: str, changes: Mapping[str, Value]) -> None:
        """Send changes once; raise WriteRefused when the device says no."""

    async def read_back(self, device: str, settings: frozenset[str]) -> Mapping[str, Value]:
        """Read settings from the device itself, never from a cache.

        What else went along with our last change and was read may be told as well.
        """

    def told_beside(self, device: str, settings: frozenset[str]) -> Mapping[Ref, Value]:
        """Return what reading these settings back told of those of other devices, where several share a plan."""
        return {}

    async def history(self, device: str, start: datetime, end: datetime, period: str) -> Sequence[Mapping[str, Value]]:
        """Return energy rows of the vendor's own history; raises NotSupported without one."""

    async def close(self, *, forget: bool) -> None:
        """Let go; with ``forget`` also sign out where the vendor can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A vendor's own action: ``fields`` is a voluptuous mapping beside ``device_id``.

    ``run`` gets the account, the device id and the validated fields and returns a
    JSON-able answer. After one that ``changes`` something everything is read anew. One that
    ``makes_files`` has the field ``folder``, too; what its answer holds as ``files`` (name to
    text) is written there, and the answer names the files instead.
    """

    name: str
    fields: Mapping[Any, Any]
    run: Callable[[Account, str, Mapping[str, Any]], Awaitable[dict[str, Any]]]
    changes: bool = True
    makes_files: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A maker: its key, what it allows, and how to open one account of it.

    ``open`` asks nothing over the network. ``address`` names the account inside the
    vendor (host or user name, normalised); ``credentials`` are the settings whose change
    makes a stored session worthless. ``cookies`` tells whether the session lives in them.
    ``redact`` are the names of fields that hold something private in this vendor's answers,
    ``harmless`` its settings that anybody may see. ``conflicts`` tells for other integrations
    (domains) which of our settings is held by which key of their entries; ``address`` gets
    these alone, empty where they have none.
    """

    key: str
    name: str
    open: Callable[[Settings, Door, PrivateStore, Clock], Account]
    address: Callable[[Settings], str]
    credentials: tuple[str, ...]
    cookies: bool = False
    redact: frozenset[str] = frozenset()
    harmless: frozenset[str] = frozenset()
    actions: Sequence[Action] = ()
    conflicts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
