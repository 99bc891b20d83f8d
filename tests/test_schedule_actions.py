"""The actions for charge schedules."""

from asyncio import gather
from dataclasses import replace
from datetime import time
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.solar_battery_hub.core.errors import Unreachable, WriteIncomplete
from custom_components.solar_battery_hub.core.schedule import Slot
from tests.bad_days.tools import patiently
from tests.core.schedule_rules import GOODWE_V2, GROWATT_MIN, GROWATT_NOAH, GROWATT_SPH
from tests.hub import Hub
from tests.made_up import INVERTER, PART, SITE, MadeUpAccount, add_made_up
from tests.schedule_tools import EVENING, FREE, NIGHT, SELECT, account_with, asked_rarely, text, written

NIGHT_SLOT = {"start": "01:00", "end": "05:00", "mode": "battery_first"}
EVENING_SLOT = {"start": "17:00:00", "end": "21:00:00", "mode": "grid_first"}  # as the action editor gives it


def told(number: int, start: str, end: str, mode: str, **more: Any) -> dict[str, Any]:
    """Return a slot as an answer tells it."""
    rest = {"power": None, "stop_level": None, "enabled": True, "days": None, "months": None}
    return {"slot": number, "start": start, "end": end, "mode": mode, **rest, **more}


async def refused(hub: Hub, action: str, **fields: Any) -> tuple[str | None, dict[str, str]]:
    """Return why an action is refused."""
    with pytest.raises(ServiceValidationError) as error:
        await hub.act(action, SITE, **fields)
    return error.value.translation_key, dict(error.value.translation_placeholders or {})


# Reading


async def test_get_schedule(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    late = Slot(start=time(22), end=time(23, 59), mode="grid_first")
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT, late))
    assert await hub.act("get_schedule", SITE) == {
        "schedule": "custom",
        "slots": [told(1, "01:00", "05:00", "battery_first"), told(2, "22:00", "00:00", "grid_first")],
        "pending": False,
        "saved": {},
    }


async def test_numbers_count_over_all_groups(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    night = Slot(start=time(1), end=time(5), mode="battery_first", power=80, stop_level=90)
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_SPH, night, EVENING))
    answer = await hub.act("get_schedule", SITE)
    assert answer["slots"] == [
        told(1, "01:00", "05:00", "battery_first", power=80, stop_level=90),
        told(4, "17:00", "21:00", "grid_first"),
    ]


async def test_schedule_that_was_not_read_is_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN)
    account.stored["charge_schedule"] = None
    await add_made_up(hub.hass, monkeypatch, account)
    assert (await refused(hub, "get_schedule"))[0] == "schedule_not_read"
    assert (await refused(hub, "set_schedule_slot", slot=1, **NIGHT_SLOT))[0] == "schedule_not_read"
    assert (await refused(hub, "save_schedule", name="Winter"))[0] == "schedule_not_read"


async def test_device_without_schedule_tells_the_reason(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = MadeUpAccount()
    account.unwritable = {"charge_schedule": "needs_installer"}
    await add_made_up(hub.hass, monkeypatch, account)
    assert (await refused(hub, "get_schedule"))[0] == "needs_installer"
    account.unwritable = {}
    assert (await refused(hub, "clear_schedule"))[0] == "not_supported"


async def test_part_of_a_device_means_its_parent(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    account.parts.append(INVERTER)
    await add_made_up(hub.hass, monkeypatch, account)
    receipt = await hub.act("clear_schedule", PART)
    assert receipt["outcome"] == "confirmed"
    assert written(account) == [()]


# Writing


async def test_set_schedule_answers_with_the_receipt(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, FREE)
    await add_made_up(hub.hass, monkeypatch, account)
    receipt = await hub.act("set_schedule", SITE, slots=[NIGHT_SLOT, EVENING_SLOT])
    slots = [told(1, "01:00", "05:00", "battery_first"), told(2, "17:00", "21:00", "grid_first")]
    assert receipt["outcome"] == "confirmed"
    assert receipt["asked"] == receipt["sent"] == receipt["read_back"] == {"charge_schedule": slots}
    assert receipt["matched"] == {"charge_schedule": True}
    assert written(account) == [(NIGHT, EVENING)]
    assert (await hub.act("set_schedule", SITE, slots=[EVENING_SLOT, NIGHT_SLOT]))["outcome"] == "unchanged"


async def test_answer_can_be_given_back(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GOODWE_V2, Slot(start=time(1), end=time(5), mode="charge", power=50, stop_level=90))
    await add_made_up(hub.hass, monkeypatch, account)
    slots = (await hub.act("get_schedule", SITE))["slots"]
    assert (await hub.act("set_schedule", SITE, slots=slots))["outcome"] == "unchanged"


async def test_set_schedule_by_name(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, FREE)
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.act("save_schedule", SITE, name="Winter", slots=[NIGHT_SLOT])
    await hub.act("set_schedule", SITE, name="winter")
    await hub.act("set_schedule", SITE, name="off")
    assert written(account) == [(NIGHT,), ()]
    assert await refused(hub, "set_schedule", name="Summer") == (
        "schedule_name_unknown",
        {"name": "Summer", "names": "Winter"},
    )


async def test_set_schedule_needs_one_of_both(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN))
    assert (await refused(hub, "set_schedule"))[0] == "schedule_name_or_slots"
    assert (await refused(hub, "set_schedule", name="off", slots=[]))[0] == "schedule_name_or_slots"


@pytest.mark.parametrize(
    ("slots", "reason", "placeholders"),
    [
        ([NIGHT_SLOT, {**EVENING_SLOT, "start": "04:00"}], "schedule_overlap", {"slot": "2", "other": "1"}),
        ([NIGHT_SLOT, {**EVENING_SLOT, "mode": "export"}], "schedule_unknown_mode", None),
        ([{"start": "01:00", "mode": "grid_first"}], "schedule_field_missing", {"slot": "1", "field": "end"}),
        ([{**NIGHT_SLOT, "speed": 3}], "schedule_unknown_field", {"slot": "1", "field": "speed"}),
        ([{**NIGHT_SLOT, "days": ["mon"]}], "schedule_field_not_supported", {"slot": "1", "field": "days"}),
        ([{**NIGHT_SLOT, "days": ["moon"]}], "schedule_bad_field", None),
        ([{**NIGHT_SLOT, "start": "25:00"}], "schedule_bad_field", {"slot": "1", "field": "start", "value": "25:00"}),
        (
            [{"start": f"{hour}:00", "end": f"{hour}:30", "mode": "grid_first"} for hour in range(10)],
            "schedule_too_many_slots",
            {"group": "segments", "slots": "10", "maximum": "9"},
        ),
    ],
)
async def test_what_the_device_cannot_hold_is_refused(
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
    slots: list[dict[str, Any]],
    reason: str,
    placeholders: dict[str, str] | None,
) -> None:
    account = account_with(GROWATT_MIN, FREE)
    await add_made_up(hub.hass, monkeypatch, account)
    key, said = await refused(hub, "set_schedule", slots=slots)
    assert key == reason
    assert placeholders is None or said == placeholders
    assert account.written == []


async def test_shared_numbers_may_be_left_out(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    night = Slot(start=time(1), end=time(5), mode="battery_first", power=80, stop_level=90)
    account = account_with(GROWATT_SPH, night)
    await add_made_up(hub.hass, monkeypatch, account)
    assert (await hub.act("set_schedule", SITE, slots=[NIGHT_SLOT]))["outcome"] == "unchanged"
    other = {**NIGHT_SLOT, "start": "02:00"}
    assert (await hub.act("set_schedule", SITE, slots=[other]))["outcome"] == "confirmed"


async def test_half_a_write_is_told_slot_by_slot(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    account.write_error = WriteIncomplete({"segments 1": "written", "segments 2": "not_written"})
    await add_made_up(hub.hass, monkeypatch, account)
    account.read_error = Unreachable("gone")
    with pytest.raises(HomeAssistantError) as error:
        await hub.act("set_schedule", SITE, slots=[EVENING_SLOT], wait=1)
    assert error.value.translation_key == "write_incomplete"
    assert error.value.translation_placeholders == {"written": "segments 1", "missing": "segments 2"}


# One slot


async def test_one_field_of_a_slot(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT, EVENING)
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.act("set_schedule_slot", SITE, slot=2, end="22:00")
    assert written(account) == [(NIGHT, Slot(start=time(17), end=time(22), mode="grid_first"))]


async def test_slots_that_others_changed_since_the_last_call_stay(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_rarely(monkeypatch)
    account = account_with(GROWATT_MIN, NIGHT)
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.advance(60)
    account.stored["charge_schedule"] = text(NIGHT, EVENING)
    await hub.act("set_schedule_slot", SITE, slot=1, end="06:00")
    assert written(account) == [(Slot(start=time(1), end=time(6), mode="battery_first"), EVENING)]


@pytest.mark.parametrize("action", ["set_schedule_slot", "set_schedule"])
async def test_a_slot_that_is_changed_while_another_change_is_under_way(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    account = account_with(GROWATT_MIN, FREE, FREE)
    account.settings = tuple(replace(setting, settle=5.0) for setting in account.settings)
    await add_made_up(hub.hass, monkeypatch, account)
    fields = {"slot": 1, **NIGHT_SLOT} if action == "set_schedule_slot" else {"slots": [NIGHT_SLOT]}

    async def both() -> list[Any]:
        calls = hub.act(action, SITE, **fields), hub.act("set_schedule_slot", SITE, slot=2, **EVENING_SLOT)
        return list(await gather(*calls))

    assert [receipt["outcome"] for receipt in await patiently(hub, both())] == ["confirmed", "confirmed"]
    assert written(account) == [(NIGHT,), (NIGHT, EVENING)]


async def test_slot_is_turned_off_and_on(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    night = Slot(start=time(1), end=time(5), mode="load_first", power=300)
    account = account_with(GROWATT_NOAH, night)
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.act("set_schedule_slot", SITE, slot=1, enabled=False)
    await hub.act("set_schedule_slot", SITE, slot=1, power=200)
    assert written(account) == [(), (Slot(start=time(1), end=time(5), mode="load_first", power=200),)]
    assert (await hub.act("set_schedule_slot", SITE, slot=5, enabled=False))["outcome"] == "unchanged"


async def test_shared_number_of_a_slot_is_that_of_all(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = [
        Slot(start=time(hour), end=time(hour + 1), mode="battery_first", power=80, stop_level=90) for hour in (1, 3)
    ]
    account = account_with(GROWATT_SPH, *slots)
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.act("set_schedule_slot", SITE, slot=1, power=50)
    assert [slot.power for slot in written(account)[0]] == [50, None]


async def test_new_slot_needs_all_of_it(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT, FREE)
    await add_made_up(hub.hass, monkeypatch, account)
    assert await refused(hub, "set_schedule_slot", slot=2, start="17:00", mode="grid_first") == (
        "schedule_field_missing",
        {"slot": "2", "field": "end"},
    )
    await hub.act("set_schedule_slot", SITE, slot=2, **EVENING_SLOT)
    assert written(account) == [(NIGHT, EVENING)]


async def test_slot_that_does_not_exist(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT))
    assert await refused(hub, "set_schedule_slot", slot=10, **EVENING_SLOT) == (
        "schedule_no_such_slot",
        {"slot": "10", "maximum": "9"},
    )


async def test_job_of_another_group_is_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_SPH))
    assert await refused(hub, "set_schedule_slot", slot=1, **EVENING_SLOT) == (
        "schedule_unknown_mode",
        {"slot": "1", "mode": "grid_first", "modes": "battery_first"},
    )


# Saved schedules


@pytest.mark.parametrize("name", ["", "   ", "x" * 51])
async def test_name_has_a_length(hub: Hub, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT))
    assert await refused(hub, "save_schedule", name=name) == ("schedule_name_length", {"maximum": "50"})


@pytest.mark.parametrize("name", ["off", "Custom", " OFF "])
async def test_reserved_names(hub: Hub, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT))
    assert (await refused(hub, "save_schedule", name=name))[0] == "schedule_name_reserved"


async def test_name_is_unique_ignoring_case(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT))
    await hub.act("save_schedule", SITE, name="Winter")
    answer = await hub.act("save_schedule", SITE, name=" WINTER ", slots=[EVENING_SLOT])
    assert answer == {"name": "WINTER", "slots": [told(1, "17:00", "21:00", "grid_first")]}
    assert list((await hub.act("get_schedule", SITE))["saved"]) == ["WINTER"]


async def test_what_the_device_cannot_hold_is_not_saved(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN, NIGHT))
    slots = [{**NIGHT_SLOT, "mode": "charge"}]
    assert (await refused(hub, "save_schedule", name="Winter", slots=slots))[0] == "schedule_unknown_mode"
    assert (await refused(hub, "save_schedule", name="Winter", slots=[]))[0] == "schedule_without_slots"
    assert (await hub.act("get_schedule", SITE))["saved"] == {}


async def test_saved_schedule_is_deleted(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_with(GROWATT_MIN, NIGHT)
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.act("save_schedule", SITE, name="Winter")
    assert await hub.act("delete_schedule", SITE, name="winter") == {"name": "Winter"}
    state = hub.state(SELECT, "select")
    assert (state.state, state.attributes["options"]) == ("custom", ["off", "custom"])
    assert account.stored["charge_schedule"] == text(NIGHT)
    assert (await refused(hub, "delete_schedule", name="Winter"))[0] == "schedule_name_unknown"


async def test_times_need_quotes(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_made_up(hub.hass, monkeypatch, account_with(GROWATT_MIN))
    with pytest.raises(vol.Invalid):  # what YAML makes of 01:00
        await hub.act("set_schedule_slot", SITE, slot=1, start=60, end="05:00", mode="grid_first")
