"""The arithmetic of the benchmark. What it measures depends on the machine and is asserted nowhere."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import sqlite3
import time
from typing import Any

import pytest

from tests.benchmarks.figures import Goal, Row, middle
from tests.benchmarks.holds import HoldWatch
from tests.benchmarks.measures import count_rows
from tests.benchmarks.powerwall.entries import wanted_ids
from tests.benchmarks.powerwall.figures import Figures, is_linear, own_cpu
from tests.benchmarks.powerwall.report import report
from tests.benchmarks.powerwall.rounds import repeats
from tests.benchmarks.powerwall.runs import COLUMNS, Collected
from tests.benchmarks.powerwall.subjects import CORE, OURS, OURS_AS_INSTALLED, RIVAL, SHARED_MEASURES
from tests.benchmarks.tables import spell, table, verdict
from tests.benchmarks.workshop import in_turn


def result(
    cpu_ms: float = 100.0, *, rounds: int = 10, requests: int = 6, repeated: int = 0, rss_mb: float = 190.0
) -> dict[str, Any]:
    """Return what a measured process says of one scene after another."""
    costs = {
        "rounds": rounds,
        "cpu_ms": cpu_ms,
        "loop_ms": cpu_ms / 2,
        "requests": [requests] * rounds,
        "repeats": repeated,
        "paths": {},
    }
    watched = {
        "rounds": rounds,
        "hold_wall_ms": 3.0,
        "hold_cpu_ms": 2.0,
        "connections": 15,
        "changed": 20,
        "reported": 5,
        "rows": 30,
    }
    setup = {
        "requests": 14,
        "logins": 0,
        "seconds": 0.2,
        "cpu_ms": 50.0,
        "hold_wall_ms": 7.0,
        "entities": 26,
    }
    return {
        "setup": setup,
        "rss_mb": rss_mb,
        "steady": {"costs": costs, "watched": watched},
        "changing": {"costs": costs, "watched": watched},
    }


def row_named(collected: Collected, name: str) -> Row:
    (found,) = [row for row in Figures(collected).rows() if row.name == name]
    return found


@pytest.fixture
def collected() -> Collected:
    """Three repeats of each subject, the second one disturbed, and what nobody needs."""
    return Collected(
        measured={
            "ours": [result(cpu_ms) for cpu_ms in (100, 900, 110)],
            "core": [result(cpu_ms, requests=10, repeated=40) for cpu_ms in (250, 800, 260)],
            "ours as installed": [result(cpu_ms, rounds=30, requests=3) for cpu_ms in (150, 900, 180)],
            "nobody": [result(cpu_ms, requests=0) for cpu_ms in (10, 40, 20)],
        },
        delays={"ours": [5.0, 10.0, 30.0]},
    )


def test_cpu_is_the_median_without_what_nobody_needs(collected: Collected) -> None:
    row = row_named(collected, "CPU per round, changing values")
    assert row.ours == pytest.approx(110 / 10 - 20 / 10)
    assert row.core == pytest.approx(260 / 10 - 20 / 10)
    # a round as installed is a third as long: a third of the idle time is taken off
    assert row.variant == pytest.approx(180 / 30 - 20 / 10 / 3)


def test_cpu_without_anything_to_compare_with_is_unknown() -> None:
    assert own_cpu([result()], [], "ours", "changing", "cpu_ms") is None


def test_figures_per_hour_follow_the_pace(collected: Collected) -> None:
    changed = row_named(collected, "state_changed per hour, changing values")
    assert changed.ours == pytest.approx(20 / 10 * 120)
    assert changed.variant == pytest.approx(20 / 30 * 360)
    assert row_named(collected, "Requests per hour").variant == pytest.approx(3 * 360)
    assert row_named(collected, "TLS connections per round").variant == pytest.approx(15 / 30)


def test_delays_are_summed_up(collected: Collected) -> None:
    assert row_named(collected, "From change to state, mean").ours == pytest.approx(15)
    assert row_named(collected, "From change to state, longest").ours == 30
    assert row_named(collected, "From change to state, mean").core is None


@pytest.mark.parametrize(
    ("goal", "ours", "core", "met"),
    [
        (Goal(text="", limit=6), 6, 10, True),
        (Goal(text="", limit=6), 6.1, 10, False),
        (Goal(text="", share=0.5), 5, 10, True),
        (Goal(text="", share=0.5), 5.1, 10, False),
        (Goal(text="", share=0.5), 5, None, None),
        (Goal(text="", limit=6), None, 10, None),
    ],
)
def test_goal(goal: Goal, ours: float | None, core: float | None, met: bool | None) -> None:
    assert goal.met(ours, core) is met


@pytest.mark.parametrize(
    ("ours", "core", "better"), [(6, 10, "ours"), (10, 6, "core"), (100, 104, "equal"), (0, 0, "equal"), (None, 6, "")]
)
def test_who_needs_less(ours: float | None, core: float, better: str) -> None:
    assert Row(name="", unit="", ours=ours, core=core).better == better


def test_goal_that_is_not_met_is_said(collected: Collected) -> None:
    collected.measured["ours"] = [result(requests=7)]
    assert verdict(row_named(collected, "Requests per round")) == "≤ 6: **not met**"


def test_median_of_nothing_is_unknown() -> None:
    assert middle([]) is None


def test_growth_is_linear_while_each_costs_the_same() -> None:
    assert is_linear({1: 9.0, 10: 50.0, 50: 250.0}) is True
    assert is_linear({1: 5.0, 10: 50.0, 50: 320.0}) is False
    assert is_linear({10: 50.0, 50: None}) is None


def test_memory_is_what_comes_on_top(collected: Collected) -> None:
    collected.growth = {subject: {2: [result(rss_mb=190)]} for subject in collected.measured}
    collected.growth["nobody"] = {2: [result(rss_mb=180)]}
    assert Figures(collected).memory()[2].ours == pytest.approx(190 - 180)


def request(seconds: float, path: str) -> dict[str, Any]:
    minutes, rest = divmod(seconds, 60)
    return {"time": f"2026-06-15T08:{minutes:02.0f}:{rest:06.3f}+00:00", "method": "GET", "path": path}


def test_repeats_are_asked_within_half_an_interval() -> None:
    asked = [request(at, path) for at, path in ((0, "/a"), (0.1, "/b"), (0.2, "/a"), (14.9, "/b"), (30, "/a"))]
    assert repeats(asked, 30) == 2
    assert repeats([request(at, "/a") for at in (0, 30, 60)], 30) == 0


def test_every_subject_begins_once() -> None:
    turns = [in_turn(COLUMNS, repeat) for repeat in range(3)]
    assert {turn[0].name for turn in turns} == {subject.name for subject in COLUMNS}
    assert all(len(turn) == 3 for turn in turns)


def test_rows_of_the_database_are_counted(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "some.db") as connection:
        connection.execute("CREATE TABLE states (state TEXT)")
        connection.executemany("INSERT INTO states VALUES (?)", [("1",), ("2",)])
    assert count_rows(tmp_path / "some.db") == 2


def busy(seconds: float) -> Callable[[], None]:
    def burn() -> None:
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass

    return burn


async def test_longest_hold_is_named_and_the_watcher_does_not_count() -> None:
    run = asyncio.Handle._run
    with HoldWatch() as watch:
        asyncio.get_running_loop().call_soon(busy(0.02))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        busy(0.1)()
        await asyncio.sleep(0)
    assert asyncio.Handle._run is run
    assert watch.hold.what.endswith("burn")
    assert watch.hold.cpu_ms >= 20


def test_same_measures_on_both_sides() -> None:
    description = {"din": "DIN", "battery": "BAT"}
    core_ids = {template.format(**description) for template in SHARED_MEASURES}
    our_ids = {template.format(**description) for template in SHARED_MEASURES.values()}
    assert len(core_ids) == len(our_ids) == len(SHARED_MEASURES)
    assert wanted_ids(RIVAL, dict.fromkeys(core_ids), [description]) == core_ids
    with pytest.raises(RuntimeError, match=r"powerwall does not have \['DIN_charge'\]"):
        wanted_ids(RIVAL, dict.fromkeys(core_ids - {"DIN_charge"}), [description])


def test_subjects_differ_only_where_they_should() -> None:
    assert OURS.interval == RIVAL.interval == 30
    assert RIVAL.domain == CORE
    assert OURS_AS_INSTALLED.measures is None
    assert not OURS_AS_INSTALLED.options


@pytest.mark.parametrize(
    ("figure", "text"), [(None, "–"), (3.0, "3"), (0.123, "0.12"), (12.34, "12.3"), (1234.5, "1234")]
)
def test_figures_are_spelled_short(figure: float | None, text: str) -> None:
    assert spell(figure) == text


def test_columns_line_up() -> None:
    assert table(("a", "bcd"), (("long", "1"),)) == "| a    | bcd |\n| ---- | --: |\n| long |   1 |"


def test_report_has_every_table_also_when_little_was_measured(collected: Collected) -> None:
    collected.growth = {subject: {2: [result()]} for subject in collected.measured}
    text = report(collected)
    assert text.count("\n| ---") == 3
    assert "–" in text
