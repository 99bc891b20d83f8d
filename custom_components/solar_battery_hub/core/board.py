"""The one place that knows the present value of every reading of an account."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from .catalogue import CATALOGUE, Definition, look_up
from .counters import Counters
from .feed import Feed
from .model import Device, Gone, Ref, Reported, Snapshot, Value
from .quantities import DECIMALS, Kind, Quantity
from .site import site_values, sites, terms_of

SITE_FEED = "site"  # marks values that were computed from parts
FASTEST = 200.0  # kW; a counter that runs faster than any house is doubted first


@dataclass(slots=True)
class Reading:
    """The present value of one reading and where it came from.

    ``expires_at`` is ``None`` for what silence does not make worthless. ``derived``: nobody told it,
    it is the day's part of a lifetime total.
    """

    value: Value
    measured_at: datetime
    feed: str
    expires_at: datetime | None
    gone: bool = False
    derived: bool = False


class Board:
    """Merges snapshots: the newest ``measured_at`` wins per reading (design §4)."""

    def __init__(self, counters: Counters, zone_of: Callable[[str], tzinfo]) -> None:
        """Take the counter guard and the way to a device's time zone."""
        self._counters = counters
        self._zone_of = zone_of
        self._definitions: dict[str, Definition] = {}
        self._midnights: dict[str, datetime] = {}  # by device with totals of days: when its next day begins
        self.readings: dict[Ref, Reading] = {}

    def merge(self, feed: Feed, snapshot: Snapshot, now: datetime) -> None:
        """Take in what a feed delivered."""
        expiry = now + timedelta(seconds=feed.expires_after)
        for ref, reported in snapshot.values.items():
            at = snapshot.times.get(ref, snapshot.measured_at)
            self._put(ref, reported, at, feed.key, now, expiry)
            self._derive_today(ref, reported, at, feed.key, now, expiry, snapshot)

    def put(self, ref: Ref, value: Value, now: datetime) -> None:
        """Take in one value that was just read outside of a feed (after a write)."""
        old = self.readings.get(ref)
        feed = old.feed if old else ""
        self._put(ref, value, now, feed, now, old.expires_at if old else None)

    def add_site_values(self, devices: Iterable[Device], now: datetime) -> frozenset[Ref]:
        """Fill in what the vendor does not give for the whole of each site (design §3); return what is new about it."""
        self._turn_days(now)
        before = {ref: reading.value for ref, reading in self.readings.items() if reading.feed == SITE_FEED}
        values = {
            ref: reading.value if self.available(ref, now) else None
            for ref, reading in self.readings.items()
            if reading.feed != SITE_FEED
        }
        computed: dict[Ref, float | None] = {}
        for site, parts in sites(devices).items():
            kinds = {part.id: part.kind.value for part in parts}
            parents = {part.id: part.parent for part in parts if part.parent is not None}
            own = {ref: value for ref, value in values.items() if ref.device in kinds}
            computed |= site_values(own, kinds, site, parents)
        for ref in before.keys() - computed.keys():
            del self.readings[ref]
        for ref in computed.keys() - values.keys():
            self._put(ref, computed[ref], now, SITE_FEED, now, None)
        present = {ref: self.readings[ref].value for ref in computed.keys() - values.keys()}
        same = before.items() & present.items()
        return frozenset((before.keys() | present.keys()) - {ref for ref, _ in same})

    def needed_for(self, refs: Iterable[Ref], devices: Iterable[Device]) -> frozenset[Ref]:
        """Add to these readings the ones they are computed from."""
        needed = set(refs)
        members = {site: [part.id for part in parts] for site, parts in sites(devices).items()}
        for ref in tuple(needed):
            if ref.key.endswith("_today"):
                needed.add(Ref(ref.device, ref.key.removesuffix("_today") + "_total"))
            if (reading := self.readings.get(ref)) and reading.feed == SITE_FEED:
                needed |= {Ref(part, term) for part in members.get(ref.device, ()) for term in terms_of(ref.key)}
        return frozenset(needed)

    def value(self, ref: Ref) -> Value:
        """Return the present value, ``None`` when there is none."""
        reading = self.readings.get(ref)
        return reading.value if reading and not reading.gone else None

    def available(self, ref: Ref, now: datetime) -> bool:
        """Tell whether the value still means something."""
        reading = self.readings.get(ref)
        if reading is None or reading.gone:
            return False
        return reading.expires_at is None or now < reading.expires_at

    def next_expiry(self, now: datetime) -> datetime | None:
        """Return when the next value that still counts becomes stale, or the next day begins somewhere."""
        times = (
            reading.expires_at
            for reading in self.readings.values()
            if reading.expires_at is not None and reading.expires_at > now
        )
        midnights = (midnight for midnight in self._midnights.values() if midnight > now)
        return min((*times, *midnights), default=None)

    def forget(self, device: str) -> None:
        """Drop everything of a device that no longer exists."""
        for ref in [ref for ref in self.readings if ref.device == device]:
            del self.readings[ref]

    def _definition(self, key: str) -> Definition:
        if key not in self._definitions:
            self._definitions[key] = look_up(key)[0]
        return self._definitions[key]

    def _put(
        self, ref: Ref, reported: Reported, at: datetime, feed: str, now: datetime, expiry: datetime | None
    ) -> None:
        old = self.readings.get(ref)
        told = old is not None and old.feed != SITE_FEED  # what was computed yields to what is told, however old
        if old is not None and told and at < old.measured_at <= now:  # one from the future is of a clock since put back
            return
        definition = self._definition(ref.key)
        gone = isinstance(reported, Gone)
        value = None if isinstance(reported, Gone) else reported
        self.readings[ref] = Reading(
            value=_neat(definition, self._guard(definition, ref, value, at, feed, now)),
            measured_at=at,
            feed=feed,
            expires_at=self._expiry(definition, ref.device, now, expiry),
            gone=gone and definition.expires,
        )

    def _expiry(self, definition: Definition, device: str, now: datetime, expiry: datetime | None) -> datetime | None:
        """Return when a value is worth nothing: stale measurements, and a day's total some time after its midnight."""
        if definition.kind is Kind.DAILY and expiry is not None:
            midnight = self._midnights[device] = self._midnight(device, now, days=1)
            return midnight + (expiry - now)
        return expiry if definition.expires else None

    def _midnight(self, device: str, now: datetime, days: int = 0) -> datetime:
        """Return in UTC when the device's present day began, or the one so many days later."""
        local = now.astimezone(self._zone_of(device))
        return (local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)).astimezone(UTC)

    def _turn_days(self, now: datetime) -> None:
        """Let what was counted until midnight be none of today's, before the vendor tells of the new day."""
        began = {device: self._midnight(device, now) for device, ends in self._midnights.items() if ends <= now}
        for ref, reading in self.readings.items():
            if reading.measured_at >= began.get(ref.device, reading.measured_at) or reading.value is None:
                continue
            if self._definition(ref.key).kind is Kind.DAILY and reading.feed != SITE_FEED:
                total = self._counters.turned(_name(ref), now, self._zone_of(ref.device))
                reading.value = reading.value if total is None else total
        for device in began:
            self._midnights[device] = self._midnight(device, now, days=1)

    def _guard(self, definition: Definition, ref: Ref, value: Value, at: datetime, feed: str, now: datetime) -> Value:
        """Let no counter lie (core.counters); what was measured yesterday is no total of today."""
        if definition.quantity is Quantity.MONEY or definition.kind not in (
            Kind.DAILY,
            Kind.LIFETIME,
        ):
            return value
        number = float(value) if isinstance(value, int | float) else None
        if definition.kind is Kind.LIFETIME:
            fastest = FASTEST if definition.quantity is Quantity.ENERGY else None
            return self._counters.lifetime(_name(ref), number, at, fastest=fastest, source=feed)
        return self._counters.daily(_name(ref), number, now, self._zone_of(ref.device), measured_at=min(at, now))

    def _derive_today(
        self,
        ref: Ref,
        reported: Reported,
        at: datetime,
        feed: str,
        now: datetime,
        expiry: datetime,
        snapshot: Snapshot,
    ) -> None:
        """Derive the day's energy from the lifetime one where the vendor gives none, or gave none for long."""
        if not ref.key.endswith("_total") or isinstance(reported, Gone):
            return
        today = Ref(ref.device, ref.key.removesuffix("_total") + "_today")
        if today.key not in CATALOGUE or today in snapshot.values or self._is_told(today, now):
            return
        total = self.value(ref)
        if not isinstance(total, float):
            return
        value = self._counters.daily_from_lifetime(_name(today), total, now, self._zone_of(ref.device))
        until = self._expiry(CATALOGUE[today.key], ref.device, now, expiry)
        self.readings[today] = Reading(value=value, measured_at=at, feed=feed, expires_at=until, derived=True)

    def _is_told(self, ref: Ref, now: datetime) -> bool:
        """Tell whether the vendor itself told this lately, be it in another feed."""
        reading = self.readings.get(ref)
        if reading is None or reading.derived or reading.gone or reading.value is None or reading.feed == SITE_FEED:
            return False
        return reading.expires_at is None or now < reading.expires_at

    def as_dict(self, feeds: Iterable[str]) -> dict[str, Any]:
        """Return the readings of these feeds, and counters and facts of all, as JSON types for a Store."""
        keep = frozenset(feeds)
        return {
            "readings": [
                [
                    *ref,
                    _to_json(reading.value),
                    _to_json(reading.measured_at),
                    reading.feed,
                    _to_json(reading.expires_at),
                    reading.derived,
                ]
                for ref, reading in self.readings.items()
                if not reading.gone and (reading.feed in keep or not self._definition(ref.key).expires)
            ]
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back what ``as_dict`` gave; entries that no longer make sense are dropped."""
        for row in state.get("readings", ()):
            try:
                self._restore_row(*row)
            except KeyError, TypeError, ValueError:
                continue

    def _restore_row(
        self,
        device: str,
        key: str,
        value: Any,
        measured_at: str,
        feed: str,
        expires_at: str | None,
        derived: bool = True,
    ) -> None:
        definition, at = self._definition(key), datetime.fromisoformat(measured_at)
        moment = definition.quantity is Quantity.MOMENT and value is not None
        if definition.kind is Kind.DAILY:
            self._midnights[device] = at  # so that the next look finds out whether its day is over
        self.readings[Ref(device, key)] = Reading(
            value=datetime.fromisoformat(value) if moment else value,
            measured_at=at,
            feed=feed,
            expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
            derived=bool(derived),
        )


def _neat(definition: Definition, value: Value) -> Value:
    """Return a measured number without its noise, and zero without a sign; settings stay exact."""
    decimals = DECIMALS.get(definition.quantity)
    if decimals is None or definition.kind is Kind.STATE or not isinstance(value, float):
        return value
    return round(value, decimals) + 0.0


def _name(ref: Ref) -> str:
    return f"{ref.device}/{ref.key}"


def _to_json(value: Value) -> float | int | str | bool | None:
    return value.isoformat() if isinstance(value, datetime) else value
