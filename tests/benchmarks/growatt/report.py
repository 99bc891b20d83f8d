"""What Growatt's benchmark prints: a table for each account (Markdown) and the same as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tests.benchmarks.figures import Row
from tests.benchmarks.growatt.figures import Figures
from tests.benchmarks.growatt.runs import Collected, Plan
from tests.benchmarks.tables import circumstances, spell, table, verdict


def comparison(title: str, rows: Sequence[Row]) -> str:
    """Return the table of one account."""
    lines = [
        (
            f"{row.name} ({row.unit})" if row.unit else row.name,
            *map(spell, (row.ours, row.core, row.variant)),
            row.better,
            verdict(row),
        )
        for row in rows
    ]
    return table((title, "Ours", "Core", "Ours at 5 min", "Less", "Goal"), lines)


def report(collected: Collected) -> str:
    """Return all tables."""
    return "\n\n".join(comparison(account, Figures(collected, account).rows()) for account in collected.measured)


def as_dict(collected: Collected, plan: Plan) -> dict[str, Any]:
    """Return everything for JSON: how it was measured, the figures, and what they were made of."""
    return {
        **circumstances(),
        "plan": asdict(plan),
        "accounts": {
            account: [
                asdict(row) | {"better": row.better, "verdict": verdict(row)}
                for row in Figures(collected, account).rows()
            ]
            for account in collected.measured
        },
        "collected": asdict(collected),
    }
