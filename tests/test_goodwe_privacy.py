"""Who else is on an account of GoodWe's cloud, and what nobody may learn about it."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import md5
import json

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.solar_battery_hub.diagnostics import async_get_config_entry_diagnostics
from tests import rivals
from tests.conftest import StartGoodWe
from tests.hub import Hub
from tests.privacy import assert_not_in_diagnostics, assert_not_in_log, assert_replayed
from tests.simulators.goodwe.semsplus_login import hidden
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.test_repairs import issues

pytestmark = pytest.mark.usefixtures("noon")

RIVAL = "sems"
WAYS = ("semsplus", "legacy")


# Who else


@pytest.fixture
def rival(hass: HomeAssistant) -> Iterator[None]:
    """Stand in for the integration that many had before."""
    with rivals.known(hass, RIVAL):
        yield


def rival_entry(hass: HomeAssistant, username: str) -> ConfigEntry:
    """Return an entry of that integration, not loaded yet."""
    return rivals.add(hass, RIVAL, {"username": username, "password": "x"})


@pytest.mark.usefixtures("rival")
async def test_rival_on_the_same_account(hub: Hub, start_goodwe: StartGoodWe) -> None:
    """Known by its e-mail address, and gone with it."""
    server = await start_goodwe("string")
    entry = await hub.add_goodwe(server)
    hub.hass.config_entries.async_update_entry(entry, data={**entry.data, "region": "eu"})
    other = rival_entry(hub.hass, server.world.account.email.upper())
    await rivals.load(hub.hass, other)
    assert issues(hub.hass) == {"account_in_use": {"account": entry.title, "integration": RIVAL, "entry": "Old one"}}
    await rivals.unload(hub.hass, other)
    assert issues(hub.hass) == {}


@pytest.mark.usefixtures("rival")
async def test_rival_with_the_same_inverter(hub: Hub, start_goodwe: StartGoodWe) -> None:
    """Another account there: it is the inverter that they have in common."""
    server = await start_goodwe("string")
    other = rival_entry(hub.hass, "somebody@example.org")
    serial = next(server.world.inverters).serial
    dr.async_get(hub.hass).async_get_or_create(config_entry_id=other.entry_id, identifiers={(RIVAL, serial)})
    await hub.add_goodwe(server)
    assert issues(hub.hass) == {}
    await rivals.load(hub.hass, other)
    assert issues(hub.hass).keys() == {"account_in_use"}


@pytest.mark.usefixtures("rival")
async def test_rival_on_another_account(hub: Hub, start_goodwe: StartGoodWe) -> None:
    other = rival_entry(hub.hass, "somebody@example.org")
    await rivals.load(hub.hass, other)
    await hub.add_goodwe(await start_goodwe("string"))
    assert issues(hub.hass) == {}


# What nobody may learn


async def add(hub: Hub, server: GoodWeSimulator, way: str) -> ConfigEntry:
    """Add an account that is reached one way only, its plants at places whose numbers could be nothing else."""
    for number, plant in enumerate(server.world.plants):
        plant.latitude, plant.longitude = 48.123456 + number, 9.654321 + number
    if way == "legacy":
        server.world.account.refused["semsplus"] = "C0602"
    return await hub.add_goodwe(server)


def secrets(server: GoodWeSimulator) -> Iterator[str]:
    """Yield what opens the account."""
    password = server.world.account.password
    yield from (password, md5(password.encode(), usedforsecurity=False).hexdigest(), hidden(password))
    yield from (session.token for session in server.world.sessions.issued)


def private(server: GoodWeSimulator) -> Iterator[str]:
    """Yield what must not be told to whoever reads a bug report."""
    world = server.world
    yield from secrets(server)
    yield from (world.account.email, world.account.uid, server.url.removeprefix("http://"))
    for plant in world.plants:
        yield from (plant.id, plant.name, str(plant.latitude), str(plant.longitude))
        for device in plant.devices:
            yield from (device.serial, device.name)


@pytest.mark.parametrize("profile", ["home", "charger", "several"])
@pytest.mark.parametrize("way", WAYS)
async def test_nothing_private_in_diagnostics(hub: Hub, start_goodwe: StartGoodWe, way: str, profile: str) -> None:
    """Who, where and which devices: neither in settings nor devices, readings or answers; the region is told."""
    server = await start_goodwe(profile)
    entry = await add(hub, server, way)
    for _ in range(4):
        await hub.advance(450, step=30)
        told = await async_get_config_entry_diagnostics(hub.hass, entry)
        assert told["settings"]["region"] == "own_url"
        assert len(told["exchanges"]) > 3
        text = json.dumps(told, default=str)
        assert [secret for secret in private(server) if secret in text] == []


@pytest.mark.parametrize("way", WAYS)
async def test_nothing_private_after_a_choice_of_plants(hub: Hub, start_goodwe: StartGoodWe, way: str) -> None:
    """Neither in the options nor of the plants that are not read."""
    server = await start_goodwe("several")
    entry = await add(hub, server, way)
    hub.hass.config_entries.async_update_entry(entry, options={"plants": [server.world.plants[0].id]})
    await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(60, step=30)
    await assert_not_in_diagnostics(hub.hass, entry, private(server))


async def test_device_of_no_list(hub: Hub, start_goodwe: StartGoodWe) -> None:
    """A serial number that only a path and a row of factors tell, such as a dongle's long after its plant was listed."""
    entry = await add(hub, await start_goodwe("string"), "semsplus")
    trace = entry.runtime_data.door.trace
    told = b'{"code": "00000", "data": [{"code": "sn", "data": "CANARY-IN-A-ROW"}, {"code": "safetyVersion", "data": "V1"}]}'
    path = "/web/sems/sems-plant/api/equipments/CANARY-IN-A-PATH/information?deviceType=DONGLE"
    last = replace(trace[-1], path=path, body=told)
    trace.clear()
    trace.append(last)
    text = json.dumps(await async_get_config_entry_diagnostics(hub.hass, entry), default=str)
    assert "CANARY" not in text
    assert "/information" in text
    assert '"V1"' in text


@pytest.mark.parametrize("way", WAYS)
async def test_report_can_be_replayed(hub: Hub, start_goodwe: StartGoodWe, way: str) -> None:
    """The real client reads from the report what it read from the server."""
    server = await start_goodwe("home")
    entry = await add(hub, server, way)
    await hub.advance(400, step=20)
    await assert_replayed(hub, entry, "plant_", f"plant_{server.world.plants[0].id}")


@pytest.mark.parametrize("way", WAYS)
async def test_nothing_secret_in_the_log(
    hub: Hub, start_goodwe: StartGoodWe, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    """At the most talkative level, with an outage, a displaced token and a refusal in between."""
    caplog.set_level("DEBUG")
    server = await start_goodwe("home")
    await add(hub, server, way)
    old = list(secrets(server))
    server.refuse_connections()
    await hub.advance(1200, step=60)
    await server.accept_connections()
    await hub.advance(600, step=60)
    server.world.sessions.displace()
    await hub.advance(1200, step=60)
    server.world.account.password = "another-password"
    server.world.sessions.end()
    await hub.advance(3600, step=60)
    assert_not_in_log(hub.hass, caplog, [*old, *secrets(server)])
