"""What the gateway does: physics, writes, islanding, batteries coming and going (specification §5–§13, §19)."""

from collections.abc import Awaitable, Callable
import json
from typing import Any

import aiohttp
import pytest

from .conftest import Client

type Connect = Callable[..., Awaitable[Client]]


async def write(client: Client, mode: str, reserve: float) -> int:
    """Ask and commit; return the status of the commit."""
    assert (await client.post("/operation", {"mode": mode, "backup_reserve_percent": reserve})).status == 200
    return (await client.get("/config/completed")).status


async def writer(connect: Connect, **options: Any) -> Client:
    return await connect("gw2-24.44", user="installer", installer_toggle_done=True, **options)


async def mode_and_reserve(client: Client) -> tuple[str, Any]:
    operation = (await client.get("/operation")).json
    return operation["real_mode"], operation["backup_reserve_percent"]


# --- physics ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["gw1-1.50", "gw2-21.44", "gw2-24.44", "pw3-26.x"])
async def test_powers_balance_over_a_day(connect: Connect, profile: str) -> None:
    client = await connect(profile, cloudiness=0.5)
    for _ in range(48):
        client.simulator.clock.advance(1_800)
        meters = (await client.get("/meters/aggregates")).json
        power = {name: meter["instant_power"] for name, meter in meters.items()}
        assert power["load"] == pytest.approx(power["site"] + power["battery"] + power["solar"], rel=0.01, abs=8)
        assert -5 <= power["solar"] <= 6_000


async def test_meters_tell_the_truth_with_the_documented_signs(connect: Connect) -> None:
    client = await connect("gw2-24.44")
    house = client.simulator.house
    for solar, home, level, site, battery in (
        (0, 2_000, 15, 2_004, 0),  # below the reserve: import
        (0, 2_000, 60, 0, 2_004),  # discharging
        (4_000, 1_000, 60, 0, -3_000),  # charging
        (4_000, 1_000, 100, -3_000, 0),  # full: export
    ):
        house.set(solar_w=float(solar), home_w=float(home))
        house.set_level(level)
        meters = (await client.get("/meters/aggregates")).json
        assert meters["site"]["instant_power"] == pytest.approx(site, abs=5)
        assert meters["battery"]["instant_power"] == pytest.approx(battery, abs=5)
        assert meters["load"]["instant_power"] == pytest.approx(home, rel=0.01)
        assert meters["solar"]["instant_power"] == pytest.approx(solar or -4, abs=1)


async def test_counters_advance_with_the_powers(connect: Connect) -> None:
    client = await connect("gw2-21.44")
    client.simulator.house.set(solar_w=3_000.0, home_w=1_000.0)
    client.simulator.house.set_level(50)
    before = (await client.get("/meters/aggregates")).json
    client.simulator.clock.advance(3_600)
    after = (await client.get("/meters/aggregates")).json
    grown = {
        (name, counter): after[name][counter] - before[name][counter]
        for name in after
        for counter in ("energy_imported", "energy_exported")
    }
    assert grown == {
        ("site", "energy_imported"): 0,
        ("site", "energy_exported"): 0,
        ("battery", "energy_imported"): pytest.approx(2_000, abs=10),
        ("battery", "energy_exported"): 0,
        ("load", "energy_imported"): pytest.approx(1_000, rel=0.01),
        ("load", "energy_exported"): 0,
        ("solar", "energy_imported"): 0,
        ("solar", "energy_exported"): pytest.approx(3_000, rel=0.01),
    }


async def test_charge_is_remaining_through_full(connect: Connect) -> None:
    client = await connect("gw2-24.44", batteries=3)
    status = (await client.get("/system_status")).json
    percentage = (await client.get("/system_status/soe")).json["percentage"]
    assert percentage == 100 * status["nominal_energy_remaining"] / status["nominal_full_pack_energy"]
    assert percentage == pytest.approx(client.simulator.house.truth().battery_level, abs=0.01)


async def test_battery_counters_are_the_sum_of_the_blocks(connect: Connect) -> None:
    client = await connect("gw2-24.44", batteries=2)
    client.simulator.clock.advance(5_000)
    blocks = (await client.get("/system_status")).json["battery_blocks"]
    battery = (await client.get("/meters/aggregates")).json["battery"]
    assert battery["energy_imported"] == sum(block["energy_charged"] for block in blocks)
    assert battery["energy_exported"] == sum(block["energy_discharged"] for block in blocks)


async def test_traps_of_voltage_frequency_and_current(connect: Connect) -> None:
    client = await connect("gw2-21.44")
    client.simulator.house.set(solar_w=0.0, home_w=4_700.0)
    client.simulator.house.set_level(80)
    meters = (await client.get("/meters/aggregates")).json
    assert meters["site"]["frequency"] == meters["load"]["frequency"] == meters["solar"]["frequency"] == 0
    assert meters["battery"]["frequency"] == pytest.approx(60, abs=0.05)
    assert meters["site"]["instant_average_voltage"] * 2 / 3**0.5 == pytest.approx(240, rel=0.05)
    block = (await client.get("/system_status")).json["battery_blocks"][0]
    assert block["i_out"] == pytest.approx(-100, abs=1)


async def test_unfitted_locations_of_old_firmware(connect: Connect) -> None:
    meters = (await (await connect("gw1-1.15", user=None)).get("/meters/aggregates")).json
    for location in ("busway", "frequency", "generator"):
        assert meters[location]["last_communication_time"] == "0001-01-01T00:00:00Z"
        assert meters[location]["instant_power"] == 0


# --- writes ----------------------------------------------------------------------------------------------------------


async def test_write_takes_effect_with_the_commit(connect: Connect) -> None:
    client = await writer(connect)
    count = (await client.get("/status")).json["commission_count"]
    order = {"mode": "autonomous", "backup_reserve_percent": 24.6}
    reply = await client.post("/operation", order)
    assert (reply.status, reply.json) == (200, order)
    assert await mode_and_reserve(client) == ("self_consumption", 20.0)
    committed = await client.get("/config/completed")
    assert committed.status == 200
    assert committed.json["commission_count"] == count + 1
    mode, reserve = await mode_and_reserve(client)
    assert mode == client.simulator.house.truth().mode == "autonomous"
    assert reserve == pytest.approx(24.6, abs=0.0001)
    assert reserve != 24.6


async def test_old_firmware_commits_with_202(connect: Connect) -> None:
    client = await connect("gw1-1.40", user="installer")
    assert await write(client, "backup", 100) == 202
    operation = (await client.get("/operation")).json
    assert (operation["real_mode"], round(operation["backup_reserve_percent"])) == ("backup", 100)


@pytest.mark.parametrize(
    "order",
    [
        {"mode": "self_consumption"},
        {"backup_reserve_percent": 20},
        {"mode": "scheduler", "backup_reserve_percent": 20},
        {"mode": "holiday", "backup_reserve_percent": 20},
        {"mode": "backup", "backup_reserve_percent": 4.9},
        {"mode": "backup", "backup_reserve_percent": 100.1},
        {"mode": "backup", "backup_reserve_percent": "20"},
        [],
    ],
)
async def test_bad_orders_are_refused(connect: Connect, order: Any) -> None:
    client = await writer(connect)
    assert (await client.post("/operation", order)).status == 400
    await client.get("/config/completed")
    assert await mode_and_reserve(client) == ("self_consumption", 20.0)


async def test_customer_may_not_write(connect: Connect) -> None:
    client = await connect("gw2-24.44")
    reply = await client.post("/operation", {"mode": "backup", "backup_reserve_percent": 20})
    assert (reply.status, reply.json) == (
        403,
        {"code": 403, "error": "Unable to POST to resource", "message": "User does not have adequate access rights"},
    )


async def test_write_that_is_never_applied(connect: Connect) -> None:
    client = await writer(connect)
    client.simulator.write_behaviour("not_applied", times=1)
    assert await write(client, "backup", 50) == 200
    client.simulator.clock.advance(3_600)
    assert await mode_and_reserve(client) == ("self_consumption", 20.0)
    await write(client, "backup", 50)
    assert (await mode_and_reserve(client))[0] == "backup"


async def test_write_that_is_applied_late(connect: Connect) -> None:
    client = await writer(connect)
    client.simulator.write_behaviour("late", seconds=8)
    await write(client, "backup", 50)
    client.simulator.clock.advance(7)
    assert await mode_and_reserve(client) == ("self_consumption", 20.0)
    client.simulator.clock.advance(1)
    assert await mode_and_reserve(client) == ("backup", pytest.approx(50, abs=0.001))


async def test_write_that_is_applied_partly(connect: Connect) -> None:
    client = await writer(connect)
    client.simulator.write_behaviour("partly")
    await write(client, "backup", 50)
    assert await mode_and_reserve(client) == ("backup", 20.0)


async def test_write_whose_answer_is_lost(connect: Connect) -> None:
    client = await writer(connect)
    client.simulator.write_behaviour("answer_lost", times=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await write(client, "backup", 50)
    assert await mode_and_reserve(client) == ("backup", pytest.approx(50, abs=0.001))


async def test_site_name(connect: Connect) -> None:
    client = await connect()
    assert (await client.post("/site_info/site_name", {"site_name": "Hütte"})).json["site_name"] == "Hütte"
    assert (await client.get("/site_info")).json["site_name"] == "Hütte"


# --- sitemaster ------------------------------------------------------------------------------------------------------


async def test_stop_and_run(connect: Connect) -> None:
    client = await connect("gw2-21.44")
    client.simulator.house.set(solar_w=0.0, home_w=1_000.0)
    assert (await client.get("/meters/readings")).json.popitem()[1]["error"].startswith("run sitemanager flag")
    assert (await client.get("/sitemaster/stop")).status == 202
    assert client.simulator.house.truth().battery_w == 0
    assert (await client.get("/system_status")).status == 502
    assert "run_sitemaster" not in (await client.get("/installer")).json
    assert (await client.get("/auth/toggle/supported")).json == {"toggle_auth_supported": False}
    readings = (await client.get("/meters/readings")).json
    assert {meter["error"] for meter in readings.values()} == {""}
    assert any(ct["p_W"] for meter in readings.values() for ct in meter["data"]["cts"])
    assert (await client.get("/powerwalls")).json["powerwalls"][0]["grid_state"] == "Grid_Compliant"
    assert (await client.get("/sitemaster/run")).status == 202
    client.simulator.clock.advance(5)
    assert (await client.get("/sitemaster")).json["status"] == "StatusUp"
    assert client.simulator.house.truth().battery_w == pytest.approx(1_004)
    assert (await client.get("/powerwalls")).json["powerwalls"][0]["grid_state"] == "Grid_Uncompliant"


async def test_stop_can_be_refused(connect: Connect) -> None:
    client = await connect()
    client.simulator.gateway.sitemaster.refuses_stop = True
    reply = await client.get("/sitemaster/stop")
    assert (reply.status, reply.json["error"]) == (500, "Cannot Start Wizard")
    assert (await client.get("/sitemaster")).json["running"]


# --- grid ------------------------------------------------------------------------------------------------------------


async def grid(client: Client) -> str:
    status: str = (await client.get("/system_status/grid_status")).json["grid_status"]
    return status


async def test_going_off_grid_and_back(connect: Connect) -> None:
    client = await connect("gw2-23.44")
    clock = client.simulator.clock
    off = {"island_mode": "intentional_reconnect_failsafe"}
    assert (await client.post("/v2/islanding/mode", off)).json == off
    assert await grid(client) == "SystemTransitionToIsland"
    clock.advance(3)
    assert await grid(client) == "SystemIslandedActive"
    assert (await client.get("/meters/aggregates")).json["site"]["instant_power"] == 0
    assert (await client.post("/v2/islanding/mode", {"island_mode": "backup"})).json == {"island_mode": "backup"}
    assert await grid(client) == "SystemTransitionToGrid"
    clock.advance(20)
    assert await grid(client) == "SystemGridConnected"
    assert (await client.post("/v2/islanding/mode", {"island_mode": "other"})).status == 400


async def test_outage(connect: Connect) -> None:
    client = await connect("gw2-24.44")
    house, clock = client.simulator.house, client.simulator.clock
    house.set(solar_w=0.0, home_w=3_000.0)
    house.start_outage()
    assert await grid(client) == "SystemIslandedActive"
    status = (await client.get("/system_status")).json
    assert status["system_island_state"] == "SystemIslandedActive"
    assert status["battery_blocks"][0]["off_grid"]
    clock.advance(6 * 3_600)
    assert await grid(client) == "SystemWaitForUser"
    house.end_outage()
    assert await grid(client) == "SystemTransitionToGrid"
    clock.advance(20)
    assert await grid(client) == "SystemGridConnected"


async def test_grid_faults(connect: Connect) -> None:
    client = await connect("gw2-21.44")
    client.simulator.add_grid_fault("PINV_a006_vfCheckUnderFrequency")
    client.simulator.clock.advance(1_800)
    client.simulator.add_grid_fault("PINV_a008_vfCheckRocof", is_fault=True)
    faults = (await client.get("/system_status/grid_faults")).json
    assert faults == (await client.get("/system_status")).json["grid_faults"]
    assert [(fault["alert_name"], fault["alert_is_fault"]) for fault in faults] == [
        ("PINV_a006_vfCheckUnderFrequency", False),
        ("PINV_a008_vfCheckRocof", True),
    ]
    assert faults[0]["alert_raw"] > 2**53
    decoded = json.loads(faults[0]["decoded_alert"])
    assert decoded[2] == {"name": "PINV_a006_frequency", "value": 57.207, "units": "Hz"}
    client.simulator.clock.advance(1_801)
    assert len((await client.get("/system_status/grid_faults")).json) == 1


# --- batteries -------------------------------------------------------------------------------------------------------


async def serials(client: Client) -> list[str]:
    blocks = (await client.get("/system_status")).json["battery_blocks"]
    fitted = (await client.get("/powerwalls")).json["powerwalls"]
    assert [one["PackageSerialNumber"] for one in fitted] == [one["PackageSerialNumber"] for one in blocks]
    return [block["PackageSerialNumber"] for block in blocks]


async def test_batteries_come_and_go(connect: Connect) -> None:
    client = await connect("gw2-24.44", batteries=2)
    first = await serials(client)
    charged = (await client.get("/meters/aggregates")).json["battery"]["energy_imported"]
    new = client.simulator.replace_battery(0)
    assert await serials(client) == [new, first[1]]
    assert (await client.get("/meters/aggregates")).json["battery"]["energy_imported"] == pytest.approx(charged, abs=10)
    added = client.simulator.add_battery()
    assert await serials(client) == [new, first[1], added]
    client.simulator.disable_battery(1, ())
    client.simulator.disable_battery(2, ("DisabledCellImbalance",))
    status = (await client.get("/system_status")).json
    assert [block["disabled_reasons"] for block in status["battery_blocks"]] == [[], [], ["DisabledCellImbalance"]]


async def test_new_version(connect: Connect) -> None:
    client = await connect()
    client.simulator.set_version("25.10.1 0badcafe")
    assert (await client.get("/status")).json["version"] == "25.10.1 0badcafe"
    assert (await client.get("/system/update/status")).json["version"] == "25.10.1 0badcafe"


async def test_vitals_are_protobuf(connect: Connect) -> None:
    client = await connect("gw2-21.44", batteries=2, disabled_battery=1)
    reply = await client.get("/devices/vitals")
    assert reply.headers["Content-Type"] == "application/octet-stream"
    devices = [fields(message) for number, message in fields(reply.body) if number == 1]
    names, alerts, vitals = [], [], {}
    for device in devices:
        inner = dict(fields(dict(fields(dict(device)[1]))[1]))
        name = dict(fields(inner[1]))[1].decode()
        names.append(name.partition("--")[0])
        alerts += [message.decode() for number, message in device if number == 3]
        for number, message in device:
            if number == 2:
                vital = dict(fields(message))
                vitals[name, vital[1].decode()] = vital.get(4, vital.get(3))
    assert names == ["STSTSM", "TESYNC", "TETHC", "TEPOD", "TEPINV", "TETHC", "TEPOD", "TEPINV"]
    assert "SystemConnectedToGrid" in alerts
    assert "DisabledExcessiveVoltageDrop" in alerts
    remaining = [value for (_device, vital), value in vitals.items() if vital == "POD_nom_energy_remaining"]
    assert remaining == [pytest.approx(client.simulator.house.truth().batteries[0].energy_wh), None]


def fields(message: bytes) -> list[tuple[int, Any]]:
    """Return the fields of a protobuf message: number and int, float or bytes."""
    import struct

    found: list[tuple[int, Any]] = []
    position = 0

    def varint() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while position < len(message):
        key = varint()
        match key & 7:
            case 0:
                found.append((key >> 3, varint()))
            case 1:
                found.append((key >> 3, struct.unpack_from("<d", message, position)[0]))
                position += 8
            case 2:
                length = varint()
                found.append((key >> 3, message[position : position + length]))
                position += length
            case kind:
                raise AssertionError(f"wire type {kind}")
    return found
