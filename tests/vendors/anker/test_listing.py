"""Lists of the wire (anker.md §5, §6.6, §7)."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.vendors.anker import listing
from custom_components.solar_battery_hub.vendors.anker.model import Bean, Listed, Site, Vehicle


@pytest.mark.parametrize(("told", "owner"), [(0, True), (1, True), ("1", True), (2, False), (None, True)])
def test_a_site_is_ones_own_or_somebody_elses(told: Any, owner: bool) -> None:
    """``ms_type`` 2 only looks on (§5)."""
    (site,) = listing.sites_in([{"site_id": "s1", "site_name": "Home", "power_site_type": 12, "ms_type": told}])
    assert site == Site(id="s1", name="Home", type=12, owner=owner)


def test_a_site_may_tell_little() -> None:
    """Models may be null, and so may anything but the id."""
    found = listing.sites_in([{"site_id": "s1", "current_site_device_models": None}, {"site_name": "No id"}, {}])
    assert found == [Site(id="s1", name="s1")]


def test_models_of_a_site_are_kept() -> None:
    """By their product codes."""
    (site,) = listing.sites_in([{"site_id": "s1", "current_site_device_models": ["A17C5", None, "A17X7"]}])
    assert site.models == ("A17C5", "A17X7")


def test_a_site_without_a_list_of_devices_is_left_out() -> None:
    """Nothing told is something else than none (§7.1)."""
    rows = [{"device_sn": "B1", "device_model": "A17C5", "device_name": ""}, {"device_sn": ""}]
    beans: list[Bean] = [
        {"site_id": "s1", "site_device_list": rows},
        {"site_id": "s2"},
        {"site_id": "s3", "site_device_list": []},
    ]
    assert listing.devices_by_site(beans) == {"s1": [Listed(serial="B1", model="A17C5", name="", site="s1")], "s3": []}


def test_a_scene_tells_of_all_kinds_of_devices() -> None:
    """Each in a list of its own; who tells no model is what the list is about (§7.2)."""
    scene = {
        "solarbank_info": {"solarbank_list": [{"device_pn": "A17C0", "device_sn": "B1", "device_name": "Bank"}]},
        "grid_info": {"grid_list": [{"device_pn": "SHEMP3", "device_sn": "M1", "device_name": "Meter"}]},
        "smart_plug_info": {"smartplug_list": [{"device_sn": "G1", "device_name": "Fridge"}]},
        "solar_list": [{"device_sn": "I1", "device_name": "Micro"}],
        "powerpanel_list": [],
        "charging_pile_info": {"charging_pile_list": [{"device_sn": "C1"}]},
        "combiner_box_info": {"combiner_box_list": [{"device_sn": "D1", "device_pn": "AE100"}]},
        "solarbank_pps_info": None,
        "pps_info": {"pps_list": None},
    }
    found = {device.serial: (device.model, device.name) for device in listing.scene_devices(scene, "s1")}
    assert found == {
        "B1": ("A17C0", "Bank"),
        "D1": ("AE100", ""),
        "C1": ("A5191", ""),
        "M1": ("SHEMP3", "Meter"),
        "G1": ("A17X8", "Fridge"),
        "I1": ("A5143", "Micro"),
    }


def test_bound_devices_have_the_name_their_owner_gave_them() -> None:
    """The alias wins, the version goes without its letter."""
    row = {
        "device_sn": "B1",
        "product_code": "A17C1",
        "device_name": "Solarbank 2 E1600 Pro",
        "alias_name": "Roof",
        "device_sw_version": "v1.0.5.4",
        "ms_device_type": 1,
    }
    shared = {"device_sn": "B2", "product_code": "A17C1", "device_name": "Bank", "alias_name": "", "ms_device_type": 2}
    assert listing.bound_devices([row, shared, {}]) == [
        Listed(serial="B1", model="A17C1", name="Roof", firmware="1.0.5.4"),
        Listed(serial="B2", model="A17C1", name="Bank", owner=False),
    ]


def test_a_home_energy_system_tells_one_unit_several_times() -> None:
    """Battery modules hang on their main unit (§6.6)."""
    bean = {
        "ats": {"sn": "T1", "pn": "A5341"},
        "results": [
            {
                "sn": "H1",
                "pn": "A5103",
                "aliasName": "X1",
                "subDevInfo": [
                    {"sn": "H1", "pn": "A5103", "type": "pcs"},
                    {"sn": "H1", "pn": "A5103", "type": "ems"},
                    {"sn": "K1", "pn": "A5220", "type": "pack"},
                    {"sn": "K1", "pn": "A5220", "type": "pack"},
                    {"sn": "", "pn": "A5220", "type": "pack"},
                ],
            },
            {"pn": "A5103"},
        ],
    }
    assert listing.hes_devices(bean, "s1") == [
        Listed(serial="H1", model="A5103", name="X1", site="s1"),
        Listed(serial="K1", model="A5220", name="", site="s1", main="H1"),
        Listed(serial="T1", model="A5341", name="", site="s1"),
    ]


def test_a_system_that_has_none_tells_of_none() -> None:
    """As recorded of sites that are no home energy system."""
    assert listing.hes_devices({"ats": None, "results": None}, "s1") == []


def test_cars_are_what_brand_and_model_say() -> None:
    """As far as they do."""
    beans: list[Bean] = [
        {"vehicle_id": "v1", "vehicle_name": "Zoe", "brand": "Renault", "model": "Zoe"},
        {"vehicle_id": "v2", "vehicle_name": "", "brand": "", "model": None},
        {"vehicle_name": "No id"},
    ]
    expected = [Vehicle(id="v1", name="Zoe", model="Renault Zoe"), Vehicle(id="v2", name="v2")]
    assert listing.vehicles_in(beans) == expected


@pytest.mark.parametrize(
    ("told", "version"), [("v1.0.5", "1.0.5"), ("V1.0.0", "1.0.0"), ("2.0", "2.0"), ("", None), (None, None)]
)
def test_versions_go_without_their_letter(told: Any, version: str | None) -> None:
    """As the app shows them."""
    assert listing.version(told) == version
