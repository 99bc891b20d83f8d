"""How changes of settings are written (goodwe.md §6.2, §6.3)."""

from datetime import time
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    BadAnswer,
    NotSupported,
    Unreachable,
    WriteIncomplete,
    WriteRefused,
)
from custom_components.solar_battery_hub.core.schedule import Slot

from .controls_desk import GRID_CHARGE, LIMITS, SERIAL, STATUS_SETTING, ready, slot_bean, text

NIGHT = Slot(start=time(2), end=time(5), mode="charge", power=50, stop_level=90)
EVENING = Slot(start=time(18), end=time(21), mode="discharge", power=32, stop_level=20)
ON: dict[str, Any] = {"TOUWeekEnable": 249, "TOUWeek": [1], "TOUMonth": [0], "TOUStart": "10:00", "TOUEnd": "11:00"}

GRID_CHARGING = {"backup_grid_charging", "backup_charge_power"}


# Writing by name


SIMPLE: tuple[tuple[str, dict[str, Any], list[tuple[Any, ...]]], ...] = (
    (
        "backup_mode",
        {"backup_mode": True},
        [("Backup", {"BackupModeEnable": 1}, {"backup_mode": "remote_Switch_on"})],
    ),
    (
        "time_of_use",
        {"time_of_use": True},
        [("TOUModeEnable", {"TOUModeEnable": 1}, {"TOU": "remote_Switch_on"})],
    ),
    (
        "off_grid_mode",
        {"off_grid_mode": True},
        [("OffGridEnable", {"OffGridEnable": 1}, {"off_grid_mode": "remote_Switch_on"})],
    ),
    (
        "peak_shaving",  # the days it has
        {"peak_shaving": True},
        [
            (
                "DemandOrDelayed1",
                {"DemandOrDelayedWeekEnable1": 252, "DemandOrDelayedWeek1": [1, 2]},
                {"peak_shaving": "remote_Switch_on"},
            )
        ],
    ),
    (
        "delayed_charge",  # all days, as it has none
        {"delayed_charge": True},
        [
            (
                "DemandOrDelayed2",
                {"DemandOrDelayedWeekEnable2": 250, "DemandOrDelayedWeek2": [0, 1, 2, 3, 4, 5, 6]},
                {"delayed_charge": "remote_Switch_on"},
            ),
            ("DelayedChargeEnable", {"DelayedChargeEnable": 1}, {"delayed_charge": "remote_Switch_on"}),
        ],
    ),
)


@pytest.mark.parametrize(("key", "changes", "sent"), SIMPLE, ids=[key for key, _, _ in SIMPLE])
async def test_switches_by_name(key: str, changes: dict[str, Any], sent: list[tuple[Any, ...]]) -> None:
    desk = await ready()
    assert await desk.write(**changes) == sent
    assert (await desk.read_back(key))[key] is True
    off = await desk.write(**{key: False})
    assert [name for name, _, _ in off] == [name for name, _, _ in sent]
    assert (await desk.read_back(key))[key] is False


@pytest.mark.parametrize(
    ("mode", "name", "code", "log"),
    [
        ("self_consumption", "SelfUseMode", 0, "self_use"),
        ("off_grid", "OffGridMode", 1, "off_grid_mode"),
        ("backup", "BackupMode", 2, "backup_mode"),
        ("time_of_use", "TOUMode", 3, "TOU"),
    ],
)
async def test_a_mode_of_a_first_generation(mode: str, name: str, code: int, log: str) -> None:
    desk = await ready(1)
    assert await desk.write(operating_mode=mode) == [(name, {name: code}, {log: "remote_Switch_on"})]


async def test_charging_from_the_grid_in_backup_mode() -> None:
    """Its power goes along, and only with *on*."""
    desk = await ready()
    desk.settings.copy = {"47870": 0}
    assert await desk.write(backup_grid_charging=True) == [
        (
            "Backup",
            {"BackupChargeModelEnable": 1, "BackupPChargeP": 20},
            {"gird_pur_charge": "remote_Switch_on", "charge_pw": 20},
        )
    ]
    desk.settings.copy = {"47870": 1}
    assert await desk.write(backup_charge_power=35.0) == [
        (
            "Backup",
            {"BackupChargeModelEnable": 1, "BackupPChargeP": 35},
            {"gird_pur_charge": "remote_Switch_on", "charge_pw": 35},
        )
    ]
    assert await desk.write(backup_grid_charging=False) == [
        ("Backup", {"BackupChargeModelEnable": 0}, {"gird_pur_charge": "remote_Switch_off"})
    ]


async def test_a_copy_that_is_behind_does_no_harm() -> None:
    """For a minute it still tells what was before our own change."""
    desk = await ready()
    desk.settings.copy = {"47870": 0}
    await desk.write(backup_grid_charging=True)
    assert await desk.write(backup_charge_power=35.0)
    await desk.write(backup_grid_charging=False)
    desk.settings.copy = {"47870": 1}
    with pytest.raises(WriteRefused, match="grid_charging_off"):
        await desk.write(backup_charge_power=40.0)


async def test_a_change_that_was_refused_counts_for_nothing() -> None:
    desk = await ready()
    desk.settings.copy = {"47870": 0}
    desk.settings.failures[0] = WriteRefused("refused_by_device")
    with pytest.raises(WriteRefused, match="refused_by_device"):
        await desk.write(backup_grid_charging=True)
    assert not desk.controls.is_unsettled(desk.device)
    with pytest.raises(WriteRefused, match="grid_charging_off"):
        await desk.write(backup_charge_power=35.0)


async def test_both_at_once_are_one_write() -> None:
    desk = await ready()
    desk.settings.copy = {"47870": 0}
    sent = await desk.write(backup_charge_power=35.0, backup_grid_charging=True)
    assert [data for _, data, _ in sent] == [{"BackupChargeModelEnable": 1, "BackupPChargeP": 35}]


@pytest.mark.parametrize("copy", [{"47870": 0}, {}])
async def test_a_power_without_charging_is_refused(copy: dict[str, object]) -> None:
    desk = await ready()
    desk.settings.copy = copy
    with pytest.raises(WriteRefused, match="grid_charging_off"):
        await desk.write(backup_charge_power=35.0)
    assert desk.settings.sent == []


async def test_a_power_that_is_not_told_is_not_made_up() -> None:
    desk = await ready()
    desk.settings.values["Backup"] = {"BackupModeEnable": 0}
    with pytest.raises(WriteRefused, match="setting_not_told"):
        await desk.write(backup_grid_charging=True)
    assert desk.settings.sent == []


async def test_whether_the_grid_charges_is_not_offered_where_it_is_not_told() -> None:
    desk = await ready(3, (STATUS_SETTING, *LIMITS))
    assert {desk.reasons[key] for key in GRID_CHARGING} == {"setting_not_told"}
    assert (await ready(3, (GRID_CHARGE,))).reasons["backup_charge_power"] is None


# Exclusions


@pytest.mark.parametrize("other", ["backup_mode", "time_of_use", "delayed_charge"])
async def test_peak_shaving_excludes_others(other: str) -> None:
    desk = await ready()
    await desk.write(**{other: True})
    sent = len(desk.settings.sent)
    with pytest.raises(WriteRefused, match="not_with_peak_shaving"):
        await desk.write(peak_shaving=True)
    assert len(desk.settings.sent) == sent
    await desk.write(**{other: False})
    await desk.write(peak_shaving=True)
    sent = len(desk.settings.sent)
    with pytest.raises(WriteRefused, match="not_with_peak_shaving"):
        await desk.write(**{other: True})
    assert len(desk.settings.sent) == sent


async def test_a_schedule_does_not_begin_beside_peak_shaving() -> None:
    desk = await ready()
    await desk.write(peak_shaving=True)
    with pytest.raises(WriteRefused, match="not_with_peak_shaving"):
        await desk.write(charge_schedule=text(NIGHT))
    assert len(desk.settings.sent) == 1


async def test_an_exchange_switches_off_first() -> None:
    desk = await ready()
    await desk.write(backup_mode=True)
    sent = await desk.write(peak_shaving=True, backup_mode=False)
    assert [name for name, _, _ in sent] == ["Backup", "DemandOrDelayed1"]


async def test_what_somebody_else_combined_can_still_be_taken_apart() -> None:
    desk = await ready()
    desk.settings.values["Backup"] = {"BackupModeEnable": 1, "BackupPChargeP": 20}
    desk.settings.values["DemandOrDelayed1"]["DemandOrDelayedWeekEnable1"] = 252
    assert await desk.write(peak_shaving=False)
    assert await desk.write(off_grid_mode=True)


# The schedule


async def test_slots_and_then_the_plan() -> None:
    desk = await ready()
    sent = await desk.write(charge_schedule=text(NIGHT, EVENING))
    assert [name for name, _, _ in sent] == ["TOU1", "TOU2", "TOUModeEnable"]
    assert sent[-1] == ("TOUModeEnable", {"TOUModeEnable": 1}, {"TOU": "remote_Switch_on"})
    assert sent[1][1]["ChargeDischargePW2"] == 320
    assert await desk.write(charge_schedule=text(NIGHT, EVENING)) == []
    assert [name for name, _, _ in await desk.write(charge_schedule=text(EVENING))] == ["TOU1"]


async def test_a_first_generation_chooses_the_mode() -> None:
    desk = await ready(1)
    slot = Slot(start=time(2), end=time(5), mode="charge", power=50)
    assert [name for name, _, _ in await desk.write(charge_schedule=text(slot))] == ["TOU1", "TOUMode"]


async def test_whatever_was_on_while_the_plan_rested_is_off_before_it_begins() -> None:
    desk = await ready()
    desk.settings.values |= {"TOU3": slot_bean(3, **ON), "TOU4": slot_bean(4, **ON | {"TOUStart": "10:30"})}
    sent = await desk.write(charge_schedule=text(NIGHT))
    assert [name for name, _, _ in sent][-1] == "TOUModeEnable"
    running = [name for name, bean in desk.settings.values.items() if bean.get(f"TOUWeekEnable{name[3:]}") == 249]
    assert [desk.settings.values[name][f"TOUStart{name[3:]}"] for name in running] == ["02:00"]


async def test_off_while_the_plan_rests_changes_nothing() -> None:
    desk = await ready()
    desk.settings.values["TOU3"] = slot_bean(3, **ON)
    assert await desk.write(charge_schedule=text()) == []


async def test_off_switches_each_slot_off_and_keeps_the_plan() -> None:
    desk = await ready()
    desk.settings.values |= {"TOU3": slot_bean(3, **ON), "TOUModeEnable": {"TOUModeEnable": 1}}
    ((name, data, log),) = await desk.write(charge_schedule=text())
    assert (name, data["TOUWeekEnable3"], data["TOUStart3"], log["switch"]) == ("TOU3", 6, "10:00", "off")


async def test_a_plan_that_shall_rest_is_not_begun() -> None:
    desk = await ready()
    sent = await desk.write(charge_schedule=text(NIGHT), time_of_use=False)
    assert [(name, data.get(name)) for name, data, _ in sent] == [("TOUModeEnable", 0), ("TOU1", None)]


async def test_slots_nobody_touched_are_not_written() -> None:
    desk = await ready()
    desk.settings.values |= {"TOU12": slot_bean(12, **ON), "TOUModeEnable": {"TOUModeEnable": 1}}
    before = dict(desk.settings.values)
    await desk.write(charge_schedule=text(NIGHT))
    changed = {name for name, value in desk.settings.values.items() if value != before[name]}
    assert changed == {"TOU1"}


async def test_a_schedule_goes_with_its_plan() -> None:
    """What goes along is told with what was asked."""
    desk = await ready()
    await desk.write(charge_schedule=text(NIGHT))
    assert (await desk.read_back("charge_schedule"))["time_of_use"] is True
    await desk.write(time_of_use=False)
    assert '"enabled":true' not in str((await desk.read_back("time_of_use"))["charge_schedule"])
    assert set(await desk.read_back("backup_mode")) == {"backup_mode"}


# What goes wrong


async def test_a_change_that_ends_half_way() -> None:
    desk = await ready()
    desk.settings.failures[1] = Unreachable("x")
    with pytest.raises(WriteIncomplete) as failure:
        await desk.write(charge_schedule=text(NIGHT, EVENING))
    assert failure.value.parts == {"slots 1": "written", "slots 2": "not_written", "time_of_use": "not_written"}


@pytest.mark.parametrize("error", [WriteRefused("refused_by_device"), NotSupported("x")])
async def test_a_refusal_of_the_first_write_left_nothing_behind(error: Exception) -> None:
    desk = await ready()
    desk.settings.failures[0] = error  # type: ignore[assignment]
    with pytest.raises(type(error)):
        await desk.write(charge_schedule=text(NIGHT, EVENING))


async def test_a_lost_answer_to_the_first_of_several_may_have_landed() -> None:
    desk = await ready()
    desk.settings.failures[0] = BadAnswer("x")
    with pytest.raises(WriteIncomplete):
        await desk.write(charge_schedule=text(NIGHT, EVENING))
    desk.settings.failures[0] = BadAnswer("x")
    with pytest.raises(BadAnswer, match="x"):
        await desk.write(backup_mode=True)


async def test_what_a_device_does_not_have_is_refused() -> None:
    desk = await ready(2)
    with pytest.raises(WriteRefused, match="not_on_this_device"):
        await desk.write(off_grid_mode=True)
    assert desk.settings.sent == []


async def test_values_by_address_need_no_other_reads() -> None:
    desk = await ready()
    desk.settings.asked.clear()
    assert await desk.write(export_limit=4200.0) == [
        (SERIAL, {"40328": 4200}, {"40328": "i40328"}, {"limit_setting": 4200})
    ]
    assert desk.settings.asked == []
