"""One host for all of GoodWe's ways in, and the hands behind it (goodwe.md §10.7, §10.17)."""

import json

import aiohttp
import pytest

from tests.simulators.__main__ import VENDORS, parse
from tests.simulators.clock import SimClock
from tests.simulators.control import ControlServer
from tests.simulators.goodwe import GoodWeSimulator
from tests.simulators.goodwe.stage import Stage

from .goodwe_host import DETAIL, NOBODY, App, app, running

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize("path", ["/nonsense", "/api/", "/web/sems/PowerStation/SaveRemoteControlInverter", "/au"])
async def test_nobody_serves(clock: SimClock, path: str) -> None:
    """§10.7: classic paths are not there under the newer base."""
    async with app(clock) as client:
        await client.send(client.simulator.url + path, status=404, data={})


async def test_front_page(clock: SimClock) -> None:
    async with app(clock) as client, client.session.get(f"{client.simulator.url}/") as response:
        assert (response.status, response.content_type) == (200, "text/html")


async def test_described_account_can_sign_in(clock: SimClock) -> None:
    async with running(clock, "several") as simulator, aiohttp.ClientSession() as session:
        told = simulator.describe()
        client = App(simulator, session)
        async with session.post(
            f"{told['url']}/api/v3/Common/CrossLogin",
            json={"account": told["user_name"], "pwd": told["password"]},
            headers={"Token": NOBODY},
        ) as response:
            client.token = json.dumps((await response.json())["data"])
        for plant in told["plants"]:
            assert (await client.data(DETAIL, {"powerStationId": plant}))["info"]["powerstation_id"] == plant
        assert set(told["serials"]) == {device.serial for device in simulator.world.devices}


async def test_control_port(clock: SimClock) -> None:
    """Truth is told, everything on the stage can be asked for by name."""
    async with app(clock) as client:
        control = ControlServer(client.simulator)
        await control.start()
        try:
            async with client.session.get(f"{control.url}/truth") as response:
                truth = await response.json()
            order = {"action": "other_client_signs_in", "way": "semsplus"}
            async with client.session.post(f"{control.url}/do", json=order) as response:
                assert response.status == 200
        finally:
            await control.stop()
        record = client.plant.minute
        assert record is not None
        assert truth["solar_w"] == pytest.approx(record.solar_w, rel=0.01)
        assert truth["today"]["solar"] == pytest.approx(client.plant.ledger.now.today.solar)
        assert truth["settings"]["Running"] == 1
        assert await client.code() == "100002"
        assert set(Stage(client.simulator.world).actions) <= set(client.simulator.actions)


def test_command_line(clock: SimClock) -> None:
    options = parse(
        ["goodwe", "--profile", "string", "--region", "au", "--cut-off", "--limits", "--timezone", "Asia/Tokyo"]
    )
    simulator = VENDORS["goodwe"].build(options, clock)
    assert isinstance(simulator, GoodWeSimulator)
    world = simulator.world
    assert (simulator.profile, world.account.region, world.switches.monitor) == ("string", "au", "empty")
    assert (world.limits.on, world.write_seconds, str(world.plants[0].zone)) == (True, 1.5, "Asia/Tokyo")
