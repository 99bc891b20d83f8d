"""Midnights: counters of the day begin anew once and end at what happened, whatever is told when (anker.md §10.3, §20)."""

from collections.abc import Mapping
from datetime import date, timedelta
import json
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.bad_days.anker_data_tools import (
    BERLIN,
    COUNTED_HERE,
    ENERGY,
    live_till,
    lived,
    midnight_after,
    sensors,
    truth,
)
from tests.bad_days.conftest import AddAnker
from tests.bad_days.living import DAY, MINUTE, live_on, number, restart
from tests.bad_days.shown import Shown
from tests.bad_days.tools import entry_of
from tests.hub import Hub
from tests.simulators.anker.server import AnkerSimulator

TOLERANCE = 0.15  # kWh; what is told with two decimals, late, of days that are never still
SETTLED = timedelta(minutes=45)  # after midnight: late statistics, the question's turn, and yesterday's with it
STEP = 100.0
PACIFIC = "US/Pacific"


def check_day(
    server: AnkerSimulator, shown: Shown, day: date, zone: ZoneInfo, names: Mapping[str, str], *, unseen: float
) -> None:
    """Compare the day's counters around the end of a day with what happened; ``unseen`` (kWh) came after the last look."""
    midnight = midnight_after(day, zone)
    for unique_id, name in names.items():
        assert not shown.missing(unique_id), unique_id
        numbers = shown.told(unique_id)
        before = [number for at, number in numbers if at < midnight]
        total = getattr(truth(server, day), name)
        assert total - unseen - TOLERANCE <= before[-1] <= total + TOLERANCE, (unique_id, before[-1], total)
        falls = [at for at in shown.falls(unique_id) if at >= midnight - timedelta(minutes=30)]
        assert len(falls) == (before[-1] > 0), (unique_id, falls)
        assert all(midnight <= at < midnight + SETTLED for at in falls), (unique_id, falls)
        late = [number for at, number in numbers if at >= midnight + SETTLED]
        now = getattr(truth(server, day + timedelta(days=1)), name)
        assert late, unique_id
        assert now - unseen - TOLERANCE <= late[-1] <= now + TOLERANCE, (unique_id, late[-1], now)


@pytest.mark.parametrize("after_midnight", ["zero", "missing", "stale"])
async def test_midnight(hub: Hub, add_anker: AddAnker, freezer: FrozenDateTimeFactory, after_midnight: str) -> None:
    """The cloud is three minutes late and then says 0.00, nothing, or yesterday's once more; Home Assistant lives in California."""
    assert hub.hass.config.time_zone == PACIFIC
    day = {"zero": date(2027, 6, 10), "missing": date(2027, 4, 30), "stale": date(2026, 12, 31)}[after_midnight]
    freezer.move_to(midnight_after(day) - timedelta(minutes=80))
    server = await add_anker()
    server.actions["set_statistics"](after_midnight=after_midnight, lag=200.0)
    await live_on(hub, 40 * MINUTE, step=STEP)
    names, totals = sensors(hub, server, "today"), sensors(hub, server, "total")
    assert len(names) == len(totals) == 6
    shown = Shown(hub, [*names, *totals])
    begun = {unique_id: shown.numbers(unique_id)[-1] for unique_id in totals}
    began = {name: getattr(truth(server, day), name) for name in names.values()}
    await live_till(hub, midnight_after(day) + timedelta(minutes=95), each=shown.look, step=STEP)
    check_day(server, shown, day, BERLIN, names, unseen=0.25)
    for unique_id, name in totals.items():
        assert not shown.falls(unique_id), unique_id
        assert not shown.missing(unique_id), unique_id
        lately = getattr(lived(server, day, day + timedelta(days=1)), name) - began[name]
        assert shown.numbers(unique_id)[-1] - begun[unique_id] == pytest.approx(lately, abs=0.35), unique_id


@pytest.mark.parametrize(
    ("day", "zone"), [(date(2027, 3, 28), PACIFIC), (date(2027, 10, 31), "Europe/Berlin")], ids=["spring", "autumn"]
)
async def test_days_of_other_lengths(
    hub: Hub, add_anker: AddAnker, freezer: FrozenDateTimeFactory, day: date, zone: str
) -> None:
    """The clock is put forward or back in the night: a day of 23 or 25 hours is one day, whatever clock the house has."""
    await hub.hass.config.async_set_time_zone(zone)
    freezer.move_to(midnight_after(day - timedelta(days=1)) + timedelta(minutes=20))
    server = await add_anker()
    await live_on(hub, 35 * MINUTE, step=STEP)
    names, totals = sensors(hub, server, "today"), sensors(hub, server, "total")
    shown = Shown(hub, [*names, *totals])
    await live_till(hub, midnight_after(day) - timedelta(minutes=31), each=shown.look, step=3600.0)
    await live_till(hub, midnight_after(day) + timedelta(minutes=65), each=shown.look, step=STEP)
    check_day(server, shown, day, BERLIN, names, unseen=0.3)
    for unique_id, name in totals.items():
        assert not shown.falls(unique_id), unique_id
        if unique_id.endswith(COUNTED_HERE_TOTALS):
            both = getattr(lived(server, day, day + timedelta(days=1)), name)
            assert shown.numbers(unique_id)[-1] == pytest.approx(both, abs=0.3), unique_id


COUNTED_HERE_TOTALS = tuple(f"{key}_total" for key in COUNTED_HERE)


def closed(server: AnkerSimulator) -> dict[str, dict[str, int]]:
    """Return how often each question was asked about each day once that was long over."""
    found: dict[str, dict[str, int]] = {}
    for record in server.requests:
        if record.path != ENERGY:
            continue
        body = json.loads(record.body)
        first, last = (date.fromisoformat(body[name]) for name in ("start_time", "end_time"))
        if body["type"] != "week" or record.time < midnight_after(last) + timedelta(minutes=6):
            continue
        for at in range((last - first).days + 1):
            times = found.setdefault(str(first + timedelta(days=at)), {})
            times[body["device_type"]] = times.get(body["device_type"], 0) + 1
    return found


async def test_five_days(hub: Hub, add_anker: AddAnker, freezer: FrozenDateTimeFactory) -> None:
    """A restart at midnight, a cloud that is away over the next one, and two days without Home Assistant.

    Each day is asked about once when it is over, and what is added up is what happened: nothing lost, nothing twice.
    """
    await hub.hass.config.async_set_time_zone("Europe/Berlin")
    first = date(2027, 6, 10)
    freezer.move_to(midnight_after(first) - timedelta(hours=5))
    server = await add_anker()
    entry = entry_of(hub.hass)
    await live_on(hub, 35 * MINUTE, step=STEP)
    totals = sensors(hub, server, "total")
    begun = {unique_id: number(hub, unique_id) for unique_id in totals}
    before = {name: getattr(truth(server, first), name) for name in totals.values()}
    shown = Shown(hub, totals)

    async def live_to(day: date, hours: float, step: float) -> None:
        await live_till(hub, midnight_after(day) + timedelta(hours=hours), each=shown.look, step=step)

    await live_to(first, -0.4, 900.0)
    await live_to(first, 0.0, STEP)
    await restart(hub)
    await live_to(first, 1.0, STEP)

    second = first + timedelta(days=1)
    await live_to(second, -0.5, 3600.0)
    server.refuse_connections()
    await live_to(second, 1.5, 900.0)
    await server.accept_connections()
    await live_to(second, 2.4, STEP)

    third = second + timedelta(days=1)
    await live_to(third, -7.0, 3600.0)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    await hub.advance(2 * DAY, step=DAY)
    assert await hub.hass.config_entries.async_setup(entry.entry_id)
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    fifth = first + timedelta(days=4)
    await live_to(fifth, -5.8, STEP)

    asked_about = closed(server)
    for at in range(4):
        times = asked_about[str(first + timedelta(days=at))]
        assert set(times.values()) == {1}, (at, times)
        assert len(times) == 8, (at, times)
    for unique_id, name in totals.items():
        assert not shown.falls(unique_id), unique_id
        lately = getattr(lived(server, first, fifth), name) - before[name]
        assert number(hub, unique_id) - begun[unique_id] == pytest.approx(lately, abs=0.35), unique_id
