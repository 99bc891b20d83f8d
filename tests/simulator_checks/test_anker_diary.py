"""The books behind the Anker cloud's statistics: where energies go, days at the site's midnight, lateness (anker.md §10.3)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.simulators.anker.diary import Diary
from tests.simulators.anker.energies import NOTHING, Energies, made_up, total
from tests.simulators.house import Counters

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 6, 20, 22, 0, tzinfo=UTC)
"""The beginning of 21 June in Berlin."""
MINUTE = timedelta(minutes=1)


def counters(**wh: float) -> Counters:
    """Return counters that stand at zero but for these."""
    return Counters(**{f"{name}_wh": value for name, value in wh.items()})


@pytest.mark.parametrize(
    ("flowed", "expected"),
    [
        pytest.param(
            {"solar": 3000, "home": 1000, "battery_charge": 1500, "grid_export": 500},
            Energies(solar_to_home=1.0, solar_to_battery=1.5, solar_to_grid=0.5),
            id="sun for all",
        ),
        pytest.param(
            {"home": 2000, "grid_import": 3500, "battery_charge": 1500, "grid_charge": 1500},
            Energies(grid_to_home=2.0, grid_to_battery=1.5),
            id="the grid charges",
        ),
        pytest.param(
            {"home": 1200, "battery_discharge": 900, "grid_import": 300},
            Energies(battery_to_home=0.9, grid_to_home=0.3),
            id="an evening",
        ),
        pytest.param(
            {"solar": 200, "home": 300, "battery_discharge": 500, "grid_export": 400},
            Energies(battery_to_home=0.3, solar_to_grid=0.2, battery_to_grid=0.2),
            id="the sun leaves before the battery",
        ),
    ],
)
def test_what_a_house_counted_is_split_by_its_ways(flowed: dict[str, float], expected: Energies) -> None:
    split = Energies.between(counters(), counters(**flowed))
    assert same(split, expected)
    assert split.solar == pytest.approx(flowed.get("solar", 0) / 1000)
    assert split.home == pytest.approx(flowed.get("home", 0) / 1000)
    assert split.imported == pytest.approx(flowed.get("grid_import", 0) / 1000)
    assert split.exported == pytest.approx(flowed.get("grid_export", 0) / 1000)
    assert split.charged == pytest.approx(flowed.get("battery_charge", 0) / 1000)
    assert split.discharged == pytest.approx(flowed.get("battery_discharge", 0) / 1000)


def same(one: Energies, other: Energies) -> bool:
    """Tell whether two agree but for rounding."""
    return all(abs(getattr(one, name) - getattr(other, name)) < 1e-9 for name in Energies.__dataclass_fields__)


def test_made_up_days_fit_together() -> None:
    days = made_up(date(2024, 6, 1), date(2026, 6, 1), peak_kw=2.0, battery_kwh=2.7)
    assert len(days) == 730
    for energies in days.values():
        assert all(getattr(energies, name) >= 0 for name in Energies.__dataclass_fields__)
        assert energies.discharged <= energies.charged
    july = total(days[date(2025, 7, day)] for day in range(1, 32))
    december = total(days[date(2025, 12, day)] for day in range(1, 32))
    assert july.solar > 3 * december.solar > 0


def test_without_a_meter_nothing_is_known_of_the_grid() -> None:
    known = Energies(solar_to_home=1.0, solar_to_grid=0.5, battery_to_home=0.25, grid_to_home=4.0).unmetered()
    assert (known.home, known.imported, known.exported, known.solar) == (1.75, 0.0, 0.0, 1.5)


def diary_of_minutes(minutes: int, *, start: datetime = MIDNIGHT, zone: ZoneInfo = BERLIN) -> Diary:
    """Return a diary in which every minute brought 0.01 kWh of sun."""
    diary = Diary(zone, start, {})
    for minute in range(1, minutes + 1):
        diary.note(start + minute * MINUTE, Energies(solar_to_home=0.01), level=50)
    return diary


def test_what_came_later_is_not_known_yet() -> None:
    diary, day = diary_of_minutes(60), date(2026, 6, 21)
    known = diary.counted(day, MIDNIGHT + timedelta(minutes=57))
    assert known is not None
    assert known.solar == pytest.approx(0.57)
    assert diary.lifetime_at(MIDNIGHT + timedelta(minutes=57)).solar == pytest.approx(0.57)
    assert diary.days[day].solar == pytest.approx(0.60)
    assert diary.counted(date(2026, 6, 20), MIDNIGHT) is None


def test_a_day_begins_at_the_sites_own_midnight() -> None:
    start = MIDNIGHT - timedelta(minutes=10)
    diary = diary_of_minutes(30, start=start)
    assert diary.days[date(2026, 6, 20)].solar == pytest.approx(0.10)
    assert diary.days[date(2026, 6, 21)].solar == pytest.approx(0.20)
    assert diary.counted(date(2026, 6, 21), MIDNIGHT - MINUTE) is None
    until = diary.counted(date(2026, 6, 20), MIDNIGHT - 3 * MINUTE)
    assert until is not None
    assert until.solar == pytest.approx(0.07)


@pytest.mark.parametrize(
    ("day", "hours"),
    [pytest.param(date(2026, 3, 29), 23, id="spring"), pytest.param(date(2026, 10, 25), 25, id="autumn")],
)
def test_the_days_of_the_clock_change_are_shorter_and_longer(day: date, hours: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    diary = diary_of_minutes(48 * 60, start=start)
    assert diary.days[day].solar == pytest.approx(hours * 0.60)
    assert len(list(diary.slots(day, start + timedelta(days=2)))) == hours * 12


def test_five_minutes_are_told_when_they_are_complete() -> None:
    diary = diary_of_minutes(12)
    slots = list(diary.slots(date(2026, 6, 21), MIDNIGHT + 12 * MINUTE))
    assert [slot.start.strftime("%H:%M") for slot in slots] == ["00:00", "00:05"]
    assert [slot.energies.solar for slot in slots] == pytest.approx([0.05, 0.05])


def test_a_clock_set_back_counts_nothing_twice() -> None:
    diary = diary_of_minutes(10)
    diary.note(MIDNIGHT + 5 * MINUTE, Energies(solar_to_home=9.0), level=50)
    assert diary.lifetime.solar == pytest.approx(0.10)
    diary.note(MIDNIGHT + 6 * MINUTE, Energies(solar_to_home=0.02), level=50)
    assert diary.lifetime.solar == pytest.approx(0.12)


def test_nothing_is_neither_gained_nor_lost_by_adding_up() -> None:
    assert total([]) == NOTHING
    assert same(total([Energies(plugs=0.5), Energies(plugs=0.25, charger=1.0)]), Energies(plugs=0.75, charger=1.0))
