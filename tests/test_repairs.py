"""Repairs: what only the user can put right, said once, in full sentences, and taken back when it is over."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState, ConfigFlow, ConfigFlowResult
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_battery_hub.config_flow import SolarBatteryHubFlow
from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.core.control import ControlKind, Setting
from custom_components.solar_battery_hub.core.errors import AuthFailed, Unreachable
from custom_components.solar_battery_hub.core.model import Notice
from custom_components.solar_battery_hub.core.quantities import Quantity
from tests import rivals
from tests.bad_days.tools import entry_of
from tests.conftest import StartPowerwall
from tests.hub import Hub
from tests.made_up import SITE, MadeUpAccount, add_made_up
from tests.metadata.files import flatten, load_json, placeholders

SLOW = Setting(key="operating_mode", kind=ControlKind.SELECT, options=("self_consumption", "backup"), settle=300.0)
SLOW_RESERVE = Setting(
    key="backup_reserve", kind=ControlKind.NUMBER, maximum=100.0, quantity=Quantity.RATIO, settle=300.0
)
HOUR = 3600.0


def issues(hass: HomeAssistant) -> dict[str | None, Mapping[str, str]]:
    """Return what is filled into the repairs that the integration shows, by kind."""
    found = [issue for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN and issue.active]
    assert len({issue.translation_key for issue in found}) == len(found), "a kind twice"
    return {issue.translation_key: issue.translation_placeholders or {} for issue in found}


def assert_complete(kind: str, filled: Mapping[str, str]) -> None:
    """Check that a repair fills every gap in its texts, and nothing that is not there."""
    texts = dict(flatten(load_json("translations/en.json")["issues"][kind]))
    assert {"title"} < texts.keys()
    needed = frozenset[str]().union(*map(placeholders, texts.values()))
    assert needed == filled.keys()
    assert all(filled.values())


@pytest.fixture
def rival(hass: HomeAssistant) -> Iterator[None]:
    """Stand in for Home Assistant's own integration of the gateway."""
    with rivals.known(hass, "powerwall"):
        yield


def rival_entry(hass: HomeAssistant, address: str, unique_id: str = "1232100-00-E--TG000000000000") -> ConfigEntry:
    """Return an entry of the other integration, not loaded yet."""
    return rivals.add(hass, "powerwall", {"ip_address": address}, unique_id)


# Two on one account


@pytest.mark.usefixtures("rival")
@pytest.mark.parametrize("known_by", ["address", "number"])
@pytest.mark.parametrize("first", [True, False])
async def test_rival(hub: Hub, start_powerwall: StartPowerwall, known_by: str, first: bool) -> None:
    """Told as long as both run, whichever came first, and by which name ever the other knows the gateway."""
    gateway = await start_powerwall()
    address = f"127.0.0.1:{gateway.port}" if known_by == "address" else "gateway.lan"
    number = gateway.din if known_by == "number" else "somebody"
    other = rival_entry(hub.hass, address, number)
    if first:
        await rivals.load(hub.hass, other)
    entry = await hub.add_powerwall(gateway)
    if not first:
        assert issues(hub.hass) == {}
        await rivals.load(hub.hass, other)
    assert issues(hub.hass) == {
        "account_in_use": {"account": entry.title, "integration": "powerwall", "entry": "Old one"}
    }
    assert_complete("account_in_use", issues(hub.hass)["account_in_use"])

    await rivals.unload(hub.hass, other)
    assert issues(hub.hass) == {}
    await rivals.load(hub.hass, other)
    assert issues(hub.hass).keys() == {"account_in_use"}
    await hub.hass.config_entries.async_remove(other.entry_id)
    await hub.hass.async_block_till_done()
    assert issues(hub.hass) == {}


@pytest.mark.usefixtures("rival")
async def test_other_gateway_is_no_rival(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Another address and another number, or one that does not run, disturbs nobody."""
    gateway = await start_powerwall()
    other = rival_entry(hub.hass, f"127.0.0.2:{gateway.port}")
    await rivals.load(hub.hass, other)
    assert other.state is ConfigEntryState.LOADED
    rival_entry(hub.hass, f"127.0.0.1:{gateway.port}", gateway.din)
    await hub.add_powerwall(gateway)
    assert issues(hub.hass) == {}


@pytest.mark.usefixtures("rival")
async def test_rival_of_an_entry_that_is_removed(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Nobody complains any more, and nobody looks at the other one any more."""
    gateway = await start_powerwall()
    other = rival_entry(hub.hass, f"127.0.0.1:{gateway.port}")
    await rivals.load(hub.hass, other)
    entry = await hub.add_powerwall(gateway)
    assert issues(hub.hass).keys() == {"account_in_use"}
    await hub.hass.config_entries.async_remove(entry.entry_id)
    assert issues(hub.hass) == {}
    await hub.hass.config_entries.async_reload(other.entry_id)
    await hub.hass.async_block_till_done()
    assert issues(hub.hass) == {}


# A change that did not work


@pytest.fixture
def account() -> MadeUpAccount:
    """Return an account that does not show a change before five minutes have passed."""
    account = MadeUpAccount(SLOW, SLOW_RESERVE)
    account.stored = {"operating_mode": "self_consumption", "backup_reserve": 20.0}
    return account


async def test_change_that_is_found_wanting_later(
    hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller went with *accepted*; five minutes later a repair says what was asked and what is."""
    await add_made_up(hub.hass, monkeypatch, account)
    account.obeys = False
    receipt = await hub.act("set_operating_mode", SITE, mode="backup")
    assert receipt["outcome"] == "accepted"
    assert hub.state(f"{SITE}_operating_mode", "select").state == "backup"
    await hub.advance(290, step=10)
    assert issues(hub.hass) == {}
    await hub.advance(30, step=10)
    filled = issues(hub.hass)["change_not_confirmed"]
    assert filled == {
        "account": "Made-up home",
        "asked": "Operating mode: Backup only",
        "found": "Operating mode: Self-powered",
    }
    assert_complete("change_not_confirmed", filled)
    assert hub.state(f"{SITE}_operating_mode", "select").state == "self_consumption"
    assert hub.state(f"{SITE}_settings", "event").attributes["late"] is True

    account.obeys = True
    await hub.act("set_operating_mode", SITE, mode="backup")
    await hub.advance(320, step=10)
    assert issues(hub.hass) == {}
    assert hub.state(f"{SITE}_operating_mode", "select").state == "backup"


async def test_accepted_change_survives_a_restart(
    hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is verified by whoever runs then, also after a while without an answer."""
    entry = await add_made_up(hub.hass, monkeypatch, account)
    account.obeys = False
    await hub.act("set_backup_reserve", SITE, reserve=35)
    assert await hub.hass.config_entries.async_reload(entry.entry_id)
    assert float(hub.state(f"{SITE}_backup_reserve", "number").state) == 35
    account.read_error = Unreachable("gone for a moment")
    await hub.advance(400, step=20)
    assert issues(hub.hass) == {}
    account.read_error = None
    await hub.advance(120, step=20)
    assert issues(hub.hass)["change_not_confirmed"]["asked"] == "Backup reserve: 35"
    assert issues(hub.hass)["change_not_confirmed"]["found"] == "Backup reserve: 20"
    assert float(hub.state(f"{SITE}_backup_reserve", "number").state) == 20


async def test_accepted_change_that_the_feed_shows_late(
    hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the verification read is shown; the entity does not jump back to what the feed told before."""
    await add_made_up(hub.hass, monkeypatch, account)
    account.shown = dict(account.stored)
    await hub.act("set_operating_mode", SITE, mode="backup")
    await hub.advance(299, step=1)
    account.error = Unreachable("no news from now on")
    await hub.advance(2, step=1)
    assert hub.state(f"{SITE}_settings", "event").attributes["event_type"] == "confirmed"
    assert hub.state(f"{SITE}_operating_mode", "select").state == "backup"
    assert issues(hub.hass) == {}


async def test_sign_in_refused_by_a_verification(
    hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user is asked once, nothing more is tried, and the change is verified when the sign-in works again."""

    async def ask(flow: ConfigFlow, user_input: Any) -> ConfigFlowResult:
        return flow.async_show_form(step_id="made_up_reauth")

    monkeypatch.setattr(SolarBatteryHubFlow, "async_step_made_up_reauth", ask, raising=False)
    entry = await add_made_up(hub.hass, monkeypatch, account)
    await hub.act("set_operating_mode", SITE, mode="backup")
    account.read_error = AuthFailed("the password was changed")
    await hub.advance(HOUR, step=30)
    (flow,) = hub.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert hub.state(f"{SITE}_solar_power").state == STATE_UNAVAILABLE
    assert issues(hub.hass) == {}

    account.read_error = None
    assert await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(90, step=30)
    event = hub.state(f"{SITE}_settings", "event").attributes
    assert (event["event_type"], event["late"]) == ("confirmed", True)
    assert hub.state(f"{SITE}_solar_power").state == "1000.0"


# The vendor's notices


async def test_notices_come_and_go(hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the vendor has to say is a repair as long as it says so."""
    entry = await add_made_up(hub.hass, monkeypatch, account)
    account.told = (Notice(key="writes_not_permitted", device=SITE, placeholders={"firmware": "7"}),)
    await hub.advance(10, step=10)
    filled = issues(hub.hass)["writes_not_permitted"]
    assert filled == {"account": "Made-up home", "firmware": "7"}
    assert_complete("writes_not_permitted", filled)
    account.told = ()
    await hub.advance(10, step=10)
    assert issues(hub.hass) == {}

    account.told = (Notice(key="writes_not_permitted", device=SITE, placeholders={"firmware": "7"}),)
    await hub.advance(10, step=10)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    assert set(issues(hub.hass)) == {"writes_not_permitted"}, "who ignored it would be asked again"
    account.told = ()
    assert await hub.hass.config_entries.async_setup(entry.entry_id)
    assert issues(hub.hass) == {}


async def test_removal_takes_every_repair_along(
    hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await add_made_up(hub.hass, monkeypatch, account)
    account.told = (Notice(key="writes_not_permitted", device=SITE, placeholders={"firmware": "7"}),)
    await hub.advance(10, step=10)
    assert issues(hub.hass)
    await hub.hass.config_entries.async_remove(entry.entry_id)
    assert issues(hub.hass) == {}


# The texts of the connection's own


async def test_locked(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """A pause that grows is one repair, with the later time."""
    gateway = await start_powerwall()
    await hub.add_powerwall(gateway)
    gateway.faults.add("*", "status", code=429)
    await hub.advance(30, step=10)
    first = issues(hub.hass)["locked"]
    assert_complete("locked", first)
    await hub.advance(400, step=20)
    assert issues(hub.hass)["locked"]["until"] > first["until"]
    gateway.faults.clear()
    await hub.advance(HOUR, step=60)
    assert issues(hub.hass) == {}


async def test_certificate(hub: Hub, start_powerwall: StartPowerwall, hass_client: ClientSessionGenerator) -> None:
    """Closing the question changes nothing; it goes away by itself when the old certificate is back."""
    assert await async_setup_component(hub.hass, REPAIRS, {})
    gateway = await start_powerwall()
    entry = await hub.add_powerwall(gateway)
    await hub.advance(40, step=10)
    hub.hass.config_entries.async_update_entry(entry, data={**entry.data, "fingerprint": "ab" * 32})
    assert await hub.hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert_complete("certificate_changed", issues(hub.hass)["certificate_changed"])
    client = await hass_client()
    answer = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": f"certificate_changed_{entry.entry_id}"}
    )
    question = await answer.json()
    assert (question["step_id"], question["type"]) == ("confirm", "form")
    await client.delete(f"/api/repairs/issues/fix/{question['flow_id']}")
    assert entry_of(hub.hass).data["fingerprint"] == "ab" * 32
    assert issues(hub.hass).keys() == {"certificate_changed"}

    hub.hass.config_entries.async_update_entry(entry, data={**entry.data, "fingerprint": gateway.fingerprint})
    assert await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(40, step=10)
    assert issues(hub.hass) == {}
    assert gateway.logins == 1
