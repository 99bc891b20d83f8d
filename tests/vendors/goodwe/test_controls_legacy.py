"""Changes by way of the older service, and what is left of them when the way changes (goodwe.md §6.1)."""

from collections.abc import Mapping
from datetime import timedelta
from unittest.mock import AsyncMock

import pytest

from custom_components.solar_battery_hub.core.control import Outcome
from custom_components.solar_battery_hub.core.errors import (
    BadAnswer,
    NotSupported,
    ReadLater,
    WriteIncomplete,
    WriteRefused,
)
from custom_components.solar_battery_hub.vendors.goodwe.codes import NothingInIt
from custom_components.solar_battery_hub.vendors.goodwe.model import Way

from .controls_counter import Counter
from .controls_desk import SERIAL, STATUS_SETTING, Desk, ready


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
