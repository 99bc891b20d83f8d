"""SEMS+: the exact requests of every call (goodwe.md §5.2-§5.6, §6)."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
import json
from typing import Any

import pytest

from custom_components.solar_battery_hub.vendors.goodwe.model import DeviceType, Listed
from custom_components.solar_battery_hub.vendors.goodwe.semsplus import SemsPlus
from tests.mock_http import MockHttp
from tests.vendors.goodwe.account_desk import GATEWAY, SEMSPLUS_LOGIN, c_ok, c_welcome, open_desk

type Ask = Callable[[SemsPlus], Awaitable[Any]]

DAY, LATER = date(2026, 6, 1), date(2026, 6, 30)
NAMES = {"TOU1": {"TOUStart1": "02:00"}}


def device(kind: DeviceType, serial: str = "SN1", **more: Any) -> Listed:
    """Return a device as a list names it."""
    return Listed(serial=serial, plant="p1", type=kind, name="All-in-One 1", **more)


INVERTER, METER, CABINET = (device(kind) for kind in (DeviceType.INVERTER, DeviceType.METER, DeviceType.CABINET))
BATTERY = device(DeviceType.BATTERY, "VD2001", host="SN1", code="mppt1_battery", number="1")

GETS: dict[str, tuple[Ask, Any]] = {
    "sems-plant/api/stations/flow?stationId=p1": (lambda api: api.flow("p1"), {}),
    "sems-plant/api/stations/device/all-status?stationId=p1": (lambda api: api.device_status("p1"), {"total": 0}),
    "sems-plant/api/equipments/SN1/telemetry?deviceType=INVERTER&pwId=p1": (lambda api: api.telemetry(INVERTER), []),
    "sems-plant/api/equipments/SN1/telecounting?deviceType=SMART_METER&pwId=p1": (
        lambda api: api.telecounting(METER),
        [],
    ),
    "sems-plant/api/equipments/VD2001/information?deviceType=BAT_SYS&pwId=p1": (
        lambda api: api.information(BATTERY),
        [],
    ),
    "sems-plant/api/equipments/SN1/relatedDevices?sn=SN1&deviceType=ENERGY_STORAGE_INTEGRATED_CABINET&pwId=p1": (
        lambda api: api.batteries(INVERTER),
        [],
    ),
    "sems-plant/api/equipments/a%2Fb%3F%23%20c/telemetry?deviceType=INVERTER&pwId=p1": (
        lambda api: api.telemetry(device(DeviceType.INVERTER, "a/b?# c")),
        [],
    ),
    "sems-remote/api/v2/address/remote/get-work-mode?sn=SN1": (
        lambda api: api.settings.generation("SN1"),
        {"workMode": "3.0"},
    ),
}

ITEMS = '"proConsumStats","proGridStats","proPurchaseStats","profitGridStats","profitProStats","proSystemTotalStats"'
POSTS: dict[tuple[str, str], tuple[Ask, Any]] = {
    ("sems-plant/api/portal/stations/page", '{"current":1,"size":100}'): (
        lambda api: api.plants(),
        {"dataList": [], "total": 0},
    ),
    ("sems-plant/api/portal/stations/basic/info?stationId=p1", "{}"): (lambda api: api.plant_info("p1"), {"name": "x"}),
    ("sems-plant/api/web/device/station/page", '{"stationId":"p1","current":1,"size":100}'): (
        lambda api: api.device_page("p1"),
        {"dataList": [], "total": 0},
    ),
    (
        "sems-plant/api/stations/statistics",
        (
            '{"stationId":"p1","isReport":false,"items":["proGridStats","proCharStats"],"dimension":"month",'
            '"startTime":"2026-06-01 00:00:00","endTime":"2026-06-30 23:59:59"}'
        ),
    ): (lambda api: api.statistics("p1", ["proGridStats", "proCharStats"], "month", DAY, LATER), {"proGrid": 1}),
    (
        "sems-plant/api/stations/production",
        (
            f'{{"stationId":"p1","isReport":false,"items":[{ITEMS}],"dimension":"day",'
            '"startTime":"2026-06-01 00:00:00","endTime":"2026-06-01 23:59:59"}'
        ),
    ): (lambda api: api.production("p1", DAY), {"currency": "EUR"}),
    (
        "sems-plant/api/v1/hems/power/p1",
        (
            '{"stationId":"p1","items":["pSystem","soc"],"timeScale":1,"timeZone":2,'
            '"startTime":"2026-06-01 00:00:00","endTime":"2026-06-01 11:59:59"}'
        ),
    ): (
        lambda api: api.power_curve(
            "p1", ["pSystem", "soc"], datetime(2026, 6, 1), datetime(2026, 6, 1, 11, 59, 59), 2.0
        ),
        {"dataList": []},
    ),
    ("sems-alarm/api/v2/alarm/page", '{"pageIndex":1,"pageSize":20,"stationIds":["p1"]}'): (
        lambda api: api.alarms("p1"),
        {"dataList": []},
    ),
    ("sems-remote/api/ev-charger/detail", '{"sn":"SN1"}'): (lambda api: api.charger("SN1"), {"status": "available"}),
    ("sems-plant/api/v1/chargePile/getLastCharge", '{"sn":"SN1"}'): (lambda api: api.last_charge("SN1"), None),
    (
        "sems-remote/api/v1/firmware-management/device-upgrade-list",
        '{"plantId":"p1","deviceSn":"SN1"}',
    ): (lambda api: api.upgrades("p1", "SN1"), []),
    (
        "sems-remote/api/v2/address/remote/getDeviceFunctionTabMenus",
        '{"sn":"SN1","module":"GENERAL_FUNCTIONS","batIndex":"1","menuCode":1}',
    ): (lambda api: api.settings.functions("SN1", 1, "1"), {}),
    (
        "sems-remote/api/v1/address/remote/get-cache-device-function-parameters",
        '{"sn":"SN1","addresses":["47509","47510"],"addrFuncMap":{"47509":"11","47510":"12"}}',
    ): (lambda api: api.settings.parameters("SN1", {"47509": "11", "47510": "12"}), {"sn": "SN1", "data": {}}),
    ("sems-remote/api/v1/remote/get", '{"functionName":["TOU1","TOUModeEnable"],"sn":"SN1"}'): (
        lambda api: api.settings.named("SN1", ["TOU1", "TOUModeEnable"]),
        {"sn": "SN1", "items": []},
    ),
}

# The start of a string inverter (rec:semsplus_control_start_stop), a battery function, and the worked example of §6.3.
WRITES: dict[str, tuple[Ask, dict[str, Any]]] = {
    "start": (
        lambda api: api.settings.set_parameters(
            INVERTER, {"80017": 4}, {"80017": "77"}, {"status_setting": "start_up"}
        ),
        {
            "sn": "SN1",
            "addressMap": {"80017": 4},
            "addrFuncMap": {"80017": "77"},
            "controlItemLogs": {"status_setting": "start_up"},
            "waitingForDevice": True,
            "plantId": "p1",
            "deviceName": "All-in-One 1",
            "virtualSn": "SN1",
        },
    ),
    "battery": (
        lambda api: api.settings.set_parameters(BATTERY, {"47546": 80}, {"47546": "5"}, {"end_charge_soc": 80}),
        {
            "sn": "SN1",
            "addressMap": {"47546": 80},
            "addrFuncMap": {"47546": "5"},
            "controlItemLogs": {"end_charge_soc": 80},
            "waitingForDevice": True,
            "plantId": "p1",
            "deviceName": "mppt1_battery",
        },
    ),
    "slot": (
        lambda api: api.settings.set_named(
            CABINET,
            "TOU1",
            {"TOUStart1": "02:00", "TOUWeek1": [0, 6], "ChargeDischargePW1": -500},
            {"start_t": "02:00", "wkly_rep": "sun、sat", "cd_mod": "charge", "rated_power": 50},
        ),
        {
            "functionName": "TOU1",
            "sn": "SN1",
            "plantId": "p1",
            "deviceName": "All-in-One 1",
            "virtualSn": "SN1",
            "data": {"TOUStart1": "02:00", "TOUWeek1": [0, 6], "ChargeDischargePW1": -500},
            "waitingForDevice": True,
            "controlItemLogs": {"start_t": "02:00", "wkly_rep": "sun、sat", "cd_mod": "charge", "rated_power": 50},
        },
    ),
}
WRITE_PATHS = {
    "start": "v1/address/remote/setDeviceFunctionParameters",
    "battery": "v1/address/remote/setDeviceFunctionParameters",
    "slot": "v1/remote/set",
}


async def _ask(method: str, url: str, ask: Ask, data: Any) -> Any:
    """Make one call that gets this answer; return its request."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            http.add(f"{GATEWAY}/{url}", method, payload=c_ok(data))
            await ask(desk.open().semsplus)
    _, sent = http.sent
    return sent


@pytest.mark.parametrize("url", GETS)
async def test_gets(url: str) -> None:
    ask, data = GETS[url]
    sent = await _ask("GET", url, ask, data)
    assert (sent.method, sent.url, sent.options.get("data")) == ("GET", f"{GATEWAY}/{url}", None)
    assert set(sent.headers) == {"Accept", "User-Agent", "token", "X-Signature"}
    assert sent.options["timeout"].total == 30


@pytest.mark.parametrize(("url", "body"), POSTS)
async def test_posts(url: str, body: str) -> None:
    ask, data = POSTS[url, body]
    sent = await _ask("POST", url, ask, data)
    assert (sent.method, sent.url) == ("POST", f"{GATEWAY}/{url}")
    assert sent.options["data"].decode() == body
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.options["timeout"].total == 30


@pytest.mark.parametrize("write", WRITES)
async def test_writes(write: str) -> None:
    """A write is answered without ``data``, and may take long (§6)."""
    ask, body = WRITES[write]
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(SEMSPLUS_LOGIN, payload=c_welcome())
            url = f"{GATEWAY}/sems-remote/api/{WRITE_PATHS[write]}"
            http.post(url, payload={"code": "00000", "description": "success", "traceId": "1"})
            await ask(desk.open().semsplus)
    sent = http.sent[1]
    assert sent.url == url
    assert json.loads(sent.options["data"]) == body
    assert list(json.loads(sent.options["data"])) == list(body)  # in this order, as the vendor's page sends them
    assert sent.options["timeout"].total == 100


@pytest.mark.parametrize(
    ("kind", "virtual"),
    [
        (DeviceType.INVERTER, True),
        (DeviceType.MICRO_INVERTER, True),
        (DeviceType.CABINET, True),
        (DeviceType.METER, True),
        (DeviceType.PCS, False),
        (DeviceType.BATTERY_RACK, False),
        (DeviceType.DONGLE, False),
        (DeviceType.CHARGER, False),
    ],
)
async def test_who_is_a_virtual_device(kind: DeviceType, virtual: bool) -> None:
    sent = await _ask(
        "POST",
        "sems-remote/api/v1/remote/set",
        lambda api: api.settings.set_named(device(kind), "Backup", {"BackupModeEnable": 1}, {}),
        None,
    )
    assert ("virtualSn" in json.loads(sent.options["data"])) is virtual


@pytest.mark.parametrize(("hours", "sent"), [(2.0, "2"), (-9.5, "-9.5"), (5.75, "5.75"), (0, "0")])
async def test_offsets_of_curves(hours: float, sent: str) -> None:
    start = datetime(2026, 6, 1)
    asked = await _ask(
        "POST", "sems-plant/api/v1/hems/power/p1", lambda api: api.power_curve("p1", [], start, start, hours), []
    )
    assert f'"timeZone":{sent},' in asked.options["data"].decode()
