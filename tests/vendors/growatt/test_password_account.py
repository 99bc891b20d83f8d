"""What an account by password has, and what it asks for (growatt.md A.4, A.5, E)."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, NotSupported, Unreachable
from custom_components.solar_battery_hub.core.feed import next_call
from custom_components.solar_battery_hub.core.model import DeviceKind
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG, Wanted
from tests.vendors.reading import feed, fetch, values

from .password_bench import IDENTITY, StartBench, open_bench, record, start_bench, wanting


@pytest.fixture
async def start(socket_enabled: None) -> AsyncGenerator[StartBench]:
    """Start servers whose account is known; they stop with the test."""
    async with AsyncExitStack() as stack:
        yield partial(start_bench, stack)


# --- who is there -----------------------------------------------------------------------------------------------------


async def test_set_up_costs_few_calls_and_the_entry_uses_them_again(socket_enabled: None) -> None:
    async with open_bench("home") as bench:
        facts = await bench.open(**{CONF_DIALOG: True}).identify()
        assert facts.identity == f"user_{bench.server.world.user.id}"
        assert [plant.name for plant in facts.plants] == ["Plant 1", "Plant 2"]
        assert [device.serial for device in facts.devices if device.word != "bat"] == [
            "MXH0000001",
            "SPH0000001",
            "MIN0000001",
        ]
        login_list_and_two_plants = ["newTwoLoginAPI.do", "getAllPlantListTwo", "getAllDeviceListTwo"]
        assert bench.operations == [*login_list_and_two_plants, "getAllDeviceListTwo"]
        account = bench.restart()
        plants = [feed.key for feed in account.feeds if feed.key.startswith("plant")]
        for key in plants:
            assert (await fetch(account, key)).values
        assert len(plants) == 3
        assert len(bench.operations) == 4


async def test_devices_hang_on_each_other(start: StartBench) -> None:
    bench = await start("home")
    account = bench.open()
    for key in ("facts", "live_MXH0000001"):
        await fetch(account, key)
    snapshot = await fetch(account, "pack_MXH0000001B1")
    plants = [f"plant_{plant.id}" for plant in bench.server.world.plants]
    assert snapshot.devices is not None
    assert [(device.id, device.kind, device.parent, device.serial) for device in snapshot.devices] == [
        (IDENTITY, DeviceKind.ACCOUNT, None, None),
        (plants[0], DeviceKind.SITE, IDENTITY, None),
        ("MXH0000001", DeviceKind.INVERTER, plants[0], "MXH0000001"),
        ("MXH0000001_battery_1", DeviceKind.BATTERY, "MXH0000001", "MXH0000001B1"),
        ("SPH0000001", DeviceKind.INVERTER, plants[0], "SPH0000001"),
        (plants[1], DeviceKind.SITE, IDENTITY, None),
        ("MIN0000001", DeviceKind.INVERTER, plants[1], "MIN0000001"),
    ]


async def test_every_family_has_its_feeds(start: StartBench) -> None:
    account = (await start("all")).open()
    paces = {feed.key: (feed.interval, feed.floor) for feed in account.feeds}
    live = {key for key in paces if key.startswith("live_")}
    assert live == {f"live_{serial}0000001" for serial in ("INV", "MIN", "MOD", "SPH", "SPA", "SPF", "MAX", "MXH")}
    assert {paces[key] for key in live} == {(600, 300)}
    assert {key for key in paces if key.startswith("overview_")} == {
        f"overview_{serial}0000001" for serial in ("MIN", "MOD", "SPF", "MXH")
    }
    assert paces["overview_MOD0000001"] == (1200, 300)
    assert {key for key in paces if key.startswith("day_")} == {"day_SPH0000001", "day_SPA0000001"}
    assert paces["day_SPH0000001"] == (1800, 300)
    assert {key for key in paces if key.startswith("settings_")} == {
        f"settings_{serial}0000001" for serial in ("MIN", "MOD", "MXH", "SPH", "SPA")
    }
    assert paces["settings_SPH0000001"] == (3600, 310)
    assert {key for key in paces if key.startswith("pack_")} == {
        "pack_MOD0000001B1",
        "pack_MOD0000001B2",
        "pack_MXH0000001B1",
    }
    assert paces["plants"] == paces["facts"] == (86400, 300)


@pytest.mark.parametrize(("minutes", "seconds"), [(None, 600), (5, 300), (60, 3600), (1, 300), (90, 3600)])
async def test_the_user_chooses_the_pace(start: StartBench, minutes: float | None, seconds: float) -> None:
    live = feed((await start("mix")).open(interval=minutes), "live_SPH0000001")
    assert live.interval == seconds
    assert live.tick is not None
    assert live.tick.minimum_gap == seconds


async def test_devices_that_come_and_go(start: StartBench) -> None:
    bench = await start("mix")
    account = bench.open()
    plant = f"plant_{bench.server.world.plants[0].id}"
    new = bench.server.world.add_device("spa")
    bench.server.stage.remove_device("SPH0000001")
    await fetch(account, plant)
    assert {key.partition("_")[2] for key in (feed.key for feed in account.feeds) if key.startswith("live")} == {new}


async def test_an_account_without_the_newer_list_of_plants(socket_enabled: None) -> None:
    """What signing in told is enough to ask for each (A.2, A.8)."""
    async with open_bench("home") as bench:
        bench.server.faults.add("/newTwoPlantAPI.do", "status", method="POST", code=500)
        facts = await bench.open().identify()
        assert [(plant.name, plant.offset) for plant in facts.plants] == [("Plant 1", 1.0), ("Plant 2", 1.0)]
        assert bench.operations.count("getPlant") == 2


async def test_an_unknown_type_shows_what_is_recognised_and_says_so(start: StartBench) -> None:
    bench = await start("all")
    account = bench.open()
    snapshot = await fetch(account, f"plant_{bench.server.world.plants[0].id}")
    assert values(snapshot, "WIT0000001")["output_power"] == pytest.approx(record(bench, "WIT0000001").output_w)
    assert any("wit" in remark for remark in account.remarks)


# --- what is asked ----------------------------------------------------------------------------------------------------


async def test_only_what_is_wanted_is_asked(start: StartBench) -> None:
    bench = await start("mix")
    account = bench.open()
    for key in ("live_SPH0000001", "day_SPH0000001"):
        await fetch(account, key, wanting("SPH0000001", "battery_level"))  # what there is must be found out first
    bench.clock.pass_time(minutes=10)
    before = len(bench.operations)
    await fetch(account, "live_SPH0000001", wanting("SPH0000001", "solar_power"))
    await fetch(account, "day_SPH0000001", wanting("SPH0000001", "solar_power"))
    assert bench.operations[before:] == ["getSystemStatus_KW"]
    bench.clock.pass_time(minutes=10)
    await fetch(account, "live_SPH0000001", wanting("plant_1", "output_power"))
    assert len(bench.operations) == before + 1


async def test_two_hybrids_in_one_plant_do_not_share_its_import(start: StartBench) -> None:
    bench = await start("mix5")
    snapshot = await fetch(bench.open(), "day_SPH0000001")
    assert "grid_import_energy_today" not in values(snapshot, "SPH0000001")
    assert "getEnergyStorageData" not in bench.operations


async def test_one_call_that_fails_leaves_the_others(start: StartBench) -> None:
    bench = await start("mix")
    account = bench.open()
    bench.server.faults.add("/newPlantAPI.do", "status", code=502)
    found = values(await fetch(account, "day_SPH0000001"), "SPH0000001")
    assert "home_from_solar_energy_today" in found
    assert "grid_import_energy_today" not in found
    bench.clock.pass_time(minutes=30)
    bench.server.faults.add("/newMixApi.do", "status", code=502)
    with pytest.raises(Unreachable):
        await fetch(account, "day_SPH0000001")


async def test_half_an_answer_is_an_error(start: StartBench) -> None:
    bench = await start("min")
    bench.server.faults.add("/newTlxApi.do", "cut_json")
    with pytest.raises(BadAnswer):
        await fetch(bench.open(), "live_MXH0000001")


async def test_a_device_that_is_gone(start: StartBench) -> None:
    bench = await start("mix")
    account = bench.open()
    live = feed(account, "live_SPH0000001")
    bench.server.stage.remove_device("SPH0000001")
    await fetch(account, f"plant_{bench.server.world.plants[0].id}")
    with pytest.raises(NotSupported):
        await account.fetch(live, Wanted())


async def test_six_hours_cost_what_was_planned(start: StartBench) -> None:
    """Part E for one SPH at ten minutes, with the plant's own sums."""
    bench = await start("mix", strict=True)
    account = bench.open()
    due = dict.fromkeys((feed.key for feed in account.feeds), bench.clock.now())
    began, end = len(bench.server.requests), bench.clock.now() + timedelta(hours=6)
    while (moment := min(due.values())) < end:
        bench.clock.moment = max(moment, bench.clock.moment)
        key = min(due, key=lambda key: due[key])
        now = bench.clock.now()
        snapshot = await fetch(account, key)
        due[key] = next_call(feed(account, key), last_call=now, measured_at=snapshot.measured_at, failures=0, now=now)
    asked = bench.server.requests[began:]
    cycles = 6 * 6
    planned = cycles * (1 + 3) + 12 * (2 + 1) + 6 + 1
    assert planned * 0.9 <= len(asked) <= planned * 1.02
    assert bench.logins == 1
