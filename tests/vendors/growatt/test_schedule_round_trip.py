"""Whatever schedule is asked for: what is written is what the device has and tells, on every family and both APIs."""

from itertools import combinations
from typing import Any, Final

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.solar_battery_hub.core.schedule import Schedule
from custom_components.solar_battery_hub.vendors.growatt.model import Family
from custom_components.solar_battery_hub.vendors.growatt.names import Names
from custom_components.solar_battery_hub.vendors.growatt.offers import SCHEDULE
from custom_components.solar_battery_hub.vendors.growatt.orders import Basis, Order, orders
from custom_components.solar_battery_hub.vendors.growatt.schedule import RULES, present
from tests.core.schedule_strategies import schedules_for

from .test_schedule import SPH, min_bean

SOME: Final = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# What each write says, position by position (A.9.1, B.7.4, B.8); ``{}`` is the period, each is five values.
CHARGE: Final = ["chargePowerCommand", "wchargeSOCLowLimit2"]
DISCHARGE: Final = ["disChargePowerCommand", "wdisChargeSOCLowLimit2"]
MAINS: Final = ["acChargeEnable"]
PERIODS: Final = {
    "mix_ac_charge_time_period": (CHARGE + MAINS, "forcedChargeTime", "forcedChargeStopSwitch{}"),
    "mix_ac_discharge_time_period": (DISCHARGE, "forcedDischargeTime", "forcedDischargeStopSwitch{}"),
    "spa_ac_charge_time_period": (CHARGE, "forcedChargeTime", "batFirstSwitch{}"),
    "spa_ac_discharge_time_period": (DISCHARGE, "forcedDischargeTime", "gridFirstSwitch{}"),
    "spa_load_flast": ([], "loadFirst", "loadFirstSwitch{}"),
}


class Device:
    """Keeps settings as a device does: it takes values by their position and refuses what it cannot have."""

    def __init__(self, family: Family, *, legacy: bool) -> None:
        """Begin as it comes from the factory, with one period that somebody set."""
        self.family = family
        self.legacy = legacy
        self.bean: dict[str, Any] = min_bean() if family is Family.MIN else dict(SPH)
        if family is Family.SPA:
            self.bean = {name: value for name, value in SPH.items() if "StopSwitch" not in name}

    def obey(self, order: Order) -> None:
        """Take one write."""
        values = list(order.params)
        assert all(value.isdecimal() for value in values)
        if order.kind.startswith("time_segment"):
            place = order.kind.removeprefix("time_segment")
            self.bean[f"time{place}Mode"] = values[0]
            self._set(f"forcedTimeStart{place}", f"forcedTimeStop{place}", f"forcedStopSwitch{place}", values[1:])
            self._check_segments()
            return
        names, prefix, switch = PERIODS[order.kind]
        if order.kind == "spa_ac_charge_time_period" and not self.legacy:
            names = CHARGE + MAINS
        self.bean |= dict(zip(names, values, strict=False))
        windows = values[len(names) :]
        assert len(windows) == 15
        between = "Time" if prefix == "loadFirst" else ""
        for number in (1, 2, 3):
            start, end = (
                (f"{prefix}Start{between}{number}", f"{prefix}Stop{between}{number}")
                if between
                else (f"{prefix}Start{number}", f"{prefix}Stop{number}")
            )
            self._set(start, end, switch.format(number), windows[5 * number - 5 : 5 * number])

    def _set(self, start: str, end: str, switch: str, values: list[str]) -> None:
        assert len(values) == 5
        if self.legacy:
            assert all(len(value) == 2 for value in values[:4])
        hours = [int(value) for value in values[:4]]
        assert hours[2:] >= hours[:2], "the end comes before the start"
        self.bean |= {start: f"{hours[0]}:{hours[1]}", end: f"{hours[2]}:{hours[3]}", switch: values[4]}

    def _check_segments(self) -> None:
        """Refuse segments that overlap, be they enabled or not (A.9.1)."""
        spans = []
        for place in range(1, 10):
            times = [self.bean[f"forcedTime{end}{place}"].split(":") for end in ("Start", "Stop")]
            start, end = (int(hour) * 60 + int(minute) for hour, minute in times)
            if start != end:
                spans.append((start, end))
        for (start, end), (other_start, other_end) in combinations(spans, 2):
            assert end <= other_start or other_end <= start, "segments overlap"

    @property
    def schedule(self) -> Schedule:
        """What it tells."""
        found = present(self.family, Names(self.bean))
        assert found is not None
        return found


EACH = pytest.mark.parametrize("legacy", [False, True])
FAMILIES = pytest.mark.parametrize("family", [Family.MIN, Family.SPH, Family.SPA])


@FAMILIES
@EACH
@given(data=st.data())
@SOME
def test_what_is_asked_for_is_what_the_device_has(family: Family, legacy: bool, data: st.DataObject) -> None:
    device = Device(family, legacy=legacy)
    for _ in range(2):
        wanted = data.draw(schedules_for(RULES[family]))
        basis = Basis(bean=Names(dict(device.bean)), ours={}, local=None)
        for order in orders(family, {SCHEDULE: wanted.as_text()}, basis, legacy=legacy):
            device.obey(order)
        assert RULES[family].same(device.schedule, wanted)
        again = Basis(bean=Names(dict(device.bean)), ours={}, local=None)
        assert orders(family, {SCHEDULE: wanted.as_text()}, again, legacy=legacy) == []


@FAMILIES
@EACH
@given(data=st.data())
@SOME
def test_a_copy_that_is_behind_does_no_harm(family: Family, legacy: bool, data: st.DataObject) -> None:
    """The server still tells the schedule of before the last change: what we wrote is what the next one starts from."""
    device = Device(family, legacy=legacy)
    behind = Names(dict(device.bean))
    ours: dict[str, Any] = {}
    for _ in range(3):
        wanted = data.draw(schedules_for(RULES[family]))
        sent = orders(family, {SCHEDULE: wanted.as_text()}, Basis(bean=behind, ours=ours, local=None), legacy=legacy)
        for order in sent:
            device.obey(order)
            ours |= order.values
            if order.schedule is not None:
                ours[SCHEDULE] = order.schedule.as_text()
        assert RULES[family].same(device.schedule, wanted)
