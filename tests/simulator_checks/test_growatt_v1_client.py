"""The published client growattServer 2.2.0, unmodified, on the token API (growatt.md F.1)."""

import asyncio
from collections.abc import Callable
from datetime import date, time
from importlib.metadata import version
from typing import Any

from growattServer import GrowattV1ApiError, OpenApiV1
import pytest

from tests.simulators.clock import SimClock

from .conftest import ConnectGrowatt
from .growatt_host import FIVE_MINUTES, TokenClient

MIN, SPH = "MXH0000001", "SPH0000001"
TODAY = date(2026, 6, 21)
NO_PERIOD = {"start_time": time(0, 0), "end_time": time(0, 0), "enabled": False}


def opened(client: TokenClient) -> Any:
    """Return the published client on a simulator; setting ``server_url`` has no effect on it (0.1).

    Untyped, because its annotations promise objects where the wire has text.
    """
    api = OpenApiV1(client.simulator.token)
    api.api_url = f"{client.simulator.url}/v1/"
    return api


async def ask[T](call: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Call the blocking client without blocking the server."""
    return await asyncio.to_thread(call, *arguments, **options)


def test_it_is_the_published_client() -> None:
    assert version("growattServer") == "2.2.0"


async def test_plants(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("home", past_days=1)
    api, world = opened(client), client.simulator.world
    plants = (await ask(api.plant_list))["plants"]
    assert [(plant["plant_id"], plant["name"]) for plant in plants] == [
        (plant.id, plant.name) for plant in world.plants
    ]
    plant_id = plants[0]["plant_id"]
    assert (await ask(api.plant_details, plant_id))["timezone"] == "GMT+1"
    overview = await ask(api.plant_energy_overview, plant_id)
    assert overview["current_power"] > 1
    assert float(overview["today_energy"]) > 1
    powers = await ask(api.plant_power_overview, plant_id, TODAY)
    assert powers["count"] == len(powers["powers"])
    energies = await ask(api.plant_energy_history, plant_id, date(2026, 6, 20), TODAY, "day")
    assert [entry["date"] for entry in energies["energys"]] == ["2026-06-20", "2026-06-21"]
    devices = (await ask(api.device_list, plant_id))["devices"]
    assert [(device["type"], device["device_sn"]) for device in devices] == [(7, MIN), (5, SPH)]
    assert api.get_device(MIN, devices[0]["type"]) is not None


async def test_everything_of_a_min(connect_growatt: ConnectGrowatt, clock: SimClock) -> None:
    client = await connect_growatt("min")
    api = opened(client)
    (device,) = client.simulator.world.devices
    detail = await ask(api.min_detail, MIN)
    assert (detail["serialNum"], detail["pmax"], detail["tlxSetbean"]["onOff"]) == (MIN, 4_600, 1)
    energy = await ask(api.min_energy, MIN)
    assert energy["time"] == device.live()["time"]
    assert energy["eacToday"] == pytest.approx(device.live()["eacToday"], abs=1e-5)
    history = await ask(api.min_energy_history, MIN, TODAY, TODAY, limit=100)
    assert history["datas"][0]["time"] == energy["time"]
    settings = await ask(api.min_settings, MIN)
    assert settings["chargePowerCommand"] == 100
    segments = await ask(api.min_read_time_segments, MIN, settings)
    assert len(segments) == 9
    assert segments[0] == {
        "segment_id": 1,
        "batt_mode": 0,
        "mode_name": "Load First",
        "start_time": "00:00",
        "end_time": "00:00",
        "enabled": False,
    }
    assert await ask(api.min_read_parameter, MIN, "discharge_stop_soc") == "10"
    assert await ask(api.min_read_parameter, MIN, None, 3) == "100"
    with pytest.raises(GrowattV1ApiError) as refused:
        await ask(api.min_energy, MIN)
    assert (refused.value.error_code, refused.value.error_msg) == (10012, "error_frequently_access")


async def test_writing_a_min_and_reading_it_back(connect_growatt: ConnectGrowatt, clock: SimClock) -> None:
    client = await connect_growatt("min")
    api = opened(client)
    assert await ask(api.min_write_parameter, MIN, "charge_power", 80) == ""
    assert await ask(api.min_read_parameter, MIN, "charge_power") == "80"
    await ask(api.min_write_parameter, MIN, "ac_charge", {1: 1})
    await ask(api.min_write_time_segment, MIN, 2, 1, time(1, 30), time(5, 0))
    assert await ask(api.min_read_parameter, MIN, "time_segment2") == "41246-1280-"
    clock.advance(FIVE_MINUTES)
    settings = await ask(api.min_settings, MIN)
    assert (settings["chargePowerCommand"], settings["acChargeEnable"]) == (80, 1)
    segment = (await ask(api.min_read_time_segments, MIN, settings))[1]
    assert (segment["mode_name"], segment["start_time"], segment["end_time"], segment["enabled"]) == (
        "Battery First",
        "01:30",
        "05:00",
        True,
    )
    for value in (True, 80.0):
        with pytest.raises(GrowattV1ApiError) as refused:
            await ask(api.min_write_parameter, MIN, "charge_power", value)
        assert refused.value.error_code == 10008
    with pytest.raises(GrowattV1ApiError) as refused:
        await ask(api.min_write_time_segment, MIN, 3, 2, time(4, 0), time(6, 0), False)
    assert refused.value.error_code == 10008


async def test_everything_of_an_sph(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("sph")
    api = opened(client)
    (device,) = client.simulator.world.devices
    detail = await ask(api.sph_detail, SPH)
    assert (detail["serialNum"], detail["pmax"], detail["wchargeSOCLowLimit2"]) == (SPH, 10_000, 100)
    energy = await ask(api.sph_energy, SPH)
    assert (energy["soc"], energy["time"]) == (device.live()["soc"], device.live()["time"])
    history = await ask(api.sph_energy_history, SPH, TODAY, TODAY)
    assert len(history["datas"]) == 20
    assert await ask(api.sph_read_parameter, SPH, "pv_on_off") == "1"
    assert await ask(api.sph_read_parameter, SPH, None, 3) == "100"
    assert len((await ask(api.sph_read_ac_discharge_times, SPH, detail))["periods"]) == 3


async def test_writing_an_sph_and_reading_it_back(connect_growatt: ConnectGrowatt, clock: SimClock) -> None:
    client = await connect_growatt("sph")
    api = opened(client)
    night = {"start_time": time(1, 30), "end_time": time(5, 0), "enabled": True}
    evening = {"start_time": time(17, 0), "end_time": time(21, 0), "enabled": True}
    await ask(api.sph_write_ac_charge_times, SPH, 80, 95, True, [night, NO_PERIOD, NO_PERIOD])
    await ask(api.sph_write_ac_discharge_times, SPH, 60, 25, [NO_PERIOD, evening, NO_PERIOD])
    await ask(api.sph_write_parameter, SPH, "backflow_setting", [1, 40])
    clock.advance(FIVE_MINUTES)
    detail = await ask(api.sph_detail, SPH)
    charge = await ask(api.sph_read_ac_charge_times, SPH, detail)
    assert (charge["charge_power"], charge["mains_enabled"]) == (80, True)
    assert charge["periods"][0] == {"period_id": 1, "start_time": "01:30", "end_time": "05:00", "enabled": True}
    discharge = await ask(api.sph_read_ac_discharge_times, SPH, detail)
    assert (discharge["discharge_power"], discharge["periods"][1]["start_time"]) == (60, "17:00")
    assert (detail["wchargeSOCLowLimit2"], detail["wdisChargeSOCLowLimit2"]) == (95, 25)
    assert (charge["charge_stop_soc"], discharge["discharge_stop_soc"]) == (100, 10), "its known mistake (B.7.3)"
    assert (detail["exportLimit"], detail["exportLimitPowerRate"]) == (1, 40)


async def test_its_errors(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("min")
    api = opened(client)
    client.simulator.actions["revoke_token"]()
    with pytest.raises(GrowattV1ApiError) as refused:
        await ask(api.plant_list)
    assert (refused.value.error_code, refused.value.error_msg) == (10011, "error_permission_denied")
