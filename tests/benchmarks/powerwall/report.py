"""What the Powerwall's benchmark prints: tables for people (Markdown) and the same as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tests.benchmarks.figures import Row
from tests.benchmarks.powerwall.figures import Figures, is_linear
from tests.benchmarks.powerwall.runs import Collected, Plan
from tests.benchmarks.tables import circumstances, spell, table, verdict

TITLES = ("Ours, 30 s", "Core, 30 s", "Ours as installed, 10 s")


def comparison(rows: Sequence[Row]) -> str:
    """Return the table of the comparison."""
    lines = [
        (
            f"{row.name} ({row.unit})" if row.unit else row.name,
            *map(spell, (row.ours, row.core, row.variant)),
            row.better,
            verdict(row),
        )
        for row in rows
    ]
    return table(("One gateway", *TITLES, "Less", "Goal"), lines)


def growth(title: str, rows: Mapping[int, Row]) -> str:
    """Return the table of how one cost grows, with the share of each gateway."""
    lines = [
        (
            str(count),
            *(f"{spell(one)} ({spell(one / count)})" if one is not None else "–" for one in values),
            row.better,
        )
        for count, row in rows.items()
        for values in [(row.ours, row.core, row.variant)]
    ]
    linear = is_linear({count: row.ours for count, row in rows.items()})
    said = {None: "", True: "\n\nGoal: linear for ours: met", False: "\n\nGoal: linear for ours: **not met**"}[linear]
    return table((title, *TITLES, "Less"), lines) + said


def report(collected: Collected) -> str:
    """Return all tables."""
    figures = Figures(collected)
    return "\n\n".join(
        (
            comparison(figures.rows()),
            growth("Gateways: memory in MB (each)", figures.memory()),
            growth("Gateways: CPU per round in ms (each)", figures.growing_cpu()),
        )
    )


def as_dict(collected: Collected, plan: Plan) -> dict[str, Any]:
    """Return everything for JSON: how it was measured, the figures, and what they were made of."""
    figures = Figures(collected)
    return {
        **circumstances(),
        "plan": asdict(plan),
        "comparison": [asdict(row) | {"better": row.better, "verdict": verdict(row)} for row in figures.rows()],
        "memory_mb": {count: asdict(row) for count, row in figures.memory().items()},
        "cpu_ms_per_round": {count: asdict(row) for count, row in figures.growing_cpu().items()},
        "collected": asdict(collected),
    }
