"""From what devices said to a snapshot: times, silence and devices (growatt.md 0.2, E)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import Gone, Ref
from custom_components.solar_battery_hub.vendors.growatt.devices import DeviceList
from custom_components.solar_battery_hub.vendors.growatt.fields import Part
from custom_components.solar_battery_hub.vendors.growatt.inventory import Inventory
from custom_components.solar_battery_hub.vendors.growatt.model import Family, Listed, Plant
from custom_components.solar_battery_hub.vendors.growatt.readings import Readings
from custom_components.solar_battery_hub.vendors.growatt.reports import Report, Reporter
from tests.vendors.tools import NOON, HandClock, MemoryStore

FIRST = Listed(serial="A", family=Family.MIN, word="7", plant="7")
SECOND = Listed(serial="B", family=Family.MIN, word="7", plant="7")


@pytest.fixture
def reporter() -> Reporter:
    """Know a plant an hour ahead of UTC with two devices."""
    store = MemoryStore()
    inventory = Inventory(store)
    inventory.note_plants([Plant(id="7", name="Roof", offset=1)])
    inventory.note_listed("7", [FIRST, SECOND])
    return Reporter(inventory, DeviceList("the-account", inventory), Readings(store))


def bean(at: datetime, **more: Any) -> dict[str, Any]:
    """Return what a device uploaded at a moment of UTC, on its own clock."""
    return {
        "time": f"{at + timedelta(hours=1):%Y-%m-%d %H:%M:%S}",
        "ppv": 1500.0,
        "eacTotal": 9.5,
        "lost": False,
    } | more


def test_a_snapshot_is_as_old_as_the_latest_upload(reporter: Reporter) -> None:
    report = Report(reporter, NOON)
    early, late = NOON - timedelta(minutes=4), NOON - timedelta(minutes=1)
    report.live(FIRST, Part.LIVE, bean(early))
    report.live(SECOND, Part.LIVE, bean(late))
    snapshot = report.snapshot()
    assert snapshot.measured_at == late
    assert snapshot.times[Ref("A", "solar_power")] == early
    assert Ref("B", "solar_power") not in snapshot.times
    assert [device.id for device in snapshot.devices or ()] == ["the-account", "plant_7", "A", "B"]


def test_without_an_upload_it_is_as_old_as_the_question(reporter: Reporter) -> None:
    report = Report(reporter, NOON)
    report.put({Ref("A", "output_limit"): 100.0})
    assert report.snapshot().measured_at == NOON
    assert report.snapshot().times == {}


def test_settings_are_as_of_now(reporter: Reporter) -> None:
    report = Report(reporter, NOON)
    report.live(FIRST, Part.LIVE, bean(NOON - timedelta(minutes=4)))
    report.put({Ref("A", "output_limit"): 100.0})
    assert report.snapshot().times[Ref("A", "output_limit")] == NOON


def heard(reporter: Reporter, clock: HandClock, uploaded: datetime) -> Any:
    report = Report(reporter, clock.now())
    report.live(FIRST, Part.LIVE, bean(uploaded))
    return report.snapshot().values


def test_the_same_upload_for_half_an_hour_is_silence(reporter: Reporter) -> None:
    clock = HandClock()
    for _ in range(6):
        assert heard(reporter, clock, NOON)[Ref("A", "solar_power")] == 1500
        clock.pass_time(minutes=5)
    values = heard(reporter, clock, NOON)
    assert values[Ref("A", "solar_power")] is Gone.GONE
    assert values[Ref("A", "reachable")] is False
    assert values[Ref("A", "output_energy_total")] == 9.5
    assert heard(reporter, clock, clock.now())[Ref("A", "solar_power")] == 1500


def test_a_clock_that_is_wrong_is_no_silence(reporter: Reporter) -> None:
    clock = HandClock()
    for _ in range(10):
        values = heard(reporter, clock, clock.now() - timedelta(hours=3))
        assert values[Ref("A", "solar_power")] == 1500
        clock.pass_time(minutes=5)


def test_silence_is_each_devices_own(reporter: Reporter) -> None:
    heard(reporter, HandClock(), NOON)
    later = HandClock(NOON + timedelta(minutes=31))
    report = Report(reporter, later.now())
    report.live(FIRST, Part.LIVE, bean(NOON))
    report.live(SECOND, Part.LIVE, bean(later.now()))
    values = report.snapshot().values
    assert values[Ref("A", "solar_power")] is Gone.GONE
    assert values[Ref("B", "solar_power")] == 1500


def test_a_clock_put_back_starts_anew(reporter: Reporter) -> None:
    heard(reporter, HandClock(), NOON)
    back = HandClock(NOON - timedelta(hours=5))
    assert heard(reporter, back, NOON - timedelta(hours=5, minutes=2))[Ref("A", "solar_power")] == 1500


def test_an_inventory_outlives_a_restart() -> None:
    store = MemoryStore()
    inventory = Inventory(store)
    plant = Plant(id="7", name="Roof", offset=5.5, rated_power=4600.0, currency="€")
    other = Listed(serial="W", family=Family.OTHER, word="3", plant="7", bean={"status": 1})
    inventory.note_plants([plant])
    inventory.note_listed("7", [Listed(serial="A", family=Family.MIN, word="7", plant="7", bean={"status": 1}), other])
    again = Inventory(MemoryStore(**store.saved))
    assert again.plants == (plant,)
    assert again.listed == (FIRST, other)  # only what has no calls of its own keeps what the list says
    assert (again.device("A"), again.device("X"), again.offset(FIRST)) == (FIRST, None, 5.5)


def test_what_a_list_of_plants_leaves_out_stays() -> None:
    inventory = Inventory(MemoryStore())
    inventory.note_plants([Plant(id="7", name="Roof", offset=1, rated_power=4600.0)])
    inventory.note_plants([Plant(id="7", name="House"), Plant(id="8", name="Barn")])
    assert inventory.plants == (Plant(id="7", name="House", offset=1, rated_power=4600.0), Plant(id="8", name="Barn"))
    assert inventory.is_told("8") is False
