"""Adding an account of GoodWe's cloud, as in the UI: e-mail address, password, region."""

from collections.abc import Mapping
from typing import Literal

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.vendors.goodwe import regions
from tests.conftest import StartGoodWe
from tests.forms import UNSAFE_URLS, suggestions
from tests.hub import Hub, goodwe_form
from tests.simulators.goodwe.server import GoodWeSimulator

pytestmark = pytest.mark.usefixtures("noon")

LOGIN = "/auth/cross-login"
LEGACY_LOGIN = "/Common/CrossLogin"


@pytest.fixture
async def server(start_goodwe: StartGoodWe) -> GoodWeSimulator:
    return await start_goodwe("string")


def asked(server: GoodWeSimulator, path: str) -> int:
    """Return how often a server was asked for something whose path ends like this."""
    return sum(request.path.endswith(path) for request in server.requests)


async def test_set_up(hub: Hub, server: GoodWeSimulator) -> None:
    """One form, and one sign-in in the dialog and the set-up together."""
    account = server.world.account
    flow = await hub.start_flow("goodwe")
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "goodwe")
    flow = await hub.fill(flow, goodwe_form(server, username=f" {account.email} "))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    entry = flow["result"]
    identity = f"user_{account.uid}"
    assert entry.unique_id == f"goodwe_{identity}"
    assert entry.title == server.world.plants[0].name
    assert entry.data == {
        "vendor": "goodwe",
        "identity": identity,
        "username": account.email,
        "password": account.password,
        "region": "own_url",
        "url": server.url,
    }
    assert entry.options == {}
    assert entry.state is ConfigEntryState.LOADED
    assert (asked(server, LOGIN), asked(server, LEGACY_LOGIN)) == (1, 0)


async def test_region_is_found_by_itself(hub: Hub) -> None:
    """Nobody has to know where an account lives; an address is asked for all the same."""
    flow = await hub.start_flow("goodwe")
    schema = flow["data_schema"]
    assert schema is not None
    assert schema({"username": "a@example.org", "password": "x"})["region"] == "automatic"


async def test_all_plants_become_devices(hub: Hub, start_goodwe: StartGoodWe) -> None:
    server = await start_goodwe("several")
    await hub.add_goodwe(server)
    assert len(server.world.plants) == 3
    for plant in server.world.plants:
        assert hub.device_id(f"plant_{plant.id}")


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody@example.org"}])
async def test_wrong_password(hub: Hub, server: GoodWeSimulator, wrong: Mapping[str, str]) -> None:
    """It says so; what was typed stays, the password does not; then it works."""
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server, **wrong))
    assert (flow["step_id"], flow["errors"]) == ("goodwe", {"base": "wrong_password"})
    assert not hub.hass.config_entries.async_entries(DOMAIN)
    assert suggestions(flow) == {
        "username": wrong.get("username", server.world.account.email),
        "region": "own_url",
        "url": server.url,
    }
    assert asked(server, LEGACY_LOGIN) == 0
    flow = await hub.fill(flow, goodwe_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("wrong", [{"username": "\x00ü\n", "password": "\ud7ff"}, {"username": ""}])
async def test_impossible_password(hub: Hub, server: GoodWeSimulator, wrong: Mapping[str, str]) -> None:
    """What cannot be is refused, nothing breaks; whether it is called wrong is the server's affair."""
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server, **wrong))
    assert flow["step_id"] == "goodwe"
    assert set((flow["errors"] or {}).values()) <= {"wrong_password", "login_refused"}
    flow = await hub.fill(flow, goodwe_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_terms_to_accept(hub: Hub, server: GoodWeSimulator) -> None:
    """Letting in without a token is no wrong password: the user has to accept something first."""
    server.world.account.terms_accepted = False
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server))
    assert (flow["step_id"], flow["errors"]) == ("goodwe", {"base": "terms_not_accepted"})
    server.world.account.terms_accepted = True
    flow = await hub.fill(flow, goodwe_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_refused_for_now(hub: Hub, server: GoodWeSimulator) -> None:
    """Refused on both ways for a reason that is not the password: it says so."""
    server.world.account.refused |= {"semsplus": "C0602", "legacy": "100000"}
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server))
    assert (flow["step_id"], flow["errors"]) == ("goodwe", {"base": "login_refused"})
    server.world.account.refused.clear()
    flow = await hub.fill(flow, goodwe_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_older_service_lets_in(hub: Hub, server: GoodWeSimulator) -> None:
    """Where only the older service lets somebody in, that is enough; the entry goes on with the same session."""
    server.world.account.refused["semsplus"] = "C0602"
    entry = await hub.add_goodwe(server)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["identity"] == f"user_{server.world.account.uid}"
    assert (asked(server, LOGIN), asked(server, LEGACY_LOGIN)) == (1, 1)


@pytest.mark.parametrize("kind", ["body", "status"])
async def test_too_many_requests(hub: Hub, server: GoodWeSimulator, kind: Literal["body", "status"]) -> None:
    """The pause the server asks for is told and kept: the next submit asks nobody."""
    server.world.limits.block(300, kind)
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server))
    assert flow["errors"] == {"base": "rate_limited"}
    assert 295 <= float((flow["description_placeholders"] or {})["seconds"]) <= 300
    asked_before = len(server.requests)
    flow = await hub.fill(flow, goodwe_form(server))
    assert flow["errors"] == {"base": "rate_limited"}
    assert len(server.requests) == asked_before
    await hub.advance(301, step=301)
    flow = await hub.fill(flow, goodwe_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("url", UNSAFE_URLS)
async def test_unsafe_address(hub: Hub, server: GoodWeSimulator, url: str) -> None:
    """Nothing is sent in the clear to anywhere but this machine."""
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server, url=url))
    assert (flow["step_id"], flow["errors"]) == ("goodwe", {"url": "unsafe_url"})
    assert server.requests == []
    flow = await hub.fill(flow, goodwe_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_address_that_was_left_in_the_form(
    hub: Hub, server: GoodWeSimulator, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    """With a region the maker's own servers are asked; nothing is sent to the address."""
    monkeypatch.setattr(regions, "_LOGIN_ORIGIN", f"http://127.0.0.1:{unused_tcp_port}")
    monkeypatch.setattr(regions, "_LEGACY_BASE", f"http://127.0.0.1:{unused_tcp_port}/api")
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server, region="eu"))
    assert flow["errors"] == {"base": "cannot_connect"}
    assert server.requests == []


async def test_nobody_there_then_there(hub: Hub, server: GoodWeSimulator, unused_tcp_port: int) -> None:
    flow = await hub.start_flow("goodwe")
    flow = await hub.fill(flow, goodwe_form(server, url=f"http://127.0.0.1:{unused_tcp_port}"))
    assert flow["errors"] == {"base": "cannot_connect"}
    flow = await hub.fill(flow, goodwe_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_account_without_plants(hub: Hub, server: GoodWeSimulator) -> None:
    plants = server.world.plants[:]
    server.world.plants.clear()
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server))
    assert (flow["step_id"], flow["errors"]) == ("goodwe", {"base": "no_plants_shared"})
    server.world.plants += plants
    flow = await hub.fill(flow, goodwe_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_same_account_twice(hub: Hub, server: GoodWeSimulator) -> None:
    """Known by its address before anything is sent."""
    await hub.add_goodwe(server)
    asked_before = len(server.requests)
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert len(server.requests) == asked_before


async def test_same_account_in_another_spelling(hub: Hub, server: GoodWeSimulator) -> None:
    """Known by its user once it signed in."""
    await hub.add_goodwe(server)
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(server, url=f"{server.url}/"))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_plant_of_another_account(hub: Hub, start_goodwe: StartGoodWe) -> None:
    """Two accounts that see the same plant, such as the owner's and a visitor's, are refused by the plant's name."""
    owner, visitor = await start_goodwe("home"), await start_goodwe("visitor")
    visitor.world.plants[0].id = owner.world.plants[0].id
    entry = await hub.add_goodwe(owner)
    visitor.world.account.uid = "0aaaaaaa-0000-4000-8000-000000000001"
    flow = await hub.fill(await hub.start_flow("goodwe"), goodwe_form(visitor))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "device_in_use")
    assert flow["description_placeholders"] == {"device": visitor.world.plants[0].name, "account": entry.title}
    assert len(hub.hass.config_entries.async_entries(DOMAIN)) == 1
