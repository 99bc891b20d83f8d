"""Midnights of a token account: no energy twice, none lost, whatever the counters do (growatt.md F.6, G)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from freezegun.api import FrozenDateTimeFactory
from homeassistant.util import dt as dt_util
import pytest

from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_token_tools import live_on
from tests.bad_days.growatt_tools import HOUR, device_of, restart
from tests.bad_days.tools import NOTHING, problems
from tests.hub import Hub
from tests.simulators.growatt.server import GrowattSimulator

MIN = "MXH0000001"
SPH = "SPH0000001"
FLOWS = {
    "solar_energy": "solar",
    "home_energy": "load",
    "grid_import_energy": "imported",
    "grid_export_energy": "exported",
    "battery_charge_energy": "charged",
    "battery_discharge_energy": "discharged",
}
"""The Energy dashboard's sensors, and what the house calls the same."""
RESET = 0.9  # of the value before; what falls below begins anew for Home Assistant's statistics

SUMMER, WINTER = "2027-06-10T22:00:00+00:00", "2027-01-13T23:00:00+00:00"
SPRING, AUTUMN = "2027-03-28T22:00:00+00:00", "2027-10-31T23:00:00+00:00"
MIDNIGHTS = [
    pytest.param(SUMMER, True, False, id="summer"),
    pytest.param(SUMMER, True, True, id="summer, bouncing"),
    pytest.param(WINTER, True, False, id="winter"),
    pytest.param(WINTER, True, True, id="winter, bouncing"),
    pytest.param("2027-06-10T23:00:00+00:00", False, True, id="clocks that ignore summer time, bouncing"),
    pytest.param(SPRING, True, True, id="after a day of 23 hours"),
    pytest.param(AUTUMN, True, True, id="after a day of 25 hours"),
    pytest.param("2027-03-27T23:00:00+00:00", True, True, id="before a day of 23 hours"),
]


def counted(shown: Sequence[float]) -> float:
    """Return the energy that Home Assistant's statistics make of what a sensor showed."""
    return sum(new if new < RESET * old else new - old for old, new in pairwise(shown))


def rest(server: GrowattSimulator, serial: str) -> None:
    """Let nothing flow."""
    server.stage.set_house(serial, solar_w=0.0, home_w=0.0)


def work(server: GrowattSimulator, serial: str) -> None:
    """Let everything flow after each other: the sun charges and feeds in, or the battery feeds the house."""
    device = device_of(server, serial)
    sunny = device.local(dt_util.utcnow()).hour % 2
    server.stage.set_house(serial, solar_w=4_000.0 if sunny else 0.0, home_w=2_000.0 if sunny else 5_500.0)


def truth(server: GrowattSimulator, serial: str) -> dict[str, float]:
    """Return the exact energies of the house since ever."""
    device = device_of(server, serial)
    finished = {name: sum(getattr(day, name) for day in device.days.values()) for name in FLOWS.values()}
    return {name: finished[name] + getattr(device.today, name) for name in FLOWS.values()}


class Watch:
    """What a device's energies showed over time."""

    def __init__(self, hub: Hub, serial: str) -> None:
        """Begin."""
        self._hub = hub
        self._serial = serial
        self.today: dict[str, list[float]] = {key: [] for key in FLOWS}
        self.total: dict[str, list[float]] = {key: [] for key in FLOWS}

    def look(self) -> None:
        """Note what is shown now; what has no value adds nothing."""
        for span, kept in (("today", self.today), ("total", self.total)):
            for key, values in kept.items():
                if (shown := self._hub.state(f"{self._serial}_{key}_{span}").state) not in NOTHING:
                    values.append(float(shown))


async def over_midnight(
    hub: Hub, server: GrowattSimulator, serial: str, midnight: datetime, *, restarts: bool = False
) -> tuple[Watch, dict[str, float], dict[str, float]]:
    """Live from two and a half hours before a midnight to three hours after; return what was shown, and the truth.

    That is the energy of the old day as it ended, and what flowed from the first look to the last.
    """
    rest(server, serial)
    await live_on(hub, 900)
    watch, before = Watch(hub, serial), truth(server, serial)
    watch.look()
    at_midnight: dict[str, float] = {}
    while (now := dt_util.utcnow()) < midnight + timedelta(hours=3):
        work(server, serial)
        if now < midnight:
            await live_on(hub, (midnight - now).total_seconds() / 2 - 900, each=watch.look)
            work(server, serial)
            await live_on(hub, (midnight - dt_util.utcnow()).total_seconds() - 900, each=watch.look)
            rest(server, serial)
            await live_on(hub, (midnight - dt_util.utcnow()).total_seconds(), each=watch.look)
            at_midnight = {key: max(values) for key, values in watch.today.items()}
            await live_on(hub, 120, each=watch.look)
        else:
            await live_on(hub, 1_800, each=watch.look)
        if restarts:
            await restart(hub)
            watch.look()
    rest(server, serial)
    await live_on(hub, 900, each=watch.look)
    after = truth(server, serial)
    return watch, at_midnight, {name: after[name] - before[name] for name in after}


@pytest.mark.parametrize(("moment", "follows_dst", "bounce"), MIDNIGHTS)
async def test_midnight(
    hub: Hub,
    add_account: AddAccount,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    moment: str,
    follows_dst: bool,
    bounce: bool,
) -> None:
    """Statistics of both days together are the truth, those of the old day alone, too; totals never fall."""
    midnight = datetime.fromisoformat(moment)
    freezer.move_to(midnight - timedelta(hours=4))
    server = await add_account("min", "token", strict=True)
    server.stage.set_zone(server.world.plants[0].id, follows_dst=follows_dst)
    server.stage.set_oddities(bounce=bounce)
    await live_on(hub, HOUR)
    watch, at_midnight, flowed = await over_midnight(hub, server, MIN, midnight)
    old_day = max(device_of(server, MIN).days)
    ended = device_of(server, MIN).days[old_day]
    for key, name in FLOWS.items():
        assert watch.total[key] == sorted(watch.total[key]), key
        assert watch.total[key][-1] - watch.total[key][0] == pytest.approx(flowed[name], abs=0.11), key
        assert counted(watch.today[key]) == pytest.approx(flowed[name], abs=0.21), key  # each day is cut at 0.1
        assert at_midnight[key] == pytest.approx(getattr(ended, name), abs=0.06), key
        assert watch.today[key][-1] == pytest.approx(getattr(device_of(server, MIN).today, name), abs=0.11), key
    assert sum(flowed.values()) > 20
    assert not problems(caplog)


async def test_midnight_of_a_plant_elsewhere(hub: Hub, add_account: AddAccount, freezer: FrozenDateTimeFactory) -> None:
    """The day of a plant is its own, also where its clocks are half an hour off those of the house."""
    await hub.hass.config.async_set_time_zone("Europe/Berlin")
    midnight = datetime.fromisoformat("2027-06-11T00:00:00+05:30")
    freezer.move_to(midnight - timedelta(hours=28))  # long enough to have seen another one
    server = await add_account("min", "token", strict=True, timezone="Asia/Kolkata")
    await live_on(hub, 24 * HOUR)
    watch, at_midnight, flowed = await over_midnight(hub, server, MIN, midnight)
    ended = device_of(server, MIN).days[max(device_of(server, MIN).days)]
    for key, name in FLOWS.items():
        assert counted(watch.today[key]) == pytest.approx(flowed[name], abs=0.21), key
        assert at_midnight[key] == pytest.approx(getattr(ended, name), abs=0.06), key


async def test_midnight_with_restarts(hub: Hub, add_account: AddAccount, freezer: FrozenDateTimeFactory) -> None:
    """Restarts around a bouncing midnight change nothing."""
    midnight = datetime.fromisoformat(SUMMER)
    freezer.move_to(midnight - timedelta(hours=4))
    server = await add_account("sph", "token", strict=True)
    server.stage.set_oddities(bounce=True)
    await live_on(hub, HOUR)
    watch, _, flowed = await over_midnight(hub, server, SPH, midnight, restarts=True)
    for key, name in FLOWS.items():
        assert watch.total[key] == sorted(watch.total[key]), key
        assert watch.total[key][-1] - watch.total[key][0] == pytest.approx(flowed[name], abs=0.11), key
        assert counted(watch.today[key]) == pytest.approx(flowed[name], abs=0.21), key
