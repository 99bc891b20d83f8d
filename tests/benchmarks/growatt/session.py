"""What one measured process does: add the account, live with it, start again, or meet a server that hangs."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.loader import async_get_integration
from homeassistant.setup import async_setup_component

from tests.benchmarks import skipped_time
from tests.benchmarks.accounts import add_account
from tests.benchmarks.ages import Ages, ages
from tests.benchmarks.bare_hass import make_folder, running_hass, set_up, settle, settle_soon, start
from tests.benchmarks.control import Control
from tests.benchmarks.displays import Displays
from tests.benchmarks.everyday import everyday
from tests.benchmarks.growatt.subjects import LOGIN, SUBJECTS, CloudSubject, reads, solar_entities
from tests.benchmarks.holds import HoldWatch
from tests.benchmarks.passing import Passing
from tests.benchmarks.threads import WatchedThreads

COMMIT_SECONDS = 300
WARM_UP_SECONDS = 1800.0
FIRST_SECONDS = 290.0
"""How long a start is watched: what is asked before the next poll of five minutes is what the start costs."""
LOOK_SECONDS = 5.0
PATIENCE_SECONDS = 3600.0
UPLOAD_SECONDS, POSITIONS, APART_SECONDS = 300, 6, 60
"""Between uploads of one device; how often that is shifted; how far apart the devices of an account upload."""


class Session:
    """One measured Home Assistant in its folder, with one account."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        """Take the order of the process that wants to know: see ``Workshop.work``."""
        self.subject: CloudSubject = SUBJECTS[order["subject"]]
        self.folder = Path(order["folder"])
        (self.account,) = order["accounts"]
        self.order = order
        self.control = Control(self.account["control"])
        self.threads = WatchedThreads()

    @asynccontextmanager
    async def _home(self) -> AsyncIterator[HomeAssistant]:
        """Start Home Assistant where the account is, with worker threads that are watched.

        The integration is imported already: core's has to be, so that it can be pointed at the simulator.
        """
        self.subject.point(self.account)
        asyncio.get_running_loop().set_default_executor(self.threads)
        async with running_hass(self.folder, time_zone=self.account["zone"], commit_seconds=COMMIT_SECONDS) as hass:
            if self.subject.domain:
                await (await async_get_integration(hass, self.subject.domain)).async_get_component()
            self.control.set_clock(skipped_time.now())
            self.control.new_requests()
            yield hass

    # --- the phases --------------------------------------------------------------------------------------------------

    async def add(self) -> Mapping[str, Any]:
        """Add the account in a new folder and tell what its server was asked."""
        make_folder(self.folder)
        async with self._home() as hass:
            await start(hass)
            if self.subject.domain:
                await add_account(hass, self.subject, self.account)
            for entry in hass.config_entries.async_entries(self.subject.domain):
                hass.config_entries.async_update_entry(entry, options=dict(self.subject.options))
            return self._asked() | skipped_time.end()

    async def live(self) -> Mapping[str, Any]:
        """Live with the account for some hours, then for some more in which the sun jumps."""
        async with self._home() as hass:
            await set_up(hass, self.subject.domain)
            await start(hass)
            passing = Passing(hass, self.control)
            await passing.advance(WARM_UP_SECONDS)
            self.control.new_requests()
            day = await everyday(hass, passing, self.control, self.order["hours"] * 3600.0) | self._asked()
            jumps = (
                await self._jumps(hass, passing, self.order["jumping_hours"] * 3600.0) if self.subject.domain else {}
            )
            return {"day": day, "jumps": jumps} | skipped_time.end()

    async def restart(self) -> Mapping[str, Any]:
        """Start Home Assistant again and watch its first five minutes."""
        async with self._home() as hass:
            return await self._start(hass) | skipped_time.end()

    async def hang(self) -> Mapping[str, Any]:
        """Start again with a server that takes its time for each answer; after five minutes let it answer no more."""
        self.control.do("set_delay", seconds=self.order["delay"])
        async with self._home() as hass:
            result = {"start": await self._start(hass)}
            self.control.do("set_delay", seconds=0.0)
            self.control.add_fault("hang")
            passing = Passing(hass, self.control, settle=settle_soon)
            before = self.threads.seconds
            with HoldWatch() as holds:
                await passing.advance(self.order["hanging_seconds"])
            result["hang"] = {
                "seconds": self.order["hanging_seconds"],
                "blocked_seconds": self.threads.seconds - before,
                "blocked_threads": self.threads.busy,
                **_holds(holds),
            }
            self.control.clear_faults()
            self.control.do("close_connections")
            return result | skipped_time.end()

    # --- their parts -------------------------------------------------------------------------------------------------

    async def _jumps(self, hass: HomeAssistant, passing: Passing, seconds: float) -> Mapping[str, Any]:
        """Let the sun jump with every upload; tell how old what is shown was, and how long the loop was held.

        How old the values of a poll at fixed times are depends on when it happens to fall between two uploads: the
        uploads go through several such positions, with some time to get used to each.
        """
        self.control.do("let_sun_jump")
        seen = []
        with HoldWatch() as holds:
            for shift in range(0, UPLOAD_SECONDS, UPLOAD_SECONDS // POSITIONS):
                for number, serial in enumerate(self.account["serials"]):
                    phase = (shift + number * APART_SECONDS) % UPLOAD_SECONDS
                    self.control.do("set_uploads", serial=serial, phase=phase)
                await passing.advance(WARM_UP_SECONDS)
                seen += await self._seen(hass, passing, seconds / POSITIONS)
        return {"ages": [asdict(one) for one in seen], **_holds(holds)}

    async def _seen(self, hass: HomeAssistant, passing: Passing, seconds: float) -> list[Ages]:
        """Let time pass and tell how old what was shown of each device was."""
        with Displays(hass, solar_entities(hass, self.subject, self.account)) as displays:
            await passing.advance(seconds)
        end, uploads = skipped_time.now().timestamp(), self.control.do("uploads")
        return [ages(uploads[serial], states, end) for serial, states in displays.states.items()]

    async def _start(self, hass: HomeAssistant) -> dict[str, Any]:
        """Set the entry up and watch the first minutes; ``values_after``: when the first measured value was there."""
        wall, cpu = time.perf_counter(), time.process_time()
        with HoldWatch() as holds:
            await async_setup_component(hass, self.subject.domain, {})
            seconds, cpu_ms = time.perf_counter() - wall, 1000 * (time.process_time() - cpu)
            await settle(hass)
            await start(hass)
        passing = Passing(hass, self.control)
        displays = Displays(hass, solar_entities(hass, self.subject, self.account))
        waited, values_after, asked = 0.0, None, None
        while waited < PATIENCE_SECONDS and (values_after is None or waited < FIRST_SECONDS):
            if values_after is None and displays.any_value():
                values_after = waited
            await passing.advance(LOOK_SECONDS)
            waited += LOOK_SECONDS
            if waited == FIRST_SECONDS:
                asked = self._asked()
        enabled = [one for one in er.async_get(hass).entities.values() if one.disabled_by is None]
        return (asked or self._asked()) | {
            "seconds": seconds,
            "cpu_ms": cpu_ms,
            "values_after": values_after,
            "entities": len(enabled),
            **_holds(holds),
        }

    def _asked(self) -> dict[str, Any]:
        """Return how often the server was asked since the last look, for a login, and for what devices do now."""
        requests = self.control.new_requests()
        paths = Counter(one["path"] for one in requests)
        reading = partial(reads, devices=len(self.account["serials"]))
        return {
            "requests": paths.total(),
            "logins": sum(count for path, count in paths.items() if path.startswith(LOGIN)),
            "reads": sum(reading(path) * count for path, count in paths.items()),
            "paths": paths,
        }


def _holds(watch: HoldWatch) -> dict[str, Any]:
    """Return the longest hold of the event loop."""
    return {"hold_wall_ms": watch.hold.wall_ms, "hold_cpu_ms": watch.hold.cpu_ms, "hold_of": watch.hold.what}


PHASES: Mapping[str, Callable[[Session], Any]] = {
    "add": Session.add,
    "live": Session.live,
    "restart": Session.restart,
    "hang": Session.hang,
}
