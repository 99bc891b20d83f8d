"""Lets time pass for a Home Assistant and its simulators, and keeps apart what the benchmark itself costs."""

import asyncio
from collections.abc import Awaitable, Callable
import math
import time

from homeassistant.core import HomeAssistant
from homeassistant.util.async_ import get_scheduled_timer_handles

from tests.benchmarks import skipped_time
from tests.benchmarks.bare_hass import settle
from tests.benchmarks.control import Control


class Passing:
    """Time for one Home Assistant.

    ``driver_seconds`` is the CPU time that the benchmark itself has used on the event loop's thread so far.
    ``settle`` waits until everything that a timer began is done.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        control: Control | None,
        *,
        settle: Callable[[HomeAssistant], Awaitable[None]] = settle,
    ) -> None:
        """Take what shares the time; without ``control`` there is no simulator."""
        self._hass = hass
        self._control = control
        self._settle = settle
        self.driver_seconds = 0.0

    async def advance(self, seconds: float) -> None:
        """Let so much time pass, from one due timer of the event loop to the next; each fires at its moment."""
        end = skipped_time.monotonic() + seconds
        while self._skip(end):
            await self._settle(self._hass)

    def _skip(self, end: float) -> bool:
        """Go on at the next due timer or at ``end``; tell whether it was a timer."""
        began = time.thread_time()
        handles = get_scheduled_timer_handles(asyncio.get_running_loop())
        due = min((handle.when() for handle in handles if not handle.cancelled()), default=math.inf)
        self._go_to(min(due, end))
        self.driver_seconds += time.thread_time() - began
        return due <= end

    def skip(self, seconds: float) -> None:
        """Let so much time pass at once, for somebody who pauses; what is due meanwhile comes so much later."""
        self.aside(lambda: self._go_to(skipped_time.monotonic() + seconds))

    def _go_to(self, moment: float) -> None:
        """Go on at this monotonic time, everywhere."""
        skipped_time.skip_to(moment)
        if self._control is not None:
            self._control.set_clock(skipped_time.now())

    def aside[T](self, do: Callable[[], T]) -> T:
        """Do something that is the benchmark's own business and return its result."""
        began = time.thread_time()
        result = do()
        self.driver_seconds += time.thread_time() - began
        return result
