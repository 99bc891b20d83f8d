"""Home Assistant's time, in the form the rest of the house asks for it."""

import asyncio
from datetime import datetime, tzinfo
from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .core.clock import Clock


class HassClock(Clock):
    """The one clock of the running integration."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Take the Home Assistant whose loop and timers are used."""
        self._hass = hass

    @property
    @override
    def zone(self) -> tzinfo:
        return dt_util.get_default_time_zone()

    @override
    def now(self) -> datetime:
        return dt_util.utcnow()

    @override
    def monotonic(self) -> float:
        return self._hass.loop.time()

    @override
    async def sleep_until(self, when: datetime) -> None:
        if when <= self.now():
            return
        reached = asyncio.Event()

        @callback
        def _reached(_: datetime) -> None:
            reached.set()

        cancel = async_track_point_in_utc_time(self._hass, _reached, when)
        try:
            await reached.wait()
        finally:
            cancel()
