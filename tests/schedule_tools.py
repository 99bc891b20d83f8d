"""A made-up device with a charge schedule, and what it was told."""

from datetime import time

import pytest

from custom_components.solar_battery_hub.core.control import ControlKind, Setting
from custom_components.solar_battery_hub.core.feed import Feed
from custom_components.solar_battery_hub.core.schedule import Schedule, ScheduleRules, Slot
from tests.made_up import SITE, MadeUpAccount

SELECT = f"{SITE}_charge_schedule"
NIGHT = Slot(start=time(1), end=time(5), mode="battery_first")
EVENING = Slot(start=time(17), end=time(21), mode="grid_first")
FREE = Slot(start=time(0), end=time(0), mode="load_first", enabled=False)


def account_with(rules: ScheduleRules, *slots: Slot, read_later: bool = False) -> MadeUpAccount:
    """Return an account whose site has these slots."""
    setting = Setting(key="charge_schedule", kind=ControlKind.SCHEDULE, rules=rules, read_later=read_later)
    account = MadeUpAccount(setting)
    account.stored["charge_schedule"] = text(*slots)
    return account


def asked_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything be asked every half hour only, or when somebody wants it."""
    feeds = (Feed(key="live", interval=1800.0, floor=5.0),)
    monkeypatch.setattr(MadeUpAccount, "feeds", property(lambda _: feeds))


def text(*slots: Slot) -> str:
    """Return slots as the value of the setting."""
    return Schedule(slots=slots).as_text()


def written(account: MadeUpAccount) -> list[tuple[Slot, ...]]:
    """Return the slots in use of each schedule that was sent."""
    sent = [Schedule.from_text(changes["charge_schedule"]) for changes in account.written]
    return [tuple(slot for slot in schedule.slots if slot.enabled) for schedule in sent]
