"""Bad days as ordered: each kind of fault arrives at the client the way it is named."""

import asyncio
from collections.abc import Awaitable, Callable
import json
import re
from typing import Any

import aiohttp
import pytest

from tests.simulators.faults import KINDS

from .conftest import Client

type Connect = Callable[..., Awaitable[Client]]

AGGREGATES = "/api/meters/aggregates"
SOE = "/api/system_status/soe"


@pytest.fixture
async def client(connect: Connect) -> Client:
    return await connect("gw2-24.44", batteries=3)


async def test_unknown_kind_is_an_error(client: Client) -> None:
    with pytest.raises(ValueError, match="no such fault: explode"):
        client.simulator.faults.add("*", "explode")


def test_every_kind_is_explained() -> None:
    from tests.simulators import faults

    assert set(re.findall(r"^``(\w+)`` ", faults.__doc__ or "", re.MULTILINE)) - {"refuse"} == set(KINDS)


async def test_fault_is_for_its_path_method_and_number_of_times(client: Client) -> None:
    faults = client.simulator.faults
    faults.add(SOE, "status", code=500, times=2, method="GET")
    faults.add("/api/operation", "status", code=418, method="POST")
    assert [(await client.get("/system_status/soe")).status for _ in range(3)] == [500, 500, 200]
    assert (await client.get("/operation")).status == 200
    assert (await client.post("/operation", {})).status == 418


async def test_faults_end(client: Client) -> None:
    faults = client.simulator.faults
    one = faults.add(SOE, "status", code=500)
    faults.add("/api/operation", "status", code=500)
    faults.add("*", "content_type")
    faults.remove(one)
    assert (await client.get("/system_status/soe")).status == 200
    faults.clear("/api/operation")
    assert (await client.get("/operation")).headers["Content-Type"] == "text/plain"
    faults.clear()
    assert (await client.get("/operation")).headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("code", [401, 403, 404, 429, 500, 502, 503])
async def test_status(client: Client, code: int) -> None:
    client.simulator.faults.add("*", "status", code=code, retry_after=7)
    reply = await client.get("/system_status/soe")
    assert (reply.status, reply.headers["Retry-After"]) == (code, "7")
    assert reply.json["code"] == code


async def test_status_with_a_body_of_choice(client: Client) -> None:
    client.simulator.faults.add("*", "status", code=404, body="404 page not found\n")
    reply = await client.get("/system_status/soe")
    assert (reply.status, reply.body) == (404, b"404 page not found\n")
    assert "Retry-After" not in reply.headers


@pytest.mark.parametrize(("kind", "body"), [("empty", b""), ("null", b"null")])
async def test_no_data(client: Client, kind: str, body: bytes) -> None:
    client.simulator.faults.add(SOE, kind)
    reply = await client.get("/system_status/soe")
    assert (reply.status, reply.body) == (200, body)


async def test_html(client: Client) -> None:
    client.simulator.faults.add(SOE, "html")
    reply = await client.get("/system_status/soe")
    assert reply.headers["Content-Type"] == "text/html"
    assert reply.body.startswith(b"<!DOCTYPE html>")


async def test_cut_json(client: Client) -> None:
    client.simulator.faults.add(AGGREGATES, "cut_json")
    reply = await client.get("/meters/aggregates")
    assert reply.headers["Content-Length"] == str(len(reply.body))
    with pytest.raises(json.JSONDecodeError):
        _ = reply.json


async def test_cut_connection(client: Client) -> None:
    client.simulator.faults.add(AGGREGATES, "cut_connection", times=1)
    with pytest.raises(aiohttp.ClientPayloadError):
        await client.get("/meters/aggregates")
    assert (await client.get("/meters/aggregates")).status == 200


async def test_reset(client: Client) -> None:
    client.simulator.faults.add(SOE, "reset")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.get("/system_status/soe")
    assert client.simulator.requests[-1].status == 0
    client.simulator.faults.clear()
    assert (await client.get("/system_status/soe")).status == 200


async def test_slow(client: Client) -> None:
    client.simulator.faults.add(SOE, "slow", seconds=12)
    waiting = asyncio.create_task(client.get("/system_status/soe"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(waiting), 0.2)
    client.simulator.clock.advance(12)
    assert (await asyncio.wait_for(waiting, 5)).status == 200


async def test_never(client: Client) -> None:
    client.simulator.faults.add(SOE, "slow")
    waiting = asyncio.create_task(client.get("/system_status/soe"))
    await asyncio.wait([waiting], timeout=0.1)
    client.simulator.clock.advance(86_400)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting, 0.3)


async def test_flood(client: Client) -> None:
    client.simulator.faults.add(SOE, "flood", megabytes=5)
    assert 5 * 1_048_576 <= len((await client.get("/system_status/soe")).body) < 5.2 * 1_048_576


async def test_client_may_turn_away_from_a_flood(client: Client) -> None:
    client.simulator.faults.add(SOE, "flood")
    async with client.session.get(f"{client.simulator.url}{SOE}", ssl=False) as response:
        assert len(await response.content.readexactly(100_000)) == 100_000
    client.simulator.faults.clear()
    assert (await client.get("/system_status/soe")).status == 200


async def test_wrong_types(client: Client) -> None:
    client.simulator.faults.add(AGGREGATES, "wrong_types", pointer="/site", value=[])
    meters = (await client.get("/meters/aggregates")).json
    assert meters["site"]["instant_power"] == meters["site"]["energy_imported"] == []
    assert isinstance(meters["site"]["last_communication_time"], str)
    assert isinstance(meters["load"]["instant_power"], float)


async def test_wrong_types_everywhere(client: Client) -> None:
    client.simulator.faults.add(SOE, "wrong_types")
    assert (await client.get("/system_status/soe")).json == {"percentage": "n/a"}


async def test_missing(client: Client) -> None:
    client.simulator.faults.add(AGGREGATES, "missing", pointer="/site/energy_imported")
    assert "energy_imported" not in (await client.get("/meters/aggregates")).json["site"]


async def test_override(client: Client) -> None:
    client.simulator.faults.add("/api/system_status", "override", pointer="/battery_blocks/1/p_out", value=-1)
    client.simulator.faults.add("/api/system_status/grid_faults", "override", value={"a": 1})
    assert (await client.get("/system_status")).json["battery_blocks"][1]["p_out"] == -1
    assert (await client.get("/system_status/grid_faults")).json == {"a": 1}


async def test_faults_add_up(client: Client) -> None:
    client.simulator.faults.add(SOE, "override", pointer="/percentage", value=1)
    client.simulator.faults.add(SOE, "content_type")
    reply = await client.get("/system_status/soe")
    assert (reply.json, reply.headers["Content-Type"]) == ({"percentage": 1}, "text/plain")


@pytest.mark.parametrize(
    ("kind", "args", "path", "look", "value"),
    [
        (
            "zero_time_meter",
            {"meter": "battery"},
            "/meters/aggregates",
            lambda data: data["battery"]["last_communication_time"],
            "0001-01-01T00:00:00Z",
        ),
        ("counter_jump", {}, "/meters/aggregates", lambda data: data["site"]["energy_imported"], 0),
        (
            "counter_jump",
            {"meter": "load", "counter": "energy_imported", "value": -5.5},
            "/meters/aggregates",
            lambda data: data["load"]["energy_imported"],
            -5.5,
        ),
        (
            "unknown_grid_status",
            {},
            "/system_status/grid_status",
            lambda data: data["grid_status"],
            "SystemSomethingNew",
        ),
        ("unknown_mode", {}, "/operation", lambda data: data["real_mode"], "something_new"),
        (
            "unknown_enum",
            {"path": "/api/system_status", "pointer": "/battery_blocks/0/pinv_grid_state"},
            "/system_status",
            lambda data: data["battery_blocks"][0]["pinv_grid_state"],
            "SomethingNew",
        ),
    ],
)
async def test_presets(
    client: Client, kind: str, args: dict[str, Any], path: str, look: Callable[[Any], Any], value: Any
) -> None:
    args = dict(args)
    client.simulator.faults.add(args.pop("path", ""), kind, **args)
    assert look((await client.get(path)).json) == value


async def test_busy(client: Client) -> None:
    client.simulator.faults.add("", "busy")
    reply = await client.get("/sitemaster")
    assert (reply.status, reply.json["error"]) == (503, "current config mode is busy")


async def test_shuffled_batteries(client: Client) -> None:
    async def order() -> list[str]:
        blocks = (await client.get("/system_status")).json["battery_blocks"]
        return [block["PackageSerialNumber"] for block in blocks]

    straight = await order()
    client.simulator.faults.add("", "shuffled_batteries")
    orders = [await order() for _ in range(3)]
    assert all(sorted(one) == sorted(straight) for one in orders)
    assert orders[0] != straight
    assert orders[0] != orders[1]


async def test_refused_connections_come_back_on_the_same_port(client: Client) -> None:
    port = client.simulator.port
    client.simulator.refuse_connections()
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.get("/status")
    await client.simulator.accept_connections()
    assert client.simulator.port == port
    assert (await client.get("/status")).status == 200
