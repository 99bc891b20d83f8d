"""Lifetime totals as the cloud tells them, some in large steps (anker.md §7.2, §18.13)."""

import pytest

from custom_components.solar_battery_hub.vendors.anker.yields import (
    Told,
    inverter_total,
    running_total,
    told,
    within_step,
    yield_total,
)

from .reading_desk import scene


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("198.61", "kWh", Told(198.61, 0.01)),
        ("1.25", "MWh", Told(1250, 10)),
        (1.2, "MWh", Told(1200, 10)),
        ("2", "mwh", Told(2000, 10)),
        ("1.2345", "MWh", Told(1234.5, 0.1)),
        ("999.99", "kwh", Told(999.99, 0.01)),
        ("12", "", Told(12, 0.01)),
    ],
)
def test_how_fine_a_total_is(value: object, unit: str, expected: Told) -> None:
    """In MWh two decimals are steps of 10 kWh (§7.2)."""
    found = told(value, unit)
    assert found is not None
    assert found.total == pytest.approx(expected.total)
    assert found.step == pytest.approx(expected.step)


@pytest.mark.parametrize(("value", "unit"), [("", "kWh"), (None, "kWh"), ("1", "kg"), ("-1", "kWh")])
def test_totals_that_are_not_told(value: object, unit: str) -> None:
    assert told(value, unit) is None


@pytest.mark.parametrize(
    ("counted", "expected"),
    [(1250, 1250), (1253.2, 1253.2), (1259.99, 1259.99), (1275, 1259.99), (1247, 1247), (1231, 1245)],
)
def test_inside_a_step_our_own_count_goes_on(counted: float, expected: float) -> None:
    """Whichever way the cloud rounds."""
    assert within_step(1250, 10, counted) == pytest.approx(expected)


def test_where_totals_are_told() -> None:
    assert yield_total(scene()) == Told(198.61, 0.01)
    assert yield_total({}) is None
    assert inverter_total({"energy": 1.25, "energyUnit": "MWh"}) == Told(1250, 10)
    assert running_total({"total_system_power_generation": 2.54, "system_power_generation_unit": "MWh"}) == Told(
        2540, 10
    )
    assert running_total({"totalSystemPowerGeneration": 9, "systemPowerGenerationUnit": "KWh"}) == Told(9, 0.01)
    assert running_total({}) is None
