"""What a plant counted in its whole life, from years, months and days that are over."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, HubError, RateLimited, Unreachable
from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.vendors.goodwe.codes import NothingInIt
from custom_components.solar_battery_hub.vendors.goodwe.model import Plant
from custom_components.solar_battery_hub.vendors.goodwe.semsplus import SemsPlus
from custom_components.solar_battery_hub.vendors.goodwe.totals import Totals
from tests.vendors.tools import HandClock, MemoryStore

BERLIN = ZoneInfo("Europe/Berlin")
PLANT = Plant(id="p1", name="Home", zone="Europe/Berlin", created=date(2024, 11, 20))
HOME = "proConsumStats"
TOTAL = Ref("plant_p1", "home_energy_total")


def answer(points: dict[str, float], item: str = HOME) -> dict[str, Any]:
    series = [{"date": at, "val": value} for at, value in points.items()]
    return {"dataList": [{"item": item, "unit": "kWh", "statisticsList": series}]}


class Server:
    """A server that counted 1 kWh on each day since the plant was set up; notes what it was asked."""

    def __init__(self) -> None:
        """Start without having been asked."""
        self.asked: list[tuple[str, date, date]] = []
        self.error: HubError | None = None
        self.forgets = ""
        self.empties = ""

    async def statistics(self, plant: str, items: Sequence[str], dimension: str, start: date, end: date) -> Any:
        """Answer like the statistics: a range of several years brings zeros (goodwe.md §5.5)."""
        self.asked.append((dimension, start, end))
        if self.error:
            raise self.error
        assert dimension != "year" or start.year == end.year
        width = {"day": 10, "month": 7, "year": 4}[dimension]
        points: dict[str, float] = {}
        if dimension == self.forgets:
            return answer(points)
        if dimension == self.empties:
            return answer({str(start)[:width]: 0.0})
        for day in (start + timedelta(days=at) for at in range((end - start).days + 1)):
            points.setdefault(day.isoformat()[:width], 0.0)
            points[day.isoformat()[:width]] += 1.0 if day >= date(2024, 11, 20) else 0.0
        return answer(points)


class Desk:
    """Totals with a server and a clock."""

    def __init__(self, local: datetime, store: MemoryStore | None = None) -> None:
        """Start at a time of the plant."""
        self.server = Server()
        self.store = store or MemoryStore()
        self.clock = HandClock(local.replace(tzinfo=BERLIN).astimezone(UTC))
        self.totals = Totals(cast(SemsPlus, self.server), self.store, self.clock)

    async def ask(self, today: float = 0.5, plant: Plant = PLANT) -> dict[Ref, float]:
        """Return the totals when today's statistics tell so much."""
        now = self.clock.now()
        day = now.astimezone(BERLIN).date()
        return await self.totals.of(plant, day, answer({day.isoformat(): today}), now, BERLIN)


async def test_years_months_days_and_today() -> None:
    desk = Desk(datetime(2026, 6, 15, 12, 0))
    days = (date(2026, 6, 15) - date(2024, 11, 20)).days
    assert await desk.ask(0.25) == {TOTAL: days + 0.25}
    assert desk.server.asked == [
        ("year", date(2024, 1, 1), date(2024, 12, 31)),
        ("year", date(2025, 1, 1), date(2025, 12, 31)),
        ("month", date(2026, 1, 1), date(2026, 5, 31)),
        ("day", date(2026, 6, 1), date(2026, 6, 14)),
    ]


@pytest.mark.parametrize(
    ("local", "asked"),
    [
        (datetime(2026, 1, 1, 12, 0), ["day"]),
        (datetime(2026, 1, 2, 12, 0), ["day"]),
        (datetime(2026, 3, 1, 12, 0), ["month", "day"]),
    ],
)
async def test_what_has_not_begun_is_not_asked(local: datetime, asked: list[str]) -> None:
    desk = Desk(local)
    days = (local.date() - date(2024, 11, 20)).days
    assert await desk.ask(0.25) == {TOTAL: days + 0.25}
    assert [dimension for dimension, _, _ in desk.server.asked] == ["year", "year", *asked]


async def test_what_is_over_is_asked_once_a_day_and_years_once_for_good() -> None:
    desk = Desk(datetime(2026, 6, 15, 12, 0))
    first = await desk.ask(0.5)
    desk.server.asked.clear()
    assert (await desk.ask(0.75))[TOTAL] == first[TOTAL] + 0.25
    assert desk.server.asked == []
    later = Desk(datetime(2026, 6, 16, 12, 0), MemoryStore(**desk.store.saved))
    assert (await later.ask(0.5))[TOTAL] == first[TOTAL] + 1
    assert [dimension for dimension, _, _ in later.server.asked] == ["month", "day"]


async def test_nothing_until_yesterday_is_told_as_such() -> None:
    desk = Desk(datetime(2026, 6, 15, 23, 50))
    before = await desk.ask(0.9)
    desk.clock.pass_time(minutes=20)
    assert await desk.ask(0.9) == {}, "it is ten past midnight: that is yesterday's"
    desk.clock.pass_time(minutes=11)
    assert await desk.ask(0.95) == {}, "still yesterday's, as the closed day shows"
    assert (await desk.ask(0.0))[TOTAL] == pytest.approx(before[TOTAL] + 0.1)
    desk.clock.pass_time(hours=4)
    assert (await desk.ask(0.95))[TOTAL] == pytest.approx(before[TOTAL] + 0.1 + 0.95), "by now that may be so"


@pytest.mark.parametrize("first", [datetime(2026, 7, 1, 0, 25), datetime(2026, 1, 1, 0, 25)])
async def test_yesterday_is_known_as_such_on_the_first_of_a_month(first: datetime) -> None:
    """Else the last day of the month before would be counted twice."""
    desk = Desk(first)
    assert await desk.ask(1.0) == {}, "what is told as today is still the day before"
    assert await desk.ask(0.0) == {TOTAL: (first.date() - date(2024, 11, 20)).days}


async def test_a_year_is_not_known_for_good_on_the_day_after() -> None:
    """Its last hours may come late."""
    desk = Desk(datetime(2026, 1, 1, 0, 25))
    await desk.ask(0.0)
    later = Desk(datetime(2026, 1, 2, 12, 0), MemoryStore(**desk.store.saved))
    await later.ask()
    assert ("year", date(2025, 1, 1), date(2025, 12, 31)) in later.server.asked
    assert ("year", date(2024, 1, 1), date(2024, 12, 31)) not in later.server.asked


async def test_a_year_without_any_energy_is_asked_again() -> None:
    """A server that is at a loss tells zeros (goodwe.md §5.5)."""
    desk = Desk(datetime(2026, 6, 15, 12, 0))
    desk.server.empties = "year"
    await desk.ask()
    later = Desk(datetime(2026, 6, 16, 12, 0), MemoryStore(**desk.store.saved))
    assert await later.ask(0.5) == {TOTAL: (date(2026, 6, 16) - date(2024, 11, 20)).days + 0.5}


async def test_nothing_is_asked_while_nothing_is_told_of_today() -> None:
    """Which items there are is not known then, so nothing could be found missing."""
    desk = Desk(datetime(2026, 6, 15, 12, 0))
    now = desk.clock.now()
    assert await desk.totals.of(PLANT, date(2026, 6, 15), answer({"2026-06-14": 1.0}), now, BERLIN) == {}
    assert desk.server.asked == []


@pytest.mark.parametrize(
    "error", [BadAnswer("HTML"), NothingInIt("Nothing"), Unreachable("Nobody"), RateLimited(300.0)]
)
async def test_what_cannot_be_read_is_tried_again_later(error: HubError) -> None:
    desk = Desk(datetime(2026, 6, 15, 12, 0))
    desk.server.error = error
    assert await desk.ask() == {}
    assert await desk.ask() == {}
    assert len(desk.server.asked) == 1
    desk.server.error = None
    desk.clock.pass_time(minutes=30)
    assert TOTAL in await desk.ask()


@pytest.mark.parametrize("dimension", ["year", "month", "day"])
async def test_a_part_that_is_missing_is_asked_again(dimension: str) -> None:
    """Nothing is told without it, and above all no year is taken for empty for good."""
    desk = Desk(datetime(2026, 6, 15, 12, 0))
    desk.server.forgets = dimension
    assert await desk.ask() == {}
    desk.server.forgets = ""
    desk.clock.pass_time(minutes=30)
    assert await desk.ask(0.5) == {TOTAL: (date(2026, 6, 15) - date(2024, 11, 20)).days + 0.5}


async def test_an_item_that_is_missing_is_asked_again() -> None:
    desk = Desk(datetime(2026, 6, 15, 12, 0))
    now = desk.clock.now()
    bean = answer({"2026-06-15": 1.0}, "proGridStats")
    assert await desk.totals.of(PLANT, date(2026, 6, 15), bean, now, BERLIN) == {}


@pytest.mark.parametrize(
    ("created", "forgets"), [(date(2026, 6, 14), "day"), (date(2026, 5, 31), "month"), (date(2025, 12, 30), "year")]
)
async def test_a_plant_that_was_just_set_up_need_not_have_counted(created: date, forgets: str) -> None:
    desk = Desk(datetime(2026, 6, 15, 12, 0))
    desk.server.forgets = forgets
    assert set(await desk.ask(0.5, Plant(id="p1", name="Home", created=created))) == {TOTAL}


async def test_years_that_were_read_are_not_lost_by_a_failure() -> None:
    desk = Desk(datetime(2026, 6, 15, 12, 0))
    statistics = desk.server.statistics

    async def fails_in_between(plant: str, items: Sequence[str], dimension: str, start: date, end: date) -> Any:
        desk.server.error = BadAnswer("HTML") if dimension == "month" else None
        return await statistics(plant, items, dimension, start, end)

    desk.server.statistics = fails_in_between  # type: ignore[method-assign]
    assert await desk.ask() == {}
    desk.server.statistics, desk.server.error = statistics, None  # type: ignore[method-assign]
    desk.server.asked.clear()
    desk.clock.pass_time(minutes=30)
    assert TOTAL in await desk.ask()
    assert [dimension for dimension, _, _ in desk.server.asked] == ["month", "day"]


async def test_a_plant_of_unknown_age_has_no_lifetime() -> None:
    desk = Desk(datetime(2026, 6, 15, 12, 0))
    assert await desk.ask(plant=Plant(id="p1", name="Home")) == {}
    assert desk.server.asked == []


async def test_only_what_is_told_today_has_a_total() -> None:
    desk = Desk(datetime(2026, 6, 15, 12, 0))
    now = desk.clock.now()
    bean = answer({"2026-06-14": 7.0}) | {"proConsum": 3.0}
    assert await desk.totals.of(PLANT, date(2026, 6, 15), bean, now, BERLIN) == {}
