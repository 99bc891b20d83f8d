"""One setting: where it is told, what is told of it, and what keeps it from being written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ...core.control import Setting
from ...core.model import Value
from .seen import Seen

NOT_READ: Final = "settings_not_read_yet"
NOT_HERE: Final = "not_on_this_device"
MEMBER: Final = "member_account"
NEEDS_APP: Final = (
    "needs_app_connection"  # what the cloud stores has no effect without a message to the device (§12.4, §12.7)
)
OTHER_MODE: Final = "not_in_this_mode"
MAIN_DECIDES: Final = "controlled_by_main_device"

PASSING: Final = frozenset({None, OTHER_MODE, MAIN_DECIDES})
"""With these a setting stays: its entity would be removed otherwise, with all the user made of it."""

# The cloud has a change at once; what the device does of it shows minutes later and is no part of it (§12).
TOLD: Final[Mapping[str, Any]] = {"settle": 2.0, "pause": 8.0}
DOUBTFUL: Final[Mapping[str, Any]] = {"proven": False}


def _nothing(_: Seen) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """``source`` is where a setting is told; ``bounds`` fill in what differs between devices.

    ``reason`` tells why it cannot be written; a device that does not tell it (``read`` before anything else) may have it all the same.
    """

    setting: Setting
    source: str
    read: Callable[[Seen], Value]
    reason: Callable[[Seen], str | None]
    bounds: Callable[[Seen], Mapping[str, Any]] = _nothing

    def made(self, seen: Seen) -> Setting:
        """Return the setting as a device has it."""
        return replace(self.setting, **self.bounds(seen))


def table(*offers: Offer) -> dict[str, Offer]:
    """Return offers by the key of their setting."""
    return {offer.setting.key: offer for offer in offers}
