"""Settings with anything at all in one place: read and written, or refused, and never a surprise (goodwe.md §6)."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import time
from typing import Any, Final

from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.solar_battery_hub.core.errors import HubError
from custom_components.solar_battery_hub.core.model import Value
from custom_components.solar_battery_hub.core.schedule import Schedule, ScheduleError, Slot

from .controls_desk import GRID_CHARGE, LIMITS, STATUS_SETTING, Desk, named_of, slot_bean, text

SOME: Final = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NUMBERS: Final = st.integers(-70_000, 70_000) | st.floats()
WORDS: Final = st.sampled_from(("", "--", "1", "24:00", "2:5", "-500", "[0,100]", "[", "null", "🔋"))
ANYTHING: Final[st.SearchStrategy[Any]] = (
    st.none() | st.booleans() | NUMBERS | WORDS | st.lists(NUMBERS | WORDS, max_size=3) | st.just({})
)
NIGHT: Final = Slot(start=time(2), end=time(5), mode="charge", power=50, stop_level=90)
CHANGES: Final[tuple[dict[str, Value], ...]] = (
    {"charge_schedule": text(NIGHT)},
    {"charge_schedule": text()},
    {"peak_shaving": True},
    {"delayed_charge": True},
    {"backup_grid_charging": True},
    {"inverter_on": False},
    {"export_limit": 1000.0},
)


@st.composite
def places(draw: st.DrawFn, bean: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    """Return one place of an answer: name and member."""
    name = draw(st.sampled_from(sorted(bean)))
    return name, draw(st.sampled_from(sorted(bean[name])))


def device() -> dict[str, Any]:
    """Return a device with a plan that acts, one slot of which runs."""
    on = slot_bean(1, TOUWeekEnable=249, TOUWeek=[1], TOUMonth=[0], TOUStart="10:00", TOUEnd="11:00")
    return named_of() | {"TOU1": on, "TOUModeEnable": {"TOUModeEnable": 1}}


async def survive(desk: Desk, changes: dict[str, Value]) -> None:
    """Read and write; what is told must make sense."""
    told = await desk.note()
    if "charge_schedule" in told:
        Schedule.from_text(told["charge_schedule"])
    before = len(desk.settings.sent)
    with suppress(HubError, ScheduleError):
        await desk.controls.write(desk.device, changes)
    for sent in desk.settings.sent[before:]:
        assert all(value is not None for value in sent[1].values())
    with suppress(HubError):
        await desk.controls.read_back(desk.device, frozenset(changes))


@given(data=st.data(), changes=st.sampled_from(CHANGES), value=ANYTHING)
@SOME
def test_anything_in_a_setting_with_a_name(data: st.DataObject, changes: dict[str, Value], value: Any) -> None:
    desk = Desk()
    desk.settings.values = device()
    name, member = data.draw(places(desk.settings.values))
    desk.settings.values[name] = {**desk.settings.values[name], member: value}
    asyncio.run(survive(desk, changes))


@given(data=st.data(), changes=st.sampled_from(CHANGES), value=ANYTHING)
@SOME
def test_anything_in_the_function_tree_and_the_copy(data: st.DataObject, changes: dict[str, Value], value: Any) -> None:
    rows = {str(number): row for number, row in enumerate((STATUS_SETTING, *LIMITS, GRID_CHARGE))}
    number, member = data.draw(places(rows))
    rows[number] = {**rows[number], member: value}
    desk = Desk(3, tuple(rows.values()))
    desk.settings.copy = {"40328": 4000, "47870": 1, "80017": 4} | {str(rows[number]["address"]): data.draw(ANYTHING)}
    asyncio.run(survive(desk, changes))
