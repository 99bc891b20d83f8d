"""Who else is on an account of Growatt's cloud, and what nobody may learn about it."""

from collections.abc import Iterator, Mapping
import json

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.diagnostics import async_get_config_entry_diagnostics
from custom_components.solar_battery_hub.vendors.growatt.login import hash_password
from tests.conftest import StartGrowatt
from tests.hub import Hub
from tests.simulators.growatt.server import GrowattSimulator
from tests.test_repairs import RivalFlow, issues

pytestmark = pytest.mark.usefixtures("noon")

CORE = "growatt_server"
KEYS = ("token", "password")


async def _yes(*_: object) -> bool:
    return True


@pytest.fixture
def core(hass: HomeAssistant) -> Iterator[None]:
    """Stand in for Home Assistant's own integration."""
    mock_integration(hass, MockModule(CORE, async_setup_entry=_yes, async_unload_entry=_yes))
    mock_platform(hass, f"{CORE}.config_flow", None)
    with mock_config_flow(CORE, RivalFlow):
        yield


def core_entry(hass: HomeAssistant, data: Mapping[str, str]) -> MockConfigEntry:
    """Return an entry of that integration, not loaded yet."""
    entry = MockConfigEntry(domain=CORE, data=data, unique_id="1234567", title="Old one")
    entry.add_to_hass(hass)
    return entry


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize("key", KEYS)
async def test_core_on_the_same_account(hub: Hub, start_growatt: StartGrowatt, key: str) -> None:
    """Known by its key at the same server, and gone with it."""
    server = await start_growatt("min_plain")
    keys = {"token": {"token": server.token}, "password": {"username": "demo.user", "password": "demo1234"}}
    other = core_entry(hub.hass, {"auth_type": key, "url": f"{server.url}/", **keys[key]})
    await hub.hass.config_entries.async_setup(other.entry_id)
    entry = await hub.add_growatt(server, key)
    assert issues(hub.hass) == {"account_in_use": {"account": entry.title, "integration": CORE, "entry": "Old one"}}
    await hub.hass.config_entries.async_unload(other.entry_id)
    await hub.hass.async_block_till_done()
    assert issues(hub.hass) == {}


@pytest.mark.usefixtures("core")
async def test_core_with_the_same_inverter(hub: Hub, start_growatt: StartGrowatt) -> None:
    """A password there and a token here: it is the inverter that they have in common."""
    server = await start_growatt("min_plain")
    serial = next(server.world.devices).serial
    other = core_entry(hub.hass, {"auth_type": "password", "url": f"{server.url}/", "username": "demo.user"})
    dr.async_get(hub.hass).async_get_or_create(config_entry_id=other.entry_id, identifiers={(CORE, serial)})
    await hub.add_growatt(server, "token")
    assert issues(hub.hass) == {}
    await hub.hass.config_entries.async_setup(other.entry_id)
    await hub.hass.async_block_till_done()
    assert issues(hub.hass).keys() == {"account_in_use"}


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize("data", [{"username": "somebody"}, {"token": "x" * 32}, {}])
async def test_core_on_another_account(hub: Hub, start_growatt: StartGrowatt, data: Mapping[str, str]) -> None:
    server = await start_growatt("min_plain")
    other = core_entry(hub.hass, {"url": f"{server.url}/", **data})
    dr.async_get(hub.hass).async_get_or_create(config_entry_id=other.entry_id, identifiers={(CORE, "ANOTHER")})
    await hub.hass.config_entries.async_setup(other.entry_id)
    await hub.add_growatt(server, "password")
    assert issues(hub.hass) == {}


def private(server: GrowattSimulator) -> Iterator[str]:
    """Yield what must not be told to whoever reads a bug report."""
    world = server.world
    yield from (server.token, world.user.name, world.user.password, hash_password(world.user.password))
    yield from (f"user_{world.user.id}", f'"{world.user.id}"', f": {world.user.id},", f"={world.user.id}")
    yield from server.legacy.sessions.issued
    for plant in world.plants:
        yield from (plant.name, str(plant.id), plant.city, plant.address, plant.country, str(plant.latitude))
        for device in plant.devices:
            yield from (device.serial, device.logger.serial, device.alias, *(pack.serial for pack in device.packs))


@pytest.mark.parametrize("key", KEYS)
async def test_nothing_private_in_diagnostics(hub: Hub, start_growatt: StartGrowatt, key: str) -> None:
    """Who, where and which devices: neither in settings nor devices, readings or answers; the way they are reached is."""
    server = await start_growatt("home")
    entry = await hub.add_growatt(server, key)
    await hub.advance(1800, step=60)
    told = await async_get_config_entry_diagnostics(hub.hass, entry)
    assert told["settings"]["auth"] == key
    assert told["settings"]["region"] == "own_url"
    assert len(told["exchanges"]) > 5
    text = json.dumps(told, default=str)
    assert [secret for secret in private(server) if secret in text] == []


@pytest.mark.parametrize("key", KEYS)
async def test_nothing_secret_in_the_log(
    hub: Hub, start_growatt: StartGrowatt, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    """At the most talkative level, with a refusal and an outage in between."""
    caplog.set_level("DEBUG")
    server = await start_growatt("min")
    await hub.add_growatt(server, key)
    old = (server.token, server.world.user.password, hash_password(server.world.user.password))
    server.refuse_connections()
    await hub.advance(1200, step=60)
    await server.accept_connections()
    server.world.new_token()
    server.world.user.password = "another"
    server.legacy.sessions.kill()
    await hub.advance(3600, step=60)
    # The test's stand-in for the disk tells what is written to it.
    told = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("pytest"))
    assert DOMAIN in told
    assert [secret for secret in (*old, *server.legacy.sessions.issued) if secret in told] == []
    repairs = str([issue for issue in ir.async_get(hub.hass).issues.values() if issue.domain == DOMAIN])
    assert [secret for secret in old if secret in repairs] == []
