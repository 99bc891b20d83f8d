"""Whatever schedule is asked for: what is written is what the device has and tells, on every generation (goodwe.md §6.3)."""

from typing import Any, Final

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.solar_battery_hub.core.schedule import Schedule
from custom_components.solar_battery_hub.vendors.goodwe.abilities import Abilities
from custom_components.solar_battery_hub.vendors.goodwe.orders import Basis, Order, orders
from custom_components.solar_battery_hub.vendors.goodwe.settings import NamedWrite, is_acting, limits_export, names
from custom_components.solar_battery_hub.vendors.goodwe.tou import Plan, plan_of, present
from tests.core.schedule_strategies import schedules_for
from tests.simulators.goodwe import semsplus_named as simulated
from tests.simulators.goodwe.settings import factory

from .controls_desk import named_of, slot_bean

SOME: Final = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SLOT: Final = ("TOUStart", "TOUEnd", "TOUWeekEnable", "TOUWeek", "ChargeDischargePW")
PLANS: Final = (
    Plan(generation=1, places=4),
    Plan(generation=2, places=4),
    Plan(generation=3, places=8),
    Plan(generation=3, places=8, exports=True),
)


class Device:
    """Takes slots as a device does: whole, with every day and power in range, and no two that run at a time."""

    def __init__(self, plan: Plan) -> None:
        """Begin with one slot that somebody set and nobody switched on, and one beyond those the device has."""
        self.plan = plan
        self.named: dict[str, Any] = named_of(plan.generation)
        somebodys = {"TOUStart": "00:00", "TOUEnd": "23:59", "TOUWeekEnable": 255 if plan.generation == 1 else 249}
        self.named["TOU2"] = slot_bean(2, plan.generation, **somebodys, TOUWeek=[1, 2])
        self.named["TOU12"] = slot_bean(12, plan.generation, **somebodys)
        self.beyond = dict(self.named["TOU12"])

    def obey(self, order: Order) -> None:
        """Take one write."""
        assert isinstance(order.write, NamedWrite)
        name, data = order.write.name, dict(order.write.data)
        if not name[3:].isdecimal():
            for mode in ("TOUMode", "SelfUseMode", "OffGridMode", "BackupMode") if name == "TOUMode" else ():
                self.named[mode] = {mode: 3}
            self.named[name] = data
            return
        place = name.removeprefix("TOU")
        full = self.plan.generation > 1
        assert list(data) == [
            f"{member}{place}" for member in (*SLOT, *(("ChargeCutOffSet", "TOUMonth") if full else ()))
        ]
        power, limit = data[f"ChargeDischargePW{place}"], 1000 if full else 100
        assert isinstance(power, int)
        assert -limit <= power <= limit
        assert data[f"TOUStart{place}"] <= data[f"TOUEnd{place}"] <= "23:59"
        self.named[name] = data

    @property
    def schedule(self) -> Schedule:
        """What runs."""
        found = present(self.plan, self.named, acting=bool(is_acting(self.plan, self.named)))
        assert found is not None
        return found


@pytest.mark.parametrize("plan", PLANS)
@given(data=st.data())
@SOME
def test_what_is_asked_for_is_what_the_device_does(plan: Plan, data: st.DataObject) -> None:
    device = Device(plan)
    abilities = Abilities(generation=plan.generation, plan=plan)
    for _ in range(2):
        wanted = data.draw(schedules_for(plan.rules))
        for order in orders(
            abilities, {"charge_schedule": wanted.as_text()}, Basis(named=dict(device.named), known={})
        ):
            device.obey(order)
        assert plan.rules.same(device.schedule, wanted)
        assert orders(abilities, {"charge_schedule": wanted.as_text()}, Basis(named=device.named, known={})) == []
        assert device.named["TOU12"] == device.beyond


@pytest.mark.parametrize("plan", PLANS)
@given(data=st.data())
@SOME
def test_what_nobody_asked_for_never_runs_in_between(plan: Plan, data: st.DataObject) -> None:
    """Slots that are on while the plan rests are off before the first one wanted begins."""
    device = Device(plan)
    wanted = data.draw(schedules_for(plan.rules))
    abilities = Abilities(generation=plan.generation, plan=plan)
    for order in orders(abilities, {"charge_schedule": wanted.as_text()}, Basis(named=dict(device.named), known={})):
        device.obey(order)
        if is_acting(plan, device.named):
            assert plan.rules.same(device.schedule, wanted)


@pytest.mark.parametrize("generation", [1, 2, 3])
@given(data=st.data())
@SOME
def test_a_simulated_device_takes_them_all(generation: int, data: st.DataObject) -> None:
    """It refuses what is incomplete, out of range or does not go together."""
    settings = factory(generation)

    def named() -> dict[str, Any]:
        found = {name: simulated.read(settings, name) for name in names(generation)}
        return {name: value for name, value in found.items() if value}

    plan = plan_of(generation, named(), exports=limits_export(named()))
    assert plan is not None
    abilities = Abilities(generation=generation, plan=plan)
    for _ in range(2):
        wanted = data.draw(schedules_for(plan.rules))
        for order in orders(abilities, {"charge_schedule": wanted.as_text()}, Basis(named=named(), known={})):
            assert isinstance(order.write, NamedWrite)
            settings |= simulated.change(settings, order.write.name, order.write.data)
        found = present(plan, named(), acting=bool(is_acting(plan, named())))
        assert found is not None
        assert plan.rules.same(found, wanted)
