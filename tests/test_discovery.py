"""Discovery in the network: new gateways are offered, known ones followed, all else is left alone."""

import json
from typing import Any

from homeassistant.config_entries import SOURCE_DHCP, SOURCE_IGNORE, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.stores import async_open_account_store
from custom_components.solar_battery_hub.vendors.powerwall import VENDOR
from tests.conftest import StartPowerwall
from tests.hub import Hub
from tests.simulators.powerwall import PowerwallSimulator

MAC = "aabbccddeeff"
ELSEWHERE = "192.0.2.7"


@pytest.fixture
async def gateway(start_powerwall: StartPowerwall) -> PowerwallSimulator:
    return await start_powerwall("gw2-24.44")


async def discover(hass: HomeAssistant, hostname: str, ip: str = ELSEWHERE) -> Any:
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_DHCP}, data=DhcpServiceInfo(ip=ip, hostname=hostname, macaddress=MAC)
    )


async def test_new_gateway_is_offered(hub: Hub) -> None:
    """The address is filled in; nothing was sent to it yet."""
    flow = await discover(hub.hass, "1232100-00-e--tg1234567890")
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "powerwall")
    host = next(marker for marker in flow["data_schema"].schema if marker == "host")
    assert host.description == {"suggested_value": ELSEWHERE}


async def test_gateway_that_moved_is_followed(hub: Hub, gateway: PowerwallSimulator) -> None:
    """The host name of a gateway is its number; its new address is taken over."""
    entry = await hub.add_powerwall(gateway)
    hub.hass.config_entries.async_update_entry(entry, data={**entry.data, "host": "192.0.2.1"})
    flow = await discover(hub.hass, gateway.din.lower())
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data["host"] == ELSEWHERE


@pytest.mark.parametrize(("part", "host"), [("gateway", ELSEWHERE), ("battery", "192.0.2.1")])
async def test_only_the_gateway_itself_is_followed(hub: Hub, gateway: PowerwallSimulator, part: str, host: str) -> None:
    """A lease of the gateway moves the entry; one of anything that hangs on it, such as a meter, does not."""
    entry = await hub.add_powerwall(gateway)
    device = {"gateway": gateway.din, "battery": gateway.house.batteries[0].serial}[part]
    dr.async_get(hub.hass).async_update_device(
        hub.device_id(device), new_connections={(dr.CONNECTION_NETWORK_MAC, dr.format_mac(MAC))}
    )
    hub.hass.config_entries.async_update_entry(entry, data={**entry.data, "host": "192.0.2.1"})
    flow = await discover(hub.hass, "neurio-1234")
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data["host"] == host


async def test_forwarded_port_is_left_alone(hub: Hub, gateway: PowerwallSimulator) -> None:
    """A user who reaches the gateway through another port meant it."""
    entry = await hub.add_powerwall(gateway)
    before = entry.data["host"]
    await discover(hub.hass, gateway.din.lower())
    assert entry.data["host"] == before


async def test_ignored_gateway_stays_ignored(hub: Hub) -> None:
    """What the user waved away is not offered again, wherever it turns up."""
    name = "1232100-00-e--tg1234567890"
    flow = await discover(hub.hass, name)
    hub.hass.config_entries.flow.async_abort(flow["flow_id"])
    await hub.hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_IGNORE}, data={"unique_id": f"powerwall_{name.upper()}", "title": "Powerwall"}
    )
    for ip in (ELSEWHERE, "192.0.2.8"):
        flow = await discover(hub.hass, name, ip)
        assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_followed_account_takes_its_file_along(
    hub: Hub, gateway: PowerwallSimulator, hass_storage: dict[str, Any]
) -> None:
    """What was remembered goes along to the new address, also of an entry that does not run."""
    entry = await hub.add_powerwall(gateway)
    await hub.hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    old = {**entry.data, "host": "192.0.2.1"}
    store = await async_open_account_store(hub.hass, VENDOR, old)
    store.session["token"] = "canary"
    await store.save()
    hub.hass.config_entries.async_update_entry(entry, data=old)
    (former,) = (name for name, stored in hass_storage.items() if "canary" in json.dumps(stored))
    await discover(hub.hass, gateway.din.lower())
    assert entry.data["host"] == ELSEWHERE
    (present,) = (name for name, stored in hass_storage.items() if "canary" in json.dumps(stored))
    assert present != former
    assert former not in hass_storage
    moved = await async_open_account_store(hub.hass, VENDOR, entry.data)
    assert moved.session["token"] == "canary"
    await store.save()  # an answer that came late
    assert former not in hass_storage
