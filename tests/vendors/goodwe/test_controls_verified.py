"""How a change is known to have worked, and when (goodwe.md §6.1–6.3, §10.13)."""

from datetime import timedelta

import pytest

from custom_components.solar_battery_hub.core.control import Outcome

from .controls_counter import Counter
from .controls_desk import SERIAL, STORAGE, Desk, function, ready

RUN_STOP = function("45218", "run_stop", 8)


async def test_what_has_a_name_is_confirmed_at_once() -> None:
    desk = await ready()
    receipt = await Counter(desk).change(backup_mode=True)
    assert (receipt.outcome, receipt.attempts) == (Outcome.CONFIRMED, 1)
    assert receipt.seconds == 2


async def test_what_is_taken_and_not_done_is_not_confirmed() -> None:
    desk = await ready()
    desk.settings.obeys = False
    receipt = await Counter(desk).change(backup_mode=True)
    assert (receipt.outcome, receipt.read_back) == (Outcome.NOT_CONFIRMED, {"backup_mode": False})


async def test_a_copy_follows_a_minute_later() -> None:
    desk = await ready()
    counter = Counter(desk)
    receipt = await counter.change(export_limit=4200.0)
    assert receipt.outcome is Outcome.ACCEPTED
    assert counter.desk.pending(SERIAL) == {"export_limit": 4200.0}
    await counter.later()
    assert counter.told == [("confirmed", True)]


async def test_a_copy_that_lags_longer_is_asked_again_and_believed_in_the_end() -> None:
    desk = await ready()
    desk.settings.copy, desk.settings.obeys = {"40328": 6000}, False
    counter = Counter(desk)
    began = desk.clock.now()
    await counter.change(export_limit=4200.0)
    assert [await counter.later() - began for _ in range(3)] == [
        timedelta(seconds=65),
        timedelta(seconds=125),
        timedelta(seconds=185),
    ]
    assert counter.told == [("not_confirmed", True)]


async def test_who_waits_long_enough_is_told_in_the_same_breath() -> None:
    desk = await ready()
    receipt = await Counter(desk).change(wait=100, export_limit=4200.0)
    assert (receipt.outcome, receipt.seconds) == (Outcome.CONFIRMED, 65)


@pytest.mark.parametrize(("on", "before", "after"), [(False, 5, 3), (False, 5, 4), (True, 3, 5), (True, 4, 1)])
async def test_start_and_stop_are_seen_by_the_status(on: bool, before: int, after: int) -> None:
    desk = await ready()
    desk.semsplus.status = before
    counter = Counter(desk)
    began = desk.clock.now()
    assert (await counter.change(inverter_on=on)).outcome is Outcome.ACCEPTED
    await counter.later()
    await counter.later()
    assert counter.told == []
    desk.semsplus.status = after
    assert await counter.later() - began == timedelta(seconds=210)
    assert counter.told == [("confirmed", True)]


async def test_after_five_minutes_the_truth_is_told() -> None:
    """The switch does not stay where it was put for ever."""
    desk = await ready()
    counter = Counter(desk)
    began = desk.clock.now()
    await counter.change(inverter_on=False)
    while not counter.told:
        await counter.later()
    assert desk.clock.now() - began == timedelta(seconds=330)
    assert counter.told == [("not_confirmed", True)]


async def test_one_that_waits_for_the_sun_was_started_all_the_same() -> None:
    desk = await ready()
    desk.semsplus.status = 3
    counter = Counter(desk)
    await counter.change(inverter_on=True)
    while not counter.told:
        await counter.later()
    assert counter.told == [("confirmed", True)]


async def test_an_inverter_with_a_switch_is_read_by_it() -> None:
    desk = await ready(3, (RUN_STOP,))
    desk.semsplus.status = 3
    desk.settings.copy = {"45218": 0}
    assert await desk.read_back("inverter_on") == {"inverter_on": False}
    counter = Counter(desk)
    await counter.change(inverter_on=True)
    await counter.later()
    assert counter.told == [("confirmed", True)]
    assert desk.controls.note_status(desk.device).popitem()[1] is True


async def test_a_switch_that_the_copy_does_not_know_yet() -> None:
    desk = await ready(3, (RUN_STOP,))
    assert await desk.read_back("inverter_on") == {"inverter_on": True}  # by its status


async def test_a_battery_that_charges_at_once() -> None:
    desk = Desk()
    desk.device = STORAGE
    await desk.note()
    assert await desk.write(immediate_charge=True, immediate_charge_level=80.0) == [
        (STORAGE.serial, {"47546": 80}, {"47546": "i47546"}, {"end_charge_soc": 80}),
        (STORAGE.serial, {"47545": 1}, {"47545": "i47545"}, {"immediate_charge": "on"}),
    ]
    assert await desk.read_back("immediate_charge", "immediate_charge_level") == {
        "immediate_charge": True,
        "immediate_charge_level": 80,
    }


async def test_a_change_is_unsettled_for_three_minutes() -> None:
    desk = await ready()
    assert not desk.controls.is_unsettled(desk.device)
    await desk.write(export_limit=1.0)
    desk.clock.pass_time(seconds=179)
    assert desk.controls.is_unsettled(desk.device)
    desk.clock.pass_time(seconds=2)
    assert not desk.controls.is_unsettled(desk.device)
