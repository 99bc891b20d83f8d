"""Who else is on an account of Growatt's cloud, and what nobody may learn about it."""

from collections.abc import Iterator, Mapping
import json

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.solar_battery_hub.diagnostics import async_get_config_entry_diagnostics
from custom_components.solar_battery_hub.vendors.growatt.login import hash_password
from tests import rivals
from tests.conftest import StartGrowatt
from tests.hub import Hub
from tests.privacy import assert_not_in_log
from tests.simulators.growatt.server import GrowattSimulator
from tests.test_repairs import issues

pytestmark = pytest.mark.usefixtures("noon")

CORE = "growatt_server"
KEYS = ("token", "password")


@pytest.fixture
def core(hass: HomeAssistant) -> Iterator[None]:
    """Stand in for Home Assistant's own integration."""
    with rivals.known(hass, CORE):
        yield


def core_entry(hass: HomeAssistant, data: Mapping[str, str]) -> ConfigEntry:
    """Return an entry of that integration, not loaded yet."""
    return rivals.add(hass, CORE, data, "1234567")


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize("key", KEYS)
async def test_core_on_the_same_account(hub: Hub, start_growatt: StartGrowatt, key: str) -> None:
    """Known by its key at the same server, and gone with it."""
    server = await start_growatt("min_plain")
    keys = {"token": {"token": server.token}, "password": {"username": "demo.user", "password": "demo1234"}}
    other = core_entry(hub.hass, {"auth_type": key, "url": f"{server.url}/", **keys[key]})
    await rivals.load(hub.hass, other)
    entry = await hub.add_growatt(server, key)
    assert issues(hub.hass) == {"account_in_use": {"account": entry.title, "integration": CORE, "entry": "Old one"}}
    await rivals.unload(hub.hass, other)
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
    await rivals.load(hub.hass, other)
    assert issues(hub.hass).keys() == {"account_in_use"}


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize("data", [{"username": "somebody"}, {"token": "x" * 32}, {}])
async def test_core_on_another_account(hub: Hub, start_growatt: StartGrowatt, data: Mapping[str, str]) -> None:
    server = await start_growatt("min_plain")
    other = core_entry(hub.hass, {"url": f"{server.url}/", **data})
    dr.async_get(hub.hass).async_get_or_create(config_entry_id=other.entry_id, identifiers={(CORE, "ANOTHER")})
    await rivals.load(hub.hass, other)
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
    assert_not_in_log(hub.hass, caplog, [*old, *server.legacy.sessions.issued])
