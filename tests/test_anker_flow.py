"""Adding an account of Anker's cloud, as in the UI: e-mail address, password, country."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.vendors.anker import hosts
from tests.conftest import AnkerHosts, StartAnker
from tests.forms import UNSAFE_URLS, suggestions
from tests.hub import Hub, anker_form
from tests.simulators.anker.server import AnkerSimulator

pytestmark = pytest.mark.usefixtures("noon")

OTHER_USER = "00000000000000000000000000000000000000aa"


@pytest.fixture
async def server(start_anker: StartAnker) -> AnkerSimulator:
    return await start_anker("solarbank3")


def logins(server: AnkerSimulator, host: str = "") -> int:
    """Return how often somebody tried to sign in, on one of the hosts or on any."""
    return sum(request.path.endswith(f"{host}/passport/login") for request in server.requests)


async def test_set_up(hub: Hub, server: AnkerSimulator) -> None:
    """One form, and one sign-in in the dialog and the set-up together."""
    account = server.door.account
    flow = await hub.start_flow("anker")
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "anker")
    flow = await hub.fill(flow, anker_form(server, username=f" {account.email} "))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    entry = flow["result"]
    identity = f"user_{account.user_id}"
    assert entry.unique_id == f"anker_{identity}"
    assert entry.title == server.world.sites[0].name
    assert entry.data == {
        "vendor": "anker",
        "identity": identity,
        "username": account.email,
        "password": account.password,
        "country": "DE",
        "server": "own_url",
        "url": server.url,
    }
    assert entry.options == {}
    assert entry.state is ConfigEntryState.LOADED
    assert logins(server) == 1


async def test_country_is_that_of_home_assistant(hub: Hub) -> None:
    """Whoever moved can choose another; which server that means nobody has to know."""
    hub.hass.config.country = "AT"
    flow = await hub.start_flow("anker")
    assert suggestions(flow) == {"country": "AT"}
    schema = flow["data_schema"]
    assert schema is not None
    typed = schema({"username": "a@example.org", "password": "x", "country": "CH", "advanced": {}})
    assert typed["advanced"] == {"server": "automatic"}


async def test_home_assistant_without_a_country(hub: Hub) -> None:
    """Then the user has to say it."""
    hub.hass.config.country = None
    assert suggestions(await hub.start_flow("anker")) == {}


@pytest.mark.parametrize("country", ["", "de", "Germany", "XX"])
async def test_country_that_does_not_exist(hub: Hub, server: AnkerSimulator, country: str) -> None:
    with pytest.raises(Exception, match="country"):
        await hub.fill(await hub.start_flow("anker"), anker_form(server, country=country))
    assert server.requests == []


async def test_everything_becomes_devices(hub: Hub, start_anker: StartAnker) -> None:
    """The systems, what is in them and what stands for itself."""
    server = await start_anker("three_sites")
    await hub.add_anker(server)
    assert len(server.world.sites) == 3
    for site in server.world.sites:
        assert hub.device_id(f"site_{site.id}")
    for device in server.world.devices:
        assert hub.device_id(device.serial)


async def test_member(hub: Hub, start_anker: StartAnker) -> None:
    """Somebody a system is shared with may add it as well."""
    server = await start_anker("member")
    entry = await hub.add_anker(server)
    assert entry.state is ConfigEntryState.LOADED
    assert hub.device_id(f"site_{server.world.sites[0].id}")


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody@example.org"}])
async def test_wrong_password(hub: Hub, server: AnkerSimulator, wrong: Mapping[str, str]) -> None:
    """It says so; what was typed stays, the password does not; then it works."""
    flow = await hub.fill(await hub.start_flow("anker"), anker_form(server, **wrong))
    assert (flow["step_id"], flow["errors"]) == ("anker", {"base": "wrong_password"})
    assert not hub.hass.config_entries.async_entries(DOMAIN)
    assert suggestions(flow) == {
        "username": wrong.get("username", server.door.account.email),
        "country": "DE",
        "advanced": {"server": "own_url", "url": server.url},
    }
    assert logins(server) == 1, "a refused password is tried once"
    flow = await hub.fill(flow, anker_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("wrong", [{"username": "\x00ü\n", "password": "\ud7ff"}, {"username": ""}])
async def test_impossible_password(hub: Hub, server: AnkerSimulator, wrong: Mapping[str, str]) -> None:
    """What cannot be is refused, nothing breaks."""
    flow = await hub.fill(await hub.start_flow("anker"), anker_form(server, **wrong))
    assert (flow["step_id"], flow["errors"]) == ("anker", {"base": "wrong_password"})
    flow = await hub.fill(flow, anker_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("code", [26052, 26053, 100032])
async def test_verification(hub: Hub, server: AnkerSimulator, code: int) -> None:
    """A code or a puzzle is no wrong password: the user has to open the app."""
    server.door.rules.verification = code
    flow = await hub.fill(await hub.start_flow("anker"), anker_form(server))
    assert (flow["step_id"], flow["errors"]) == ("anker", {"base": "verification_needed"})
    assert logins(server) == 1
    server.door.rules.verification = None
    flow = await hub.fill(flow, anker_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_locked_out(hub: Hub, server: AnkerSimulator) -> None:
    """The time the server names is told and kept: nobody is asked before it."""
    server.door.lock.lock("127.0.0.1", hours=3)
    flow = await hub.fill(await hub.start_flow("anker"), anker_form(server))
    assert (flow["step_id"], flow["errors"]) == ("anker", {"base": "locked"})
    assert (flow["description_placeholders"] or {})["until"]
    assert logins(server) == 1
    for _ in range(3):
        flow = await hub.fill(flow, anker_form(server, password="another"))
        assert flow["errors"] == {"base": "locked"}
    assert logins(server) == 1, "every attempt during the lock is pointless"
    await hub.advance(3 * 3600 + 60, step=3600)
    flow = await hub.fill(flow, anker_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("url", UNSAFE_URLS)
async def test_unsafe_address(hub: Hub, server: AnkerSimulator, url: str) -> None:
    """Nothing is sent in the clear to anywhere but this machine; the word stands where it is seen, not in the section."""
    form = anker_form(server, advanced={"server": "own_url", "url": url})
    flow = await hub.fill(await hub.start_flow("anker"), form)
    assert (flow["step_id"], flow["errors"]) == ("anker", {"base": "unsafe_url"})
    assert server.requests == []
    flow = await hub.fill(flow, anker_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_address_that_was_left_in_the_form(
    hub: Hub, server: AnkerSimulator, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    """With a server the maker's own is asked; nothing is sent to the address."""
    monkeypatch.setitem(hosts.HOSTS, "eu", f"http://127.0.0.1:{unused_tcp_port}")
    form = anker_form(server, advanced={"server": "eu", "url": server.url})
    flow = await hub.fill(await hub.start_flow("anker"), form)
    assert flow["errors"] == {"base": "cannot_connect"}
    assert server.requests == []


async def test_nobody_there_then_there(hub: Hub, server: AnkerSimulator, unused_tcp_port: int) -> None:
    form = anker_form(server, advanced={"server": "own_url", "url": f"http://127.0.0.1:{unused_tcp_port}"})
    flow = await hub.fill(await hub.start_flow("anker"), form)
    assert flow["errors"] == {"base": "cannot_connect"}
    flow = await hub.fill(flow, anker_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_account_without_anything(hub: Hub, start_anker: StartAnker) -> None:
    server = await start_anker("empty")
    flow = await hub.fill(await hub.start_flow("anker"), anker_form(server))
    assert (flow["step_id"], flow["errors"]) == ("anker", {"base": "no_devices"})
    assert not hub.hass.config_entries.async_entries(DOMAIN)


@pytest.mark.parametrize("spelling", [str, str.upper, lambda email: f" {email} "])
async def test_same_account_twice(hub: Hub, server: AnkerSimulator, spelling: Any) -> None:
    """Known by its e-mail address, however it is written, before anything is sent."""
    await hub.add_anker(server)
    server.requests.clear()
    form = anker_form(server, username=spelling(server.door.account.email))
    flow = await hub.fill(await hub.start_flow("anker"), form)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert server.requests == []


async def test_same_account_on_another_server(hub: Hub, server: AnkerSimulator, anker_hosts: AnkerHosts) -> None:
    """Both servers know every account: choosing the other one makes it no other account."""
    anker_hosts(server)
    await hub.add_anker(server, advanced={"server": "eu"})
    server.requests.clear()
    flow = await hub.fill(await hub.start_flow("anker"), anker_form(server, advanced={"server": "com"}))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert server.requests == []


async def test_same_user_at_another_address(hub: Hub, server: AnkerSimulator, start_anker: StartAnker) -> None:
    """Known by its number once it signed in."""
    await hub.add_anker(server)
    other = await start_anker("solarbank2", seed=1)
    other.door.account.user_id = server.door.account.user_id
    flow = await hub.fill(await hub.start_flow("anker"), anker_form(other))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_device_of_another_account(hub: Hub, start_anker: StartAnker) -> None:
    """Two accounts that see the same system, such as the owner's and a member's, are refused by its name."""
    owner, member = await start_anker("solarbank3"), await start_anker("solarbank3")
    entry = await hub.add_anker(owner)
    member.door.account.user_id, member.door.account.email = OTHER_USER, "member@example.com"
    flow = await hub.fill(await hub.start_flow("anker"), anker_form(member))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "device_in_use")
    names = {site.name for site in member.world.sites} | {device.alias for device in member.world.devices}
    placeholders = flow["description_placeholders"] or {}
    assert placeholders["device"] in names
    assert placeholders["account"] == entry.title
    assert len(hub.hass.config_entries.async_entries(DOMAIN)) == 1


# Which server


@pytest.mark.parametrize(("country", "logged_in"), [("DE", {"eu": 1, "com": 0}), ("US", {"eu": 1, "com": 1})])
async def test_server_is_found_by_itself(
    hub: Hub, server: AnkerSimulator, anker_hosts: AnkerHosts, country: str, logged_in: Mapping[str, int]
) -> None:
    """The server of the country first; where that knows nothing, the other one, once, and from then on it alone."""
    anker_hosts(server)
    entry = await hub.add_anker(server, country=country, advanced={"server": "automatic"})
    assert entry.state is ConfigEntryState.LOADED
    assert hub.device_id(f"site_{server.world.sites[0].id}")
    assert {host: logins(server, f"/{host}") for host in logged_in} == logged_in
    server.requests.clear()
    await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(300, step=30)
    assert server.requests
    assert {request.path.split("/")[1] for request in server.requests} == {"eu"}
    assert logins(server) == 0


async def test_chosen_server_is_never_left(hub: Hub, server: AnkerSimulator, anker_hosts: AnkerHosts) -> None:
    """The wrong one is silently empty; whoever chose it is told that nothing is there."""
    anker_hosts(server)
    form = anker_form(server, advanced={"server": "com"})
    flow = await hub.fill(await hub.start_flow("anker"), form)
    assert (flow["step_id"], flow["errors"]) == ("anker", {"base": "no_devices"})
    assert {request.path.split("/")[1] for request in server.requests} == {"com"}
    flow = await hub.fill(flow, anker_form(server, advanced={"server": "eu"}))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_empty_on_both_servers(hub: Hub, start_anker: StartAnker, anker_hosts: AnkerHosts) -> None:
    """Each is asked once."""
    server = await start_anker("empty")
    anker_hosts(server)
    flow = await hub.fill(await hub.start_flow("anker"), anker_form(server, advanced={"server": "automatic"}))
    assert flow["errors"] == {"base": "no_devices"}
    assert {host: logins(server, f"/{host}") for host in hosts.HOSTS} == {"eu": 1, "com": 1}
