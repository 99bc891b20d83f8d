"""What the benchmark prints: tables for people (Markdown) and the same as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
import os
import platform
from typing import Any

from homeassistant import const

from tests.benchmarks.figures import Figure, Figures, Row, is_linear
from tests.benchmarks.runs import Collected, Plan

TITLES = ("Ours, 30 s", "Core, 30 s", "Ours as installed, 10 s")


def spell(figure: Figure) -> str:
    """Return a figure with about three digits."""
    if figure is None:
        return "–"
    if abs(figure) >= 100 or figure == round(figure):
        return f"{figure:.0f}"
    return f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"


def verdict(row: Row) -> str:
    """Return a row's goal and whether it is met."""
    if row.goal is None:
        return ""
    met = row.goal.met(row.ours, row.core)
    return row.goal.text if met is None else f"{row.goal.text}: {'met' if met else '**not met**'}"


def table(titles: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose columns line up."""
    cells = [list(titles), *map(list, lines)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(titles))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    rows = [cells[0], rule, *cells[1:]]
    return "\n".join("| " + " | ".join(pad(line, widths)) + " |" for line in rows)


def pad(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return the cells of a line, the first one to the left and the others to the right."""
    return [
        cell.rjust(width) if at else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def comparison(rows: Sequence[Row]) -> str:
    """Return the table of the comparison."""
    lines = [
        (
            f"{row.name} ({row.unit})" if row.unit else row.name,
            *map(spell, (row.ours, row.core, row.installed)),
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
        for values in [(row.ours, row.core, row.installed)]
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
        "home_assistant": const.__version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "processors": os.cpu_count(),
        "plan": asdict(plan),
        "comparison": [asdict(row) | {"better": row.better, "verdict": verdict(row)} for row in figures.rows()],
        "memory_mb": {count: asdict(row) for count, row in figures.memory().items()},
        "cpu_ms_per_round": {count: asdict(row) for count, row in figures.growing_cpu().items()},
        "collected": asdict(collected),
    }
