"""The one guard for counters: lifetime ones never fall, daily ones tell of today only (design §3).

What devices do to theirs: 0 while a meter is lost, small steps back, negative numbers, a
new meter with another reading, yesterday's total long after midnight and once more later.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, tzinfo
import math
from typing import Any, Self

_PERSISTS = 3  # samples in a row until a change that no counter can make is believed
_SMALL, _SMALL_SHARE = 1.0, 0.01  # kWh, share: a smaller step back is noise
_MOST = 1e12  # kWh; more is garbage
_DECIMALS = 6  # kept of sums and differences; the rest is binary rounding
_DIPPED = 0.25  # kWh by which yesterday's total may differ when it is repeated
_LEAP = 2.0  # kWh that may be counted from one rare sample to the next
_TOLD_BY = "\n"  # between a key and a source
_USUAL = 1 / 20  # of the fastest: how fast a counter may have run while nobody told of it
_LATE_HOUR = 2  # o'clock; what rises from then on is today's: clocks an hour slow have reset too


class Counters:
    """Guards any number of counters, each known by a key of the caller's.

    Values are kWh (or any unit in which 1 is little), times aware. ``None`` in is ``None``
    out. A value that cannot be true is answered with what was last given out, or ``None``
    before there was anything. ``version`` grows when there is something new to save.
    """

    def __init__(self, state: Mapping[str, object] | None = None) -> None:
        """Go on from what ``as_dict`` gave; what is not readable in it is forgotten."""
        state = state if isinstance(state, Mapping) else {}
        self._lifetimes = _load(_Lifetime, state.get("lifetime"))
        self._days = _load(_Day, state.get("daily"))
        self._splits = _load(_Split, state.get("split"))
        # By key how far its lifetime has come, whoever told, and when that was.
        self._reached: dict[str, tuple[float, float]] = {}
        for name, known in self._lifetimes.items():
            key = name.partition(_TOLD_BY)[0]
            self._reached[key] = max(self._reached.get(key, (0.0, 0.0)), (known.shown, known.at))
        self.version = 0

    def lifetime(
        self, key: str, value: float | None, at: datetime, *, fastest: float | None = None, source: str = ""
    ) -> float | None:
        """Return a lifetime total that never falls.

        A 0 after more than 0 is no sample at all; a step back of less than 1 kWh or 1 % is
        held. A larger fall, or a rise by more than ``fastest`` kW could bring, is believed
        when three samples in a row agree. Then the total goes on from where it was: a
        reset shows no fall and a new meter's reading no energy. So it may differ from
        the device's number for good, by a constant. A device that jumps back to its former
        reading before it grew by 1 % of that is counted from there again: in doubt,
        nothing is counted twice.

        Each ``source`` counts for itself. One that is new is believed where it tells of no more
        than may have been counted since another told last; else it goes on from where that one
        had come to: two that tell of the same thing never quite agree.
        """
        if value is None:
            return None
        name = f"{key}{_TOLD_BY}{source}" if source else key
        old, (shown, since) = self._lifetimes.get(name), self._reached.get(key, (0.0, 0.0))
        new, seconds = old, at.timestamp()
        if _is_sane(value) and (value or old or not shown):
            usual = (fastest or 0.0) * _USUAL * max(0.0, seconds - since) / 3600
            start = value if not shown or 0 <= value - shown <= usual else shown
            first = _Lifetime(raw=value, shown=start, at=seconds, offset=start - value)
            new = old.after(value, seconds, fastest) if old else first
        reached = self._keep(self._lifetimes, name, new)
        if reached is not None and (reached > shown or key not in self._reached):
            self._reached[key] = (reached, seconds)
        return self._reached[key][0] if key in self._reached else None

    def daily(
        self, key: str, value: float | None, at: datetime, zone: tzinfo, *, measured_at: datetime | None = None
    ) -> float | None:
        """Return a total of the local day of ``at`` in ``zone``; it falls at midnight only.

        Yesterday's total repeated after midnight is refused (0 is given) until the device
        starts anew: the value drops, or it rises past yesterday's after two o'clock. Once a
        day has begun by itself, a small step may well lead to where yesterday ended.
        ``measured_at`` is the vendor's own time where known: a value measured before
        midnight is yesterday's whatever it is. A sample of the day before is ignored.
        """
        if value is None:
            return None
        day, late = _local(at, zone)
        today = measured_at is None or _local(measured_at, zone)[0] >= day
        new = self._days.get(key)
        if new is not None and new.day - day != 1:
            new = new.on(day)
        if _is_sane(value):
            if new is None:
                new = _Day(day=day, shown=value) if today else _Day(day=day, shown=0.0, before=value)
            elif new.day == day:
                new = new.after(value, late=late) if today else new.refuse(value)
        return self._keep(self._days, key, new)

    def daily_from_lifetime(self, key: str, lifetime: float | None, at: datetime, zone: tzinfo) -> float | None:
        """Return the total of the local day from a lifetime total that ``lifetime`` has guarded.

        The first day counts from the first sample. Each midnight is put at the last sample
        before it, however long ago that was. Should the total fall, today's is held.
        A sample of the day before is ignored.
        """
        if lifetime is None:
            return None
        day, _ = _local(at, zone)
        new = self._splits.get(key)
        if new is not None and new.day - day != 1:
            new = new.on(day)
        if _is_sane(lifetime):
            if new is None:
                new = _Split(day=day, shown=0.0, baseline=lifetime, last=lifetime)
            elif new.day == day:
                new = new.after(lifetime)
        return self._keep(self._splits, key, new)

    def turned(self, key: str, at: datetime, zone: tzinfo) -> float | None:
        """Return a total of the local day of ``at`` as it stands without a new sample: nothing, on a new day.

        ``None`` for a key that has no total of a day.
        """
        day, _ = _local(at, zone)
        if (total := self._days.get(key)) is not None:
            return self._keep(self._days, key, total.on(max(day, total.day)))
        if (split := self._splits.get(key)) is not None:
            return self._keep(self._splits, key, split.on(max(day, split.day)))
        return None

    def as_dict(self) -> dict[str, dict[str, dict[str, float]]]:
        """Return all there is to remember as JSON types."""
        return {
            "lifetime": {key: asdict(state) for key, state in self._lifetimes.items()},
            "daily": {key: asdict(state) for key, state in self._days.items()},
            "split": {key: asdict(state) for key, state in self._splits.items()},
        }

    def _keep[S: (_Lifetime, _Day, _Split)](self, states: dict[str, S], key: str, new: S | None) -> float | None:
        if new is None:
            return None
        if new != states.get(key):
            states[key] = new
            self.version += 1
        return new.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lifetime:
    """``raw`` is the device's total, ``shown`` what was made of it: ``raw + offset``.

    The last ``doubts`` samples, the latest of them ``doubted``, were where no counter can
    have come to. ``former_raw`` and ``former_offset`` are from before a reset, else 0.
    """

    raw: float
    shown: float
    at: float  # Unix seconds of the last change of ``raw``
    offset: float = 0.0
    doubts: int = 0
    doubted: float = 0.0
    former_raw: float = 0.0
    former_offset: float = 0.0

    def after(self, value: float, at: float, fastest: float | None) -> Self:
        if value == 0 < self.raw:
            return self
        if self._is_former(value) and value <= self._reach(self.former_raw, at, fastest):
            return self._believe(value, at, self.former_offset)
        if value < self.raw - _small(self.raw) or value > self._reach(self.raw, at, fastest):
            return self._doubt(value, at)
        if value <= self.raw:
            return replace(self, doubts=0)
        return self._believe(value, at, self.offset)

    def _reach(self, level: float, at: float, fastest: float | None) -> float:
        """Return how far a counter can have come from ``level`` since the last change."""
        if fastest is None:
            return math.inf
        return level + _small(level) + fastest * max(0.0, at - self.at) / 3600

    def _is_former(self, value: float) -> bool:
        """Tell whether it jumps to where it was before a reset, instead of growing there."""
        near = value >= self.former_raw - _small(self.former_raw)
        return self.former_raw > 0 and near and value - self.raw > _small(self.former_raw)

    def _believe(self, value: float, at: float, offset: float) -> Self:
        shown = max(self.shown, round(value + offset, _DECIMALS) if offset else value)
        grown = shown - (self.former_raw + self.former_offset)
        on_its_own = value >= self.former_raw or grown > _small(self.former_raw)
        return replace(
            self,
            raw=value,
            shown=shown,
            at=at,
            offset=offset,
            doubts=0,
            former_raw=0.0 if on_its_own else self.former_raw,
        )

    def _doubt(self, value: float, at: float) -> Self:
        agrees = value >= self.doubted - _small(self.doubted)
        doubts = self.doubts + 1 if agrees else 1
        if doubts < _PERSISTS:
            return replace(self, doubts=doubts, doubted=value)
        former = max((self.raw, self.offset), (self.former_raw, self.former_offset))
        former_raw, former_offset = former if former[0] > value else (0.0, 0.0)
        return replace(
            self,
            raw=value,
            at=at,
            offset=self.shown - value,
            doubts=0,
            former_raw=former_raw,
            former_offset=former_offset,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """``shown`` is the total of the local ``day`` (an ordinal), ``before`` the one of the day before."""

    day: int
    shown: float
    before: float = 0.0

    def on(self, day: int) -> Self:
        """Return the state on this day. A day without energy cannot be repeated, the one before it can."""
        return self if day == self.day else replace(self, day=day, shown=0.0, before=self.shown or self.before)

    def after(self, value: float, *, late: bool) -> Self:
        if self._is_repeated(value, late=late):
            return self.refuse(value)
        return replace(self, shown=max(self.shown, value))

    def refuse(self, value: float) -> Self:
        """Learn that this is how far yesterday came."""
        return replace(self, before=max(self.before, value))

    def _is_repeated(self, value: float, *, late: bool) -> bool:
        started = self.shown >= self.before / 2
        grows = late and self.shown > _DIPPED and value - self.shown < _LEAP
        fell = value < self.before - min(_DIPPED, self.before / 2)
        rises = late and value > self.before + 10**-_DECIMALS
        return not (started or grows or fell or rises)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """``shown`` is ``last`` − ``baseline``, the lifetime totals now and at the start of ``day`` (an ordinal)."""

    day: int
    shown: float
    baseline: float
    last: float

    def on(self, day: int) -> Self:
        return self if day == self.day else replace(self, day=day, shown=0.0, baseline=self.last)

    def after(self, lifetime: float) -> Self:
        baseline = self.baseline + min(0.0, lifetime - self.last)
        shown = max(self.shown, round(lifetime - baseline, _DECIMALS))
        return replace(self, shown=shown, baseline=baseline, last=lifetime)


def _small(level: float) -> float:
    return max(_SMALL, _SMALL_SHARE * level)


def _is_sane(value: float) -> bool:
    return 0 <= value < _MOST


def _local(at: datetime, zone: tzinfo) -> tuple[int, bool]:
    """Return the ordinal of the local date, and whether it is late enough for any reset to be over."""
    local = at.astimezone(zone)
    return local.toordinal(), local.hour >= _LATE_HOUR


def _load[S: (_Lifetime, _Day, _Split)](kind: type[S], stored: object) -> dict[str, S]:
    """Return the stored states that are whole."""
    states = {}
    for key, record in stored.items() if isinstance(stored, Mapping) else ():
        try:
            state = kind(**record)
        except TypeError:
            continue
        if all(_fits(getattr(state, field.name), field.type) for field in fields(state)):
            states[str(key)] = state
    return states


def _fits(value: Any, kind: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) if kind is int else math.isfinite(value)
