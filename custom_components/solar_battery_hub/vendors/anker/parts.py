"""What the feeds of an account have in common."""

from collections.abc import Callable
from dataclasses import dataclass

from ...core.clock import Clock
from ...core.errors import NotSupported
from ...core.model import Ref
from .client import Client
from .controls import Controls
from .days import Days
from .devices import DeviceList
from .inventory import Inventory
from .ledger import Ledger
from .model import Site
from .readings import Readings
from .reports import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the account gives to its feeds. ``root`` is the id of the account's own device."""

    client: Client
    clock: Clock
    inventory: Inventory
    devices: DeviceList
    days: Days
    readings: Readings
    controls: Controls
    ledger: Ledger
    root: Callable[[], str]

    def begin(self) -> Report:
        """Begin a report at this moment."""
        return Report(self.devices, self.clock.now(), self.ledger.note_told)

    def site(self, site: str) -> Site:
        """Return a site by the cloud's id. Raises NotSupported for one that is not there any more."""
        if (found := self.inventory.site(site)) is None:
            raise NotSupported("This site is not there any more")
        return found


def refs(device: str, keys: frozenset[str]) -> frozenset[Ref]:
    """Return these readings of a device."""
    return frozenset(Ref(device, key) for key in keys)
