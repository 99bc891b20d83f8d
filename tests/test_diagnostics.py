"""Diagnostics: nothing private in them, and a bug report can be replayed."""

from dataclasses import replace
import json
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.core.errors import HubError
from custom_components.solar_battery_hub.diagnostics import TEXT_LIMIT
from tests.conftest import StartPowerwall
from tests.hub import Hub
from tests.replay import replay
from tests.simulators.powerwall import PowerwallSimulator


@pytest.fixture
async def gateway(hub: Hub, start_powerwall: StartPowerwall) -> PowerwallSimulator:
    """Add a gateway with two batteries."""
    gateway = await start_powerwall("gw2-23.44", batteries=2)
    await hub.add_powerwall(gateway)
    await hub.advance(60)
    return gateway


async def report_of(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> dict[str, Any]:
    assert await async_setup_component(hass, "diagnostics", {})
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    report: dict[str, Any] = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    return report


def spoil_last(entry: ConfigEntry, body: bytes) -> None:
    """Let the last answer in the trace have been this body."""
    trace = entry.runtime_data.door.trace
    trace[-1] = replace(trace[-1], body=body)


async def test_nothing_private(hub: Hub, gateway: PowerwallSimulator, hass_client: ClientSessionGenerator) -> None:
    """Neither credentials nor numbers nor names nor addresses."""
    text = json.dumps(await report_of(hub.hass, hass_client))
    serials = [battery.serial for battery in gateway.house.truth().batteries]
    private = [
        gateway.password,
        gateway.din,
        gateway.din.rpartition("--")[2],
        gateway.fingerprint,
        *gateway.sessions.issued,
        *serials,
        str(gateway.port),
        "Simulated Home",
    ]
    assert [secret for secret in private if secret in text] == []
    assert "meters/aggregates" in text


@pytest.mark.parametrize("start", ['{"site_name": "CANARY', ' [{"site_name": "CANARY', '\ufeff{"token":"CANARY'])
async def test_broken_json_is_kept_back(
    hub: Hub, gateway: PowerwallSimulator, hass_client: ClientSessionGenerator, start: str
) -> None:
    """Of a body that was cut nobody knows what is private in it."""
    (entry,) = hub.hass.config_entries.async_entries(DOMAIN)
    spoil_last(entry, start.encode())
    report = await report_of(hub.hass, hass_client)
    assert "CANARY" not in json.dumps(report)
    assert report["exchanges"][-1]["body"] == f"<{len(start.encode())} bytes of broken JSON>"


async def test_secret_at_the_cut_of_a_text(
    hub: Hub, gateway: PowerwallSimulator, hass_client: ClientSessionGenerator
) -> None:
    """What is private goes before the text is cut, or half of it would stay."""
    (entry,) = hub.hass.config_entries.async_entries(DOMAIN)
    spoil_last(entry, b"<p>" + b"." * (TEXT_LIMIT - 3 - len(gateway.din) // 2) + gateway.din.encode())
    report = await report_of(hub.hass, hass_client)
    assert gateway.din[: len(gateway.din) // 2] not in json.dumps(report["exchanges"])
    assert len(report["exchanges"][-1]["body"]) <= TEXT_LIMIT


async def test_report_of_an_entry_that_does_not_run(
    hub: Hub, gateway: PowerwallSimulator, hass_client: ClientSessionGenerator
) -> None:
    """Its settings and its state, nothing private in them."""
    (entry,) = hub.hass.config_entries.async_entries(DOMAIN)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    report = await report_of(hub.hass, hass_client)
    assert report.keys() == {"settings", "state"}
    assert report["state"] == "not_loaded"
    assert report["settings"].keys() == entry.data.keys()
    assert report["settings"]["username"] == "customer"
    private = [gateway.password, gateway.din, gateway.fingerprint, str(gateway.port)]
    assert [secret for secret in private if secret in json.dumps(report)] == []


async def test_report_can_be_replayed(
    hub: Hub, gateway: PowerwallSimulator, hass_client: ClientSessionGenerator
) -> None:
    """The real client reads from the report what it read from the gateway."""
    report = await report_of(hub.hass, hass_client)
    results = await replay(report)
    assert not [result for result in results.values() if isinstance(result, HubError)]
    replayed = {
        name: value for values in results.values() if isinstance(values, dict) for name, value in values.items()
    }
    identity = report["settings"]["identity"]
    for key in ("grid_power", "solar_power", "battery_power", "home_power", "battery_energy"):
        shown = float(hub.state(f"{gateway.din}_{key}").state)
        assert replayed[f"{identity}/{key}"] == pytest.approx(shown, abs=0.51), "states are rounded to whole watts"
    levels = [value for name, value in replayed.items() if name.endswith("/battery_level")]
    assert len(levels) == 3, "gateway and two batteries"


async def test_device_report_has_its_own_readings_only(
    hub: Hub, gateway: PowerwallSimulator, hass_client: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hub.hass, "diagnostics", {})
    (entry,) = hub.hass.config_entries.async_entries(DOMAIN)
    serial = gateway.house.truth().batteries[0].serial
    device = dr.async_get(hub.hass).async_get(hub.device_id(serial))
    assert isinstance(device, dr.DeviceEntry)
    report: dict[str, Any] = await get_diagnostics_for_device(hub.hass, hass_client, entry, device)
    keys = {reading["key"] for reading in report["readings"]}
    assert "battery_voltage" in keys
    assert "grid_power" not in keys
    assert len({reading["id"] for reading in report["readings"]}) == 1
