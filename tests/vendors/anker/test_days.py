"""Which day it is in a site, when its clock is all that is told (anker.md §10.3)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.solar_battery_hub.vendors.anker.days import Days
from custom_components.solar_battery_hub.vendors.anker.inventory import Inventory
from custom_components.solar_battery_hub.vendors.anker.model import Site
from tests.vendors.tools import HandClock, MemoryStore

BERLIN, CHICAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Chicago")
HOME = Site(id="home", name="Home", type=12)
SUMMER_NOON = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)


class House:
    """A house in Berlin with a site somewhere, whose devices report every few minutes."""

    def __init__(self, *, site_zone: ZoneInfo = BERLIN, at: datetime = SUMMER_NOON) -> None:
        """Start without having heard anything."""
        self.clock = HandClock(at)
        self.clock.zone = BERLIN
        self.store = MemoryStore()
        self.inventory = Inventory(self.store)
        self.days = Days(self.inventory, self.clock)
        self.site_zone = site_zone

    def told(self, *, minutes_ago: float = 1.0) -> datetime:
        """Return what the site's clock showed a while ago."""
        at = self.clock.now() - timedelta(minutes=minutes_ago)
        return at.astimezone(self.site_zone).replace(tzinfo=None, microsecond=0)

    def report(self, times: int, *, every: float = 5.0, late: float = 1.0) -> datetime | None:
        """Let the site report so often, and look at it each minute; return when the last was measured."""
        measured = None
        for _ in range(times):
            told = self.told(minutes_ago=late)
            for _ in range(int(every)):
                measured = self.days.measured_at(HOME, told)
                self.clock.pass_time(minutes=1)
        return measured


def test_a_site_has_the_clock_of_the_house() -> None:
    """Most have."""
    house = House()
    house.report(5)
    assert house.days.zone("home") is BERLIN
    assert house.days.zone_name("home") is None


def test_what_is_told_is_measured_by_the_clock_of_the_site() -> None:
    """Local time becomes an instant, never one ahead of us."""
    house = House()
    assert house.days.measured_at(HOME, datetime(2026, 7, 1, 11, 58)) == datetime(2026, 7, 1, 9, 58, tzinfo=UTC)
    assert house.days.measured_at(HOME, datetime(2026, 7, 1, 12, 3)) == SUMMER_NOON
    assert house.days.measured_at(HOME, None) is None


def test_another_clock_is_learned_from_two_changes() -> None:
    """One change may be a glitch; the first look shows no change at all."""
    house = House(site_zone=CHICAGO)
    house.report(2)
    assert house.days.zone("home") is BERLIN
    house.report(1)
    assert house.days.zone("home").utcoffset(None) == timedelta(hours=-5)
    assert house.days.zone_name("home") == "Etc/GMT+5"


def test_another_clock_is_remembered() -> None:
    """A restart asks nobody again."""
    house = House(site_zone=CHICAGO)
    house.report(3)
    again = Days(Inventory(house.store), house.clock)
    assert again.zone("home").utcoffset(None) == timedelta(hours=-5)


@pytest.mark.parametrize("hours_ago", [0.7, 5.0])
def test_what_was_told_long_ago_says_nothing_about_the_clock(hours_ago: float) -> None:
    """A site that stands by reports once an hour; one that is offline tells the same for days."""
    house = House()
    told = house.told(minutes_ago=60 * hours_ago)
    for _ in range(30):
        house.days.measured_at(HOME, told)
        house.clock.pass_time(minutes=1)
    assert house.days.zone_name("home") is None


def test_a_change_that_was_not_watched_says_nothing_about_the_clock() -> None:
    """After a pause nobody knows when what is told now was news."""
    house = House()
    for _ in range(4):
        house.days.measured_at(HOME, house.told(minutes_ago=45))
        house.clock.pass_time(hours=2)
    assert house.days.zone_name("home") is None


def test_hourly_reports_show_the_clock_as_well() -> None:
    """What changed since the last minute is new."""
    house = House(site_zone=CHICAGO)
    house.report(3, every=60)
    assert house.days.zone_name("home") == "Etc/GMT+5"


@pytest.mark.parametrize("change", [datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC)])
def test_summer_time_begins_and_ends_in_house_and_site_alike(change: datetime) -> None:
    """Reports from before the change that come after it do not make it another clock."""
    house = House(at=change - timedelta(minutes=30))
    for _ in range(60):
        told = house.told(minutes_ago=4)
        assert house.days.measured_at(HOME, told) == house.clock.now() - timedelta(minutes=4)
        house.clock.pass_time(minutes=1)
    assert house.days.zone_name("home") is None


def test_a_site_elsewhere_changes_to_summer_time_on_a_day_of_its_own() -> None:
    """Chicago did so three weeks before Berlin; two reports later that is known."""
    house = House(site_zone=CHICAGO, at=datetime(2026, 3, 8, 7, 0, tzinfo=UTC))
    house.report(6)
    assert house.days.zone_name("home") == "Etc/GMT+6"
    house.clock.moment = datetime(2026, 3, 8, 8, 10, tzinfo=UTC)
    house.report(4)
    assert house.days.zone_name("home") == "Etc/GMT+5"


def test_the_day_begins_five_minutes_late() -> None:
    """So late is what the statistics know."""
    house = House(at=datetime(2026, 6, 30, 22, 4, tzinfo=UTC))
    assert house.days.local("home") == datetime(2026, 7, 1, 0, 4)
    assert house.days.today("home") == date(2026, 6, 30)
    house.clock.pass_time(minutes=1)
    assert house.days.today("home") == date(2026, 7, 1)


def test_yesterday_is_complete_ten_minutes_after_midnight() -> None:
    """Not before, and then for the rest of the day."""
    house = House(at=datetime(2026, 6, 30, 22, 6, tzinfo=UTC))
    assert not house.days.may_close("home")
    house.clock.pass_time(minutes=4)
    assert house.days.may_close("home")
    house.clock.pass_time(hours=20)
    assert house.days.may_close("home")


def test_the_day_is_that_of_the_site() -> None:
    """It is still yesterday in Chicago when Berlin gets up."""
    house = House(site_zone=CHICAGO, at=datetime(2026, 7, 1, 4, 0, tzinfo=UTC))
    house.report(3)
    assert house.days.today("home") == date(2026, 6, 30)


def test_a_clock_that_may_be_another_one_is_waited_for() -> None:
    """Until its second change has shown what it is; the house's own is believed at once."""
    same, other = House(), House(site_zone=CHICAGO)
    for house in (same, other):
        assert not house.days.is_doubtful("home")
        house.report(1)
    assert not same.days.is_doubtful("home")
    assert other.days.is_doubtful("home")
    other.report(2)
    assert not other.days.is_doubtful("home")


def test_nobody_waits_for_a_site_that_is_offline() -> None:
    """What it told last is simply old."""
    house = House()
    told = house.told(minutes_ago=600)
    house.days.measured_at(HOME, told)
    assert house.days.is_doubtful("home")
    house.clock.pass_time(minutes=15)
    house.days.measured_at(HOME, told)
    assert not house.days.is_doubtful("home")


def test_a_clock_that_is_ahead_is_believed_at_once() -> None:
    """What it shows cannot be old."""
    house = House(site_zone=ZoneInfo("Asia/Tokyo"))
    assert house.report(1) == house.clock.now() - timedelta(minutes=6)
    assert house.days.zone_name("home") == "Etc/GMT-9"
    assert not house.days.is_doubtful("home")


def test_a_clock_that_is_years_ahead_is_wrong() -> None:
    """No zone is."""
    house = House()
    house.days.measured_at(HOME, datetime(2036, 7, 1, 12, 0))
    assert house.days.zone_name("home") is None
