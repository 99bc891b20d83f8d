"""What one measured process does: add the account, live with it, or start again."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from tests.benchmarks import skipped_time
from tests.benchmarks.accounts import add_account
from tests.benchmarks.ages import Ages, ages
from tests.benchmarks.bare_hass import make_folder, running_hass, set_up, start
from tests.benchmarks.control import Control
from tests.benchmarks.displays import Displays, solar_entities
from tests.benchmarks.everyday import everyday
from tests.benchmarks.goodwe.rival import SOLAR_ENTITY, Rival
from tests.benchmarks.goodwe.subjects import LEGACY, RIVAL, SUBJECTS
from tests.benchmarks.passing import Passing

COMMIT_SECONDS = 300
WARM_UP_SECONDS = 1800.0
FIRST_SECONDS = 55.0
"""How long a start is watched: what is asked before the next poll of a minute is what the start costs."""
UPLOAD_SECONDS, POSITIONS = 300, 6
"""Between uploads to the older service; how often that is shifted: also against the minutes of a poll."""


class Session:
    """One measured Home Assistant in its folder, with one account."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        """Take the order of the process that wants to know: see ``Workshop.work``."""
        self.subject = SUBJECTS[order["subject"]]
        self.folder = Path(order["folder"])
        (self.account,) = order["accounts"]
        self.order = order
        self.control = Control(self.account["control"])

    @asynccontextmanager
    async def _home(self) -> AsyncIterator[HomeAssistant]:
        """Start Home Assistant where the account is."""
        async with running_hass(self.folder, time_zone=self.account["zone"], commit_seconds=COMMIT_SECONDS) as hass:
            self.control.set_clock(skipped_time.now())
            yield hass

    async def _set_up(self, hass: HomeAssistant) -> None:
        """Begin to read the account and go through the end of Home Assistant's start."""
        await set_up(hass, self.subject.domain)
        if self.subject is RIVAL:
            await Rival(hass, self.account).start()
        await start(hass)

    # --- the phases --------------------------------------------------------------------------------------------------

    async def add(self) -> Mapping[str, Any]:
        """Add the account in a new folder and tell what its server was asked."""
        make_folder(self.folder)
        before = self.control.do("traffic")
        async with self._home() as hass:
            await start(hass)
            if self.subject.domain:
                await add_account(hass, self.subject, self.account)
            elif self.subject is RIVAL:
                await Rival(hass, self.account).start()
            return self._asked_since(before) | skipped_time.end()

    async def live(self) -> Mapping[str, Any]:
        """Live with the account for some hours, then for some more in which the sun jumps."""
        async with self._home() as hass:
            await self._set_up(hass)
            passing = Passing(hass, self.control)
            await passing.advance(WARM_UP_SECONDS)
            paths = Counter(self.control.do("paths"))
            day = await everyday(hass, passing, self.control, self.order["hours"] * 3600.0)
            paths = Counter(self.control.do("paths")) - paths
            named = self._solar_entities(hass)
            seen = await self._jumps(hass, passing, named) if named else []
            return {
                "day": day | {"paths": paths, "plants": len(self.account["plants"])},
                "entities": _shown(hass),
                "ages": [asdict(one) for one in seen],
            } | skipped_time.end()

    async def restart(self) -> Mapping[str, Any]:
        """Start Home Assistant again and watch its first minute."""
        before = self.control.do("traffic")
        async with self._home() as hass:
            cpu = time.process_time()
            await self._set_up(hass)
            cpu_ms = 1000 * (time.process_time() - cpu)
            await Passing(hass, self.control).advance(FIRST_SECONDS)
            return self._asked_since(before) | {"cpu_ms": cpu_ms} | skipped_time.end()

    # --- their parts -------------------------------------------------------------------------------------------------

    async def _jumps(self, hass: HomeAssistant, passing: Passing, named: Mapping[str, str]) -> list[Ages]:
        """Let the sun jump and tell how old what is shown of each plant was.

        How old the values of a poll at fixed times are depends on when it happens to fall between two uploads: those to
        the older service go through several such positions, with some time to get used to each. SEMS+ is told every
        whole minute, and nobody else asks it.
        """
        self.control.do("let_sun_jump")
        positions = POSITIONS if self.account["way"] == LEGACY else 1
        seen: list[Ages] = []
        for number in range(positions):
            self.control.do("shift_uploads", seconds=number * UPLOAD_SECONDS // POSITIONS)
            await passing.advance(WARM_UP_SECONDS)
            with Displays(hass, named) as displays:
                await passing.advance(self.order["jumping_hours"] * 3600.0)
            end, uploads = skipped_time.now().timestamp(), self.control.do("uploads")
            seen += [ages(uploads[plant], states, end) for plant, states in displays.states.items()]
        return seen

    def _solar_entities(self, hass: HomeAssistant) -> Mapping[str, str]:
        """Return the plants by what shows their sun; nothing for nobody."""
        if self.subject is RIVAL:
            return {SOLAR_ENTITY: next(iter(self.account["plants"]))}
        return solar_entities(hass, "plant", self.account["plants"]) if self.subject.domain else {}

    def _asked_since(self, before: Mapping[str, int]) -> dict[str, Any]:
        """Return how often the server was asked and signed in to since then."""
        now = self.control.do("traffic")
        return {name: now[name] - before[name] for name in ("requests", "logins")}


def _shown(hass: HomeAssistant) -> int:
    """Return how many entities there are: those that are registered and enabled, or the states of a script."""
    enabled = [one for one in er.async_get(hass).entities.values() if one.disabled_by is None]
    return len(enabled) or len(hass.states.async_all("sensor"))


PHASES: Mapping[str, Callable[[Session], Any]] = {
    "add": Session.add,
    "live": Session.live,
    "restart": Session.restart,
}
