"""A sun that makes each upload tell which one it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import override

from tests.simulators.surroundings import Sun

LEAST_W, STEP_W, STEPS = 500, 20, 100
"""Coarse enough for answers in hundredths of a kW, and the same again only after so many steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpingSun(Sun):
    """A sun that gives another power every so many seconds, never none: ``steps`` of them from ``least_w`` on."""

    every: int
    least_w: int = LEAST_W
    steps: int = STEPS

    @override
    def watts(self, local: datetime) -> float:
        return float(self.least_w + STEP_W * (int(local.timestamp()) // self.every * 37 % self.steps))

    @classmethod
    def instead_of(cls, sun: Sun, every: int, *, least_w: int = LEAST_W, steps: int = STEPS) -> JumpingSun:
        """Return one for the same roof."""
        return cls(
            peak_w=sun.peak_w,
            latitude=sun.latitude,
            cloudiness=sun.cloudiness,
            seed=sun.seed,
            every=every,
            least_w=least_w,
            steps=steps,
        )
