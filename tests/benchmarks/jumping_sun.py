"""A sun that makes each upload tell which one it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import override

from tests.simulators.surroundings import Sun

LEAST_W, STEP_W, STEPS = 500, 20, 100
"""Coarse enough for answers in hundredths of a kW, and the same again only after so many steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpingSun(Sun):
    """A sun that gives another power every so many seconds, never none."""

    every: int

    @override
    def watts(self, local: datetime) -> float:
        return float(LEAST_W + STEP_W * (int(local.timestamp()) // self.every * 37 % STEPS))

    @classmethod
    def instead_of(cls, sun: Sun, every: int) -> JumpingSun:
        """Return one for the same roof."""
        return cls(peak_w=sun.peak_w, latitude=sun.latitude, cloudiness=sun.cloudiness, seed=sun.seed, every=every)
