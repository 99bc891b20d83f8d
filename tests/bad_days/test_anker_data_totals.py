"""Sums over several batteries, totals that change their unit, and energies that nobody answers for (anker.md §9.5, §15, §18.13, §20)."""

from itertools import pairwise

from homeassistant.util import dt as dt_util
import pytest

from tests.bad_days.anker_data_tools import BERLIN, ENERGY, ROUND, sensors, truth
from tests.bad_days.anker_tools import is_fresh, refusals, site
from tests.bad_days.conftest import AddAnker
from tests.bad_days.living import HOUR, MINUTE, Watch, live_on, number
from tests.bad_days.shown import Shown
from tests.bad_days.tools import problems
from tests.hub import Hub
from tests.simulators.anker.device import Device
from tests.simulators.anker.server import AnkerSimulator

pytestmark = pytest.mark.usefixtures("summer")

STEP = 120.0


def banks(server: AnkerSimulator) -> list[Device]:
    """Return the solarbanks of the first site."""
    return [device for device in server.world.sites[0].devices if device.kind == "solarbank"]


@pytest.mark.parametrize(("solar_w", "home_w"), [(900.0, 300.0), (0.0, 700.0)], ids=["charging", "discharging"])
@pytest.mark.parametrize("profile", ["cascade", "multisystem"])
async def test_sums_of_several(hub: Hub, add_anker: AddAnker, profile: str, solar_w: float, home_w: float) -> None:
    """Nothing is counted twice where old solarbanks feed a new one, and nothing left out where three stand together."""
    server = await add_anker(profile)
    server.actions["set_house"](level=60.0, solar_w=solar_w, home_w=home_w)
    await live_on(hub, 12 * MINUTE, step=60.0)
    truly, device = server.world.sites[0].house.last_truth(), site(server)
    assert number(hub, f"{device}_solar_power") == pytest.approx(truly.solar_w, abs=3)
    assert number(hub, f"{device}_home_power") == pytest.approx(truly.home_w, abs=3)
    parts = [bank.serial for bank in banks(server)]
    assert len(parts) == 3
    powers = [number(hub, f"{serial}_battery_power") for serial in parts]
    assert number(hub, f"{device}_battery_power") == pytest.approx(sum(powers), abs=1)
    assert number(hub, f"{device}_battery_power") == pytest.approx(truly.battery_w, abs=30)
    assert (sum(powers) < -100) if solar_w else (sum(powers) > 100)
    units = [1 + bank.packs for bank in banks(server)]
    levels = [number(hub, f"{serial}_battery_level") for serial in parts]
    mean = sum(level * unit for level, unit in zip(levels, units, strict=True)) / sum(units)
    assert number(hub, f"{device}_battery_level") == pytest.approx(mean, abs=1.1)
    today = dt_util.utcnow().astimezone(BERLIN).date()
    await live_on(hub, 2 * ROUND, step=STEP)
    for unique_id, name in sensors(hub, server, "today").items():
        assert number(hub, unique_id) == pytest.approx(getattr(truth(server, today), name), abs=0.5), unique_id


async def test_a_yield_that_becomes_megawatt_hours(hub: Hub, new_anker: AddAnker) -> None:
    """From 999.99 kWh on it is told in steps of ten: it never falls nor leaps, and goes on inside of each (§18.13)."""
    server = await new_anker("multisystem")
    diary = server.world.sites[0].diary
    server.actions["add_lifetime"](kwh=998.5 - diary.lifetime.solar)
    server.actions["set_house"](solar_w=3_300.0, home_w=3_000.0)
    await hub.add_anker(server)
    total, today = f"{site(server)}_solar_energy_total", f"{site(server)}_solar_energy_today"
    await live_on(hub, ROUND, step=STEP)
    shown = Shown(hub, [total, today])
    await live_on(hub, 5 * HOUR, each=shown.look, step=300.0)
    server.catch_up()
    numbers = shown.numbers(total)
    assert numbers[0] < 1_000
    assert numbers[-1] > 1_010
    assert not shown.falls(total)
    assert not shown.missing(total)
    assert max(later - sooner for sooner, later in pairwise(numbers)) < 2.5, "no leaps of a whole step"
    assert len(set(numbers)) > 10
    assert numbers[-1] == pytest.approx(diary.lifetime.solar, abs=2.0)
    assert not shown.falls(today)


@pytest.mark.parametrize("trouble", ["limited", "refusal", "bad_gateway"])
async def test_energies_that_nobody_answers_for(
    hub: Hub, add_anker: AddAnker, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    """What is live goes on, counters stand, nobody is told more than once or twice; afterwards nothing is missing (§15, §20)."""
    server = await add_anker()
    await live_on(hub, 2 * ROUND, step=STEP)
    watch = Watch(hub)
    before = dict(watch.shown)
    caplog.clear()
    began = server.clock.now()
    if trouble == "limited":
        server.stage.set_limits(energy=0)
    else:
        server.faults.add(ENERGY, trouble)
    await live_on(hub, 40 * MINUTE, each=watch, step=30.0)
    assert is_fresh(hub, server)
    assert not before.keys() - watch.shown.keys()
    assert not watch.fallen
    assert not watch.zeros
    assert len(problems(caplog)) <= 2, problems(caplog)
    tries = [record.time for record in server.requests if record.path == ENERGY and record.time >= began]
    assert 3 <= len(tries) <= 120
    if trouble == "limited":
        assert refusals(server) <= 40
        server.stage.set_limits()
    else:
        server.faults.clear()
    await live_on(hub, 1.6 * HOUR, each=watch, step=60.0)
    day = dt_util.utcnow().astimezone(BERLIN).date()
    for unique_id, name in sensors(hub, server, "today").items():
        assert number(hub, unique_id) == pytest.approx(getattr(truth(server, day), name), abs=0.4), unique_id
    assert not watch.fallen
