"""Who else is on an account of Anker's cloud, and what nobody may learn about it."""

from collections.abc import Iterator
import json
from pathlib import Path

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.solar_battery_hub.core.redact import Redactor
from custom_components.solar_battery_hub.diagnostics import PRIVATE as ROOT, async_get_config_entry_diagnostics
from custom_components.solar_battery_hub.vendors.anker import VENDOR
from tests import rivals
from tests.conftest import AnkerHosts, StartAnker
from tests.hub import Hub
from tests.privacy import assert_not_in_diagnostics, assert_not_in_log, assert_replayed
from tests.simulator_checks.anker_host import RECORDINGS, needs_recordings
from tests.simulators.anker.server import AnkerSimulator
from tests.test_repairs import issues

pytestmark = pytest.mark.usefixtures("noon")

RIVAL = "anker_solix"
WIFI = "wifi-network-1"  # as the simulator and the recordings call it
PROFILES = ("solarbank1_dual", "plugs", "multisystem", "power_panel", "hes", "charger", "three_sites", "member")
FOLDERS = sorted(folder for folder in RECORDINGS.glob("*") if folder.is_dir())


# Who else


@pytest.fixture
def rival(hass: HomeAssistant) -> Iterator[None]:
    """Stand in for the integration that many had before."""
    with rivals.known(hass, RIVAL):
        yield


def rival_entry(hass: HomeAssistant, username: str) -> ConfigEntry:
    """Return an entry of that integration, not loaded yet."""
    return rivals.add(hass, RIVAL, {"username": username, "password": "x", "countryid": "DE"})


@pytest.mark.usefixtures("rival")
async def test_rival_on_the_same_account(hub: Hub, start_anker: StartAnker, anker_hosts: AnkerHosts) -> None:
    """Known by its e-mail address, and gone with it."""
    server = await start_anker("solarbank3")
    anker_hosts(server)
    entry = await hub.add_anker(server, advanced={"server": "automatic"})
    other = rival_entry(hub.hass, server.door.account.email.upper())
    await rivals.load(hub.hass, other)
    assert issues(hub.hass) == {"account_in_use": {"account": entry.title, "integration": RIVAL, "entry": "Old one"}}
    await rivals.unload(hub.hass, other)
    assert issues(hub.hass) == {}


@pytest.mark.usefixtures("rival")
async def test_rival_with_the_same_device(hub: Hub, start_anker: StartAnker) -> None:
    """Another account there: it is the device that they have in common."""
    server = await start_anker("solarbank3")
    other = rival_entry(hub.hass, "somebody@example.org")
    serial = server.world.devices[0].serial
    dr.async_get(hub.hass).async_get_or_create(config_entry_id=other.entry_id, identifiers={(RIVAL, serial)})
    await hub.add_anker(server)
    assert issues(hub.hass) == {}
    await rivals.load(hub.hass, other)
    assert issues(hub.hass).keys() == {"account_in_use"}


@pytest.mark.usefixtures("rival")
async def test_rival_on_another_account(hub: Hub, start_anker: StartAnker) -> None:
    other = rival_entry(hub.hass, "somebody@example.org")
    await rivals.load(hub.hass, other)
    await hub.add_anker(await start_anker("solarbank3"))
    assert issues(hub.hass) == {}


# What the user is told


async def test_system_that_can_only_be_read(hub: Hub, start_anker: StartAnker) -> None:
    """A member is told which of the systems it is, and why there is nothing to change."""
    server = await start_anker("member")
    entry = await hub.add_anker(server)
    await hub.advance(60, step=30)
    assert issues(hub.hass) == {"member_site": {"account": entry.title, "site": server.world.sites[0].name}}


async def test_own_system_needs_no_word(hub: Hub, start_anker: StartAnker) -> None:
    await hub.add_anker(await start_anker("solarbank3"))
    await hub.advance(60, step=30)
    assert issues(hub.hass) == {}


async def test_code_is_wanted(hub: Hub, start_anker: StartAnker) -> None:
    """An account that wants a code says so, until somebody has entered it in the app and signed in here again."""
    server = await start_anker("solarbank3")
    entry = await hub.add_anker(server)
    server.door.rules.verification = 26052
    server.door.revoke()
    await hub.advance(3_900, step=60)
    assert issues(hub.hass) == {"verification_needed": {"account": entry.title}}
    server.door.rules.verification = None
    (waiting,) = hub.hass.config_entries.flow.async_progress()
    flow = await hub.hass.config_entries.flow.async_configure(waiting["flow_id"])
    await hub.fill(flow, {"password": entry.data["password"]})
    await hub.advance(120, step=30)
    assert issues(hub.hass) == {}


# What nobody may learn


def secrets(server: AnkerSimulator) -> Iterator[str]:
    """Yield what opens the account, and what was sent of it."""
    account = server.door.account
    yield from (account.password, account.gtoken, *server.door.tokens)
    for request in server.requests:
        if request.path.endswith("/passport/login"):
            yield json.loads(request.body)["password"]


def private(server: AnkerSimulator) -> Iterator[str]:
    """Yield what must not be told to whoever reads a bug report."""
    account, world = server.door.account, server.world
    yield from secrets(server)
    yield from (account.email, account.user_id, server.url.removeprefix("http://"), WIFI)
    for site in world.sites:
        yield site.id
    for device in world.devices:
        yield device.serial
    # A name of two letters is that of a product as well.
    names = [site.name for site in world.sites] + [device.alias for device in world.devices]
    yield from (name for name in names if len(name) > 3)
    yield from (vehicle.name for vehicle in world.extras.garage.vehicles)


@needs_recordings
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_recorded_answers_can_be_shown(folder: Path) -> None:
    """Whatever real accounts were told: serial numbers, sites, networks and addresses have other names afterwards."""
    answers = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
    known = {stem: answers.pop(stem) for stem in ("api_account", "api_devices", "api_sites") if stem in answers}
    numbers = {*known.get("api_devices", ()), *known.get("api_sites", ())}
    numbers |= {ending for stem in answers if len(ending := stem.rpartition("_")[2]) >= 12}  # what the file is about
    bound = (answers.get("bind_devices", {}).get("data") or {}).get("data") or []
    numbers |= {str(device[key]) for device in bound for key in ("bt_ble_id", "bt_ble_mac", "wifi_name", "device_sn")}
    redactor = Redactor(VENDOR.redact | ROOT)
    redactor.learn(list(answers.values()))
    text = json.dumps(redactor.redact(list(answers.values())))
    assert numbers
    assert [number for number in sorted(numbers) if number and number in text] == []


@pytest.mark.parametrize("profile", PROFILES)
async def test_nothing_private_in_diagnostics(hub: Hub, start_anker: StartAnker, profile: str) -> None:
    """Who, where and which devices: neither in settings nor devices, readings or answers; country and server are told."""
    server = await start_anker(profile)
    entry = await hub.add_anker(server)
    for _ in range(4):
        await hub.advance(450, step=30)
        told = await async_get_config_entry_diagnostics(hub.hass, entry)
        assert (told["settings"]["country"], told["settings"]["server"]) == ("DE", "own_url")
        assert len(told["exchanges"]) > 3
        text = json.dumps(told, default=str)
        assert [secret for secret in private(server) if secret in text] == []


async def test_nothing_private_after_a_choice_of_sites(hub: Hub, start_anker: StartAnker) -> None:
    """Neither in the options nor of the sites that are not read."""
    server = await start_anker("three_sites")
    entry = await hub.add_anker(server)
    hub.hass.config_entries.async_update_entry(entry, options={"sites": [server.world.sites[0].id]})
    await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(60, step=30)
    await assert_not_in_diagnostics(hub.hass, entry, private(server))


@pytest.mark.parametrize("minutes", [5, 61])
async def test_report_can_be_replayed(hub: Hub, start_anker: StartAnker, minutes: int) -> None:
    """The real client reads from the report what it read from the server."""
    server = await start_anker("solarbank3")
    entry = await hub.add_anker(server)
    await hub.advance(60 * minutes, step=20)
    await assert_replayed(hub, entry, "site_", f"site_{server.world.sites[0].id}")


async def test_nothing_secret_in_the_log(hub: Hub, start_anker: StartAnker, caplog: pytest.LogCaptureFixture) -> None:
    """At the most talkative level, with an outage, a displaced token and a refusal in between."""
    caplog.set_level("DEBUG")
    server = await start_anker("solarbank3")
    await hub.add_anker(server)
    old = list(secrets(server))
    server.refuse_connections()
    await hub.advance(1200, step=30, hanging=True)  # a question that nobody answered is asked again after some seconds
    await server.accept_connections()
    await hub.advance(600, step=30, hanging=True)
    server.door.revoke()
    await hub.advance(1200, step=60)
    old += secrets(server)
    server.door.account.password = "another-password"
    server.door.revoke()
    await hub.advance(7200, step=60)
    assert_not_in_log(hub.hass, caplog, [*old, *secrets(server)])


@pytest.mark.parametrize("profile", ["charger", "power_panel", "three_sites"])
async def test_nothing_private_in_an_export(hub: Hub, start_anker: StartAnker, tmp_path: Path, profile: str) -> None:
    """What a user hands out for a new simulated account: it tells everything but whose it is, and can be served."""
    server = await start_anker(profile)
    for number, site in enumerate(server.world.sites):
        site.name = f"Aviary {number}"
    for number, device in enumerate(server.world.devices):  # names that no product has
        device.alias = f"Canary {number}"
    entry = await hub.add_anker(server)
    hub.hass.config.allowlist_external_dirs = {str(tmp_path)}
    folder = tmp_path / "recording"
    root = entry.data["identity"]
    export = hub.hass.async_create_task(hub.act("export_recordings", root, folder=str(folder)))
    for _ in range(60):
        await hub.advance(20, step=10, hanging=True)
    assert export.done()
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert set(export.result()["files"]) == written.keys()
    assert {"site_list.json", "bind_devices.json"} < written.keys()
    told = str(written) + str(export.result())
    assert [secret for secret in private(server) if secret in told] == []
    kinds = sorted((device.kind, device.model or "") for device in entry.runtime_data.devices)
    await hub.hass.config_entries.async_remove(entry.entry_id)
    copy = await hub.add_anker(await start_anker(constellation=folder, seed=1))
    assert copy.state is ConfigEntryState.LOADED
    await hub.advance(60, step=30)
    assert sorted((device.kind, device.model or "") for device in copy.runtime_data.devices) == kinds
