"""An account that changes the way in while it runs: the legacy API takes over, and SEMS+ comes back (goodwe.md §0)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest

from custom_components.solar_battery_hub.core.errors import HubError, Unreachable
from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.vendors.goodwe.account import GoodWeAccount
from custom_components.solar_battery_hub.vendors.goodwe.codes import LoginRefused, TermsNotAccepted
from custom_components.solar_battery_hub.vendors.goodwe.model import Way
from tests.vendors.goodwe.bench import Bench, open_bench
from tests.vendors.reading import Fetched, Pace, fetch, fetch_all, values

pytestmark = pytest.mark.usefixtures("socket_enabled")

MORNING = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
FLOW = "sems-plant/api/stations/flow"
LOGIN = "sems-user/api/v1/auth/cross-login"
LEGACY_LOGIN = "v3/Common/CrossLogin"
MONITOR = "v3/PowerStation/GetMonitorDetailByPowerstationId"
POINTS = "v3/PowerStation/GetInverterAllPoint"
DETAIL = "v3/PowerStation/GetPlantDetailByPowerstationId"


def errors(polls: Sequence[Fetched]) -> list[HubError]:
    return [poll.error for poll in polls if poll.error]


def keys(account: GoodWeAccount) -> list[str]:
    """Return which notices there are."""
    return [notice.key for notice in account.notices]


def way(account: GoodWeAccount) -> Way:
    """Return which way is used now."""
    return account.way


async def running(bench: Bench, minutes: float = 20) -> Pace[GoodWeAccount]:
    """Return an account that has run for a while."""
    pace = Pace(bench.clock, bench.open())
    await pace.run(minutes=minutes)
    bench.forget_requests()
    return pace


# From SEMS+ to the legacy API and back


@pytest.mark.parametrize("how", ["empty", "missing"])
@pytest.mark.parametrize("profile", ["home", "string"])
async def test_a_cut_off_while_running(how: str, profile: str) -> None:
    """C says nothing more: after ten minutes B is asked; when C answers again it is asked again."""
    async with open_bench(profile, at=MORNING) as bench:
        pace = await running(bench)
        bench.act("set_switches", semsplus=how)
        await pace.run(minutes=9)
        assert way(pace.account) is Way.SEMSPLUS
        await pace.run(minutes=3)
        assert way(pace.account) is Way.LEGACY
        assert bench.counted[LEGACY_LOGIN] == 1
        polls = await pace.run(minutes=10)
        assert errors(polls) == []
        assert {poll.key.partition("_")[0] for poll in polls} <= {"plant", "alarms"}
        told = [poll.snapshot for poll in polls if poll.key.startswith("plant_")]
        assert told[-1] is not None
        live = values(told[-1], bench.serial())
        assert isinstance(live["solar_power"], float)
        assert "Read by way of legacy" in pace.account.remarks
        bench.act("set_switches", semsplus="full")
        bench.forget_requests()
        await pace.run(minutes=40)
        assert way(pace.account) is Way.SEMSPLUS
        assert bench.counted[LOGIN] == 1
        polls = await pace.run(minutes=10)
        assert errors(polls) == []
        assert sum(poll.key.startswith("flow_") for poll in polls) == 10


async def test_both_ways_have_the_same_devices_and_lifetimes() -> None:
    async with open_bench(at=MORNING) as bench:
        pace = await running(bench)
        before = [device.id for device in pace.account.devices]
        energy = await fetch(pace.account, f"energy_{bench.serial()}")
        bench.act("set_switches", semsplus="empty")
        await pace.run(minutes=20)
        assert way(pace.account) is Way.LEGACY
        assert [device.id for device in pace.account.devices] == before
        last = next(poll.snapshot for poll in reversed(pace.fetched) if poll.key.startswith("plant_"))
        assert last is not None
        ref = Ref(bench.serial(), "solar_energy_total")
        was, is_now = energy.values[ref], last.values[ref]
        assert isinstance(was, float)
        assert isinstance(is_now, float)
        assert was - 0.1 <= is_now < was + 10
        battery, meter = bench.serial("Storage"), bench.serial("Meter")
        assert Ref(meter, "grid_power") in last.values, "told by the inverter, shown where it was measured"
        assert Ref(battery, "battery_level") in last.values, "told as that of the inverter, shown as the battery it is"


async def test_no_poll_alternates_between_the_ways() -> None:
    """A sign-in on one ends the session of the other (goodwe.md §3.6); a probe comes before a poll, not within it."""
    async with open_bench(at=MORNING) as bench:
        pace = await running(bench)
        bench.act("set_switches", semsplus="empty", monitor="empty")
        turns = []
        for _ in range(150):
            bench.forget_requests()
            await pace.step()
            asked = ["legacy" if path.startswith(("v", "warning", "Power")) else "semsplus" for path in bench.paths]
            turns.append([one for one, _ in groupby(asked)])
        assert way(pace.account) is Way.LEGACY
        assert turns.count(["semsplus", "legacy"]) <= 3
        assert [turn for turn in turns if turn not in ([], ["semsplus"], ["legacy"], ["semsplus", "legacy"])] == []


async def test_the_way_is_remembered() -> None:
    async with open_bench(at=MORNING) as bench:
        pace = await running(bench)
        bench.act("set_switches", semsplus="empty")
        await pace.run(minutes=15)
        again = bench.restart()
        bench.forget_requests()
        assert way(again) is Way.LEGACY
        await fetch_all(again)
        assert not any(path.startswith("sems-") for path in bench.paths)
        assert bench.logins == 2


async def test_probes_are_rare_and_leave_the_legacy_way_alone() -> None:
    """Refused sign-ins only: the session of the legacy way lives on."""
    async with open_bench(at=MORNING) as bench:
        pace = await running(bench)
        bench.act("refuse_sign_in", "semsplus", "C0602")
        bench.act("set_switches", semsplus="empty")
        await pace.run(minutes=15)
        assert way(pace.account) is Way.LEGACY
        bench.forget_requests()
        polls = await pace.run(hours=3, minutes=30)
        assert errors(polls) == []
        assert bench.counted[LOGIN] == 3, "after half an hour, an hour, two"
        assert bench.counted[LEGACY_LOGIN] == 0


# Refused sign-ins


@pytest.mark.parametrize("dialog", [True, False])
async def test_a_first_sign_in_that_is_refused_is_tried_the_other_way(dialog: bool) -> None:
    async with open_bench() as bench:
        bench.act("refuse_sign_in", "semsplus", "C0602")
        account = bench.dialog() if dialog else bench.open()
        if dialog:
            facts = await account.identify()
            assert [plant.id for plant in facts.plants] == bench.plants
            account = bench.restart()
        done = await fetch_all(account)
        assert way(account) is Way.LEGACY
        assert bench.logins == 1
        assert values(done[f"plant_{bench.plants[0]}"], bench.serial())["solar_power"]


async def test_terms_are_told_and_the_other_way_does_meanwhile() -> None:
    async with open_bench() as bench:
        bench.act("set_terms", accepted=False)
        account = bench.dialog()
        with pytest.raises(TermsNotAccepted):
            await account.identify()
        assert len([path for path in bench.paths if "ogin" in path]) == 2
        assert keys(account) == ["terms_not_accepted"]


async def test_a_running_account_tries_three_times() -> None:
    async with open_bench(at=MORNING) as bench:
        pace = await running(bench)
        bench.act("refuse_sign_in", "semsplus", "C0602")
        bench.act("expire_tokens")
        polls = await pace.run(minutes=2)
        assert way(pace.account) is Way.SEMSPLUS
        assert any(isinstance(error, LoginRefused) for error in errors(polls))
        await pace.run(hours=1)
        assert way(pace.account) is Way.LEGACY
        assert bench.counted[LOGIN] == 3
        assert errors(await pace.run(minutes=30)) == []


async def test_six_hours_of_refusals_are_told() -> None:
    async with open_bench(at=MORNING) as bench:
        bench.act("refuse_sign_in", "semsplus", "C0602")
        pace = await running(bench)
        await pace.run(hours=5)
        assert pace.account.notices == ()
        await pace.run(hours=1)
        assert keys(pace.account) == ["login_refused"]
        bench.act("refuse_sign_in", "semsplus", "")
        await pace.run(hours=7)
        assert pace.account.notices == ()
        assert way(pace.account) is Way.SEMSPLUS


# The legacy way by itself


async def test_after_the_cut_off_two_calls_do() -> None:
    """The dead monitor call is tried ever more rarely (goodwe.md §4.6)."""
    async with open_bench(at=MORNING) as bench:
        bench.act("refuse_sign_in", "semsplus", "C0602")
        bench.act("set_switches", monitor="empty")
        pace = await running(bench)
        assert "The call monitor had nothing to say" in pace.account.remarks
        await pace.run(hours=24)
        assert 5 <= bench.counted[MONITOR] <= 7
        assert 280 <= bench.counted[POINTS] == bench.counted[DETAIL] <= 290


async def test_one_empty_answer_is_no_cut_off() -> None:
    """Only the legacy way's great call tells of home, grid and battery: it is not given up for a day."""
    async with open_bench(at=MORNING) as bench:
        bench.act("refuse_sign_in", "semsplus", "C0602")
        pace = await running(bench)
        bench.act("set_switches", monitor="empty")
        await pace.run(minutes=6)
        bench.act("set_switches", monitor="full")
        await pace.run(minutes=21)
        last = next(poll.snapshot for poll in reversed(pace.fetched) if poll.key.startswith("plant_"))
        assert last is not None
        assert isinstance(values(last, f"plant_{bench.plants[0]}")["home_power"], float)


async def test_one_of_two_calls_may_fail() -> None:
    async with open_bench(at=MORNING) as bench:
        bench.act("refuse_sign_in", "semsplus", "C0602")
        bench.act("set_switches", monitor="empty")
        pace = await running(bench)
        key, inverter = f"plant_{bench.plants[0]}", bench.serial()
        fault = bench.server.faults.add(f"/api/{DETAIL}", "status", code=404)
        bench.clock.pass_time(minutes=5)
        assert values(await fetch(pace.account, key), inverter)["output_power"]
        bench.server.faults.remove(fault)
        bench.server.faults.add(f"/api/{POINTS}", "status", code=404)
        bench.clock.pass_time(minutes=5)
        assert values(await fetch(pace.account, key), f"plant_{bench.plants[0]}")["output_power"]
        bench.server.faults.add(f"/api/{DETAIL}", "status", code=404)
        bench.clock.pass_time(minutes=5)
        with pytest.raises(HubError):
            await fetch(pace.account, key)


async def test_legacy_polls_follow_the_uploads() -> None:
    async with open_bench(at=MORNING + timedelta(minutes=3)) as bench:
        bench.act("refuse_sign_in", "semsplus", "C0602")
        pace = await running(bench)
        polls = [poll for poll in await pace.run(hours=2) if poll.key.startswith("plant_")]
        told = [poll.snapshot.measured_at for poll in polls if poll.snapshot]
        assert len(told) == len(set(told)) == 24
        ages = [poll.at - poll.snapshot.measured_at for poll in polls if poll.snapshot]
        assert max(ages) < timedelta(seconds=60)


async def test_a_legacy_day_costs_little() -> None:
    async with open_bench(at=MORNING) as bench:
        bench.act("refuse_sign_in", "semsplus", "C0602")
        pace = await running(bench)
        await pace.run(hours=24)
        assert len(bench.paths) < 720
        assert bench.counted[LEGACY_LOGIN] <= 6


async def test_errors_of_an_inverter_are_told() -> None:
    async with open_bench(at=MORNING) as bench:
        bench.act("refuse_sign_in", "semsplus", "C0602")
        pace = await running(bench)
        bench.act("add_alarm", level="fault")
        bench.clock.pass_time(minutes=10)
        snapshot = await fetch(pace.account, f"plant_{bench.plants[0]}")
        assert snapshot.streams == (Ref(f"plant_{bench.plants[0]}", "alarms"),)
        assert [event.type for event in snapshot.happenings] == ["fault"]


# Nobody there


@pytest.mark.parametrize("hours", [0.1, 1, 3])
async def test_nobody_there_for_a_while(hours: float) -> None:
    """Where nobody can be reached, one way is as good as the other: it stays, and nobody signs in afterwards."""
    async with open_bench(at=MORNING) as bench:
        pace = await running(bench)
        bench.act("refuse_connections")
        polls = await pace.run(hours=hours)
        assert all(isinstance(error, Unreachable) for error in errors(polls))
        assert errors(polls)
        await bench.act("accept_connections")
        bench.forget_requests()
        await pace.run(minutes=5)
        assert errors(await pace.run(minutes=10)) == []
        assert way(pace.account) is Way.SEMSPLUS
        assert bench.counted[LOGIN] == bench.counted[LEGACY_LOGIN] == 0


async def test_a_day_without_any_answer_does_not_storm_the_door() -> None:
    async with open_bench(at=MORNING) as bench:
        pace = await running(bench)
        bench.act("set_switches", semsplus="empty", legacy="empty")
        before = bench.logins
        await pace.run(hours=5, minutes=50)
        assert pace.account.notices == ()
        await pace.run(hours=1)
        assert keys(pace.account) == ["service_changed"]
        assert bench.logins - before <= 2 * 8
        bench.act("set_switches", semsplus="full", legacy="full")
        await pace.run(hours=2, minutes=15)
        assert way(pace.account) is Way.SEMSPLUS
        assert pace.account.notices == ()


async def test_a_token_that_is_taken_every_ten_minutes() -> None:
    """No storm of sign-ins, and the user is told what helps (goodwe.md §3.6)."""
    async with open_bench(at=MORNING) as bench:
        pace = await running(bench)
        for _ in range(36):
            before = bench.counted[LOGIN] + bench.counted[LEGACY_LOGIN]
            bench.act("other_client_signs_in")
            await pace.run(minutes=10)
            assert bench.counted[LOGIN] + bench.counted[LEGACY_LOGIN] - before <= 2
        assert bench.counted[LOGIN] + bench.counted[LEGACY_LOGIN] <= 4 * 6
        assert keys(pace.account) == ["account_displaced"]
