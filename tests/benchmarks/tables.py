"""What a benchmark prints: tables for people (Markdown), and how it was measured for JSON."""

from collections.abc import Sequence
import os
import platform
from typing import Any

from homeassistant import const

from tests.benchmarks.figures import Figure, Row


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


def circumstances() -> dict[str, Any]:
    """Return under what something was measured."""
    return {
        "home_assistant": const.__version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "processors": os.cpu_count(),
    }
