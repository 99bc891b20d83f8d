"""What GoodWe's benchmark prints: a table beside pygoodwe, one of SEMS+ alone (Markdown), and the same as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tests.benchmarks.figures import Row
from tests.benchmarks.goodwe.figures import Figures
from tests.benchmarks.goodwe.runs import Collected, Plan
from tests.benchmarks.goodwe.subjects import RIVAL
from tests.benchmarks.tables import circumstances, spell, table, verdict

BETTER = {"core": RIVAL.name}


def report(collected: Collected) -> str:
    """Return all tables."""
    cases = {case: Figures(collected, case).rows() for case in collected.measured}
    beside = {case for case, subjects in collected.measured.items() if RIVAL.name in subjects}
    alone = {case: rows for case, rows in cases.items() if case not in beside}
    return "\n\n".join([*(comparison(case, cases[case]) for case in cases if case in beside), *_of_ours(alone)])


def comparison(title: str, rows: Sequence[Row]) -> str:
    """Return the table of one case beside the rival."""
    lines = [
        (_name(row), spell(row.ours), spell(row.core), BETTER.get(row.better, row.better), verdict(row)) for row in rows
    ]
    return table((title, "Ours", "pygoodwe", "Less", "Goal"), lines)


def _of_ours(cases: dict[str, list[Row]]) -> list[str]:
    """Return the table of all cases in which ours is alone; none without any."""
    if not cases:
        return []
    lines = [
        (_name(rows[0]), *(f"{spell(row.ours)}{_kept(row)}" for row in rows))
        for rows in zip(*cases.values(), strict=True)
    ]
    return [table(("Ours", *cases), lines)]


def _name(row: Row) -> str:
    """Return the name of a row with its unit."""
    return f"{row.name} ({row.unit})" if row.unit else row.name


def _kept(row: Row) -> str:
    """Return what a row says of its goal in a table without a column for it."""
    return f" ({verdict(row)})" if row.goal is not None else ""


def as_dict(collected: Collected, plan: Plan) -> dict[str, Any]:
    """Return everything for JSON: how it was measured, the figures, and what they were made of."""
    return {
        **circumstances(),
        "plan": asdict(plan),
        "cases": {
            case: [
                asdict(row) | {"better": BETTER.get(row.better, row.better), "verdict": verdict(row)}
                for row in Figures(collected, case).rows()
            ]
            for case in collected.measured
        },
        "collected": asdict(collected),
    }
