"""What an account is known to have (anker.md §5)."""

import copy
from dataclasses import replace
from unittest.mock import ANY

from custom_components.solar_battery_hub.vendors.anker.inventory import Inventory
from custom_components.solar_battery_hub.vendors.anker.listing import dock_of
from custom_components.solar_battery_hub.vendors.anker.model import Category, Listed, Site, SiteKind, Vehicle
from tests.vendors.tools import MemoryStore

HOME = Site(id="home", name="Home", type=12)
HUT = Site(id="hut", name="Hut", type=2, owner=False)
BANK = Listed(serial="B1", model="A17C5", name="", site="home")
OLD_BANK = Listed(serial="B0", model="A17C0", name="Old", site="home")
METER = Listed(serial="M1", model="A17X7", name="", site="home")
MICRO = Listed(serial="I1", model="A5143", name="Micro", firmware="1.0")
STATION = Listed(serial="P1", model="A1761", name="C1000")


def stocked(*chosen: str) -> Inventory:
    """Return an inventory of two sites, with a bank and a meter in the first."""
    inventory = Inventory(MemoryStore(), chosen)
    inventory.note_sites([HOME, HUT], {"home": [BANK, METER], "hut": []})
    return inventory


def test_devices_are_told_by_the_list_of_sites_and_named_by_the_list_of_devices() -> None:
    """Both belong together by serial number."""
    inventory = stocked()
    inventory.note_bound([Listed(serial="B1", model="A17C5", name="Roof", firmware="1.2")])
    bank = inventory.device("B1")
    assert bank == Listed(serial="B1", model="A17C5", name="Roof", site="home", firmware="1.2")
    assert [device.serial for device in inventory.devices_of("home")] == ["B1", "M1"]


def test_what_only_a_scene_tells_belongs_to_its_site() -> None:
    """Before 2025 the list of sites told of no devices."""
    inventory = Inventory(MemoryStore())
    inventory.note_sites([HOME], {})
    inventory.note_seen("home", [OLD_BANK])
    assert [device.serial for device in inventory.devices_of("home")] == ["B0"]
    inventory.note_seen("home", [])
    assert inventory.device("B0") is not None, "a scene that tells of nothing says nothing"


def test_devices_of_others_are_not_ones_own() -> None:
    """Nobody sets what somebody else owns."""
    inventory = Inventory(MemoryStore())
    inventory.note_sites([HUT], {"hut": [Listed(serial="B9", model="A17C1", name="", site="hut")]})
    device = inventory.device("B9")
    assert device is not None
    assert not device.owner
    assert inventory.owned() == ()


def test_an_inverter_without_a_site_gets_one_of_its_own() -> None:
    """What else has none stands for itself."""
    inventory = stocked()
    inventory.note_bound([MICRO, STATION])
    virtual = inventory.all_sites[-1]
    assert (virtual.id, inventory.kind(virtual)) == ("virtual-I1", SiteKind.VIRTUAL)
    assert [device.serial for device in inventory.devices_of(virtual.id)] == ["I1"]
    assert [device.serial for device in inventory.standalone] == ["P1"]


def test_nothing_has_no_site_before_every_site_told_what_it_has() -> None:
    """An inverter may turn up in the scene of a site that was not read yet."""
    inventory = Inventory(MemoryStore())
    inventory.note_sites([HOME, HUT], {"home": [BANK]})
    inventory.note_bound([MICRO])
    assert inventory.device("I1") is None
    inventory.note_seen("hut", [Listed(serial="I1", model="A5143", name="", site="hut")])
    found = inventory.device("I1")
    assert found is not None
    assert found.site == "hut"
    assert found.name == "Micro"


def test_what_was_found_to_have_no_site_stays_when_a_site_comes_that_tells_nothing_yet() -> None:
    """A page does not vanish for a minute because something else is new."""
    inventory = stocked()
    inventory.note_bound([MICRO])
    inventory.note_sites([HOME, HUT, Site(id="new", name="New", type=2)], {"home": [BANK], "hut": []})
    assert inventory.device("I1") is not None


def test_a_device_that_moves_into_a_site_has_no_site_of_its_own_any_more() -> None:
    """The lists say where it is now."""
    inventory = stocked()
    inventory.note_bound([MICRO])
    inventory.note_sites([HOME, HUT], {"home": [BANK, Listed(serial="I1", model="A5143", name="")], "hut": []})
    assert [site.id for site in inventory.all_sites] == ["home", "hut"]
    found = inventory.device("I1")
    assert found is not None
    assert found.site == "home"


def test_a_device_that_moves_to_another_site_is_there_only() -> None:
    """Also when the one it left has nothing any more, and when that one is gone and yet spared."""
    inventory = Inventory(MemoryStore())
    inventory.note_sites([HOME, HUT], {"home": [BANK], "hut": []})
    inventory.note_seen("home", [BANK])
    inventory.note_sites([HOME, HUT], {"home": [], "hut": [replace(BANK, site="hut")]})
    inventory.note_seen("home", [])
    assert [device.site for device in inventory.listed] == ["hut"]
    inventory.note_sites([HOME], {"home": [BANK]}, spared={"hut"})
    assert [device.site for device in inventory.listed] == ["home"]


def test_sites_and_devices_go_with_the_lists() -> None:
    """What is not listed any more is not there."""
    inventory = stocked()
    inventory.note_sites([HOME], {"home": [METER]})
    assert [site.id for site in inventory.sites] == ["home"]
    assert inventory.device("B1") is None


def test_what_is_spared_stays() -> None:
    """A list that leaves something out may be wrong; what it does tell counts."""
    inventory = stocked()
    inventory.note_bound([MICRO, STATION])
    inventory.note_vehicles([Vehicle(id="v1", name="Zoe", model=None), Vehicle(id="v2", name="Ami", model=None)])
    inventory.note_seen("home", [OLD_BANK])
    before = inventory.all_listed
    inventory.note_sites([replace(HUT, name="Shed")], {"hut": []}, spared={"home"})
    inventory.note_bound([MICRO], spared={"P1"})
    inventory.note_vehicles([Vehicle(id="v2", name="Ami", model="Citroën Ami")], spared={"v1"})
    assert {site.id: site.name for site in inventory.sites} == {"hut": "Shed", "home": "Home", "virtual-I1": ANY}
    assert set(inventory.all_listed) == set(before)
    assert {vehicle.id: vehicle.model for vehicle in inventory.vehicles} == {"v1": None, "v2": "Citroën Ami"}


def test_only_chosen_sites_are_read() -> None:
    """All are known, for whoever wants to choose."""
    inventory = stocked("hut")
    assert [site.id for site in inventory.sites] == ["hut"]
    assert [site.id for site in inventory.all_sites] == ["home", "hut"]
    assert inventory.device("B1") is None
    assert inventory.listed == ()
    assert len(inventory.all_listed) == 2


def test_devices_are_found_by_what_they_are() -> None:
    """Solarbanks by their generation, too."""
    inventory = stocked()
    inventory.note_seen("home", [OLD_BANK])
    assert [device.serial for device in inventory.of("home", Category.METER)] == ["M1"]
    assert [device.serial for device in inventory.solarbanks("home")] == ["B0", "B1"]
    assert [device.serial for device in inventory.solarbanks("home", at_least=2)] == ["B1"]
    assert [device.serial for device in inventory.solarbanks("home", at_most=1)] == ["B0"]


def test_the_site_of_anything_is_found_by_device_ids() -> None:
    """Of itself, and of what is in it."""
    inventory = stocked()
    assert inventory.site_of("site_home") == inventory.site_of("B1") == HOME
    assert inventory.site_of("B2") is None


def test_a_restart_changes_nothing() -> None:
    """What is on the disk says it all."""
    store = MemoryStore()
    inventory = Inventory(store)
    inventory.note_sites([HOME, HUT], {"home": [BANK], "hut": []})
    inventory.note_seen("home", [OLD_BANK])
    inventory.note_bound([MICRO, STATION])
    inventory.note_vehicles([Vehicle(id="v1", name="Zoe", model="Renault Zoe")])
    inventory.note_currency("home", "€")
    inventory.traits("home")["mode"] = 7
    inventory.keep()
    again = Inventory(MemoryStore(shared=copy.deepcopy(store.saved["shared"])))
    assert again.all_sites == inventory.all_sites
    assert again.all_listed == inventory.all_listed
    assert again.vehicles == inventory.vehicles
    assert again.traits("home") == {"mode": 7}


def test_what_was_learned_of_a_site_outlives_its_list() -> None:
    """The list does not tell the sign of its money."""
    inventory = stocked()
    inventory.note_currency("home", "£")
    inventory.note_sites([HOME, HUT], {"home": [BANK], "hut": []})
    home = inventory.site("home")
    assert home is not None
    assert home.currency == "£"


def test_nothing_is_written_where_nothing_changed() -> None:
    """The disk is not for saying the same again."""
    store = MemoryStore()
    inventory = Inventory(store)
    inventory.note_sites([HOME], {"home": [BANK]})
    before = store.shared["inventory"]
    inventory.note_sites([HOME], {"home": [BANK]})
    inventory.note_seen("home", [BANK])
    inventory.keep()
    assert store.shared["inventory"] is not before, "the scene was heard of for the first time"
    before = store.shared["inventory"]
    inventory.note_seen("home", [BANK])
    inventory.note_sites([HOME], {"home": [BANK]})
    assert store.shared["inventory"] is before


def test_a_dock_that_only_the_limits_tell_of_stays() -> None:
    """Neither lists nor scenes need to name it; a restart forgets nothing."""
    store = MemoryStore()
    inventory = Inventory(store)
    inventory.note_sites([HOME], {"home": [BANK]})
    limit = {"ae100_info": {"device_pn": "AE100", "device_sn": "D1", "device_name": "Dock"}}
    inventory.note_dock("home", dock_of(limit, "home"))
    inventory.note_dock("home", dock_of({"ae100_info": None}, "home"))
    inventory.note_seen("home", [BANK])
    for known in (inventory, Inventory(store)):
        (dock,) = known.of("home", Category.COMBINER_BOX)
        assert (dock.serial, dock.name, dock.site) == ("D1", "Dock", "home")


def test_a_trait_that_is_changed_in_place_is_kept_as_well() -> None:
    store = MemoryStore()
    inventory = Inventory(store)
    inventory.traits("home")["totals"] = ["solar_energy_total"]
    inventory.keep()
    inventory.traits("home")["totals"].append("savings_total")
    inventory.keep()
    assert Inventory(MemoryStore(shared=store.saved["shared"])).traits("home") == {
        "totals": ["solar_energy_total", "savings_total"]
    }
