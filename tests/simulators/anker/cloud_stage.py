"""What a test or the control port may do to the cloud itself: logins, tokens, limits, hosts, odd answers."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from tests.simulators.actions import Acting
from tests.simulators.anker.call import Bean

if TYPE_CHECKING:
    from tests.simulators.anker.server import AnkerSimulator

LOOPBACK = "127.0.0.1"


class CloudStage(Acting):
    """The hands behind the cloud. Every method is an action."""

    def __init__(self, simulator: AnkerSimulator) -> None:
        """Work on a cloud."""
        self._simulator = simulator

    # --- account and tokens ------------------------------------------------------------------------------------------

    def displace(self) -> None:
        """Let somebody else sign in on both hosts while only one token may live (§3.5)."""
        self._simulator.door.revoke()

    def set_door(self, **switches: Any) -> Bean:
        """Switch fields of the door's ``Rules`` and return all of them."""
        door = self._simulator.door
        door.rules = replace(door.rules, **switches)
        return asdict(door.rules)

    def set_password(self, password: str) -> None:
        """Change the account's password; its tokens live on."""
        self._simulator.door.account.password = password

    def set_account_host(self, host: str) -> None:
        """Move the account's data to the other host; tokens stay where they are."""
        if host not in ("com", "eu"):
            raise ValueError(f"no such host: {host}")
        self._simulator.door.account.host = host

    def lock_logins(self, hours: float = 24.0, *, short: bool = False, address: str = LOOPBACK) -> None:
        """Lock the logins of an address for hours, or for ten minutes with other words (§3.6)."""
        self._simulator.door.lock.lock(address, hours=hours, short=short)

    def unlock_logins(self) -> None:
        """End every lock and forget failed logins."""
        self._simulator.door.lock.unlock()

    # --- how the cloud behaves ---------------------------------------------------------------------------------------

    def set_limits(self, *, energy: int | None = 11, others: int | None = 25, **special: int) -> None:
        """Limit calls a minute; ``None`` lifts a limit. ``special``: by the last part of a path."""
        limits = self._simulator.limits
        limits.energy, limits.others, limits.special = energy, others, dict(special)

    def forget_calls(self) -> None:
        """Let the limiter forget what was asked."""
        self._simulator.limits.forget()

    def set_oddities(self, **switches: Any) -> Bean:
        """Switch fields of ``Oddities`` and return all of them."""
        self._simulator.odd = replace(self._simulator.odd, **switches)
        return asdict(self._simulator.odd)

    def set_invalid(self, site_id: str, *, on: bool = True) -> None:
        """Let the scene of a site hold no values (``is_display_data`` false), or hold them again (§7.2)."""
        (self._simulator.odd.invalid.add if on else self._simulator.odd.invalid.discard)(site_id)

    def set_timeless(self, site_id: str, *, on: bool = True) -> None:
        """Let the scene of a site not tell how old it is, or tell it again."""
        (self._simulator.odd.timeless.add if on else self._simulator.odd.timeless.discard)(site_id)
