"""How each setting is offered to the user: its kind, range and options, and when a change of it shows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ...core.control import ControlKind, Setting
from ...core.quantities import Quantity
from .model import Family
from .schedule import RULES
from .settings import CLOCK, PLACES

SCHEDULE: Final = "charge_schedule"


_PERCENT: Final[Mapping[str, Any]] = {
    "quantity": Quantity.RATIO,
    "minimum": 0.0,
    "maximum": 100.0,
    "step": 1.0,
    "tolerance": 0.5,
}

SETTINGS: Final[Mapping[str, Setting]] = {
    setting.key: setting
    for setting in (
        Setting(key="charge_power_rate", kind=ControlKind.NUMBER, **_PERCENT),
        Setting(key="charge_stop_level", kind=ControlKind.NUMBER, **_PERCENT),
        Setting(key="grid_charging", kind=ControlKind.SWITCH),
        Setting(key="discharge_power_rate", kind=ControlKind.NUMBER, **_PERCENT),
        Setting(key="discharge_stop_level", kind=ControlKind.NUMBER, **_PERCENT),
        Setting(key="off_grid_stop_level", kind=ControlKind.NUMBER, **_PERCENT),
        Setting(key="output_limit", kind=ControlKind.NUMBER, config=True, **_PERCENT),
        Setting(key="export_limit_mode", kind=ControlKind.SELECT, config=True),
        Setting(key="inverter_on", kind=ControlKind.SWITCH, config=True),
        Setting(key=CLOCK, kind=ControlKind.BUTTON, config=True),
        Setting(key=SCHEDULE, kind=ControlKind.SCHEDULE),
    )
}
"""Every setting there is; what a family has of them is in ``settings.PLACES``."""


def setting(family: Family, key: str) -> Setting:
    """Return a setting as a family has it."""
    found = SETTINGS[key]
    if key == SCHEDULE:
        return replace(found, rules=RULES.get(family))
    place = PLACES.get(family, {}).get(key)
    return replace(found, options=place.options) if place and place.options else found


def paced(*, live: bool, legacy: bool) -> Callable[[Family, str], Setting]:
    """Return how settings are offered where changes are verified by live reads, or by the server's copy.

    Live: at least five seconds after the write. The copy follows within minutes; V1 gives it
    every five minutes only.
    """
    pause = 5.0 if live else 10.0
    return lambda family, key: replace(setting(family, key), settle=5.0, pause=pause, read_later=not legacy)
