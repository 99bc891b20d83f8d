"""The control port and the command line: a running simulator can be looked behind and steered."""

import asyncio
from collections.abc import AsyncIterator
import json
from pathlib import Path
import signal
import sys
from typing import Any

import aiohttp
import pytest

from tests.simulators.control import ControlServer

from .conftest import NOON, Client, Start

ROOT = Path(__file__).parents[2]


class Control:
    """A control port and the gateway behind it."""

    def __init__(self, client: Client, url: str) -> None:
        self.client = client
        self.simulator = client.simulator
        self._url = url

    async def send(self, method: str, path: str, data: Any = None, status: int = 200) -> Any:
        async with self.client.session.request(method, f"{self._url}{path}", json=data) as response:
            assert response.status == status
            return await response.json()


@pytest.fixture
async def control(start: Start, session: aiohttp.ClientSession) -> AsyncIterator[Control]:
    simulator = await start("gw2-24.44", installer_toggle_done=True)
    server = ControlServer(simulator)
    await server.start()
    yield Control(Client(simulator, session), server.url)
    await server.stop()


async def test_truth(control: Control) -> None:
    truth = await control.send("POST", "/house", {"solar_w": 3_000, "home_w": 500, "level": 40})
    assert (truth["solar_w"], truth["battery_w"], truth["battery_level"]) == (3_000, -2_500, 40)
    assert await control.send("GET", "/truth") == truth
    assert truth["time"] == NOON.isoformat()


async def test_outage_and_off_grid(control: Control) -> None:
    assert (await control.send("POST", "/house", {"outage": True}))["outage"]
    assert not (await control.send("POST", "/house", {"outage": False}))["outage"]
    assert (await control.send("POST", "/house", {"off_grid": True}))["grid"] == "islanded"
    assert (await control.send("POST", "/house", {"off_grid": False}))["grid"] == "resyncing"
    await control.send("POST", "/house", {"outage": 30})
    await control.send("POST", "/clock", {"advance": 31})
    assert (await control.send("GET", "/truth"))["grid"] == "resyncing"


async def test_clock(control: Control) -> None:
    order = {"set": "2026-12-24T18:00:00+01:00", "advance": 60, "speed": 2}
    assert await control.send("POST", "/clock", order) == {"now": "2026-12-24T17:01:00+00:00", "speed": 2}
    assert control.simulator.clock.speed == 2


async def test_faults(control: Control) -> None:
    await control.send("POST", "/fault", {"path": "/api/status", "kind": "status", "code": 503, "times": 1})
    assert [(await control.client.get("/status")).status for _ in range(2)] == [503, 200]
    await control.send("POST", "/fault", {"kind": "busy"})
    assert (await control.client.get("/status")).status == 503
    await control.send("POST", "/fault", {"kind": "refuse"})
    with pytest.raises(aiohttp.ClientConnectorError):
        await control.client.get("/status")
    await control.send("DELETE", "/fault")
    assert (await control.client.get("/status")).status == 200


async def test_requests(control: Control) -> None:
    await control.client.login("installer")
    await control.client.get("/operation")
    (request,) = await control.send("GET", "/requests?since=1")
    assert request == {
        "time": NOON.isoformat(),
        "method": "GET",
        "path": "/api/operation",
        "role": "Provider_Engineer",
        "status": 200,
    }


async def test_do(control: Control) -> None:
    before = (await control.send("GET", "/describe"))["fingerprint"]
    await control.send("POST", "/do", {"action": "replace_certificate"})
    assert (await control.send("GET", "/describe"))["fingerprint"] != before
    serial = (await control.send("POST", "/do", {"action": "add_battery"}))["result"]
    assert control.simulator.house.batteries[1].serial == serial
    await control.send("POST", "/do", {"action": "write_behaviour", "kind": "late", "seconds": 5})
    assert control.simulator.gateway.writes.seconds == 5


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("/do", {"action": "explode"}),
        ("/fault", {"path": "*", "kind": "explode"}),
        ("/house", {"moon_w": 1}),
        ("/clock", {"speed": -1}),
    ],
)
async def test_nonsense_is_explained(control: Control, path: str, order: dict[str, Any]) -> None:
    assert (await control.send("POST", path, order, status=400))["error"]


async def test_command_line(session: aiohttp.ClientSession) -> None:
    arguments = ("powerwall", "--profile", "gw2-21.44", "--batteries", "3", "--start", "2026-06-21T12:00:00+02:00")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.simulators", *arguments, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        told = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
        async with session.get(f"{told['control']}/truth") as response:
            truth = await response.json()
        assert (len(truth["batteries"]), truth["time"][:16]) == (3, "2026-06-21T10:00")
        pinned = aiohttp.Fingerprint(bytes.fromhex(told["fingerprint"]))
        form = {"username": "customer", "password": told["password"]}
        async with session.post(f"{told['url']}/api/login/Basic", json=form, ssl=pinned) as response:
            assert response.status == 200
    finally:
        assert process.returncode is None
        process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0
