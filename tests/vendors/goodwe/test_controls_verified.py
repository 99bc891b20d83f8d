"""How a change is known to have worked, and when (goodwe.md §6.1–6.3, §10.13)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from unittest.mock import AsyncMock

import pytest

from custom_components.solar_battery_hub.core.control import Outcome, Receipt
from custom_components.solar_battery_hub.core.desk import ControlDesk
from custom_components.solar_battery_hub.core.errors import (
    BadAnswer,
    NotSupported,
    ReadLater,
    WriteIncomplete,
    WriteRefused,
)
from custom_components.solar_battery_hub.core.model import Value
from custom_components.solar_battery_hub.vendors.goodwe.codes import NothingInIt
from custom_components.solar_battery_hub.vendors.goodwe.model import Way

from .controls_desk import SERIAL, STATUS_SETTING, STORAGE, Desk, function, ready

RUN_STOP = function("45218", "run_stop", 8)


class Writer:
    """The part of an account that a control desk needs."""

    def __init__(self, desk: Desk) -> None:
        """Stand before the controls of one device."""
        self._desk = desk

    def controls(self, _: str) -> object:
        """Return what is offered."""
        return self._desk.controls.offered(self._desk.device)

    async def write(self, _: str, changes: dict[str, Value]) -> None:
        """Write."""
        await self._desk.controls.write(self._desk.device, changes)

    async def read_back(self, _: str, settings: frozenset[str]) -> object:
        """Read back."""
        return await self._desk.controls.read_back(self._desk.device, settings)


class Counter:
    """A control desk over the controls, and what it tells."""

    def __init__(self, desk: Desk) -> None:
        """Open."""
        self.told: list[tuple[str, bool]] = []
        self.clock = desk.clock
        self.desk = ControlDesk(
            Writer(desk),  # type: ignore[arg-type]
            desk.clock,
            lambda _: None,
            on_change=lambda: None,
            on_outcome=lambda _, outcome, details: self.told.append((outcome, details["late"])),
        )

    async def change(self, *, wait: float = 30, **changes: Value) -> Receipt:
        """Change settings of the device."""
        return await self.desk.apply(SERIAL, changes, wait=wait)

    async def later(self) -> datetime:
        """Verify what is due, when it is due; return when that was."""
        at = self.desk.next_verification
        assert at is not None
        await self.clock.sleep_until(at)
        await self.desk.verify_due()
        return at


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


# The older service


async def test_what_the_older_service_offers() -> None:
    desk = Desk(way=Way.LEGACY, permissions=None)
    assert desk.offered == {"inverter_on", "output_limit"}
    assert await desk.note() == {"inverter_on": True}
    assert desk.settings.asked == []


async def test_a_visitor_stays_one_on_the_older_service() -> None:
    desk = Desk(way=Way.LEGACY, permissions=frozenset({"STATION_VIEW"}))
    assert desk.offered == set()


async def test_entities_stay_while_the_older_service_is_used() -> None:
    desk = await ready()
    before = desk.offered
    desk.way = Way.LEGACY
    assert desk.offered == before | {"output_limit"}
    assert desk.reasons["backup_mode"] == "other_service"
    with pytest.raises(WriteRefused, match="other_service"):
        await desk.write(backup_mode=True)
    desk.way = Way.SEMSPLUS
    assert desk.offered == before
    with pytest.raises(WriteRefused, match="other_service"):
        await desk.write(output_limit=50.0)
    assert (desk.settings.sent, desk.legacy.sent) == ([], [])


@pytest.mark.parametrize(("on", "status"), [(False, "2"), (True, "4")])
async def test_start_and_stop_by_the_older_service(on: bool, status: str) -> None:
    desk = Desk(way=Way.LEGACY)
    await desk.write(inverter_on=on)
    assert desk.legacy.sent == [{"InverterSN": SERIAL, "InverterStatusSettingMark": "1", "InverterStatus": status}]


async def test_a_limit_by_the_older_service_is_a_text_and_has_the_date_of_the_plant() -> None:
    desk = Desk(way=Way.LEGACY)
    await desk.write(output_limit=50.0)
    assert desk.legacy.sent == [
        {
            "InverterSN": SERIAL,
            "InverterRemotingLastSetDate": "06/01/2026 14:00:00",
            "ActivePowerLimit": "50",
            "ActivePowerLimitSettingMark": "1",
        }
    ]


async def test_a_start_after_a_stop_is_believed_when_it_is_seen() -> None:
    """One that still stands is not taken for one that waits for the sun: its start was lost."""
    desk = Desk(way=Way.LEGACY)
    counter = Counter(desk)
    await counter.change(inverter_on=False)
    desk.legacy.status = 0
    await counter.later()
    await counter.change(inverter_on=True)
    while len(counter.told) < 2:
        await counter.later()
    assert counter.told == [("confirmed", True), ("not_confirmed", True)]
    desk.listed(status=3)
    assert await desk.note() == {"inverter_on": False}
    desk.legacy.status = 1
    await counter.change(inverter_on=True)
    await counter.later()
    assert counter.told[2:] == [("confirmed", True)]
    assert await desk.note() == {"inverter_on": True}  # also when it waits


async def test_who_was_started_elsewhere_waits_for_the_sun_again() -> None:
    """It was stopped here and started in the vendor's own app: at dusk it is not stopped once more."""
    desk = Desk(way=Way.LEGACY)
    counter = Counter(desk)
    await counter.change(inverter_on=False)
    desk.legacy.status = 0
    await counter.later()
    desk.listed(status=1)
    desk.clock.pass_time(minutes=20)
    await desk.note()  # an old record still says that it runs
    desk.listed(status=3)
    assert await desk.note() == {"inverter_on": False}
    desk.listed(status=1)
    desk.clock.pass_time(minutes=20)
    assert await desk.note() == {"inverter_on": True}
    desk.listed(status=3)
    assert await desk.note() == {"inverter_on": True}


async def test_a_second_change_that_is_refused_leaves_the_first_its_time() -> None:
    desk = await ready()
    desk.settings.copy, desk.settings.obeys = {"40328": 6000}, False
    counter = Counter(desk)
    began = desk.clock.now()
    await counter.change(export_limit=4200.0)
    desk.settings.failures[1] = WriteRefused("refused_by_device")
    with pytest.raises(WriteRefused):
        await desk.write(export_limit=4000.0)
    await counter.later()
    desk.settings.copy = {"40328": 4200}
    assert await counter.later() - began == timedelta(seconds=125)
    assert counter.told == [("confirmed", True)]


async def test_a_command_that_is_refused_after_another_was_taken() -> None:
    desk = Desk(way=Way.LEGACY)
    taken = desk.legacy.remote_control

    async def remote_control(body: Mapping[str, str]) -> None:
        if desk.legacy.sent:
            raise WriteRefused("refused_by_device")
        await taken(body)

    desk.legacy.remote_control = remote_control  # type: ignore[method-assign]
    with pytest.raises(WriteIncomplete) as failure:
        await desk.write(inverter_on=False, output_limit=50.0)
    assert failure.value.parts == {"inverter_on": "written", "output_limit": "not_written"}


@pytest.mark.parametrize("error", [NothingInIt("nothing"), BadAnswer("100004")])
async def test_a_limit_that_is_never_told_is_not_asked_for_ever(error: BadAnswer) -> None:
    desk = Desk(way=Way.LEGACY)
    desk.legacy.remote_parameters = AsyncMock(side_effect=error)  # type: ignore[method-assign]
    counter = Counter(desk)
    await counter.change(output_limit=50.0)
    await counter.later()
    assert counter.told == [("not_confirmed", True)]


async def test_what_only_the_other_service_tells_is_given_up_after_a_day() -> None:
    desk = await ready()
    counter = Counter(desk)
    await counter.change(export_limit=4200.0)
    desk.way = Way.LEGACY
    began = desk.clock.now()
    while not counter.told:
        await counter.later()
    assert timedelta(hours=23) < desk.clock.now() - began < timedelta(hours=25)
    assert counter.told == [("not_confirmed", True)]


async def test_a_command_to_an_inverter_that_is_offline_would_be_lost() -> None:
    desk = Desk(way=Way.LEGACY)
    desk.listed(status=0)
    with pytest.raises(WriteRefused, match="device_offline"):
        await desk.write(inverter_on=True)
    assert desk.legacy.sent == []


async def test_the_next_uploads_show_whether_it_stopped() -> None:
    desk = Desk(way=Way.LEGACY)
    counter = Counter(desk)
    began = desk.clock.now()
    assert (await counter.change(inverter_on=False)).outcome is Outcome.ACCEPTED
    assert await counter.later() - began == timedelta(seconds=310)
    desk.legacy.status = 0
    await counter.later()
    assert counter.told == [("confirmed", True)]
    assert desk.store.shared["run_commands"] == {SERIAL: False}


@pytest.mark.parametrize(("told", "outcome"), [({"ActivePowerLimit": "50"}, "confirmed"), ({}, "not_confirmed")])
async def test_a_limit_is_confirmed_where_it_is_told(told: dict[str, str], outcome: str) -> None:
    desk = Desk(way=Way.LEGACY)
    desk.legacy.remote = told
    counter = Counter(desk)
    assert (await counter.change(output_limit=50.0)).outcome is Outcome.ACCEPTED
    await counter.later()
    assert counter.told == [(outcome, True)]


async def test_what_only_the_other_service_tells_is_verified_when_that_is_back() -> None:
    desk = await ready()
    counter = Counter(desk)
    await counter.change(export_limit=4200.0)
    desk.way = Way.LEGACY
    await counter.later()
    assert counter.told == []
    desk.way = Way.SEMSPLUS
    await counter.later()
    assert counter.told == [("confirmed", True)]
    desk.way = Way.LEGACY
    desk.legacy.remote = {"ActivePowerLimit": 50}
    await counter.change(output_limit=50.0)
    desk.way = Way.SEMSPLUS
    await counter.later()
    assert len(counter.told) == 1
    desk.way = Way.LEGACY
    await counter.later()
    assert counter.told == [("confirmed", True)] * 2


async def test_a_command_that_was_refused_is_not_remembered() -> None:
    desk = await ready()
    desk.settings.failures[0] = WriteRefused("refused_by_device")
    with pytest.raises(WriteRefused):
        await desk.write(inverter_on=False)
    desk.listed(status=3)
    assert desk.controls.note_status(desk.device) == {}


async def test_a_limit_that_is_not_told_is_not_made_up() -> None:
    desk = Desk(way=Way.LEGACY)
    with pytest.raises(NotSupported):
        await desk.read_back("output_limit")


async def test_early_answers_are_no_proof() -> None:
    desk = await ready(3, (STATUS_SETTING,))
    await desk.write(inverter_on=True)
    desk.semsplus.status = 3  # the copy already says that it was started
    with pytest.raises(ReadLater):
        await desk.read_back("inverter_on")
