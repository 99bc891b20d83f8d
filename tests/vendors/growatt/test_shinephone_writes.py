"""Changes of settings: the exact requests of the password API, and why it says no (growatt.md A.9)."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest

from custom_components.solar_battery_hub.core.errors import (
    BadAnswer,
    HubError,
    NotSupported,
    Unreachable,
    WriteRefused,
)
from custom_components.solar_battery_hub.vendors.growatt import shinephone_calls as calls
from custom_components.solar_battery_hub.vendors.growatt.model import Listed
from tests.mock_http import MockHttp

from .shinephone_desk import BASE, INVERTER, MAX, MIN, OTHER, PACK, SP2000, SPA, SPF, SPH, Answered, Desk, body


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    async with aiohttp.ClientSession() as http:
        yield Desk(http=http)


SPA_CHARGE = ["100", "100", "04", "30", "18", "00", "1", "20", "30", "21", "00", "1", "10", "00", "16", "00", "1"]
WRITES: tuple[tuple[Listed, str, list[str], str, str], ...] = (
    (
        MIN,
        "time_segment2",
        ["1", "01", "30", "05", "00", "1"],
        "newTcpsetAPI.do?op=tlxSet",
        "serialNum=MIN0000001&type=time_segment2&param1=1&param2=01&param3=30&param4=05&param5=00&param6=1",
    ),
    (
        MIN,
        "pf_sys_year",
        ["2026-06-01 12:00:05"],
        "newTcpsetAPI.do?op=tlxSet",
        "serialNum=MIN0000001&type=pf_sys_year&param1=2026-06-01+12%3A00%3A05",
    ),
    (
        SPH,
        "backflow_setting",
        ["1", "50"],
        "newTcpsetAPI.do?op=mixSetApiNew",
        "serialNum=SPH0000001&type=backflow_setting&param1=1&param2=50",
    ),
    (
        SPA,
        "spa_ac_charge_time_period",
        SPA_CHARGE,
        "newTcpsetAPI.do?op=spaSetApi",
        (
            "serialNum=SPA0000001&type=spa_ac_charge_time_period&param1=100&param2=100&param3=04&param4=30&param5=18&param6=00"
            "&param7=1&param8=20&param9=30&param10=21&param11=00&param12=1&param13=10&param14=00&param15=16&param16=00"
            "&param17=1"
        ),
    ),
    (
        MAX,
        "max_cmd_on_off",
        ["0001"],
        "newTcpsetAPI.do?op=maxSetApi",
        "serialNum=MAX0000001&type=max_cmd_on_off&param1=0001&param2=&param3=&param4=",
    ),
    (
        SPF,
        "storage_spf5000_charge_source",
        ["2"],
        "newTcpsetAPI.do?op=storageSPF5000Set",
        "serialNum=SPF0000001&type=storage_spf5000_charge_source&param1=2&param2=&param3=&param4=",
    ),
    (
        SP2000,
        "storage_lithium_battery",
        ["3"],
        "newTcpsetAPI.do?op=storageSet",
        "serialNum=SP20000001&type=storage_lithium_battery&param1=3&param2=&param3=&param4=",
    ),
    (
        INVERTER,
        "pv_reactive_p_rate",
        ["40", "over"],
        "tcpSet.do?action=inverterSet&serialNum=INV0000001&paramId=pv_reactive_p_rate&command_1=40&command_2=over",
        "",
    ),
    (
        INVERTER,
        "pv_on_off",
        ["0000"],
        "tcpSet.do?action=inverterSet&serialNum=INV0000001&paramId=pv_on_off&command_1=0000&command_2=",
        "",
    ),
)


@pytest.mark.parametrize(("device", "kind", "params", "path", "form"), WRITES)
async def test_exact_writes(desk: Desk, device: Listed, kind: str, params: list[str], path: str, form: str) -> None:
    with MockHttp() as http:
        http.post(BASE + path, payload={"success": True, "msg": "inv_set_success"})
        await desk.open().write(device, kind, params)
    (sent,) = http.sent
    assert (sent.url, body(sent)) == (BASE + path, form)
    assert sent.options["timeout"].total == 60


@pytest.mark.parametrize("device", [PACK, OTHER])
async def test_families_that_take_no_settings(desk: Desk, device: Listed) -> None:
    with pytest.raises(NotSupported):
        await desk.open().write(device, "pv_on_off", ["0001"])


REFUSED: tuple[tuple[Listed, Answered, str], ...] = (
    (MIN, {"payload": {"success": False, "msg": "502"}}, "other_server"),
    (MIN, {"payload": {"success": False, "msg": "503"}}, "device_offline"),
    (MIN, {"payload": {"success": False, "msg": "504"}}, "device_not_named"),
    (MIN, {"payload": {"success": False, "msg": "505"}}, "logger_offline"),
    (MIN, {"payload": {"success": False, "msg": "506"}}, "parameter_unknown"),
    (MIN, {"payload": {"success": False, "msg": "507"}}, "value_missing"),
    (MIN, {"payload": {"success": False, "msg": 508}}, "value_outside_range"),
    (MIN, {"payload": {"success": "false", "msg": "509"}}, "wrong_date"),
    (MIN, {"payload": {"success": False, "msg": "512"}}, "device_unknown"),
    (MIN, {"payload": {"success": False, "msg": "513"}}, "end_before_start"),
    (MIN, {"payload": {"success": False, "msg": "701"}}, "no_permission"),
    (MIN, {"payload": {"success": False, "msg": "inv_set_fail"}}, "refused_by_server"),
    (MIN, {"payload": {"success": False}}, "refused_by_server"),
    (SPF, {"payload": {"success": False, "msg": "503"}}, "device_not_named"),
    (SPF, {"payload": {"success": False, "msg": "504"}}, "device_offline"),
)


@pytest.mark.parametrize(("device", "answer", "reason"), REFUSED)
async def test_why_a_write_is_refused(desk: Desk, device: Listed, answer: Answered, reason: str) -> None:
    with MockHttp() as http:
        http.post(f"{BASE}newTcpsetAPI.do?op={calls.ORDERS[device.family].query['op']}", **answer)
        with pytest.raises(WriteRefused) as told:
            await desk.open().write(device, "charge_power", ["80"])
    assert told.value.reason == reason
    assert len(http.sent) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"payload": {"success": False, "msg": "500"}}, BadAnswer),
        ({"payload": {"success": False, "msg": "501"}}, BadAnswer),
        ({"body": "{"}, BadAnswer),
        ({"status": 500}, BadAnswer),
        ({"status": 504}, Unreachable),
        ({"exception": TimeoutError()}, Unreachable),
    ],
)
async def test_a_write_that_may_have_landed_is_not_sent_again(
    desk: Desk, answer: Answered, error: type[HubError]
) -> None:
    with MockHttp() as http:
        http.post(f"{BASE}newTcpsetAPI.do?op=tlxSet", **answer)
        with pytest.raises(error):
            await desk.open().write(MIN, "charge_power", ["80"])
    assert len(http.sent) == 1
