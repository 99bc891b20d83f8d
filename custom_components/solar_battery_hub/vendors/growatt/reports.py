"""From what devices said to a snapshot: when each measured it, and what silence makes worthless."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ...core.catalogue import Kind, look_up
from ...core.model import Device, Gone, Ref, Reported, Snapshot
from .inventory import Inventory
from .model import Bean, Listed
from .readings import Values, is_lost, measured_at, readings

_SILENT_AFTER: Final = timedelta(minutes=30)  # E: by then even a slow logger has missed several uploads
_OFF_BY: Final = timedelta(days=1)  # more is a wrong clock, unless the device is lost


@dataclass(slots=True)
class _Upload:
    """The newest upload of a device by its own clock, and when we first saw it."""

    at: datetime
    seen: datetime


class Reporter:
    """Remembers the last upload of every device from one round to the next."""

    def __init__(self, inventory: Inventory) -> None:
        """Start without having heard anybody."""
        self.inventory = inventory
        self._uploads: dict[str, _Upload] = {}

    def is_silent(self, serial: str, at: datetime, now: datetime) -> bool:
        """Tell whether the same upload (its time) was served for too long.

        Only our own clock counts: that of a device may be an hour off the plant's zone.
        """
        upload = self._uploads.get(serial)
        if upload is None or upload.at != at or now < upload.seen:
            self._uploads[serial] = _Upload(at, now)
            return False
        return now - upload.seen >= _SILENT_AFTER


class Report:
    """Collects what one fetch heard; devices that said nothing are simply not in it."""

    def __init__(self, reporter: Reporter, now: datetime) -> None:
        """Begin at the moment before the first request."""
        self._reporter = reporter
        self._now = now
        self._values: Values = {}
        self._times: dict[Ref, datetime] = {}
        self._uploaded: dict[str, datetime] = {}

    def add(self, device: Listed, part: str, bean: Bean) -> None:
        """Take in a bean; a part without a time is as old as the part before it.

        Of a device that is lost or silent measurements are gone, and a lifetime total of zero is none (core#67366).
        """
        said = measured_at(bean, self._reporter.inventory.offset(device))
        lost = is_lost(bean)
        at = self._placed(said, lost=lost) or self._uploaded.get(device.serial) or self._now
        found = readings(device.serial, device.family, part, bean)
        if said is not None:
            lost = self._reporter.is_silent(device.serial, said, self._now) or lost
            self._uploaded[device.serial] = at
            self._put(Ref(device.serial, "last_measured"), at, self._now)
            self._put(Ref(device.serial, "online"), not lost, self._now)
        for ref, value in found.items():
            if not lost:
                self._put(ref, value, at)
            elif not _is_worthless(ref, value):
                self._put(ref, Gone.GONE if look_up(ref.key)[0].expires else value, at)

    def put(self, values: Values, at: datetime | None = None) -> None:
        """Take in values that nobody measured, such as settings, or a plant's own."""
        for ref, value in values.items():
            self._put(ref, value, at or self._now)

    def snapshot(self, devices: tuple[Device, ...] | None = None) -> Snapshot:
        """Return it all, as old as the latest upload in it: what the next call is aligned to (E)."""
        latest = max(self._uploaded.values(), default=self._now)
        times = {ref: at for ref, at in self._times.items() if at != latest}
        return Snapshot(measured_at=latest, values=self._values, times=times, devices=devices)

    def _put(self, ref: Ref, value: Reported, at: datetime) -> None:
        self._values[ref] = value
        self._times[ref] = at

    def _placed(self, said: datetime | None, *, lost: bool) -> datetime | None:
        """Return when it was measured; a clock that is ahead or far off is not believed."""
        if said is None or (said >= self._now - _OFF_BY and said <= self._now) or (lost and said < self._now):
            return said
        return self._now


def _is_worthless(ref: Ref, value: Reported) -> bool:
    return value == 0 and look_up(ref.key)[0].kind is Kind.LIFETIME
