"""The time of a measured process: real time that can also be skipped. Nothing here sleeps.

``install`` puts it in the place of ``time.time``, ``time.monotonic`` and Home Assistant's clock, before anything else of
Home Assistant is imported. The event loop, its timers and the connections' keep-alive then follow it, so that half a
minute without anything to do passes in no time while every timer still fires at its moment. CPU time and
``time.perf_counter`` stay real.
"""

import datetime as datetime_module
from datetime import UTC, datetime, tzinfo
import time
from types import SimpleNamespace
from typing import Any, Self, override

_real_time = time.time
_real_monotonic = time.monotonic
_wall_ahead = 0.0
_skipped = 0.0


def _time() -> float:
    """Return the time of the process, as ``time.time``."""
    return _real_time() + _wall_ahead + _skipped


def monotonic() -> float:
    """Return the monotonic time of the process, as ``time.monotonic``; so counts the event loop."""
    return _real_monotonic() + _skipped


def now() -> datetime:
    """Return the time of the process, aware and in UTC."""
    return datetime.fromtimestamp(_time(), UTC)


def end() -> dict[str, Any]:
    """Return when a process ends, so that the next one begins later."""
    return {"ended": now().isoformat()}


def skip_to(moment: float) -> None:
    """Go on at this monotonic time; a moment that has passed changes nothing."""
    global _skipped  # noqa: PLW0603 - a process has one time
    _skipped += max(0.0, moment - monotonic())


def install(start: datetime) -> None:
    """Make it ``start`` (aware) now, for the whole process."""
    global _wall_ahead  # noqa: PLW0603
    _wall_ahead = start.timestamp() - _real_time()
    time.time = _time
    time.monotonic = monotonic
    from homeassistant.util import dt as dt_util  # after the above: it keeps what it finds

    def zoned_now(time_zone: tzinfo | None = None) -> datetime:
        return now().astimezone(time_zone or dt_util.get_default_time_zone())

    dt_util.utcnow = now  # type: ignore[assignment]
    dt_util.now = zoned_now


class SkippedDatetime(datetime):
    """A ``datetime`` whose present is the process's."""

    @classmethod
    @override
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(_time(), tz)


def install_in(module: Any) -> None:
    """Let a module that asks ``datetime.datetime.now`` live in the process's time, too."""
    module.datetime = SimpleNamespace(**{**vars(datetime_module), "datetime": SkippedDatetime})


def sleep_in(module: Any) -> None:
    """Let a module that asks for nothing but ``time.sleep`` be done with its pauses at once; the process's time goes on."""
    module.time = SimpleNamespace(sleep=lambda seconds: skip_to(monotonic() + seconds))
