"""What may be written on GoodWe's legacy app API (goodwe.md §6.1, §6.6)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .goodwe_host import REMOTE, App, app

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def live(client: App, **duration: float) -> None:
    """Let time pass; whoever was signed in too long signs in again."""
    client.simulator.clock.advance(timedelta(**duration).total_seconds())
    await client.sign_in()


async def command(client: App, **members: str) -> Any:
    """Send a command to the first inverter and return the answer."""
    return await client.send(REMOTE, json={"InverterSN": client.inverter.serial, **members})


async def test_stop_and_start(clock: SimClock) -> None:
    """§6.1: seen at the next uploads."""
    async with app(clock) as client:
        stop = await command(client, InverterStatusSettingMark="1", InverterStatus="2")
        assert stop["code"] == "0"
        assert (await client.full())["status"] == 1
        await live(client, minutes=6)
        assert ((await client.full())["status"], (await client.full())["pac"]) == (0, 0)
        await command(client, InverterStatusSettingMark="1", InverterStatus="4")
        await live(client, minutes=7)
        assert (await client.full())["status"] == 1
        assert [(entry.way, dict(entry.values)) for entry in client.simulator.world.audit] == [
            ("legacy", {"Running": 0}),
            ("legacy", {"Running": 1}),
        ]


@pytest.mark.parametrize("moment", ["03/25/2026 10:00:00", "03\\/25\\/2026 10:00:00"])
async def test_power_limit(clock: SimClock, moment: str) -> None:
    """§6.1: percent as text; only what is marked is applied."""
    async with app(clock) as client:
        body = {"InverterRemotingLastSetDate": moment, "ActivePowerLimit": "30"}
        await command(client, **body)
        assert client.inverter.settings["ActivePowerLimit"] == 100
        await command(client, **body, ActivePowerLimitSettingMark="1")
        await live(client, minutes=6)
        assert (await client.full())["pac"] == 3_000
        told = await client.data(
            "PowerStation/RemoteControlDataInverterParaQueryBySN", {"InverterSN": client.inverter.serial}
        )
        assert told["ActivePowerLimit"] == "30"
        assert (await command(client, ActivePowerLimit="101", ActivePowerLimitSettingMark="1"))["code"] != "0"


async def test_command_to_nobody(clock: SimClock) -> None:
    """§6.1: a command to an inverter that is offline is lost without a word; a refusal is told."""
    async with app(clock) as client:
        client.simulator.stage.next_write("refused")
        assert (await command(client, InverterStatusSettingMark="1", InverterStatus="2"))["code"] == "P0215"
        client.simulator.stage.set_dongle(offline=True)
        assert (await command(client, InverterStatusSettingMark="1", InverterStatus="2"))["code"] == "0"
        assert client.inverter.settings["Running"] == 1


async def test_visitor_may_read_only(clock: SimClock) -> None:
    async with app(clock, "visitor") as client:
        assert (await client.full())["status"] == 1
        assert (await command(client, InverterStatusSettingMark="1", InverterStatus="2"))["code"] == "100025"
        assert await client.code(REMOTE, json={"InverterSN": "somebody"}) == "100025"


async def test_charger(clock: SimClock) -> None:
    """§6.6."""
    async with app(clock, "charger") as client:
        charger = client.plant.charger
        assert charger is not None
        told = {"sn": charger.serial}
        assert await client.data("v4/EvCharger/GetEvChargerCountByPwId") == 1
        idle = await client.data("v3/EvCharger/GetCurrentChargeinfo", told)
        assert (idle["power"], idle["workstate"]) == (0, "EVDetail_Status_Waiting_Stat01")
        await client.data("v3/EvCharger/SetChargeMode", {**told, "type": 0, "charge_power": 7.4})
        await client.data("v3/EvCharger/Charging", {**told, "status": "1"})
        await live(client, minutes=30)
        busy = await client.data("v3/EvCharger/GetCurrentChargeinfo", told)
        assert (busy["power"], busy["chargeMode"]) == (7.4, 0)
        assert 3.3 < busy["chargeEnergy"] < 3.8
        assert await client.code("v3/EvCharger/SetChargeMode", json={**told, "type": 0, "charge_power": 20}) != "0"
