"""The published client growattServer 2.2.0, unmodified, reads the password API (growatt.md F.1)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import version
import re
from typing import Any

import growattServer
import pytest
import requests

from tests.simulators.growatt.server import GrowattSimulator
from tests.simulators.growatt.values import widened

from .growatt_legacy import device, last, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

TODAY = datetime(2026, 6, 21)
HOUR = 3_600
BY_FIVE_MINUTES, BY_DAY, BY_MONTH = growattServer.Timespan


class Published:
    """The published client in a thread: ``await published("plant_info", id)`` calls ``plant_info(id)``."""

    def __init__(self, simulator: GrowattSimulator, pool: ThreadPoolExecutor) -> None:
        """Point it at a server."""
        self.simulator = simulator
        self.api = growattServer.GrowattApi()
        self.api.server_url = f"{simulator.url}/"
        self._pool = pool

    async def __call__(self, method: str, *args: Any) -> Any:
        """Call a method of the client."""
        call: Callable[..., Any] = getattr(self.api, method)
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: call(*args))

    async def login(self) -> Any:
        """Sign in."""
        return await self("login", self.simulator.world.user.name, self.simulator.world.user.password)

    @property
    def plant(self) -> str:
        """Return the first plant's id."""
        return str(self.simulator.world.plants[0].id)


@asynccontextmanager
async def published(profile: str, **options: Any) -> AsyncIterator[Published]:
    """Run a server and sign the published client in."""
    async with running(profile, **options) as simulator:
        with ThreadPoolExecutor(1) as pool:
            client = Published(simulator, pool)
            assert (await client.login())["success"]
            yield client


def test_it_is_the_published_client() -> None:
    assert version("growattServer") == "2.2.0"


NO_READS = re.compile("login|update_|set_|get_url|inverter_list$")
"""``inverter_list`` is the old name of ``device_list``."""


def every_read(client: Published) -> dict[str, tuple[Any, ...]]:
    """Return the arguments for every method of the client that reads."""
    plant, min_xh, mix, storage, inverter = client.plant, "MOD0000001", "SPH0000001", "SPF0000001", "INV0000001"
    return {
        "plant_list": (client.simulator.world.user.id,),
        "plant_list_two": (),
        "plant_detail": (plant, BY_DAY, TODAY),
        "plant_info": (plant,),
        "plant_energy_data": (plant,),
        "plant_settings": (plant,),
        "device_list": (plant,),
        "dashboard_data": (plant,),
        "inverter_data": (inverter,),
        "inverter_detail": (inverter,),
        "inverter_detail_two": (inverter,),
        "classic_inverter_info": (inverter,),
        "tlx_system_status": (plant, min_xh),
        "tlx_energy_overview": (plant, min_xh),
        "tlx_energy_prod_cons": (plant, min_xh),
        "tlx_data": (min_xh,),
        "tlx_detail": (min_xh,),
        "tlx_params": (min_xh,),
        "tlx_all_settings": (min_xh,),
        "tlx_enabled_settings": (min_xh,),
        "tlx_battery_info": (f"{min_xh}B1",),
        "tlx_battery_info_detailed": (plant, f"{min_xh}B1"),
        "mix_info": (mix,),
        "mix_totals": (mix, plant),
        "mix_system_status": (mix, plant),
        "mix_detail": (mix, plant),
        "get_mix_inverter_settings": (mix,),
        "storage_detail": (storage,),
        "storage_params": (storage,),
        "storage_energy_overview": (plant, storage),
        "is_plant_noah_system": (plant,),
        "noah_system_status": ("NOAH",),
        "noah_info": ("NOAH",),
    }


async def test_every_method_that_reads_gets_its_answer() -> None:
    async with published("all") as client:
        reads = every_read(client)
        public = {name for name, value in vars(growattServer.GrowattApi).items() if callable(value) and name[0] != "_"}
        assert reads.keys() == {name for name in public if not NO_READS.match(name)}
        for method, args in reads.items():
            assert await client(method, *args), method


async def test_login_and_lists() -> None:
    async with published("all") as client:
        world = client.simulator.world
        login = await client.login()
        assert (login["userId"], login["userLevel"]) == (world.user.id, 1)
        plants = await client("plant_list", login["userId"])
        assert [plant["plantId"] for plant in plants["data"]] == [str(plant.id) for plant in world.plants]
        assert plants["data"][0]["todayEnergy"].endswith(" kWh")
        assert plants["data"][0]["totalEnergy"].endswith(" MWh")
        assert [plant["id"] for plant in await client("plant_list_two")] == [plant.id for plant in world.plants]


async def test_device_list_of_every_type() -> None:
    async with published("all") as client:
        world = client.simulator.world
        info = await client("plant_info", client.plant)
        assert info["deviceList"] == []
        devices = await client("device_list", client.plant)
        mod = device(client.simulator, "tlx", 1)
        packs = [f"{mod.serial}B1", f"{mod.serial}B2"]
        listed = {one["deviceSn"]: one["deviceType"] for one in devices}
        assert listed == {one.serial: one.model.family for one in world.plants[0].devices} | dict.fromkeys(packs, "bat")
        groups = {name: [one["deviceSn"] for one in info[name]] for name in ("sphList", "witList", "batList")}
        assert groups == {"sphList": ["SPH0000001"], "witList": ["WIT0000001"], "batList": packs}
        assert {one["deviceType"] for one in info["invList"]} == {"inverter", "tlx", "max"}
        assert len(info["datalogList"]) == len(world.plants[0].devices)


async def test_plant_without_min_needs_no_second_list() -> None:
    async with published("mix") as client:
        info = await client("plant_info", client.plant)
        assert [one["deviceSn"] for one in info["deviceList"]] == ["SPH0000001"]
        record = last(device(client.simulator, "mix"))
        assert float(info["storageTodayPpv"]) == record.solar_w
        assert float(info["storagePuser"]) == record.battery_w
        assert info["invTodayPpv"] == "0"
        amount, currency = info["plantMoneyText"].split("/")
        assert float(amount) == pytest.approx(record.today.solar * 0.3, abs=0.051)
        assert currency == "€"
        before = len(client.simulator.requests)
        assert len(await client("device_list", client.plant)) == 1
        assert len(client.simulator.requests) == before + 1


async def test_plant_energy_and_settings() -> None:
    async with published("min_plain") as client:
        record = last(device(client.simulator, "tlx"))
        energy = await client("plant_energy_data", client.plant)
        assert float(energy["todayValue"]) == record.today.output
        assert float(energy["powerValue"]) == record.output_w
        assert energy["todayStr"] == f"{record.today.output:g}kWh"
        assert (energy["yearValue"], energy["plantBean"]["plantName"]) == ("0.0", "Plant 1")
        settings = await client("plant_settings", client.plant)
        assert (settings["id"], settings["timezone"], settings["timezoneText"]) == (int(client.plant), 1, "GMT+1")
        assert settings["nominalPower"] == 5_000


async def test_plant_charts() -> None:
    async with published("min_plain", past_days=2) as client:
        record = last(device(client.simulator, "tlx"))
        day = await client("plant_detail", client.plant, BY_DAY, TODAY)
        assert list(day["data"])[-1] == "12:00"
        assert float(day["data"]["12:00"]) == record.output_w
        assert day["plantData"]["currentEnergy"] == f"{record.today.output:g} kWh"
        assert (await client("plant_detail", client.plant, BY_FIVE_MINUTES, TODAY))["data"] == day["data"]
        month = await client("plant_detail", client.plant, BY_MONTH, TODAY)
        assert list(month["data"]) == ["19", "20", "21"]
        assert float(month["data"]["21"]) == record.today.output


async def test_classic_inverter() -> None:
    async with published("all") as client:
        inverter = device(client.simulator, "inverter")
        record = last(inverter)
        detail = await client("inverter_detail", inverter.serial)
        assert detail["powerToday"] == widened(record.today.output)
        assert detail["pac"] == widened(record.output_w)
        two = await client("inverter_detail_two", inverter.serial)
        assert (two["data"]["e_today"], two["data"]["pac"]) == (detail["powerToday"], detail["pac"])
        assert "Pac(W)" in two["parameterName"]
        series = (await client("inverter_data", inverter.serial, TODAY))["invPacData"]
        assert list(series) != sorted(series)
        assert series[max(series)] == record.solar_w
        info = await client("classic_inverter_info", inverter.serial)
        assert (info["sn"], info["onOff"], info["activeRate"]) == (inverter.serial, "1", "100")
        unknown = await client("inverter_detail_two", "NOBODY")
        assert (unknown["data"]["pac"], unknown["data"]["time"]) == (0, "")


async def test_min_values() -> None:
    async with published("min") as client:
        min_xh = device(client.simulator, "tlx")
        client.simulator.stage.set_house(min_xh.serial, solar_w=1_000.0, home_w=2_500.0)
        client.simulator.clock.advance(300)
        detail = (await client("tlx_detail", min_xh.serial))["data"]
        record = last(min_xh)
        assert detail["ppv"] == 1_000
        assert detail["bdc1DischargePower"] == pytest.approx(1_500, abs=0.1)
        assert detail["eacToday"] == widened(record.today.output)
        assert "epvToday" not in detail
        status = await client("tlx_system_status", client.plant, min_xh.serial)
        assert (status["ppv"], status["pdisCharge"], status["pLocalLoad"]) == ("1", "1.5", "2.5")
        assert (status["SOC"], status["unit"], status["pmax"]) == (f"{record.soc:g}", "kW", "4.6")
        overview = await client("tlx_energy_overview", client.plant, min_xh.serial)
        assert float(overview["epvToday"]) == record.today.solar
        assert float(overview["etogridTotal"]) == record.total.exported
        assert not [key for key in overview if "user" in key.lower()]
        params = await client("tlx_params", min_xh.serial)
        assert (params["newBean"]["serialNum"], params["newBean"]["pmax"]) == (min_xh.serial, 4_600)


async def test_min_charts() -> None:
    async with published("min", past_days=1) as client:
        min_xh = device(client.simulator, "tlx")
        record, yesterday = last(min_xh), min_xh.days[datetime(2026, 6, 20).date()]
        day = await client("tlx_energy_prod_cons", client.plant, min_xh.serial, BY_FIVE_MINUTES, TODAY)
        assert len(day["chartData"]) == 288
        assert day["chartData"]["12:25"]["ppv"] == pytest.approx(record.solar_w / 1_000, abs=0.005)
        assert day["chartData"]["12:35"]["ppv"] == 0
        assert float(day["elocalLoad"]) == record.today.load
        month = (await client("tlx_energy_prod_cons", client.plant, min_xh.serial, BY_DAY, TODAY))["chartData"]
        assert len(month["eac"]) == 30
        assert month["eac"][19] == pytest.approx(yesterday.output, abs=0.06)
        year = (await client("tlx_energy_prod_cons", client.plant, min_xh.serial, BY_MONTH, TODAY))["chartData"]
        assert len(year["eac"]) == 12
        assert year["eac"][5] == pytest.approx(sum(month["eac"]), abs=0.1)
        data = await client("tlx_data", min_xh.serial, TODAY)
        assert float(data["eToday"]) == record.today.output
        assert data["invPacData"][max(data["invPacData"])] == record.solar_w


async def test_min_settings_and_packs() -> None:
    async with published("min") as client:
        min_xh = device(client.simulator, "tlx")
        settings = await client("tlx_all_settings", min_xh.serial)
        assert {type(value) for value in settings.values()} <= {str, type(None)}
        assert "onOff" not in settings
        assert (settings["tlx_on_off"], settings["time_segment1"], settings["forcedTimeStart1"]) == (
            "1",
            "0_0:0_0:0_0",
            "0:0",
        )
        assert settings["charge_power"] == settings["chargePowerCommand"] == "100"
        enabled = await client("tlx_enabled_settings", min_xh.serial)
        assert (enabled["enable"]["time_segment9"], enabled["enable"]["tlx_on_off"]) == ("1", "0")
        client.simulator.stage.set_house(min_xh.serial, level=50.0, solar_w=2_500.0, home_w=500.0)
        client.simulator.clock.advance(300)
        pack = f"{min_xh.serial}B1"
        info = await client("tlx_battery_info", pack)
        assert (info["chargeOrDisPower"], info["lost"]) == ("2000", False)
        detail = await client("tlx_battery_info_detailed", client.plant, pack)
        assert detail["data"]["soc"] == f"{last(min_xh).packs[0].soc:g}"


async def test_removed_pack_stays_listed_as_lost() -> None:
    async with published("min5") as client:
        mod = device(client.simulator, "tlx", 1)
        gone = client.simulator.stage.remove_pack(mod.serial, number=2)
        devices = {one["deviceSn"]: one for one in await client("device_list", client.plant)}
        assert (devices[gone]["lost"], devices[f"{mod.serial}B1"]["lost"]) == (True, False)
        assert (await client("tlx_battery_info", gone))["lost"] is True


async def test_mix_calls_disagree_as_they_really_do() -> None:
    async with published("mix") as client:
        mix = device(client.simulator, "mix")
        client.simulator.stage.set_house(mix.serial, solar_w=0.0, home_w=2_500.0)
        client.simulator.clock.advance(300)
        info = await client("mix_info", mix.serial, client.plant)
        record = last(mix)
        assert (info["capacity"], info["soc"]) == (f"{record.soc:g}", f"{record.soc:g}%")
        assert float(info["pDischarge1"]) == record.battery_w == 2_500
        status = await client("mix_system_status", mix.serial, client.plant)
        assert (status["pdisCharge1"], status["pLocalLoad"], status["unit"]) == ("2.5", "2.5", "kW")
        assert status["lost"] == "mix.status.normal"
        totals = await client("mix_totals", mix.serial, client.plant)
        assert float(totals["edischarge1Today"]) == record.today.discharged
        assert float(totals["etogridTotal"]) == record.total.exported
        detail = await client("mix_detail", mix.serial, client.plant, BY_FIVE_MINUTES, TODAY)
        assert max(detail["chartData"]) == f"{record.time:%H}:{record.time.minute // 5 * 5:02}"
        assert detail["chartData"][max(detail["chartData"])]["pdischarge"] == "2.5"
        # The same name, another meaning: what the load took from the sun is not what charged the battery.
        assert detail["eChargeToday"] != totals["echargetoday"]


async def test_mix_sums_of_the_day_fit_together() -> None:
    async with published("mix", past_days=1) as client:
        mix = device(client.simulator, "mix")
        client.simulator.stage.set_settings(
            mix.serial,
            acChargeEnable=1,
            forcedChargeTimeStart1="12:30",
            forcedChargeTimeStop1="14:00",
            forcedChargeStopSwitch1=1,
        )
        client.simulator.stage.set_house(mix.serial, level=20.0, solar_w=0.0, home_w=1_000.0)
        client.simulator.clock.advance(HOUR)
        detail = await client("mix_detail", mix.serial, client.plant, BY_FIVE_MINUTES, TODAY)
        dashboard = await client("dashboard_data", client.plant, BY_FIVE_MINUTES, TODAY)
        today = last(mix).today
        assert today.grid_charge > 2
        assert float(dashboard["etouser"].removesuffix("kWh")) == today.imported
        assert float(detail["etouser"]) == pytest.approx(today.imported - today.grid_charge, abs=0.05)
        parts = float(detail["eChargeToday"]) + float(detail["echarge1"]) + float(detail["etouser"])
        assert parts == pytest.approx(today.load, abs=0.15)


async def test_mix_settings_have_numbered_stops_only() -> None:
    async with published("mix") as client:
        answer = await client("get_mix_inverter_settings", "SPH0000001")
        bean = answer["obj"]["mixBean"]
        assert {type(value) for value in bean.values()} <= {str, type(None)}
        assert (bean["wchargeSOCLowLimit2"], bean["wdisChargeSOCLowLimit2"], bean["lost"]) == ("100", "20", "false")
        assert not {"wchargeSOCLowLimit", "wdisChargeSOCLowLimit"} & bean.keys()
        assert re.fullmatch(r"Sun Jun 21 12:\d\d:\d\d CST 2026", bean["lastUpdateTime"])
        assert (bean["forcedChargeTimeStart6"], bean["pv_on_off"], bean["loadFirstStopSocSet"]) == ("0:0", "1", "10")


async def test_storage() -> None:
    async with published("all") as client:
        storage = device(client.simulator, "storage")
        client.simulator.stage.set_house(storage.serial, solar_w=0.0, home_w=800.0)
        client.simulator.clock.advance(300)
        params = await client("storage_params", storage.serial)
        record = last(storage)
        live = params["storageDetailBean"]
        assert (live["outPutPower"], live["pDischarge"]) == (800, 800)
        assert live["epvTotal"] == widened(record.total.solar)
        assert params["storageBean"]["outputConfig"] == 0
        overview = await client("storage_energy_overview", client.plant, storage.serial)
        assert float(overview["eChargeToday"]) == record.today.charged
        assert (await client("storage_detail", storage.serial))["outPutPower"] == "800"


async def test_no_plant_is_a_noah() -> None:
    async with published("home") as client:
        answer = await client("is_plant_noah_system", client.plant)
        assert (answer["obj"]["isPlantNoahSystem"], answer["obj"]["plantId"]) == (False, client.plant)
        assert (await client("noah_system_status", "NOAH"))["result"] == 0
        assert (await client("noah_info", "NOAH"))["obj"] is None


async def test_wrong_type_fails_as_it_really_does() -> None:
    async with published("all") as client:
        with pytest.raises(requests.HTTPError, match="500"):
            await client("tlx_detail", "MAX0000001")
        assert await client("inverter_data", "MIN0000001", TODAY) == {"msg": "501", "success": False}
        assert await client("mix_detail", "MIN0000001", client.plant, BY_FIVE_MINUTES, TODAY) is None
        unknown = (await client("tlx_detail", "NOBODY"))["data"]
        assert (unknown["pac"], unknown["time"], unknown["serialNum"], unknown["lost"]) == (0, "", None, True)


async def test_without_session_nothing_but_a_page() -> None:
    async with published("home") as client:
        client.simulator.legacy.kill_sessions()
        with pytest.raises(requests.exceptions.JSONDecodeError):
            await client("plant_info", client.plant)
        with pytest.raises(requests.exceptions.JSONDecodeError):
            await client("plant_list", "1")
        assert client.simulator.requests[-1].status == 302
