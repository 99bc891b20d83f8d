"""Several changes at the desk: one at a time per device, and the last one wins."""

import asyncio
from dataclasses import replace

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.solar_battery_hub.core.control import Outcome, Receipt
from custom_components.solar_battery_hub.core.errors import HubError, Unreachable, WriteRefused
from custom_components.solar_battery_hub.core.model import Ref, Value
from custom_components.solar_battery_hub.core.refusal import ChangeRefused

from .desk_bench import RESERVE, Bench, FakeDevice
from .virtual_time import run

MODE_REF = Ref("gateway", "operating_mode")
MODES = ("self_consumption", "autonomous", "backup")


async def outcomes(*tasks: asyncio.Task[Receipt]) -> list[Outcome]:
    return [receipt.outcome for receipt in await asyncio.gather(*tasks)]


def test_the_last_of_quick_changes_wins() -> None:
    async def scenario() -> None:
        bench = Bench()
        first = bench.ask(backup_reserve=10)
        await bench.until(0.5)
        rest = [bench.ask(backup_reserve=reserve) for reserve in (20, 30, 40)]
        await bench.until(0.6)
        assert [task.done() for task in rest] == [True, True, False]  # told at once
        ends = await outcomes(first, *rest)
        assert ends == [Outcome.CONFIRMED, Outcome.SUPERSEDED, Outcome.SUPERSEDED, Outcome.CONFIRMED]
        assert bench.device.sent == [{"backup_reserve": 10}, {"backup_reserve": 40}]
        assert rest[0].result().sent == {}

    run(scenario())


def test_what_is_asked_while_a_change_settles_becomes_one_write() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(settings=(replace(RESERVE, settle=3.0),)))
        tasks = []
        for step in range(1, 9):
            tasks.append(bench.ask(backup_reserve=10 * step))
            await bench.until(step * 0.4)
        await asyncio.gather(*tasks)
        assert bench.device.sent == [{"backup_reserve": 10}, {"backup_reserve": 80}]

    run(scenario())


def test_only_what_no_later_change_replaced_is_sent() -> None:
    async def scenario() -> None:
        bench = Bench()
        first = bench.ask(backup_reserve=5)
        both = bench.ask(operating_mode="backup", backup_reserve=10)
        last = bench.ask(backup_reserve=20)
        assert await outcomes(first, both, last) == [Outcome.CONFIRMED] * 3
        assert bench.device.sent == [{"backup_reserve": 5}, {"operating_mode": "backup"}, {"backup_reserve": 20}]
        assert both.result().asked == {"operating_mode": "backup", "backup_reserve": 10}
        assert both.result().matched == {"operating_mode": True}

    run(scenario())


def test_change_under_way_keeps_its_turn_for_what_still_counts() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(delay=7.0))
        both = bench.ask(operating_mode="backup", backup_reserve=10)
        await bench.until(2.5)
        last = bench.ask(backup_reserve=20)
        assert await outcomes(both, last) == [Outcome.CONFIRMED, Outcome.CONFIRMED]
        assert both.result().matched == {"operating_mode": True, "backup_reserve": True}
        assert bench.device.values[Ref("gateway", "backup_reserve")] == 20

    run(scenario())


@pytest.mark.parametrize(("wait", "asked_at", "sent_at"), [(600.0, 5.0, 10.0), (600.0, 100.0, 102.0), (3.0, 1.5, 2.0)])
def test_hopeless_change_makes_room_for_a_newer_one(wait: float, asked_at: float, sent_at: float) -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(obeys=False))
        first = bench.ask(wait=wait, operating_mode="backup")  # read at 1, 5, 9 … 97, 101 for a second each
        await bench.until(asked_at)
        bench.device.obeys = True
        second = bench.ask(operating_mode="autonomous")
        assert await outcomes(first, second) == [Outcome.SUPERSEDED, Outcome.CONFIRMED]
        assert bench.device.writes[1][0] == sent_at
        assert bench.told == ["confirmed"]

    run(scenario())


def test_replaced_change_that_is_on_its_way_lands_first() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(delay=6.0, write_errors=[None, None, Unreachable()]))
        first = bench.ask(backup_reserve=10)
        await bench.until(0.5)
        second = bench.ask(backup_reserve=20)
        await bench.until(10.5)  # the second is on its way
        third = bench.ask(backup_reserve=10)  # gets lost
        assert await outcomes(first, second, third) == [Outcome.CONFIRMED, Outcome.CONFIRMED, Outcome.NOT_CONFIRMED]
        assert bench.device.values[Ref("gateway", "backup_reserve")] == 20

    run(scenario())


def test_going_back_to_what_the_device_had_before_the_queue() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(values={MODE_REF: "autonomous"}))
        bench.known = {MODE_REF: "autonomous"}
        there = bench.ask(operating_mode="backup")
        await bench.until(0.5)
        back = bench.ask(operating_mode="autonomous")
        await asyncio.gather(there, back)
        assert bench.device.values[MODE_REF] == "autonomous"
        assert back.result().outcome is Outcome.CONFIRMED

    run(scenario())


def test_who_leaves_the_queue_does_not_disturb_the_one_in_front() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(obeys=False))
        first = bench.ask(wait=13.0, operating_mode="backup")
        second = bench.ask(backup_reserve=10)
        await bench.until(3.0)  # the first pauses between its reads
        third = bench.ask(backup_reserve=20)
        await bench.until(3.5)
        assert second.result().outcome is Outcome.SUPERSEDED
        third.cancel()
        await first
        assert [at for at, _ in bench.device.reads] == [1.0, 5.0, 9.0, 13.0]

    run(scenario())


def test_change_without_a_turn_in_time_is_refused_unsent() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(obeys=False))
        first = bench.ask(wait=60.0, operating_mode="backup")
        second = bench.ask(wait=30.0, backup_reserve=20)
        with pytest.raises(ChangeRefused, match="device_busy"):
            await second
        assert bench.clock.monotonic() == pytest.approx(30.0)
        await first
        assert bench.device.sent == [{"operating_mode": "backup"}]

    run(scenario())


def test_devices_do_not_wait_for_each_other() -> None:
    async def scenario() -> None:
        bench = Bench()
        await asyncio.gather(*(bench.ask(device=device, backup_reserve=20) for device in ("one", "two", "three")))
        assert [at for at, _, _ in bench.device.writes] == [0.0] * 3

    run(scenario())


@pytest.mark.parametrize("moment", [0.5, 1.5, 3.0], ids=["writing", "reading", "pausing"])
def test_cancelled_change_lets_the_next_one_in(moment: float) -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(obeys=False))
        first = bench.ask(operating_mode="backup")
        second = bench.ask(backup_reserve=20)
        await bench.until(moment)
        bench.device.obeys = True
        first.cancel()
        assert (await second).outcome is Outcome.CONFIRMED
        assert bench.device.writes[1][0] == moment
        assert first.cancelled()

    run(scenario())


def test_cancelled_waiting_change_leaves_the_queue() -> None:
    async def scenario() -> None:
        bench = Bench()
        first = bench.ask(operating_mode="backup")
        second = bench.ask(backup_reserve=20)
        third = bench.ask(device="gateway", charge_power_limit=3000)
        await bench.until(0.5)
        second.cancel()
        assert await outcomes(first, third) == [Outcome.CONFIRMED, Outcome.ACCEPTED]
        assert bench.device.sent == [{"operating_mode": "backup"}, {"charge_power_limit": 3000}]

    run(scenario())


def test_change_cancelled_at_the_moment_of_its_turn() -> None:
    async def scenario() -> None:
        bench = Bench()
        first = bench.ask(operating_mode="backup")
        second = bench.ask(backup_reserve=20)
        third = bench.ask(charge_power_limit=3000)
        first.add_done_callback(lambda _: second.cancel())  # called, but not yet running
        assert await outcomes(first, third) == [Outcome.CONFIRMED, Outcome.ACCEPTED]
        assert second.cancelled()
        assert bench.device.sent == [{"operating_mode": "backup"}, {"charge_power_limit": 3000}]

    run(scenario())


def test_failed_change_lets_the_next_one_in() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(write_errors=[WriteRefused("no")]))
        first = bench.ask(operating_mode="backup")
        second = bench.ask(backup_reserve=20)
        with pytest.raises(WriteRefused):
            await first
        assert (await second).outcome is Outcome.CONFIRMED

    run(scenario())


type Ask = tuple[float, dict[str, Value], HubError | None]

ASKS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.2, 1.0, 2.5, 7.0]),  # seconds after the one before
        st.fixed_dictionaries(
            {}, optional={"operating_mode": st.sampled_from(MODES), "backup_reserve": st.integers(0, 110)}
        ).filter(bool),
        st.sampled_from([None, None, None, Unreachable("lost"), WriteRefused("no")]),
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None)
@given(asks=ASKS, delay=st.sampled_from([0.0, 4.0]), latency=st.sampled_from([0.0, 0.3, 1.5]), doubt=st.booleans())
def test_any_interleaving(asks: list[Ask], delay: float, latency: float, doubt: bool) -> None:
    """The device ends with the last value asked of each setting, unless that ask was refused or failed.

    Every caller gets exactly one end, requests to one device never overlap and no change is sent twice.
    """

    async def scenario() -> None:
        bench = Bench(FakeDevice(delay=delay, latency=latency, lands=doubt))
        bench.device.write_errors = [error for _, _, error in asks]
        bench.known = bench.device.values  # what the owner reads is what the device has, and not what is on its way
        tasks = []
        for number, (pause, changes, _) in enumerate(asks, start=1):
            await asyncio.sleep(pause)
            wait = 100.0 * number  # so that nobody runs out of time behind somebody else
            tasks.append(asyncio.create_task(bench.desk.apply("gateway", changes, wait=wait)))
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(delay)

        assert bench.device.overlaps == 0
        sent = [end.sent for end in ends if isinstance(end, Receipt) and end.sent]
        failed = [end for end in ends if isinstance(end, HubError)]
        assert len(bench.device.writes) == len(sent) + len(failed)
        winners: dict[str, tuple[Value, Receipt | BaseException]] = {}
        for (_, changes, _), end in zip(asks, ends, strict=True):
            assert isinstance(end, Receipt | ChangeRefused | HubError)
            if isinstance(end, ChangeRefused):
                assert end.reason == "value_out_of_range"
            else:
                winners |= {key: (value, end) for key, value in changes.items()}
        for key, (value, end) in winners.items():
            if isinstance(end, Receipt) and end.outcome in (Outcome.CONFIRMED, Outcome.UNCHANGED):
                assert bench.device.values.get(Ref("gateway", key)) == value
            else:  # the last one wins, so it is never told that a later one did
                assert not isinstance(end, Receipt) or end.outcome is Outcome.NOT_CONFIRMED

    run(scenario())
