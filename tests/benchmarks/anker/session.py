"""What one measured process does: add the account, live with it, start again, or live with one that never changes."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
import time
import tracemalloc
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.loader import async_get_integration
from homeassistant.setup import async_setup_component

from tests.benchmarks import skipped_time
from tests.benchmarks.accounts import add_account
from tests.benchmarks.ages import Ages, ages
from tests.benchmarks.anker.reference import Reference, solar_entity
from tests.benchmarks.anker.subjects import JUMP_WARM_UP_SECONDS, POSITION_SECONDS, REFERENCE, SUBJECTS, WARM_UP_SECONDS
from tests.benchmarks.bare_hass import make_folder, running_hass, set_up, start
from tests.benchmarks.control import Control
from tests.benchmarks.displays import Displays, solar_entities
from tests.benchmarks.everyday import everyday
from tests.benchmarks.measures import LoggedErrors, resident_memory
from tests.benchmarks.passing import Passing

COMMIT_SECONDS = 300
FIRST_SECONDS, LOOK_SECONDS = 900.0, 15.0
"""How long and how often an account that was added is watched: by then everything was asked that is asked at first."""
START_SECONDS = 55.0
"""How long a start is watched: what is asked before the next poll of a minute is what it costs."""
DELAY_SECONDS = 0.1
POLL_SECONDS, WATCHED_POLLS = 60.0, 30
INTEGRATION = "custom_components.solar_battery_hub"


class Session:
    """One measured Home Assistant in its folder, with one account."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        """Take the order of the process that wants to know: see ``Workshop.work``."""
        self.subject = SUBJECTS[order["subject"]]
        self.folder = Path(order["folder"])
        (self.account,) = order["accounts"]
        self.order = order
        self.control = Control(self.account["control"])
        self.errors = LoggedErrors(INTEGRATION)

    @asynccontextmanager
    async def _home(self) -> AsyncIterator[tuple[HomeAssistant, Passing]]:
        """Start Home Assistant where the account is, with the integration imported already.

        It encrypts for the simulator's key, and the moments it leaves between requests are skipped like all other time.
        """
        async with running_hass(self.folder, time_zone=self.account["zone"], commit_seconds=COMMIT_SECONDS) as hass:
            passing = Passing(hass, self.control)
            if self.subject.domain:
                await (await async_get_integration(hass, self.subject.domain)).async_get_component()
                vars(import_module(f"{INTEGRATION}.vendors.anker.crypto"))["SERVER_KEY"] = self.account["public_key"]
                import_module(f"{INTEGRATION}.core.turnstile").Turnstile.sleep = _skipping(passing)
            self.control.set_clock(skipped_time.now())
            yield hass, passing

    async def _set_up(self, hass: HomeAssistant, passing: Passing) -> None:
        """Begin to read the account and go through the end of Home Assistant's start."""
        await set_up(hass, self.subject.domain)
        await self._start_reference(hass, passing)
        await start(hass)

    async def _start_reference(self, hass: HomeAssistant, passing: Passing) -> None:
        async def pause(seconds: float) -> None:
            passing.skip(seconds)

        if self.subject is REFERENCE:
            await Reference(hass, self.account, pause).start()

    # --- the phases --------------------------------------------------------------------------------------------------

    async def add(self) -> Mapping[str, Any]:
        """Add the account in a new folder and watch its first quarter of an hour."""
        make_folder(self.folder)
        async with self._home() as (hass, passing):
            await start(hass)
            before, began = self.control.do("traffic"), skipped_time.monotonic()
            if self.subject.domain:
                await add_account(hass, self.subject, self.account)
            await self._start_reference(hass, passing)
            return await self._first(hass, passing, before, began) | skipped_time.end()

    async def live(self) -> Mapping[str, Any]:
        """Live with the account for some hours, then for some more in which the sun jumps."""
        async with self._home() as (hass, passing):
            await self._set_up(hass, passing)
            await passing.advance(WARM_UP_SECONDS)
            lived = await self._everyday(hass, passing, self.order["hours"] * 3600.0)
            named = self._solar_entities(hass)
            seen = await self._jumps(hass, passing, named) if named else []
            return lived | {"ages": [asdict(one) for one in seen]} | skipped_time.end()

    async def restart(self) -> Mapping[str, Any]:
        """Start Home Assistant again, with a server that takes its time for each answer, and watch the first minute."""
        before = self.control.do("traffic")
        self.control.do("set_delay", seconds=DELAY_SECONDS)
        async with self._home() as (hass, passing):
            began, cpu, driver = skipped_time.monotonic(), time.process_time(), passing.driver_seconds
            if self.subject.domain:
                await async_setup_component(hass, self.subject.domain, {})
            seconds = skipped_time.monotonic() - began
            await self._set_up(hass, passing)
            own = passing.driver_seconds - driver
            result = {"seconds": seconds, "cpu_ms": 1000 * (time.process_time() - cpu - own)}
            await passing.advance(START_SECONDS)
            return result | self._asked_since(before) | skipped_time.end()

    async def still(self) -> Mapping[str, Any]:
        """Live for an hour with an account in which nothing changes; then watch the memory of some polls."""
        async with self._home() as (hass, passing):
            await self._set_up(hass, passing)
            await passing.advance(WARM_UP_SECONDS)
            result = await self._everyday(hass, passing, 3600.0)
            memory = resident_memory()
            tracemalloc.start()
            await passing.advance(POLL_SECONDS)
            peaks = [await _peak(passing) for _ in range(WATCHED_POLLS)]
            return result | {"memory_mb": memory, "peak_kb": max(peaks) / 1000} | skipped_time.end()

    # --- their parts -------------------------------------------------------------------------------------------------

    async def _first(
        self, hass: HomeAssistant, passing: Passing, before: Mapping[str, int], began: float
    ) -> dict[str, Any]:
        """Tell what was asked at once, in the first minute, and until the last entity had its first value."""
        result = {"at_once": self._asked_since(before), "at_once_seconds": skipped_time.monotonic() - began}
        most = 0
        while (passed := skipped_time.monotonic() - began) < FIRST_SECONDS:
            if (known := _known(hass)) > most:
                most = known
                result |= {"complete": self._asked_since(before), "complete_seconds": passed}
            if passed < POLL_SECONDS:
                result["minute"] = self._asked_since(before)
            await passing.advance(LOOK_SECONDS)
        return result | {"limited": self._asked_since(before)["limited"]}

    async def _everyday(self, hass: HomeAssistant, passing: Passing, seconds: float) -> dict[str, Any]:
        """Let time pass and tell what that cost, and who was asked how often."""
        self.control.do("forget")
        paths = Counter(self.control.do("paths"))
        day = await everyday(hass, passing, self.control, seconds)
        paths = Counter(self.control.do("paths")) - paths
        return {
            "day": day
            | {"paths": dict(paths), "busiest": self.control.do("busiest"), "sites": len(self.account["sites"])},
            "entities": _enabled(hass),
            "errors": self.errors.count,
        }

    async def _jumps(self, hass: HomeAssistant, passing: Passing, named: Mapping[str, str]) -> list[Ages]:
        """Let the sun jump and tell how old what is shown of each site was.

        How old the values of a poll at fixed times are depends on when it happens to fall between two reports: these go
        through several positions, with some time to get used to each.
        """
        self.control.do("let_sun_jump")
        seen: list[Ages] = []
        for shift in self.order["positions"]:
            self.control.do("shift_reports", seconds=shift)
            await passing.advance(JUMP_WARM_UP_SECONDS)
            with Displays(hass, named) as displays:
                await passing.advance(POSITION_SECONDS)
            end, uploads = skipped_time.now().timestamp(), self.control.do("uploads")
            seen += [ages(uploads[site], states, end) for site, states in displays.states.items()]
        return seen

    def _solar_entities(self, hass: HomeAssistant) -> Mapping[str, str]:
        """Return the sites by what shows their sun; nothing for nobody."""
        if self.subject is REFERENCE:
            return {solar_entity(number): site for number, site in enumerate(self.account["sites"])}
        return solar_entities(hass, "site", self.account["sites"]) if self.subject.domain else {}

    def _asked_since(self, before: Mapping[str, int]) -> dict[str, int]:
        """Return how often the server was asked, signed in to, and refused for too many since then."""
        now = self.control.do("traffic")
        return {name: now[name] - before[name] for name in ("requests", "logins", "limited")}


def _skipping(passing: Passing) -> Callable[..., Any]:
    """Return a method that pauses without anybody having to wait."""

    async def sleep(_self: object, seconds: float) -> None:
        passing.skip(seconds)

    return sleep


async def _peak(passing: Passing) -> int:
    """Return how much memory one poll needs at most while it goes on, in bytes."""
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    await passing.advance(POLL_SECONDS)
    return tracemalloc.get_traced_memory()[1] - before


def _known(hass: HomeAssistant) -> int:
    """Return how many entities have a value."""
    return sum(state.state not in (STATE_UNKNOWN, STATE_UNAVAILABLE) for state in hass.states.async_all())


def _enabled(hass: HomeAssistant) -> int:
    """Return how many entities are registered and enabled."""
    return sum(one.disabled_by is None for one in er.async_get(hass).entities.values())


PHASES: Mapping[str, Callable[[Session], Any]] = {
    "add": Session.add,
    "live": Session.live,
    "restart": Session.restart,
    "still": Session.still,
}
