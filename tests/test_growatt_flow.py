"""Adding an account of Growatt's cloud, as in the UI: by token or password, in whichever region."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.vendors.growatt.regions import REGIONS
from tests.conftest import StartGrowatt
from tests.forms import UNSAFE_URLS, suggestions
from tests.hub import Hub, growatt_form
from tests.simulators.growatt.server import GrowattSimulator

pytestmark = pytest.mark.usefixtures("noon")

LOGIN = "/newTwoLoginAPI.do"
PLANTS = "/v1/plant/list"


@pytest.fixture
async def server(start_growatt: StartGrowatt) -> GrowattSimulator:
    return await start_growatt("min_plain")


@pytest.fixture
async def abroad(
    start_growatt: StartGrowatt, server: GrowattSimulator, monkeypatch: pytest.MonkeyPatch
) -> GrowattSimulator:
    """Give two regions a server each: everybody's account lives in China, not in Europe."""
    chinese = await start_growatt("min_plain", region="china")
    monkeypatch.setitem(REGIONS, "china", chinese.url)
    european = await start_growatt("min_plain", region="other_regions", account_region="china")
    monkeypatch.setitem(REGIONS, "other_regions", european.url)
    return chinese


def asked(server: GrowattSimulator, path: str) -> int:
    """Return how often a server was asked for something."""
    return sum(request.path == path for request in server.requests)


async def open_form(hub: Hub, key: str) -> ConfigFlowResult:
    """Open the dialog and choose the key to the account."""
    return await hub.fill(await hub.start_flow("growatt"), {"next_step_id": f"growatt_{key}"})


async def test_menu_offers_both_keys(hub: Hub) -> None:
    flow = await hub.start_flow("growatt")
    assert flow["type"] is FlowResultType.MENU
    assert flow["menu_options"] == ("growatt_token", "growatt_password")


async def test_set_up_by_token(hub: Hub, server: GrowattSimulator) -> None:
    """One call of the plants, of which the server allows ten a day, in the dialog and the set-up together."""
    flow = await open_form(hub, "token")
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "growatt_token")
    flow = await hub.fill(flow, growatt_form(server, token=f" {server.token[:16]}\n{server.token[16:]} "))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    entry = flow["result"]
    agent = entry.data["agent"]
    assert len(bytes.fromhex(agent)) == 4
    identity = f"user_{server.world.user.id}"
    assert entry.unique_id == f"growatt_{identity}"
    assert entry.title == "Plant 1"
    assert entry.data == {
        "vendor": "growatt",
        "identity": identity,
        "auth": "token",
        "agent": agent,
        "region": "own_url",
        "url": server.url,
        "token": server.token,
    }
    assert entry.state is ConfigEntryState.LOADED
    assert asked(server, PLANTS) == 1
    assert asked(server, LOGIN) == 0


async def test_set_up_by_password(hub: Hub, server: GrowattSimulator) -> None:
    """One sign-in in the dialog and the set-up together."""
    entry = await hub.add_growatt(server, "password", username=" demo.user ")
    identity = f"user_{server.world.user.id}"
    assert entry.unique_id == f"growatt_{identity}"
    assert entry.title == "Plant 1"
    assert entry.data == {
        "vendor": "growatt",
        "identity": identity,
        "auth": "password",
        "agent": entry.data["agent"],
        "region": "own_url",
        "url": server.url,
        "username": "demo.user",
        "password": server.world.user.password,
    }
    assert entry.state is ConfigEntryState.LOADED
    assert asked(server, LOGIN) == 1


@pytest.mark.parametrize("key", ["token", "password"])
async def test_every_plant_becomes_a_device(hub: Hub, start_growatt: StartGrowatt, key: str) -> None:
    server = await start_growatt("home")
    await hub.add_growatt(server, key)
    assert len(server.world.plants) == 2
    for plant in server.world.plants:
        assert hub.device_id(f"plant_{plant.id}")
    for device in server.world.devices:
        assert hub.device_id(device.serial)


async def test_region_of_growatt(hub: Hub, abroad: GrowattSimulator) -> None:
    """A known region needs no address, and one that was left in the form is not kept."""
    entry = await hub.add_growatt(abroad, "token", region="china", url="https://left.over")
    assert entry.data["region"] == "china"
    assert "url" not in entry.data


@pytest.mark.parametrize(
    ("key", "wrong", "error"),
    [
        ("token", {"token": "x" * 32}, "token_refused"),
        ("password", {"password": "wrong"}, "password_refused"),
        ("password", {"username": "nobody"}, "password_refused"),
    ],
)
async def test_refused_at_an_address_of_ones_own(
    hub: Hub, server: GrowattSimulator, key: str, wrong: Mapping[str, str], error: str
) -> None:
    """No other region is offered there; what was typed stays, secrets do not; then it works."""
    flow = await hub.fill(await open_form(hub, key), growatt_form(server, key, **wrong))
    assert (flow["step_id"], flow["errors"]) == (f"growatt_{key}", {"base": error})
    assert not hub.hass.config_entries.async_entries(DOMAIN)
    suggested = suggestions(flow)
    assert suggested["url"] == server.url
    assert suggested.keys().isdisjoint({"token", "password"})
    flow = await hub.fill(flow, growatt_form(server, key))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("token", ["", "   ", "two words", "tökén"])
async def test_impossible_token(hub: Hub, server: GrowattSimulator, token: str) -> None:
    """What no token can be is refused like any other wrong one."""
    flow = await hub.fill(await open_form(hub, "token"), growatt_form(server, token=token))
    assert (flow["step_id"], flow["errors"]) == ("growatt_token", {"base": "token_refused"})
    flow = await hub.fill(flow, growatt_form(server))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("wrong", [{"username": ""}, {"password": ""}, {"username": "\x00ü\n", "password": "\ud7ff"}])
async def test_impossible_password(hub: Hub, server: GrowattSimulator, wrong: Mapping[str, str]) -> None:
    flow = await hub.fill(await open_form(hub, "password"), growatt_form(server, "password", **wrong))
    assert (flow["step_id"], flow["errors"]) == ("growatt_password", {"base": "password_refused"})


@pytest.mark.parametrize("key", ["token", "password"])
async def test_other_region_is_offered_once(hub: Hub, abroad: GrowattSimulator, key: str) -> None:
    """The account is tried where the user says, once per submit, with what was typed before."""
    flow = await hub.fill(await open_form(hub, key), growatt_form(abroad, key, region="other_regions"))
    assert (flow["type"], flow["step_id"]) == (FlowResultType.MENU, "growatt_refused")
    assert flow["menu_options"] == (f"growatt_{key}", "growatt_region")
    assert abroad.requests == []
    flow = await hub.fill(flow, {"next_step_id": "growatt_region"})
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "growatt_region")
    flow = await hub.fill(flow, {"region": "china"})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["result"].data["region"] == "china"
    assert asked(abroad, {"token": PLANTS, "password": LOGIN}[key]) == 1


@pytest.mark.parametrize(("key", "wrong"), [("token", {"token": "x" * 32}), ("password", {"password": "wrong"})])
async def test_wrong_in_every_region(hub: Hub, abroad: GrowattSimulator, key: str, wrong: Mapping[str, str]) -> None:
    """After the second refusal the form says what may be wrong; nothing else is offered."""
    flow = await hub.fill(await open_form(hub, key), growatt_form(abroad, key, region="other_regions", **wrong))
    flow = await hub.fill(flow, {"next_step_id": "growatt_region"})
    flow = await hub.fill(flow, {"region": "china"})
    assert (flow["step_id"], flow["errors"]) == (f"growatt_{key}", {"base": f"{key}_refused"})
    flow = await hub.fill(flow, growatt_form(abroad, key, region="other_regions", **wrong))
    error = {"token": "too_soon", "password": "password_refused"}[key]  # the same token at the same server, at once
    assert (flow["step_id"], flow["errors"]) == (f"growatt_{key}", {"base": error})
    flow = await hub.fill(flow, growatt_form(abroad, key, region="china"))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("key", ["token", "password"])
async def test_correct_after_refusal(hub: Hub, abroad: GrowattSimulator, key: str) -> None:
    """The other way out of the menu: the form again, with the region that was chosen."""
    flow = await hub.fill(await open_form(hub, key), growatt_form(abroad, key, region="china", **{key: "x" * 32}))
    flow = await hub.fill(flow, {"next_step_id": f"growatt_{key}"})
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, f"growatt_{key}")
    assert suggestions(flow)["region"] == "china"
    flow = await hub.fill(flow, growatt_form(abroad, key, region="china"))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_server_names_the_region_as_wrong(hub: Hub, server: GrowattSimulator) -> None:
    """With -1 it is certain (growatt.md B.2): nothing else is suspected."""
    answer = '{"error_code": -1, "error_msg": "please use the new domain name", "data": ""}'
    server.faults.add(PLANTS, "status", code=200, body=answer, times=1)
    flow = await hub.fill(await open_form(hub, "token"), growatt_form(server))
    assert (flow["step_id"], flow["errors"]) == ("growatt_token", {"base": "wrong_region"})


@pytest.mark.parametrize("url", UNSAFE_URLS)
@pytest.mark.parametrize("key", ["token", "password"])
async def test_unsafe_address(hub: Hub, server: GrowattSimulator, key: str, url: str) -> None:
    """Nothing is sent in the clear to anywhere but this machine."""
    flow = await hub.fill(await open_form(hub, key), growatt_form(server, key, url=url))
    assert (flow["step_id"], flow["errors"]) == (f"growatt_{key}", {"url": "unsafe_url"})
    assert server.requests == []
    flow = await hub.fill(flow, growatt_form(server, key))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_unsafe_address_as_other_region(hub: Hub, abroad: GrowattSimulator) -> None:
    """It is refused in the form where it was typed, and can be corrected there."""
    flow = await hub.fill(await open_form(hub, "token"), growatt_form(abroad, region="other_regions"))
    flow = await hub.fill(flow, {"next_step_id": "growatt_region"})
    flow = await hub.fill(flow, {"region": "own_url"})
    assert (flow["step_id"], flow["errors"]) == ("growatt_region", {"url": "unsafe_url"})
    flow = await hub.fill(flow, {"region": "own_url", "url": abroad.url})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_dialog_budget(hub: Hub, server: GrowattSimulator) -> None:
    """After five sign-ins in a quarter of an hour the form names the time instead of trying."""
    flow = await open_form(hub, "password")
    for attempt in range(6):
        flow = await hub.fill(flow, growatt_form(server, "password", password=f"wrong{attempt}"))
    assert flow["errors"] == {"base": "locked"}
    assert (flow["description_placeholders"] or {})["until"]
    assert asked(server, LOGIN) == 5


@pytest.mark.parametrize("key", ["token", "password"])
async def test_nobody_there_then_there(hub: Hub, server: GrowattSimulator, unused_tcp_port: int, key: str) -> None:
    flow = await hub.fill(
        await open_form(hub, key), growatt_form(server, key, url=f"http://127.0.0.1:{unused_tcp_port}")
    )
    assert flow["errors"] == {"base": "cannot_connect"}
    flow = await hub.fill(flow, growatt_form(server, key))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_locked_account(hub: Hub, server: GrowattSimulator) -> None:
    """What the server says about a lock is shown, and remembered: the next submit asks nobody."""
    server.legacy.sessions.lock()
    flow = await hub.fill(await open_form(hub, "password"), growatt_form(server, "password"))
    assert flow["errors"] == {"base": "locked"}
    flow = await hub.fill(flow, growatt_form(server, "password"))
    assert flow["errors"] == {"base": "locked"}
    assert asked(server, LOGIN) == 1


@pytest.mark.parametrize("key", ["token", "password"])
async def test_account_without_plants(hub: Hub, server: GrowattSimulator, key: str) -> None:
    plants = server.world.plants[:]
    server.world.plants.clear()
    flow = await hub.fill(await open_form(hub, key), growatt_form(server, key))
    assert (flow["step_id"], flow["errors"]) == (f"growatt_{key}", {"base": "no_plants"})
    server.world.plants += plants
    await hub.advance(310, step=310)
    flow = await hub.fill(flow, growatt_form(server, key))
    assert flow["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("key", ["token", "password"])
async def test_same_account_twice(hub: Hub, server: GrowattSimulator, key: str) -> None:
    """Known by its key before anything is sent."""
    await hub.add_growatt(server, key)
    asked_before = len(server.requests)
    flow = await hub.fill(await open_form(hub, key), growatt_form(server, key))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert len(server.requests) == asked_before


@pytest.mark.parametrize(("first", "second"), [("token", "password"), ("password", "token")])
async def test_same_account_by_its_other_key(hub: Hub, server: GrowattSimulator, first: str, second: str) -> None:
    await hub.add_growatt(server, first)
    flow = await hub.fill(await open_form(hub, second), growatt_form(server, second))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_device_of_another_account(hub: Hub, start_growatt: StartGrowatt) -> None:
    """Two accounts that see the same inverter, such as the owner's and the installer's, are refused by name."""
    owner, installer = await start_growatt("min_plain"), await start_growatt("home", seed=1)
    shared = {device.serial for device in owner.world.devices} & {device.serial for device in installer.world.devices}
    entry = await hub.add_growatt(owner)
    flow = await hub.fill(await open_form(hub, "token"), growatt_form(installer))
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "device_in_use")
    assert flow["description_placeholders"] == {"device": shared.pop(), "account": entry.title}
    assert not shared
    assert len(hub.hass.config_entries.async_entries(DOMAIN)) == 1


async def test_two_accounts(hub: Hub, start_growatt: StartGrowatt) -> None:
    """Accounts without a device in common live side by side."""
    one = await hub.add_growatt(await start_growatt("min_plain"), "token")
    two = await hub.add_growatt(await start_growatt("mix", seed=1), "password")
    assert one.unique_id != two.unique_id
    assert one.data["agent"] != two.data["agent"]
    assert {one.state, two.state} == {ConfigEntryState.LOADED}
