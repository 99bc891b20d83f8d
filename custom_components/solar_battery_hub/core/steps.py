"""Numbers that go in steps."""

from typing import Final

NOISE: Final = 1e-6  # how far a number may be off its step, in steps: what decimals cost in binary


def on_step(value: float, start: float, step: float) -> bool:
    """Tell whether a number is a whole number of steps from the start."""
    steps = (value - start) / step
    return abs(steps - round(steps)) < NOISE


def snapped(value: float, start: float, step: float) -> float:
    """Return the step that a number is on, without what decimals cost in binary; another number as it is."""
    return round(start + round((value - start) / step) * step, 6) if on_step(value, start, step) else value
