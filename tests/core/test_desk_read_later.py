"""Devices that cannot be read for a while, and writes that end half-way."""

from datetime import timedelta

import pytest

from custom_components.solar_battery_hub.core.control import Outcome
from custom_components.solar_battery_hub.core.errors import HubError, ReadLater, Unreachable, WriteIncomplete
from custom_components.solar_battery_hub.core.model import Ref

from .desk_bench import Bench, FakeDevice
from .virtual_time import START, run

RESERVE_REF = Ref("gateway", "backup_reserve")
LATER = START + timedelta(seconds=310)
PARTS = {"segments 1": "written", "segments 2": "not_written"}


def test_change_that_can_only_be_read_later_is_accepted() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(read_errors=[ReadLater(LATER)]))
        receipt = await bench.ask(backup_reserve=20)
        assert receipt.outcome is Outcome.ACCEPTED
        assert receipt.verify_at == "2026-06-01T12:05:10+00:00"
        assert bench.desk.pending("gateway") == {"backup_reserve": 20}
        assert bench.desk.next_verification == LATER
        assert not bench.outcomes

        await bench.clock.sleep_until(LATER)
        await bench.desk.verify_due()
        assert bench.told == ["confirmed"]
        assert bench.desk.pending("gateway") == {}

    run(scenario())


def test_verification_is_put_off_as_long_as_the_account_says() -> None:
    async def scenario() -> None:
        much_later = LATER + timedelta(seconds=400)
        bench = Bench(FakeDevice(read_errors=[ReadLater(LATER), ReadLater(much_later)]))
        await bench.ask(backup_reserve=20)
        await bench.clock.sleep_until(LATER)
        await bench.desk.verify_due()
        assert bench.desk.next_verification == much_later
        assert bench.desk.pending("gateway") == {"backup_reserve": 20}
        assert not bench.outcomes

    run(scenario())


def test_verification_is_never_put_off_into_the_past() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(read_errors=[ReadLater(LATER), ReadLater(START)]))
        await bench.ask(backup_reserve=20)
        await bench.clock.sleep_until(LATER)
        await bench.desk.verify_due()
        due = bench.desk.next_verification
        assert due is not None
        assert due > bench.clock.now()

    run(scenario())


def test_lost_answer_is_told_at_once_and_the_truth_later() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(write_errors=[Unreachable("gone")], lands=True, read_errors=[ReadLater(LATER)]))
        with pytest.raises(Unreachable):
            await bench.ask(backup_reserve=20)
        assert bench.desk.pending("gateway") == {"backup_reserve": 20}
        await bench.clock.sleep_until(LATER)
        await bench.desk.verify_due()
        assert bench.told == ["confirmed"]
        assert len(bench.device.writes) == 1

    run(scenario())


def test_replaced_change_that_cannot_be_read_is_superseded() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(read_errors=[ReadLater(LATER), ReadLater(LATER)]))
        first = bench.ask(backup_reserve=20)
        await bench.until(0.5)
        second = bench.ask(backup_reserve=30)
        assert (await first).outcome is Outcome.SUPERSEDED
        assert (await second).outcome is Outcome.ACCEPTED
        assert bench.desk.pending("gateway") == {"backup_reserve": 30}

    run(scenario())


def test_half_a_write_is_told_part_by_part() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(write_errors=[WriteIncomplete(PARTS)], values={RESERVE_REF: 50}))
        receipt = await bench.ask(wait=5, backup_reserve=20)
        assert receipt.outcome is Outcome.NOT_CONFIRMED
        assert receipt.parts == PARTS
        assert receipt.as_dict()["parts"] == PARTS
        assert receipt.read_back == {"backup_reserve": 50}
        assert len(bench.device.writes) == 1

    run(scenario())


def test_half_a_write_that_landed_whole_is_confirmed() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(write_errors=[WriteIncomplete(PARTS)], lands=True))
        receipt = await bench.ask(backup_reserve=20)
        assert receipt.outcome is Outcome.CONFIRMED
        assert "parts" not in receipt.as_dict()

    run(scenario())


def test_half_a_write_that_cannot_be_read_is_an_error() -> None:
    async def scenario() -> None:
        errors: list[HubError | None] = [Unreachable("gone")] * 20
        bench = Bench(FakeDevice(write_errors=[WriteIncomplete(PARTS)], read_errors=errors))
        with pytest.raises(WriteIncomplete) as failed:
            await bench.ask(wait=5, backup_reserve=20)
        assert failed.value.parts == PARTS

    run(scenario())
