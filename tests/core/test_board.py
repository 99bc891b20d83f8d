"""The board: newest value wins, silence makes values stale, counters pass the guard."""

from datetime import UTC, datetime, timedelta
import json
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_battery_hub.core.board import Board
from custom_components.solar_battery_hub.core.counters import Counters
from custom_components.solar_battery_hub.core.feed import Feed
from custom_components.solar_battery_hub.core.model import Device, DeviceKind, Gone, Ref, Reported, Snapshot

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
POWER = Feed(key="power", interval=10.0, floor=5.0)
FACTS = Feed(key="facts", interval=3600.0, floor=600.0)
GRID = Ref("site", "grid_power")
SOLAR_TOTAL = Ref("site", "solar_energy_total")
SOLAR_TODAY = Ref("site", "solar_energy_today")


@pytest.fixture
def board() -> Board:
    return Board(Counters(), lambda device: ZoneInfo("Europe/Berlin"))


def snapshot(at: datetime, values: dict[Ref, Reported], **more: object) -> Snapshot:
    return Snapshot(measured_at=at, values=values, **more)  # type: ignore[arg-type]


def test_value_and_none_and_gone(board: Board) -> None:
    """None is available without a value; gone is not available."""
    board.merge(POWER, snapshot(NOON, {GRID: -120.0}), NOON)
    assert (board.value(GRID), board.available(GRID, NOON)) == (-120.0, True)
    later = NOON + timedelta(seconds=10)
    board.merge(POWER, snapshot(later, {GRID: None}), later)
    assert (board.value(GRID), board.available(GRID, later)) == (None, True)
    later += timedelta(seconds=10)
    board.merge(POWER, snapshot(later, {GRID: Gone.GONE}), later)
    assert (board.value(GRID), board.available(GRID, later)) == (None, False)


def test_missing_keeps_value_until_stale(board: Board) -> None:
    """A reading that a snapshot leaves out lives on for three intervals."""
    board.merge(POWER, snapshot(NOON, {GRID: 50.0}), NOON)
    board.merge(POWER, snapshot(NOON + timedelta(seconds=10), {}), NOON + timedelta(seconds=10))
    assert board.available(GRID, NOON + timedelta(seconds=29))
    assert not board.available(GRID, NOON + timedelta(seconds=30))
    assert board.next_expiry(NOON) == NOON + timedelta(seconds=30)
    assert board.next_expiry(NOON + timedelta(seconds=30)) is None


def test_counters_and_facts_do_not_expire(board: Board) -> None:
    firmware = Ref("site", "firmware")
    board.merge(POWER, snapshot(NOON, {SOLAR_TOTAL: 12.0, firmware: "1.0"}), NOON)
    much_later = NOON + timedelta(days=30)
    assert board.available(SOLAR_TOTAL, much_later)
    assert board.available(firmware, much_later)


def test_newest_measured_at_wins(board: Board) -> None:
    """Two sources may serve one reading; an older measurement changes nothing."""
    board.merge(POWER, snapshot(NOON, {GRID: 1.0}), NOON)
    board.merge(FACTS, snapshot(NOON - timedelta(seconds=60), {GRID: 2.0}), NOON)
    assert board.value(GRID) == 1.0
    board.merge(FACTS, snapshot(NOON + timedelta(seconds=1), {GRID: 2.0}), NOON)
    assert board.value(GRID) == 2.0


def test_a_total_that_another_feed_tells_goes_on(board: Board) -> None:
    """Two services of a maker never quite agree about a lifetime."""
    for minutes, (feed, total) in enumerate(((POWER, 5000.0), (FACTS, 5030.0), (FACTS, 5031.0), (POWER, 5001.0))):
        at = NOON + timedelta(minutes=minutes)
        board.merge(feed, snapshot(at, {SOLAR_TOTAL: total}), at)
    assert board.value(SOLAR_TOTAL) == 5001.0


def test_today_is_derived_from_total_at_local_midnight(board: Board) -> None:
    """Berlin's midnight is 22:00 UTC in summer."""
    before = datetime(2026, 6, 1, 21, 50, tzinfo=UTC)
    for minutes, total in ((0, 100.0), (5, 101.0), (15, 101.5), (20, 102.0)):
        at = before + timedelta(minutes=minutes)
        board.merge(POWER, snapshot(at, {SOLAR_TOTAL: total}), at)
        if minutes == 5:
            assert board.value(SOLAR_TODAY) == pytest.approx(1.0)
    assert board.value(SOLAR_TODAY) == pytest.approx(1.0)  # 101 → 102 since the last sample before midnight
    assert board.needed_for({SOLAR_TODAY}, ()) == {SOLAR_TODAY, SOLAR_TOTAL}


def test_what_is_computed_needs_its_parts(board: Board) -> None:
    """Whoever looks at the house alone still needs what the inverter says of grid, sun and battery."""
    devices = [
        Device(id="site", kind=DeviceKind.SITE, name="Site", manufacturer="x"),
        Device(id="a", kind=DeviceKind.INVERTER, name="A", manufacturer="x", parent="site"),
    ]
    terms: dict[Ref, Reported] = {Ref("a", key): 100.0 for key in ("solar_power", "grid_power", "battery_power")}
    board.merge(POWER, snapshot(NOON, terms), NOON)
    board.add_site_values(devices, NOON)
    home = Ref("site", "home_power")
    assert board.value(home) == 300.0
    assert board.needed_for({home}, devices) >= terms.keys() | {home}
    assert board.needed_for({Ref("a", "solar_power")}, devices) == {Ref("a", "solar_power")}


def test_vendors_own_today_wins(board: Board) -> None:
    board.merge(POWER, snapshot(NOON, {SOLAR_TOTAL: 100.0, SOLAR_TODAY: 7.5}), NOON)
    assert board.value(SOLAR_TODAY) == 7.5


def test_vendors_own_today_wins_over_the_total_of_another_feed(board: Board) -> None:
    """A maker that tells the day and the lifetime apart, each at its own pace; a restart in between changes nothing."""
    board.merge(FACTS, snapshot(NOON, {SOLAR_TODAY: 7.5}), NOON)
    for minutes in (1, 2):
        at = NOON + timedelta(minutes=minutes)
        board.merge(POWER, snapshot(at, {SOLAR_TOTAL: 100.0 + minutes}), at)
    assert board.value(SOLAR_TODAY) == 7.5
    restored = Board(Counters(), lambda device: ZoneInfo("Europe/Berlin"))
    restored.restore(json.loads(json.dumps(board.as_dict(["facts"]))))
    at = NOON + timedelta(minutes=3)
    restored.merge(POWER, snapshot(at, {SOLAR_TOTAL: 103.0}), at)
    assert restored.value(SOLAR_TODAY) == 7.5


def test_today_that_nobody_tells_any_more_is_derived_again(board: Board) -> None:
    """A day's total stands until some time after its midnight; then the lifetime total tells what there is of the day."""
    board.merge(FACTS, snapshot(NOON, {SOLAR_TODAY: 7.5}), NOON)
    tomorrow = NOON + timedelta(days=1)
    board.merge(POWER, snapshot(tomorrow, {SOLAR_TOTAL: 110.0}), tomorrow)
    later = tomorrow + timedelta(hours=1)
    board.merge(POWER, snapshot(later, {SOLAR_TOTAL: 110.4}), later)
    assert board.value(SOLAR_TODAY) == pytest.approx(0.4)


def test_state_round_trip_keeps_slow_feeds_only(board: Board) -> None:
    """What is stored is JSON; live values are not brought back from the dead."""
    started = Ref("site", "started_at")
    board.merge(POWER, snapshot(NOON, {GRID: 5.0}), NOON)
    board.merge(FACTS, snapshot(NOON, {started: NOON - timedelta(days=2), Ref("site", "running"): True}), NOON)
    stored = json.loads(json.dumps(board.as_dict(["facts"])))
    other = Board(Counters(), lambda device: UTC)
    other.restore(stored)
    assert other.value(started) == NOON - timedelta(days=2)
    assert other.value(Ref("site", "running")) is True
    assert other.value(GRID) is None


def test_restore_drops_unknown_keys(board: Board) -> None:
    stored = {"readings": [["site", "no_such_reading", 1, NOON.isoformat(), "facts", None]]}
    board.restore(stored)
    assert not board.readings


def test_site_values_follow_parts(board: Board) -> None:
    """A site without its own solar power shows the sum of its inverters, or nothing."""
    devices = [
        Device(id="site", kind=DeviceKind.SITE, name="Site", manufacturer="x"),
        Device(id="a", kind=DeviceKind.INVERTER, name="A", manufacturer="x", parent="site"),
        Device(id="b", kind=DeviceKind.INVERTER, name="B", manufacturer="x", parent="site"),
    ]
    solar = Ref("site", "solar_power")
    board.merge(POWER, snapshot(NOON, {Ref("a", "solar_power"): 1000.0, Ref("b", "solar_power"): 500.0}), NOON)
    board.add_site_values(devices, NOON)
    assert board.value(solar) == 1500.0
    later = NOON + timedelta(seconds=29)
    board.merge(POWER, snapshot(later, {Ref("a", "solar_power"): 1000.0}), later)
    later = NOON + timedelta(seconds=31)
    board.add_site_values(devices, later)
    assert board.value(solar) is None, "the other inverter has been silent for too long"
    board.merge(POWER, snapshot(later, {Ref("b", "solar_power"): 200.0}), later)
    board.add_site_values(devices, later)
    assert board.value(solar) == 1200.0


def test_site_values_end_with_what_they_were_made_of(board: Board) -> None:
    """A second battery of unknown size: there is no level any more. Whoever shows it is told."""
    devices = [
        Device(id="site", kind=DeviceKind.SITE, name="Site", manufacturer="x"),
        Device(id="a", kind=DeviceKind.BATTERY, name="A", manufacturer="x", parent="site"),
        Device(id="b", kind=DeviceKind.BATTERY, name="B", manufacturer="x", parent="site"),
    ]
    level = Ref("site", "battery_level")
    board.merge(POWER, snapshot(NOON, {Ref("a", "battery_level"): 56.0}), NOON)
    assert board.add_site_values(devices[:2], NOON) == {level}
    assert board.value(level) == 56.0
    assert board.add_site_values(devices[:2], NOON) == frozenset()
    board.merge(POWER, snapshot(NOON, {Ref("b", "battery_level"): 89.0}), NOON)
    assert board.add_site_values(devices, NOON) == {level}
    assert board.value(level) is None


BEFORE_MIDNIGHT = datetime(2026, 6, 1, 21, 58, tzinfo=UTC)  # 23:58 in Berlin
MIDNIGHT = datetime(2026, 6, 1, 22, 0, tzinfo=UTC)
SLOW = Feed(key="slow", interval=1800.0, floor=300.0)


def test_a_day_begins_with_nothing_before_anybody_tells(board: Board) -> None:
    """Told, derived from a total, or summed: none of yesterday's energy is today's; the first word of today counts on."""
    site = Device(id="site", kind=DeviceKind.SITE, name="Site", manufacturer="X")
    inverter = Device(id="inverter", kind=DeviceKind.INVERTER, name="Inverter", manufacturer="X", parent="site")
    told, derived = Ref("inverter", "solar_energy_today"), Ref("site", "home_energy_today")
    for at, total in ((NOON, 100.0), (BEFORE_MIDNIGHT, 104.0)):
        news: dict[Ref, Reported] = {told: 17.5, Ref("site", "home_energy_total"): total}
        board.merge(SLOW, snapshot(at, news), at)
        board.add_site_values((site, inverter), at)
    everything = (told, SOLAR_TODAY, derived)
    assert [board.value(ref) for ref in everything] == [17.5, 17.5, 4.0]
    assert board.next_expiry(BEFORE_MIDNIGHT) == MIDNIGHT

    board.add_site_values((site, inverter), MIDNIGHT)
    assert [board.value(ref) for ref in everything] == [0.0, 0.0, 0.0]
    assert all(board.available(ref, MIDNIGHT) for ref in everything)
    later = MIDNIGHT + timedelta(minutes=20)
    board.merge(SLOW, snapshot(later, {told: 17.5, Ref("site", "home_energy_total"): 104.3}), later)
    assert (board.value(told), board.value(derived)) == (0.0, 0.3)
    morning = MIDNIGHT + timedelta(hours=6)
    board.merge(SLOW, snapshot(morning, {told: 0.4}), morning)
    assert board.value(told) == 0.4


@pytest.mark.parametrize(("hours", "shown"), [(0.01, 17.5), (0.5, 0.0)])
def test_a_restart_after_midnight_shows_nothing_of_yesterday(hours: float, shown: float) -> None:
    """What was kept over the restart is looked at before it is shown."""
    site = Device(id="site", kind=DeviceKind.SITE, name="Site", manufacturer="X")
    counters = Counters()
    board = Board(counters, lambda device: ZoneInfo("Europe/Berlin"))
    board.merge(SLOW, snapshot(BEFORE_MIDNIGHT, {SOLAR_TODAY: 17.5}), BEFORE_MIDNIGHT)
    again = Board(Counters(json.loads(json.dumps(counters.as_dict()))), lambda device: ZoneInfo("Europe/Berlin"))
    again.restore(json.loads(json.dumps(board.as_dict(["slow"]))))
    again.add_site_values((site,), BEFORE_MIDNIGHT + timedelta(hours=hours))
    assert again.value(SOLAR_TODAY) == shown


def test_what_the_vendor_tells_replaces_a_sum_that_is_newer(board: Board) -> None:
    """After a restart a plant's power is a sum first, made now; the plant's own was measured a minute ago."""
    site = Device(id="site", kind=DeviceKind.SITE, name="Site", manufacturer="X")
    inverter = Device(id="inverter", kind=DeviceKind.INVERTER, name="Inverter", manufacturer="X", parent="site")
    board.merge(FACTS, snapshot(NOON, {Ref("inverter", "solar_power"): 900.0}), NOON)
    board.add_site_values((site, inverter), NOON)
    assert board.value(Ref("site", "solar_power")) == 900.0
    board.merge(POWER, snapshot(NOON - timedelta(seconds=40), {Ref("site", "solar_power"): 1000.0}), NOON)
    board.add_site_values((site, inverter), NOON)
    assert board.value(Ref("site", "solar_power")) == 1000.0


@given(st.lists(st.floats(min_value=-10, max_value=1e6, allow_nan=False), max_size=30))
def test_shown_lifetime_never_falls(totals: list[float]) -> None:
    """Whatever a gateway claims, what is shown only grows."""
    board = Board(Counters(), lambda device: UTC)
    shown: list[float] = []
    for step, total in enumerate(totals):
        at = NOON + timedelta(seconds=10 * step)
        board.merge(POWER, snapshot(at, {SOLAR_TOTAL: total}), at)
        value = board.value(SOLAR_TOTAL)
        if isinstance(value, float):
            shown.append(value)
    assert shown == sorted(shown)


def test_a_clock_that_was_put_back_freezes_nothing(board: Board) -> None:
    """What was measured in the future is of a clock that was wrong then."""
    board.merge(POWER, snapshot(NOON, {GRID: 1.0}), NOON)
    earlier = NOON - timedelta(hours=2)
    board.merge(POWER, snapshot(earlier, {GRID: 2.0}), earlier)
    assert board.value(GRID) == 2.0
    assert not board.available(GRID, earlier + timedelta(seconds=30))


def test_a_total_of_today_is_not_shown_for_days(board: Board) -> None:
    """It stays over an outage, but not much longer than its day: Berlin's midnight is 22:00 UTC in summer."""
    board.merge(POWER, snapshot(NOON, {SOLAR_TOTAL: 100.0}), NOON)
    midnight = datetime(2026, 6, 1, 22, 0, tzinfo=UTC)
    assert board.available(SOLAR_TODAY, midnight)
    assert not board.available(SOLAR_TODAY, midnight + timedelta(seconds=30))
    assert board.available(SOLAR_TOTAL, midnight + timedelta(days=9))


def test_what_a_sleeping_device_still_says_is_yesterdays(board: Board) -> None:
    """At night an inverter is offline and its last record is repeated until dawn."""
    dusk = datetime(2026, 6, 1, 19, 0, tzinfo=UTC)
    record = snapshot(dusk, {SOLAR_TODAY: 31.2})
    board.merge(POWER, record, dusk)
    assert board.value(SOLAR_TODAY) == 31.2
    night = datetime(2026, 6, 2, 1, 0, tzinfo=UTC)
    board.merge(POWER, record, night)
    assert board.value(SOLAR_TODAY) == 0
    assert board.available(SOLAR_TODAY, night + timedelta(hours=1))
    dawn = datetime(2026, 6, 2, 4, 0, tzinfo=UTC)
    board.merge(POWER, snapshot(dawn, {SOLAR_TODAY: 0.1}), dawn)
    assert board.value(SOLAR_TODAY) == 0.1


def test_noise_is_left_out_and_settings_are_exact(board: Board) -> None:
    """Whole watts, no zero with a sign; a reserve is what the device says."""
    reserve = Ref("site", "backup_reserve")
    board.merge(POWER, snapshot(NOON, {GRID: -0.3, Ref("site", "home_power"): 275.592758, reserve: 15.789474}), NOON)
    assert str(board.value(GRID)) == "0.0"
    assert board.value(Ref("site", "home_power")) == 276.0
    assert board.value(reserve) == 15.789474


def test_rows_of_another_version_are_skipped(board: Board) -> None:
    good = ["site", "running", True, NOON.isoformat(), "facts", None]
    board.restore({"readings": [["too", "short"], [*good[:3], "not a time", *good[4:]], good]})
    assert board.value(Ref("site", "running")) is True
