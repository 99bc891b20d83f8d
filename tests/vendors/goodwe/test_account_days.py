"""Simulated days: nights and dawns of plants that have only solar, midnights, clocks that are put forward and back."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_battery_hub.core.board import Board
from custom_components.solar_battery_hub.core.counters import Counters
from custom_components.solar_battery_hub.core.model import Gone, Ref, Value
from custom_components.solar_battery_hub.vendors.goodwe.account import GoodWeAccount
from tests.vendors.goodwe.bench import Bench, open_bench
from tests.vendors.reading import Fetched, Pace, feed, values

pytestmark = pytest.mark.usefixtures("socket_enabled")

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 6, 1, 18, 0, tzinfo=UTC)
"""Eight in the evening in Berlin; the sun sets after nine."""


class Shown:
    """What Home Assistant would show: every poll goes over the board with its guards."""

    def __init__(self, pace: Pace[GoodWeAccount]) -> None:
        """Start with an empty board."""
        self.pace = pace
        self.board = Board(Counters(), lambda device: BERLIN)

    async def follow(
        self, ref: Ref, *, step: timedelta = timedelta(minutes=5), **span: float
    ) -> list[tuple[datetime, Value]]:
        """Run for a while and return what a reading showed every few minutes; ``None`` where it was not available."""
        shown = []
        for _ in range(int(timedelta(**span) / step)):
            for poll in await self.pace.run(seconds=step.total_seconds()):
                if poll.snapshot is not None:
                    known = {one.key: one for one in self.pace.account.feeds}
                    if poll.key in known:
                        self.board.merge(known[poll.key], poll.snapshot, poll.at)
            now = self.pace.clock.moment
            shown.append((now, self.board.value(ref) if self.board.available(ref, now) else None))
        return shown


def flows(polls: Sequence[Fetched]) -> Iterator[Fetched]:
    return (poll for poll in polls if poll.key.startswith("flow_"))


def plant(bench: Bench) -> str:
    return f"plant_{bench.plants[0]}"


def numbers(shown: Sequence[tuple[datetime, Value]]) -> list[float]:
    found = [value for _, value in shown]
    assert all(isinstance(value, float | int) for value in found), found
    return [float(value) for value in found if isinstance(value, float | int)]


# Night and dawn of a plant that has only solar


@pytest.mark.parametrize("empty", [False, True])
async def test_a_night_costs_little_and_loses_nothing(empty: bool) -> None:
    """The flow may be empty or repeat the evening; neither is a failure (goodwe.md §5.3, §9.4)."""
    async with open_bench("string", at=EVENING, past_days=1) as bench:
        bench.act("set_semsplus", empty_at_night=empty)
        pace = Pace(bench.clock, bench.open())
        shown = Shown(pace)
        power = await shown.follow(Ref(plant(bench), "solar_power"), hours=14)
        assert [poll for poll in pace.fetched if poll.error] == []
        assert None not in [value for _, value in power], "neither at dusk nor at dawn"
        assert {value for at, value in power if at.hour in (22, 23, 0)} == {0.0}
        assert power[-1][1] not in (None, 0.0)
        asked = [request.time for request in bench.server.requests if request.path.endswith("/flow")]
        assert len([at for at in asked if at.hour in (22, 23)]) == 12, "every ten minutes"
        night = [request for request in bench.server.requests if request.time.hour in (22, 23)]
        assert len(night) < 60


@pytest.mark.parametrize("monitor", ["full", "empty"])
async def test_a_night_on_the_legacy_way(monitor: str) -> None:
    async with open_bench("string", at=EVENING, past_days=1) as bench:
        bench.act("refuse_sign_in", "semsplus", "C0602")
        bench.act("set_switches", monitor=monitor)
        pace = Pace(bench.clock, bench.open())
        power = await Shown(pace).follow(Ref(bench.serial(), "solar_power"), hours=14)
        assert [poll for poll in pace.fetched if poll.error] == []
        assert None not in [value for _, value in power]
        assert {value for at, value in power if at.hour in (22, 23, 0)} == {0.0}
        assert numbers(power)[-1] > 1000
        polls = [poll for poll in pace.fetched if poll.key.startswith("plant_") and poll.at.hour in (22, 23)]
        assert len(polls) == 12, "every ten minutes"


@pytest.mark.parametrize("monitor", ["full", "empty"])
async def test_power_that_stands_still_at_night(monitor: str) -> None:
    """The legacy way may tell all night what it was when the sun went down (goodwe.md §4.4)."""
    async with open_bench("string", at=EVENING, past_days=1) as bench:
        bench.act("refuse_sign_in", "semsplus", "C0602")
        bench.act("set_switches", monitor=monitor, frozen_pac=True)
        shown = Shown(Pace(bench.clock, bench.open()))
        power = await shown.follow(Ref(f"plant_{bench.plants[0]}", "output_power"), hours=8)
        assert {value for at, value in power if at.hour in (22, 23, 0)} == {0.0}


@pytest.mark.parametrize("monitor", ["full", "empty"])
async def test_power_of_a_plant_that_is_not_heard_of(monitor: str) -> None:
    """The cloud repeats the last upload for hours; counters stay."""
    async with open_bench("home", at=EVENING.replace(hour=10)) as bench:
        bench.act("refuse_sign_in", "semsplus", "C0602")
        bench.act("set_switches", monitor=monitor)
        pace = Pace(bench.clock, bench.open())
        await pace.run(minutes=20)
        bench.act("set_dongle", offline=True)
        await pace.run(hours=1)
        last = next(poll.snapshot for poll in reversed(pace.fetched) if poll.key.startswith("plant_"))
        assert last is not None
        told = values(last, f"plant_{bench.plants[0]}")
        assert told["output_power"] is Gone.GONE
        assert isinstance(told["solar_energy_total"], float)


@pytest.mark.parametrize("key", ["solar_energy_total", "solar_energy_today"])
async def test_counters_live_through_the_night(key: str) -> None:
    async with open_bench("string", at=EVENING, past_days=1) as bench:
        shown = Shown(Pace(bench.clock, bench.open()))
        ref = Ref(bench.serial(), key)
        evening = numbers(await shown.follow(ref, hours=3))
        night = await shown.follow(ref, hours=9)
        if key.endswith("_total"):
            assert numbers(night) == sorted(numbers(night))
            assert numbers(night)[0] >= evening[-1]
        else:
            midnight = _midnight(2)
            assert {value for at, value in night if at < midnight} == {evening[-1]}
            polled = midnight + timedelta(minutes=35)  # at the pace of the night
            dawn = midnight + timedelta(hours=4)
            assert {value for at, value in night if polled < at < dawn} == {0.0}, "the new day begins with nothing"


async def test_an_inverter_at_night() -> None:
    async with open_bench("string", at=EVENING, past_days=1) as bench:
        pace = Pace(bench.clock, bench.open())
        await pace.run(hours=5)
        live = [poll for poll in pace.fetched if poll.key.startswith("live_")][-1]
        assert live.snapshot is not None
        told = values(live.snapshot, bench.serial())
        assert told["solar_power"] == told["output_power"] == 0.0
        assert told["temperature"] in (None, Gone.GONE)
        assert told["reachable"] is False


async def test_dawn_is_noticed_within_minutes() -> None:
    async with open_bench("string", at=EVENING, past_days=1) as bench:
        pace = Pace(bench.clock, bench.open())
        await pace.run(hours=5)
        key = f"flow_{bench.plants[0]}"
        assert feed(pace.account, key).interval == 600.0
        while feed(pace.account, key).interval == 600.0:
            await pace.run(minutes=5)
        woke = bench.clock.moment
        assert woke.hour in (2, 3, 4), "not before the sun, not long after it"
        assert pace.account.listed(bench.serial()).status not in (None, 0), "the list was read again at once"


async def test_a_home_with_a_battery_never_sleeps() -> None:
    async with open_bench("home", at=EVENING, past_days=1) as bench:
        pace = Pace(bench.clock, bench.open())
        await pace.run(hours=4)
        polls = list(flows(await pace.run(hours=2)))
        assert len(polls) == 120
        told = [values(poll.snapshot, plant(bench)) for poll in polls if poll.snapshot]
        assert all(isinstance(found["home_power"], float) for found in told)
        assert {found["solar_power"] for found in told} == {0.0}


# Midnight


async def test_statistics_over_midnight() -> None:
    """The server serves the day before for a while: nothing is counted twice, and lifetimes never fall (goodwe.md §5.5)."""
    async with open_bench("home", at=datetime(2026, 6, 1, 20, 0, tzinfo=UTC), past_days=1) as bench:
        bench.act("set_midnight_lag", seconds=900)
        shown = Shown(Pace(bench.clock, bench.open()))
        today = await shown.follow(Ref(plant(bench), "home_energy_today"), hours=5)
        before = numbers([one for one in today if one[0] < _midnight(2)])
        after = numbers([one for one in today if one[0] > _midnight(2) + timedelta(minutes=5)])
        assert before == sorted(before)
        assert after == sorted(after)
        assert after[0] < 0.5 < before[-1]
        assert after[-1] < before[-1] / 2


async def test_lifetimes_over_midnight() -> None:
    async with open_bench("home", at=datetime(2026, 6, 1, 20, 0, tzinfo=UTC), past_days=1) as bench:
        bench.act("set_midnight_lag", seconds=900)
        shown = Shown(Pace(bench.clock, bench.open()))
        for key in ("home_energy_total", "grid_import_energy_total", "solar_energy_total"):
            start = bench.clock.moment
            total = numbers(await shown.follow(Ref(plant(bench), key), hours=6 if key.startswith("home") else 1))
            assert total == sorted(total), key
            hours = (bench.clock.moment - start) / timedelta(hours=1)
            assert total[-1] - total[0] < 5 * hours, "no day was counted twice"


def _midnight(day: int) -> datetime:
    return datetime(2026, 6, day, tzinfo=BERLIN).astimezone(UTC)


# Clocks


@pytest.mark.parametrize(
    "night",
    [datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 10, 24, 23, 0, tzinfo=UTC)],
    ids=["forward", "back"],
)
async def test_clocks_that_are_changed(night: datetime) -> None:
    """Local times without a zone: none lies in the future, none is an hour old, also while an hour comes twice."""
    async with open_bench("home", at=night, past_days=1) as bench:
        pace = Pace(bench.clock, bench.open())
        polls = [poll for poll in flows(await pace.run(hours=4)) if poll.snapshot]
        assert len(polls) >= 238
        ages = [poll.at - poll.snapshot.measured_at for poll in polls if poll.snapshot]
        assert min(ages) >= timedelta()
        assert max(ages) < timedelta(minutes=2)


async def test_a_day_of_25_hours_is_one_day() -> None:
    async with open_bench("home", at=datetime(2026, 10, 24, 22, 30, tzinfo=UTC), past_days=1) as bench:
        shown = Shown(Pace(bench.clock, bench.open()))
        today = numbers(await shown.follow(Ref(plant(bench), "home_energy_today"), hours=24))
        assert today == sorted(today)
        assert today[-1] > 3
