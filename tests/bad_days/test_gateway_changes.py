"""The gateway is not what it was: stopped, rebuilt, updated, gone, cut off from the grid."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.conftest import PASSWORD, AddGateway
from tests.bad_days.tools import NOTHING, ROUND, asked, entry_of, patiently, problems
from tests.conftest import StartPowerwall
from tests.hub import Hub
from tests.simulators.powerwall import PowerwallSimulator

ENERGIES = ("grid_import_energy_total", "grid_import_energy_today")
POWERS = ("grid_power", "home_power", "solar_power", "battery_power")


def device_of(hub: Hub, device: str) -> dr.DeviceEntry:
    """Return a device of the one account from the registry."""
    found = dr.async_get(hub.hass).async_get(hub.device_id(device))
    assert isinstance(found, dr.DeviceEntry)
    return found


def is_loaded(entry: ConfigEntry) -> bool:
    """Tell whether the account is at work."""
    return entry.state is ConfigEntryState.LOADED


# Stopped and started


async def test_stopped_system(hub: Hub, add_gateway: AddGateway, caplog: pytest.LogCaptureFixture) -> None:
    """502 because the sitemaster is stopped: that is shown, and it is no outage and no matter of sign-in."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    runtime, logins = entry_of(hub.hass).runtime_data, gateway.logins
    total = float(hub.state(f"{gateway.din}_solar_energy_total").state)
    caplog.clear()
    gateway.stop_sitemaster()
    await hub.advance(600, step=20)
    for key in POWERS:
        assert hub.state(f"{gateway.din}_{key}").state == STATE_UNKNOWN, key
    assert hub.state(f"{gateway.din}_running", "binary_sensor").state == STATE_OFF
    assert hub.state(f"{gateway.din}_reachable", "binary_sensor").state == STATE_ON
    assert float(hub.state(f"{gateway.din}_solar_energy_total").state) == total
    assert hub.state(f"{gateway.din}_operating_mode").state == "self_consumption"

    gateway.run_sitemaster()
    await hub.advance(60, step=10)
    for key in POWERS:
        assert hub.state(f"{gateway.din}_{key}").state not in NOTHING, key
    assert hub.state(f"{gateway.din}_running", "binary_sensor").state == STATE_ON
    assert float(hub.state(f"{gateway.din}_solar_energy_total").state) >= total
    assert entry_of(hub.hass).runtime_data is runtime, "the entry was reloaded"
    assert gateway.logins == logins
    assert not problems(caplog)


async def test_start_button(hub: Hub, add_gateway: AddGateway) -> None:
    """A stopped system is started with one press, which returns when it is seen running."""
    gateway = await add_gateway()
    gateway.stop_sitemaster()
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{gateway.din}_running", "binary_sensor").state == STATE_OFF
    await patiently(hub, hub.use("button", "press", f"{gateway.din}_start"), limit=30)
    assert gateway.gateway.running
    assert asked(gateway, "/api/sitemaster/run") == 1
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{gateway.din}_running", "binary_sensor").state == STATE_ON
    assert hub.state(f"{gateway.din}_grid_power").state not in NOTHING


# Batteries


async def test_battery_replaced(hub: Hub, add_gateway: AddGateway, hass_ws_client: WebSocketGenerator) -> None:
    """A new serial number is a new device at once; the old one is silent and may be deleted, a living one not."""
    assert await async_setup_component(hub.hass, "config", {})
    gateway = await add_gateway(batteries=2)
    await hub.advance(ROUND, step=20)
    runtime = entry_of(hub.hass).runtime_data
    old, kept = (battery.serial for battery in gateway.house.batteries)
    assert hub.state(f"{old}_battery_level").state not in NOTHING
    new = gateway.replace_battery(0)
    await hub.advance(120, step=20)
    assert entry_of(hub.hass).runtime_data is runtime, "the entry was reloaded"
    assert device_of(hub, new).via_device_id == hub.device_id(gateway.din)
    for serial in (new, kept):
        assert hub.state(f"{serial}_battery_level").state not in NOTHING
        assert hub.state(f"{serial}_problem", "binary_sensor").state == STATE_OFF
    for key in ("battery_level", "battery_power", "battery_charge_energy_total", "battery_capacity"):
        assert hub.state(f"{old}_{key}").state == STATE_UNAVAILABLE, key
    assert hub.state(f"{old}_problem", "binary_sensor").state == STATE_UNAVAILABLE
    assert int(hub.state(f"{gateway.din}_battery_count").state) == 2

    await hub.hass.config_entries.async_reload(entry_of(hub.hass).entry_id)
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{old}_battery_level").state == STATE_UNAVAILABLE
    assert hub.state(f"{new}_battery_level").state not in NOTHING
    client = await hass_ws_client()
    for serial, may_go in ((gateway.din, False), (kept, False), (new, False), (old, True)):
        answer = await client.remove_device(hub.device_id(serial))
        assert answer["success"] is may_go, serial
    await hub.advance(ROUND, step=20)
    assert not hub.has(f"{old}_battery_level")
    await hub.hass.config_entries.async_reload(entry_of(hub.hass).entry_id)
    await hub.advance(ROUND, step=20)
    assert not hub.has(f"{old}_battery_level"), "the deleted device came back"
    assert hub.state(f"{new}_battery_level").state not in NOTHING


async def test_battery_disabled(hub: Hub, add_gateway: AddGateway, caplog: pytest.LogCaptureFixture) -> None:
    """A disabled battery has no live values but a problem with its reasons; the others do not mind."""
    gateway = await add_gateway(batteries=2)
    await hub.advance(ROUND, step=20)
    caplog.clear()
    ill, well = (battery.serial for battery in gateway.house.batteries)
    gateway.disable_battery(0, ("DisabledExcessiveVoltageDrop", "DisabledOddDay"))
    await hub.advance(ROUND, step=20)
    for key in ("battery_level", "battery_power", "battery_energy"):
        assert hub.state(f"{ill}_{key}").state == STATE_UNAVAILABLE, key
        assert hub.state(f"{well}_{key}").state not in NOTHING, key
    assert hub.state(f"{ill}_problem", "binary_sensor").state == STATE_ON
    assert hub.state(f"{ill}_disabled_reasons").state == "DisabledExcessiveVoltageDrop, DisabledOddDay"
    assert hub.state(f"{well}_problem", "binary_sensor").state == STATE_OFF
    assert hub.state(f"{gateway.din}_battery_level").state not in NOTHING
    assert not problems(caplog)

    gateway.disable_battery(0, ())
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{ill}_battery_level").state not in NOTHING
    assert hub.state(f"{ill}_problem", "binary_sensor").state == STATE_OFF


async def test_battery_away_for_a_while(hub: Hub, add_gateway: AddGateway, caplog: pytest.LogCaptureFixture) -> None:
    """A battery that the gateway does not list for some time is itself again afterwards, also over a restart."""
    gateway = await add_gateway(batteries=2)
    await hub.advance(ROUND, step=20)
    caplog.clear()
    away = gateway.house.batteries[1].serial
    for restart in (False, True):
        fault = gateway.faults.add("/api/system_status", "missing", pointer="/battery_blocks/1")
        await hub.advance(ROUND, step=20)
        if restart:
            await hub.hass.config_entries.async_reload(entry_of(hub.hass).entry_id)
            await hub.advance(ROUND, step=20)
        assert hub.state(f"{away}_battery_charge_energy_total").state == STATE_UNAVAILABLE
        assert hub.state(f"{away}_battery_level").state == STATE_UNAVAILABLE
        gateway.faults.remove(fault)
        await hub.advance(ROUND, step=20)
        assert hub.state(f"{away}_battery_charge_energy_total").state not in NOTHING
        assert hub.state(f"{away}_battery_level").state not in NOTHING
    assert not problems(caplog)


async def test_battery_added(hub: Hub, add_gateway: AddGateway) -> None:
    """One battery more appears by itself."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    runtime = entry_of(hub.hass).runtime_data
    added = gateway.add_battery()
    assert not hub.has(f"{added}_battery_level")
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{added}_battery_level").state not in NOTHING
    assert device_of(hub, added).serial_number == added
    assert int(hub.state(f"{gateway.din}_battery_count").state) == 2
    assert entry_of(hub.hass).runtime_data is runtime, "the entry was reloaded"


# Firmware


async def test_new_firmware(hub: Hub, add_gateway: AddGateway) -> None:
    """After a reboot into new firmware the facts are read again and closed doors tried again, with one login."""
    gateway = await add_gateway()
    await hub.advance(400, step=20)
    gateway.faults.add("/api/operation", "status", code=404)
    await hub.advance(900, step=30)
    gateway.faults.clear()
    gateway.requests.clear()
    await hub.advance(600, step=30)
    assert asked(gateway, "/api/operation") == 0, "a missing endpoint is not asked again"
    assert asked(gateway, "/api/powerwalls") == 0
    logins = gateway.logins

    gateway.set_version("24.48.1 0c0ffee0")
    gateway.gateway.site_name = "Renamed Home"
    gateway.reboot()
    await hub.advance(ROUND + 300, step=20)
    assert gateway.logins == logins + 1
    assert hub.state(f"{gateway.din}_firmware").state == "24.48.1 0c0ffee0"
    assert device_of(hub, gateway.din).sw_version == "24.48.1 0c0ffee0"
    assert device_of(hub, gateway.din).name == "Renamed Home"
    assert asked(gateway, "/api/powerwalls") == 1
    assert hub.state(f"{gateway.din}_operating_mode").state == "self_consumption"
    started_at = hub.state(f"{gateway.din}_started_at").state
    assert started_at == gateway.gateway.start_time.replace(microsecond=0).isoformat()


# Start and restart of Home Assistant


def remembered_nowhere(gateway: PowerwallSimulator) -> MockConfigEntry:
    """Return the entry of a gateway of which nothing else is stored."""
    data: dict[str, Any] = {
        "vendor": "powerwall",
        "identity": gateway.din,
        "host": f"{gateway.host}:{gateway.port}",
        "username": "customer",
        "password": gateway.password,
        "fingerprint": gateway.fingerprint,
    }
    return MockConfigEntry(domain=DOMAIN, data=data, unique_id=f"powerwall_{gateway.din}", title="Simulated Home")


async def test_gone_at_the_first_start(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Nobody there and nothing remembered: Home Assistant tries again until somebody is."""
    gateway = await start_powerwall(password=PASSWORD)
    gateway.refuse_connections()
    entry = remembered_nowhere(gateway)
    entry.add_to_hass(hub.hass)
    assert not await hub.hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await hub.advance(600, step=20)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await gateway.accept_connections()
    await hub.advance(120, step=20)
    assert is_loaded(entry)
    assert hub.state(f"{gateway.din}_grid_power").state not in NOTHING
    assert gateway.logins == 1


async def test_gone_at_a_restart(hub: Hub, add_gateway: AddGateway, caplog: pytest.LogCaptureFixture) -> None:
    """What is remembered is shown at once; live values come when the gateway does, without a reload or a login."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    logins = gateway.logins
    gateway.house.set(home_w=6_000.0, mode="backup")
    await hub.advance(300, step=20)
    energies = {key: float(hub.state(f"{gateway.din}_{key}").state) for key in ENERGIES}
    assert energies["grid_import_energy_today"] > 0.3
    entry = entry_of(hub.hass)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    gateway.refuse_connections()
    caplog.clear()
    assert await hub.hass.config_entries.async_setup(entry.entry_id)
    runtime = entry.runtime_data
    await hub.advance(300, step=20)
    assert is_loaded(entry)
    assert hub.state(f"{gateway.din}_grid_power").state == STATE_UNAVAILABLE
    assert hub.state(f"{gateway.din}_reachable", "binary_sensor").state == STATE_OFF
    assert hub.state(f"{gateway.din}_firmware").state == gateway.gateway.version
    for key, before in energies.items():
        assert float(hub.state(f"{gateway.din}_{key}").state) == before, "counters keep their value"
    assert len(problems(caplog)) == 1

    await gateway.accept_connections()
    await hub.advance(60, step=10)
    assert entry.runtime_data is runtime, "the entry was reloaded"
    assert hub.state(f"{gateway.din}_grid_power").state not in NOTHING
    for key, before in energies.items():
        assert float(hub.state(f"{gateway.din}_{key}").state) == pytest.approx(before + 0.9, abs=0.2), key
    assert gateway.logins == logins


# The grid


async def test_grid_outage(hub: Hub, add_gateway: AddGateway) -> None:
    """Off the grid and back: the state in words, and on the grid only once it is."""
    gateway = await add_gateway()
    shown: list[tuple[str, str]] = []
    for change in (None, gateway.house.start_outage, gateway.house.end_outage, None):
        if change is not None:
            change()
        await hub.advance(12, step=6)
        status = hub.state(f"{gateway.din}_grid_status").state
        shown.append((status, hub.state(f"{gateway.din}_on_grid", "binary_sensor").state))
    assert shown == [("connected", "on"), ("off_grid", "off"), ("reconnecting", "off"), ("connected", "on")]


async def test_grid_faults_are_told_once(hub: Hub, add_gateway: AddGateway) -> None:
    """An event per fault, with its big number to the last digit; a restart tells none of them again."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    told: dict[str, dict[str, Any]] = {}

    @callback
    def _listen(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is not None and state.state not in NOTHING:
            told[state.state] = dict(state.attributes)

    async_track_state_change_event(hub.hass, hub.state(f"{gateway.din}_grid_faults", "event").entity_id, _listen)
    fault = gateway.add_grid_fault()
    await hub.advance(300, step=20)
    (warning,) = told.values()
    assert (warning["event_type"], warning["name"]) == ("warning", "PINV_a006_vfCheckUnderFrequency")
    assert warning["alert_raw"] == str((fault.number << 56) + 25_769_804_011)
    assert warning["PINV_a006_frequency"] == 57.207

    await hub.hass.config_entries.async_reload(entry_of(hub.hass).entry_id)
    await hub.advance(ROUND, step=20)
    assert len(told) == 1
    gateway.add_grid_fault("PINV_a008_vfCheckRocof", is_fault=True)
    await hub.advance(300, step=20)
    assert [attributes["event_type"] for attributes in told.values()] == ["warning", "fault"]
