"""From what devices said in one round to a snapshot: when each measured it, and who has fallen silent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ...core.model import Ref, Snapshot
from .devices import DeviceList, plant_id
from .fields import Part
from .inventory import Inventory
from .model import Bean, Listed
from .readings import Readings, Values, is_lost
from .times import local_time, measured_at

_SILENT_AFTER: Final = timedelta(minutes=30)  # E: by then even a slow logger has missed several uploads


class Reporter:
    """Remembers the last upload of every device from one round to the next."""

    def __init__(self, inventory: Inventory, devices: DeviceList, readings: Readings) -> None:
        """Start without having heard anybody."""
        self.inventory = inventory
        self.devices = devices
        self.readings = readings
        self._uploads: dict[str, tuple[datetime, datetime]] = {}

    def is_silent(self, device: Listed, bean: Bean, now: datetime) -> bool:
        """Tell whether the same upload was served for too long by our own clock; that of a device may be wrong."""
        if (told := local_time(bean)) is None:
            return False
        known, since = self._uploads.get(device.serial, (None, now))
        if told != known or now < since:
            since = now
        self._uploads[device.serial] = (told, since)
        return now - since >= _SILENT_AFTER


class Report:
    """Collects what one fetch heard; who said nothing is simply not in it."""

    def __init__(self, reporter: Reporter, now: datetime) -> None:
        """Begin at the moment before the first request."""
        self._reporter = reporter
        self._now = now
        self._values: Values = {}
        self._times: dict[Ref, datetime] = {}
        self._latest: datetime | None = None

    def live(self, device: Listed, part: Part, bean: Bean, at: datetime | None = None, **how: Any) -> None:
        """Take in what a device measured at its last upload: ``at``, or as the object itself tells.

        Of a device that is silent measurements are gone, as of one that is lost. ``how`` goes to ``Readings``.
        """
        lost = bool(device.lost if (said := is_lost(bean)) is None else said)
        if at is None:
            if self._reporter.is_silent(device, bean, self._now):
                bean, lost = {**bean, "lost": True}, True
            at = measured_at(bean, self._reporter.inventory.offset(device), self._now, lost=lost)
        self.put(self._reporter.readings.of_device(device, part, bean, at=at, **how), at)
        if at is not None:
            self._latest = max(at, self._latest or at)

    def fact(self, device: Listed, part: Part, bean: Bean) -> None:
        """Take in what is true of a device whenever it was uploaded."""
        self._reporter.devices.note_facts(device, bean)
        self.put(self._reporter.readings.of_device(device, part, bean))

    def plant(self, plant: str, part: Part, bean: Bean, at: datetime | None = None) -> None:
        """Take in what the server says about a plant (its number)."""
        self.put(self._reporter.readings.of_plant(plant_id(plant), part, bean, at=at), at)

    def put(self, values: Values | Mapping[Ref, Any], at: datetime | None = None) -> None:
        """Take in values as of a moment, now if it is not known."""
        self._reporter.devices.note_readings(values)
        self._values.update(values)
        self._times.update(dict.fromkeys(values, at or self._now))

    def snapshot(self) -> Snapshot:
        """Return it all, as old as the latest upload in it: what the next call is aligned to (E)."""
        latest = self._latest or self._now
        times = {ref: at for ref, at in self._times.items() if at != latest}
        devices = tuple(self._reporter.devices)
        return Snapshot(measured_at=latest, values=self._values, times=times, devices=devices)
