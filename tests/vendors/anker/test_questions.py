"""Which questions about energies fit a site (anker.md §14)."""

from collections.abc import Sequence

import pytest

from custom_components.solar_battery_hub.vendors.anker.inventory import Inventory
from custom_components.solar_battery_hub.vendors.anker.model import Listed, Site
from custom_components.solar_battery_hub.vendors.anker.questions import Question, questions
from tests.vendors.tools import MemoryStore

SOLAR = "solar_production"
INPUTS = [f"{SOLAR}_pv{number}" for number in (1, 2, 3, 4)]


def asked(site_type: int, models: Sequence[str]) -> list[str]:
    """Return the questions about a site with these devices, those about one device with its place."""
    inventory = Inventory(MemoryStore())
    site = Site(id="home", name="Home", type=site_type)
    devices = [Listed(serial=str(place), model=model, name="") for place, model in enumerate(models)]
    inventory.note_sites([site], {"home": devices})
    return [f"{question.name} {question.serial}".strip() for question in questions(inventory, site)]


@pytest.mark.parametrize(
    ("site_type", "models", "expected"),
    [
        (2, ["A17C0"], ["solarbank", SOLAR]),
        (2, ["A17C0", "A17C0", "A5143"], ["solarbank", SOLAR]),
        (5, ["A17C1"], ["solarbank", "home_usage", SOLAR, *INPUTS]),
        (10, ["A17C3"], ["solarbank", "home_usage", SOLAR, *INPUTS[:2]]),
        (11, ["A17C2"], ["solarbank", "home_usage", SOLAR, *INPUTS[:2], f"{SOLAR}_microinverter"]),
        (12, ["A17C5", "A17X7"], ["solarbank", "home_usage", "grid", SOLAR, *INPUTS]),
        (5, ["A17C1", "A17C0", "A17C0"], ["solarbank", "home_usage", SOLAR, *INPUTS]),
        (
            12,
            ["A17C5", "A17C5", "A17C5", "A17X7"],
            ["solarbank", "home_usage", "grid", SOLAR, f"{SOLAR} 0", f"{SOLAR} 1", f"{SOLAR} 2"],
        ),
        (12, ["A17C5", "A5191"], ["solarbank", "home_usage", SOLAR, *INPUTS, "ev_charger"]),
        (5, ["A17X7"], ["home_usage", "grid"]),
        (5, ["A17X8"], ["home_usage"]),
        (13, ["A1782"], ["home_usage", "pps"]),
        (13, ["A1782", "A1782"], ["home_usage", "pps", "home_usage 0", "pps 0", "home_usage 1", "pps 1"]),
        (4, ["A17B1"], ["panel_hes", "panel_home", "panel_grid", "panel_solar"]),
        (9, ["A5103"], ["hes_hes", "hes_home", "hes_grid", "hes_solar"]),
        (5, [], []),
    ],
)
def test_questions_fit_what_a_site_has(site_type: int, models: list[str], expected: list[str]) -> None:
    """In the order of the document; all about the site before those about one device."""
    assert asked(site_type, models) == expected


def test_an_inverter_that_stands_for_itself_is_asked_alone() -> None:
    """By its serial number."""
    inventory = Inventory(MemoryStore())
    inventory.note_bound([Listed(serial="I1", model="A5143", name="")])
    (site,) = inventory.sites
    assert questions(inventory, site) == (Question(site.id, "pv", "I1"),)


def test_a_home_energy_system_with_a_charger_tells_of_it() -> None:
    """Once it said that it has one (§6.6)."""
    inventory = Inventory(MemoryStore())
    site = Site(id="home", name="Home", type=9)
    inventory.note_sites([site], {"home": [Listed(serial="H1", model="A5103", name="")]})
    inventory.traits("home")["charger"] = True
    assert questions(inventory, site)[-1].source == "evCharger"
