"""GoodWe's cloud: SEMS+, and the legacy app API behind it."""

from yarl import URL

from ..base import Settings, Vendor
from .account import GoodWeAccount
from .actions import ACTIONS
from .private import PRIVATE
from .regions import CONF_REGION, CONF_URL, OWN_URL


def _address(settings: Settings) -> str:
    """Return the user in one spelling, with the host of an address of one's own.

    An account has one region, told by the sign-in (goodwe.md §1.6): which one a user chose makes it no other account.
    """
    user = str(settings["username"]).strip().casefold()
    if settings.get(CONF_REGION) != OWN_URL:
        return user
    return f"{URL(settings[CONF_URL].casefold()).authority} {user}"


VENDOR = Vendor(
    key="goodwe",
    name="GoodWe",
    open=GoodWeAccount,
    address=_address,
    credentials=("username", "password"),
    redact=PRIVATE,
    harmless=frozenset({CONF_REGION}),
    actions=ACTIONS,
    conflicts={"sems": {"username": "username"}},
)
