"""Energy from power: both directions, gaps, restarts; it never falls and never makes anything up."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
import json
import math
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_battery_hub.core.integral import Energies, Integral

START = datetime(2026, 3, 28, 12, tzinfo=UTC)


def run(*samples: tuple[float, float | None], state: dict[str, Any] | None = None) -> list[Any]:
    """Return the energies after samples: minutes since noon, watts."""
    integral = Integral({} if state is None else state)
    return [integral.add("battery", power, START + timedelta(minutes=minute)) for minute, power in samples]


def test_an_hour_of_a_kilowatt() -> None:
    found = run(*((minute, 1000.0) for minute in range(0, 61, 5)))
    assert found[0] == Energies(0, 0)
    assert found[-1] == (pytest.approx(1.0), 0)


def test_charging_counts_below() -> None:
    assert run((0, -2000.0), (15, -2000.0))[-1] == (0, pytest.approx(0.5))


def test_a_change_of_direction_gives_each_its_part() -> None:
    # +3 kW falls straight to −1 kW in 12 minutes: 9 minutes above, 3 minutes below.
    above, below = run((0, 3000.0), (12, -1000.0))[-1]
    assert above == pytest.approx(1.5 * 9 / 60)
    assert below == pytest.approx(0.5 * 3 / 60)


@pytest.mark.parametrize(("minutes", "kwh"), [(15, 0.25), (15.1, 0.0), (600, 0.0)])
def test_a_long_gap_is_not_bridged(minutes: float, kwh: float) -> None:
    assert run((0, 1000.0), (minutes, 1000.0))[-1] == (pytest.approx(kwh), 0)


def test_after_a_gap_it_goes_on() -> None:
    assert run((0, 1000.0), (60, 1000.0), (66, 1000.0))[-1] == (pytest.approx(0.1), 0)


def test_no_value_breaks_the_line() -> None:
    found = run((0, 1000.0), (6, 1000.0), (7, None), (12, 1000.0), (18, 1000.0))
    assert found[2] == found[3] == (pytest.approx(0.1), 0)
    assert found[4] == (pytest.approx(0.2), 0)


def test_before_any_power_there_is_nothing() -> None:
    assert run((0, None), (1, math.nan), (2, math.inf)) == [None, None, None]


def test_the_same_sample_again_and_an_older_one_add_nothing() -> None:
    found = run((0, 1000.0), (6, 1000.0), (6, 9000.0), (3, 9000.0), (12, 1000.0))
    assert found[1:] == [(pytest.approx(0.1), 0)] * 3 + [(pytest.approx(0.2), 0)]


def test_it_goes_on_after_a_restart() -> None:
    state: dict[str, Any] = {}
    run((0, 1000.0), (6, 1000.0), state=state)
    kept = json.loads(json.dumps(state))
    assert run((12, 1000.0), state=kept) == [(pytest.approx(0.2), 0)]


@pytest.mark.parametrize(
    "kept",
    [
        None,
        [],
        {},
        {"power": 1.0},
        {"power": "1", "at": 1.0, "above": 1.0, "below": 1.0},
        {"power": 1.0, "at": 1.0, "above": math.nan, "below": 1.0},
        {"power": 1.0, "at": 1.0, "above": -1.0, "below": 1.0},
        {"power": True, "at": 1.0, "above": 1.0, "below": 1.0},
    ],
)
def test_what_was_not_kept_whole_is_forgotten(kept: Any) -> None:
    assert run((0, 500.0), state={"battery": kept}) == [Energies(0, 0)]


def test_keys_do_not_mix() -> None:
    integral = Integral({})
    for minute in (0, 6):
        integral.add("one", 1000.0, START + timedelta(minutes=minute))
        integral.add("two", -1000.0, START + timedelta(minutes=minute))
    last = START + timedelta(minutes=6)
    found: list[Any] = [integral.add(key, 0.0, last) for key in ("one", "two")]
    assert found == [(pytest.approx(0.1), 0), (0, pytest.approx(0.1))]


powers = st.none() | st.floats(-20_000, 20_000) | st.sampled_from([math.nan, math.inf, -math.inf, 1e300])
samples = st.lists(st.tuples(st.floats(0, 40), powers), max_size=30)


@given(samples, st.integers(0, 30))
def test_it_never_falls_and_a_restart_changes_nothing(steps: list[tuple[float, float | None]], restart: int) -> None:
    whole, kept = Integral({}), dict[str, Any]()
    at, before = START, Energies(0, 0)
    for step, (minutes, power) in enumerate(steps):
        at += timedelta(minutes=minutes)
        found = whole.add("x", power, at)
        if step == restart:
            kept = json.loads(json.dumps(kept))
        assert Integral(kept).add("x", power, at) == found
        if found is not None:
            assert found.above >= before.above
            assert found.below >= before.below
            before = found


@given(st.lists(st.floats(-20_000, 20_000), min_size=2, max_size=60))
def test_what_came_and_what_went_differ_by_the_mean_power(watts: list[float]) -> None:
    found = run(*((float(minute), power) for minute, power in enumerate(watts)))[-1]
    assert found is not None
    net = sum((one + other) / 2 / 60_000 for one, other in pairwise(watts))
    assert found.above - found.below == pytest.approx(net, abs=1e-9)
