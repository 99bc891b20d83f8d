"""What may be set on a device and what of it is told (goodwe.md §6)."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    NotSupported,
    Unreachable,
    WriteRefused,
)
from custom_components.solar_battery_hub.vendors.goodwe.codes import NoPermission, NothingInIt
from custom_components.solar_battery_hub.vendors.goodwe.model import DeviceType, Way

from .controls_desk import MAY_WRITE, SERIAL, STORAGE, Desk, ready

BY_ADDRESS = {"inverter_on", "export_limit_mode", "export_limit", "export_limit_rate"}
BY_NAME = {"time_of_use", "backup_mode", "peak_shaving", "delayed_charge", "charge_schedule"}
GRID_CHARGING = {"backup_grid_charging", "backup_charge_power"}


# What is offered


async def test_before_they_are_read_nothing_is_offered() -> None:
    desk = Desk()
    assert desk.offered == set()
    assert {reason for key, reason in desk.reasons.items() if key != "output_limit"} == {"settings_not_read_yet"}


@pytest.mark.parametrize(
    ("generation", "keys"),
    [
        (1, {"operating_mode", "charge_schedule"}),
        (2, BY_NAME | GRID_CHARGING),
        (3, BY_NAME | GRID_CHARGING | {"off_grid_mode"}),
        (None, set()),
    ],
)
async def test_what_each_generation_offers(generation: int | None, keys: set[str]) -> None:
    desk = await ready(generation)
    assert desk.offered == keys | BY_ADDRESS
    assert {control.device for control in desk.controls.offered(desk.device)} == {SERIAL}
    others = {key: reason for key, reason in desk.reasons.items() if key not in desk.offered}
    assert others.pop("output_limit") == "other_service"
    assert set(others.values()) <= {"not_on_this_device"}


async def test_a_battery_has_what_is_its_own() -> None:
    desk = Desk()
    desk.device = STORAGE
    await desk.note()
    assert desk.offered == {"immediate_charge", "immediate_charge_level", "immediate_charge_power"}
    assert set(desk.reasons) == desk.offered
    assert desk.settings.asked == [f"functions {SERIAL} 1 1", f"parameters {SERIAL}"]


@pytest.mark.parametrize("kind", [DeviceType.METER, DeviceType.BATTERY_RACK, DeviceType.BATTERY])
async def test_other_devices_have_no_settings(kind: DeviceType) -> None:
    """Nor has a battery whose inverter is not known."""
    desk = Desk()
    desk.listed(type=kind)
    assert await desk.note() == {}
    assert desk.reasons == {}
    assert desk.settings.asked == []


async def test_ranges_are_those_of_the_tree() -> None:
    desk = await ready()
    settings = {control.setting.key: control.setting for control in desk.controls.offered(desk.device)}
    assert (settings["export_limit"].minimum, settings["export_limit"].maximum) == (0, 6000)
    rules = settings["charge_schedule"].rules
    assert rules is not None
    assert [(group.slots, set(group.modes)) for group in rules.groups] == [(8, {"charge", "discharge", "export"})]


async def test_what_nobody_saw_working_says_so() -> None:
    desk = await ready()
    proven = {control.setting.key for control in desk.controls.offered(desk.device) if control.setting.proven}
    assert proven == {"inverter_on", "backup_mode", "charge_schedule"}
    details = {found.setting: found.detail.get("proven") for found in desk.controls.capabilities(desk.device)}
    assert details["export_limit"] is False
    desk.way = Way.LEGACY
    inverter_on = next(control.setting for control in desk.controls.offered(desk.device))
    assert (inverter_on.key, inverter_on.proven) == ("inverter_on", False)


@pytest.mark.parametrize(("generation", "proven"), [(1, False), (2, True), (3, True)])
async def test_slots_were_seen_working_in_their_newer_spelling(generation: int, proven: bool) -> None:
    desk = await ready(generation)
    settings = {control.setting.key: control.setting for control in desk.controls.offered(desk.device)}
    assert settings["charge_schedule"].proven is proven


async def test_everything_is_known_after_a_restart() -> None:
    desk = await ready()
    later = Desk(store=desk.store)
    assert later.offered == desk.offered
    assert [control.setting for control in later.controls.offered(later.device)] == [
        control.setting for control in desk.controls.offered(desk.device)
    ]


async def test_a_store_that_makes_no_sense_is_forgotten() -> None:
    desk = await ready()
    desk.store.shared["abilities"] = {
        SERIAL: {
            "generation": 9,
            "plan": {"generation": 9, "places": 1},
            "functions": {},
            "asked": desk.clock.now().isoformat(),
        }
    }
    later = Desk(store=desk.store)
    await later.note()
    assert "charge_schedule" in later.offered


async def test_a_setting_missing_once_is_still_offered() -> None:
    desk = await ready()
    del desk.settings.values["Backup"]
    for offered in (True, True, False):
        assert "backup_mode" not in await desk.note()
        assert ("backup_mode" in desk.offered) is offered


@pytest.mark.parametrize("error", [NotSupported("404"), NothingInIt("Nothing")])
async def test_a_device_without_named_settings(error: Exception) -> None:
    desk = Desk(None)
    desk.settings.generation = _raising(error)  # type: ignore[method-assign]
    await desk.note()
    assert desk.offered == BY_ADDRESS


def _raising(error: Exception) -> Any:
    async def fail(*_: Any) -> Any:
        raise error

    return fail


async def test_what_a_device_can_do_is_asked_once_a_day() -> None:
    desk = await ready()
    first = [f"generation {SERIAL}", f"functions {SERIAL} 0", f"named {SERIAL}", f"parameters {SERIAL}"]
    assert desk.settings.asked == first
    desk.clock.pass_time(hours=23)
    await desk.note()
    assert desk.settings.asked == [*first, *first[2:]]
    desk.clock.pass_time(hours=2)
    await desk.note()
    assert desk.settings.asked == [*first, *first[2:], *first]


# Rights


@pytest.mark.parametrize("permissions", [frozenset({"STATION_VIEW"}), frozenset({"INVERTER_REMOTE_READ"})])
async def test_a_visitor_may_set_nothing(permissions: frozenset[str]) -> None:
    desk = await ready(permissions=permissions)
    assert desk.offered == set()
    assert set(desk.reasons.values()) == {"no_permission"}
    assert bool(desk.settings.asked) is ("INVERTER_REMOTE_READ" in permissions)
    with pytest.raises(WriteRefused, match="no_permission"):
        await desk.write(backup_mode=True)
    assert desk.settings.sent == []


async def test_rights_that_were_not_told_yet() -> None:
    desk = await ready(permissions=None)
    assert desk.settings.asked == []
    assert desk.reasons["backup_mode"] == "settings_not_read_yet"


async def test_who_was_refused_is_left_alone_for_an_hour() -> None:
    desk = await ready()
    desk.settings.failures[0] = NoPermission("100025")
    for _ in range(2):
        with pytest.raises(WriteRefused, match="no_permission"):
            await desk.write(backup_mode=True)
    assert desk.settings.failures == {}
    assert desk.settings.sent == []
    assert desk.reasons["backup_mode"] == "no_permission"
    assert "backup_mode" in desk.offered  # its entity stays
    desk.clock.pass_time(minutes=61)
    assert desk.reasons["backup_mode"] is None
    assert await desk.write(backup_mode=True)


async def test_who_may_not_even_read_is_told_so() -> None:
    desk = Desk()
    desk.settings.read_error = NoPermission("100025")
    assert await desk.note() == {"inverter_on": True}
    assert desk.reasons["backup_mode"] == "no_permission"


async def test_other_failures_are_those_of_the_feed() -> None:
    desk = Desk()
    desk.settings.read_error = Unreachable("x")
    with pytest.raises(Unreachable):
        await desk.note()
    assert desk.reasons["backup_mode"] == "settings_not_read_yet"


async def test_rights_are_those_of_the_plant() -> None:
    assert "INVERTER_REMOTE" in MAY_WRITE
    desk = await ready(permissions=MAY_WRITE - {"INVERTER_REMOTE_READ"})
    assert "backup_mode" in desk.offered


# Reading


async def test_what_is_told() -> None:
    desk = Desk()
    desk.settings.copy = {"40327": 1, "40328": 4200, "80017": 4}
    told = await desk.note()
    assert told.pop("charge_schedule").startswith('{"slots":[')
    assert told == {
        "inverter_on": True,
        "export_limit_mode": "on",
        "export_limit": 4200,
        "running_mode": "self_consumption",
        "time_of_use": False,
        "backup_mode": False,
        "backup_charge_power": 20,
        "off_grid_mode": False,
        "peak_shaving": False,
        "delayed_charge": False,
    }


@pytest.mark.parametrize(
    ("code", "mode"),
    [(-1, "automatic"), (102, "time_of_use"), (106, "peak_shaving"), (255, "shut_down"), (77, "other")],
)
async def test_running_mode(code: int, mode: str) -> None:
    desk = Desk()
    desk.settings.values["INVCurrentWorkMode"] = {"INVCurrentWorkMode": code}
    assert (await desk.note())["running_mode"] == mode


@pytest.mark.parametrize(
    ("first", "second", "enabled", "peak", "delayed"),
    [
        (252, 5, 0, True, False),
        (3, 250, 1, False, True),
        (3, 250, 0, False, False),
        (250, 3, 1, False, True),
        (5, 252, 0, True, False),
        (85, 252, 0, True, False),
        (85, 85, 1, False, False),
        (85, 250, 1, False, True),
    ],
)
async def test_which_of_the_two_is_peak_shaving(
    first: int, second: int, enabled: int, peak: bool, delayed: bool
) -> None:
    desk = Desk()
    desk.settings.values |= {
        "DemandOrDelayed1": {"DemandOrDelayedWeekEnable1": first},
        "DemandOrDelayed2": {"DemandOrDelayedWeekEnable2": second},
        "DelayedChargeEnable": {"DelayedChargeEnable": enabled},
    }
    told = await desk.note()
    assert (told["peak_shaving"], told["delayed_charge"]) == (peak, delayed)


@pytest.mark.parametrize(
    ("code", "mode"), [(0, "self_consumption"), (1, "off_grid"), (2, "backup"), (3, "time_of_use")]
)
async def test_the_mode_of_a_first_generation(code: int, mode: str) -> None:
    desk = Desk(1)
    desk.settings.values |= {name: {name: code} for name in ("SelfUseMode", "OffGridMode", "BackupMode", "TOUMode")}
    assert (await desk.note())["operating_mode"] == mode


@pytest.mark.parametrize(
    ("status", "commanded", "on"),
    [
        (1, 2, True),
        (6, None, True),
        (4, 4, False),
        (3, 2, False),
        (3, 4, True),
        (3, None, None),
        (0, 2, None),
        (2, 4, None),
        (None, 4, None),
    ],
)
async def test_whether_an_inverter_is_on(status: int | None, commanded: int | None, on: bool | None) -> None:
    """One that waits may wait for the sun: what it was told last decides (§5.4)."""
    desk = Desk()
    desk.listed(status=status)
    desk.settings.copy = {"80017": commanded}
    assert (await desk.note()).get("inverter_on") is on
