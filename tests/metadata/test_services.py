"""services.yaml, loaded by Home Assistant itself, and the actions as they are registered."""

from collections.abc import Mapping
import logging
from typing import Any

from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers.selector import validate_selector
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.setup import async_setup_component
import pytest
import voluptuous as vol

from custom_components.solar_battery_hub.vendors import VENDORS

from .files import DOMAIN, load_yaml

DESCRIBED = load_yaml("services.yaml")


@pytest.fixture
async def actions(hass: HomeAssistant) -> Mapping[str, Any]:
    """Return the actions that the integration registers."""
    assert await async_setup_component(hass, DOMAIN, {})
    return hass.services.async_services_for_domain(DOMAIN)


async def test_home_assistant_loads_them(
    hass: HomeAssistant, actions: Mapping[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    descriptions = (await async_get_all_descriptions(hass))[DOMAIN]
    assert {name: set(details["fields"]) for name, details in descriptions.items()} == {
        name: set(details["fields"]) for name, details in DESCRIBED.items()
    }
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        message for message in caplog.messages if message.startswith("We found a custom integration")
    ]


async def test_every_action_is_described(actions: Mapping[str, Any]) -> None:
    assert actions.keys() == DESCRIBED.keys()


async def test_fields_are_those_of_the_schema(actions: Mapping[str, Any]) -> None:
    schemas = {
        name: {str(marker): isinstance(marker, vol.Required) for marker in action.schema.schema}
        for name, action in actions.items()
    }
    assert schemas == {
        name: {field: details.get("required", False) for field, details in action["fields"].items()}
        for name, action in DESCRIBED.items()
    }


async def test_examples_and_defaults_are_accepted(actions: Mapping[str, Any]) -> None:
    for name, action in actions.items():
        example = {"device_id": "some"} | {
            field: details.get("example", details.get("default"))
            for field, details in DESCRIBED[name]["fields"].items()
            if field not in ("device_id", "confirm")
        }
        if "confirm" in DESCRIBED[name]["fields"]:
            example["confirm"] = True
        assert set(action.schema(example)) == set(DESCRIBED[name]["fields"])


async def test_stopping_needs_a_yes(actions: Mapping[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        actions["stop_gateway"].schema({"device_id": "some", "confirm": False})


async def test_changes_can_answer(actions: Mapping[str, Any]) -> None:
    answers = {name: action.supports_response for name, action in actions.items()}
    assert {name for name, answer in answers.items() if answer is SupportsResponse.ONLY} == {
        "get_capabilities",
        "get_energy_history",
        "get_schedule",
    }
    assert {name for name, answer in answers.items() if answer is SupportsResponse.NONE} == {"refresh"}


def test_selectors_are_known() -> None:
    for action in DESCRIBED.values():
        for details in action["fields"].values():
            validate_selector(details["selector"])


def test_only_devices_of_ours_are_offered() -> None:
    offered = {str(action["fields"]["device_id"]["selector"]) for action in DESCRIBED.values()}
    assert offered == {str({"device": {"integration": DOMAIN}})}


@pytest.mark.parametrize("selector", [{"nonsense": {}}, {"number": {"min": "low"}}, {"select": {}}])
def test_unknown_selector_is_refused(selector: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        validate_selector(selector)


def test_vendors_agree_on_shared_actions() -> None:
    """One description serves all makers that have an action of the same name."""
    fields: dict[str, set[frozenset[str]]] = {}
    for vendor in VENDORS.values():
        for action in vendor.actions:
            fields.setdefault(action.name, set()).add(frozenset(map(str, action.fields)))
    assert {name for name, ways in fields.items() if len(ways) > 1} == set()
