"""Nights, midnights and bad days as the password API shows them (growatt.md F.1, F.6, F.7)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.simulators.clock import SimClock
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.server import GrowattSimulator

from .growatt_legacy import Client, device, last, running, visitor

pytestmark = pytest.mark.usefixtures("socket_enabled")

MINUTE, HOUR = 60, 3_600
EVENING = datetime(2026, 6, 21, 21, 50, tzinfo=UTC)
"""Ten to midnight in Berlin; the sun has set."""


def at(moment: datetime) -> SimClock:
    """Return a clock that stands still."""
    return SimClock(lambda: moment)


async def mix(client: Client, op: str, **params: str) -> Any:
    """Ask something about the SPH."""
    plant = str(client.simulator.world.plants[0].id)
    query = {"op": op, "plantId": plant, "mixId": "SPH0000001", **params}
    return (await client.post("newMixApi.do", query)).json["obj"]


async def chart(client: Client, day: str) -> Any:
    """Ask for the SPH's chart of a day."""
    return await mix(client, "getEnergyProdAndCons_KW", type="0", date=day)


async def dashboard(client: Client) -> float:
    """Return what the dashboard says was bought today, in kWh."""
    query = {"action": "getEnergyStorageData", "type": "0", "date": "2026-06-21"}
    plant = str(client.simulator.world.plants[0].id)
    answer = (await client.post("newPlantAPI.do", query | {"plantId": plant})).json
    return float(answer["etouser"].removesuffix("kWh"))


async def min_values(client: Client, one: Device) -> Any:
    """Return a MIN's live values."""
    return (await client.get("newTlxApi.do", op="getTlxDetailData", id=one.serial)).json["data"]


def let_pass(simulator: GrowattSimulator, seconds: float) -> None:
    """Let time pass with an eye on every upload."""
    simulator.clock.advance(seconds)
    simulator.world.catch_up()


async def test_yesterday_stays_until_the_first_upload_of_the_day() -> None:
    async with running("mix", clock=at(EVENING)) as simulator, visitor(simulator) as client:
        await client.login()
        yesterday = (await mix(client, "getMixInfo"))["eBatDisChargeToday"]
        assert float(yesterday) > 0
        one = device(simulator, "mix")
        midnight = datetime(2026, 6, 21, 22, tzinfo=UTC)
        simulator.clock.set(midnight)
        first = one.logger.next_upload(midnight)
        simulator.clock.set(first.replace(microsecond=0))
        simulator.clock.advance(-1)
        before = (await mix(client, "getMixInfo"))["eBatDisChargeToday"]
        assert float(before) >= float(yesterday)
        assert (await chart(client, "2026-06-22"))["chartData"] == {}
        assert (await chart(client, "2026-06-22"))["elocalLoad"] == "0"
        simulator.clock.advance(1)
        assert float((await mix(client, "getMixInfo"))["eBatDisChargeToday"]) < 0.2
        assert list((await chart(client, "2026-06-22"))["chartData"]) == ["00:00"]
        assert len((await chart(client, "2026-06-21"))["chartData"]) == 288


async def test_bounce_after_midnight() -> None:
    async with running("mix", clock=at(EVENING)) as simulator, visitor(simulator) as client:
        await client.login()
        simulator.stage.set_oddities(bounce=True)
        seen = []
        for _ in range(5):
            let_pass(simulator, 5 * MINUTE)
            seen.append(float((await mix(client, "getEnergyOverview"))["elocalLoadToday"]))
        yesterday = seen[0]
        assert yesterday > 5
        first_zero = seen.index(0)
        assert seen[first_zero + 1] == pytest.approx(yesterday, abs=0.1)
        assert seen[first_zero + 2] < 0.5


async def test_min_without_battery_sleeps_with_yesterdays_values() -> None:
    async with running("min_plain", clock=at(EVENING)) as simulator, visitor(simulator) as client:
        await client.login()
        one = device(simulator, "tlx")
        evening = await min_values(client, one)
        assert (evening["lost"], evening["eacToday"] > 0) == (True, True)
        let_pass(simulator, 3 * HOUR)
        night = await min_values(client, one)
        assert (night["eacToday"], night["time"], night["lost"]) == (evening["eacToday"], evening["time"], True)
        listed = (await client.get("newTwoPlantAPI.do", op="getAllDeviceList", plantId=str(one.plant.id))).json
        assert (listed["deviceList"][0]["deviceStatus"], listed["deviceList"][0]["power"]) == ("-1", "0")
        simulator.stage.set_oddities(zero_totals=True)
        assert (await min_values(client, one))["eacTotal"] == 0


async def test_dashboard_dips_and_recovers() -> None:
    async with running("mix") as simulator, visitor(simulator) as client:
        await client.login()
        one = device(simulator, "mix")
        simulator.stage.set_house(one.serial, level=10.0, solar_w=0.0, home_w=6_000.0)
        let_pass(simulator, HOUR)
        bought = last(one).today.imported
        assert [await dashboard(client) for _ in range(4)] == [bought] * 4
        simulator.stage.set_oddities(dashboard_dips=True)
        dips = [round(bought - await dashboard(client), 1) for _ in range(4)]
        assert sorted(dips) == [0, 0, 0.1, 0.2]
        assert 0 in (dips[1], dips[2])


async def test_lost_device_keeps_its_last_values() -> None:
    async with running("mix") as simulator, visitor(simulator) as client:
        await client.login()
        before = await mix(client, "getSystemStatus_KW")
        simulator.stage.lose_device("SPH0000001")
        let_pass(simulator, HOUR)
        after = await mix(client, "getSystemStatus_KW")
        assert (before["lost"], after["lost"]) == ("mix.status.normal", "mix.status.lost")
        assert after["ppv"] == before["ppv"]


async def test_odd_values() -> None:
    async with running("min") as simulator, visitor(simulator) as client:
        await client.login()
        simulator.stage.set_oddities(odd_values=True)
        one = device(simulator, "tlx")
        live = await min_values(client, one)
        assert (live["temp3"], live["temp4"], "pf" in live) == ("null", "--", False)
        bean = (await client.post("newTlxApi.do", {"op": "getTlxSetData"}, serialNum=one.serial)).json["obj"]
        assert bean["tlxSetBean"]["forcedTimeStart9"] == "11:187"
        info = (await client.get("newTwoPlantAPI.do", op="getAllDeviceListTwo", plantId=str(one.plant.id))).json
        assert (info["storagePgrid"], "/" in info["plantMoneyText"]) == ("--", False)
        assert (info["invList"][0]["deviceAlias"], "deviceAilas" in info["invList"][0]) == (one.serial, False)


async def test_strings_of_a_mix_in_watts() -> None:
    async with running("mix") as simulator, visitor(simulator) as client:
        await client.login()
        usual = await mix(client, "getSystemStatus_KW")
        assert float(usual["pPv1"]) + float(usual["pPv2"]) == pytest.approx(float(usual["ppv"]), abs=0.015)
        simulator.stage.set_oddities(odd_values=True)
        odd = await mix(client, "getSystemStatus_KW")
        assert (odd["ppv"], odd["unit"]) == (usual["ppv"], "kW")
        assert float(odd["pPv1"]) == pytest.approx(1_000 * float(usual["pPv1"]), abs=5)


async def test_devices_come_go_and_are_renamed() -> None:
    async with running("mix") as simulator, visitor(simulator) as client:
        await client.login()
        added = simulator.stage.add_device("mix")
        simulator.stage.rename_device("SPH0000001", "Cellar")
        plant = str(simulator.world.plants[0].id)

        async def listed() -> dict[str, str]:
            info = (await client.get("newTwoPlantAPI.do", op="getAllDeviceListTwo", plantId=plant)).json
            return {one["deviceSn"]: one["deviceAilas"] for one in info["deviceList"]}

        assert await listed() == {"SPH0000001": "Cellar", added: added}
        simulator.stage.remove_device("SPH0000001")
        assert await listed() == {added: added}


async def test_other_device_calls() -> None:
    """What the published client does not ask: SPA, MAX, the newer plant detail, sums of the whole user."""
    async with running("all") as simulator, visitor(simulator) as client:
        await client.login()
        spa, max_ = device(simulator, "spa"), device(simulator, "max")
        plant = str(spa.plant.id)
        simulator.stage.set_house(spa.serial, solar_w=0.0, home_w=1_500.0)
        simulator.clock.advance(300)
        form = {"plantId": plant, "spaId": spa.serial}
        status = (await client.post("newSpaApi.do", {"op": "getSystemStatus"}, **form)).json["obj"]
        assert (status["pdisCharge1"], status["pLocalLoad"], status["lost"]) == ("1.5", "1.5", "spa.status.normal")
        overview = (await client.post("newSpaApi.do", {"op": "getEnergyOverview"}, **form)).json["obj"]
        assert float(overview["edischarge1Total"]) == last(spa).total.discharged
        bean = (await client.get("newSpaApi.do", op="getSpaSetParams", kind="0", spaId=spa.serial)).json["obj"]
        assert bean["spaBean"]["wdisChargeSOCLowLimit2"] == "20"
        detail = (await client.get("newInverterAPI.do", op="getInverterDetailData_max", inverterId=max_.serial)).json
        assert detail["pac"] == pytest.approx(last(max_).output_w, abs=0.01)
        params = (await client.get("newInverterAPI.do", op="getInverterParams_max", maxId=max_.serial)).json
        assert params["newBean"]["modelText"] == max_.model.name
        points = await client.get("newPlantDetailAPI.do", plantId=plant, type="1", date="2026-06-21")
        assert "12:05" in points.json["back"]["data"]
        user = (await client.post("newPlantAPI.do", {"action": "getUserCenterEnertyDataTwo"}, language="1")).json
        assert (user["plantNumber"], user["deviceTypeMap"]) == (2, {"STORAGE": 1, "TLXH": 3, "MIX": 1, "SPA": 1})


@pytest.mark.parametrize("suffix", ["", "_sacolar"])
async def test_storage_operations_with_and_without_suffix(suffix: str) -> None:
    async with running("all") as simulator, visitor(simulator) as client:
        await client.login()
        one = device(simulator, "storage")
        query = {"plantId": str(one.plant.id), "storageSn": one.serial, "storageId": one.serial}

        async def ask(op: str) -> Any:
            return (await client.post("newStorageAPI.do", query | {"op": op + suffix})).json

        assert (await ask("getStorageParams"))["storageDetailBean"]["serialNum"] == one.serial
        overview = (await ask("getEnergyOverviewData"))["obj"]
        assert float(overview["eToUserTotal"]) == last(one).total.imported
        assert (await ask("getStorageInfo"))["capacity"] == f"{last(one).soc:g}%"
        assert simulator.legacy.asked[f"newStorageAPI.do?getStorageInfo{suffix}"] == 1


async def test_another_accounts_plant_is_not_there() -> None:
    async with running("mix") as simulator, visitor(simulator) as client:
        await client.login()
        answer = (await client.get("newTwoPlantAPI.do", op="getAllDeviceListTwo", plantId="1")).json
        assert answer == {"result": 0, "obj": None, "msg": "504"}
        assert (await client.get("PlantListAPI.do", userId="1")).json["back"]["data"] == []
