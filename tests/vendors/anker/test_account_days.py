"""Energies over midnights: days, what they add up to, and whose midnight it is (anker.md §10.3, §14)."""

from collections import Counter
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
import json
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.vendors.anker.account import AnkerAccount
from custom_components.solar_battery_hub.vendors.anker.inventory import site_id
from custom_components.solar_battery_hub.vendors.base import Wanted
from tests.simulators.anker.energies import Energies
from tests.simulators.anker.prices import market_price
from tests.vendors.anker.bench import BERLIN, Bench, open_bench
from tests.vendors.reading import Pace, kwh

pytestmark = pytest.mark.usefixtures("socket_enabled")

EVENING = datetime(2026, 6, 1, 20, 0, tzinfo=UTC)
"""Ten o'clock in Berlin, two hours before midnight."""
FIRST, SECOND = date(2026, 6, 1), date(2026, 6, 2)
ENERGY = "/power_service/v1/site/energy_analysis"


def told(pace: Pace[AnkerAccount], bench: Bench, key: str) -> float:
    """Return what the first site was last said to have."""
    return kwh(pace, Ref(site_id(bench.sites[0]), key))


def truth(bench: Bench, day: date) -> Energies:
    """Return what really happened on a day."""
    bench.server.catch_up()
    found = bench.server.world.sites[0].diary.counted(day, bench.clock.moment)
    assert found is not None
    return found


def asked_days(bench: Bench) -> Counter[tuple[str, str]]:
    """Return which question was asked about which day, and how often."""
    bodies: list[dict[str, Any]] = [
        json.loads(request.body) for request in bench.server.requests if request.path.endswith("energy_analysis")
    ]
    assert all(body["start_time"] == body["end_time"] for body in bodies)
    return Counter((body["device_type"], body["start_time"]) for body in bodies if body["type"] == "week")


async def running(
    bench: Bench, *, hours: float = 1.0, only: Collection[str] = ("sites", "energy")
) -> Pace[AnkerAccount]:
    """Open an account in a house in Berlin and let it run for a while, as far as energies are concerned."""
    pace = Pace(bench.clock, bench.open(), only=only)
    await pace.run(hours=hours)
    return pace


async def test_totals_are_closed_days_and_today() -> None:
    """What was used after the last look before midnight is not lost."""
    async with open_bench(at=EVENING) as bench:
        pace = await running(bench, hours=12)
        first, second = truth(bench, FIRST), truth(bench, SECOND)
        assert told(pace, bench, "home_energy_today") == pytest.approx(second.home, abs=0.4)
        assert told(pace, bench, "home_energy_total") == pytest.approx(first.home + second.home, abs=0.4)
        assert told(pace, bench, "grid_import_energy_total") == pytest.approx(first.imported + second.imported, abs=0.4)
        assert second.home > 0.5


async def test_yesterday_is_asked_about_once() -> None:
    """After ten past midnight, each question in its turn, and then never again."""
    async with open_bench(at=EVENING) as bench:
        pace = await running(bench, hours=2)
        bench.forget_requests()
        await pace.run(minutes=9)
        before = sum(times for (_, day), times in asked_days(bench).items() if day == str(FIRST))
        bench.forget_requests()
        await pace.run(hours=3)
        again = {question: times for (question, day), times in asked_days(bench).items() if day == str(FIRST)}
        assert before > 0, "until five past the statistics are those of the day before"
        assert set(again.values()) == {1}
        assert len(again) == 8
        bench.forget_requests()
        await pace.run(hours=2)
        assert {day for _, day in asked_days(bench)} == {str(SECOND)}


async def test_the_pace_is_kept_at_midnight() -> None:
    """Twice as many questions are no more than a few in a minute."""
    async with open_bench("three_sites", at=EVENING + timedelta(hours=1)) as bench:
        pace = await running(bench, hours=1)
        bench.forget_requests()
        await pace.run(hours=1)
        assert 429 not in {request.status for request in bench.server.requests}
        times = [request.time for request in bench.server.requests if request.path.endswith("energy_analysis")]
        windows = [sum(start <= at < start + timedelta(seconds=60) for at in times) for start in times]
        assert max(windows) <= 6


async def test_totals_never_fall() -> None:
    """Neither at midnight nor when yesterday turns out otherwise."""
    async with open_bench(at=EVENING) as bench:
        pace = await running(bench, hours=5)
        keys = {ref for ref in pace.values if ref.key.endswith("_energy_total")}
        assert len(keys) > 5
        for ref in keys:
            polls = [poll.snapshot.values for poll in pace.fetched if poll.snapshot and ref in poll.snapshot.values]
            totals = [values[ref] for values in polls]
            assert all(isinstance(total, float) for total in totals), ref
            assert totals == sorted(totals, key=str) or all(
                later >= sooner  # type: ignore[operator]
                for sooner, later in pairwise(totals)
            ), ref


async def test_today_falls_once_and_only_at_midnight() -> None:
    """Whatever the statistics say in the first minutes: zero, nothing, or yesterday again."""
    for after_midnight in ("zero", "missing", "stale"):
        async with open_bench(at=EVENING + timedelta(hours=1)) as bench:
            bench.act("set_statistics", after_midnight=after_midnight)
            pace = await running(bench, hours=3)
            ref = Ref(site_id(bench.sites[0]), "home_energy_today")
            seen = [
                (poll.at.astimezone(BERLIN), poll.snapshot.values[ref])
                for poll in pace.fetched
                if poll.snapshot and ref in poll.snapshot.values
            ]
            falls = [at for (_, before), (at, after) in pairwise(seen) if after < before]  # type: ignore[operator]
            assert len(falls) == 1, after_midnight
            assert falls[0].date() == SECOND
            assert not [
                at
                for at, _ in seen
                if timedelta() <= at - datetime.combine(SECOND, at.min.timetz(), BERLIN) < timedelta(minutes=5)
            ]


def asked_spans(bench: Bench) -> Counter[tuple[str, str, str]]:
    """Return which question was asked from which day to which, and how often."""
    bodies = [json.loads(request.body) for request in bench.server.requests if request.path.endswith("energy_analysis")]
    return Counter((body["device_type"], body["start_time"], body["end_time"]) for body in bodies)


async def test_missed_days_are_made_up_for() -> None:
    """A house without Home Assistant for nine days counts them all, and hears of today no later for that."""
    async with open_bench(at=EVENING) as bench:
        await running(bench, hours=1)
        bench.clock.pass_time(days=9)
        bench.server.catch_up()
        again = Pace(bench.clock, bench.restart(), only=("sites", "energy"))
        bench.forget_requests()
        await again.run(minutes=6)
        today = FIRST + timedelta(days=9)
        days = [FIRST + timedelta(days=at) for at in range(10)]
        total = sum(truth(bench, day).home for day in days)
        assert told(again, bench, "home_energy_today") == pytest.approx(truth(bench, today).home, abs=0.4)
        assert told(again, bench, "home_energy_total") == pytest.approx(total, abs=0.7)
        spans = asked_spans(bench)
        assert spans["home_usage", str(FIRST), str(today - timedelta(days=1))] == 1
        assert {start for _, start, _ in spans} == {str(FIRST), str(today)}


async def test_missed_days_that_are_told_in_part_are_asked_about_one_by_one() -> None:
    """None is lost because an answer about all of them lacks one."""
    async with open_bench(at=EVENING) as bench:
        await running(bench, hours=1)
        bench.clock.pass_time(days=4)
        bench.server.catch_up()
        again = Pace(bench.clock, bench.restart(), only=("sites", "energy"))
        bench.server.faults.add(ENERGY, "override", pointer="/data/power/0/time", value="", times=6)
        await again.run(hours=1)
        total = sum(truth(bench, FIRST + timedelta(days=at)).home for at in range(5))
        assert told(again, bench, "home_energy_total") == pytest.approx(total, abs=0.5)


async def test_a_restart_counts_nothing_twice() -> None:
    """Totals go on where they were."""
    async with open_bench(at=EVENING) as bench:
        pace = await running(bench, hours=5)
        before = told(pace, bench, "home_energy_total")
        again = Pace(bench.clock, bench.restart(), only=pace.only)
        await again.run(minutes=15)
        assert before <= told(again, bench, "home_energy_total") <= before + 0.5


async def test_the_midnight_is_that_of_the_site() -> None:
    """A house in Berlin whose panels are in Chicago: their day begins at seven in the morning here."""
    async with open_bench(at=datetime(2026, 6, 2, 3, 0, tzinfo=UTC), timezone="America/Chicago") as bench:
        pace = await running(bench, hours=1.5, only=("sites", "scene", "energy"))
        await pace.run(minutes=30)
        assert {day for _, day in asked_days(bench)} == {str(FIRST)}, "from the very first question on"
        await pace.run(minutes=30)
        bench.forget_requests()
        await pace.run(hours=1)
        today = {day for (_, day), times in asked_days(bench).items() if times > 3}
        assert today == {str(SECOND)}
        site = next(device for device in pace.account.devices if device.id == site_id(bench.sites[0]))
        assert site.zone == "Etc/GMT+5"


@pytest.mark.parametrize(
    "before", [datetime(2026, 3, 28, 21, 30, tzinfo=UTC), datetime(2026, 10, 24, 20, 30, tzinfo=UTC)]
)
async def test_days_of_twenty_three_and_twenty_five_hours(before: datetime) -> None:
    """Summer time begins or ends at night; each day is closed once and adds up."""
    async with open_bench(at=before) as bench:
        pace = await running(bench, hours=27)
        day = before.date()
        days = [day, day + timedelta(days=1), day + timedelta(days=2)]
        total = sum(truth(bench, each).home for each in days)
        assert told(pace, bench, "home_energy_total") == pytest.approx(total, abs=0.4)
        site = next(device for device in pace.account.devices if device.id == site_id(bench.sites[0]))
        assert site.zone is None
        assert not [poll for poll in pace.fetched if poll.error]


async def test_the_yield_goes_on_inside_its_steps() -> None:
    """In MWh with two decimals it is told every ten kWh only (§7.2, §18.13)."""
    async with open_bench(at=datetime(2026, 6, 1, 6, 0, tzinfo=UTC)) as bench:
        bench.act("add_lifetime", kwh=2000.0)
        pace = await running(bench, hours=4, only=("sites", "scene", "energy"))
        ref = Ref(site_id(bench.sites[0]), "solar_energy_total")
        polls = [poll.snapshot.values for poll in pace.fetched if poll.snapshot and ref in poll.snapshot.values]
        totals = [values[ref] for values in polls]
        assert len(set(totals)) > 10
        assert all(later >= sooner for sooner, later in pairwise(totals))  # type: ignore[operator]
        lifetime = bench.server.world.sites[0].diary.lifetime_at(bench.clock.moment).solar
        assert kwh(pace, ref) == pytest.approx(lifetime, abs=10)


async def test_market_prices_change_by_the_clock() -> None:
    """At each full hour, and at midnight as well, whenever they were asked last (§11.3)."""
    async with open_bench(at=EVENING) as bench:
        provider = {"country": "DE", "company": "Nordpool", "area": "GER"}
        bench.act("set_tariff", type="dynamic", provider=provider)
        pace = await running(bench, hours=1.25, only=("sites", "scene", "facts"))
        ref = Ref(site_id(bench.sites[0]), "spot_price")
        for _ in range(4):
            local = bench.clock.moment.astimezone(BERLIN)
            assert kwh(pace, ref) == pytest.approx(market_price(local.date(), local.hour, "GER") / 1000), local
            until = local.replace(minute=2) + timedelta(hours=1)
            await pace.run(seconds=(until - local).total_seconds())
        assert bench.clock.moment.astimezone(BERLIN).date() == SECOND


async def test_who_wants_the_market_alone_gets_it() -> None:
    """Also after a restart, when nobody knows any more who tells the prices."""
    async with open_bench(at=EVENING) as bench:
        bench.act("set_tariff", type="dynamic", provider={"country": "DE", "company": "Nordpool", "area": "GER"})
        pace = await running(bench, hours=0.5, only=("sites", "scene", "facts"))
        spot = Ref(site_id(bench.sites[0]), "spot_price")
        wanted = Wanted(refs=frozenset({spot}), known=frozenset(pace.values))
        again = Pace(bench.clock, bench.restart(), wanted, only=pace.only)
        await again.run(minutes=25)
        assert spot in again.values


@pytest.mark.parametrize("profile", ["solarbank3", "hes", "inverter"])
async def test_the_vendors_own_total_is_never_mixed_with_ours(profile: str) -> None:
    """Nobody takes turns: what is told is told."""
    async with open_bench(profile, at=datetime(2026, 6, 1, 6, 0, tzinfo=UTC)) as bench:
        pace = await running(bench, hours=1.25, only=())
        totals = {ref for ref in pace.values if ref.key in ("solar_energy_total", "ev_charging_energy_total")}
        assert totals
        for ref in totals:
            polls = [poll for poll in pace.fetched if poll.snapshot and ref in poll.snapshot.values]
            assert {"energy", "average"}.isdisjoint(poll.key.partition("_")[0] for poll in polls), ref
