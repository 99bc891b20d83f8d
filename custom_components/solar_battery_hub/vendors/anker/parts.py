"""What the feeds of an account have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from ...core.absences import Absences
from ...core.clock import Clock
from ...core.errors import NotSupported
from .client import Client
from .controls import Controls
from .days import Days
from .devices import DeviceList
from .inventory import Inventory
from .ledger import Ledger
from .model import Listed, Site
from .readings import Readings
from .reports import Report

_OFTEN: Final = 3  # lists in a row that leave something out until it is gone
_LONG: Final = timedelta(hours=1)  # from the first of them to the last


def absences() -> Absences:
    """Return a memory of who is missing: one odd list that leaves somebody out does not mean that he is gone."""
    return Absences(often=_OFTEN, long=_LONG)


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
    absences: Absences = field(default_factory=absences, init=False)  # among what sites tell themselves

    def begin(self) -> Report:
        """Begin a report at this moment."""
        return Report(self.devices, self.clock.now(), self.ledger.note_told)

    def note_seen(self, site: str, devices: Sequence[Listed]) -> None:
        """Take which devices a site itself tells of; one that is left out is not gone at once."""
        told = [device.serial for device in devices]
        spared = self.absences.spare(self.inventory.seen(site), told, self.clock.now()) if told else frozenset()
        self.inventory.note_seen(site, devices, spared=spared)

    def site(self, site: str) -> Site:
        """Return a site by the cloud's id. Raises NotSupported for one that is not there any more."""
        if (found := self.inventory.site(site)) is None:
            raise NotSupported("This site is not there any more")
        return found
