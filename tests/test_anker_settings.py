"""Settings of an Anker account in Home Assistant: who is told what of a change, and what can be changed where."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.bad_days.anker_tools import bank, site
from tests.bad_days.writing import act, give, told
from tests.conftest import StartAnker
from tests.hub import Hub
from tests.simulators.anker.server import AnkerSimulator

pytestmark = pytest.mark.usefixtures("noon")

ALL_DAY = {"start_month": 1, "end_month": 12, "weekday": [{"start": 0, "end": 24, "tariff": "peak", "price": 0.3}]}


async def added(hub: Hub, start_anker: StartAnker, profile: str) -> AnkerSimulator:
    """Add an account of which everything was read."""
    server = await start_anker(profile)
    await hub.add_anker(server)
    await hub.advance(700, step=20)
    return server


async def told_later(hub: Hub, device: str) -> str:
    """Return what *Settings* of a device told last, after everything was read again."""
    await hub.advance(700, step=20)
    return told(hub, device)


async def test_output_of_one_of_two_is_no_change_elsewhere(hub: Hub, start_anker: StartAnker) -> None:
    """Both have one plan, which is the site's (anker.md §9.2): what it says is shown at once, and is no news."""
    server = await added(hub, start_anker, "solarbank1_dual")
    before = hub.state(f"{site(server)}_output_preset", "number").state
    await give(hub, f"{bank(server)}_output_preset", 200)
    assert (before, hub.state(f"{site(server)}_output_preset", "number").state) == ("300.0", "350.0")
    assert await told_later(hub, bank(server)) == "confirmed"
    assert told(hub, site(server)) == "None"


async def test_plan_of_the_site_is_no_change_elsewhere_of_its_parts(hub: Hub, start_anker: StartAnker) -> None:
    server = await added(hub, start_anker, "solarbank1_dual")
    await give(hub, f"{site(server)}_output_preset", 400)
    assert hub.state(f"{bank(server)}_output_preset", "number").state == "200.0"
    assert await told_later(hub, bank(server)) == "None"


@pytest.mark.parametrize(
    ("action", "fields", "setting", "after"),
    [
        ("set_price_provider", {"country": "DE", "company": "Nordpool", "area": "GER"}, "tariff", "dynamic"),
        ("set_use_time_plan", {"seasons": []}, "operating_mode", "self_consumption"),
    ],
)
async def test_what_an_action_changes_is_no_change_elsewhere(
    hub: Hub, start_anker: StartAnker, action: str, fields: Mapping[str, Any], setting: str, after: str
) -> None:
    server = await added(hub, start_anker, "solarbank2_ac")
    before = hub.state(f"{site(server)}_{setting}", "select").state
    assert (await act(hub, action, site(server), **fields))["outcome"] == "confirmed"
    assert await told_later(hub, site(server)) == "None"
    assert before != hub.state(f"{site(server)}_{setting}", "select").state == after


async def test_what_somebody_else_changes_after_an_action_is_told(hub: Hub, start_anker: StartAnker) -> None:
    server = await added(hub, start_anker, "solarbank2_ac")
    await act(hub, "set_use_time_plan", site(server), seasons=[ALL_DAY])
    await hub.advance(60, step=20)
    server.actions["set_param"](mode_type=3)
    assert await told_later(hub, site(server)) == "changed_elsewhere"


async def test_capabilities_are_those_of_the_nearest_that_has_them(hub: Hub, start_anker: StartAnker) -> None:
    """A part has an output of its own; what only the system can set is told for the part as well."""
    server = await added(hub, start_anker, "solarbank1_dual")
    own = (await hub.act("get_capabilities", bank(server)))["settings"]
    whole = (await hub.act("get_capabilities", site(server)))["settings"]
    assert [(found["output_preset"]["minimum"], found["output_preset"]["maximum"]) for found in (own, whole)] == [
        (50, 800),
        (100, 1600),
    ]
    assert own["charge_schedule"] == whole["charge_schedule"]


@pytest.mark.parametrize(
    ("profile", "setting", "of_part"), [("solarbank2_ac", "grid_export", True), ("solarbank3", "grid_export", False)]
)
async def test_a_switch_that_is_there_is_a_capability(
    hub: Hub, start_anker: StartAnker, profile: str, setting: str, of_part: bool
) -> None:
    """It belongs to the solarbank or to the whole station (anker.md §7.11)."""
    server = await added(hub, start_anker, profile)
    assert (hub.has(f"{bank(server)}_{setting}", "switch"), hub.has(f"{site(server)}_{setting}", "switch")) == (
        of_part,
        not of_part,
    )
    assert (await hub.act("get_capabilities", bank(server)))["settings"][setting]["writable"] is True
