"""Setting devices and plants by password: by the published client, as the app does it, and read back (A.8-A.10, F.8)."""

from datetime import time
from typing import Any

import aiohttp
import growattServer
import pytest

from tests.simulators.clock import SimClock

from .growatt_legacy import NOON, Client, device, running, visitor
from .test_growatt_legacy_client import Published, published

pytestmark = pytest.mark.usefixtures("socket_enabled")

SUCCESS = {"success": True, "msg": "200"}
TLX_SUCCESS = {"success": True, "msg": "inv_set_success"}
MIX, SPA, MIN = "SPH0000001", "SPA0000001", "MXH0000001"
SET = "newTcpsetAPI.do"
PORTAL = "tcpSet.do"
PARTS = {
    "plantCoal": "formulaCoal",
    "plantSo2": "formulaSo2",
    "accountName": "userAccount",
    "plantID": "id",
    "plantFirm": "",
    "plantCountry": "country",
    "plantType": "plantType",
    "plantIncome": "formulaMoneyStr",
    "plantAddress": "plantAddress",
    "plantTimezone": "timezone",
    "plantLng": "plant_lng",
    "plantLat": "plant_lat",
    "plantCity": "city",
    "plantCo2": "formulaCo2",
    "plantMoney": "formulaMoneyUnitId",
    "plantPower": "nominalPower",
    "plantDate": "createDateText",
    "plantName": "plantName",
}


async def later(client: Published) -> None:
    """Wait until the server's copy knows what the device was told."""
    client.simulator.clock.advance(client.simulator.world.copy_delay)


async def mix_bean(client: Published) -> dict[str, Any]:
    """Return the settings of the SPH."""
    bean: dict[str, Any] = (await client("get_mix_inverter_settings", MIX))["obj"]["mixBean"]
    return bean


# --- the published client --------------------------------------------------------------------------------------------


async def test_mix_charge_schedule() -> None:
    async with published("mix") as client:
        params = ["80", "95", "1", "01", "30", "05", "00", "1", *["00", "00", "00", "00", "0"] * 2]
        assert await client("update_mix_inverter_setting", MIX, "mix_ac_charge_time_period", params) == SUCCESS
        assert (await mix_bean(client))["chargePowerCommand"] == "100"
        await later(client)
        bean = await mix_bean(client)
        written = ("chargePowerCommand", "wchargeSOCLowLimit2", "acChargeEnable", "wchargeSOCLowLimit1")
        assert [bean[key] for key in written] == ["80", "95", "1", "100"]
        slot = ("forcedChargeTimeStart1", "forcedChargeTimeStop1", "forcedChargeStopSwitch1")
        assert [bean[key] for key in slot] == ["1:30", "5:0", "1"]
        assert bean["forcedChargeStopSwitch2"] == "0"


async def test_mix_discharge_schedule_and_clock() -> None:
    async with published("mix") as client:
        params = {f"param{number}": "0" for number in range(1, 18)}
        params |= {"param1": "60", "param2": "15", "param3": "17", "param5": "21", "param7": "1"}
        assert await client("update_mix_inverter_setting", MIX, "mix_ac_discharge_time_period", params) == SUCCESS
        answer = await client("update_mix_inverter_setting", MIX, "pf_sys_year", ["2026-06-21 12:40:00"])
        assert answer == SUCCESS
        await later(client)
        bean = await mix_bean(client)
        assert [bean["disChargePowerCommand"], bean["wdisChargeSOCLowLimit2"]] == ["60", "15"]
        assert [bean["forcedDischargeTimeStart1"], bean["forcedDischargeTimeStop1"]] == ["17:0", "21:0"]
        assert bean["sysTime"].startswith("2026-06-21 12:40")


async def test_spa_charge_schedule_of_a_real_user() -> None:
    """17 parameters, none for the mains: the example of A.9.1."""
    async with published("all") as client:
        values = ["100", "100", "04", "30", "18", "00", "1", "20", "30", "21", "00", "1", "10", "00", "16", "00", "1"]
        assert await client("update_ac_inverter_setting", SPA, "spa_ac_charge_time_period", values) == SUCCESS
        settings = device(client.simulator, "spa").settings
        assert [settings[f"forcedChargeTimeStart{number}"] for number in (1, 2, 3)] == ["4:30", "20:30", "10:0"]
        assert [settings[f"batFirstSwitch{number}"] for number in (1, 2, 3)] == [1, 1, 1]


async def test_min_single_values() -> None:
    async with published("min") as client:
        written = {
            "charge_power": "70",
            "charge_stop_soc": "90",
            "discharge_power": "60",
            "discharge_stop_soc": "15",
            "on_grid_discharge_stop_soc": "20",
            "ac_charge": "1",
            "pv_active_p_rate": "80",
        }
        for kind, value in written.items():
            assert await client("update_tlx_inverter_setting", MIN, kind, value) == TLX_SUCCESS
        await later(client)
        bean = await client("tlx_all_settings", MIN)
        assert {kind: bean[kind] for kind in written} == written
        assert (bean["wdisChargeSOCLowLimit"], bean["activeRate"], bean["acChargeEnable"]) == ("15", "80", "1")


async def test_min_time_segment() -> None:
    async with published("min") as client:
        answer = await client("update_tlx_inverter_time_segment", MIN, 2, 1, time(1, 30), time(5, 0), True)
        assert answer == TLX_SUCCESS
        await later(client)
        bean = await client("tlx_all_settings", MIN)
        assert bean["time_segment2"] == "1_1:30_5:0_1"
        keys = ("time2Mode", "forcedTimeStart2", "forcedTimeStop2", "forcedStopSwitch2")
        assert [bean[key] for key in keys] == ["1", "1:30", "5:0", "1"]


async def test_overlapping_segment_is_refused_even_if_disabled() -> None:
    async with published("min") as client:
        await client("update_tlx_inverter_time_segment", MIN, 1, 0, time(1, 0), time(5, 0), False)
        with pytest.raises(growattServer.GrowattError, match="508"):
            await client("update_tlx_inverter_time_segment", MIN, 2, 1, time(4, 0), time(6, 0), True)
        assert device(client.simulator, "tlx").settings["forcedTimeStart2"] == "0:0"


async def test_classic_inverter() -> None:
    async with published("all") as client:
        inverter = device(client.simulator, "inverter")
        assert await client("set_classic_inverter_active_power_rate", inverter.serial, 60) == SUCCESS
        await later(client)
        assert (await client("classic_inverter_info", inverter.serial))["activeRate"] == "60"
        assert await client("set_classic_inverter_on_off", inverter.serial, False) == SUCCESS
        client.simulator.clock.advance(300)
        assert (await client("inverter_detail", inverter.serial))["pac"] == 0


async def test_plant_settings() -> None:
    async with published("home") as client:
        before = await client("plant_settings", client.plant)
        answer = await client(
            "update_plant_settings",
            client.plant,
            {"plantName": "Zu Hause ☀", "plantIncome": "0.41", "plantMoney": "gbp"},
        )
        assert answer == {"success": True, "msg": ""}
        after = await client("plant_settings", client.plant)
        changed = {key for key in before if before[key] != after[key]}
        assert changed == {"plantName", "formulaMoneyStr", "formulaMoneyUnitId", "moneyUnitText"}
        assert (after["plantName"], after["formulaMoneyStr"], after["moneyUnitText"]) == ("Zu Hause ☀", "0.41", "£")
        await client("update_plant_settings", client.plant, {"plantTimezone": "-4.5", "plantPower": "7200"}, after)
        zone = await client("plant_settings", client.plant)
        assert (zone["timezone"], zone["timezoneValue"], zone["nominalPower"]) == (-4.5, "-4:30", 7_200)


# --- as others write -------------------------------------------------------------------------------------------------


async def test_query_and_form_are_merged() -> None:
    async with running("min") as simulator, visitor(simulator) as client:
        await client.login()
        everything = {"op": "tlxSet", "serialNum": MIN, "type": "charge_power", "param1": "40"}
        for query in ({"op": "tlxSet"}, {}, everything):
            form = {key: value for key, value in everything.items() if key not in query}
            reply = await client.send("POST", SET, params=query, data=form)
            assert reply.json == TLX_SUCCESS
        assert device(simulator, "tlx").settings["chargePowerCommand"] == 40


async def setting(client: Client, serial: str, kind: str, *values: str, op: str = "tlxSet") -> dict[str, Any]:
    """Write a setting as the app does."""
    params = {f"param{number}": value for number, value in enumerate(values, start=1)}
    answer: dict[str, Any] = (await client.post(SET, {"op": op}, serialNum=serial, type=kind, **params)).json
    return answer


@pytest.mark.parametrize(
    ("code", "serial", "kind", "values"),
    [
        ("504", "", "charge_power", ["40"]),
        ("512", "NOBODY", "charge_power", ["40"]),
        ("506", MIN, "no_such_type", ["40"]),
        ("507", MIN, "charge_power", [""]),
        ("508", MIN, "charge_power", ["101"]),
        ("508", MIN, "charge_power", ["40.0"]),
        ("509", MIN, "pf_sys_year", ["21.6.2026"]),
        ("513", MIN, "time_segment1", ["1", "05", "00", "01", "00", "1"]),
    ],
)
async def test_refusals(code: str, serial: str, kind: str, values: list[str]) -> None:
    async with running("min") as simulator, visitor(simulator) as client:
        await client.login()
        before = dict(device(simulator, "tlx").settings)
        assert await setting(client, serial, kind, *values) == {"success": False, "msg": code}
        assert device(simulator, "tlx").settings == before


async def test_offline_device_and_logger() -> None:
    async with running("all") as simulator, visitor(simulator) as client:
        await client.login()
        simulator.stage.lose_device(MIN)
        assert (await setting(client, MIN, "charge_power", "40"))["msg"] == "503"
        simulator.stage.lose_device(MIN, logger=True)
        assert (await setting(client, MIN, "charge_power", "40"))["msg"] == "505"
        spf = device(simulator, "storage").serial
        simulator.stage.lose_device(spf)
        kind, op = "storage_spf5000_charge_source", "storageSPF5000Set"
        assert (await setting(client, spf, kind, "1", op=op))["msg"] == "504"
        assert (await setting(client, "", kind, "1", op=op))["msg"] == "503"


async def test_write_that_ends_in_an_error_although_applied() -> None:
    async with running("min") as simulator, visitor(simulator) as client:
        await client.login()
        simulator.stage.next_write("applied_with_error")
        assert await setting(client, MIN, "charge_power", "40") == {"success": False, "msg": "501"}
        assert device(simulator, "tlx").settings["chargePowerCommand"] == 40


async def test_low_stop_level_is_acknowledged_and_clamped() -> None:
    async with running("min") as simulator, visitor(simulator) as client:
        await client.login()
        assert (await setting(client, MIN, "discharge_stop_soc", "5"))["success"]
        read = await client.post(PORTAL, action="readMinParam", paramId="discharge_stop_soc", serialNum=MIN)
        assert read.json == {"msg": "10", "success": True}


async def test_command_takes_its_time() -> None:
    clock = SimClock(speed=400)
    clock.set(NOON)
    async with running("min", clock=clock) as simulator, visitor(simulator) as client:
        await client.login()
        simulator.legacy.access.write_seconds = 20
        began = clock.now()
        assert await setting(client, MIN, "charge_power", "40") == TLX_SUCCESS
        assert (clock.now() - began).total_seconds() >= 20


async def test_storage_and_max() -> None:
    async with running("all") as simulator, visitor(simulator) as client:
        await client.login()
        spf, max_ = device(simulator, "storage"), device(simulator, "max")
        kind = "storage_spf5000_ac_output_source"
        assert await setting(client, spf.serial, kind, "2", "", "", "", op="storageSPF5000Set") == SUCCESS
        portal = await client.post(PORTAL, action="readStorageParam", paramId=kind, serialNum=spf.serial)
        assert portal.json == {"msg": "2", "success": True}
        query = {"action": "storageSPF5000Set", "serialNum": spf.serial, "type": kind, "param1": "0"}
        assert (await client.post(PORTAL, query)).json == SUCCESS
        assert spf.settings["outputConfig"] == 0
        assert await setting(client, max_.serial, "max_cmd_on_off", "0000", "", "", "", op="maxSetApi") == SUCCESS
        bean = (await client.post("newMaxApi.do", {"op": "getMaxSetData"}, serialNum=max_.serial)).json["obj"]
        assert (max_.settings["onOff"], "activeRate" in bean["maxSetBean"]) == (0, True)


async def test_live_reads_of_the_portal() -> None:
    async with running("all") as simulator, visitor(simulator) as client:
        await client.login()

        async def read(action: str, param: str, serial: str) -> Any:
            form = {"action": action, "paramId": param, "serialNum": serial, "startAddr": "-1", "endAddr": "-1"}
            return (await client.send("POST", PORTAL, data=form)).json

        assert await read("readMinParam", "time_segment1", MIN) == {"msg": "0-0-", "success": False}
        await setting(client, MIN, "time_segment1", "1", "01", "30", "05", "00", "1")
        assert await read("readMinParam", "time_segment1", MIN) == {"msg": "41246-1280-", "success": True}
        assert (await read("readMinParam", "pf_sys_time_mutli", MIN))["msg"] == "2026-6-21-12-30-0"
        assert (await read("readMinParam", "no_such", MIN))["success"] is False
        periods = ["80", "95", "1", "01", "30", "05", "00", "1", *["0"] * 10]
        await setting(client, MIX, "mix_ac_charge_time_period", *periods, op="mixSetApiNew")
        words = (await read("readMixParam", "mix_ac_charge_time_multi", MIX))["msg"].strip("-").split("-")
        assert (words[:3], words[10:13]) == (["80", "95", "1"], [str(1 << 8 | 30), str(5 << 8), "1"])
        await setting(client, MIX, "backflow_setting", "1", "35", op="mixSetApiNew")
        assert (await read("readMixParam", "backflow_power", MIX))["msg"] == "350"
        everything = (await read("readAllMinParam", "", MIN))["msg"]
        assert (everything["forcedTimeStart1"], everything["onOff"]) == ("1:30", "1")


async def test_live_read_of_the_app() -> None:
    async with running("min") as simulator, visitor(simulator) as client:
        await client.login()
        await setting(client, MIN, "time_segment3", "2", "18", "00", "20", "15", "1")

        async def read(param: str, first: str = "-1", last: str = "-1", kind: str = "8") -> Any:
            form = {"serialNum": MIN, "deviceTypeStr": kind, "paramId": param, "startAddr": first, "endAddr": last}
            return (await client.send("POST", SET, params={"action": "readDeviceParam"}, data=form)).json

        assert await read("charge_power") == {"result": 1, "msg": "", "obj": {"param1": "100"}}
        segment = (await read("time_segment3"))["obj"]
        assert [segment[f"param{number}"] for number in range(1, 7)] == ["2", "18", "0", "20", "15", "1"]
        assert (await read("set_any_reg", "0", "3"))["obj"]["param1"] == "1-0-0-100-"
        assert (await read("set_any_reg", "0", "60"))["result"] == 0
        assert (await read("charge_power", kind="5"))["msg"] == "500"
        simulator.stage.lose_device(MIN)
        assert await read("charge_power") == {"result": 0, "msg": "501", "obj": None}


async def test_plant_needs_all_parts_as_plain_fields() -> None:
    async with running("home") as simulator, visitor(simulator) as client:
        await client.login()
        plant = simulator.world.plants[0]
        settings = (await client.get("newPlantAPI.do", op="getPlant", plantId=str(plant.id))).json

        async def write(left_out: str = "", **headers: str) -> Any:
            form = aiohttp.MultipartWriter("form-data")
            for part, name in PARTS.items():
                if part != left_out:
                    value = "0" if part == "plantFirm" else "Other" if part == "plantName" else str(settings[name])
                    payload = form.append(value, {**headers})
                    payload.set_content_disposition("form-data", name=part)
                    if not headers:
                        payload.headers.popall("Content-Type", None)
            return (await client.send("POST", "newTwoPlantAPI.do", params={"op": "updatePlant"}, data=form)).json

        assert (await write("plantSo2"))["success"] is False
        assert (await write(**{"Content-Type": "text/plain"}))["success"] is False
        assert plant.name == "Plant 1"
        assert await write() == {"success": True, "msg": ""}
        assert plant.name == "Other"
