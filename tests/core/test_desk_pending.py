"""Accepted changes, which are verified later, and what of all that survives a restart."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.control import Outcome
from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    CertificateChanged,
    HubError,
    Locked,
    NotSupported,
    RateLimited,
    Unreachable,
    WriteRefused,
)
from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.core.refusal import ChangeRefused

from .desk_bench import LIMIT, Bench, FakeDevice
from .virtual_time import START, run

LIMIT_REF = Ref("gateway", "charge_power_limit")  # settles for 300 s: see desk_bench
SENT_AT = 1.0  # the answer to a write sent at the start
VERIFY_AT = START + timedelta(seconds=SENT_AT + 300.0)


async def accepted(bench: Bench, limit: float = 3000) -> None:
    receipt = await bench.ask(charge_power_limit=limit)
    assert receipt.outcome is Outcome.ACCEPTED


async def verify(bench: Bench) -> None:
    """Do what the owner does: come back at the time the desk names."""
    due = bench.desk.next_verification
    assert due is not None
    await bench.clock.sleep_until(due)
    await bench.desk.verify_due()


def test_accepted_change_is_pending() -> None:
    async def scenario() -> None:
        bench = Bench()
        receipt = await bench.ask(charge_power_limit=3000, backup_reserve=20)
        assert receipt.outcome is Outcome.ACCEPTED
        assert receipt.verify_at == "2026-06-01T12:05:01+00:00"
        assert receipt.attempts == 0
        assert bench.desk.pending("gateway") == {"charge_power_limit": 3000, "backup_reserve": 20}
        assert bench.desk.pending("other") == {}
        assert bench.desk.next_verification == VERIFY_AT
        assert not bench.device.reads
        assert not bench.outcomes

    run(scenario())


@pytest.mark.parametrize(("obeys", "outcome"), [(True, "confirmed"), (False, "not_confirmed")])
@pytest.mark.parametrize("later", [lambda bench: bench, Bench.restarted], ids=["same run", "after a restart"])
def test_accepted_change_is_verified_later(obeys: bool, outcome: str, later: Callable[[Bench], Bench]) -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(obeys=obeys, values={LIMIT_REF: 1000}))
        await accepted(bench)
        bench = later(bench)
        await bench.until(200.0)
        await bench.desk.verify_due()  # too early: nothing happens
        assert not bench.device.reads
        await verify(bench)
        assert bench.device.reads == [(SENT_AT + 300.0, frozenset({"charge_power_limit"}))]
        (device, told, details) = bench.outcomes[0]
        assert (device, told, len(bench.outcomes)) == ("gateway", outcome, 1)
        assert details["late"] is True
        assert details["asked"] == {"charge_power_limit": 3000}
        assert details["read_back"] == {"charge_power_limit": 3000 if obeys else 1000}
        assert bench.desk.pending("gateway") == {}
        assert bench.desk.next_verification is None
        assert bench.saved[-1]["pending"] == []

    run(scenario())


@pytest.mark.parametrize(
    ("error", "again_after"),
    [
        (Unreachable(), 60.0),
        (BadAnswer(), 60.0),
        (RateLimited(5.0), 60.0),
        (RateLimited(900.0), 900.0),
        (Locked(START + timedelta(hours=2)), 7200.0 - SENT_AT - 301.0),
        (Locked(START), 60.0),
    ],
    ids=str,
)
def test_verification_without_an_answer_is_repeated_later(error: HubError, again_after: float) -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(read_errors=[error]))
        await accepted(bench)
        await verify(bench)
        asked_until = VERIFY_AT + timedelta(seconds=bench.device.latency)
        assert bench.desk.next_verification == asked_until + timedelta(seconds=again_after)
        assert bench.desk.pending("gateway") == {"charge_power_limit": 3000}
        assert bench.saved[-1]["pending"][0]["verify_at"] == bench.desk.next_verification.isoformat()
        assert not bench.outcomes
        await verify(bench)
        assert bench.told == ["confirmed"]

    run(scenario())


@pytest.mark.parametrize("error", [AuthFailed(), CertificateChanged("aa", "bb")])
def test_verification_that_only_the_user_can_help(error: HubError) -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(read_errors=[error]))
        await accepted(bench)
        with pytest.raises(HubError) as raised:
            await verify(bench)
        assert raised.value is error
        assert bench.desk.pending("gateway") == {"charge_power_limit": 3000}
        await verify(bench)
        assert bench.told == ["confirmed"]

    run(scenario())


def test_verification_that_is_not_possible_at_all() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(read_errors=[NotSupported()]))
        await accepted(bench)
        await verify(bench)
        assert bench.told == ["not_confirmed"]
        assert bench.desk.next_verification is None

    run(scenario())


def test_later_change_replaces_a_pending_one() -> None:
    async def scenario() -> None:
        bench = Bench()
        await bench.ask(charge_power_limit=3000, operating_mode="backup")
        bench.known = {LIMIT_REF: 1000}
        await bench.until(100.0)
        await accepted(bench, 1000)  # what the reading still says: sent all the same
        assert bench.desk.pending("gateway") == {"operating_mode": "backup", "charge_power_limit": 1000}
        await verify(bench)
        assert bench.outcomes[0][2]["asked"] == {"operating_mode": "backup"}
        await verify(bench)
        assert bench.outcomes[1][2]["asked"] == {"charge_power_limit": 1000}
        assert bench.told == ["confirmed", "confirmed"]

    run(scenario())


def test_refused_change_leaves_a_pending_one_alone() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(write_errors=[None, WriteRefused("no")]))
        await accepted(bench)
        with pytest.raises(WriteRefused):
            await bench.ask(charge_power_limit=2000)
        with pytest.raises(ChangeRefused):
            await bench.ask(charge_power_limit=-1)
        assert bench.desk.pending("gateway") == {"charge_power_limit": 3000}
        await verify(bench)
        assert bench.told == ["confirmed"]

    run(scenario())


def test_verification_behind_a_change_of_the_same_setting() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(obeys=False))
        await accepted(bench)
        await bench.clock.sleep_until(VERIFY_AT - timedelta(seconds=0.5))
        newer = bench.ask(charge_power_limit=2000)  # on its way when the older one is due
        await verify(bench)
        assert (await newer).outcome is Outcome.ACCEPTED
        assert bench.desk.pending("gateway") == {"charge_power_limit": 2000}
        assert not bench.device.reads
        assert not bench.outcomes

    run(scenario())


def test_change_asked_while_the_verification_reads() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(obeys=False, values={LIMIT_REF: 1000}))
        await accepted(bench)
        verification = asyncio.create_task(verify(bench))
        await bench.clock.sleep_until(VERIFY_AT + timedelta(seconds=0.5))
        assert len(bench.device.reads) == 1
        await accepted(bench, 2000)
        await verification
        assert not bench.outcomes  # nobody wants to know about 3000 any more
        assert bench.desk.pending("gateway") == {"charge_power_limit": 2000}
        assert bench.device.overlaps == 0

    run(scenario())


def test_refused_change_asked_while_the_verification_reads() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(obeys=False, write_errors=[None, WriteRefused("no")]))
        await accepted(bench)
        verification = asyncio.create_task(verify(bench))
        await bench.clock.sleep_until(VERIFY_AT + timedelta(seconds=0.5))
        with pytest.raises(WriteRefused):
            await bench.ask(charge_power_limit=2000)
        await verification
        assert bench.desk.pending("gateway") == {"charge_power_limit": 3000}
        await verify(bench)
        assert bench.told == ["not_confirmed"]

    run(scenario())


def test_accepted_change_that_was_replaced_while_it_was_sent() -> None:
    async def scenario() -> None:
        bench = Bench()
        first = bench.ask(charge_power_limit=1000)
        await bench.until(0.5)
        both = bench.ask(charge_power_limit=2000, operating_mode="backup")
        await bench.until(1.5)
        assert first.result().outcome is Outcome.SUPERSEDED
        assert bench.desk.pending("gateway") == {}
        last = bench.ask(charge_power_limit=3000)
        await bench.until(2.5)
        assert both.result().outcome is Outcome.ACCEPTED
        assert bench.desk.pending("gateway") == {"operating_mode": "backup"}
        await last
        assert bench.desk.pending("gateway") == {"operating_mode": "backup", "charge_power_limit": 3000}

    run(scenario())


def test_nothing_is_certain_while_a_change_is_pending() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(settings=(replace(LIMIT, settle=7200.0),)))
        bench.known = {LIMIT_REF: 1000}
        await accepted(bench)
        await bench.until(3600.0)
        await accepted(bench, 1000)  # the vendor's reading is that old, too
        assert len(bench.device.writes) == 2

    run(scenario())


def test_verification_does_not_wait_for_ever_behind_a_change() -> None:
    async def scenario() -> None:
        bench = Bench(FakeDevice(values={LIMIT_REF: 1000}))
        await accepted(bench)
        bench.device.obeys = False
        await bench.until(290.0)
        endless = bench.ask(wait=600.0, operating_mode="backup")
        await verify(bench)
        assert bench.desk.next_verification == VERIFY_AT + timedelta(seconds=120.0)
        assert not bench.outcomes
        endless.cancel()
        await verify(bench)
        assert bench.told == ["confirmed"]

    run(scenario())


@pytest.mark.parametrize(
    "state",
    [
        [],
        {"seen": 5, "pending": 5, "writes": 5},
        {"seen": {"gateway": 5}, "pending": [5, None, {}], "writes": {"gateway": 5}},
        {"seen": {"gateway": {"operating_mode": []}}},
        {"pending": [{"device": "gateway", "asked": {"operating_mode": "backup"}, "verify_at": "soon"}]},
        {"pending": [{"device": "gateway", "asked": {"operating_mode": "backup"}, "verify_at": "2026-06-01T12:00:00"}]},
        {"pending": [{"device": "gateway", "asked": {"operating_mode": []}, "verify_at": "2026-06-01T12:00:00Z"}]},
        {"pending": [{"device": 1, "asked": {"operating_mode": "backup"}, "verify_at": "2026-06-01T12:00:00Z"}]},
    ],
)
def test_state_that_makes_no_sense_is_dropped(state: Any) -> None:
    async def scenario() -> None:
        bench = Bench(state=state)
        assert bench.desk.next_verification is None
        bench.desk.observe("gateway", {"operating_mode": "autonomous"})
        assert not bench.outcomes
        assert (await bench.ask(operating_mode="backup")).outcome is Outcome.CONFIRMED

    run(scenario())


def test_good_part_of_a_damaged_state_is_kept() -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.desk.observe("gateway", {"operating_mode": "backup"})
        await accepted(bench)
        state = bench.desk.as_dict()
        state["pending"].insert(0, {"device": "gateway"})
        state["seen"]["other"] = None
        again = Bench(state=state)
        assert again.desk.pending("gateway") == {"charge_power_limit": 3000}
        again.desk.observe("gateway", {"operating_mode": "autonomous"})
        assert again.told == ["changed_elsewhere"]

    run(scenario())


def test_forgotten_device() -> None:
    async def scenario() -> None:
        bench = Bench(daily_writes=1)
        for device in ("gateway", "other"):
            bench.desk.observe(device, {"operating_mode": "backup"})
            await bench.ask(device=device, charge_power_limit=3000)
        bench.desk.forget("gateway")
        state = bench.saved[-1]
        assert state["seen"] == {"other": {"operating_mode": "backup"}}
        assert [item["device"] for item in state["pending"]] == ["other"]
        assert list(state["writes"]) == ["other"]
        bench.desk.observe("gateway", {"operating_mode": "autonomous"})
        assert not bench.outcomes
        assert (await bench.ask(operating_mode="backup")).outcome is Outcome.CONFIRMED

    run(scenario())
