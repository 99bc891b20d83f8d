"""One change through the desk: sent once, read back, told."""

from collections.abc import Mapping
from dataclasses import replace
from typing import override

import pytest

from custom_components.solar_battery_hub.core.control import Outcome
from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    HubError,
    RateLimited,
    Unreachable,
    WriteRefused,
)
from custom_components.solar_battery_hub.core.model import Ref, Value
from custom_components.solar_battery_hub.core.refusal import ChangeRefused

from .desk_bench import LIMIT, MODE, RESERVE, Bench, FakeDevice
from .virtual_time import run

MODE_REF = Ref("gateway", "operating_mode")
RESERVE_REF = Ref("gateway", "backup_reserve")


def test_confirmed_change_and_its_receipt() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(values={MODE_REF: "autonomous"}))
        receipt = await bench.ask(operating_mode="backup")
        assert receipt.as_dict() == {
            "outcome": "confirmed",
            "asked": {"operating_mode": "backup"},
            "sent": {"operating_mode": "backup"},
            "read_back": {"operating_mode": "backup"},
            "matched": {"operating_mode": True},
            "attempts": 1,
            "seconds": 2.0,
            "verify_at": None,
        }
        assert bench.device.writes == [(0.0, "gateway", {"operating_mode": "backup"})]
        assert bench.device.reads == [(1.0, frozenset({"operating_mode"}))]
        assert bench.outcomes == [("gateway", "confirmed", {**receipt.as_dict(), "late": False})]

    run(scenario())


def test_refused_change_sends_nothing() -> None:
    async def scenario() -> None:
        bench = Bench()
        with pytest.raises(ChangeRefused, match="option_not_available"):
            await bench.ask(operating_mode="other", backup_reserve=20)
        assert not bench.device.writes
        assert not bench.device.reads
        assert not bench.outcomes

    run(scenario())


def test_what_the_device_has_is_not_sent() -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.known = {MODE_REF: "backup", RESERVE_REF: 20.04}
        receipt = await bench.ask(operating_mode="backup", backup_reserve=20)
        assert receipt.outcome is Outcome.UNCHANGED
        assert receipt.sent == {}
        assert not bench.device.writes
        assert not bench.device.reads
        assert not bench.outcomes

    run(scenario())


@pytest.mark.parametrize("reserve", [None, 21.0], ids=["unknown", "different"])
def test_all_is_sent_unless_all_is_equal(reserve: float | None) -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.known = {MODE_REF: "backup", RESERVE_REF: reserve}
        receipt = await bench.ask(operating_mode="backup", backup_reserve=20)
        assert receipt.outcome is Outcome.CONFIRMED
        assert bench.device.sent == [{"operating_mode": "backup", "backup_reserve": 20}]

    run(scenario())


def test_device_is_read_after_settling_and_then_at_every_pause() -> None:
    async def scenario() -> None:
        settings = (replace(MODE, settle=4.0, pause=2.0), replace(RESERVE, settle=5.0, pause=3.0))
        bench = Bench(FakeDevice(settings=settings, delay=10.0))
        receipt = await bench.ask(operating_mode="backup", backup_reserve=20)
        # Written at 0–1, obeyed at 11; settled 5 s after the write; 1 s for an answer, 3 s of pause.
        assert [at for at, _ in bench.device.reads] == [6.0, 10.0]
        assert receipt.outcome is Outcome.CONFIRMED
        assert receipt.attempts == 2

    run(scenario())


def test_change_that_is_not_obeyed() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(obeys=False, values={MODE_REF: "autonomous"}))
        receipt = await bench.ask(wait=10.0, operating_mode="backup")
        assert receipt.outcome is Outcome.NOT_CONFIRMED
        assert receipt.read_back == {"operating_mode": "autonomous"}
        assert receipt.matched == {"operating_mode": False}
        # The next read would have been at 13, after the caller's patience.
        assert [at for at, _ in bench.device.reads] == [1.0, 5.0, 9.0]
        assert receipt.seconds == pytest.approx(10.0)
        assert len(bench.device.writes) == 1
        assert bench.told == ["not_confirmed"]

    run(scenario())


def test_change_that_is_obeyed_in_part() -> None:
    async def scenario() -> None:
        class Stubborn(FakeDevice):
            @override
            async def write(self, device: str, changes: Mapping[str, Value]) -> None:
                await super().write(device, {"backup_reserve": 20})

        bench = Bench(Stubborn(values={MODE_REF: "autonomous"}))
        receipt = await bench.ask(wait=5.0, operating_mode="backup", backup_reserve=20)
        assert receipt.outcome is Outcome.NOT_CONFIRMED
        assert receipt.matched == {"operating_mode": False, "backup_reserve": True}

    run(scenario())


def test_no_answer_to_a_read_is_tried_again() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(read_errors=[Unreachable(), BadAnswer()]))
        receipt = await bench.ask(operating_mode="backup")
        assert receipt.outcome is Outcome.CONFIRMED
        assert receipt.attempts == 3

    run(scenario())


def test_change_taken_by_a_device_that_then_falls_silent() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(read_errors=[Unreachable()] * 9))
        receipt = await bench.ask(operating_mode="backup")
        assert receipt.outcome is Outcome.NOT_CONFIRMED
        assert receipt.read_back == {}
        assert bench.told == ["not_confirmed"]

    run(scenario())


@pytest.mark.parametrize("error", [Unreachable("time-out"), BadAnswer("half a body")])
def test_lost_answer_to_a_change_that_landed(error: HubError) -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(write_errors=[error], lands=True, delay=5.0))
        receipt = await bench.ask(operating_mode="backup")
        assert receipt.outcome is Outcome.CONFIRMED
        assert len(bench.device.writes) == 1

    run(scenario())


def test_lost_answer_to_a_change_that_did_not_land() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(write_errors=[Unreachable()], values={MODE_REF: "autonomous"}))
        receipt = await bench.ask(operating_mode="backup")
        assert receipt.outcome is Outcome.NOT_CONFIRMED
        assert receipt.read_back == {"operating_mode": "autonomous"}
        assert len(bench.device.writes) == 1

    run(scenario())


def test_lost_answer_of_a_device_that_stays_silent() -> None:
    async def scenario() -> None:
        error = Unreachable("time-out")
        bench = Bench(FakeDevice(write_errors=[error], read_errors=[Unreachable("also silent")] * 9))
        with pytest.raises(Unreachable) as raised:
            await bench.ask(operating_mode="backup")
        assert raised.value is error
        assert len(bench.device.writes) == 1
        assert bench.told == ["not_confirmed"]

    run(scenario())


def test_lost_answer_of_a_device_that_cannot_be_read_for_long() -> None:
    async def scenario() -> None:
        error = Unreachable("time-out")
        bench = Bench(FakeDevice(write_errors=[error]))
        with pytest.raises(Unreachable) as raised:
            await bench.ask(charge_power_limit=3000)
        assert raised.value is error
        assert not bench.device.reads
        assert bench.desk.pending("gateway") == {}
        assert bench.desk.next_verification is None

    run(scenario())


@pytest.mark.parametrize("error", [WriteRefused("not_permitted"), AuthFailed(), RateLimited(60.0)])
def test_refusal_of_the_device_passes_untouched(error: HubError) -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(write_errors=[error]))
        with pytest.raises(HubError) as raised:
            await bench.ask(operating_mode="backup")
        assert raised.value is error
        assert not bench.device.reads
        assert not bench.outcomes
        assert (await bench.ask(operating_mode="backup")).outcome is Outcome.CONFIRMED

    run(scenario())


def test_refused_read_passes_untouched_but_the_change_is_told_as_open() -> None:
    async def scenario() -> None:
        error = RateLimited(60.0)
        bench = Bench(FakeDevice(read_errors=[error]))
        with pytest.raises(RateLimited) as raised:
            await bench.ask(operating_mode="backup")
        assert raised.value is error
        assert bench.told == ["not_confirmed"]

    run(scenario())


def test_undoing_a_change_that_may_still_turn_up_is_sent() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(delay=60.0, values={MODE_REF: "autonomous"}))
        bench.known = {MODE_REF: "autonomous"}
        assert (await bench.ask(operating_mode="backup")).outcome is Outcome.NOT_CONFIRMED
        await bench.ask(operating_mode="autonomous")
        assert bench.device.sent == [{"operating_mode": "backup"}, {"operating_mode": "autonomous"}]
        await bench.until(3600.0)
        assert bench.device.values[MODE_REF] == "autonomous"
        assert (await bench.ask(operating_mode="autonomous")).outcome is Outcome.UNCHANGED

    run(scenario())


def test_undoing_a_change_before_the_reading_follows_is_sent() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(values={MODE_REF: "autonomous"}))
        bench.known = {MODE_REF: "autonomous"}  # and stays: no reading since
        assert (await bench.ask(operating_mode="backup")).outcome is Outcome.CONFIRMED
        assert (await bench.ask(operating_mode="autonomous")).outcome is Outcome.CONFIRMED
        assert bench.device.values[MODE_REF] == "autonomous"

    run(scenario())


def test_what_wears_nothing_may_be_written_any_number_of_times() -> None:
    async def scenario() -> None:
        settings = (replace(RESERVE, wears=False), MODE)
        bench = Bench(FakeDevice(settings=settings), daily_writes=1)
        for reserve in (10, 20, 30):
            assert (await bench.ask(backup_reserve=reserve)).outcome is Outcome.CONFIRMED
        await bench.ask(backup_reserve=40, operating_mode="backup")
        with pytest.raises(ChangeRefused, match="daily_write_limit"):
            await bench.ask(operating_mode="autonomous")
        assert (await bench.ask(backup_reserve=50)).outcome is Outcome.CONFIRMED

    run(scenario())


def test_writes_of_a_day_are_bounded_for_each_device() -> None:
    async def scenario() -> None:
        bench = Bench(daily_writes=2)
        for reserve in (10, 20):
            await bench.ask(backup_reserve=reserve)
        with pytest.raises(ChangeRefused) as refused:
            await bench.ask(backup_reserve=30)
        assert refused.value.reason == "daily_write_limit"
        assert refused.value.placeholders == {"time": "2026-06-02T12:00:00+00:00"}
        assert (await bench.ask(device="other", backup_reserve=30)).outcome is Outcome.CONFIRMED

        again = Bench(daily_writes=2, state=bench.desk.as_dict())
        with pytest.raises(ChangeRefused, match="daily_write_limit"):
            await again.ask(backup_reserve=30)
        await again.until(86_400.0)
        assert (await again.ask(backup_reserve=30)).outcome is Outcome.CONFIRMED

    run(scenario())


def test_a_write_is_counted_and_saved_before_it_leaves() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(write_errors=[WriteRefused("no")]))
        task = bench.ask(backup_reserve=20)
        await bench.until(0.5)  # on its way
        assert len(bench.saved[-1]["writes"]["gateway"]["spent"]) == 1
        with pytest.raises(WriteRefused):
            await task

    run(scenario())


def test_setting_without_a_pause_does_not_hammer_the_device() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(settings=(replace(LIMIT, settle=0.0, pause=0.0),), obeys=False, latency=0.0))
        receipt = await bench.ask(wait=5.0, charge_power_limit=3000)
        assert receipt.attempts == 11

    run(scenario())


def test_impatient_caller_gets_one_read() -> None:
    async def scenario() -> None:
        bench = Bench()
        assert (await bench.ask(wait=0.0, operating_mode="backup")).outcome is Outcome.CONFIRMED

    run(scenario())
