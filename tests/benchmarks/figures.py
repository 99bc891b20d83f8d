"""The arithmetic every benchmark shares: figures of both sides, who needs less, and goals."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

ALIKE = 0.05
"""Two figures closer than this share of the greater one are called equal."""

type Figure = float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What this integration wants to reach: at most ``limit``, or at most ``share`` of what core needs."""

    text: str
    limit: float | None = None
    share: float | None = None

    def met(self, ours: Figure, core: Figure) -> bool | None:
        """Tell whether it is met; ``None`` where that was not measured."""
        limit = self.limit
        if self.share is not None:
            limit = None if core is None else self.share * core
        return None if ours is None or limit is None else ours <= limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of this integration and of core's; ``variant``: of ours in another setting."""

    name: str
    unit: str
    ours: Figure
    core: Figure
    variant: Figure = None
    goal: Goal | None = None

    @property
    def better(self) -> str:
        """Return who needs less: ``ours``, ``core``, ``equal``, or nothing where that says nothing."""
        if self.ours is None or self.core is None:
            return ""
        if abs(self.ours - self.core) <= ALIKE * max(abs(self.ours), abs(self.core)):
            return "equal"
        return "ours" if self.ours < self.core else "core"


def middle(values: Sequence[float]) -> Figure:
    """Return the median; ``None`` of nothing."""
    return median(values) if values else None
