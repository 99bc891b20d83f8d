"""From what one round heard to a snapshot: when it was measured, and what of it still means something."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache

from ...core.catalogue import look_up
from ...core.model import Device, Gone, Ref, Reported, Snapshot


class Report:
    """Collects what one fetch heard; who said nothing is simply not in it."""

    def __init__(self, devices: Iterable[Device], now: datetime, on_told: Callable[[Iterable[Ref]], None]) -> None:
        """Begin at the moment before the first request; ``on_told`` hears of every reading the vendor itself tells."""
        self._devices = devices
        self._on_told = on_told
        self.now = now
        self._values: dict[Ref, Reported] = {}
        self._times: dict[Ref, datetime] = {}
        self.measured_at: datetime | None = None
        """The vendor's own time of the round, which the next one is aligned to; now where it has none."""

    def put(self, values: Mapping[Ref, Reported], at: datetime | None = None, *, gone: bool = False) -> None:
        """Take in readings measured at a moment, now if it is not known.

        ``gone``: nothing was heard of the site for so long that what it measured says nothing any more.
        """
        self._on_told(ref for ref, value in values.items() if value is not None)
        for ref, value in values.items():
            self._values[ref] = Gone.GONE if gone and _expires(ref.key) else value
            self._times[ref] = at or self.now

    def count(self, values: Mapping[Ref, Reported]) -> None:
        """Take in energies that were counted here."""
        self._values.update(values)
        self._times.update(dict.fromkeys(values, self.now))

    def snapshot(self) -> Snapshot:
        """Return it all, with the devices known by now."""
        latest = self.measured_at or self.now
        times = {ref: at for ref, at in self._times.items() if at != latest}
        return Snapshot(measured_at=latest, values=self._values, times=times, devices=tuple(self._devices))


@cache
def _expires(key: str) -> bool:
    return look_up(key)[0].expires
