"""The arithmetic and the tools of GoodWe's benchmark. What it measures depends on the machine and is asserted nowhere."""

from datetime import UTC, datetime, timedelta
import json
import time
from typing import Any

from homeassistant.core import HomeAssistant
import pygoodwe
import pytest

from tests.benchmarks import skipped_time
from tests.benchmarks.figures import Row
from tests.benchmarks.goodwe.figures import Figures
from tests.benchmarks.goodwe.report import report
from tests.benchmarks.goodwe.rival import SOLAR_ENTITY, VALUES, Rival
from tests.benchmarks.goodwe.runs import Collected, Measured
from tests.benchmarks.goodwe.server import MeasuredSimulator, is_refusal
from tests.benchmarks.goodwe.subjects import CASES, LEGACY, OURS, RIVAL, SEMSPLUS
from tests.benchmarks.relay import Relay
from tests.benchmarks.tables import verdict
from tests.simulators.clock import SimClock
from tests.simulators.wire import Answer

MORNING = datetime(2026, 6, 15, 8, tzinfo=UTC)


def measured(*, requests: int, cpu_ms: float, delays: list[float], logins: int = 1, plants: int = 1) -> Measured:
    """Return what a measured process says of two hours."""
    day = {
        "hours": 2.0,
        "requests": requests,
        "logins": logins,
        "polls": 20,
        "refused": 1,
        "sent": 10_000,
        "received": 100_000,
        "connections": 24,
        "cpu_ms": cpu_ms,
        "loop_ms": cpu_ms / 2,
        "recorder_ms": cpu_ms / 4,
        "changed": 300,
        "reported": 100,
        "rows": 250,
        "files": 5,
        "plants": plants,
    }
    seen = {"uploads": 4, "delays": delays, "age_seconds": 200_000.0, "shown_seconds": 1_000.0}
    return Measured(
        added={"requests": 12, "logins": 1},
        lived={"day": day, "entities": 30, "ages": [seen, seen]},
        restarted={"requests": 9, "logins": 0, "cpu_ms": 50.0},
    )


@pytest.fixture
def collected() -> Collected:
    """One account beside pygoodwe, one of ours alone, and what nobody needs."""
    nothing = {"hours": 1.0, "cpu_ms": 50.0, "loop_ms": 20.0, "recorder_ms": 10.0, "files": 2}
    both = {
        OURS.name: measured(requests=60, cpu_ms=500.0, delays=[10.0, 20.0]),
        RIVAL.name: measured(requests=100, cpu_ms=150.0, delays=[30.0, 40.0, 30.0, 40.0]),
    }
    alone = {OURS.name: measured(requests=840, cpu_ms=900.0, delays=[], plants=2)}
    return Collected(measured={"beside": both, "alone": alone}, nobody={"day": nothing})


def row_named(collected: Collected, name: str, case: str = "beside") -> Row:
    return next(row for row in Figures(collected, case).rows() if row.name == name)


def test_requests_are_compared_where_there_is_somebody(collected: Collected) -> None:
    row = row_named(collected, "Requests per day")
    assert (row.ours, row.core) == (60 * 12, 100 * 12)
    assert verdict(row) == "≤ 0.5 × pygoodwe: **not met**"
    assert row_named(collected, "Requests per day", "alone").goal is None


def test_requests_per_minute_are_those_of_a_plant(collected: Collected) -> None:
    row = row_named(collected, "Requests per minute and plant", "alone")
    assert row.ours == pytest.approx(840 / 120 / 2)
    assert verdict(row) == "≤ 3: **not met**"
    assert row_named(collected, "Requests per minute and plant").goal is None


def test_logins_have_a_goal_of_their_own(collected: Collected) -> None:
    assert row_named(collected, "Logins per day").goal is None
    assert verdict(row_named(collected, "Logins per day", "alone")) == "≤ 6: **not met**"
    collected.measured["alone"][OURS.name] = measured(requests=1, cpu_ms=1.0, delays=[], logins=0)
    assert verdict(row_named(collected, "Logins per day", "alone")) == "≤ 6: met"


def test_ages_are_summed_up_over_plants_and_positions(collected: Collected) -> None:
    row = row_named(collected, "From upload to state, mean")
    assert (row.ours, row.core) == (15, 35)
    assert verdict(row_named(collected, "Age of what is shown, mean")) == "less than pygoodwe: met"
    missed = row_named(collected, "Uploads that were never shown")
    assert (missed.ours, missed.core) == (50, 0)
    assert row_named(collected, "From upload to state, mean", "alone").ours is None


def test_cpu_is_without_what_nobody_needs(collected: Collected) -> None:
    assert row_named(collected, "CPU per poll").ours == pytest.approx((500 - 2 * 50) / 20)
    assert row_named(collected, "CPU per day").core == pytest.approx((150 - 2 * 50) * 12 / 1000)
    bare = [row.ours for row in Figures(collected, "beside").rows() if row.name == "… without the recorder's"]
    assert bare == [
        pytest.approx(((500 - 2 * 50) - (125 - 2 * 10)) / 20),
        pytest.approx(((500 - 2 * 50) - (125 - 2 * 10)) * 12 / 1000),
    ]


def test_rows_are_counted_per_hour(collected: Collected) -> None:
    assert row_named(collected, "Recorder rows per hour").ours == 125
    assert row_named(collected, "Stores written to the disk per day").ours == (5 - 2 * 2) * 12


def test_report_has_a_table_beside_the_rival_and_one_of_ours(collected: Collected) -> None:
    collected.measured["another"] = collected.measured["alone"]
    text = report(collected)
    assert text.count("\n| ---") == 2
    assert "| pygoodwe |" in text
    assert " core " not in text
    assert "3.50 (≤ 3: **not met**)" in text


def test_cases_are_those_that_are_wanted() -> None:
    assert [(case.profile, case.way, [subject.name for subject in case.subjects]) for case in CASES] == [
        ("home", LEGACY, ["ours", "pygoodwe"]),
        ("home", SEMSPLUS, ["ours"]),
        ("string", SEMSPLUS, ["ours"]),
        ("several", SEMSPLUS, ["ours"]),
    ]


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [(200, 0, False), (200, "0", False), (200, "00000", False), (200, "100001", True), (429, 0, True)],
)
def test_refusals_are_known_by_status_and_code(status: int, code: object, expected: bool) -> None:
    assert is_refusal(Answer(status=status, body=json.dumps({"code": code}).encode())) is expected


def test_pauses_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skipped_time, "_skipped", 0.0)
    monkeypatch.setattr(pygoodwe, "time", time)
    skipped_time.sleep_in(pygoodwe)
    before, real = skipped_time.monotonic(), time.perf_counter()
    vars(pygoodwe)["time"].sleep(30)
    assert 30 <= skipped_time.monotonic() - before < 35
    assert time.perf_counter() - real < 5


@pytest.fixture
async def simulator() -> Any:
    """Yield a home behind a relay, on the older service."""
    clock, relay = SimClock(speed=0.0), Relay()
    clock.set(MORNING)
    simulator = MeasuredSimulator("home", way=LEGACY, clock=clock, relay=relay)
    await simulator.start()
    await relay.start(simulator.port)
    yield simulator
    await relay.stop()
    await simulator.stop()


@pytest.mark.usefixtures("socket_enabled")
async def test_rival_reads_through_the_relay(
    hass: HomeAssistant, simulator: MeasuredSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what is changed in the library is put back afterwards
    monkeypatch.setattr(pygoodwe, "time", time)
    monkeypatch.setattr(skipped_time, "_skipped", 0.0)
    await Rival(hass, simulator.describe()).start()
    assert {state.entity_id for state in hass.states.async_all()} == set(VALUES)
    shown = hass.states.get(SOLAR_ENTITY)
    ((_, uploaded),) = [uploads[-1] for uploads in simulator.uploads().values()]
    assert shown is not None
    assert float(shown.state) == pytest.approx(uploaded, abs=1)
    traffic = simulator.traffic()
    # it asks without a token first, signs in and asks again
    assert (traffic["requests"], traffic["logins"], traffic["polls"], traffic["refused"]) == (3, 1, 2, 1)
    assert traffic["received"] > 1_000


def test_sun_jumps_with_every_minute_and_uploads_shift() -> None:
    clock = SimClock(speed=0.0)
    clock.set(MORNING)
    simulator = MeasuredSimulator("home", way=LEGACY, clock=clock, relay=Relay())
    simulator.let_sun_jump()
    simulator.shift_uploads(100)
    clock.set(MORNING + timedelta(minutes=30))
    ((*_, before, last),) = simulator.uploads().values()
    assert last[0] - before[0] == 300
    assert last[0] % 300 == 100
    assert last[1] != before[1]
    simulator.way = SEMSPLUS
    ((*_, before, last),) = simulator.uploads().values()
    assert last[0] - before[0] == 60
    assert last[1] != before[1]
