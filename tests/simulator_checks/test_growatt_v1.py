"""Growatt's token API: envelope, rights, limits, shapes and what stands in them (growatt.md Part B, F.4, F.5)."""

from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from tests.simulators.__main__ import parse
from tests.simulators.clock import SimClock
from tests.simulators.control import ControlServer
from tests.simulators.growatt import GrowattSimulator
from tests.simulators.growatt.cli import build

from .conftest import ConnectGrowatt
from .growatt_host import FIVE_MINUTES, TokenClient, all_params, live, serving, write

SERIAL, SPH = "MXH0000001", "SPH0000001"
DENIED = {"error_code": 10011, "error_msg": "error_permission_denied", "data": ""}
TOO_OFTEN = {"error_code": 10012, "error_msg": "error_frequently_access", "data": ""}


def plant_of(client: TokenClient, number: int = 0) -> str:
    """Return the id of a plant."""
    return str(client.simulator.world.plants[number].id)


# --- who may ask -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "0" * 32])
async def test_wrong_token(connect_growatt: ConnectGrowatt, token: str | None) -> None:
    client = await connect_growatt()
    client.headers = {} if token is None else {"token": token}
    assert await client.get("plant/list") == DENIED
    assert await client.post("device/tlx/tlx_last_data", {"tlx_sn": SERIAL}) == DENIED


async def test_right_token_on_the_wrong_regions_host(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt(region="north_america", account_region="other_regions")
    assert await client.get("plant/list") == DENIED


async def test_revoked_and_new_token(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt()
    new = client.simulator.actions["new_token"]()
    assert await client.get("plant/list") == DENIED
    client.headers = {"token": new}
    assert (await client.get("plant/list"))["error_code"] == 0
    client.simulator.actions["revoke_token"]()
    assert await client.get("plant/details", plant_id=plant_of(client)) == DENIED


async def test_right_to_the_plant_but_not_to_a_device(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("home")
    client.simulator.actions["deny_device"](SERIAL)
    assert (await client.get("device/list", plant_id=plant_of(client)))["data"]["count"] == 2
    assert await client.get("device/tlx/tlx_data_info", device_sn=SERIAL) == DENIED
    assert await client.post("device/tlx/tlx_last_data", {"tlx_sn": SERIAL}) == DENIED
    write = {"tlx_sn": SERIAL, "type": "charge_power", **all_params(19, 80)}
    assert await client.post("tlxSet", write) == DENIED
    assert (await client.post("device/mix/mix_last_data", {"mix_sn": SPH}))["error_code"] == 0


async def test_another_domain(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt()
    client.simulator.actions["move_domain"]()
    answer = await client.get("plant/list")
    assert (answer["error_code"], answer["error_msg"]) == (-1, "please use the new domain name")


async def test_unknown_paths(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt()
    for path, status in (("newTwoPlantAPI.do", 404), ("plant/nothing", 404), ("tlxSet", 405)):
        async with client.session.get(f"{client.simulator.url}/v1/{path}", headers=client.headers) as response:
            assert response.status == status


# --- how often -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("strict", "seconds"), [(False, 295), (True, 300)])
async def test_equal_calls_need_five_minutes(
    connect_growatt: ConnectGrowatt, clock: SimClock, strict: bool, seconds: int
) -> None:
    client = await connect_growatt(strict=strict)
    assert (await live(client))["error_code"] == 0
    clock.advance(seconds - 1)
    assert await live(client) == TOO_OFTEN
    clock.advance(1)
    assert (await live(client))["error_code"] == 0, "a rejected call does not extend the window"


async def test_rejected_calls_may_count(connect_growatt: ConnectGrowatt, clock: SimClock) -> None:
    client = await connect_growatt()
    client.simulator.actions["set_limits"](rejected_calls_count=True)
    await live(client)
    for _ in range(3):
        clock.advance(200)
        assert await live(client) == TOO_OFTEN
    clock.advance(295)
    assert (await live(client))["error_code"] == 0


async def test_limit_is_per_endpoint_and_device(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("all")
    assert (await live(client, SERIAL))["error_code"] == 0
    assert (await live(client, "MOD0000001"))["error_code"] == 0
    assert (await client.get("device/tlx/tlx_set_info", device_sn=SERIAL))["error_code"] == 0
    assert (await client.get("plant/data", plant_id=plant_of(client, 0)))["error_code"] == 0
    assert (await client.get("plant/data", plant_id=plant_of(client, 1)))["error_code"] == 0
    assert await client.get("plant/data", plant_id=plant_of(client, 1)) == TOO_OFTEN


async def test_limit_survives_the_clients_restart(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt()
    await live(client)
    async with aiohttp.ClientSession() as session:
        assert await live(TokenClient(client.simulator, session)) == TOO_OFTEN


async def test_plant_list_ten_times_a_day(connect_growatt: ConnectGrowatt, clock: SimClock) -> None:
    client = await connect_growatt()
    codes = []
    for _ in range(11):
        codes.append((await client.get("plant/list"))["error_code"])
        clock.advance(FIVE_MINUTES)
    assert codes == [0] * 10 + [10012]
    clock.advance(86_400 - 11 * FIVE_MINUTES)
    assert (await client.get("plant/list"))["error_code"] == 0


async def test_history_needs_ten_seconds(connect_growatt: ConnectGrowatt, clock: SimClock) -> None:
    client = await connect_growatt()
    days = {"tlx_sn": SERIAL, "start_date": "2026-06-21", "end_date": "2026-06-21"}
    assert (await client.post("device/tlx/tlx_data", days))["error_code"] == 0
    clock.advance(9)
    assert await client.post("device/tlx/tlx_data", days) == TOO_OFTEN
    clock.advance(1)
    assert (await client.post("device/tlx/tlx_data", days))["error_code"] == 0


@pytest.mark.parametrize(("seconds", "code"), [(None, 10012), (10.0, 0)])
async def test_live_values_of_an_sph(
    connect_growatt: ConnectGrowatt, clock: SimClock, seconds: float | None, code: int
) -> None:
    """Ten seconds in the document, five minutes in practice (B.3)."""
    client = await connect_growatt("sph")
    client.simulator.actions["set_limits"](mix_seconds=seconds)
    await client.post("device/mix/mix_last_data", {"mix_sn": SPH})
    clock.advance(10)
    assert (await client.post("device/mix/mix_last_data", {"mix_sn": SPH}))["error_code"] == code


# --- plants and lists ------------------------------------------------------------------------------------------------


async def test_get_with_a_body_keeps_the_connection_in_step(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("home")
    form = {"page": "", "perpage": "", "search_type": "", "search_keyword": ""}
    url = f"{client.simulator.url}/v1/plant/list"
    async with client.session.get(url, data=form, headers=client.headers) as response:
        plants = (await response.json())["data"]
    assert (plants["count"], [plant["name"] for plant in plants["plants"]]) == (2, ["Plant 1", "Plant 2"])
    assert (await client.get("plant/details", plant_id=plant_of(client)))["data"]["timezone"] == "GMT+1"


async def test_plant_errors(connect_growatt: ConnectGrowatt, clock: SimClock) -> None:
    client = await connect_growatt()
    for path, empty, missing in (
        ("plant/details", 10003, 10002),
        ("plant/data", 10003, 10002),
        ("device/list", 10002, 10003),
    ):
        assert (await client.get(path, plant_id=""))["error_code"] == empty
        assert (await client.get(path, plant_id="1"))["error_code"] == missing
    plant = plant_of(client)
    assert (await client.get("plant/power", plant_id=plant, date="soon"))["error_code"] == 10003
    assert (await client.get("device/list", plant_id=plant, perpage="101"))["error_code"] == 10013
    clock.advance(FIVE_MINUTES)
    assert (await client.get("device/list", plant_id=plant, page="251"))["error_code"] == 10014
    clock.advance(FIVE_MINUTES)
    dates = {"start_date": "2026-06-01", "end_date": "2026-06-09"}
    assert (await client.get("plant/energy", plant_id=plant, time_unit="day", **dates))["error_code"] == 10004


async def test_plant_numbers(connect_growatt: ConnectGrowatt) -> None:
    """Power in W as text in the list, in kW as a number in the overview, in W in the series, newest first (B.5)."""
    client = await connect_growatt("min")
    world = client.simulator.world
    client.simulator.actions["set_house"](SERIAL, solar_w=2_500.0)
    world.clock.advance(600)
    (listed,) = (await client.get("plant/list"))["data"]["plants"]
    overview = (await client.get("plant/data", plant_id=plant_of(client)))["data"]
    powers = (await client.get("plant/power", plant_id=plant_of(client), date="2026-06-21"))["data"]
    (device,) = world.devices
    assert device.record is not None
    watts = device.record.output_w
    assert float(listed["current_power"]) == watts
    assert overview["current_power"] == pytest.approx(watts / 1000, abs=1e-6)
    assert powers["powers"][0]["power"] == pytest.approx(watts, abs=0.01)
    assert [entry["time"] for entry in powers["powers"][:2]] == ["2026-06-21 12:35", "2026-06-21 12:30"]
    assert powers["count"] == len(powers["powers"]) == 12 * 12 + 8
    assert float(overview["today_energy"]) == device.record.today.output


async def test_plant_energy(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("min", past_days=2)
    (device,) = client.simulator.world.devices
    dates = {"start_date": "2026-06-15", "end_date": "2026-06-21", "time_unit": "day"}
    answer = (await client.get("plant/energy", plant_id=plant_of(client), **dates))["data"]
    assert [row["date"] for row in answer["energys"]] == ["2026-06-19", "2026-06-20", "2026-06-21"]
    assert answer["count"] == 3
    told = [float(row["energy"]) for row in answer["energys"][:2]]
    assert told == pytest.approx([energies.output for energies in device.days.values()], abs=0.051)


async def test_device_list(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("all")
    listed = (await client.get("device/list", plant_id=plant_of(client)))["data"]["devices"]
    assert [entry["type"] for entry in listed] == [1, 7, 7, 5, 6, 2, 4, 3]
    assert [entry["device_sn"] for entry in listed][3] == SPH
    assert {entry["lost"] for entry in listed} == {False}
    client.simulator.actions["lose_device"](SPH)
    client.simulator.clock.advance(1_300)
    listed = (await client.get("device/list", plant_id=plant_of(client), page="", perpage=""))["data"]["devices"]
    assert (listed[3]["lost"], listed[3]["status"]) == (True, -1)


async def test_paging(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("all")
    page = (await client.get("device/list", plant_id=plant_of(client), page="2", perpage="3"))["data"]
    assert (page["count"], [entry["type"] for entry in page["devices"]]) == (8, [5, 6, 2])


async def test_check_answers_without_an_envelope(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("all")
    answer = await client.get("device/check/sn", dataloggerSn="WIT0000001")
    assert (answer["result"], answer["deviceType"], answer["inSystem"]) == (1, 218, True)
    assert "error_code" not in answer
    assert (await client.get("device/check/sn", dataloggerSn="nothing"))["result"] == 0


# --- behind the scene ------------------------------------------------------------------------------------------------


async def test_gateways_fail(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt()
    client.simulator.faults.add("", "bad_gateway", times=1)
    url = f"{client.simulator.url}/v1/plant/list"
    async with client.session.get(url, headers=client.headers) as response:
        assert (response.status, "502 Bad Gateway" in await response.text()) == (502, True)
    assert (await client.get("plant/list"))["error_code"] == 0


async def test_latency(connect_growatt: ConnectGrowatt, session: aiohttp.ClientSession) -> None:
    """Reads take 0.3 to 3 seconds, writes 5 to 20 (F.9)."""
    clock = SimClock(speed=1_000.0)
    async with serving(clock, "min", latency=True) as simulator:
        client = TokenClient(simulator, session)
        before = clock.now()
        await client.get("plant/list")
        assert (clock.now() - before).total_seconds() >= 0.3
        before = clock.now()
        assert await write(client, "charge_power", 80) == 0
        assert (clock.now() - before).total_seconds() >= 5


async def test_description_and_truth(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("home")
    described = client.simulator.describe()
    assert described["token"] == client.simulator.token
    assert {"url", "user_name", "password", "plants", "serials"} <= set(described)
    assert list(described["plants"].values()) == ["Plant 1", "Plant 2"]
    truth = client.simulator.actions["truth"]()
    assert set(truth) == set(described["serials"])
    (device, *_) = client.simulator.world.devices
    assert truth[device.serial]["today"]["solar"] == device.today.solar > 1


async def test_whole_day_of_the_specified_cycle_is_allowed(connect_growatt: ConnectGrowatt, clock: SimClock) -> None:
    """Live values every 310 s, settings every 30 min: the strict server never minds (Part E)."""
    client = await connect_growatt(strict=True)
    end = clock.now().timestamp() + 86_400
    codes, turn = set(), 0
    while clock.now().timestamp() < end:
        codes.add((await live(client))["error_code"])
        if turn % 6 == 0:
            codes.add((await client.get("device/tlx/tlx_set_info", device_sn=SERIAL))["error_code"])
        turn += 1
        clock.advance(310)
    assert codes == {0}
    assert (turn, clock.now() > datetime(2026, 6, 22, 10, tzinfo=UTC)) == (279, True)


async def test_power_of_a_gap_is_null(connect_growatt: ConnectGrowatt, clock: SimClock) -> None:
    client = await connect_growatt("min")
    client.simulator.actions["lose_device"](SERIAL)
    clock.advance(3_600)
    client.simulator.actions["return_device"](SERIAL)
    clock.advance(FIVE_MINUTES)
    powers = (await client.get("plant/power", plant_id=plant_of(client), date="2026-06-21"))["data"]["powers"]
    assert [entry["power"] is None for entry in powers[:14]] == [False] + [True] * 12 + [False]


async def test_idle_plant_and_calendar(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("min")
    client.simulator.actions["set_oddities"](idle_plants=True, odd_values=True)
    assert (await client.get("plant/data", plant_id=plant_of(client)))["data"]["current_power"] == 0
    (listed,) = (await client.get("device/list", plant_id=plant_of(client)))["data"]["devices"]
    updated = listed["last_update_time"]
    assert (updated["year"], updated["month"], updated["date"], updated["hours"]) == (126, 5, 21, 12)
    assert updated["timezoneOffset"] == -480


async def test_steered_from_outside(connect_growatt: ConnectGrowatt, session: aiohttp.ClientSession) -> None:
    """The control port knows every action, and what it answers is JSON."""
    client = await connect_growatt("home")
    control = ControlServer(client.simulator)
    await control.start()

    async def do(action: str, **order: Any) -> Any:
        async with session.post(f"{control.url}/do", json={"action": action, **order}) as response:
            return await response.json()

    try:
        assert (await do("truth"))["result"][SERIAL]["lost"] is False
        assert (await do("rename_device", serial=SERIAL, alias="Roof")) == {"result": None}
        assert "error" in await do("rename_device", serial="nothing", alias="Roof")
        assert (await do("add_device", model="spa"))["result"] == "SPA0000001"
        assert (await do("next_write", kind="refused", code=10001))["result"] is None
        assert await write(client, "charge_power", 80) == 10001
    finally:
        await control.stop()
    assert (await live(client))["data"]["alias"] == "Roof"


@pytest.mark.parametrize(("profile", "seconds"), [("strict", 300.0), ("mix5", 295.0)])
def test_command_line(clock: SimClock, profile: str, seconds: float) -> None:
    simulator = build(parse(["growatt", "--profile", profile, "--past-days", "0"]), clock)
    assert isinstance(simulator, GrowattSimulator)
    assert simulator.v1.limits.long_seconds == seconds
    assert len(list(simulator.world.devices)) == {"strict": 3, "mix5": 5}[profile]
