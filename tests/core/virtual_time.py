"""An event loop whose time passes only when nothing else is left to do, and at once."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
import selectors
from typing import Any, Final, override

START: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)


class _InstantSelector(selectors.DefaultSelector):
    """Jumps over every pause instead of waiting it out."""

    elapsed = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; fail where a real loop would wait for ever."""
        ready = super().select(0)
        if timeout is None and not ready:
            raise AssertionError("Nothing will ever happen again: something waits for what nobody does")
        if not ready:
            self.elapsed += timeout or 0.0
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop to give to ``asyncio.Runner`` as its factory."""

    def __init__(self) -> None:
        """Start at zero seconds."""
        self._instant = _InstantSelector()
        super().__init__(self._instant)

    @override
    def time(self) -> float:
        """Return virtual seconds since the start."""
        return self._instant.elapsed


class VirtualClock:
    """The integration's clock on that loop (``core.clock.Clock``)."""

    zone = UTC

    def now(self) -> datetime:
        """Return ``START`` plus what has passed."""
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return the seconds that have passed."""
        return asyncio.get_running_loop().time()

    async def sleep_until(self, when: datetime) -> None:
        """Return when it is ``when``."""
        if (left := (when - self.now()).total_seconds()) > 0:
            await asyncio.sleep(left)


def run[T](main: Coroutine[Any, Any, T]) -> T:
    """Run a scenario to its end in no time; fail when it leaves tasks behind."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:

        async def scenario() -> T:
            result = await main
            for _ in range(3):  # let what was cancelled end
                await asyncio.sleep(0)
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, left
            return result

        return runner.run(scenario())
