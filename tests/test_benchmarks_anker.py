"""The arithmetic and the tools of Anker's benchmark. What it measures depends on the machine and is asserted nowhere."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
import json
import logging
from pathlib import Path
import sqlite3
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from tests.benchmarks.anker import adapter
from tests.benchmarks.anker.figures import Figures, StillFigures
from tests.benchmarks.anker.reference import Reference, SeenSite, questions, solar_entity
from tests.benchmarks.anker.report import report
from tests.benchmarks.anker.runs import Collected, Measured
from tests.benchmarks.anker.server import MeasuredSimulator, most_within, refusal
from tests.benchmarks.anker.subjects import ADAPTER, CASES, OURS, REFERENCE
from tests.benchmarks.figures import Row
from tests.benchmarks.imports import times_of
from tests.benchmarks.measures import LoggedErrors, count_repeats, count_rows
from tests.benchmarks.relay import Relay
from tests.benchmarks.tables import verdict
from tests.simulators.clock import SimClock
from tests.simulators.control import ControlServer
from tests.simulators.wire import Answer

MORNING = datetime(2026, 6, 15, 8, tzinfo=UTC)
SCENE = "/power_service/v1/site/get_scen_info"
QUESTIONS = "/power_service/v1/site/energy_analysis"
POSITIONS = (0, 30)


def lived(*, requests: int, limited: int = 0, sites: int = 1) -> dict[str, Any]:
    """Return what a measured process says of two hours of everyday life."""
    day = {
        "hours": 2.0,
        "requests": requests,
        "logins": 1,
        "polls": 120,
        "limited": limited,
        "refused": 0,
        "received": 100_000,
        "cpu_ms": 2_500.0,
        "loop_ms": 1_500.0,
        "recorder_ms": 600.0,
        "changed": 300,
        "reported": 100,
        "rows": 250,
        "repeats": 0,
        "files": 5,
        "paths": {SCENE: 120, QUESTIONS: requests - 120},
        "busiest": {SCENE: 2, QUESTIONS: 7, "": 20},
        "sites": sites,
    }
    seen = {"uploads": 4, "delays": [10.0, 20.0], "age_seconds": 200_000.0, "shown_seconds": 1_000.0}
    return {"day": day, "entities": 100, "errors": 0, "ages": [seen], "memory_mb": 90.0, "peak_kb": 500.0}


def measured(*, requests: int, complete: int, limited: int = 0, sites: int = 1) -> Measured:
    """Return what a measured process says of itself."""
    added = {
        "minute": {"requests": 19},
        "complete": {"requests": complete},
        "complete_seconds": 150.0,
        "limited": limited,
    }
    restarted = {"requests": 16, "logins": 0, "seconds": 5.0, "cpu_ms": 80.0}
    return Measured(added=added, lived=lived(requests=requests, limited=limited, sites=sites), restarted=restarted)


@pytest.fixture
def collected() -> Collected:
    """One account with all three, one with two, and a recorded one."""
    idle = {"hours": 1.0, "cpu_ms": 50.0, "loop_ms": 20.0, "recorder_ms": 10.0, "files": 2}
    nobody = {"day": idle, "memory_mb": 70.0}
    minute = {"requests": 11}
    one = {
        OURS.name: measured(requests=400, complete=29),
        REFERENCE.name: measured(requests=480, complete=62, limited=1),
        ADAPTER.name: Measured(lived=lived(requests=320) | {"minute": minute}),
    }
    three = {
        OURS.name: measured(requests=1300, complete=67, sites=3),
        REFERENCE.name: measured(requests=900, complete=129, sites=3),
    }
    return Collected(
        measured={"one": one, "three": three},
        nobody=nobody,
        recorded=measured(requests=400, complete=41),
        recorded_nobody=nobody,
        imports={"all": 0.3, "own": 0.2, "room": 0.05},
    )


def row_named(collected: Collected, name: str, case: str = "one") -> Row:
    return next(row for row in Figures(collected, case).rows() if row.name == name)


def test_requests_per_minute_have_a_goal_where_there_is_one_site(collected: Collected) -> None:
    row = row_named(collected, "Requests per minute")
    assert (row.ours, row.core, row.variant) == pytest.approx((400 / 120, 4, 320 / 120))
    assert verdict(row) == "≤ 5: met"
    assert row_named(collected, "Requests per minute", "three").goal is None


def test_nobody_may_be_refused_for_too_many(collected: Collected) -> None:
    row = row_named(collected, "Refused for too many (429) per day")
    assert (row.ours, row.core, row.variant) == (0, 12, 0)
    assert verdict(row) == "0: met"
    collected.measured["one"][OURS.name] = measured(requests=1, complete=1, limited=1)
    assert verdict(row_named(collected, "Refused for too many (429) per day")) == "0: **not met**"
    assert verdict(row_named(collected, "Adding: 429 in the first quarter of an hour")) == "0: **not met**"


def test_first_data_has_a_goal_where_there_is_one_site(collected: Collected) -> None:
    row = row_named(collected, "Adding: requests until everything is known")
    assert (row.ours, row.core, row.variant) == (29, 62, None)
    assert verdict(row) == "≤ 40: met"
    assert row_named(collected, "Adding: requests until everything is known", "three").goal is None
    assert row_named(collected, "Adding: requests in the first minute").variant == 11


def test_busiest_minute_is_that_of_an_endpoint_or_of_all(collected: Collected) -> None:
    assert row_named(collected, "Most requests in a minute").ours == 20
    assert row_named(collected, "Most energy questions in a minute").ours == 7


def test_ages_are_those_of_all_three(collected: Collected) -> None:
    assert row_named(collected, "From report to state, mean").variant == 15
    assert row_named(collected, "Age of what is shown, mean").ours == 200
    assert row_named(collected, "Reports that were never shown").core == 50


def test_cpu_is_without_what_nobody_needs(collected: Collected) -> None:
    assert row_named(collected, "CPU per poll of a site").ours == pytest.approx((2500 - 2 * 50) / 120)
    without = row_named(collected, "… without the recorder's").ours
    assert without == pytest.approx(((2500 - 2 * 50) - (600 - 2 * 10)) / 120)
    assert row_named(collected, "Stores written to the disk per day").ours == (5 - 2 * 2) * 12
    assert row_named(collected, "CPU per day").core is None


def test_endpoints_are_told_per_hour_the_busiest_first(collected: Collected) -> None:
    rows = Figures(collected, "one").endpoints()
    assert [(row.name, row.ours, row.core, row.variant) for row in rows] == [
        ("energy_analysis", 140, 180, 100),
        ("get_scen_info", 60, 60, 60),
    ]
    assert [row.variant for row in Figures(collected, "three").endpoints()] == [None, None]


def test_recorded_account_is_compared_with_nobody(collected: Collected) -> None:
    rows = {row.name: row for row in StillFigures(collected).rows()}
    assert rows["Memory"].ours == 20
    assert rows["CPU per poll"].ours == pytest.approx((2500 - 50) / 120)
    assert rows["Stores written to the disk per hour"].ours == 3
    assert verdict(rows["Adding: requests until everything is known"]) == "≤ 40: **not met**"


def test_report_has_two_tables_for_each_account(collected: Collected) -> None:
    text = report(collected)
    assert text.count("\n| ---") == 2 * 2 + 2
    assert "| Reference poller |" in text
    assert " core " not in text
    assert "`get_scen_info`" in text
    assert "not met" in text


def test_report_does_without_what_was_skipped(collected: Collected) -> None:
    collected.recorded = collected.recorded_nobody = None
    assert report(collected).count("\n| ---") == 2 * 2 + 1


def test_cases_are_those_that_are_wanted() -> None:
    everybody = ["ours", "reference poller", "ioBroker adapter"]
    assert [(case.serves, [subject.name for subject in case.subjects]) for case in CASES] == [
        ("solarbank3", everybody),
        ("three_sites", everybody),
    ]


@pytest.mark.parametrize(
    ("times", "most"),
    [([], 0), ([5.0], 1), ([0.0, 59.9, 60.0], 2), ([0.0, 100.0, 110.0, 120.0, 170.0], 3)],
)
def test_busiest_minute_is_found(times: list[float], most: int) -> None:
    assert most_within(times, 60) == most


@pytest.mark.parametrize(("status", "code", "why"), [(200, 0, 0), (200, 10004, 10004), (429, 0, 429)])
def test_refusals_are_known_by_status_and_code(status: int, code: int, why: int) -> None:
    assert refusal(Answer(status=status, body=json.dumps({"code": code}).encode())) == why


def test_repeats_are_states_that_an_entity_had_before(tmp_path: Path) -> None:
    database = tmp_path / "states.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE states (state_id INTEGER, metadata_id INTEGER, state TEXT)")
        rows = [(1, 1, "5"), (2, 2, "5"), (3, 1, "5"), (4, 1, "6"), (5, 1, "5"), (6, 2, "7")]
        connection.executemany("INSERT INTO states VALUES (?, ?, ?)", rows)
    assert (count_rows(database), count_repeats(database)) == (6, 1)


def test_logged_errors_are_counted() -> None:
    errors = LoggedErrors("tests.somebody")
    logging.getLogger("tests.somebody.within").error("oh")
    logging.getLogger("tests.somebody.within").warning("well")
    logging.getLogger("tests.else").error("not mine")
    assert errors.count == 1


def test_imports_are_summed_up_by_package() -> None:
    text = (
        "import time: 900 | 900 | custom_components.solar_battery_hub.core\n"
        "begin\n"
        "import time: 10 | 10 | aiohttp.extra\n"
        "import time: 200 | 300 |   custom_components.solar_battery_hub.core.feed\n"
        "import time: 50 | 50 |     custom_components.solar_battery_hub.vendors.anker.pace\n"
    )
    found = times_of(text, "custom_components.solar_battery_hub.vendors.anker")
    assert found == pytest.approx({"all": 260e-6, "own": 250e-6, "room": 50e-6})


# --- the simulator and who is measured against it --------------------------------------------------------------------


async def served(profile: str, *, lenient: bool = False) -> AsyncIterator[MeasuredSimulator]:
    """Yield an account behind a relay; its clock only moves when it is told to."""
    clock, relay = SimClock(speed=0.0), Relay()
    clock.set(MORNING)
    simulator = MeasuredSimulator(profile, lenient=lenient, clock=clock, relay=relay)
    await simulator.start()
    await relay.start(simulator.port)
    yield simulator
    await relay.stop()
    await simulator.stop()


@pytest.fixture
async def simulator() -> AsyncIterator[MeasuredSimulator]:
    """Yield a strict cloud with one site."""
    async for found in served("solarbank3"):
        yield found


async def test_recorded_accounts_and_profiles_are_served() -> None:
    clock = SimClock(speed=0.0)
    clock.set(MORNING)
    assert (
        MeasuredSimulator("three_sites", lenient=False, clock=clock, relay=Relay()).describe()["profile"]
        == "three_sites"
    )


class Pauses:
    """Moves the simulator's clock on instead of waiting."""

    def __init__(self, simulator: MeasuredSimulator) -> None:
        """Begin with nothing waited."""
        self.simulator = simulator
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Wait."""
        self.seconds.append(seconds)
        self.simulator.clock.advance(seconds)


@pytest.mark.usefixtures("socket_enabled")
async def test_reference_asks_what_the_plan_says(hass: HomeAssistant, simulator: MeasuredSimulator) -> None:
    reference = Reference(hass, simulator.describe(), Pauses(simulator))
    await reference.start()
    asked = {path.rpartition("/")[2]: count for path, count in simulator.paths().items()}
    assert asked["login"] == asked["get_site_list"] == asked["get_scen_info"] == 1
    assert asked["get_site_device_param"] == 2
    assert "energy_analysis" not in asked
    traffic = simulator.traffic()
    assert (traffic["logins"], traffic["polls"], traffic["limited"], traffic["refused"]) == (1, 1, 0, 0)
    shown = hass.states.get(solar_entity(0))
    ((*_, (_, watts)),) = simulator.uploads().values()
    assert shown is not None
    assert float(shown.state) == pytest.approx(watts, abs=1)
    await reference._update_energies()
    assert simulator.paths()[QUESTIONS] == 10  # the document's own count for this account
    simulator.clock.advance(600)
    await reference._update_energies()
    assert simulator.paths()[QUESTIONS] == 17


@pytest.mark.usefixtures("socket_enabled")
async def test_reference_is_throttled_by_its_first_refusal(hass: HomeAssistant, simulator: MeasuredSimulator) -> None:
    simulator.limits.energy = 4
    pauses = Pauses(simulator)
    reference = Reference(hass, simulator.describe(), pauses)
    await reference.start()
    await reference._update_energies()
    assert simulator.traffic()["limited"] >= 1
    assert 60 < max(pauses.seconds) <= 65
    assert simulator.busiest()[QUESTIONS] <= 5


def test_reference_asks_about_energies_as_documented() -> None:
    bank = ("S", "A17C5")
    assert [name for name, _ in questions(SeenSite("a", 2, [("S", "A17C0")]))] == ["solarbank", "solar_production"]
    assert len(questions(SeenSite("a", 12, [bank]))) == 7
    assert len(questions(SeenSite("a", 12, [bank, bank]))) == 3


def test_sun_jumps_with_every_report_and_reports_shift() -> None:
    clock = SimClock(speed=0.0)
    clock.set(MORNING)
    simulator = MeasuredSimulator("solarbank3", lenient=False, clock=clock, relay=Relay())
    simulator.let_sun_jump()
    simulator.shift_reports(40)
    for minute in range(1, 31):
        clock.set(MORNING + timedelta(minutes=minute))
        simulator.catch_up()
    ((*_, before, last),) = simulator.uploads().values()
    assert last[0] - before[0] == 300
    assert last[0] % 300 == 40
    assert abs(last[1] - before[1]) >= 20


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.skipif(not adapter.is_here(), reason="the ioBroker adapter is not installed: docs/simulators.md")
async def test_adapter_lives_in_simulated_time() -> None:
    async for simulator in served("solarbank3", lenient=True):
        told = await _live_adapter(simulator)
        assert told["errors"] == []
        day = told["day"]
        assert (day["logins"], day["limited"]) == (0, 0)
        assert day["polls"] == 60 + 6  # every minute, and with its statistics
        assert day["paths"][QUESTIONS] == 6 * 5
        assert all(seen["delays"] for seen in told["ages"])


async def _live_adapter(simulator: MeasuredSimulator) -> dict[str, Any]:
    """Let the adapter live for an hour, with a control port beside the simulator."""
    control = ControlServer(simulator)
    await control.start()
    try:
        description = {**simulator.describe(), "control": control.url}
        return await adapter.live(description, MORNING, 1.0, POSITIONS)
    finally:
        await control.stop()
