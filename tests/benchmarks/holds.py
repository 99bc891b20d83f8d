"""How long the event loop was held by one callback, at most."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
import time
from types import TracebackType
from typing import Any, Self


@dataclass(slots=True)
class Hold:
    """The longest callback so far: by the clock on the wall and by CPU time, each with what it was (ms)."""

    wall_ms: float = 0.0
    cpu_ms: float = 0.0
    what: str = ""

    def note(self, wall: float, cpu: float, callback: Any) -> None:
        """Take note of a callback that took ``wall`` and ``cpu`` seconds."""
        self.wall_ms = max(self.wall_ms, 1000 * wall)
        if 1000 * cpu > self.cpu_ms:
            self.cpu_ms, self.what = 1000 * cpu, describe(callback)


def describe(callback: Any) -> str:
    """Return what a callback of the event loop does: the name of its task, or its own."""
    if isinstance(callback, partial):
        return describe(callback.func)
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return owner.get_name()
    return getattr(callback, "__qualname__", type(callback).__qualname__)


class HoldWatch:
    """Times every callback of the event loop while it is entered; ``hold`` is the longest.

    Wall time is what the user feels; on a machine with other work it includes waiting for a processor, which the CPU
    time of the thread leaves out. The steps of the task that entered it (the benchmark's own) do not count.
    """

    def __init__(self) -> None:
        """Prepare; nothing is watched yet."""
        self.hold = Hold()
        self._run: Callable[[Any], None] = asyncio.Handle._run

    def __enter__(self) -> Self:
        """Begin to watch."""
        run, hold, driver = self._run, self.hold, asyncio.current_task()
        perf_counter, thread_time = time.perf_counter, time.thread_time

        def timed(handle: Any) -> None:
            callback = handle._callback
            wall, cpu = perf_counter(), thread_time()
            run(handle)
            if getattr(callback, "__self__", None) is not driver:
                hold.note(perf_counter() - wall, thread_time() - cpu, callback)

        asyncio.Handle._run = timed  # type: ignore[assignment, method-assign]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching."""
        asyncio.Handle._run = self._run  # type: ignore[assignment, method-assign]
