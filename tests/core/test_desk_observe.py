"""Settings that somebody else changes, and our own changes that turn up late."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.solar_battery_hub.core.control import Outcome
from custom_components.solar_battery_hub.core.errors import WriteRefused
from custom_components.solar_battery_hub.core.model import Ref, Value

from .desk_bench import MODE, RESERVE, Bench, FakeDevice
from .virtual_time import run

MODE_REF = Ref("gateway", "operating_mode")


def test_first_reading_is_only_remembered() -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.desk.observe("gateway", {"operating_mode": "backup", "backup_reserve": None})
        bench.desk.observe("gateway", {"operating_mode": "backup", "backup_reserve": 20.0})
        assert not bench.outcomes
        assert len(bench.saved) == 2  # once per new value, not per reading

    run(scenario())


def test_change_made_elsewhere_is_told_once() -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.desk.observe("gateway", {"operating_mode": "backup", "backup_reserve": 20.0})
        for _ in range(3):
            bench.desk.observe("gateway", {"operating_mode": "autonomous", "backup_reserve": 20.04})
        assert bench.outcomes == [
            (
                "gateway",
                "changed_elsewhere",
                {"before": {"operating_mode": "backup"}, "found": {"operating_mode": "autonomous"}},
            )
        ]

    run(scenario())


def test_what_drifts_by_itself_was_not_changed_elsewhere() -> None:
    """Unless our own change turns up late, which is told as ever."""

    async def scenario() -> None:
        bench = Bench()
        bench.device.settings = (replace(RESERVE, drifts=True), MODE)
        for level in (20.0, 30.0, 20.0):
            bench.desk.observe("gateway", {"backup_reserve": level})
        assert not bench.outcomes
        bench.device.obeys = False
        await bench.desk.apply("gateway", {"backup_reserve": 50.0}, wait=5)
        await asyncio.sleep(60)
        bench.desk.observe("gateway", {"backup_reserve": 50.0})
        assert bench.told == ["not_confirmed", "confirmed"]

    run(scenario())


def test_no_value_is_not_a_change() -> None:
    async def scenario() -> None:
        bench = Bench()
        for mode in ("backup", None, "backup"):
            bench.desk.observe("gateway", {"operating_mode": mode})
        assert not bench.outcomes

    run(scenario())


def test_change_made_while_home_assistant_was_off() -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.desk.observe("gateway", {"operating_mode": "backup"})
        again = bench.restarted()
        for _ in range(2):
            again.desk.observe("gateway", {"operating_mode": "autonomous"})
        assert again.told == ["changed_elsewhere"]

    run(scenario())


def test_our_own_change_is_not_made_elsewhere() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(delay=3.0, values={MODE_REF: "autonomous"}))
        bench.desk.observe("gateway", {"operating_mode": "autonomous"})
        task = bench.ask(operating_mode="backup")
        for moment in (0.5, 2.0, 4.5):
            await bench.until(moment)
            mode = bench.device.values[MODE_REF]
            bench.desk.observe("gateway", {"operating_mode": mode})
        assert (await task).outcome is Outcome.CONFIRMED
        bench.desk.observe("gateway", {"operating_mode": "backup"})
        assert bench.told == ["confirmed"]
        bench.restarted().desk.observe("gateway", {"operating_mode": "backup"})
        assert bench.told == ["confirmed"]

    run(scenario())


def test_other_settings_are_watched_during_a_change() -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.desk.observe("gateway", {"backup_reserve": 20.0})
        task = bench.ask(operating_mode="backup")
        await bench.until(0.5)
        bench.desk.observe("gateway", {"backup_reserve": 30.0})
        assert bench.told == ["changed_elsewhere"]
        await task

    run(scenario())


def test_pending_setting_is_left_out() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(values={Ref("gateway", "charge_power_limit"): 1000}))
        bench.desk.observe("gateway", {"charge_power_limit": 1000})
        assert (await bench.ask(charge_power_limit=3000)).outcome is Outcome.ACCEPTED
        for shown in (1000, 2000, 3000, 1000):
            bench.desk.observe("gateway", {"charge_power_limit": shown})
        assert not bench.outcomes

    run(scenario())


def test_reading_older_than_our_write_says_nothing() -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.desk.observe("gateway", {"operating_mode": "autonomous"})
        asked = {"operating_mode": bench.clock.now()}
        await bench.ask(operating_mode="backup")
        bench.desk.observe("gateway", {"operating_mode": "autonomous"}, times=asked)
        assert bench.told == ["confirmed"]
        await bench.until(60.0)
        bench.desk.observe("gateway", {"operating_mode": "autonomous"}, times={"operating_mode": bench.clock.now()})
        assert bench.told == ["confirmed", "changed_elsewhere"]

    run(scenario())


async def unconfirmed(before: Value, delay: float) -> Bench:
    """Return a bench on which *backup* was asked for and not confirmed after 30 s."""
    bench = Bench(FakeDevice(delay=delay, values={MODE_REF: before}))
    bench.desk.observe("gateway", {"operating_mode": before})
    assert (await bench.ask(operating_mode="backup")).outcome is Outcome.NOT_CONFIRMED
    return bench


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (["autonomous", "backup", "backup"], ["confirmed"]),
        (["autonomous", "self_consumption", "backup"], ["changed_elsewhere", "changed_elsewhere"]),
        (["autonomous", "autonomous"], []),
        (["backup", "autonomous"], ["confirmed", "changed_elsewhere"]),
    ],
)
def test_what_follows_a_change_that_was_not_confirmed(seen: list[str], told: list[str]) -> None:
    async def scenario() -> None:
        bench = await unconfirmed("autonomous", 1e6)
        for mode in seen:
            bench.desk.observe("gateway", {"operating_mode": mode})
        assert bench.told == ["not_confirmed", *told]

    run(scenario())


def test_late_confirmation_says_so() -> None:
    async def scenario() -> None:
        bench = await unconfirmed("autonomous", 1e6)
        bench.desk.observe("gateway", {"operating_mode": "backup"})
        mode = {"operating_mode": "backup"}
        assert bench.outcomes[-1] == ("gateway", "confirmed", {"asked": mode, "read_back": mode, "late": True})

    run(scenario())


def test_what_turns_up_beside_a_late_confirmation_went_along_with_it() -> None:
    async def scenario() -> None:
        bench = await unconfirmed("autonomous", 1e6)
        bench.desk.observe("gateway", {"backup_reserve": 20.0})
        bench.desk.observe("gateway", {"operating_mode": "backup", "backup_reserve": 30.0})
        assert bench.told == ["not_confirmed", "confirmed"]
        bench.desk.observe("gateway", {"backup_reserve": 40.0})
        assert bench.told == ["not_confirmed", "confirmed", "changed_elsewhere"]

    run(scenario())


def test_what_a_change_of_another_device_changed_is_no_news() -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.desk.observe("gateway", {"backup_reserve": 20.0})
        bench.desk.learn(Ref("gateway", "backup_reserve"), 30.0)
        bench.desk.observe("gateway", {"backup_reserve": 30.0})
        assert not bench.outcomes
        bench.desk.observe("gateway", {"backup_reserve": 20.0})
        assert bench.told == ["changed_elsewhere"]

    run(scenario())


def test_what_is_read_first_after_something_else_we_did_is_no_news() -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.desk.observe("gateway", {"backup_reserve": 20.0})
        bench.desk.acted()
        bench.desk.observe("gateway", {"backup_reserve": 30.0})
        assert not bench.outcomes
        bench.desk.observe("gateway", {"backup_reserve": 20.0})
        assert bench.told == ["changed_elsewhere"]

    run(scenario())


def test_what_turns_up_after_a_long_time_was_not_our_change() -> None:
    async def scenario() -> None:
        bench = await unconfirmed("autonomous", 1e6)
        await bench.until(7200.0)
        bench.desk.observe("gateway", {"operating_mode": "backup"})
        assert bench.told == ["not_confirmed", "changed_elsewhere"]

    run(scenario())


def test_cancelled_change_that_turns_up() -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.desk.observe("gateway", {"operating_mode": "autonomous"})
        task = bench.ask(operating_mode="backup")
        await bench.until(1.5)
        task.cancel()
        await bench.until(2.0)
        bench.desk.observe("gateway", {"operating_mode": "backup"})
        assert bench.told == ["confirmed"]

    run(scenario())


def test_refused_change_leaves_no_expectation() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(write_errors=[WriteRefused("no")]))
        bench.desk.observe("gateway", {"operating_mode": "autonomous"})
        with pytest.raises(WriteRefused):
            await bench.ask(operating_mode="backup")
        bench.desk.observe("gateway", {"operating_mode": "backup"})
        assert bench.told == ["changed_elsewhere"]

    run(scenario())
