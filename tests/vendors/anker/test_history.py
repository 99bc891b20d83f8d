"""The past of a site and of what is in it, against what the simulated house did (anker.md §10, §19)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
import logging
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_battery_hub.core.errors import NotSupported, TooMuch
from tests.vendors.anker.bench import Bench, open_bench
from tests.vendors.reading import fetch_all
from tests.vendors.tools import NOON

pytestmark = pytest.mark.usefixtures("socket_enabled")

ZONE = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 6, 1, tzinfo=ZONE)


async def past(bench: Bench, device: str, days: float, **options: Any) -> Sequence[Any]:
    """Return the rows of the last days, today included, as an account tells them that was just set up."""
    bench.clock.zone = ZONE
    account = bench.open()
    await fetch_all(account)
    bench.clock.pass_time(minutes=5)
    bench.forget_requests()
    return await account.history(device, bench.clock.now() - timedelta(days=days), bench.clock.now(), "day", **options)


def near(value: float) -> Any:
    return pytest.approx(value, abs=0.011)


async def test_a_week_is_told_day_by_day() -> None:
    async with open_bench("solarbank3", past_days=7, timezone="Europe/Berlin") as bench:
        rows = await past(bench, f"site_{bench.sites[0]}", 4.5)
        diary = bench.server.world.sites[0].diary
        assert [row["start"] for row in rows] == [
            (MIDNIGHT - timedelta(days=at)).astimezone(UTC) for at in range(4, -1, -1)
        ]
        for row in rows[:-1]:
            did = diary.days[row["start"].astimezone(ZONE).date()]
            assert row["solar_energy"] == near(did.solar)
            assert row["home_energy"] == near(did.home)
            assert row["grid_import_energy"] == near(did.imported)
            assert row["grid_export_energy"] == near(did.exported)
            assert row["battery_charge_energy"] == near(did.charged)
            assert row["battery_discharge_energy"] == near(did.discharged)
        assert all(key == "start" or isinstance(value, float) for row in rows for key, value in row.items())
        assert bench.server.limits.refusals.total() == 0


async def test_a_long_time_takes_few_calls_and_tells_what_is_told_by_days() -> None:
    async with open_bench("solarbank3", past_days=15, timezone="Europe/Berlin") as bench:
        rows = await past(bench, f"site_{bench.sites[0]}", 12)
        assert len(rows) == 13
        assert bench.counted["energy_analysis"] == 4
        assert {"solar_energy", "home_energy", "grid_import_energy", "battery_discharge_energy"} <= set(rows[0])
        assert "battery_charge_energy" not in rows[0]


async def test_sums_over_all_days_are_those_of_none() -> None:
    """Even if an answer names no day at all."""
    async with open_bench("solarbank3", past_days=15, timezone="Europe/Berlin") as bench:
        bench.server.faults.add("/power_service/v1/site/energy_analysis", "override", pointer="/data/power", value=None)
        rows = await past(bench, f"site_{bench.sites[0]}", 12)
        assert {key for row in rows for key in row} == {"start", "grid_import_energy"}, "the other list of the grid"


async def test_an_input_and_a_plug_have_a_past_of_their_own() -> None:
    async with open_bench("plugs", past_days=3, timezone="Europe/Berlin") as bench:
        plug = next(unit for unit in bench.server.world.devices if unit.model == "A17X8")
        rows = await past(bench, plug.serial, 1.5)
        assert len(rows) in (2, 3)
        assert [set(row) for row in rows] == [{"start", "plug_energy"}] * len(rows)
        assert rows[0]["plug_energy"] > 0
        assert set(bench.counted) == {"energy_analysis"}
    async with open_bench("solarbank3", past_days=3, timezone="Europe/Berlin") as bench:
        bank = next(unit for unit in bench.server.world.devices if unit.model == "A17C5")
        rows = await past(bench, bank.serial, 1.5)
        diary = bench.server.world.sites[0].diary
        for row in rows[:-1]:
            inputs = [row[f"pv_energy_{number}"] for number in range(1, 5)]
            assert sum(inputs) == pytest.approx(diary.days[row["start"].astimezone(ZONE).date()].solar, abs=0.05)


async def test_an_inverter_goes_by_positions() -> None:
    async with open_bench("inverter", past_days=12, timezone="Europe/Berlin") as bench:
        serial = next(iter(bench.server.source.serials))
        rows = await past(bench, serial, 9)
        assert bench.counted["statisticsPv"] == 1
        days = bench.server.world.inverters[0].diary.days
        assert [row["solar_energy"] for row in rows[:-1]] == [
            near(days[row["start"].astimezone(ZONE).date()].solar) for row in rows[:-1]
        ]
        assert len(rows) == 10


@pytest.mark.parametrize("profile", ["power_panel", "hes"])
async def test_systems_are_asked_day_by_day(profile: str) -> None:
    async with open_bench(profile, past_days=4) as bench:
        site = bench.server.world.sites[0]
        rows = await past(bench, f"site_{site.id}", 2.2)
        assert len(rows) in (3, 4)
        assert {"solar_energy", "home_energy", "grid_import_energy", "battery_charge_energy"} <= set(rows[1])


async def test_the_past_leaves_room_for_the_present(caplog: pytest.LogCaptureFixture) -> None:
    """While a week is read the pace stays below the limits, and the log says how far it is."""
    caplog.set_level(logging.INFO)
    async with open_bench("solarbank3", past_days=7, timezone="Europe/Berlin") as bench:
        bench.server.limits.energy = 7
        assert await past(bench, f"site_{bench.sites[0]}", 6.5)
        assert bench.counted["energy_analysis"] > 15
        assert bench.server.limits.refusals.total() == 0
    assert "Energy history: 10 of" in caplog.text


async def test_what_is_refused_leaves_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_bench("solarbank3", past_days=7, timezone="Europe/Berlin") as bench:
        bench.clock.zone = ZONE
        account = bench.open()
        await fetch_all(account)
        bench.clock.pass_time(minutes=5)
        site = bench.sites[0]
        usual = account.client.energy

        async def refusing(asked: str, device_type: str, *args: Any, **options: Any) -> Any:
            if device_type == "home_usage":
                raise NotSupported("no")
            return await usual(asked, device_type, *args, **options)

        monkeypatch.setattr(account.client, "energy", refusing)
        rows = await account.history(f"site_{site}", NOON - timedelta(days=2), NOON, "day")
        assert rows
        assert "home_energy" not in rows[0]
        assert "solar_energy" in rows[0]


async def test_what_has_no_past() -> None:
    async with open_bench("solarbank3") as bench:
        account = bench.open()
        await fetch_all(account)
        for device, period in (
            ("the-account", "day"),
            (f"site_{bench.sites[0]}", "hour"),
            (f"site_{bench.sites[0]}", "month"),
            ("nothing", "day"),
        ):
            with pytest.raises(NotSupported):
                await account.history(device, NOON - timedelta(days=1), NOON, period)


async def test_more_than_is_bearable() -> None:
    async with open_bench("power_panel") as bench:
        account = bench.open()
        await fetch_all(account)
        bench.forget_requests()
        with pytest.raises(TooMuch):
            await account.history(f"site_{bench.sites[0]}", NOON - timedelta(days=60), NOON, "day")
        assert bench.names == []
