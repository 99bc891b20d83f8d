"""Account, plants, inverters and packs as devices."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import DeviceKind, Ref
from custom_components.solar_battery_hub.vendors.growatt.devices import DeviceList, pack_id, plant_id
from custom_components.solar_battery_hub.vendors.growatt.inventory import Inventory
from custom_components.solar_battery_hub.vendors.growatt.model import Family, Listed, Plant
from tests.vendors.tools import MemoryStore


def listed(serial: str, family: Family = Family.MIN, plant: str = "1", **more: Any) -> Listed:
    """Return an entry of a device list."""
    return Listed(serial=serial, family=family, word=more.pop("word", family.value), plant=plant, **more)


def inventory(*devices: Listed) -> Inventory:
    """Return two plants with these devices."""
    known = Inventory(MemoryStore())
    known.note_plants([Plant(id="1", name="Roof", offset=1.0), Plant(id="2", name="Barn", offset=-3.5)])
    for plant in ("1", "2"):
        known.note_listed(plant, [device for device in devices if device.plant == plant])
    return known


def test_parents_come_before_their_children() -> None:
    devices = DeviceList("user_7", inventory(listed("A", name="South", logger="L"), listed("B", Family.SPH, "2")))
    devices.note_readings([Ref("A_battery_2", "battery_level"), Ref("A_battery_1", "battery_level"), Ref("A", "x")])
    found = [(device.id, device.kind, device.parent) for device in devices]
    assert found == [
        ("user_7", DeviceKind.ACCOUNT, None),
        ("plant_1", DeviceKind.SITE, "user_7"),
        ("A", DeviceKind.INVERTER, "plant_1"),
        ("A_battery_1", DeviceKind.BATTERY, "A"),
        ("A_battery_2", DeviceKind.BATTERY, "A"),
        ("plant_2", DeviceKind.SITE, "user_7"),
        ("B", DeviceKind.INVERTER, "plant_2"),
    ]
    names = {device.id: device.name for device in devices}
    assert (names["plant_1"], names["A"], names["A_battery_1"], names["A_battery_2"]) == (
        "Roof",
        "South",
        "South battery",
        "South battery 2",
    )


def test_what_a_device_tells_about_itself() -> None:
    device = listed("A")
    devices = DeviceList("user_7", inventory(device))
    devices.note_facts(device, {"modelText": "S25B00", "fwVersion": "AK1.0", "bdcMode": 0, "bdc1Sn": "BAT1"})
    devices.note_facts(device, {"inverterType": "MIN 4600TL-XH", "fwVersion": None})
    found = {known.id: known for known in devices}
    assert (found["A"].model, found["A"].model_id, found["A"].sw_version) == ("MIN 4600TL-XH", "S25B00", "AK1.0")
    assert found["A"].name == "MIN 4600TL-XH"
    assert found["A_battery_1"].serial == "BAT1"


@pytest.mark.parametrize("bean", [{"bdcMode": -1, "bdc1Sn": "XXXX"}, {"bdcMode": 0, "bdc1Sn": ""}, {"bdcMode": -1}])
def test_no_pack_where_there_is_none(bean: dict[str, Any]) -> None:
    devices = DeviceList("user_7", inventory(listed("A")))
    devices.note_facts(listed("A"), bean)
    assert {device.kind for device in devices} == {DeviceKind.ACCOUNT, DeviceKind.SITE, DeviceKind.INVERTER}


def test_listed_packs_hang_on_the_inverter_behind_their_logger() -> None:
    packs = [listed(name, Family.BATTERY, logger=logger) for name, logger in (("P1", "L2"), ("P2", "L2"), ("P3", "L9"))]
    known = inventory(listed("A", logger="L1"), listed("B", logger="L2"), *packs)
    devices = DeviceList("user_7", known)
    assert [devices.id_of(pack) for pack in packs] == ["B_battery_1", "B_battery_2", "A_battery_1"]
    assert devices.id_of(listed("A")) == "A"
    assert {device.serial for device in devices if device.kind is DeviceKind.BATTERY} == {"P1", "P2", "P3"}
    assert not {device.id for device in devices} & {"P1", "P2", "P3"}
    alone = DeviceList("user_7", inventory(packs[0], listed("S", Family.SPH)))
    assert alone.id_of(packs[0]) is None


def test_a_pack_keeps_its_place_when_another_is_replaced() -> None:
    first, second, third = (listed(name, Family.BATTERY, logger="L") for name in ("P1", "P2", "P3"))
    inverter = listed("A", logger="L")
    before = DeviceList("user_7", inventory(inverter, first, second))
    assert [before.id_of(pack) for pack in (first, second)] == ["A_battery_1", "A_battery_2"]
    after = DeviceList("user_7", inventory(inverter, second, third))
    after.restore(list(before))
    assert {pack.serial: after.id_of(pack) for pack in (second, third)} == {"P2": "A_battery_2", "P3": "A_battery_1"}


def test_what_was_known_is_known_after_a_restart() -> None:
    known = inventory(listed("A"))
    before = DeviceList("user_7", known)
    before.note_facts(listed("A"), {"fwVersion": "AK1.0", "inverterType": "NEO 800M-X"})
    before.note_readings([Ref("A_battery_1", "battery_level")])
    after = DeviceList("user_7", known)
    after.restore(list(before))
    assert list(after) == list(before)


def test_an_unknown_type_is_called_by_its_word() -> None:
    devices = DeviceList("user_7", inventory(listed("W", Family.OTHER, word="wit")))
    assert [device.name for device in devices if device.id == "W"] == ["WIT"]


def test_ids() -> None:
    assert plant_id("12") == "plant_12"
    assert pack_id("ABC", 2) == "ABC_battery_2"
