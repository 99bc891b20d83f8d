"""Every day's energies are the devices' own, however a server stumbles over midnight (growatt.md F.6, G)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_tools import device_of
from tests.bad_days.tools import NOTHING
from tests.hub import Hub
from tests.simulators.growatt.server import GrowattSimulator

BERLIN = ZoneInfo("Europe/Berlin")
MIN = "MXH0000001"
SPH = "SPH0000001"
PLAIN = "MIN0000001"

# What the Energy dashboard reads, and what is true of it.
ENERGIES: Mapping[str, Mapping[str, str]] = {
    MIN: {
        "grid_import_energy": "imported",
        "grid_export_energy": "exported",
        "battery_charge_energy": "charged",
        "battery_discharge_energy": "discharged",
        "solar_energy": "solar",
        "home_energy": "load",
    },
    SPH: {
        "grid_export_energy": "exported",
        "battery_charge_energy": "charged",
        "battery_discharge_energy": "discharged",
        "solar_energy": "solar",
        "home_energy": "load",
    },
    PLAIN: {"output_energy": "output"},
}
BY_DAY_ONLY: Mapping[str, Mapping[str, str]] = {SPH: {"grid_import_energy": "imported"}}
TOLERANCE = 0.1  # kWh; devices count in tenths
UNSEEN = 0.25  # h; so long before midnight the last poll of the day may have been

type Shown = Mapping[tuple[str, str], list[float]]


def look(hub: Hub, shown: dict[tuple[str, str], list[float]]) -> None:
    """Note what every energy shows now."""
    for table in (ENERGIES, BY_DAY_ONLY):
        for serial, keys in table.items():
            for key in keys:
                for span in ("today", "total"):
                    if not hub.has(f"{serial}_{key}_{span}"):
                        continue
                    state = hub.state(f"{serial}_{key}_{span}").state
                    if state not in NOTHING:
                        shown[serial, f"{key}_{span}"].append(float(state))


async def live_until(hub: Hub, server: GrowattSimulator, end: datetime) -> Shown:
    """Let time pass until ``end`` and return everything that was shown."""
    shown: dict[tuple[str, str], list[float]] = defaultdict(list)
    while server.clock.now() < end:
        await hub.advance(300, step=300)
        look(hub, shown)
    return shown


def resets(values: list[float]) -> int:
    """Count how often a total of the day fell."""
    return sum(after < before for before, after in pairwise(values))


def days_apart(values: list[float]) -> list[float]:
    """Return how far each day came: the last value before every fall, and the last of all."""
    ends = [before for before, after in pairwise(values) if after < before]
    return [*ends, values[-1]]


def power_before_midnight(server: GrowattSimulator, serial: str, day: date, key: str) -> float:
    """Return how fast (kW) an energy grew at most in the day's last half hour."""
    uploads = [record for record in device_of(server, serial).history if record.time.date() == day][-6:]
    watts = {
        "grid_import_energy": [max(0.0, record.grid_w) for record in uploads],
        "grid_export_energy": [max(0.0, -record.grid_w) for record in uploads],
        "battery_charge_energy": [max(0.0, -record.battery_w) for record in uploads],
        "battery_discharge_energy": [max(0.0, record.battery_w) for record in uploads],
        "home_energy": [record.load_w for record in uploads],
    }
    return max(watts.get(key, [0.0]), default=0.0) / 1_000


def check_day(server: GrowattSimulator, shown: Shown, day: date) -> None:
    """Compare what was shown with what happened on the one whole day in it; no total of a life ever fell."""
    for (serial, key), values in shown.items():
        if key.endswith("_total"):
            assert values == sorted(values), (serial, key)
            assert values[-1] > 100, (serial, key)
    for table in (ENERGIES, BY_DAY_ONLY):
        for serial, keys in table.items():
            if server.world.device(serial) is None:
                continue
            truth = device_of(server, serial).days[day]
            for key, name in keys.items():
                days = days_apart(shown[serial, f"{key}_today"])
                exact = getattr(truth, name)
                missed = UNSEEN * power_before_midnight(server, serial, day, key)
                assert len(days) <= 3, (serial, key, days)
                assert any(-missed - TOLERANCE < value - exact < TOLERANCE for value in days), (
                    serial,
                    key,
                    days,
                    exact,
                )


async def start(
    add_account: AddAccount, freezer: FrozenDateTimeFactory, midnight: datetime, profile: str = "home"
) -> GrowattSimulator:
    """Add an account in Berlin two hours before a midnight there."""
    freezer.move_to(midnight - timedelta(hours=2))
    return await add_account(profile, past_days=1)


async def test_a_whole_day(hub: Hub, add_account: AddAccount, freezer: FrozenDateTimeFactory) -> None:
    """Bounces, totals of nothing at night, a dashboard that dips: each energy of the day is the device's own."""
    midnight = datetime(2027, 6, 10, tzinfo=BERLIN)
    server = await start(add_account, freezer, midnight)
    server.stage.set_oddities(bounce=True, zero_totals=True, dashboard_dips=True)
    shown = await live_until(hub, server, midnight + timedelta(hours=25))
    check_day(server, shown, midnight.date())
    for (serial, key), values in shown.items():
        if key.endswith("_today"):
            assert resets(values) <= 2, (serial, key)


@pytest.mark.parametrize("follows_dst", [True, False])
@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)], ids=["spring", "autumn"])
async def test_days_of_other_lengths(
    hub: Hub, add_account: AddAccount, freezer: FrozenDateTimeFactory, day: date, follows_dst: bool
) -> None:
    """The days of 23 and 25 hours, with clocks that follow summer time or do not."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
    server = await start(add_account, freezer, midnight, "mix")
    (plant,) = server.world.plants
    server.stage.set_zone(plant.id, follows_dst=follows_dst)
    shown = await live_until(hub, server, midnight + timedelta(hours=27))
    check_day(server, shown, day)
