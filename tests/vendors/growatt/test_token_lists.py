"""The lists of the token API: plants, zones, devices of every number, and what a serial number stands for (growatt.md B.4, B.5)."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.vendors.growatt.model import Family, Plant
from custom_components.solar_battery_hub.vendors.growatt.token_lists import (
    checked_family,
    devices_in,
    first_identity,
    offset_in,
    owner_in,
    plants_in,
    with_details,
)
from tests.mock_http import MockHttp
from tests.vendors.growatt.openapi_desk import V1, failed, ok
from tests.vendors.growatt.token_mock import open_account


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("GMT+8", 8),
        ("GMT+1:00", 1),
        ("GMT+5:30", 5.5),
        ("GMT-3:30", -3.5),
        ("GMT-10", -10),
        ("GMT", None),
        ("UTC+2", 2),
        ("1", 1),
        (-5, -5),
        ("+8", 8),
        ("", None),
        (None, None),
        ("Europe/Berlin", None),
    ],
)
def test_zones(zone: object, hours: float | None) -> None:
    assert offset_in(zone) == hours


def test_plants() -> None:
    beans: list[dict[str, Any]] = [
        {"plant_id": 1185, "name": "9", "peak_power": 0, "user_id": 31},
        {"plant_id": "7", "name": "", "peak_power": "4.6", "user_id": "31"},
        {"name": "no number"},
    ]
    assert plants_in(beans) == (Plant(id="1185", name="9"), Plant(id="7", name="7", rated_power=4600))
    assert owner_in(beans[:2]) == "31"


@pytest.mark.parametrize("beans", [[{"user_id": 1}, {"user_id": 2}], [{}], []])
def test_no_single_owner(beans: list[dict[str, Any]]) -> None:
    assert owner_in(beans) is None


def test_identities() -> None:
    plants = (Plant(id="1185", name="a"), Plant(id="97", name="b"))
    assert first_identity("31", plants) == "user_31"
    assert first_identity(None, plants) == "plant_97"
    assert first_identity(None, ()) == ""


def test_details_complete_a_plant() -> None:
    bean = {"name": "", "timezone": "GMT+8", "peak_power": 20, "currency": "rmb"}
    assert with_details(Plant(id="7", name="Roof"), bean) == Plant(
        id="7", name="Roof", offset=8, rated_power=20_000, currency="rmb"
    )


@pytest.mark.parametrize(
    ("word", "family"),
    [
        (1, Family.INVERTER),
        ("2", Family.STORAGE),
        (3, Family.OTHER),
        (4, Family.MAX),
        (5, Family.SPH),
        (6, Family.SPA),
        (7, Family.MIN),
        (8, Family.OTHER),
        (99, Family.OTHER),
    ],
)
@pytest.mark.parametrize("key", ["type", "device_type"])
def test_families(key: str, word: object, family: Family) -> None:
    (device,) = devices_in("7", [{"device_sn": "SN1", key: word, "lost": True, "datalogger_sn": "LOG"}], {})
    assert (device.family, device.word, device.plant, device.logger, device.lost) == (
        family,
        str(word),
        "7",
        "LOG",
        True,
    )


def test_what_is_known_better_counts() -> None:
    (device,) = devices_in("7", [{"device_sn": "SN1", "type": 1}], {"SN1": "max"})
    assert device.family is Family.MAX


@pytest.mark.parametrize("bean", [{"type": 7}, {"device_sn": "SN1"}, {"device_sn": "", "type": 7}])
def test_no_device(bean: dict[str, Any]) -> None:
    assert devices_in("7", [bean], {}) == ()


@pytest.mark.parametrize(
    ("bean", "family"),
    [
        ({"obj": 1, "deviceType": 22}, Family.MIN),
        ({"obj": 1, "deviceType": "17"}, Family.SPH),
        ({"obj": 2, "device_type": 96}, Family.STORAGE),
        ({"obj": 4, "deviceType": 218}, Family.OTHER),
        ({"obj": 1, "deviceType": 0}, Family.OTHER),
        ({"obj": 3, "deviceType": 0}, None),
        ({"obj": 4, "deviceType": 0}, None),
        ({}, None),
    ],
)
def test_serial_numbers(bean: dict[str, Any], family: Family | None) -> None:
    assert checked_family(bean) is family


# Through an account


def plant_answers(http: MockHttp, *devices: dict[str, Any]) -> None:
    """Have one plant with these devices."""
    plant = {"plant_id": 7, "name": "Roof", "peak_power": 5, "user_id": 31}
    http.get(f"{V1}/plant/list?page=1&perpage=100", payload=ok({"plants": [plant]}))
    http.get(f"{V1}/device/list?plant_id=7&page=1&perpage=100", payload=ok({"devices": list(devices)}))


async def test_loggers_and_meters_are_no_devices() -> None:
    with MockHttp() as http:
        plant_answers(http, {"device_sn": "LOG1", "type": 3}, {"device_sn": "WIT1", "type": 3})
        http.get(f"{V1}/device/check/sn?dataloggerSn=LOG1", payload={"result": 1, "obj": 3, "deviceType": 0})
        http.get(f"{V1}/device/check/sn?dataloggerSn=WIT1", payload={"result": 1, "obj": 4, "deviceType": 218})
        async with open_account() as account:
            facts = await account.identify()
    assert [(device.serial, device.family) for device in facts.devices] == [("WIT1", Family.OTHER)]


async def test_what_cannot_be_looked_up_is_no_device_yet() -> None:
    with MockHttp() as http:
        plant_answers(http, {"device_sn": "LOG1", "type": 3}, {"device_sn": "SN1", "type": 7})
        http.get(f"{V1}/device/check/sn?dataloggerSn=LOG1", status=500)
        async with open_account() as account:
            facts = await account.identify()
    assert [device.serial for device in facts.devices] == ["SN1"]


async def test_a_max_that_is_listed_as_an_inverter() -> None:
    """Which of both it is depends on the server's age (B.8)."""
    live = {"time": "2026-06-01 12:58:00", "pac": 1234.0, "lost": False, "status": 1}
    with MockHttp() as http:
        plant_answers(http, {"device_sn": "MAX1", "type": 1})
        http.get(f"{V1}/device/inverter/last_new_data?device_sn=MAX1", payload=failed(10002))
        http.post(f"{V1}/device/max/max_last_data", payload=ok(live), repeat=True)
        async with open_account() as account:
            await account.identify()
            snapshot = await account.fetch_feed("live_MAX1")
            assert snapshot.values[Ref("MAX1", "output_power")] == 1234
            assert account.listed("MAX1").family is Family.MAX
            account.clock.pass_time(seconds=305)
            await account.fetch_feed("live_MAX1")
    assert [sent.url.removeprefix(V1) for sent in http.sent[2:]] == [
        "/device/inverter/last_new_data?device_sn=MAX1",
        "/device/max/max_last_data",
        "/device/max/max_last_data",
    ]
