"""Real answers: what is read of them, by hand from the files, and what happens when they are spoilt."""

from collections.abc import Iterator
import copy
from datetime import UTC, datetime, timedelta
import math
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_battery_hub.core.model import Gone, Reported
from custom_components.solar_battery_hub.vendors.goodwe.times import refreshed_at

from .reading_desk import NOW, PLANT, SERIAL, SITE, battery_id, by_key, device, factors_in, readings
from .recorded import TOLD, Path, Told, at, monitored, seeded
from .recordings import load, needs_recordings

pytestmark = needs_recordings

MUTATIONS: Final = 250
"""How often each recording is spoilt."""
JUNK: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    "",
    "n/a",
    "--",
    '"null"',
    "NaN",
    [],
    {},
    [1],
    {"a": 1},
    10**400,
    "\x00",
    "1e999",
)
_MISSING: Final = object()


# What stands in for a value that is missing, so that another number may appear in its place.
STAND_INS: Final = frozenset(
    {"output_power", "output_energy_today", "solar_power", "grid_power", "ev_charging_power_limit"}
)


def name_of(told: Told) -> str:
    """Return what a case is called."""
    return "_".join(map(str, (told.file, *told.within)))


def as_number(value: object) -> float | None:
    """Return the number that a value is or says."""
    try:
        number = None if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except TypeError, ValueError, OverflowError:
        return None
    return number if number is not None and math.isfinite(number) else None


@pytest.mark.parametrize("told", TOLD, ids=name_of)
def test_what_a_recording_tells(told: Told) -> None:
    data, found = told.load(), told.read(readings(), told.load())
    for ref, (path, factor) in told.sources.items():
        value = as_number(str(at(data, path)).removesuffix("(W)"))
        assert value is not None
        assert found[ref] == pytest.approx(value * factor, abs=0.0006), ref


def places(data: Any, above: Path = ()) -> Iterator[Path]:
    """Yield the path of everything in an answer, not of the answer itself."""
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in steps:
        yield (*above, step)
        yield from places(value, (*above, step))


def spoilt(data: Any, path: Path, value: Any) -> Any:
    """Return an answer with another value at a path, or without it."""
    copied = copy.deepcopy(data)
    holder = at(copied, path[:-1])
    if value is _MISSING and isinstance(holder, dict):
        del holder[path[-1]]
    else:
        holder[path[-1]] = None if value is _MISSING else value
    return copied


@pytest.mark.parametrize("told", TOLD, ids=name_of)
def test_a_spoilt_answer_spoils_nothing_else_and_makes_no_zeros(told: Told) -> None:
    random, data, desk = Random(name_of(told)), told.load(), readings()
    whole, paths = told.read(desk, data), list(places(data))
    assert paths
    for _ in range(MUTATIONS):
        path, value = random.choice(paths), random.choice((_MISSING, *JUNK))
        found = told.read(desk, spoilt(data, path, value))
        for ref, before in whole.items():
            now: Reported | object = found.get(ref, _MISSING)
            if now == 0 and not isinstance(now, bool):
                assert before == 0, f"{path} = {value!r} made {ref} a zero"
        for ref, (source, _) in told.sources.items():
            if is_apart(path, source):
                continue
            now = found.get(ref, _MISSING)
            assert now in (whole[ref], None, Gone.GONE, _MISSING) or ref.key in STAND_INS, f"{path} = {value!r}: {ref}"


def is_apart(path: Path, source: Path) -> bool:
    """Tell whether a place is neither the source of a reading nor something that holds it."""
    return source[: len(path)] != path


@pytest.mark.parametrize("told", TOLD, ids=name_of)
def test_another_number_is_another_reading_or_none(told: Told) -> None:
    random, data, desk = Random(name_of(told)), told.load(), readings()
    told.read(desk, data)
    for ref, (path, factor) in told.sources.items():
        for _ in range(25):
            number = random.choice((12.5, 99.75, 3.125, 1e300, -1.0, -40.5, 6553.5, 4294967.295)) * random.choice(
                (1, 1, 0.5)
            )
            now = told.read(desk, spoilt(data, path, number)).get(ref)
            right = isinstance(now, float) and (
                math.isclose(abs(now), abs(number * factor), rel_tol=1e-9, abs_tol=0.0006)
                or (now == 0 and -0.1 <= number <= 0)
            )
            assert right or now is None or isinstance(now, Gone) or ref.key in STAND_INS, f"{path} = {number}: {now}"


def test_a_plant_of_only_panels_in_the_evening() -> None:
    found = monitored(readings(), load("legacy_monitor_detail_ms30_evening_import"))
    inverter, plant = by_key(found, "TESTSN0000000001"), by_key(found, SITE)
    assert {ref.device for ref in found} == {"TESTSN0000000001", SITE}
    assert not {key for key in (*inverter, *plant) if key.startswith("battery_")}
    assert (plant["grid_power"], plant["home_power"], plant["solar_power"]) == (2337, 2337, 0)
    assert (inverter["device_status"], inverter["fault"], inverter["problem"]) == ("self_check", "E-G3-12-0", False)
    assert inverter["last_measured"] == datetime(2025, 6, 22, 7, 2, 36, 619000, tzinfo=UTC)
    assert "backup_power" not in inverter


def test_the_seeds_battery_is_charging() -> None:
    full = load("legacy_invert_full_bp_battery_charging")
    found = seeded(readings(), full)
    battery = by_key(found, battery_id(SERIAL, 1))
    assert battery["device_status"] == by_key(found)["device_status"] == "charging"
    assert battery["battery_power"] == pytest.approx(-0.6 * 49.4)
    assert "output_power" not in by_key(found)


def test_the_flows_of_a_battery_add_up() -> None:
    desk = readings()
    signs = [(1, -1), (1, 1), (0, 1), (-1, -1)]  # battery, grid
    for sample, (battery, grid) in zip(load("semsplus_station_flow_battery_directions")["samples"], signs, strict=True):
        found = desk.flow(PLANT, sample["flow"], at=NOW)
        told = by_key(found.values, SITE)
        for key, sign in (("battery_power", battery), ("grid_power", grid)):
            value = told[key]
            assert isinstance(value, float)
            assert (value > 0) - (value < 0) == sign, (sample["condition"], key)
        assert found.imbalance is None
        assert told["output_power"] == pytest.approx(1000 * sample["flow"].get("pAc", sample["flow"]["pBat"]))


def test_pushed_messages_are_flows_too() -> None:
    for message in load("semsplus_mqtt_station_messages"):
        found = readings().flow(PLANT, message, at=NOW)
        told = by_key(found.values, SITE)
        assert (told["battery_power"], told["home_power"], told["grid_power"]) == (500, 500, 0)
        assert found.imbalance is None


def test_when_a_flow_was_measured() -> None:
    bean = load("semsplus_station_flow_pv_only_day")["data"]
    at_ = refreshed_at(bean, ZoneInfo("Europe/Amsterdam"), datetime(2026, 9, 23, 12, tzinfo=UTC))
    assert at_ == datetime(2026, 9, 23, 11, 56, tzinfo=UTC)


def test_the_dongle_of_a_plant() -> None:
    rows = load("semsplus_station_devices_all_in_one")["dataList"]
    found = [by_key(readings().dongle(PLANT, row), SITE) for row in rows if row["deviceType"] == "DONGLE"]
    assert found == [{"network": "ethernet"}]


def test_an_inverter_asleep_tells_its_counters() -> None:
    desk = readings()
    told = factors_in(load("semsplus_telemetry_inverter_pv_only")["data"])
    desk.live(device(), told, at=NOW - timedelta(hours=8))
    found = by_key(desk.live(device(status=0), told))
    assert (found["output_power"], found["temperature"]) == (0, Gone.GONE)
    assert found["running_time"] == 30353 * 3600
