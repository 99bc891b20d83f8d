"""What each setting is believed to be, and whether we or somebody else made it so (design §5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from .change import same
from .clock import Clock
from .control import Setting
from .model import Ref, Value

# For so long a change that was not confirmed may still turn up: the slowest settings are read every hour.
LATE: Final = timedelta(minutes=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    """Our own last write of a setting; ``found`` is ``None`` until the device had it."""

    asked: Value
    at: datetime
    found: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A setting is not what it was (``None``: never seen); ``ours`` is what we had asked for, if we did."""

    before: Value
    found: Value
    ours: Value = None


class SettingsWatch:
    """Remembers the last value seen of every setting, also over a restart, and our own writes."""

    def __init__(self, clock: Clock) -> None:
        """Start without any memory."""
        self._clock = clock
        self._base: dict[Ref, Value] = {}
        self._writes: dict[Ref, _Write] = {}

    def has(self, ref: Ref, setting: Setting | None, asked: Value, known: Value) -> bool:
        """Tell whether the device certainly has what is asked; ``known`` is the last reading.

        Around a write of our own the reading may be older than that: then both must agree,
        and nothing is certain while a write that was not confirmed may still turn up.
        """
        if known is None or not same(setting, asked, known):
            return False
        write = self._writes.get(ref)
        return write is None or self._is_old(write) or (write.found is not None and same(setting, asked, write.found))

    def sending(self, ref: Ref, asked: Value) -> None:
        """Take note that a write leaves now: from here on the device may have either value."""
        self._writes[ref] = _Write(asked=asked, at=self._clock.now())

    def refused(self, ref: Ref) -> None:
        """Take note that the write left nothing behind."""
        self._writes.pop(ref, None)

    def wrote(self, ref: Ref, asked: Value, found: Value) -> None:
        """Take note of the end of a write; ``found`` is what agrees with it, or ``None``."""
        self._writes[ref] = _Write(asked=asked, at=self._clock.now(), found=found)
        if found is not None:
            self._base[ref] = found

    def learn(self, ref: Ref, value: Value) -> None:
        """Take in what a device has because of a write of ours, although nobody asked for it: that is no news later."""
        self._base[ref] = value

    def unlearn(self) -> None:
        """Drop what every setting was believed to be; what is under way stays."""
        self._base.clear()

    def observe(self, ref: Ref, setting: Setting | None, value: Value, at: datetime | None) -> News | None:
        """Take in a reading, true at that time (``None``: now), and tell what is new about it.

        Older than our own last write it says nothing.
        """
        write = self._writes.get(ref)
        if value is None or (write is not None and at is not None and at <= write.at):
            return None
        doubt = write if write is not None and write.found is None and not self._is_old(write) else None
        ours = doubt.asked if doubt and same(setting, doubt.asked, value) else None
        before = self._base.get(ref)
        is_news = ours is not None or before is None or not same(setting, before, value)
        if is_news or doubt is None:
            self._writes.pop(ref, None)
        if not is_news:
            return None
        self._base[ref] = value
        return News(before=before, found=value, ours=ours)

    def _is_old(self, write: _Write) -> bool:
        return self._clock.now() - write.at > LATE

    def forget(self, device: str) -> None:
        """Drop a device that no longer exists."""
        for memory in (self._base, self._writes):
            for ref in [ref for ref in memory if ref.device == device]:
                del memory[ref]

    def as_dict(self) -> dict[str, Any]:
        """Return the last values seen, device to key to value (JSON types)."""
        state: dict[str, Any] = {}
        for ref, value in self._base.items():
            state.setdefault(ref.device, {})[ref.key] = value
        return state

    def restore(self, state: object) -> None:
        """Take back what ``as_dict`` gave; anything else is dropped."""
        for device, values in state.items() if isinstance(state, Mapping) else ():
            for key, value in values.items() if isinstance(values, Mapping) else ():
                if isinstance(value, str | int | float):
                    self._base[Ref(device, key)] = value
