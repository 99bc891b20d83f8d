"""Event entities: each thing that happened is told once, and what was told last survives a restart."""

from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_mock_restore_state_shutdown_restart

from custom_components.solar_battery_hub.core.control import ControlKind, Setting
from custom_components.solar_battery_hub.core.model import Happening, Ref
from custom_components.solar_battery_hub.core.quantities import Quantity
from tests.bad_days.tools import entry_of, patiently
from tests.conftest import StartPowerwall
from tests.hub import Hub
from tests.made_up import SITE, MadeUpAccount, add_made_up

FAULTS = "grid_faults"
MODE = Setting(key="operating_mode", kind=ControlKind.SELECT, options=("self_consumption", "backup"))
RESERVE = Setting(key="backup_reserve", kind=ControlKind.NUMBER, maximum=100.0, step=1.0, quantity=Quantity.RATIO)


def listen(hub: Hub, unique_id: str) -> list[dict[str, Any]]:
    """Collect the attributes of what an event entity tells from now on."""
    told: list[dict[str, Any]] = []

    @callback
    def _listen(event: Event[EventStateChangedData]) -> None:
        state, before = event.data["new_state"], event.data["old_state"]
        if state is not None and (before is None or state.state != before.state):
            told.append(dict(state.attributes) | {"at": state.state})

    async_track_state_change_event(hub.hass, hub.state(unique_id, "event").entity_id, _listen)
    return told


async def restart(hass: HomeAssistant) -> None:
    """Stop the account, let Home Assistant forget everything that is not on disk, and start it again."""
    entry = entry_of(hass)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await async_mock_restore_state_shutdown_restart(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


def fault(number: int) -> Happening:
    """Return a grid fault of the made-up site."""
    return Happening(id=f"fault-{number}", device=SITE, stream=FAULTS, type="fault", attributes={"name": f"F{number}"})


@pytest.fixture
def account() -> MadeUpAccount:
    """Return an account that tells grid faults."""
    account = MadeUpAccount()
    account.streams = (Ref(SITE, FAULTS),)
    return account


# Grid faults


async def test_what_was_there_before_is_no_news(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Faults the gateway lists when it is set up happened to somebody else."""
    gateway = await start_powerwall()
    gateway.add_grid_fault()
    gateway.add_grid_fault("PINV_a008_vfCheckRocof", is_fault=True)
    await hub.add_powerwall(gateway)
    await hub.advance(120, step=30)
    assert hub.state(f"{gateway.din}_{FAULTS}", "event").state == STATE_UNKNOWN
    told = listen(hub, f"{gateway.din}_{FAULTS}")
    gateway.add_grid_fault("PINV_a004_vfCheckUnderVoltage", is_fault=True)
    await hub.advance(120, step=30)
    assert [event["name"] for event in told] == ["PINV_a004_vfCheckUnderVoltage"]
    assert told[0]["event_type"] == "fault"


async def test_no_fault_at_all(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """The entity is there before anything happened, and the first thing that does is told."""
    gateway = await start_powerwall()
    await hub.add_powerwall(gateway)
    state = hub.state(f"{gateway.din}_{FAULTS}", "event")
    assert (state.state, state.attributes["event_types"]) == (STATE_UNKNOWN, ["fault", "warning"])
    await hub.advance(60, step=30)
    gateway.add_grid_fault()
    await hub.advance(60, step=30)
    state = hub.state(f"{gateway.din}_{FAULTS}", "event")
    assert state.attributes["event_type"] == "warning"
    assert state.attributes["serial"] == gateway.house.batteries[0].serial


async def test_several_at_once(hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is lost when one poll finds more than one, and the list may be told again in any order."""
    await add_made_up(hub.hass, monkeypatch, account)
    told = listen(hub, f"{SITE}_{FAULTS}")
    account.happenings = (fault(1), fault(2), fault(3))
    await hub.advance(10, step=10)
    account.happenings = (fault(4), fault(3), fault(2))
    await hub.advance(10, step=10)
    assert [event["name"] for event in told] == ["F1", "F2", "F3", "F4"]


async def test_fault_while_nobody_was_there(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """What happened while Home Assistant was off is told when it is back."""
    gateway = await start_powerwall()
    await hub.add_powerwall(gateway)
    await hub.advance(60, step=30)
    told = listen(hub, f"{gateway.din}_{FAULTS}")
    entry = entry_of(hub.hass)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    gateway.add_grid_fault()
    await hub.advance(300, step=300)
    assert await hub.hass.config_entries.async_setup(entry.entry_id)
    await hub.advance(60, step=30)
    assert [event["name"] for event in told if "name" in event] == ["PINV_a006_vfCheckUnderFrequency"]


async def test_last_fault_survives_a_restart(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Time, type and attributes are as they were; they are not told again."""
    gateway = await start_powerwall()
    await hub.add_powerwall(gateway)
    await hub.advance(60, step=30)
    gateway.add_grid_fault("PINV_a008_vfCheckRocof", is_fault=True)
    await hub.advance(60, step=30)
    before = hub.state(f"{gateway.din}_{FAULTS}", "event")
    assert before.attributes["event_type"] == "fault"
    await restart(hub.hass)
    await hub.advance(300, step=30)
    after = hub.state(f"{gateway.din}_{FAULTS}", "event")
    assert (after.state, after.attributes) == (before.state, before.attributes)


async def test_memory_has_a_limit(
    hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch, hass_storage: dict[str, Any]
) -> None:
    """What a vendor still lists is never told twice; what it dropped long ago is forgotten."""
    entry = await add_made_up(hub.hass, monkeypatch, account)
    told = listen(hub, f"{SITE}_{FAULTS}")
    for number in range(0, 2000, 20):
        account.happenings = tuple(fault(number + place) for place in range(-20, 20) if number + place >= 0)
        await hub.advance(10, step=10)
    assert [event["name"] for event in told] == [f"F{number}" for number in range(2000)]
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    kept = hass_storage[f"solar_battery_hub.entry.{entry.entry_id}"]["data"]["told"]
    assert len(kept) <= 500
    assert kept[-1] == "fault-1999"


# Settings


@pytest.fixture
def settings() -> MadeUpAccount:
    """Return an account whose settings can be changed."""
    account = MadeUpAccount(MODE, RESERVE)
    account.stored = {"operating_mode": "self_consumption", "backup_reserve": 20.0}
    return account


async def test_settings_that_are_confirmed(hub: Hub, settings: MadeUpAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, settings)
    told = listen(hub, f"{SITE}_settings")
    await patiently(hub, hub.use("select", "select_option", f"{SITE}_operating_mode", option="backup"))
    (event,) = told
    assert event["event_type"] == "confirmed"
    assert event["asked"] == event["read_back"] == {"operating_mode": "backup"}
    assert event["late"] is False
    await patiently(hub, hub.use("select", "select_option", f"{SITE}_operating_mode", option="backup"))
    assert len(told) == 1, "what is so already is no change"


async def test_settings_that_are_not_confirmed(
    hub: Hub, settings: MadeUpAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is the caller's, the event everybody's; the entity shows what the device has."""
    await add_made_up(hub.hass, monkeypatch, settings)
    told = listen(hub, f"{SITE}_settings")
    settings.obeys = False
    with pytest.raises(HomeAssistantError):
        await patiently(hub, hub.use("number", "set_value", f"{SITE}_backup_reserve", value=50))
    (event,) = told
    assert event["event_type"] == "not_confirmed"
    assert (event["asked"], event["read_back"]) == ({"backup_reserve": 50.0}, {"backup_reserve": 20.0})
    assert float(hub.state(f"{SITE}_backup_reserve", "number").state) == 20


async def test_settings_changed_elsewhere(hub: Hub, settings: MadeUpAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told with what was and what is, also when it happened while Home Assistant was off."""
    await add_made_up(hub.hass, monkeypatch, settings)
    await hub.advance(20, step=10)
    told = listen(hub, f"{SITE}_settings")
    settings.stored["operating_mode"] = "backup"
    await hub.advance(20, step=10)
    (event,) = told
    assert event["event_type"] == "changed_elsewhere"
    assert (event["before"], event["found"]) == ({"operating_mode": "self_consumption"}, {"operating_mode": "backup"})

    entry = entry_of(hub.hass)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    settings.stored["backup_reserve"] = 70.0
    assert await hub.hass.config_entries.async_setup(entry.entry_id)
    await hub.advance(20, step=10)
    assert [event["found"] for event in told if "found" in event][-1] == {"backup_reserve": 70.0}


async def test_settings_event_survives_a_restart(
    hub: Hub, settings: MadeUpAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_made_up(hub.hass, monkeypatch, settings)
    await patiently(hub, hub.use("number", "set_value", f"{SITE}_backup_reserve", value=30))
    before = hub.state(f"{SITE}_settings", "event")
    moment = dt_util.parse_datetime(before.state)
    assert moment is not None
    await hub.advance(60, step=30)
    await restart(hub.hass)
    after = hub.state(f"{SITE}_settings", "event")
    assert (after.state, after.attributes) == (before.state, before.attributes)
