"""What Anker's benchmark prints: for each account a table and one by endpoint, and what was recorded (Markdown); the same as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tests.benchmarks.anker.figures import Figures, StillFigures
from tests.benchmarks.anker.runs import Collected, Plan
from tests.benchmarks.anker.subjects import ADAPTER, RECORDED, REFERENCE
from tests.benchmarks.figures import Row
from tests.benchmarks.tables import circumstances, spell, table, verdict

BETTER = {"core": "reference"}
RIVALS = (REFERENCE.name.capitalize(), ADAPTER.name)


def report(collected: Collected) -> str:
    """Return all tables."""
    tables = []
    for case in collected.measured:
        figures = Figures(collected, case)
        tables += [comparison(case, figures.rows()), endpoints(case, figures.endpoints())]
    if collected.recorded is not None:
        tables.append(_of_ours(RECORDED.name, StillFigures(collected).rows()))
    tables.append(_of_ours("Import", imports(collected)))
    return "\n\n".join(tables)


def comparison(title: str, rows: Sequence[Row]) -> str:
    """Return the table of one account."""
    lines = [
        (_name(row), *map(spell, (row.ours, row.core, row.variant)), BETTER.get(row.better, row.better), verdict(row))
        for row in rows
    ]
    return table((title, "Ours", *RIVALS, "Less", "Goal"), lines)


def endpoints(title: str, rows: Sequence[Row]) -> str:
    """Return the requests per hour of one account by endpoint."""
    lines = [(f"`{row.name}`", *map(spell, (row.ours, row.core, row.variant))) for row in rows]
    return table((f"{title}: requests per hour", "Ours", *RIVALS), lines)


def imports(collected: Collected) -> list[Row]:
    """Return how long importing takes."""
    names = {"all": "Everything new to Home Assistant", "own": "The integration", "room": "… of it what is Anker's"}
    return [
        Row(name=names[key], unit="ms", ours=1000 * seconds, core=None) for key, seconds in collected.imports.items()
    ]


def _of_ours(title: str, rows: Sequence[Row]) -> str:
    """Return a table of ours alone."""
    return table((title, "Ours", "Goal"), [(_name(row), spell(row.ours), verdict(row)) for row in rows])


def _name(row: Row) -> str:
    """Return the name of a row with its unit."""
    return f"{row.name} ({row.unit})" if row.unit else row.name


def as_dict(collected: Collected, plan: Plan) -> dict[str, Any]:
    """Return everything for JSON: how it was measured, the figures, and what they were made of."""
    cases = {case: Figures(collected, case) for case in collected.measured}
    return {
        **circumstances(),
        "plan": asdict(plan),
        "cases": {
            case: [
                asdict(row) | {"better": BETTER.get(row.better, row.better), "verdict": verdict(row)}
                for row in figures.rows()
            ]
            for case, figures in cases.items()
        },
        "endpoints": {case: [asdict(row) for row in figures.endpoints()] for case, figures in cases.items()},
        "recorded": [] if collected.recorded is None else [asdict(row) for row in StillFigures(collected).rows()],
        "collected": asdict(collected),
    }
