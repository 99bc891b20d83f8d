"""Anker's cloud: SOLIX balcony systems, power panels, home energy systems, chargers and cars."""

from yarl import URL

from ..base import Settings, Vendor
from .account import AnkerAccount
from .actions import ACTIONS
from .hosts import CONF_COUNTRY, CONF_SERVER, CONF_URL, OWN_URL
from .private import PRIVATE


def _address(settings: Settings) -> str:
    """Return the e-mail address in one spelling, with the host of an address of one's own.

    Both servers know every account (anker.md §1): which one a user chose makes it no other account.
    """
    user = str(settings["username"]).strip().casefold()
    if settings.get(CONF_SERVER) != OWN_URL:
        return user
    return f"{URL(settings[CONF_URL].casefold()).authority} {user}"


VENDOR = Vendor(
    key="anker",
    name="Anker SOLIX",
    open=AnkerAccount,
    address=_address,
    credentials=("username", "password"),
    redact=PRIVATE,
    harmless=frozenset({CONF_COUNTRY, CONF_SERVER}),
    actions=ACTIONS,
    conflicts={"anker_solix": {"username": "username"}},
)
