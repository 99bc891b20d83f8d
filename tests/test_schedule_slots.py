"""The entities of single slots: they edit a draft that is sent whole, or falls back."""

from datetime import time
from typing import Any

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.core.errors import WriteRefused
from custom_components.solar_battery_hub.core.schedule import Schedule, ScheduleRules, Slot
from tests.core.schedule_rules import ANKER_SB1, GOODWE_V2, GROWATT_MIN, GROWATT_NOAH, GROWATT_SPA, GROWATT_SPH
from tests.hub import Hub
from tests.made_up import SITE, MadeUpAccount, add_made_up
from tests.schedule_tools import EVENING, FREE, NIGHT, account_with, asked_rarely, text, written


def slot(hub: Hub, name: str) -> tuple[str, str, str]:
    """Return job, start and end that a slot shows."""
    return (
        hub.state(f"{SITE}_{name}_mode", "select").state,
        hub.state(f"{SITE}_{name}_start", "time").state,
        hub.state(f"{SITE}_{name}_end", "time").state,
    )


async def edit(hub: Hub, name: str, **fields: Any) -> None:
    """Use the entities of a slot."""
    for field, value in fields.items():
        key = f"{SITE}_{name}_{field}"
        if field == "mode":
            await hub.use("select", "select_option", key, option=value)
        elif field in ("start", "end"):
            await hub.use("time", "set_value", key, time=f"{value}:00")
        else:
            await hub.use("number", "set_value", key, value=value)


def dropped(hub: Hub) -> dict[str, Any] | None:
    """Return what the event entity says of a draft that was dropped, if that was the last event."""
    attributes = hub.state(f"{SITE}_settings", "event").attributes
    return dict(attributes) if attributes["event_type"] == "draft_dropped" else None


def registered(hub: Hub, platform: str) -> dict[str, bool]:
    """Return the slot entities of a platform and whether they are enabled."""
    found = er.async_get(hub.hass).entities.values()
    ours = [entry for entry in found if (entry.platform, entry.domain) == (DOMAIN, platform)]
    return {
        entry.unique_id.removeprefix(f"{SITE}_"): not entry.disabled for entry in ours if "slot_" in entry.unique_id
    }


# Which entities there are


async def test_slots_in_use_and_the_next_free_one_are_enabled(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT, FREE, EVENING))
    enabled = {1, 2, 3}
    assert registered(hub, "select") == {f"slot_{number}_mode": number in enabled for number in range(1, 10)}
    assert registered(hub, "time") == {
        f"slot_{number}_{end}": number in enabled for number in range(1, 10) for end in ("start", "end")
    }
    assert registered(hub, "number") == {}


async def test_groups_count_their_own_slots(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    night = Slot(start=time(1), end=time(5), mode="battery_first", power=80, stop_level=90)
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_SPH, night))
    assert registered(hub, "select") == {
        "charge_slot_1_mode": True,
        "charge_slot_2_mode": True,
        "charge_slot_3_mode": False,
        "discharge_slot_1_mode": True,
        "discharge_slot_2_mode": False,
        "discharge_slot_3_mode": False,
    }
    assert registered(hub, "number") == {}  # shared numbers are settings of the device
    assert hub.state(f"{SITE}_charge_slot_1_mode", "select").attributes["options"] == ["off", "battery_first"]
    assert hub.state(f"{SITE}_discharge_slot_1_mode", "select").attributes["options"] == ["off", "grid_first"]


async def test_names_tell_group_and_number(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_SPA))
    names = {
        key: hub.state(f"{SITE}_{key}", platform).name
        for key, platform in (
            ("charge_slot_1_mode", "select"),
            ("discharge_slot_1_start", "time"),
            ("load_slot_1_end", "time"),
        )
    }
    assert names == {
        "charge_slot_1_mode": "Made-up home Charge slot 1",
        "discharge_slot_1_start": "Made-up home Discharge slot 1 start",
        "load_slot_1_end": "Made-up home Load first slot 1 end",
    }


async def test_numbers_of_a_slot_are_entities(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    charge = Slot(start=time(1), end=time(5), mode="charge", power=55.5, stop_level=90)
    await add_made_up(hub.hass, monkeypatch, account_with(GOODWE_V2, charge))
    power = hub.state(f"{SITE}_slot_1_power", "number")
    assert (power.state, power.attributes["min"], power.attributes["max"], power.attributes["step"]) == (
        "55.5",
        0,
        100,
        0.1,
    )
    assert power.attributes["unit_of_measurement"] == "%"
    assert hub.state(f"{SITE}_slot_1_stop_level", "number").state == "90.0"
    assert hub.state(f"{SITE}_slot_2_power", "number").state == "unknown"


async def test_any_number_of_slots_shows_ten(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(ANKER_SB1))
    assert len(registered(hub, "select")) == 10


async def test_entities_stay_over_a_restart(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT))
    before = registered(hub, "select"), registered(hub, "time")
    await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(20)
    assert (registered(hub, "select"), registered(hub, "time")) == before
    assert slot(hub, "slot_1") == ("battery_first", "01:00:00", "05:00:00")


# What they show


async def test_the_end_of_the_day_is_midnight(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    late = Slot(start=time(22), end=time(23, 59), mode="grid_first")
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, late))
    assert slot(hub, "slot_1") == ("grid_first", "22:00:00", "00:00:00")


async def test_free_slot_has_no_times(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, FREE))
    assert slot(hub, "slot_1") == ("off", "unknown", "unknown")


async def test_slot_that_is_off_keeps_its_times(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    off = Slot(start=time(1), end=time(5), mode="battery_first", enabled=False)
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_NOAH, off))
    assert slot(hub, "slot_1") == ("off", "01:00:00", "05:00:00")


# Editing


async def test_slot_is_sent_whole_ten_seconds_after_the_last_touch(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    await add_made_up(hub.hass, monkeypatch, account)
    await edit(hub, "slot_2", mode="grid_first")
    await hub.advance(5)
    await edit(hub, "slot_2", start="17:00")
    await hub.advance(5)
    await edit(hub, "slot_2", end="21:00")
    assert slot(hub, "slot_2") == ("grid_first", "17:00:00", "21:00:00")
    await hub.advance(9, step=3)
    assert account.written == []
    await hub.advance(3, step=3)
    assert written(account) == [(NIGHT, EVENING)]
    await hub.advance(10)
    assert slot(hub, "slot_2") == ("grid_first", "17:00:00", "21:00:00")
    assert hub.state(f"{SITE}_settings", "event").attributes["event_type"] == "confirmed"


async def test_neighbours_are_moved_together(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    after = Slot(start=time(5), end=time(7), mode="grid_first")
    account = account_with(GROWATT_MIN, NIGHT, after)
    await add_made_up(hub.hass, monkeypatch, account)
    await edit(hub, "slot_1", end="06:00")
    await edit(hub, "slot_2", start="06:00")
    await hub.advance(15)
    assert written(account) == [
        (
            Slot(start=time(1), end=time(6), mode="battery_first"),
            Slot(start=time(6), end=time(7), mode="grid_first"),
        )
    ]


async def test_slot_is_turned_off(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT, EVENING)
    await add_made_up(hub.hass, monkeypatch, account)
    await edit(hub, "slot_1", mode="off")
    await hub.advance(15)
    assert written(account) == [(EVENING,)]


async def test_slot_that_is_off_is_turned_on_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    off = Slot(start=time(1), end=time(5), mode="load_first", power=300, enabled=False)
    account = account_with(GROWATT_NOAH, off)
    await add_made_up(hub.hass, monkeypatch, account)
    await edit(hub, "slot_1", mode="load_first", power=200)
    await hub.advance(15)
    assert written(account) == [(Slot(start=time(1), end=time(5), mode="load_first", power=200),)]


async def test_numbers_that_a_job_does_not_have_are_left_out(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_NOAH, Slot(start=time(1), end=time(5), mode="load_first", power=300))
    await add_made_up(hub.hass, monkeypatch, account)
    await edit(hub, "slot_1", mode="battery_first")
    await hub.advance(15)
    assert written(account) == [(NIGHT,)]


async def test_shared_numbers_stay_with_the_device(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    night = Slot(start=time(1), end=time(5), mode="battery_first", power=80, stop_level=90)
    account = account_with(GROWATT_SPH, night)
    await add_made_up(hub.hass, monkeypatch, account)
    await edit(hub, "charge_slot_1", start="02:00")
    await hub.advance(15)
    assert written(account) == [(Slot(start=time(2), end=time(5), mode="battery_first"),)]


async def test_slots_keep_their_places(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_SPH)
    await add_made_up(hub.hass, monkeypatch, account)
    await edit(hub, "discharge_slot_1", mode="grid_first", start="17:00", end="21:00")
    await hub.advance(15)
    (sent,) = [Schedule.from_text(changes["charge_schedule"]) for changes in account.written]
    assert [number for number, slot in enumerate(sent.slots, 1) if slot.enabled] == [4]


# Drafts that make no sense


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"mode": "grid_first"}, "Slot 2: start is missing"),
        ({"start": "17:00", "end": "18:00"}, "Slot 2: mode is missing"),
        ({"mode": "grid_first", "start": "04:00", "end": "06:00"}, "Slot 2 overlaps slot 1"),
        ({"mode": "grid_first", "start": "06:00", "end": "06:00"}, "Slot 2 ends when it starts"),
    ],
)
async def test_invalid_draft_falls_back(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, fields: dict[str, str], reason: str
) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    await add_made_up(hub.hass, monkeypatch, account)
    await edit(hub, "slot_2", **fields)
    await hub.advance(295)
    assert dropped(hub) is None
    assert slot(hub, "slot_2") != ("off", "unknown", "unknown")
    await hub.advance(10)
    told = dropped(hub)
    assert told is not None
    assert (told["reason"], told["slots"]) == (reason, {"2": fields})
    assert slot(hub, "slot_2") == ("off", "unknown", "unknown")
    assert account.written == []


async def test_draft_that_begins_to_make_sense_is_sent(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    await add_made_up(hub.hass, monkeypatch, account)
    await edit(hub, "slot_2", mode="grid_first", start="17:00")
    await hub.advance(250)
    await edit(hub, "slot_2", end="21:00")
    await hub.advance(15)
    assert written(account) == [(NIGHT, EVENING)]
    await hub.advance(300, step=10)
    assert dropped(hub) is None


async def test_draft_waits_for_a_schedule_that_is_not_read_yet(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN)
    account.stored["charge_schedule"] = None
    await add_made_up(hub.hass, monkeypatch, account)
    await edit(hub, "slot_1", mode="grid_first", start="17:00", end="21:00")
    await hub.advance(305)
    assert account.written == []
    told = dropped(hub)
    assert told is not None
    assert told["reason"].startswith("The schedule of this device has not been read yet")


async def test_refusal_of_the_device_is_told(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    await add_made_up(hub.hass, monkeypatch, account)
    account.write_error = WriteRefused("refused_by_gateway")
    await edit(hub, "slot_1", end="06:00")
    await hub.advance(15)
    told = dropped(hub)
    assert told is not None
    assert told["slots"] == {"1": {"end": "06:00"}}
    assert slot(hub, "slot_1") == ("battery_first", "01:00:00", "05:00:00")


async def test_nothing_is_sent_after_the_end(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    entry = await add_made_up(hub.hass, monkeypatch, account)
    await edit(hub, "slot_1", end="06:00")
    await hub.hass.config_entries.async_unload(entry.entry_id)
    await hub.advance(20)
    assert account.written == []


async def test_what_others_change_meanwhile_stays(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.advance(8)
    account.stored["charge_schedule"] = text(NIGHT, EVENING)
    await edit(hub, "slot_1", end="06:00")
    await hub.advance(15)
    assert written(account) == [(Slot(start=time(1), end=time(6), mode="battery_first"), EVENING)]


async def test_what_others_changed_since_the_last_call_stays(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_rarely(monkeypatch)
    account = account_with(GROWATT_MIN, NIGHT)
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.advance(60)
    account.stored["charge_schedule"] = text(NIGHT, EVENING)
    await edit(hub, "slot_1", end="06:00")
    await hub.advance(15)
    assert written(account) == [(Slot(start=time(1), end=time(6), mode="battery_first"), EVENING)]


async def test_others_took_the_time_of_a_draft(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_rarely(monkeypatch)
    account = account_with(GROWATT_MIN, NIGHT)
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.advance(60)
    account.stored["charge_schedule"] = text(NIGHT, Slot(start=time(5), end=time(7), mode="grid_first"))
    await edit(hub, "slot_1", end="06:00")
    await hub.advance(15)
    assert account.written == []
    assert (told := dropped(hub)) is not None
    assert "overlap" in told["reason"]


@pytest.mark.parametrize("rules", [GROWATT_MIN, GROWATT_SPH, GOODWE_V2, GROWATT_NOAH])
async def test_slots_follow_what_the_device_can_do(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, rules: ScheduleRules
) -> None:
    account: MadeUpAccount = account_with(rules)
    await add_made_up(hub.hass, monkeypatch, account)
    assert len(registered(hub, "select")) == sum(group.slots or 0 for group in rules.groups)
    account.settings = ()
    await hub.advance(20)
    assert registered(hub, "select") == {}
