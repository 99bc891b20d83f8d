"""Changes by password against a server: what was asked is what the device has, or somebody says so (growatt.md A.8-A.10)."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from functools import partial

import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, NotSupported, Unreachable, WriteRefused
from custom_components.solar_battery_hub.core.model import Value
from tests.vendors.reading import fetch

from .password_bench import Bench, StartBench, start_bench

MIN, SPH, SPA = "MOD0000001", "SPH0000001", "SPA0000001"


@pytest.fixture
async def start(socket_enabled: None) -> AsyncGenerator[StartBench]:
    """Start servers whose account is known; they stop with the test."""
    async with AsyncExitStack() as stack:
        yield partial(start_bench, stack)


@pytest.fixture
async def bench(start: StartBench) -> Bench:
    """Start a server with a device of every family whose settings were read, and whose copy follows at once."""
    bench = await start("all", copy_delay=0.0)
    account = bench.open()
    for serial in (MIN, SPH, SPA):
        await fetch(account, f"live_{serial}")
        await fetch(account, f"settings_{serial}")
    return bench


def device_settings(bench: Bench, serial: str) -> Mapping[str, object]:
    """Return what a device really does."""
    device = bench.server.world.device(serial)
    assert device is not None
    return device.settings


CHANGES: tuple[tuple[str, dict[str, Value], dict[str, object]], ...] = (
    (MIN, {"charge_power_rate": 40.0}, {"chargePowerCommand": 40}),
    (MIN, {"discharge_stop_level": 25.0}, {"onGridDischargeStopSOC": 25}),
    (MIN, {"off_grid_stop_level": 15.0}, {"wdisChargeSOCLowLimit": 15}),
    (MIN, {"grid_charging": True}, {"acChargeEnable": 1}),
    (MIN, {"inverter_on": False}, {"onOff": 0}),
    (SPH, {"charge_power_rate": 40.0}, {"chargePowerCommand": 40, "wchargeSOCLowLimit2": 100}),
    (SPH, {"charge_stop_level": 90.0}, {"chargePowerCommand": 100, "wchargeSOCLowLimit2": 90}),
    (SPH, {"discharge_stop_level": 30.0}, {"wdisChargeSOCLowLimit2": 30}),
    (SPH, {"grid_charging": True}, {"acChargeEnable": 1}),
    (SPH, {"output_limit": 80.0}, {"activeRate": 80}),
    (SPA, {"charge_power_rate": 60.0}, {"chargePowerCommand": 60}),
)


@pytest.mark.parametrize(("serial", "changes", "truth"), CHANGES)
async def test_a_change_arrives_and_reads_back(
    bench: Bench, serial: str, changes: dict[str, Value], truth: dict[str, object]
) -> None:
    account = bench.open()
    assert changes.keys() <= {control.setting.key for control in account.controls(serial)}
    before = dict(device_settings(bench, serial))
    await account.write(serial, changes)
    assert (await account.read_back(serial, frozenset(changes))).items() >= changes.items()
    after = device_settings(bench, serial)
    assert {key: after[key] for key in truth} == truth
    assert {key for key in after if after[key] != before[key]} <= truth.keys()


async def test_what_verifies_may_be_read_again_and_again(bench: Bench) -> None:
    """The server's copy follows after a while: nobody has to wait five minutes to see it."""
    bench.server.stage.set_copy_delay(60)
    account = bench.open()
    await account.write(SPH, {"charge_power_rate": 40.0})
    seen = []
    for _ in range(4):
        seen.append((await account.read_back(SPH, frozenset({"charge_power_rate"})))["charge_power_rate"])
        bench.clock.pass_time(seconds=25)
    assert seen == [100.0, 100.0, 100.0, 40.0]


async def test_refused_because_the_device_is_offline(bench: Bench) -> None:
    bench.server.stage.lose_device(MIN)
    with pytest.raises(WriteRefused) as told:
        await bench.open().write(MIN, {"charge_power_rate": 40.0})
    assert told.value.reason == "device_offline"
    bench.server.stage.lose_device(SPH, logger=True)
    with pytest.raises(WriteRefused) as told:
        await bench.open().write(SPH, {"output_limit": 40.0})
    assert told.value.reason == "logger_offline"


async def test_a_lost_session_does_not_lose_a_change(bench: Bench) -> None:
    account = bench.open()
    bench.clock.pass_time(hours=1)
    bench.server.legacy.sessions.kill()
    await account.write(MIN, {"charge_power_rate": 40.0})
    assert device_settings(bench, MIN)["chargePowerCommand"] == 40
    assert bench.logins == 2


async def test_a_system_error_may_have_landed(bench: Bench) -> None:
    bench.server.stage.next_write("applied_with_error", code=10001)
    with pytest.raises(BadAnswer):
        await bench.open().write(MIN, {"charge_power_rate": 40.0})
    assert device_settings(bench, MIN)["chargePowerCommand"] == 40


# --- for the vendor's own actions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("serial", "kind", "told"),
    [(MIN, "charge_power", "100"), (SPH, "pv_active_p_rate", "100"), ("SPF0000001", "storage_spf5000_buzzer", "1")],
)
async def test_reading_a_parameter(bench: Bench, serial: str, kind: str, told: str) -> None:
    account = bench.open()
    assert await account.read_parameter(account.listed(serial), kind) == {kind: told}


async def test_reading_a_parameter_of_a_device_that_is_not_there(bench: Bench) -> None:
    account = bench.open()
    bench.server.stage.lose_device(SPH)
    with pytest.raises(Unreachable):
        await account.read_parameter(account.listed(SPH), "pv_active_p_rate")
    with pytest.raises(NotSupported):
        await account.read_parameter(account.listed("WIT0000001"), "pv_active_p_rate")


@pytest.mark.parametrize(
    ("serial", "kind", "params", "truth"),
    [
        ("INV0000001", "pv_active_p_rate", ["50"], ("activeRate", 50)),
        ("MAX0000001", "pv_active_p_rate", ["50"], ("activeRate", 50)),
        ("SPF0000001", "storage_spf5000_buzzer", ["0"], ("buzzerEN", 0)),
    ],
)
async def test_writing_a_parameter(
    bench: Bench, serial: str, kind: str, params: list[str], truth: tuple[str, object]
) -> None:
    account = bench.open()
    await account.write_parameter(account.listed(serial), kind, params)
    assert device_settings(bench, serial)[truth[0]] == truth[1]


async def test_changing_a_plant(bench: Bench) -> None:
    plant = bench.server.world.plants[0]
    account = bench.open()
    before = dict(await account.update_plant(str(plant.id), {}))
    parts = await account.update_plant(str(plant.id), {"plantName": "Höhe & Co"})
    assert plant.name == "Höhe & Co"
    assert {key for key in parts if parts[key] != before[key]} == {"plantName"}
    with pytest.raises(WriteRefused):
        await account.update_plant(str(plant.id), {"plantColour": "red"})
