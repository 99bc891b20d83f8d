"""Setting up, starting again, letting go and removing an account."""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.solar_battery_hub.const import DOMAIN
from tests.conftest import StartPowerwall
from tests.hub import Hub
from tests.simulators.powerwall import PowerwallSimulator

DAY = 86_400.0
DIN_PATH = "/tedapi/din"


def timers(hass: HomeAssistant) -> set[asyncio.TimerHandle]:
    """Return what waits for its time; not how long servers and Home Assistant's shared connections idle."""
    waiting = (handle for handle in get_scheduled_timer_handles(hass.loop) if not handle.cancelled())
    return {handle for handle in waiting if "site-packages/aiohttp/" not in repr(handle)}


def issues(hass: HomeAssistant) -> set[str | None]:
    """Return the kinds of repairs the integration shows."""
    return {issue.translation_key for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN}


def state_of(entry: ConfigEntry) -> ConfigEntryState:
    """Return the state of an entry as it is now."""
    return entry.state


def files(storage: dict[str, Any]) -> set[str]:
    """Return the integration's private files."""
    return {name for name in storage if name.startswith(DOMAIN)}


def entry_for(gateway: PowerwallSimulator, **changes: Any) -> MockConfigEntry:
    """Return the entry of a gateway of which nothing is remembered."""
    data: dict[str, Any] = {
        "vendor": "powerwall",
        "identity": gateway.din,
        "host": f"{gateway.host}:{gateway.port}",
        "username": "customer",
        "password": gateway.password,
        "fingerprint": gateway.fingerprint,
    }
    return MockConfigEntry(
        domain=DOMAIN, data=data | changes, unique_id=f"powerwall_{gateway.din}", title="Simulated Home"
    )


# Letting go and coming back


async def test_unload_leaves_nothing_running(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """No request, no timer; the entities stay, unavailable."""
    gateway = await start_powerwall()
    before = timers(hub.hass)
    entry = await hub.add_powerwall(gateway)
    await hub.advance(60, step=30)
    assert timers(hub.hass) > before, "nothing to leave behind"
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    assert timers(hub.hass) == before
    gateway.requests.clear()
    await hub.advance(DAY, step=3600)
    assert gateway.requests == []
    assert hub.state(f"{gateway.din}_grid_power").state == STATE_UNAVAILABLE
    assert hub.state(f"{gateway.din}_firmware").state == STATE_UNAVAILABLE


async def test_reload_keeps_what_is_known(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Starting again asks no fact twice, signs in no more and runs everything once."""
    gateway = await start_powerwall(batteries=2)
    entry = await hub.add_powerwall(gateway)
    await hub.advance(60, step=30)
    running = len(timers(hub.hass))
    total = float(hub.state(f"{gateway.din}_solar_energy_total").state)
    devices = {device.id for device in dr.async_entries_for_config_entry(dr.async_get(hub.hass), entry.entry_id)}
    for _ in range(3):
        assert await hub.hass.config_entries.async_reload(entry.entry_id)
        assert state_of(entry) is ConfigEntryState.LOADED
        await hub.advance(60, step=30)
    assert len(timers(hub.hass)) == running
    assert gateway.logins == 1
    assert float(hub.state(f"{gateway.din}_solar_energy_total").state) >= total
    after = {device.id for device in dr.async_entries_for_config_entry(dr.async_get(hub.hass), entry.entry_id)}
    assert after == devices


@pytest.mark.usefixtures("noon")
async def test_counters_survive_unloading(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """What was counted is written when the entry is unloaded: today's energy goes on where it was."""
    gateway = await start_powerwall()
    entry = await hub.add_powerwall(gateway)
    gateway.house.set(solar_w=0.0, home_w=6_000.0, mode="backup")
    before = gateway.house.truth().counters.grid_import_wh
    await hub.advance(600, step=30)
    today = float(hub.state(f"{gateway.din}_grid_import_energy_today").state)
    assert today > 1
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    await hub.advance(600, step=600)
    assert await hub.hass.config_entries.async_setup(entry.entry_id)
    await hub.advance(30, step=30)
    used = (gateway.house.truth().counters.grid_import_wh - before) / 1000
    assert used > 2
    assert float(hub.state(f"{gateway.din}_grid_import_energy_today").state) == pytest.approx(used, abs=0.1)


# Removing


async def test_removal_without_a_gateway(
    hub: Hub, start_powerwall: StartPowerwall, hass_storage: dict[str, Any]
) -> None:
    """Nobody there to sign out from is no reason to keep files or repairs."""
    gateway = await start_powerwall()
    entry = await hub.add_powerwall(gateway)
    gateway.replace_certificate()
    await hub.advance(330, step=30)
    assert issues(hub.hass) == {"certificate_changed"}
    assert len(files(hass_storage)) == 2
    gateway.refuse_connections()
    await hub.hass.config_entries.async_remove(entry.entry_id)
    assert files(hass_storage) == set()
    assert issues(hub.hass) == set()
    assert not hub.hass.states.async_entity_ids()


async def test_removal_of_one_of_two(hub: Hub, start_powerwall: StartPowerwall, hass_storage: dict[str, Any]) -> None:
    """Two gateways are two accounts: one that goes takes only its own along."""
    gone, kept = await start_powerwall(), await start_powerwall("gw2-23.44", seed=7)
    first, second = await hub.add_powerwall(gone), await hub.add_powerwall(kept)
    await hub.advance(330, step=30)
    assert (first.state, second.state) == (ConfigEntryState.LOADED, ConfigEntryState.LOADED)
    assert len(files(hass_storage)) == 4
    for gateway in (gone, kept):
        power = gateway.house.truth().home_w
        assert float(hub.state(f"{gateway.din}_home_power").state) == pytest.approx(power, rel=0.05)
    await hub.hass.config_entries.async_remove(first.entry_id)
    assert len(files(hass_storage)) == 2
    gone.requests.clear()
    kept.requests.clear()
    await hub.advance(60, step=10)
    assert gone.requests == []
    assert len(kept.requests) >= 6
    assert hub.state(f"{kept.din}_home_power").state != STATE_UNAVAILABLE
    assert not hub.has(f"{gone.din}_home_power")
    assert kept.logins == 1


async def test_device_of_an_entry_that_does_not_run(
    hub: Hub, start_powerwall: StartPowerwall, hass_ws_client: WebSocketGenerator
) -> None:
    """While nobody knows which devices are left none may be deleted."""
    assert await async_setup_component(hub.hass, "config", {})
    gateway = await start_powerwall()
    entry = await hub.add_powerwall(gateway)
    await hub.advance(60, step=30)
    battery = hub.device_id(gateway.house.batteries[0].serial)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    client = await hass_ws_client()
    answer = await client.remove_device(battery)
    assert not answer["success"]
    assert "rejected by integration" in answer["error"]["message"]


# A start that fails


type Break = Callable[[PowerwallSimulator], object]

FAILURES: dict[str, tuple[Break, str, str | None]] = {
    "nobody there": (lambda gateway: gateway.refuse_connections(), "cannot_connect", None),
    "nonsense": (lambda gateway: gateway.faults.add("*", "html"), "bad_answer", None),
    "too many requests": (lambda gateway: gateway.faults.add("*", "status", code=429), "locked", "locked"),
    "new certificate": (
        lambda gateway: gateway.replace_certificate(),
        "certificate_changed",
        "certificate_changed",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_first_start_fails(hub: Hub, start_powerwall: StartPowerwall, name: str) -> None:
    """Home Assistant tries again and says why; what the user can do about is a repair, until it is over."""
    break_it, reason, issue = FAILURES[name]
    gateway = await start_powerwall()
    entry = entry_for(gateway)
    break_it(gateway)
    entry.add_to_hass(hub.hass)
    assert not await hub.hass.config_entries.async_setup(entry.entry_id)
    assert state_of(entry) is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == reason
    assert issues(hub.hass) == ({issue} if issue else set())
    assert not er.async_entries_for_config_entry(er.async_get(hub.hass), entry.entry_id)

    gateway.faults.clear()
    await gateway.accept_connections()
    data = {**entry.data, "fingerprint": gateway.fingerprint}
    hub.hass.config_entries.async_update_entry(entry, data=data)
    await hub.advance(700, step=20)
    assert state_of(entry) is ConfigEntryState.LOADED
    assert issues(hub.hass) == set()
    assert gateway.logins == 1


async def test_first_start_with_a_wrong_password(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Only the user can help: one question, no more tries."""
    gateway = await start_powerwall()
    entry = entry_for(gateway, password="former")
    entry.add_to_hass(hub.hass)
    assert not await hub.hass.config_entries.async_setup(entry.entry_id)
    assert state_of(entry) is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "invalid_auth"
    (flow,) = hub.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    tries = gateway.logins
    await hub.advance(3600, step=300)
    assert gateway.logins == tries <= 2

    await hub.fill(flow, {"password": gateway.password})
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(entry) is ConfigEntryState.LOADED
    assert hub.hass.config_entries.flow.async_progress() == []


async def test_one_feed_that_fails_is_no_reason(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """With anything to show the entry starts; the rest comes when it can."""
    gateway = await start_powerwall()
    gateway.faults.add("/api/system_status", "html")
    entry = entry_for(gateway)
    entry.add_to_hass(hub.hass)
    assert await hub.hass.config_entries.async_setup(entry.entry_id)
    await hub.advance(60, step=30)
    assert not hub.has(f"{gateway.din}_battery_energy")
    gateway.faults.clear()
    await hub.advance(60, step=30)
    assert float(hub.state(f"{gateway.din}_battery_energy").state) > 1


# An account that learns its number


async def test_number_that_comes_later(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """The entry is called by the gateway's number from then on; devices and entities keep their ids."""
    gateway = await start_powerwall("pw3-26.x")
    fault = gateway.faults.add(DIN_PATH, "status", code=404)
    entry = await hub.add_powerwall(gateway)
    provisional = gateway.fingerprint
    assert entry.unique_id == f"powerwall_{provisional}"
    await hub.advance(300, step=30)
    device = hub.device_id(provisional)
    before = {item.unique_id for item in er.async_entries_for_config_entry(er.async_get(hub.hass), entry.entry_id)}
    assert f"{provisional}_grid_power" in before

    gateway.faults.remove(fault)
    await hub.advance(DAY, step=7200)
    assert await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(30, step=30)
    assert entry.unique_id == f"powerwall_{gateway.din}"
    assert hub.device_id(provisional) == device
    known = dr.async_get(hub.hass).async_get(device)
    assert isinstance(known, dr.DeviceEntry)
    assert known.serial_number == gateway.din.rpartition("--")[2]
    after = {item.unique_id for item in er.async_entries_for_config_entry(er.async_get(hub.hass), entry.entry_id)}
    assert after == before

    assert await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(30, step=30)
    assert entry.unique_id == f"powerwall_{gateway.din}"
    assert hub.state(f"{provisional}_grid_power").state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)


async def test_number_that_somebody_has(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Two entries of one gateway: the second keeps its provisional name instead of taking the first one's."""
    gateway = await start_powerwall("pw3-26.x")
    first = entry_for(gateway, host="192.0.2.1")
    first.add_to_hass(hub.hass)
    await hub.hass.config_entries.async_set_disabled_by(first.entry_id, ConfigEntryDisabler.USER)
    fault = gateway.faults.add(DIN_PATH, "status", code=404)
    entry = await hub.add_powerwall(gateway)
    gateway.faults.remove(fault)
    await hub.advance(DAY, step=7200)
    assert await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(30, step=30)
    assert entry.runtime_data.account.number == gateway.din
    assert entry.unique_id == f"powerwall_{gateway.fingerprint}"
    assert first.unique_id == f"powerwall_{gateway.din}"
