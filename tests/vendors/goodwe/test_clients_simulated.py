"""Every call of both clients on a server that follows the specification, and what happens to sessions there."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from custom_components.solar_battery_hub.core.errors import AuthFailed, NotSupported, RateLimited, WriteRefused
from custom_components.solar_battery_hub.vendors.goodwe.codes import (
    LoginRefused,
    NoPermission,
    NothingInIt,
    TermsNotAccepted,
)
from custom_components.solar_battery_hub.vendors.goodwe.legacy import Legacy
from custom_components.solar_battery_hub.vendors.goodwe.login import Login
from custom_components.solar_battery_hub.vendors.goodwe.model import INVERTERS, DeviceType, Listed, Way
from custom_components.solar_battery_hub.vendors.goodwe.semsplus import SemsPlus
from custom_components.solar_battery_hub.vendors.http import Door
from tests.simulators.clock import SimClock
from tests.simulators.goodwe import GoodWeSimulator
from tests.vendors.tools import HandClock, MemoryStore

pytestmark = pytest.mark.usefixtures("socket_enabled")

MORNING = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
PROFILES = ("home", "string", "two_inverters", "parallel", "charger", "several", "all_in_one", "first_generation")


@dataclass(slots=True, kw_only=True)
class Bench:
    """A server and somebody with an account there, on one clock moved by hand."""

    server: GoodWeSimulator
    clock: HandClock
    http: aiohttp.ClientSession
    store: MemoryStore = field(default_factory=MemoryStore)

    def open(self, **settings: Any) -> tuple[Login, SemsPlus, Legacy]:
        """Open the clients."""
        account = self.server.world.account
        own = {"region": "own_url", "url": self.server.url, "username": account.email, "password": account.password}
        door = Door(self.http, self.clock, self.store.shared)
        login = Login({**own, **settings}, door, self.store, self.clock)
        return login, SemsPlus(login), Legacy(login)

    @property
    def logins(self) -> int:
        """Return how many sign-ins the server has seen."""
        return self.server.world.sessions.logins


@asynccontextmanager
async def open_bench(profile: str = "home", **options: Any) -> AsyncGenerator[Bench]:
    """Have a server for a while."""
    clock = HandClock(MORNING)
    server = GoodWeSimulator(profile, clock=SimClock(clock.now), **options)
    async with server, aiohttp.ClientSession() as http:
        yield Bench(server=server, clock=clock, http=http)


def listed(plant: str, row: Any) -> Listed:
    """Return a device as the list of all devices names it."""
    known = {kind.value for kind in DeviceType}
    kind = DeviceType(row["deviceType"]) if row["deviceType"] in known else DeviceType.OTHER
    return Listed(serial=row["sn"], plant=plant, type=kind, name=row["name"], status=row["status"])


@pytest.mark.parametrize("profile", PROFILES)
async def test_semsplus_calls(profile: str) -> None:
    async with open_bench(profile) as bench:
        _, semsplus, _ = bench.open()
        plants = [plant["id"] for plant in await semsplus.plants()]
        assert plants == [plant.id for plant in bench.server.world.plants]
        today = bench.clock.now().date()
        start = bench.clock.now().replace(tzinfo=None)
        for plant in plants:
            assert (await semsplus.plant_info(plant))["stationId"] == plant
            assert "refreshTime" in await semsplus.flow(plant)
            rows = await semsplus.device_status(plant)
            assert all(row["sn"] and isinstance(row["status"], int) for row in rows)
            assert {row["sn"] for row in rows} <= {row["sn"] for row in await semsplus.device_page(plant)}
            assert (await semsplus.statistics(plant, ["proGridStats"], "day", today, today))["dataList"]
            assert (await semsplus.production(plant, today))["currency"]
            assert await semsplus.power_curve(plant, ["pSystem"], start - timedelta(hours=1), start, 2.0)
            assert await semsplus.alarms(plant) == []
            for device in (listed(plant, row) for row in rows):
                await _ask_device(semsplus, device)
        assert bench.logins == 1


async def _ask_device(semsplus: SemsPlus, device: Listed) -> None:
    await semsplus.telemetry(device)
    await semsplus.telecounting(device)
    assert await semsplus.information(device)
    if device.type is DeviceType.CHARGER:
        assert "status" in await semsplus.charger(device.serial)
        assert "chargeLog" in await semsplus.last_charge(device.serial)
    if device.type not in INVERTERS:
        return
    assert await semsplus.upgrades(device.plant, device.serial) == []
    functions = await semsplus.settings.functions(device.serial, 0)
    assert all(function["path"] and function["id"] for function in functions)
    ids = {function["address"]: function["id"] for function in functions[:3]}
    assert set(await semsplus.settings.parameters(device.serial, ids)) <= set(ids)
    for row in await semsplus.batteries(device):
        battery = Listed(serial=row["sn"], plant=device.plant, type=DeviceType.BATTERY, name=row["name"])
        assert "soc" in await semsplus.telemetry(battery)
        assert await semsplus.settings.functions(device.serial, 1, row["no"])
        assert await semsplus.settings.named(device.serial, ["TOU1", "NoSuchThing"])


@pytest.mark.parametrize("profile", PROFILES)
async def test_legacy_calls(profile: str) -> None:
    async with open_bench(profile) as bench:
        _, _, legacy = bench.open()
        plants = [plant["id"] for plant in await legacy.plants()]
        assert plants == [plant.id for plant in bench.server.world.plants]
        today = bench.clock.now().date()
        for plant in plants:
            bench.server.stage.set_switches(monitor="full")
            assert (await legacy.monitor(plant))["inverter"]
            bench.server.stage.set_switches(monitor="empty")
            with pytest.raises(NothingInIt):
                await legacy.monitor(plant)
            bench.server.stage.set_switches(monitor="missing")
            with pytest.raises(NotSupported):
                await legacy.monitor(plant)
            assert (await legacy.plant_detail(plant))["kpi"]
            assert (await legacy.inverter_points(plant))[0]["sn"]
            assert "powerflow" in await legacy.powerflow(plant)
            assert (await legacy.energy_chart(plant, today, 1))["modelData"]
            assert (await legacy.power_chart(plant, today))["lines"]
            assert await legacy.warnings(plant) == []
        assert bench.logins == 1


async def test_a_legacy_charger() -> None:
    async with open_bench("charger") as bench:
        _, _, legacy = bench.open()
        serial = next(device.serial for device in bench.server.world.devices if device.type == "EV_CHARGER")
        assert "chargeMode" in await legacy.charger(serial)


async def test_settings_are_written_and_read() -> None:
    async with open_bench() as bench:
        _, semsplus, legacy = bench.open()
        (plant,) = bench.server.world.plants
        serial = plant.inverters[0].serial
        inverter = Listed(serial=serial, plant=plant.id, type=DeviceType.INVERTER, name="Inverter")
        assert (await semsplus.settings.generation(serial))["workMode"]
        await semsplus.settings.set_named(inverter, "TOUModeEnable", {"TOUModeEnable": 1}, {"TOU": "remote_Switch_on"})
        found = await semsplus.settings.named(serial, ["TOUModeEnable"])
        assert found == {"TOUModeEnable": {"TOUModeEnable": 1}}
        bench.server.stage.next_write(kind="refused")
        with pytest.raises(WriteRefused):
            await semsplus.settings.set_named(inverter, "TOUModeEnable", {"TOUModeEnable": 0}, {})
        await legacy.remote_control(
            {"InverterSN": serial, "InverterStatusSettingMark": "1", "InverterStatus": "2"},
        )
        assert {entry["serial"] for entry in bench.server.stage.audit()} == {serial}
        bench.server.catch_up()
        assert not plant.inverters[0].running


async def test_a_visitor_may_not_write() -> None:
    async with open_bench("visitor") as bench:
        _, semsplus, _ = bench.open()
        plant = bench.server.world.plants[0]
        inverter = Listed(serial=plant.inverters[0].serial, plant=plant.id, type=DeviceType.INVERTER, name="Inverter")
        with pytest.raises(NoPermission):
            await semsplus.settings.set_named(inverter, "TOUModeEnable", {"TOUModeEnable": 1}, {})


@pytest.mark.parametrize("way", Way)
async def test_a_displaced_and_an_expired_token(way: Way) -> None:
    async with open_bench() as bench:
        login, semsplus, legacy = bench.open()
        client = semsplus if way is Way.SEMSPLUS else legacy
        await client.plants()
        bench.server.stage.other_client_signs_in()
        await client.plants()
        assert bench.logins == 3  # the other one's among them
        assert login.displacements(bench.clock.now()) == 1
        bench.clock.pass_time(hours=2)
        bench.server.stage.expire_tokens()
        await client.plants()
        assert bench.logins == 4
        assert login.uid == bench.server.world.account.uid


async def test_the_account_moves_to_another_region() -> None:
    async with open_bench() as bench:
        login, semsplus, legacy = bench.open()
        await semsplus.plants()
        bench.server.stage.move_region("au")
        await semsplus.plants()
        assert "/au/web/sems" in (await login.sign_in(Way.SEMSPLUS)).base
        await legacy.plants()
        assert "/au/api" in (await login.sign_in(Way.LEGACY)).base


@pytest.mark.parametrize("told", ["https://evil.example/web/sems", "http://127.0.0.1:1/web/sems", ""])
async def test_a_base_that_is_not_to_be_trusted(told: str) -> None:
    async with open_bench() as bench:
        _, semsplus, legacy = bench.open()
        bench.server.stage.tell_base(told)
        await semsplus.plants()
        await legacy.plants()


async def test_refusals_of_a_sign_in() -> None:
    async with open_bench() as bench:
        bench.server.stage.set_terms(accepted=False)
        for way in Way:
            with pytest.raises(TermsNotAccepted):
                await bench.open()[0].sign_in(way)
        bench.store = MemoryStore()
        bench.server.stage.set_terms(accepted=True)
        bench.server.stage.refuse_sign_in("semsplus", "C0602")
        with pytest.raises(LoginRefused):
            await bench.open()[0].sign_in(Way.SEMSPLUS)
        await bench.open()[0].sign_in(Way.LEGACY)
        for way in Way:
            bench.store = MemoryStore()
            bench.server.stage.refuse_sign_in("semsplus")
            with pytest.raises(AuthFailed):
                await bench.open(password="wrong")[0].sign_in(way)


@pytest.mark.parametrize("kind", ["body", "status"])
async def test_a_rate_limit_is_obeyed(kind: Any) -> None:
    async with open_bench() as bench:
        _, semsplus, legacy = bench.open()
        await semsplus.plants()
        bench.server.stage.rate_limit(120, kind=kind)
        with pytest.raises(RateLimited) as told:
            await semsplus.plants()
        requests = len(bench.server.requests)
        bench.clock.pass_time(seconds=told.value.retry_after - 1)
        for client in (semsplus, legacy):
            with pytest.raises(RateLimited):
                await client.plants()
        assert len(bench.server.requests) == requests
        bench.clock.pass_time(seconds=1)
        await semsplus.plants()


async def test_our_pace_is_never_too_much() -> None:
    """Everything there is to ask, one after the other, on a server that counts bursts and calls per minute."""
    async with open_bench("two_inverters", limits=True) as bench:
        _, semsplus, _ = bench.open()
        (plant,) = await semsplus.plants()
        for row in await semsplus.device_status(plant["id"]):
            await _ask_device(semsplus, listed(plant["id"], row))
        await semsplus.flow(plant["id"])
