"""Small things the bad days of a Growatt account by token need beside ``growatt_tools``."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.growatt_tools import device_of, number, restart
from tests.bad_days.tools import entry_of
from tests.hub import Hub
from tests.simulators.growatt.server import GrowattSimulator
from tests.simulators.growatt.v1_limits import FREE, Window

PLANT_LIST = "plant/list"
UPLOAD = 300.0
SETTLED = 60.0  # seconds until an upload is certainly shown

LONGEST = 600.0


class Asked(NamedTuple):
    """One call as the server counts it: what was asked about which device or plant, and whether it was too early."""

    at: datetime
    path: str
    about: str
    allowed: bool


class Ledger:
    """Every call of the token API from now on."""

    def __init__(self, server: GrowattSimulator) -> None:
        """Look over the shoulder of the server's own counting."""
        self.calls: list[Asked] = []
        self.limited: list[Asked] = []
        limits = server.v1.limits
        allows = limits.allows

        def watched(key: tuple[str, str, str], window: Window) -> bool:
            allowed = allows(key, window)
            call = Asked(server.clock.now(), key[1], key[2], allowed)
            self.calls.append(call)
            if window is not FREE:
                self.limited.append(call)
            return allowed

        limits.allows = watched  # type: ignore[method-assign]

    @property
    def refused(self) -> list[Asked]:
        """The calls the server answered with 10012."""
        return [call for call in self.calls if not call.allowed]

    @property
    def counted(self) -> Counter[str]:
        """How often each endpoint was asked."""
        return Counter(call.path for call in self.calls)

    def about(self, serial: str) -> int:
        """Count the calls about one device, alone or among others."""
        return sum(serial in call.about.split(",") for call in self.calls)

    def shortest_gap(self) -> float:
        """Return the seconds between the two equal calls that came closest after each other."""
        times: dict[tuple[str, str], list[datetime]] = {}
        for call in self.limited:
            times.setdefault((call.path, call.about), []).append(call.at)
        gaps = [(b - a).total_seconds() for at in times.values() for a, b in pairwise(at)]
        return min(gaps)


def most_in_a_day(server: GrowattSimulator, path: str) -> int:
    """Return how often a path was asked within 24 hours at most, the set-up included."""
    times = [record.time for record in server.requests if record.path == f"/v1/{path}"]
    return max(sum(timedelta() <= later - at < timedelta(days=1) for later in times) for at in times)


async def live_on(hub: Hub, seconds: float, *, each: Callable[[], Any] | None = None, most: float = LONGEST) -> None:
    """Let time pass from one planned call to the next; ``each`` looks after every step."""
    end = dt_util.utcnow() + timedelta(seconds=seconds)
    while (left := (end - dt_util.utcnow()).total_seconds()) > 0:
        step = min(left, most, _until_next_call(hub))
        await hub.advance(step, step=step)
        if each is not None:
            each()


def _until_next_call(hub: Hub) -> float:
    """Return the seconds until the account has something to ask, with room for the timer's own rounding."""
    entry = entry_of(hub.hass)
    runtime = getattr(entry, "runtime_data", None)
    due = runtime.feeds.next_call if runtime is not None else None
    return LONGEST if due is None else max(1.0, (due - dt_util.utcnow()).total_seconds() + 1.0)


def root(hub: Hub) -> str:
    """Return the id of the account's own device."""
    identity: str = entry_of(hub.hass).data["identity"]
    return identity


async def show(hub: Hub, *unique_ids: str) -> None:
    """Enable sensors that are off by default."""
    registry = er.async_get(hub.hass)
    for unique_id in unique_ids:
        entity_id = registry.async_get_entity_id("sensor", DOMAIN, unique_id)
        assert entity_id is not None, f"no sensor {unique_id}"
        registry.async_update_entity(entity_id, disabled_by=None)
    await restart(hub)


def is_latest(hub: Hub, server: GrowattSimulator, serial: str, latest: int = 2) -> bool:
    """Tell whether the sun's power is that of one of a device's latest uploads."""
    records = list(device_of(server, serial).history)[-latest:]
    return number(hub, f"{serial}_solar_power") in {float(round(record.solar_w)) for record in records}
