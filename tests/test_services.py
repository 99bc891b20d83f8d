"""The actions: which device is meant, what is refused, and what is answered."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from homeassistant.components.homeassistant import DOMAIN as HOMEASSISTANT_DOMAIN
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.core.control import ControlKind, Setting
from custom_components.solar_battery_hub.core.errors import Unreachable
from tests.bad_days.tools import patiently
from tests.conftest import StartPowerwall
from tests.hub import Hub
from tests.made_up import SITE, MadeUpAccount, add_made_up
from tests.metadata.files import load_yaml, texts
from tests.simulators.powerwall import PowerwallSimulator

MODE = Setting(key="operating_mode", kind=ControlKind.SELECT, options=("self_consumption", "backup"))


@pytest.fixture
async def gateway(hub: Hub, start_powerwall: StartPowerwall) -> PowerwallSimulator:
    """Add a gateway with two batteries that takes changes."""
    gateway = await start_powerwall(batteries=2, installer_toggle_done=True)
    await hub.add_powerwall(gateway, username="installer")
    await hub.advance(60, step=10)
    return gateway


def the_entry(hass: HomeAssistant) -> ConfigEntry[Any]:
    """Return the one account."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    return entry


async def call(hub: Hub, action: str, device_id: str, **fields: Any) -> Any:
    """Call an action on whatever id."""
    return await hub.hass.services.async_call(
        DOMAIN, action, {"device_id": device_id, **fields}, blocking=True, return_response=action != "refresh"
    )


# Which device


async def test_unknown_device(hub: Hub, gateway: PowerwallSimulator) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await call(hub, "get_capabilities", "no such device")
    assert error.value.translation_key == "service_device_not_found"


async def test_device_of_somebody_else(hub: Hub, gateway: PowerwallSimulator) -> None:
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hub.hass)
    device = dr.async_get(hub.hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", gateway.din)}, name="Toaster"
    )
    with pytest.raises(ServiceValidationError) as error:
        await call(hub, "set_operating_mode", device.id, mode="backup")
    assert (error.value.translation_domain, error.value.translation_key) == (
        HOMEASSISTANT_DOMAIN,
        "service_device_wrong_domain",
    )


@pytest.mark.parametrize("action", ["get_capabilities", "refresh", "start_gateway"])
async def test_account_that_does_not_run(hub: Hub, gateway: PowerwallSimulator, action: str) -> None:
    device = hub.device_id(gateway.din)
    assert await hub.hass.config_entries.async_unload(the_entry(hub.hass).entry_id)
    gateway.requests.clear()
    with pytest.raises(ServiceValidationError) as error:
        await call(hub, action, device)
    assert error.value.translation_key == "service_config_entry_not_loaded"
    assert gateway.requests == []


async def test_device_that_is_gone(hub: Hub, gateway: PowerwallSimulator) -> None:
    """A battery that was taken away is still in the registry, but no longer there."""
    gone = gateway.house.batteries[0].serial
    device = hub.device_id(gone)
    gateway.replace_battery(0)
    await hub.advance(40, step=20)
    with pytest.raises(ServiceValidationError) as error:
        await call(hub, "set_backup_reserve", device, reserve=50)
    assert error.value.translation_key == "device_gone"
    assert str(error.value) == "This device no longer belongs to the account"


async def test_battery_means_its_gateway(hub: Hub, gateway: PowerwallSimulator) -> None:
    """What a part cannot, its parent is asked for."""
    battery = gateway.house.batteries[1].serial
    receipt = await patiently(hub, hub.act("set_operating_mode", battery, mode="backup"))
    assert receipt["outcome"] == "confirmed"
    assert gateway.house.settings.mode == "backup"
    assert hub.state(f"{gateway.din}_operating_mode", "select").state == "backup"
    own = await hub.act("get_capabilities", gateway.din)
    assert await hub.act("get_capabilities", battery) == own
    assert own["settings"]["operating_mode"] == {
        "writable": True,
        "reason": None,
        "kind": "select",
        "options": ["self_consumption", "autonomous", "backup"],
    }


async def test_each_account_gets_its_own(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """With two gateways the one whose device was named changes."""
    one = await start_powerwall(installer_toggle_done=True)
    other = await start_powerwall("gw2-24.44", seed=7, installer_toggle_done=True)
    await hub.add_powerwall(one, username="installer")
    entry = await hub.add_powerwall(other, username="installer")
    await hub.advance(60, step=20)
    device = dr.async_get(hub.hass).async_get_device_by_identifier((DOMAIN, other.din), entry.entry_id)
    assert device is not None
    await patiently(hub, call(hub, "set_operating_mode", device.id, mode="backup"))
    assert (one.house.settings.mode, other.house.settings.mode) == ("self_consumption", "backup")


# What may be said


WRONG: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("set_operating_mode", {}),
    ("set_operating_mode", {"mode": None}),
    ("set_operating_mode", {"mode": "backup", "reserve": 20}),
    ("set_operating_mode", {"mode": "backup", "wait": 0}),
    ("set_operating_mode", {"mode": "backup", "wait": 601}),
    ("set_backup_reserve", {}),
    ("set_backup_reserve", {"reserve": "much"}),
    ("set_backup_reserve", {"reserve": -1}),
    ("set_backup_reserve", {"reserve": 100.5}),
    ("get_capabilities", {"mode": "backup"}),
    ("refresh", {"wait": 5}),
    ("start_gateway", {"confirm": True}),
    ("stop_gateway", {}),
    ("stop_gateway", {"confirm": False}),
    ("stop_gateway", {"confirm": "yes"}),
)


@pytest.mark.parametrize(("action", "fields"), WRONG)
async def test_wrong_fields(hub: Hub, gateway: PowerwallSimulator, action: str, fields: Mapping[str, Any]) -> None:
    """What the action does not take is refused before anybody is asked."""
    gateway.requests.clear()
    with pytest.raises(vol.Invalid):
        await call(hub, action, hub.device_id(gateway.din), **fields)
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("action", "fields"),
    [("set_operating_mode", {"mode": "backup"}), ("refresh", {}), ("stop_gateway", {"confirm": True})],
)
async def test_no_device(hub: Hub, gateway: PowerwallSimulator, action: str, fields: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid, match="device_id"):
        await hub.hass.services.async_call(DOMAIN, action, fields, blocking=True)


async def test_one_device_per_call(hub: Hub, gateway: PowerwallSimulator) -> None:
    devices = [hub.device_id(battery.serial) for battery in gateway.house.batteries]
    with pytest.raises(vol.Invalid):
        await hub.hass.services.async_call(DOMAIN, "refresh", {"device_id": devices}, blocking=True)


# What a device cannot


REFUSALS = (
    ("gw2-24.44", "set_operating_mode", {"mode": "backup"}, "needs_installer"),
    ("gw2-24.44", "set_backup_reserve", {"reserve": 30}, "needs_installer"),
    ("pw3-26.x", "set_operating_mode", {"mode": "backup"}, "restricted_gateway"),
    ("pw3-26.x", "set_backup_reserve", {"reserve": 30}, "restricted_gateway"),
)


@pytest.mark.parametrize(("profile", "action", "fields", "reason"), REFUSALS)
async def test_reason_of_a_refusal(
    hub: Hub, start_powerwall: StartPowerwall, profile: str, action: str, fields: Mapping[str, Any], reason: str
) -> None:
    """The reason that ``get_capabilities`` gives, in words; nothing is sent."""
    gateway = await start_powerwall(profile)
    await hub.add_powerwall(gateway)
    await hub.advance(60, step=20)
    gateway.requests.clear()
    with pytest.raises(ServiceValidationError) as error:
        await hub.act(action, gateway.din, **fields)
    capabilities = (await hub.act("get_capabilities", gateway.din))["settings"]
    setting = capabilities[action.removeprefix("set_")]
    assert (setting["writable"], setting["reason"]) == (False, reason)
    assert (error.value.translation_domain, error.value.translation_key) == (DOMAIN, reason)
    assert str(error.value) == texts("en")[f"exceptions.{reason}.message"].removesuffix(".")
    assert gateway.requests == []


@pytest.mark.parametrize(("drifts", "outcome", "written"), [(False, "unchanged", 0), (True, "confirmed", 1)])
async def test_what_changes_with_the_time_of_day_is_only_known_for_its_minute(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, drifts: bool, outcome: str, written: int
) -> None:
    """What a plan said some seconds ago may be another thing than what it says after the full hour."""
    account = MadeUpAccount(replace(MODE, drifts=drifts))
    account.stored = {"operating_mode": "backup"}
    await add_made_up(hub.hass, monkeypatch, account)
    before = dt_util.utcnow()
    await hub.advance(10 + 60 - (before.second + 10) % 60 - 2, step=10)  # two seconds before a full minute
    assert (await hub.act("set_operating_mode", SITE, mode="backup"))["outcome"] == "unchanged"
    account.error = Unreachable("nothing new meanwhile")
    await hub.advance(4, step=4)
    receipt = await patiently(hub, hub.act("set_operating_mode", SITE, mode="backup"))
    assert (receipt["outcome"], len(account.written)) == (outcome, written)


async def test_setting_that_nobody_knows(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that never heard of a setting refuses it as well."""
    await add_made_up(hub.hass, monkeypatch, MadeUpAccount(MODE))
    with pytest.raises(ServiceValidationError) as error:
        await hub.act("set_backup_reserve", SITE, reserve=30)
    assert error.value.translation_key == "not_supported"


async def test_action_of_another_maker(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopping a gateway is a gateway's action."""
    await add_made_up(hub.hass, monkeypatch, MadeUpAccount(MODE))
    with pytest.raises(ServiceValidationError) as error:
        await hub.act("stop_gateway", SITE, confirm=True)
    assert error.value.translation_key == "not_supported"


# What is answered


async def test_sign_in_refused_by_a_change(hub: Hub, gateway: PowerwallSimulator) -> None:
    """A wrong password found by a change is one question for the user, and no feed goes on trying."""
    gateway.access.installer_password = "changed meanwhile"
    gateway.kill_sessions()
    with pytest.raises(HomeAssistantError) as error:
        await patiently(hub, hub.act("set_operating_mode", gateway.din, mode="backup"))
    assert error.value.translation_key == "invalid_auth"
    sources = [flow["context"]["source"] for flow in hub.hass.config_entries.flow.async_progress()]
    assert sources == [SOURCE_REAUTH]
    tries = gateway.logins
    await hub.advance(3600, step=60)
    assert gateway.logins == tries <= 3


async def test_change_with_nobody_asking_for_the_answer(hub: Hub, gateway: PowerwallSimulator) -> None:
    """The receipt is optional; the change is not done before it was confirmed."""
    data = {"device_id": hub.device_id(gateway.din), "reserve": 50}
    await patiently(hub, hub.hass.services.async_call(DOMAIN, "set_backup_reserve", data, blocking=True))
    assert gateway.house.settings.reserve_percent == pytest.approx(52.5, abs=0.001)
    assert float(hub.state(f"{gateway.din}_backup_reserve", "number").state) == 50


async def test_refresh(hub: Hub, gateway: PowerwallSimulator) -> None:
    """Everything that may be asked is asked at once; what was asked a moment ago is not."""
    await hub.advance(17, step=1)
    gateway.requests.clear()
    await call(hub, "refresh", hub.device_id(gateway.house.batteries[0].serial))
    asked = [record.path for record in gateway.requests]
    assert {"/api/meters/aggregates", "/api/system_status", "/api/operation"} <= set(asked)
    assert "/api/powerwalls" not in asked
    gateway.requests.clear()
    await call(hub, "refresh", hub.device_id(gateway.din))
    assert gateway.requests == []


async def test_refresh_without_an_answer(hub: Hub, gateway: PowerwallSimulator) -> None:
    """Who asks for news hears that there are none, after one try; what fails alone is told as well."""
    device = hub.device_id(gateway.din)
    await hub.advance(17, step=1)
    gateway.faults.add("*", "reset")
    gateway.requests.clear()
    with pytest.raises(HomeAssistantError) as error:
        await call(hub, "refresh", device)
    assert error.value.translation_key == "cannot_connect"
    assert {record.path for record in gateway.requests} == {"/api/meters/aggregates"}

    gateway.faults.clear()
    await hub.advance(120, step=10)
    for path in ("/api/system_status", "/api/operation", "/api/sitemaster"):
        gateway.faults.add(path, "html")
    await hub.advance(17, step=1)
    with pytest.raises(HomeAssistantError) as error:
        await call(hub, "refresh", device)
    assert error.value.translation_key == "bad_answer"


async def test_actions_without_any_account(hub: Hub, gateway: PowerwallSimulator) -> None:
    """They are the integration's, not an entry's: an automation finds them also when nothing runs."""
    await hub.hass.config_entries.async_remove(the_entry(hub.hass).entry_id)
    assert set(hub.hass.services.async_services_for_domain(DOMAIN)) == set(load_yaml("services.yaml"))
