"""From what one round heard to a snapshot: when it was measured, and what of it still means something."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache

from ...core.catalogue import look_up
from ...core.model import Gone, Happening, Ref, Reported, Snapshot
from .devices import DeviceList


class Report:
    """Collects what one fetch heard; who said nothing is simply not in it."""

    def __init__(self, devices: DeviceList, now: datetime) -> None:
        """Begin at the moment before the first request."""
        self._devices = devices
        self.now = now  # the moment before the first request
        self._values: dict[Ref, Reported] = {}
        self._times: dict[Ref, datetime] = {}
        self._streams: list[Ref] = []
        self._happenings: list[Happening] = []
        self.measured_at: datetime | None = None
        """The vendor's own time of the round, which the next one is aligned to; now where it has none."""

    def put(
        self,
        values: Mapping[Ref, Reported],
        at: datetime | None = None,
        *,
        times: Mapping[Ref, datetime] | None = None,
        gone: bool = False,
    ) -> None:
        """Take in readings measured at a moment (``times``: those with one of their own), now if it is not known.

        ``gone``: nothing was heard of the device for so long that what it measured says nothing any more.
        """
        self._devices.note_readings(values)
        for ref, value in values.items():
            known = Ref(self._devices.id_of(ref.device), ref.key)
            self._values[known] = Gone.GONE if gone and _expires(ref.key) else value
            self._times[known] = min((times or {}).get(ref, at or self.now), self.now)

    def watch(self, stream: Ref, happenings: Iterable[Happening]) -> None:
        """Take in what happened."""
        self._streams.append(stream)
        self._happenings.extend(happenings)

    def snapshot(self) -> Snapshot:
        """Return it all, with the devices known by now."""
        latest = min(self.measured_at or self.now, self.now)
        return Snapshot(
            measured_at=latest,
            values=self._values,
            times={ref: at for ref, at in self._times.items() if at != latest},
            devices=tuple(self._devices),
            streams=tuple(self._streams),
            happenings=tuple(self._happenings),
        )


@cache
def _expires(key: str) -> bool:
    return look_up(key)[0].expires
