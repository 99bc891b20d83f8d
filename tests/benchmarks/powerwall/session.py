"""What one measured process does, in one of three phases: add the gateways, measure rounds, or measure delays."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
import time
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from tests.benchmarks import skipped_time
from tests.benchmarks.accounts import add_account
from tests.benchmarks.bare_hass import make_folder, running_hass, set_up, start
from tests.benchmarks.control import Control
from tests.benchmarks.holds import HoldWatch
from tests.benchmarks.measures import is_number, resident_memory
from tests.benchmarks.passing import Passing
from tests.benchmarks.powerwall.entries import configure
from tests.benchmarks.powerwall.rounds import Rounds, Scene, costs_of, watch
from tests.benchmarks.powerwall.subjects import SUBJECTS, GatewaySubject
from tests.benchmarks.subject import Description

LOGIN = "/api/login/Basic"
WARM_UP_ROUNDS = 4
LEVEL = 60
STEADY = {"solar_w": 0, "home_w": 350}
CHANGING = tuple((solar, home) for solar in (900, 6400, 1700, 8900, 3100) for home in (350, 600, 6900, 1900))


def steady(_: int) -> Mapping[str, Any]:
    """Return a quiet night: the powers stay, the meters' noise and the counters go on."""
    return STEADY


def changing(number: int) -> Mapping[str, Any]:
    """Return clouds and appliances: every power is another one in every round."""
    solar, home = CHANGING[number % len(CHANGING)]
    return {"solar_w": solar + number, "home_w": home + number}


SCENES: Mapping[str, Scene] = {"steady": steady, "changing": changing}


class Session:
    """One measured Home Assistant in its folder, with the gateways it is to have."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        """Take the order of the process that wants to know: see ``Workshop.work``."""
        self.subject: GatewaySubject = SUBJECTS[order["subject"]]
        self.folder = Path(order["folder"])
        self.gateways: Sequence[Description] = order["accounts"]
        self.order = order
        self.control = Control(self.gateways[0]["control"], lag=0.0 if len(self.gateways) == 1 else 10.0)

    async def add(self) -> Mapping[str, Any]:
        """Add the gateways in a new folder and tell what the first one was asked."""
        make_folder(self.folder)
        seconds = 0.0
        async with running_hass(self.folder) as hass:
            await start(hass)
            self.control.set_clock(skipped_time.now())
            self.control.new_requests()
            began = time.perf_counter()
            for description in self.gateways if self.subject.domain else ():
                await add_account(hass, self.subject, description)
                seconds = seconds or time.perf_counter() - began
            configure(hass, self.subject, self.gateways)
            return self._asked() | {"seconds": seconds}

    async def measure(self) -> Mapping[str, Any]:
        """Start Home Assistant again and measure its set-up and then its rounds."""
        rounds = self.order["rounds"]
        async with running_hass(self.folder) as hass:
            result: dict[str, Any] = {"setup": await self._set_up(hass)}
            passing = Passing(hass, self.control)
            run = Rounds(passing, self.control, self.subject.interval)
            await run.run(WARM_UP_ROUNDS, steady)
            for name in self.order["scenes"]:
                scene = SCENES[name]
                costs = await costs_of(hass, passing, run, rounds, scene)
                watched = await watch(hass, run, rounds, scene) if self.order["watch"] else None
                result[name] = {"costs": asdict(costs), "watched": asdict(watched) if watched else None}
            return result | {"rss_mb": resident_memory(), "ended": skipped_time.now().isoformat()}

    async def _set_up(self, hass: HomeAssistant) -> Mapping[str, Any]:
        """Set up the entries and tell how long that took and what the first gateway was asked."""
        self.control.set_clock(skipped_time.now())
        self.control.set_house({"level": LEVEL, **STEADY})
        self.control.new_requests()
        wall, cpu = time.perf_counter(), time.process_time()
        with HoldWatch() as holds:
            await set_up(hass, self.subject.domain)
        seconds, cpu_ms = time.perf_counter() - wall, 1000 * (time.process_time() - cpu)
        await start(hass)
        enabled = [one for one in er.async_get(hass).entities.values() if one.disabled_by is None]
        return self._asked() | {
            "seconds": seconds,
            "cpu_ms": cpu_ms,
            "hold_wall_ms": holds.hold.wall_ms,
            "hold_cpu_ms": holds.hold.cpu_ms,
            "entities": len(enabled),
        }

    def _asked(self) -> dict[str, Any]:
        """Return how often the first gateway was asked since the last look, and how many of that were logins."""
        paths = Counter(one["path"] for one in self.control.new_requests())
        return {"requests": paths.total(), "logins": paths[LOGIN], "paths": paths}

    async def delays(self) -> Mapping[str, Any]:
        """Change the sun at different moments between two polls; tell how long the state took to follow, in seconds."""
        async with running_hass(self.folder) as hass:
            self.control.set_clock(skipped_time.now())
            await set_up(hass, self.subject.domain)
            await start(hass)
            self.control.let_clock_run()
            samples = self.order["samples"]
            await self._delay(hass, 1000)
            found = []
            for number in range(samples):
                await asyncio.sleep(self.subject.interval * (number + 0.5) / samples)
                found.append(await self._delay(hass, 1500 + 100 * number))
            return {"delays": found}

    async def _delay(self, hass: HomeAssistant, watts: int) -> float:
        """Let the sun give so many watts and return the seconds until the state shows it."""
        seen = asyncio.Event()
        entity_id, unit = self._power(hass)

        @callback
        def look(event: Event[Any]) -> None:
            state = event.data["new_state"]
            if event.data["entity_id"] == entity_id and state and is_number(state.state):
                if abs(float(state.state) - watts * unit) < unit:
                    seen.set()

        stop = hass.bus.async_listen(EVENT_STATE_CHANGED, look)
        began = time.perf_counter()
        self.control.set_house({"solar_w": watts})
        async with asyncio.timeout(4 * self.subject.interval):
            await seen.wait()
        stop()
        return time.perf_counter() - began

    def _power(self, hass: HomeAssistant) -> tuple[str, float]:
        """Return the entity that shows the sun's power, and what a watt is there."""
        template, unit = self.subject.power
        unique_id = template.format(din=self.gateways[0]["din"])
        entity_id = er.async_get(hass).async_get_entity_id("sensor", self.subject.domain, unique_id)
        if entity_id is None:
            raise RuntimeError(f"{self.subject.domain} does not show the sun's power")
        return entity_id, unit


PHASES: Mapping[str, Callable[[Session], Any]] = {
    "add": Session.add,
    "measure": Session.measure,
    "delays": Session.delays,
}
