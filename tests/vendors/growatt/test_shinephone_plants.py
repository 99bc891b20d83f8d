"""Settings of a plant, live reads and leaving: the exact requests of the password API (growatt.md A.2, A.8, A.10)."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import aiohttp
import pytest

from custom_components.solar_battery_hub.core.errors import (
    BadAnswer,
    NotSupported,
    Unreachable,
    WriteRefused,
)
from custom_components.solar_battery_hub.vendors.growatt.model import Listed
from custom_components.solar_battery_hub.vendors.growatt.shinephone import ShinePhone
from tests.mock_http import MockHttp

from .shinephone_desk import BASE, MAX, MIN, OTHER, SPA, SPF, SPH, Desk, body


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    async with aiohttp.ClientSession() as http:
        yield Desk(http=http)


PLANT = {
    "id": 77,
    "plantName": "Höhe & Co",
    "userAccount": "demo.user",
    "country": "Germany",
    "city": "Bonn",
    "plantAddress": None,
    "timezone": 1,
    "plant_lat": "50.7",
    "plant_lng": "7.1",
    "plantType": 0,
    "nominalPower": 9200,
    "createDateText": "2021-05-01",
    "formulaMoneyStr": "0.3",
    "formulaMoneyUnitId": "eur",
    "formulaCo2": 0.4,
    "formulaCoal": 0.5,
    "formulaSo2": 0.6,
    "unitMap": {},
}
PARTS = {
    "plantCoal": "0.5",
    "plantSo2": "0.6",
    "accountName": "demo.user",
    "plantID": "77",
    "plantFirm": "0",
    "plantCountry": "Germany",
    "plantType": "0",
    "plantIncome": "0.3",
    "plantAddress": "",
    "plantTimezone": "1",
    "plantLng": "7.1",
    "plantCity": "Köln",
    "plantCo2": "0.4",
    "plantMoney": "eur",
    "plantPower": "9200",
    "plantLat": "50.7",
    "plantDate": "2021-05-01",
    "plantName": "Höhe & Co",
}
GET_PLANT = f"{BASE}newPlantAPI.do?op=getPlant&plantId=77"
SET_PLANT = f"{BASE}newTwoPlantAPI.do?op=updatePlant"


async def test_plant_goes_back_whole(desk: Desk) -> None:
    """All 18 parts, one of them changed, with a name and nothing else (A.8)."""
    with MockHttp() as http:
        http.get(GET_PLANT, payload=PLANT)
        http.post(SET_PLANT, payload={"success": True, "msg": ""})
        await desk.open().update_plant("77", {"plantCity": "Köln"})
    writer = http.sent[1].options["data"]
    found = {}
    for part, *_ in writer:
        assert set(part.headers) <= {"Content-Disposition", "Content-Length"}
        found[part.headers["Content-Disposition"].removeprefix("form-data; name=").strip('"')] = part.decode()
    assert found == PARTS
    assert writer.content_type.startswith("multipart/form-data; boundary=")


@pytest.mark.parametrize("missing", sorted(set(PLANT) - {"unitMap"}))
async def test_plant_that_is_not_told_whole_is_not_written(desk: Desk, missing: str) -> None:
    with MockHttp() as http:
        http.get(GET_PLANT, payload={key: value for key, value in PLANT.items() if key != missing})
        with pytest.raises(BadAnswer):
            await desk.open().update_plant("77", {"plantFirm": "0"})
    assert len(http.sent) == 1


async def test_plant_refused(desk: Desk) -> None:
    with MockHttp() as http:
        http.get(GET_PLANT, payload=PLANT)
        http.post(SET_PLANT, payload={"success": False, "msg": "701"})
        phone = desk.open()
        with pytest.raises(WriteRefused) as told:
            await phone.update_plant("77", {"plantCity": "Köln"})
        assert told.value.reason == "no_permission"
        with pytest.raises(WriteRefused) as told:
            await phone.update_plant("77", {"plantColour": "red"})
        assert told.value.reason == "parameter_unknown"
    assert len(http.sent) == 2


# --- live reads (A.9.2, A.10) -----------------------------------------------------------------------------------------

APP_READ = f"{BASE}newTcpsetAPI.do?action=readDeviceParam"
PORTAL_READ = f"{BASE}tcpSet.do"
type Reading = Callable[[ShinePhone], Coroutine[Any, Any, str]]

LIVE: tuple[tuple[Reading, str, str, Any, str], ...] = (
    (
        lambda phone: phone.read_parameter(MIN, "charge_power"),
        APP_READ,
        "paramId=charge_power&serialNum=MIN0000001&startAddr=-1&endAddr=-1&deviceTypeStr=8",
        {"result": 1, "msg": "", "obj": {"param1": "95"}},
        "95",
    ),
    (
        lambda phone: phone.read_parameter(MIN, "set_any_reg", 3, 5),
        APP_READ,
        "paramId=set_any_reg&serialNum=MIN0000001&startAddr=3&endAddr=5&deviceTypeStr=8",
        {"result": 1, "msg": "", "obj": {"param1": "1-413-0-"}},
        "1-413-0-",
    ),
    (
        lambda phone: phone.read_parameter(MIN, "pv_reactive_p_rate"),
        APP_READ,
        "paramId=pv_reactive_p_rate&serialNum=MIN0000001&startAddr=-1&endAddr=-1&deviceTypeStr=8",
        {"result": 1, "msg": "", "obj": {"param1": "40", "param2": "over"}},
        "40-over",
    ),
    (
        lambda phone: phone.read_parameter(SPH, "pv_on_off"),
        PORTAL_READ,
        "action=readMixParam&paramId=pv_on_off&serialNum=SPH0000001&startAddr=-1&endAddr=-1",
        {"msg": "1", "success": True},
        "1",
    ),
    (
        lambda phone: phone.read_parameter(SPF, "storage_spf5000_buzzer"),
        PORTAL_READ,
        "action=readStorageParam&paramId=storage_spf5000_buzzer&serialNum=SPF0000001&startAddr=-1&endAddr=-1",
        {"msg": "0", "success": True},
        "0",
    ),
    (
        lambda phone: phone.read_parameter(MAX, "set_any_reg", 7),
        PORTAL_READ,
        "action=readMaxParam&paramId=set_any_reg&serialNum=MAX0000001&startAddr=7&endAddr=7",
        {"msg": "0-0-", "success": False},  # never set: nothing is wrong
        "0-0-",
    ),
)


@pytest.mark.parametrize(("read", "url", "form", "answer", "told"), LIVE)
async def test_live_reads(desk: Desk, read: Reading, url: str, form: str, answer: Any, told: str) -> None:
    with MockHttp() as http:
        http.post(url, payload=answer)
        assert await read(desk.open()) == told
    (sent,) = http.sent
    assert body(sent) == form
    assert sent.options["timeout"].total == 60


@pytest.mark.parametrize(
    ("device", "url", "answer"),
    [
        (MIN, APP_READ, {"result": 0, "msg": "501"}),
        (MIN, APP_READ, {"result": 0, "msg": "500", "obj": None}),
        (SPA, PORTAL_READ, {"success": False, "msg": "501"}),
        (SPA, PORTAL_READ, {"success": False}),
    ],
)
async def test_device_that_does_not_answer(desk: Desk, device: Listed, url: str, answer: Any) -> None:
    with MockHttp() as http:
        http.post(url, payload=answer)
        with pytest.raises(Unreachable):
            await desk.open().read_parameter(device, "charge_power")


async def test_parameter_that_the_device_does_not_know(desk: Desk) -> None:
    with MockHttp() as http:
        http.post(PORTAL_READ, payload={"success": False, "msg": "506"})
        with pytest.raises(NotSupported):
            await desk.open().read_parameter(SPH, "no_such_thing")


async def test_families_without_live_reads(desk: Desk) -> None:
    with pytest.raises(NotSupported):
        await desk.open().read_parameter(OTHER, "pv_on_off")


# --- leaving ----------------------------------------------------------------------------------------------------------


async def test_sign_out(desk: Desk) -> None:
    with MockHttp() as http:
        http.get(f"{BASE}logout.do", status=302)
        phone = desk.open()
        with pytest.raises(BadAnswer):
            await phone.sign_out()
        await phone.sign_out()
    assert [sent.url for sent in http.sent] == [f"{BASE}logout.do"]
    assert not {"cookies", "signed_in_at"} & desk.store.saved["session"].keys()
