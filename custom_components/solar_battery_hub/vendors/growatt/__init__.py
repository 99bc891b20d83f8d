"""Growatt's cloud, by the token of the app or by user name and password."""

from collections.abc import Callable, Mapping
import hashlib
from typing import Final

from yarl import URL

from ...core.clock import Clock
from ..base import Account, PrivateStore, Settings, Vendor
from ..http import Door
from .actions import ACTIONS
from .password import PasswordAccount
from .private import PRIVATE
from .regions import CONF_REGION, REGIONS, base_url
from .token import TokenAccount

CONF_AUTH: Final = "auth"
BY_TOKEN: Final = "token"  # noqa: S105
BY_PASSWORD: Final = "password"  # noqa: S105
CONF_AGENT: Final = "agent"
"""Eight hex digits that are the entry's own: part of the name it goes by at the server (growatt.md A.1)."""

_ACCOUNTS: Final[Mapping[str, Callable[[Settings, Door, PrivateStore, Clock], Account]]] = {
    BY_TOKEN: TokenAccount,
    BY_PASSWORD: PasswordAccount,
}


def _open(settings: Settings, door: Door, store: PrivateStore, clock: Clock) -> Account:
    """Open the account with the key the user chose."""
    return _ACCOUNTS[settings[CONF_AUTH]](settings, door, store, clock)


def _address(settings: Settings) -> str:
    """Return host and user in one spelling; of a token only a digest, which tells nobody the token.

    Home Assistant's own integration has an address or the name of a region as ``url``, and no region.
    """
    url = base_url(settings) if CONF_REGION in settings else REGIONS.get(settings["url"], settings["url"])
    host = URL(url.casefold()).authority
    if token := settings.get("token"):
        return f"{host} token {hashlib.sha256(token.encode()).hexdigest()[:16]}"
    return f"{host} user {settings.get('username', '').casefold()}"


VENDOR = Vendor(
    key="growatt",
    name="Growatt",
    open=_open,
    address=_address,
    credentials=("username", "password", "token"),
    cookies=True,
    redact=PRIVATE,
    harmless=frozenset({CONF_AUTH, CONF_REGION}),
    actions=ACTIONS,
    conflicts={"growatt_server": {"username": "username", "token": "token", "url": "url"}},
)
