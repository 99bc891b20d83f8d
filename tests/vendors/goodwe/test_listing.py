"""Plants and devices as the answers of both ways tell them."""

from datetime import date
from typing import Any

import pytest

from custom_components.solar_battery_hub.vendors.goodwe import listing
from custom_components.solar_battery_hub.vendors.goodwe.model import DeviceType, Listed, Plant


def plant(**more: Any) -> Plant:
    return Plant(id="p1", name="Home", **more)


def test_a_plant_of_the_page() -> None:
    told = {
        "id": "p1",
        "name": "Home",
        "timeZone": "Europe/Amsterdam",
        "installedPower": 3,
        "pvInstallP": 3.5,
        "createTime": "1755000000000",
    }
    assert listing.plant_in(told) == plant(zone="Europe/Amsterdam", created=date(2025, 8, 12), capacity=3.5)


@pytest.mark.parametrize(
    "row",
    [
        {"id": "p1", "pw_name": "Home"},
        {"powerstation_id": "p1", "stationname": "Home"},
        {"id": "p1", "name": "Home", "timeZone": ""},
    ],
)
def test_every_list_names_plants_otherwise(row: dict[str, Any]) -> None:
    assert listing.plant_in(row) == plant()


def test_a_plant_without_an_id_is_none() -> None:
    assert listing.plant_in({"name": "Home"}) is None


def test_a_plant_without_a_name_is_called_by_its_id() -> None:
    assert listing.plant_in({"id": "p1"}) == Plant(id="p1", name="p1")


@pytest.mark.parametrize(
    ("told", "zone"),
    [
        ({"zoneId": "Australia/Sydney", "timeZone": "UTC+10:00"}, "Australia/Sydney"),
        ({"timeZone": "UTC+10:00"}, "Etc/GMT-10"),
        ({"timeZone": "UTC-03:30"}, "America/St_Johns"),
        ({"timeZone": "UTC+00:00"}, "Etc/GMT"),
        ({"timeZone": "GMT+5:30"}, "Asia/Kolkata"),
        ({"zoneId": "UTC"}, "UTC"),
        ({}, "Europe/Berlin"),
    ],
)
def test_a_zone_is_a_name_or_hours(told: dict[str, str], zone: str) -> None:
    assert listing.with_info(plant(zone="Europe/Berlin"), told).zone == zone


def test_rights_are_told_or_not() -> None:
    assert listing.with_info(plant(), {"permissions": []}).permissions is None
    assert listing.with_info(plant(), {}).permissions is None
    known = plant(permissions=frozenset({"STATION_VIEW"}))
    empty: tuple[object, ...] = (None, [])
    for nothing in empty:
        assert listing.with_info(known, {"permissions": nothing}).permissions == frozenset({"STATION_VIEW"})


@pytest.mark.parametrize(
    ("span", "zone"), [(-10.0, "Etc/GMT-10"), (-1.0, "Etc/GMT-1"), (5.0, "Etc/GMT+5"), (0, "Etc/GMT")]
)
def test_the_legacy_zone_is_negated(span: float, zone: str) -> None:
    """``time_span`` −10 is Australia, ten hours ahead (goodwe.md §1.4)."""
    assert listing.with_legacy_info(plant(), {"time_span": span}).zone == zone


def test_the_legacy_day_of_creation_is_told_in_chinese_time() -> None:
    """The time stands for a day in China; what is known better stays."""
    info = {"create_time": "06/22/2023 00:30:00", "capacity": 8.5, "battery_capacity": 0.0}
    told = listing.with_legacy_info(plant(), info)
    assert told == plant(created=date(2023, 6, 22), capacity=8.5, battery_capacity=0.0)
    assert listing.with_legacy_info(plant(created=date(2020, 1, 1)), info).created == date(2020, 1, 1)


STATUS: list[dict[str, Any]] = [
    {"sn": "INV1", "name": "Roof", "deviceType": "INVERTER", "status": 5, "subtype": "store"},
    {"sn": "INV2", "name": "Barn", "deviceType": "INVERTER", "status": "0", "subtype": "grid"},
    {"sn": "CAB1", "name": "All-in-One 1", "deviceType": "ENERGY_STORAGE_INTEGRATED_CABINET", "status": 5},
    {"sn": "DNG1", "name": "Dongle 1", "deviceType": "DONGLE", "status": 1},
    {"sn": "X1", "name": "New thing", "deviceType": "HYDROGEN_CELL", "status": 1},
    {"sn": "S1", "name": "Box", "deviceType": "SWITCH_CAB", "status": 1},
    {"name": "Nobody", "deviceType": "INVERTER"},
]


def test_devices() -> None:
    found = {device.serial: device for device in listing.devices_in("p1", STATUS)}
    assert list(found) == ["INV1", "INV2", "CAB1", "DNG1"]
    assert found["INV1"] == Listed(
        serial="INV1", plant="p1", type=DeviceType.INVERTER, name="Roof", status=5, stores=True
    )
    assert (found["INV2"].stores, found["INV2"].status) == (False, 0)
    assert found["CAB1"].stores is True


def test_types_nobody_knows() -> None:
    assert listing.unknown_types(STATUS) == {"HYDROGEN_CELL"}


def test_batteries_hang_on_their_inverter() -> None:
    inverter = Listed(serial="INV1", plant="p1", type=DeviceType.INVERTER, name="Roof")
    rows: list[dict[str, Any]] = [
        {"sn": "BAT1", "no": "1", "name": "BAT1", "translateCode": "mppt1_battery", "type": "BAT_SYS", "status": 7},
        {"sn": "BAT2", "no": "2", "type": "BAT_SYS", "status": 0, "isConnected": False},
        {"sn": "M1", "type": "SMART_METER"},
    ]
    assert listing.batteries_in(inverter, rows) == [
        Listed(
            serial="BAT1",
            plant="p1",
            type=DeviceType.BATTERY,
            name="BAT1",
            status=7,
            host="INV1",
            number="1",
            code="mppt1_battery",
        )
    ]


@pytest.mark.parametrize(("told", "status"), [(-1, 0), ("-1", 0), (0, 3), (1, 5), (2, 2), (None, None), (9, None)])
def test_the_legacy_status_is_told_in_the_newer_numbers(told: object, status: int | None) -> None:
    [device] = listing.legacy_devices_in("p1", [{"sn": "INV1", "status": told}])
    assert device.status == status


@pytest.mark.parametrize(
    ("row", "model"),
    [
        ({"invert_full": {"model_type": "GW8500-MS-30"}, "type": "MS"}, "GW8500-MS-30"),
        ({"invert_full": None, "type": "GW5048D-ES"}, "GW5048D-ES"),
        ({"dict": {"left": [], "right": [{"key": "dmDeviceType", "value": "GW3000-NS"}]}}, "GW3000-NS"),
        ({}, None),
    ],
)
def test_a_legacy_inverter_names_its_model_somewhere(row: dict[str, Any], model: str | None) -> None:
    [device] = listing.legacy_devices_in("p1", [{"sn": "INV1", **row}])
    assert device.model == model


@pytest.mark.parametrize(
    ("row", "stores"),
    [
        ({"is_stored": False, "invert_full": {"isbuettey": True}}, True),
        ({"is_stored": True}, True),
        ({"is_stored": False, "invert_full": {"isbuettey": False}}, False),
        ({}, None),
    ],
)
def test_a_legacy_inverter_with_a_battery(row: dict[str, Any], stores: bool | None) -> None:
    [device] = listing.legacy_devices_in("p1", [{"sn": "INV1", **row}])
    assert device.stores is stores


def test_firmware_is_a_text_without_a_fraction() -> None:
    """A float breaks the page of a device (goodwe.md §4.4)."""
    [device] = listing.legacy_devices_in("p1", [{"sn": "INV1", "firmware_version": 191909.0}])
    assert device.firmware == "191909"
