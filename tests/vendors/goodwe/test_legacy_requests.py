"""The legacy app API: the exact requests of every call, and what its answers may look like (goodwe.md §3.5, §4.1, §6.1)."""

from collections.abc import Awaitable, Callable
from datetime import date
import json
from typing import Any

import aiohttp
import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, NotSupported
from custom_components.solar_battery_hub.vendors.goodwe.codes import NothingInIt
from custom_components.solar_battery_hub.vendors.goodwe.legacy import Legacy
from tests.mock_http import MockHttp, Sent
from tests.vendors.goodwe.account_desk import LEGACY_BASE, LEGACY_LOGIN, b_error, b_ok, b_welcome, open_desk, urls

type Ask = Callable[[Legacy], Awaitable[Any]]

DAY = date(2026, 6, 1)
HISTORY = f"{LEGACY_BASE}/v2/HistoryData/QueryPowerStationByHistory"
OWNER = f"{LEGACY_BASE}/PowerStation/GetPowerStationIdByOwner"
MORE_VIEW = f"{LEGACY_BASE}/v4/EvCharger/GetEvChargerMoreView"
CHARGE_INFO = f"{LEGACY_BASE}/v3/EvCharger/GetCurrentChargeinfo"

FORMS: dict[tuple[str, str], tuple[Ask, Any]] = {
    ("v2/HistoryData/QueryPowerStationByHistory", "page=1&pagesize=50&key="): (
        lambda api: api.plants(),
        {"record": 0, "list": []},
    ),
    ("v3/PowerStation/GetMonitorDetailByPowerstationId", "powerStationId=p1"): (
        lambda api: api.monitor("p1"),
        {"info": {}},
    ),
    ("v3/PowerStation/GetPlantDetailByPowerstationId", "powerStationId=p1"): (
        lambda api: api.plant_detail("p1"),
        {"info": {}},
    ),
    ("v3/PowerStation/GetInverterAllPoint", "powerStationId=p1"): (
        lambda api: api.inverter_points("p1"),
        {"inverterPoints": []},
    ),
    ("v2/PowerStation/GetPowerflow", "PowerStationId=p1"): (
        lambda api: api.powerflow("p1"),
        {"powerflow": None, "hasPowerflow": False},
    ),
    ("warning/PowerstationWarningsQuery", "pw_id=p1"): (lambda api: api.warnings("p1"), None),
    ("v4/EvCharger/GetEvChargerMoreView", "sn=SN1"): (lambda api: api.charger("SN1"), {"power": 0}),
}
BODIES: dict[tuple[str, str], tuple[Ask, Any]] = {
    (
        "v2/Charts/GetChartByPlant",
        '{"id":"p1","date":"2026-06-01","range":"2","chartIndexId":"7","isDetailFull":false}',
    ): (lambda api: api.energy_chart("p1", DAY, 2), {"modelData": {}}),
    (
        "v2/Charts/GetChartByPlant",
        '{"id":"p1","date":"2026-06-01","range":"3","chartIndexId":"8","isDetailFull":false}',
    ): (lambda api: api.energy_chart("p1", DAY, 3, index="8"), {"lines": []}),
    ("v2/Charts/GetPlantPowerChart", '{"id":"p1","date":"2026-06-01","full_script":false}'): (
        lambda api: api.power_chart("p1", DAY),
        {"lines": []},
    ),
    ("PowerStation/RemoteControlDataInverterParaQueryBySN", '{"InverterSN":"SN1"}'): (
        lambda api: api.remote_parameters("SN1"),
        {"ActivePowerLimit": "100"},
    ),
}
WRITES = (
    '{"InverterSN":"SN1","InverterStatusSettingMark":"1","InverterStatus":"2"}',
    (
        '{"InverterSN":"SN1","InverterRemotingLastSetDate":"06/01/2026 14:00:00","ActivePowerLimit":"60",'
        '"ActivePowerLimitSettingMark":"1"}'
    ),
)


def form_of(sent: Sent) -> str:
    """Return the body of a request as it goes over the wire."""
    content = aiohttp.FormData(sent.options["data"])()
    assert content.content_type == "application/x-www-form-urlencoded"
    return bytes(content._value).decode()


async def _ask(url: str, ask: Ask, data: Any) -> Sent:
    """Make one call that gets this answer; return its request."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_welcome())
            http.post(f"{LEGACY_BASE}/{url}", payload=b_ok(data))
            await ask(desk.open().legacy)
    _, sent = http.sent
    return sent


@pytest.mark.parametrize(("url", "form"), FORMS)
async def test_simple_arguments_go_as_a_form(url: str, form: str) -> None:
    ask, data = FORMS[url, form]
    sent = await _ask(url, ask, data)
    assert (sent.method, sent.url) == ("POST", f"{LEGACY_BASE}/{url}")
    assert form_of(sent) == form
    assert set(sent.headers) == {"Accept", "User-Agent", "Token"}  # the form names its own type
    assert sent.options["timeout"].total == 30


@pytest.mark.parametrize(("url", "body"), BODIES)
async def test_charts_go_as_json(url: str, body: str) -> None:
    ask, data = BODIES[url, body]
    sent = await _ask(url, ask, data)
    assert sent.options["data"].decode() == body
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.options["timeout"].total == 30


@pytest.mark.parametrize("body", WRITES)
async def test_writes(body: str) -> None:
    sent = await _ask("PowerStation/SaveRemoteControlInverter", lambda api: api.remote_control(json.loads(body)), None)
    assert sent.options["data"].decode() == body
    assert sent.options["timeout"].total == 100


async def test_plants_come_by_the_page() -> None:
    rows = [{"id": f"p{number}", "pw_name": "Home"} for number in range(60)]
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_welcome())
            http.post(HISTORY, payload=b_ok({"record": 60, "list": rows[:50]}))
            http.post(HISTORY, payload=b_ok({"record": 60, "list": rows[50:]}))
            assert await desk.open().legacy.plants() == rows
    assert [form_of(sent) for sent in http.sent[1:]] == ["page=1&pagesize=50&key=", "page=2&pagesize=50&key="]


async def test_a_count_that_is_too_high_ends_with_the_rows() -> None:
    """A recording tells of four plants and lists three."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_welcome())
            http.post(HISTORY, payload=b_ok({"record": 4, "list": [{"id": "p1"}, "odd"]}))
            http.post(HISTORY, payload=b_ok({"record": 4, "list": []}))
            assert await desk.open().legacy.plants() == [{"id": "p1"}]


@pytest.mark.parametrize("refusal", [{"payload": b_ok({})}, {"payload": b_error("100000")}, {"status": 404}])
@pytest.mark.parametrize(
    ("owned", "plants"),
    [
        ("p1", ["p1"]),
        ({"powerStationId": "p1"}, ["p1"]),
        ([{"powerStationId": "p1"}, {"powerStationId": "p2"}], ["p1", "p2"]),
        ("", []),
        (None, []),
    ],
)
async def test_the_owners_plant_where_the_list_is_refused(
    refusal: dict[str, Any], owned: object, plants: list[str]
) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_welcome())
            http.post(HISTORY, **refusal)
            http.post(OWNER, payload=b_ok(owned))
            assert await desk.open().legacy.plants() == [{"id": plant} for plant in plants]


async def test_a_dead_list_and_a_dead_owner() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_welcome())
            http.post(HISTORY, status=404)
            http.post(OWNER, payload=b_error("100000"))
            with pytest.raises(NotSupported):
                await desk.open().legacy.plants()


async def test_a_charger_is_asked_in_the_older_way_where_the_newer_is_not_there() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_welcome())
            http.post(MORE_VIEW, status=404)
            http.post(CHARGE_INFO, payload=b_ok({"power": 7.2}))
            assert await desk.open().legacy.charger("SN1") == {"power": 7.2}
    assert urls(http) == [LEGACY_LOGIN, MORE_VIEW, CHARGE_INFO]


async def test_an_unknown_plant_has_no_inverters_but_nothing() -> None:
    url = f"{LEGACY_BASE}/v3/PowerStation/GetInverterAllPoint"
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LEGACY_LOGIN, payload=b_welcome())
            http.post(url, payload=b_ok(None))
            with pytest.raises(NothingInIt):
                await desk.open().legacy.inverter_points("p1")
            http.post(url, payload=b_ok({"inverterPoints": [{"sn": "SN1"}, None, 7]}))
            assert await desk.open().legacy.inverter_points("p1") == [{"sn": "SN1"}]
            http.post(url, payload=b_ok("SN1"))
            with pytest.raises(BadAnswer):
                await desk.open().legacy.inverter_points("p1")
