"""Energies whose unit grows with them, as the cloud tells lifetime yields (anker.md §18.13)."""

from tests.simulators.anker.energy_totals import two

KWH_PER_MWH = 1_000.0


def grown(kwh: float, *, kilo: str = "kWh", mega: str = "MWh") -> tuple[str, str]:
    """Return a yield with two decimals and its unit: kWh until 999.99, then MWh, which are steps of 10 kWh."""
    if float(two(kwh)) < KWH_PER_MWH:
        return two(kwh), kilo
    return two(kwh / KWH_PER_MWH), mega
