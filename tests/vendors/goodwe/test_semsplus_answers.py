"""SEMS+: what its answers may look like, and what becomes of them (goodwe.md §1.3, §5.2-§5.6, §6.2, §6.3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, HubError, NotSupported, RateLimited, Unreachable
from custom_components.solar_battery_hub.vendors.goodwe.codes import NothingInIt
from custom_components.solar_battery_hub.vendors.goodwe.model import DeviceType, Factor, Listed
from tests.mock_http import MockHttp
from tests.vendors.goodwe.account_desk import (
    FLOW,
    GATEWAY,
    SEMSPLUS_LOGIN,
    Desk,
    body_of,
    c_error,
    c_ok,
    c_welcome,
    open_desk,
    urls,
)

PLANTS = f"{GATEWAY}/sems-plant/api/portal/stations/page"
LIGHT = f"{GATEWAY}/sems-plant/api/stations/simple-query"
STATUS = f"{GATEWAY}/sems-plant/api/stations/device/all-status?stationId=p1"
TELEMETRY = f"{GATEWAY}/sems-plant/api/equipments/SN1/telemetry?deviceType=INVERTER&pwId=p1"
MENUS = f"{GATEWAY}/sems-remote/api/v2/address/remote/getDeviceFunctionTabMenus"
CACHE = f"{GATEWAY}/sems-remote/api/v1/address/remote/get-cache-device-function-parameters"
NAMED = f"{GATEWAY}/sems-remote/api/v1/remote/get"
INFO = f"{GATEWAY}/sems-plant/api/portal/stations/basic/info?stationId=p1"

INVERTER = Listed(serial="SN1", plant="p1", type=DeviceType.INVERTER, name="Inverter")


@contextmanager
def signed_in() -> Iterator[MockHttp]:
    """Have a server that lets everybody sign in."""
    with MockHttp() as http:
        http.post(SEMSPLUS_LOGIN, payload=c_welcome(), repeat=True)
        yield http


async def test_plants_come_by_the_page() -> None:
    rows = [{"id": f"p{number}", "name": "Home"} for number in range(230)]
    async with open_desk() as desk:
        with signed_in() as http:
            for start in (0, 100, 200):
                http.post(PLANTS, payload=c_ok({"dataList": rows[start : start + 100], "total": 230}))
            assert await desk.open().semsplus.plants() == rows
    assert [body_of(sent) for sent in http.sent[1:]] == [{"current": page, "size": 100} for page in (1, 2, 3)]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (99, 1), (100, 2), (130, 2)])
async def test_pages_that_do_not_tell_how_many_there_are(count: int, pages: int) -> None:
    """The next page is asked as long as they are full."""
    rows = [{"id": f"p{number}", "name": "Home"} for number in range(count)]
    async with open_desk() as desk:
        with signed_in() as http:
            for start in (0, 100):
                http.post(PLANTS, payload=c_ok({"dataList": rows[start : start + 100]}))
            assert await desk.open().semsplus.plants() == rows
    assert len(http.sent) == 1 + pages


async def test_an_endless_list_ends() -> None:
    async with open_desk() as desk:
        with signed_in() as http:
            http.post(PLANTS, payload=c_ok({"dataList": [{"id": "p1"}], "total": 1e9}), repeat=True)
            assert len(await desk.open().semsplus.plants()) == 20


async def test_an_account_without_plants_has_none() -> None:
    async with open_desk() as desk:
        with signed_in() as http:
            http.post(PLANTS, payload=c_ok({"dataList": [], "total": 0}))
            assert await desk.open().semsplus.plants() == []
    assert urls(http) == [SEMSPLUS_LOGIN, PLANTS]


@pytest.mark.parametrize("refusal", [{"payload": c_error("100025")}, {"status": 404}, {"payload": c_ok({})}])
@pytest.mark.parametrize("shape", ["dataList", "list", "records", None])
async def test_the_light_list_where_the_other_is_refused(refusal: dict[str, Any], shape: str | None) -> None:
    rows = [{"id": "p1"}]
    async with open_desk() as desk:
        with signed_in() as http:
            http.post(PLANTS, **refusal)
            http.post(LIGHT, payload=c_ok({shape: rows} if shape else rows))
            assert await desk.open().semsplus.plants() == rows
    assert body_of(http.sent[-1]) == {"pageIndex": 1, "pageSize": 50}


@pytest.mark.parametrize(
    ("trouble", "error"), [({"payload": c_error("GY0429")}, RateLimited), ({"status": 502}, Unreachable)]
)
async def test_the_light_list_is_no_way_out_of_trouble(trouble: dict[str, Any], error: type[HubError]) -> None:
    async with open_desk() as desk:
        with signed_in() as http:
            http.post(PLANTS, **trouble)
            with pytest.raises(error):
                await desk.open().semsplus.plants()
    assert LIGHT not in urls(http)


@pytest.mark.parametrize("told", [None, {}])
async def test_a_flow_may_be_empty(told: object) -> None:
    async with open_desk() as desk:
        with signed_in() as http:
            http.get(FLOW, payload=c_ok(told))
            assert await desk.open().semsplus.flow("p1") == {}


async def test_plant_info_must_hold_something() -> None:
    async with open_desk() as desk:
        with signed_in() as http:
            http.post(INFO, payload=c_ok({}))
            with pytest.raises(NothingInIt):
                await desk.open().semsplus.plant_info("p1")


async def test_all_devices_of_all_groups() -> None:
    """Serial, kind and status are where they always are, whichever level told them, texts or numbers."""
    groups = [
        {
            "status": 5,
            "detailMap": {"SN1": {"sn": "SN1", "name": "Inverter", "deviceType": "INVERTER", "status": "5"}},
        },
        {"status": "0", "detailMap": {"SN2": {"name": "Old one", "subtype": "grid"}, "SN3": None}},
        {"status": 1, "detailMap": None},
    ]
    meters = [{"status": 1, "detailMap": {"SN4": {"sn": "SN4", "status": None}}}]
    told = {
        "total": 3,
        "deviceDetailList": [
            {"deviceType": "INVERTER", "statusDetailList": groups},
            {"deviceType": "SMART_METER", "statusDetailList": meters},
            {"deviceType": "DONGLE", "statusDetailList": None},
        ],
    }
    async with open_desk() as desk:
        with signed_in() as http:
            http.get(STATUS, payload=c_ok(told))
            found = await desk.open().semsplus.device_status("p1")
    assert [(each["sn"], each["deviceType"], each["status"]) for each in found] == [
        ("SN1", "INVERTER", 5),
        ("SN2", "INVERTER", 0),
        ("SN4", "SMART_METER", None),
    ]
    assert found[1]["subtype"] == "grid"


async def test_no_devices_although_the_plant_works() -> None:
    async with open_desk() as desk:
        with signed_in() as http:
            http.get(STATUS, payload=c_ok({"total": 0, "deviceDetailList": []}))
            assert await desk.open().semsplus.device_status("p1") == []
            http.get(STATUS, payload=c_ok({}))
            with pytest.raises(NothingInIt):
                await desk.open().semsplus.device_status("p1")


GROUPS = [
    {
        "code": "system",
        "factors": [{"code": "sn", "data": "SN1"}, {"code": "Temperature", "data": "41.2", "unit": "℃"}],
    },
    {"code": "ac", "factors": [{"code": "pAc", "unit": "kW"}, {"code": "qAc", "data": None, "unit": "kVar"}]},
    {"code": "pv", "factors": [{"code": "MPPT-1:Vpv", "data": 331.7, "unit": "V"}, {"unit": "A"}, "odd"]},
    {"code": "real", "factors": [{"code": "pAc", "data": "1.5", "unit": "kW"}]},
    {"code": "more", "factors": [{"code": "pAc", "data": "9", "unit": "kW"}]},
    {"code": "none", "factors": None},
    "odd",
]


@pytest.mark.parametrize(
    ("told", "factors"),
    [
        (
            GROUPS,
            {
                "sn": Factor(data="SN1"),
                "Temperature": Factor(data="41.2", unit="℃"),
                "pAc": Factor(data="1.5", unit="kW"),  # of two the first with a value
                "qAc": Factor(data=None, unit="kVar"),
                "MPPT-1:Vpv": Factor(data=331.7, unit="V"),
            },
        ),
        (
            [{"code": "modelType", "data": "GW5000-ET", "dataType": "STRING"}],
            {"modelType": Factor(data="GW5000-ET")},
        ),
        ([], {}),
        (None, {}),
    ],
)
async def test_factors(told: object, factors: dict[str, Factor]) -> None:
    async with open_desk() as desk:
        with signed_in() as http:
            http.get(TELEMETRY, payload=c_ok(told))
            assert await desk.open().semsplus.telemetry(INVERTER) == factors


@pytest.mark.parametrize("told", [{"factors": []}, "x", 7])
async def test_factors_are_a_list(told: object) -> None:
    async with open_desk() as desk:
        with signed_in() as http:
            http.get(TELEMETRY, payload=c_ok(told))
            with pytest.raises(BadAnswer):
                await desk.open().semsplus.telemetry(INVERTER)


async def test_a_device_of_an_unknown_kind_is_not_asked() -> None:
    other = Listed(serial="SN9", plant="p1", type=DeviceType.OTHER, name="Box")
    async with open_desk() as desk:
        with signed_in() as http, pytest.raises(NotSupported):
            await desk.open().semsplus.telemetry(other)
    assert http.sent == []


async def _functions(desk: Desk, menus: object) -> list[tuple[str, tuple[str, ...]]]:
    with signed_in() as http:
        http.post(MENUS, payload=c_ok({"functionMenus": menus}))
        found = await desk.open().semsplus.settings.functions("SN1", 0)
    return [(each["address"], each["path"]) for each in found]


async def test_functions_of_a_tree() -> None:
    """In the order of the page, each with the menus above it; a tree may be deep and a menu nameless."""
    tree = {
        "translateKey": "general",
        "functions": [{"address": "1"}],
        "children": [
            {
                "name": "limits",
                "children": [{"children": [], "functions": [{"address": "2"}, {"address": "3", "path": "old"}]}],
            },
            {"translateKey": "power", "children": None, "functions": [{"address": "4"}, 7]},
        ],
    }
    expected = [
        ("1", ("general",)),
        ("2", ("general", "limits")),
        ("3", ("general", "limits")),
        ("4", ("general", "power")),
    ]
    deep: dict[str, Any] = {"functions": [{"address": "9"}]}
    for _ in range(200):
        deep = {"children": [deep]}
    async with open_desk() as desk:
        assert await _functions(desk, tree) == expected
        assert await _functions(desk, [tree]) == expected
        assert await _functions(desk, deep) == [("9", ())]
        empty: tuple[object, ...] = (None, {}, [])
        for nothing in empty:
            assert await _functions(desk, nothing) == []
        with pytest.raises(BadAnswer):
            await _functions(desk, "x")


@pytest.mark.parametrize(
    ("told", "values"),
    [
        ({"sn": "SN1", "data": {"47509": "1", "47510": 3000}}, {"47509": "1", "47510": 3000}),
        ({"sn": "SN1", "data": None}, {}),
        ({"sn": "SN1"}, {}),
        (None, {}),
    ],
)
async def test_cached_parameters(told: object, values: dict[str, object]) -> None:
    async with open_desk() as desk:
        with signed_in() as http:
            http.post(CACHE, payload=c_ok(told))
            assert await desk.open().semsplus.settings.parameters("SN1", {"47509": "1"}) == values


async def test_named_settings_that_the_device_lacks_are_missing() -> None:
    told = [
        {"functionName": "TOU1", "value": {"TOUStart1": "12:00"}},
        {"functionName": "Backup", "value": {}},
        {"functionName": "TOUModeEnable", "value": None},
        {"value": {"x": 1}},
        None,
    ]
    async with open_desk() as desk:
        with signed_in() as http:
            http.post(NAMED, payload=c_ok({"sn": "SN1", "items": told}))
            found = await desk.open().semsplus.settings.named("SN1", ["TOU1", "Backup"])
    assert found == {"TOU1": {"TOUStart1": "12:00"}}
