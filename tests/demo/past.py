"""A past for the demo's graphs: the statistics the sensors would have, had they been there for some days."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.demo.accounts import DemoAccount
from tests.demo.api import HassApi, Json
from tests.demo.dashboard import Entities
from tests.demo.daytime import HOUR
from tests.demo.expectations import Expected, evaluate
from tests.demo.simulated import Simulated

DAYS = 3
SAMPLES_PER_HOUR = 4


def begin_of_past(now: datetime) -> datetime:
    """Return the midnight some days ago at which the past begins. The clock in the demo's house shows ``HOUR`` now."""
    return now.replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS, hours=HOUR)


async def live_some_days(account: DemoAccount, simulated: Simulated) -> list[Json]:
    """Give a house its last days; return its truth in even steps, from a midnight to the last full hour."""
    begin = begin_of_past(datetime.now(UTC))
    midnight = begin + timedelta(days=DAYS)
    now = midnight + timedelta(hours=HOUR)
    step = timedelta(hours=1) / SAMPLES_PER_HOUR
    await simulated.set_house(**account.past)
    past = await simulated.live(begin, midnight - step, step)
    await simulated.set_house(**account.today)
    past += await simulated.live(midnight, now - step, step)
    await simulated.set_house(**account.present)
    past += await simulated.live(now, now, step)
    await simulated.return_to_present()
    return past


async def import_past(
    api: HassApi, site: Entities, expected: Mapping[str, Expected], past: Sequence[Mapping[str, Json]]
) -> None:
    """Give the sensors of one site hourly statistics.

    ``past``: the house's truth in even steps of ``SAMPLES_PER_HOUR``, oldest first, beginning and ending at a full
    hour. Only what Home Assistant itself wants statistics for gets any, described in its own words; so a wrong state
    class or unit still shows as a problem of the Energy preferences.
    """
    times = [truth["time"] for truth in past]
    for about in await api.command("recorder/list_statistic_ids"):
        for key, entity_id in site.items():
            if entity_id == about["statistic_id"] and key in expected:
                values = [float(evaluate(expected[key].truth, truth)) for truth in past]
                rows = sums(times, values) if about["has_sum"] else means(times, values)
                await api.command("recorder/import_statistics", metadata=_metadata(about), stats=list(rows))


def _metadata(about: Mapping[str, Json]) -> Json:
    """Return how Home Assistant would describe a statistic itself."""
    copied = {name: about[name] for name in ("statistic_id", "source", "has_sum", "mean_type", "unit_class")}
    return {**copied, "name": None, "unit_of_measurement": about["statistics_unit_of_measurement"]}


def sums(times: Sequence[str], values: Sequence[float]) -> Iterator[Json]:
    """Yield the rows of a counter, which may begin anew. The sum ends at 0, where that of the live sensor begins."""
    added = [after - before if after >= before else after for before, after in pairwise(values)]
    for start in range(0, len(values) - SAMPLES_PER_HOUR, SAMPLES_PER_HOUR):
        end = start + SAMPLES_PER_HOUR
        yield {"start": times[start], "state": values[end], "sum": -sum(added[end:])}


def means(times: Sequence[str], values: Sequence[float]) -> Iterator[Json]:
    """Yield the rows of a measurement."""
    for start in range(0, len(values) - SAMPLES_PER_HOUR, SAMPLES_PER_HOUR):
        hour = values[start : start + SAMPLES_PER_HOUR]
        yield {"start": times[start], "mean": sum(hour) / len(hour), "min": min(hour), "max": max(hour)}
