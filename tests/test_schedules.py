"""The select *Charge schedule*, the schedules a user saved, and *Change pending*."""

from datetime import time, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.solar_battery_hub.core.errors import ReadLater, WriteIncomplete
from custom_components.solar_battery_hub.core.schedule import Slot
from tests.core.schedule_rules import GROWATT_MIN, GROWATT_SPH
from tests.hub import Hub
from tests.made_up import SITE, add_made_up
from tests.schedule_tools import EVENING, FREE, NIGHT, SELECT, account_with, text, written

PENDING = f"{SITE}_change_pending"


def shown(hub: Hub) -> tuple[str, list[str]]:
    """Return state and options of the select."""
    state = hub.state(SELECT, "select")
    return state.state, state.attributes["options"]


async def choose(hub: Hub, option: str) -> None:
    await hub.use("select", "select_option", SELECT, option=option)


async def test_schedule_that_has_no_name_is_custom(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT))
    assert shown(hub) == ("custom", ["off", "custom"])
    with pytest.raises(ServiceValidationError) as refused:
        await choose(hub, "custom")
    assert refused.value.translation_key == "schedule_custom"


async def test_custom_is_no_option_while_it_is_not_the_state(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, FREE))
    assert shown(hub) == ("off", ["off"])


async def test_unreadable_schedule_is_unknown(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN)
    account.stored["charge_schedule"] = None
    await add_made_up(hub.hass, monkeypatch, account)
    assert hub.state(SELECT, "select").state == "unknown"


async def test_saved_schedules_are_chosen_by_name(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.act("save_schedule", SITE, name="Winter")
    assert shown(hub) == ("Winter", ["Winter", "off"])

    await choose(hub, "off")
    assert shown(hub) == ("off", ["Winter", "off"])
    await choose(hub, "Winter")
    assert shown(hub) == ("Winter", ["Winter", "off"])
    assert written(account) == [(), (NIGHT,)]

    account.stored["charge_schedule"] = text(EVENING)  # somebody else, in the maker's app
    await hub.advance(10)
    assert shown(hub) == ("custom", ["Winter", "off", "custom"])


async def test_of_two_equal_ones_the_last_chosen_shows(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    await add_made_up(hub.hass, monkeypatch, account)
    for name in ("One", "Two"):
        await hub.act("save_schedule", SITE, name=name)
    assert shown(hub)[0] == "Two"
    await choose(hub, "One")
    assert shown(hub)[0] == "One"
    await choose(hub, "off")
    account.stored["charge_schedule"] = text(NIGHT)
    await hub.advance(10)
    assert shown(hub)[0] == "One"
    assert written(account) == [()]  # the device had One already


async def test_only_what_the_device_can_hold_is_offered(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    entry = await add_made_up(hub.hass, monkeypatch, account)
    await hub.act("save_schedule", SITE, name="Fits")
    slots = [{"start": "1:00", "end": "2:00", "mode": "load_first"}]
    await hub.act("save_schedule", SITE, name="Other job", slots=slots)
    assert shown(hub)[1] == ["Fits", "Other job", "off"]
    account.settings = account_with(GROWATT_SPH).settings  # another inverter in its place
    await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hub)[1] == ["Fits", "off"]


async def test_saved_schedules_survive_a_restart(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT))
    for name in ("One", "Two"):
        await hub.act("save_schedule", SITE, name=name)
    await choose(hub, "One")
    await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    assert shown(hub) == ("One", ["One", "Two", "off"])


async def test_saved_schedule_is_on_disk_at_once(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, hass_storage: dict[str, dict[str, Any]]
) -> None:
    entry = await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT))
    await hub.act("save_schedule", SITE, name="Winter")
    key = f"solar_battery_hub.entry.{entry.entry_id}"
    assert hass_storage[key]["data"]["schedules"]["saved"].keys() == {"Winter"}
    await hub.hass.config_entries.async_remove(entry.entry_id)
    assert key not in hass_storage


async def test_what_the_device_disagrees_with_is_told_in_words(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    account.obeys = False
    account.write_error = WriteIncomplete({"segments 1": "written", "segments 2": "not_written"})
    entry = await add_made_up(hub.hass, monkeypatch, account)
    schedules = entry.runtime_data.schedules
    with pytest.raises(HomeAssistantError) as error:
        await schedules.async_apply(SITE, schedules.with_slots(SITE, {2: EVENING}), wait=1)
    assert error.value.translation_key == "not_confirmed_in_parts"
    assert error.value.translation_placeholders == {
        "asked": "Charge schedule: 01:00–05:00 Battery first; 17:00–21:00 Grid first",
        "found": "Charge schedule: 01:00–05:00 Battery first",
        "written": "segments 1",
        "missing": "segments 2",
    }


async def test_change_is_pending_until_it_can_be_read(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT, read_later=True)
    await add_made_up(hub.hass, monkeypatch, account)
    assert hub.state(PENDING, "binary_sensor").state == "off"
    assert account.clock is not None
    account.read_error = ReadLater(account.clock.now() + timedelta(seconds=300))
    account.shown = dict(account.stored)  # what the vendor's cache says meanwhile
    await choose(hub, "off")
    assert hub.state(PENDING, "binary_sensor").state == "on"
    assert hub.state(SELECT, "select").state == "off"
    assert (await hub.act("get_schedule", SITE))["pending"] is True

    account.read_error = account.shown = None
    await hub.advance(310)
    assert hub.state(PENDING, "binary_sensor").state == "off"
    assert hub.state(f"{SITE}_settings", "event").attributes["event_type"] == "confirmed"


async def test_what_is_never_late_has_nothing_pending(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT))
    assert not hub.has(PENDING, "binary_sensor")


async def test_schedule_over_midnight_is_the_same_in_two_halves(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    halves = (
        Slot(start=time(22), end=time(23, 59), mode="battery_first"),
        Slot(start=time(0), end=time(5), mode="battery_first"),
    )
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, *halves))
    await hub.act(
        "save_schedule", SITE, name="Night", slots=[{"start": "22:00", "end": "05:00", "mode": "battery_first"}]
    )
    assert shown(hub)[0] == "Night"


async def test_deleted_device_is_forgotten(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, hass_storage: dict[str, dict[str, Any]]
) -> None:
    entry = await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT))
    await hub.act("save_schedule", SITE, name="Winter")
    entry.runtime_data.forget(SITE)
    await entry.runtime_data.async_save()
    kept = hass_storage[f"solar_battery_hub.entry.{entry.entry_id}"]["data"]["schedules"]
    assert (kept["saved"].keys(), kept["chosen"]) == ({"Winter"}, {})
