"""Answers about days that are over, when they lack what such days had (anker.md §10.3)."""

from collections import Counter
from datetime import UTC, date, datetime
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.vendors.anker.inventory import site_id
from tests.vendors.anker.bench import Bench, open_bench
from tests.vendors.reading import Pace, kwh

pytestmark = pytest.mark.usefixtures("socket_enabled")

EVENING = datetime(2026, 6, 1, 20, 0, tzinfo=UTC)
FIRST, SECOND = date(2026, 6, 1), date(2026, 6, 2)
ENERGY = "/power_service/v1/site/energy_analysis"


def times_closed(bench: Bench, day: date) -> Counter[str]:
    """Return how often each question was asked about a day."""
    bodies: list[dict[str, Any]] = [
        json.loads(request.body) for request in bench.server.requests if request.path == ENERGY
    ]
    return Counter(body["device_type"] for body in bodies if body["start_time"] == str(day))


@pytest.mark.parametrize(("spoilt", "value"), [("power", None), ("power/0/value", "0.00"), ("power/0/time", "")])
async def test_an_answer_without_the_day_closes_nothing(spoilt: str, value: Any) -> None:
    """It is asked about again; what happened after the last look of the evening is not lost."""
    async with open_bench(at=EVENING) as bench:
        bench.clock.zone = ZoneInfo("Europe/Berlin")
        pace = Pace(bench.clock, bench.open(), only=("sites", "energy"))
        await pace.run(hours=1)
        bench.clock.pass_time(hours=1, minutes=6)  # nobody looks until after midnight
        bench.forget_requests()
        bench.server.faults.add(ENERGY, "override", pointer=f"/data/{spoilt}", value=value, times=20)
        await pace.run(hours=2)
        diary = bench.server.world.sites[0].diary
        happened = diary.days[FIRST].home + diary.days[SECOND].home
        found = kwh(pace, Ref(site_id(bench.sites[0]), "home_energy_total"))
        assert found == pytest.approx(happened, abs=0.1)
        assert 1 <= times_closed(bench, FIRST)["home_usage"] <= 3


async def test_a_day_that_nobody_tells_of_any_more_is_closed_as_it_was_known() -> None:
    """After three answers without it; it is not asked about for ever."""
    async with open_bench(at=EVENING) as bench:
        bench.clock.zone = ZoneInfo("Europe/Berlin")
        pace = Pace(bench.clock, bench.open(), only=("sites", "energy"))
        await pace.run(hours=2)
        bench.clock.pass_time(minutes=6)
        ref = Ref(site_id(bench.sites[0]), "home_energy_total")
        before = kwh(pace, ref)
        bench.forget_requests()
        bench.server.faults.add(ENERGY, "override", pointer="/data/power", value=None)
        await pace.run(hours=2)
        assert times_closed(bench, FIRST)["home_usage"] == 3
        bench.server.faults.clear()
        await pace.run(minutes=30)
        today = bench.server.world.sites[0].diary.days[SECOND].home
        assert kwh(pace, ref) == pytest.approx(before + today, abs=0.2)
