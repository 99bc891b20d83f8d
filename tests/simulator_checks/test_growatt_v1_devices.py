"""Growatt's token API: live values, history, settings, reads and writes of every family (growatt.md B.6–B.8, Part F)."""

import struct
from typing import Any

import aiohttp
import pytest

from tests.simulators.clock import SimClock

from .conftest import ConnectGrowatt
from .growatt_host import FIVE_MINUTES, live, write

SERIAL, SPH = "MXH0000001", "SPH0000001"


def is_widened(value: float) -> bool:
    """Tell whether a number fits 32 bits exactly."""
    return bool(struct.unpack("<f", struct.pack("<f", value))[0] == value)


async def test_floats_have_32_bits(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt()
    client.simulator.actions["set_house"](SERIAL, solar_w=1_234.56, home_w=0.0, level=100)
    client.simulator.clock.advance(FIVE_MINUTES)
    data = (await live(client))["data"]
    assert data["ppv"] == 1234.5999755859375
    assert all(is_widened(value) for value in data.values() if isinstance(value, float))


async def test_live_answer_names_device_and_logger(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt()
    answer = await live(client)
    assert (answer["tlx_sn"], answer["dataloggerSn"]) == (SERIAL, f"XGD{SERIAL}")
    assert (answer["error_code"], answer["error_msg"]) == (0, "")
    assert (answer["data"]["lost"], answer["data"]["isAgain"]) == (False, False)
    assert answer["data"]["eex1Today"] == pytest.approx(-0.1)


@pytest.mark.parametrize(
    ("path", "field", "serial", "keys"),
    [
        ("device/tlx/tlx_last_data", "tlx_sn", "MOD0000001", ("bmsSoc", "bdc2Soc", "etoUserToday", "vacrs")),
        ("device/mix/mix_last_data", "mix_sn", SPH, ("soc", "etogridTotal", "echarge1Today", "epvtoday")),
        ("device/spa/spa_last_data", "spa_sn", "SPA0000001", ("soc", "ppvInverter", "epvInverterTotal")),
        ("device/storage/storage_last_data", "storage_sn", "SPF0000001", ("capacity", "pBat", "eopDischrToday")),
        ("device/max/max_last_data", "max_sn", "MAX0000001", ("powerToday", "eacToday", "vpv16")),
    ],
)
async def test_live_values_of_every_family(
    connect_growatt: ConnectGrowatt, path: str, field: str, serial: str, keys: tuple[str, ...]
) -> None:
    client = await connect_growatt("all")
    data = (await client.post(path, {field: serial}))["data"]
    assert [key for key in keys if key not in data] == []
    assert data["serialNum"] == serial
    assert (await client.post(path, {field: "INV0000001"}))["error_code"] == 10002
    assert (await client.post(path, {field: ""}))["error_code"] == 10003


async def test_classic_inverter(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("all")
    data = (await client.get("device/inverter/last_new_data", device_sn="INV0000001"))["data"]
    assert data["powerToday"] > 1
    assert data["pac"] == pytest.approx(data["ppv"])
    assert (await client.get("device/inverter/last_new_data", device_sn="MAX0000001"))["error_code"] == 10002
    details = (await client.get("device/inverter/inv_data_info", device_sn="INV0000001"))["data"]
    assert details["nominalPower"] == 3_000
    write = {"device_sn": "INV0000001", "paramId": "pv_active_p_rate", "command_1": "40", "command_2": ""}
    assert (await client.post("inverterSet", write))["error_code"] == 0
    read = {"device_sn": "INV0000001", "paramId": "pv_active_p_rate", "startAddr": "0", "endAddr": "0"}
    assert (await client.post("readInverterParam", read))["data"] == "40"


async def test_batch(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("min5")
    serials = [device.serial for device in client.simulator.world.devices]
    answer = await client.post("device/tlx/tlxs_data", {"tlxs": ",".join(serials), "pageNum": "1"})
    assert list(answer["data"]) == serials == answer["tlxs"]
    for serial in serials:
        assert answer["data"][serial][serial]["serialNum"] == serial
        assert answer["data"][serial]["dataloggerSn"] == f"XGD{serial}"
    assert answer["pageNum"] == 1


async def test_history_pages_newest_first(connect_growatt: ConnectGrowatt, clock: SimClock) -> None:
    client = await connect_growatt(past_days=1)
    days = {"tlx_sn": SERIAL, "start_date": "2026-06-20", "end_date": "2026-06-20", "page": "2", "perpage": "100"}
    data = (await client.post("device/tlx/tlx_data", days))["data"]
    times = [row["time"] for row in data["datas"]]
    assert (data["count"], len(times), data["next_page_start_id"]) == (288, 100, 201)
    assert times == sorted(times, reverse=True)
    assert {time[:10] for time in times} == {"2026-06-20"}
    for fields, code in (
        (days | {"start_date": "2026-06-12"}, 10004),
        (days | {"start_date": "yesterday"}, 10003),
        (days | {"tlx_sn": ""}, 10002),
        (days | {"tlx_sn": "MIN9999999"}, 10005),
        (days | {"perpage": "101"}, 10013),
    ):
        clock.advance(10)
        assert (await client.post("device/tlx/tlx_data", fields))["error_code"] == code


async def test_alarms(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt()
    client.simulator.actions["add_alarm"](SERIAL, code=25, message="No utility.")
    fields = {"tlx_sn": SERIAL, "date": "2026-06-21", "page": "1", "perpage": "20"}
    (alarm,) = (await client.post("device/tlx/alarm_data", fields))["data"]["alarms"]
    assert (alarm["alarm_code"], alarm["alarm_message"]) == (25, "No utility.")
    assert alarm["start_time"] == "2026-06-21 12:30:00.0"


async def test_settings_of_a_min(connect_growatt: ConnectGrowatt) -> None:
    """Numbers as numbers, times as texts, write names empty (B.6.4)."""
    client = await connect_growatt()
    data = (await client.get("device/tlx/tlx_set_info", device_sn=SERIAL))["data"]
    assert (data["acChargeEnable"], data["chargePowerCommand"], data["time9Mode"]) == (0, 100, 0)
    assert (data["forcedTimeStart1"], data["ac_charge"], data["tlx_on_off"]) == ("0:0", "", "")
    assert data["season1Time1"] == "0_0_0_0_0_0_0"


async def test_settings_of_an_sph_have_numbered_stop_levels_only(connect_growatt: ConnectGrowatt) -> None:
    """F.10."""
    client = await connect_growatt("sph")
    data = (await client.get("device/mix/mix_data_info", device_sn=SPH))["data"]
    assert {key for key in data if "SOCLowLimit" in key} == {
        "wchargeSOCLowLimit1",
        "wchargeSOCLowLimit2",
        "wdisChargeSOCLowLimit1",
        "wdisChargeSOCLowLimit2",
    }
    assert (data["pmax"], data["pv_on_off"]) == (10_000, "")


async def test_odd_values(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt()
    client.simulator.actions["set_oddities"](odd_values=True)
    data = (await live(client))["data"]
    assert (data["temp2"], data["temp3"], data["temp4"], data["bmsSoh"]) == ("", "null", "--", None)
    assert data["pac"].endswith(" W")
    assert "pf" not in data
    settings = (await client.get("device/tlx/tlx_set_info", device_sn=SERIAL))["data"]
    assert settings["forcedTimeStart9"] == "11:187"


# --- reads and writes ------------------------------------------------------------------------------------------------


async def test_write_codes(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("home")
    assert await write(client, "charge_power", 80) == 0
    assert await write(client, "charge_power", 101) == 10008
    assert await write(client, "charge_power", 80, serial="") == 10004
    assert await write(client, "charge_power", 80, serial="MIN9999999") == 10012
    assert await write(client, "charge_power", 80, serial=SPH) == 10012
    incomplete = {"tlx_sn": SERIAL, "type": "charge_power", "param1": "80"}
    assert (await client.post("tlxSet", incomplete))["error_code"] == 10001, "all 19 are needed"
    client.simulator.actions["lose_device"](SERIAL, logger=True)
    assert await write(client, "charge_power", 70) == 10005


async def test_read_codes(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt("home")

    async def read(path: str, serial: str, kind: str, **fields: str) -> Any:
        return await client.post(path, {"device_sn": serial, "paramId": kind, **fields})

    named = {"startAddr": "0", "endAddr": "0"}
    assert (await read("readMinParam", SERIAL, "charge_power", **named))["data"] == "100"
    assert (await read("readMinParam", SPH, "charge_power", **named))["error_code"] == 10002
    assert (await read("readMinParam", SERIAL, "unknown", **named))["error_code"] == 10009
    assert (await read("readMixParam", SPH, "pv_on_off", **named))["data"] == "1"
    assert (await read("readMixParam", SPH, "pf_sys_year", **named))["error_code"] == 10009
    assert (await read("readMixParam", SPH, "set_any_reg", startAddr="3"))["data"] == "100"
    registers = {"startAddr": "0", "endAddr": "3"}
    assert (await read("readMinParam", SERIAL, "set_any_reg", **registers))["data"] == "1-0-0-100-"
    too_high = {"startAddr": "5001", "endAddr": "5001"}
    assert (await read("readMinParam", SERIAL, "set_any_reg", **too_high))["error_code"] == 10001
    client.simulator.actions["lose_device"](SERIAL)
    assert (await read("readMinParam", SERIAL, "charge_power", **named))["error_code"] == 10003


async def test_lost_answer_of_a_write_that_was_carried_out(connect_growatt: ConnectGrowatt) -> None:
    client = await connect_growatt()
    client.simulator.faults.add("/v1/tlxSet", "answer_lost", times=1)
    with pytest.raises(aiohttp.ClientError):
        await write(client, "charge_power", 60)
    assert await write(client, "ac_charge", 1) == 0
    (device,) = client.simulator.world.devices
    assert device.settings["chargePowerCommand"] == 60
