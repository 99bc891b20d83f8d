"""Nights, dawns and silence: no false zero, nothing comes and goes, counters stay (goodwe.md §1.5, §9.3-§9.5, §11)."""

from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.bad_days.conftest import AddGoodWe
from tests.bad_days.goodwe_data_tools import WAYS, fresh, start_on
from tests.bad_days.goodwe_tools import plant, serial
from tests.bad_days.living import HOUR, issues, lifetimes, live_on, number, restart
from tests.bad_days.shown import Shown
from tests.bad_days.tools import NOTHING, problems
from tests.hub import Hub
from tests.simulators.goodwe.server import GoodWeSimulator

EVENING = "2027-06-10T16:30:00+00:00"  # half past six in Berlin, under a sun that is up from four to eight
LIT = 60.0  # W; so much from the sun is not the dark


def lit_throughout(server: GoodWeSimulator, until: datetime, seconds: float) -> bool:
    """Tell whether the sun shone on the first plant for so long, and all of it was told to the cloud."""
    first = until - timedelta(seconds=seconds)
    minutes = [record for record in server.world.plants[0].minutes if first <= record.instant <= until]
    return len(minutes) >= seconds / 60 - 1 and all(record.solar_w > LIT for record in minutes)


@pytest.mark.parametrize("way", WAYS)
async def test_night_and_dawn_of_a_plant_with_only_solar(
    hub: Hub,
    new_goodwe: AddGoodWe,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    way: str,
) -> None:
    """Its power is 0 while it sleeps, its counters stay, what it cannot measure is not known; at dawn all is back."""
    freezer.move_to(datetime.fromisoformat(EVENING))
    server = await start_on(hub, new_goodwe, way, "string", past_days=1)
    await live_on(hub, 900)
    powers = [f"{plant(server)}_solar_power", f"{serial(server)}_solar_power", f"{serial(server)}_output_power"]
    counters = [*lifetimes(hub), f"{plant(server)}_solar_energy_today", f"{serial(server)}_solar_energy_today"]
    temperature = f"{serial(server)}_temperature"
    watch = Shown(hub, [*powers, *counters, temperature])
    assert min(watch.numbers(powers[0])) > LIT
    caplog.clear()
    await live_on(hub, 12 * HOUR, each=watch.look)
    for power in powers:
        assert not watch.missing(power), power
        values = watch.numbers(power)
        assert 0.0 in values, power
        assert values[-1] > LIT, power
        for at, state in watch.states[power]:
            assert float(state) > 0 or not lit_throughout(server, at, 2_400), (power, at)
    for counter in counters:
        assert not watch.missing(counter), counter
        assert min(watch.numbers(counter)) > 0 or counter.endswith("_today"), counter
        assert len(watch.falls(counter)) == (1 if counter.endswith("_today") else 0), counter
    assert watch.losses(temperature) == 1, "once, at dusk"
    assert hub.state(temperature).state not in NOTHING
    assert fresh(hub, server, 1_000)
    assert not problems(caplog)
    assert issues(hub.hass).keys() <= ({"login_refused"} if way == "legacy" else set())


@pytest.mark.parametrize("way", WAYS)
async def test_restart_at_night(hub: Hub, new_goodwe: AddGoodWe, freezer: FrozenDateTimeFactory, way: str) -> None:
    """Whoever restarts while the plant sleeps finds its counters as they were, and no power."""
    freezer.move_to(datetime.fromisoformat(EVENING))
    server = await start_on(hub, new_goodwe, way, "string", past_days=1)
    await live_on(hub, 5 * HOUR)
    before = lifetimes(hub)
    await restart(hub)
    await live_on(hub, HOUR)
    assert lifetimes(hub) == before
    inverter = server.world.plants[0].lead
    assert before[f"{inverter.serial}_solar_energy_total"] == pytest.approx(inverter.ledger.total.solar, abs=0.11)
    assert number(hub, f"{plant(server)}_solar_power") == 0


@pytest.mark.parametrize("way", WAYS)
async def test_begin_at_night(hub: Hub, new_goodwe: AddGoodWe, freezer: FrozenDateTimeFactory, way: str) -> None:
    """Added while it sleeps: what it counted in its life shows at once, its power from dawn on."""
    freezer.move_to(datetime.fromisoformat(EVENING) + timedelta(hours=9))
    server = await start_on(hub, new_goodwe, way, "string", past_days=1)
    inverter = server.world.plants[0].lead
    shown = number(hub, f"{inverter.serial}_solar_energy_total")
    assert shown == pytest.approx(inverter.ledger.total.solar, abs=0.11)
    assert number(hub, f"{inverter.serial}_solar_energy_today") == 0
    await live_on(hub, 3 * HOUR)
    assert fresh(hub, server, 1_000)
    assert number(hub, f"{plant(server)}_solar_power") > 0


async def test_frozen_power_of_a_stopped_inverter(
    hub: Hub, new_goodwe: AddGoodWe, freezer: FrozenDateTimeFactory
) -> None:
    """Asleep on the older way, it goes on telling its last power: that is 0 (§4.4 pac)."""
    freezer.move_to(datetime.fromisoformat(EVENING) - timedelta(hours=6))
    server = await start_on(hub, new_goodwe, "legacy", "string")
    await live_on(hub, 900)
    assert fresh(hub, server)
    server.stage.set_switches(frozen_pac=True)
    total = number(hub, f"{serial(server)}_solar_energy_total")
    server.stage.set_settings(serial(server), Running=0)
    await live_on(hub, 900)
    for unique_id in (
        f"{plant(server)}_solar_power",
        f"{serial(server)}_solar_power",
        f"{serial(server)}_output_power",
    ):
        assert number(hub, unique_id) == 0, unique_id
    assert number(hub, f"{serial(server)}_solar_energy_total") >= total


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.usefixtures("summer")
async def test_plant_is_cut_off_for_hours(
    hub: Hub, new_goodwe: AddGoodWe, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    """The cloud repeats its last record: by its age nothing live is shown, counters stay, and it is back by itself."""
    server = await start_on(hub, new_goodwe, way, "home")
    await live_on(hub, 900)
    before = lifetimes(hub)
    powers = [f"{plant(server)}_{key}_power" for key in ("solar", "home", "grid", "battery")]
    powers += [f"{serial(server)}_solar_power", f"{serial(server)}_temperature"]
    watch = Shown(hub, powers)
    caplog.clear()
    server.stage.set_dongle(offline=True)
    await live_on(hub, 4 * HOUR, each=watch.look)
    for power in powers:
        assert hub.state(power).state in NOTHING, power
        assert watch.losses(power) == 1, power
    during = lifetimes(hub)
    assert during.keys() == before.keys()
    assert all(during[key] >= value for key, value in before.items())
    assert hub.state(f"{serial(server)}_reachable", "binary_sensor").state == "off"
    server.stage.set_dongle(offline=False)
    await live_on(hub, HOUR)
    assert fresh(hub, server)
    for power in powers:
        assert hub.state(power).state not in NOTHING, power
    assert hub.state(f"{serial(server)}_reachable", "binary_sensor").state == "on"
    assert not issues(hub.hass)
    assert not problems(caplog)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.usefixtures("summer")
async def test_lifetime_is_told_as_nothing(hub: Hub, new_goodwe: AddGoodWe, way: str) -> None:
    """A lifetime of 0 for half an hour: nobody saw it, and nothing is counted twice after it (§5.4)."""
    server = await start_on(hub, new_goodwe, way, "home")
    await live_on(hub, 1_200)
    before = lifetimes(hub)
    assert f"{serial(server)}_solar_energy_total" in before
    watch = Shown(hub, before)
    server.stage.set_lifetime_glitch(serial(server))
    await live_on(hub, 1_800, each=watch.look)
    server.stage.set_lifetime_glitch(serial(server), on=False)
    await live_on(hub, 1_800, each=watch.look)
    for unique_id in before:
        assert not watch.falls(unique_id), unique_id
        assert not watch.missing(unique_id), unique_id
    total = number(hub, f"{serial(server)}_solar_energy_total")
    assert total > before[f"{serial(server)}_solar_energy_total"]
    assert total == pytest.approx(server.world.plants[0].lead.ledger.total.solar, abs=2.0)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.usefixtures("summer")
async def test_lifetime_is_corrected_downwards(hub: Hub, new_goodwe: AddGoodWe, way: str) -> None:
    """Home Assistant takes a fall of a growing total for a new meter: there is none (§11)."""
    server = await start_on(hub, new_goodwe, way, "home")
    server.stage.set_house(solar_w=0.0)
    await live_on(hub, 1_200)
    before = {key: value for key, value in lifetimes(hub).items() if "energy" in key}
    watch = Shown(hub, before)
    server.stage.correct_lifetime(serial(server))
    server.stage.correct_lifetime(serial(server), kwh=0.2)
    await live_on(hub, 1_800, each=watch.look)
    for unique_id in before:
        assert not watch.falls(unique_id), unique_id
    sun = f"{serial(server)}_solar_energy_total"
    assert hub.state(sun).attributes["state_class"] == "total_increasing"
    server.stage.set_house(solar_w=6_000.0)
    await live_on(hub, 1_800, each=watch.look)
    assert number(hub, sun) > before[sun]
    assert not watch.falls(sun)
