"""Plants and devices as devices of Home Assistant, and what of them is remembered."""

from datetime import date
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import DeviceKind, Ref
from custom_components.solar_battery_hub.vendors.goodwe.devices import DeviceList, inverter_of, pack_id, plant_id
from custom_components.solar_battery_hub.vendors.goodwe.inventory import Inventory
from custom_components.solar_battery_hub.vendors.goodwe.model import INVERTERS, DeviceType, Listed, Plant
from tests.vendors.tools import MemoryStore

PLANT = Plant(
    id="p1",
    name="Home",
    zone="Europe/Berlin",
    created=date(2024, 8, 12),
    permissions=frozenset({"STATION_VIEW", "INVERTER_REMOTE"}),
)


def listed(serial: str, kind: DeviceType = DeviceType.INVERTER, **more: Any) -> Listed:
    return Listed(serial=serial, plant=more.pop("plant", "p1"), type=kind, name=more.pop("name", serial), **more)


def inventory(*devices: Listed, plant: Plant = PLANT) -> Inventory:
    known = Inventory(MemoryStore())
    known.note_plants([plant])
    known.note_listed(plant.id, devices)
    return known


# What is remembered


def test_all_is_there_again_after_a_restart() -> None:
    store = MemoryStore()
    before = Inventory(store)
    before.note_plants([PLANT, Plant(id="p2", name="Barn")])
    before.note_listed("p1", [listed("INV1", status=5, stores=True), listed("M1", DeviceType.METER)])
    after = Inventory(MemoryStore(**store.saved))
    assert after.all_plants == before.all_plants
    assert after.listed == before.listed
    assert len(after.listed) == 2


def test_only_chosen_plants_are_read() -> None:
    store = MemoryStore()
    known = Inventory(store, ["p2"])
    known.note_plants([PLANT, Plant(id="p2", name="Barn")])
    known.note_listed("p1", [listed("INV1")])
    known.note_listed("p2", [listed("INV2", plant="p2")])
    assert [plant.id for plant in known.plants] == ["p2"]
    assert [device.serial for device in known.listed] == ["INV2"]
    assert known.device("INV1") is None
    assert len(known.all_plants) == 2


def test_an_empty_list_takes_nobody_away() -> None:
    known = inventory(listed("INV1"))
    known.note_listed("p1", [])
    assert known.device("INV1") is not None


def test_a_list_takes_away_who_is_missing_but_not_the_batteries_of_who_is_there() -> None:
    known = inventory(listed("INV1"), listed("INV2"))
    known.note_batteries(known.listed[0], [listed("BAT1", DeviceType.BATTERY, host="INV1")])
    known.note_batteries(known.listed[1], [listed("BAT2", DeviceType.BATTERY, host="INV2")])
    known.note_listed("p1", [listed("INV1")])
    assert [device.serial for device in known.listed] == ["INV1", "BAT1"]


def test_a_battery_that_was_replaced_is_gone() -> None:
    known = inventory(listed("INV1"))
    known.note_batteries(known.listed[0], [listed("BAT1", DeviceType.BATTERY, host="INV1")])
    known.note_batteries(known.listed[0], [])
    assert [battery.serial for battery in known.batteries_of("INV1")] == ["BAT1"]
    known.note_batteries(known.listed[0], [listed("BAT2", DeviceType.BATTERY, host="INV1")])
    assert [battery.serial for battery in known.batteries_of("INV1")] == ["BAT2"]


def test_the_legacy_list_knows_of_inverters_only() -> None:
    known = inventory(listed("INV1", model="GW10K-ET"), listed("M1", DeviceType.METER))
    known.note_listed("p1", [listed("INV1", name="Roof", status=5)], INVERTERS)
    assert [device.serial for device in known.listed] == ["INV1", "M1"]
    roof = known.device("INV1")
    assert roof is not None
    assert (roof.name, roof.model, roof.status) == ("Roof", "GW10K-ET", 5)


def test_what_a_later_list_leaves_out_stays() -> None:
    known = inventory()
    known.note_plants([Plant(id="p1", name="House")])
    assert known.plants == (
        Plant(**{name: getattr(PLANT, name) for name in PLANT.__dataclass_fields__} | {"name": "House"}),
    )


def test_a_number_is_no_name() -> None:
    known = inventory(listed("INV1", name="Roof"))
    known.note_plants([Plant(id="p1", name="p1")])
    known.note_listed("p1", [listed("INV1", status=5)])
    assert known.plants == (PLANT,)
    assert [(device.name, device.status) for device in known.listed] == [("Roof", 5)]


def test_a_list_that_is_not_complete_takes_no_plant_away() -> None:
    known = inventory()
    known.note_plants([PLANT, Plant(id="p2", name="Barn")])
    known.note_plants([Plant(id="p2", name="Shed")], complete=False)
    assert {plant.id: plant.name for plant in known.plants} == {"p2": "Shed", "p1": "Home"}
    known.note_plants([Plant(id="p2", name="Shed")])
    assert [plant.id for plant in known.plants] == ["p2"]


def test_a_zone_with_summer_time_is_not_given_up_for_one_without() -> None:
    known = inventory()
    known.note_plant(Plant(id="p1", name="Home", zone="Etc/GMT-2"))
    assert known.plants[0].zone == "Europe/Berlin"
    known.note_plant(Plant(id="p1", name="Home", zone="Europe/Paris"))
    assert known.plants[0].zone == "Europe/Paris"


def test_without_a_better_zone_the_legacy_one_follows_the_summer() -> None:
    known = inventory(plant=Plant(id="p1", name="Home", zone="Etc/GMT-1"))
    known.note_plant(Plant(id="p1", name="Home", zone="Etc/GMT-2"))
    assert known.plants[0].zone == "Etc/GMT-2"


async def test_clocks_are_ready_after_a_while() -> None:
    known = inventory()
    assert known.zone("p1") is None
    await known.prepare()
    assert str(known.zone("p1")) == "Europe/Berlin"


@pytest.mark.parametrize("name", ["Nowhere/Land", "../etc/passwd", "Europe", ""])
async def test_a_clock_nobody_knows_is_none(name: str) -> None:
    known = inventory(plant=Plant(id="p1", name="Home", zone=name))
    await known.prepare()
    assert known.zone("p1") is None


# Day and night


@pytest.mark.parametrize(
    "awake",
    [listed("INV2", stores=True), listed("M1", DeviceType.METER), listed("B1", DeviceType.BATTERY_RACK)],
)
def test_who_has_a_battery_or_a_meter_never_sleeps(awake: Listed) -> None:
    assert inventory(listed("INV1", status=0)).sleeps("p1")
    assert not inventory(listed("INV1", status=0), awake).sleeps("p1")


def test_a_plant_sleeps_when_all_inverters_do() -> None:
    assert not inventory(listed("INV1", status=0), listed("INV2", status=5)).sleeps("p1")
    assert not inventory(listed("INV1")).sleeps("p1"), "nobody told how it is"
    assert not inventory().sleeps("p1"), "nobody told what there is"


# Devices


def devices(known: Inventory) -> DeviceList:
    return DeviceList("the-account", known)


def test_parents_come_before_their_children() -> None:
    known = inventory(
        listed("M1", DeviceType.METER),
        listed("INV1", name="Roof", status=5),
        listed("DNG1", DeviceType.DONGLE),
        listed("EV1", DeviceType.CHARGER),
    )
    known.note_batteries(known.listed[1], [listed("BAT1", DeviceType.BATTERY, host="INV1", name="BAT1")])
    found = {device.id: device for device in devices(known)}
    assert list(found) == ["the-account", "plant_p1", "INV1", "BAT1", "M1", "EV1"]
    assert [device.kind for device in found.values()] == [
        DeviceKind.ACCOUNT,
        DeviceKind.SITE,
        DeviceKind.INVERTER,
        DeviceKind.BATTERY,
        DeviceKind.METER,
        DeviceKind.CHARGER,
    ]
    parents = {device.id: device.parent for device in found.values()}
    assert parents == {
        "the-account": None,
        "plant_p1": "the-account",
        "INV1": "plant_p1",
        "BAT1": "INV1",
        "M1": "plant_p1",
        "EV1": "plant_p1",
    }
    assert found["plant_p1"].zone == found["BAT1"].zone == "Europe/Berlin"
    assert (found["INV1"].name, found["M1"].name) == ("Roof", "Meter")


def test_a_rack_without_a_host_belongs_to_the_plant() -> None:
    found = list(
        devices(inventory(listed("CAB1", DeviceType.CABINET), listed("R1", DeviceType.BATTERY_RACK, status=5)))
    )
    assert found[-1].id == "R1"
    assert found[-1].parent == "plant_p1"


def test_a_dead_rack_beside_a_living_battery_is_no_device() -> None:
    """It is the same battery, listed twice (goodwe.md §5.4)."""
    known = inventory(listed("INV1"), listed("R1", DeviceType.BATTERY_RACK, status=0))
    assert "R1" in {device.id for device in devices(known)}
    known.note_batteries(known.listed[0], [listed("BAT1", DeviceType.BATTERY, host="INV1")])
    shown = devices(known)
    assert "R1" not in {device.id for device in shown}
    known.note_listed("p1", [listed("INV1"), listed("R1", DeviceType.BATTERY_RACK, status=5)])
    assert "R1" in {device.id for device in shown}
    known.note_listed("p1", [listed("INV1"), listed("R1", DeviceType.BATTERY_RACK, status=0)])
    assert "R1" in {device.id for device in shown}, "it lived, so it is one of its own"
    again = devices(known)
    again.restore(list(shown))
    assert "R1" in {device.id for device in again}


def test_a_battery_that_only_readings_tell_of() -> None:
    known = inventory(listed("INV1", name="Roof"))
    shown = devices(known)
    shown.note_readings([Ref(pack_id("INV1", 1), "battery_level"), Ref(pack_id("INV1", 2), "battery_level")])
    packs = [device for device in shown if device.kind is DeviceKind.BATTERY]
    assert [(pack.id, pack.name, pack.part, pack.parent) for pack in packs] == [
        ("INV1_battery_1", "Roof battery", True, "INV1"),
        ("INV1_battery_2", "Roof battery 2", True, "INV1"),
    ]
    again = devices(known)
    again.restore(packs)
    assert [device.id for device in again][-2:] == ["INV1_battery_1", "INV1_battery_2"]


def test_a_battery_with_a_serial_number_is_not_told_twice() -> None:
    known = inventory(listed("INV1"))
    shown = devices(known)
    shown.note_readings([Ref(pack_id("INV1", 1), "battery_level"), Ref(pack_id("INV1", 2), "battery_level")])
    batteries = [listed(f"BAT{number}", DeviceType.BATTERY, host="INV1", number=str(number)) for number in (10, 2)]
    known.note_batteries(known.listed[0], batteries)
    assert [device.id for device in shown][-2:] == ["BAT10", "BAT2"]
    assert shown.id_of(pack_id("INV1", 1)) == "BAT2"
    assert shown.id_of(pack_id("INV1", 2)) == "BAT10"
    assert shown.id_of(pack_id("INV1", 3)) == "INV1_battery_3"
    assert shown.id_of("INV1") == "INV1"


def test_facts_outlive_a_restart() -> None:
    known = inventory(listed("INV1", model="ET", firmware="1"))
    shown = devices(known)
    shown.note_facts("INV1", model="GW10K-ET", sw_version="V1.08.08")
    shown.note_facts("INV1", hw_version="2")
    again = devices(known)
    again.restore(list(shown))
    found = next(device for device in again if device.id == "INV1")
    assert (found.model, found.sw_version, found.hw_version) == ("GW10K-ET", "V1.08.08", "2")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("BAT1", "Battery 1"),
        ("BAT 2", "Battery 2"),
        ("BAT0001", "Battery"),
        ("Rack", "Rack"),
        ("BAT1 north", "BAT1 north"),
    ],
)
def test_what_the_wire_calls_a_battery(told: str, shown: str) -> None:
    serial = told if told == "BAT0001" else "X1"
    known = inventory(listed(serial, DeviceType.BATTERY, name=told))
    assert list(devices(known))[-1].name == shown


def test_ids() -> None:
    assert plant_id("12") == "plant_12"
    assert pack_id("ABC", 2) == "ABC_battery_2"
    assert inverter_of("ABC_battery_2") == inverter_of("ABC") == "ABC"
