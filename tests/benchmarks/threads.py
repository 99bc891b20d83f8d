"""How long worker threads are blocked."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, override

from tests.benchmarks import skipped_time

WORKERS = 64
"""As many as Home Assistant has."""
BLOCKED_SECONDS = 5.0
"""Who takes longer than that is blocked; a busy disk may take a second."""


class WatchedThreads(ThreadPoolExecutor):
    """Home Assistant's worker threads, timed by the clock of the process."""

    def __init__(self) -> None:
        """Start without any thread."""
        super().__init__(max_workers=WORKERS, thread_name_prefix="SyncWorker")
        self._done = 0.0
        self._began: dict[object, float] = {}

    @override
    def submit[T, **P](self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        def timed(*args: Any, **kwargs: Any) -> T:
            job = object()
            self._began[job] = skipped_time.monotonic()
            try:
                return work(*args, **kwargs)
            finally:
                self._done += blocked(skipped_time.monotonic() - self._began.pop(job))

        return super().submit(timed, *args, **kwargs)

    @property
    def seconds(self) -> float:
        """Return for how many seconds threads have been blocked so far, those that still are included."""
        return self._done + sum(self._present())

    @property
    def busy(self) -> int:
        """Return how many threads are blocked now."""
        return len(self._present())

    def _present(self) -> list[float]:
        """Return for how long those that are blocked now have been."""
        now = skipped_time.monotonic()
        return [seconds for began in tuple(self._began.values()) if (seconds := blocked(now - began))]


def blocked(seconds: float) -> float:
    """Return for how long somebody was blocked who took so many seconds."""
    return seconds if seconds > BLOCKED_SECONDS else 0.0
