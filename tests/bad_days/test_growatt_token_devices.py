"""Devices of a token account that come, go, fall silent or are not known (growatt.md F.1, F.11, G)."""

from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_token_tools import Ledger, live_on
from tests.bad_days.growatt_tools import HOUR, device_of, number, undebugged
from tests.bad_days.tools import entry_of, problems
from tests.hub import Hub

MIN = "MXH0000001"
SPH = "SPH0000001"
PLAIN = "MIN0000001"

LISTS = 6 * HOUR  # how often the lists of devices are read

pytestmark = pytest.mark.usefixtures("summer")


def devices(hub: Hub) -> set[str]:
    """Return the ids of our devices in the registry."""
    found = dr.async_entries_for_config_entry(dr.async_get(hub.hass), entry_of(hub.hass).entry_id)
    return {identifier for device in found for domain, identifier in device.identifiers if domain == DOMAIN}


async def test_device_is_added(hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture) -> None:
    """An inverter that is new in the cloud is here within six hours, with its entities."""
    server = await add_account("min", "token", strict=True)
    ledger = Ledger(server)
    await live_on(hub, 600)
    serial = server.stage.add_device("mix")
    assert serial not in devices(hub)
    with undebugged():
        await live_on(hub, LISTS + 600)
    assert ledger.counted["device/list"] == 1
    assert serial in devices(hub)
    assert number(hub, f"{serial}_solar_power") == pytest.approx(device_of(server, serial).live()["ppv"], abs=1)
    assert hub.state(f"{serial}_charge_power_rate", "number").state == "100.0"
    assert not ledger.refused
    assert not problems(caplog)
