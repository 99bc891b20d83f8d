"""Icons: for what has none of its own, and only such that exist."""

from collections.abc import Iterator, Mapping
from functools import cache
import json
from pathlib import Path
import re
from typing import Any

import hass_frontend
from homeassistant.components.sensor import SensorDeviceClass
import pytest

from custom_components.solar_battery_hub.binary_sensor import DEVICE_CLASSES
from custom_components.solar_battery_hub.core.catalogue import CATALOGUE, STREAMS
from custom_components.solar_battery_hub.entity import is_flag, is_sensor
from custom_components.solar_battery_hub.sensor import LOOKS, Look

from . import expected
from .files import flatten, load_json, load_yaml

ICONS = load_json("icons.json")
WITHOUT_ICON = (None, SensorDeviceClass.ENUM)
"""The device classes of a sensor that bring no icon."""

TOLD_BY_ICON = ("sensor.operating_mode", "sensor.grid_status", "sensor.update_status", "select.operating_mode")


@cache
def known_icons() -> frozenset[str]:
    """Return the icons that Home Assistant's frontend brings."""
    listed = Path(hass_frontend.where()) / "static" / "mdi" / "iconList.json"
    return frozenset(f"mdi:{icon['name']}" for icon in json.loads(listed.read_text(encoding="utf-8")))


def problems(icons: Mapping[str, Any]) -> Iterator[str]:
    """Yield icons that do not exist and levels that do not ascend."""
    for path, icon in flatten(icons):
        if icon not in known_icons():
            yield f"{path}: {icon}"
    for platform, entities in icons.get("entity", {}).items():
        for key, entity in entities.items():
            levels = [float(level) for level in entity.get("range", {})]
            if levels != sorted(levels):
                yield f"entity.{platform}.{key}: range"


def bare_entities() -> set[str]:
    """Return the entities, as ``platform.key``, whose device class brings no icon."""
    sensors = {
        f"sensor.{key}"
        for key, definition in CATALOGUE.items()
        if is_sensor(definition) and LOOKS.get(definition.quantity, Look()).device_class in WITHOUT_ICON
    }
    scheduled = {".".join(path.split(".")[1:3]) for path in expected.schedules()}
    flags = {f"binary_sensor.{key}" for key, it in CATALOGUE.items() if is_flag(it) and key not in DEVICE_CLASSES}
    return sensors | flags | {f"event.{stream}" for stream in STREAMS} | expected.controls().keys() | scheduled


def with_icon() -> dict[str, Any]:
    """Return the entities that have an icon."""
    return {f"{platform}.{key}": icon for platform, found in ICONS["entity"].items() for key, icon in found.items()}


def test_exactly_what_has_no_icon_gets_one() -> None:
    assert with_icon().keys() == bare_entities()
    assert [entity for entity, icon in with_icon().items() if "default" not in icon] == []


def test_every_action_has_an_icon() -> None:
    assert ICONS["services"].keys() == load_yaml("services.yaml").keys()
    assert {tuple(icon) for icon in ICONS["services"].values()} == {("service",)}


def test_states_with_icons_exist() -> None:
    known = {path for path in expected.entities() if ".state." in path}
    switches = [entity for entity in expected.controls() if entity.startswith("switch.")]
    known |= {f"entity.{entity}.state.{state}" for entity in switches for state in ("on", "off")}
    states = {
        f"entity.{entity}.state.{state}" for entity, icon in with_icon().items() for state in icon.get("state", ())
    }
    assert sorted(states - known) == []


@pytest.mark.parametrize("entity", TOLD_BY_ICON)
def test_states_are_told_by_icon(entity: str) -> None:
    assert len(set(with_icon()[entity]["state"].values())) >= 3


def test_icons_are_fine() -> None:
    assert list(problems(ICONS)) == []
    assert ICONS.keys() == {"entity", "services"}


def test_there_are_icons_to_compare_with() -> None:
    assert len(known_icons()) > 5000
    assert all(re.fullmatch(r"mdi:[a-z0-9-]+", icon) for icon in known_icons())


@pytest.mark.parametrize("icon", ["mdi:no-such-thing", "home", "hass:home", "mdi:Home"])
def test_unknown_icon_is_found(icon: str) -> None:
    assert list(problems({"services": {"refresh": {"service": icon}}})) == [f"services.refresh.service: {icon}"]


def test_range_that_does_not_ascend_is_found() -> None:
    icon = {"default": "mdi:home", "range": {"0": "mdi:home", "100": "mdi:home", "20": "mdi:home"}}
    assert list(problems({"entity": {"sensor": {"some": icon}}})) == ["entity.sensor.some: range"]
