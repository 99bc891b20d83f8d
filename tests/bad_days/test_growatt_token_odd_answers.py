"""Answers to a token that are almost right: what is wrong has no value, what is beside it keeps its own (growatt.md 0.2)."""

from collections.abc import Callable
from dataclasses import replace
import json
from random import Random
import re
from typing import Any, Final

from aiohttp import web
from homeassistant.config_entries import ConfigEntryState
import pytest

from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_token_tools import is_latest, live_on
from tests.bad_days.growatt_tools import States, number, reauths, states
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.hub import Hub
from tests.simulators.growatt.server import GrowattSimulator
from tests.simulators.wire import Answer, RequestRecord, json_answer

MIN = "MXH0000001"
SPH = "SPH0000001"
LIVE = {MIN: "/v1/device/tlx/tlx_last_data", SPH: "/v1/device/mix/mix_last_data"}
ROUND = 700.0  # seconds in which every upload is asked at least once
HALF_HOUR = 2_100.0  # until what has no news is worth nothing
JUNK: Final[tuple[Any, ...]] = (
    None,
    "",
    "--",
    "null",
    '"null"',
    "N/A",
    "n/a",
    [],
    {},
    [1],
    {"value": 5},
    "1e999",
    "NaN",
    "\x00",
    "x" * 300,
)
LISTS = ("plant/list", "device/list")
NUMBER = re.compile(r"-?\d+(\.\d+)?")

type Change = Callable[[Any], Any]

pytestmark = pytest.mark.usefixtures("summer")


@pytest.fixture
async def server(hub: Hub, add_account: AddAccount) -> GrowattSimulator:
    """Return the server of a MIN and an SPH, both with sun, a house and a battery that charges, nothing of it zero."""
    server = await add_account("home", "token", strict=True)
    for serial in (MIN, SPH):
        server.stage.set_house(serial, solar_w=2_500.0, home_w=700.0, level=50.0)
    await live_on(hub, HALF_HOUR)
    return server


def spoil(server: GrowattSimulator, change: Change, *, spare: tuple[str, ...] = LISTS) -> Callable[[], None]:
    """Change every answer's JSON but those of the spared paths; return how to stop."""
    answer = server.v1.answer

    def spoiled(request: web.BaseRequest, record: RequestRecord) -> Answer:
        told = answer(request, record)
        if request.path.removeprefix("/v1/") in spare:
            return told
        return replace(told, body=json_answer(change(json.loads(told.body))).body)

    server.v1.answer = spoiled  # type: ignore[method-assign]

    def stop() -> None:
        server.v1.answer = answer  # type: ignore[method-assign]

    return stop


def leaves(change: Change, data: Any, *, envelope: bool = True) -> Any:
    """Return data with every leaf changed; the envelope's own only if wanted."""
    match data:
        case dict():
            kept = () if envelope else ("error_code", "error_msg")
            return {key: value if key in kept else leaves(change, value) for key, value in data.items()}
        case list():
            return [leaves(change, item) for item in data]
    return change(data)


def as_text(value: Any) -> Any:
    """Return a number or flag as text."""
    return json.dumps(value) if isinstance(value, int | float) else value


def as_number(value: Any) -> Any:
    """Return a text that is a number as one."""
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value


def zeros(shown: States) -> set[str]:
    """Return which numbers are zero."""
    return {name for name, value in shown.items() if re.fullmatch(r"-?0(\.0+)?", value)}


@pytest.mark.parametrize("change", [as_text, as_number])
async def test_texts_and_numbers(
    hub: Hub, server: GrowattSimulator, caplog: pytest.LogCaptureFixture, change: Change
) -> None:
    """Numbers as texts and texts as numbers, error code included, mean the same (growatt.md 0.2, B.1)."""
    before = states(hub.hass)
    caplog.clear()
    spoil(server, lambda data: leaves(change, data), spare=())
    missing: set[str] = set()
    await live_on(hub, 2 * 3_600.0, each=lambda: missing.update(before.keys() - states(hub.hass).keys()))
    assert not missing
    for serial in (MIN, SPH):
        assert is_latest(hub, server, serial)
        assert number(hub, f"{serial}_solar_power") == 2_500
    assert not problems(caplog)


@pytest.mark.parametrize("junk", ["n/a", None, "", [], {"value": 5}, "1e999"])
async def test_junk_instead_of_numbers(
    hub: Hub, server: GrowattSimulator, caplog: pytest.LogCaptureFixture, junk: Any
) -> None:
    """No number at all: no value, never a zero, never a fall of a counter; all is well when it is over."""
    before = states(hub.hass)
    caplog.clear()
    for path in LIVE.values():
        server.faults.add(path, "wrong_types", pointer="/data", value=junk)
    await live_on(hub, HALF_HOUR + ROUND)
    assert zeros(states(hub.hass)) <= zeros(before)
    for key in ("solar_power", "grid_power", "battery_level"):
        assert hub.state(f"{MIN}_{key}").state in NOTHING, key
        assert hub.state(f"{SPH}_{key}").state in NOTHING, key
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert len(problems(caplog)) <= 1
    assert not [record for record in caplog.records if record.exc_info]
    server.faults.clear()
    await live_on(hub, ROUND)
    assert states(hub.hass).keys() >= before.keys()
    for name, value in before.items():
        if name.endswith("_energy_total"):
            assert float(states(hub.hass)[name]) >= float(value), name


MISSING = [
    (MIN, "ppv", "solar_power"),
    (MIN, "pacToUserTotal", "grid_power"),
    (MIN, "etoGridTotal", "grid_export_energy_total"),
    (SPH, "etogridTotal", "grid_export_energy_total"),
    (SPH, "elocalLoadTotal", "home_energy_total"),
]


@pytest.mark.parametrize(("serial", "field", "key"), MISSING)
async def test_one_field_is_missing(
    hub: Hub,
    server: GrowattSimulator,
    caplog: pytest.LogCaptureFixture,
    serial: str,
    field: str,
    key: str,
) -> None:
    """It takes its own reading with it, and what is computed from that; the rest of the device goes on."""
    before = states(hub.hass)
    total = before.get(f"sensor {serial}_solar_energy_total")
    caplog.clear()
    server.faults.add(LIVE[serial], "missing", pointer=f"/data/{field}")
    await live_on(hub, ROUND)
    shown = states(hub.hass)
    assert f"sensor {serial}_{key}" not in shown
    gone = {name for name in before.keys() - shown.keys() if f" {serial}_" in name}
    stem = key.removesuffix("_total")
    assert all(stem in name or stem == "solar_power" for name in gone), gone
    assert zeros(shown) <= zeros(before)
    assert not problems(caplog)
    server.faults.clear()
    await live_on(hub, ROUND)
    assert states(hub.hass).keys() >= before.keys()
    assert total is not None
    assert number(hub, f"{serial}_solar_energy_total") >= float(total)


@pytest.mark.parametrize(
    ("serial", "field", "key"),
    [(MIN, "epvTotal", "solar_energy_total"), (SPH, "ppv", "solar_power"), (SPH, "soc", "battery_level")],
)
async def test_another_field_says_the_same(
    hub: Hub, server: GrowattSimulator, serial: str, field: str, key: str
) -> None:
    """A sum that is missing is the sum of its strings, a level the one of the battery's own electronics."""
    before = number(hub, f"{serial}_{key}")
    server.faults.add(LIVE[serial], "missing", pointer=f"/data/{field}")
    await live_on(hub, ROUND)
    assert number(hub, f"{serial}_{key}") == pytest.approx(before, abs=6)
    assert number(hub, f"{serial}_{key}") > 0


async def test_random_junk(hub: Hub, server: GrowattSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """One leaf of ten is junk, another ten each time: nothing falls over, nothing is zero, no total falls."""
    before = states(hub.hass)
    totals = {name: [float(value)] for name, value in before.items() if name.endswith("_energy_total")}
    zero: set[str] = set()
    luck = Random(7)

    def change(value: Any) -> Any:
        return luck.choice(JUNK) if luck.random() < 0.1 else value

    def look() -> None:
        shown = states(hub.hass)
        zero.update((zeros(shown) - zeros(before)) & before.keys())
        for name, values in totals.items():
            if name in shown:
                values.append(float(shown[name]))

    caplog.clear()
    stop = spoil(server, lambda data: leaves(change, data, envelope=False))
    await live_on(hub, 5_000, each=look)
    assert not zero
    for name, values in totals.items():
        assert values == sorted(values), name
    assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    assert not reauths(hub.hass)
    assert not [record.getMessage() for record in caplog.records if record.exc_info]
    stop()
    await live_on(hub, HALF_HOUR)
    for serial in (MIN, SPH):
        assert is_latest(hub, server, serial)
    assert {name for name in before.keys() - states(hub.hass).keys() if "sensor" in name} == set()


async def test_odd_values(hub: Hub, server: GrowattSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """Units glued to numbers, quoted nulls, times no clock shows (growatt.md F.7): only these have no value."""
    before = states(hub.hass)
    caplog.clear()
    server.stage.set_oddities(odd_values=True)
    await live_on(hub, HALF_HOUR)
    shown = states(hub.hass)
    gone = before.keys() - shown.keys()
    odd = ("temperature", "battery_health", "power_factor", "output_limit")
    assert all(any(word in name for word in odd) for name in gone), gone
    assert zeros(shown) <= zeros(before)
    for serial in (MIN, SPH):
        assert is_latest(hub, server, serial)
    for name in ("grid_import_energy_total", "solar_energy_total", "output_power"):
        assert number(hub, f"{MIN}_{name}") == pytest.approx(float(before[f"sensor {MIN}_{name}"]), rel=0.01), name
    assert not problems(caplog)


async def test_unknown_words(hub: Hub, server: GrowattSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """A status of a firmware to come shows as *other*; its code is logged once."""
    caplog.clear()
    server.faults.add(LIVE[MIN], "override", pointer="/data/status", value=42)
    await live_on(hub, HALF_HOUR)
    assert hub.state(f"{MIN}_device_status").state == "other"
    assert sum("42" in record.getMessage() for record in caplog.records if "growatt" in record.name) == 1
    assert not problems(caplog)
