"""Lifetime totals that the cloud tells itself, as finely as it does (anker.md §7.2, §6.4–6.6)."""

from typing import Final, NamedTuple

from ...core.parse import measured, text
from .model import Bean
from .scene import yield_of

_DIGITS: Final = 2  # after the point, whatever the unit: in MWh these are steps of 10 kWh


class Told(NamedTuple):
    """A total as it is told: at least so many kWh, and less than one ``step`` (kWh) more."""

    total: float
    step: float


def told(value: object, unit: object) -> Told | None:
    """Return a total and how fine it is; ``None`` where it is not told."""
    written = text(unit) or "kWh"
    total, one = measured(value, written, "kWh"), measured(1, written, "kWh")
    if total is None or one is None or total < 0:
        return None
    digits = len(str(value).partition(".")[2])
    return Told(round(total, 6), one * 10.0 ** -max(_DIGITS, digits))


def yield_total(scene: Bean) -> Told | None:
    """Return what the panels of a site gave in its life (``statistics`` of a scene, type 1)."""
    row = yield_of(scene)
    return None if row is None else told(row.get("total"), row.get("unit"))


def inverter_total(bean: Bean) -> Told | None:
    """Return what an inverter that stands for itself gave in its life (``getPvTotalStatistics``)."""
    return told(bean.get("energy"), bean.get("energyUnit"))


def running_total(bean: Bean) -> Told | None:
    """Return what the panels of a power panel or home energy system gave in its life (``get_system_running_info``)."""
    for total, unit in (
        ("total_system_power_generation", "system_power_generation_unit"),
        ("totalSystemPowerGeneration", "systemPowerGenerationUnit"),
    ):
        if (found := told(bean.get(total), bean.get(unit))) is not None:
            return found
    return None


def within_step(total: float, step: float, counted: float) -> float:
    """Return how far a total has come by our own count (kWh), as far as the told one allows for that.

    A told ``total`` may be rounded up or down, so it stands for half a ``step`` less to almost one more.
    """
    return round(min(max(counted, total - step / 2), total + step * 0.999), 3)
