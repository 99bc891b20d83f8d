"""Midnights: counters of the day begin anew once and end at what happened, whatever is told when (goodwe.md §5.5, §9.5)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.bad_days.conftest import AddGoodWe
from tests.bad_days.goodwe_data_tools import WAYS, start_on
from tests.bad_days.goodwe_tools import plant, serial
from tests.bad_days.living import HOUR, live_on
from tests.bad_days.shown import Shown
from tests.hub import Hub
from tests.simulators.goodwe.server import GoodWeSimulator

BERLIN = ZoneInfo("Europe/Berlin")
BRISBANE = ZoneInfo("Australia/Brisbane")
DAY = date(2027, 6, 10)

OF_A_PLANT: Mapping[str, str] = {
    "solar_energy": "solar",
    "home_energy": "load",
    "grid_import_energy": "imported",
    "grid_export_energy": "exported",
    "battery_charge_energy": "charged",
    "battery_discharge_energy": "discharged",
}
OF_AN_INVERTER: Mapping[str, str] = {
    "solar_energy": "solar",
    "battery_charge_energy": "charged",
    "battery_discharge_energy": "discharged",
}
TOLERANCE = 0.1  # kWh; what a day's total may be off
SETTLED = timedelta(minutes=40)  # after midnight; a plant asleep is asked every half an hour only
UNSEEN = 900.0  # seconds before midnight in which nothing may have been asked or uploaded any more


def sensors(hub: Hub, server: GoodWeSimulator, span: str) -> dict[str, str]:
    """Return the sensors of a day's or a life's energies that exist, with what is true of each."""
    named = {f"{plant(server)}_{key}_{span}": name for key, name in OF_A_PLANT.items()}
    named |= {f"{serial(server)}_{key}_{span}": name for key, name in OF_AN_INVERTER.items()}
    return {unique_id: name for unique_id, name in named.items() if hub.has(unique_id)}


def unseen(server: GoodWeSimulator, name: str, before: datetime) -> float:
    """Return how much (kWh) of an energy at most came in the last minutes before a moment."""
    first = before - timedelta(seconds=UNSEEN)
    records = [record for record in server.world.plants[0].minutes if first <= record.instant <= before]
    watts = {
        "solar": [record.solar_w for record in records],
        "load": [record.load_w for record in records],
        "imported": [max(0.0, record.grid_w) for record in records],
        "exported": [max(0.0, -record.grid_w) for record in records],
        "charged": [max(0.0, -record.battery_w) for record in records],
        "discharged": [max(0.0, record.battery_w) for record in records],
    }[name]
    return max(watts, default=0.0) * UNSEEN / 3.6e6


def check_midnight(
    server: GoodWeSimulator,
    watch: Shown,
    day: date,
    zone: ZoneInfo,
    names: Mapping[str, str],
    settled: timedelta = timedelta(minutes=10),
) -> None:
    """Compare what was shown around a midnight with what happened on the two days."""
    home = server.world.plants[0]
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)
    for unique_id, name in names.items():
        assert not watch.missing(unique_id), unique_id
        before = [float(state) for at, state in watch.states[unique_id] if at < midnight]
        after = [(at, float(state)) for at, state in watch.states[unique_id] if at >= midnight]
        total = getattr(home.ledger.days[day], name)
        assert total - unseen(server, name, midnight) - TOLERANCE <= before[-1] <= total + TOLERANCE, (unique_id, total)
        assert before == sorted(before), unique_id
        late = [value for at, value in after if at >= midnight + settled]
        now = getattr(home.ledger.now.today, name)
        assert late, unique_id
        assert max(late) <= now + TOLERANCE, (unique_id, "yesterday's again", max(late), now)
        assert late == sorted(late), unique_id
        assert now - unseen(server, name, server.clock.now()) - TOLERANCE <= late[-1], (unique_id, late[-1], now)
        assert len(watch.falls(unique_id)) == (total > TOLERANCE), unique_id


async def over_midnight(hub: Hub, server: GoodWeSimulator, day: date, zone: ZoneInfo, hours: float) -> None:
    """Live from now until so many hours into the next day, and check the midnight between."""
    names = sensors(hub, server, "today")
    totals = sensors(hub, server, "total")
    watch = Shown(hub, [*names, *totals])
    end = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)
    await live_on(hub, (end - server.clock.now()).total_seconds() + hours * HOUR, each=watch.look)
    server.catch_up()
    check_midnight(server, watch, day, zone, names)
    for unique_id in totals:
        assert not watch.falls(unique_id), unique_id
        assert not watch.missing(unique_id), unique_id
        assert watch.numbers(unique_id)[-1] == pytest.approx(
            getattr(server.world.plants[0].ledger.total, totals[unique_id]), abs=0.3
        ), unique_id


@pytest.mark.parametrize(("way", "lag"), [("semsplus", 1_140.0), ("legacy", 300.0)])
async def test_midnight_of_a_house(
    hub: Hub, new_goodwe: AddGoodWe, freezer: FrozenDateTimeFactory, way: str, lag: float
) -> None:
    """The server goes on with yesterday's totals for minutes; Home Assistant lives in California, the plant in Berlin."""
    assert hub.hass.config.time_zone == "US/Pacific"
    midnight = datetime(DAY.year, DAY.month, DAY.day, tzinfo=BERLIN) + timedelta(days=1)
    freezer.move_to(midnight - timedelta(minutes=50))
    server = await start_on(hub, new_goodwe, way, "home", past_days=2)
    server.stage.set_midnight_lag(seconds=lag)
    await live_on(hub, 660)
    await over_midnight(hub, server, DAY, BERLIN, 1.5)


@pytest.mark.parametrize("way", WAYS)
async def test_an_evening_in_another_zone(
    hub: Hub, new_goodwe: AddGoodWe, freezer: FrozenDateTimeFactory, way: str
) -> None:
    """From sunset until after midnight, where Home Assistant has the plant's own time zone."""
    await hub.hass.config.async_set_time_zone("Australia/Brisbane")
    freezer.move_to(datetime(2027, 6, 10, 17, 30, tzinfo=BRISBANE))
    server = await start_on(hub, new_goodwe, way, "home", past_days=1, timezone="Australia/Brisbane")
    await live_on(hub, 900)
    await over_midnight(hub, server, DAY, BRISBANE, 0.7)


@pytest.mark.parametrize("way", WAYS)
async def test_midnight_of_a_plant_asleep(
    hub: Hub, new_goodwe: AddGoodWe, freezer: FrozenDateTimeFactory, way: str
) -> None:
    """Yesterday's record stands until dawn: from midnight on it is 0, at dawn it grows from there (§4.4 eday)."""
    freezer.move_to(datetime(2027, 6, 10, 17, 30, tzinfo=BERLIN))
    server = await start_on(hub, new_goodwe, way, "string", past_days=1)
    await live_on(hub, 900)
    names = sensors(hub, server, "today")
    watch = Shown(hub, names)
    await live_on(hub, 14 * HOUR, each=watch.look, step=600)
    server.catch_up()
    check_midnight(server, watch, DAY, BERLIN, names, SETTLED)
    for unique_id in names:
        assert watch.numbers(unique_id)[-1] > 0, unique_id


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)], ids=["spring", "autumn"])
@pytest.mark.parametrize("way", WAYS)
async def test_days_of_other_lengths(
    hub: Hub, new_goodwe: AddGoodWe, freezer: FrozenDateTimeFactory, way: str, day: date
) -> None:
    """The clock is put forward or back in the night: the day of 23 or 25 hours is one day."""
    freezer.move_to(datetime(day.year, day.month, day.day, tzinfo=BERLIN) - timedelta(hours=1))
    server = await start_on(hub, new_goodwe, way, "string", past_days=1)
    await live_on(hub, 600)
    names = sensors(hub, server, "today")
    watch = Shown(hub, names)
    await live_on(hub, 27 * HOUR, each=watch.look, step=600)
    server.catch_up()
    begin = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
    end = datetime.combine(day + timedelta(days=1), begin.timetz())
    for unique_id, name in names.items():
        total = getattr(server.world.plants[0].ledger.days[day], name)
        shown = [float(state) for at, state in watch.states[unique_id] if begin + SETTLED <= at < end]
        assert shown == sorted(shown), unique_id
        assert shown[-1] == pytest.approx(total, abs=TOLERANCE), unique_id
        assert watch.numbers(unique_id)[-1] == 0, unique_id
        assert len(watch.falls(unique_id)) == 2, unique_id
        assert not watch.missing(unique_id), unique_id
