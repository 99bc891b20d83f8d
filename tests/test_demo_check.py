"""The demo's check must fail when it should: a value off, a sign turned, a reading gone, a complaint in the log."""

from datetime import UTC, datetime
import socket
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_battery_hub.core.catalogue import look_up
from tests.demo.accounts import ACCOUNTS, DemoAccount, expectations
from tests.demo.check import table
from tests.demo.daytime import time_zone_with_sun
from tests.demo.expectations import Expected, evaluate
from tests.demo.log import complaints
from tests.demo.loopback_hass import bind_to_loopback
from tests.demo.past import means, sums
from tests.simulators.__main__ import VENDORS, parse
from tests.simulators.clock import SimClock

TRUTH = {"grid_w": -3000.0, "level": 81.0, "mode": "backup", "counters": {"solar_wh": 11_250_400.0}}
GRID = Expected(truth="grid_w", unit="W", within=50, signs={"sunny": "-"})


@pytest.mark.parametrize(
    ("state", "unit", "problem"),
    [
        ("-3000", "W", None),
        ("-2950", "W", None),
        ("-3050.0", "W", None),
        ("-2949", "W", "is -2949, not -3000 ± 50"),
        ("3000", "W", "is 3000, which has not the sign -"),
        ("-3.0", "kW", "is in kW, not W"),
        ("-3000", None, "is in None, not W"),
        ("unknown", "W", "is unknown"),
        ("unavailable", "W", "is unavailable"),
        ("nan", "W", "is nan, which has not the sign -"),
        ("on", "W", "is on, which is no number"),
    ],
)
def test_a_number_is_compared_with_the_truth(state: str, unit: str | None, problem: str | None) -> None:
    assert GRID.problem(state, unit, TRUTH, scene="sunny") == problem


def test_a_sign_counts_even_where_the_tolerance_is_wide() -> None:
    generous = Expected(truth="grid_w", unit="W", within=10_000, signs={"sunny": "-"})
    assert generous.problem("3000", "W", TRUTH, scene="sunny") == "is 3000, which has not the sign -"
    assert generous.problem("3000", "W", TRUTH, scene="evening") is None
    assert generous.problem("0", "W", TRUTH, scene="sunny") == "is 0, which has not the sign -"


def test_what_is_no_number_never_passes() -> None:
    assert Expected(truth="grid_w", unit="W", within=50).problem("nan", "W", TRUTH) == "is nan, not -3000 ± 50"


def test_a_text_is_compared_after_translation() -> None:
    plain = Expected(truth="mode")
    assert plain.problem("backup", None, TRUTH) is None
    assert plain.problem("autonomous", None, TRUTH) == "is autonomous, not backup"
    translated = Expected(truth="mode", words={"backup": "saving"})
    assert translated.problem("saving", None, TRUTH) is None
    assert translated.problem("backup", None, TRUTH) == "is backup, not saving"
    switch = Expected(truth="running", words={"0": "off", "1": "on"})
    assert switch.problem("on", None, {"running": 1}) is None
    assert switch.problem("on", None, {"running": 0}) == "is on, not off"


def test_expressions_are_arithmetic_over_the_truth() -> None:
    assert evaluate("(level - 5) / 0.95", TRUTH) == pytest.approx(80)
    assert evaluate("counters.solar_wh / 1000", TRUTH) == pytest.approx(11_250.4)
    assert evaluate("-grid_w * 2 + 1", TRUTH) == pytest.approx(6001)
    assert evaluate("mode", TRUTH) == "backup"


def test_an_unknown_name_is_no_zero() -> None:
    with pytest.raises(KeyError):
        evaluate("gird_w", TRUTH)
    with pytest.raises(KeyError):
        GRID.problem("0", "W", {})


@pytest.mark.parametrize("expression", ["__import__('os')", "level > 5", "[1]", "level if level else 0", "level ** 2"])
def test_anything_else_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="not arithmetic"):
        evaluate(expression, TRUTH)


TIME = "2026-11-21 08:55:19.746"
OURS = "[custom_components.solar_battery_hub.coordinator]"
TRACE = [
    "Traceback (most recent call last):",
    '  File "/x/custom_components/solar_battery_hub/sensor.py", line 3, in f',
    "ValueError: no",
]


MISUSE = "Detected that custom integration 'solar_battery_hub' does what it should not"
BLOCKING = "Detected blocking call to open inside the event loop by custom integration 'solar_battery_hub'"
UNTESTED = "We found a custom integration solar_battery_hub which has not been tested by Home Assistant."


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([f"{TIME} ERROR (MainThread) {OURS} It went wrong"], id="own error"),
        pytest.param([f"{TIME} ERROR (MainThread) [homeassistant] Error doing job", *TRACE], id="error through us"),
        pytest.param([f"{TIME} WARNING (MainThread) {OURS} Careful", *TRACE], id="own warning with traceback"),
        pytest.param([f"{TIME} WARNING (MainThread) [homeassistant.helpers.frame] {MISUSE}"], id="misuse"),
        pytest.param([f"{TIME} WARNING (MainThread) [homeassistant.util.loop] {BLOCKING}"], id="blocking call"),
        pytest.param(TRACE, id="crash outside the log"),
    ],
)
@pytest.mark.parametrize("offset", ["", "+00:00"], ids=["2026.10", "2026.11"])
def test_a_log_that_speaks_against_us(lines: list[str], offset: str) -> None:
    quiet, *lines = (
        line.replace(TIME, f"{TIME}{offset}")
        for line in (f"{TIME} WARNING (MainThread) [homeassistant] Nothing", *lines)
    )
    (complaint,) = complaints([quiet, *lines, quiet])
    assert "\n".join(lines) in complaint


def test_a_log_that_is_nothing_but_a_crash() -> None:
    assert complaints(TRACE) == ["\n".join(TRACE)]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([], id="nothing"),
        pytest.param([f"{TIME} WARNING (SyncWorker_0) [homeassistant.loader] {UNTESTED}"], id="said of everyone"),
        pytest.param([f"{TIME} WARNING (MainThread) {OURS} Gateway is busy"], id="plain warning"),
        pytest.param([f"{TIME} INFO (MainThread) {OURS} Hello"], id="information"),
        pytest.param(
            [f"{TIME} ERROR (MainThread) [haffmpeg.core] FFmpeg fails", "Traceback (most recent call last):", "  x"],
            id="others",
        ),
        pytest.param(
            [f"{TIME} ERROR (MainThread) [other] Bad", f"{TIME} WARNING (MainThread) {OURS} Gateway is busy"],
            id="neighbours",
        ),
    ],
)
def test_a_log_that_does_not(lines: list[str]) -> None:
    assert complaints(lines) == []


TIMES = [f"2026-11-20T{hour:02}:{minute:02}:00+00:00" for hour in (8, 9) for minute in (0, 15, 30, 45)]


def test_the_past_of_a_counter_ends_at_the_present() -> None:
    assert list(sums([*TIMES, "2026-11-20T10:00:00+00:00"], [10, 11, 12, 13, 14, 15, 16, 17, 18.5])) == [
        {"start": TIMES[0], "state": 14, "sum": -4.5},
        {"start": TIMES[4], "state": 18.5, "sum": 0},
    ]


def test_the_past_of_a_counter_that_begins_anew() -> None:
    """At a midnight within the second hour."""
    assert list(sums([*TIMES, "2026-11-20T10:00:00+00:00"], [10, 11, 12, 13, 14, 0, 1, 2, 4])) == [
        {"start": TIMES[0], "state": 14, "sum": -4},
        {"start": TIMES[4], "state": 4, "sum": 0},
    ]


def test_the_past_of_a_measurement_is_the_mean_of_each_hour() -> None:
    assert list(means([*TIMES, "2026-11-20T10:00:00+00:00"], [1, 2, 3, 6, -4, -4, 0, 0, 99])) == [
        {"start": TIMES[0], "mean": 3, "min": 1, "max": 6},
        {"start": TIMES[4], "mean": -2, "min": -4, "max": 0},
    ]


@pytest.mark.parametrize(
    ("hour", "zone", "local"),
    [
        (0, "Etc/GMT+11", 13),
        (1, "Etc/GMT-12", 13),
        (11, "Etc/GMT-2", 13),
        (13, "Etc/GMT+0", 13),
        (23, "Etc/GMT+10", 13),
    ],
)
def test_the_house_stands_where_the_sun_shines(hour: int, zone: str, local: int) -> None:
    now = datetime(2026, 11, 21, hour, 30, tzinfo=UTC)
    assert time_zone_with_sun(now) == zone
    assert now.astimezone(ZoneInfo(zone)).hour == local


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.name)
def test_expected_readings_are_in_the_catalogue_and_in_the_truth(account: DemoAccount) -> None:
    options = parse(account.simulator)
    truth = VENDORS[account.vendor].build(options, SimClock()).truth()
    wanted = expectations(account.vendor)
    parts = {"site": truth} | {kind: part for kind, _, part in account.parts(truth)}
    assert parts.keys() <= wanted.readings.keys()
    for kind in parts:
        for key, expected in wanted.readings[kind].items():
            definition, _ = look_up(key)
            assert (key, definition.unit) == (key, expected.unit)
            assert isinstance(evaluate(expected.truth, parts[kind]), int | float | str)
            assert set(expected.signs) <= set(wanted.scenes)
    assert all(key in wanted.readings[control.kind] for key, control in wanted.controls.items())


def test_accounts_are_told_apart() -> None:
    assert len({account.name for account in ACCOUNTS}) == len({account.title for account in ACCOUNTS}) == len(ACCOUNTS)
    for vendor in {account.vendor for account in ACCOUNTS}:
        kinds = {
            kind
            for account in ACCOUNTS
            if account.vendor == vendor
            for kind, _, _ in account.parts(VENDORS[vendor].build(parse(account.simulator), SimClock()).truth())
        }
        assert kinds | {"site"} == expectations(vendor).readings.keys()


def test_the_table_has_a_row_per_device() -> None:
    assert table([("Powerwall", "Home", "12", "9", "2", "1"), ("Powerwall", "Battery 1", "7", "7", "0", "0")]) == (
        "Vendor     Device     Entities  Value  Unknown  Unavailable\n"
        "---------  ---------  --------  -----  -------  -----------\n"
        "Powerwall  Home             12      9        2            1\n"
        "Powerwall  Battery 1         7      7        0            0"
    )


@pytest.mark.parametrize(
    ("asked", "bound"),
    [("", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("127.0.0.2", "127.0.0.2"), ("localhost", "127.0.0.1")],
)
@pytest.mark.usefixtures("socket_enabled")
def test_nothing_listens_outside_this_machine(asked: str, bound: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        bind_to_loopback(opened, (asked, 0))
        assert opened.getsockname()[0] == bound
