"""The exact reads of the password API, and where the content of their answers lies (growatt.md A.4-A.10, F.1)."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import aiohttp
import pytest

from custom_components.solar_battery_hub.vendors.growatt import shinephone_calls as calls
from custom_components.solar_battery_hub.vendors.growatt.model import Listed
from custom_components.solar_battery_hub.vendors.growatt.shinephone_calls import Call
from tests.mock_http import MockHttp

from . import shinephone_desk
from .shinephone_desk import BASE, INVERTER, Desk, body

# Each line: the call, the device it is about, method, path and form.
LINES = """
PLANTS - GET PlantListAPI.do?userId=123456
PLANTS_TWO - POST newTwoPlantAPI.do?op=getAllPlantListTwo language=1\
&nominalPower=&order=1&pageSize=15&plantName=&plantStatus=&toPageNum=1
PLANT_CHART - GET PlantDetailAPI.do?plantId=77&type=2&date=2026-06-01
PLANT_POINTS - GET newPlantDetailAPI.do?plantId=77&type=2&date=2026-06-01
PLANT_INFO - GET newTwoPlantAPI.do?op=getAllDeviceListTwo&plantId=77&pageNum=1&pageSize=1
DEVICES - GET newTwoPlantAPI.do?op=getAllDeviceList&plantId=77&language=1
PLANT_ENERGY - POST newTwoPlantAPI.do?op=getUserCenterEnertyDataByPlantid language=1&plantId=77
USER_ENERGY - POST newPlantAPI.do?action=getUserCenterEnertyData language=1
USER_ENERGY_TWO - POST newPlantAPI.do?action=getUserCenterEnertyDataTwo language=1
PLANT_SETTINGS - GET newPlantAPI.do?op=getPlant&plantId=77
DASHBOARD - POST newPlantAPI.do?action=getEnergyStorageData&date=2026-06-01&type=2&plantId=77
INVERTER_DETAIL INVERTER GET newInverterAPI.do?op=getInverterDetailData&inverterId=INV0000001
INVERTER_DETAIL_TWO INVERTER GET newInverterAPI.do?op=getInverterDetailData_two&inverterId=INV0000001
INVERTER_CHART INVERTER GET newInverterAPI.do?op=getInverterData&id=INV0000001&type=2&date=2026-06-01
MAX_DETAIL MAX GET newInverterAPI.do?op=getInverterDetailData_max&inverterId=MAX0000001
MAX_DETAIL_TWO MAX GET newInverterAPI.do?op=getInverterDetailData_max_two&inverterId=MAX0000001
MAX_FACTS MAX GET newInverterAPI.do?op=getInverterParams_max&maxId=MAX0000001
MAX_SETTINGS MAX POST newMaxApi.do?op=getMaxSetData serialNum=MAX0000001
TLX_DETAIL MIN GET newTlxApi.do?op=getTlxDetailData&id=MIN0000001
TLX_STATUS MIN POST newTlxApi.do?op=getSystemStatus_KW plantId=77&id=MIN0000001
TLX_OVERVIEW MIN POST newTlxApi.do?op=getEnergyOverview plantId=77&id=MIN0000001
TLX_CHART MIN POST newTlxApi.do?op=getEnergyProdAndCons_KW date=2026-06-01&plantId=77&language=1&id=MIN0000001&type=2
TLX_DATA MIN GET newTlxApi.do?op=getTlxData&id=MIN0000001&type=2&date=2026-06-01
TLX_FACTS MIN GET newTlxApi.do?op=getTlxParams&id=MIN0000001
TLX_SETTINGS MIN POST newTlxApi.do?op=getTlxSetData serialNum=MIN0000001
TLX_ENABLED MIN POST newLoginAPI.do?op=getSetPass deviceSn=MIN0000001&stringTime=2026-06-01&type=2
BATTERY_INFO PACK POST newTlxApi.do?op=getBatInfo lan=1&serialNum=BAT0000001
BATTERY_DETAIL PACK POST newTlxApi.do?op=getBatDetailData lan=1&plantId=77&id=BAT0000001
MIX_INFO SPH GET newMixApi.do?op=getMixInfo&mixId=SPH0000001&plantId=77
MIX_TOTALS SPH POST newMixApi.do?op=getEnergyOverview&mixId=SPH0000001&plantId=77
MIX_STATUS SPH POST newMixApi.do?op=getSystemStatus_KW&mixId=SPH0000001&plantId=77
MIX_CHART SPH POST newMixApi.do?op=getEnergyProdAndCons_KW&plantId=77&mixId=SPH0000001&type=2&date=2026-06-01
MIX_SETTINGS SPH GET newMixApi.do?op=getMixSetParams&serialNum=SPH0000001&kind=0
SPA_STATUS SPA POST newSpaApi.do?op=getSystemStatus plantId=77&spaId=SPA0000001
SPA_OVERVIEW SPA POST newSpaApi.do?op=getEnergyOverview plantId=77&spaId=SPA0000001
SPA_ENERGY SPA POST newSpaApi.do?op=getSpaEnergy plantId=77&spaId=SPA0000001&date=2026-06-01
SPA_CHART SPA POST newSpaApi.do?op=getEnergyProdAndConsData plantId=77&spaId=SPA0000001&date=2026-06-01&type=2
SPA_SETTINGS SPA GET newSpaApi.do?op=getSpaSetParams&kind=0&spaId=SPA0000001
STORAGE_SUMMARY SPF GET newStorageAPI.do?op=getStorageInfo_sacolar&storageId=SPF0000001
STORAGE_DETAIL SPF GET newStorageAPI.do?op=getStorageParams_sacolar&storageId=SPF0000001
STORAGE_OVERVIEW SPF POST newStorageAPI.do?op=getEnergyOverviewData_sacolar&plantId=77&storageSn=SPF0000001
SP_DETAIL SP2000 POST newStorageAPI.do?op=getStorageParams plantId=77&storageSn=SP20000001
SP_OVERVIEW SP2000 POST newStorageAPI.do?op=getEnergyOverviewData plantId=77&storageSn=SP20000001
SP_STATUS SP2000 POST newStorageAPI.do?op=getSystemStatusData plantId=77&storageSn=SP20000001
"""
DAY = "2026-06-01"
ANY_ANSWER: dict[str, Any] = {"back": {}, "data": {}, "newBean": {}, "result": 1, "obj": {"mixBean": {"a": "1"}}}


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    async with aiohttp.ClientSession() as http:
        yield Desk(http=http)


def read_lines() -> dict[str, tuple[Listed | None, str, str, str]]:
    """Return device, method, path and form by the name of the call."""
    found = {}
    for line in LINES.strip().splitlines():
        name, device, method, path, *form = line.split(" ")
        found[name] = (getattr(shinephone_desk, device, None), method, path, "".join(form))
    return found


READS = read_lines()


@pytest.mark.parametrize("name", READS)
async def test_exact_reads(desk: Desk, name: str) -> None:
    device, method, path, form = READS[name]
    with MockHttp() as http:
        http.add(BASE + path, method, payload=ANY_ANSWER)
        await desk.open().read(getattr(calls, name), device, plant="77", date=DAY, kind="2")
    (sent,) = http.sent
    assert (sent.method, sent.url, body(sent)) == (method, BASE + path, form)
    assert sent.headers["User-Agent"] == "Dalvik/2.1.0 (Linux; U; Android 12; ha-1a2b3c4d)"
    assert sent.options["timeout"].total == 10
    assert sent.options["allow_redirects"] is False


def test_every_read_of_the_table_is_tried_above() -> None:
    table = {name for name, call in vars(calls).items() if isinstance(call, Call)}
    assert table == READS.keys() | {"INVERTER_SETTINGS"}


async def test_other_calls_and_other_devices_have_their_own_pace(desk: Desk) -> None:
    with MockHttp() as http:
        for _, method, path, _ in READS.values():
            http.add(BASE + path, method, payload=ANY_ANSWER)
        phone = desk.open()
        for name, (device, *_) in READS.items():
            await phone.read(getattr(calls, name), device, plant="77", date=DAY, kind="2")
    assert len(http.sent) == len(READS)


async def test_settings_that_stand_in_a_page(desk: Desk) -> None:
    """The one answer that is HTML although all is well (A.9.1)."""
    page = """<html><script>var inv=JSON.parse('{"onOff":"1","activeRate":"100","lost":"false"}');</script></html>"""
    with MockHttp() as http:
        http.get(f"{BASE}commonDeviceSetC/setInverter?type=server&invSn=INV0000001", body=page)
        bean = await desk.open().settings(INVERTER, fresh=True)
    assert bean == {"onOff": "1", "activeRate": "100", "lost": "false"}
    assert [sent.method for sent in http.sent] == ["GET"]


CONTENT: tuple[tuple[str, Any, Mapping[str, Any]], ...] = (
    ("PLANTS", {"back": {"data": [1]}}, {"data": [1]}),
    ("PLANT_INFO", {"deviceList": []}, {"deviceList": []}),
    ("TLX_DETAIL", {"data": {"ppv": 1.5}, "parameterName": "x"}, {"ppv": 1.5}),
    ("TLX_SETTINGS", {"result": 1, "obj": {"tlxSetBean": {"charge_power": "80"}}}, {"charge_power": "80"}),
    (
        "TLX_FACTS",
        {"inverterType": "NEO 800M-X", "newBean": {"pmax": 800}},
        {"inverterType": "NEO 800M-X", "pmax": 800},
    ),
    ("MIX_SETTINGS", {"result": 1, "obj": {"x": 1, "mixBEAN": {"soc": None}}}, {"soc": None}),
    ("STORAGE_SUMMARY", {"ppv": "1"}, {"ppv": "1"}),
    ("STORAGE_SUMMARY", {"result": 1, "obj": {"ppv": "1"}}, {"ppv": "1"}),
)


@pytest.mark.parametrize(("name", "answer", "content"), CONTENT)
async def test_where_the_content_lies(desk: Desk, name: str, answer: Any, content: Mapping[str, Any]) -> None:
    """Whatever the answer calls itself: JSON often comes as HTML (0)."""
    device, method, path, _ = READS[name]
    with MockHttp() as http:
        http.add(BASE + path, method, payload=answer, content_type="text/html")
        assert await desk.open().read(getattr(calls, name), device, plant="77", date=DAY, kind="2") == content
