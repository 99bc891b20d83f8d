"""Days of energies and their totals, and what is left to the vendor (anker.md §8, §10, §18.13)."""

import copy
from datetime import UTC, date, datetime, timedelta

import pytest

from custom_components.solar_battery_hub.core.model import Ref, Reported
from custom_components.solar_battery_hub.vendors.anker.days import Days
from custom_components.solar_battery_hub.vendors.anker.inventory import Inventory
from custom_components.solar_battery_hub.vendors.anker.ledger import Ledger, total_of
from custom_components.solar_battery_hub.vendors.anker.model import Site
from custom_components.solar_battery_hub.vendors.anker.questions import Question
from custom_components.solar_battery_hub.vendors.anker.yields import Told
from tests.vendors.tools import HandClock, MemoryStore

TODAY = date(2026, 6, 1)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
USAGE, SUN = Question("home", "home_usage"), Question("home", "solar_production")
HOME, SOLAR = Ref("site_home", "home_energy_today"), Ref("site_home", "solar_energy_today")
HOME_TOTAL, SOLAR_TOTAL = Ref("site_home", "home_energy_total"), Ref("site_home", "solar_energy_total")


class Desk:
    """A ledger of one site, on a clock moved by hand."""

    def __init__(self, store: MemoryStore | None = None, clock: HandClock | None = None) -> None:
        """Go on from what is stored."""
        self.store = store or MemoryStore()
        self.clock = clock or HandClock()
        self.inventory = Inventory(self.store)
        self.inventory.note_sites([Site(id="home", name="Home", type=12)], {"home": []})
        self.ledger = Ledger(self.store, self.clock, self.inventory, Days(self.inventory, self.clock))

    def restart(self) -> Desk:
        """Begin again with what is on the disk."""
        return Desk(MemoryStore(**copy.deepcopy(self.store.saved)), self.clock)


@pytest.mark.parametrize(
    ("key", "total"),
    [("home_energy_today", "home_energy_total"), ("pv_energy_today_3", "pv_energy_total_3")],
)
def test_every_reading_of_today_has_its_total(key: str, total: str) -> None:
    """Numbered ones as well."""
    assert total_of(Ref("a", key)) == Ref("a", total)


def test_a_day_is_told_with_its_total() -> None:
    """From the first day on."""
    desk = Desk()
    assert desk.ledger.note(USAGE, TODAY, {HOME: 3.5}) == {HOME: 3.5, HOME_TOTAL: 3.5}


def test_what_is_told_of_yesterday_is_not_todays() -> None:
    """In the first minutes of a day the statistics are those of the day before."""
    desk = Desk(clock=HandClock(datetime(2026, 6, 2, 0, 3, tzinfo=UTC)))
    assert desk.ledger.note(USAGE, TODAY, {HOME: 3.5}) == {HOME_TOTAL: 3.5}


def test_a_day_that_is_over_is_due_some_minutes_later() -> None:
    """And only until it is closed."""
    desk = Desk()
    desk.ledger.note(USAGE, TODAY, {HOME: 3.5})
    assert desk.ledger.due(USAGE) is None
    desk.clock.moment = datetime(2026, 6, 2, 0, 9, tzinfo=UTC)
    assert desk.ledger.due(USAGE) is None
    desk.clock.moment = datetime(2026, 6, 2, 0, 10, tzinfo=UTC)
    assert desk.ledger.due(USAGE) == (TODAY, TODAY)
    assert desk.ledger.close(USAGE, TODAY, {HOME: 4.0}) == {HOME_TOTAL: 4.0}
    assert desk.ledger.due(USAGE) is None
    assert desk.ledger.note(USAGE, TOMORROW, {HOME: 0.5}) == {HOME: 0.5, HOME_TOTAL: 4.5}


def test_all_days_of_an_absence_are_due_at_once() -> None:
    """As many as may be; not yesterday while it may not be complete."""
    desk = Desk()
    desk.ledger.note(USAGE, TODAY, {HOME: 3.5})
    desk.clock.moment = datetime(2026, 6, 9, 0, 7, tzinfo=UTC)
    assert desk.ledger.due(USAGE, longest=31) == (TODAY, date(2026, 6, 7))
    desk.clock.moment = datetime(2026, 6, 9, 0, 10, tzinfo=UTC)
    assert desk.ledger.due(USAGE, longest=31) == (TODAY, date(2026, 6, 8))
    assert desk.ledger.due(USAGE, longest=3) == (TODAY, date(2026, 6, 3))
    assert desk.ledger.due(USAGE) == (TODAY, TODAY)


def test_a_restart_goes_on() -> None:
    """Days and totals are on the disk."""
    desk = Desk()
    desk.ledger.note(USAGE, YESTERDAY, {HOME: 3.5})
    again = desk.restart()
    assert again.ledger.due(USAGE) == (YESTERDAY, YESTERDAY)
    assert again.ledger.close(USAGE, YESTERDAY, {HOME: 4.0}) == {HOME_TOTAL: 4.0}
    assert again.ledger.note(USAGE, TODAY, {HOME: 1.0})[HOME_TOTAL] == 5.0


def test_a_total_is_not_told_before_the_days_that_it_lacks() -> None:
    """What nobody looked at would come a moment later, as a leap that no counter makes."""
    desk = Desk()
    desk.ledger.note(USAGE, YESTERDAY - timedelta(days=1), {HOME: 3.5})
    again = desk.restart()
    assert again.ledger.note(USAGE, TODAY, {HOME: 1.0}) == {HOME: 1.0}
    assert again.ledger.close(USAGE, YESTERDAY - timedelta(days=1), {HOME: 9.0}) == {}
    assert again.ledger.close(USAGE, YESTERDAY, {HOME: 8.0}) == {HOME_TOTAL: 18.0}
    assert again.ledger.note(USAGE, TODAY, {HOME: 1.5}) == {HOME: 1.5, HOME_TOTAL: 18.5}


def test_days_that_stay_unknown_do_not_hold_a_total_back_for_ever() -> None:
    """After an hour it goes on without them."""
    desk = Desk()
    desk.ledger.note(USAGE, YESTERDAY, {HOME: 3.5})
    again = desk.restart()
    assert again.ledger.note(USAGE, TODAY, {HOME: 1.0}) == {HOME: 1.0}
    again.clock.pass_time(minutes=59)
    assert again.ledger.note(USAGE, TODAY, {HOME: 1.0}) == {HOME: 1.0}
    again.clock.pass_time(minutes=1)
    assert again.ledger.note(USAGE, TODAY, {HOME: 1.0}) == {HOME: 1.0, HOME_TOTAL: 4.5}


def test_a_cloud_that_was_away_for_hours_is_an_absence_as_well() -> None:
    """Nobody looked at the end of the day, although nothing was stopped; ten minutes do not count."""
    desk = Desk(clock=HandClock(datetime(2026, 6, 1, 12, 0, tzinfo=UTC)))
    desk.ledger.note(USAGE, TODAY, {HOME: 3.5})
    desk.clock.moment = datetime(2026, 6, 2, 0, 30, tzinfo=UTC)
    assert desk.ledger.note(USAGE, TOMORROW, {HOME: 0.1}) == {HOME: 0.1}
    assert desk.ledger.close(USAGE, TODAY, {HOME: 9.5}) == {HOME_TOTAL: 9.6}
    desk.clock.moment = datetime(2026, 6, 2, 23, 55, tzinfo=UTC)
    assert desk.ledger.note(USAGE, TOMORROW, {HOME: 8.0})[HOME_TOTAL] == 17.5
    desk.clock.moment = datetime(2026, 6, 3, 0, 6, tzinfo=UTC)
    assert desk.ledger.note(USAGE, date(2026, 6, 3), {HOME: 0.1})[HOME_TOTAL] == 17.6


def test_a_total_that_the_vendor_told_is_left_to_it() -> None:
    """For good, also after a restart."""
    desk = Desk()
    desk.ledger.note_told([SOLAR_TOTAL, HOME])
    assert desk.ledger.note(SUN, TODAY, {SOLAR: 2.0}) == {SOLAR: 2.0}
    again = desk.restart()
    again.clock.pass_time(hours=5)
    assert again.ledger.note(SUN, TODAY, {SOLAR: 3.0}) == {SOLAR: 3.0}
    assert again.ledger.note(USAGE, TODAY, {HOME: 3.0})[HOME_TOTAL] == 3.0


def test_a_total_that_the_vendor_usually_tells_is_waited_for() -> None:
    """An hour; then it is counted here."""
    desk = Desk()
    assert desk.ledger.note(SUN, TODAY, {SOLAR: 2.0}) == {SOLAR: 2.0}
    desk.clock.pass_time(minutes=59)
    assert SOLAR_TOTAL not in desk.ledger.note(SUN, TODAY, {SOLAR: 2.2})
    desk.clock.pass_time(minutes=1)
    assert desk.ledger.note(SUN, TODAY, {SOLAR: 2.5})[SOLAR_TOTAL] == 2.5


def test_a_total_of_a_part_is_counted_at_once() -> None:
    """The vendor tells it of whole sites only, and of inverters that stand for themselves."""
    desk = Desk()
    part, alone = Question("home", "solar_production", "B1"), Question("virtual-I1", "pv", "I1")
    assert desk.ledger.note(part, TODAY, {Ref("B1", "solar_energy_today"): 1.0})[Ref("B1", "solar_energy_total")] == 1.0
    assert Ref("I1", "solar_energy_total") not in desk.ledger.note(alone, TODAY, {Ref("I1", "solar_energy_today"): 1.0})


def refined(desk: Desk, total: float, step: float) -> float:
    """Return what is shown of a total told in such steps (kWh)."""
    values: dict[Ref, Reported] = {SOLAR_TOTAL: total}
    desk.ledger.refine(SUN, SOLAR_TOTAL, Told(total, step), values)
    shown = values[SOLAR_TOTAL]
    assert isinstance(shown, float)
    return shown


def test_a_total_told_in_large_steps_goes_on_between_them() -> None:
    """By what was counted since the step began, and never into the next."""
    desk = Desk()
    desk.ledger.note(SUN, TODAY, {SOLAR: 5.0})
    assert refined(desk, 2000.0, 10.0) == 2000.0
    desk.ledger.note(SUN, TODAY, {SOLAR: 8.0})
    assert refined(desk, 2000.0, 10.0) == 2003.0
    assert refined(desk.restart(), 2000.0, 10.0) == 2003.0
    desk.ledger.note(SUN, TODAY, {SOLAR: 18.0})
    assert 2009.9 < refined(desk, 2000.0, 10.0) < 2010.0
    assert refined(desk, 2010.0, 10.0) == pytest.approx(2010.0, abs=0.1)


def test_days_that_nobody_looked_at_are_not_added_to_a_total_that_has_them() -> None:
    """The vendor went on counting; only what comes now is missing in its step."""
    desk = Desk()
    desk.ledger.note(SUN, YESTERDAY, {SOLAR: 5.0})
    assert refined(desk, 2000.0, 10.0) == 2000.0
    again = desk.restart()
    assert refined(again, 2020.0, 10.0) == 2015.0, "the least that is rounded to so much"
    again.ledger.note(SUN, TODAY, {SOLAR: 4.0})
    again.ledger.close(SUN, YESTERDAY, {SOLAR: 12.0})
    assert refined(again, 2020.0, 10.0) == 2015.0
    again.ledger.note(SUN, TODAY, {SOLAR: 5.5})
    assert refined(again, 2020.0, 10.0) == 2016.5


def test_a_total_that_begins_to_be_told_in_large_steps_does_not_leap() -> None:
    """The cloud rounds 1005 kWh to 1.01 MWh; what was told before and counted since is nearer."""
    desk = Desk()
    desk.ledger.note(SUN, TODAY, {SOLAR: 5.0})
    assert refined(desk, 999.99, 0.01) == 999.99
    desk.ledger.note(SUN, TODAY, {SOLAR: 7.0})
    assert refined(desk, 1000.0, 10.0) == pytest.approx(1001.99)
    desk.ledger.note(SUN, TODAY, {SOLAR: 10.1})
    assert refined(desk, 1010.0, 10.0) == pytest.approx(1005.09)
    desk.ledger.note(SUN, TODAY, {SOLAR: 11.0})
    assert refined(desk.restart(), 1010.0, 10.0) == pytest.approx(1005.99)


def test_a_total_told_finely_is_as_it_is_told() -> None:
    """There is nothing to add."""
    desk = Desk()
    desk.ledger.note(SUN, TODAY, {SOLAR: 5.0})
    assert refined(desk, 293.57, 0.01) == 293.57
    desk.ledger.note(SUN, TODAY, {SOLAR: 8.0})
    assert refined(desk, 293.57, 0.01) == 293.57


def test_a_total_that_is_not_told_is_not_made_up() -> None:
    """An answer without it stays without it."""
    desk = Desk()
    desk.ledger.note(SUN, TODAY, {SOLAR: 5.0})
    values: dict[Ref, Reported] = {}
    desk.ledger.refine(SUN, SOLAR_TOTAL, None, values)
    assert values == {}


def test_a_site_that_is_gone_is_forgotten_after_a_month() -> None:
    """It may come back before; a list may have been wrong."""
    desk = Desk()
    desk.ledger.note(USAGE, TODAY, {HOME: 3.5})
    gone = Question("gone", "home_usage")
    desk.ledger.note(gone, TODAY, {Ref("site_gone", "home_energy_today"): 1.0})
    desk.ledger.tidy()
    desk.clock.pass_time(days=29)
    desk.ledger.tidy()
    assert desk.ledger.due(gone) is not None
    desk.clock.pass_time(days=1)
    desk.ledger.tidy()
    assert desk.ledger.due(gone) is None
    assert desk.ledger.due(USAGE) is not None
