"""What goes along with a change that follows another one: never what the server's slow copy still says (growatt.md A.9)."""

import copy
from datetime import time, timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    BadAnswer,
    HubError,
    ReadLater,
    WriteIncomplete,
    WriteRefused,
)
from custom_components.solar_battery_hub.core.schedule import Slot
from custom_components.solar_battery_hub.vendors.growatt.controls import Controls
from custom_components.solar_battery_hub.vendors.growatt.model import Family
from tests.vendors.tools import MemoryStore

from .controls_desk import Desk, text
from .test_schedule import SPH, min_bean
from .test_settings import V1_MIN

MIN: dict[str, Any] = min_bean() | V1_MIN
NOON = Slot(start=time(12), end=time(14), mode="battery_first")
EVENING = Slot(start=time(18), end=time(20), mode="grid_first")


def sph() -> Desk:
    """Return an SPH whose settings were just read: it charges with 80 % up to 95 %."""
    desk = Desk(Family.SPH, SPH)
    desk.note()
    return desk


def power_cut(desk: Desk) -> None:
    """Start again with what is on the disk, where the server may be asked but its copy has not followed."""
    desk.store = MemoryStore(**copy.deepcopy({key: desk.store.saved[key] for key in ("shared", "session")}))
    desk.controls = Controls(desk.api, desk.store, desk.clock, lambda _: 2.0)
    desk.api.gap = 0.0


async def power_that_goes_along(desk: Desk) -> str:
    """Change the stop level only, and return the power that is written with it."""
    desk.clock.pass_time(seconds=20)
    ((_, sent),) = await desk.write(charge_stop_level=77)
    power, stop, *_ = sent.split()
    assert stop == "77"
    return power


async def test_a_change_is_not_undone_after_a_power_cut() -> None:
    desk = sph()
    await desk.write(charge_power_rate=33)
    power_cut(desk)
    assert await power_that_goes_along(desk) == "33"


@pytest.mark.parametrize(
    "ahead", [timedelta(seconds=290), timedelta(days=-2)], ids=["five minutes later", "clock put back"]
)
async def test_after_five_minutes_the_copy_counts(ahead: timedelta) -> None:
    desk = sph()
    await desk.write(charge_power_rate=33)
    desk.clock.moment += ahead
    desk.clock.pass_time(seconds=5)
    power_cut(desk)
    assert await power_that_goes_along(desk) == "80"


@pytest.mark.parametrize(
    ("failure", "power"),
    [
        (BadAnswer("system error"), "44"),  # it may have landed, and it is what was asked for
        (WriteRefused("write_refused"), "33"),  # the one before is what the device has
    ],
)
async def test_after_a_change_that_failed(failure: HubError, power: str) -> None:
    desk = sph()
    await desk.write(charge_power_rate=33)
    desk.api.failures[1] = failure
    with pytest.raises(type(failure)):
        await desk.write(charge_power_rate=44)
    assert await power_that_goes_along(desk) == power


async def test_the_half_of_a_schedule_that_was_written_stays() -> None:
    desk = sph()
    desk.api.failures[1] = WriteRefused("write_refused")
    with pytest.raises(WriteIncomplete):
        await desk.write(charge_schedule=text(NOON, EVENING))
    (charge,) = desk.api.writes
    assert "12 0 14 0 1" in charge[1]
    await power_that_goes_along(desk)
    assert desk.api.writes[-1][1].split()[2:] == charge[1].split()[2:]
    ((kind, discharge),) = await desk.write(discharge_power_rate=60)
    assert kind == "mix_ac_discharge_time_period"
    assert "18 0 20 0" not in discharge  # what the device refused is not slipped in


async def test_a_second_change_shortly_before_the_copy_is_read() -> None:
    """The copy that may be read next has not followed the second change: it says nothing about it."""
    desk = sph()
    await desk.write(charge_power_rate=33)
    desk.clock.pass_time(seconds=290)
    await desk.write(charge_stop_level=77)
    written = desk.clock.now()
    desk.clock.pass_time(seconds=5)
    with pytest.raises(ReadLater) as told:
        await desk.read_back("charge_stop_level")
    assert told.value.at == written + timedelta(seconds=310)


async def test_what_was_seen_on_a_min_outlasts_a_change_of_another_setting() -> None:
    desk = Desk(Family.MIN, MIN)
    desk.note()
    for key, kind in (("charge_power_rate", "charge_power"), ("discharge_power_rate", "discharge_power")):
        await desk.write(**{key: 55})
        desk.clock.pass_time(seconds=5)
        desk.api.live[kind] = "55"
        await desk.read_back(key)
    told = desk.note()  # the server's copy has not followed
    assert (told["charge_power_rate"], told["discharge_power_rate"]) == (55, 55)


async def test_an_export_limit_whose_power_is_not_told_is_refused() -> None:
    desk = Desk(Family.SPH, {key: value for key, value in SPH.items() if key != "exportLimitPowerRate"})
    with pytest.raises(WriteRefused):
        await desk.write(export_limit_mode="on")
    assert desk.api.writes == []
