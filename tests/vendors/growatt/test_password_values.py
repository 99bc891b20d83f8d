"""What an account by password brings, against the truth of a simulated server (growatt.md Part D, E)."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

import pytest

from custom_components.solar_battery_hub.core.catalogue import look_up
from custom_components.solar_battery_hub.core.feed import next_call
from custom_components.solar_battery_hub.core.model import Gone
from custom_components.solar_battery_hub.core.quantities import Kind
from tests.vendors.reading import feed, fetch, values
from tests.vendors.tools import NOON

from .password_bench import StartBench, record, start_bench


@pytest.fixture
async def start(socket_enabled: None) -> AsyncGenerator[StartBench]:
    """Start servers whose account is known; they stop with the test."""
    async with AsyncExitStack() as stack:
        yield partial(start_bench, stack)


# --- values -----------------------------------------------------------------------------------------------------------

# In W and kWh; SPH and SPA tell kilowatts with two or three decimals.
POWERS = {"solar_power": "solar_w", "battery_power": "battery_w", "grid_power": "grid_w", "home_power": "load_w"}
DAILY = {
    "solar_energy_today": "solar",
    "home_energy_today": "load",
    "grid_export_energy_today": "exported",
    "battery_charge_energy_today": "charged",
    "battery_discharge_energy_today": "discharged",
}


@pytest.mark.parametrize("serial", ["MOD0000001", "SPH0000001", "SPA0000001"])
@pytest.mark.parametrize("hour", [0, 8, 18])
async def test_hybrids_tell_the_truth_in_our_signs(start: StartBench, serial: str, hour: int) -> None:
    """At noon with the sun, in the evening and at night from the battery: import and discharge are positive."""
    bench = await start("all")
    bench.clock.pass_time(hours=hour)
    account = bench.open()
    await fetch(account, f"plant_{bench.server.world.plants[0].id}")
    found = values(await fetch(account, f"live_{serial}"), serial)
    truth = record(bench, serial)
    for key, name in POWERS.items():
        if serial == "SPA0000001" and key == "solar_power":
            continue  # another inverter's
        assert found[key] == pytest.approx(getattr(truth, name), abs=10), key
    for key, name in DAILY.items():
        if serial == "SPA0000001" and key == "solar_energy_today":
            continue
        assert found[key] == pytest.approx(getattr(truth.today, name), abs=0.11), key
        total = found[key.replace("_today", "_total")]
        assert total == pytest.approx(getattr(truth.total, name), abs=0.11), key
    assert found["battery_level"] == truth.soc
    assert found["last_measured"] == truth.instant


@pytest.mark.parametrize("serial", ["INV0000001", "MIN0000001", "MAX0000001"])
async def test_inverters_tell_the_truth(start: StartBench, serial: str) -> None:
    bench = await start("all")
    found = values(await fetch(bench.open(), f"live_{serial}"), serial)
    truth = record(bench, serial)
    assert found["solar_power"] == pytest.approx(truth.solar_w, abs=1)
    assert found["output_power"] == pytest.approx(truth.output_w, abs=1)
    assert found["last_measured"] == truth.instant
    assert "battery_level" not in found


async def test_an_off_grid_storage_tells_the_truth(start: StartBench) -> None:
    bench = await start("all")
    account = bench.open()
    found = values(await fetch(account, "live_SPF0000001"), "SPF0000001")
    found |= values(await fetch(account, "overview_SPF0000001"), "SPF0000001")
    truth = record(bench, "SPF0000001")
    assert found["solar_power"] == pytest.approx(truth.solar_w, abs=1)
    assert found["battery_level"] == truth.soc
    assert found["battery_charge_energy_today"] == pytest.approx(truth.today.charged, abs=0.11)
    assert found["grid_import_energy_total"] == pytest.approx(truth.total.imported, abs=0.11)


async def test_equal_names_of_different_calls_are_kept_apart(start: StartBench) -> None:
    """``eChargeToday`` and ``etouser`` mean something else in each (D.3)."""
    bench = await start("mix")
    bench.clock.pass_time(hours=8)
    account = bench.open()
    await fetch(account, f"plant_{bench.server.world.plants[0].id}")
    found = values(await fetch(account, "live_SPH0000001"), "SPH0000001")
    found |= values(await fetch(account, "day_SPH0000001"), "SPH0000001")
    truth = record(bench, "SPH0000001").today
    assert found["battery_charge_energy_today"] == pytest.approx(truth.charged, abs=0.11)
    assert found["grid_import_energy_today"] == pytest.approx(truth.imported, abs=0.21)
    assert found["home_from_battery_energy_today"] == pytest.approx(min(truth.discharged, truth.load), abs=0.11)


async def test_packs_tell_of_themselves(start: StartBench) -> None:
    bench = await start("all")
    account = bench.open()
    await fetch(account, "live_MOD0000001")
    found = values(await fetch(account, "pack_MOD0000001B2"), "MOD0000001_battery_2")
    truth = record(bench, "MOD0000001").packs[1]
    assert found["battery_level"] == truth.soc
    assert found["pack_charge_energy_total"] == pytest.approx(truth.charged, abs=0.11)


async def test_a_pack_that_was_taken_out_says_nothing(start: StartBench) -> None:
    bench = await start("min5")
    serial = bench.server.stage.remove_pack("MOD0000001", number=2)
    account = bench.open()
    await fetch(account, f"plant_{bench.server.world.plants[0].id}")
    bench.clock.pass_time(minutes=5)
    assert (await fetch(account, f"pack_{serial}")).values == {}


async def test_a_plant_tells_its_sums(start: StartBench) -> None:
    bench = await start("min_plain")
    plant = bench.server.world.plants[0]
    account = bench.open()
    found = values(await fetch(account, f"plant_{plant.id}"), f"plant_{plant.id}")
    found |= values(await fetch(account, f"energy_{plant.id}"), f"plant_{plant.id}")
    truth = record(bench, "MIN0000001")
    assert found["output_energy_today"] == pytest.approx(truth.today.output, abs=0.11)
    assert found["output_energy_month"] == pytest.approx(truth.today.output, abs=0.11)


# --- lost, asleep, odd ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("serial", ["MOD0000001", "SPH0000001", "SPA0000001", "SPF0000001"])
async def test_a_lost_device_keeps_its_counters_and_nothing_else(start: StartBench, serial: str) -> None:
    bench = await start("all")
    account = bench.open()
    before = values(await fetch(account, f"live_{serial}"), serial)
    bench.server.stage.lose_device(serial)
    bench.clock.pass_time(hours=1)
    await fetch(account, f"plant_{bench.server.world.plants[0].id}")
    found = values(await fetch(account, f"live_{serial}"), serial)
    assert found["reachable"] is False
    measured = {key for key in found if look_up(key)[0].kind is Kind.MEASUREMENT}
    assert measured
    assert {found[key] for key in measured - {"reachable"}} == {Gone.GONE}
    counters = {key for key in before if look_up(key)[0].kind is Kind.LIFETIME and before[key]}
    assert counters
    assert all(found.get(key, before[key]) >= before[key] for key in counters)  # type: ignore[operator]


async def test_calls_follow_the_uploads(start: StartBench) -> None:
    """45 s after an upload, whether the device tells its time (MIN) or only its logger does (SPH)."""
    bench = await start("home")
    account = bench.open()
    for plant in bench.server.world.plants:
        await fetch(account, f"plant_{plant.id}")
    for serial in ("MXH0000001", "SPH0000001"):
        now = bench.clock.now()
        snapshot = await fetch(account, f"live_{serial}")
        upload = record(bench, serial).instant
        assert snapshot.measured_at == upload
        at = next_call(
            feed(account, f"live_{serial}"),
            last_call=now,
            measured_at=snapshot.measured_at,
            failures=0,
            now=now,
        )
        assert timedelta(seconds=45) <= (at - upload) % timedelta(minutes=5) <= timedelta(seconds=85)
        assert at - now >= timedelta(minutes=10)


async def test_at_night_it_is_asked_every_half_hour(start: StartBench) -> None:
    bench = await start("min_plain")
    account = bench.open()
    plant = f"plant_{bench.server.world.plants[0].id}"
    await fetch(account, "live_MIN0000001")
    assert feed(account, "live_MIN0000001").interval == feed(account, plant).interval == 600
    bench.clock.pass_time(hours=11)
    await fetch(account, "live_MIN0000001")
    night = feed(account, "live_MIN0000001")
    assert (night.interval, night.tick) == (1800, None)
    assert feed(account, plant).interval == 1800
    bench.clock.pass_time(hours=11)
    await fetch(account, "live_MIN0000001")
    assert feed(account, "live_MIN0000001").interval == 600


@pytest.mark.parametrize("profile", ["min", "mix"])
async def test_a_battery_does_not_sleep(start: StartBench, profile: str) -> None:
    bench = await start(profile)
    account = bench.open()
    bench.clock.pass_time(hours=11)
    (live,) = (feed.key for feed in account.feeds if feed.key.startswith("live"))
    await fetch(account, live)
    assert feed(account, live).interval == 600


async def test_the_day_of_a_chart_is_the_devices_day(start: StartBench) -> None:
    """Five past midnight in Berlin's summer, when the plant's zone without summer time says yesterday."""
    bench = await start("mix")
    bench.clock.moment = NOON.replace(hour=22, minute=12)
    account = bench.open()
    await fetch(account, f"plant_{bench.server.world.plants[0].id}")
    found = values(await fetch(account, "day_SPH0000001"), "SPH0000001")
    assert found["home_from_solar_energy_today"] == 0
    assert "date=2026-06-02" in bench.doors[-1].trace[-2].path


async def test_odd_values_are_no_zeros(start: StartBench) -> None:
    bench = await start("all")
    bench.server.stage.set_oddities(odd_values=True)
    account = bench.open()
    plant = f"plant_{bench.server.world.plants[0].id}"
    found = values(await fetch(account, plant), plant)
    assert found["savings_today"] is not None
    assert found.get("co2_saved") is None
    for one in account.feeds:
        if one.key.startswith("live"):
            await fetch(account, one.key)
