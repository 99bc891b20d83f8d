"""Answers that leave something out, or say what nobody knows: nothing is made of them (goodwe.md §1.1, §6.2, §6.3)."""

from datetime import time
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import WriteRefused
from custom_components.solar_battery_hub.core.schedule import Schedule, Slot
from custom_components.solar_battery_hub.vendors.goodwe.codes import NothingInIt

from .controls_desk import GRID_CHARGE, STATUS_SETTING, STORAGE, Desk, function, ready, slot_bean, text

NIGHT = Slot(start=time(2), end=time(5), mode="charge", power=50, stop_level=90)
EXPORT: dict[str, Any] = {
    "TOUStart": "18:00",
    "TOUEnd": "21:00",
    "TOUWeekEnable": 249,
    "TOUWeek": list(range(7)),
    "ChargeDischargePW": 320,
    "ChargeCutOffSet": 20,
    "TOUMonth": [*range(12), 12],
}


# Parts of an answer


async def planned() -> Desk:
    """Return a desk whose plan acts, with a limit of export in its seventh slot."""
    desk = await ready()
    desk.settings.values |= {"TOU7": slot_bean(7, **EXPORT), "TOUModeEnable": {"TOUModeEnable": 1}}
    await desk.note()
    return desk


@pytest.mark.parametrize("missing", ["TOUModeEnable", "TOU7", "TOU1"])
async def test_a_schedule_that_is_told_in_part_is_not_told(missing: str) -> None:
    """It would look as if somebody had switched slots off."""
    desk = await planned()
    before = (await desk.note())["charge_schedule"]
    part = desk.settings.values.pop(missing)
    assert "charge_schedule" not in await desk.note()
    with pytest.raises(WriteRefused, match="setting_not_told"):
        await desk.write(charge_schedule=text(NIGHT))
    assert desk.settings.sent == []
    desk.settings.values[missing] = part
    assert (await desk.note())["charge_schedule"] == before


async def test_a_limit_of_export_stays_one_when_the_word_of_its_bit_is_missing() -> None:
    desk = await planned()
    before = (await desk.note())["charge_schedule"]
    del desk.settings.values["ARMFunction4"]
    assert (await desk.note())["charge_schedule"] == before
    told = Schedule.from_text(before).slots
    await desk.write(charge_schedule=text(NIGHT, *told))
    assert [name for name, _, _ in desk.settings.sent] == ["TOU1"]


async def test_a_limit_of_export_is_none_where_the_word_says_so() -> None:
    desk = await planned()
    desk.settings.values["ARMFunction4"] = {"ARMFunction4": 12}
    assert '"export"' not in str((await desk.note())["charge_schedule"])


@pytest.mark.parametrize("key", ["peak_shaving", "delayed_charge"])
@pytest.mark.parametrize("missing", ["DemandOrDelayed1", "DemandOrDelayed2"])
async def test_which_of_two_shared_settings_is_meant_is_not_guessed(key: str, missing: str) -> None:
    desk = await ready()
    desk.settings.values |= {
        "DemandOrDelayed1": {"DemandOrDelayedWeekEnable1": 85, "DemandOrDelayedWeek1": []},
        "DemandOrDelayed2": {"DemandOrDelayedWeekEnable2": 85, "DemandOrDelayedWeek2": []},
    }
    del desk.settings.values[missing]
    with pytest.raises(WriteRefused, match="setting_not_told"):
        await desk.write(**{key: True})
    assert desk.settings.sent == []


@pytest.mark.parametrize("word", [255, 250, 252, 1, "on", None])
async def test_a_slot_with_a_switch_nobody_knows_is_no_free_place(word: object) -> None:
    """Whatever runs there is switched off before the plan of the user runs."""
    desk = await planned()
    desk.settings.values["TOU1"] = slot_bean(1, **EXPORT | {"TOUWeekEnable": word, "TOUStart": "03:00"})
    first = Schedule.from_text((await desk.note())["charge_schedule"]).slots[0]
    assert (first.mode, first.enabled) == ("other", True)


@pytest.mark.parametrize("member", ["TOUWeek", "TOUMonth"])
@pytest.mark.parametrize("value", ["0,1,2", 127, {"0": True}])
async def test_a_slot_with_days_nobody_understands_is_no_free_place(member: str, value: object) -> None:
    desk = await planned()
    desk.settings.values["TOU1"] = slot_bean(1, **EXPORT | {member: value, "TOUStart": "03:00"})
    first = Schedule.from_text((await desk.note())["charge_schedule"]).slots[0]
    assert (first.mode, first.enabled) == ("other", True)


# What a device can do


def _telling(answer: Any) -> Any:
    async def tell(_: str) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return tell


@pytest.mark.parametrize("what", ["generation", "functions"])
async def test_an_empty_answer_about_what_it_can_do_takes_nothing_away(what: str) -> None:
    desk = await ready()
    before = desk.offered
    if what == "generation":
        desk.settings.generation = _telling(NothingInIt("Nothing"))  # type: ignore[method-assign]
    else:
        desk.settings.rows = ()
    desk.clock.pass_time(hours=25)
    for _ in range(5):
        await desk.note()
        assert desk.offered == before
    assert await desk.write(charge_schedule=text(NIGHT))
    assert await desk.write(inverter_on=False)


async def test_a_device_that_told_nothing_at_first_is_asked_again_soon() -> None:
    desk = Desk(None, ())
    await desk.note()
    assert desk.offered == set()
    desk.settings.generation_told, desk.settings.rows = 3, (STATUS_SETTING, GRID_CHARGE)
    desk.settings.values = (await ready()).settings.values
    await desk.note()
    assert "inverter_on" in desk.offered
    assert "charge_schedule" in desk.offered


async def test_a_storage_device_without_a_generation_is_asked_again_soon() -> None:
    desk = Desk(3)
    tell, desk.settings.generation = desk.settings.generation, _telling(NothingInIt("Nothing"))  # type: ignore[method-assign]
    await desk.note()
    assert "charge_schedule" not in desk.offered
    desk.settings.generation = tell  # type: ignore[method-assign]
    await desk.note()
    assert "charge_schedule" in desk.offered


async def test_a_clock_put_back_does_not_keep_it_from_asking() -> None:
    desk = await ready()
    desk.clock.pass_time(days=-30)
    desk.settings.asked.clear()
    await desk.note()
    assert any(asked.startswith("generation") for asked in desk.settings.asked)


@pytest.mark.parametrize(
    "said", ["[" * 100_000, '[{"transKey": "stop", "value": "1e300"}]', '{"a": NaN}', "[NaN]"], ids=range(4)
)
async def test_odd_texts_in_the_tree_are_no_choice(said: str) -> None:
    desk = await ready(3, (STATUS_SETTING | {"controlAttr": said}, function("1", "limit_setting", 3, range=said)))
    assert desk.offered.isdisjoint({"inverter_on", "export_limit"})


async def test_a_generation_of_any_size_can_be_stored() -> None:
    desk = Desk(None)
    desk.settings.generation = _telling({"workMode": "1e300"})  # type: ignore[method-assign]
    await desk.note()
    assert desk.controls.offered(desk.device)
    assert desk.store.shared["abilities"][desk.device.serial]["generation"] is None


# What is written


async def test_what_is_nearly_a_whole_number_is_that_number() -> None:
    """0.29 * 100 is a little less than 29."""
    desk = Desk()
    desk.device = STORAGE
    await desk.note()
    ((_, values, _, _),) = await desk.write(immediate_charge_level=0.29 * 100)
    assert values == {"47546": 29}
    desk = await ready()
    desk.settings.copy = {"47870": 1}
    ((_, data, _),) = await desk.write(backup_charge_power=0.29 * 100)
    assert data["BackupPChargeP"] == 29


async def test_limits_come_before_what_they_limit() -> None:
    desk = Desk()
    desk.device = STORAGE
    await desk.note()
    sent = await desk.write(immediate_charge=True, immediate_charge_level=80.0, immediate_charge_power=40.0)
    assert sent[-1][3] == {"immediate_charge": "on"}
    sent = await desk.write(immediate_charge_level=70.0, immediate_charge=False)
    assert sent[0][3] == {"stop_charging": "remote_Switch_off"}
    desk = await ready()
    sent = await desk.write(export_limit_mode="on", export_limit=4200.0)
    assert [list(values) for _, values, _, _ in sent] == [["40328"], ["40327"]]
    sent = await desk.write(export_limit=4000.0, export_limit_mode="off")
    assert [list(values) for _, values, _, _ in sent] == [["40327"], ["40328"]]


@pytest.mark.parametrize("generation", [1, 3])
async def test_a_plan_begins_when_its_slots_are_as_they_shall_be(generation: int) -> None:
    """Not with those of before, also where the user says himself that it shall begin."""
    desk = await ready(generation)
    on = 255 if generation == 1 else 249
    members: dict[str, Any] = {"TOUWeekEnable": on, "TOUWeek": [1], "TOUStart": "10:00", "TOUEnd": "11:00"}
    if generation == 3:
        members["TOUMonth"] = [0]
    begin: dict[str, Any] = {"operating_mode": "time_of_use"} if generation == 1 else {"time_of_use": True}
    desk.settings.values["TOU2"] = slot_bean(2, generation, **members)
    slot = Slot(start=time(2), end=time(5), mode="charge", power=50, stop_level=90 if generation == 3 else None)
    for wanted in (text(slot), text()):
        desk.settings.values |= {"TOU2": slot_bean(2, generation, **members)}
        if generation == 3:
            desk.settings.values["TOUModeEnable"] = {"TOUModeEnable": 0}
        else:
            desk.settings.values |= {
                name: {name: 0} for name in ("SelfUseMode", "OffGridMode", "BackupMode", "TOUMode")
            }
        sent = await desk.write(charge_schedule=wanted, **begin)
        assert [name for name, _, _ in sent][-1] == ("TOUMode" if generation == 1 else "TOUModeEnable")
        assert desk.settings.values["TOU2"]["TOUWeekEnable2"] != on or wanted != text()
