"""Looks into the forms of dialogs."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from custom_components.solar_battery_hub.const import DOMAIN

UNSAFE_URLS = [
    "http://example.org",
    "ftp://example.org",
    "example.org",
    "",
    "https://",
    "https://user@example.org",
    "http://[::",
]


def fields(flow: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a form with their selectors, by name."""
    return {str(field): kind for field, kind in flow["data_schema"].schema.items()}


def suggestions(flow: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form is filled with when it appears, sections included."""
    assert flow["data_schema"] is not None
    return _filled(flow["data_schema"].schema)


def _filled(schema: Mapping[Any, Any]) -> dict[str, Any]:
    found = {str(field): (field.description or {}).get("suggested_value") for field in schema}
    found |= {str(field): _filled(kind.schema.schema) for field, kind in schema.items() if hasattr(kind, "schema")}
    return {name: value for name, value in found.items() if value not in (None, {})}


def device_ids(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return our ids of an entry's devices."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {text for device in devices for domain, text in device.identifiers if domain == DOMAIN}
